//! Unblocking from afar: a request to the certificate authority, and its signed voucher (docs/unblock-voucher.md).

use std::path::Path;

use algo::Secret;
use cms::{RecipientForm, SignedContent, SignedData};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use token::{Capability, Token, TokenError, TokenRef};
use x509::Certificate;

use crate::{
    Code, Failure, Session, fault, files, issuers, key, pins,
    tokens::{self, PinReport},
    trust,
};

const SCHEMA: u32 = 1;
const REQUEST: &str = "bidseal.unblock.request";
const VOUCHER: &str = "bidseal.unblock.voucher";
/// The authority's share of a token's data key, in bytes.
const SHARE_LEN: usize = 32;

/// A request as it is sent to the authority. Binary values are hexadecimal.
#[derive(Serialize)]
struct Request<'a> {
    schema: u32,
    kind: &'a str,
    provider: &'a str,
    token: &'a str,
    label: &'a str,
    challenge: String,
    answer_key: String,
    escrow: String,
}

/// What the authority signs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Voucher {
    schema: u32,
    kind: String,
    token: String,
    answer: String,
    not_after: String,
}

/// A request for a voucher: the bytes of its file. The answer to an earlier one is then worthless.
///
/// # Errors
/// [`Code::TokenNotSupported`] for a token that was not enrolled for it, and for a key that forgets its challenge when
/// it is let go: [`exchange`] holds on to it.
pub fn request(session: &Session<'_>, selector: Option<&str>) -> Result<Vec<u8>, Failure> {
    let token = tokens::find(session, selector)?;
    let mut opened = session.open(&token)?;
    if brings_its_pin(&mut *opened, &token)? {
        return Err(Failure::new(Code::TokenNotSupported).with("reason", "answer_later"));
    }
    requested(&mut *opened, &token)
}

/// Request and answer in one go, with the key held all the while: `send` gets the request's bytes, and `wait` ends when
/// the voucher is in `file`. Keys with a way of their own (SKF) want it so, and for every other token it works too.
///
/// # Errors
/// As [`request`] and [`unblock`], and what `send` and `wait` report.
pub fn exchange(
    session: &Session<'_>,
    selector: Option<&str>,
    send: impl FnOnce(&[u8]) -> Result<(), Failure>,
    file: &Path,
    wait: impl FnOnce() -> Result<(), Failure>,
) -> Result<PinReport, Failure> {
    let token = tokens::find(session, selector)?;
    let mut opened = session.open(&token)?;
    send(&requested(&mut *opened, &token)?)?;
    wait()?;
    let answer = answer(session, &token, &files::small(file)?)?;
    apply(session, &token, &mut *opened, &answer)
}

/// Whether the authority chooses the new PIN; such a key also keeps its challenge only while it is open.
fn brings_its_pin(opened: &mut dyn Token, token: &TokenRef) -> Result<bool, Failure> {
    let info = opened.info().map_err(|error| failed(token, error))?;
    Ok(info.capabilities.has(Capability::PinInAnswer))
}

fn requested(opened: &mut dyn Token, token: &TokenRef) -> Result<Vec<u8>, Failure> {
    let asked = opened.unblock_request().map_err(|error| failed(token, error))?;
    let file = Request {
        schema: SCHEMA,
        kind: REQUEST,
        provider: token.provider,
        token: &token.id,
        label: &token.label,
        challenge: hex::encode(asked.challenge),
        answer_key: hex::encode(asked.answer_key),
        escrow: hex::encode(asked.escrow),
    };
    serde_json::to_vec_pretty(&file).map_err(|error| Failure::new(Code::Internal).with("reason", error.to_string()))
}

/// Sets a new PIN by the voucher in `file`.
///
/// # Errors
/// [`Code::TokenVoucher`] saying what is wrong with the voucher; nothing of the token is touched before its signature,
/// its issuer, its token and its time hold. [`Code::TokenPinRule`].
pub fn unblock(session: &Session<'_>, selector: Option<&str>, file: &Path) -> Result<PinReport, Failure> {
    let token = tokens::find(session, selector)?;
    let answer = answer(session, &token, &files::small(file)?)?;
    apply(session, &token, &mut *session.open(&token)?, &answer)
}

/// The authority's answer in a voucher for this token that holds.
fn answer(session: &Session<'_>, token: &TokenRef, file: &[u8]) -> Result<Vec<u8>, Failure> {
    let refused = |reason: &str| refused(token, reason);
    let voucher = read(session, file).map_err(refused)?;
    if voucher.token != token.id {
        return Err(refused("voucher_other_token"));
    }
    let until = OffsetDateTime::parse(&voucher.not_after, &Rfc3339).map_err(|_| refused("voucher_malformed"))?;
    if session.clock.now() > until {
        return Err(refused("voucher_expired"));
    }
    hex::decode(&voucher.answer).map_err(|_| refused("voucher_malformed"))
}

fn apply(session: &Session<'_>, token: &TokenRef, opened: &mut dyn Token, answer: &[u8]) -> Result<PinReport, Failure> {
    let new = if brings_its_pin(opened, token)? { None } else { Some(pins::new_pin(session, token, opened)?) };
    opened.unblock_remotely(answer, new.as_ref()).map_err(|error| failed(token, error))?;
    pins::state_after(opened, token)
}

/// The voucher in a signed message, or why it is none.
fn read(session: &Session<'_>, message: &[u8]) -> Result<Voucher, &'static str> {
    let data = SignedData::parse(message).map_err(|_| "voucher_malformed")?;
    let report = data.only_signer().map_err(|_| "voucher_malformed")?.verify(SignedContent::Embedded);
    let signer = report.certificate.as_ref().filter(|_| report.is_sound()).ok_or("voucher_signature")?;
    if !is_trusted(session, signer, data.certificates()) || !signer.key_usage().can_sign() {
        return Err("voucher_untrusted");
    }
    let content = data.content().ok_or("voucher_malformed")?;
    let voucher: Voucher = serde_json::from_slice(content).map_err(|_| "voucher_malformed")?;
    if (voucher.schema, voucher.kind.as_str()) == (SCHEMA, VOUCHER) { Ok(voucher) } else { Err("voucher_malformed") }
}

fn is_trusted(session: &Session<'_>, certificate: &Certificate, beside: &[Certificate]) -> bool {
    let (Ok(roots), Ok(known)) = (trust::store(session, &[]), issuers::all(session)) else { return false };
    x509::validate(certificate, &[beside, &known].concat(), &roots, session.clock.now()).is_trusted()
}

/// The authority that shall be able to unblock a token: its encryption certificate, checked before any PIN is asked for.
///
/// # Errors
/// [`Code::CertUnsupported`] for a certificate that is not trusted or not for encryption.
pub(crate) fn authority(session: &Session<'_>, file: &Path) -> Result<Certificate, Failure> {
    let all = files::certificates(file)?;
    let refused = |certificate: &Certificate, reason: &str| Err(key::unsupported(certificate, reason.to_owned()));
    match all.into_iter().next() {
        None => Err(fault::at(Code::CertMalformed, file).with("reason", "empty")),
        Some(certificate) if !certificate.key_usage().can_encrypt() => refused(&certificate, "not_for_encryption"),
        Some(certificate) if !is_trusted(session, &certificate, &[]) => refused(&certificate, "not_trusted"),
        Some(certificate) => Ok(certificate),
    }
}

/// Enrols a token that is logged in: the authority alone can take its share out of the envelope.
pub(crate) fn enrol(opened: &mut dyn Token, token: &TokenRef, authority: &Certificate) -> Result<(), Failure> {
    let share = Secret::random(SHARE_LEN)?;
    let form = RecipientForm::for_key(authority.public_key().algorithm());
    let escrow = cms::encrypt_key(authority, form, share.expose())
        .map_err(|error| key::unsupported(authority, crate::detailed("not_sealable", error)))?;
    opened.enrol_recovery(&share, &escrow).map_err(|error| failed(token, error))
}

fn refused(token: &TokenRef, reason: &str) -> Failure {
    Failure::new(Code::TokenVoucher).with("token", token.label.as_str()).with("reason", reason)
}

fn failed(token: &TokenRef, error: TokenError) -> Failure {
    match error {
        TokenError::NoRequestPending => refused(token, "voucher_used"),
        TokenError::ResponseWrong { .. } => refused(token, "voucher_wrong"),
        TokenError::NotSupported(Capability::RemoteUnblock) => {
            Failure::new(Code::TokenNotSupported).with("reason", "remote_unblock")
        }
        other => fault::token(&token.label, other),
    }
}
