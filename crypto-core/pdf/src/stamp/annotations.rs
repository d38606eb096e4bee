//! New annotations in the `/Annots` of their pages, wherever those stand (ISO 32000-2, 12.5).

use super::splice::{Edit, copied, edited};
use super::update::Update;
use crate::error::{Damage, StampError};
use crate::read::{Node, Object, ObjectId, Page, Value, View};
use std::collections::BTreeMap;

/// The new annotations of each page.
#[derive(Default)]
pub(crate) struct Annotations(BTreeMap<usize, Vec<ObjectId>>);

impl Annotations {
    pub(crate) fn add(&mut self, page: usize, annotation: ObjectId) {
        self.0.entry(page).or_default().push(annotation);
    }

    /// Writes the pages, or only their annotation arrays where those are objects of their own.
    pub(crate) fn write(&self, update: &mut Update<'_>, view: View<'_>, pages: &[Page]) -> Result<(), StampError> {
        for (&index, new) in &self.0 {
            let id = pages[index].id;
            let page = view.object(id)?.ok_or(Damage::Object { id })?;
            let new: Vec<String> = new.iter().map(|id| format!("{id} R")).collect();
            write_page(update, view, pages, &page, new.join(" ").as_bytes())?;
        }
        Ok(())
    }
}

fn write_page(
    update: &mut Update<'_>,
    view: View<'_>,
    pages: &[Page],
    page: &Object,
    new: &[u8],
) -> Result<(), StampError> {
    let fresh = [b"[", new, b"]"].concat();
    let dictionary = page.node.dictionary().ok_or(Damage::Object { id: page.id })?;
    let edit = match dictionary.get("Annots") {
        None => Edit::set(page.id, &page.node, "Annots", &fresh)?,
        Some(node @ Node { value: Value::Array(_), .. }) => Edit::append(node, new),
        Some(Node { value: Value::Reference(id), .. }) => match view.object(*id)? {
            None => Edit::set(page.id, &page.node, "Annots", &fresh)?,
            Some(array) if array.node.array().is_none() => return Err(Damage::Entry { entry: "/Annots" }.into()),
            Some(array) if is_shared(view, pages, page.id, *id)? => {
                // written in place it would show the seal on the other pages too
                let items = copied(update, &array, &array.node, page.id, vec![Edit::append(&array.node, new)])?;
                Edit::set(page.id, &page.node, "Annots", &items)?
            }
            Some(array) => {
                let array_with_new = edited(update, &array, vec![Edit::append(&array.node, new)])?;
                update.write(*id, &array_with_new);
                return Ok(());
            }
        },
        Some(_) => return Err(Damage::Entry { entry: "/Annots" }.into()),
    };
    let body = edited(update, page, vec![edit])?;
    update.write(page.id, &body);
    Ok(())
}

/// Whether another page has the same annotation array.
fn is_shared(view: View<'_>, pages: &[Page], page: ObjectId, array: ObjectId) -> Result<bool, Damage> {
    for other in pages.iter().filter(|other| other.id != page) {
        let object = view.object(other.id)?;
        let dictionary = object.as_ref().and_then(|object| object.node.dictionary());
        if dictionary.and_then(|dictionary| dictionary.get("Annots")).and_then(Node::reference) == Some(array) {
            return Ok(true);
        }
    }
    Ok(false)
}
