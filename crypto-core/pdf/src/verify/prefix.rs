//! The signed bytes, opened by themselves: what the signer saw must be what the whole file calls the signed saving.
//!
//! A file can be prepared so that it is not: with a cross-reference section that lay hidden in the signed bytes until a
//! later one leads to it, or with a cross-reference to a place behind the end, where nothing stood when it was signed.

use super::Problem;
use super::changes::same::same_object;
use super::changes::uses::in_use;
use crate::read::{File, Place, View};
use crate::second::Second;

/// Checks revision `index`, signed up to `end`.
pub(super) fn check(file: &File, index: usize, end: usize) -> Result<(), Problem> {
    let Some(revision) = file.revisions().get(index).filter(|_| end <= file.data().len()) else {
        return Err(Problem::NotARevision);
    };
    let Ok(alone) = File::reopen(file.data().prefix(end), file) else { return Err(Problem::NotARevision) };
    let sections = &file.sections()[revision.sections.start..];
    let is_same_chain = sections.len() == alone.sections().len()
        && sections.iter().zip(alone.sections()).all(|(a, b)| {
            (a.position, a.end, a.entries()) == (b.position, b.end, b.entries()) && a.trailer == b.trailer
        });
    if !is_same_chain || !file.at_revision(index).is_some_and(|view| is_closed(view, alone.current())) {
        return Err(Problem::NotARevision);
    }
    let agree = alone.current().pages().and_then(|pages| {
        Second::open(alone.data().clone(), &alone).and_then(|second| second.agrees_with(&alone, &pages))
    });
    agree.map_err(|_| Problem::ParsersDisagree)
}

/// Whether every object is the same with and without the bytes behind the end.
fn is_closed(within: View<'_>, alone: View<'_>) -> bool {
    alone.places().into_iter().all(|(number, place)| match place {
        Place::At { position, .. } => {
            position < alone.file().data().len() && is_same_object(within, alone, number, place, position)
        }
        // its stream is among the others
        Place::Free | Place::Packed { .. } => true,
    })
}

fn is_same_object(within: View<'_>, alone: View<'_>, number: u32, place: Place, position: usize) -> bool {
    let id = in_use(number, place);
    match (within.object(id), alone.object(id)) {
        (Ok(Some(a)), Ok(Some(b))) => same_object(within, &a, alone, &b).unwrap_or_else(|_| {
            // a wrong /Length: readers take the data up to the next `endstream`
            alone.file().data()[position..].windows(9).any(|window| window == b"endstream")
        }),
        (Err(_), Err(_)) => true,
        _ => false,
    }
}
