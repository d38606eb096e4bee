//! The roots that this installation trusts.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::certificate::Certificate;
use crate::pem::BundleError;

/// Endings of the files that are read.
const ENDINGS: &[&str] = &["pem", "crt", "cer", "der"];

/// Largest file read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Trusted roots. Whether a certificate is one is decided by its bytes, never by its name alone.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    roots: Vec<Certificate>,
    skipped: Vec<Skipped>,
}

/// A file of the trust folder that holds nothing usable.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// Why it was passed over.
    pub reason: BundleError,
}

/// The folder or one of its files cannot be read.
#[derive(Debug, Error)]
#[error("cannot read {}", .path.display())]
#[non_exhaustive]
pub struct TrustError {
    /// Folder or file.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl TrustStore {
    /// Trusts exactly these.
    #[must_use]
    pub fn from_certificates(roots: impl IntoIterator<Item = Certificate>) -> Self {
        let mut store = Self::default();
        roots.into_iter().for_each(|root| store.add(root));
        store
    }

    /// Trusts every certificate in the `.pem`, `.crt`, `.cer` and `.der` files of a folder, not of folders below it. A
    /// folder that does not exist trusts nothing. Files without a usable certificate are listed in
    /// [`skipped`](Self::skipped): one damaged file must not take the trust in all others away.
    ///
    /// # Errors
    /// [`TrustError`] when the folder or a file in it cannot be read.
    pub fn load_dir(folder: &Path) -> Result<Self, TrustError> {
        let mut store = Self::default();
        for path in files_in(folder)? {
            let bytes = read_bounded(&path).map_err(|source| TrustError { path: path.clone(), source })?;
            match Certificate::from_any(&bytes) {
                Ok(roots) => roots.into_iter().for_each(|root| store.add(root)),
                Err(reason) => store.skipped.push(Skipped { path, reason }),
            }
        }
        Ok(store)
    }

    /// Trusts one more; twice the same makes no difference.
    pub fn add(&mut self, root: Certificate) {
        if !self.contains(&root) {
            self.roots.push(root);
        }
    }

    /// Whether exactly this certificate is trusted.
    #[must_use]
    pub fn contains(&self, certificate: &Certificate) -> bool {
        self.roots.contains(certificate)
    }

    /// The trusted certificates.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.roots.iter()
    }

    /// Whether nothing is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// Files that held nothing usable.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }
}

/// The certificate files of a folder in the order of their names, so that answers do not depend on the file system.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, TrustError> {
    let failed = |source| TrustError { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if ENDINGS.contains(&ending.as_str()) && !hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
