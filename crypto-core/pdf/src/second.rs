//! The second parser: hayro reads what our own reading layer has read, and both must agree (two readings of one file are
//! the lever of shadow and wrapping attacks).

use crate::bytes::Bytes;
use crate::error::Damage;
use crate::read::{File, Page};
use hayro::hayro_syntax::Pdf;
use std::sync::Arc;

/// A document as hayro reads it.
pub(crate) struct Second {
    pub(crate) pdf: Pdf,
}

impl Second {
    /// Opens `bytes` with the password that opened `file`.
    pub(crate) fn open(bytes: Bytes, file: &File) -> Result<Self, Damage> {
        let password = file.crypt().map(crate::read::Crypt::password).unwrap_or_default();
        let password = std::str::from_utf8(password).unwrap_or_default();
        let pdf = Pdf::new_with_password(Arc::new(bytes), password);
        pdf.map(|pdf| Self { pdf }).map_err(|_| Damage::ParsersDisagree { about: "the file" })
    }

    /// Page count, catalog and every page's object are the same.
    pub(crate) fn agrees_with(&self, file: &File, pages: &[Page]) -> Result<(), Damage> {
        let root = file.current().root()?;
        let other = self.pdf.xref().root_id();
        if (i64::from(other.obj_number), i64::from(other.gen_number)) != (root.number.into(), root.generation.into()) {
            return Err(Damage::ParsersDisagree { about: "the catalog" });
        }
        if self.pdf.pages().len() != pages.len() {
            return Err(Damage::ParsersDisagree { about: "the number of pages" });
        }
        for (ours, theirs) in pages.iter().zip(self.pdf.pages().iter()) {
            let theirs = theirs.raw().obj_id().map(|id| (i64::from(id.obj_number), i64::from(id.gen_number)));
            if theirs != Some((ours.id.number.into(), ours.id.generation.into())) {
                return Err(Damage::ParsersDisagree { about: "the pages" });
            }
        }
        Ok(())
    }
}
