//! `wss` and `https` on this computer, for browsers that let no page reach `ws`: off unless the person turns it on.
//!
//! An authority of this computer alone signs leaves for consecutive windows of 100 days over five years, and its key is dropped:
//! whoever takes a leaf's key can pose as `localhost` for 100 days, and nobody can make another certificate. The leaf is
//! chosen by the clock at every connection, so that renewal needs nobody. Name constraints are written and not relied on.

mod authority;
mod keys;
mod trust;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use client::{Code, Failure, Home};
use openssl::pkey::PKey;
use openssl::ssl::{Ssl, SslAcceptor, SslMethod};
use openssl::x509::X509;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509::Certificate;

pub use trust::{Places, StoreReport, StoreState};

use keys::Keys;

const LABEL: &str = "tls";
const AUTHORITY: &str = "authority.pem";

/// Whether it is on, and who trusts it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// It is on.
    pub on: bool,
    /// Name of the authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// SHA-256 of the authority's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Until when there are leaves, RFC 3339; then it must be repaired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The leaves' keys lie in the keyring; else in owner-only files.
    pub in_keyring: bool,
    /// The trust stores of this person and this computer.
    pub stores: Vec<StoreReport>,
}

/// Makes authority and leaves and has the trust stores take the authority; where it is on already, only the latter.
///
/// # Errors
/// [`Code::TlsFailed`], and what the disk reports.
pub fn turn_on(home: &Home, places: &Places, now: OffsetDateTime) -> Result<Report, Failure> {
    let folder = folder(home);
    if !folder.join(AUTHORITY).exists() {
        make(home, now)?;
    }
    let authority = authority_of(&folder)?;
    let stores = trust::install(home, places, &authority, &folder.join(AUTHORITY));
    report(home, stores)
}

/// Takes the authority out of the trust stores and removes it with all its leaves.
///
/// # Errors
/// What the disk reports.
pub fn turn_off(home: &Home, places: &Places) -> Result<Report, Failure> {
    let folder = folder(home);
    if !folder.join(AUTHORITY).exists() {
        return report(home, Vec::new());
    }
    let authority = authority_of(&folder)?;
    let stores = trust::remove(places, &authority, &folder.join(AUTHORITY));
    Keys::of(home).forget(&name(&authority), authority::WINDOWS);
    fs::remove_dir_all(&folder).map_err(|error| Failure::from(durable::WriteError::from_io(&folder, error)))?;
    report(home, stores)
}

/// A new authority in the place of the old one.
///
/// # Errors
/// As [`turn_on`] and [`turn_off`].
pub fn repair(home: &Home, places: &Places, now: OffsetDateTime) -> Result<Report, Failure> {
    let taken_out = turn_off(home, places)?.stores;
    let mut report = turn_on(home, places, now)?;
    // What could not be taken out stays to be told.
    report.stores.extend(taken_out.into_iter().filter(|store| store.state != StoreState::Removed));
    Ok(report)
}

/// How it stands now, without changing anything.
///
/// # Errors
/// [`Code::TlsFailed`] when its files cannot be read.
pub fn status(home: &Home, places: &Places) -> Result<Report, Failure> {
    let folder = folder(home);
    let stores = match folder.join(AUTHORITY).exists() {
        true => trust::look(places, &authority_of(&folder)?),
        false => Vec::new(),
    };
    report(home, stores)
}

fn report(home: &Home, stores: Vec<StoreReport>) -> Result<Report, Failure> {
    let folder = folder(home);
    if !folder.join(AUTHORITY).exists() {
        return Ok(Report { on: false, authority: None, sha256: None, valid_to: None, in_keyring: false, stores });
    }
    let authority = authority_of(&folder)?;
    let last = leaves(&folder)?.iter().map(|leaf| leaf.certificate.validity().1).max();
    Ok(Report {
        on: true,
        authority: Some(name(&authority)),
        sha256: Some(authority.thumbprint(algo::Hash::Sha256).to_string()),
        valid_to: last.and_then(|last| last.format(&Rfc3339).ok()),
        in_keyring: !keys::file(&folder, 0).exists(),
        stores,
    })
}

/// All of it in a folder beside its place, which is named last: half an authority is none.
fn make(home: &Home, now: OffsetDateTime) -> Result<(), Failure> {
    let made = authority::make(now).map_err(failed)?;
    let folder = folder(home);
    // What an interrupted start left has no authority, and means nothing.
    let _ = fs::remove_dir_all(&folder);
    durable::private_dir_all(&folder).map_err(|error| Failure::from(durable::WriteError::from_io(&folder, error)))?;
    let keys = Keys::of(home);
    for (number, leaf) in made.leaves.iter().enumerate() {
        home.parts().replace(&leaf_file(&folder, number), LABEL, leaf.certificate.to_pem().as_bytes())?;
        keys.keep(home, &folder, &name(&made.certificate), number, &leaf.key)?;
    }
    Ok(home.parts().replace(&folder.join(AUTHORITY), LABEL, made.certificate.to_pem().as_bytes())?)
}

/// Where it lies in a home.
fn folder(home: &Home) -> PathBuf {
    home.path().join("tls")
}

/// The authority's certificate, which is there as long as it is on.
pub(crate) fn authority_file(home: &Home) -> PathBuf {
    folder(home).join(AUTHORITY)
}

fn leaf_file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("leaf-{number:02}.pem"))
}

fn authority_of(folder: &Path) -> Result<Certificate, Failure> {
    read(&folder.join(AUTHORITY))
}

fn read(path: &Path) -> Result<Certificate, Failure> {
    let bytes = fs::read(path).map_err(failed)?;
    let found = Certificate::from_any(&bytes).map_err(failed)?;
    found.into_iter().next().ok_or_else(|| failed(path.display()))
}

/// The authority's name, which is in every trust store that took it.
fn name(authority: &Certificate) -> String {
    authority.subject().common_name().unwrap_or_default()
}

fn failed(reason: impl std::fmt::Display) -> Failure {
    Failure::new(Code::TlsFailed).with("reason", client::detailed("tls_files", reason))
}

/// One leaf without its key.
struct Leaf {
    number: usize,
    certificate: Certificate,
}

fn leaves(folder: &Path) -> Result<Vec<Leaf>, Failure> {
    let read = |number| Ok(Leaf { number, certificate: read(&leaf_file(folder, number))? });
    (0..authority::WINDOWS).map(read).collect()
}

/// What the listener needs: every leaf, and the one that is in use.
pub(crate) struct Tls {
    folder: PathBuf,
    authority: Certificate,
    leaves: Vec<Leaf>,
    keys: Keys,
    current: Mutex<Option<(usize, SslAcceptor)>>,
}

impl Tls {
    /// The leaves of a home where it is on.
    ///
    /// # Errors
    /// [`Code::TlsFailed`].
    pub(crate) fn of(home: &Home) -> Result<Option<Self>, Failure> {
        let folder = folder(home);
        if !folder.join(AUTHORITY).exists() {
            return Ok(None);
        }
        let (authority, leaves) = (authority_of(&folder)?, leaves(&folder)?);
        Ok(Some(Self { folder, authority, leaves, keys: Keys::of(home), current: Mutex::default() }))
    }

    /// Until when there are leaves.
    pub(crate) fn ends(&self) -> Option<OffsetDateTime> {
        self.leaves.iter().map(|leaf| leaf.certificate.validity().1).max()
    }

    /// The authority's name.
    pub(crate) fn authority_name(&self) -> String {
        name(&self.authority)
    }

    /// A connection in the making, with the leaf of this moment.
    ///
    /// # Errors
    /// [`Code::TlsFailed`] when no leaf is valid now, or its key is gone.
    pub(crate) fn connection(&self, now: OffsetDateTime) -> Result<Ssl, Failure> {
        let leaf = self.leaf(now).ok_or_else(|| Failure::new(Code::TlsFailed).with("reason", "tls_not_valid_now"))?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some((number, acceptor)) if *number == leaf.number => Ssl::new(acceptor.context()).map_err(failed),
            _ => {
                let acceptor = self.acceptor(leaf)?;
                let connection = Ssl::new(acceptor.context()).map_err(failed);
                *current = Some((leaf.number, acceptor));
                connection
            }
        }
    }

    /// The latest leaf that has begun: windows overlap by a day.
    fn leaf(&self, now: OffsetDateTime) -> Option<&Leaf> {
        let valid = |leaf: &&Leaf| {
            let (from, to) = leaf.certificate.validity();
            from <= now && now <= to
        };
        self.leaves.iter().rfind(valid)
    }

    fn acceptor(&self, leaf: &Leaf) -> Result<SslAcceptor, Failure> {
        let key = self.keys.read(&self.folder, &name(&self.authority), leaf.number)?;
        let key = PKey::private_key_from_pkcs8(key.expose()).map_err(failed)?;
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).map_err(failed)?;
        acceptor.set_private_key(&key).map_err(failed)?;
        acceptor.set_certificate(&*X509::from_der(leaf.certificate.der()).map_err(failed)?).map_err(failed)?;
        acceptor.check_private_key().map_err(failed)?;
        Ok(acceptor.build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    fn places(folder: &Path) -> Places {
        Places { person: None, root: folder.to_owned() }
    }

    #[test]
    fn the_leaf_follows_the_clock_for_five_years_and_then_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(&folder.path().join("home")).unwrap();
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        turn_on(&home, &places(folder.path()), now).unwrap();
        let tls = Tls::of(&home).unwrap().unwrap();
        let number = |days: i64| tls.leaf(now + Duration::days(days)).map(|leaf| leaf.number);
        assert_eq!([number(-2), number(0), number(98), number(101)], [None, Some(0), Some(0), Some(1)]);
        assert_eq!([number(1825), number(1901)], [Some(18), None]);
        for days in 0..1826 {
            let leaf = tls.leaf(now + Duration::days(days)).unwrap();
            let (from, to) = leaf.certificate.validity();
            assert!(to - from <= Duration::days(101), "day {days}");
        }
        assert!(tls.connection(now).is_ok() && tls.connection(now + Duration::days(150)).is_ok());
        assert!(tls.connection(now + Duration::days(3000)).is_err());
    }

    #[test]
    fn no_key_of_the_authority_is_left_anywhere_and_all_files_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(&folder.path().join("home")).unwrap();
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let first = turn_on(&home, &places(folder.path()), now).unwrap();
        let authority = authority_of(&super::folder(&home)).unwrap();
        let public = authority.public_key().spki().to_vec();
        for entry in fs::read_dir(super::folder(&home)).unwrap().flatten() {
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o77, 0, "{:?}", entry.path());
            }
            if let Ok(key) = algo::PrivateKey::from_pkcs8(&fs::read(entry.path()).unwrap()) {
                assert_ne!(key.public().spki(), public, "{:?}", entry.path());
            }
        }
        let again = turn_on(&home, &places(folder.path()), now).unwrap();
        assert_eq!(again.sha256, first.sha256, "turning it on twice makes nothing new");
        let repaired = repair(&home, &places(folder.path()), now).unwrap();
        assert_ne!(repaired.sha256, first.sha256);
        assert!(!turn_off(&home, &places(folder.path())).unwrap().on && Tls::of(&home).unwrap().is_none());
    }
}
