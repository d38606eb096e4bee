//! Our schemes as PKCS#11 mechanisms and what they take.

use algo::{Digest, Hash, KeyAlgorithm, KeyTransport, SignatureScheme};
use der::asn1::{Null, OctetStringRef};
use der::{Encode, Sequence};
use token_worker::{Decryption, HashName, KeySpec, SignatureForm};

use crate::TokenError;

/// The mechanism for a signature and its input: digests are made here, tokens differ in what they can hash.
pub(super) fn signature(scheme: &SignatureScheme, digest: &Digest) -> Result<(SignatureForm, Vec<u8>), TokenError> {
    match scheme {
        SignatureScheme::RsaPkcs1(hash) => Ok((SignatureForm::RsaPkcs1, digest_info(*hash, digest)?)),
        SignatureScheme::RsaPss(hash) => Ok((SignatureForm::RsaPss(hash_name(*hash)?), digest.as_ref().to_vec())),
        SignatureScheme::Ecdsa(_) => Ok((SignatureForm::Ecdsa, digest.as_ref().to_vec())),
        SignatureScheme::Sm2(_) => Err(unsupported("SM2 signature")),
    }
}

pub(super) fn decryption(transport: KeyTransport) -> Result<Decryption, TokenError> {
    match transport {
        KeyTransport::RsaPkcs1 => Ok(Decryption::RsaPkcs1),
        KeyTransport::RsaOaep(hash) => Ok(Decryption::RsaOaep(hash_name(hash)?)),
        KeyTransport::Sm2 => Err(unsupported("SM2 decryption")),
    }
}

pub(super) fn key_spec(algorithm: KeyAlgorithm) -> Result<KeySpec, TokenError> {
    let curve = |oid: const_oid::ObjectIdentifier| KeySpec::Ec {
        params: oid.to_der().expect("an object identifier of ten bytes has a DER form"),
    };
    match algorithm {
        KeyAlgorithm::Rsa { bits } => Ok(KeySpec::Rsa { bits }),
        KeyAlgorithm::P256 => Ok(curve(algo::oid::P256)),
        KeyAlgorithm::P384 => Ok(curve(algo::oid::P384)),
        KeyAlgorithm::Sm2 => Err(unsupported("SM2 key generation")),
    }
}

/// `DigestInfo` of RFC 8017 §9.2, which CKM_RSA_PKCS takes.
#[derive(Sequence)]
struct DigestInfo<'a> {
    algorithm: AlgorithmIdentifier,
    digest: &'a OctetStringRef,
}

#[derive(Sequence)]
struct AlgorithmIdentifier {
    oid: const_oid::ObjectIdentifier,
    parameters: Null,
}

/// What an RSA key signs by PKCS#1 v1.5.
pub(crate) fn digest_info(hash: Hash, digest: &Digest) -> Result<Vec<u8>, TokenError> {
    if digest.len() != hash.output_len() {
        return Err(unsupported("a digest of another length"));
    }
    let internal = |error: der::Error| TokenError::Internal { step: "DigestInfo", detail: error.to_string() };
    let algorithm = AlgorithmIdentifier { oid: hash.oid(), parameters: Null };
    DigestInfo { algorithm, digest: OctetStringRef::new(digest.as_ref()).map_err(internal)? }.to_der().map_err(internal)
}

fn hash_name(hash: Hash) -> Result<HashName, TokenError> {
    match hash {
        Hash::Sha1 => Ok(HashName::Sha1),
        Hash::Sha256 => Ok(HashName::Sha256),
        Hash::Sha384 => Ok(HashName::Sha384),
        Hash::Sha512 => Ok(HashName::Sha512),
        Hash::Sm3 => Err(unsupported("SM3")),
    }
}

fn unsupported(what: &str) -> TokenError {
    TokenError::Algorithm { what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_info_is_the_prefix_of_rfc_8017_and_the_digest() {
        let digest = Hash::Sha256.digest(b"x");
        let prefix = hex::decode("3031300d060960864801650304020105000420").unwrap();
        assert_eq!(digest_info(Hash::Sha256, &digest).unwrap(), [&prefix[..], digest.as_ref()].concat());
        assert!(digest_info(Hash::Sha1, &digest).is_err());
    }
}
