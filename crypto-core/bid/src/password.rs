//! The password slot: the key of the bid under a key that a password gives, at a cost.

mod generate;
mod strength;

use crate::Profile;
use crate::bid_key::{BID_KEY_LEN, KeyPart};
use crate::limits::TAG_LEN;
use crate::slot::Role;
use algo::{AeadKey, Argon2Params, Hash, KdfError, Password, RandomFailure};
use der::asn1::OctetString;
use der::{Choice, Sequence};
use std::ops::RangeInclusive;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub use generate::generate;
pub use strength::{MIN_PASSWORD_CHARS, WeakPassword, check_strength};

const NONCE_LEN: usize = 12;
const SALT_LEN: usize = 16;
const SALT_LENS: RangeInclusive<usize> = SALT_LEN..=64;
const MEMORY_KIB: RangeInclusive<u32> = 64 * 1024..=1024 * 1024;
const PASSES: RangeInclusive<u32> = 3..=10;
const LANES: RangeInclusive<u32> = 1..=4;
const ITERATIONS: RangeInclusive<u32> = 600_000..=10_000_000;

/// How a new password slot derives its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordKdf {
    /// Argon2id with 64 MiB, 3 passes and 4 lanes: the second recommended choice of RFC 9106 §4.
    #[default]
    Argon2id,
    /// PBKDF2 with HMAC-SM3 and 600 000 iterations, where only SM algorithms may be used. Cheaper to guess.
    Pbkdf2Sm3,
}

/// The body of a password slot: costs and salt, and the sealed key.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct PasswordBody {
    kdf: Kdf,
    nonce: OctetString,
    wrapped: OctetString,
}

#[derive(Clone, Debug, PartialEq, Eq, Choice)]
enum Kdf {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", constructed = "true")]
    Argon2id(Argon2id),
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    Pbkdf2Sm3(Pbkdf2Sm3),
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Argon2id {
    salt: OctetString,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
struct Pbkdf2Sm3 {
    salt: OctetString,
    iterations: u32,
}

/// The password does not open the slot. An altered slot gives the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrongPassword;

impl PasswordBody {
    /// Seals `key` under `password`, whose strength was checked.
    pub(crate) fn seal(
        profile: Profile,
        kdf: PasswordKdf,
        password: &Password,
        key: &KeyPart,
    ) -> Result<Self, RandomFailure> {
        let kdf = Kdf::new(kdf, algo::random::<SALT_LEN>()?);
        let nonce = algo::random::<NONCE_LEN>()?;
        let mut wrapped = vec![0; BID_KEY_LEN + TAG_LEN];
        kdf.aead_key(profile, password)
            .expect("our own costs are in range")
            .seal(&nonce, &[], key.to_der(Role::Password).expose(), &mut wrapped)
            .expect("the lengths fit and the cipher is there");
        let octets = |bytes: &[u8]| OctetString::new(bytes).expect("far below the limits of DER");
        Ok(Self { kdf, nonce: octets(&nonce), wrapped: octets(&wrapped) })
    }

    pub(crate) fn open(&self, profile: Profile, password: &Password) -> Result<KeyPart, WrongPassword> {
        let nonce = self.nonce.as_bytes().try_into().map_err(|_| WrongPassword)?;
        let mut der = Zeroizing::new(vec![0; BID_KEY_LEN]);
        self.kdf
            .aead_key(profile, password)
            .map_err(|_| WrongPassword)?
            .open(nonce, &[], self.wrapped.as_bytes(), &mut der)
            .map_err(|_| WrongPassword)?;
        KeyPart::from_der(&der, Role::Password).ok_or(WrongPassword)
    }

    /// The body, if it keeps the limits: neither too cheap to guess nor so dear that opening it is an attack.
    pub(crate) fn check(&self) -> Option<&Self> {
        let lengths =
            self.nonce.as_bytes().len() == NONCE_LEN && self.wrapped.as_bytes().len() == BID_KEY_LEN + TAG_LEN;
        (lengths && self.kdf.is_in_range()).then_some(self)
    }

    /// Which derivation is used.
    #[must_use]
    pub fn kdf(&self) -> PasswordKdf {
        match self.kdf {
            Kdf::Argon2id(_) => PasswordKdf::Argon2id,
            Kdf::Pbkdf2Sm3(_) => PasswordKdf::Pbkdf2Sm3,
        }
    }
}

impl Kdf {
    fn new(kdf: PasswordKdf, salt: [u8; SALT_LEN]) -> Self {
        let salt = OctetString::new(salt).expect("16 bytes");
        match kdf {
            PasswordKdf::Argon2id => Self::Argon2id(Argon2id {
                salt,
                memory_kib: *MEMORY_KIB.start(),
                passes: *PASSES.start(),
                lanes: *LANES.end(),
            }),
            PasswordKdf::Pbkdf2Sm3 => Self::Pbkdf2Sm3(Pbkdf2Sm3 { salt, iterations: *ITERATIONS.start() }),
        }
    }

    fn is_in_range(&self) -> bool {
        match self {
            Self::Argon2id(Argon2id { salt, memory_kib, passes, lanes }) => {
                SALT_LENS.contains(&salt.as_bytes().len())
                    && MEMORY_KIB.contains(memory_kib)
                    && PASSES.contains(passes)
                    && LANES.contains(lanes)
            }
            Self::Pbkdf2Sm3(Pbkdf2Sm3 { salt, iterations }) => {
                SALT_LENS.contains(&salt.as_bytes().len()) && ITERATIONS.contains(iterations)
            }
        }
    }

    /// The AEAD key that the password gives.
    fn aead_key(&self, profile: Profile, password: &Password) -> Result<AeadKey, KdfError> {
        let password = normalised(password);
        let mut key = Zeroizing::new(vec![0; profile.key_len()]);
        match self {
            Self::Argon2id(Argon2id { salt, memory_kib, passes, lanes }) => {
                let params = Argon2Params { memory_kib: *memory_kib, passes: *passes, lanes: *lanes };
                algo::argon2id(&params, password.as_bytes(), salt.as_bytes(), &mut key)?;
            }
            Self::Pbkdf2Sm3(Pbkdf2Sm3 { salt, iterations }) => {
                algo::pbkdf2(Hash::Sm3, password.as_bytes(), salt.as_bytes(), *iterations, &mut key)?;
            }
        }
        Ok(AeadKey::new(profile.aead(), &key).expect("the profile's own key length"))
    }
}

/// The password in NFC: the same characters typed on another system must open the bid.
fn normalised(password: &Password) -> Zeroizing<String> {
    let typed = password.expose_str();
    // NFC at most triples the length in UTF-8 (Unicode Standard Annex #15, §14.2); no reallocation leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(typed.len() * 3));
    text.extend(typed.nfc());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_derivations_open_again_and_refuse_another_password() {
        let key = KeyPart::random().unwrap();
        let (right, wrong) =
            (Password::new("e\u{301}-correct-horse").unwrap(), Password::new("é-correct-horsf").unwrap());
        for (profile, kdf) in [(Profile::Sm, PasswordKdf::Pbkdf2Sm3), (Profile::Intl, PasswordKdf::Argon2id)] {
            let body = PasswordBody::seal(profile, kdf, &right, &key).unwrap();
            assert_eq!(body.check().unwrap().kdf(), kdf);
            let composed = Password::new("é-correct-horse").unwrap();
            assert_eq!(body.open(profile, &composed).unwrap().expose(), key.expose(), "typed in another normal form");
            assert!(body.open(profile, &wrong).is_err());
        }
    }

    #[test]
    fn costs_beyond_the_limits_are_refused() {
        let body = |kdf| PasswordBody {
            kdf,
            nonce: OctetString::new([0; 12]).unwrap(),
            wrapped: OctetString::new([0; 55]).unwrap(),
        };
        let salt = || OctetString::new([0; 16]).unwrap();
        let argon =
            |memory_kib, passes, lanes| body(Kdf::Argon2id(Argon2id { salt: salt(), memory_kib, passes, lanes }));
        let pbkdf2 = |iterations| body(Kdf::Pbkdf2Sm3(Pbkdf2Sm3 { salt: salt(), iterations }));
        for good in [argon(65536, 3, 1), argon(1_048_576, 10, 4), pbkdf2(600_000), pbkdf2(10_000_000)] {
            assert!(good.check().is_some(), "{good:?}");
        }
        for bad in [
            argon(65535, 3, 1),
            argon(1_048_577, 3, 1),
            argon(65536, 2, 1),
            argon(65536, 11, 1),
            argon(65536, 3, 0),
            argon(65536, 3, 5),
            pbkdf2(599_999),
            pbkdf2(10_000_001),
        ] {
            assert!(bad.check().is_none(), "{bad:?}");
        }
    }
}
