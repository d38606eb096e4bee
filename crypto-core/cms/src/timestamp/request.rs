//! TimeStampReq (RFC 3161 §2.4.1), and the check that an answer is one to it.

use algo::{Digest, Hash, RandomFailure};
use const_oid::ObjectIdentifier;

use super::response::Response;
use super::{TimeStamp, TimeStampProblem, TimeStampRefusal, TimeStampToken};
use crate::asn1::{self, INTEGER, OCTET_STRING, SEQUENCE};

const BOOLEAN: u8 = 0x01;

/// A question to a time stamping authority. It asks for the certificates too, without which nobody could verify later.
#[derive(Clone, Debug)]
pub struct TimeStampRequest {
    hash: Hash,
    imprint: Digest,
    policy: Option<ObjectIdentifier>,
    nonce: [u8; 8],
}

impl TimeStampRequest {
    /// Asks when `content` existed; the authority sees only its hash.
    ///
    /// # Errors
    /// Without randomness there is no nonce.
    pub fn new(hash: Hash, content: &[u8], policy: Option<ObjectIdentifier>) -> Result<Self, RandomFailure> {
        let mut nonce: [u8; 8] = algo::random()?;
        // A positive number of full length, whatever the randomness: eight octets are what every authority repeats.
        nonce[0] = nonce[0] & 0x7f | 0x40;
        Ok(Self { hash, imprint: hash.digest(content), policy, nonce })
    }

    /// What is sent, as `application/timestamp-query`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let imprint = asn1::element(OCTET_STRING, &[self.imprint.as_ref()]);
        let imprint = asn1::element(SEQUENCE, &[&self.hash.algorithm_identifier(), &imprint]);
        let policy = self.policy.map(asn1::oid).unwrap_or_default();
        let nonce = asn1::element(INTEGER, &[&self.nonce]);
        let certificates = asn1::element(BOOLEAN, &[&[0xff]]);
        asn1::element(SEQUENCE, &[&asn1::small(1), &imprint, &policy, &nonce, &certificates])
    }

    /// Takes the authority's answer: the token in DER and what it says, once everything fits.
    ///
    /// # Errors
    /// [`TimeStampRefusal`]
    pub fn accept(&self, response: &[u8]) -> Result<(Vec<u8>, TimeStamp), TimeStampRefusal> {
        let response = Response::parse(response).map_err(|_| TimeStampRefusal::Malformed)?;
        let der = response.granted()?;
        let token = TimeStampToken::parse(der)?;
        if token.hash() != Some(self.hash) {
            return Err(TimeStampProblem::Imprint.into());
        }
        let stamp = token.verify(|_| self.imprint)?;
        if token.nonce() != Some(&self.nonce[..]) {
            return Err(TimeStampRefusal::Nonce);
        }
        if self.policy.is_some_and(|policy| policy != stamp.policy) {
            return Err(TimeStampRefusal::Policy);
        }
        Ok((der.to_vec(), stamp))
    }
}
