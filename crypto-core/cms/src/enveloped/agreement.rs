//! Key agreement recipients on elliptic curves (RFC 5753): ephemeral-static ECDH, X9.63 KDF, AES key wrap.

use algo::{Hash, KeyAlgorithm, OpenKey, PrivateKey, PublicKey, Secret, aes_key_unwrap, aes_key_wrap, ecdh_x963_kdf};
use const_oid::ObjectIdentifier;
use x509::Certificate;

use super::EncryptError;
use crate::algorithm::Algorithm;
use crate::asn1::{self, BIT_STRING, Element, Malformed, OCTET_STRING, SEQUENCE, constructed};
use crate::certificate_id::{self, CertificateId};

const KARI_VERSION: u8 = 3;
const FIELD: &str = "KeyAgreeRecipientInfo";

/// What one ephemeral key and its recipients have agreed on.
#[derive(Debug, Clone)]
struct Terms {
    /// SubjectPublicKeyInfo of the originator's ephemeral key.
    originator: Vec<u8>,
    user_keying_material: Option<Vec<u8>>,
    hash: Hash,
    /// AlgorithmIdentifier of the key wrap, which enters the KDF as it came.
    wrap_algorithm: Vec<u8>,
    kek_len: usize,
}

/// A key wrapped for one recipient, with all that opening it takes.
#[derive(Debug, Clone)]
pub(super) struct Agreement {
    terms: Terms,
    wrapped: Vec<u8>,
}

/// One recipient of a KeyAgreeRecipientInfo; without agreement where its algorithms are not known here.
pub(super) struct KeyAgreeRecipient {
    pub(super) certificate_id: CertificateId,
    pub(super) algorithm: ObjectIdentifier,
    pub(super) agreement: Option<Agreement>,
}

/// The KDF's hash, as strong as the curve.
fn hash_for(key: KeyAlgorithm) -> Hash {
    if key == KeyAlgorithm::P384 { Hash::Sha384 } else { Hash::Sha256 }
}

fn scheme_oid(hash: Hash) -> ObjectIdentifier {
    if hash == Hash::Sha384 { algo::oid::ECDH_SHA384_KDF } else { algo::oid::ECDH_SHA256_KDF }
}

/// The RecipientInfo `[1]` that carries `key` to the holder of `recipient`.
pub(super) fn encrypt(recipient: &Certificate, key: &Secret) -> Result<Vec<u8>, EncryptError> {
    let theirs = recipient.public_key();
    let ephemeral = PrivateKey::generate(theirs.algorithm()).map_err(|_| EncryptError::Failed)?;
    let shared = ephemeral.agree(theirs).map_err(|_| EncryptError::Failed)?;
    let hash = hash_for(theirs.algorithm());
    let wrap_algorithm = asn1::element(SEQUENCE, &[&asn1::oid(algo::oid::AES256_WRAP)]);
    let kek = derive(hash, &shared, &wrap_algorithm, None, 32).ok_or(EncryptError::Failed)?;
    let wrapped = aes_key_wrap(kek.expose(), key.expose()).map_err(|_| EncryptError::Failed)?;
    Ok(encode(recipient, ephemeral.public().spki(), hash, &wrap_algorithm, &wrapped))
}

fn encode(recipient: &Certificate, originator: &[u8], hash: Hash, wrap: &[u8], wrapped: &[u8]) -> Vec<u8> {
    let encrypted_key = asn1::element(
        SEQUENCE,
        &[&certificate_id::issuer_and_serial(recipient), &asn1::element(OCTET_STRING, &[wrapped])],
    );
    asn1::element(
        constructed(1),
        &[
            &asn1::small(KARI_VERSION),
            // OriginatorPublicKey has the fields of SubjectPublicKeyInfo under the tag [1].
            &asn1::element(constructed(0), &[&asn1::retag(originator, constructed(1))]),
            &asn1::element(SEQUENCE, &[&asn1::oid(scheme_oid(hash)), wrap]),
            &asn1::element(SEQUENCE, &[&encrypted_key]),
        ],
    )
}

/// The recipients of a KeyAgreeRecipientInfo.
pub(super) fn read(element: Element<'_>) -> Result<Vec<KeyAgreeRecipient>, Malformed> {
    let mut fields = element.inside();
    fields.take(asn1::INTEGER, FIELD)?;
    let originator = fields.take(constructed(0), FIELD)?;
    let material = fields.optional(constructed(1), FIELD)?;
    let algorithm = Algorithm::take(&mut fields, FIELD)?;
    let recipients = fields.take(SEQUENCE, FIELD)?.inside().all(FIELD)?;
    fields.finish(FIELD)?;
    let terms = read_terms(originator, material, &algorithm)?;
    let recipient = |recipient: Element<'_>| {
        let mut fields = recipient.inside();
        let certificate_id = CertificateId::take(&mut fields, constructed(0), FIELD)?;
        let wrapped = fields.take(OCTET_STRING, FIELD)?.value.to_vec();
        let agreement = terms.clone().map(|terms| Agreement { terms, wrapped });
        Ok(KeyAgreeRecipient { certificate_id, algorithm: algorithm.oid, agreement })
    };
    recipients.into_iter().map(recipient).collect()
}

fn read_terms(
    originator: Element<'_>,
    material: Option<Element<'_>>,
    algorithm: &Algorithm<'_>,
) -> Result<Option<Terms>, Malformed> {
    let material = material.map(|material| Element::only(material.value, OCTET_STRING, FIELD)).transpose()?;
    let (Some(originator), Some((hash, wrap_algorithm, kek_len))) =
        (read_originator(originator)?, read_method(algorithm)?)
    else {
        return Ok(None);
    };
    let user_keying_material = material.map(|material| material.value.to_vec());
    Ok(Some(Terms { originator, user_keying_material, hash, wrap_algorithm, kek_len }))
}

/// KDF hash, AlgorithmIdentifier of the key wrap, and its key's length in bytes.
fn read_method(algorithm: &Algorithm<'_>) -> Result<Option<(Hash, Vec<u8>, usize)>, Malformed> {
    let hash = match algorithm.oid {
        algo::oid::ECDH_SHA256_KDF => Hash::Sha256,
        algo::oid::ECDH_SHA384_KDF => Hash::Sha384,
        _ => return Ok(None),
    };
    let wrap = Algorithm::read(algorithm.parameters.ok_or(Malformed { field: FIELD })?, FIELD)?;
    let kek_len = match wrap.oid {
        algo::oid::AES128_WRAP => 16,
        algo::oid::AES256_WRAP => 32,
        _ => return Ok(None),
    };
    Ok(Some((hash, wrap.der.to_vec(), kek_len)))
}

/// The originator's key as a SubjectPublicKeyInfo. Its curve may be left out (RFC 5753 §3.1.1): then the length of the
/// point tells it. An originator named by certificate (static-static) is not supported.
fn read_originator(originator: Element<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    let Ok(key) = Element::only(originator.value, constructed(1), FIELD) else { return Ok(None) };
    let mut fields = key.inside();
    let algorithm = Algorithm::take(&mut fields, FIELD)?;
    let point = fields.take(BIT_STRING, FIELD)?;
    fields.finish(FIELD)?;
    if !algorithm.is_bare() {
        return Ok(Some(asn1::retag(key.der, SEQUENCE)));
    }
    // One octet says that no bits are unused, one that the point is not compressed.
    let curve = match point.value.len() {
        66 => algo::oid::P256,
        98 => algo::oid::P384,
        _ => return Ok(None),
    };
    let algorithm = asn1::element(SEQUENCE, &[&asn1::oid(algorithm.oid), &asn1::oid(curve)]);
    Ok(Some(asn1::element(SEQUENCE, &[&algorithm, point.der])))
}

impl Agreement {
    /// The KDF's hash.
    pub(super) fn hash(&self) -> Hash {
        self.terms.hash
    }

    /// The content-encryption key: one operation of the recipient's key, the rest is done here. The error holds what
    /// the key said, if it was the key that failed.
    pub(super) fn open<K: OpenKey + ?Sized>(&self, key: &mut K) -> Result<Secret, Option<K::Error>> {
        let Terms { originator, user_keying_material, hash, wrap_algorithm, kek_len } = &self.terms;
        let originator = PublicKey::from_spki(originator).map_err(|_| None)?;
        let shared = key.agree(&originator).map_err(Some)?;
        let kek = derive(*hash, &shared, wrap_algorithm, user_keying_material.as_deref(), *kek_len).ok_or(None)?;
        aes_key_unwrap(kek.expose(), &self.wrapped).map_err(|_| None)
    }
}

/// The key-encryption key: X9.63 KDF over ECC-CMS-SharedInfo (RFC 5753 §7.2).
fn derive(hash: Hash, shared: &Secret, wrap: &[u8], material: Option<&[u8]>, len: usize) -> Option<Secret> {
    let material = material
        .map(|material| asn1::element(constructed(0), &[&asn1::element(OCTET_STRING, &[material])]))
        .unwrap_or_default();
    let bits = u32::try_from(len * 8).ok()?.to_be_bytes();
    let bits = asn1::element(constructed(2), &[&asn1::element(OCTET_STRING, &[&bits])]);
    let info = asn1::element(SEQUENCE, &[wrap, &material, &bits]);
    let mut kek = vec![0; len];
    ecdh_x963_kdf(hash, shared.expose(), &info, &mut kek).ok()?;
    Some(Secret::from(kek))
}
