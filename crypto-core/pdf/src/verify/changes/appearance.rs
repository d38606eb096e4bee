//! Appearance streams of fields that were filled in: new ones, or old ones written over.

use super::explain::Explanation;
use crate::error::Damage;
use crate::read::{Node, ObjectId, Value, View};
use crate::verify::ChangesAfter;

/// Explains a field's new appearance. An old stream that was written over must be this field's alone: the same object
/// drawn on a page would be content.
pub(super) fn explain(
    account: &mut Explanation<'_, '_>,
    was: Option<&Node>,
    is: Option<&Node>,
    kind: ChangesAfter,
) -> Result<(), Damage> {
    let Some(is) = is else { return Ok(()) };
    account.allow_new_below(is, kind)?;
    let change = account.change;
    let before = was.map(references).unwrap_or_default();
    for id in references(is) {
        let written_over = change.is_changed(id) && !change.is_fresh(id.number) && before.contains(&id);
        if !written_over || uses(change.old, id)? != 1 || uses(change.new, id)? != 1 {
            continue;
        }
        let Some(stream) = change.new.object(id)?.filter(|object| object.stream.is_some()) else { continue };
        account.allow(id.number, kind);
        account.allow_new_below(&stream.node, kind)?;
    }
    Ok(())
}

/// The references that stand in a value itself.
fn references(node: &Node) -> Vec<ObjectId> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Reference(id) => found.push(*id),
            Value::Array(items) => open.extend(items),
            Value::Dictionary(dictionary) => open.extend(dictionary.entries.iter().map(|entry| &entry.value)),
            _ => {}
        }
    }
    found
}

/// How often the whole document refers to an object.
fn uses(view: View<'_>, wanted: ObjectId) -> Result<usize, Damage> {
    let mut count = 0;
    for (number, place) in view.places() {
        let generation = match place {
            crate::read::Place::At { generation, .. } => generation,
            _ => 0,
        };
        if let Some(object) = view.object(ObjectId { number, generation })? {
            count += references(&object.node).into_iter().filter(|&id| id == wanted).count();
        }
    }
    Ok(count)
}
