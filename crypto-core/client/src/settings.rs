//! `settings.toml` in the home folder: what the person set once.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cms::{RecipientForm, Sm2KeyEncryption};
use serde::Deserialize;
use x509::Certificate;

use crate::{Code, Failure, fault};

/// The settings; all of them have defaults, so that the file need not exist.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// PKCS#11 modules of the person's tokens, as absolute paths.
    pub modules: Vec<PathBuf>,
    /// Whether modules are also looked for where the system keeps them.
    pub discover: bool,
    /// Pages may have bids encrypted for hosts whose key alone opens them.
    pub host_slots: bool,
    /// Pages of `http://localhost` may ask the agent, for developers of portals.
    pub developer_origins: bool,
    /// Status services and time stamping authorities in private networks, and on this computer, may be asked.
    pub allow_private_addresses: bool,
    /// Which identifier names SM2 encryption in what is written here.
    pub sm2_key_encryption: Sm2Identifier,
}

/// The identifiers that programs use for SM2 encryption; some platforms accept only theirs. All are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Sm2Identifier {
    /// 1.2.156.10197.1.301.3, that of public-key encryption.
    #[default]
    #[serde(rename = "301.3")]
    Encryption,
    /// 1.2.156.10197.1.301.2, properly that of key exchange.
    #[serde(rename = "301.2")]
    Exchange,
}

impl Sm2Identifier {
    /// The form in which a key reaches the holder of this certificate.
    pub(crate) fn form(self, certificate: &Certificate) -> RecipientForm {
        match RecipientForm::for_key(certificate.public_key().algorithm()) {
            RecipientForm::Sm2 { .. } => RecipientForm::Sm2 {
                named: match self {
                    Self::Encryption => Sm2KeyEncryption::Encryption,
                    Self::Exchange => Sm2KeyEncryption::Exchange,
                },
            },
            other => other,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            modules: Vec::new(),
            discover: true,
            host_slots: false,
            developer_origins: false,
            allow_private_addresses: false,
            sm2_key_encryption: Sm2Identifier::default(),
        }
    }
}

impl Settings {
    /// Reads the file; a missing one means the defaults.
    ///
    /// # Errors
    /// [`Code::SettingsMalformed`], naming line and column: a mistyped setting is never silently ignored.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let malformed = |reason: String| {
            Failure::new(Code::SettingsMalformed).with("path", file.display().to_string()).with("reason", reason)
        };
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(malformed(fault::io_reason(&error))),
        };
        toml::from_str(&text)
            .map_err(|error| malformed(crate::detailed("not_toml", error.to_string().trim().replace('\n', " "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_setting_is_an_error() {
        let base = tempfile::tempdir().unwrap();
        let file = base.path().join("settings.toml");
        assert_eq!(Settings::read(&file).unwrap(), Settings::default());
        for (text, good) in [
            ("modules = ['/usr/lib/a.so']", true),
            ("sm2_key_encryption = '301.2'", true),
            ("module = []", false),
            ("modules = 1", false),
            ("sm2_key_encryption = '301'", false),
        ] {
            io::Write::write_all(&mut fs::File::create(&file).unwrap(), text.as_bytes()).unwrap();
            assert_eq!(Settings::read(&file).is_ok(), good, "{text}");
        }
    }
}
