//! The account of one saving: which changed objects a known, harmless kind of change explains.

use super::step::Change;
use super::uses::is_section;
use crate::error::Damage;
use crate::read::{Node, ObjectId, Value};
use crate::verify::ChangesAfter;
use std::collections::BTreeSet;

/// What is accounted for so far.
pub(super) struct Explanation<'c, 'a> {
    pub(super) change: &'c Change<'a>,
    explained: BTreeSet<u32>,
    /// Objects that changed because a form field was filled in.
    filled_in: BTreeSet<u32>,
    fields: Vec<String>,
    /// Widgets of new signature fields: the only annotations that may join a page.
    widgets: BTreeSet<ObjectId>,
    kind: ChangesAfter,
}

impl<'c, 'a> Explanation<'c, 'a> {
    pub(super) fn new(change: &'c Change<'a>) -> Self {
        Self {
            change,
            explained: BTreeSet::new(),
            filled_in: BTreeSet::new(),
            fields: Vec::new(),
            widgets: BTreeSet::new(),
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

    /// A widget of a new signature field.
    pub(super) fn new_widget(&mut self, id: ObjectId) {
        self.widgets.insert(id);
    }

    pub(super) fn is_new_widget(&self, id: ObjectId) -> bool {
        self.widgets.contains(&id)
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

    /// New cross-reference and object streams: they only hold what is judged object by object. Some writers give every
    /// cross-reference stream the same number.
    pub(super) fn containers(&mut self) -> Result<(), Damage> {
        let change = self.change;
        for &number in &change.numbers {
            let Ok(Some(object)) = change.new.object(ObjectId { number, generation: 0 }) else { continue };
            let Some(dictionary) = object.node.dictionary() else { continue };
            let holds = object.stream.is_some() && (dictionary.has_type("ObjStm") || dictionary.has_type("XRef"));
            let replaces = change.is_used(object.id, (0, 0))
                && is_section(change.new, &object)
                && change.old.object(object.id)?.is_some_and(|old| is_section(change.old, &old));
            if holds && change.is_fresh(number) || replaces {
                self.allow(number, ChangesAfter::None);
            }
        }
        Ok(())
    }

    /// Explains an object, no stream, with a known role: it is new, or it had the role before. It may have no other:
    /// `uses` are the references to it before and after.
    pub(super) fn allow_in_place(
        &mut self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        uses: (usize, usize),
        kind: ChangesAfter,
    ) -> Result<(), Damage> {
        let change = self.change;
        let Some(new) = new.filter(|id| change.is_changed(*id)) else { return Ok(()) };
        let had_role = old == Some(new) && change.is_used(new, uses);
        if (had_role || change.is_fresh(new.number)) && !change.is_stream(new)? {
            self.allow(new.number, kind);
        }
        Ok(())
    }
}
