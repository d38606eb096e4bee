//! What each saving of a document changed, and what that means for the signatures made before it.
//!
//! The rule is *default deny*: every object that a saving's cross-reference names must be unchanged or be explained by one
//! known kind of change ([`explain`]). One object without explanation makes the saving a change of the content. Comparing
//! each saving with the one before it, and not only the first with the last, also shows what was changed and changed back.

mod appearance;
mod catalog;
mod explain;
mod fields;
mod material;
mod pages;
pub(super) mod same;
mod step;
pub(super) mod uses;

use super::ChangesAfter;
use super::restrictions::Restrictions;
use crate::read::File;
use std::collections::BTreeSet;
use std::rc::Rc;
pub(super) use step::Step;
use uses::Uses;

/// What happened after a revision.
pub(super) struct After {
    pub(super) kind: ChangesAfter,
    /// Pages (from 1) whose content or fields changed.
    pub(super) pages: Vec<usize>,
}

/// The savings of a document; each is compared with its predecessor once, when first asked for.
pub(super) struct History<'a> {
    file: &'a File,
    /// Step `i` leads from revision `i` to `i + 1`.
    steps: Vec<Option<Step>>,
    /// The references within each revision, counted when first needed.
    uses: Vec<Option<Rc<Uses>>>,
}

impl<'a> History<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        let count = file.revisions().len();
        let steps = std::iter::repeat_with(|| None).take(count.saturating_sub(1)).collect();
        Self { file, steps, uses: vec![None; count] }
    }

    /// Everything after `revision`, judged by the restrictions that its signatures impose.
    pub(super) fn after(&mut self, revision: usize) -> After {
        let restrictions = self.file.at_revision(revision).map(Restrictions::of);
        let Some(Ok(restrictions)) = restrictions else {
            return After { kind: ChangesAfter::Other, pages: Vec::new() };
        };
        let mut kind = self.tail();
        let mut pages = BTreeSet::new();
        for index in revision..self.steps.len() {
            if self.steps[index].is_none() {
                let uses = [self.uses(index), self.uses(index + 1)];
                self.steps[index] = Some(Step::between(self.file, index, uses));
            }
            let Some(step) = &self.steps[index] else { continue };
            kind = kind.max(restrictions.judge(step));
            pages.extend(step.pages.iter().copied());
        }
        After { kind, pages: pages.into_iter().collect() }
    }

    fn uses(&mut self, revision: usize) -> Rc<Uses> {
        let file = self.file;
        let count = || Rc::new(file.at_revision(revision).map_or_else(Uses::default, Uses::of));
        self.uses[revision].get_or_insert_with(count).clone()
    }

    /// Bytes behind the last saving that no cross-reference leads to: other programs may find something in them.
    fn tail(&self) -> ChangesAfter {
        let end = self.file.revisions().last().map_or(0, |revision| revision.end);
        let blank = crate::read::is_blank(&self.file.data()[end..]);
        if blank { ChangesAfter::None } else { ChangesAfter::Other }
    }
}
