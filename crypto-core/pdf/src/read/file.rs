//! The whole file: its sections, its revisions, and objects as any revision sees them.

use super::crypt::{Crypt, Typed};
use super::lex::Lexer;
use super::node::{Dictionary, Node, ObjectId, Value};
use super::packed::Packed;
use super::stream::{MAX_DECODED, decode};
use super::xref::{self, Place, Section};
use crate::bytes::Bytes;
use crate::error::{Damage, OpenError};
use algo::Password;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// References that lead to references: real files have one step.
const MAX_STEPS: usize = 16;
/// All object streams of a document together.
const MAX_PACKED: usize = 256 << 20;

/// A PDF, opened and decrypted, nothing of it changed.
pub(crate) struct File {
    data: Bytes,
    /// Where the file's own offsets count from: the header, if bytes stand before it and the offsets mean that.
    base: usize,
    /// The offset that the last `startxref` states, as written.
    start_xref: usize,
    /// Newest first.
    sections: Vec<Section>,
    /// Oldest first.
    revisions: Vec<Revision>,
    crypt: Option<Crypt>,
    packed: Mutex<BTreeMap<usize, Arc<Packed>>>,
}

/// One saving of the document: a prefix of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    /// Its sections, as indices into [`File::sections`].
    pub(crate) sections: Range<usize>,
    /// Length of the prefix: behind `%%EOF` and its end of line.
    pub(crate) end: usize,
}

/// An object as read, with its place.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) id: ObjectId,
    /// The value; of a stream, its dictionary.
    pub(crate) node: Node,
    pub(crate) home: Home,
    /// First byte of the stream's data in the file, for streams.
    pub(crate) stream: Option<usize>,
}

/// Which bytes the spans of an object's nodes count in.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    /// The file.
    File,
    /// The decoded content of an object stream.
    Packed(Arc<Vec<u8>>),
}

impl File {
    /// Reads header, all cross-reference sections and the security handler; objects are read when asked for.
    pub(crate) fn open(data: Bytes, password: Option<&Password>) -> Result<Self, OpenError> {
        Self::open_typed(data, password.map(|password| Typed::Text(password.expose_str())))
    }

    /// Reads `data`, an update of `earlier`, with the password that opened that.
    pub(crate) fn reopen(data: Bytes, earlier: &Self) -> Result<Self, OpenError> {
        Self::open_typed(data, earlier.crypt().map(|crypt| Typed::Bytes(crypt.password())))
    }

    fn open_typed(data: Bytes, password: Option<Typed<'_>>) -> Result<Self, OpenError> {
        if data.is_empty() {
            return Err(OpenError::Empty);
        }
        let header = xref::header(&data).ok_or(OpenError::NotPdf)?;
        let (start_xref, keyword) = xref::start_xref(&data)?;
        let (base, sections) = sections(&data, header, start_xref)?;
        let revisions = revisions(&data, &sections, keyword);
        let packed = Mutex::default();
        let mut file = Self { data, base, start_xref, sections, revisions, crypt: None, packed };
        file.crypt = file.open_crypt(password)?;
        file.packed = Mutex::default(); // nothing read before decryption may stay
        Ok(file)
    }

    fn open_crypt(&self, password: Option<Typed<'_>>) -> Result<Option<Crypt>, OpenError> {
        let view = self.current();
        let trailer = view.trailer();
        let Some(encrypt) = trailer.get("Encrypt") else { return Ok(None) };
        let resolved = view.resolve_all(encrypt)?;
        let first_id = match trailer.get("ID") {
            Some(id) => view.resolve_all(id)?.array().and_then(|id| id.first()?.string().map(<[u8]>::to_vec)),
            None => None,
        };
        Crypt::open(&resolved, encrypt.reference(), &first_id.unwrap_or_default(), password).map(Some)
    }

    pub(crate) fn data(&self) -> &Bytes {
        &self.data
    }

    pub(crate) fn base(&self) -> usize {
        self.base
    }

    pub(crate) fn start_xref(&self) -> usize {
        self.start_xref
    }

    pub(crate) fn crypt(&self) -> Option<&Crypt> {
        self.crypt.as_ref()
    }

    /// All sections, newest first.
    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// All revisions, oldest first.
    pub(crate) fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The document as it is now.
    pub(crate) fn current(&self) -> View<'_> {
        View { file: self, newest: 0 }
    }

    /// The document as revision `index` (from 0, the oldest) left it.
    pub(crate) fn at_revision(&self, index: usize) -> Option<View<'_>> {
        self.revisions.get(index).map(|revision| View { file: self, newest: revision.sections.start })
    }

    /// Whether every object stands where the cross-reference says: if not, readers rebuild it, each in its own way, and an
    /// update has nothing sound to refer to.
    pub(crate) fn check_places(&self) -> Result<(), Damage> {
        for (number, place) in self.current().places() {
            if let Place::At { position, generation } = place {
                let id = ObjectId { number, generation };
                if xref::object_header(&mut Lexer::at(&self.data, position)) != Some(id) {
                    return Err(Damage::Object { id });
                }
            }
        }
        Ok(())
    }

    fn packed(&self) -> MutexGuard<'_, BTreeMap<usize, Arc<Packed>>> {
        // the map holds whole entries only, so one left by a panic is as good as any
        self.packed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more than every object number in use or named by any trailer, counting cross-reference streams that do not
    /// list themselves: an update that took such a number would replace them for strict readers.
    pub(crate) fn next_number(&self) -> Result<u32, Damage> {
        let highest = |section: &Section| {
            let size = section.trailer.get("Size").and_then(Node::unsigned).unwrap_or(0);
            let listed = section.entries().last().map_or(0, |entry| entry.0);
            let streams = section.streams.iter().copied().max().unwrap_or(0);
            u32::try_from(size).unwrap_or(u32::MAX).max(listed.saturating_add(1)).max(streams.saturating_add(1))
        };
        let next = self.sections.iter().map(highest).max().unwrap_or(1);
        // annex C: readers may stop at 8 388 607
        if next > 8_000_000 { Err(Damage::Limit { limit: "object numbers" }) } else { Ok(next) }
    }
}

/// Bytes before the header: offsets usually count from the header, in some files from the first byte.
fn sections(data: &[u8], header: usize, start_xref: usize) -> Result<(usize, Vec<Section>), Damage> {
    match xref::chain(data, header, start_xref) {
        Err(_) if header > 0 => xref::chain(data, 0, start_xref).map(|sections| (0, sections)),
        found => found.map(|sections| (header, sections)),
    }
}

/// Groups sections: a linearized file's first saving has two, of which the one that counts first stands before the
/// other (ISO 32000-2, annex F).
fn revisions(data: &[u8], sections: &[Section], last_keyword: usize) -> Vec<Revision> {
    let mut revisions: Vec<Revision> = Vec::new();
    let mut start = 0;
    for index in 0..sections.len() {
        let older_stands_later = sections.get(index + 1).is_some_and(|older| older.position > sections[index].position);
        if older_stands_later {
            continue;
        }
        let from = sections[start..=index].iter().map(|section| section.end).max().unwrap_or(0);
        let from = if start == 0 { from.max(last_keyword) } else { from };
        revisions.push(Revision { sections: start..index + 1, end: xref::revision_end(data, from) });
        start = index + 1;
    }
    revisions.reverse();
    revisions
}

/// The document as one revision left it.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    file: &'a File,
    /// Index of the newest section that counts.
    newest: usize,
}

impl<'a> View<'a> {
    pub(crate) fn file(&self) -> &'a File {
        self.file
    }

    /// The trailer that counts: that of the newest section.
    pub(crate) fn trailer(&self) -> &'a Dictionary {
        &self.file.sections[self.newest].trailer
    }

    /// Where object `number` is; [`Place::Free`] when no section mentions it.
    pub(crate) fn place(&self, number: u32) -> Place {
        let sections = &self.file.sections[self.newest..];
        sections.iter().find_map(|section| section.place(number)).unwrap_or(Place::Free)
    }

    /// All objects in use with their places, in order of their numbers.
    pub(crate) fn places(&self) -> BTreeMap<u32, Place> {
        let mut places = BTreeMap::new();
        for section in self.file.sections[self.newest..].iter().rev() {
            places.extend(section.entries().iter().copied());
        }
        places.retain(|_, place| *place != Place::Free);
        places
    }

    /// The catalog's id.
    pub(crate) fn root(&self) -> Result<ObjectId, Damage> {
        self.trailer().get("Root").and_then(Node::reference).ok_or(Damage::Entry { entry: "/Root" })
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> Result<Object, Damage> {
        let id = self.root()?;
        let catalog = self.object(id)?.ok_or(Damage::Object { id })?;
        if catalog.node.dictionary().is_none() {
            return Err(Damage::Entry { entry: "/Root" });
        }
        Ok(catalog)
    }

    /// An object; `None` when it is free, which reads as null.
    ///
    /// # Errors
    /// [`Damage`] when the cross-reference names a place and the object is not there.
    pub(crate) fn object(&self, id: ObjectId) -> Result<Option<Object>, Damage> {
        match self.place(id.number) {
            Place::Free => Ok(None),
            Place::At { generation, .. } if generation != id.generation => Ok(None),
            Place::At { position, .. } => self.object_at(id, position).map(Some),
            Place::Packed { .. } if id.generation != 0 => Ok(None),
            Place::Packed { stream, index } => self.packed_object(id, stream, index).map(Some),
        }
    }

    fn object_at(&self, id: ObjectId, position: usize) -> Result<Object, Damage> {
        let damage = Damage::Object { id };
        let data: &[u8] = &self.file.data;
        let mut lexer = Lexer::at(data, position);
        if xref::object_header(&mut lexer) != Some(id) {
            return Err(damage);
        }
        let mut node = Node::parse_next(&mut lexer).ok_or(damage)?;
        let stream = match node.value {
            Value::Dictionary(_) => xref::stream_start(data, &mut lexer),
            _ => None,
        };
        if let Some(crypt) = &self.file.crypt {
            crypt.decrypt_strings(id, &mut node);
        }
        Ok(Object { id, node, home: Home::File, stream })
    }

    fn packed_object(&self, id: ObjectId, stream: u32, index: usize) -> Result<Object, Damage> {
        let packed = self.packed(stream)?;
        let node = packed.object(id.number, index).ok_or(Damage::Object { id })?;
        Ok(Object { id, node, home: Home::Packed(packed.content().clone()), stream: None })
    }

    /// An object stream, decoded once per place in the file.
    fn packed(&self, number: u32) -> Result<Arc<Packed>, Damage> {
        let id = ObjectId { number, generation: 0 };
        let Place::At { position, .. } = self.place(number) else { return Err(Damage::Object { id }) };
        if let Some(packed) = self.file.packed().get(&position) {
            return Ok(packed.clone());
        }
        let object = self.object_at(id, position)?;
        let dictionary = object.node.dictionary().filter(|dictionary| self.is_self_contained(dictionary));
        let dictionary = dictionary.ok_or(Damage::Stream { id })?;
        let content = self.decoded(&object, MAX_DECODED)?;
        let mut known = self.file.packed();
        if known.values().map(|packed| packed.content().len()).sum::<usize>() + content.len() > MAX_PACKED {
            return Err(Damage::Limit { limit: "object streams" });
        }
        let packed = Arc::new(Packed::new(dictionary, content).ok_or(Damage::Stream { id })?);
        known.insert(position, packed.clone());
        Ok(packed)
    }

    /// Whether an object stream can be decoded without an object stream (7.5.7), so that none needs itself.
    fn is_self_contained(&self, dictionary: &Dictionary) -> bool {
        let direct = |key| dictionary.get(key).is_none_or(|node| !contains_reference(node));
        let length = match dictionary.get("Length").and_then(Node::reference) {
            Some(id) => matches!(self.place(id.number), Place::At { .. }),
            None => true,
        };
        direct("Filter") && direct("DecodeParms") && length
    }

    /// Follows references until there is a value; a reference to a free object is null.
    pub(crate) fn resolve<'n>(&self, node: &'n Node) -> Result<Cow<'n, Node>, Damage> {
        let mut found = Cow::Borrowed(node);
        for _ in 0..MAX_STEPS {
            let Some(id) = found.reference() else { return Ok(found) };
            let null = Node { span: found.span.clone(), value: Value::Null };
            found = Cow::Owned(self.object(id)?.map_or(null, |object| object.node));
        }
        Err(Damage::Limit { limit: "references to references" })
    }

    /// The resolved value of `key`; `None` when absent or null.
    pub(crate) fn get(&self, dictionary: &Dictionary, key: &str) -> Result<Option<Node>, Damage> {
        let Some(node) = dictionary.get(key) else { return Ok(None) };
        let node = self.resolve(node)?.into_owned();
        Ok((node.value != Value::Null).then_some(node))
    }

    /// A small structure with every reference inside it replaced by its value.
    pub(crate) fn resolve_all(&self, node: &Node) -> Result<Node, Damage> {
        self.resolve_within(node, &mut 1000)
    }

    fn resolve_within(&self, node: &Node, budget: &mut usize) -> Result<Node, Damage> {
        *budget = budget.checked_sub(1).ok_or(Damage::Limit { limit: "nested references" })?;
        let mut node = self.resolve(node)?.into_owned();
        match &mut node.value {
            Value::Array(items) => {
                for item in items {
                    *item = self.resolve_within(item, budget)?;
                }
            }
            Value::Dictionary(dictionary) => {
                for entry in &mut dictionary.entries {
                    entry.value = self.resolve_within(&entry.value, budget)?;
                }
            }
            _ => {}
        }
        Ok(node)
    }

    /// Where a stream's data lies in the file, as `/Length` says; `endstream` must follow.
    pub(crate) fn stream_span(&self, object: &Object) -> Result<Range<usize>, Damage> {
        let damage = Damage::Stream { id: object.id };
        let (Some(start), Some(dictionary)) = (object.stream, object.node.dictionary()) else { return Err(damage) };
        let length = self.get(dictionary, "Length")?.and_then(|node| node.unsigned()).ok_or(damage.clone())?;
        let end = start.checked_add(length).filter(|&end| end <= self.file.data.len()).ok_or(damage.clone())?;
        if Lexer::at(&self.file.data, end).take_keyword(b"endstream") { Ok(start..end) } else { Err(damage) }
    }

    /// A stream's data, decrypted and with all filters undone, at most `limit` bytes.
    pub(crate) fn decoded(&self, object: &Object, limit: usize) -> Result<Vec<u8>, Damage> {
        let damage = Damage::Stream { id: object.id };
        let span = self.stream_span(object)?;
        let raw = &self.file.data[span];
        let Some(dictionary) = object.node.dictionary() else { return Err(damage) };
        let plain = match &self.file.crypt {
            Some(crypt) => crypt.decrypt_stream(object.id, dictionary, raw).map(Cow::Owned),
            None => Some(Cow::Borrowed(raw)),
        };
        let resolved = |key| dictionary.get(key).map(|node| self.resolve_all(node)).transpose();
        let (filter, parameters) = (resolved("Filter")?, resolved("DecodeParms")?);
        let plain = plain.ok_or(damage.clone())?;
        decode(filter.as_ref(), parameters.as_ref(), &plain, limit).ok_or(damage)
    }
}

fn contains_reference(node: &Node) -> bool {
    match &node.value {
        Value::Reference(_) => true,
        Value::Array(items) => items.iter().any(contains_reference),
        Value::Dictionary(dictionary) => dictionary.entries.iter().any(|entry| contains_reference(&entry.value)),
        _ => false,
    }
}

impl Object {
    /// The bytes that the spans of this object's nodes count in.
    pub(crate) fn source<'o>(&'o self, file: &'o File) -> &'o [u8] {
        match &self.home {
            Home::File => &file.data,
            Home::Packed(content) => content,
        }
    }
}
