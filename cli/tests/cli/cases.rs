//! The table of bad input (cases.toml), row by row: code, exit status, and what must not exist afterwards.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    process::{Command, Stdio},
};

use crate::support::{Desk, HOLDER, PIN, Run, copy, fed};
use algo::Suite;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Table {
    case: Vec<Case>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    run: String,
    #[serde(default = "usual_desk")]
    desk: String,
    #[serde(default = "usual_way")]
    how: String,
    secrets: Option<String>,
    code: String,
    exit: i32,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    same: Vec<String>,
}

fn usual_desk() -> String {
    "bidder".into()
}

fn usual_way() -> String {
    "signing".into()
}

/// Codes that a person meets in the published table; each must have a row.
const PUBLISHED: &str = "pdf.not_pdf input.empty pdf.damaged pdf.password_wrong cert.key_usage cert.expired \
    cert.not_yet_valid pdf.locked output.same_as_input output.exists output.not_empty cert.not_found cert.ambiguous \
    output.not_writable disk.full token.none token.pin_wrong token.pin_locked token.not_activated token.removed token.module_failed \
    bid.tampered bid.no_recipient bid.version bid.threshold bid.password_wrong user.cancelled consent.no_terminal ledger.guard";

#[test]
fn every_row_of_the_table_holds() {
    let table: Table = toml::from_str(include_str!("cases.toml")).unwrap();
    let desks = desks();
    let mut wrong = Vec::new();
    for case in &table.case {
        if let Err(reason) = check(case, &desks) {
            wrong.push(format!("{}: {reason}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    for code in PUBLISHED.split_whitespace() {
        assert!(table.case.iter().any(|case| case.code == code), "no row for {code}");
    }
}

fn check(case: &Case, desks: &BTreeMap<&str, Desk>) -> Result<(), String> {
    let desk = Desk::empty();
    copy(desks[case.desk.as_str()].path(), desk.path());
    let before: Vec<_> = case.same.iter().map(|file| fs::read(desk.file(file)).unwrap()).collect();
    let line = fill(&case.run, &desk);
    let words: Vec<&str> = line.split_whitespace().collect();
    let secrets = fill(case.secrets.as_deref().unwrap_or("{\"pin\":\"{pin}\"}"), &desk);
    let run = run(case, &desk, &words, &secrets);
    let told = || format!("{run}");
    if run.exit != Some(case.exit) || run.code() != case.code {
        return Err(told());
    }
    for file in &case.absent {
        if desk.file(file).exists() {
            return Err(format!("{file} exists\n{}", told()));
        }
    }
    for (file, before) in case.same.iter().zip(before) {
        if fs::read(desk.file(file)).ok() != Some(before) {
            return Err(format!("{file} was touched\n{}", told()));
        }
    }
    let left = desk.leftovers();
    if left.is_empty() { Ok(()) } else { Err(format!("left behind: {left:?}\n{}", told())) }
}

fn run(case: &Case, desk: &Desk, words: &[&str], secrets: &str) -> Run {
    let script = [words, &["--secrets-stdin", "--json", "--yes"]].concat();
    match case.how.as_str() {
        "signing" => fed(desk.command(&script), secrets.as_bytes()),
        "nobody to ask" => desk.run(&[words, &["--json"]].concat()),
        "a no at the terminal" => at_terminal(desk, &[words, &["--json"]].concat(), "n"),
        "token removed" => while_waiting_for_the_pin(desk, &script, secrets, || {
            fs::remove_dir_all(desk.file("home/tokens")).unwrap();
        }),
        "read-only disk" => on_disk(desk, "mount -t tmpfs -o ro none disk", &script, secrets),
        "full disk" => on_disk(desk, "mount -t tmpfs -o size=64k none disk", &script, secrets),
        "another user's folder" => as_nobody(desk, &script, secrets),
        other => panic!("no such way to run: {other}"),
    }
}

/// Runs on a disk of its own, in a private mount namespace that ends with the program. Needs root, as CI has it.
fn on_disk(desk: &Desk, mount: &str, words: &[&str], secrets: &str) -> Run {
    fs::create_dir(desk.file("disk")).unwrap();
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-ec", &format!("{mount}; exec \"$@\""), "sh"]);
    fed(inside(desk, command, words), secrets.as_bytes())
}

/// Runs as a user who may read everything here and write only the home.
fn as_nobody(desk: &Desk, words: &[&str], secrets: &str) -> Run {
    fs::create_dir(desk.file("disk")).unwrap();
    let own = Command::new("chown").args(["-R", "65534:65534"]).arg(desk.file("home")).status().unwrap();
    let open = Command::new("chmod").arg("755").arg(desk.path()).status().unwrap();
    assert!(own.success() && open.success());
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    fed(inside(desk, command, words), secrets.as_bytes())
}

/// The program as the last words of another command.
fn inside(desk: &Desk, mut command: Command, words: &[&str]) -> Command {
    command.arg(env!("CARGO_BIN_EXE_bidseal")).args(words).current_dir(desk.path()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("BIDSEAL_HOME", desk.file("home"));
    command.env("BIDSEAL_TEST_ROOT", desk.path());
    command
}

/// Lets `meanwhile` happen when the program has come to reading its standard input.
fn while_waiting_for_the_pin(desk: &Desk, words: &[&str], secrets: &str, meanwhile: impl Fn()) -> Run {
    let mut command = desk.command(words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let now_at = format!("/proc/{}/syscall", child.id());
    let reads_stdin =
        |line: String| line.split(' ').nth(1) == Some("0x0") && ["0", "63"].contains(&line.split(' ').next().unwrap());
    while !fs::read_to_string(&now_at).is_ok_and(reads_stdin) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it asked for the PIN");
        std::thread::yield_now();
    }
    meanwhile();
    child.stdin.take().unwrap().write_all(secrets.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

/// Runs at a terminal of its own, where the first question is answered.
fn at_terminal(desk: &Desk, words: &[&str], answer: &str) -> Run {
    let mut terminal = crate::support::Terminal::open(desk, words);
    terminal.read_until("[y/N]");
    terminal.type_line(answer);
    terminal.end()
}

fn fill(text: &str, desk: &Desk) -> String {
    let thumbprint = |file: &str| {
        let pem = fs::read(desk.file(file)).unwrap_or_default();
        let certificate = x509::Certificate::from_any(&pem).ok().and_then(|all| all.into_iter().next());
        certificate.map_or_else(String::new, |one| format!("sha256:{}", one.thumbprint(algo::Hash::Sha256)))
    };
    let named = text.replace("{holder}", HOLDER).replace("{pin}", PIN);
    let named = named.replace("{here}", desk.path().to_str().unwrap());
    named.replace("{sign}", &thumbprint("sign.pem")).replace("{encrypt}", &thumbprint("encrypt.pem"))
}

/// The homes of the table, each with all documents.
fn desks() -> BTreeMap<&'static str, Desk> {
    let bidder = Desk::of(Suite::Sm);
    documents(&bidder);
    bids(&bidder);
    let like_bidder = || {
        let desk = Desk::empty();
        copy(bidder.path(), desk.path());
        desk
    };
    let locked = like_bidder();
    for _ in 0..10 {
        locked.with(&["pin", "verify", "--yes"], &json!({"pin": "wrong-pin-1"}));
    }
    let new = Desk::empty();
    new.run(&["token", "init", "--label", "new", "--suite", "sm"]).ok();
    let empty = Desk::empty();
    documents(&empty);
    let (expired, future) = (like_bidder(), like_bidder());
    expired.recertify(-30, -10);
    future.recertify(10, 30);
    [("bidder", bidder), ("locked", locked), ("new", new), ("empty", empty), ("expired", expired), ("future", future)]
        .into()
}

fn documents(desk: &Desk) {
    desk.write("a.txt", b"an offer");
    desk.write("old.txt", b"what was here before");
    desk.write("full/old.txt", b"what was here before");
    desk.write("text.pdf", b"no PDF at all");
    desk.write("empty.pdf", b"");
    desk.write("good.pdf", &crate::support::pdf(2));
    desk.write("damaged.pdf", &crate::support::pdf(2)[..200]);
    desk.write("certified.pdf", &crate::support::certified_pdf());
    desk.write("password.pdf", &crate::support::encrypted_pdf("right"));
    desk.write("seal.png", &crate::support::png());
    desk.write("big.bin", &vec![7; 1 << 20]);
    desk.write("meta.json", br#"{"project":"x","opens_at":"tomorrow"}"#);
}

fn bids(desk: &Desk) {
    let secrets: Value = json!({"pin": PIN, "password": "Kd93-mwQ7-lkj2-p"});
    let to = fill("{encrypt}", desk);
    desk.with(&["bid", "encrypt", "a.txt", "-o", "good.bid", "--to", &to, "--password", "--yes"], &secrets).ok();
    let good = fs::read(desk.file("good.bid")).unwrap();
    let with = |at: usize, change: u8| {
        let mut bytes = good.clone();
        bytes[at] ^= change;
        bytes
    };
    desk.write("altered.bid", &with(good.len() / 2, 1));
    desk.write("cut.bid", &good[..good.len() - 1]);
    desk.write("newer.bid", &with(13, 0x40));
    desk.write("committee.bid", &with(15, 1));
    let other = Desk::of(Suite::P256);
    other.write("a.txt", b"an offer");
    other.signing(&["bid", "encrypt", "a.txt", "-o", "foreign.bid", "--to", "encrypt.pem"]).ok();
    desk.write("foreign.bid", &fs::read(other.file("foreign.bid")).unwrap());
}
