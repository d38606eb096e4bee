//! The journal while pages ask: nothing is asked of a key that could not be recorded.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
};

use algo::Suite;
use serde_json::{Value, json};

use super::{service::Service, work::signing};
use crate::support::{Desk, PIN};

const PORTAL: &str = "https://portal.example";
/// The home on a small disk of its own.
const SMALL_DISK: &str = "cp -a home was\nmount -t tmpfs -o size=4m none home\ncp -a was/. home/";

/// Leaves no byte free on the disk of a home.
fn fill(home: &Path) {
    let mut other = File::create(home.join("other")).unwrap();
    for piece in [64 << 10, 1 << 10, 1] {
        while other.write_all(&vec![1; piece]).is_ok() {}
    }
}

/// The entries of the home that only the agent sees, and whether their chain is whole.
fn entries(desk: &Desk, home: &Path) -> Vec<Value> {
    let here = desk.file("seen");
    let copied = Command::new("cp").arg("-a").arg(home).arg(&here).status().unwrap();
    assert!(copied.success());
    let seen = here.to_str().unwrap();
    desk.run(&["journal", "verify", "--home", seen]).ok();
    let listed = desk.run(&["journal", "list", "--json", "--home", seen]).ok().json();
    fs::remove_dir_all(here).unwrap();
    listed["entries"].as_array().unwrap().clone()
}

#[test]
fn nothing_is_asked_of_a_key_while_the_disk_has_no_room_for_the_journal() {
    let desk = Desk::of(Suite::P256);
    let (mut service, home) = Service::prepared(&desk, SMALL_DISK, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let params = json!({"certificate": signing(&mut page), "nonce": "A".repeat(44)});
    let _ = fs::remove_file(home.join("journal.room"));
    fill(&home);
    assert_eq!(page.call("login", &params), Err("journal.failed".into()));
    assert_eq!(page.call("certificates", &json!({})), Err("journal.failed".into()));
    fs::remove_file(home.join("other")).unwrap();
    let call = page.send("login", &params);
    let shown = service.agree();
    assert_eq!(shown.matches("[y/N]").count(), 1, "the first call asked nobody: {shown}");
    assert!(page.answer(call).is_ok(), "with room it goes on");
    let told: Vec<_> = entries(&desk, &home).iter().map(|one| one["operation"].clone()).collect();
    assert_eq!(told, ["certificates", "login"], "what was refused was not begun");
}

#[test]
fn a_disk_that_fills_while_the_person_thinks_loses_no_entry() {
    let desk = Desk::of(Suite::P256);
    let (mut service, home) = Service::prepared(&desk, SMALL_DISK, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let params = json!({"certificate": signing(&mut page), "nonce": "A".repeat(44)});
    for agreed in [false, true] {
        let call = page.send("login", &params);
        service.terminal.read_until("[y/N]");
        fill(&home);
        service.terminal.type_line(if agreed { "y" } else { "n" });
        if agreed {
            service.terminal.read_until(": ");
            service.terminal.type_line(PIN);
        }
        let result = page.answer(call).map_or_else(|code| code, |_| "done".to_owned());
        fs::remove_file(home.join("other")).unwrap();
        let all = entries(&desk, &home);
        let last = all.last().unwrap();
        assert_eq!((&last["operation"], &last["result"]), (&json!("login"), &json!(result)));
        assert_eq!(last["decision"], if agreed { "yes" } else { "no" });
        assert_ne!(result, "journal.failed", "the room that was held was enough");
    }
}
