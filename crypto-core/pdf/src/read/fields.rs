//! The form's fields, and its signature fields with the places of what they sign (ISO 32000-2, 12.7 and 12.8).

use super::file::{Home, Object, View};
use super::node::{Dictionary, Node, ObjectId, Value};
use crate::error::Damage;
use std::collections::BTreeSet;
use std::ops::Range;

/// Nodes of the field tree; forms of real documents have some thousands.
const MAX_FIELDS: usize = 200_000;

/// A terminal field: one that has no named fields below it.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Full name, parts joined by full stops.
    pub(crate) name: String,
    pub(crate) object: Object,
    /// `/FT`, its own or inherited.
    pub(crate) kind: Option<Vec<u8>>,
    /// Its widget annotations: itself, or its nameless kids.
    pub(crate) widgets: Vec<ObjectId>,
}

/// A field of type `/Sig`.
#[derive(Clone, Debug)]
pub(crate) struct SignatureField {
    pub(crate) field: Field,
    /// `/V`, when the field is signed.
    pub(crate) signature: Option<Signature>,
}

/// A signature dictionary.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    /// The object it is; `None` when it stands directly in the field.
    pub(crate) id: Option<ObjectId>,
    pub(crate) dictionary: Dictionary,
    /// `/ByteRange` exactly as it stands: direct or not, of any length and kind.
    pub(crate) byte_range: Option<Node>,
    /// Decoded `/Contents` with its padding.
    pub(crate) contents: Option<Vec<u8>>,
    /// Where `/Contents` stands in the file, its delimiters included; `None` when it is indirect or in an object stream.
    pub(crate) contents_span: Option<Range<usize>>,
}

impl Signature {
    /// `/ByteRange` as two ranges, when it is four direct non-negative integers that do not overflow.
    pub(crate) fn ranges(&self) -> Option<[Range<usize>; 2]> {
        let numbers: Vec<usize> =
            self.byte_range.as_ref()?.array()?.iter().map(Node::unsigned).collect::<Option<_>>()?;
        let &[first, first_length, second, second_length] = numbers.as_slice() else { return None };
        Some([first..first.checked_add(first_length)?, second..second.checked_add(second_length)?])
    }
}

/// A node of the field tree that is still to be visited.
struct Pending {
    id: ObjectId,
    prefix: String,
    kind: Option<Vec<u8>>,
}

impl View<'_> {
    /// The interactive form's dictionary, resolved; `None` when the document has none.
    pub(crate) fn form(&self) -> Result<Option<Node>, Damage> {
        let catalog = self.catalog()?;
        let Some(dictionary) = catalog.node.dictionary() else { return Ok(None) };
        let form = self.get(dictionary, "AcroForm")?;
        Ok(form.filter(|form| form.dictionary().is_some()))
    }

    /// All terminal fields in the order of the form.
    pub(crate) fn fields(&self) -> Result<Vec<Field>, Damage> {
        let Some(form) = self.form()? else { return Ok(Vec::new()) };
        let roots = match form.dictionary() {
            Some(dictionary) => self.get(dictionary, "Fields")?,
            None => None,
        };
        let mut open: Vec<Pending> =
            references(roots.as_ref()).map(|id| Pending { id, prefix: String::new(), kind: None }).collect();
        open.reverse();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(pending) = open.pop() {
            if seen.len() > MAX_FIELDS {
                return Err(Damage::Limit { limit: "form fields" });
            }
            if seen.insert(pending.id) {
                self.visit_field(pending, &mut open, &mut found)?;
            }
        }
        Ok(found)
    }

    fn visit_field(&self, at: Pending, open: &mut Vec<Pending>, found: &mut Vec<Field>) -> Result<(), Damage> {
        let Some(object) = self.object(at.id)? else { return Ok(()) };
        let Some(dictionary) = object.node.dictionary() else { return Ok(()) };
        let name = joined(&at.prefix, self.get(dictionary, "T")?.as_ref());
        let kind = self.get(dictionary, "FT")?.and_then(|node| node.name().map(<[u8]>::to_vec)).or(at.kind);
        let kids: Vec<ObjectId> = references(self.get(dictionary, "Kids")?.as_ref()).collect();
        let mut widgets = Vec::new();
        let mut named = Vec::new();
        for kid in kids {
            let is_field = self
                .object(kid)?
                .is_some_and(|object| object.node.dictionary().is_some_and(|dictionary| dictionary.get("T").is_some()));
            if is_field { named.push(kid) } else { widgets.push(kid) }
        }
        let terminal = named.is_empty();
        let below = named.into_iter().rev().map(|id| Pending { id, prefix: name.clone(), kind: kind.clone() });
        open.extend(below);
        if terminal {
            if widgets.is_empty() {
                widgets.push(at.id);
            }
            found.push(Field { name, object, kind, widgets });
        }
        Ok(())
    }

    /// All signature fields, signed or not.
    pub(crate) fn signature_fields(&self) -> Result<Vec<SignatureField>, Damage> {
        let fields = self.fields()?.into_iter().filter(|field| field.kind.as_deref() == Some(b"Sig"));
        fields.map(|field| Ok(SignatureField { signature: self.signature(&field)?, field })).collect()
    }

    fn signature(&self, field: &Field) -> Result<Option<Signature>, Damage> {
        let Some(value) = field.object.node.dictionary().and_then(|dictionary| dictionary.get("V")) else {
            return Ok(None);
        };
        let (id, home, node) = match value.reference() {
            None => (None, field.object.home.clone(), value.clone()),
            Some(id) => match self.object(id)? {
                Some(object) => (Some(id), object.home, object.node),
                None => return Ok(None),
            },
        };
        let Value::Dictionary(dictionary) = node.value else { return Ok(None) };
        let contents = dictionary.get("Contents");
        let in_file = matches!(home, Home::File);
        let contents_span = contents.filter(|node| in_file && node.string().is_some()).map(|node| node.span.clone());
        let byte_range = dictionary.get("ByteRange").cloned();
        let contents = self.get(&dictionary, "Contents")?.and_then(|node| node.string().map(<[u8]>::to_vec));
        Ok(Some(Signature { id, byte_range, contents, contents_span, dictionary }))
    }
}

fn references(array: Option<&Node>) -> impl Iterator<Item = ObjectId> + '_ {
    array.and_then(Node::array).unwrap_or_default().iter().filter_map(Node::reference)
}

fn joined(prefix: &str, name: Option<&Node>) -> String {
    let name = name.and_then(Node::string).map(text).unwrap_or_default();
    match (prefix.is_empty(), name.is_empty()) {
        (true, _) => name,
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}.{name}"),
    }
}

/// A text string (ISO 32000-2, 7.9.2.2): UTF-16 or UTF-8 with their marks, else PDFDocEncoding.
pub(crate) fn text(bytes: &[u8]) -> String {
    let object = lopdf::Object::string_literal(bytes.to_vec());
    lopdf::decode_text_string(&object).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}
