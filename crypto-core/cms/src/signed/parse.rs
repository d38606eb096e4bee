//! Reading SignedData (RFC 5652 §5; GB/T 35275 §8) without judging it. Judging is `verify`'s.

use const_oid::ObjectIdentifier;
use x509::Certificate;

use super::Problem;
use super::attributes::Attributes;
use crate::algorithm::Algorithm;
use crate::asn1::{
    self, Element, Elements, INTEGER, Malformed, OCTET_STRING, OID, SEQUENCE, SET, constructed, primitive,
};
use crate::certificate_id::CertificateId;
use crate::content_info::{self, ParseError};
use crate::{Family, oid};

/// More signers than any document has; each costs a signature check.
const MOST_SIGNERS: usize = 64;
/// More certificates than any chain of so many signers has; each costs parsing.
const MOST_CERTIFICATES: usize = 256;

/// A signed message as it came.
#[derive(Debug, Clone)]
pub struct SignedData {
    pub(super) family: Family,
    pub(super) version: u8,
    pub(super) digest_algorithms: Vec<ObjectIdentifier>,
    pub(super) content_type: ObjectIdentifier,
    content: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    revocation: RevocationInfo,
    pub(super) signers: Vec<SignerInfo>,
    /// The SignedData itself in DER, from which a copy with more unsigned attributes is made.
    pub(super) der: Vec<u8>,
}

/// Revocation information that a message carries (RFC 5652 §10.2.1), each in DER as it came. Not judged here.
#[derive(Debug, Clone, Default)]
pub struct RevocationInfo {
    /// Lists.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses (RFC 5940).
    pub ocsp: Vec<Vec<u8>>,
}

/// One signer as it came; algorithms and attributes keep their raw bytes.
#[derive(Debug, Clone)]
pub(super) struct SignerInfo {
    pub(super) version: u8,
    pub(super) certificate_id: CertificateId,
    pub(super) digest_algorithm: Vec<u8>,
    /// `[0] IMPLICIT SET OF Attribute`, with that tag.
    pub(super) signed_attributes: Option<Vec<u8>>,
    pub(super) signature_algorithm: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// `[1] IMPLICIT SET OF Attribute`, with that tag.
    pub(super) unsigned_attributes: Option<Vec<u8>>,
}

/// One signer of a message.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    pub(super) data: &'a SignedData,
    pub(super) info: &'a SignerInfo,
}

impl SignedData {
    /// Reads a message in DER, or in BER as stream writers emit it.
    ///
    /// # Errors
    /// [`ParseError`]; bytes after the message are refused too.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        content_info::parse(bytes, Family::signed_data, Self::read)
    }

    /// Whose content types the message uses.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// What kind of content was signed.
    #[must_use]
    pub fn content_type(&self) -> ObjectIdentifier {
        self.content_type
    }

    /// The content, if the message carries it.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// The certificates it carries, in its order; those of kinds not known here are left out.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The revocation information it carries.
    #[must_use]
    pub fn revocation(&self) -> &RevocationInfo {
        &self.revocation
    }

    /// Its signers. There may be none: such a message only transports certificates.
    pub fn signers(&self) -> impl ExactSizeIterator<Item = Signer<'_>> {
        self.signers.iter().map(|info| Signer { data: self, info })
    }

    /// Its one signer: a PDF signature may not have more (security rule of PAdES, EN 319 142-1).
    ///
    /// # Errors
    /// [`Problem::SignerCount`]
    pub fn only_signer(&self) -> Result<Signer<'_>, Problem> {
        match self.signers.as_slice() {
            [info] => Ok(Signer { data: self, info }),
            all => Err(Problem::SignerCount { found: all.len() }),
        }
    }

    fn read(family: Family, signed_data: Element<'_>) -> Result<Self, Malformed> {
        let mut fields = signed_data.inside();
        let version = fields.take(INTEGER, "SignedData.version")?.small("SignedData.version")?;
        let digest_algorithms = read_digest_algorithms(fields.take(SET, "digestAlgorithms")?)?;
        let (content_type, content) = read_content(fields.take(SEQUENCE, "encapContentInfo")?)?;
        let certificates = fields.optional(constructed(0), "certificates")?;
        let revocation = fields.optional(constructed(1), "crls")?.map(RevocationInfo::read).transpose()?;
        let signers = fields.take(SET, "signerInfos")?;
        fields.finish("SignedData")?;
        Ok(Self {
            family,
            version,
            digest_algorithms,
            content_type,
            content,
            certificates: certificates.map(read_certificates).transpose()?.unwrap_or_default(),
            revocation: revocation.unwrap_or_default(),
            signers: read_signers(signers)?,
            der: signed_data.der.to_vec(),
        })
    }
}

fn read_digest_algorithms(set: Element<'_>) -> Result<Vec<ObjectIdentifier>, Malformed> {
    let algorithms = set.inside().all("digestAlgorithms")?;
    algorithms.into_iter().map(|one| Algorithm::read(one, "digestAlgorithms").map(|algorithm| algorithm.oid)).collect()
}

fn read_content(element: Element<'_>) -> Result<(ObjectIdentifier, Option<Vec<u8>>), Malformed> {
    const FIELD: &str = "encapContentInfo";
    let mut fields = element.inside();
    let content_type = fields.take(OID, FIELD)?.oid(FIELD)?;
    let wrapped = fields.optional(constructed(0), FIELD)?;
    fields.finish(FIELD)?;
    let content = wrapped.map(|wrapped| Element::only(wrapped.value, OCTET_STRING, "eContent")).transpose()?;
    Ok((content_type, content.map(|content| content.value.to_vec())))
}

/// CertificateChoices other than Certificate carry tags of their own and are passed over, as are certificates that
/// `x509` cannot read: if it is the signer's, its absence is reported.
fn read_certificates(set: Element<'_>) -> Result<Vec<Certificate>, Malformed> {
    let choices = set.inside().all("certificates")?;
    if choices.len() > MOST_CERTIFICATES {
        return Err(Malformed { field: "certificates" });
    }
    let certificates = choices.iter().filter(|choice| choice.tag == SEQUENCE);
    Ok(certificates.filter_map(|choice| Certificate::from_der(choice.der).ok()).collect())
}

impl RevocationInfo {
    /// RevocationInfoChoices: lists, and other forms under `[1]`, of which only OCSP responses are known.
    fn read(set: Element<'_>) -> Result<Self, Malformed> {
        let choices = set.inside().all("crls")?;
        if choices.len() > MOST_CERTIFICATES {
            return Err(Malformed { field: "crls" });
        }
        let mut found = Self::default();
        for choice in choices {
            if choice.tag == SEQUENCE {
                found.crls.push(choice.der.to_vec());
                continue;
            }
            let mut fields = choice.inside();
            if fields.take(OID, "crls")?.oid("crls")? == oid::OCSP_RESPONSE {
                found.ocsp.push(fields.any("crls")?.der.to_vec());
            }
        }
        Ok(found)
    }
}

fn read_signers(set: Element<'_>) -> Result<Vec<SignerInfo>, Malformed> {
    let signers = set.inside().all("signerInfos")?;
    if signers.len() > MOST_SIGNERS {
        return Err(Malformed { field: "signerInfos" });
    }
    signers.into_iter().map(SignerInfo::read).collect()
}

impl SignerInfo {
    fn read(element: Element<'_>) -> Result<Self, Malformed> {
        const FIELD: &str = "SignerInfo";
        if element.tag != SEQUENCE {
            return Err(Malformed { field: FIELD });
        }
        let mut fields = element.inside();
        let info = Self {
            version: fields.take(INTEGER, "SignerInfo.version")?.small("SignerInfo.version")?,
            certificate_id: CertificateId::take(&mut fields, primitive(0), "SignerInfo.sid")?,
            digest_algorithm: Algorithm::take(&mut fields, "digestAlgorithm")?.der.to_vec(),
            signed_attributes: fields.optional(constructed(0), "signedAttrs")?.map(|set| set.der.to_vec()),
            signature_algorithm: Algorithm::take(&mut fields, "signatureAlgorithm")?.der.to_vec(),
            signature: fields.take(OCTET_STRING, "signature")?.value.to_vec(),
            unsigned_attributes: fields.optional(constructed(1), "unsignedAttrs")?.map(|set| set.der.to_vec()),
        };
        fields.finish(FIELD)?;
        read_set(info.unsigned_attributes.as_deref())?;
        Ok(info)
    }

    /// The unsigned attributes; they were found readable when the message was read.
    pub(super) fn unsigned(&self) -> Option<Attributes<'_>> {
        read_set(self.unsigned_attributes.as_deref()).ok().flatten()
    }
}

/// Reads a set of attributes, if there is one, whatever its tag.
pub(super) fn read_set(set: Option<&[u8]>) -> Result<Option<Attributes<'_>>, Malformed> {
    set.map(|set| Attributes::read(Elements::of(set).any("Attributes")?)).transpose()
}

impl Signer<'_> {
    /// How the message names the signer's certificate.
    #[must_use]
    pub fn certificate_id(&self) -> &CertificateId {
        &self.info.certificate_id
    }

    /// The signature value: what a signature time stamp is made over (RFC 3161 appendix A).
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.info.signature
    }

    /// The values of an unsigned attribute, each in DER.
    #[must_use]
    pub fn unsigned_attribute(&self, attribute: ObjectIdentifier) -> Vec<Vec<u8>> {
        let unsigned = self.info.unsigned();
        unsigned.iter().flat_map(|set| set.every(attribute)).map(|value| value.der.to_vec()).collect()
    }

    /// The signed bytes, DER SET OF Attribute, if there are signed attributes (RFC 5652 §5.4).
    #[must_use]
    pub fn signed_attributes(&self) -> Option<Vec<u8>> {
        self.info.signed_attributes.as_deref().map(|set| asn1::retag(set, SET))
    }
}
