//! Seals that were laid over an earlier signature's seal: allowed, but people should know.

use crate::error::Damage;
use crate::read::{Node, ObjectId, Rectangle, SignatureField, View};
use std::collections::BTreeSet;

/// Whether an annotation that revision `revision` does not have lies over a seal of its signature: one of the field's
/// widgets, or any other annotation that came with the same saving.
pub(super) fn is_overlaid(view: View<'_>, field: &SignatureField, revision: usize) -> bool {
    let Some(then) = view.file().at_revision(revision) else { return false };
    let before = revision.checked_sub(1).and_then(|before| view.file().at_revision(before));
    find(view, then, before, field).unwrap_or(false)
}

fn find(view: View<'_>, then: View<'_>, before: Option<View<'_>>, field: &SignatureField) -> Result<bool, Damage> {
    for page in view.pages()? {
        let earlier = before.map_or(Ok(BTreeSet::new()), |before| annotations(before, page.id))?;
        let signed = annotations(then, page.id)?;
        let is_seal = |id: &&ObjectId| field.field.widgets.contains(id) || before.is_some() && !earlier.contains(id);
        let seals = rectangles(view, signed.iter().filter(is_seal))?;
        let later = rectangles(view, annotations(view, page.id)?.difference(&signed))?;
        if seals.iter().any(|seal| later.iter().any(|other| seal.overlaps(*other))) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn annotations(view: View<'_>, page: ObjectId) -> Result<BTreeSet<ObjectId>, Damage> {
    let Some(page) = view.object(page)? else { return Ok(BTreeSet::new()) };
    let list = match page.node.dictionary() {
        Some(page) => view.get(page, "Annots")?,
        None => None,
    };
    Ok(list.as_ref().and_then(Node::array).unwrap_or_default().iter().filter_map(Node::reference).collect())
}

fn rectangles<'i>(view: View<'_>, ids: impl Iterator<Item = &'i ObjectId>) -> Result<Vec<Rectangle>, Damage> {
    let mut found = Vec::new();
    for &id in ids {
        let object = view.object(id)?;
        let rectangle = object.as_ref().and_then(|object| view.rectangle(object.node.dictionary()?.get("Rect")?));
        found.extend(rectangle);
    }
    Ok(found)
}
