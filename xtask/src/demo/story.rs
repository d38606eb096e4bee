//! The steps of the demonstration, in their order.

use std::fs;

use super::bidder::{self, SUITES};
use super::files;
use super::portal;
use super::program::Programs;
use crate::failure::{During, Failure};
use crate::workspace;

/// A numbered step: its name in the log's file name, what it does in one line, and the doing, which tells what came of it.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) run: Box<Doing>,
}

type Doing = dyn Fn(&mut Programs) -> Result<String, Failure>;

impl Step {
    fn new(name: &str, title: &str, run: impl Fn(&mut Programs) -> Result<String, Failure> + 'static) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), run: Box::new(run) }
    }
}

/// All steps.
pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![
        Step::new("build", "build bidseal, the demonstration CA and the portal", build),
        Step::new("files", "a tender of 5 pages, a seal of 42 mm, a bid folder of more than 200 MB", lay_out_files),
    ];
    for suite in SUITES {
        let title = format!("{suite}: a CA, a soft token with a PIN of its own, a double certificate");
        steps.push(Step::new(&format!("{suite}-certificates"), &title, move |programs| bidder::equip(programs, suite)));
    }
    for suite in SUITES {
        let title = format!("{suite}: stamp the tender on every page, verify it");
        steps.push(Step::new(&format!("{suite}-stamp"), &title, move |programs| bidder::stamp(programs, suite)));
    }
    for (profile, suites) in bidder::PROFILES {
        let title = format!("{profile}: encrypt the bid folder, rehearse, decrypt, compare");
        steps
            .push(Step::new(&format!("{profile}-bid"), &title, move |programs| bidder::bid(programs, profile, suites)));
    }
    steps.push(Step::new("pages", "the portal's pages", portal::pages));
    let title = "a procurement portal with certificates of its own, started and asked";
    steps.push(Step::new("portal", title, |programs| portal::prepare(programs, &SUITES)));
    steps.push(Step::new("readme", "what the README shows, line by line", play_readme));
    steps
}

/// Examples are named, though there is none, because they make cargo count the tests' dependencies: with the same features as
/// `cargo xtask test`, neither compiles anything again for the other.
fn build(programs: &mut Programs) -> Result<String, Failure> {
    programs.call(&["cargo", "build", "--workspace", "--bins", "--examples"], "")?;
    Ok(String::new())
}

fn lay_out_files(programs: &mut Programs) -> Result<String, Failure> {
    let (ours, demo) = (workspace::root().join("xtask/demo-data"), workspace::target("demo"));
    for name in ["tender.pdf", "seal.png"] {
        fs::copy(ours.join(name), demo.join(name)).during(name)?;
    }
    let bytes = files::make_bid_folder(&demo.join(bidder::FOLDER))?;
    fs::write(demo.join("meta.json"), bidder::META).during("meta.json")?;
    // Where the windows look for it.
    programs.bidseal(&["seal", "import", "target/demo/seal.png", "--name", "示范公章"], &[])?;
    Ok(format!("{} MB in target/demo/{}", bytes / 1_000_000, bidder::FOLDER))
}

/// Types the README's own lines, so that they cannot rot.
fn play_readme(programs: &mut Programs) -> Result<String, Failure> {
    let readme = fs::read_to_string(workspace::root().join("README.md")).during("README.md")?;
    let lines: Vec<_> = readme.lines().filter(|line| line.starts_with("bidseal ")).collect();
    if lines.is_empty() {
        return Err(Failure::new("README.md shows no line of bidseal"));
    }
    let place = readme.lines().find(|line| line.starts_with("cd target/demo")).unwrap_or_default();
    lines.iter().try_for_each(|line| bidder::type_line(programs, place, line))?;
    Ok(format!("{} lines", lines.len()))
}

/// What lies where in the end.
pub(super) fn results() -> String {
    "In target/demo:
  tender-SUITE.pdf    the tender, sealed on every page with each suite; tender.pdf is a prefix of it, byte for byte
  bid-PROFILE.bid     the encrypted bid, with its sealing statement bid-PROFILE.bid.p7s beside it
  opened-PROFILE/     what came out of it, compared with the folder that went in
  ca-SUITE/, home/    the demonstration CA; the bidder's tokens and trusted roots (every PIN is Bid-2026!)
  logs/               what each step called and what it answered"
        .to_owned()
}
