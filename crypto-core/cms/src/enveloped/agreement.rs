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

/// One recipient of a KeyAgreeRecipientInfo, with all that agreeing on its key takes.
#[derive(Debug, Clone)]
pub(super) struct Agreement {
    /// SubjectPublicKeyInfo of the originator's ephemeral key.
    originator: Vec<u8>,
    user_keying_material: Option<Vec<u8>>,
    pub(super) hash: Hash,
    /// AlgorithmIdentifier of the key wrap, which enters the KDF as it came.
    wrap_algorithm: Vec<u8>,
    kek_len: usize,
    wrapped: Vec<u8>,
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

/// The recipients of a KeyAgreeRecipientInfo; those whose algorithms are not known here come without agreement.
pub(super) fn read(
    element: Element<'_>,
) -> Result<Vec<(CertificateId, Result<Agreement, ObjectIdentifier>)>, Malformed> {
    let mut fields = element.inside();
    fields.take(asn1::INTEGER, FIELD)?;
    let originator = fields.take(constructed(0), FIELD)?;
    let user_keying_material = fields.optional(constructed(1), FIELD)?;
    let algorithm = Algorithm::take(&mut fields, FIELD)?;
    let recipients = fields.take(SEQUENCE, FIELD)?.inside().all(FIELD)?;
    fields.finish(FIELD)?;
    let user_keying_material = user_keying_material
        .map(|material| Element::only(material.value, OCTET_STRING, FIELD).map(|octets| octets.value.to_vec()))
        .transpose()?;
    let method = read_method(&algorithm)?;
    let read_one = |recipient: Element<'_>| {
        let mut fields = recipient.inside();
        let id = CertificateId::take(&mut fields, constructed(0), FIELD)?;
        let wrapped = fields.take(OCTET_STRING, FIELD)?.value.to_vec();
        let agreement =
            method.as_ref().zip(read_originator(originator)?).map(|((hash, wrap, kek_len), originator)| Agreement {
                originator,
                user_keying_material: user_keying_material.clone(),
                hash: *hash,
                wrap_algorithm: wrap.clone(),
                kek_len: *kek_len,
                wrapped,
            });
        Ok((id, agreement.ok_or(algorithm.oid)))
    };
    recipients.into_iter().map(read_one).collect()
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
    /// The identifier of the agreement with its KDF.
    pub(super) fn scheme_oid(&self) -> ObjectIdentifier {
        scheme_oid(self.hash)
    }

    /// The content-encryption key: one operation of the recipient's key, the rest is done here. The inner error is for
    /// everything that is not the key's own.
    pub(super) fn open<K: OpenKey + ?Sized>(&self, key: &mut K) -> Result<Secret, Option<K::Error>> {
        let originator = PublicKey::from_spki(&self.originator).map_err(|_| None)?;
        let shared = key.agree(&originator).map_err(Some)?;
        let material = self.user_keying_material.as_deref();
        let kek = derive(self.hash, &shared, &self.wrap_algorithm, material, self.kek_len).ok_or(None)?;
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
