//! The journal is found out whenever somebody has been at it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::Write;
use std::path::Path;

use client::{
    Home,
    journal::{Break, Entry, Journal},
};

fn entry(number: usize) -> Entry {
    Entry {
        time: format!("2026-12-01T09:30:{number:02}Z"),
        origin: "https://portal.example".into(),
        operation: "sign".into(),
        certificate: None,
        documents: vec![format!("投标书{number}.pdf: sha256 00")],
        decision: "yes".into(),
        result: "done".into(),
    }
}

/// A home with five entries, after `tamper` has had its way with the lines.
fn after(tamper: impl FnOnce(&mut Vec<String>)) -> Option<Break> {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let journal = Journal::of(&home);
    (0..5).for_each(|number| journal.append(&entry(number)).unwrap());
    let file = folder.path().join("journal.log");
    let mut lines: Vec<_> = fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
    tamper(&mut lines);
    overwrite(&file, &lines);
    journal.verify().unwrap()
}

fn overwrite(file: &Path, lines: &[String]) {
    let mut file = fs::File::create(file).unwrap();
    lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
}

#[test]
fn what_was_written_is_whole_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let journal = Journal::of(&home);
    assert_eq!(journal.verify().unwrap(), None, "none is no broken one");
    (0..5).for_each(|number| journal.append(&entry(number)).unwrap());
    assert_eq!(journal.verify().unwrap(), None);
    assert_eq!(journal.entries().unwrap(), (0..5).map(entry).collect::<Vec<_>>());
    assert_eq!(after(|_| ()), None);
}

#[test]
fn an_edited_line_breaks_the_chain() {
    assert_eq!(after(|lines| lines[2] = lines[2].replace("yes", "no")), Some(Break::Chain { line: 4 }));
    assert_eq!(after(|lines| lines[0].insert(1, ' ')), Some(Break::Chain { line: 1 }));
}

#[test]
fn a_deleted_line_breaks_the_chain() {
    assert_eq!(after(|lines| drop(lines.remove(2))), Some(Break::Chain { line: 3 }));
    assert_eq!(after(|lines| drop(lines.remove(0))), Some(Break::Chain { line: 1 }));
}

#[test]
fn lines_in_another_order_break_the_chain() {
    assert_eq!(after(|lines| lines.swap(1, 2)), Some(Break::Chain { line: 2 }));
    assert_eq!(after(|lines| lines.rotate_left(1)), Some(Break::Chain { line: 1 }));
}

#[test]
fn an_inserted_line_breaks_the_chain() {
    assert_eq!(after(|lines| lines.insert(2, lines[1].clone())), Some(Break::Chain { line: 3 }));
    assert_eq!(after(|lines| lines.insert(0, lines[0].clone())), Some(Break::Chain { line: 2 }));
}

#[test]
fn a_cut_or_lengthened_tail_is_found() {
    assert_eq!(after(|lines| lines.truncate(4)), Some(Break::Tail { sealed: 5, found: 4 }));
    assert_eq!(after(Vec::clear), Some(Break::Tail { sealed: 5, found: 0 }));
    // the last line edited: nothing follows it that could tell, but the seal does
    assert_eq!(after(|lines| lines[4] = lines[4].replace("yes", "no")), Some(Break::Tail { sealed: 5, found: 5 }));
}

#[test]
fn going_on_does_not_heal_a_cut() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let journal = Journal::of(&home);
    (0..5).for_each(|number| journal.append(&entry(number)).unwrap());
    let file = folder.path().join("journal.log");
    let lines: Vec<_> = fs::read_to_string(&file).unwrap().lines().take(3).map(str::to_owned).collect();
    overwrite(&file, &lines);
    journal.append(&entry(5)).unwrap();
    assert_eq!(journal.verify().unwrap(), Some(Break::Chain { line: 4 }));
}

#[test]
fn the_seal_cannot_be_removed_or_made_by_another() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let journal = Journal::of(&home);
    (0..2).for_each(|number| journal.append(&entry(number)).unwrap());
    let head = folder.path().join("journal.head");
    let sealed = fs::read_to_string(&head).unwrap();
    fs::remove_file(&head).unwrap();
    assert_eq!(journal.verify().unwrap(), Some(Break::Seal));
    fs::File::create(&head).unwrap().write_all(sealed.replace("\"count\":2", "\"count\":1").as_bytes()).unwrap();
    assert_eq!(journal.verify().unwrap(), Some(Break::Seal));
    journal.append(&entry(2)).unwrap();
    assert_eq!(journal.verify().unwrap(), Some(Break::Chain { line: 3 }), "a new seal does not heal it");
}

#[test]
fn a_line_torn_by_a_kill_goes_and_the_next_follows() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let journal = Journal::of(&home);
    (0..2).for_each(|number| journal.append(&entry(number)).unwrap());
    let file = folder.path().join("journal.log");
    fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(b"{\"before\":\"12").unwrap();
    journal.append(&entry(2)).unwrap();
    assert_eq!(journal.verify().unwrap(), None);
    assert_eq!(journal.entries().unwrap().len(), 3);
}
