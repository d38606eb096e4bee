//! `--secrets-stdin`: one JSON object with the secrets of this one command.

use std::{
    collections::BTreeMap,
    fmt,
    io::Read,
    sync::{Mutex, PoisonError},
};

use algo::Password;
use client::{Code, Failure, SecretKind};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use zeroize::Zeroizing;

/// No object of secrets is larger.
const LARGEST: usize = 64 << 10;

/// The members that the object may have.
const FIELDS: [&str; 7] = ["pin", "new_pin", "puk", "password", "document_password", "activation_code", "device_key"];

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
    std::io::stdin().take(limit).read_to_end(&mut bytes).map_err(|error| malformed(client::system_reason(&error)))?;
    if bytes.len() > LARGEST {
        return Err(malformed("too_long".into()));
    }
    parse(&bytes)
}

/// Parses the object. No secret may appear in the reason of a failure: only positions and known names do.
fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Password>, Failure> {
    let Members(members) = serde_json::from_slice(bytes).map_err(|error| {
        let reason = if error.is_data() { "not_texts" } else { "not_json" };
        malformed(client::detailed(reason, format_args!("{}:{}", error.line(), error.column())))
    })?;
    let mut secrets = BTreeMap::new();
    for (name, value) in members {
        if !FIELDS.contains(&name.as_str()) {
            return Err(malformed("unknown_member".into()));
        }
        // Which of two was meant is not for us to guess: the wrong one costs a try.
        if secrets.contains_key(&name) {
            return Err(malformed("member_twice".into()));
        }
        if let Some(secret) = value {
            secrets.insert(name, secret);
        }
    }
    Ok(secrets)
}

/// The members in the order in which they stand, also the second of a name. Each value goes at once into what wipes
/// itself, so that none is left behind by an object that breaks off; an empty one is none.
struct Members(Vec<(String, Option<Password>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = object.next_key()? {
                    let text: String = object.next_value()?;
                    members.push((name, Password::new(text).ok()));
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Object)
    }
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
        for bad in [
            &br#"{"pin":1}"#[..],
            br#"{"pin":"1"} {}"#,
            br#"["1"]"#,
            br#"{"PIN":"1"}"#,
            b"",
            b"1234",
            br#"{"pin":"1234","pin":"1"}"#,
        ] {
            let failure = parse(bad).err().expect("refused");
            assert_eq!(failure.code(), Code::SecretMalformed);
            assert!(!format!("{failure:?}").contains("1234"), "no secret in a failure");
        }
    }

    #[test]
    fn what_is_wrong_with_the_object_is_told() {
        for (bad, told) in [
            (r#"{"pin":1}"#, "not_texts: 1:"),
            (r#"{"pin":"1","retries":3}"#, "not_texts: 1:"),
            (r#"["1"]"#, "not_texts: 1:"),
            (r#"{"PIN":"1"}"#, "unknown_member"),
            (r#"{"pin":"1""#, "not_json: 1:"),
        ] {
            let failure = parse(bad.as_bytes()).err().expect("refused");
            assert!(
                failure.data()["reason"].as_str().is_some_and(|reason| reason.starts_with(told)),
                "{bad}: {failure:?}"
            );
        }
    }
}
