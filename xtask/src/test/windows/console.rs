//! A console for one program: `script` makes the terminal, and Wine its console in it.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::children;
use crate::failure::{During, Failure};

/// A program that waits for what nobody types is ended after this many seconds.
const LONGEST: &str = "300";

/// A program at a console.
pub(super) struct Console {
    program: Child,
    keys: ChildStdin,
    screen: ChildStdout,
}

impl Console {
    /// Starts a program at a console of its own.
    pub(super) fn open(program: &Command) -> Result<Self, Failure> {
        let words = [program.get_program()].into_iter().chain(program.get_args());
        let line: Vec<_> = words.map(|word| quoted(&word.to_string_lossy())).collect();
        let mut script = Command::new("timeout");
        script.args([LONGEST, "script", "--quiet", "--flush", "--return", "--command"]).arg(line.join(" "));
        script.arg("/dev/null").stdin(Stdio::piped()).stdout(Stdio::piped());
        script.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        program.get_current_dir().map(|folder| script.current_dir(folder));
        let mut program = children::start(&mut script).during("script")?;
        let (Some(keys), Some(screen)) = (program.stdin.take(), program.stdout.take()) else {
            return Err(Failure::new("script has no pipes"));
        };
        Ok(Self { program, keys, screen })
    }

    /// What is shown until `text` has been, or until the program ends.
    pub(super) fn read_to(&mut self, text: &str) -> Result<String, Failure> {
        let (mut shown, mut byte) = (Vec::new(), [0]);
        while self.screen.read(&mut byte).during("script")? > 0 {
            shown.extend(byte);
            if plain(&shown).contains(text) {
                break;
            }
        }
        Ok(plain(&shown))
    }

    /// What is shown until the program ends.
    pub(super) fn read_to_end(mut self) -> Result<String, Failure> {
        let mut shown = Vec::new();
        self.screen.read_to_end(&mut shown).during("script")?;
        self.program.wait().during("script")?;
        Ok(plain(&shown))
    }

    pub(super) fn type_line(&mut self, line: &str) -> Result<(), Failure> {
        self.keys.write_all(format!("{line}\r").as_bytes()).during("script")
    }
}

/// Text without the sequences that move the cursor: `ESC [`, parameters, a letter.
fn plain(shown: &[u8]) -> String {
    let text = String::from_utf8_lossy(shown);
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let end = part.find(|letter: char| letter.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        text + &part[end..]
    })
}

/// One word of a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_for_the_cursor_are_no_text() {
        assert_eq!(plain(b"\x1b[?25ly\x1b[?25he\x1b[1Cs\x1b["), "yes");
    }

    #[test]
    fn what_is_typed_and_shown_is_read() {
        let mut console = Console::open(Command::new("sh").args(["-c", "read a; echo got $a; read b"])).unwrap();
        console.type_line("标 信").unwrap();
        assert!(console.read_to("got 标 信").unwrap().contains("got 标 信"));
        console.type_line("").unwrap();
        console.read_to_end().unwrap();
    }
}
