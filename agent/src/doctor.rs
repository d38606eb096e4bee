//! What `doctor` wants to know of the agent: does it listen, who holds its ports, which pages may ask, what browsers allow.

use std::net::{Ipv4Addr, TcpListener};

use client::{Failure, Finding, FindingCode, Home};
use protocol::PORTS;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::permissions::{self, Permissions, Standing};
use crate::policy::{self, Effect};
use crate::tls::Tls;
use crate::{ports, running};

/// What stands between a web page and this program. A home that does not open has no agent.
#[must_use]
pub fn findings(home: Option<&Home>, now: OffsetDateTime) -> Vec<Finding> {
    let own = home.and_then(running::endpoint).map(|endpoint| endpoint.port);
    let mut findings = vec![match own {
        Some(port) => Finding::new(FindingCode::AgentListening).with("port", port),
        None => Finding::new(FindingCode::AgentStopped),
    }];
    findings.extend(of_ports(own));
    findings.extend(home.map(of_pages));
    findings.extend(home.map(|home| of_tls(home, now)));
    findings.extend(policy::all().into_iter().map(|policy| {
        let code = match policy.effect {
            Effect::Allows => FindingCode::BrowserAllows,
            Effect::Blocks => FindingCode::BrowserBlocks,
        };
        Finding::new(code).with("place", policy.place).with("policy", policy.name).with("pages", policy.pages)
    }));
    findings
}

/// Ports of the protocol that somebody else holds; all of them is a problem.
fn of_ports(own: Option<u16>) -> Vec<Finding> {
    let is_taken = |port: &u16| Some(*port) != own && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err();
    let taken: Vec<u16> = PORTS.into_iter().filter(is_taken).collect();
    let none_left = taken.len() == PORTS.len();
    let code = if none_left { FindingCode::PortsTaken } else { FindingCode::PortTaken };
    let finding = |port: u16| {
        let holder = ports::holder(port).unwrap_or_else(|| "–".to_owned());
        Finding::new(code).with("port", port).with("holder", holder)
    };
    taken.into_iter().map(finding).collect()
}

fn of_tls(home: &Home, now: OffsetDateTime) -> Finding {
    let over = |failure: &Failure| Finding::new(FindingCode::TlsOver).with("reason", reason(failure));
    let tls = match Tls::of(home) {
        Ok(None) => return Finding::new(FindingCode::TlsOff),
        Ok(Some(tls)) => tls,
        Err(failure) => return over(&failure),
    };
    if let Err(failure) = tls.connection(now) {
        return over(&failure);
    }
    let until = tls.ends().and_then(|end| end.format(&Rfc3339).ok()).unwrap_or_default();
    Finding::new(FindingCode::TlsOn).with("authority", tls.authority_name()).with("until", until)
}

fn of_pages(home: &Home) -> Finding {
    match Permissions::of(home).all() {
        Ok(pages) => {
            let count = |wanted: Standing| pages.values().filter(|standing| **standing == wanted).count();
            let (allowed, blocked) = (count(Standing::Always), count(Standing::Blocked));
            Finding::new(FindingCode::PagesListed).with("allowed", allowed).with("blocked", blocked)
        }
        Err(failure) => {
            let path = permissions::file(home).display().to_string();
            Finding::new(FindingCode::PagesMalformed).with("path", path).with("reason", reason(&failure))
        }
    }
}

/// Why it failed: a term of the catalogue, with what the system said.
fn reason(failure: &Failure) -> String {
    failure.data().get("reason").and_then(|reason| reason.as_str()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_list_of_pages_that_cannot_be_read_is_told_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        for (text, expected) in [("no list", "not_toml: "), ("\"ftp://a.example\" = \"always\"", "not_an_address: ")] {
            std::fs::File::create(permissions::file(&home))
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .unwrap();
            let finding = of_pages(&home);
            let reason = finding.data["reason"].as_str().unwrap();
            assert!(finding.code == FindingCode::PagesMalformed && reason.starts_with(expected), "{finding:?}");
        }
    }
}
