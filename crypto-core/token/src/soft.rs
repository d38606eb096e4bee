//! The soft token: a folder that behaves like a USB key.
//!
//! # Files
//!
//! `tokens/<id>/`, `<id>` being 16 random hexadecimal digits, owner-only. Every file is a [`record`]: one
//! line with a checksum, then JSON; binary values are hexadecimal.
//!
//! | file | content |
//! |---|---|
//! | `token` | label, suite; written once |
//! | `pin` | policy, both counters, the data key wrapped under PIN and under PUK |
//! | `container-<name>` | up to two private keys, each sealed under the data key, with public key and certificate |
//! | `recovery` | only where enrolled: the data key under a share of this token and one of the authority |
//! | `lock` | empty; locked exclusively while a PIN is checked or a file is changed |
//!
//! # Keys
//!
//! With H the suite's hash and AEAD its cipher (SM4-GCM or AES-256-GCM):
//!
//! ```text
//! data key (32 random bytes, new at activation)
//! PIN wrap  = AEAD(HKDF(salt = keyring half or empty, Argon2id(PIN), "bidseal soft token 1 pin" ‖ id), data key)
//! recovery  = AEAD(HKDF(salt = token's share, authority's share, "bidseal soft token 1 recovery" ‖ id), data key)
//! PUK wrap  = AEAD(HKDF(salt, PUK symbols, "bidseal soft token 1 puk" ‖ id), data key)
//! key file  = AEAD(HKDF-Expand(data key, "bidseal soft token 1 key" ‖ id ‖ container ‖ use), PKCS#8, AAD = public key)
//! ```
//!
//! The PUK has 135 random bits and needs neither a slow hash nor the keyring: it must open the token when the keyring's
//! half has been deleted, which the 10th wrong PIN does. Setting a PIN makes a new half, so old copies stay closed.
//!
//! # Order of a PIN check
//!
//! Count down, sync, check, reset. A kill in between costs a try and never gives one. The count is kept in the keyring
//! too, where there is one, and the smaller number holds: putting an old copy of the files back gives no tries.
//! What a token without a keyring cannot promise, it says in [`TokenInfo::warnings`](crate::TokenInfo).

mod check;
mod containers;
mod folder;
mod half;
mod hexadecimal;
mod keys;
mod pin_record;
mod provider;
mod record;
mod recovery;
mod token;
mod wrap;

pub use provider::SoftProvider;

/// Points at which tests kill the program, besides those of [`PART_LABELS`].
pub const FAILPOINTS: &[&str] = &[
    "token.count.before",
    "token.count.after",
    "token.check.after",
    "token.activate.before",
    "token.activate.after",
    "token.change.before",
    "token.change.after",
    "token.unblock.before",
    "token.unblock.after",
    "token.delete.before",
    "token.delete.after",
];

/// Labels of the files that are written through [`durable::Parts`]; each has the steps of
/// [`durable::POINTS_OF_A_PART`].
pub const PART_LABELS: &[&str] = &[
    "token.count",
    "token.reset",
    "token.activate",
    "token.change",
    "token.unblock",
    "token.key",
    "token.certificate",
    "token.delete",
    "token.recovery",
];

/// Labels of the folders that are written through [`durable::Parts`]; each has the steps of
/// [`durable::POINTS_OF_A_DIR`].
pub const DIR_LABELS: &[&str] = &["token.init"];
