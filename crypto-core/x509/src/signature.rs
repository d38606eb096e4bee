//! Signatures over certificates and requests: which algorithm, is it strong enough, does it hold.
//!
//! Always [`PublicKey::verify`] over the raw bytes, never a library's own X.509 verification: OpenSSL takes an empty SM2
//! signer id by default, and ordinary Chinese certificates are signed with `1234567812345678`.

use algo::{Hash, KeyAlgorithm, PublicKey, SignatureScheme, Sm2Id};
use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Reader};
use thiserror::Error;

use crate::raw::whole;

/// With which signer id an SM2 signature held (GB/T 32918.2 §5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignerId {
    /// `1234567812345678`, the default of GB/T 35276.
    Default,
    /// The empty id: software that left OpenSSL's default in place.
    Empty,
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature does not fit key and content.
    #[error("the signature is wrong")]
    Wrong,
    /// MD5 or SHA-1: collisions can be made, so the signature says nothing.
    #[error("signed with {0}, which is broken")]
    Weak(&'static str),
    /// RSA key too short to be believed.
    #[error("the RSA key has only {bits} bits")]
    WeakKey {
        /// Length of the modulus.
        bits: u32,
    },
    /// The algorithm named is for another kind of key.
    #[error("the signature algorithm is for another kind of key")]
    OtherKey,
    /// The algorithm inside the signed part differs from the one outside (RFC 5280 §4.1.1.2).
    #[error("the certificate names two signature algorithms")]
    AlgorithmsDiffer,
    /// The algorithm is not one of the suites'.
    #[error("the signature algorithm is unknown")]
    UnknownAlgorithm,
}

/// Shortest RSA modulus accepted.
pub(crate) const SHORTEST_RSA: u32 = 2048;

/// RSA with MD2 or MD5 (RFC 3279 §2.2.1), which `algo` does not know at all.
const BROKEN: [(ObjectIdentifier, &str); 2] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2"), "MD2"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"), "MD5"),
];

/// Verifies `signature` over `content`. For SM2 tries the default id, then the empty one, and says which held.
pub(crate) fn verify(
    key: &PublicKey,
    algorithm: &[u8],
    content: &[u8],
    signature: &[u8],
) -> Result<Option<SignerId>, SignatureError> {
    let scheme = scheme(algorithm)?;
    check_key(key)?;
    if !scheme.fits(key.algorithm()) {
        return Err(SignatureError::OtherKey);
    }
    let holds = |scheme: &SignatureScheme| key.verify(scheme, content, signature).is_ok();
    match scheme {
        SignatureScheme::Sm2(_) if holds(&SignatureScheme::Sm2(Sm2Id::DEFAULT)) => Ok(Some(SignerId::Default)),
        SignatureScheme::Sm2(_) if holds(&SignatureScheme::Sm2(Sm2Id::EMPTY)) => Ok(Some(SignerId::Empty)),
        SignatureScheme::Sm2(_) => Err(SignatureError::Wrong),
        other if holds(&other) => Ok(None),
        _ => Err(SignatureError::Wrong),
    }
}

/// Refuses keys that are too short to be believed.
pub(crate) fn check_key(key: &PublicKey) -> Result<(), SignatureError> {
    match key.algorithm() {
        KeyAlgorithm::Rsa { bits } if bits < SHORTEST_RSA => Err(SignatureError::WeakKey { bits }),
        _ => Ok(()),
    }
}

fn scheme(algorithm: &[u8]) -> Result<SignatureScheme, SignatureError> {
    if let Some((_, hash)) = oid_of(algorithm).and_then(|oid| BROKEN.iter().find(|(broken, _)| *broken == oid)) {
        return Err(SignatureError::Weak(hash));
    }
    let scheme =
        SignatureScheme::from_algorithm_identifier(algorithm, None).map_err(|_| SignatureError::UnknownAlgorithm)?;
    match scheme.hash() {
        Hash::Sha1 => Err(SignatureError::Weak("SHA-1")),
        _ => Ok(scheme),
    }
}

fn oid_of(algorithm: &[u8]) -> Option<ObjectIdentifier> {
    whole(algorithm, |reader| {
        reader.sequence(|inner| {
            let oid = ObjectIdentifier::decode(inner)?;
            while !inner.is_finished() {
                AnyRef::decode(inner)?;
            }
            Ok(oid)
        })
    })
    .ok()
}
