//! What can be known about a document's signatures from its own bytes: one record of separate facts for each.
//!
//! Three questions are asked apart, because every verifier that gave one answer to all of them was fooled:
//!
//! * *What do the signed bytes cover?* ([`byte_range`]) A signature covers a prefix of the file without its own value; the
//!   prefix must end where a saving of the document ended.
//! * *Does the message in it hold?* ([`message`]) The CMS, its one signer, the digest over exactly those bytes.
//! * *What came after?* ([`changes`]) Each later saving is compared with the one before it, object by object. What is not
//!   explained by a known kind of change, down to the last cross-reference entry, is a change of the content.
//!
//! Whether the certificate is trusted is asked elsewhere.
//!
//! # Known limits
//!
//! * What a filled-in field shows is drawn by the program that filled it in, and may say another thing than its value; the
//!   pages are named. So is nothing asked of a later signature's picture but that it leaves half of the page free;
//!   [`Problem::Overlaid`] tells when it lies over an earlier seal.
//! * Denied although harmless: fields added below an old field, appearances of buttons, new entries of the form's
//!   resources, structure trees brought up to date for a new seal, hybrid cross-references in later savings.
//! * Signatures that no field leads to (`/Perms` alone) or whose value a field inherits are not listed; what
//!   `/Perms/DocMDP` forbids holds nevertheless.
//! * Two parsers agree on the catalog and the pages, not on every object; where cross-references are broken other readers
//!   may repair them in ways of their own.

mod byte_range;
mod changes;
mod message;
mod overlap;
mod prefix;
mod problem;
mod restrictions;
mod timestamp;
mod validation_data;

pub use problem::Problem;
pub use validation_data::ValidationData;

use crate::document::Document;
use crate::error::Damage;
use crate::read::{Dictionary, Signature, SignatureField, View, text};
use byte_range::Covered;
use changes::History;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use x509::Certificate;

/// How much of the file a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it, except the signature's own value.
    Whole,
    /// All of an earlier saving of the document.
    Revision,
    /// Not even one whole saving, or not provably so.
    Partial,
}

/// The gravest kind of change made to the document after it was signed, in order of gravity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangesAfter {
    /// None that anybody can see: at most metadata.
    #[default]
    None,
    /// A document time stamp.
    Timestamp,
    /// Certificates, OCSP answers and CRLs for later checks (`/DSS`).
    Dss,
    /// Further signatures.
    Signature,
    /// Form fields were filled in, as the document allows.
    Form,
    /// Anything else: the document is not what was signed.
    Other,
}

/// What a signature dictionary is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureKind {
    /// A person's or a unit's signature.
    Signature,
    /// A time stamp over the document (`/DocTimeStamp`).
    DocumentTimestamp,
}

/// The facts about one signature of a document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignatureFacts {
    /// Full name of its (first) field.
    pub name: String,
    /// Signature or document time stamp.
    pub kind: SignatureKind,
    /// `/Reason`, as the signer wrote it.
    pub reason: Option<String>,
    /// `/Location`, as the signer wrote it.
    pub location: Option<String>,
    /// `/M` or the CMS attribute: claimed by the signer, shown, never relied on.
    pub claimed_time: Option<OffsetDateTime>,
    /// The signed bytes are what was signed.
    pub intact: bool,
    /// The signature over them is the certificate holder's, by allowed algorithms.
    pub signature: bool,
    /// The signer's certificate, if the message names one that it carries.
    pub certificate: Option<Certificate>,
    /// All certificates that the message carries.
    pub certificates: Vec<Certificate>,
    /// The signature value: what a signature time stamp is over.
    pub value: Vec<u8>,
    /// The signature time stamp token (RFC 3161) in DER. Not judged here.
    pub timestamp: Option<Vec<u8>>,
    /// How much of the file it covers.
    pub coverage: Coverage,
    /// What was changed later.
    pub changes_after: ChangesAfter,
    /// Pages (from 1) on which content or fields were changed later; new seals do not count.
    pub pages_changed: Vec<usize>,
    /// All that was found wrong.
    pub problems: Vec<Problem>,
}

/// Establishes the facts about every signature, in the order of the form's fields.
///
/// # Errors
/// [`Damage`] when the present document cannot be read; a fault in an earlier saving is a fact about its signatures.
pub fn verify(document: &Document) -> Result<Vec<SignatureFacts>, Damage> {
    let view = document.file.current();
    let parsers_agree = document.second_parser_agrees();
    let mut history = History::new(&document.file);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for field in view.signature_fields()? {
        let Some(signature) = &field.signature else { continue };
        // several widgets on several pages may show one signature
        if signature.id.is_none_or(|id| seen.insert(id)) {
            let mut facts = facts(view, &field, signature, &mut history);
            if !parsers_agree {
                facts.coverage = Coverage::Partial;
                facts.problems.push(Problem::ParsersDisagree);
            }
            found.push(facts);
        }
    }
    Ok(found)
}

fn facts(view: View<'_>, field: &SignatureField, signature: &Signature, history: &mut History<'_>) -> SignatureFacts {
    let mut problems = Vec::new();
    let covered = byte_range::covered(view.file(), signature, &mut problems);
    let kind = kind(&signature.dictionary);
    let message = message::judge(view.file(), signature, kind, covered.as_ref(), &mut problems);
    let (coverage, changes) = match signed_revision(view, field, signature, covered.as_ref()) {
        Ok(revision) => {
            if overlap::is_overlaid(view, field, revision) {
                problems.push(Problem::Overlaid);
            }
            (coverage(view, revision), history.after(revision))
        }
        Err(problem) => {
            problems.push(problem);
            (Coverage::Partial, changes::After { kind: ChangesAfter::Other, pages: Vec::new() })
        }
    };
    let entry = |key| signature.dictionary.get(key).and_then(|node| node.string()).map(text);
    SignatureFacts {
        name: field.field.name.clone(),
        kind,
        reason: entry("Reason"),
        location: entry("Location"),
        claimed_time: entry("M").as_deref().and_then(timestamp::pdf_date).or(message.claimed_time),
        intact: message.intact,
        signature: message.signature,
        certificate: message.certificate,
        certificates: message.certificates,
        value: message.value,
        timestamp: message.timestamp,
        coverage,
        changes_after: changes.kind,
        pages_changed: changes.pages,
        problems,
    }
}

fn kind(dictionary: &Dictionary) -> SignatureKind {
    let is_timestamp = dictionary.has_type("DocTimeStamp")
        || dictionary.get("SubFilter").is_some_and(|filter| filter.is_name("ETSI.RFC3161"));
    if is_timestamp { SignatureKind::DocumentTimestamp } else { SignatureKind::Signature }
}

fn coverage(view: View<'_>, revision: usize) -> Coverage {
    let file = view.file();
    let is_last = revision + 1 == file.revisions().len();
    let end = file.revisions()[revision].end;
    if is_last && crate::read::is_blank(&file.data()[end..]) { Coverage::Whole } else { Coverage::Revision }
}

/// The saving that the signed bytes are, whoever reads them.
fn signed_revision(
    view: View<'_>,
    field: &SignatureField,
    signature: &Signature,
    covered: Option<&Covered>,
) -> Result<usize, Problem> {
    let covered = covered.ok_or(Problem::NotARevision)?;
    let revision = covered.revision().ok_or(Problem::NotARevision)?;
    if !is_in_force_at(view, field, signature, revision) {
        return Err(Problem::NotARevision);
    }
    prefix::check(view.file(), revision, covered.end())?;
    Ok(revision)
}

/// Whether the saving that ends with the signed bytes already holds this very signature: a dictionary brought in later
/// that signs an old prefix would otherwise pass for the signature of that prefix.
fn is_in_force_at(view: View<'_>, field: &SignatureField, signature: &Signature, revision: usize) -> bool {
    let Some(then) = view.file().at_revision(revision) else { return false };
    let id = signature.id.unwrap_or(field.field.object.id);
    then.place(id.number) == view.place(id.number)
}
