//! `ledger.db` itself: damaged, gone, of another version, written by several at once, killed at every write.

use std::{fs, os::unix::process::ExitStatusExt, path::Path, process::Stdio};

use algo::Suite;
use serde_json::json;

use super::{encrypt, list, sealed};
use crate::support::{Desk, PIN, Run, copy, judge};

fn ledger(desk: &Desk) -> std::path::PathBuf {
    desk.file("home/ledger.db")
}

/// What each kind of harm gets; the file is left as it is, keys stay guarded, and a bid still opens.
#[test]
fn a_harmed_ledger_is_reported_and_never_replaced() {
    let whole = fs::read(ledger(&sealed(60))).unwrap();
    let mut newer = whole.clone();
    newer[60..64].copy_from_slice(&99u32.to_be_bytes()); // user_version, sqlite.org/fileformat2.html §1.3
    let mut foreign = whole.clone();
    foreign[68..72].copy_from_slice(b"else"); // application_id
    let mut torn = whole.clone();
    torn[4096..].fill(0xaa);
    let cases: [(&str, Option<&[u8]>); 7] = [
        ("ledger.damaged", Some(b"")),
        ("ledger.damaged", Some(b"not a database, but long enough to look at".repeat(100).leak())),
        ("ledger.damaged", Some(&whole[..whole.len() - 4096])),
        ("ledger.damaged", Some(&torn)),
        ("ledger.damaged", Some(&foreign)),
        ("ledger.version", Some(&newer)),
        ("ledger.missing", None),
    ];
    for (number, (code, content)) in cases.into_iter().enumerate() {
        let desk = sealed(60);
        let serial = format!("serial:{}", list(&desk)[0]["recipients"][0]["serial"].as_str().unwrap());
        match content {
            Some(bytes) => drop(desk.write("home/ledger.db", bytes)),
            None => fs::remove_file(ledger(&desk)).unwrap(),
        }
        let check = |run: Run, what: &str| assert_eq!(run.code(), code, "case {number}, {what}: {run}");
        check(desk.run(&["bid", "ledger", "list", "--json"]), "list");
        check(encrypt(&desk, "next.bid", 60, &[]), "encrypt");
        assert!(!desk.file("next.bid").exists());
        check(desk.signing(&["cert", "delete", &serial]), "guard");
        let other = desk.run(&["trust", "list", "--json"]).ok();
        assert!(other.err.contains(code), "another command works and warns: {other}");
        desk.signing(&["bid", "decrypt", "offer.bid", "-o", "out"]).ok();
        assert_eq!(fs::read(ledger(&desk)).ok().as_deref(), content, "case {number}: untouched");
    }
}

#[test]
fn sqlite_itself_reads_the_ledger() {
    let desk = sealed(60);
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); print(c.execute('PRAGMA integrity_check').fetchone()[0], \
        c.execute('SELECT count(*) FROM bid JOIN recipient USING (root) JOIN device USING (key_id)').fetchone()[0])";
    let run = judge("python3", &["-c", script, "home/ledger.db"], desk.path()).ok();
    assert_eq!(run.out.trim(), "ok 1");
    let mode = fs::metadata(ledger(&desk)).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
}

#[test]
fn several_processes_enter_their_bids_at_once() {
    let desk = Desk::of(Suite::P256);
    desk.write("报价.txt", b"an offer");
    let start = |number: usize| {
        let name = format!("{number}.bid");
        let line =
            ["bid", "encrypt", "报价.txt", "-o", &name, "--to", "encrypt.pem", "--no-statement", "--json", "--yes"];
        let mut command = desk.command(&[&line[..], &["--secrets-stdin"]].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), json!({ "pin": PIN }).to_string().as_bytes())
            .unwrap();
        child
    };
    let running: Vec<_> = (0..4).map(start).collect();
    for child in running {
        Run::from(child.wait_with_output().unwrap()).ok();
    }
    assert_eq!(list(&desk).len(), 4);
}

/// An entry too many may stay, one too few never: a bid that has its name is in the ledger.
#[test]
fn a_kill_at_any_write_loses_no_entry() {
    let points = Desk::empty().run(&["failpoints"]).ok().out;
    let points: Vec<&str> = points.lines().filter(|point| point.starts_with("ledger.")).collect();
    assert_eq!(points.len(), 7, "{points:?}");
    let desk = Desk::of(Suite::P256);
    desk.write("报价.txt", b"an offer");
    // The first write enters the bid, the second says that it has its name.
    let passings = points.iter().flat_map(|point| {
        let last = if point.starts_with("ledger.new") { 1 } else { 2 };
        (1..=last).map(move |passing| format!("{point}#{passing}"))
    });
    for point in passings {
        let after = Desk::empty();
        copy(desk.path(), after.path());
        kill(&after, &point);
        let entered = list(&after).len();
        let has_name = after.file("x.bid").exists();
        assert!(entered >= usize::from(has_name), "{point}: {entered} entries, named {has_name}");
        assert_eq!(after.leftovers(), Vec::<std::path::PathBuf>::new(), "{point}");
        encrypt(&after, "y.bid", 60, &[]).ok();
        assert_eq!(list(&after).len(), entered + 1, "{point}");
    }
}

fn kill(desk: &Desk, point: &str) {
    let line =
        ["bid", "encrypt", "报价.txt", "-o", "x.bid", "--to", "encrypt.pem", "--no-statement", "--json", "--yes"];
    let mut command = desk.command(&[&line[..], &["--secrets-stdin"]].concat());
    command.env("BIDSEAL_FAILPOINT", point).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), json!({ "pin": PIN }).to_string().as_bytes());
    assert_eq!(child.wait().unwrap().signal(), Some(9), "{point} was not reached");
}

#[test]
fn a_home_without_a_ledger_gets_none_by_looking() {
    let desk = Desk::of(Suite::P256);
    desk.run(&["bid", "ledger", "list"]).ok();
    assert!(!Path::new(&ledger(&desk)).exists());
}
