//! Consent and secrets: at the terminal, by `--yes`, from standard input.

use std::io::Write;

use algo::Password;
use client::{Answer, Catalogue, Code, Consent, ConsentRequest, Failure, SecretKind, SecretRequest, Secrets};

use crate::{
    handed::Handed,
    terminal::{Echo, Terminal, Typed},
};

/// Asks the person who typed the command.
pub(crate) struct Person {
    /// Their language.
    pub(crate) words: &'static Catalogue,
    /// `--yes`: this very command is the consent.
    pub(crate) yes: bool,
    /// `--json`: what is shown goes to stderr as JSON.
    pub(crate) json: bool,
    /// `--secrets-stdin`: what a script handed over.
    pub(crate) handed: Option<Handed>,
}

impl Consent for Person {
    fn ask(&self, request: &ConsentRequest) -> Result<Answer, Failure> {
        if self.yes {
            self.print_consent(request);
            return Ok(Answer::Yes);
        }
        let mut terminal = Terminal::open()
            .ok_or_else(|| Failure::new(Code::ConsentNoTerminal).with("operation", request.operation.name()))?;
        let question = self.words.text("consent.question", &[]);
        let typed = self.converse(&mut terminal, &format!("{}\n{question} ", request.told(self.words)), Echo::Shown)?;
        Ok(if is_yes(&typed) { Answer::Yes } else { Answer::No })
    }
}

impl Secrets for Person {
    fn ask(&self, request: &SecretRequest<'_>) -> Result<Password, Failure> {
        if let Some(handed) = &self.handed {
            return handed.take(request.kind);
        }
        let mut terminal = self.terminal(request.kind)?;
        if request.is_running_out() {
            self.say(&mut terminal, &self.warning(request))?;
        }
        let first = self.prompt(&mut terminal, request, "secret.prompt")?;
        if !request.kind.is_new() {
            return first;
        }
        if request.kind == SecretKind::NewPassword && first.is_err() {
            return self.generated(&mut terminal);
        }
        let (first, second) = (first?, self.prompt(&mut terminal, request, "secret.again")??);
        if first == second {
            Ok(first)
        } else {
            Err(Failure::new(Code::SecretMismatch).with("secret", request.kind.field()))
        }
    }

    fn may_spend_last_try(&self, token: &str) -> Result<bool, Failure> {
        if self.yes || self.handed.is_some() {
            return Ok(self.yes);
        }
        let mut terminal = self.terminal(SecretKind::Pin)?;
        let question = self.words.text("secret.last_try", &[("token", token)]);
        Ok(is_yes(&self.converse(&mut terminal, &format!("{question} "), Echo::Shown)?))
    }

    fn on_pad(&self, token: &str) {
        self.tell(&self.words.text("secret.on_pad", &[("token", token)]));
    }
}

impl Person {
    /// Asks for a line of text.
    ///
    /// # Errors
    /// [`Code::ConsentNoTerminal`], [`Code::UserCancelled`].
    pub(crate) fn line(&self, prompt: &str, operation: &str) -> Result<String, Failure> {
        let terminal = Terminal::open();
        let mut terminal =
            terminal.ok_or_else(|| Failure::new(Code::ConsentNoTerminal).with("operation", operation))?;
        Ok(self.converse(&mut terminal, prompt, Echo::Shown)?.trim().to_owned())
    }

    /// Shows a line before the next question; without a terminal there is none.
    pub(crate) fn tell(&self, text: &str) {
        if let Some(mut terminal) = Terminal::open() {
            // What cannot be shown now cannot be answered either: the question fails by itself.
            let _ = self.say(&mut terminal, &format!("{text}\n"));
        }
    }

    /// `--yes` hides nothing: what was consented to stands in the log of the script.
    fn print_consent(&self, request: &ConsentRequest) {
        let text =
            if self.json { serde_json::json!({ "consent": request }).to_string() } else { request.told(self.words) };
        // A closed stderr changes nothing about the consent that was given.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    fn terminal(&self, kind: SecretKind) -> Result<Terminal, Failure> {
        Terminal::open().ok_or_else(|| Failure::new(Code::SecretNoTerminal).with("secret", kind.field()))
    }

    fn warning(&self, request: &SecretRequest<'_>) -> String {
        let count = request.remaining.and_then(token_count).unwrap_or_else(|| self.words.term("not_known").to_owned());
        self.words.text("secret.running_out", &[("remaining", &count)]) + "\n"
    }

    /// Asks for one line; the inner result is the failure of an empty one.
    fn prompt(
        &self,
        terminal: &mut Terminal,
        request: &SecretRequest<'_>,
        key: &str,
    ) -> Result<Result<Password, Failure>, Failure> {
        let secret = self.words.term(request.kind.field());
        let mut prompt = self.words.text(key, &[("secret", secret), ("subject", &client::printable(request.subject))]);
        if let Some(length) = &request.length {
            let (fewest, most) = (length.start().to_string(), length.end().to_string());
            prompt += &self.words.text("secret.length", &[("fewest", &fewest), ("most", &most)]);
        }
        if request.kind == SecretKind::NewPassword {
            prompt += &self.words.text("secret.or_generated", &[]);
        }
        let typed = self.converse(terminal, &format!("{prompt}: "), Echo::Hidden)?;
        Ok(Password::new(typed.as_str()).map_err(|_| Failure::new(Code::UserCancelled)))
    }

    /// A password made by the program, shown once.
    fn generated(&self, terminal: &mut Terminal) -> Result<Password, Failure> {
        let password = client::generated_password()?;
        let text = self.words.text("secret.generated", &[("password", password.expose_str())]);
        self.say(terminal, &format!("{text}\n"))?;
        Ok(password)
    }

    fn converse(
        &self,
        terminal: &mut Terminal,
        prompt: &str,
        echo: Echo,
    ) -> Result<zeroize::Zeroizing<String>, Failure> {
        match terminal.ask(prompt, echo) {
            Ok(Typed::Line(line)) => Ok(line),
            Ok(Typed::Unreadable) => Err(Failure::new(Code::SecretMalformed).with("reason", "not_utf8")),
            Ok(Typed::Cancelled) | Err(_) => Err(Failure::new(Code::UserCancelled)),
        }
    }

    fn say(&self, terminal: &mut Terminal, text: &str) -> Result<(), Failure> {
        terminal.say(text).map_err(|_| Failure::new(Code::UserCancelled))
    }
}

fn token_count(remaining: client::Remaining) -> Option<String> {
    remaining.count().map(|count| count.to_string())
}

/// Only a clear yes is one.
fn is_yes(typed: &str) -> bool {
    matches!(typed.trim().to_lowercase().as_str(), "y" | "yes" | "是" | "确认")
}
