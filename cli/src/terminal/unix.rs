//! `/dev/tty`, read byte by byte: a PIN passes no buffer but the one that is wiped.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::{Echo, Typed};

/// Longest line in bytes; the buffer never grows, so no copy of a secret is left behind.
const LONGEST: usize = 1024;

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const CTRL_U: u8 = 0x15;
const DELETE: u8 = 0x7f;

/// The terminal as it was before the prompt that is open now.
static BEFORE_PROMPT: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// The controlling terminal.
pub(crate) struct Terminal(File);

impl Terminal {
    /// Opens it, if the process has one.
    pub(crate) fn open() -> Option<Self> {
        OpenOptions::new().read(true).write(true).open("/dev/tty").ok().map(Self)
    }

    /// Shows text.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        self.0.write_all(text.as_bytes())?;
        self.0.flush()
    }

    /// Asks for one line. What was typed before is thrown away: nobody answers what was not shown yet.
    pub(crate) fn ask(&mut self, prompt: &str, echo: Echo) -> io::Result<Typed> {
        let before = tcgetattr(&self.0)?;
        let mut during = before.clone();
        // Ctrl-C must arrive as a byte: a signal would leave the terminal without echo.
        during.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        *saved() = Some((self.0.try_clone()?, before));
        let typed = self.converse(&during, prompt, echo);
        leave_prompt();
        self.say("\n")?;
        typed
    }

    /// The prompt comes after the flush, or a quick answer to it would be thrown away.
    fn converse(&mut self, during: &Termios, prompt: &str, echo: Echo) -> io::Result<Typed> {
        tcsetattr(&self.0, OptionalActions::Flush, during)?;
        self.say(prompt)?;
        self.collect(echo)
    }

    fn collect(&mut self, echo: Echo) -> io::Result<Typed> {
        let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
        let mut byte = Zeroizing::new([0]);
        loop {
            if self.0.read(&mut *byte)? == 0 {
                return Ok(Typed::Cancelled);
            }
            match byte[0] {
                b'\r' | b'\n' => return Ok(finished(&line)),
                CTRL_C => return Ok(Typed::Cancelled),
                CTRL_D if line.is_empty() => return Ok(Typed::Cancelled),
                CTRL_U => while self.rub_out(&mut line, echo)? {},
                BACKSPACE | DELETE => {
                    self.rub_out(&mut line, echo)?;
                }
                _ if line.len() == LONGEST => return Ok(Typed::Unreadable),
                other => {
                    line.push(other);
                    if echo == Echo::Shown {
                        self.0.write_all(&*byte)?;
                    }
                }
            }
        }
    }

    /// Removes the last character, which may be several bytes; returns whether there was one.
    fn rub_out(&mut self, line: &mut Vec<u8>, echo: Echo) -> io::Result<bool> {
        let is_continuation = |byte: &u8| byte & 0xc0 == 0x80;
        while line.pop_if(|byte| is_continuation(byte)).is_some() {}
        let removed = line.pop().is_some();
        if removed && echo == Echo::Shown {
            self.0.write_all(b"\x08 \x08")?;
        }
        Ok(removed)
    }
}

fn finished(line: &[u8]) -> Typed {
    match std::str::from_utf8(line) {
        Ok(text) => Typed::Line(Zeroizing::new(text.to_owned())),
        Err(_) => Typed::Unreadable,
    }
}

/// Gives the terminal its echo back; returns whether a prompt was open.
pub(crate) fn leave_prompt() -> bool {
    match saved().take() {
        Some((terminal, before)) => {
            // If even this fails, the terminal is gone, and nobody is left to miss its echo.
            let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
            true
        }
        None => false,
    }
}

fn saved() -> MutexGuard<'static, Option<(File, Termios)>> {
    BEFORE_PROMPT.lock().unwrap_or_else(PoisonError::into_inner)
}
