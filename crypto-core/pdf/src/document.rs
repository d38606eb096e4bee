//! An opened document: what can be asked of it before anything is changed.

use crate::bytes::Bytes;
use crate::error::{Damage, OpenError, StampError};
use crate::permission;
use crate::read::{File, Page};
use crate::second::Second;
use crate::stamp::{self, Prepared, StampRequest};
use algo::Password;

/// A PDF as it was read; it never changes.
pub struct Document {
    pub(crate) file: File,
    pub(crate) pages: Vec<Page>,
}

impl Document {
    /// Opens a PDF. An encrypted one is opened with `document_password` (user or owner), else with the empty password.
    ///
    /// # Errors
    /// [`OpenError`]. A file whose cross-reference would have to be rebuilt is refused as damaged: an update of it has
    /// nothing sound to refer to.
    pub fn open(bytes: impl Into<Bytes>, document_password: Option<&Password>) -> Result<Self, OpenError> {
        let file = File::open(bytes.into(), document_password)?;
        let pages = file.current().pages()?;
        Ok(Self { file, pages })
    }

    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        self.file.data()
    }

    /// Number of pages, at least 1.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Width and height in millimetres of the page with `index` from 0, as displayed.
    #[must_use]
    pub fn page_size_mm(&self, index: usize) -> Option<(f64, f64)> {
        self.pages.get(index).map(Page::displayed_mm)
    }

    /// Whether the file is encrypted; what is added to it then is too.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.file.crypt().is_some()
    }

    /// Names of the fields that are signed already.
    ///
    /// # Errors
    /// [`Damage`] when the form cannot be read.
    pub fn signed_fields(&self) -> Result<Vec<String>, Damage> {
        let fields = self.file.current().signature_fields()?;
        Ok(fields.into_iter().filter(|field| field.signature.is_some()).map(|field| field.field.name).collect())
    }

    /// Whether another signature may be added and an update would be read by others. To be asked before any PIN.
    ///
    /// # Errors
    /// [`StampError::Locked`] with the reason, or [`StampError::Damaged`].
    pub fn can_sign(&self) -> Result<(), StampError> {
        permission::check(self.file.current(), "")?;
        self.file.check_places()?;
        Second::open(self.file.data().clone(), &self.file)?.agrees_with(&self.file, &self.pages)?;
        Ok(())
    }

    /// Whether a second, independent parser sees the same catalog and pages.
    pub(crate) fn second_parser_agrees(&self) -> bool {
        Second::open(self.file.data().clone(), &self.file)
            .and_then(|second| second.agrees_with(&self.file, &self.pages))
            .is_ok()
    }

    /// Prepares a signature with its seals as an incremental update. The result has been read back by two parsers.
    ///
    /// # Errors
    /// [`StampError`]; nothing is changed.
    pub fn stamp(&self, request: &StampRequest<'_>) -> Result<Prepared, StampError> {
        stamp::prepare(self, request)
    }
}
