//! The person's word, asked before any private key is used.
//!
//! What is shown is derived from the bytes themselves, never from what a caller says about them. A "yes" becomes a
//! [`Consented`], which every private-key call of this crate wants to see; nothing else makes one.

use std::path::{Path, PathBuf};

use algo::{Digest, Hash};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use x509::Certificate;

use crate::{Catalogue, Code, Failure};

/// What the key will be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// Prove to a web page, once, who is here.
    Login,
    /// Sign documents.
    Sign,
    /// Put a visible seal on PDF documents and sign them.
    Stamp,
    /// Sign a certificate request.
    Request,
    /// Sign the statement that goes with an encrypted bid (封装证明).
    StateSealing,
    /// Sign the list of the plain copy that goes with an encrypted bid (备份标书).
    ListTwin,
    /// Open a fresh bid on trial while it is encrypted.
    Encrypt,
    /// Open an encrypted bid.
    Decrypt,
    /// Open an encrypted bid on trial, without writing its content.
    Rehearse,
    /// Open the head of an encrypted bid, and hand its key to the platform.
    Answer,
    /// Open an encrypted bid with the answers of its holders.
    Collect,
}

impl Operation {
    /// The stable word in JSON and the key of its name in the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Sign => "sign",
            Self::Stamp => "stamp",
            Self::Request => "request",
            Self::StateSealing => "state_sealing",
            Self::ListTwin => "list_twin",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::Rehearse => "rehearse",
            Self::Answer => "answer",
            Self::Collect => "collect",
        }
    }
}

/// The certificate whose key will be used, as far as a person compares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// Whom it was issued to.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Last moment of its validity, RFC 3339.
    pub valid_to: String,
}

impl CertificateFacts {
    /// The facts of a certificate.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            holder: holder(certificate),
            issuer: certificate.issuer().common_name().unwrap_or_else(|| certificate.issuer().to_string()),
            serial: certificate.serial().to_string(),
            valid_to: rfc3339(certificate.validity().1),
        }
    }
}

/// The holder's name as people know it: the common name, else the whole subject.
#[must_use]
pub(crate) fn holder(certificate: &Certificate) -> String {
    let subject = certificate.subject();
    subject.common_name().unwrap_or_else(|| subject.to_string())
}

/// One document, described from its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DocumentFacts {
    /// File name.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// Name of the hash function of `digest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<&'static str>,
    /// Digest of the whole document, hexadecimal; absent only for what the person has encrypted here, which is read once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Number of pages, where it has pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<usize>,
    /// Where it lies, for [`crate::preview`]; no shell shows it.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

impl DocumentFacts {
    /// The facts of a document that is in memory.
    #[must_use]
    pub fn of(name: impl Into<String>, bytes: &[u8], hash: Hash, pages: Option<usize>) -> Self {
        Self::digested(name, bytes.len() as u64, hash, &hash.digest(bytes), pages)
    }

    /// The facts of a document that was digested piece by piece.
    #[must_use]
    pub fn digested(name: impl Into<String>, size: u64, hash: Hash, digest: &Digest, pages: Option<usize>) -> Self {
        Self { name: name.into(), size, hash: Some(hash.name()), digest: Some(digest.to_string()), pages, file: None }
    }

    /// An input of an encryption that the person has named: the key signs and opens nothing of it, so that its name and size
    /// are enough. What a web page sends is digested as it comes.
    #[must_use]
    pub fn to_be_encrypted(name: impl Into<String>, size: u64) -> Self {
        Self { name: name.into(), size, hash: None, digest: None, pages: None, file: None }
    }

    /// The same, lying there.
    #[must_use]
    pub fn lying_at(self, file: &Path) -> Self {
        Self { file: Some(file.to_owned()), ..self }
    }
}

/// Somebody for whom a bid is encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecipientFacts {
    /// Whom the certificate was issued to.
    pub holder: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// `bidder`, `spare`, `host` or `committee`.
    pub role: &'static str,
    /// Whether this key alone opens the bid.
    pub alone: bool,
}

impl RecipientFacts {
    /// The facts of a recipient's certificate.
    #[must_use]
    pub fn of(certificate: &Certificate, role: &'static str, alone: bool) -> Self {
        Self { holder: holder(certificate), serial: certificate.serial().to_string(), role, alone }
    }

    fn told(&self, words: &Catalogue) -> String {
        let role = words.text(&format!("consent.role.{}", self.role), &[]);
        let key = if self.alone { "consent.recipient.alone" } else { "consent.recipient.together" };
        let facts = [("holder", printable(&self.holder)), ("serial", self.serial.clone()), ("role", role)];
        let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        words.text(key, &facts)
    }
}

/// All that a person is shown before saying yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsentRequest {
    /// What will be done.
    pub operation: Operation,
    /// With which certificate; absent for a request, whose certificate is still to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateFacts>,
    /// Which web page asks, as the browser reports it; absent when the person typed the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// To what. Fixed before consent: nothing is added to a batch later.
    pub documents: Vec<DocumentFacts>,
    /// How many documents.
    pub count: usize,
    /// For an encryption, everybody whose key will open it, or help to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<RecipientFacts>,
    /// Who gets the key of the bid; absent when it stays here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<CertificateFacts>,
    /// What should make the person hesitate, such as a doubtful clock; words of the catalogue's `consent.warning.…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<&'static str>,
}

impl ConsentRequest {
    /// A request for an operation that the person started here.
    #[must_use]
    pub fn new(operation: Operation, certificate: Option<&Certificate>, documents: Vec<DocumentFacts>) -> Self {
        let count = documents.len();
        let certificate = certificate.map(CertificateFacts::of);
        let (recipients, warnings) = (Vec::new(), Vec::new());
        Self { operation, certificate, origin: None, documents, count, recipients, platform: None, warnings }
    }

    /// The same, for an encryption to these recipients.
    #[must_use]
    pub fn for_recipients(self, recipients: Vec<RecipientFacts>) -> Self {
        Self { recipients, ..self }
    }

    /// The text that is shown, in a person's language.
    #[must_use]
    pub fn told(&self, words: &Catalogue) -> String {
        let count = self.count.to_string();
        let mut lines = vec![words.text(&format!("consent.{}", self.operation.name()), &[("count", &count)])];
        if let Some(origin) = &self.origin {
            lines.push(words.text("consent.origin", &[("origin", origin)]));
        }
        lines.extend(self.certificate.iter().map(|facts| told_certificate("consent.certificate", facts, words)));
        lines.extend(self.platform.iter().map(|facts| told_certificate("consent.platform", facts, words)));
        lines.extend(self.documents.iter().map(|document| told_document(document, words)));
        lines.extend(self.warnings.iter().map(|warning| words.text(&format!("consent.warning.{warning}"), &[])));
        lines.extend(self.recipients.iter().map(|recipient| recipient.told(words)));
        lines.join("\n")
    }
}

fn told_certificate(key: &str, facts: &CertificateFacts, words: &Catalogue) -> String {
    let facts = [
        ("holder", printable(&facts.holder)),
        ("issuer", printable(&facts.issuer)),
        ("serial", facts.serial.clone()),
        ("valid_to", facts.valid_to.clone()),
    ];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.text(key, &facts)
}

fn told_document(document: &DocumentFacts, words: &Catalogue) -> String {
    let pages = document.pages.map(|pages| words.text("consent.pages", &[("pages", &pages.to_string())]));
    let facts = [
        ("name", printable(&document.name)),
        ("size", document.size.to_string()),
        ("hash", document.hash.unwrap_or_default().to_owned()),
        ("digest", document.digest.clone().unwrap_or_default()),
        ("pages", pages.unwrap_or_default()),
    ];
    let facts: Vec<_> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let line = words.text("consent.document", &facts);
    if document.digest.is_some() { line + "\n" + &words.text("consent.digest", &facts) } else { line }
}

/// Names come from others: no character of theirs that is invisible or turns the text around may rewrite what a person judges by.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if x509::deceives(c) { '\u{fffd}' } else { c }).collect()
}

/// [`printable`], but line ends stay: for messages that are lists.
#[must_use]
pub fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// What the person said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Do not.
    No,
}

/// Asks the person; each shell in its own way.
pub trait Consent: Sync {
    /// Shows the request and waits for an answer.
    ///
    /// # Errors
    /// [`Code::ConsentNoTerminal`] when there is nobody to ask.
    fn ask(&self, request: &ConsentRequest) -> Result<Answer, Failure>;
}

/// Proof that the person said yes to this operation.
#[derive(Debug)]
pub struct Consented {
    operation: Operation,
}

impl Consented {
    /// What was consented to.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }
}

/// Asks, and turns a yes into the proof.
///
/// # Errors
/// [`Code::UserCancelled`] for a no, and what the shell reports.
pub(crate) fn ask(consent: &dyn Consent, request: &ConsentRequest) -> Result<Consented, Failure> {
    match consent.ask(request)? {
        Answer::Yes => Ok(Consented { operation: request.operation }),
        Answer::No => Err(Failure::new(Code::UserCancelled)),
    }
}

/// A moment as JSON and the consent text show it.
pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_else(|_| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_rewrite_the_text() {
        assert_eq!(printable("投标\u{202e}fdp.\u{1b}[2K\n"), "投标\u{fffd}fdp.\u{fffd}[2K\u{fffd}");
        assert_eq!(printable("a\u{61c}b\u{2028}c\u{200b}d\u{e0041}"), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}");
        assert_eq!(
            printable("葛\u{e0100}城 Łódź 🏗\u{fe0f}"),
            "葛\u{e0100}城 Łódź 🏗\u{fe0f}",
            "what people write stays"
        );
    }
}
