//! The person at the screen: consent and secrets through windows of their own.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use algo::Password;
use client::{
    Answer, Catalogue, Code, Consent, ConsentRequest, Failure, Language, SecretKind, SecretRequest, Secrets, printable,
};
use protocol::screens::{Prompt, PromptAnswer, PromptCertificate, PromptDocument};

use crate::{
    locked,
    prompts::{Prompts, Reply},
};

/// Asks in windows.
pub struct Person {
    prompts: Arc<Prompts>,
    language: RwLock<Language>,
    /// Tokens whose PIN is typed on their own keys, with the windows that say so.
    pads: Mutex<Vec<(String, String)>>,
}

impl Person {
    pub(crate) fn new(prompts: Arc<Prompts>, language: Language) -> Self {
        Self { prompts, language: RwLock::new(language), pads: Mutex::default() }
    }

    pub(crate) fn prompts(&self) -> &Arc<Prompts> {
        &self.prompts
    }

    pub(crate) fn words(&self) -> &'static Catalogue {
        machine::words(*self.language.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn speak(&self, language: Language) {
        *self.language.write().unwrap_or_else(PoisonError::into_inner) = language;
    }

    /// Asks a question that a button answers.
    pub(crate) fn answer(&self, prompt: Prompt) -> Option<PromptAnswer> {
        match self.prompts.ask(prompt) {
            Reply::Answer(answer) => Some(answer),
            Reply::Secret(_) | Reply::Cancelled => None,
        }
    }

    fn says_yes(&self, prompt: Prompt) -> bool {
        self.answer(prompt) == Some(PromptAnswer::Yes)
    }

    /// Has the person confirm that a bid's keys are needed no more.
    ///
    /// # Errors
    /// [`Code::UserCancelled`].
    pub(crate) fn clear(&self, bid: &str, past: bool) -> Result<(), Failure> {
        let prompt = Prompt::Clear { bid: printable(bid), past };
        if self.says_yes(prompt) { Ok(()) } else { Err(Failure::new(Code::UserCancelled)) }
    }

    /// Has the person confirm a repair, told by its word.
    ///
    /// # Errors
    /// [`Code::UserCancelled`].
    pub(crate) fn mend(&self, repair: &str) -> Result<(), Failure> {
        let prompt = Prompt::Repair { repair: repair.to_owned() };
        if self.says_yes(prompt) { Ok(()) } else { Err(Failure::new(Code::UserCancelled)) }
    }

    /// Shows the unlock code, which is kept nowhere.
    pub(crate) fn hand_over(&self, token: &str, puk: &str) {
        // However the window is closed, the code was shown.
        let _ = self.answer(Prompt::Puk { token: printable(token), puk: puk.to_owned() });
    }
}

impl Consent for Person {
    fn ask(&self, request: &ConsentRequest) -> Result<Answer, Failure> {
        let answer = self.prompts.ask_about(consent(request, self.words()), request.documents.clone());
        Ok(if matches!(answer, Reply::Answer(PromptAnswer::Yes)) { Answer::Yes } else { Answer::No })
    }
}

impl Secrets for Person {
    fn ask(&self, request: &SecretRequest<'_>) -> Result<Password, Failure> {
        match self.prompts.ask(secret(request)) {
            Reply::Secret(secret) => Ok(secret),
            Reply::Answer(_) | Reply::Cancelled => Err(Failure::new(Code::UserCancelled)),
        }
    }

    fn may_spend_last_try(&self, token: &str) -> Result<bool, Failure> {
        Ok(self.says_yes(Prompt::LastTry { token: printable(token) }))
    }

    fn on_pad(&self, token: &str) {
        let window = self.prompts.show(Prompt::Pad { token: printable(token) });
        locked(&self.pads).push((token.to_owned(), window));
    }

    fn off_pad(&self, token: &str) {
        let mut pads = locked(&self.pads);
        if let Some(index) = pads.iter().position(|(shown, _)| shown == token) {
            self.prompts.close(&pads.swap_remove(index).1);
        }
    }
}

fn consent(request: &ConsentRequest, words: &Catalogue) -> Prompt {
    let operation = request.operation.name();
    let title = words.text(&format!("consent.{operation}"), &[("count", &request.count.to_string())]);
    let certificate = request.certificate.as_ref().map(|certificate| PromptCertificate {
        holder: printable(&certificate.holder),
        issuer: printable(&certificate.issuer),
        serial: certificate.serial.clone(),
        valid_to: certificate.valid_to.clone(),
    });
    let documents = request.documents.iter().map(|document| PromptDocument {
        preview: document.file.is_some() && document.pages.is_some(),
        name: printable(&document.name),
        size: document.size,
        hash: document.hash.map(ToOwned::to_owned),
        digest: document.digest.clone(),
        pages: document.pages,
    });
    Prompt::Consent {
        operation: operation.to_owned(),
        title: title.trim_end_matches([':', '：']).to_owned(),
        origin: request.origin.as_deref().map(printable),
        certificate,
        documents: documents.collect(),
        count: request.count,
        warnings: request.warnings.iter().map(|one| words.text(&format!("consent.warning.{one}"), &[])).collect(),
        others: others(request, words),
    }
}

/// Who gets the key of a bid, or part of it.
fn others(request: &ConsentRequest, words: &Catalogue) -> Vec<String> {
    let platform = request.platform.iter().map(|facts| {
        let facts = [
            ("holder", printable(&facts.holder)),
            ("issuer", printable(&facts.issuer)),
            ("serial", facts.serial.clone()),
            ("valid_to", facts.valid_to.clone()),
        ];
        words.text("consent.platform", &facts.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    let recipients = request.recipients.iter().map(|one| {
        let role = words.text(&format!("consent.role.{}", one.role), &[]);
        let key = if one.alone { "consent.recipient.alone" } else { "consent.recipient.together" };
        words.text(key, &[("holder", &printable(&one.holder)), ("serial", &one.serial), ("role", &role)])
    });
    platform.chain(recipients).map(|line| line.trim().to_owned()).collect()
}

fn secret(request: &SecretRequest<'_>) -> Prompt {
    let kind = match request.kind {
        SecretKind::NewPassword => "new_password",
        other => other.field(),
    };
    Prompt::Secret {
        kind: kind.to_owned(),
        subject: printable(request.subject),
        remaining: request.remaining.and_then(client::Remaining::count),
        running_out: request.is_running_out(),
        length: request.length.as_ref().map(|length| (*length.start(), *length.end())),
        twice: request.kind.is_new(),
    }
}
