//! How vendors' PKCS#11 modules speak SM2 (data/sm2-mechanisms.toml): the standard has no mechanism for it, so each vendor
//! numbered its own.
//!
//! The table is data, and a module is spoken to in a dialect only where the table names its file: a number that one vendor
//! gave to SM2 may be anything in another's module. What a dialect yields is not taken on trust either, see
//! [`Pkcs11Provider`](crate::Pkcs11Provider): a signature leaves only when it verifies.

use std::sync::LazyLock;

use algo::raw_signature_to_der;
use algo::sm2::{Ciphertext, RawOrder};
use serde::Deserialize;

/// First number that the standard leaves to vendors (PKCS#11 §3.5, §3.7).
const VENDOR_DEFINED: u32 = 0x8000_0000;

/// One vendor's way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Sm2Dialect {
    /// What it is called here.
    pub name: String,
    /// File names of the modules that speak it.
    pub modules: Vec<String>,
    /// `CKA_KEY_TYPE` of its SM2 keys.
    pub key_type: u32,
    /// Mechanism that makes a key pair.
    pub generate: Option<u32>,
    /// Mechanism that signs e = SM3(Z ‖ M), which is made here.
    pub sign: Option<Sm2Signing>,
    /// Mechanism that decrypts.
    pub decrypt: Option<Sm2Decryption>,
    /// Seen working by us.
    pub confirmed: bool,
    /// Where the numbers come from.
    pub source: String,
}

/// How a dialect signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sm2Signing {
    /// The mechanism's number.
    pub mechanism: u32,
    /// The form of what it answers.
    pub answers: SignatureAnswer,
}

/// The form of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureAnswer {
    /// r ‖ s of 32 bytes each.
    Raw,
    /// SEQUENCE { r, s } (GM/T 0009 §7.3).
    Der,
}

/// How a dialect decrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sm2Decryption {
    /// The mechanism's number.
    pub mechanism: u32,
    /// The form of what it takes.
    pub takes: CiphertextForm,
}

/// The form of a ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CiphertextForm {
    /// GM/T 0009 §7.2.
    Der,
    /// x ‖ y ‖ hash ‖ cipher text.
    C1c3c2,
    /// x ‖ y ‖ cipher text ‖ hash.
    C1c2c3,
    /// 04 in front of [`CiphertextForm::C1c3c2`].
    #[serde(rename = "04c1c3c2")]
    PrefixedC1c3c2,
    /// 04 in front of [`CiphertextForm::C1c2c3`].
    #[serde(rename = "04c1c2c3")]
    PrefixedC1c2c3,
}

/// The table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialectMalformed {
    /// Not the expected members.
    #[error("{0}")]
    Toml(String),
    /// A number that the standard uses itself.
    #[error("{dialect}: {number:#x} is not a vendor's number")]
    Number {
        /// The entry.
        dialect: String,
        /// What was written.
        number: u32,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    dialect: Vec<Sm2Dialect>,
}

impl Sm2Dialect {
    /// Every dialect of this program.
    #[must_use]
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Sm2Dialect>> = LazyLock::new(|| {
            Sm2Dialect::parse(include_str!("../data/sm2-mechanisms.toml"))
                .expect("the table is part of the program and read by its tests")
        });
        &ALL
    }

    /// Reads a table.
    ///
    /// # Errors
    /// [`DialectMalformed`].
    pub fn parse(text: &str) -> Result<Vec<Self>, DialectMalformed> {
        let table: Table = toml::from_str(text).map_err(|error| DialectMalformed::Toml(error.to_string()))?;
        for dialect in &table.dialect {
            if let Some(number) = dialect.numbers().find(|number| *number < VENDOR_DEFINED) {
                return Err(DialectMalformed::Number { dialect: dialect.name.clone(), number });
            }
        }
        Ok(table.dialect)
    }

    /// The dialect of a module, by its file name.
    #[must_use]
    pub fn of_module(file: &str) -> Option<&'static Self> {
        Self::all().iter().find(|dialect| dialect.modules.iter().any(|module| module.eq_ignore_ascii_case(file)))
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        let mechanisms = [self.generate, self.sign.map(|sign| sign.mechanism), self.decrypt.map(|one| one.mechanism)];
        mechanisms.into_iter().flatten().chain([self.key_type])
    }
}

impl SignatureAnswer {
    /// The signature in DER; `None` for an answer of another form.
    pub(crate) fn to_der(self, answer: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::Raw => raw_signature_to_der(&answer).ok().filter(|_| answer.len() == 64),
            Self::Der => Some(answer),
        }
    }
}

impl CiphertextForm {
    /// The bytes that the module takes.
    pub(crate) fn bytes(self, ciphertext: &Ciphertext) -> Vec<u8> {
        let prefixed = |order| [&[4][..], &ciphertext.to_raw(order)].concat();
        match self {
            Self::Der => ciphertext.to_der(),
            Self::C1c3c2 => ciphertext.to_raw(RawOrder::C1C3C2),
            Self::C1c2c3 => ciphertext.to_raw(RawOrder::C1C2C3),
            Self::PrefixedC1c3c2 => prefixed(RawOrder::C1C3C2),
            Self::PrefixedC1c2c3 => prefixed(RawOrder::C1C2C3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_dialects_are_sound_and_claim_no_module_without_proof() {
        let mut modules = std::collections::BTreeSet::new();
        for dialect in Sm2Dialect::all() {
            assert!(dialect.source.len() > 10 && dialect.numbers().count() >= 2, "{}", dialect.name);
            assert!(dialect.sign.is_some() || dialect.decrypt.is_some(), "{}: of no use", dialect.name);
            assert!(dialect.modules.iter().all(|module| modules.insert(module.clone())), "{}: twice", dialect.name);
        }
        assert!(Sm2Dialect::of_module("libsofthsm2.so").is_none());
    }

    #[test]
    fn a_standard_number_and_an_unknown_form_are_refused() {
        let entry = |sign: &str| {
            format!(
                "[[dialect]]\nname='x'\nmodules=[]\nkey_type=0x80000004\nsign={{{sign}}}\nconfirmed=false\nsource='s'\n"
            )
        };
        assert!(Sm2Dialect::parse(&entry("mechanism=0x80008105, answers='raw'")).is_ok());
        let standard = Sm2Dialect::parse(&entry("mechanism=0x1041, answers='raw'")).unwrap_err();
        assert_eq!(standard, DialectMalformed::Number { dialect: "x".to_owned(), number: 0x1041 });
        assert!(Sm2Dialect::parse(&entry("mechanism=0x80008105, answers='purple'")).is_err());
        assert!(Sm2Dialect::parse(&entry("mechanism=0x80008105")).is_err());
    }

    #[test]
    fn each_form_of_a_ciphertext_reads_back() {
        let parts = Ciphertext { x: [1; 32], y: [2; 32], hash: [3; 32], cipher: vec![5; 16] };
        for form in [
            CiphertextForm::Der,
            CiphertextForm::C1c3c2,
            CiphertextForm::C1c2c3,
            CiphertextForm::PrefixedC1c3c2,
            CiphertextForm::PrefixedC1c2c3,
        ] {
            assert!(Ciphertext::candidates(&form.bytes(&parts)).contains(&parts), "{form:?}");
        }
    }

    #[test]
    fn a_raw_signature_has_64_bytes() {
        assert!(SignatureAnswer::Raw.to_der(vec![7; 64]).is_some());
        assert!(SignatureAnswer::Raw.to_der(vec![7; 62]).is_none());
    }
}
