//! Desktop Entry Specification: an entry that handles `x-scheme-handler/bidseal`, and with windows the files `.bid` too.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use client::{Failure, Session};

use super::Links;
use crate::entry::{quoted, remove, write};
use crate::folders;

const NAME: &str = "bidseal-links.desktop";
const SCHEME: &str = "x-scheme-handler/bidseal";
/// Shared MIME-info Database: what a `.bid` is, by its first bytes (docs/bid-format.md) and by its name.
const PACKAGE: &str = include_str!("bid.xml");
const BID: &str = "application/x-bidseal-bid";

/// `XDG_DATA_HOME`.
pub(super) fn folder() -> Option<PathBuf> {
    folders::data()
}

pub(super) fn is_made(links: &Links) -> bool {
    std::fs::read_to_string(entry(links)).is_ok_and(|found| found == text(links))
}

pub(super) fn make(links: &Links, session: &Session<'_>) -> Result<(), Failure> {
    if links.has_windows {
        write(&package(links), PACKAGE, session)?;
    }
    write(&entry(links), &text(links), session)?;
    tell(links);
    Ok(())
}

pub(super) fn take_back(links: &Links) -> Result<(), Failure> {
    remove(&entry(links))?;
    remove(&package(links))?;
    tell(links);
    Ok(())
}

fn entry(links: &Links) -> PathBuf {
    links.folder.join("applications").join(NAME)
}

fn package(links: &Links) -> PathBuf {
    links.folder.join("mime/packages/bidseal.xml")
}

fn text(links: &Links) -> String {
    let program = quoted(&links.program.to_string_lossy());
    let (words, types) = if links.has_windows {
        ("%U".to_owned(), format!("{SCHEME};{BID};"))
    } else {
        ("agent %u".to_owned(), format!("{SCHEME};"))
    };
    format!(
        "[Desktop Entry]\nType=Application\nName=Bidseal\nName[zh_CN]=标信\nExec={program} {words}\nTerminal={}\n\
         NoDisplay=true\nMimeType={types}\n",
        !links.has_windows,
    )
}

/// Desktops that keep lists of entries make them anew; where these programs are missing they read the entries themselves.
fn tell(links: &Links) {
    run("update-desktop-database", &[&links.folder.join("applications").to_string_lossy()]);
    if links.has_windows {
        run("update-mime-database", &[&links.folder.join("mime").to_string_lossy()]);
    }
}

fn run(program: &str, arguments: &[&str]) {
    let _ =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(has_windows: bool) -> Links {
        Links { folder: "/data".into(), program: "/opt/标信/bidseal".into(), has_windows }
    }

    #[test]
    fn a_program_without_windows_asks_at_a_terminal_and_opens_no_files() {
        let text = text(&links(false));
        assert!(text.contains("Exec=\"/opt/标信/bidseal\" agent %u\nTerminal=true\n"), "{text}");
        assert!(text.ends_with("MimeType=x-scheme-handler/bidseal;\n"), "{text}");
    }

    #[test]
    fn the_program_with_windows_opens_bids_too() {
        let text = text(&links(true));
        assert!(text.contains(" %U\nTerminal=false\n") && text.contains(BID), "{text}");
        assert!(PACKAGE.contains(BID));
    }
}
