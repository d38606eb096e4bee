//! Reads a stamped document back before anyone sees it: by our own strict reader and by hayro.

use super::prepared::Prepared;
use crate::document::Document;
use crate::error::{Damage, StampError};
use crate::read::File;
use crate::second::Second;

/// Refuses a result that is not what was meant.
pub(crate) fn check(document: &Document, prepared: &Prepared) -> Result<(), StampError> {
    let bytes = prepared.unsigned_document().map_err(StampError::Unwritten)?;
    let told = |damage: Damage| StampError::ReadBack(damage.to_string());
    let file = File::reopen(bytes.clone(), &document.file).map_err(|error| StampError::ReadBack(error.to_string()))?;
    let pages = file.current().pages().map_err(told)?;
    if file.current().root() != document.file.current().root() || pages != document.pages {
        return Err(StampError::ReadBack("the pages changed".to_owned()));
    }
    if file.revisions().len() != document.file.revisions().len() + 1 {
        return Err(StampError::ReadBack("the update is not a revision of its own".to_owned()));
    }
    check_fields(&file, prepared)?;
    Second::open(bytes, &file).and_then(|second| second.agrees_with(&file, &pages)).map_err(told)
}

/// Each new field is there and its ranges leave out exactly `/Contents`.
fn check_fields(file: &File, prepared: &Prepared) -> Result<(), StampError> {
    let fields = file.current().signature_fields().map_err(|damage| StampError::ReadBack(damage.to_string()))?;
    let gap = prepared.gap_in_document();
    let expected = [0..gap.start, gap.end..file.data().len()];
    for name in prepared.field_names() {
        let signature =
            fields.iter().find(|field| field.field.name == *name).and_then(|field| field.signature.as_ref());
        let holds = signature.is_some_and(|signature| {
            signature.contents_span.as_ref() == Some(&gap) && signature.ranges().as_ref() == Some(&expected)
        });
        if !holds {
            return Err(StampError::ReadBack(format!("signature field {name} is not what was written")));
        }
    }
    Ok(())
}
