//! What the crates below say is wrong with a file, as terms of the catalogue: a person reads a sentence in one language.

use ::pdf::{Damage, Locked, OpenError, StampError};
use ::seal::{ImportError, StoreError};
use bid::{ClaimFault, PathFault, Refusal};
use cms::ParseError;
use durable::NameFault;
use token::Pkcs12Error;
use x509::{BundleError, NameError};

/// Where the structure of a PDF breaks.
pub(crate) fn damage(damage: &Damage) -> &'static str {
    match damage {
        Damage::NoStartXref => "pdf_end",
        Damage::Xref { .. } | Damage::XrefLoop => "pdf_xref",
        Damage::Object { .. } | Damage::Stream { .. } => "pdf_object",
        Damage::DuplicateKey { .. } | Damage::Entry { .. } => "pdf_entry",
        Damage::PageTreeLoop | Damage::NoPages => "pdf_pages",
        Damage::Limit { .. } => "pdf_limit",
        Damage::ParsersDisagree { .. } => "pdf_two_meanings",
        _ => "damaged",
    }
}

/// Why a PDF is beyond this program.
pub(crate) fn unsupported(error: &OpenError) -> &'static str {
    if matches!(error, OpenError::UnsupportedEncryption { .. }) { "pdf_encryption" } else { "not_usable" }
}

/// Why a sound PDF cannot be stamped as asked.
pub(crate) fn unstampable(error: &StampError) -> &'static str {
    if matches!(error, StampError::Encryption) { "pdf_encryption" } else { "not_usable" }
}

/// What locks a document.
pub(crate) fn lock(locked: &Locked) -> &'static str {
    match locked {
        Locked::Certified { .. } => "certified",
        Locked::Fields { .. } => "fields_locked",
        _ => "signature_past_end",
    }
}

/// Why a picture is no seal.
pub(crate) fn picture(error: &ImportError) -> &'static str {
    match error {
        ImportError::Format => "picture_format",
        ImportError::TooLarge { .. } => "picture_too_large",
        ImportError::Blank => "picture_blank",
        _ => "damaged",
    }
}

/// Why a seal that is kept here cannot be used.
pub(crate) fn store(error: &StoreError) -> &'static str {
    if let StoreError::Picture(error) = error { picture(error) } else { "damaged" }
}

/// Why a file holds no certificates.
pub(crate) fn certificates(error: &BundleError) -> &'static str {
    match error {
        BundleError::NoCertificate => "no_certificate",
        BundleError::TooMany => "too_many_certificates",
        _ => "damaged",
    }
}

/// Why a key file cannot be read.
pub(crate) fn key_file(error: &Pkcs12Error) -> String {
    match error {
        Pkcs12Error::Malformed(_) => "not_a_key_file".into(),
        Pkcs12Error::NoKey => "no_private_key".into(),
        // Which algorithm it is tells the person nothing, and whoever helps them everything.
        other => crate::detailed("key_file_kind", other),
    }
}

/// Why bytes are not the message that was wanted.
pub(crate) fn message(error: &ParseError) -> &'static str {
    match error {
        ParseError::NotCms => "not_cms",
        ParseError::OtherKind { .. } => "other_cms",
        _ => "damaged",
    }
}

/// Why an input cannot stand in a bid.
pub(crate) fn refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Link => "link",
        Refusal::Special => "special_file",
        Refusal::NotUnicode => "name_not_unicode",
        Refusal::Path(PathFault::TooLong | PathFault::NameTooLong) => "name_too_long",
        Refusal::Path(PathFault::Name(NameFault::Character(_))) => "name_character",
        Refusal::Path(PathFault::Name(NameFault::TrailingDotOrSpace)) => "name_end",
        Refusal::Path(PathFault::Name(NameFault::Reserved)) => "name_reserved",
        Refusal::Clash(_) => "name_clash",
        _ => "name_none",
    }
}

/// Why a text is no name of a certificate's holder.
pub(crate) fn name(error: &NameError) -> &'static str {
    match error {
        NameError::Empty | NameError::EmptyValue { .. } => "subject_empty",
        NameError::UnknownType { .. } => "subject_type",
        NameError::TooLong { .. } => "subject_too_long",
        NameError::Character { .. } => "subject_character",
        _ => "subject_form",
    }
}

/// What is wrong with a field of a bid's description.
pub(crate) fn claim(fault: &ClaimFault) -> &'static str {
    match fault {
        ClaimFault::TooLong { .. } => "field_too_long",
        ClaimFault::ControlCharacter { .. } => "control_character",
        _ => "time_out_of_range",
    }
}
