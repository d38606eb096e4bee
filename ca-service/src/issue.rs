//! Issuing certificates to holders.

use algo::PrivateKey;
use thiserror::Error;
use time::OffsetDateTime;
use x509::issue::{CertificateTemplate, NewExtension, Profile, Validity, key_id};
use x509::{Certificate, CertificateRequest, KeyUsage, Name, NameError, ProvenRequest, RequestTemplate, Serial, Uscc};

use crate::authority::{Authority, CreateError};
use crate::status::{self, ISSUING_LIST};

/// What a certificate is for: a half of a double certificate, or a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateUse {
    /// Signing certificate (签名证书): digitalSignature and nonRepudiation, clientAuth for login.
    Sign,
    /// Encryption certificate (加密证书): keyEncipherment and dataEncipherment, keyAgreement for keys on a curve.
    Encrypt,
    /// Certificate of a time stamping authority (RFC 3161 §2.3).
    TimeStamping,
}

/// Numbers that the authority has checked and writes into a certificate.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// Unified social credit code of the unit, as extension 1.2.156.10260.4.1.4.
    pub uscc: Option<Uscc>,
    /// Number of the USB key (设备号), as the subject's serialNumber.
    pub device_number: Option<String>,
}

/// A private key with its certificate.
#[derive(Debug)]
pub struct Holder {
    /// The key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: Certificate,
}

/// Both halves of a double certificate.
#[derive(Debug)]
pub struct DoubleCertificate {
    /// The signing half.
    pub sign: Holder,
    /// The encryption half.
    pub encrypt: Holder,
}

/// A certificate is not issued.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The subject of the request is empty, or a number does not fit into it.
    #[error("the subject cannot be used")]
    Subject(#[source] NameError),
    /// The request names another credit code than the one that was checked.
    #[error("the request is for the unit {requested}, not {given}")]
    OtherUnit {
        /// Code in the request's subject.
        requested: Uscc,
        /// Code given to the authority.
        given: Uscc,
    },
    /// The request asks for another use.
    #[error("the request asks for the key usage {requested}")]
    OtherUse {
        /// What it asks for.
        requested: KeyUsage,
    },
    /// The key is of no suite: RSA below 2048 bits.
    #[error("a {0} key is too weak for a certificate")]
    WeakKey(algo::KeyAlgorithm),
    /// The period is empty or ends after the authority's own.
    #[error("the certificate would be valid until {until}, the authority is valid until {limit}")]
    Validity {
        /// Wanted end.
        until: OffsetDateTime,
        /// The authority's end.
        limit: OffsetDateTime,
    },
    /// Building or signing failed.
    #[error(transparent)]
    Certificate(#[from] CreateError),
}

impl CertificateUse {
    fn profile(self) -> Profile {
        match self {
            Self::Sign => Profile::Sign,
            Self::Encrypt => Profile::Encrypt,
            Self::TimeStamping => Profile::TimeStamping,
        }
    }

    fn fits(self, requested: KeyUsage) -> bool {
        match self {
            Self::Sign | Self::TimeStamping => requested.can_sign(),
            Self::Encrypt => requested.can_encrypt(),
        }
    }
}

impl Authority {
    /// Issues one certificate. The subject is the request's, with the device number added.
    ///
    /// # Errors
    /// [`IssueError`] says what in the request or the order does not fit.
    pub fn issue(
        &self,
        request: &ProvenRequest,
        wanted: CertificateUse,
        validity: Validity,
        ids: &Ids,
    ) -> Result<Certificate, IssueError> {
        let algorithm = request.public_key().algorithm();
        algorithm.suite().ok_or(IssueError::WeakKey(algorithm))?;
        if let Some(requested) = request.key_usage().filter(|requested| !wanted.fits(*requested)) {
            return Err(IssueError::OtherUse { requested });
        }
        self.check_validity(validity)?;
        let subject = checked_subject(request.subject(), ids)?;
        let mut extensions = wanted.profile().extensions(request.public_key(), &key_id(self.issuing.key.public()));
        extensions.extend(ids.uscc.as_ref().map(NewExtension::organisation_code));
        extensions.extend(status::sources(self.address.as_deref(), ISSUING_LIST));
        let template = CertificateTemplate {
            serial: Serial::from_random(algo::random().map_err(CreateError::from)?),
            issuer: self.issuing().subject().clone(),
            subject,
            validity,
            public_key: request.public_key().clone(),
            extensions,
        };
        Ok(self.issuing.sign(&template)?)
    }

    /// Makes both key pairs of a holder in the authority's own suite and issues both certificates: what a token and a
    /// key centre do together, for demonstrations and tests. `subject` as [`Name::parse`] reads it.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn issue_pair(&self, subject: &str, validity: Validity, ids: &Ids) -> Result<DoubleCertificate, IssueError> {
        let subject = Name::parse(subject).map_err(IssueError::Subject)?;
        Ok(DoubleCertificate {
            sign: self.issue_with_key(&subject, CertificateUse::Sign, validity, ids)?,
            encrypt: self.issue_with_key(&subject, CertificateUse::Encrypt, validity, ids)?,
        })
    }

    /// Makes one key pair in the authority's own suite and issues a certificate for it.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn issue_with_key(
        &self,
        subject: &Name,
        wanted: CertificateUse,
        validity: Validity,
        ids: &Ids,
    ) -> Result<Holder, IssueError> {
        let key = PrivateKey::generate(self.suite().key_algorithm()).map_err(CreateError::Generate)?;
        let certificate = self.issue(&own_request(&key, subject)?, wanted, validity, ids)?;
        Ok(Holder { key, certificate })
    }

    fn check_validity(&self, validity: Validity) -> Result<(), IssueError> {
        let (_, limit) = self.issuing().validity();
        match validity.not_before <= validity.not_after && validity.not_after <= limit {
            true => Ok(()),
            false => Err(IssueError::Validity { until: validity.not_after, limit }),
        }
    }
}

/// A request by a key that is at hand, proven like any other.
fn own_request(key: &PrivateKey, subject: &Name) -> Result<ProvenRequest, CreateError> {
    let scheme = crate::authority::suite_of(key).signature_scheme();
    let unsigned =
        RequestTemplate::new(subject.clone(), key.public()).to_be_signed(&scheme).map_err(CreateError::Build)?;
    let signature = key.sign_digest(&scheme, &unsigned.digest()).map_err(|_| CreateError::Sign)?;
    let der = unsigned.finish(&signature).map_err(|_| CreateError::Sign)?;
    CertificateRequest::from_der(&der).and_then(CertificateRequest::prove).map_err(|_| CreateError::Sign)
}

/// The request's subject with the device number, unless it says something else than what was checked.
fn checked_subject(requested: &Name, ids: &Ids) -> Result<Name, IssueError> {
    use x509::oid::attribute;
    if requested.common_name().is_none_or(|name| name.trim().is_empty()) {
        return Err(IssueError::Subject(NameError::EmptyValue { name: "CN" }));
    }
    let in_subject = x509::UnitIds::of_subject(requested).uscc;
    if let (Some(requested), Some(given)) = (in_subject, &ids.uscc)
        && requested != *given
    {
        return Err(IssueError::OtherUnit { requested, given: given.clone() });
    }
    match &ids.device_number {
        Some(number) if requested.text(attribute::SERIAL_NUMBER).is_none() => {
            requested.with(attribute::SERIAL_NUMBER, number).map_err(IssueError::Subject)
        }
        _ => Ok(requested.clone()),
    }
}
