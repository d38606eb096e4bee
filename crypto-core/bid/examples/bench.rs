//! A bid of 1 GiB against the programs that people encrypt files with, in one run: interleaved rounds, wall time and peak
//! memory of whole processes. `cargo xtask bench bid` builds it optimised and calls it: `bench ENGINE FOLDER FIGURES.json`,
//! where FOLDER lies in memory, so that no disk is measured.

use serde_json::{Value, json};
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const SIZE: usize = 1 << 30;
const ROUNDS: usize = 7;

/// A program that is measured, with what it leaves behind.
struct Contender {
    name: &'static str,
    line: String,
    leaves: &'static str,
}

/// What it took.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    kib: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [engine, folder, figures] = &arguments[..] else { return Err("bench ENGINE FOLDER FIGURES.json".into()) };
    fs::create_dir_all(folder)?;
    prepare(folder)?;
    let contenders = contenders(engine);
    let mut costs = vec![Vec::new(); contenders.len()];
    for round in 0..ROUNDS {
        eprintln!("round {} of {ROUNDS}", round + 1);
        for (contender, costs) in contenders.iter().zip(&mut costs) {
            costs.push(measure(contender, folder)?);
        }
        for contender in &contenders {
            remove(&folder.join(contender.leaves))?;
        }
    }
    let medians: Vec<Cost> = costs.iter().map(|costs| median(costs)).collect();
    let document = report(&contenders, &medians, &costs);
    writeln!(File::create(figures)?, "{document:#}")?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// Random bytes, and keys for the peers.
fn prepare(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut input = File::create(folder.join("in"))?;
    let mut piece = vec![0; 1 << 20];
    for _ in 0..SIZE / piece.len() {
        algo::random_bytes(&mut piece)?;
        input.write_all(&piece)?;
    }
    for line in [
        "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=bench -days 2 -keyout key.pem -out cert.pem",
        "age-keygen -o age.key",
        "mkdir -m 700 gpg",
        "gpg --homedir gpg --batch --passphrase '' --quick-gen-key bench rsa2048 encrypt never",
    ] {
        let run = shell(line, folder).stderr(Stdio::null()).status()?;
        if !run.success() {
            return Err(format!("{line}: {run}").into());
        }
    }
    Ok(())
}

fn contenders(engine: &Path) -> Vec<Contender> {
    let engine = engine.display();
    let one = |name, line: String, leaves| Contender { name, line, leaves };
    vec![
        one("cp", "cp in cp.out".into(), "cp.out"),
        one("bidseal sm encrypt", format!("{engine} encrypt sm in sm.bid"), "sm.bid"),
        one("bidseal sm decrypt", format!("{engine} decrypt sm.bid sm.out"), "sm.out"),
        one("bidseal intl encrypt", format!("{engine} encrypt intl in intl.bid"), "intl.bid"),
        one("bidseal intl decrypt", format!("{engine} decrypt intl.bid intl.out"), "intl.out"),
        one(
            "openssl cms encrypt",
            "openssl cms -encrypt -binary -stream -aes-256-gcm -in in -outform DER -out cms.out cert.pem".into(),
            "cms.out",
        ),
        one(
            "openssl cms decrypt",
            "openssl cms -decrypt -binary -inform DER -in cms.out -inkey key.pem -recip cert.pem -out cms.plain".into(),
            "cms.plain",
        ),
        one("age encrypt", "age -r \"$(age-keygen -y age.key)\" -o age.out in".into(), "age.out"),
        one("age decrypt", "age -d -i age.key -o age.plain age.out".into(), "age.plain"),
        one("rage encrypt", "rage -r \"$(age-keygen -y age.key)\" -o rage.out in".into(), "rage.out"),
        one("rage decrypt", "rage -d -i age.key -o rage.plain rage.out".into(), "rage.plain"),
        one(
            "gpg encrypt",
            "gpg --homedir gpg --batch --quiet --trust-model always -z 0 --cipher-algo AES256 -r bench -o gpg.out -e in".into(),
            "gpg.out",
        ),
        one("gpg decrypt", "gpg --homedir gpg --batch --quiet -o gpg.plain -d gpg.out".into(), "gpg.plain"),
    ]
}

fn shell(line: &str, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).stdout(Stdio::null());
    command
}

fn measure(contender: &Contender, folder: &Path) -> Result<Cost, Box<dyn Error>> {
    remove(&folder.join(contender.leaves))?;
    let line = format!("exec /usr/bin/time -f %M -o memory {}", contender.line);
    let begun = Instant::now();
    let run = shell(&line, folder).stderr(Stdio::null()).status()?;
    let seconds = begun.elapsed().as_secs_f64();
    if !run.success() {
        return Err(format!("{}: {run}", contender.line).into());
    }
    let kib = fs::read_to_string(folder.join("memory"))?.trim().parse()?;
    Ok(Cost { seconds, kib })
}

fn remove(path: &Path) -> std::io::Result<()> {
    match (path.is_dir(), path.exists()) {
        (true, _) => fs::remove_dir_all(path),
        (_, true) => fs::remove_file(path),
        _ => Ok(()),
    }
}

fn median(costs: &[Cost]) -> Cost {
    let middle = |of: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost { seconds: middle(|cost| cost.seconds), kib: middle(|cost| cost.kib) }
}

/// The ratios that are wanted: ours, theirs, what is compared, at most.
const TARGETS: &[(&str, &str, &str, f64)] = &[
    ("bidseal sm encrypt", "cp", "time", 1.3),
    ("bidseal intl encrypt", "cp", "time", 1.3),
    ("bidseal sm decrypt", "openssl cms decrypt", "time", 0.1),
    ("bidseal intl decrypt", "openssl cms decrypt", "time", 0.1),
    ("bidseal sm decrypt", "age decrypt", "time", 0.5),
    ("bidseal intl decrypt", "age decrypt", "time", 0.5),
    ("bidseal sm decrypt", "openssl cms decrypt", "memory", 0.01),
    ("bidseal intl decrypt", "openssl cms decrypt", "memory", 0.01),
];

fn report(contenders: &[Contender], medians: &[Cost], costs: &[Vec<Cost>]) -> Value {
    println!("{:24} {:>8} {:>10}", "1 GiB in memory", "s", "peak MiB");
    let mut measured = Vec::new();
    for ((contender, cost), all) in contenders.iter().zip(medians).zip(costs) {
        println!("{:24} {:8.2} {:10.1}", contender.name, cost.seconds, cost.kib / 1024.0);
        let seconds: Vec<f64> = all.iter().map(|cost| cost.seconds).collect();
        measured.push(json!({"name": contender.name, "seconds": cost.seconds, "all": seconds, "peak_kib": cost.kib}));
    }
    let of = |name: &str| contenders.iter().zip(medians).find(|(one, _)| one.name == name).map(|(_, cost)| *cost);
    let mut ratios = Vec::new();
    for (ours, theirs, what, wanted) in TARGETS {
        let (Some(a), Some(b)) = (of(ours), of(theirs)) else { continue };
        let ratio = if *what == "time" { a.seconds / b.seconds } else { a.kib / b.kib };
        let verdict = if ratio <= *wanted { "reached" } else { "missed" };
        println!("{what} of {ours} / {theirs}: {ratio:.3}, at most {wanted} wanted: {verdict}");
        ratios.push(json!({"ours": ours, "theirs": theirs, "what": what, "ratio": ratio, "wanted": wanted}));
    }
    json!({"rounds": ROUNDS, "bytes": SIZE, "measured": measured, "ratios": ratios})
}
