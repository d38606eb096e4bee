//! Help in the person's language: chosen before clap reads the command line, and put into its definition.

use std::{collections::BTreeMap, sync::LazyLock};

use clap::{Arg, ArgAction, Command, CommandFactory};
use client::Language;

use crate::args::Line;

/// The words of the command line itself, in one language.
pub(crate) struct Words {
    texts: BTreeMap<String, String>,
    language: Language,
}

impl Words {
    /// The words of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        static CHINESE: LazyLock<Words> =
            LazyLock::new(|| read(include_str!("../messages/zh-CN.json"), Language::Chinese));
        static ENGLISH: LazyLock<Words> =
            LazyLock::new(|| read(include_str!("../messages/en.json"), Language::English));
        match language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        }
    }

    /// A text; one that is missing shows its key, which a test finds.
    pub(crate) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// A text, if there is one.
    pub(crate) fn find(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// A text with its placeholders filled in, moments as the person's clock shows them. What stands in a name does not
    /// steer the terminal.
    pub(crate) fn fill(&self, key: &str, facts: &[(&str, &str)]) -> String {
        let shown: Vec<_> = facts.iter().map(|(name, value)| (*name, client::printable(value))).collect();
        let shown: Vec<_> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
        machine::words(self.language).filled(self.get(key), &shown)
    }
}

fn read(file: &str, language: Language) -> Words {
    let texts = serde_json::from_str(file).expect("the message files are part of the program and read by its tests");
    Words { texts, language }
}

/// The whole definition of the command line, with help in one language.
pub(crate) fn command(language: Language) -> Command {
    let words = Words::of(language);
    let command = spoken(Line::command(), "bidseal", words);
    let command = command.arg(switch("help", 'h', ArgAction::Help, words));
    let mut command = command.arg(switch("version", 'V', ArgAction::Version, words));
    // Names and options of the commands above go into the form of each only now.
    command.build();
    with_usage(command, words)
}

/// Puts the form of every command into words: clap writes `[OPTIONS]` in English.
fn with_usage(mut command: Command, words: &Words) -> Command {
    let form = command.render_usage().to_string();
    let form = form.split_once(": ").map_or(form.as_str(), |(_, form)| form).to_owned();
    let form = form.replace("OPTIONS", words.get("usage.options")).replace("COMMAND", words.get("usage.command"));
    command.override_usage(form).mut_subcommands(|below| with_usage(below, words))
}

fn switch(name: &'static str, short: char, action: ArgAction, words: &Words) -> Arg {
    let heading = words.get("heading.general").to_owned();
    let global = name == "help";
    Arg::new(name)
        .short(short)
        .long(name)
        .action(action)
        .global(global)
        .help(words.get(name).to_owned())
        .help_heading(heading)
}

/// Puts the words into a command and all below it; `path` is its name in the message files.
fn spoken(command: Command, path: &str, words: &Words) -> Command {
    let template = format!("{{about}}\n\n{} {{usage}}\n\n{{all-args}}{{after-help}}", words.get("heading.usage"));
    let mut command = command
        .about(words.get(path).to_owned())
        .help_template(template)
        .subcommand_help_heading(words.get("heading.commands").to_owned())
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .mut_args(|argument| described(argument, path, words));
    if let Some(note) = words.find(&format!("{path}.note")) {
        command = command.after_help(note.to_owned());
    }
    command.mut_subcommands(|below| {
        let path = format!("{path}.{}", below.get_name());
        spoken(below, &path, words)
    })
}

fn described(argument: Arg, path: &str, words: &Words) -> Arg {
    let help = words.get(&argument_key(path, argument.get_id().as_str(), words)).to_owned();
    let heading = match (argument.is_positional(), argument.is_global_set()) {
        (true, _) => "heading.arguments",
        (false, true) => "heading.general",
        (false, false) => "heading.options",
    };
    let takes_value = argument.is_positional() || argument.get_action().takes_values();
    let argument = argument.help(help).help_heading(words.get(heading).to_owned());
    // Clap would list possible values in English: the help text names them.
    if takes_value { argument.hide_possible_values(true) } else { argument }
}

/// An argument's own text where it means something special there, else the one for all commands.
fn argument_key(path: &str, id: &str, words: &Words) -> String {
    let own = format!("{path}#{id}");
    if words.find(&own).is_some() { own } else { format!("#{id}") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every key that the definition of the command line asks for.
    fn wanted(command: &Command, path: &str, keys: &mut BTreeSet<String>) {
        keys.insert(path.to_owned());
        for argument in command.get_arguments() {
            keys.insert(format!("{path}#{}", argument.get_id()));
        }
        for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
            wanted(below, &format!("{path}.{}", below.get_name()), keys);
        }
    }

    #[test]
    fn every_command_and_argument_has_words_in_every_language() {
        let mut keys = BTreeSet::new();
        wanted(&Line::command(), "bidseal", &mut keys);
        assert!(keys.contains("bidseal.bid.encrypt#to"), "the walk reaches the leaves");
        for language in Language::ALL {
            let words = Words::of(language);
            for key in &keys {
                let common = key.split_once('#').map_or(key.clone(), |(_, id)| format!("#{id}"));
                assert!(words.find(key).or(words.find(&common)).is_some(), "{}: no words for {key}", language.tag());
            }
        }
    }

    #[test]
    fn the_languages_have_the_same_keys_and_their_own_script() {
        let (chinese, english) = (Words::of(Language::Chinese), Words::of(Language::English));
        assert!(chinese.texts.keys().eq(english.texts.keys()), "the same keys");
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for (key, text) in &chinese.texts {
            // a pattern without words of its own is in no language
            let wordless = !without_places(text).chars().any(char::is_alphabetic);
            assert!(wordless || text.chars().any(is_han), "{key} is not Chinese: {text}");
        }
        for (key, text) in &english.texts {
            assert!(!text.chars().any(is_han), "{key} is not English: {text}");
        }
    }

    /// A text without its `{places}`.
    fn without_places(text: &str) -> String {
        text.split('{')
            .enumerate()
            .map(|(n, part)| if n == 0 { part } else { part.split_once('}').map_or("", |p| p.1) })
            .collect()
    }

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        for language in Language::ALL {
            command(language).debug_assert();
        }
    }
}
