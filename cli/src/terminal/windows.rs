//! The console of Windows, key by key: a PIN passes no buffer but the one that is wiped.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use crossterm::{
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    terminal::{disable_raw_mode, enable_raw_mode, is_raw_mode_enabled},
};
use zeroize::Zeroizing;

use super::{Echo, Typed};

/// Longest line in bytes; the buffer never grows, so no copy of a secret is left behind.
const LONGEST: usize = 1024;

/// The console, where both the keyboard and standard error belong to it: only there is text shown in every script.
pub(crate) struct Terminal(());

impl Terminal {
    /// Opens it, if the process has one.
    pub(crate) fn open() -> Option<Self> {
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Self(()))
    }

    /// Shows text.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        let mut console = io::stderr().lock();
        console.write_all(text.as_bytes())?;
        console.flush()
    }

    /// Asks for one line. What was typed before is thrown away: nobody answers what was not shown yet.
    pub(crate) fn ask(&mut self, prompt: &str, echo: Echo) -> io::Result<Typed> {
        // Ctrl-C must arrive as a key, or it would end the program in the middle of a prompt.
        enable_raw_mode()?;
        let typed = self.converse(prompt, echo);
        leave_prompt();
        self.say("\n")?;
        typed
    }

    fn converse(&mut self, prompt: &str, echo: Echo) -> io::Result<Typed> {
        while event::poll(Duration::ZERO)? {
            event::read()?;
        }
        self.say(prompt)?;
        let mut line = Zeroizing::new(String::with_capacity(LONGEST));
        loop {
            let Event::Key(key) = event::read()? else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            if let Some(typed) = self.take(&key, &mut line, echo)? {
                return Ok(typed);
            }
        }
    }

    fn take(&mut self, key: &KeyEvent, line: &mut Zeroizing<String>, echo: Echo) -> io::Result<Option<Typed>> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL) && !key.modifiers.contains(KeyModifiers::ALT);
        match key.code {
            KeyCode::Enter => return Ok(Some(Typed::Line(Zeroizing::new(line.to_string())))),
            KeyCode::Esc => return Ok(Some(Typed::Cancelled)),
            KeyCode::Char('c') if control => return Ok(Some(Typed::Cancelled)),
            KeyCode::Char('u') if control => while self.rub_out(line, echo)? {},
            KeyCode::Backspace => {
                self.rub_out(line, echo)?;
            }
            KeyCode::Char(_) if control => {}
            KeyCode::Char(typed) if line.len() + typed.len_utf8() > LONGEST => return Ok(Some(Typed::Unreadable)),
            KeyCode::Char(typed) => {
                line.push(typed);
                if echo == Echo::Shown {
                    self.say(typed.encode_utf8(&mut [0; 4]))?;
                }
            }
            _ => {}
        }
        Ok(None)
    }

    /// Removes the last character; returns whether there was one.
    fn rub_out(&mut self, line: &mut String, echo: Echo) -> io::Result<bool> {
        let removed = line.pop().is_some();
        if removed && echo == Echo::Shown {
            self.say("\x08 \x08")?;
        }
        Ok(removed)
    }
}

/// Gives the console its usual mode back; returns whether a prompt was open.
pub(crate) fn leave_prompt() -> bool {
    let open = is_raw_mode_enabled().unwrap_or(false);
    // If even this fails, the console is gone, and nobody is left to miss its echo.
    let _ = disable_raw_mode();
    open
}
