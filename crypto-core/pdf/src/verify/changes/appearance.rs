//! Appearance streams of fields that were filled in: new ones, or old ones written over.

use super::explain::Explanation;
use super::uses::references;
use crate::error::Damage;
use crate::read::Node;
use crate::verify::ChangesAfter;

/// Explains a field's new appearance. An old stream that was written over must be this field's alone: the same object
/// drawn on a page would be content.
pub(super) fn explain(
    account: &mut Explanation<'_, '_>,
    was: Option<&Node>,
    is: Option<&Node>,
    kind: ChangesAfter,
) -> Result<(), Damage> {
    let Some(is) = is else { return Ok(()) };
    account.allow_new_below(is, kind)?;
    let change = account.change;
    let before = was.map(references).unwrap_or_default();
    for id in references(is) {
        let written_over = change.is_changed(id) && !change.is_fresh(id.number) && before.contains(&id);
        if !written_over || !change.is_used(id, (1, 1)) {
            continue;
        }
        let Some(stream) = change.new.object(id)?.filter(|object| object.stream.is_some()) else { continue };
        account.allow(id.number, kind);
        account.allow_new_below(&stream.node, kind)?;
    }
    Ok(())
}
