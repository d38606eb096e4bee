//! `bidseal token watch`.

use std::time::{Duration, Instant};

use programs::service::wait_for;

use crate::machine::{Footprint, Machine, PIV};

const SITUATION: (&str, &str) = ("about", "situation");
const APPEARED: (&str, &str) = ("change", "appeared");
const VANISHED: (&str, &str) = ("change", "vanished");

#[test]
fn every_missing_layer_has_its_own_word_and_the_service_may_stop_and_return() {
    let mut machine = Machine::new();
    let mut watching = machine.watch(&[]);
    let (_, first) = watching.until(&[SITUATION]);
    assert_eq!(first["code"], "no_service");
    assert!(first["hint"].as_str().unwrap().contains("pcscd"), "the next step: {first}");
    machine.start_service(false);
    watching.until(&[SITUATION, ("code", "no_reader")]);
    machine.stop_service();
    watching.until(&[SITUATION, ("code", "no_service")]);
    machine.start_service(true);
    watching.until(&[SITUATION, ("code", "no_key")]);
    let card = machine.plug(PIV);
    let (_, key) = watching.until(&[("about", "key"), APPEARED]);
    assert_eq!(key["code"], "missing_driver", "{key}");
    assert_eq!(key["data"]["files"][0], "opensc-pkcs11.so", "{key}");
    card.pull();
    watching.until(&[("about", "key"), VANISHED]);
    let unknown = machine.plug("3b0211");
    let (_, key) = watching.until(&[("about", "key"), APPEARED]);
    assert_eq!((&key["code"], &key["data"]["key"]), (&"unknown_key".into(), &"ATR 3b0211".into()), "{key}");
    machine.stop_service();
    watching.until(&[("about", "key"), VANISHED]);
    watching.until(&[SITUATION, ("code", "no_service")]);
    drop(unknown);
    machine.start_service(true);
    watching.until(&[SITUATION, ("code", "no_key")]);
    let again = machine.plug(PIV);
    watching.until(&[("about", "key"), APPEARED, ("code", "missing_driver")]);
    drop(again);
    assert_eq!(watching.interrupt(), Some(0), "Ctrl-C is the way to end it");
}

#[test]
fn twenty_plug_cycles_are_told_within_a_second_and_leave_nothing_behind() {
    let mut machine = Machine::new();
    machine.start_service(true);
    let mut watching = machine.watch(&[]);
    watching.until(&[SITUATION, ("code", "no_key")]);
    let mut delays: Vec<Duration> = Vec::new();
    let mut after_ten = None;
    for cycle in 1..=20 {
        let plugged = Instant::now();
        let card = machine.plug(PIV);
        delays.push(watching.until(&[("about", "key"), APPEARED]).0 - plugged);
        let pulled = Instant::now();
        card.pull();
        delays.push(watching.until(&[("about", "key"), VANISHED]).0 - pulled);
        watching.until(&[SITUATION, ("code", "no_key")]);
        if cycle == 10 {
            after_ten = Some(Footprint::of(watching.pid()));
        }
    }
    let ten = after_ten.unwrap();
    assert!(ten.processes == 2 && ten.files > 5, "the watcher and its child are measured: {ten:?}");
    // Whoever is measured while it looks at a folder has one file more, for that moment.
    wait_for(&format!("as much as after the tenth, {ten:?}"), || {
        let twenty = Footprint::of(watching.pid());
        let open = twenty.processes == 2 && twenty.files <= ten.files && twenty.threads <= ten.threads;
        open && twenty.resident <= ten.resident + 1024
    });
    delays.sort();
    println!("median {:?}, longest {:?}", delays[20], delays[39]);
    assert!(delays[20] < Duration::from_secs(1), "half of the changes took longer than {:?}", delays[20]);
}

#[test]
fn a_key_that_is_no_smart_card_is_seen_by_its_usb_id() {
    let machine = Machine::new();
    let mut watching = machine.watch(&[]);
    watching.until(&[SITUATION, ("code", "no_service")]);
    machine.plug_usb("1-2", "046d:c077", "Mouse");
    machine.plug_usb("1-1", "055c:e618", "mToken");
    let (_, key) = watching.until(&[("about", "key"), APPEARED]);
    assert_eq!(
        (&key["code"], &key["data"]["key"]),
        (&"missing_driver".into(), &"Longmai mToken GM3000".into()),
        "{key}"
    );
    watching.until(&[SITUATION, ("code", "key_present")]);
    machine.pull_usb("1-1");
    watching.until(&[("about", "key"), VANISHED]);
    machine.plug_usb("1-1", "096e:ffff", "new model");
    let (_, key) = watching.until(&[("about", "key"), APPEARED]);
    assert_eq!(key["code"], "unknown_key", "another product of a maker of keys: {key}");
    assert!(!key.to_string().contains("SERIAL"), "no serial number: {key}");
}

#[test]
fn software_tokens_come_and_go_and_tell_their_state() {
    let machine = Machine::new();
    let mut watching = machine.watch(&[]);
    watching.until(&[SITUATION]);
    let made = machine.bidseal(&["token", "init", "--label", "Company", "--suite", "p256"]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    watching.until(&[("about", "token"), APPEARED, ("code", "not_activated")]);
    let secrets = r#"{"pin":"123456","new_pin":"Bid-2026!"}"#;
    let mut activate = machine.bidseal(&["pin", "activate", "Company", "--secrets-stdin"]);
    programs::done(&programs::call(&mut activate, secrets));
    watching.until(&[("about", "token"), ("change", "changed"), ("code", "ready")]);
    std::fs::remove_dir_all(machine.path("home/tokens")).unwrap();
    let (_, gone) = watching.until(&[("about", "token"), VANISHED]);
    assert_eq!(gone["data"]["name"], "Company");
}

#[test]
fn the_token_of_a_module_is_told_with_its_state() {
    let machine = Machine::new();
    let config = format!("directories.tokendir = {}\nobjectstore.backend = file\n", machine.path("tokens").display());
    std::fs::create_dir(machine.path("tokens")).unwrap();
    let config = machine.write("softhsm2.conf", config.as_bytes());
    let mut tool = std::process::Command::new("softhsm2-util");
    tool.args(["--init-token", "--free", "--label", "HSM", "--so-pin", "11223344", "--pin", "12345678"]);
    programs::done(&programs::call(tool.env("SOFTHSM2_CONF", &config), ""));
    let mut command = machine.bidseal(&["token", "watch", "--json", "--module", "/usr/lib/softhsm/libsofthsm2.so"]);
    let mut watching = Machine::watch_by(command.env("SOFTHSM2_CONF", &config));
    watching.until(&[SITUATION, ("code", "key_present")]);
    // The module always shows a blank slot too.
    let (_, token) = watching.until(&[("about", "token"), APPEARED, ("code", "ready")]);
    assert_eq!(token["data"]["token"], "HSM", "{token}");
}
