//! Judging one signer of a message: two facts (content intact, signature good) and every finding by name.
//!
//! What is checked is row by row what broke other verifiers: the attributes contentType and messageDigest must stand
//! there and agree, digest and signature algorithm must agree and be allowed, the certificate must be the one that the
//! signature itself names, and content may come from one place only.

use algo::{Digest, Hash, KeyAlgorithm, PublicKey, SignatureScheme, Sm2Id};
use const_oid::ObjectIdentifier;
use time::OffsetDateTime;
use x509::Certificate;

use super::attributes::Attributes;
use super::parse::{Signer, read_set};
use super::signing_certificate::NamedCertificate;
use super::{Axis, Problem, scheme};
use crate::algorithm::Algorithm;
use crate::asn1::{self, Element, OCTET_STRING, OID, SEQUENCE, SET};
use crate::certificate_id::CertificateId;
use crate::{Family, oid};

/// Where the signed content comes from.
#[derive(Clone, Copy)]
pub enum SignedContent<'a> {
    /// From the message itself.
    Embedded,
    /// The message is detached and these are the bytes beside it.
    Detached(&'a [u8]),
    /// The message is detached and the bytes were hashed elsewhere: gives their plain digest under a hash function.
    DetachedDigest(&'a dyn Fn(Hash) -> Digest),
}

/// What was signed, beside the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedForm {
    /// Signed attributes, which carry the content's digest.
    Attributes,
    /// The content alone: the plain variant of GB/T 35275.
    Plain,
}

/// The facts about one signature. `intact` and `signature` are separate; trust in the certificate is not judged here.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignerReport {
    /// The content is what was signed, as far as the message says: its digest stands in the signed attributes, or,
    /// where there are none, its signature is good.
    pub intact: bool,
    /// The signature is the certificate holder's, by allowed algorithms.
    pub signature: bool,
    /// The signer's certificate, if found.
    pub certificate: Option<Certificate>,
    /// Signed attributes, or the content alone.
    pub form: SignedForm,
    /// The scheme under which the signature verified.
    pub scheme: Option<SignatureScheme>,
    /// The SM2 signer id under which it verified: the default, or the empty one that some issuers prefer.
    pub sm2_id: Option<Sm2Id>,
    /// The time that the signer claims: shown, never relied on.
    pub claimed_time: Option<OffsetDateTime>,
    /// The signature value: what a signature time stamp is over.
    pub value: Vec<u8>,
    /// The signature time stamp token (RFC 3161) in DER, if one was added. Not judged here.
    pub timestamp: Option<Vec<u8>>,
    /// All that was found wrong.
    pub problems: Vec<Problem>,
}

impl SignerReport {
    /// Whether content and signature hold and nothing at all was found wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.intact && self.signature && self.problems.is_empty()
    }
}

impl Signer<'_> {
    /// Judges this signature with the certificates that the message carries.
    #[must_use]
    pub fn verify(&self, content: SignedContent<'_>) -> SignerReport {
        self.verify_with(content, &[])
    }

    /// Judges this signature; `known` are further certificates among which the signer's may be.
    #[must_use]
    pub fn verify_with(&self, content: SignedContent<'_>, known: &[Certificate]) -> SignerReport {
        let form = if self.info.signed_attributes.is_some() { SignedForm::Attributes } else { SignedForm::Plain };
        let mut judgement = Judgement { signer: *self, content, form, problems: self.form_problems() };
        let facts = judgement.judge(known);
        let problems = judgement.problems;
        let spoilt = |axis| problems.iter().any(|problem| problem.axis() == axis);
        let signature = facts.scheme.is_some() && !spoilt(Axis::Signature);
        SignerReport {
            // Without attributes only the signature itself says that the content is the one signed.
            intact: facts.content_fits && !spoilt(Axis::Intact) && (form == SignedForm::Attributes || signature),
            signature,
            certificate: facts.certificate,
            form,
            sm2_id: match &facts.scheme {
                Some(SignatureScheme::Sm2(id)) => Some(id.clone()),
                _ => None,
            },
            scheme: facts.scheme,
            claimed_time: facts.claimed_time,
            value: self.info.signature.clone(),
            timestamp: self.unsigned_attribute(oid::SIGNATURE_TIME_STAMP).into_iter().next(),
            problems,
        }
    }

    /// The hash functions whose digest of detached content is needed to judge this signer.
    #[must_use]
    pub fn digest_needed(&self) -> Option<Hash> {
        scheme::read_digest_even_weak(&self.digest_algorithm()?).0
    }

    fn digest_algorithm(&self) -> Option<Algorithm<'_>> {
        read_algorithm(&self.info.digest_algorithm)
    }

    /// What strict verifiers insist on and nothing depends on.
    fn form_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.digest_algorithm().is_some_and(|algorithm| self.data.digest_algorithms.contains(&algorithm.oid)) {
            problems.push(Problem::DigestNotListed);
        }
        let signer_version = match self.info.certificate_id {
            CertificateId::IssuerAndSerial { .. } => 1,
            CertificateId::SubjectKeyId(_) => 3,
        };
        let simple =
            self.data.content_type == self.data.family.data() && self.data.signers.iter().all(|s| s.version == 1);
        let version_fits = match self.data.family {
            Family::Gm => self.data.version == 1,
            Family::Rfc5652 if simple => self.data.version == 1,
            Family::Rfc5652 => (3..=5).contains(&self.data.version),
        };
        if self.info.version != signer_version || !version_fits {
            problems.push(Problem::VersionWrong);
        }
        problems
    }
}

fn read_algorithm(der: &[u8]) -> Option<Algorithm<'_>> {
    Algorithm::read(Element::only(der, SEQUENCE, "AlgorithmIdentifier").ok()?, "AlgorithmIdentifier").ok()
}

/// What was positively found; what was not is among the problems.
struct Facts {
    content_fits: bool,
    certificate: Option<Certificate>,
    scheme: Option<SignatureScheme>,
    claimed_time: Option<OffsetDateTime>,
}

struct Judgement<'a> {
    signer: Signer<'a>,
    content: SignedContent<'a>,
    form: SignedForm,
    problems: Vec<Problem>,
}

impl<'a> Judgement<'a> {
    fn judge(&mut self, known: &[Certificate]) -> Facts {
        let attributes = self.read_attributes();
        let hash = self.digest();
        let content_fits = self.check_content(attributes.as_ref(), hash);
        let content_fits = self.note(content_fits) == Some(true);
        let named = attributes.as_ref().and_then(|attributes| self.named_certificate(attributes));
        let claimed_time = attributes.as_ref().and_then(|attributes| self.note(attributes.claimed_time()).flatten());
        let certificate = self.find_certificate(named.as_ref(), known);
        let scheme = certificate.as_ref().zip(hash).and_then(|(certificate, hash)| {
            let scheme = self.check_signature(certificate.public_key(), hash);
            self.note(scheme)
        });
        Facts { content_fits, certificate, scheme, claimed_time }
    }

    /// Keeps a result's value, or its problem, which may have been found before.
    fn note<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        let problem = match result {
            Ok(value) => return Some(value),
            Err(problem) => problem,
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        None
    }

    fn read_attributes(&mut self) -> Option<Attributes<'a>> {
        let attributes = read_set(self.signer.info.signed_attributes.as_deref());
        self.note(attributes.map_err(|_| Problem::AttributesMalformed)).flatten()
    }

    fn digest(&mut self) -> Option<Hash> {
        let algorithm = read_algorithm(&self.signer.info.digest_algorithm)?;
        let (hash, problem) = scheme::read_digest_even_weak(&algorithm);
        self.problems.extend(problem);
        hash
    }

    /// Whether the content is the one signed. Without a known digest algorithm, which is reported by its own name,
    /// nothing can be compared and it is not.
    fn check_content(&self, attributes: Option<&Attributes<'_>>, hash: Option<Hash>) -> Result<bool, Problem> {
        let carried = self.signer.data.content();
        if carried.is_some() && !matches!(self.content, SignedContent::Embedded) {
            return Err(Problem::ContentUnexpected);
        }
        if carried.is_none() && matches!(self.content, SignedContent::Embedded) {
            return Err(Problem::ContentMissing);
        }
        if self.form == SignedForm::Plain {
            return self.check_plain_content().map(|()| true);
        }
        let attributes = attributes.ok_or(Problem::AttributesMalformed)?;
        let content_type = attributes.single(oid::CONTENT_TYPE)?.ok_or(Problem::ContentTypeMissing)?;
        if !is_oid(content_type, self.signer.data.content_type) {
            return Err(Problem::ContentTypeWrong);
        }
        let message_digest = attributes.single(oid::MESSAGE_DIGEST)?.ok_or(Problem::MessageDigestMissing)?;
        if message_digest.tag != OCTET_STRING {
            return Err(Problem::AttributeMalformed { attribute: oid::MESSAGE_DIGEST });
        }
        let Some(hash) = hash else { return Ok(false) };
        let digest = self.content_digest(hash).ok_or(Problem::ContentMissing)?;
        if digest.as_ref() == message_digest.value { Ok(true) } else { Err(Problem::ContentAltered) }
    }

    /// A signature over content alone can be an old signature over attributes in disguise: attributes are a SET OF,
    /// and content of that shape is refused.
    fn check_plain_content(&self) -> Result<(), Problem> {
        let content = self.content_bytes().ok_or(Problem::ContentNeeded)?;
        let attributes = Element::only(content, SET, "content").and_then(Attributes::read);
        match attributes {
            Ok(attributes) if attributes.every(oid::MESSAGE_DIGEST).next().is_some() => {
                Err(Problem::ContentIsAttributes)
            }
            _ => Ok(()),
        }
    }

    fn content_bytes(&self) -> Option<&'a [u8]> {
        match self.content {
            SignedContent::Embedded => self.signer.data.content(),
            SignedContent::Detached(bytes) => Some(bytes),
            SignedContent::DetachedDigest(_) => None,
        }
    }

    fn content_digest(&self, hash: Hash) -> Option<Digest> {
        match self.content {
            SignedContent::DetachedDigest(digest) => Some(digest(hash)),
            _ => self.content_bytes().map(|bytes| hash.digest(bytes)),
        }
    }

    fn named_certificate(&mut self, attributes: &Attributes<'_>) -> Option<NamedCertificate> {
        match attributes.single(oid::SIGNING_CERTIFICATE_V2) {
            Ok(Some(value)) => self.note(NamedCertificate::read(value)),
            Ok(None) => {
                self.problems.push(Problem::SigningCertificateMissing);
                None
            }
            Err(problem) => self.note(Err(problem)),
        }
    }

    /// Several certificates may bear the same name and number; the one that the signature names counts.
    fn find_certificate(&mut self, named: Option<&NamedCertificate>, known: &[Certificate]) -> Option<Certificate> {
        let fits = |certificate: &&Certificate| self.signer.info.certificate_id.is(certificate);
        let candidates: Vec<&Certificate> = self.signer.data.certificates().iter().chain(known).filter(fits).collect();
        let by_name = named.and_then(|named| candidates.iter().find(|certificate| named.is(certificate)));
        let Some(certificate) = by_name.or(candidates.first()) else {
            self.problems.push(Problem::CertificateMissing);
            return None;
        };
        if named.is_some() && by_name.is_none() {
            self.problems.push(Problem::SigningCertificateMismatch);
        }
        Some((*certificate).clone())
    }

    fn check_signature(&self, key: &PublicKey, hash: Hash) -> Result<SignatureScheme, Problem> {
        if let KeyAlgorithm::Rsa { bits } = key.algorithm()
            && bits < scheme::SHORTEST_RSA
        {
            return Err(Problem::KeyShort { bits });
        }
        let algorithm = read_algorithm(&self.signer.info.signature_algorithm).ok_or(Problem::SignatureWrong)?;
        let scheme = scheme::read_signature(&algorithm, hash, key.algorithm())?;
        if self.form == SignedForm::Plain && !self.plain_is_allowed(&scheme) {
            return Err(Problem::NoSignedAttributes);
        }
        let message = match &self.signer.info.signed_attributes {
            Some(attributes) => asn1::retag(attributes, SET),
            None => self.content_bytes().ok_or(Problem::ContentNeeded)?.to_vec(),
        };
        let signature = &self.signer.info.signature;
        let mut candidates = scheme::candidates(scheme);
        candidates.find(|scheme| key.verify(scheme, &message, signature).is_ok()).ok_or(Problem::SignatureWrong)
    }

    /// GB/T 35275 lets SM2 sign plain data directly; RFC 5652 §5.3 asks for attributes around any other content.
    fn plain_is_allowed(&self, scheme: &SignatureScheme) -> bool {
        matches!(scheme, SignatureScheme::Sm2(_)) && self.signer.data.content_type == self.signer.data.family.data()
    }
}

fn is_oid(value: Element<'_>, expected: ObjectIdentifier) -> bool {
    value.tag == OID && value.oid("contentType") == Ok(expected)
}
