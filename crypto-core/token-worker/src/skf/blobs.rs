//! Structures of variable length, written and read in the module's width.

use token_worker::skf;

use super::abi::{
    EccCipherHead, EccPublicKeyBlob, EccSignatureBlob, EnvelopedKeyHead, RsaPublicKeyBlob, Ulong, Width, bytes_of, read,
};

/// `ECCCIPHERBLOB`.
pub(crate) fn ecc_cipher(width: Width, cipher: &skf::EccCipher) -> Vec<u8> {
    match width {
        Width::Narrow => [bytes_of(&cipher_head::<u32>(cipher)), &cipher.cipher].concat(),
        Width::Wide => [bytes_of(&cipher_head::<u64>(cipher)), &cipher.cipher].concat(),
    }
}

/// `ENVELOPEDKEYBLOB`; `None` when the private key's field has not its 64 bytes.
pub(crate) fn enveloped_key(width: Width, envelope: &skf::EnvelopedKey) -> Option<Vec<u8>> {
    let cipher = &envelope.wrapped.cipher;
    Some(match width {
        Width::Narrow => [bytes_of(&enveloped_head::<u32>(envelope)?), cipher].concat(),
        Width::Wide => [bytes_of(&enveloped_head::<u64>(envelope)?), cipher].concat(),
    })
}

/// What `SKF_ExportPublicKey` wrote: the kind is told by the length. Nothing for a container without the key, of which
/// some modules give zeros.
pub(crate) fn public_key(width: Width, blob: &[u8]) -> Option<skf::PublicKey> {
    match width {
        Width::Narrow => public_key_of::<u32>(blob),
        Width::Wide => public_key_of::<u64>(blob),
    }
}

/// r ‖ s of 32 bytes each.
pub(crate) fn signature(blob: &EccSignatureBlob) -> Vec<u8> {
    [right(&blob.r), right(&blob.s)].concat()
}

fn public_key_of<U: Ulong>(blob: &[u8]) -> Option<skf::PublicKey> {
    if blob.len() >= size_of::<RsaPublicKeyBlob<U>>() {
        let key = read::<RsaPublicKeyBlob<U>>(blob)?;
        let (modulus, exponent) = (key.modulus, key.public_exponent);
        let len = usize::try_from(key.bit_len.value()).ok()? / 8;
        let modulus = modulus.get(modulus.len().checked_sub(len)?..)?.to_vec();
        return (len > 0).then(|| skf::PublicKey::Rsa { modulus, exponent: exponent.to_vec() });
    }
    let key = read::<EccPublicKeyBlob<U>>(blob)?;
    let (x, y) = (right(&key.x), right(&key.y));
    (x != [0; 32]).then_some(skf::PublicKey::Ecc { x, y })
}

fn cipher_head<U: Ulong>(cipher: &skf::EccCipher) -> EccCipherHead<U> {
    EccCipherHead {
        x: field(&cipher.x),
        y: field(&cipher.y),
        hash: cipher.hash,
        cipher_len: number(cipher.cipher.len()),
    }
}

fn enveloped_head<U: Ulong>(envelope: &skf::EnvelopedKey) -> Option<EnvelopedKeyHead<U>> {
    Some(EnvelopedKeyHead {
        version: U::from(1),
        symm_alg_id: U::from(envelope.algorithm),
        bits: U::from(256),
        encrypted_pri_key: envelope.private_key.as_slice().try_into().ok()?,
        pub_key: EccPublicKeyBlob { bit_len: U::from(256), x: field(&envelope.x), y: field(&envelope.y) },
        cipher: cipher_head(&envelope.wrapped),
    })
}

/// A frame of the pipe has less than 2³² bytes, and so has everything that came in one.
fn number<U: Ulong>(len: usize) -> U {
    U::from(u32::try_from(len).unwrap_or(u32::MAX))
}

/// A coordinate at the right end of its field.
fn field(coordinate: &[u8; 32]) -> [u8; 64] {
    let mut field = [0; 64];
    field[32..].copy_from_slice(coordinate);
    field
}

fn right(field: &[u8; 64]) -> [u8; 32] {
    *field.last_chunk().expect("64 bytes end with 32")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher() -> skf::EccCipher {
        skf::EccCipher { x: [1; 32], y: [2; 32], hash: [3; 32], cipher: vec![4; 16] }
    }

    #[test]
    fn an_enveloped_key_has_its_parts_where_the_standard_puts_them() {
        let envelope =
            skf::EnvelopedKey { algorithm: 0x401, private_key: vec![7; 64], x: [5; 32], y: [6; 32], wrapped: cipher() };
        let blob = enveloped_key(Width::Narrow, &envelope).unwrap();
        assert_eq!(blob.len(), 372 + 16);
        assert_eq!(blob[..12], [1, 0, 0, 0, 1, 4, 0, 0, 0, 1, 0, 0]);
        assert_eq!(blob[12..76], [7; 64]);
        assert_eq!((&blob[76..80], &blob[80..112], &blob[112..144]), (&[0, 1, 0, 0][..], &[0; 32][..], &[5; 32][..]));
        assert_eq!((blob[240], blob[367], &blob[368..372]), (1, 3, &[16, 0, 0, 0][..]));
        assert_eq!(enveloped_key(Width::Wide, &envelope).unwrap().len(), 372 + 20 + 16);
        assert!(enveloped_key(Width::Narrow, &skf::EnvelopedKey { private_key: vec![7; 32], ..envelope }).is_none());
    }

    #[test]
    fn public_keys_are_told_apart_by_their_length() {
        let mut ecc = vec![0; 132];
        assert_eq!(public_key(Width::Narrow, &ecc), None, "zeros are no key");
        ecc[36..68].fill(9);
        assert_eq!(public_key(Width::Narrow, &ecc), Some(skf::PublicKey::Ecc { x: [9; 32], y: [0; 32] }));
        let mut rsa = vec![0; 268];
        rsa[4..8].copy_from_slice(&1024_u32.to_le_bytes());
        rsa[136..264].fill(8);
        rsa[264..].copy_from_slice(&[0, 1, 0, 1]);
        let key = skf::PublicKey::Rsa { modulus: vec![8; 128], exponent: vec![0, 1, 0, 1] };
        assert_eq!(public_key(Width::Narrow, &rsa), Some(key));
        rsa[4..8].fill(0xff);
        assert_eq!(public_key(Width::Narrow, &rsa), None, "a modulus longer than its field");
        assert_eq!(public_key(Width::Narrow, &[0; 100]), None);
    }
}
