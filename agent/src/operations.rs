//! The methods that need the core: each becomes one use case of `client`, on a thread that may wait for the person.

use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use client::certificates::Listing;
use client::login::LoginOrder;
use client::sign::SignOrder;
use client::stamp::{Destination, StampOrder};
use client::verify::VerifyOrder;
use client::{Clock, Code, Failure, Session};
use protocol::{
    CertificateInfo, Certificates, CertificatesParams, Document, Login, LoginParams, Method, Seal, SealParams, Sealed,
    SignParams, Signed, VerifyParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::batches::{self, Batches};
use crate::bids;
use crate::connection::Connection;
use crate::documents::Made;
use crate::message;
use crate::voices::Voices;

/// Certificates on one page of the list: DER and words of each fit a message many times over.
const PAGE: usize = 10;
/// Documents of one call.
const MOST_DOCUMENTS: usize = 256;

/// One call, with all that it may use.
pub(crate) struct Task<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) page: &'a Connection,
    pub(crate) voices: &'a Voices<'a>,
    pub(crate) batches: &'a Batches,
}

impl Task<'_> {
    /// A result as the page gets it.
    ///
    /// # Errors
    /// [`Code::WebLimit`], and what reading it reports.
    pub(crate) fn hand_out(&self, path: PathBuf) -> Result<Document, Failure> {
        self.adopt(Made::read(path)?)
    }

    /// Takes a result over, as a call of its own: whoever asks for another document while this lock is held waits for ever.
    ///
    /// # Errors
    /// [`Code::WebLimit`].
    pub(crate) fn adopt(&self, made: Made) -> Result<Document, Failure> {
        self.page.documents().adopt(made)
    }

    /// Time since the program started.
    pub(crate) fn now(&self) -> std::time::Duration {
        Clock::elapsed(self.voices.shell.clock())
    }
}

/// Does what a method wants and answers its result.
///
/// # Errors
/// [`Code::WebParams`], [`Code::WebDocument`], [`Code::WebIncomplete`], and those of the use case.
pub(crate) fn run(method: Method, params: Value, task: &Task<'_>) -> Result<Value, Failure> {
    let session = task.session;
    match method {
        Method::Certificates => json(certificates(session, &read(params)?)?),
        Method::Login => json(login(session, task.page, &read(params)?)?),
        Method::Sign => json(sign(task, &read(params)?)?),
        Method::Seal => json(seal(task, &read(params)?)?),
        Method::Verify => json(verify(session, task.page, &read(params)?)?),
        Method::BidEncrypt => json(bids::encrypt(task, &read(params)?)?),
        Method::BidDecrypt => json(bids::decrypt(task, &read(params)?)?),
        Method::BidOpen => json(bids::open(task, &read(params)?)?),
        Method::BatchSign => json(batches::sign(task, &read(params)?)?),
        Method::BatchSeal => json(batches::seal(task, &read(params)?)?),
        Method::BatchResume => json(batches::resume(task, &read(params)?)?),
        _ => Err(Failure::new(Code::WebMethod).with("method", method.name())),
    }
}

/// The certificate that a call names, for the journal.
pub(crate) fn named_certificate(params: &Value) -> Option<String> {
    let text = params.get("certificate")?.as_str()?;
    is_thumbprint(text).then(|| text.to_owned())
}

/// Parameters in their type.
///
/// # Errors
/// [`Code::WebParams`] for a member that is missing, unknown or of another type.
pub(crate) fn read<T: DeserializeOwned>(params: Value) -> Result<T, Failure> {
    let params = if params.is_null() { Value::Object(serde_json::Map::new()) } else { params };
    // The parser's words name the member; they come from the page, and go back to it only.
    serde_json::from_value(params).map_err(|error| wrong(&client::printable(&error.to_string())))
}

pub(crate) fn wrong(reason: &str) -> Failure {
    Failure::new(Code::WebParams).with("reason", reason)
}

fn json(result: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(result).map_err(|error| Failure::new(Code::Internal).with("reason", error.to_string()))
}

fn certificates(session: &Session<'_>, params: &CertificatesParams) -> Result<Certificates, Failure> {
    let Listing { certificates: all, failure } = client::certificates::list(session, None)?;
    if let (true, Some(failure)) = (all.is_empty(), failure) {
        return Err(failure);
    }
    let page = all.iter().skip(params.from).take(PAGE);
    let certificates = page.map(|report| describe(session, report)).collect::<Result<_, _>>()?;
    let next = params.from.saturating_add(PAGE);
    Ok(Certificates { certificates, next: (next < all.len()).then_some(next) })
}

fn describe(session: &Session<'_>, report: &client::CertificateReport) -> Result<CertificateInfo, Failure> {
    let pem = client::certificates::export(session, &format!("sha256:{}", report.sha256), false)?;
    Ok(CertificateInfo {
        sha256: report.sha256.clone(),
        holder: report.holder.clone(),
        issuer: report.issuer.clone(),
        serial: report.serial.clone(),
        credit_code: report.credit_code.clone(),
        algorithm: report.algorithm.clone(),
        can_sign: report.can_sign,
        can_encrypt: report.can_encrypt,
        valid_from: report.valid_from.clone(),
        valid_to: report.valid_to.clone(),
        der: pem.lines().filter(|line| !line.starts_with("-----")).collect(),
    })
}

fn login(session: &Session<'_>, page: &Connection, params: &LoginParams) -> Result<Login, Failure> {
    let certificate = selector(&params.certificate)?;
    let order = LoginOrder { certificate: &certificate, origin: page.origin.as_str(), nonce: &params.nonce };
    let token = client::login::login(session, &order)?;
    Ok(Login {
        unverified_certificate: Base64::encode_string(token.certificate.der()),
        algorithm: token.algorithm.to_owned(),
        signature: Base64::encode_string(&token.signature),
        format: "web-eid:1.0".to_owned(),
        app_version: concat!("bidseal/", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}

fn sign(task: &Task<'_>, params: &SignParams) -> Result<Signed, Failure> {
    let (session, page) = (task.session, task.page);
    let certificate = selector(&params.certificate)?;
    let file = page.documents().whole(&params.document)?;
    let order =
        SignOrder { file: &file, certificate: &certificate, output: None, detached: params.detached, force: false };
    let (_, output) = page.documents().place(&order.output_name()?)?;
    let signed = client::sign::sign(session, &SignOrder { output: Some(&output), ..order })?;
    Ok(Signed { document: task.hand_out(output)?, kind: signed.kind.to_owned() })
}

fn seal(task: &Task<'_>, params: &SealParams) -> Result<Sealed, Failure> {
    let (session, page) = (task.session, task.page);
    let certificate = selector(&params.certificate)?;
    let files = sources(page, &params.documents)?;
    check_seal_name(&params.seal)?;
    let folder = page.documents().scratch()?;
    let order = StampOrder {
        files: &files,
        destination: Destination::Folder(&folder),
        certificate: &certificate,
        seal: &params.seal,
        width_mm: None,
        pages: params.place.pages.as_deref().unwrap_or("1"),
        at_mm: params.place.at_mm,
        reason: params.reason.as_deref(),
        force: false,
    };
    let stamped = client::stamp::stamp(session, &order)?;
    let results = stamped.results.into_iter().map(|(_, result)| handed_out(task, result)).collect();
    Ok(Sealed { results })
}

fn handed_out(task: &Task<'_>, result: Result<PathBuf, Failure>) -> Seal {
    match result.and_then(|path| task.hand_out(path)) {
        Ok(document) => Seal::Document(document),
        Err(failure) => Seal::Error(message::remote(&failure, task.voices.shell)),
    }
}

/// The files of several handles. Two of one name could not be told apart in the consent.
pub(crate) fn sources(page: &Connection, handles: &[String]) -> Result<Vec<PathBuf>, Failure> {
    if handles.is_empty() || handles.len() > MOST_DOCUMENTS {
        return Err(wrong("documents"));
    }
    let documents = page.documents();
    let files = handles.iter().map(|id| documents.whole(id)).collect::<Result<Vec<_>, _>>()?;
    let mut names: Vec<_> = files.iter().filter_map(|file| file.file_name()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) { Err(wrong("same_name_twice")) } else { Ok(files) }
}

/// A page names a seal that the person keeps, never a file.
pub(crate) fn check_seal_name(name: &str) -> Result<(), Failure> {
    if name.contains(['/', '\\', '.']) { Err(wrong("seal")) } else { Ok(()) }
}

fn verify(session: &Session<'_>, page: &Connection, params: &VerifyParams) -> Result<Value, Failure> {
    let documents = page.documents();
    let file = documents.whole(&params.document)?;
    let signature = params.signature.as_ref().map(|id| documents.whole(id)).transpose()?;
    drop(documents);
    let order = VerifyOrder { file: &file, signature: signature.as_deref(), trust: &[], at: None };
    json(client::verify::verify(session, &order)?)
}

/// A certificate is named by its whole thumbprint: a page must not search.
pub(crate) fn selector(thumbprint: &str) -> Result<String, Failure> {
    if is_thumbprint(thumbprint) { Ok(format!("sha256:{thumbprint}")) } else { Err(wrong("certificate")) }
}

fn is_thumbprint(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
