//! What our programs do with Windows itself: its registry, its stores, its paths, its console, its connections.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use super::bidder::{INITIAL_PIN, PIN};
use super::console::Console;
use super::wine::Wine;
use crate::children;
use crate::failure::{During, Failure};
use crate::test::report::Counts;

/// Each line is a check.
pub(super) fn check(wine: &Wine) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    for part in [links, roots, home, key_ring, long_paths, reserved_names, language, console, agent] {
        for (told, passed) in part(wine)? {
            println!("{} {told}", if passed { "ok    " } else { "FAILED" });
            counts.add(Counts::one(passed));
        }
    }
    Ok(counts)
}

type Checks = Vec<(&'static str, bool)>;

fn links(wine: &Wine) -> Result<Checks, Failure> {
    const KEY: &str = r"HKCU\Software\Classes\bidseal\shell\open\command";
    let on = wine.call("bidseal", &["links", "on"], "")?;
    let entry = wine.system("reg", &["query", KEY, "/ve"])?;
    let off = wine.call("bidseal", &["links", "off"], "")?;
    let gone = wine.system("reg", &["query", KEY, "/ve"])?;
    Ok(vec![
        ("links on", on.says("bidseal.exe")),
        ("the registry starts us for a link", entry.says(r#"bidseal.exe" agent "%1""#)),
        ("links off", off.is_good()),
        ("nothing is left in the registry", !gone.is_good()),
    ])
}

fn roots(wine: &Wine) -> Result<Checks, Failure> {
    const KEY: &str = r"HKCU\Software\Microsoft\SystemCertificates\Root\Certificates";
    let count = || Ok::<_, Failure>(wine.system("reg", &["query", KEY])?.text.matches(r"Root\Certificates\").count());
    let before = count()?;
    let on = wine.call("bidseal", &["tls", "on", "--json"], "")?;
    let (with, status) = (count()?, wine.call("bidseal", &["tls", "status", "--json"], "")?);
    let off = wine.call("bidseal", &["tls", "off", "--json"], "")?;
    let gone = count()? == before;
    Ok(vec![
        ("tls on", on.says("\"installed\"")),
        ("one root more in the person's store", with == before + 1),
        ("tls status finds it there", status.says("\"installed\"")),
        // Wine 8 says that it deletes from a store of several parts, and keeps the part in the registry: then we do not say so.
        ("tls off says whether the root is gone", off.says(if gone { "\"removed\"" } else { "\"failed\"" })),
    ])
}

/// Wine shows access rights as far as the file system below it can: it knows no group of its own.
fn home(wine: &Wine) -> Result<Checks, Failure> {
    let mode = fs::metadata(wine.path("home")).during("home")?.permissions().mode() & 0o777;
    Ok(vec![("the home folder is its owner's alone", mode & 0o007 == 0)])
}

/// Half of a soft token lies in the Credential Manager: without it the PIN alone opens nothing.
fn key_ring(wine: &Wine) -> Result<Checks, Failure> {
    let made = wine.call("bidseal", &["token", "init", "--label", "两半", "--json"], "")?;
    let secrets = format!(r#"{{"pin":"{INITIAL_PIN}","new_pin":"{PIN}"}}"#);
    let active = wine.call("bidseal", &["pin", "activate", "两半"], &secrets)?;
    let entries = wine.system("reg", &["query", r"HKCU\Software\Wine\Credential Manager", "/s"])?;
    let doctor = wine.call("bidseal", &["doctor", "--json"], "")?;
    Ok(vec![
        ("token init", made.is_good()),
        ("pin activate", active.is_good()),
        ("its half lies in the Credential Manager", entries.says("bidseal")),
        ("doctor finds the keyring", doctor.says(r#""layer":"keyring","state":"good""#)),
    ])
}

fn long_paths(wine: &Wine) -> Result<Checks, Failure> {
    let deep = ["标书文件".repeat(15), "b".repeat(120), "c".repeat(120)].join("/");
    fs::create_dir_all(wine.path(&deep)).during("folders")?;
    fs::copy(wine.path("tender.pdf"), wine.path(&deep).join("报价.pdf")).during("报价.pdf")?;
    let below = |name: &str| format!("{deep}/{name}");
    let (input, bid, back) = (below("报价.pdf"), below("长.bid"), below("back"));
    let pin = format!(r#"{{"pin":"{PIN}"}}"#);
    let made = wine.call("bidseal", &["bid", "encrypt", &input, "-o", &bid, "--to", "sm-投标人"], &pin)?;
    let opened = wine.call("bidseal", &["bid", "decrypt", &bid, "-o", &back], &pin)?;
    let tender = fs::read(wine.path("tender.pdf")).during("tender.pdf")?;
    let same = fs::read(wine.path(&back).join("报价.pdf")).is_ok_and(|bytes| bytes == tender);
    let mut rest = fs::read_dir(wine.path(&deep)).during("folders")?.flatten();
    let partial = rest.any(|entry| entry.file_name().to_string_lossy().ends_with(".part"));
    Ok(vec![
        ("bid encrypt beyond 260 letters", made.is_good()),
        ("bid decrypt beyond 260 letters", opened.is_good()),
        ("what comes back is what went in", same),
        ("no partial file stays", !partial),
    ])
}

fn reserved_names(wine: &Wine) -> Result<Checks, Failure> {
    let pin = format!(r#"{{"pin":"{PIN}"}}"#);
    fs::create_dir_all(wine.path("names")).during("names")?;
    fs::copy(wine.path("tender.pdf"), wine.path("names/aux.pdf")).during("aux.pdf")?;
    let refused = wine.call("bidseal", &["bid", "encrypt", "names", "-o", "names.bid", "--to", "sm-投标人"], &pin)?;
    let outputs = ["NUL", "aux.pdf", "封:1.pdf", "what?.pdf", "report."];
    let stamped = |output: &str| {
        let order = ["stamp", "tender.pdf", "-o", output, "-c", "sm-投标人", "--seal", "seal.png", "--at", "150,240"];
        wine.call("bidseal", &[&order[..], &["--force", "--json"]].concat(), &pin)
    };
    let told = outputs.iter().map(|output| stamped(output)).collect::<Result<Vec<_>, _>>()?;
    let no_output = told.iter().all(|answer| answer.status == Some(2) && answer.text.contains("output.name"));
    let seal = ["stamp", "tender.pdf", "-o", "sm-封.pdf", "-c", "sm-投标人", "--seal", "seal.png", "--at", "150,240"];
    let before = fs::read(wine.path("sm-封.pdf")).during("sm-封.pdf")?;
    let kept = wine.call("bidseal", &seal, &pin)?;
    let untouched = fs::read(wine.path("sm-封.pdf")).is_ok_and(|now| now == before);
    let forced = wine.call("bidseal", &[&seal[..], &["--force"]].concat(), &pin)?;
    let replaced = fs::read(wine.path("sm-封.pdf")).is_ok_and(|now| now != before);
    Ok(vec![
        ("a name that Windows reserves is refused", refused.status == Some(2) && !wine.path("names.bid").exists()),
        ("no result gets a name that Windows takes for something else", no_output),
        ("a file that is there is kept", kept.status == Some(2) && untouched),
        ("and replaced when the person says so", forced.is_good() && replaced),
    ])
}

/// What we write into a pipe is UTF-8, whatever the code page of the console.
fn language(wine: &Wine) -> Result<Checks, Failure> {
    let mut command = wine.ours("bidseal");
    let listed = command.args(["--lang", "zh-CN", "token", "list"]).output().during("token list")?;
    let text = String::from_utf8(listed.stdout).unwrap_or_default();
    Ok(vec![("Chinese text and names", text.contains("两半") && text.contains("序列号"))])
}

/// A program of Linux is nobody that Windows could name, and is told so. That its own user is known cannot be seen here: Wine 8
/// does not name the holders of sockets.
fn agent(wine: &Wine) -> Result<Checks, Failure> {
    let mut command = wine.ours("bidseal");
    command.args(["--lang", "en", "agent", "--port", "0", "--json"]).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut agent = children::start(&mut command).during("bidseal agent")?;
    let stdout = agent.stdout.take().ok_or_else(|| Failure::new("bidseal agent has no output"))?;
    let line = BufReader::new(stdout).lines().next().transpose().during("bidseal agent")?.unwrap_or_default();
    println!("{line}");
    let port = line.split("\"port\":").nth(1).and_then(|rest| rest.split([',', '}']).next()?.trim().parse().ok());
    let health = port.map_or(Ok(String::new()), health).unwrap_or_else(|error| error.to_string());
    println!("{health}");
    let doctor = wine.call("bidseal", &["doctor", "--json"], "")?;
    let mut second = wine.ours("bidseal");
    let second = second.args(["agent", "--port", "0", "--json"]).output().during("bidseal agent")?;
    agent.kill().during("bidseal agent")?;
    agent.wait().during("bidseal agent")?;
    Ok(vec![
        ("the agent listens", port.is_some()),
        ("a program of another user is told so", health.starts_with("HTTP/1.1 421")),
        ("doctor finds the agent", doctor.says("agent_listening")),
        (
            "a second agent is none",
            second.stdout.starts_with(line.split(",\"event\"").next().unwrap_or_default().as_bytes()),
        ),
    ])
}

fn health(port: u16) -> io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// The console of Windows, as a person sees it: Chinese text, a yes that is shown, a PIN that is not.
fn console(wine: &Wine) -> Result<Checks, Failure> {
    let mut program = wine.ours("bidseal");
    program.args(["--lang", "zh-CN", "cert", "request", "sm-token", "--subject", "CN=x,C=CN", "--use", "sign"]);
    program.args(["-o", "console.csr"]);
    let mut console = Console::open(&program)?;
    let asked = console.read_to("[y/N]")?;
    console.type_line("yes")?;
    let prompt = console.read_to("PIN")?;
    console.type_line(PIN)?;
    let rest = console.read_to_end()?;
    Ok(vec![
        ("the console shows Chinese text", asked.contains("CN=x") && asked.contains("继续")),
        ("what is typed for a yes is shown", prompt.contains("yes")),
        ("a PIN is taken and not shown", wine.path("console.csr").exists() && !rest.contains(PIN)),
    ])
}
