//! `bidseal trust …`

use client::{CertificateReport, Failure, trust};
use serde_json::json;

use super::{Shell, cert};
use crate::{args::Trust, outcome::Outcome};

pub(super) fn run(shell: &Shell, command: Trust) -> Result<Outcome, Failure> {
    let session = shell.session_without_modules()?;
    match command {
        Trust::List => {
            let roots = trust::list(&session)?;
            let none = || shell.words.get("out.trust.none").to_owned();
            let text = if roots.is_empty() { none() } else { with_thumbprints(shell, &roots) };
            Ok(Outcome::new(&json!({ "roots": roots }), text))
        }
        Trust::Add { file } => {
            let added = trust::add(&session, &file)?;
            let text = format!("{}\n{}", shell.words.get("out.trust.added"), with_thumbprints(shell, &added));
            Ok(Outcome::new(&json!({ "added": added }), text))
        }
        Trust::Remove { id } => {
            let removed = trust::remove(&session, &id)?;
            let text = format!("{}\n{}", shell.words.get("out.trust.removed"), cert::line(shell, &removed));
            Ok(Outcome::new(&json!({ "removed": removed }), text))
        }
    }
}

/// A root is trusted by its thumbprint: it is always shown.
fn with_thumbprints(shell: &Shell, roots: &[CertificateReport]) -> String {
    let one = |root: &CertificateReport| format!("{}\n  sha256:{}", cert::line(shell, root), root.sha256);
    roots.iter().map(one).collect::<Vec<_>>().join("\n")
}
