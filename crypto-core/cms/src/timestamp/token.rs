//! TimeStampToken (RFC 3161 §2.4.2): SignedData around a TSTInfo.

use algo::{Digest, Hash};
use const_oid::ObjectIdentifier;
use time::{Duration, OffsetDateTime};
use x509::Certificate;
use x509::oid::{extension, purpose};

use super::TimeStampProblem;
use super::info::Info;
use crate::oid::TST_INFO;
use crate::{Axis, Problem, SignedContent, SignedData};

/// A token as it came.
#[derive(Clone, Debug)]
pub struct TimeStampToken {
    data: SignedData,
    info: Info,
}

/// What a sound token says. Whether its authority is trusted is not judged yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimeStamp {
    /// The time.
    pub time: OffsetDateTime,
    /// How far it may be off, where that is said.
    pub accuracy: Option<Duration>,
    /// Under which policy.
    pub policy: ObjectIdentifier,
    /// Content octets of the token's serial number.
    pub serial: Vec<u8>,
    /// The authority's certificate.
    pub certificate: Certificate,
    /// All certificates that the token carries.
    pub certificates: Vec<Certificate>,
}

impl TimeStampToken {
    /// Reads a token.
    ///
    /// # Errors
    /// [`TimeStampProblem::Malformed`]
    pub fn parse(bytes: &[u8]) -> Result<Self, TimeStampProblem> {
        let data = SignedData::parse(bytes).map_err(|_| TimeStampProblem::Malformed)?;
        let content = data.content().filter(|_| data.content_type() == TST_INFO);
        let info = content.and_then(|content| Info::read(content).ok()).ok_or(TimeStampProblem::Malformed)?;
        Ok(Self { data, info })
    }

    /// The hash function of the imprint, if it is known here.
    #[must_use]
    pub fn hash(&self) -> Option<Hash> {
        self.info.hash
    }

    pub(super) fn nonce(&self) -> Option<&[u8]> {
        self.info.nonce.as_deref()
    }

    /// Judges the token: whether it is over the bytes of which `digest` gives the digest, and by a time stamping
    /// authority.
    ///
    /// # Errors
    /// [`TimeStampProblem`]
    pub fn verify(&self, digest: impl Fn(Hash) -> Digest) -> Result<TimeStamp, TimeStampProblem> {
        // Who can make two documents with one SHA-1 can show the time of one for the other.
        let hash = self.info.hash.filter(|hash| *hash != Hash::Sha1).ok_or(TimeStampProblem::Imprint)?;
        if digest(hash).as_ref() != self.info.imprint {
            return Err(TimeStampProblem::Imprint);
        }
        let certificate = self.signer()?;
        let purposes = certificate.extended_key_usage().unwrap_or_default();
        let only_stamps =
            purposes == [purpose::TIME_STAMPING] && certificate.is_critical(extension::EXTENDED_KEY_USAGE);
        if !only_stamps || !certificate.key_usage().can_sign() {
            return Err(TimeStampProblem::Purpose);
        }
        if !certificate.is_valid_at(self.info.time) {
            return Err(TimeStampProblem::Expired);
        }
        let Info { time, accuracy, policy, .. } = self.info;
        let (serial, certificates) = (self.info.serial.clone(), self.data.certificates().to_vec());
        Ok(TimeStamp { time, accuracy, policy, serial, certificate, certificates })
    }

    fn signer(&self) -> Result<Certificate, TimeStampProblem> {
        let signer = self.data.only_signer().map_err(|_| TimeStampProblem::Malformed)?;
        let report = signer.verify(SignedContent::Embedded);
        if report.problems.contains(&Problem::SigningCertificateMissing) {
            return Err(TimeStampProblem::Unbound);
        }
        let holds = report.intact && report.signature && report.problems.iter().all(|p| p.axis() == Axis::Form);
        report.certificate.filter(|_| holds).ok_or(TimeStampProblem::Signature)
    }
}
