//! How much memory a bid takes, measured from outside: 64 MiB at most above the same command on a small one.

use std::process::Stdio;

use algo::Suite;

use crate::support::{Desk, PIN};

const ABOVE: u64 = 64 << 10;

/// Largest resident set of a run in KiB, as the kernel counts it.
fn peak(desk: &Desk, words: &[&str]) -> u64 {
    let program = env!("CARGO_BIN_EXE_bidseal");
    // The shell that started it reports its children's peak when they are gone: /proc of the program is gone with it.
    let script = "import json,resource,subprocess,sys\n\
        done = subprocess.run(sys.argv[2:], input=sys.argv[1].encode(), stdout=subprocess.DEVNULL)\n\
        print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let secrets = format!("{{\"pin\":\"{PIN}\"}}");
    let mut command = std::process::Command::new("python3");
    command.args(["-c", script, &secrets, program]).args(words).args(["--secrets-stdin", "--json", "--yes"]);
    command.current_dir(desk.path()).env("BIDSEAL_HOME", desk.file("home")).stderr(Stdio::null());
    let printed = String::from_utf8(command.output().expect("python3 is needed").stdout).unwrap();
    let (exit, kib) = printed.trim().split_once(' ').unwrap();
    assert_eq!(exit, "0", "{words:?}");
    kib.parse().unwrap()
}

#[test]
fn a_bid_of_any_size_takes_the_same_memory() {
    // The slow test build takes seconds for this; `--full` asks for gigabytes.
    let full = std::env::var("BIDSEAL_TEST_SIZE").is_ok_and(|size| size == "full");
    let mebibytes: usize = if full { 5_000 } else { 150 };
    let desk = Desk::of(Suite::Sm);
    desk.write("small/a.bin", &vec![1; 1 << 20]);
    desk.write("large/a.bin", b"");
    let sparse = std::fs::OpenOptions::new().write(true).open(desk.file("large/a.bin")).unwrap();
    sparse.set_len((mebibytes as u64) << 20).unwrap();
    let encrypt = |input: &'static str, output: &'static str| {
        ["bid", "encrypt", input, "-o", output, "--to", "encrypt.pem", "--no-statement"]
    };
    let small = peak(&desk, &encrypt("small", "small.bid"));
    let large = peak(&desk, &encrypt("large", "large.bid"));
    assert!(large <= small + ABOVE, "encrypting: {small} KiB for 1 MiB, {large} KiB for {mebibytes} MiB");
    let small = peak(&desk, &["bid", "decrypt", "small.bid", "-o", "small.out"]);
    let large = peak(&desk, &["bid", "decrypt", "large.bid", "-o", "large.out"]);
    assert!(large <= small + ABOVE, "decrypting: {small} KiB for 1 MiB, {large} KiB for {mebibytes} MiB");
}
