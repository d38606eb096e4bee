//! The encryption key pair's way into a container (GM/T 0016 §7.6 SKF_ImportECCKeyPair, SKF_ImportRSAKeyPair).
//!
//! Both are enclosed to the container's signing key, which must be there before.

use algo::{Cbc, KeyTransport, PrivateKey, PublicKey, Secret, WrappedContent, cbc_encrypt};
use token_worker::skf::{EccCipher, EnvelopedKey, Request, WrappedKey};

use super::key_field::KeyField;
use super::token::SkfToken;
use crate::enclosed_key::{EnclosedKey, EnclosingCipher};
use crate::{KeyId, KeyUse, TokenError};

const SM1_ECB: u32 = 0x0000_0101;
const SM4_ECB: u32 = 0x0000_0401;
const SM4_CBC: u32 = 0x0000_0402;

/// A content as the module is asked to decrypt it: its key, and the number of its cipher.
pub(super) fn wrapped(content: &WrappedContent<'_>) -> Result<Vec<(WrappedKey, u32)>, TokenError> {
    let unsupported = |what: &str| TokenError::Algorithm { what: what.to_owned() };
    if content.cipher != Cbc::Sm4 {
        return Err(unsupported("decryption with a cipher other than SM4"));
    }
    match content.transport {
        KeyTransport::Sm2 => {
            let candidates = algo::sm2::Ciphertext::candidates(content.wrapped);
            Ok(candidates.iter().map(|cipher| (WrappedKey::Ecc(ecc_cipher(cipher)), SM4_CBC)).collect())
        }
        KeyTransport::RsaPkcs1 => Ok(vec![(WrappedKey::Rsa(content.wrapped.to_vec()), SM4_CBC)]),
        KeyTransport::RsaOaep(_) => Err(unsupported("RSA-OAEP decryption")),
    }
}

/// Tries each way of filling the field until the token has the key: a module that refuses a way says so, and one that
/// takes it without a look is found out by a decryption.
pub(super) fn enclosed(
    token: &mut SkfToken,
    key: &KeyId,
    name: &[u8],
    enclosed: &EnclosedKey,
    first: KeyField,
) -> Result<(), TokenError> {
    let mut refusal = TokenError::Unwrap;
    for field in first.in_order() {
        let Some(private_key) = field.fill(&enclosed.private, enclosed.zeros.as_ref()) else { continue };
        let request = Request::ImportEccKey {
            place: token.place(),
            container: name.to_vec(),
            envelope: envelope(enclosed, private_key)?,
        };
        match token.done(request) {
            Ok(()) => {}
            Err(error @ (TokenError::Removed | TokenError::NotLoggedIn)) => return Err(error),
            Err(error) => {
                refusal = error;
                continue;
            }
        }
        match proves(token, key, enclosed.public()) {
            Err(TokenError::Unwrap) => refusal = TokenError::Unwrap,
            proven => return proven,
        }
    }
    Err(refusal)
}

/// RSA: the private key as PKCS#1 DER under SM4, its key under the signing key.
pub(super) fn rsa(
    token: &mut SkfToken,
    key: &KeyId,
    name: &[u8],
    private: &PrivateKey,
    to: &PublicKey,
) -> Result<(), TokenError> {
    let internal = |step, detail: String| TokenError::Internal { step, detail };
    let secret = Secret::random(Cbc::Sm4.key_len())?;
    let wrapped = to.wrap(KeyTransport::RsaPkcs1, secret.expose());
    let wrapped = wrapped.map_err(|error| internal("RSA", error.to_string()))?;
    let pkcs1 = private.to_pkcs1().ok_or_else(|| internal("PKCS#1", "not an RSA key".to_owned()))?;
    let encrypted = ecb(&secret, pkcs1.expose()).map_err(|error| internal("SM4", error.to_string()))?;
    let place = token.place();
    token.done(Request::ImportRsaKey { place, container: name.to_vec(), algorithm: SM4_ECB, wrapped, encrypted })?;
    proves(token, key, private.public())
}

/// Has the token show the public key, and open something that only this key opens; a token without session keys is
/// believed.
fn proves(token: &mut SkfToken, key: &KeyId, public: &PublicKey) -> Result<(), TokenError> {
    if token.public_key(key)?.is_none_or(|shown| shown != *public) {
        return Err(TokenError::Unwrap);
    }
    if !token.abilities().session_key {
        return Ok(());
    }
    let internal = |detail: String| TokenError::Internal { step: "trial", detail };
    let secret = Secret::random(Cbc::Sm4.key_len())?;
    let transport = if public.point().is_some() { KeyTransport::Sm2 } else { KeyTransport::RsaPkcs1 };
    let wrapped = public.wrap(transport, secret.expose()).map_err(|error| internal(error.to_string()))?;
    let iv = algo::random::<16>()?;
    let trial = algo::random::<20>()?;
    let content = cbc_encrypt(Cbc::Sm4, secret.expose(), &iv, &trial).map_err(|error| internal(error.to_string()))?;
    let content = WrappedContent { transport, wrapped: &wrapped, cipher: Cbc::Sm4, iv: &iv, content: &content };
    debug_assert_eq!(key.key_use, KeyUse::Encrypt);
    match token.open_content(key, &content) {
        Ok(opened) if opened.expose() == trial => Ok(()),
        Ok(_) => Err(TokenError::Unwrap),
        Err(error) => Err(error),
    }
}

fn envelope(enclosed: &EnclosedKey, private_key: Vec<u8>) -> Result<EnvelopedKey, TokenError> {
    let (x, y) = coordinates(enclosed.public()).ok_or(TokenError::KeyMismatch)?;
    let algorithm = match enclosed.cipher {
        EnclosingCipher::Sm1 => SM1_ECB,
        EnclosingCipher::Sm4 => SM4_ECB,
    };
    Ok(EnvelopedKey { algorithm, private_key, x, y, wrapped: ecc_cipher(&enclosed.wrapped) })
}

fn coordinates(public: &PublicKey) -> Option<([u8; 32], [u8; 32])> {
    let (x, y) = public.point()?.get(1..)?.split_first_chunk()?;
    Some((*x, y.try_into().ok()?))
}

fn ecc_cipher(cipher: &algo::sm2::Ciphertext) -> EccCipher {
    EccCipher { x: cipher.x, y: cipher.y, hash: cipher.hash, cipher: cipher.cipher.clone() }
}

/// ECB with PKCS#7 padding: each block alone is one block of CBC under an initialisation vector of zeros.
fn ecb(key: &Secret, plain: &[u8]) -> Result<Vec<u8>, algo::CbcError> {
    let padding = 16 - plain.len() % 16;
    let mut encrypted = Vec::with_capacity(plain.len() + padding);
    for at in (0..plain.len() + padding).step_by(16) {
        let mut block = [u8::try_from(padding).expect("at most 16"); 16];
        let rest = plain.get(at..).unwrap_or_default();
        let len = rest.len().min(16);
        block[..len].copy_from_slice(&rest[..len]);
        encrypted.extend_from_slice(&cbc_encrypt(Cbc::Sm4, key.expose(), &[0; 16], &block)?[..16]);
    }
    Ok(encrypted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_padded_and_not_chained() {
        let key = Secret::copy_of(&[1; 16]);
        let two = ecb(&key, &[5; 32]).unwrap();
        assert_eq!(two.len(), 48);
        assert_eq!(two[..16], two[16..32]);
        assert_eq!(ecb(&key, &[5; 31]).unwrap().len(), 32);
    }
}
