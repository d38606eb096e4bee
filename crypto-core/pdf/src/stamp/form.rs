//! New fields in the interactive form (ISO 32000-2, 12.7.3), wherever its dictionary and field list stand.

use super::splice::{Edit, edited};
use super::update::Update;
use crate::error::{Damage, StampError};
use crate::read::{Node, Object, ObjectId, Value, View};
use std::collections::BTreeSet;

/// Signatures exist, and the file may only be appended to (table 225).
const SIG_FLAGS: i64 = 3;
/// What fields are called when nobody says otherwise.
const DEFAULT_NAME: &str = "Seal";

/// First parts of the names in use.
pub(crate) struct FieldNames(BTreeSet<String>);

impl FieldNames {
    pub(crate) fn of(view: View<'_>) -> Result<Self, Damage> {
        let first = |name: String| name.split('.').next().unwrap_or_default().to_owned();
        Ok(Self(view.fields()?.into_iter().map(|field| first(field.name)).collect()))
    }

    /// The name asked for, or a free one.
    pub(crate) fn choose(&self, asked: Option<&str>) -> Result<String, StampError> {
        match asked {
            // a full stop separates the levels of a name (12.7.4.2)
            Some(name) if name.is_empty() || name.contains('.') || self.0.contains(name) => {
                Err(StampError::FieldName { name: name.to_owned() })
            }
            Some(name) => Ok(name.to_owned()),
            None => Ok(self.numbered(&format!("{DEFAULT_NAME}1"), 0)),
        }
    }

    /// `base` itself for the first, then free names made from it.
    pub(crate) fn numbered(&self, base: &str, index: usize) -> String {
        if index == 0 && !self.0.contains(base) {
            return base.to_owned();
        }
        let stem = base.trim_end_matches(|c: char| c.is_ascii_digit());
        let from = base[stem.len()..].parse::<usize>().unwrap_or(1);
        let free = (from..).map(|number| format!("{stem}{number}")).filter(|name| !self.0.contains(name));
        let mut free = free.filter(|name| index == 0 || name != base);
        free.nth(index.saturating_sub(1)).unwrap_or_else(|| base.to_owned())
    }
}

/// Adds root fields and sets the signature flags.
pub(crate) fn add_fields(update: &mut Update<'_>, view: View<'_>, fields: &[ObjectId]) -> Result<(), StampError> {
    let references: Vec<String> = fields.iter().map(|id| format!("{id} R")).collect();
    let references = references.join(" ");
    let catalog = view.catalog()?;
    let form = catalog.node.dictionary().and_then(|catalog| catalog.get("AcroForm"));
    match form.map(|form| (form, &form.value)) {
        Some((_, Value::Reference(id))) => {
            let form = view.object(*id)?.ok_or(Damage::Object { id: *id })?;
            let edits = form_edits(update, view, &form, &form.node, references.as_bytes())?;
            rewrite(update, &form, edits)
        }
        Some((form, Value::Dictionary(_))) => {
            let edits = form_edits(update, view, &catalog, form, references.as_bytes())?;
            rewrite(update, &catalog, edits)
        }
        Some(_) => Err(Damage::Entry { entry: "/AcroForm" }.into()),
        None => {
            let id = update.allocate();
            update.write(id, format!("<< /Fields [{references}] /SigFlags {SIG_FLAGS} >>").as_bytes());
            let edit = Edit::set(catalog.id, &catalog.node, "AcroForm", format!("{id} R").as_bytes())?;
            rewrite(update, &catalog, vec![edit])
        }
    }
}

/// Only an object that really changes is written.
fn rewrite(update: &mut Update<'_>, object: &Object, edits: Vec<Edit>) -> Result<(), StampError> {
    if edits.is_empty() {
        return Ok(());
    }
    let body = edited(update, object, edits)?;
    update.write(object.id, &body);
    Ok(())
}

/// The changes of the form dictionary `form`, which stands in `home`; a field list of its own is written at once.
fn form_edits(
    update: &mut Update<'_>,
    view: View<'_>,
    home: &Object,
    form: &Node,
    references: &[u8],
) -> Result<Vec<Edit>, StampError> {
    let dictionary = form.dictionary().ok_or(Damage::Entry { entry: "/AcroForm" })?;
    let mut edits = Vec::new();
    let fresh = [b"[", references, b"]"].concat();
    match dictionary.get("Fields") {
        None => edits.push(Edit::set(home.id, form, "Fields", &fresh)?),
        Some(node @ Node { value: Value::Array(_), .. }) => edits.push(Edit::append(node, references)),
        Some(Node { value: Value::Reference(id), .. }) => match view.object(*id)? {
            None => edits.push(Edit::set(home.id, form, "Fields", &fresh)?),
            Some(list) if list.node.array().is_some() => {
                let edit = Edit::append(&list.node, references);
                rewrite(update, &list, vec![edit])?;
            }
            Some(_) => return Err(Damage::Entry { entry: "/AcroForm/Fields" }.into()),
        },
        Some(_) => return Err(Damage::Entry { entry: "/AcroForm/Fields" }.into()),
    }
    let flags = view.get(dictionary, "SigFlags")?.and_then(|node| node.integer()).unwrap_or(0);
    if flags & SIG_FLAGS != SIG_FLAGS {
        let flags = (flags | SIG_FLAGS).to_string();
        edits.push(Edit::set(home.id, form, "SigFlags", flags.as_bytes())?);
    }
    Ok(edits)
}
