//! Form fields: filled in, signed, added (ISO 32000-2, 12.7).

use super::appearance;
use super::explain::Explanation;
use super::same::{differing, same, same_entry};
use crate::error::Damage;
use crate::read::{Dictionary, Field, Node, ObjectId, View};
use crate::verify::ChangesAfter;
use std::collections::BTreeMap;

/// What may change in a field (or its widget) that is filled in.
const FILLED_IN: &[&str] = &["V", "I", "RV", "AP", "AS", "M"];
/// What may change in an empty signature field that is signed.
const SIGNED: &[&str] = &["V", "AP", "AS", "M", "F"];
/// What may change in a widget that stands apart from its field.
const WIDGET: &[&str] = &["AP", "AS", "M"];

/// Explains what happened to the form.
pub(super) fn explain(account: &mut Explanation<'_, '_>) -> Result<(), Damage> {
    form(account)?;
    let (old, new) = (account.change.old, account.change.new);
    let mut present: BTreeMap<ObjectId, Field> =
        new.fields()?.into_iter().map(|field| (field.object.id, field)).collect();
    for before in old.fields()? {
        match present.remove(&before.object.id) {
            Some(after) if after.name == before.name && after.kind == before.kind => known(account, &before, &after)?,
            _ => account.forbid(),
        }
    }
    present.into_values().try_for_each(|field| added(account, &field))
}

/// The form dictionary: fields may be added at the end, everything else stays.
fn form(account: &mut Explanation<'_, '_>) -> Result<(), Damage> {
    let (old, new) = (account.change.old, account.change.new);
    let (before, after) = (old.form()?, new.form()?);
    let Some(after) = after.as_ref().and_then(Node::dictionary) else {
        if before.is_some() {
            account.forbid();
        }
        return Ok(());
    };
    let empty = Dictionary::default();
    let before = before.as_ref().and_then(Node::dictionary).unwrap_or(&empty);
    let Some(mut keys) = differing(before, after, &["Fields", "SigFlags"]) else {
        account.forbid();
        return Ok(());
    };
    // a first field may bring the default resources that forms have
    keys.retain(|key| !(["DA", "DR"].contains(&key.as_str()) && before.get(key).is_none()));
    let flags = |form: &Dictionary| form.get("SigFlags").and_then(Node::integer).unwrap_or(0);
    if !keys.is_empty() || flags(before) & flags(after) != flags(before) || !fields_grew(old, new, before, after)? {
        account.forbid();
    }
    if let Some(resources) = after.get("DR").filter(|_| before.get("DR").is_none()) {
        account.allow_new_below(resources, ChangesAfter::None)?;
    }
    let reference = |view: View<'_>| -> Result<Option<ObjectId>, Damage> {
        Ok(view.catalog()?.node.dictionary().and_then(|catalog| catalog.get("AcroForm")?.reference()))
    };
    account.allow_in_place(reference(old)?, reference(new)?, ChangesAfter::None);
    let array = |form: &Dictionary| form.get("Fields").and_then(Node::reference);
    account.allow_in_place(array(before), array(after), ChangesAfter::None);
    Ok(())
}

fn fields_grew(old: View<'_>, new: View<'_>, before: &Dictionary, after: &Dictionary) -> Result<bool, Damage> {
    let (before, after) = (old.get(before, "Fields")?, new.get(after, "Fields")?);
    let before = before.as_ref().and_then(Node::array).unwrap_or_default();
    let after = after.as_ref().and_then(Node::array).unwrap_or_default();
    Ok(after.len() >= before.len() && before.iter().zip(after).all(|(a, b)| same(a, b)))
}

/// Only signature fields may be added, as new objects throughout.
fn added(account: &mut Explanation<'_, '_>, field: &Field) -> Result<(), Damage> {
    let id = field.object.id;
    if field.kind.as_deref() != Some(b"Sig") || !account.change.is_fresh(id.number) {
        account.forbid();
        return Ok(());
    }
    let kind = signature_kind(account.change.new, field)?;
    note(account, field, kind);
    account.allow(id.number, kind);
    account.allow_new_below(&field.object.node, kind)
}

/// A signature, a time stamp, or an empty signature field, which changes the form.
fn signature_kind(view: View<'_>, field: &Field) -> Result<ChangesAfter, Damage> {
    let Some(dictionary) = field.object.node.dictionary() else { return Ok(ChangesAfter::Other) };
    let value = view.get(dictionary, "V")?;
    Ok(match value.as_ref().map(Node::dictionary) {
        None => ChangesAfter::Form,
        Some(None) => ChangesAfter::Other,
        Some(Some(signature)) if signature.has_type("DocTimeStamp") => ChangesAfter::Timestamp,
        Some(Some(_)) => ChangesAfter::Signature,
    })
}

fn note(account: &mut Explanation<'_, '_>, field: &Field, kind: ChangesAfter) {
    if kind != ChangesAfter::Timestamp {
        account.field(&field.name);
    }
}

/// A field that existed: unchanged, signed, or filled in.
fn known(account: &mut Explanation<'_, '_>, before: &Field, after: &Field) -> Result<(), Damage> {
    if before.widgets != after.widgets {
        account.forbid();
    }
    let touched = std::iter::once(&after.object.id).chain(&after.widgets).any(|&id| account.change.is_changed(id));
    let (Some(was), Some(is)) = (before.object.node.dictionary(), after.object.node.dictionary()) else {
        return Ok(());
    };
    let is_signature = after.kind.as_deref() == Some(b"Sig");
    if is_signature && touched { signed(account, after, was, is) } else { filled_in(account, after, was, is) }
}

/// An empty signature field may be signed, once.
fn signed(account: &mut Explanation<'_, '_>, field: &Field, was: &Dictionary, is: &Dictionary) -> Result<(), Damage> {
    let kind = signature_kind(account.change.new, field)?;
    let newly_signed = was.get("V").is_none() && is.get("V").is_some();
    if !newly_signed || !differing(was, is, SIGNED).is_some_and(|keys| keys.is_empty()) {
        account.forbid();
        return Ok(());
    }
    note(account, field, kind);
    account.allow(field.object.id.number, kind);
    for node in ["V", "AP"].into_iter().filter_map(|key| is.get(key)) {
        account.allow_new_below(node, kind)?;
    }
    widgets(account, field, kind)
}

/// A field's value may change, and with it how it looks; how it looks alone may not.
fn filled_in(
    account: &mut Explanation<'_, '_>,
    field: &Field,
    was: &Dictionary,
    is: &Dictionary,
) -> Result<(), Damage> {
    let value_changed = ["V", "I"].into_iter().any(|key| !same_entry(was.get(key), is.get(key)));
    if !value_changed {
        return Ok(()); // whatever else changed stays unexplained
    }
    if !differing(was, is, FILLED_IN).is_some_and(|keys| keys.is_empty()) {
        account.forbid();
        return Ok(());
    }
    let kind = ChangesAfter::Form;
    account.field(&field.name);
    account.allow(field.object.id.number, kind);
    for key in ["V", "RV"] {
        if let Some(node) = is.get(key) {
            account.allow_new_below(node, kind)?;
        }
    }
    appearance::explain(account, was.get("AP"), is.get("AP"), kind)?;
    widgets(account, field, kind)
}

/// Widgets that stand apart from their field follow its value.
fn widgets(account: &mut Explanation<'_, '_>, field: &Field, kind: ChangesAfter) -> Result<(), Damage> {
    let (old, new) = (account.change.old, account.change.new);
    for &id in field.widgets.iter().filter(|&&id| id != field.object.id) {
        if !account.change.is_changed(id) || account.change.is_fresh(id.number) {
            continue;
        }
        let (Some(was), Some(is)) = (old.object(id)?, new.object(id)?) else { continue };
        let (Some(was), Some(is)) = (was.node.dictionary(), is.node.dictionary()) else { continue };
        if differing(was, is, WIDGET).is_some_and(|keys| keys.is_empty()) {
            account.allow(id.number, kind);
            appearance::explain(account, was.get("AP"), is.get("AP"), kind)?;
        }
    }
    Ok(())
}
