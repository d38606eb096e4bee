//! Changed copies of original objects: the original bytes with a few places replaced. Parsed values are never printed
//! again, because `595.32001` printed as `595.32` makes an earlier signature look as if the page had been altered.

use super::update::Update;
use crate::error::{Damage, StampError};
use crate::read::{Dictionary, File, Home, Node, Object, ObjectId, Value};
use std::ops::Range;

/// A replacement of some bytes of an object's source.
pub(crate) struct Edit {
    span: Range<usize>,
    bytes: Vec<u8>,
}

impl Edit {
    /// Sets `key` of the dictionary `node`, whether it is there or not.
    ///
    /// # Errors
    /// [`Damage::DuplicateKey`] when the dictionary names a key twice: readers would disagree about the result.
    pub(crate) fn set(id: ObjectId, node: &Node, key: &str, value: &[u8]) -> Result<Self, Damage> {
        let dictionary = unambiguous(id, node)?;
        let present = dictionary.entries.iter().find(|entry| entry.key == key.as_bytes());
        Ok(match present {
            // the spaces keep a value that needed no delimiter, as in `/Key/Name`, apart from its neighbours
            Some(entry) => Self { span: entry.value.span.clone(), bytes: [b" ", value, b" "].concat() },
            None => {
                let end = node.span.end - 2; // before `>>`
                Self { span: end..end, bytes: [format!(" /{key} ").as_bytes(), value].concat() }
            }
        })
    }

    /// Appends `items` to the array `node`.
    pub(crate) fn append(node: &Node, items: &[u8]) -> Self {
        let end = node.span.end - 1; // before `]`
        Self { span: end..end, bytes: [b" ", items].concat() }
    }
}

fn unambiguous(id: ObjectId, node: &Node) -> Result<&Dictionary, Damage> {
    let dictionary = node.dictionary().ok_or(Damage::Object { id })?;
    match dictionary.duplicate() {
        Some(key) => Err(Damage::DuplicateKey { id, key: String::from_utf8_lossy(key).into_owned() }),
        None => Ok(dictionary),
    }
}

/// The source of `object` with `edits` applied, to be written as the same object.
pub(crate) fn edited(update: &Update<'_>, object: &Object, edits: Vec<Edit>) -> Result<Vec<u8>, StampError> {
    copied(update, object, &object.node, object.id, edits)
}

/// The source of `node`, a value within `object`, with `edits` applied, to be written as or within object `target`.
pub(crate) fn copied(
    update: &Update<'_>,
    object: &Object,
    node: &Node,
    target: ObjectId,
    mut edits: Vec<Edit>,
) -> Result<Vec<u8>, StampError> {
    let file: &File = update.file();
    if file.crypt().is_some() && (object.id != target || matches!(object.home, Home::Packed(_))) {
        // Strings of an object stream are encrypted with the stream only, and those of another object by its number.
        encrypt_strings(update, target, node, &mut edits)?;
    }
    edits.sort_by_key(|edit| edit.span.start);
    let source = object.source(file);
    let mut copy = Vec::new();
    let mut at = node.span.start;
    for edit in edits {
        copy.extend_from_slice(&source[at..edit.span.start]);
        copy.extend(edit.bytes);
        at = edit.span.end;
    }
    copy.extend_from_slice(&source[at..node.span.end]);
    Ok(copy)
}

fn encrypt_strings(
    update: &Update<'_>,
    target: ObjectId,
    node: &Node,
    edits: &mut Vec<Edit>,
) -> Result<(), StampError> {
    if edits.iter().any(|edit| edit.span == node.span) {
        return Ok(()); // replaced as a whole
    }
    match &node.value {
        Value::String(plain) => edits.push(Edit { span: node.span.clone(), bytes: update.string(target, plain)? }),
        Value::Array(items) => {
            for item in items {
                encrypt_strings(update, target, item, edits)?;
            }
        }
        Value::Dictionary(dictionary) => {
            for entry in &dictionary.entries {
                encrypt_strings(update, target, &entry.value, edits)?;
            }
        }
        _ => {}
    }
    Ok(())
}
