//! Which digest and signature algorithms are allowed, and that they agree with each other and with the key.

use algo::{AlgorithmError, AlgorithmForm, Hash, KeyAlgorithm, SignatureScheme, Sm2Id};
use const_oid::ObjectIdentifier;

use super::Problem;
use crate::Family;
use crate::algorithm::Algorithm;

/// Shortest RSA modulus that is signed with or believed, in bits.
pub(super) const SHORTEST_RSA: u32 = 2048;

const MD2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.2");
const MD4: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.4");
const MD5: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.5");
const MD2_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2");
const MD4_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.3");
const MD5_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4");

/// The name of a signature scheme in a family.
pub(super) fn form(family: Family) -> AlgorithmForm {
    match family {
        Family::Rfc5652 => AlgorithmForm::Standard,
        Family::Gm => AlgorithmForm::GmSignerInfo,
    }
}

/// The hash function that a digestAlgorithm names; anything broken or unknown is refused.
pub(super) fn read_digest(algorithm: &Algorithm<'_>) -> Result<Hash, Problem> {
    match read_digest_even_weak(algorithm) {
        (Some(hash), None) => Ok(hash),
        (_, Some(problem)) => Err(problem),
        (None, None) => Err(Problem::DigestUnknown { algorithm: algorithm.oid }),
    }
}

/// The same, but a broken function that can still be computed comes with its problem: it may yet tell that the content
/// was altered.
pub(super) fn read_digest_even_weak(algorithm: &Algorithm<'_>) -> (Option<Hash>, Option<Problem>) {
    let name = algorithm.oid;
    match Hash::from_algorithm_identifier(algorithm.der) {
        Ok(Hash::Sha1) => (Some(Hash::Sha1), Some(Problem::DigestWeak { algorithm: name })),
        Ok(hash) => (Some(hash), None),
        Err(_) if [MD2, MD4, MD5].contains(&name) => (None, Some(Problem::DigestWeak { algorithm: name })),
        Err(_) => (None, Some(Problem::DigestUnknown { algorithm: name })),
    }
}

/// The scheme that a signatureAlgorithm names beside `digest`, for a key of this kind.
pub(super) fn read_signature(
    algorithm: &Algorithm<'_>,
    digest: Hash,
    key: KeyAlgorithm,
) -> Result<SignatureScheme, Problem> {
    let name = algorithm.oid;
    let scheme =
        SignatureScheme::from_algorithm_identifier(algorithm.der, Some(digest)).map_err(|error| match error {
            AlgorithmError::DigestMismatch(_) => Problem::AlgorithmsDisagree,
            _ if [MD2_WITH_RSA, MD4_WITH_RSA, MD5_WITH_RSA].contains(&name) => {
                Problem::SignatureAlgorithmWeak { algorithm: name }
            }
            _ => Problem::SignatureAlgorithmUnknown { algorithm: name },
        })?;
    if scheme.hash() == Hash::Sha1 {
        return Err(Problem::SignatureAlgorithmWeak { algorithm: name });
    }
    if scheme.fits(key) { Ok(scheme) } else { Err(Problem::KeyMismatch) }
}

/// The schemes to try: for SM2 the usual signer id first, then the empty one that some programs sign with.
pub(super) fn candidates(scheme: SignatureScheme) -> impl Iterator<Item = SignatureScheme> {
    let second = matches!(scheme, SignatureScheme::Sm2(_)).then_some(SignatureScheme::Sm2(Sm2Id::EMPTY));
    std::iter::once(scheme).chain(second)
}
