//! Appearance streams (ISO 32000-2, 12.5.5): one form per size and turn, all showing the one picture.

use super::Mark;
use super::picture;
use super::request::Seal;
use super::update::{Update, array, real};
use crate::error::StampError;
use crate::geometry::FormSpace;
use crate::read::ObjectId;

/// The forms written so far.
pub(crate) struct Appearances(Vec<(FormSpace, ObjectId)>);

impl Appearances {
    /// Writes picture and forms for all `marks`.
    pub(crate) fn write(update: &mut Update<'_>, seal: Option<&Seal<'_>>, marks: &[Mark]) -> Result<Self, StampError> {
        let mut forms = Self(Vec::new());
        let Some(seal) = seal else { return Ok(forms) };
        let image = picture::write(update, seal.picture)?;
        for place in marks.iter().filter_map(|mark| mark.place) {
            if forms.of(&place.form).is_none() {
                let id = update.allocate();
                write_form(update, id, image, &place.form)?;
                forms.0.push((place.form, id));
            }
        }
        Ok(forms)
    }

    /// The form for this size and turn.
    pub(crate) fn of(&self, space: &FormSpace) -> Option<ObjectId> {
        self.0.iter().find(|(form, _)| form == space).map(|(_, id)| *id)
    }
}

/// Ink multiplies what is under it, as on paper: text below an opaque or white part of the picture stays readable.
fn write_form(update: &mut Update<'_>, id: ObjectId, image: ObjectId, space: &FormSpace) -> Result<(), StampError> {
    let (width, height) = (real(space.width), real(space.height));
    let entries = format!(
        "/Type /XObject /Subtype /Form /FormType 1 /BBox [0 0 {width} {height}] /Matrix {} /Resources << \
         /XObject << /Seal {image} R >> /ExtGState << /Ink << /Type /ExtGState /BM /Multiply >> >> >>",
        array(&space.matrix)
    );
    let content = format!("q /Ink gs {width} 0 0 {height} 0 0 cm /Seal Do Q");
    update.write_stream(id, &entries, content.as_bytes())
}
