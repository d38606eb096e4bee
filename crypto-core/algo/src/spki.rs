//! SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): which keys we know, read strictly.

use der::{
    Decode, Encode, Sequence,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier},
};

use crate::{KeyAlgorithm, oid};

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Sequence)]
pub(crate) struct AlgorithmIdentifier<'a> {
    pub(crate) algorithm: ObjectIdentifier,
    pub(crate) parameters: Option<AnyRef<'a>>,
}

impl AlgorithmIdentifier<'_> {
    /// Absent, or the NULL that many programs write where the standard says absent, and the other way round.
    pub(crate) fn has_no_parameters(&self) -> bool {
        self.parameters.is_none_or(AnyRef::is_null)
    }
}

/// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`
#[derive(Debug, Sequence)]
pub(crate) struct SubjectPublicKeyInfo<'a> {
    pub(crate) algorithm: AlgorithmIdentifier<'a>,
    pub(crate) key: BitStringRef<'a>,
}

/// What kind of key stands in there. Curves must be named: explicit parameters are how CVE-2020-0601 worked.
pub(crate) enum Kind {
    Rsa,
    Curve(KeyAlgorithm),
}

impl<'a> SubjectPublicKeyInfo<'a> {
    pub(crate) fn parse(spki: &'a [u8]) -> Option<(Self, Kind)> {
        let info = Self::from_der(spki).ok()?;
        let kind = if info.algorithm.algorithm == oid::RSA_ENCRYPTION && info.algorithm.has_no_parameters() {
            Kind::Rsa
        } else if info.algorithm.algorithm == oid::EC_PUBLIC_KEY {
            let curve = info.algorithm.parameters?.decode_as::<ObjectIdentifier>().ok()?;
            Kind::Curve(algorithm_of_curve(curve)?)
        } else {
            return None;
        };
        Some((info, kind))
    }
}

/// The DER of a key on a named curve, `point` as SEC 1 §2.3.3 encodes it.
pub(crate) fn of_point(algorithm: KeyAlgorithm, point: &[u8]) -> Option<Vec<u8>> {
    let curve = curve_of_algorithm(algorithm)?;
    let info = SubjectPublicKeyInfo {
        algorithm: AlgorithmIdentifier { algorithm: oid::EC_PUBLIC_KEY, parameters: Some(AnyRef::from(&curve)) },
        key: BitStringRef::from_bytes(point).ok()?,
    };
    info.to_der().ok()
}

fn algorithm_of_curve(curve: ObjectIdentifier) -> Option<KeyAlgorithm> {
    [KeyAlgorithm::Sm2, KeyAlgorithm::P256, KeyAlgorithm::P384]
        .into_iter()
        .find(|algorithm| curve_of_algorithm(*algorithm) == Some(curve))
}

fn curve_of_algorithm(algorithm: KeyAlgorithm) -> Option<ObjectIdentifier> {
    match algorithm {
        KeyAlgorithm::Sm2 => Some(oid::SM2),
        KeyAlgorithm::P256 => Some(oid::P256),
        KeyAlgorithm::P384 => Some(oid::P384),
        KeyAlgorithm::Rsa { .. } => None,
    }
}
