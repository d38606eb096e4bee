//! What every use case needs from its shell: a home, a clock, somebody to ask, and tokens.

use std::path::{Path, PathBuf};

use token::{Pkcs11Provider, Provider, SoftProvider, Token, TokenError, TokenRef};

use crate::{Clock, Code, Consent, Failure, Home, Progress, Secrets, fault};

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
    pub providers: Vec<Box<dyn Provider>>,
}

/// The providers of a home: its software tokens, and one for each PKCS#11 module, hosted by the program `worker`.
#[must_use]
pub fn providers(home: &Home, modules: &[PathBuf], worker: &Path) -> Vec<Box<dyn Provider>> {
    let mut providers: Vec<Box<dyn Provider>> = vec![Box::new(soft(home))];
    for module in modules {
        providers.push(Box::new(Pkcs11Provider::new(worker, module)));
    }
    providers
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
                opened => return opened.map_err(|error| fault::token(&token.label, error)),
            }
        }
        Err(Failure::new(Code::TokenRemoved).with("token", token.label.as_str()))
    }
}
