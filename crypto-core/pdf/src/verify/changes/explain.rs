//! The account of one saving: which changed objects a known, harmless kind of change explains.

use super::same::{differing, same, same_entry};
use super::step::Change;
use crate::error::Damage;
use crate::read::{Dictionary, Node, ObjectId, Value, View};
use crate::verify::ChangesAfter;
use std::collections::BTreeSet;

/// Entries of a trailer that are the file's book-keeping; all others must stay.
const BOOK_KEEPING: &[&str] =
    &["Size", "Prev", "XRefStm", "ID", "Info", "Type", "W", "Index", "Length", "Filter", "DecodeParms"];

/// What of the document information a saving may bring up to date.
const INFO: &[&str] = &["ModDate", "Producer"];

pub(super) struct Explanation<'c, 'a> {
    pub(super) change: &'c Change<'a>,
    explained: BTreeSet<u32>,
    /// Objects that changed because a form field was filled in.
    filled_in: BTreeSet<u32>,
    fields: Vec<String>,
    kind: ChangesAfter,
}

impl<'c, 'a> Explanation<'c, 'a> {
    pub(super) fn new(change: &'c Change<'a>) -> Self {
        Self {
            change,
            explained: BTreeSet::new(),
            filled_in: BTreeSet::new(),
            fields: Vec::new(),
            kind: ChangesAfter::None,
        }
    }

    /// This object's change is of this kind.
    pub(super) fn allow(&mut self, number: u32, kind: ChangesAfter) {
        self.explained.insert(number);
        self.reached(kind);
        if kind == ChangesAfter::Form {
            self.filled_in.insert(number);
        }
    }

    /// The saving holds a change of this kind.
    pub(super) fn reached(&mut self, kind: ChangesAfter) {
        self.kind = self.kind.max(kind);
    }

    /// Something was changed that nothing allows.
    pub(super) fn forbid(&mut self) {
        self.kind = ChangesAfter::Other;
    }

    /// A field was filled in, signed or added.
    pub(super) fn field(&mut self, name: &str) {
        self.fields.push(name.to_owned());
    }

    pub(super) fn is_explained(&self, number: u32) -> bool {
        self.explained.contains(&number)
    }

    pub(super) fn verdict(&self) -> ChangesAfter {
        if self.unexplained().next().is_some() { ChangesAfter::Other } else { self.kind }
    }

    pub(super) fn into_fields(self) -> Vec<String> {
        self.fields
    }

    /// Objects on whose account a page counts as changed.
    pub(super) fn content_changes(&self) -> BTreeSet<u32> {
        self.unexplained().chain(self.filled_in.iter().copied()).collect()
    }

    fn unexplained(&self) -> impl Iterator<Item = u32> + '_ {
        self.change.numbers.difference(&self.explained).copied()
    }

    /// Explains every object that is new and reached from `node`. Objects that existed are never explained by being
    /// reached: they need a rule of their own.
    pub(super) fn allow_new_below(&mut self, node: &Node, kind: ChangesAfter) -> Result<(), Damage> {
        let mut open = vec![node.clone()];
        while let Some(node) = open.pop() {
            match node.value {
                Value::Array(items) => open.extend(items),
                Value::Dictionary(dictionary) => open.extend(dictionary.entries.into_iter().map(|entry| entry.value)),
                Value::Reference(id) if self.change.is_fresh(id.number) && !self.is_explained(id.number) => {
                    self.allow(id.number, kind);
                    open.extend(self.change.new.object(id)?.map(|object| object.node));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// New cross-reference and object streams: they only hold what is judged object by object.
    pub(super) fn containers(&mut self) {
        let change = self.change;
        for &number in &change.numbers {
            if !change.is_fresh(number) {
                continue;
            }
            let object = change.new.object(ObjectId { number, generation: 0 });
            let Ok(Some(object)) = object else { continue };
            let Some(dictionary) = object.node.dictionary() else { continue };
            if object.stream.is_some() && (dictionary.has_type("ObjStm") || dictionary.has_type("XRef")) {
                self.allow(number, ChangesAfter::None);
            }
        }
    }

    /// The trailer must name the same catalog and the same encryption.
    pub(super) fn trailer(&mut self) -> Result<(), Damage> {
        let (old, new) = (self.change.old, self.change.new);
        let first_id = |view: View<'a>| -> Result<Option<Node>, Damage> {
            let id = view.get(view.trailer(), "ID")?;
            Ok(id.as_ref().and_then(Node::array).and_then(|id| id.first().cloned()))
        };
        let kept = differing(old.trailer(), new.trailer(), BOOK_KEEPING).is_some_and(|keys| keys.is_empty());
        if !kept || !same_entry(first_id(old)?.as_ref(), first_id(new)?.as_ref()) {
            self.forbid();
        }
        self.info()
    }

    fn info(&mut self) -> Result<(), Damage> {
        let (old, new) = (self.change.old, self.change.new);
        let empty = Dictionary::default();
        let (before, after) = (old.get(old.trailer(), "Info")?, new.get(new.trailer(), "Info")?);
        let before = before.as_ref().and_then(Node::dictionary).unwrap_or(&empty);
        let after = after.as_ref().and_then(Node::dictionary).unwrap_or(&empty);
        if !differing(before, after, INFO).is_some_and(|keys| keys.is_empty()) {
            self.forbid();
        }
        let reference = |view: View<'a>| view.trailer().get("Info").and_then(Node::reference);
        self.allow_in_place(reference(old), reference(new), ChangesAfter::None);
        Ok(())
    }

    /// Explains an object with a known role: it is new, or it had the role before.
    pub(super) fn allow_in_place(&mut self, old: Option<ObjectId>, new: Option<ObjectId>, kind: ChangesAfter) {
        let Some(new) = new else { return };
        if self.change.is_changed(new) && (old == Some(new) || self.change.is_fresh(new.number)) {
            self.allow(new.number, kind);
        }
    }

    /// The catalog may take a form, material for later checks, and be brought up to date where nobody sees it.
    pub(super) fn catalog(&mut self) -> Result<(), Damage> {
        let (old, new) = (self.change.old, self.change.new);
        let (before, after) = (old.catalog()?, new.catalog()?);
        let (Some(before), Some(after)) = (before.node.dictionary(), after.node.dictionary()) else {
            self.forbid();
            return Ok(());
        };
        let judged_apart = &["AcroForm", "DSS", "Extensions", "Metadata", "Version"];
        if !differing(before, after, judged_apart).is_some_and(|keys| keys.is_empty()) {
            self.forbid();
        }
        self.allow_in_place(Some(old.root()?), Some(new.root()?), ChangesAfter::None);
        self.metadata(before, after)?;
        if let Some(extensions) = after.get("Extensions") {
            self.allow_new_below(extensions, ChangesAfter::None)?;
        }
        self.material(before.get("DSS"), after.get("DSS"))
    }

    /// XMP metadata: not shown on any page.
    fn metadata(&mut self, before: &Dictionary, after: &Dictionary) -> Result<(), Damage> {
        let reference = |catalog: &Dictionary| catalog.get("Metadata").and_then(Node::reference);
        let (old, new) = (reference(before), reference(after));
        let Some(id) = new else { return Ok(()) };
        let object = self.change.new.object(id)?;
        let is_xmp = object.is_some_and(|object| {
            object.stream.is_some() && object.node.dictionary().is_some_and(|stream| stream.has_type("Metadata"))
        });
        if is_xmp {
            self.allow_in_place(old, new, ChangesAfter::None);
        }
        Ok(())
    }

    /// `/DSS` (ISO 32000-2, 12.8.4.3): material may be added, none may go.
    fn material(&mut self, before: Option<&Node>, after: Option<&Node>) -> Result<(), Damage> {
        let (old, new) = (self.change.old, self.change.new);
        let empty = Node { span: 0..0, value: Value::Dictionary(Dictionary::default()) };
        let Some(after) = after else {
            if before.is_some() {
                self.forbid();
            }
            return Ok(());
        };
        let before = before.unwrap_or(&empty);
        let kind = if same(&old.resolve_all(before)?, &new.resolve_all(after)?) {
            ChangesAfter::None
        } else {
            ChangesAfter::Dss
        };
        self.reached(kind);
        self.allow_new_below(after, kind)?;
        self.grown(before, after, kind, 0)
    }

    /// Explains dictionaries and arrays of `/DSS` that grew where they stand.
    fn grown(&mut self, before: &Node, after: &Node, kind: ChangesAfter, depth: usize) -> Result<(), Damage> {
        let (old, new) = (self.change.old, self.change.new);
        let (was, is) = (old.resolve(before)?.into_owned(), new.resolve(after)?.into_owned());
        let grew = match (&was.value, &is.value) {
            (Value::Array(was), Value::Array(is)) => was.iter().all(|item| is.iter().any(|now| same(item, now))),
            (Value::Dictionary(was), Value::Dictionary(is)) => {
                for entry in &was.entries {
                    let Some(now) = is.get(&String::from_utf8_lossy(&entry.key)) else {
                        self.forbid();
                        return Ok(());
                    };
                    // /DSS, /VRI, its entries, their arrays
                    if depth < 4 {
                        self.grown(&entry.value, now, kind, depth + 1)?;
                    }
                }
                true
            }
            _ => same(&was, &is),
        };
        if grew {
            self.allow_in_place(before.reference(), after.reference(), kind);
        }
        Ok(())
    }
}
