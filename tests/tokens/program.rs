//! The program with each token: a stamp that others call valid, and a bid that opens.

use std::fs;
use std::process::{Command, Output};

use algo::KeyAlgorithm;
use token::KeyUse;

use crate::authority::HOLDER;
use crate::fixtures::{Fixture, Running, key};

pub(crate) fn stamp_and_bid(fixture: &dyn Fixture) {
    let running = Running::start(fixture);
    let (_, recipient) = key(&mut *running.token(), KeyUse::Encrypt);
    let file = |name: &str| running.folder().join(name);
    fs::write(file("recipient.pem"), recipient.to_pem()).unwrap();
    fs::write(file("root.pem"), running.started.root.to_pem()).unwrap();
    for name in ["tender.pdf", "seal.png"] {
        fs::copy(programs::workspace().join("xtask/demo-data").join(name), file(name)).unwrap();
    }
    fs::create_dir(file("offer")).unwrap();
    fs::write(file("offer/price.txt"), "一百万").unwrap();

    programs::done(&bidseal(&running, &["trust", "add", "root.pem"], ""));
    let stamp = ["stamp", "tender.pdf", "-o", "stamped.pdf", "-c", HOLDER, "--seal", "seal.png", "--size", "40"];
    programs::done(&with_pin(&running, &stamp));
    programs::done(&bidseal(&running, &["verify", "stamped.pdf"], ""));
    if recipient.public_key().algorithm() != KeyAlgorithm::Sm2 {
        let found = Command::new("pdfsig").args(["-nocert", "stamped.pdf"]).current_dir(running.folder()).output();
        let found = programs::done(&found.expect("pdfsig is needed"));
        assert!(found.contains("Signature is Valid") && found.contains("Total document signed"), "{found}");
    }

    programs::done(&with_pin(&running, &["bid", "encrypt", "offer", "-o", "x.bid", "--to", "recipient.pem"]));
    programs::done(&with_pin(&running, &["bid", "decrypt", "x.bid", "-o", "opened"]));
    assert_eq!(fs::read_to_string(file("opened/offer/price.txt")).unwrap(), "一百万");
}

pub(crate) fn with_pin(running: &Running<'_>, arguments: &[&str]) -> Output {
    let secrets = format!("{{\"pin\":\"{}\"}}", running.fixture.pins()[0]);
    let module = running.fixture.module().map(|module| module.display().to_string());
    let module: Vec<&str> = module.iter().flat_map(|module| ["--module", module.as_str()]).collect();
    bidseal(running, &[arguments, &module, &["--secrets-stdin"]].concat(), &secrets)
}

fn bidseal(running: &Running<'_>, arguments: &[&str], secrets: &str) -> Output {
    let mut command = Command::new(programs::path_of("bidseal"));
    command.args(["--home", "home", "--lang", "en", "--yes"]).args(arguments).current_dir(running.folder());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("BIDSEAL_TEST_ROOT", running.folder());
    command.envs(running.started.environment.iter().map(|(name, value)| (name, value)));
    programs::call(&mut command, secrets)
}
