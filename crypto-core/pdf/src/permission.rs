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
    certified_by_catalog(view)
}

/// `/Perms/DocMDP` of the catalog, for a certifying signature that no field leads to.
fn certified_by_catalog(view: View<'_>) -> Result<(), StampError> {
    let catalog = view.catalog()?;
    let Some(catalog) = catalog.node.dictionary() else { return Ok(()) };
    let Some(permissions) = view.get(catalog, "Perms")? else { return Ok(()) };
    let Some(permissions) = permissions.dictionary() else { return Ok(()) };
    let Some(signature) = view.get(permissions, "DocMDP")? else { return Ok(()) };
    let certified = match signature.dictionary() {
        Some(signature) => certified_against_change(view, signature)?,
        None => false,
    };
    if certified { Err(Locked::Certified { field: "/Perms/DocMDP".to_owned() }.into()) } else { Ok(()) }
}

fn ends_past_file(signature: &Signature, length: usize) -> bool {
    signature.ranges().is_some_and(|ranges| ranges.iter().any(|range| range.end > length))
}

/// The parameters of a signature's transform method `method`, each time it is referenced.
fn transforms(view: View<'_>, signature: &Dictionary, method: &str) -> Result<Vec<Node>, Damage> {
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

fn certified_against_change(view: View<'_>, signature: &Dictionary) -> Result<bool, Damage> {
    for parameters in transforms(view, signature, "DocMDP")? {
        if let Some(parameters) = parameters.dictionary() {
            if permission(view, parameters)? == Some(1) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `/P`: 1 no change, 2 form filling and signing, 3 annotations too.
fn permission(view: View<'_>, parameters: &Dictionary) -> Result<Option<i64>, Damage> {
    Ok(view.get(parameters, "P")?.and_then(|node| node.integer()))
}

fn field_mdp_covers(view: View<'_>, signature: &Dictionary, field: &str) -> Result<bool, Damage> {
    for parameters in transforms(view, signature, "FieldMDP")? {
        if let Some(parameters) = parameters.dictionary() {
            if covers(view, parameters, field)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether `/Action` and `/Fields` lock a field of this name (table 236 and 259).
fn covers(view: View<'_>, lock: &Dictionary, field: &str) -> Result<bool, Damage> {
    let action = view.get(lock, "Action")?;
    let Some(action) = action.as_ref().and_then(Node::name) else { return Ok(false) };
    let fields = view.get(lock, "Fields")?;
    let listed = fields.as_ref().and_then(Node::array).unwrap_or_default();
    let mut named = false;
    for name in listed {
        let name = view.resolve(name)?;
        named |= name.string().is_some_and(|name| crate::read::text(name) == field);
    }
    Ok(match action {
        b"All" => true,
        b"Include" => named,
        b"Exclude" => !named,
        _ => false,
    })
}
