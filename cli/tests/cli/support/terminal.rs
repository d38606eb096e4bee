//! The program at a terminal of its own: `script` makes the pseudo-terminal, and this test is the person.

use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use super::{Desk, Run};

fn program(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    format!("{} {}", env!("CARGO_BIN_EXE_bidseal"), quoted.join(" "))
}

/// A terminal with the program in it.
pub(crate) struct Terminal {
    child: Child,
    folder: PathBuf,
    seen: String,
}

impl Terminal {
    /// Starts the program; what it prints to stdout and stderr goes to files, so that only the conversation is seen.
    pub(crate) fn open(desk: &Desk, words: &[&str]) -> Self {
        Self::with(desk, &program(words))
    }

    /// The same among mounts of its own, which the lines of `prepare` make; its process is noted in the file `pid`.
    pub(crate) fn prepared(desk: &Desk, prepare: &str, words: &[&str]) -> Self {
        desk.write("start.sh", format!("{prepare}\necho $$ >pid\nexec {}\n", program(words)).as_bytes());
        Self::with(desk, "unshare -m sh -e start.sh")
    }

    fn with(desk: &Desk, line: &str) -> Self {
        // The shell goes: it would end by the Ctrl-C that is meant for the program.
        let line = format!("exec {line} >stdout 2>stderr");
        let mut command = Command::new("script");
        command.args(["-qefc", &line, "/dev/null"]).current_dir(desk.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("BIDSEAL_HOME", desk.file("home"));
        command.env("SHELL", "/bin/sh").env("LANG", "C.UTF-8");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script (bsdutils) is needed");
        Self { child, folder: desk.path().to_owned(), seen: String::new() }
    }

    /// Reads the screen until this text is on it, and answers all that is on it.
    pub(crate) fn read_until(&mut self, text: &str) -> String {
        let mut bytes = Vec::new();
        let out = self.child.stdout.as_mut().unwrap();
        let mut byte = [0];
        while !String::from_utf8_lossy(&bytes).contains(text) {
            assert!(out.read(&mut byte).unwrap() == 1, "it ended before {text}: {}", String::from_utf8_lossy(&bytes));
            bytes.push(byte[0]);
        }
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        self.seen.push_str(&shown);
        shown
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, text: &str) {
        self.type_keys(&format!("{text}\r"));
    }

    /// Types keys.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.child.stdin.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the end.
    pub(crate) fn end(self) -> Run {
        self.end_with_screen().0
    }

    /// Waits for the end, and gives all that has been on the screen.
    pub(crate) fn end_with_screen(mut self) -> (Run, String) {
        let mut rest = Vec::new();
        self.child.stdout.take().unwrap().read_to_end(&mut rest).unwrap();
        let exit = self.child.wait().unwrap().code();
        self.seen.push_str(&String::from_utf8_lossy(&rest));
        let text = |name: &str| fs::read_to_string(self.folder.join(name)).unwrap();
        (Run { exit, out: text("stdout"), err: text("stderr") }, self.seen)
    }
}
