//! The first page of a document that a person is asked about, as a picture.
//!
//! It is drawn from the very bytes whose digest is shown: a file that has become another one since has no picture.

use ::pdf::{Document, Renderer};
use algo::Hash;

pub use ::pdf::CjkFont;

use crate::{Code, DocumentFacts, Failure, fault, files, pdfs};

/// Width of the picture in pixels: sharp at twice the size at which a window shows it.
const WIDTH: f64 = 720.0;
/// Points of an inch and millimetres of one: pages are measured in millimetres, and drawn by pixels per inch.
const MM_PER_INCH: f64 = 25.4;
/// Larger documents are not drawn while somebody waits.
const LARGEST: u64 = 256 << 20;

/// The first page as PNG. Text whose font is not embedded is drawn in `cjk`, and left out without it.
///
/// # Errors
/// [`Code::InputChanged`] when it is not the document that the facts describe; the codes `pdf.*` when it cannot be drawn, which
/// holds for a document with a password too.
pub fn first_page(document: &DocumentFacts, cjk: Option<CjkFont>) -> Result<Vec<u8>, Failure> {
    let file = document.file.as_deref().ok_or_else(|| Failure::new(Code::InputNotFound).with("path", ""))?;
    let bytes = files::whole(file, LARGEST)?;
    let hash = Hash::ALL.into_iter().find(|hash| Some(hash.name()) == document.hash);
    if hash.map(|hash| hash.digest(&bytes).to_string()) != document.digest {
        return Err(fault::at(Code::InputChanged, file));
    }
    let opened = Document::open(bytes, None).map_err(|error| pdfs::of_opening(file, error))?;
    let damaged = |_| fault::at(Code::PdfDamaged, file);
    let width = opened.page_size_mm(0).map_or(1.0, |(width, _)| width.max(1.0));
    let page = Renderer::new(&opened, cjk).and_then(|renderer| renderer.page(0, WIDTH * MM_PER_INCH / width));
    page.and_then(|page| page.to_png()).map_err(damaged)
}
