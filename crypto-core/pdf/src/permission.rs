//! Whether a document may take another signature: DocMDP, FieldMDP and field locks (ISO 32000-2, 12.7.5.5 and 12.8.2),
//! and signatures that any appended byte would break. Asked before any PIN.

use crate::error::{Damage, Locked, StampError};
use crate::read::{Dictionary, Node, Signature, View};

/// Refuses when a new signature field, named `new_field`, would spoil a signature that is there.
pub(crate) fn check(view: View<'_>, new_field: &str) -> Result<(), StampError> {
    for field in view.signature_fields()? {
        let Some(signature) = &field.signature else { continue };
        let name = field.field.name.clone();
        if ends_past_file(signature, view.file().data().len()) {
            return Err(Locked::SignaturePastEnd { field: name }.into());
        }
        let lock = match field.field.object.node.dictionary() {
            Some(dictionary) => view.get(dictionary, "Lock")?,
            None => None,
        };
        let lock = lock.as_ref().and_then(Node::dictionary);
        // A lock may also set the document's permissions (PDF 2.0, table 236, /P)
        let forbids_all = match lock {
            Some(lock) => permission(view, lock)? == Some(1),
            None => false,
        };
        if forbids_all || certified_against_change(view, &signature.dictionary)? {
            return Err(Locked::Certified { field: name }.into());
        }
        let locks_fields = match lock {
            Some(lock) => covers(view, lock, new_field)?,
            None => false,
        };
        if locks_fields || field_mdp_covers(view, &signature.dictionary, new_field)? {
            return Err(Locked::Fields { field: name }.into());
        }
    }
    refuse_certified_catalog(view)
}

/// `/Perms/DocMDP` of the catalog, for a certifying signature that no field leads to.
fn refuse_certified_catalog(view: View<'_>) -> Result<(), StampError> {
    if certified_by_catalog(view)? {
        return Err(Locked::Certified { field: "/Perms/DocMDP".to_owned() }.into());
    }
    Ok(())
}

/// Whether the catalog names a signature that certifies the document against any change.
pub(crate) fn certified_by_catalog(view: View<'_>) -> Result<bool, Damage> {
    let catalog = view.catalog()?;
    let Some(catalog) = catalog.node.dictionary() else { return Ok(false) };
    let Some(permissions) = view.get(catalog, "Perms")? else { return Ok(false) };
    let Some(permissions) = permissions.dictionary() else { return Ok(false) };
    let Some(signature) = view.get(permissions, "DocMDP")? else { return Ok(false) };
    signature.dictionary().map_or(Ok(false), |signature| certified_against_change(view, signature))
}

fn ends_past_file(signature: &Signature, length: usize) -> bool {
    signature.ranges().is_some_and(|ranges| ranges.iter().any(|range| range.end > length))
}

/// The parameters of a signature's transform method `method`, each time it is referenced.
pub(crate) fn transforms(view: View<'_>, signature: &Dictionary, method: &str) -> Result<Vec<Node>, Damage> {
    let references = view.get(signature, "Reference")?;
    let mut found = Vec::new();
    for reference in references.as_ref().and_then(Node::array).unwrap_or_default() {
        let reference = view.resolve(reference)?;
        let Some(reference) = reference.dictionary() else { continue };
        let named = view.get(reference, "TransformMethod")?.is_some_and(|node| node.is_name(method));
        if named {
            // without parameters their defaults hold
            let parameters = view.get(reference, "TransformParams")?;
            found.push(
                parameters.unwrap_or(Node { span: 0..0, value: crate::read::Value::Dictionary(Dictionary::default()) }),
            );
        }
    }
    Ok(found)
}

/// Whether a signature certifies the document with DocMDP P=1.
pub(crate) fn certified_against_change(view: View<'_>, signature: &Dictionary) -> Result<bool, Damage> {
    for parameters in transforms(view, signature, "DocMDP")? {
        if let Some(parameters) = parameters.dictionary()
            && permission(view, parameters)? == Some(1)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `/P`: 1 no change, 2 form filling and signing, 3 annotations too.
pub(crate) fn permission(view: View<'_>, parameters: &Dictionary) -> Result<Option<i64>, Damage> {
    Ok(view.get(parameters, "P")?.and_then(|node| node.integer()))
}

fn field_mdp_covers(view: View<'_>, signature: &Dictionary, field: &str) -> Result<bool, Damage> {
    for parameters in transforms(view, signature, "FieldMDP")? {
        if let Some(parameters) = parameters.dictionary()
            && covers(view, parameters, field)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether `/Action` and `/Fields` lock a field of this name (table 236 and 259).
fn covers(view: View<'_>, lock: &Dictionary, field: &str) -> Result<bool, Damage> {
    let named = locked_names(view, lock)?.iter().any(|name| name == field);
    Ok(match lock_action(view, lock)?.as_deref() {
        Some(b"All") => true,
        Some(b"Include") => named,
        Some(b"Exclude") => !named,
        _ => false,
    })
}

/// `/Action` of a lock: `All`, `Include` or `Exclude`.
pub(crate) fn lock_action(view: View<'_>, lock: &Dictionary) -> Result<Option<Vec<u8>>, Damage> {
    Ok(view.get(lock, "Action")?.as_ref().and_then(Node::name).map(<[u8]>::to_vec))
}

/// `/Fields` of a lock: full names.
pub(crate) fn locked_names(view: View<'_>, lock: &Dictionary) -> Result<Vec<String>, Damage> {
    let fields = view.get(lock, "Fields")?;
    let mut names = Vec::new();
    for name in fields.as_ref().and_then(Node::array).unwrap_or_default() {
        names.extend(view.resolve(name)?.string().map(crate::read::text));
    }
    Ok(names)
}
