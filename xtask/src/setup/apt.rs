//! Debian packages: which, what for, and installing those that are missing.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use crate::children;
use crate::failure::{During, Failure};

/// A package is wanted to build the programs, or only to judge them, to outrun them, to be the portal's other database, to
/// build them for Windows, or to build and judge the one with windows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Build,
    Judge,
    Bench,
    PostgreSql,
    Windows,
    App,
}

/// Every package that a chore uses beyond the README's prerequisites.
const PACKAGES: &[(&str, Purpose, &str)] = &[
    ("gcc", Purpose::Build, "links, and compiles the vendored OpenSSL"),
    ("libc6-dev", Purpose::Build, "headers for it"),
    ("libpcsclite-dev", Purpose::Build, "PC/SC, for the program that watches card readers"),
    ("make", Purpose::Build, "OpenSSL's build"),
    ("perl", Purpose::Build, "OpenSSL's configuration"),
    ("pkg-config", Purpose::Build, "finds it"),
    ("dbus-daemon", Purpose::App, "a session's bus where there is no session"),
    ("fonts-noto-cjk", Purpose::App, "Chinese letters"),
    ("libwebkit2gtk-4.1-dev", Purpose::App, "web views"),
    ("libayatana-appindicator3-1", Purpose::App, "the tray, loaded when the program runs"),
    ("openbox", Purpose::App, "gives windows their title and the keyboard in a display without a desktop"),
    ("webkit2gtk-driver", Purpose::App, "steers web views"),
    ("xauth", Purpose::App, "xvfb-run needs it"),
    ("xvfb", Purpose::App, "a display without a screen"),
    ("age", Purpose::Bench, "a peer that encrypts files"),
    ("gnupg", Purpose::Bench, "a peer that encrypts files"),
    ("softhsm2", Purpose::Bench, "a module to call with and without the worker"),
    ("time", Purpose::Bench, "peak memory of a program"),
    ("ca-certificates", Purpose::Judge, "update-ca-certificates: the system's trust store"),
    ("chromium", Purpose::Judge, "the browser of the portal's tests"),
    ("curl", Purpose::Judge, "a client of secure connections that is not ours"),
    ("dbus-bin", Purpose::Judge, "dbus-send: waits for the key ring"),
    ("dbus-daemon", Purpose::Judge, "dbus-run-session: a bus for one test"),
    ("desktop-file-utils", Purpose::Judge, "whether a desktop takes our entries"),
    ("fonts-noto-cjk", Purpose::Judge, "Chinese letters, to see whether they fit"),
    ("gnome-keyring", Purpose::Judge, "an operating system's key ring"),
    ("libclang-dev", Purpose::Judge, "reads C headers for kryoptic, a PKCS#11 token"),
    ("libnss3-tools", Purpose::Judge, "certutil: roots for pdfsig"),
    ("libsqlite3-dev", Purpose::Judge, "where kryoptic keeps its objects"),
    ("libssl-dev", Purpose::Judge, "what kryoptic computes with"),
    ("opensc", Purpose::Judge, "pkcs11-tool: a second client for tokens"),
    ("opensc-pkcs11", Purpose::Judge, "the module for smart cards"),
    ("openssl", Purpose::Judge, "certificates, requests, CMS, key envelopes"),
    ("pcscd", Purpose::Judge, "the smart card service"),
    ("poppler-utils", Purpose::Judge, "pdfsig, pdftoppm"),
    ("python3-venv", Purpose::Build, "Node.js for the pages; pyHanko, the reader of .bid that shares no code"),
    ("qpdf", Purpose::Judge, "structure of the PDF files we write"),
    ("softhsm2", Purpose::Judge, "a PKCS#11 token"),
    ("util-linux", Purpose::Judge, "setpriv: a test as another user"),
    ("shared-mime-info", Purpose::Judge, "what kind of file a .bid is, as desktops see it"),
    ("vsmartcard-vpcd", Purpose::Judge, "a card reader that a test plugs cards into"),
    ("xdg-utils", Purpose::Judge, "what a desktop starts for a link"),
    ("postgresql-15", Purpose::PostgreSql, "the portal's other database"),
    ("gcc-mingw-w64-i686", Purpose::Windows, "links for 32-bit Windows"),
    ("gcc-mingw-w64-x86-64", Purpose::Windows, "links for 64-bit Windows, and compiles OpenSSL"),
    ("libgit2-1.5", Purpose::Windows, "what Debian's cargo is linked with"),
    ("libllvm22", Purpose::Windows, "what Debian's rustc is linked with"),
    ("wine64", Purpose::Windows, "runs Windows programs"),
];

/// Names of the packages that a chore wants and this machine lacks.
///
/// # Errors
/// This is no Debian: `dpkg-query` is missing.
pub(crate) fn missing(purposes: &[Purpose]) -> Result<Vec<&'static str>, Failure> {
    let wanted = PACKAGES.iter().filter(|(_, purpose, _)| purposes.contains(purpose));
    wanted.map(|(name, ..)| Ok((*name, is_installed(name)?))).filter_map(keep_missing).collect()
}

fn keep_missing(package: Result<(&'static str, bool), Failure>) -> Option<Result<&'static str, Failure>> {
    match package {
        Ok((_, true)) => None,
        Ok((name, false)) => Some(Ok(name)),
        Err(failure) => Some(Err(failure)),
    }
}

fn is_installed(package: &str) -> Result<bool, Failure> {
    let answer = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .during("dpkg-query (Bidseal is built and tested on Debian 12)")?;
    Ok(answer.stdout == b"installed")
}

/// Installs packages; a person who is not root gets the line to copy instead.
///
/// # Errors
/// Not root, or apt-get failed.
pub(crate) fn install(packages: &[&str]) -> Result<(), Failure> {
    if packages.is_empty() {
        return Ok(());
    }
    if fs::metadata("/proc/self").during("our own process")?.uid() != 0 {
        let line = format!("sudo apt-get install -y --no-install-recommends {}", packages.join(" "));
        return Err(Failure::new("Packages are missing. Copy this line, then run the chore again:").hint(line));
    }
    println!("installing {}", packages.join(" "));
    apt_get(&["update", "-qq"])?;
    apt_get(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
}

fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    let ran = children::show(&mut command).during("apt-get")?;
    if ran.status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("apt-get {}: {}", arguments.join(" "), ran.status)))
    }
}
