//! Form fields: filled in, signed, added (ISO 32000-2, 12.7).

use super::appearance;
use super::explain::Explanation;
use super::same::{differing, same, same_entry};
use crate::error::Damage;
use crate::read::{Dictionary, Field, Node, ObjectId, Signature, Value, View};
use crate::verify::{ChangesAfter, byte_range};
use std::collections::BTreeMap;

/// What a new signature field may hold, and its widgets: nothing that acts.
const NEW_FIELD: &[&str] = &[
    "Type",
    "Subtype",
    "FT",
    "T",
    "TU",
    "TM",
    "V",
    "F",
    "Ff",
    "Rect",
    "P",
    "AP",
    "AS",
    "MK",
    "BS",
    "Border",
    "Lock",
    "SV",
    "Parent",
    "Kids",
    "DA",
    "DR",
    "Q",
    "M",
    "NM",
    "H",
    "C",
    "StructParent",
    "Contents",
];

/// What may change in a field (or its widget) that is filled in.
const FILLED_IN: &[&str] = &["V", "I", "RV", "AP", "AS", "M"];
/// What may change in an empty signature field that is signed.
const SIGNED: &[&str] = &["V", "AP", "AS", "M", "F"];
/// What may change in a widget that stands apart from its field.
const WIDGET: &[&str] = &["AP", "AS", "M"];

/// The same of a button.
const BUTTON: &[&str] = &["V", "AS", "M"];
const BUTTON_WIDGET: &[&str] = &["AS", "M"];

/// Explains what happened to the form.
pub(super) fn explain(account: &mut Explanation<'_, '_>) -> Result<(), Damage> {
    form(account)?;
    let (old, new) = (account.change.old, account.change.new);
    let signatures: BTreeMap<ObjectId, Signature> = new
        .signature_fields()?
        .into_iter()
        .filter_map(|field| Some((field.field.object.id, field.signature?)))
        .collect();
    let mut present: BTreeMap<ObjectId, Field> =
        new.fields()?.into_iter().map(|field| (field.object.id, field)).collect();
    for before in old.fields()? {
        match present.remove(&before.object.id) {
            Some(after) if after.name == before.name && after.kind == before.kind => {
                known(account, &before, &after, signatures.get(&after.object.id))?;
            }
            _ => account.forbid(),
        }
    }
    present.into_values().try_for_each(|field| added(account, &field, signatures.get(&field.object.id)))
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
    let is_first = old.fields()?.is_empty();
    keys.retain(|key| !(is_first && ["DA", "DR"].contains(&key.as_str()) && before.get(key).is_none()));
    let flags = |form: &Dictionary| form.get("SigFlags").and_then(Node::integer).unwrap_or(0);
    if !keys.is_empty() || flags(before) & flags(after) != flags(before) || !fields_grew(old, new, before, after)? {
        account.forbid();
    }
    if let Some(resources) = after.get("DR").filter(|_| is_first && before.get("DR").is_none()) {
        account.allow_new_below(resources, ChangesAfter::None)?;
    }
    let reference = |view: View<'_>| -> Result<Option<ObjectId>, Damage> {
        Ok(view.catalog()?.node.dictionary().and_then(|catalog| catalog.get("AcroForm")?.reference()))
    };
    account.allow_in_place(reference(old)?, reference(new)?, (1, 1), ChangesAfter::None)?;
    let array = |form: &Dictionary| form.get("Fields").and_then(Node::reference);
    account.allow_in_place(array(before), array(after), (1, 1), ChangesAfter::None)
}

fn fields_grew(old: View<'_>, new: View<'_>, before: &Dictionary, after: &Dictionary) -> Result<bool, Damage> {
    let (before, after) = (old.get(before, "Fields")?, new.get(after, "Fields")?);
    let before = before.as_ref().and_then(Node::array).unwrap_or_default();
    let after = after.as_ref().and_then(Node::array).unwrap_or_default();
    Ok(after.len() >= before.len() && before.iter().zip(after).all(|(a, b)| same(a, b)))
}

/// Only signature fields may be added, as new objects throughout.
fn added(account: &mut Explanation<'_, '_>, field: &Field, signature: Option<&Signature>) -> Result<(), Damage> {
    let change = account.change;
    let id = field.object.id;
    let kind = new_kind(account, field, signature)?;
    let is_new = field.kind.as_deref() == Some(b"Sig") && change.is_fresh(id.number) && field.object.stream.is_none();
    if !is_new || kind == ChangesAfter::Other || !is_plain(&field.object.node) {
        account.forbid();
        return Ok(());
    }
    note(account, field, kind);
    account.allow(id.number, kind);
    account.allow_new_below(&field.object.node, kind)?;
    for &widget in &field.widgets {
        let Some(object) = change.new.object(widget)? else { continue };
        let is_widget = object.node.dictionary().and_then(|widget| widget.get("Subtype")).is_some_and(is_widget);
        if is_widget && change.is_fresh(widget.number) && object.stream.is_none() && is_plain(&object.node) {
            account.new_widget(widget);
        }
    }
    Ok(())
}

fn is_widget(subtype: &Node) -> bool {
    subtype.is_name("Widget")
}

fn is_plain(node: &Node) -> bool {
    let Some(field) = node.dictionary() else { return false };
    differing(&Dictionary::default(), field, NEW_FIELD).is_some_and(|others| others.is_empty())
}

/// A new field: with a signature, or an empty one that draws nothing, since nobody would answer for the drawing.
fn new_kind(
    account: &Explanation<'_, '_>,
    field: &Field,
    signature: Option<&Signature>,
) -> Result<ChangesAfter, Damage> {
    let kind = signature_kind(account, field, signature)?;
    let draws = kind == ChangesAfter::Form && is_visible(account.change.new, field, &["AP", "MK"])?;
    Ok(if draws { ChangesAfter::Other } else { kind })
}

/// A signature, a time stamp, or an empty signature field, which changes the form. A new signature is one that signs this
/// very saving: an old one shown in a new place is none.
fn signature_kind(
    account: &Explanation<'_, '_>,
    field: &Field,
    signature: Option<&Signature>,
) -> Result<ChangesAfter, Damage> {
    let change = account.change;
    let Some(signature) = signature else {
        let is_empty = field.object.node.dictionary().is_some_and(|field| field.get("V").is_none());
        return Ok(if is_empty { ChangesAfter::Form } else { ChangesAfter::Other });
    };
    let is_new = match signature.id {
        Some(id) => change.is_fresh(id.number) && !change.is_stream(id)?,
        None => true,
    };
    let end = signature.ranges().map(|ranges| ranges[1].end);
    let signs_this = end.is_some_and(|end| byte_range::is_same_end(change.new.file(), change.end, end));
    Ok(if !is_new || !signs_this {
        ChangesAfter::Other
    } else if signature.dictionary.has_type("DocTimeStamp") && !is_visible(change.new, field, &["Rect"])? {
        ChangesAfter::Timestamp
    } else {
        ChangesAfter::Signature
    })
}

/// Whether a widget of the field takes up room on a page and has one of `entries`.
fn is_visible(view: View<'_>, field: &Field, entries: &[&str]) -> Result<bool, Damage> {
    for &id in &field.widgets {
        let Some(object) = view.object(id)? else { continue };
        let Some(widget) = object.node.dictionary() else { continue };
        let rectangle = widget.get("Rect").and_then(|rectangle| view.rectangle(rectangle));
        let has_room = rectangle.is_some_and(|at| at.left < at.right && at.bottom < at.top);
        if has_room && entries.iter().any(|entry| widget.get(entry).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn note(account: &mut Explanation<'_, '_>, field: &Field, kind: ChangesAfter) {
    if kind != ChangesAfter::Timestamp {
        account.field(&field.name);
    }
}

/// A field that existed: unchanged, signed, or filled in.
fn known(
    account: &mut Explanation<'_, '_>,
    before: &Field,
    after: &Field,
    signature: Option<&Signature>,
) -> Result<(), Damage> {
    if before.widgets != after.widgets {
        account.forbid();
    }
    let touched = std::iter::once(&after.object.id).chain(&after.widgets).any(|&id| account.change.is_changed(id));
    let (Some(was), Some(is)) = (before.object.node.dictionary(), after.object.node.dictionary()) else {
        return Ok(());
    };
    if before.object.stream.is_some() || after.object.stream.is_some() || made_read_only(account, after, was, is) {
        return Ok(()); // a stream stays unexplained
    }
    let is_signature = after.kind.as_deref() == Some(b"Sig");
    match (is_signature, touched) {
        (true, true) => signed(account, after, signature, was, is),
        (true, false) => Ok(()),
        (false, _) => filled_in(account, after, was, is),
    }
}

/// Signing programs set `ReadOnly` in the fields that a signature locks (ISO 32000-2, table 236).
fn made_read_only(account: &mut Explanation<'_, '_>, field: &Field, was: &Dictionary, is: &Dictionary) -> bool {
    let flags = |field: &Dictionary| field.get("Ff").map_or(Some(0), Node::integer);
    let only_flags = differing(was, is, &[]).is_some_and(|keys| keys == ["Ff"]);
    let set = only_flags && flags(was).is_some_and(|before| flags(is) == Some(before | 1));
    if set {
        account.allow(field.object.id.number, ChangesAfter::None);
    }
    set
}

/// An empty signature field may be signed, once.
fn signed(
    account: &mut Explanation<'_, '_>,
    field: &Field,
    signature: Option<&Signature>,
    was: &Dictionary,
    is: &Dictionary,
) -> Result<(), Damage> {
    let kind = signature_kind(account, field, signature)?;
    let newly_signed = was.get("V").is_none() && signature.is_some();
    if !newly_signed || kind == ChangesAfter::Other || !differing(was, is, SIGNED).is_some_and(|keys| keys.is_empty()) {
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
    let (old, new) = (account.change.old, account.change.new);
    // what a button shows is chosen among its appearances, it brings no new one
    let is_button = field.kind.as_deref() == Some(b"Btn");
    let allowed = if is_button { BUTTON } else { FILLED_IN };
    let values = ["V", "I", "RV"].into_iter().flat_map(|key| [(old, was.get(key)), (new, is.get(key))]);
    let mut plain = true;
    for (view, value) in values {
        plain &= value.map_or(Ok(true), |value| is_plain_value(view, value, is_button))?;
    }
    if !plain || !differing(was, is, allowed).is_some_and(|keys| keys.is_empty()) {
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

/// Text or a choice: never a stream or a dictionary, which could be content under another name.
fn is_plain_value(view: View<'_>, value: &Node, is_button: bool) -> Result<bool, Damage> {
    if let Some(id) = value.reference()
        && view.object(id)?.is_some_and(|object| object.stream.is_some())
    {
        return Ok(false);
    }
    let value = view.resolve_all(value)?;
    Ok(match &value.value {
        Value::Name(_) => true,
        _ if is_button => false,
        Value::String(_) => true,
        Value::Array(items) => items.iter().all(|item| matches!(item.value, Value::String(_) | Value::Integer(_))),
        _ => false,
    })
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
        let allowed = if field.kind.as_deref() == Some(b"Btn") { BUTTON_WIDGET } else { WIDGET };
        if !account.change.is_stream(id)? && differing(was, is, allowed).is_some_and(|keys| keys.is_empty()) {
            account.allow(id.number, kind);
            appearance::explain(account, was.get("AP"), is.get("AP"), kind)?;
        }
    }
    Ok(())
}
