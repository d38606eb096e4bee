//! What the signatures of a revision allow to be changed later: DocMDP, FieldMDP and field locks (ISO 32000-2, 12.8.2).

use super::ChangesAfter;
use super::changes::Step;
use crate::error::Damage;
use crate::permission;
use crate::read::{Dictionary, View};

/// The restrictions in force after a revision.
pub(super) struct Restrictions {
    /// DocMDP P=1: nothing but material for later checks may be added.
    certified: bool,
    locks: Vec<Lock>,
}

/// Which fields may not change.
enum Lock {
    All,
    These(Vec<String>),
    AllBut(Vec<String>),
}

impl Restrictions {
    /// Reads what the signatures of `view` demand.
    pub(super) fn of(view: View<'_>) -> Result<Self, Damage> {
        let mut found = Self { certified: permission::certified_by_catalog(view)?, locks: Vec::new() };
        for field in view.signature_fields()? {
            let Some(signature) = &field.signature else { continue };
            found.certified |= permission::certified_against_change(view, &signature.dictionary)?;
            for parameters in permission::transforms(view, &signature.dictionary, "FieldMDP")? {
                found.add_lock(view, parameters.dictionary())?;
            }
            let lock = match field.field.object.node.dictionary() {
                Some(dictionary) => view.get(dictionary, "Lock")?,
                None => None,
            };
            if let Some(lock) = lock.as_ref().and_then(|lock| lock.dictionary()) {
                found.certified |= permission::permission(view, lock)? == Some(1);
                found.add_lock(view, Some(lock))?;
            }
        }
        Ok(found)
    }

    fn add_lock(&mut self, view: View<'_>, parameters: Option<&Dictionary>) -> Result<(), Damage> {
        let Some(parameters) = parameters else { return Ok(()) };
        let names = permission::locked_names(view, parameters)?;
        match permission::lock_action(view, parameters)?.as_deref() {
            Some(b"All") => self.locks.push(Lock::All),
            Some(b"Include") => self.locks.push(Lock::These(names)),
            Some(b"Exclude") => self.locks.push(Lock::AllBut(names)),
            _ => {}
        }
        Ok(())
    }

    /// The gravity of a saving under these restrictions.
    pub(super) fn judge(&self, step: &Step) -> ChangesAfter {
        let forbidden = step.kind > ChangesAfter::Dss && self.certified
            || step.fields.iter().any(|field| self.locks.iter().any(|lock| lock.covers(field)));
        if forbidden { ChangesAfter::Other } else { step.kind }
    }
}

impl Lock {
    /// A lock on a field is one on those below it.
    fn covers(&self, field: &str) -> bool {
        let below =
            |name: &String| field == name || field.strip_prefix(name.as_str()).is_some_and(|r| r.starts_with('.'));
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(below),
            Self::AllBut(names) => !names.iter().any(below),
        }
    }
}
