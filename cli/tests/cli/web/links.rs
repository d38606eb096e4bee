//! Links of web pages start us when the person wants it; judged by the tools of desktops.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Desk, Run, judge};

const ENTRY: &str = "data/applications/bidseal-links.desktop";

fn links(desk: &Desk, word: &str) -> Value {
    let mut command = desk.command(&["links", word, "--json"]);
    command.env("XDG_DATA_HOME", desk.file("data")).env("XDG_CONFIG_HOME", desk.file("config"));
    let run: Run = command.stdin(Stdio::null()).output().unwrap().into();
    run.ok().json()
}

/// What a desktop would start for the scheme.
fn started(desk: &Desk) -> String {
    let (data, config) = (desk.file("data"), desk.file("config"));
    let script = format!(
        "XDG_DATA_HOME='{}' XDG_CONFIG_HOME='{}' xdg-mime query default x-scheme-handler/bidseal",
        data.display(),
        config.display()
    );
    judge("sh", &["-c", &script], desk.path()).ok().out.trim().to_owned()
}

#[test]
fn they_are_off_until_wanted_and_taken_back_without_a_trace() {
    let desk = Desk::empty();
    fs::create_dir_all(desk.file("config")).unwrap();
    assert_eq!(links(&desk, "status")["on"], false);
    assert_eq!(started(&desk), "");
    assert_eq!(links(&desk, "on")["on"], true);
    assert_eq!(started(&desk), "bidseal-links.desktop");
    judge("desktop-file-validate", &[ENTRY], desk.path()).ok();
    assert_eq!(links(&desk, "off")["on"], false);
    assert_eq!(started(&desk), "");
    assert!(!desk.file(ENTRY).exists());
    assert!(!desk.file("data/mime/packages/bidseal.xml").exists());
}

/// The entry's line, typed by a shell as a desktop would start it: the link arrives as one word and is judged as one.
#[test]
fn a_link_arrives_as_one_word_and_more_than_waking_is_refused() {
    let desk = Desk::empty();
    links(&desk, "on");
    let entry = fs::read_to_string(desk.file(ENTRY)).unwrap();
    let line = entry.lines().find_map(|line| line.strip_prefix("Exec=")).unwrap();
    if !line.ends_with(" agent %u") {
        return assert!(line.ends_with("bidseal-app\" %U"), "{line}");
    }
    let home = desk.file("home");
    let typed = line.replace("%u", "'bidseal:wake --allow-origin https://evil.example'");
    let script = format!("BIDSEAL_HOME='{}' {typed} --json", home.display());
    let run = judge("sh", &["-c", &script], desk.path());
    assert_eq!((run.exit, run.code().as_str()), (Some(2), "usage.unknown"), "{run}");
}
