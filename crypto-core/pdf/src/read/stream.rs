//! Stream filters, undone within limits.

use super::node::{Dictionary, Node, Value};

/// No object stream or cross-reference stream of a real document decodes to more.
pub(crate) const MAX_DECODED: usize = 64 << 20;

/// `raw` after all its filters, at most `limit` bytes. `filter` and `parameters` are `/Filter` and `/DecodeParms` with
/// their references resolved. `None` when a filter is unknown, the data is broken or the limit is passed.
pub(crate) fn decode(filter: Option<&Node>, parameters: Option<&Node>, raw: &[u8], limit: usize) -> Option<Vec<u8>> {
    let Some(filter) = filter else {
        return (raw.len() <= limit).then(|| raw.to_vec());
    };
    let mut dictionary = lopdf::Dictionary::new();
    dictionary.set("Filter", to_lopdf(filter));
    if let Some(parameters) = parameters {
        dictionary.set("DecodeParms", to_lopdf(parameters));
    }
    lopdf::Stream::new(dictionary, raw.to_vec()).decompressed_content_with_limit(limit).ok()
}

/// The same value for lopdf, which decodes filters and the standard security handler for us.
pub(crate) fn to_lopdf(node: &Node) -> lopdf::Object {
    match &node.value {
        Value::Null => lopdf::Object::Null,
        Value::Bool(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        #[allow(clippy::cast_possible_truncation)] // no filter or security handler has a real among its parameters
        Value::Real(value) => (*value as f32).into(),
        Value::Name(name) => lopdf::Object::Name(name.clone()),
        Value::String(bytes) => lopdf::Object::string_literal(bytes.clone()),
        Value::Array(items) => lopdf::Object::Array(items.iter().map(to_lopdf).collect()),
        Value::Dictionary(dictionary) => lopdf::Object::Dictionary(dictionary_to_lopdf(dictionary)),
        Value::Reference(id) => lopdf::Object::Reference((id.number, id.generation)),
    }
}

fn dictionary_to_lopdf(dictionary: &Dictionary) -> lopdf::Dictionary {
    dictionary.entries.iter().map(|entry| (entry.key.clone(), to_lopdf(&entry.value))).collect()
}
