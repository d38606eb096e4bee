//! What the agent reaches: `cargo xtask bench agent` builds it optimised and calls `agent_bench BIDSEAL FOLDER FIGURES.json`.
//! With `transfer` behind them only the large bid is measured.
//!
//! Round trips, signatures and a large bid go through real sockets to the agent's library, with a person who says yes at once:
//! what is measured is the agent, not the person. The same work is done by the core on the same token and files, in turns.
//! Memory and start are those of the shipped program.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]
#![allow(clippy::disallowed_methods, reason = "what it writes lies in a folder of its own")]

#[path = "agent_bench/desk.rs"]
mod desk;
#[path = "agent_bench/page.rs"]
mod page;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use algo::Suite;
use client::Silent;
use client::batch::{self, BatchFile, BatchOrder, Work};
use client::bids::encrypt::{self, EncryptOrder, StatementChoice};
use desk::{Bench, Quick};
use page::Page;
use serde_json::{Value, json};

const ROUNDS: usize = 7;
const HELLOS: usize = 2000;
const SIGNATURES: usize = 100;
const SIZE: u64 = 1 << 30;

fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [program, folder, figures, part @ ..] = &arguments[..] else {
        panic!("agent_bench BIDSEAL FOLDER FIGURES.json")
    };
    fs::create_dir_all(folder).unwrap();
    let mut found = Vec::new();
    if part.is_empty() {
        start_and_memory(program, folder, &mut found);
        let rsa = Bench::new(program, folder, Suite::Rsa);
        hellos(&rsa, &mut found);
        signatures(&rsa, &mut found);
    }
    let sm = Bench::new(program, folder, Suite::Sm);
    if part.is_empty() {
        signatures(&sm, &mut found);
    }
    transfer(&sm, &mut found);
    for one in &found {
        let verdict = if one["reached"] == true { "reached" } else { "missed" };
        let (name, unit) = (one["name"].as_str().unwrap(), one["unit"].as_str().unwrap());
        println!("{name}: {:.3} {unit}, at most {} wanted: {verdict}", one["value"].as_f64().unwrap(), one["wanted"]);
    }
    let report = json!({ "version": env!("CARGO_PKG_VERSION"), "cpu": cpu(), "measured": found });
    write!(File::create(figures).unwrap(), "{report:#}").unwrap();
    drop(sm);
    fs::remove_dir_all(folder).unwrap();
    if found.iter().any(|one| one["reached"] != true) {
        std::process::exit(1);
    }
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = |name: &str| info.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    format!("{}; {}", line("model name"), line("flags"))
}

fn entry(name: &str, value: f64, unit: &str, wanted: f64, figures: &Value) -> Value {
    json!({ "name": name, "value": value, "unit": unit, "wanted": wanted, "reached": value <= wanted, "figures": figures })
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The shipped program, without a page.
fn start_and_memory(program: &Path, folder: &Path, found: &mut Vec<Value>) {
    let home = folder.join("idle");
    let (mut starts, mut memories) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let mut agent = Command::new(program);
        agent.args(["agent", "--port", "0", "--json"]).env_clear();
        agent.env("BIDSEAL_HOME", &home).env("BIDSEAL_TEST_ROOT", folder);
        let mut agent = agent.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(agent.stdout.take().unwrap()).read_line(&mut line).unwrap();
        starts.push(begun.elapsed().as_secs_f64() * 1e3);
        assert!(line.contains("listening"), "{line}");
        std::thread::sleep(Duration::from_millis(600));
        let status = fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        memories.push(line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0);
        agent.kill().unwrap();
        agent.wait().unwrap();
    }
    found.push(entry("start to listening", median(&starts), "ms", 100.0, &json!(starts)));
    found.push(entry("idle memory", median(&memories), "MiB", 20.0, &json!(memories)));
}

fn hellos(bench: &Bench, found: &mut Vec<Value>) {
    let mut page = Page::open(bench.port);
    let params = json!({"nonce": "A".repeat(44)});
    let mut one = |_| {
        let begun = Instant::now();
        page.call("hello", &params);
        begun.elapsed().as_secs_f64() * 1e3
    };
    let mut times: Vec<f64> = (0..HELLOS).map(&mut one).collect();
    times.sort_by(f64::total_cmp);
    let figures = json!({"median_ms": median(&times), "calls": HELLOS});
    found.push(entry("hello round trip, 99th percentile", times[HELLOS * 99 / 100], "ms", 2.0, &figures));
}

/// Through the socket and in the core, in turns.
fn signatures(bench: &Bench, found: &mut Vec<Value>) {
    let mut page = Page::open(bench.port);
    let listed = page.call("certificates", &json!({}));
    let signing = listed["certificates"].as_array().unwrap().iter().find(|one| one["can_sign"] == true).unwrap();
    let certificate = signing["sha256"].as_str().unwrap().to_owned();
    let (mut socket, mut core) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let text = |n: usize| format!("document {n} of round {round}");
        let upload = |n| page.upload(&format!("{n}.txt"), text(n).as_bytes());
        let documents: Vec<Value> = (0..SIGNATURES).map(upload).collect();
        let begun = Instant::now();
        let answer = page.call("batch.sign", &json!({"documents": documents, "certificate": certificate}));
        socket.push(begun.elapsed().as_secs_f64());
        let results = answer["results"].as_array().unwrap();
        assert!(results.len() == SIGNATURES && results.iter().all(|one| one["error"].is_null()), "{answer}");
        page = Page::open(bench.port);
        core.push(signed_by_the_core(bench, &certificate, &text));
    }
    let name = bench.suite.name();
    println!("{SIGNATURES} signatures, {name}: socket {:.3} s, core {:.3} s", median(&socket), median(&core));
    let figures = json!({"socket_s": socket, "core_s": core, "signatures": SIGNATURES});
    let ratio = median(&socket) / median(&core);
    found.push(entry(&format!("100 signatures ({name}), socket / core"), ratio, "x", 1.2, &figures));
}

fn signed_by_the_core(bench: &Bench, certificate: &str, text: &dyn Fn(usize) -> String) -> f64 {
    let folder = bench.folder.join("core");
    let place = |item: usize| {
        let own = folder.join(item.to_string());
        fs::create_dir_all(&own).unwrap();
        let file = own.join(format!("{item}.txt"));
        fs::write(&file, text(item)).unwrap();
        BatchFile { item, file, folder: own }
    };
    let documents: Vec<BatchFile> = (0..SIGNATURES).map(place).collect();
    let session = bench.core.session(&Quick, &Quick, &Silent);
    let order = BatchOrder { work: Work::Sign { detached: false }, certificate: format!("sha256:{certificate}") };
    let begun = Instant::now();
    let agreed = batch::agree(&session, order, &documents).unwrap().batch.unwrap();
    agreed.run(&session, &documents, &mut |_, result| drop(result.unwrap())).unwrap();
    let taken = begun.elapsed().as_secs_f64();
    fs::remove_dir_all(&folder).unwrap();
    taken
}

/// 1 GiB up, encrypted and down again, against the core that encrypts the same file from the disk.
fn transfer(bench: &Bench, found: &mut Vec<Value>) {
    let input = bench.folder.join("input");
    let mut file = File::create(&input).unwrap();
    let mut piece = vec![0; 1 << 20];
    for _ in 0..SIZE >> 20 {
        algo::random_bytes(&mut piece).unwrap();
        file.write_all(&piece).unwrap();
    }
    let certificate = fs::read(bench.folder.join("encrypt.pem")).unwrap();
    let down = bench.folder.join("down.bid");
    let (mut socket, mut core, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut page = Page::open(bench.port);
        let own = page.upload("own.pem", &certificate);
        let begun = Instant::now();
        let document = page.upload_file(&input);
        let up = begun.elapsed().as_secs_f64();
        let params = json!({"name": "a", "files": [{"document": document}], "to": [own], "no_statement": true});
        let made = page.call("bid.encrypt", &params);
        let encrypted = begun.elapsed().as_secs_f64();
        page.download(&made["bid"], &down);
        let all = begun.elapsed().as_secs_f64();
        socket.push(all);
        parts.push(json!({"up": up, "encrypt": encrypted - up, "down": all - encrypted}));
        drop(page);
        // Each side finds the disk as the other one did: removing files of a gigabyte is work too.
        fs::remove_file(&down).unwrap();
        bench.wait_until_swept();
        core.push(encrypted_by_the_core(bench, &input));
    }
    println!("1 GiB up, encrypted, down: {:.2} s; core from disk: {:.2} s", median(&socket), median(&core));
    let figures = json!({"socket_s": socket, "core_s": core, "parts": parts});
    let ratio = median(&socket) / median(&core);
    // At least 60 % of the speed is at most 1 / 0.6 of the time.
    found.push(entry("1 GiB up, encrypted and down, socket / core", ratio, "x", 1.0 / 0.6, &figures));
}

fn encrypted_by_the_core(bench: &Bench, input: &Path) -> f64 {
    let output = bench.folder.join("core.bid");
    let session = bench.core.session(&Quick, &Quick, &Silent);
    let order = EncryptOrder {
        inputs: &[input.to_owned()],
        output: &output,
        to: &[bench.folder.join("encrypt.pem").display().to_string()],
        host: &[],
        committee: &[],
        threshold: None,
        twin: None,
        password: false,
        meta: None,
        statement: StatementChoice::Refused,
        force: false,
    };
    let begun = Instant::now();
    encrypt::encrypt(&session, &order).unwrap();
    let taken = begun.elapsed().as_secs_f64();
    fs::remove_file(&output).unwrap();
    taken
}
