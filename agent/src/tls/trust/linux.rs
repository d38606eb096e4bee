//! Linux: NSS databases of Chromium and Firefox by `certutil`, and the system's own list, which only root can change.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use client::Home;

use super::{Entry, Places, StoreReport, StoreState, tool};
use crate::tls::LABEL;

/// Chromium's database in a person's folder.
const CHROMIUM: &str = ".pki/nssdb";
/// Where Firefox keeps its profiles.
const FIREFOX: [&str; 2] = [".mozilla/firefox", "snap/firefox/common/.mozilla/firefox"];
/// The system's list of local authorities, below the root.
const SYSTEM: &str = "usr/local/share/ca-certificates";

pub(super) fn install(home: &Home, places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    make_chromium_database(places);
    let put = |database: PathBuf| {
        let mut certutil = certutil(&database);
        certutil.args(["-A", "-t", "C,,", "-n", &entry.name, "-i"]).arg(entry.file);
        told("nss", &database, if tool(&mut certutil) { StoreState::Installed } else { StoreState::Failed })
    };
    let mut reports: Vec<_> = databases(places).into_iter().map(put).collect();
    let file = system_file(places, entry);
    let state = match home.parts().replace(&file, LABEL, entry.certificate.to_pem().as_bytes()) {
        Ok(()) if readable_by_all(&file) && update(places) => StoreState::Installed,
        Ok(()) => StoreState::Failed,
        Err(_) => StoreState::NotPermitted,
    };
    reports.push(told("system", &file, state));
    reports
}

pub(super) fn remove(places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let take = |database: PathBuf| {
        let state = match (holds(&database, entry), tool(certutil(&database).args(["-D", "-n", &entry.name]))) {
            (false, _) => StoreState::Absent,
            (true, true) => StoreState::Removed,
            (true, false) => StoreState::Failed,
        };
        told("nss", &database, state)
    };
    let mut reports: Vec<_> = databases(places).into_iter().map(take).collect();
    let file = system_file(places, entry);
    let state = match (file.exists(), fs::remove_file(&file)) {
        (false, _) => StoreState::Absent,
        (true, Ok(())) if update(places) => StoreState::Removed,
        (true, Ok(())) => StoreState::Failed,
        (true, Err(_)) => StoreState::NotPermitted,
    };
    reports.push(told("system", &file, state));
    reports
}

pub(super) fn look(places: &Places, entry: &Entry<'_>) -> Vec<StoreReport> {
    let state = |is_in: bool| if is_in { StoreState::Installed } else { StoreState::Absent };
    let databases = databases(places).into_iter();
    let mut reports: Vec<_> =
        databases.map(|database| told("nss", &database, state(holds(&database, entry)))).collect();
    let file = system_file(places, entry);
    reports.push(told("system", &file, state(file.exists())));
    reports
}

fn told(kind: &'static str, place: &Path, state: StoreState) -> StoreReport {
    StoreReport { kind, place: place.display().to_string(), state }
}

/// Chromium makes its database only when the person adds a certificate; where it is not there yet, it is made.
fn make_chromium_database(places: &Places) {
    let Some(person) = &places.person else { return };
    let database = person.join(CHROMIUM);
    if !database.join("cert9.db").exists() && fs::create_dir_all(&database).is_ok() {
        // Without it Chromium is not among the stores that are told.
        tool(certutil(&database).args(["-N", "--empty-password"]));
    }
}

/// Every database of this person.
fn databases(places: &Places) -> Vec<PathBuf> {
    let Some(person) = &places.person else { return Vec::new() };
    let profiles = FIREFOX.iter().flat_map(|folder| fs::read_dir(person.join(folder)).into_iter().flatten().flatten());
    let mut found: Vec<PathBuf> = profiles.map(|profile| profile.path()).collect();
    found.push(person.join(CHROMIUM));
    found.retain(|folder| folder.join("cert9.db").exists());
    found.sort();
    found
}

fn certutil(database: &Path) -> Command {
    let mut command = Command::new("certutil");
    command.arg("-d").arg(format!("sql:{}", database.display()));
    command
}

fn holds(database: &Path, entry: &Entry<'_>) -> bool {
    tool(certutil(database).args(["-L", "-n", &entry.name]))
}

fn system_file(places: &Places, entry: &Entry<'_>) -> PathBuf {
    places.root.join(SYSTEM).join(format!("{}.crt", entry.name.replace(' ', "-").to_lowercase()))
}

/// It is a certificate that every program of this computer may read; files of ours are otherwise private.
fn readable_by_all(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).is_ok()
}

/// Has the system build its list anew, below another root too.
fn update(places: &Places) -> bool {
    let mut command = Command::new("update-ca-certificates");
    if places.root != Path::new("/") {
        for (option, place) in [
            ("--certsconf", "etc/ca-certificates.conf"),
            ("--localcertsdir", SYSTEM),
            ("--etccertsdir", "etc/ssl/certs"),
            ("--hooksdir", "etc/ca-certificates/update.d"),
        ] {
            command.arg(option).arg(places.root.join(place));
        }
    }
    tool(&mut command)
}
