//! The same for a twin: while it is written there is no bid yet, and while it is compared nobody is accused.

use std::fs;
use std::process::Command;

use serde_json::json;

use super::{PULL, Waiting, desk, not_entered, plugged_in_again, unharmed};
use crate::support::{Desk, PIN, Run, fed};

const ENCRYPT: [&str; 6] = ["bid", "encrypt", "报价.bin", "--to", "encrypt.pem", "-o"];

/// A bid of a large file and a small one, in this order.
const LARGE: [&str; 7] = ["bid", "encrypt", "large.bin", "报价.bin", "--to", "encrypt.pem", "-o"];

fn large_file(desk: &Desk) {
    fs::File::create(desk.file("large.bin")).unwrap().set_len(192 << 20).unwrap();
}

#[test]
fn a_drive_that_vanishes_while_a_twin_is_written_leaves_neither_bid_nor_twin() {
    let desk = desk();
    large_file(&desk);
    let line = [&LARGE[..], &["out.bid", "--twin", "disk/twin"]].concat();
    let mut run = Waiting::start(&desk, "mount -t tmpfs none disk", &line);
    assert!(run.asks(), "{}", run.end());
    run.stop_while_writing(&desk.file("disk"));
    run.meanwhile(PULL);
    let run = run.end();
    assert_eq!(run.exit, Some(4), "{run}");
    assert!(["output.failed", "output.not_writable"].contains(&run.code().as_str()), "{run}");
    assert!(run.error()["data"]["path"].as_str().unwrap().ends_with("disk/twin"), "the person's name for it: {run}");
    for name in ["out.bid", "out.bid.p7s", "disk"] {
        assert!(!desk.file(name).exists(), "{name}: {run}");
    }
    not_entered(&desk);
    plugged_in_again(&desk);
    unharmed(&desk);
}

#[test]
fn a_drive_that_vanishes_while_a_twin_is_compared_is_told_and_the_twin_is_not_called_altered() {
    let desk = desk();
    large_file(&desk);
    desk.signing(&[&LARGE[..], &["large.bid", "--twin", "twin"]].concat()).ok();
    let line = ["bid", "verify", "large.bid", "--twin", "disk/twin"];
    let mut run = Waiting::start(&desk, "mount -t tmpfs none disk\ncp -r twin disk/", &line);
    run.stop_when_it_has_open("large.bin");
    run.meanwhile(PULL);
    let run = run.end();
    assert_eq!((run.exit, run.code().as_str()), (Some(2), "input.not_found"), "{run}");
    // The other copy is still good, and the drive that comes back too.
    desk.run(&["bid", "verify", "large.bid", "--twin", "twin"]).ok();
    unharmed(&desk);
}

#[test]
fn a_bid_whose_statement_finds_its_name_taken_is_made_and_said_to_be_alone() {
    let desk = desk();
    let mut run = Waiting::start(&desk, "true", &[&ENCRYPT[..], &["out.bid"]].concat());
    assert!(run.asks(), "{}", run.end());
    desk.write("out.bid.p7s", b"somebody else's");
    let run = run.end();
    assert_eq!((run.exit, run.code().as_str()), (Some(4), "bid.made_alone"), "{run}");
    assert_eq!(run.error()["data"]["reason"], "exists", "{run}");
    assert_eq!(fs::read(desk.file("out.bid.p7s")).unwrap(), b"somebody else's");
    desk.signing(&["bid", "rehearse", "out.bid"]).ok();
    let entered = desk.run(&["bid", "ledger", "show", "out.bid", "--json"]).ok().json();
    assert_eq!(entered["bid"]["state"], "waiting", "{entered}");
    unharmed(&desk);
}

/// Disks on which the last bytes do not fit, one page after the other: bid, statement and twin are there together or not at
/// all.
#[test]
fn a_disk_that_is_full_at_any_page_leaves_all_or_nothing() {
    for (places, sizes) in
        [(["out.bid", "disk/twin"], [508, 516, 520, 528, 560]), (["disk/out.bid", "twin"], [508, 520, 524, 528, 560])]
    {
        let mut exits = Vec::new();
        for kib in sizes {
            let desk = desk();
            let run = on_a_disk_of(kib, &desk, &[&ENCRYPT[..], &[places[0], "--twin", places[1]]].concat());
            let on_the_disk = fs::read_to_string(desk.file("left")).unwrap();
            let here = ["out.bid", "out.bid.p7s", "twin"].map(|name| desk.file(name).exists());
            let whole = match places[0] {
                "out.bid" => (on_the_disk == "twin\n", here == [true, true, false]),
                _ => (on_the_disk == "out.bid\nout.bid.p7s\n", here == [false, false, true]),
            };
            if run.exit == Some(0) {
                assert_eq!(whole, (true, true), "{kib} KiB: {on_the_disk:?} {here:?} {run}");
            } else {
                assert_eq!((run.exit, run.code().as_str()), (Some(4), "disk.full"), "{kib} KiB: {run}");
                assert_eq!((on_the_disk.as_str(), here), ("", [false; 3]), "{kib} KiB: {run}");
                not_entered(&desk);
                unharmed(&desk);
            }
            exits.push(run.exit);
        }
        assert_eq!((exits[0], exits[4]), (Some(4), Some(0)), "both ends were tried: {exits:?}");
    }
}

/// Runs the program where `disk` is so small, and tells in the file `left` what is on that disk afterwards.
fn on_a_disk_of(kib: u32, desk: &Desk, words: &[&str]) -> Run {
    let script = format!("mount -t tmpfs -o size={kib}k none disk\n\"$@\"\nstatus=$?\nls -A disk > left\nexit $status");
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script, "sh", env!("CARGO_BIN_EXE_bidseal")]).args(words);
    command.args(["--secrets-stdin", "--json", "--yes"]).current_dir(desk.path()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("BIDSEAL_HOME", desk.file("home"));
    command.env("BIDSEAL_TEST_ROOT", desk.path());
    fed(command, json!({ "pin": PIN }).to_string().as_bytes())
}
