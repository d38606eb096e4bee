//! The message in `/Contents`: recognised by its bytes, not by the name of its `/SubFilter` (vendors invent those).

use super::byte_range::Covered;
use super::{Problem, SignatureKind, timestamp};
use crate::read::{File, Signature};
use cms::{SignedContent, SignedData, SignerReport};
use time::OffsetDateTime;
use x509::Certificate;

/// What the message says.
#[derive(Default)]
pub(super) struct Message {
    pub(super) intact: bool,
    pub(super) signature: bool,
    pub(super) certificate: Option<Certificate>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) value: Vec<u8>,
    pub(super) timestamp: Option<Vec<u8>>,
    pub(super) claimed_time: Option<OffsetDateTime>,
}

/// Judges the message over the covered bytes. Whatever is missing is a fault, nothing is skipped.
pub(super) fn judge(
    file: &File,
    signature: &Signature,
    kind: SignatureKind,
    covered: Option<&Covered>,
    problems: &mut Vec<Problem>,
) -> Message {
    let Some(message) = bytes(file, signature, problems) else { return Message::default() };
    let Ok(signed) = SignedData::parse(&message) else {
        problems.push(Problem::FormatUnknown);
        return Message::default();
    };
    let certificates = signed.certificates().to_vec();
    let signer = match signed.only_signer() {
        Ok(signer) => signer,
        Err(problem) => {
            problems.push(Problem::Message(problem));
            return Message { certificates, ..Message::default() };
        }
    };
    let report = match (kind, covered) {
        (SignatureKind::DocumentTimestamp, _) => signer.verify(SignedContent::Embedded),
        (SignatureKind::Signature, Some(covered)) => {
            signer.verify(SignedContent::DetachedDigest(&|hash| covered.digest(hash)))
        }
        // without sound ranges only the certificate and the claims can be shown
        (SignatureKind::Signature, None) => signer.verify(SignedContent::Embedded),
    };
    let fits = content_fits(kind, &signed, covered, problems);
    problems.extend(report.problems.iter().cloned().map(Problem::Message));
    Message {
        intact: report.intact && fits,
        signature: report.signature && is_bound(signature, &report),
        certificate: report.certificate,
        certificates,
        value: report.value,
        timestamp: report.timestamp,
        claimed_time: report.claimed_time,
    }
}

/// PAdES demands that the certificate is bound into the signature (EN 319 142-1, 6.3); older forms do not.
fn is_bound(signature: &Signature, report: &SignerReport) -> bool {
    let is_pades = signature.dictionary.get("SubFilter").is_some_and(|filter| filter.is_name("ETSI.CAdES.detached"));
    !is_pades || !report.problems.contains(&cms::Problem::SigningCertificateMissing)
}

/// Whether what the message signs is this document.
fn content_fits(
    kind: SignatureKind,
    signed: &SignedData,
    covered: Option<&Covered>,
    problems: &mut Vec<Problem>,
) -> bool {
    let Some(covered) = covered else { return false };
    match (kind, signed.content()) {
        (SignatureKind::Signature, None) => true,
        (SignatureKind::Signature, Some(_)) => {
            problems.push(Problem::ContentEmbedded);
            false
        }
        (SignatureKind::DocumentTimestamp, content) => {
            let fits = content.and_then(timestamp::imprint).is_some_and(|imprint| imprint.is_of(covered));
            if !fits {
                problems.push(Problem::ImprintWrong);
            }
            fits
        }
    }
}

/// The message without its padding, which must be zeros.
fn bytes(file: &File, signature: &Signature, problems: &mut Vec<Problem>) -> Option<Vec<u8>> {
    let span = signature.contents_span.clone();
    let written = span.and_then(|span| hex_string(&file.data()[span])).or_else(|| signature.contents.clone());
    let Some(mut padded) = written.filter(|padded| !padded.is_empty()) else {
        report(problems, Problem::ContentsMalformed);
        return None;
    };
    let Some(length) = element_length(&padded) else {
        report(problems, Problem::FormatUnknown);
        return None;
    };
    if padded[length..].iter().any(|&byte| byte != 0) {
        report(problems, Problem::PaddingNotZero);
        return None;
    }
    padded.truncate(length);
    Some(padded)
}

fn report(problems: &mut Vec<Problem>, problem: Problem) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// The digits as written: `/Contents` is never encrypted, whatever the document is (ISO 32000-2, 7.6.2).
fn hex_string(written: &[u8]) -> Option<Vec<u8>> {
    let digits = written.strip_prefix(b"<")?.strip_suffix(b">")?;
    hex::decode(digits).ok()
}

/// Length of the outermost element with its header. Indefinite lengths are refused: the standard asks for DER
/// (ISO 32000-2, 12.8.3.3.1), and the end marks of BER are zeros as the padding is.
fn element_length(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&0x30) {
        return None;
    }
    let (header, content) = match *bytes.get(1)? {
        short @ 0..0x80 => (2, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7f);
            let octets = bytes.get(2..2 + count).filter(|_| (1..=4).contains(&count))?;
            (2 + count, octets.iter().fold(0, |length, &octet| length << 8 | usize::from(octet)))
        }
    };
    header.checked_add(content).filter(|&length| length <= bytes.len())
}
