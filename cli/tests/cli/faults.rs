//! Drives that vanish, disks that are full or read-only, keys that are pulled out, in the middle of a command: nothing is
//! lost, the code is stable, and no target is partial. Each runs in a mount namespace of its own; needs root, as CI has it.

mod twin;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use algo::Suite;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{self, Desk, HOLDER, PIN, Run, copy, judge};

/// The program in a mount namespace that `prepare` makes, waiting for its secrets.
struct Waiting {
    child: Child,
}

impl Waiting {
    fn start(desk: &Desk, prepare: &str, words: &[&str]) -> Self {
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-ec", &format!("{prepare}\nexec \"$@\""), "sh"]);
        command.arg(env!("CARGO_BIN_EXE_bidseal")).args(words).args(["--secrets-stdin", "--json", "--yes"]);
        command.current_dir(desk.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("BIDSEAL_HOME", desk.file("home")).env("BIDSEAL_TEST_ROOT", desk.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { child: command.spawn().unwrap() }
    }

    /// Waits until the program reads its standard input; `false` when it ended before.
    fn asks(&mut self) -> bool {
        let process = format!("/proc/{}", self.child.id());
        let reads = |line: String| {
            let mut words = line.split(' ');
            words.next().is_some_and(|call| ["0", "63"].contains(&call)) && words.next() == Some("0x0")
        };
        let is_program = || fs::read_to_string(format!("{process}/comm")).is_ok_and(|name| name.trim() == "bidseal");
        while !(is_program() && fs::read_to_string(format!("{process}/syscall")).is_ok_and(reads)) {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::yield_now();
        }
        true
    }

    /// Runs something in the same namespace.
    fn meanwhile(&self, script: &str) {
        let process = self.child.id().to_string();
        let done = Command::new("nsenter").args(["-t", &process, "-m", "--wd", "sh", "-ec", script]).status().unwrap();
        assert!(done.success(), "{script}");
    }

    /// Hands over the PIN and stops the program as soon as it writes below `folder`, in the middle of its work.
    fn stop_while_writing(&mut self, folder: &Path) {
        let secrets = json!({ "pin": PIN }).to_string();
        self.child.stdin.take().unwrap().write_all(secrets.as_bytes()).unwrap();
        let seen = format!("/proc/{}/root{}", self.child.id(), folder.display());
        let writes = || {
            let entries = fs::read_dir(&seen).into_iter().flatten().flatten();
            entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".bidseal-"))
        };
        while !writes() {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended before it wrote");
        }
        self.signal(Signal::STOP);
    }

    /// Stops the program, which needs no secrets, as soon as it has a file of this name open.
    fn stop_when_it_has_open(&mut self, name: &str) {
        let opened = format!("/proc/{}/fd", self.child.id());
        let is_it = |entry: fs::DirEntry| fs::read_link(entry.path()).is_ok_and(|place| place.ends_with(name));
        while !fs::read_dir(&opened).into_iter().flatten().flatten().any(is_it) {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended before it opened {name}");
        }
        drop(self.child.stdin.take());
        self.signal(Signal::STOP);
    }

    /// By a call of the system's: until a program has been started for it, the work may be over.
    fn signal(&self, signal: Signal) {
        let process = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(process, signal).unwrap();
    }

    fn end(mut self) -> Run {
        let Some(mut stdin) = self.child.stdin.take() else {
            self.signal(Signal::CONT);
            return self.child.wait_with_output().unwrap().into();
        };
        let secrets = json!({ "pin": PIN }).to_string();
        // A program that ended already reads nothing.
        let _ = stdin.write_all(secrets.as_bytes());
        drop(stdin);
        self.child.wait_with_output().unwrap().into()
    }
}

/// A bidder with a file of half a MiB, the same encrypted, and a folder `disk` to mount something on.
fn desk() -> Desk {
    static MADE: std::sync::OnceLock<Desk> = std::sync::OnceLock::new();
    let made = MADE.get_or_init(|| {
        let desk = Desk::of(Suite::P256);
        let content: Vec<u8> = (0..512 << 10).map(|n: u32| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
        desk.write("报价.bin", &content);
        desk.write("disk/.keep", b"");
        let line = ["bid", "encrypt", "报价.bin", "-o", "good.bid", "--to", "encrypt.pem", "--no-statement"];
        desk.signing(&line).ok();
        desk
    });
    let desk = Desk::empty();
    copy(made.path(), desk.path());
    desk
}

const ENCRYPT: [&str; 6] = ["bid", "encrypt", "--to", "encrypt.pem", "--no-statement", "-o"];

/// Nothing of ours lies about, and what was there is as it was and still opens.
#[track_caller]
fn unharmed(desk: &Desk) {
    desk.run(&["trust", "list"]).ok();
    assert_eq!(desk.leftovers(), Vec::<std::path::PathBuf>::new());
    desk.signing(&["bid", "decrypt", "good.bid", "-o", "after"]).ok();
    assert_eq!(fs::read(desk.file("after/报价.bin")).unwrap(), fs::read(desk.file("报价.bin")).unwrap());
    fs::remove_dir_all(desk.file("after")).unwrap();
}

/// The drive is pulled out: nothing is left of it where it was mounted.
const PULL: &str = "umount -l disk\nrm -r disk";

#[test]
fn a_drive_that_vanishes_while_a_bid_is_encrypted_leaves_no_bid_and_loses_nothing() {
    // The drive that the bid goes to, in the middle of writing.
    let desk = desk();
    fs::File::create(desk.file("large.bin")).unwrap().set_len(192 << 20).unwrap();
    let mut run =
        Waiting::start(&desk, "mount -t tmpfs none disk", &[&ENCRYPT[..], &["disk/out.bid", "large.bin"]].concat());
    assert!(run.asks(), "{}", run.end());
    run.stop_while_writing(&desk.file("disk"));
    run.meanwhile(PULL);
    let run = run.end();
    assert_eq!(run.exit, Some(4), "{run}");
    assert!(["output.failed", "output.not_writable"].contains(&run.code().as_str()), "{run}");
    assert!(!desk.file("disk").exists(), "{run}");
    not_entered(&desk);
    plugged_in_again(&desk);
    unharmed(&desk);

    // The drive that the files come from.
    let desk = self::desk();
    let line = [&ENCRYPT[..], &["out.bid", "disk/报价.bin"]].concat();
    let mut run = Waiting::start(&desk, "mount -t tmpfs none disk\ncp 报价.bin disk/", &line);
    assert!(run.asks(), "{}", run.end());
    run.meanwhile(PULL);
    let run = run.end();
    assert_eq!((run.exit, run.code().as_str()), (Some(2), "input.not_found"), "{run}");
    assert!(!desk.file("out.bid").exists(), "{run}");
    not_entered(&desk);
    unharmed(&desk);
}

/// What was begun on the drive is remembered as long as it is away, so that it can be removed when it is back.
#[track_caller]
fn plugged_in_again(desk: &Desk) {
    let remembered = desk.leftovers();
    assert!(remembered.iter().all(|path| path.starts_with(desk.file("home/parts"))), "{remembered:?}");
    fs::create_dir(desk.file("disk")).unwrap();
}

/// The ledger has no entry for a bid that was not made.
#[track_caller]
fn not_entered(desk: &Desk) {
    let entries = desk.run(&["bid", "ledger", "list", "--all", "--json"]).ok().json();
    assert_eq!(entries["bids"].as_array().unwrap().len(), 1, "{entries}");
}

#[test]
fn a_drive_that_vanishes_while_a_bid_is_decrypted_leaves_no_files_and_loses_nothing() {
    let desk = desk();
    fs::File::create(desk.file("large.bin")).unwrap().set_len(192 << 20).unwrap();
    desk.signing(&[&ENCRYPT[..], &["large.bid", "large.bin"]].concat()).ok();
    let line = ["bid", "decrypt", "large.bid", "-o", "disk/out"];
    let mut run = Waiting::start(&desk, "mount -t tmpfs none disk", &line);
    assert!(run.asks(), "{}", run.end());
    run.stop_while_writing(&desk.file("disk"));
    run.meanwhile(PULL);
    let run = run.end();
    assert_eq!(run.exit, Some(4), "{run}");
    assert!(["output.failed", "output.not_writable"].contains(&run.code().as_str()), "{run}");
    assert!(!desk.file("disk").exists(), "{run}");
    plugged_in_again(&desk);
    unharmed(&desk);

    // The drive that the bid lies on: it opens from what was read, or says that it is gone; never half.
    let line = ["bid", "decrypt", "disk/good.bid", "-o", "out"];
    let mut run = Waiting::start(&desk, "mount -t tmpfs none disk\ncp good.bid disk/", &line);
    assert!(run.asks(), "{}", run.end());
    run.meanwhile(PULL);
    let run = run.end();
    if run.exit == Some(0) {
        assert_eq!(fs::read(desk.file("out/报价.bin")).unwrap(), fs::read(desk.file("报价.bin")).unwrap());
    } else {
        assert_eq!((run.code().as_str(), desk.file("out").exists()), ("input.not_found", false), "{run}");
    }
    unharmed(&desk);
}

#[test]
fn a_full_disk_ends_encryption_and_decryption_without_a_target() {
    for line in
        [[&ENCRYPT[..], &["disk/out.bid", "报价.bin"]].concat(), vec!["bid", "decrypt", "good.bid", "-o", "disk/out"]]
    {
        let desk = desk();
        let prepare = "mount -t tmpfs -o size=128k none disk";
        let mut run = Waiting::start(&desk, prepare, &line);
        run.asks();
        let run = run.end();
        assert_eq!((run.exit, run.code().as_str()), (Some(4), "disk.full"), "{run}");
        unharmed(&desk);
        // The disk that fills up only while the work is done: the space was there when it was asked for.
        let mut run = Waiting::start(&desk, "mount -t tmpfs -o size=2m none disk", &line);
        if run.asks() {
            run.meanwhile("dd if=/dev/zero of=disk/other bs=4k 2>/dev/null || test -s disk/other");
            let listed = format!("/proc/{}/root{}", run.child.id(), desk.file("disk").display());
            let run = run.end();
            assert_eq!((run.exit, run.code().as_str()), (Some(4), "disk.full"), "{run}");
            assert!(!std::path::Path::new(&listed).join("out.bid").exists());
        }
        unharmed(&desk);
    }
}

/// A large document is read from copies in the home folder: there is no room for one, or for one and not for two. With room
/// it is signed as any other, and nothing of the copies is left.
#[test]
fn a_large_document_without_room_for_its_copies_is_told_before_anybody_is_asked() {
    let desk = desk();
    let original = support::large_pdf(17 << 20);
    desk.write("large.pdf", &original);
    for (room, line) in [(8, &["verify", "large.pdf"][..]), (26, &["sign", "large.pdf", "-c", HOLDER])] {
        let prepare = format!("cp -a home was\nmount -t tmpfs -o size={room}m none home\ncp -a was/. home/");
        let mut run = Waiting::start(&desk, &prepare, line);
        assert!(!run.asks(), "somebody was asked");
        let run = run.end();
        assert_eq!((run.exit, run.code().as_str()), (Some(4), "disk.full"), "{run}");
        assert!(!desk.file("large.signed.pdf").exists(), "{run}");
        fs::remove_dir_all(desk.file("was")).unwrap();
        unharmed(&desk);
    }
    desk.signing(&["sign", "large.pdf", "-c", HOLDER]).ok();
    assert!(fs::read(desk.file("large.signed.pdf")).unwrap().starts_with(&original), "a true incremental update");
    let found = judge("pdfsig", &["-nocert", "large.signed.pdf"], desk.path()).ok().out;
    assert!(found.contains("Signature is Valid") && found.contains("Total document signed"), "{found}");
    unharmed(&desk);
}

/// The home folder on a disk of its own that is full, or that may only be read: a bid that cannot be entered in the ledger
/// is not made.
#[test]
fn a_bid_that_cannot_be_entered_in_the_ledger_is_not_made() {
    let full = "cp -a home was\nmount -t tmpfs -o size=2m none home\ncp -a was/. home/\n\
        dd if=/dev/zero of=home/other bs=1k 2>/dev/null || test -s home/other";
    let read_only = "mount --bind home home\nmount -o remount,ro,bind home";
    for (prepare, codes) in [
        (full, ["disk.full", "ledger.failed", "home.not_usable"]),
        (read_only, ["home.not_usable", "ledger.failed", "output.not_writable"]),
    ] {
        let desk = desk();
        let ledger = fs::read(desk.file("home/ledger.db")).unwrap();
        let mut run = Waiting::start(&desk, prepare, &[&ENCRYPT[..], &["out.bid", "报价.bin"]].concat());
        run.asks();
        let run = run.end();
        assert_eq!(run.exit, Some(4), "{run}");
        assert!(codes.contains(&run.code().as_str()), "{run}");
        assert!(!desk.file("out.bid").exists(), "{run}");
        assert_eq!(fs::read(desk.file("home/ledger.db")).unwrap(), ledger, "the ledger is as it was");
        fs::remove_dir_all(desk.file("was")).unwrap_or_default();
        unharmed(&desk);
    }
}

#[test]
fn a_home_of_another_user_is_named_and_left_alone() {
    let desk = desk();
    let open = Command::new("chmod").args(["-R", "a+rX"]).arg(desk.path()).status().unwrap();
    assert!(open.success());
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_bidseal")]);
    command.args(ENCRYPT).args(["out.bid", "报价.bin", "--json", "--yes", "--secrets-stdin"]).current_dir(desk.path());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("BIDSEAL_HOME", desk.file("home"));
    let run: Run = command.stdin(Stdio::null()).output().unwrap().into();
    assert_eq!((run.exit, run.code().as_str()), (Some(4), "home.not_usable"), "{run}");
    assert!(!desk.file("out.bid").exists());
    unharmed(&desk);
}

#[test]
fn a_key_that_is_pulled_out_during_decryption_is_told_and_works_again_when_it_is_back() {
    let desk = desk();
    let mut run = Waiting::start(&desk, "true", &["bid", "decrypt", "good.bid", "-o", "out"]);
    assert!(run.asks(), "{}", run.end());
    let pulled = desk.file("pulled");
    fs::create_dir(&pulled).unwrap();
    copy(&desk.file("home/tokens"), &pulled);
    fs::remove_dir_all(desk.file("home/tokens")).unwrap();
    let run = run.end();
    assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.removed"), "{run}");
    assert!(!desk.file("out").exists());
    fs::create_dir(desk.file("home/tokens")).unwrap();
    copy(&pulled, &desk.file("home/tokens"));
    assert_eq!(desk.tries(), Some(10), "no try was spent");
    unharmed(&desk);
}
