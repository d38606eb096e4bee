//! What can go wrong, one enum per operation; every variant carries what a message needs.

use crate::read::ObjectId;

/// A document that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// No `%PDF-` near the beginning.
    #[error("the file is not a PDF")]
    NotPdf,
    /// A PDF, but its structure does not hold together; nothing is repaired silently.
    #[error("the PDF is damaged: {0}")]
    Damaged(#[from] Damage),
    /// Encrypted, and no password was given.
    #[error("the PDF is encrypted and needs its password")]
    PasswordNeeded,
    /// Encrypted, and the password given does not open it.
    #[error("the password does not open this PDF")]
    PasswordWrong,
    /// Encrypted by another handler than the standard password handler, or by an unknown version of it.
    #[error("the PDF is encrypted in a way that is not supported: {scheme}")]
    UnsupportedEncryption {
        /// Handler name or version as the file states it.
        scheme: String,
    },
}

/// Where the structure of a PDF breaks. Offsets count from the first byte of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// No `startxref` with an offset near the end.
    #[error("the end of the file is missing")]
    NoStartXref,
    /// No cross-reference table or stream where one is said to be.
    #[error("no readable cross-reference section at byte {offset}")]
    Xref {
        /// Where it should be.
        offset: usize,
    },
    /// `/Prev` leads back to a section already read.
    #[error("the cross-reference sections form a loop")]
    XrefLoop,
    /// An object is not where the cross-reference says.
    #[error("object {id} is not readable at its place")]
    Object {
        /// The object.
        id: ObjectId,
    },
    /// A stream's filter, length or content does not decode within the limits.
    #[error("the stream of object {id} does not decode")]
    Stream {
        /// The stream's object.
        id: ObjectId,
    },
    /// A dictionary names a key twice, so readers disagree about its meaning.
    #[error("object {id} names /{key} twice")]
    DuplicateKey {
        /// The object.
        id: ObjectId,
        /// The key without its slash.
        key: String,
    },
    /// A required entry is missing or of the wrong kind.
    #[error("{entry} is missing or malformed")]
    Entry {
        /// A path such as `/Root/Pages`.
        entry: &'static str,
    },
    /// The page tree has a loop or names a page twice.
    #[error("the page tree has a loop")]
    PageTreeLoop,
    /// No page at all.
    #[error("the document has no pages")]
    NoPages,
    /// More objects, nesting or decoded bytes than a real document has.
    #[error("the file exceeds the limit of {limit}")]
    Limit {
        /// What is limited.
        limit: &'static str,
    },
    /// A second, independent parser reads the file differently.
    #[error("two parsers disagree about {about}")]
    ParsersDisagree {
        /// What they disagree about.
        about: &'static str,
    },
}

/// Why a document may not be stamped, whatever key is used. Found before any PIN is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Locked {
    /// Certified with DocMDP P=1: no change at all is allowed.
    #[error("the document is certified against any change by signature field “{field}”")]
    Certified {
        /// Full name of the certifying field.
        field: String,
    },
    /// A signature locks all fields, or all but some (FieldMDP, or the field's `/Lock`).
    #[error("signature field “{field}” locks the form fields of the document")]
    Fields {
        /// Full name of the locking field.
        field: String,
    },
    /// An existing signature covers bytes beyond the end of the file: anything appended would break it.
    #[error("the signature in field “{field}” covers bytes beyond the end of the file")]
    SignaturePastEnd {
        /// Full name of that field.
        field: String,
    },
}

/// A stamp that cannot be prepared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StampError {
    /// The document forbids it.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// No page was asked for.
    #[error("no page to stamp")]
    NoPlacement,
    /// A page that the document does not have.
    #[error("there is no page {page}, the document has {pages}")]
    NoSuchPage {
        /// Page number, from 1.
        page: usize,
        /// Pages in the document.
        pages: usize,
    },
    /// The seal would lie wholly outside the page.
    #[error("the seal would lie outside page {page}")]
    OutsidePage {
        /// Page number, from 1.
        page: usize,
    },
    /// The name is taken, empty, or contains a full stop.
    #[error("the field name “{name}” cannot be used")]
    FieldName {
        /// The name asked for.
        name: String,
    },
    /// A structure needed for stamping is broken.
    #[error("the PDF is damaged: {0}")]
    Damaged(#[from] Damage),
    /// The document's own encryption could not be applied to what is added.
    #[error("the document's encryption could not be applied")]
    Encryption,
    /// The result does not read back as it must; nothing was written.
    #[error("the stamped document does not read back: {0}")]
    ReadBack(String),
    /// A copy that has no room in memory could not be written beside its original; a full disk too.
    #[error("the stamped document cannot be written to be read back: {0}")]
    Unwritten(#[source] std::io::Error),
}

/// A signature that cannot be put in its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FinishError {
    /// The CMS is longer than the place kept for it: prepare again with a larger capacity.
    #[error("the signature needs {needed} bytes, {capacity} were kept for it")]
    CapacityExceeded {
        /// Length of the CMS.
        needed: usize,
        /// Bytes kept.
        capacity: usize,
    },
}

/// A page picture that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A page that the document does not have.
    #[error("there is no page {page}, the document has {pages}")]
    NoSuchPage {
        /// Page number, from 1.
        page: usize,
        /// Pages in the document.
        pages: usize,
    },
    /// The picture would have more pixels than allowed, or none.
    #[error("a picture of {width} × {height} pixels is not made")]
    Size {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
    },
    /// The renderer could not read the document.
    #[error("the page could not be drawn")]
    Failed,
}
