//! What a bidder does: get a token and certificates, seal, encrypt, open.

use super::files;
use super::program::Programs;
use crate::failure::Failure;
use crate::workspace;

/// Every choice of algorithms.
pub(super) const SUITES: [&str; 4] = ["sm", "rsa", "p256", "p384"];

/// The two profiles of the envelope, each with the suites whose certificates open it: the bidder's and the spare ones.
pub(super) const PROFILES: [(&str, &[&str]); 2] = [("sm", &["sm"]), ("intl", &["p256", "rsa", "p384"])];

/// The folder that is encrypted.
pub(super) const FOLDER: &str = "标书";

/// What stands readable in the envelope's header.
pub(super) const META: &str = r#"{
  "project": "示范市道路照明改造工程",
  "lot": "第一标段",
  "bidder": "示范投标有限公司",
  "opens_at": "2027-01-08T09:30:00+08:00"
}
"#;

/// Every soft token comes with it, like many USB keys; activation refuses to keep it.
const INITIAL_PIN: &str = "123456";
const PIN: &str = "Bid-2026!";

/// A demonstration CA whose root is trusted, a token that is activated, and a double certificate on it.
pub(super) fn equip(programs: &mut Programs, suite: &str) -> Result<String, Failure> {
    let ca = format!("target/demo/ca-{suite}");
    let chain = format!("target/demo/ca-{suite}.pem");
    authority(programs, &["create", &ca, "--suite", suite, "--name", &format!("示范 CA {suite}")])?;
    authority(programs, &["chain", &ca, "-o", &chain])?;
    programs.bidseal(&["trust", "add", &chain], &[])?;

    let token = token(suite);
    programs.bidseal(&["token", "init", "--label", &token, "--suite", suite], &[])?;
    programs.bidseal(&["pin", "activate", &token], &[("pin", INITIAL_PIN), ("new_pin", PIN)])?;
    for key_use in ["sign", "encrypt"] {
        let request = format!("target/demo/{token}-{key_use}.csr");
        let certificate = format!("target/demo/{token}-{key_use}.pem");
        let subject = format!("CN={},O=示范投标有限公司,C=CN", holder(suite));
        let arguments = ["cert", "request", &token, "--subject", &subject, "--use", key_use, "-o", &request];
        programs.bidseal(&arguments, &[("pin", PIN)])?;
        authority(programs, &["issue", &ca, "--use", key_use, "--request", &request, "-o", &certificate])?;
        programs.bidseal(&["cert", "import", &token, &certificate], &[("pin", PIN)])?;
    }
    Ok(String::new())
}

/// Seals the tender and asks for the verdict, which must be `valid`.
pub(super) fn stamp(programs: &mut Programs, suite: &str) -> Result<String, Failure> {
    let sealed = format!("target/demo/tender-{suite}.pdf");
    let holder = holder(suite);
    let stamp = ["stamp", "target/demo/tender.pdf", "-o", &sealed, "-c", &holder];
    let seal = ["--seal", "target/demo/seal.png", "--page", "all", "--at", "150,240", "--reason", "演示"];
    programs.bidseal(&[&stamp[..], &seal[..]].concat(), &[("pin", PIN)])?;
    programs.bidseal(&["verify", &sealed], &[])?;
    Ok(String::new())
}

/// Encrypts the folder for the first suite and spares, rehearses and opens it with the last, and compares.
pub(super) fn bid(programs: &mut Programs, profile: &str, suites: &[&str]) -> Result<String, Failure> {
    let (sealed, opened) = (format!("target/demo/bid-{profile}.bid"), format!("target/demo/opened-{profile}"));
    let folder = format!("target/demo/{FOLDER}");
    let holders: Vec<_> = suites.iter().map(|suite| holder(suite)).collect();
    let mut encrypt = vec!["bid", "encrypt", &folder, "-o", &sealed, "--meta", "target/demo/meta.json"];
    holders.iter().for_each(|holder| encrypt.extend(["--to", holder]));
    encrypt.extend(["--statement", &holders[0]]);
    programs.bidseal(&encrypt, &[("pin", PIN)])?;

    let key = &holders[holders.len() - 1];
    programs.bidseal(&["bid", "verify", &sealed], &[])?;
    programs.bidseal(&["bid", "rehearse", &sealed, "--key", key], &[("pin", PIN)])?;
    programs.bidseal(&["bid", "decrypt", &sealed, "-o", &opened, "--key", key], &[("pin", PIN)])?;
    let target = workspace::target("demo");
    let files = files::compare(&target.join(FOLDER), &target.join(format!("opened-{profile}")).join(FOLDER))?;
    Ok(format!("{files} files came back byte for byte, opened by {key}"))
}

/// A line as the README shows it; the person's answers, PIN and consent, are given beforehand.
pub(super) fn type_line(programs: &mut Programs, place: &str, line: &str) -> Result<(), Failure> {
    let answered =
        format!("bidseal() {{ echo '{{\"pin\":\"{PIN}\"}}' | command bidseal --yes --secrets-stdin \"$@\"; }}");
    programs.call(&["sh", "-ec", &format!("{place}\n{answered}\n{line}")], "")
}

fn authority(programs: &mut Programs, arguments: &[&str]) -> Result<(), Failure> {
    programs.call(&[&["target/debug/bidseal-ca"], arguments].concat(), "")
}

fn token(suite: &str) -> String {
    format!("demo-{suite}")
}

/// The name in a suite's certificates, by which they are chosen too.
fn holder(suite: &str) -> String {
    format!("示范投标有限公司-{suite}")
}
