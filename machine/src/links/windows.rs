//! The person's classes of the registry: a key with `URL Protocol` is a scheme, and the key of an ending names a class of files.

use std::path::{Path, PathBuf};

use client::{Failure, Session};
use windows_registry::CURRENT_USER;

use super::Links;
use crate::entry::not_writable;

const SCHEME: &str = "bidseal";
const ENDING: &str = ".bid";
const FILE: &str = "Bidseal.bid";
const COMMAND: &str = r"shell\open\command";

/// A key of the registry, named as if it were a folder.
pub(super) fn folder() -> Option<PathBuf> {
    Some(PathBuf::from(r"Software\Classes"))
}

pub(super) fn is_made(links: &Links) -> bool {
    let key = CURRENT_USER.open(key(&links.folder.join(SCHEME).join(COMMAND)));
    key.and_then(|key| key.get_string("")).is_ok_and(|command| command == self::command(links))
}

pub(super) fn make(links: &Links, _: &Session<'_>) -> Result<(), Failure> {
    write(links).ok_or_else(|| not_writable(&links.folder))
}

/// The key of the ending may be shared with other programs: only our word in it is taken back.
pub(super) fn take_back(links: &Links) -> Result<(), Failure> {
    [SCHEME, FILE].into_iter().try_for_each(|class| remove(&links.folder.join(class)))?;
    let Ok(ending) = CURRENT_USER.open(key(&links.folder.join(ENDING))) else { return Ok(()) };
    if ending.get_string("").is_ok_and(|class| class == FILE) {
        let ours = CURRENT_USER.create(key(&links.folder.join(ENDING))).and_then(|ending| ending.remove_value(""));
        ours.map_err(|_| not_writable(&links.folder))?;
    }
    Ok(())
}

fn write(links: &Links) -> Option<()> {
    let scheme = CURRENT_USER.create(key(&links.folder.join(SCHEME))).ok()?;
    scheme.set_string("", "URL:Bidseal").ok()?;
    scheme.set_string("URL Protocol", "").ok()?;
    open_with(links, SCHEME)?;
    if links.has_windows {
        let file = CURRENT_USER.create(key(&links.folder.join(FILE))).ok()?;
        file.set_string("", "标信加密标书 Bidseal encrypted bid").ok()?;
        open_with(links, FILE)?;
        CURRENT_USER.create(key(&links.folder.join(ENDING))).ok()?.set_string("", FILE).ok()?;
    }
    Some(())
}

fn open_with(links: &Links, class: &str) -> Option<()> {
    CURRENT_USER.create(key(&links.folder.join(class).join(COMMAND))).ok()?.set_string("", command(links)).ok()
}

fn remove(folder: &Path) -> Result<(), Failure> {
    if CURRENT_USER.open(key(folder)).is_err() {
        return Ok(());
    }
    CURRENT_USER.remove_tree(key(folder)).map_err(|_| not_writable(folder))
}

fn command(links: &Links) -> String {
    let words = if links.has_windows { "" } else { " agent" };
    format!("\"{}\"{words} \"%1\"", links.program.display())
}

fn key(folder: &Path) -> String {
    folder.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(folder: &str, has_windows: bool) -> Links {
        Links { folder: folder.into(), program: r"C:\标信\bidseal.exe".into(), has_windows }
    }

    #[test]
    fn a_scheme_is_taken_and_given_back() {
        let folder = r"Software\Bidseal test of links";
        let links = links(folder, false);
        assert!(!is_made(&links));
        write(&links).unwrap();
        let scheme = CURRENT_USER.open(format!(r"{folder}\bidseal")).unwrap();
        assert!(is_made(&links) && scheme.get_string("URL Protocol").is_ok());
        let command = scheme.open(COMMAND).unwrap().get_string("").unwrap();
        assert_eq!(command, r#""C:\标信\bidseal.exe" agent "%1""#);
        take_back(&links).unwrap();
        assert!(!is_made(&links) && CURRENT_USER.open(format!(r"{folder}\bidseal")).is_err());
        CURRENT_USER.remove_tree(folder).unwrap();
    }

    #[test]
    fn files_of_bids_are_ours_until_another_program_takes_them() {
        let folder = r"Software\Bidseal test of files";
        let links = links(folder, true);
        write(&links).unwrap();
        let ending = CURRENT_USER.create(format!(r"{folder}\{ENDING}")).unwrap();
        assert_eq!(ending.get_string("").unwrap(), FILE);
        take_back(&links).unwrap();
        let ours_is_gone = ending.get_string("").is_err();
        write(&links).unwrap();
        ending.set_string("", "Other.bid").unwrap();
        take_back(&links).unwrap();
        let theirs = ending.get_string("");
        CURRENT_USER.remove_tree(folder).unwrap();
        assert!(ours_is_gone);
        assert_eq!(theirs.unwrap(), "Other.bid");
    }
}
