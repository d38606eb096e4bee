//! Telling whether certificates were revoked: lists, and answers to OCSP requests, each signed by the authority itself.

use algo::PrivateKey;
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use x509::issue::{CrlTemplate, NewExtension, OcspInquiry, OcspReply, RevokedEntry, key_id};
use x509::{BuildError, Certificate, ToBeSigned};

use crate::authority::{Authority, Member, suite_of};

/// Names of the lists below the authority's address.
pub(crate) const ROOT_LIST: &str = "root.crl";
pub(crate) const ISSUING_LIST: &str = "issuing.crl";

/// For so long a list or an answer holds.
const PERIOD: Duration = Duration::DAY;

/// One of the two authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The root.
    Root,
    /// The issuing authority.
    Issuing,
}

/// A list or an answer is not made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StatusError {
    /// What was received is no OCSP request.
    #[error("not an OCSP request")]
    Request,
    /// It could not be built.
    #[error("the answer could not be built")]
    Build(#[from] BuildError),
    /// The authority's key does not sign as it should.
    #[error("the authority's key does not sign")]
    Sign,
}

/// Where a certificate says that its status can be asked.
pub(crate) fn sources(address: Option<&str>, list: &str) -> Vec<NewExtension> {
    let extensions = |base| {
        vec![NewExtension::crl_address(&format!("{base}{list}")), NewExtension::ocsp_address(&format!("{base}ocsp"))]
    };
    address.map(extensions).unwrap_or_default()
}

impl Authority {
    /// The list of those that `which` has revoked, in DER.
    ///
    /// # Errors
    /// [`StatusError`].
    pub fn crl(
        &self,
        which: Which,
        revoked: &[RevokedEntry],
        number: u64,
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, StatusError> {
        let Member { key, certificate } = self.member(which);
        let template = CrlTemplate {
            issuer: certificate.subject().clone(),
            authority_key_id: key_id(key.public()),
            number,
            this_update: now,
            next_update: now + PERIOD,
            revoked: revoked.to_vec(),
        };
        signed(template.to_be_signed(&suite_of(key).signature_scheme(), key.public())?, key)
    }

    /// The answer of `which` to an OCSP request, as it is sent.
    ///
    /// # Errors
    /// [`StatusError`].
    pub fn ocsp(
        &self,
        which: Which,
        request: &[u8],
        revoked: &[RevokedEntry],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, StatusError> {
        let Member { key, certificate } = self.member(which);
        let inquiry = OcspInquiry::parse(request).map_err(|_| StatusError::Request)?;
        let reply = OcspReply { issuer: certificate, revoked, this_update: now, next_update: now + PERIOD };
        let unsigned = reply.to_be_signed(&inquiry, &suite_of(key).signature_scheme(), key.public())?;
        Ok(OcspReply::successful(&signed(unsigned, key)?))
    }

    /// The certificate of one of the authorities.
    #[must_use]
    pub fn certificate(&self, which: Which) -> &Certificate {
        &self.member(which).certificate
    }

    fn member(&self, which: Which) -> &Member {
        match which {
            Which::Root => &self.root,
            Which::Issuing => &self.issuing,
        }
    }
}

fn signed(unsigned: ToBeSigned, key: &PrivateKey) -> Result<Vec<u8>, StatusError> {
    let signature = key.sign_digest(unsigned.scheme(), &unsigned.digest()).map_err(|_| StatusError::Sign)?;
    unsigned.finish(&signature).map_err(|_| StatusError::Sign)
}
