//! The procurement portal and the agent: built and started, and left running for a person who wants to click.

use std::fs;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::program::Programs;
use crate::children;
use crate::failure::{During, Failure};
use crate::setup::{node, venv};
use crate::workspace;

pub(super) const PORT: u16 = 8080;
const CA: &str = "target/demo/ca-p256";
const DATA: &str = "target/demo/portal";
const ROOTS: &str = "target/demo/roots";

/// Builds the pages, unless they are built, with the programs that the tests use too.
pub(super) fn pages(programs: &mut Programs) -> Result<String, Failure> {
    if workspace::root().join("portal/web/dist/index.html").exists() {
        return Ok("built already".to_owned());
    }
    venv::prepare()?;
    node::prepare()?;
    let npm = workspace::target("venv/bin/npm");
    programs.call(&[&npm.to_string_lossy(), "run", "build", "--workspace", "portal/web"], "")?;
    Ok(String::new())
}

/// Gives the portal its keys and certificates, and the bidder's agent leave to talk with pages of this computer.
pub(super) fn prepare(programs: &mut Programs, suites: &[&str]) -> Result<String, Failure> {
    programs.call(&["target/debug/bidseal-portal", "keys", "--data", DATA, "--name", "示范采购门户"], "")?;
    for key_use in ["sign", "encrypt"] {
        let (request, certificate) = (format!("{DATA}/{key_use}.csr"), format!("{DATA}/{key_use}.pem"));
        let issue = ["target/debug/bidseal-ca", "issue", CA, "--use", key_use, "--request", &request];
        programs.call(&[&issue[..], &["-o", &certificate]].concat(), "")?;
    }
    let roots = workspace::root().join(ROOTS);
    fs::create_dir_all(&roots).during(ROOTS)?;
    for suite in suites {
        let chain = format!("ca-{suite}.pem");
        fs::copy(workspace::target("demo").join(&chain), roots.join(&chain)).during(&chain)?;
    }
    fs::write(workspace::target("demo").join("home").join("settings.toml"), "developer_origins = true\n")
        .during("settings.toml")?;
    let portal = Portal::start(0)?;
    let answer = portal.get("/api/session")?;
    if answer.contains("\"csrf\"") {
        Ok(format!("it answers on a port of this computer, {} bytes", answer.len()))
    } else {
        Err(Failure::new(format!("the portal does not answer as it should: {answer}")))
    }
}

/// Leaves both running until Ctrl-C, if somebody is here to click.
pub(super) fn try_it() -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    let _portal = Portal::start(PORT)?;
    println!(
        "\nTry it in a browser, and answer here:
  1  open http://localhost:{PORT}
  2  enter a company and press “Register and bind a certificate”; say `once`, then `y`, then the PIN Bid-2026!
  3  publish a tender that closes and opens in five minutes, and open it
  4  choose files and press “Encrypt and submit”: two questions, one for the bid and one for its sealing statement
  5  when the countdown ends, press “Open my bid”, then sign the record
Ctrl-C ends both.\n"
    );
    let mut agent = Command::new(workspace::target("debug/bidseal"));
    agent.args(["--home", "target/demo/home", "agent"]).current_dir(workspace::root());
    // Its terminal is ours: Ctrl-C reaches it by itself, and its end is ours.
    agent.status().during("bidseal agent")?;
    Ok(())
}

/// A running portal; it ends with this value.
pub(super) struct Portal {
    child: Child,
    address: String,
}

impl Portal {
    pub(super) fn start(port: u16) -> Result<Self, Failure> {
        let mut command = Command::new(workspace::target("debug/bidseal-portal"));
        command.args(["serve", "--data", DATA, "--web", "portal/web/dist", "--trust", ROOTS]);
        command.args(["--origin", &format!("http://localhost:{PORT}"), "--listen", &format!("127.0.0.1:{port}")]);
        command.current_dir(workspace::root()).env_remove("DATABASE_URL");
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = children::start(&mut command).during("bidseal-portal")?;
        let mut line = String::new();
        let out = child.stdout.take().ok_or_else(|| Failure::new("the portal has no output"))?;
        BufReader::new(out).read_line(&mut line).during("the portal's first line")?;
        // {"address":"127.0.0.1:8080","event":"listening"}
        let address = line.split('"').find(|part| part.starts_with("127.0.0.1:")).unwrap_or_default().to_owned();
        let portal = Self { child, address };
        if portal.address.is_empty() {
            return Err(Failure::new("The portal does not listen.").hint(format!("Is port {PORT} free?")));
        }
        Ok(portal)
    }

    fn get(&self, path: &str) -> Result<String, Failure> {
        let mut stream = TcpStream::connect(&self.address).during("the portal")?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).during("the portal")?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").during("the portal")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).during("the portal's answer")?;
        Ok(answer)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        // One that has ended by itself needs nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
