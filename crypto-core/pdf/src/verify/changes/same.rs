//! Whether two values mean the same, wherever and however they are written.

use crate::error::Damage;
use crate::read::{Dictionary, Node, Object, Value, View};

/// Equality of values. Dictionaries with a key twice equal nothing: readers disagree on what they say.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Dictionary(a), Value::Dictionary(b)) => differing(a, b, &[]).is_some_and(|keys| keys.is_empty()),
        _ => a.value == b.value,
    }
}

/// Keys whose values differ, apart from those in `allowed`; `None` when a dictionary is ambiguous.
pub(super) fn differing(a: &Dictionary, b: &Dictionary, allowed: &[&str]) -> Option<Vec<String>> {
    if a.duplicate().is_some() || b.duplicate().is_some() {
        return None;
    }
    let name = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
    let mut keys: Vec<String> = a.entries.iter().chain(&b.entries).map(|entry| name(&entry.key)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.retain(|key| !allowed.contains(&key.as_str()) && !same_entry(a.get(key), b.get(key)));
    Some(keys)
}

/// Equality of an entry; absent and null are the same.
pub(super) fn same_entry(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    }
}

/// Whether two objects of the same number are the same, with their streams' bytes as stored.
pub(in crate::verify) fn same_object(old: View<'_>, a: &Object, new: View<'_>, b: &Object) -> Result<bool, Damage> {
    if a.stream.is_some() != b.stream.is_some() || !same(&a.node, &b.node) {
        return Ok(false);
    }
    if a.stream.is_none() {
        return Ok(true);
    }
    let data = old.file().data();
    Ok(data[old.stream_span(a)?] == data[new.stream_span(b)?])
}
