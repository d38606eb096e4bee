//! The trailer, the document information and the catalog: what of them a saving may bring up to date.

use super::explain::Explanation;
use super::material;
use super::same::{differing, same_entry};
use crate::error::Damage;
use crate::read::{Dictionary, Node, ObjectId, Value, View};
use crate::verify::ChangesAfter;

/// Entries of a trailer that are the file's book-keeping; all others must stay.
const BOOK_KEEPING: &[&str] =
    &["Size", "Prev", "XRefStm", "ID", "Info", "Type", "W", "Index", "Length", "Filter", "DecodeParms"];
/// What of the document information a saving may bring up to date.
const INFO: &[&str] = &["ModDate", "Producer"];
/// What of the catalog has rules of its own.
const JUDGED_APART: &[&str] = &["AcroForm", "DSS", "Extensions", "Metadata", "Version"];

/// The trailer must name the same catalog and the same encryption, and be book-keeping in the rest.
pub(super) fn trailer(account: &mut Explanation<'_, '_>) -> Result<(), Damage> {
    let (old, new) = (account.change.old, account.change.new);
    let kept = differing(old.trailer(), new.trailer(), BOOK_KEEPING).is_some_and(|keys| keys.is_empty());
    let (was, is) = (first_id(old)?, first_id(new)?);
    // a saving may bring the identifier that the file lacked
    let same_file = same_entry(was.as_ref(), is.as_ref()) || was.is_none() && old.trailer().get("Encrypt").is_none();
    if !kept || !same_file || shows_or_hides_by_size(old, new) {
        account.forbid();
    }
    info(account)
}

fn first_id(view: View<'_>) -> Result<Option<Node>, Damage> {
    let id = view.get(view.trailer(), "ID")?;
    Ok(id.as_ref().and_then(Node::array).and_then(|id| id.first().cloned()))
}

/// To strict readers, objects from `/Size` on do not exist (ISO 32000-2, table 15): another size is another document when
/// there are any.
fn shows_or_hides_by_size(old: View<'_>, new: View<'_>) -> bool {
    let size = |view: View<'_>| view.trailer().get("Size").and_then(Node::unsigned).unwrap_or(0);
    let beyond = |view: View<'_>, size: usize| view.places().into_keys().any(|number| number as usize >= size);
    size(new) != size(old) && (beyond(old, size(old)) || beyond(new, size(new)))
}

fn info(account: &mut Explanation<'_, '_>) -> Result<(), Damage> {
    let (old, new) = (account.change.old, account.change.new);
    let empty = Dictionary::default();
    let (before, after) = (old.get(old.trailer(), "Info")?, new.get(new.trailer(), "Info")?);
    let before = before.as_ref().and_then(Node::dictionary).unwrap_or(&empty);
    let after = after.as_ref().and_then(Node::dictionary).unwrap_or(&empty);
    let is_text = |node: Option<&Node>| node.is_none_or(|node| matches!(node.value, Value::String(_)));
    let texts = INFO.iter().all(|key| {
        let (was, is) = (before.get(key), after.get(key));
        same_entry(was, is) || is_text(was) && is_text(is)
    });
    if !texts || !differing(before, after, INFO).is_some_and(|keys| keys.is_empty()) {
        account.forbid();
    }
    let reference = |view: View<'_>| view.trailer().get("Info").and_then(Node::reference);
    account.allow_in_place(reference(old), reference(new), (0, 0), ChangesAfter::None)
}

/// The catalog may take a form, material for later checks, and be brought up to date where nobody sees it.
pub(super) fn catalog(account: &mut Explanation<'_, '_>) -> Result<(), Damage> {
    let (old, new) = (account.change.old, account.change.new);
    let (before, after) = (old.catalog()?, new.catalog()?);
    let (Some(before), Some(after)) = (before.node.dictionary(), after.node.dictionary()) else {
        account.forbid();
        return Ok(());
    };
    let version_is_name = after.get("Version").is_none_or(|version| version.name().is_some());
    if !version_is_name || !differing(before, after, JUDGED_APART).is_some_and(|keys| keys.is_empty()) {
        account.forbid();
    }
    account.allow_in_place(Some(old.root()?), Some(new.root()?), (0, 0), ChangesAfter::None)?;
    metadata(account, before, after)?;
    if let Some(extensions) = after.get("Extensions") {
        account.allow_new_below(extensions, ChangesAfter::None)?;
    }
    material::explain(account, before.get("DSS"), after.get("DSS"))
}

/// XMP metadata is not shown on any page, as long as it is nothing but that.
fn metadata(account: &mut Explanation<'_, '_>, before: &Dictionary, after: &Dictionary) -> Result<(), Damage> {
    let change = account.change;
    let reference = |catalog: &Dictionary| catalog.get("Metadata").and_then(Node::reference);
    let (old, new) = (reference(before), reference(after));
    let Some(id) = new.filter(|id| change.is_changed(*id)) else { return Ok(()) };
    let in_place = old == Some(id) && change.is_used(id, (1, 1)) && is_xmp(change.old, id)?;
    if (in_place || change.is_fresh(id.number)) && is_xmp(change.new, id)? {
        account.allow(id.number, ChangesAfter::None);
    }
    Ok(())
}

fn is_xmp(view: View<'_>, id: ObjectId) -> Result<bool, Damage> {
    let object = view.object(id)?.filter(|object| object.stream.is_some());
    Ok(object.is_some_and(|object| object.node.dictionary().is_some_and(|stream| stream.has_type("Metadata"))))
}
