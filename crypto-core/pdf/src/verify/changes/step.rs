//! One saving compared with the one before it.

use super::explain::Explanation;
use super::same::same_object;
use super::uses::{Uses, in_use, is_section};
use super::{catalog, fields, pages};
use crate::error::Damage;
use crate::read::{File, ObjectId, Place, SectionKind, View};
use crate::verify::ChangesAfter;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What one saving did.
pub(in crate::verify) struct Step {
    /// The gravest kind of change, before any restriction.
    pub(in crate::verify) kind: ChangesAfter,
    /// Full names of the fields that were filled in, signed or added; document time stamps do not count.
    pub(in crate::verify) fields: Vec<String>,
    /// Pages (from 1) whose content or fields changed.
    pub(in crate::verify) pages: BTreeSet<usize>,
}

/// The two states to be compared, and the numbers of the objects that differ.
pub(super) struct Change<'a> {
    pub(super) old: View<'a>,
    pub(super) new: View<'a>,
    pub(super) numbers: BTreeSet<u32>,
    /// Length of the file with this saving.
    pub(super) end: usize,
    uses: [Rc<Uses>; 2],
}

impl Step {
    /// Compares revision `index` with the next one. What cannot be read is a change of the content.
    /// `uses` are the references within both.
    pub(super) fn between(file: &File, index: usize, uses: [Rc<Uses>; 2]) -> Self {
        Self::compare(file, index, uses).unwrap_or_else(|_| Self {
            kind: ChangesAfter::Other,
            fields: Vec::new(),
            pages: BTreeSet::new(),
        })
    }

    fn compare(file: &File, index: usize, uses: [Rc<Uses>; 2]) -> Result<Self, Damage> {
        let missing = Damage::Limit { limit: "revisions" };
        let (Some(old), Some(new)) = (file.at_revision(index), file.at_revision(index + 1)) else {
            return Err(missing);
        };
        let numbers = changed(file, index + 1, old, new)?;
        let change = Change { old, new, numbers, end: file.revisions()[index + 1].end, uses };
        let mut explanation = Explanation::new(&change);
        if is_read_differently(file, index + 1, old)? {
            explanation.forbid();
        }
        explanation.containers()?;
        catalog::trailer(&mut explanation)?;
        catalog::catalog(&mut explanation)?;
        fields::explain(&mut explanation)?;
        pages::explain(&mut explanation)?;
        let touched = pages::touched(&change, &explanation)?;
        Ok(Self { kind: explanation.verdict(), fields: explanation.into_fields(), pages: touched })
    }
}

impl Change<'_> {
    /// Whether the number was not in use before, and nothing referred to it: content may be prepared to take in an
    /// object that only comes later.
    pub(super) fn is_fresh(&self, number: u32) -> bool {
        self.old.place(number) == Place::Free && self.uses[0].count(number) == 0
    }

    /// Whether so many references lead to the object, before and after.
    pub(super) fn is_used(&self, id: ObjectId, (before, after): (usize, usize)) -> bool {
        self.uses[0].count(id.number) == before && self.uses[1].count(id.number) == after
    }

    /// Whether the object is or was a stream.
    pub(super) fn is_stream(&self, id: ObjectId) -> Result<bool, Damage> {
        let is_stream = |view: View<'_>| Ok(view.object(id)?.is_some_and(|object| object.stream.is_some()));
        Ok(is_stream(self.old)? || is_stream(self.new)?)
    }

    /// Whether the object is another one than before.
    pub(super) fn is_changed(&self, id: ObjectId) -> bool {
        self.numbers.contains(&id.number)
    }
}

/// Numbers whose objects differ between the revisions, among those that the newer one's cross-reference names, and those
/// in object streams that differ: nothing else can.
fn changed(file: &File, newer: usize, old: View<'_>, new: View<'_>) -> Result<BTreeSet<u32>, Damage> {
    let sections = &file.sections()[file.revisions()[newer].sections.clone()];
    let named = sections.iter().flat_map(|section| section.entries().iter().map(|entry| entry.0));
    let unlisted = sections.iter().flat_map(|section| section.streams.iter().copied());
    let mut numbers = BTreeSet::new();
    for number in named.chain(unlisted) {
        if differs(old, new, number)? {
            numbers.insert(number);
        }
    }
    let in_changed_streams = new.places().into_iter().filter_map(|(number, place)| match place {
        Place::Packed { stream, .. } if numbers.contains(&stream) => Some(number),
        _ => None,
    });
    for number in in_changed_streams.collect::<Vec<_>>() {
        if differs(old, new, number)? {
            numbers.insert(number);
        }
    }
    Ok(numbers)
}

/// Sections that readers are known to take differently: hybrids, of which some heed the table first and others the
/// stream (no program continues a file in that way), and streams that take an object's number without listing it.
fn is_read_differently(file: &File, newer: usize, old: View<'_>) -> Result<bool, Damage> {
    for section in &file.sections()[file.revisions()[newer].sections.clone()] {
        if section.kind == SectionKind::Hybrid {
            return Ok(true);
        }
        for &number in section.streams.iter().filter(|&&number| section.place(number).is_none()) {
            if object(old, number)?.is_some_and(|object| !is_section(old, &object)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn differs(old: View<'_>, new: View<'_>, number: u32) -> Result<bool, Damage> {
    let (before, after) = (old.place(number), new.place(number));
    if before == Place::Free && after == Place::Free {
        return Ok(false);
    }
    if let (Place::At { .. }, true) = (before, before == after) {
        return Ok(false); // the same bytes of the file
    }
    let (Some(a), Some(b)) = (object(old, number)?, object(new, number)?) else { return Ok(true) };
    Ok(a.id != b.id || !same_object(old, &a, new, &b)?)
}

/// The object of this number in whatever generation is in use.
fn object(view: View<'_>, number: u32) -> Result<Option<crate::read::Object>, Damage> {
    view.object(in_use(number, view.place(number)))
}
