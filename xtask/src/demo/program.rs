//! Calls of the programs that are shown, and what to say when one fails.

use std::fs::File;
use std::io::Write;
use std::process::Command;

use crate::children;
use crate::failure::{During, Failure};
use crate::workspace;

/// How much of a log is printed when a step fails.
const LOG_END: usize = 20;

/// Calls programs and keeps what they print in the log of the step.
pub(super) struct Programs {
    log: File,
}

impl Programs {
    pub(super) fn new(log: File) -> Self {
        Self { log }
    }

    /// `bidseal` for the demonstration's own home; the secrets are JSON members such as `"pin":"123456"`.
    pub(super) fn bidseal(&mut self, arguments: &[&str], secrets: &[(&str, &str)]) -> Result<(), Failure> {
        let members: Vec<_> = secrets.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        let input = if members.is_empty() { String::new() } else { format!("{{{}}}\n", members.join(",")) };
        let mut command = vec!["target/debug/bidseal", "--home", "target/demo/home", "--lang", "en", "--yes"];
        command.extend((!members.is_empty()).then_some("--secrets-stdin"));
        command.extend(arguments);
        self.call(&command, &input)
    }

    /// Any program, called in the workspace's folder.
    ///
    /// # Errors
    /// It cannot be started or ends with another status than 0; the failure holds the log's end and the line to repeat.
    pub(super) fn call(&mut self, command: &[&str], input: &str) -> Result<(), Failure> {
        let line = repeatable(command, input);
        writeln!(self.log, "$ {line}").during("the log")?;
        let mut program = Command::new(command[0]);
        program.args(&command[1..]).current_dir(workspace::root());
        let ran = children::run(&mut program, input, &mut self.log).during(command[0])?;
        if ran.status.success() {
            return Ok(());
        }
        let end: Vec<_> = ran.output.lines().rev().take(LOG_END).collect();
        let end: Vec<_> = end.into_iter().rev().collect();
        Err(Failure::new(end.join("\n")).hint(format!("{}\nTo repeat it:\n  {line}", ran.status)))
    }
}

/// The call as a line for a shell in the workspace's folder.
fn repeatable(command: &[&str], input: &str) -> String {
    let command = command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    if input.is_empty() { command } else { format!("echo {} | {command}", quoted(input.trim_end())) }
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_repeat_survives_a_shell() {
        let line = repeatable(&["printf", "%s|", "a b", "it's", "CN=示范", ""], "");
        let output = Command::new("sh").args(["-c", &line]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "a b|it's|CN=示范||");
    }

    #[test]
    fn a_failure_shows_the_end_of_the_log_and_the_line_to_repeat() {
        let path = std::env::temp_dir().join(format!("bidseal-xtask-program-{}", std::process::id()));
        let mut programs = Programs::new(File::create(&path).unwrap());
        let failure = programs.call(&["sh", "-c", "seq 100; exit 3"], "").unwrap_err().to_string();
        std::fs::remove_file(path).unwrap();
        assert!(failure.starts_with("81\n82\n"), "{failure}");
        assert!(failure.ends_with("exit status: 3\nTo repeat it:\n  sh -c 'seq 100; exit 3'"), "{failure}");
    }

    #[test]
    fn input_is_part_of_the_line() {
        assert_eq!(repeatable(&["cat"], "{\"pin\":\"1\"}\n"), "echo '{\"pin\":\"1\"}' | cat");
    }
}
