//! Certification requests (PKCS #10, RFC 2986): built for keys that live elsewhere, read and proven.

use algo::{PublicKey, PublicKeyError, SignatureScheme};
use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, SetOfVec, UintRef};
use der::{Decode, Encode, Reader, Sequence, Tag, TagNumber, ValueOrd};
use rfc5280::ext::Extension;
use thiserror::Error;

use crate::certificate::LONGEST;
use crate::extensions::Extensions;
use crate::issue::NewExtension;
use crate::key_usage::KeyUsage;
use crate::name::Name;
use crate::oid::EXTENSION_REQUEST;
use crate::pem::{armoured, ders};
use crate::raw::{Element, Signed, for_each_element, whole};
use crate::signature::{self, SignatureError, SignerId};
use crate::to_be_signed::{BuildError, ToBeSigned};

/// Labels of PEM blocks that hold a request (RFC 7468 §7 and the older spelling).
const LABELS: &[&str] = &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct RequestTemplate {
    subject: Name,
    public_key: PublicKey,
    key_usage: Option<KeyUsage>,
}

impl RequestTemplate {
    /// A request for a certificate that binds `public_key` to `subject`.
    #[must_use]
    pub fn new(subject: Name, public_key: &PublicKey) -> Self {
        Self { subject, public_key: public_key.clone(), key_usage: None }
    }

    /// Asks for this key usage by an extensionRequest attribute (RFC 2985 §5.4.2).
    #[must_use]
    pub fn key_usage(mut self, usage: KeyUsage) -> Self {
        self.key_usage = Some(usage);
        self
    }

    /// Fixes the content, to be signed by the private half of the key. SM2 requests use the default signer id.
    ///
    /// # Errors
    /// [`BuildError`] when the scheme is for another kind of key.
    pub fn to_be_signed(&self, scheme: &SignatureScheme) -> Result<ToBeSigned, BuildError> {
        let mut attributes = SetOfVec::new();
        if let Some(usage) = self.key_usage {
            let extensions = vec![NewExtension::key_usage(usage).encoded()?].to_der()?;
            attributes.insert(Attribute {
                oid: EXTENSION_REQUEST,
                values: SetOfVec::from_iter([AnyRef::from_der(&extensions)?.into()])?,
            })?;
        }
        let info = RequestInfo {
            version: 0,
            subject: AnyRef::from_der(self.subject.der())?,
            public_key: AnyRef::from_der(self.public_key.spki())?,
            attributes,
        };
        Ok(ToBeSigned::new(info.to_der()?, scheme, &self.public_key)?)
    }
}

/// CertificationRequestInfo. `attributes` is not optional: without any, it is an empty set.
#[derive(Sequence)]
struct RequestInfo<'a> {
    version: u8,
    subject: AnyRef<'a>,
    public_key: AnyRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    attributes: SetOfVec<Attribute>,
}

#[derive(Clone, Sequence, ValueOrd, PartialEq, Eq)]
struct Attribute {
    oid: ObjectIdentifier,
    values: SetOfVec<der::Any>,
}

/// A request as it was received. Nothing in it is true before [`prove`](Self::prove).
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    der: Vec<u8>,
    subject: Name,
    public_key: PublicKey,
    key_usage: Option<KeyUsage>,
}

/// A request whose sender holds the private key. Certificates are issued for nothing less.
#[derive(Clone, Debug)]
pub struct ProvenRequest {
    request: CertificateRequest,
    signer_id: Option<SignerId>,
}

/// Why a request is not accepted.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Neither DER nor PEM nor base64 of a request.
    #[error("there is no certificate request in it")]
    NoRequest,
    /// Not the structure of a request.
    #[error("the certificate request is malformed")]
    Malformed(#[from] der::Error),
    /// The key is of a kind that no suite uses, or no valid key.
    #[error("the public key of the request cannot be used")]
    PublicKey(#[source] PublicKeyError),
    /// The sender does not prove that the private key is his.
    #[error("the request is not signed by its own key")]
    NotProven(#[source] SignatureError),
}

impl CertificateRequest {
    /// Reads DER.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn from_der(der: &[u8]) -> Result<Self, RequestError> {
        if der.len() > LONGEST {
            return Err(RequestError::NoRequest);
        }
        let signed = Signed::parse(der)?;
        let (subject, spki, key_usage) = whole(signed.to_be_signed, |reader| reader.sequence(read_info))?;
        let public_key = PublicKey::from_spki(spki).map_err(RequestError::PublicKey)?;
        Ok(Self { der: der.to_vec(), subject, public_key, key_usage })
    }

    /// Reads DER, PEM or bare base64, the first request in it.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn from_any(bytes: &[u8]) -> Result<Self, RequestError> {
        let ders = ders(bytes, LABELS).map_err(|_| RequestError::NoRequest)?;
        Self::from_der(ders.first().ok_or(RequestError::NoRequest)?)
    }

    /// The request as it was received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM (RFC 7468 §7).
    #[must_use]
    pub fn to_pem(&self) -> String {
        armoured(LABELS[0], &self.der)
    }

    /// For whom a certificate is asked.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// For which key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The key usage asked for.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.key_usage
    }

    /// Checks the proof of possession: the signature by the key that the request is about (RFC 2986 §3).
    ///
    /// # Errors
    /// [`RequestError::NotProven`].
    pub fn prove(self) -> Result<ProvenRequest, RequestError> {
        let signed = Signed::parse(&self.der)?;
        let signer_id = signature::verify(&self.public_key, signed.algorithm, signed.to_be_signed, signed.signature)
            .map_err(RequestError::NotProven)?;
        Ok(ProvenRequest { request: self, signer_id })
    }
}

impl ProvenRequest {
    /// For whom a certificate is asked.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.request.subject
    }

    /// The key whose possession is proven.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.request.public_key
    }

    /// The key usage asked for.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.request.key_usage
    }

    /// With which SM2 signer id the signature held.
    #[must_use]
    pub fn signer_id(&self) -> Option<SignerId> {
        self.signer_id
    }
}

fn read_info<'a>(reader: &mut der::SliceReader<'a>) -> der::Result<(Name, &'a [u8], Option<KeyUsage>)> {
    UintRef::decode(reader)?;
    let subject = Name::from_der(reader.tlv_bytes()?)?;
    let spki = reader.tlv_bytes()?;
    // Some programs leave the attributes out, although RFC 2986 §4.1 wants at least an empty set.
    let key_usage = match reader.is_finished() {
        true => None,
        false => requested_key_usage(reader.tlv_bytes()?)?,
    };
    Ok((subject, spki, key_usage))
}

fn requested_key_usage(attributes: &[u8]) -> der::Result<Option<KeyUsage>> {
    let mut usage = None;
    let tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
    for_each_element(attributes, tag, |attribute| {
        let (oid, values) = whole(attribute.tlv, |reader| {
            reader.sequence(|inner| Ok::<_, der::Error>((ObjectIdentifier::decode(inner)?, Element::read(inner)?)))
        })?;
        if oid != EXTENSION_REQUEST {
            return Ok(());
        }
        for_each_element(values.tlv, Tag::Set, |value| {
            let extensions = Extensions::new(Vec::<Extension>::from_der(value.tlv)?);
            usage = extensions.map_err(|_| der::ErrorKind::Value { tag: Tag::Sequence })?.key_usage;
            Ok(())
        })
    })?;
    Ok(usage)
}
