//! Finds and makes soft tokens below one folder.

use std::path::PathBuf;
use std::sync::Arc;

use algo::{Pin, Secret, Suite};
use durable::{Parts, WriteError};

use super::folder::{Folder, Identity};
use super::pin_record::{PinRecord, PinWrap};
use super::token::SoftToken;
use crate::keyring::KeyringHalf;
use crate::{PinPolicy, Provider, Token, TokenError, TokenRef};

/// The soft tokens of one home folder.
pub struct SoftProvider {
    folder: PathBuf,
    parts: Parts,
    keyring: Option<Arc<dyn KeyringHalf>>,
}

impl SoftProvider {
    /// [`Provider::name`] of soft tokens.
    pub const NAME: &'static str = "soft";

    /// Tokens below `folder` (`$BIDSEAL_HOME/tokens`; need not exist yet). `keyring` as
    /// [`platform_keyring`](crate::platform_keyring) gives it.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, parts: Parts, keyring: Option<Box<dyn KeyringHalf>>) -> Self {
        Self { folder: folder.into(), parts, keyring: keyring.map(Arc::from) }
    }

    /// Makes an empty token with the factory PIN 123456, which must be changed before any key can be made on it.
    ///
    /// # Errors
    /// [`TokenError::LabelInvalid`], [`TokenError::LabelTaken`], [`TokenError::Write`].
    pub fn init(&self, label: &str, suite: Suite) -> Result<TokenRef, TokenError> {
        if !(1..=64).contains(&label.chars().count()) || label.chars().any(char::is_control) || label.trim() != label {
            return Err(TokenError::LabelInvalid(label.to_owned()));
        }
        if self.tokens()?.iter().any(|token| token.label == label) {
            return Err(TokenError::LabelTaken(label.to_owned()));
        }
        let id = hex::encode(algo::random::<8>()?);
        make_folder(&self.folder)?;
        let unnamed = self.parts.create_dir(&self.folder.join(&id), "token.init")?;
        Folder::fill(unnamed.path(), &Identity::new(&id, label, suite), &factory_record(suite, &id)?)?;
        unnamed.commit()?;
        Ok(TokenRef { provider: Self::NAME, id, label: label.to_owned() })
    }
}

/// The state in which a token leaves the factory: the data key only proves the factory PIN, it never seals a key.
fn factory_record(suite: Suite, id: &str) -> Result<PinRecord, TokenError> {
    let policy = PinPolicy::soft();
    let factory = Pin::new(policy.factory.as_str()).expect("the factory PIN is not empty");
    let pin = PinWrap::seal(suite, id, &factory, None, &Secret::random(32)?)?;
    Ok(PinRecord { policy, pin, puk: None })
}

fn make_folder(path: &std::path::Path) -> Result<(), WriteError> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path).map_err(|error| WriteError::from_io(path, error))
}

impl Provider for SoftProvider {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn tokens(&self) -> Result<Vec<TokenRef>, TokenError> {
        let unreadable = |source| TokenError::Read { path: self.folder.clone(), source };
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut tokens = Vec::new();
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let Ok(id) = entry.file_name().into_string() else { continue };
            // Partial folders begin with a dot; a stray file is no token.
            if id.starts_with('.') || !entry.path().is_dir() {
                continue;
            }
            match Folder::open(&entry.path(), &self.parts) {
                Ok(folder) => tokens.push(TokenRef { provider: Self::NAME, id, label: folder.label }),
                Err(TokenError::None) => {}
                // Listed under its folder's name, so that opening it can say what is wrong.
                Err(_) => tokens.push(TokenRef { provider: Self::NAME, label: id.clone(), id }),
            }
        }
        tokens.sort_by(|a, b| (&a.label, &a.id).cmp(&(&b.label, &b.id)));
        Ok(tokens)
    }

    fn open(&self, token: &TokenRef) -> Result<Box<dyn Token>, TokenError> {
        // An id is a folder's name and never a path.
        if token.provider != Self::NAME || token.id.contains(['/', '\\']) || token.id.starts_with('.') {
            return Err(TokenError::None);
        }
        let folder = Folder::open(&self.folder.join(&token.id), &self.parts)?;
        folder.read_pin()?;
        Ok(Box::new(SoftToken::new(folder, self.keyring.clone())))
    }
}
