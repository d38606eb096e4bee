//! Rules of certificate authorities for PINs (data/ca-policies.toml): every one has its own initial PIN, lengths and ways
//! to unblock. A policy is recognised by the issuer of a certificate on the token, else by the token's maker.

use std::sync::LazyLock;

use algo::Pin;
use serde::Deserialize;

use crate::PinRule;

/// What one authority prescribes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CaPolicy {
    /// Its name.
    pub name: String,
    issuer: Vec<String>,
    maker: Vec<String>,
    /// With which PIN its keys come.
    pub initial: InitialPin,
    /// Fewest characters of a new PIN.
    pub min: usize,
    /// Most characters of a new PIN.
    pub max: usize,
    /// Kinds of characters of which a new PIN needs at least one each.
    pub classes: Vec<PinClass>,
    /// Tries of a fresh counter, as published. What the token tells is the truth.
    pub tries: Option<u32>,
    /// How a locked key is unlocked, the quickest first.
    pub unblock: Vec<UnblockWay>,
    /// Seen by us on a key.
    pub confirmed: bool,
    /// Where the facts come from.
    pub source: String,
}

/// The PIN before activation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitialPin {
    /// The same for all keys. It is told to the person and never tried by the program.
    Fixed(String),
    /// Sent by text message or letter: typed as the activation code.
    Sent,
    /// There is none: the person chooses it at activation.
    Chosen,
}

/// A kind of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinClass {
    /// Of any script.
    Letter,
    /// A–Z.
    Upper,
    /// a–z.
    Lower,
    /// 0–9.
    Digit,
    /// Neither letter nor digit nor space.
    Special,
}

/// A way to unlock a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnblockWay {
    /// In the authority's own client.
    Client,
    /// Online, with a code by text message.
    Sms,
    /// Papers are sent in.
    Documents,
    /// The key is sent in.
    Post,
    /// By telephone.
    Hotline,
    /// By request and voucher of this program.
    Voucher,
}

impl UnblockWay {
    /// The stable name used in JSON output and message catalogues.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "way_client",
            Self::Sms => "way_sms",
            Self::Documents => "way_documents",
            Self::Post => "way_post",
            Self::Hotline => "way_hotline",
            Self::Voucher => "way_voucher",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policies {
    policy: Vec<CaPolicy>,
}

impl CaPolicy {
    /// Every policy of this program.
    #[must_use]
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Policies> = LazyLock::new(|| {
            toml::from_str(include_str!("../data/ca-policies.toml"))
                .expect("the policies are part of the program and read by its tests")
        });
        &ALL.policy
    }

    /// The policy for a token with certificates of these issuers (names as text), made by `maker`.
    #[must_use]
    pub fn of(issuers: &[String], maker: &str) -> Option<&'static Self> {
        let named = |texts: &[String], name: &str| texts.iter().any(|text| name.contains(text.as_str()));
        let by_issuer = |policy: &&Self| issuers.iter().any(|issuer| named(&policy.issuer, issuer));
        let by_maker = |policy: &&Self| named(&policy.maker, maker);
        Self::all().iter().find(by_issuer).or_else(|| Self::all().iter().find(by_maker).filter(|_| issuers.is_empty()))
    }

    /// Checks a new PIN, before anything is spent on the token.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, new: &Pin) -> Result<(), PinRule> {
        let text = new.expose_str();
        let length = text.chars().count();
        if matches!(&self.initial, InitialPin::Fixed(initial) if initial == text) {
            return Err(PinRule::FactoryPin);
        }
        if length < self.min {
            return Err(PinRule::TooShort { min: self.min });
        }
        if length > self.max {
            return Err(PinRule::TooLong { max: self.max });
        }
        let missing = self.classes.iter().find(|class| !text.chars().any(|character| class.holds(character)));
        missing.map_or(Ok(()), |class| Err(class.rule()))
    }
}

impl PinClass {
    /// The stable name used in JSON output and message catalogues: that of the rule.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.rule().name()
    }

    fn holds(self, character: char) -> bool {
        match self {
            Self::Letter => character.is_alphabetic(),
            Self::Upper => character.is_ascii_uppercase(),
            Self::Lower => character.is_ascii_lowercase(),
            Self::Digit => character.is_ascii_digit(),
            Self::Special => !character.is_alphanumeric() && !character.is_whitespace(),
        }
    }

    fn rule(self) -> PinRule {
        match self {
            Self::Letter => PinRule::NoLetter,
            Self::Upper => PinRule::NoUpper,
            Self::Lower => PinRule::NoLower,
            Self::Digit => PinRule::NoDigit,
            Self::Special => PinRule::NoSpecial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(text: &str) -> Pin {
        Pin::new(text).unwrap()
    }

    #[test]
    fn the_embedded_policies_are_sound() {
        for policy in CaPolicy::all() {
            assert!(!policy.issuer.is_empty() && !policy.unblock.is_empty(), "{}", policy.name);
            assert!((1..=policy.max).contains(&policy.min) && policy.source.len() > 10, "{}", policy.name);
            if let InitialPin::Fixed(initial) = &policy.initial {
                assert_eq!(policy.check(&pin(initial)), Err(PinRule::FactoryPin), "{}", policy.name);
            }
        }
    }

    #[test]
    fn an_authority_is_known_by_its_certificates_and_else_by_the_maker() {
        let netca = "CN=NETCA Enterprise Class A1 CA,O=NETCA,C=CN".to_owned();
        assert!(CaPolicy::of(&[netca], "Longmai").unwrap().name.starts_with("NETCA"));
        assert!(CaPolicy::of(&[], "NETCA Key").unwrap().name.starts_with("NETCA"));
        let stranger = "CN=Somebody".to_owned();
        assert!(CaPolicy::of(&[stranger], "NETCA Key").is_none(), "a certificate of another authority decides");
        assert!(CaPolicy::of(&[], "Longmai").is_none());
    }

    #[test]
    fn each_rule_of_a_policy_is_checked() {
        let netca = CaPolicy::of(&[], "NETCA").unwrap();
        for (new, rule) in [
            ("12345678", PinRule::FactoryPin),
            ("Ab1!xyz", PinRule::TooShort { min: 8 }),
            ("Ab1!xyzAb1!xy", PinRule::TooLong { max: 12 }),
            ("ab1!xyzw", PinRule::NoUpper),
            ("AB1!XYZW", PinRule::NoLower),
            ("Abc!xyzw", PinRule::NoDigit),
            ("Abc1xyzw", PinRule::NoSpecial),
        ] {
            assert_eq!(netca.check(&pin(new)), Err(rule), "{new}");
        }
        assert_eq!(netca.check(&pin("Ab1!xyzw")), Ok(()));
    }
}
