//! EnvelopedData (RFC 5652 §6, GB/T 35275 §9) for short keys: `encrypt` makes it for one recipient, `parse` reads it,
//! `open` opens it with a key that may live elsewhere.

mod agreement;
mod encrypt;
mod form;
mod open;
mod parse;

pub use encrypt::{EncryptError, encrypt_key};
pub use form::{RecipientForm, Sm2KeyEncryption};
pub use open::OpenFailed;
pub use parse::{Enveloped, KeyMethod, Recipient};

/// Longest content written or read, in bytes: an envelope carries keys and short answers, never a document.
pub const LONGEST_CONTENT: usize = 64 * 1024;
