//! The words of the program: one file per language, shared by the command line and the screens.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    Failure,
    consent::printable,
    zone::{self, Zone},
};

/// A language the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 简体中文
    Chinese,
    /// English
    English,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The tag of the language (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language of an exact tag, as typed after `--lang`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    /// The language of a POSIX locale such as `zh_CN.UTF-8`; every locale that is not Chinese reads English.
    #[must_use]
    pub fn from_locale(locale: &str) -> Self {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("zh") { Self::Chinese } else { Self::English }
    }
}

/// All words in one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    failure: BTreeMap<String, Message>,
    reason: BTreeMap<String, Message>,
    finding: BTreeMap<String, Message>,
    term: BTreeMap<String, String>,
    cause: BTreeMap<String, String>,
    text: BTreeMap<String, String>,
    #[serde(skip)]
    zone: Option<Zone>,
}

/// What happened, and what to do about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    message: String,
    hint: String,
}

impl Catalogue {
    /// The catalogue of a language.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        static CHINESE: LazyLock<Catalogue> = LazyLock::new(|| file(Language::Chinese));
        static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| file(Language::English));
        match language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        }
    }

    /// The catalogue of a language for a person whose clock hangs in this zone.
    #[must_use]
    pub fn in_zone(language: Language, zone: Zone) -> Self {
        Self { zone: Some(zone), ..file(language) }
    }

    /// An RFC 3339 moment as the person's clock shows it, with the zone named; every other text stays as it is.
    #[must_use]
    pub fn moment<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let told = self.zone.as_ref().zip(zone::moment(text)).map(|(zone, moment)| zone.told(moment, self));
        told.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// A template with its placeholders filled in, and its moments told in the person's zone.
    #[must_use]
    pub fn filled(&self, template: &str, facts: &[(&str, &str)]) -> String {
        let fact = |name: &str| facts.iter().find(|(fact, _)| *fact == name).map(|(_, value)| *value);
        fill(template, |name| {
            // The code is for programs; where a text wants the cause, it wants words.
            if name == "cause" {
                return fact("cause").or_else(|| fact("code")).map(|code| self.cause(code));
            }
            let value = fact(name)?;
            Some(if zone::MOMENTS.contains(&name) { self.moment(value) } else { Cow::Borrowed(value) })
        })
    }

    /// Message and hint of a failure, its facts filled in.
    #[must_use]
    pub fn failure(&self, failure: &Failure) -> (String, String) {
        let Some(Message { message, hint }) = self.failure.get(failure.code().as_str()) else {
            return (failure.code().to_string(), String::new());
        };
        let fact = |name: &str| failure.data().get(name).map(|value| self.fact(name, value));
        (fill(message, fact), fill(hint, fact))
    }

    /// A fact by its name: what somebody chose or typed is shown as it is, although a file may be called `sign`; only what
    /// would steer a terminal, or end the line, is not.
    fn fact<'a>(&'a self, name: &str, value: &'a Value) -> Cow<'a, str> {
        match value {
            Value::String(text) if VERBATIM.contains(&name) => Cow::Owned(printable(text)),
            Value::String(text) if REASONS.contains(&name) => self.because(text),
            Value::String(text) if zone::MOMENTS.contains(&name) => self.moment(text),
            value => self.shown(value),
        }
    }

    /// Message and hint of a reason that a verdict gives.
    #[must_use]
    pub fn reason<'a>(&'a self, code: &'a str) -> (&'a str, &'a str) {
        self.reason.get(code).map_or((code, ""), |found| (&found.message, &found.hint))
    }

    /// Message and hint of a finding, its facts filled in.
    #[must_use]
    pub fn finding(&self, code: &str, data: &BTreeMap<&'static str, Value>) -> (String, String) {
        let Some(Message { message, hint }) = self.finding.get(code) else { return (code.to_owned(), String::new()) };
        let fact = |name: &str| data.get(name).map(|value| self.fact(name, value));
        (fill(message, fact), fill(hint, fact))
    }

    /// A sentence with its placeholders filled in.
    #[must_use]
    pub fn text(&self, key: &str, facts: &[(&str, &str)]) -> String {
        self.filled(self.text.get(key).map_or(key, String::as_str), facts)
    }

    /// The word for a stable term such as `pin` or `too_short`; a term without an entry is its own word.
    #[must_use]
    pub fn term<'a>(&'a self, term: &'a str) -> &'a str {
        self.term.get(term).map_or(term, String::as_str)
    }

    /// A fact as a person reads it: terms translated, lists joined.
    fn shown<'a>(&'a self, value: &'a Value) -> Cow<'a, str> {
        match value {
            Value::String(text) => Cow::Borrowed(self.term(text)),
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.shown(item)).collect();
                Cow::Owned(items.join("; "))
            }
            Value::Null => Cow::Borrowed(self.term("not_known")),
            other => Cow::Owned(other.to_string()),
        }
    }

    /// The few words for a code where there are no facts: in lists of what was tried or found. Codes of later versions, which a
    /// ledger may hold, stay what they are.
    #[must_use]
    pub fn cause<'a>(&'a self, code: &'a str) -> Cow<'a, str> {
        match self.cause.get(code) {
            Some(words) => Cow::Borrowed(words),
            None => self.of_code(code).map_or(Cow::Borrowed(code), Cow::Owned),
        }
    }

    /// A reason in a person's language; what somebody else said of it is marked as a technical detail.
    fn because<'a>(&'a self, reason: &'a str) -> Cow<'a, str> {
        if reason.is_empty() {
            return Cow::Borrowed(reason);
        }
        if let Some(word) = self.term.get(reason) {
            return Cow::Borrowed(word);
        }
        let parts = reason.split_once(": ").and_then(|(term, detail)| Some((self.term.get(term)?, detail)));
        Cow::Owned(match parts {
            Some((word, detail)) => {
                let own = self.text.get(&format!("reason.{}", &reason[..reason.len() - detail.len() - 2]));
                let form = own.or_else(|| self.text.get("reason.detailed")).map_or("{reason}", String::as_str);
                filled(form, &[("reason", word), ("detail", detail)])
            }
            None => self.of_code(reason).unwrap_or_else(|| self.text("reason.other", &[("detail", reason)])),
        })
    }

    /// What a failure says that is the reason of another, where it needs no facts for that.
    fn of_code(&self, code: &str) -> Option<String> {
        let message = &self.failure.get(code)?.message;
        (!message.contains('{')).then(|| message.trim_end_matches(['。', '.']).to_owned())
    }

    /// Every key with its words; for the test that compares the languages.
    pub fn entries(&self) -> impl Iterator<Item = (String, &str)> {
        let messages = [("failure", &self.failure), ("reason", &self.reason), ("finding", &self.finding)];
        let messages = messages.into_iter().flat_map(|(section, entries)| {
            entries.iter().flat_map(move |(key, words)| {
                [(format!("{section}.{key}.message"), &*words.message), (format!("{section}.{key}.hint"), &*words.hint)]
            })
        });
        let plain = [("term", &self.term), ("cause", &self.cause), ("text", &self.text)];
        let plain = plain.into_iter().flat_map(|(section, entries)| {
            entries.iter().map(move |(key, words)| (format!("{section}.{key}"), words.as_str()))
        });
        messages.chain(plain)
    }
}

/// Facts that are never terms of the catalogue.
const VERBATIM: [&str; 9] = ["path", "name", "label", "selector", "value", "field", "url", "origin", "module"];

/// Facts that say why.
const REASONS: [&str; 1] = ["reason"];

/// A template with its `{name}` placeholders filled in.
#[must_use]
pub fn filled(template: &str, facts: &[(&str, &str)]) -> String {
    fill(template, |name| facts.iter().find(|(fact, _)| *fact == name).map(|(_, value)| Cow::Borrowed(*value)))
}

/// Replaces each `{name}` by its fact; a name without a fact stays visible, so that a test finds it.
fn fill<'a>(template: &str, fact: impl Fn(&str) -> Option<Cow<'a, str>>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let name = after.split('}').next().unwrap_or_default();
        let is_name =
            after.len() > name.len() && !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        match fact(name).filter(|_| is_name) {
            Some(value) => {
                filled.push_str(&value);
                rest = &after[name.len() + 1..];
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn file(language: Language) -> Catalogue {
    let file = match language {
        Language::Chinese => include_str!("../messages/zh-CN.json"),
        Language::English => include_str!("../messages/en.json"),
    };
    serde_json::from_str(file).expect("the catalogues are part of the program and read by its tests")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_names_and_leaves_json_braces_alone() {
        let fact = |name: &str| (name == "path").then_some(Cow::Borrowed("a.pdf"));
        assert_eq!(fill("“{path}” {\"pin\":\"…\"} {other}", fact), "“a.pdf” {\"pin\":\"…\"} {other}");
    }

    #[test]
    fn a_file_that_is_called_like_a_term_keeps_its_name() {
        let chinese = Catalogue::of(Language::Chinese);
        let (message, _) = chinese.failure(&Failure::new(crate::Code::InputNotFound).with("path", "sign"));
        assert!(message.contains("“sign”"), "{message}");
        let missing = Failure::new(crate::Code::SecretMissing).with("secret", "pin").with("field", "pin");
        assert!(chinese.failure(&missing).0.contains("“pin”"), "the member's own name");
    }

    #[test]
    fn the_locale_decides_by_its_language_alone() {
        for (locale, language) in [
            ("zh_CN.UTF-8", Language::Chinese),
            ("zh-Hans", Language::Chinese),
            ("en_GB", Language::English),
            ("C.UTF-8", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::from_locale(locale), language, "{locale}");
        }
    }
}
