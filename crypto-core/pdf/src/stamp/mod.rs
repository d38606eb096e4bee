//! Seals and signatures, added as one true incremental update: the original stays a byte-for-byte prefix.
//!
//! Rules that hold here (each was broken by some program before): new objects get numbers no reader can confuse with old
//! ones; only what really changes is written; original bytes of a changed dictionary are copied, never printed anew; the
//! update continues in the file's own kind of cross-reference and offset base; the document's encryption is kept;
//! permissions are asked first; the result is read back by two parsers before anyone sees it.

mod annotations;
mod appearance;
mod form;
mod picture;
mod prepared;
mod read_back;
mod request;
mod signature;
mod splice;
mod update;

pub use prepared::Prepared;
pub use request::{Fields, Seal, Stamp, StampRequest};

use crate::document::Document;
use crate::error::StampError;
use crate::geometry::Place;
use crate::permission;
use crate::read::{ObjectId, Page};
use annotations::Annotations;
use appearance::Appearances;
use update::Update;

/// One annotation to make.
struct Mark {
    page: usize,
    place: Option<Place>,
    /// The signature field it shows; none for a mere picture of the seal.
    field: Option<String>,
}

/// Prepares a signature; see [`Document::stamp`].
pub(crate) fn prepare(document: &Document, request: &StampRequest<'_>) -> Result<Prepared, StampError> {
    let view = document.file.current();
    let names = form::FieldNames::of(view)?;
    let base = names.choose(request.field_name.as_deref())?;
    permission::check(view, &base)?;
    document.file.check_places()?;
    let marks = marks(document, request, &names, &base)?;

    let mut update = Update::new(&document.file)?;
    let signature = update.allocate();
    let appearances = Appearances::write(&mut update, request.seal.as_ref(), &marks)?;
    let mut annotations = Annotations::default();
    let mut fields = Vec::new();
    for mark in &marks {
        let id = update.allocate();
        annotations.add(mark.page, id);
        if mark.field.is_some() {
            fields.push(id);
        }
        let page = document.pages[mark.page].id;
        write_mark(&mut update, id, mark, page, signature, &appearances)?;
    }
    annotations.write(&mut update, view, &document.pages)?;
    form::add_fields(&mut update, view, &fields)?;
    let layout = signature::write(&mut update, signature, request)?;
    let appended = update.finish()?;
    let field_names = marks.into_iter().filter_map(|mark| mark.field).collect();
    let prepared = Prepared::new(document.bytes().clone(), appended, layout, request, field_names)?;
    read_back::check(document, &prepared)?;
    Ok(prepared)
}

/// Which annotations are made. Further seals of one field are pictures without a field; where signatures exist already,
/// adding those would count as a change of what they signed, so each seal becomes a field of its own.
fn marks(
    document: &Document,
    request: &StampRequest<'_>,
    names: &form::FieldNames,
    base: &str,
) -> Result<Vec<Mark>, StampError> {
    let Some(seal) = &request.seal else {
        return Ok(vec![Mark { page: 0, place: None, field: Some(base.to_owned()) }]);
    };
    if seal.stamps.is_empty() {
        return Err(StampError::NoPlacement);
    }
    let every_one = seal.fields == Fields::OnePerStamp || !document.signed_fields()?.is_empty();
    let mut marks = Vec::new();
    for (index, stamp) in seal.stamps.iter().enumerate() {
        let field = (index == 0 || every_one).then(|| names.numbered(base, index));
        marks.push(Mark { page: stamp.page, place: Some(place(&document.pages, stamp)?), field });
    }
    Ok(marks)
}

fn place(pages: &[Page], stamp: &Stamp) -> Result<Place, StampError> {
    let number = stamp.page.saturating_add(1);
    let page = pages.get(stamp.page).ok_or(StampError::NoSuchPage { page: number, pages: pages.len() })?;
    let place = page.place(stamp.centre_mm, (stamp.size.width_mm(), stamp.size.height_mm()));
    let (right, down) = stamp.centre_mm;
    let is_place = right.is_finite() && down.is_finite() && place.rect.overlaps(page.visible);
    if is_place { Ok(place) } else { Err(StampError::OutsidePage { page: number }) }
}

/// A widget merged with its field (ISO 32000-2, 12.5.6.19 and 12.7.5.5), or a stamp annotation.
fn write_mark(
    update: &mut Update<'_>,
    id: ObjectId,
    mark: &Mark,
    page: ObjectId,
    signature: ObjectId,
    appearances: &Appearances,
) -> Result<(), StampError> {
    let rect =
        mark.place.map_or([0.0; 4], |place| [place.rect.left, place.rect.bottom, place.rect.right, place.rect.top]);
    let mut body = b"<< /Type /Annot ".to_vec();
    match &mark.field {
        Some(name) => {
            body.extend_from_slice(b"/Subtype /Widget /FT /Sig /T ");
            body.extend(update.text(id, name)?);
            // Print and Locked: shown on paper, not to be moved by hand
            body.extend(format!(" /F 132 /V {signature} R").bytes());
        }
        // Print, ReadOnly, Locked and LockedContents
        None => body.extend_from_slice(b"/Subtype /Stamp /F 708"),
    }
    body.extend(format!(" /P {page} R /Rect {}", update::array(&rect)).bytes());
    if let Some(form) = mark.place.and_then(|place| appearances.of(&place.form)) {
        body.extend(format!(" /AP << /N {form} R >>").bytes());
    }
    body.extend_from_slice(b" >>");
    update.write(id, &body);
    Ok(())
}
