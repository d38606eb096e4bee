//! Password-based decryption: the PKCS#12 schemes (RFC 7292 appendix C) and PBES2 (RFC 8018 §6.2).

use algo::{Cbc, Hash, Password, Secret, cbc_decrypt, pbkdf2};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, InnerIvInit, KeyIvInit};
use const_oid::ObjectIdentifier;
use der::asn1::OctetString;
use des::TdesEde3;
use rc2::Rc2;
use zeroize::Zeroizing;

use super::asn1::{AlgorithmIdentifier, PbeParameters, Pbes2Parameters, Pbkdf2Parameters, oid};
use super::kdf::{Purpose, derive};
use super::mac::checked;
use super::{Pkcs12Error, malformed};

/// Decrypts. Wrong padding is a wrong password: after a good MAC both passwords of a file are the same one.
pub(super) fn decrypt(
    algorithm: &AlgorithmIdentifier,
    password: &Password,
    cipher: &[u8],
) -> Result<Secret, Pkcs12Error> {
    match algorithm.oid {
        oid::PBES2 => pbes2(&parameters(algorithm)?, password, cipher),
        oid::SHA1_3DES_3KEY => pkcs12_pbe(algorithm, password, 24, |key, iv| triple_des(key, iv, cipher)),
        oid::SHA1_RC2_128 => pkcs12_pbe(algorithm, password, 16, |key, iv| rc2_cbc(key, iv, cipher)),
        oid::SHA1_RC2_40 => pkcs12_pbe(algorithm, password, 5, |key, iv| rc2_cbc(key, iv, cipher)),
        other => Err(unsupported(other)),
    }
}

/// The schemes of PKCS#12 itself: key and IV from the same derivation over SHA-1, 64-bit blocks.
fn pkcs12_pbe(
    algorithm: &AlgorithmIdentifier,
    password: &Password,
    key_len: usize,
    decrypt: impl FnOnce(&[u8], &[u8; 8]) -> Option<Vec<u8>>,
) -> Result<Secret, Pkcs12Error> {
    let PbeParameters { salt, iterations } = parameters(algorithm)?;
    let iterations = checked(iterations)?;
    let mut key = Zeroizing::new(vec![0; key_len]);
    let mut iv = [0; 8];
    derive(Hash::Sha1, Purpose::Key, password, salt.as_bytes(), iterations, &mut key);
    derive(Hash::Sha1, Purpose::Iv, password, salt.as_bytes(), iterations, &mut iv);
    decrypt(&key, &iv).map(Secret::from).ok_or(Pkcs12Error::PasswordWrong)
}

fn triple_des(key: &[u8], iv: &[u8; 8], cipher: &[u8]) -> Option<Vec<u8>> {
    Decryptor::<TdesEde3>::new_from_slices(key, iv).ok()?.decrypt_padded_vec::<Pkcs7>(cipher).ok()
}

fn rc2_cbc(key: &[u8], iv: &[u8; 8], cipher: &[u8]) -> Option<Vec<u8>> {
    let rc2 = Rc2::new_with_eff_key_len(key, key.len() * 8);
    Decryptor::inner_iv_init(rc2, iv.into()).decrypt_padded_vec::<Pkcs7>(cipher).ok()
}

fn pbes2(parameters: &Pbes2Parameters, password: &Password, cipher: &[u8]) -> Result<Secret, Pkcs12Error> {
    let scheme = &parameters.encryption;
    let (cbc, key_len) = match scheme.oid {
        algo::oid::AES128_CBC => (Some(Cbc::Aes128), 16),
        algo::oid::AES256_CBC => (Some(Cbc::Aes256), 32),
        algo::oid::SM4_CBC => (Some(Cbc::Sm4), 16),
        oid::DES_EDE3_CBC => (None, 24),
        other => return Err(unsupported(other)),
    };
    let key = pbkdf2_key(&parameters.key_derivation, password, key_len)?;
    let iv: OctetString = self::parameters(scheme)?;
    let bad_iv = |_| Pkcs12Error::Malformed("the initialisation vector has a wrong length".to_owned());
    match cbc {
        Some(cbc) => {
            let iv = iv.as_bytes().try_into().map_err(bad_iv)?;
            cbc_decrypt(cbc, &key, iv, cipher).map_err(|_| Pkcs12Error::PasswordWrong)
        }
        None => {
            let iv = iv.as_bytes().try_into().map_err(bad_iv)?;
            triple_des(&key, iv, cipher).map(Secret::from).ok_or(Pkcs12Error::PasswordWrong)
        }
    }
}

/// PBKDF2 over the password's UTF-8 (RFC 8018 §5.2).
fn pbkdf2_key(
    derivation: &AlgorithmIdentifier,
    password: &Password,
    key_len: usize,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    if derivation.oid != oid::PBKDF2 {
        return Err(unsupported(derivation.oid));
    }
    let Pbkdf2Parameters { salt, iterations, key_len: stated, prf } = parameters(derivation)?;
    let hash = match prf.map_or(oid::HMAC_SHA1, |prf| prf.oid) {
        oid::HMAC_SHA1 => Hash::Sha1,
        oid::HMAC_SHA256 => Hash::Sha256,
        oid::HMAC_SHA384 => Hash::Sha384,
        oid::HMAC_SHA512 => Hash::Sha512,
        oid::HMAC_SM3 => Hash::Sm3,
        other => return Err(unsupported(other)),
    };
    if stated.is_some_and(|stated| usize::from(stated) != key_len) {
        return Err(Pkcs12Error::Malformed("the key length does not fit the cipher".to_owned()));
    }
    let mut key = Zeroizing::new(vec![0; key_len]);
    pbkdf2(hash, password.expose(), salt.as_bytes(), checked(iterations)?, &mut key)
        .map_err(|error| Pkcs12Error::Unsupported(error.to_string()))?;
    Ok(key)
}

fn parameters<T>(algorithm: &AlgorithmIdentifier) -> Result<T, Pkcs12Error>
where
    T: for<'a> der::Choice<'a> + for<'a> der::DecodeValue<'a, Error = der::Error>,
{
    let missing = || Pkcs12Error::Malformed(format!("{} has no parameters", algorithm.oid));
    algorithm.parameters.as_ref().ok_or_else(missing)?.decode_as().map_err(malformed)
}

fn unsupported(oid: ObjectIdentifier) -> Pkcs12Error {
    Pkcs12Error::Unsupported(format!("the encryption {oid}"))
}
