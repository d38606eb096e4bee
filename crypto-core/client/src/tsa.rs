//! Time stamps from an authority that the person named (RFC 3161).

use algo::Hash;
use cms::{SignedData, TimeStamp, TimeStampProblem, TimeStampRefusal, TimeStampRequest};
use fetch::{Body, Order, Url};
use serde::Serialize;

use crate::{
    Code, Failure, Online,
    consent::{holder, rfc3339},
    online,
};

/// Most bytes and seconds for a time stamp: a token with a few certificates.
const LIMITS: (u64, u64) = (64 << 10, 15);

/// A time stamping authority that shall be asked.
#[derive(Clone, Debug)]
pub struct TimeStamping<'a> {
    url: Url,
    online: Online<'a>,
}

/// A time stamp that was taken.
#[derive(Clone, Debug, Serialize)]
pub struct TimeStamped {
    /// The time, RFC 3339.
    pub time: String,
    /// Who says so.
    pub authority: String,
}

impl<'a> TimeStamping<'a> {
    /// The authority at this address.
    ///
    /// # Errors
    /// [`Code::NetworkUrl`]
    pub fn at(url: &str, online: Online<'a>) -> Result<Self, Failure> {
        Ok(Self { url: online::address(url)?, online })
    }

    /// The message, time-stamped where an authority is to be asked.
    ///
    /// # Errors
    /// As [`TimeStamping::stamped`].
    pub(crate) fn over(tsa: Option<&Self>, message: Vec<u8>, hash: Hash) -> Result<Vec<u8>, Failure> {
        tsa.map_or_else(|| Ok(message.clone()), |tsa| tsa.stamped(&message, hash).map(|(stamped, _)| stamped))
    }

    /// The message with a time stamp over its one signature as unsigned attribute.
    ///
    /// # Errors
    /// The codes `network.*` and `tsa.*`.
    pub(crate) fn stamped(&self, message: &[u8], hash: Hash) -> Result<(Vec<u8>, TimeStamped), Failure> {
        let made_here = |_| Failure::new(Code::Internal).with("reason", "message");
        let data = SignedData::parse(message).map_err(|_| made_here(()))?;
        let value = data.only_signer().map_err(|_| made_here(()))?.signature().to_vec();
        let (token, stamp) = match self.asked(hash, &value) {
            // Most authorities outside China do not know SM3.
            Err(failure) if hash == Hash::Sm3 && failure.data().get("reason").is_some_and(|r| r == "bad_alg") => {
                self.asked(Hash::Sha256, &value)?
            }
            other => other?,
        };
        let stamped = data.with_unsigned_attribute(0, cms::oid::SIGNATURE_TIME_STAMP, &token);
        let stamped = stamped.map_err(|_| made_here(()))?;
        Ok((stamped, TimeStamped { time: rfc3339(stamp.time), authority: holder(&stamp.certificate) }))
    }

    fn asked(&self, hash: Hash, content: &[u8]) -> Result<(Vec<u8>, TimeStamp), Failure> {
        let request = TimeStampRequest::new(hash, content, None)?;
        let query = request.to_der();
        let body = Body { media_type: "application/timestamp-query", bytes: &query };
        let order = Order { url: &self.url, body: Some(body), limit: LIMITS.0, seconds: LIMITS.1 };
        let answer = self.online.0.fetch(&order).map_err(|error| online::failed(&self.url, error))?;
        request.accept(&answer).map_err(|refusal| self.refused(&refusal))
    }

    fn refused(&self, refusal: &TimeStampRefusal) -> Failure {
        let failure = |code| Failure::new(code).with("url", self.url.as_str());
        match refusal {
            TimeStampRefusal::Rejected { reason } => failure(Code::TsaRejected).with("reason", *reason),
            TimeStampRefusal::Nonce => failure(Code::TsaNonce),
            TimeStampRefusal::Token(problem) => failure(match problem {
                TimeStampProblem::Imprint => Code::TsaImprint,
                TimeStampProblem::Signature | TimeStampProblem::Unbound => Code::TsaSignature,
                TimeStampProblem::Purpose => Code::TsaPurpose,
                TimeStampProblem::Expired => Code::TsaExpired,
                _ => Code::TsaMalformed,
            }),
            _ => failure(Code::TsaMalformed),
        }
    }
}
