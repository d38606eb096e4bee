//! `--secrets-stdin`: one JSON object with the secrets of this one command.

use std::{
    collections::BTreeMap,
    io::Read,
    sync::{Mutex, PoisonError},
};

use algo::Password;
use client::{Code, Failure, SecretKind};
use zeroize::Zeroizing;

/// No object of secrets is larger.
const LARGEST: usize = 64 << 10;

/// The members that the object may have.
const FIELDS: [&str; 6] = ["pin", "new_pin", "puk", "password", "document_password", "activation_code"];

/// What a script handed over. Read when the first secret is wanted, so that a command that fails earlier leaves
/// standard input alone.
pub(crate) struct Handed(Mutex<Option<BTreeMap<String, Password>>>);

impl Handed {
    /// Nothing read yet.
    pub(crate) fn unread() -> Self {
        Self(Mutex::new(None))
    }

    /// The secret of this kind.
    pub(crate) fn take(&self, kind: SecretKind) -> Result<Password, Failure> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            *held = Some(read()?);
        }
        let found = held.as_ref().and_then(|secrets| secrets.get(kind.field()));
        // One command may need the same secret twice, for example for two tokens of one person.
        found
            .and_then(|secret| Password::new(secret.expose_str()).ok())
            .ok_or_else(|| Failure::new(Code::SecretMissing).with("secret", kind.field()).with("field", kind.field()))
    }
}

fn read() -> Result<BTreeMap<String, Password>, Failure> {
    // One buffer of full size: one that grew would leave copies of the secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST + 1));
    let limit = LARGEST as u64 + 1;
    std::io::stdin().take(limit).read_to_end(&mut bytes).map_err(|error| malformed(error.to_string()))?;
    if bytes.len() > LARGEST {
        return Err(malformed("too_long".into()));
    }
    parse(&bytes)
}

/// Parses the object. No secret may appear in the reason of a failure: only positions and known names do.
fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Password>, Failure> {
    let object: BTreeMap<String, String> =
        serde_json::from_slice(bytes).map_err(|error| malformed(format!("{}:{}", error.line(), error.column())))?;
    let mut secrets = BTreeMap::new();
    let mut unknown = false;
    for (name, value) in object {
        unknown |= !FIELDS.contains(&name.as_str());
        if let Ok(secret) = Password::new(value) {
            secrets.insert(name, secret);
        }
    }
    if unknown { Err(malformed("unknown_member".into())) } else { Ok(secrets) }
}

fn malformed(reason: String) -> Failure {
    Failure::new(Code::SecretMalformed).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_object_of_known_text_members_is_read() {
        assert!(parse(br#"{"pin":"1","new_pin":"2","activation_code":"3"}"#).is_ok());
        for bad in [&br#"{"pin":1}"#[..], br#"{"pin":"1"} {}"#, br#"["1"]"#, br#"{"PIN":"1"}"#, b"", b"1234"] {
            let failure = parse(bad).err().expect("refused");
            assert_eq!(failure.code(), Code::SecretMalformed);
            assert!(!format!("{failure:?}").contains("1234"), "no secret in a failure");
        }
    }
}
