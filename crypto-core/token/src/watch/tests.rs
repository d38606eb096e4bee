//! What is made of every kind of sight.

use super::*;
use crate::devices::ModuleKind;
use crate::discovery::{Candidate, Reason};

const PIV: &str = "3b951381018073ff01000b";

fn reader(name: &str, card: Card) -> Reader {
    Reader { name: name.into(), card, events: 1 }
}

fn present(atr: &str, exclusive: bool) -> Card {
    Card::Present { atr: atr.into(), exclusive }
}

fn usb(id: &str, is_smart_card: bool) -> UsbDevice {
    UsbDevice { id: id.parse().unwrap(), port: "001/002".into(), manufacturer: None, product: None, is_smart_card }
}

fn running(readers: Vec<Reader>) -> Snapshot {
    Snapshot { service: Service::Running, readers }
}

fn stopped() -> Snapshot {
    Snapshot { service: Service::Stopped { detail: "no".into() }, readers: Vec::new() }
}

fn driver(file: &str) -> Discovery {
    let path = PathBuf::from(format!("/usr/lib/{file}"));
    let candidate = Candidate { path, kind: ModuleKind::Pkcs11, reasons: vec![Reason::Chosen] };
    Discovery { candidates: vec![candidate], refused: Vec::new() }
}

fn judged(
    cards: Snapshot,
    usb: Vec<UsbDevice>,
    discovery: &Discovery,
    shown: usize,
) -> (&'static str, Vec<&'static str>) {
    let seen = Seen { cards, usb: Ok(usb) };
    let sight = sight(&seen, DeviceTable::embedded(), discovery, Os::Linux, shown);
    (sight.situation.name(), sight.keys.iter().map(|key| key.state.name()).collect())
}

#[test]
fn each_missing_layer_is_its_own_situation() {
    let none = Discovery::default();
    assert_eq!(judged(stopped(), vec![], &none, 0), ("no_service", vec![]));
    assert_eq!(judged(running(vec![]), vec![], &none, 0), ("no_reader", vec![]));
    let empty = || running(vec![reader("a", Card::Absent)]);
    assert_eq!(judged(empty(), vec![usb("046d:c077", false)], &none, 0), ("no_key", vec![]), "a mouse is no key");
    assert_eq!(judged(stopped(), vec![usb("055c:e618", false)], &none, 0), ("key_present", vec!["missing_driver"]));
    let unlisted = Seen { cards: stopped(), usb: Err(UsbUnavailable("no /sys".into())) };
    assert_eq!(sight(&unlisted, DeviceTable::embedded(), &none, Os::Linux, 0).situation, Situation::NoService);
}

#[test]
fn a_card_is_known_by_its_answer_and_judged_by_its_driver() {
    let (none, opensc) = (Discovery::default(), driver("opensc-pkcs11.so"));
    let with = |card| running(vec![reader("a", card)]);
    assert_eq!(judged(with(present(PIV, false)), vec![], &opensc, 0).1, ["connected"]);
    assert_eq!(judged(with(present(PIV, false)), vec![], &none, 0).1, ["missing_driver"]);
    assert_eq!(judged(with(present(PIV, true)), vec![], &opensc, 0).1, ["in_use"]);
    assert_eq!(judged(with(present("3b00", false)), vec![], &opensc, 0).1, ["unknown_key"]);
    assert_eq!(
        judged(with(present("3b00", false)), vec![], &opensc, 1).1,
        ["connected"],
        "a module shows it all the same"
    );
    assert_eq!(judged(with(Card::Mute), vec![], &opensc, 0).1, ["mute"]);
}

#[test]
fn usb_keys_are_known_by_their_id_and_counted_once() {
    let none = Discovery::default();
    let other_product_of_a_maker = vec![usb("096e:ffff", false)];
    assert_eq!(judged(running(vec![]), other_product_of_a_maker, &none, 0).1, ["unknown_key"]);
    let card_key = || vec![usb("096e:0807", true)];
    let in_reader =
        || running(vec![reader("FT ePass2003", present("3b9f958131fe9f006646530510001171df0000006a825e", false))]);
    assert_eq!(judged(in_reader(), card_key(), &none, 0).1, ["missing_driver"], "seen in its reader, not twice");
    assert_eq!(judged(stopped(), card_key(), &none, 0).1, ["missing_driver"], "without the service still seen");
}

#[test]
fn a_key_that_was_pulled_and_put_back_is_another_sighting() {
    let place = |events| KeyPlace::Reader { name: "a".into(), events, atr: None };
    assert_ne!(place(1), place(3));
}
