//! The recovery office: it keeps no share of anybody's token, but alone can take one out of the envelope that the token
//! brings along, and answers a request that was checked with a signed voucher (docs/unblock-voucher.md).

use algo::{Hash, KeyAlgorithm, KeyTransport, PublicKey, PublicKeyError, WrapError};
use cms::{Content, Enveloped, Family, ParseError, SignedDataBuilder};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use x509::Certificate;
use x509::issue::Validity;

use crate::hardware::KeyPins;
use crate::issue::{DoubleCertificate, Holder, Ids, IssueError};
use crate::{Authority, Suite};

const SCHEMA: u32 = 1;
const REQUEST: &str = "bidseal.unblock.request";
const VOUCHER: &str = "bidseal.unblock.voucher";
/// Long enough to answer by mail, short enough that a lost voucher is worth nothing.
const GOOD_FOR: Duration = Duration::days(7);
const OFFICE_DAYS: i64 = 5 * 365;
/// Length of a challenge and of a share, in bytes.
const LEN: usize = 32;

/// The keys of the office: one to sign vouchers, one to which shares are encrypted.
#[derive(Debug)]
pub struct RecoveryOffice {
    pub(crate) keys: DoubleCertificate,
}

/// A voucher is not issued.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VoucherError {
    /// The file is no request of a token.
    #[error("this is no request for unblocking: {0}")]
    Request(String),
    /// The envelope in the request is not for this office, or was altered.
    #[error("the envelope in the request does not open with the key of this office")]
    Escrow,
    /// The envelope is no message.
    #[error("the envelope in the request is damaged")]
    EscrowDamaged(#[source] ParseError),
    /// The token's key for the answer cannot be used.
    #[error("the request's key cannot be used")]
    Key(#[source] PublicKeyError),
    /// The answer could not be encrypted.
    #[error("the answer cannot be encrypted")]
    Wrap(#[from] WrapError),
    /// A key with a way of its own (SKF) is answered by what the authority knows of it, and every other token is not.
    #[error("{}", if *.hardware { "this key is answered with its administrator's PIN" } else { "this token is answered without any PIN" })]
    OtherWay {
        /// The request comes from a key with a way of its own.
        hardware: bool,
    },
    /// The new PIN would be refused by the key.
    #[error("a PIN of this key has 6 to 16 bytes")]
    NewPin,
    /// The voucher could not be signed.
    #[error("the voucher cannot be signed: {0}")]
    Sign(String),
}

/// A request as a token makes it. What the operator checks before a voucher is issued: whose token it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnblockRequest {
    schema: u32,
    kind: String,
    /// Kind of token.
    pub provider: String,
    /// Its number.
    pub token: String,
    /// What its holder calls it.
    pub label: String,
    challenge: String,
    answer_key: String,
    escrow: String,
}

#[derive(Serialize)]
struct Voucher<'a> {
    schema: u32,
    kind: &'a str,
    token: &'a str,
    answer: String,
    not_after: String,
}

impl UnblockRequest {
    /// Reads a request's file.
    ///
    /// # Errors
    /// [`VoucherError::Request`].
    pub fn parse(bytes: &[u8]) -> Result<Self, VoucherError> {
        let request: Self = serde_json::from_slice(bytes).map_err(|error| VoucherError::Request(error.to_string()))?;
        match (request.schema, request.kind.as_str()) {
            (SCHEMA, REQUEST) => Ok(request),
            (schema, kind) => Err(VoucherError::Request(format!("{kind} {schema}"))),
        }
    }

    /// Whether the key has a way of its own (SKF), for which the authority needs [`KeyPins`].
    #[must_use]
    pub fn is_from_hardware(&self) -> bool {
        self.answer_key.is_empty() && self.escrow.is_empty()
    }
}

impl Authority {
    /// Makes the keys of a recovery office and certifies them.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn recovery_office(&self, now: OffsetDateTime) -> Result<RecoveryOffice, IssueError> {
        let (_, limit) = self.issuing().validity();
        let validity = Validity { not_before: now, not_after: limit.min(now + Duration::days(OFFICE_DAYS)) };
        let subject = "CN=Recovery office 解锁服务,O=Bidseal demonstration 演示,C=CN";
        Ok(RecoveryOffice { keys: self.issue_pair(subject, validity, &Ids::default())? })
    }
}

impl RecoveryOffice {
    /// The certificate to which tokens encrypt the office's share when they are enrolled.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.keys.encrypt.certificate
    }

    /// The voucher for a request that the operator has checked. `chain` travels with it.
    ///
    /// # Errors
    /// [`VoucherError`] says what in the request does not fit.
    pub fn voucher(
        &mut self,
        request: &UnblockRequest,
        chain: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, VoucherError> {
        if request.is_from_hardware() {
            return Err(VoucherError::OtherWay { hardware: true });
        }
        let challenge = binary(&request.challenge)?;
        let escrow = binary(&request.escrow)?;
        let envelope = Enveloped::parse(&escrow).map_err(VoucherError::EscrowDamaged)?;
        let share = envelope.open(&mut self.keys.encrypt.key).map_err(|_| VoucherError::Escrow)?;
        if (challenge.len(), share.len()) != (LEN, LEN) {
            return Err(VoucherError::Request("challenge or share of another length".to_owned()));
        }
        let key = PublicKey::from_spki(&binary(&request.answer_key)?).map_err(VoucherError::Key)?;
        let plain = zeroize::Zeroizing::new([&challenge[..], share.expose()].concat());
        let answer = key.wrap(transport(key.algorithm()), &plain)?;
        self.issued(request, answer, chain, now)
    }

    /// The voucher for a key with a way of its own (SKF), whose administrator's PIN the authority knows.
    ///
    /// # Errors
    /// As [`RecoveryOffice::voucher`], and [`VoucherError::NewPin`].
    pub fn key_voucher(
        &mut self,
        request: &UnblockRequest,
        pins: &KeyPins,
        chain: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, VoucherError> {
        if !request.is_from_hardware() {
            return Err(VoucherError::OtherWay { hardware: false });
        }
        let answer = pins.answer(&binary(&request.challenge)?)?;
        self.issued(request, answer, chain, now)
    }

    fn issued(
        &mut self,
        request: &UnblockRequest,
        answer: Vec<u8>,
        chain: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, VoucherError> {
        let sign_error = |error: &dyn std::fmt::Display| VoucherError::Sign(error.to_string());
        let voucher = Voucher {
            schema: SCHEMA,
            kind: VOUCHER,
            token: &request.token,
            answer: hex::encode(answer),
            not_after: (now + GOOD_FOR).format(&Rfc3339).map_err(|error| sign_error(&error))?,
        };
        let content = serde_json::to_vec(&voucher).map_err(|error| sign_error(&error))?;
        self.signed(&content, chain, now).map_err(|error| sign_error(&error))
    }

    fn signed(
        &mut self,
        content: &[u8],
        chain: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, cms::SignError<algo::SignError>> {
        let Holder { key, certificate } = &mut self.keys.sign;
        let suite = crate::authority::suite_of(key);
        let family = if suite == Suite::Sm { Family::Gm } else { Family::Rfc5652 };
        let builder = SignedDataBuilder::new(certificate, suite.signature_scheme(), family)
            .chain(chain)
            .content(Content::Attached(content))
            .signing_time(Some(now));
        cms::sign(builder, key)
    }
}

fn binary(text: &str) -> Result<Vec<u8>, VoucherError> {
    hex::decode(text).map_err(|error| VoucherError::Request(error.to_string()))
}

fn transport(algorithm: KeyAlgorithm) -> KeyTransport {
    match algorithm {
        KeyAlgorithm::Sm2 => KeyTransport::Sm2,
        _ => KeyTransport::RsaOaep(Hash::Sha256),
    }
}
