//! Desktop Application Autostart Specification: a desktop entry in the person's `autostart` folder.

use std::path::PathBuf;

use client::{Failure, Session};

use super::{Autostart, HIDDEN, remove, write};

const NAME: &str = "bidseal-app.desktop";

pub(super) fn folder() -> Option<PathBuf> {
    crate::folders::config().map(|config| config.join("autostart"))
}

pub(super) fn make(entry: &Autostart, session: &Session<'_>) -> Result<(), Failure> {
    write(&entry.folder.join(NAME), &text(&entry.program.to_string_lossy()), session)
}

pub(super) fn take_back(entry: &Autostart) -> Result<(), Failure> {
    remove(&entry.folder.join(NAME))
}

fn text(program: &str) -> String {
    let program = quoted(program);
    format!(
        "[Desktop Entry]\nType=Application\nName=Bidseal\nName[zh_CN]=标信\nExec={program} {HIDDEN}\nTerminal=false\n"
    )
}

/// Desktop Entry Specification, "The Exec key": the argument in double quotes, its own escapes escaped, then once more as a string,
/// and no field code.
fn quoted(program: &str) -> String {
    let mut text = String::from("\"");
    for letter in program.chars() {
        match letter {
            '"' | '`' | '$' => text.extend(["\\\\".to_owned(), letter.to_string()]),
            '\\' => text.push_str("\\\\\\\\"),
            '%' => text.push_str("%%"),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
    text + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_an_odd_name_is_one_word_of_the_entry() {
        assert_eq!(quoted("/opt/标信/app"), "\"/opt/标信/app\"");
        assert_eq!(quoted("/a b/100%\"$x"), r#""/a b/100%%\\"\\$x""#);
        assert_eq!(quoted(r"a\b"), r#""a\\\\b""#);
    }
}
