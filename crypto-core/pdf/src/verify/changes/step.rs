//! One saving compared with the one before it.

use super::explain::Explanation;
use super::same::same_object;
use super::{fields, pages};
use crate::error::Damage;
use crate::read::{File, ObjectId, Place, View};
use crate::verify::ChangesAfter;
use std::collections::BTreeSet;

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
#[derive(Clone)]
pub(super) struct Change<'a> {
    pub(super) old: View<'a>,
    pub(super) new: View<'a>,
    pub(super) numbers: BTreeSet<u32>,
}

impl Step {
    /// Compares revision `index` with the next one. What cannot be read is a change of the content.
    pub(super) fn between(file: &File, index: usize) -> Self {
        Self::compare(file, index).unwrap_or_else(|_| Self {
            kind: ChangesAfter::Other,
            fields: Vec::new(),
            pages: BTreeSet::new(),
        })
    }

    fn compare(file: &File, index: usize) -> Result<Self, Damage> {
        let missing = Damage::Limit { limit: "revisions" };
        let (Some(old), Some(new)) = (file.at_revision(index), file.at_revision(index + 1)) else {
            return Err(missing);
        };
        let numbers = changed(file, index + 1, old, new)?;
        let change = Change { old, new, numbers };
        let mut explanation = Explanation::new(&change);
        explanation.containers();
        explanation.trailer()?;
        explanation.catalog()?;
        fields::explain(&mut explanation)?;
        pages::explain(&mut explanation)?;
        let touched = pages::touched(&change, &explanation)?;
        Ok(Self { kind: explanation.verdict(), fields: explanation.into_fields(), pages: touched })
    }
}

impl Change<'_> {
    /// Whether the number was not in use before.
    pub(super) fn is_fresh(&self, number: u32) -> bool {
        self.old.place(number) == Place::Free
    }

    /// Whether the object is another one than before.
    pub(super) fn is_changed(&self, id: ObjectId) -> bool {
        self.numbers.contains(&id.number)
    }
}

/// Numbers whose objects differ between the revisions, among those that the newer one's cross-reference names: nothing
/// else can differ, except the content of object streams, which are objects themselves.
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
    Ok(numbers)
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
    let generation = match view.place(number) {
        Place::At { generation, .. } => generation,
        Place::Free | Place::Packed { .. } => 0,
    };
    view.object(ObjectId { number, generation })
}
