//! `bidseal agent`: web pages ask, and the person answers at this terminal.

use std::io::{self, Write};

use ::agent::{Agent, Answer, Options, Origin, Started, Wake};
use client::{Catalogue, Clock, Code, Consent, Failure, Home, Progress, Secrets, Session};
use serde_json::json;

use super::Shell;
use crate::{
    args::{self, Modules},
    outcome::{self, Outcome},
};

pub(super) fn run(shell: Shell, command: args::Agent, secrets_stdin: bool) -> Result<Outcome, Failure> {
    answers_are_typed(&shell, secrets_stdin)?;
    check_link(command.link.as_deref())?;
    let developer = shell.home.settings().developer_origins;
    let options = Options {
        ports: command.port.into_iter().collect(),
        // Beside a port of the person's choice; 0 takes any.
        tls_ports: command.port.map(|port| if port == 0 { 0 } else { port.wrapping_add(1) }).into_iter().collect(),
        allowed: command.allowed.iter().map(|text| origin(text, developer)).collect::<Result<_, _>>()?,
        developer,
    };
    raise_descriptor_limit();
    let (json, words) = (shell.person.json, shell.words);
    let stop = shell.bar.stop_flag();
    let say = |port: u16, tls_port: Option<u16>, text: &str| {
        let mut urls = vec![format!("ws://127.0.0.1:{port}/v1"), format!("http://127.0.0.1:{port}/health")];
        if let Some(port) = tls_port {
            urls.extend([format!("wss://localhost:{port}/v1"), format!("https://localhost:{port}/health")]);
        }
        let event = json!({ "event": text, "port": port, "tls_port": tls_port, "endpoints": urls });
        let line = if json { event.to_string() } else { urls.join("\n") };
        let people = !json && !command.print_endpoints;
        let line = if people { words.fill(&format!("out.agent.{text}"), &[("port", &port.to_string())]) } else { line };
        outcome::stream_line(&line)
    };
    match Agent::start(Box::new(AtTerminal { shell, modules: command.modules.clone() }), options)? {
        Started::Running(endpoint) => {
            let ports = endpoint.map_or((0, None), |endpoint| (endpoint.port, endpoint.tls_port));
            say(ports.0, ports.1, "running")?;
        }
        Started::Agent(agent) => {
            say(agent.port(), agent.tls_port(), "listening")?;
            agent.run(|| stop.load(std::sync::atomic::Ordering::SeqCst))?;
        }
    }
    Ok(Outcome::streamed())
}

/// A web request is never answered by an option.
fn answers_are_typed(shell: &Shell, secrets_stdin: bool) -> Result<(), Failure> {
    let option = match (shell.person.yes, secrets_stdin) {
        (true, _) => "--yes",
        (_, true) => "--secrets-stdin",
        _ => return Ok(()),
    };
    Err(Failure::new(Code::UsageConflict).with("argument", option).with("other", "agent"))
}

/// A link only wakes. One in which a page has written anything more is refused as a whole.
fn check_link(link: Option<&str>) -> Result<(), Failure> {
    match link {
        Some(link) if Wake::parse(link).is_none() => {
            Err(Failure::new(Code::UsageUnknown).with("argument", client::printable(link)))
        }
        _ => Ok(()),
    }
}

/// The origin of a page, as it is typed.
pub(super) fn origin(text: &str, developer: bool) -> Result<Origin, Failure> {
    Origin::parse(text, developer).map_err(|_| Failure::new(Code::WebOrigin).with("origin", client::printable(text)))
}

/// Each connection takes a descriptor, and many desktops start programs with few.
fn raise_descriptor_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        // Without it there is room for fewer pages, and nothing else changes.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    }
}

/// The terminal as the agent's person.
struct AtTerminal {
    shell: Shell,
    modules: Modules,
}

impl ::agent::Shell for AtTerminal {
    fn home(&self) -> &Home {
        &self.shell.home
    }

    fn clock(&self) -> &dyn Clock {
        &self.shell.clock
    }

    fn words(&self) -> &'static Catalogue {
        self.shell.person.words
    }

    fn may_connect(&self, origin: &Origin) -> Result<Answer, Failure> {
        let question = self.shell.words.fill("ask.connect", &[("origin", origin.as_str())]);
        let typed = self.shell.person.line(&format!("{question} "), "connect")?;
        Ok(match typed.to_lowercase().as_str() {
            "o" | "once" | "一次" | "本次" => Answer::Once,
            "a" | "always" | "总是" | "始终" => Answer::Always,
            "b" | "block" | "禁止" => Answer::Block,
            _ => Answer::No,
        })
    }

    fn consent(&self) -> &dyn Consent {
        &self.shell.person
    }

    fn secrets(&self) -> &dyn Secrets {
        &self.shell.person
    }

    fn session<'a>(
        &'a self,
        consent: &'a dyn Consent,
        secrets: &'a dyn Secrets,
        progress: &'a dyn Progress,
    ) -> Session<'a> {
        let discovery = super::discover(self.shell.home.settings(), &self.modules);
        Session { consent, secrets, progress, ..self.shell.session_with(&discovery) }
    }

    fn resuming(&self, origin: &Origin, count: usize) {
        let facts = [("origin", origin.as_str()), ("count", &count.to_string())];
        self.shell.person.tell(&self.shell.words.fill("out.agent.resuming", &facts));
    }

    fn waiting(&self, count: usize) {
        if count > 0 && !self.shell.person.json {
            let text = self.shell.words.fill("out.agent.waiting", &[("count", &count.to_string())]);
            // A terminal that cannot show it still shows the question itself.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}
