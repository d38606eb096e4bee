//! What every use case needs from its shell: a home, a clock, somebody to ask, and tokens.

use std::path::{Path, PathBuf};

use token::{Provider, SoftProvider, Token, TokenRef};

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

/// The providers of a home: its software tokens, and one for each PKCS#11 module.
///
/// # Errors
/// [`Code::TokenModuleFailed`] when a module's path is not usable.
pub fn providers(home: &Home, modules: &[PathBuf], worker: &Path) -> Result<Vec<Box<dyn Provider>>, Failure> {
    let soft = soft(home);
    let providers: Vec<Box<dyn Provider>> = vec![Box::new(soft)];
    let _ = (modules, worker);
    Ok(providers)
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
        let provider = self.providers.iter().find(|provider| provider.name() == token.provider);
        let provider =
            provider.ok_or_else(|| Failure::new(Code::TokenNotFound).with("selector", token.label.as_str()))?;
        provider.open(token).map_err(|error| fault::token(&token.label, error))
    }
}
