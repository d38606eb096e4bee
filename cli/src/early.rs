//! What must be known before the command line is parsed: the form and the language of everything that is said.

use std::{env, ffi::OsString};

use client::Language;

/// Form and language of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Early {
    /// `--json` was typed.
    pub(crate) json: bool,
    /// `--lang`, else the locale.
    pub(crate) language: Language,
}

impl Early {
    /// Looks through the command line up to `--`; a wrong `--lang` is reported later, in the locale's language.
    pub(crate) fn read(typed: &[OsString]) -> Self {
        let options: Vec<&str> =
            typed.iter().skip(1).map_while(|word| (word != "--").then(|| word.to_str().unwrap_or(""))).collect();
        let after =
            options.iter().zip(options.iter().skip(1)).find(|(word, _)| **word == "--lang").map(|(_, tag)| *tag);
        let joined = options.iter().find_map(|word| word.strip_prefix("--lang="));
        let language = after.or(joined).and_then(Language::from_tag).unwrap_or_else(of_locale);
        Self { json: options.contains(&"--json"), language }
    }
}

/// The first of the three variables that is set decides, as POSIX says.
fn of_locale() -> Language {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
    locale.map_or(Language::English, |locale| Language::from_locale(&locale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Early {
        Early::read(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_seen_wherever_they_stand_but_not_after_two_hyphens() {
        assert_eq!(read(&["bidseal", "--lang", "zh-CN", "x"]).language, Language::Chinese);
        assert_eq!(read(&["bidseal", "x", "--lang=zh-cn"]).language, Language::Chinese);
        assert!(read(&["bidseal", "x", "--json"]).json);
        assert!(!read(&["bidseal", "x", "--", "--json"]).json);
    }
}
