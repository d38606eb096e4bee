//! Pages: the only thing that may change on one is that widgets of new signatures join its annotations.

use super::explain::Explanation;
use super::same::{differing, same};
use super::step::Change;
use crate::error::Damage;
use crate::read::{Dictionary, Node, Object, ObjectId, Page, Value, View};
use crate::verify::ChangesAfter;
use std::collections::BTreeSet;

/// Explains pages that changed. Everything that stands in the page tree above them stays unexplained.
pub(super) fn explain(account: &mut Explanation<'_, '_>) -> Result<(), Damage> {
    let (before, after) = (account.change.old.pages()?, account.change.new.pages()?);
    if ids(&before) != ids(&after) {
        account.forbid();
        return Ok(());
    }
    for page in &after {
        explain_page(account, page, (&before, &after))?;
    }
    Ok(())
}

/// How many pages have this object as the list of their annotations.
fn sharing(view: View<'_>, pages: &[Page], array: ObjectId) -> Result<usize, Damage> {
    let mut count = 0;
    for page in pages {
        let object = view.object(page.id)?;
        let annotations = object.as_ref().and_then(|page| page.node.dictionary()?.get("Annots")?.reference());
        count += usize::from(annotations == Some(array));
    }
    Ok(count)
}

fn ids(pages: &[Page]) -> Vec<ObjectId> {
    pages.iter().map(|page| page.id).collect()
}

fn explain_page(
    account: &mut Explanation<'_, '_>,
    page: &Page,
    (before, after): (&[Page], &[Page]),
) -> Result<(), Damage> {
    let (change, id) = (account.change, page.id);
    let (Some(was), Some(is)) = (change.old.object(id)?, change.new.object(id)?) else { return Ok(()) };
    let (Some(was), Some(is)) = (was.node.dictionary(), is.node.dictionary()) else { return Ok(()) };
    let array = |page: &Dictionary| page.get("Annots").and_then(Node::reference);
    let (old_array, new_array) = (array(was), array(is));
    if !change.is_changed(id) && !new_array.is_some_and(|array| change.is_changed(array)) {
        return Ok(());
    }
    let only_annotations = differing(was, is, &["Annots"]).is_some_and(|keys| keys.is_empty());
    if !only_annotations || change.is_stream(id)? || !only_new_widgets(account, page, was, is)? {
        return Ok(()); // unexplained
    }
    account.allow(id.number, ChangesAfter::None);
    let Some(array) = new_array.filter(|array| change.is_changed(*array)) else { return Ok(()) };
    let uses = (sharing(change.old, before, array)?, sharing(change.new, after, array)?);
    account.allow_in_place(old_array, Some(array), uses, ChangesAfter::None)
}

/// Whether all annotations are still there in their order, and every other one is a new signature's widget.
fn only_new_widgets(
    account: &Explanation<'_, '_>,
    page: &Page,
    was: &Dictionary,
    is: &Dictionary,
) -> Result<bool, Damage> {
    let change = account.change;
    let (before, after) = (change.old.get(was, "Annots")?, change.new.get(is, "Annots")?);
    let mut before = before.as_ref().and_then(Node::array).unwrap_or_default().iter().peekable();
    for annotation in after.as_ref().and_then(Node::array).unwrap_or_default() {
        if before.next_if(|old| same(old, annotation)).is_some() {
            continue;
        }
        let widget = annotation.reference().filter(|id| account.is_new_widget(*id));
        let Some(widget) = widget else { return Ok(false) };
        if covers_most_of(change.new, page, widget)? {
            return Ok(false);
        }
    }
    Ok(before.next().is_none())
}

/// No seal takes up half a page; what does replaces the page.
fn covers_most_of(view: View<'_>, page: &Page, widget: ObjectId) -> Result<bool, Damage> {
    let Some(object) = view.object(widget)? else { return Ok(false) };
    let rectangle = object.node.dictionary().and_then(|widget| view.rectangle(widget.get("Rect")?));
    let Some(at) = rectangle else { return Ok(false) };
    let seen = page.visible;
    let width = (at.right.min(seen.right) - at.left.max(seen.left)).max(0.0);
    let height = (at.top.min(seen.top) - at.bottom.max(seen.bottom)).max(0.0);
    Ok(width * height > (seen.right - seen.left) * (seen.top - seen.bottom) / 2.0)
}

/// Pages (from 1) that show any of the changed content, and pages that were added, removed or moved.
pub(super) fn touched(change: &Change<'_>, account: &Explanation<'_, '_>) -> Result<BTreeSet<usize>, Damage> {
    let (before, after) = (change.old.pages()?, change.new.pages()?);
    let content = account.content_changes();
    let mut touched = BTreeSet::new();
    for index in 0..before.len().max(after.len()) {
        let moved = before.get(index).map(|page| page.id) != after.get(index).map(|page| page.id);
        let shows = match after.get(index) {
            Some(page) if !content.is_empty() => {
                shows(change.new, page.id, &content)? || shows(change.old, page.id, &content)?
            }
            _ => false,
        };
        if moved || shows {
            touched.insert(index + 1);
        }
    }
    Ok(touched)
}

/// Whether anything in `content` is part of the page: what it refers to, and what it inherits.
fn shows(view: View<'_>, page: ObjectId, content: &BTreeSet<u32>) -> Result<bool, Damage> {
    let mut seen = BTreeSet::new();
    let mut open = vec![page];
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        if content.contains(&id.number) {
            return Ok(true);
        }
        if let Some(object) = view.object(id)? {
            open.extend(parts(&object));
        }
    }
    Ok(false)
}

/// The objects that an object shows. From a node of the page tree only upwards, never to other pages.
fn parts(object: &Object) -> Vec<ObjectId> {
    let mut found = Vec::new();
    let mut open = vec![(&object.node, true)];
    while let Some((node, is_top)) = open.pop() {
        match &node.value {
            Value::Reference(id) => found.push(*id),
            Value::Array(items) => open.extend(items.iter().map(|item| (item, false))),
            Value::Dictionary(dictionary) => {
                let in_tree = dictionary.has_type("Pages");
                let is_page = dictionary.has_type("Page");
                let shown = dictionary.entries.iter().filter(|entry| match entry.key.as_slice() {
                    b"Kids" => !in_tree,
                    // of a field or an annotation these lead to other pages' fields
                    b"Parent" => is_top && (in_tree || is_page),
                    b"P" | b"Dest" | b"A" => false,
                    _ => true,
                });
                open.extend(shown.map(|entry| (&entry.value, false)));
            }
            _ => {}
        }
    }
    found
}
