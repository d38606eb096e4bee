//! How often the objects of a saving refer to each other.
//!
//! A known kind of change is harmless only as long as the changed object has no second role: metadata that is a page's
//! content too, a list of annotations that is also one of content streams. And an object that is referred to before it
//! exists is not new when it appears: what refers to it changes with it.

use crate::read::{Node, Object, ObjectId, Place, Value, View};
use std::collections::{BTreeMap, BTreeSet};

/// The number of references to each object number, whatever the generation: readers differ in heeding it.
#[derive(Default)]
pub(super) struct Uses(BTreeMap<u32, usize>);

impl Uses {
    /// Counts the references in all objects of `view`. Objects that do not parse refer to nothing.
    pub(super) fn of(view: View<'_>) -> Self {
        let mut counts = BTreeMap::new();
        for (number, place) in view.places() {
            let Ok(Some(object)) = view.object(in_use(number, place)) else { continue };
            for id in references_of(view, &object) {
                *counts.entry(id.number).or_default() += 1;
            }
        }
        Self(counts)
    }

    pub(super) fn count(&self, number: u32) -> usize {
        self.0.get(&number).copied().unwrap_or(0)
    }
}

/// The object of this number in the generation that is in use.
pub(in crate::verify) fn in_use(number: u32, place: Place) -> ObjectId {
    let generation = match place {
        Place::At { generation, .. } => generation,
        Place::Free | Place::Packed { .. } => 0,
    };
    ObjectId { number, generation }
}

/// The references that stand in a value itself.
pub(super) fn references(node: &Node) -> Vec<ObjectId> {
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

/// The references that give an object a role. A cross-reference stream is a trailer too, and what a trailer names has that
/// role already; so has the catalog that a signature's transform names (ISO 32000-2, table 256).
fn references_of(view: View<'_>, object: &Object) -> Vec<ObjectId> {
    let mut found = references(&object.node);
    if is_section(view, object) {
        let named = ["Root", "Info", "Encrypt"].map(|key| entry(object, key));
        let named: BTreeSet<ObjectId> = named.into_iter().flatten().collect();
        found.retain(|id| !named.contains(id));
    }
    if let Ok(root) = view.root() {
        let mut roots = transforms_of(&object.node, root);
        found.retain(|id| {
            let is_data = *id == root && roots > 0;
            roots -= usize::from(is_data);
            !is_data
        });
    }
    found
}

/// How many signature references in `node` have the catalog as their `/Data`.
fn transforms_of(node: &Node, root: ObjectId) -> usize {
    let mut count = 0;
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Array(items) => open.extend(items),
            Value::Dictionary(dictionary) => {
                let is_root = dictionary.get("Data").is_some_and(|data| data.reference() == Some(root));
                count += usize::from(is_root && dictionary.get("TransformMethod").is_some());
                open.extend(dictionary.entries.iter().map(|entry| &entry.value));
            }
            _ => {}
        }
    }
    count
}

fn entry(object: &Object, key: &str) -> Option<ObjectId> {
    object.node.dictionary()?.get(key)?.reference()
}

/// Whether the object is one of the file's cross-reference streams, and not only called one. Dictionaries with all their
/// places are the same only when they are the same bytes of the file.
pub(super) fn is_section(view: View<'_>, object: &Object) -> bool {
    let dictionary = object.node.dictionary().filter(|_| object.stream.is_some());
    dictionary.is_some_and(|dictionary| view.file().sections().iter().any(|section| section.trailer == *dictionary))
}
