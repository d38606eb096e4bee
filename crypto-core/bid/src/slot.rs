//! A slot carries the input key to one holder: inside a CMS EnvelopedData for a certificate, or under a password.

use crate::limits::{MAX_SERIAL_LEN, MAX_TEXT_LEN};
use crate::metadata::check_text;
use crate::password::PasswordBody;
use crate::tree::node;
use algo::{Hash, PublicKey};
use der::asn1::{Any, OctetString};
use der::{Choice, Decode, Encode, Enumerated, Sequence, Tag, Tagged};
use std::fmt;

/// What the holder of a slot is to the bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enumerated)]
#[asn1(type = "ENUMERATED")]
#[repr(u8)]
pub enum Role {
    /// The bidder's own encryption certificate.
    Bidder = 0,
    /// A further certificate of the bidder's.
    Spare = 1,
    /// A password.
    Password = 2,
    /// The host of the opening (招标代理), who can open alone.
    Host = 3,
    /// A member of the opening committee, who holds a share.
    Committee = 4,
}

/// One slot as it stands in the header. Until a key has been used, nothing in it is more than a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What its holder is to the bid.
    pub role: Role,
    /// A name for people, usually the certificate's common name.
    pub label: String,
    /// The certificate's serial number, the content octets of its INTEGER; empty for a password.
    pub serial: Vec<u8>,
    /// Which key opens it; `None` for a password.
    pub key_id: Option<KeyId>,
    /// How the key is carried.
    pub body: SlotBody,
}

/// How a slot carries its key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotBody {
    /// The DER of a complete ContentInfo with EnvelopedData (RFC 5652 §6 or GB/T 35275).
    Cms(Vec<u8>),
    /// Sealed under a key derived from a password.
    Password(PasswordBody),
}

/// SHA-256 of a key's DER SubjectPublicKeyInfo, in both profiles: it finds the key even after its certificate was
/// renewed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 32]);

impl KeyId {
    /// The identifier of `key`.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        Self(node(&Hash::Sha256.digest(key.spki())))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// `Slot ::= SEQUENCE`, see docs/bid-format.md.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct SlotDer {
    role: Role,
    label: String,
    serial: OctetString,
    key_id: OctetString,
    body: BodyDer,
}

#[derive(Clone, Debug, Choice)]
enum BodyDer {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", constructed = "true")]
    Cms(Any),
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    Password(PasswordBody),
}

impl SlotDer {
    pub(crate) fn of(slot: &Slot) -> der::Result<Self> {
        Ok(Self {
            role: slot.role,
            label: slot.label.clone(),
            serial: OctetString::new(slot.serial.as_slice())?,
            key_id: OctetString::new(slot.key_id.as_ref().map_or(&[][..], |id| id.as_bytes()))?,
            body: match &slot.body {
                SlotBody::Cms(der) => BodyDer::Cms(Any::from_der(der)?),
                SlotBody::Password(body) => BodyDer::Password(body.clone()),
            },
        })
    }

    /// The slot, if it keeps the limits of the format.
    pub(crate) fn check(&self) -> Option<Slot> {
        check_text("label", &self.label).ok()?;
        let serial = self.serial.as_bytes().to_vec();
        let is_password = matches!(self.body, BodyDer::Password(_));
        if is_password != (self.role == Role::Password)
            || is_password != serial.is_empty()
            || serial.len() > MAX_SERIAL_LEN
        {
            return None;
        }
        let key_id = match (is_password, self.key_id.as_bytes()) {
            (true, []) => None,
            (false, bytes) => Some(KeyId(bytes.try_into().ok()?)),
            _ => return None,
        };
        let body = match &self.body {
            BodyDer::Cms(info) if info.tag() == Tag::Sequence => SlotBody::Cms(info.to_der().ok()?),
            BodyDer::Cms(_) => return None,
            BodyDer::Password(body) => SlotBody::Password(body.check()?.clone()),
        };
        Some(Slot { role: self.role, label: self.label.clone(), serial, key_id, body })
    }
}

/// `text` without control characters, cut to what a label may hold.
pub(crate) fn label_of(text: &str) -> String {
    let mut label: String = text.chars().filter(|c| !c.is_control()).collect();
    let end = (0..=MAX_TEXT_LEN.min(label.len())).rev().find(|&at| label.is_char_boundary(at)).unwrap_or(0);
    label.truncate(end);
    label
}
