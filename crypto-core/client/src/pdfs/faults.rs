//! The errors of `pdf` as codes.

use std::path::Path;

use ::pdf::{OpenError, StampError};
use ::seal::PageSetError;
use durable::WriteError;

use crate::{Code, Failure, Home, detail, fault};

/// A document that could not be opened.
pub(super) fn open(file: &Path, error: OpenError) -> Failure {
    let with_reason = |code, reason: &str| fault::at(code, file).with("reason", reason);
    match error {
        OpenError::Empty => fault::at(Code::InputEmpty, file),
        OpenError::NotPdf => fault::at(Code::PdfNotPdf, file),
        OpenError::Damaged(damage) => with_reason(Code::PdfDamaged, detail::damage(&damage)),
        OpenError::PasswordNeeded | OpenError::PasswordWrong => fault::at(Code::PdfPasswordWrong, file),
        other => with_reason(Code::PdfUnsupported, detail::unsupported(&other)),
    }
}

/// A document that may not, or cannot, be stamped as asked.
pub(super) fn stamp(home: &Home, file: &Path, error: StampError) -> Failure {
    let with_reason = |code, reason: &str| fault::at(code, file).with("reason", reason);
    match error {
        StampError::Locked(locked) => with_reason(Code::PdfLocked, detail::lock(&locked)),
        StampError::NoSuchPage { page, pages } => no_page(file, page, pages),
        StampError::OutsidePage { page } => with_reason(Code::SealPlace, "outside").with("page", page),
        StampError::Damaged(damage) => with_reason(Code::PdfDamaged, detail::damage(&damage)),
        StampError::Unwritten(error) => WriteError::from_io(home.path(), error).into(),
        StampError::ReadBack(_) => with_reason(Code::PdfDamaged, "not_read_back"),
        other => with_reason(Code::PdfUnsupported, detail::unstampable(&other)),
    }
}

/// Pages that the document does not have.
pub(super) fn pages(file: &Path, error: &PageSetError) -> Failure {
    match error {
        PageSetError::NoSuchPage { page, pages } => no_page(file, *page, *pages),
        PageSetError::Empty { pages } => no_page(file, pages + 1, *pages),
        other => crate::stamp::malformed(&other.to_string()),
    }
}

fn no_page(file: &Path, page: usize, pages: usize) -> Failure {
    fault::at(Code::PdfPage, file).with("page", page).with("pages", pages)
}
