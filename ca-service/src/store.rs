//! The authority's folder: two keys, two certificates.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use algo::{LibraryFailure, PrivateKey, PrivateKeyError, Secret, Suite};
use durable::{Parts, WriteError};
use thiserror::Error;
use time::OffsetDateTime;
use x509::{BundleError, Certificate};

use crate::authority::{Authority, CreateError, Member};
use crate::issue::{DoubleCertificate, Holder};
use crate::recovery::RecoveryOffice;

const ROOT_KEY: &str = "root.key";
const ROOT_CERTIFICATE: &str = "root.pem";
const ISSUING_KEY: &str = "issuing.key";
/// Written last: a folder without it was left unfinished and may be written again.
const ISSUING_CERTIFICATE: &str = "issuing.pem";

const RECOVERY_SIGN: [&str; 2] = ["recovery-sign.key", "recovery-sign.pem"];
/// Its certificate is written last: an office without it was left unfinished and is made anew.
const RECOVERY_ENCRYPT: [&str; 2] = ["recovery-encrypt.key", "recovery-encrypt.pem"];

/// Label of the failpoints of every file written here.
const LABEL: &str = "ca";

/// The folder cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file cannot be written, or the folder has other content.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The library could not write a key out.
    #[error("the key cannot be written out")]
    Key(#[from] LibraryFailure),
}

/// The folder holds no usable authority.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A file is missing or not readable.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A certificate file is damaged.
    #[error("{} holds no usable certificate", .path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<BundleError>,
    },
    /// A key file is damaged.
    #[error("{} holds no usable key", .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: PrivateKeyError,
    },
    /// Key and certificate do not belong together.
    #[error("{} is not the key of its certificate", .path.display())]
    OtherKey {
        /// The key file.
        path: PathBuf,
    },
}

impl Authority {
    /// Makes an authority and keeps it in `folder`, which must be absent or empty. Keys are PKCS#8 files that only
    /// their owner can read.
    ///
    /// # Errors
    /// [`CreateError`]; an authority that exists is never replaced.
    pub fn create(folder: &Path, suite: Suite, name: &str, now: OffsetDateTime) -> Result<Self, CreateError> {
        Self::create_at(folder, suite, name, now, None)
    }

    /// The same, with the address of [`Authority::in_memory_at`], which is not kept: it stands in certificates issued
    /// until the authority is opened anew.
    ///
    /// # Errors
    /// As [`Authority::create`].
    pub fn create_at(
        folder: &Path,
        suite: Suite,
        name: &str,
        now: OffsetDateTime,
        address: Option<&str>,
    ) -> Result<Self, CreateError> {
        check_free(folder).map_err(StoreError::from)?;
        let authority = Self::in_memory_at(suite, name, now, address)?;
        authority.save(folder)?;
        Ok(authority)
    }

    /// Opens the authority kept in `folder`.
    ///
    /// # Errors
    /// [`OpenError`] when a file is missing, damaged or belongs to another authority.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            root: load(folder, ROOT_KEY, ROOT_CERTIFICATE)?,
            issuing: load(folder, ISSUING_KEY, ISSUING_CERTIFICATE)?,
            address: None,
        })
    }

    /// The recovery office of the authority in `folder`; `None` where none was made yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_recovery_office(folder: &Path) -> Result<Option<RecoveryOffice>, OpenError> {
        if !folder.join(RECOVERY_ENCRYPT[1]).exists() {
            return Ok(None);
        }
        let [sign, encrypt] =
            [RECOVERY_SIGN, RECOVERY_ENCRYPT].map(|[key, certificate]| load(folder, key, certificate));
        let holder = |Member { key, certificate }: Member| Holder { key, certificate };
        let keys = DoubleCertificate { sign: holder(sign?), encrypt: holder(encrypt?) };
        Ok(Some(RecoveryOffice { keys }))
    }

    /// Keeps a recovery office beside its authority.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep_recovery_office(folder: &Path, office: &RecoveryOffice) -> Result<(), StoreError> {
        let parts = Parts::open(folder)?;
        for (holder, [key, certificate]) in
            [(&office.keys.sign, RECOVERY_SIGN), (&office.keys.encrypt, RECOVERY_ENCRYPT)]
        {
            parts.replace(&folder.join(key), LABEL, holder.key.to_pkcs8()?.expose())?;
            parts.replace(&folder.join(certificate), LABEL, holder.certificate.to_pem().as_bytes())?;
        }
        Ok(())
    }

    fn save(&self, folder: &Path) -> Result<(), StoreError> {
        let parts = Parts::open(folder)?;
        parts.replace(&folder.join(ROOT_KEY), LABEL, self.root.key.to_pkcs8()?.expose())?;
        parts.replace(&folder.join(ROOT_CERTIFICATE), LABEL, self.root().to_pem().as_bytes())?;
        parts.replace(&folder.join(ISSUING_KEY), LABEL, self.issuing.key.to_pkcs8()?.expose())?;
        parts.replace(&folder.join(ISSUING_CERTIFICATE), LABEL, self.issuing().to_pem().as_bytes())?;
        Ok(())
    }
}

/// Absent, empty, or left unfinished by a creation that was cut short.
fn check_free(folder: &Path) -> Result<(), WriteError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(|error| WriteError::from_io(folder, error))?,
    };
    for entry in entries {
        let name = entry.map_err(|error| WriteError::from_io(folder, error))?.file_name();
        let unfinished = ["parts", ROOT_KEY, ROOT_CERTIFICATE, ISSUING_KEY].iter().any(|known| name == *known);
        if !unfinished && !name.as_encoded_bytes().starts_with(b".bidseal-") {
            return Err(WriteError::from_io(folder, io::ErrorKind::DirectoryNotEmpty.into()));
        }
    }
    Ok(())
}

fn load(folder: &Path, key_file: &str, certificate_file: &str) -> Result<Member, OpenError> {
    let path = folder.join(certificate_file);
    let bytes = read(&path)?;
    let certificates = Certificate::from_any(&bytes);
    let mut certificates = certificates.map_err(|source| OpenError::Certificate { path, source: Box::new(source) })?;
    let certificate = certificates.swap_remove(0);
    let path = folder.join(key_file);
    let pkcs8 = Secret::from(read(&path)?);
    let key = PrivateKey::from_pkcs8(pkcs8.expose()).map_err(|source| OpenError::Key { path: path.clone(), source })?;
    match key.public() == certificate.public_key() {
        true => Ok(Member { key, certificate }),
        false => Err(OpenError::OtherKey { path }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, OpenError> {
    fs::read(path).map_err(|source| OpenError::Read { path: path.to_owned(), source })
}
