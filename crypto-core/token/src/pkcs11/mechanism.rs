//! Our schemes as PKCS#11 mechanisms and what they take.

use algo::sm2::Ciphertext;
use algo::{Digest, Hash, KeyAlgorithm, KeyTransport, SignatureScheme};
use der::asn1::{Null, OctetStringRef};
use der::{Encode, Sequence};
use token_worker::{Decryption, HashName, KeySpec, SignatureForm};

use crate::{Sm2Decryption, Sm2Dialect, Sm2Signing, TokenError};

/// The mechanism for a signature and its input: digests are made here, tokens differ in what they can hash.
pub(super) fn signature(
    scheme: &SignatureScheme,
    digest: &Digest,
    sm2: Option<Sm2Signing>,
) -> Result<(SignatureForm, Vec<u8>), TokenError> {
    match scheme {
        SignatureScheme::RsaPkcs1(hash) => Ok((SignatureForm::RsaPkcs1, digest_info(*hash, digest)?)),
        SignatureScheme::RsaPss(hash) => Ok((SignatureForm::RsaPss(hash_name(*hash)?), digest.as_ref().to_vec())),
        SignatureScheme::Ecdsa(_) => Ok((SignatureForm::Ecdsa, digest.as_ref().to_vec())),
        SignatureScheme::Sm2(_) => {
            let form = SignatureForm::Vendor(sm2.ok_or_else(|| unsupported("SM2 signature"))?.mechanism);
            Ok((form, digest.as_ref().to_vec()))
        }
    }
}

/// The mechanism for a decryption, and all that the wrapped key may have to look like for it.
pub(super) fn decryption(
    transport: KeyTransport,
    wrapped: &[u8],
    sm2: Option<Sm2Decryption>,
) -> Result<(Decryption, Vec<Vec<u8>>), TokenError> {
    match transport {
        KeyTransport::RsaPkcs1 => Ok((Decryption::RsaPkcs1, vec![wrapped.to_vec()])),
        KeyTransport::RsaOaep(hash) => Ok((Decryption::RsaOaep(hash_name(hash)?), vec![wrapped.to_vec()])),
        KeyTransport::Sm2 => {
            let Sm2Decryption { mechanism, takes } = sm2.ok_or_else(|| unsupported("SM2 decryption"))?;
            let forms = Ciphertext::candidates(wrapped).iter().map(|candidate| takes.bytes(candidate)).collect();
            Ok((Decryption::Vendor(mechanism), forms))
        }
    }
}

pub(super) fn key_spec(algorithm: KeyAlgorithm, sm2: Option<&Sm2Dialect>) -> Result<KeySpec, TokenError> {
    let params =
        |oid: const_oid::ObjectIdentifier| oid.to_der().expect("an object identifier of ten bytes has a DER form");
    let curve = |oid| KeySpec::Ec { params: params(oid) };
    match algorithm {
        KeyAlgorithm::Rsa { bits } => Ok(KeySpec::Rsa { bits }),
        KeyAlgorithm::P256 => Ok(curve(algo::oid::P256)),
        KeyAlgorithm::P384 => Ok(curve(algo::oid::P384)),
        KeyAlgorithm::Sm2 => {
            let made = sm2.and_then(|dialect| Some((dialect.generate?, dialect.key_type)));
            let (mechanism, key_type) = made.ok_or_else(|| unsupported("SM2 key generation"))?;
            Ok(KeySpec::Vendor { mechanism, key_type, params: params(algo::oid::SM2) })
        }
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
