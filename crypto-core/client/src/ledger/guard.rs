//! No key goes that an unopened bid needs.
//!
//! Whatever deletes, replaces or re-initialises keys asks here first, and hands on the answer: [`Released`].

use algo::PublicKey;
use bid::KeyId;
use token::TokenRef;
use x509::Certificate;

use super::{rows, rows::Bid, store};
use crate::{Code, Failure, Home, consent::rfc3339};

/// Proof that no unopened bid needs the key.
#[derive(Debug)]
pub struct Released(());

/// Asks for a key that shall be deleted or overwritten, or whose certificate shall go.
///
/// # Errors
/// [`Code::LedgerGuard`] with the bids that need it. A ledger that cannot be read releases nothing.
pub fn key(home: &Home, holder: &str, key: &PublicKey) -> Result<Released, Failure> {
    let id = hex::encode(KeyId::of(key).as_bytes());
    released(home, holder, async move |connection| {
        let mut depending = Vec::new();
        for bid in rows::bids(connection).await? {
            if rows::recipients(connection, &bid.root).await?.iter().any(|one| one.key_id == id) {
                depending.push(bid);
            }
        }
        Ok(depending)
    })
}

/// Asks for a whole token that shall be initialised anew.
///
/// # Errors
/// As [`key`].
pub fn token(home: &Home, token: &TokenRef) -> Result<Released, Failure> {
    let (provider, id) = (token.provider, token.id.clone());
    released(home, &token.label, async move |connection| {
        let mut depending = Vec::new();
        for bid in rows::bids(connection).await? {
            for one in rows::recipients(connection, &bid.root).await? {
                let device = rows::device(connection, &one.key_id).await?;
                if device.is_some_and(|device| device.provider == provider && device.token == id) {
                    depending.push(bid.clone());
                    break;
                }
            }
        }
        Ok(depending)
    })
}

/// Asks for a certificate that shall be renewed, changed or replaced (延期、变更、补办) with a new key: until the bids are
/// opened the old key must stay.
///
/// # Errors
/// As [`key`].
pub fn renewal(home: &Home, old: &Certificate) -> Result<Released, Failure> {
    key(home, &crate::consent::holder(old), old.public_key())
}

fn released(
    home: &Home,
    holder: &str,
    depending: impl AsyncFnOnce(&mut sqlx::SqliteConnection) -> sqlx::Result<Vec<Bid>> + Send,
) -> Result<Released, Failure> {
    if !store::exists(home) {
        return Ok(Released(()));
    }
    let depending = store::read(home, depending)?;
    let bids: Vec<String> = depending.iter().filter(|bid| bid.state.needs_keys()).map(title).collect();
    if bids.is_empty() {
        return Ok(Released(()));
    }
    Err(Failure::new(Code::LedgerGuard).with("holder", holder).with("bids", bids))
}

/// File, project, lot, opening time and id.
fn title(bid: &Bid) -> String {
    let names = [&bid.file, &bid.project, &bid.lot];
    let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).map(String::as_str).collect();
    let opens = bid.opens_at.map_or_else(|| "–".to_owned(), rfc3339);
    format!("{} · {opens} · {}", names.join(" · "), &bid.root[..12.min(bid.root.len())])
}
