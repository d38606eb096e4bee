//! What every use case needs from its shell: a home, a clock, somebody to ask, and tokens.

use token::{SoftProvider, Token, TokenError, TokenRef};

use crate::{Clock, Code, Consent, Failure, Home, Progress, Secrets, Source, fault};

/// One run of a shell.
pub struct Session<'a> {
    /// The person's home folder.
    pub home: &'a Home,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Who says yes.
    pub consent: &'a dyn Consent,
    /// Who types secrets.
    pub secrets: &'a dyn Secrets,
    /// Who sees progress.
    pub progress: &'a dyn Progress,
    /// Where tokens are found.
    pub providers: Vec<Source>,
}

/// The software tokens of a home; where a keyring answers, it keeps half of each one's protection.
pub(crate) fn soft(home: &Home) -> SoftProvider {
    SoftProvider::new(home.tokens(), home.parts().clone(), token::platform_keyring())
}

impl Session<'_> {
    /// Opens a token without its PIN.
    ///
    /// # Errors
    /// What the token reports.
    pub(crate) fn open(&self, token: &TokenRef) -> Result<Box<dyn Token>, Failure> {
        // Several modules are several providers of one name: the one that has the token opens it.
        for provider in self.providers.iter().filter(|provider| provider.name() == token.provider) {
            match provider.open(token) {
                Err(TokenError::None) => {}
                Err(TokenError::ModuleFailed { .. }) if !provider.must_work() => {}
                opened => return opened.map_err(|error| fault::token(&token.label, error)),
            }
        }
        Err(Failure::new(Code::TokenRemoved).with("token", token.label.as_str()))
    }
}
