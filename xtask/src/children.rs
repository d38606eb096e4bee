//! Programs that we start, and the promise that none of them outlives us.

use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;

/// How a program ended, and what it printed on both streams.
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
}

/// Runs a program to its end with `input` as its standard input. What it prints goes to `sink` line by line and comes back whole.
///
/// # Errors
/// The program cannot be started, or the sink not be written.
pub(crate) fn run(command: &mut Command, input: &str, sink: &mut dyn Write) -> io::Result<Ran> {
    // One pipe for both streams keeps their lines in order.
    let (reader, writer) = io::pipe()?;
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(stdin).stdout(writer.try_clone()?).stderr(writer);
    let mut child = start(command)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading has other things to say; its status tells.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = copy_lines(reader, sink)?;
    Ok(Ran { status: child.wait()?, output })
}

/// Runs a program that the person watches.
///
/// # Errors
/// The program cannot be started.
pub(crate) fn show(command: &mut Command) -> io::Result<Ran> {
    run(command, "", &mut io::stdout())
}

/// Starts a program that goes on beside us, and ends with us at the latest.
///
/// # Errors
/// The program cannot be started.
pub(crate) fn start(command: &mut Command) -> io::Result<Child> {
    static GUARD: OnceLock<Guard> = OnceLock::new();
    let guard = match GUARD.get() {
        Some(guard) => guard,
        None => {
            let guard = Guard::post()?;
            GUARD.get_or_init(|| guard)
        }
    };
    let child = guard.start(command);
    // The command would keep its ends of the pipes, and reading never end.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    child
}

fn copy_lines(reader: PipeReader, sink: &mut dyn Write) -> io::Result<String> {
    let mut output = String::new();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        sink.write_all(&line)?;
        sink.flush()?;
        output.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(output)
}

/// A shell that waits at a pipe from us and leads the process group of all we start. However we end, by Ctrl-C, a signal or a
/// kill −9, the pipe closes, and the guard ends the whole group, also the compilers that cargo started. Ctrl-C at the terminal
/// reaches only us: the group is not the terminal's.
struct Guard {
    group: i32,
    /// Held, never written: its end is the message.
    _pipe: PipeWriter,
}

impl Guard {
    fn post() -> io::Result<Self> {
        let (reader, pipe) = io::pipe()?;
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' INT TERM HUP; read -r _; kill -TERM 0; sleep 1; kill -KILL 0"]);
        let shell = shell.stdin(reader).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn()?;
        let group = i32::try_from(shell.id()).expect("the kernel counts processes in an i32");
        Ok(Self { group, _pipe: pipe })
    }

    fn start(&self, command: &mut Command) -> io::Result<Child> {
        command.process_group(self.group).spawn()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_started_ends_with_the_guard() {
        let guard = Guard::post().unwrap();
        let mut grandchild = Command::new("sh");
        let mut child = guard.start(grandchild.args(["-c", "sleep 1000 & wait"])).unwrap();
        assert!(child.try_wait().unwrap().is_none(), "it runs as long as we do");
        drop(guard);
        assert!(!child.wait().unwrap().success());
    }

    #[test]
    fn both_streams_come_back_in_order() {
        let ran = show(Command::new("sh").args(["-c", "echo one; echo two >&2; echo three; exit 3"])).unwrap();
        assert_eq!((ran.output.as_str(), ran.status.code()), ("one\ntwo\nthree\n", Some(3)));
    }
}
