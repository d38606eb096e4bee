//! Material for later checks: `/DSS` with certificates, OCSP answers and CRLs (ISO 32000-2, 12.8.4.3). Some may be added,
//! none may go.

use super::explain::Explanation;
use super::same::{differing, same};
use crate::error::Damage;
use crate::read::{Dictionary, Node, Value};
use crate::verify::ChangesAfter;

const KIND: ChangesAfter = ChangesAfter::Dss;
const STORE: &[&str] = &["Type", "Certs", "OCSPs", "CRLs", "VRI"];
const STORE_LISTS: &[&str] = &["Certs", "OCSPs", "CRLs"];
/// Of one signature: what was used for it, and when.
const RECORD: &[&str] = &["Type", "Cert", "OCSP", "CRL", "TU", "TS"];
const RECORD_LISTS: &[&str] = &["Cert", "OCSP", "CRL"];

/// Explains what happened to `/DSS`.
pub(super) fn explain(
    account: &mut Explanation<'_, '_>,
    before: Option<&Node>,
    after: Option<&Node>,
) -> Result<(), Damage> {
    let Some(after) = after else {
        if before.is_some() {
            account.forbid();
        }
        return Ok(());
    };
    if before.is_none_or(|before| !same(before, after)) {
        account.reached(KIND);
    }
    let Some((was, is)) = grown(account, before, after, STORE)? else { return Ok(()) };
    lists(account, &was, &is, STORE_LISTS)?;
    let Some(records) = is.get("VRI") else { return kept(account, was.get("VRI")) };
    let Some((was, is)) = grown(account, was.get("VRI"), records, &[])? else { return Ok(()) };
    for entry in &is.entries {
        let old = was.get(&String::from_utf8_lossy(&entry.key));
        let Some((was, is)) = grown(account, old, &entry.value, RECORD)? else { return Ok(()) };
        lists(account, &was, &is, RECORD_LISTS)?;
        if let Some(token) = is.get("TS") {
            item(account, token)?;
        }
    }
    Ok(())
}

fn kept(account: &mut Explanation<'_, '_>, before: Option<&Node>) -> Result<(), Damage> {
    if before.is_some() {
        account.forbid();
    }
    Ok(())
}

/// Both states of a dictionary that may grow by `keys`, or by any when there are none; `None` when something else
/// happened to it, which is forbidden.
fn grown(
    account: &mut Explanation<'_, '_>,
    before: Option<&Node>,
    after: &Node,
    keys: &[&str],
) -> Result<Option<(Dictionary, Dictionary)>, Damage> {
    let (old, new) = (account.change.old, account.change.new);
    let was = before.map(|before| old.resolve(before)).transpose()?;
    let was = was.as_ref().and_then(|was| was.dictionary()).cloned().unwrap_or_default();
    let is = new.resolve(after)?.into_owned();
    let Value::Dictionary(is) = is.value else {
        account.forbid();
        return Ok(None);
    };
    let lost = was.entries.iter().any(|entry| is.get(&String::from_utf8_lossy(&entry.key)).is_none());
    let may_grow =
        |keys: &[&str]| differing(&was, &is, keys).is_some_and(|others| others.is_empty() || keys.is_empty());
    if lost || !may_grow(keys) {
        account.forbid();
        return Ok(None);
    }
    account.allow_in_place(before.and_then(Node::reference), after.reference(), (1, 1), KIND)?;
    Ok(Some((was, is)))
}

fn lists(account: &mut Explanation<'_, '_>, was: &Dictionary, is: &Dictionary, keys: &[&str]) -> Result<(), Damage> {
    for key in keys {
        match (was.get(key), is.get(key)) {
            (before, Some(after)) => list(account, before, after)?,
            (before, None) => kept(account, before)?,
        }
    }
    Ok(())
}

fn list(account: &mut Explanation<'_, '_>, before: Option<&Node>, after: &Node) -> Result<(), Damage> {
    let (old, new) = (account.change.old, account.change.new);
    let was = before.map(|before| old.resolve(before)).transpose()?;
    let was = was.as_ref().and_then(|was| was.array()).unwrap_or_default();
    let is = new.resolve(after)?;
    let Some(items) = is.array().filter(|is| was.iter().all(|item| is.iter().any(|now| same(item, now)))) else {
        account.forbid();
        return Ok(());
    };
    account.allow_in_place(before.and_then(Node::reference), after.reference(), (1, 1), KIND)?;
    items.iter().try_for_each(|node| item(account, node))
}

/// A new stream. One that existed needs no explanation as long as it is as it was.
fn item(account: &mut Explanation<'_, '_>, node: &Node) -> Result<(), Damage> {
    let change = account.change;
    let Some(id) = node.reference().filter(|id| change.is_changed(*id) && change.is_fresh(id.number)) else {
        return Ok(());
    };
    if let Some(object) = change.new.object(id)?.filter(|object| object.stream.is_some()) {
        account.allow(id.number, KIND);
        account.allow_new_below(&object.node, KIND)?;
    }
    Ok(())
}
