//! The guided try, repairs, first pages, and what else helps a person before they decide.

use algo::Suite;
use protocol::screens::{Call, CertificateStatus, Check, Pick, Practice, Prompt, PromptAnswer, Room, Stamped, Tokens};
use serde_json::Value;

use crate::{
    support::{Act, Bench, willing},
    work::{order, pdf, seal},
};

/// Types the PIN that the screen of the guided try shows.
fn following(prompt: &Prompt) -> Act {
    match prompt {
        Prompt::Secret { kind, .. } if kind == "pin" => Act::Type("Bid-8642"),
        other => willing(other),
    }
}

#[test]
fn the_guided_try_goes_through_every_step_and_leaves_nothing() {
    let bench = Bench::new();
    bench.person(following);
    let begun: Practice = bench.call(Call::PracticeBegin {}).unwrap();
    assert_eq!((begun.done.as_slice(), begun.pin.as_str()), (["begin".to_owned()].as_slice(), "Bid-8642"));
    assert!(bench.asked().is_empty(), "nothing is asked before the person begins");
    assert!(bench.desk.document(begun.document).unwrap().starts_with(b"%PDF-"));
    let mut last = begun;
    for step in ["stamp", "verify", "encrypt", "open"] {
        last = bench.call(Call::PracticeStep { step: step.into() }).unwrap();
    }
    assert_eq!(last.done, ["begin", "stamp", "verify", "encrypt", "open"]);
    assert_eq!(
        (last.verdict.as_deref(), last.opened.as_slice()),
        (Some("valid"), ["letter.pdf".to_owned()].as_slice())
    );
    let asked = bench.asked();
    let certificates = asked.iter().filter_map(|prompt| match prompt {
        Prompt::Consent { certificate, .. } => certificate.clone(),
        _ => None,
    });
    assert!(certificates.into_iter().all(|one| one.holder.contains("没有法律效力")), "{asked:?}");

    // What is real has seen nothing of it.
    let tokens: Tokens = bench.call(Call::Tokens {}).unwrap();
    let bids: Vec<Value> = bench.call(Call::Bids { all: true }).unwrap();
    let roots: Vec<Value> = bench.call(Call::Trusted {}).unwrap();
    assert!(tokens.tokens.is_empty() && bids.is_empty() && roots.is_empty());
    let _: () = bench.call(Call::PracticeEnd {}).unwrap();
    assert!(!bench.folder.path().join("home/practice").exists());
    assert!(bench.call::<Practice>(Call::PracticeStep { step: "stamp".into() }).is_err());
}

#[test]
fn the_window_that_asks_shows_the_first_page_of_the_very_document() {
    let bench = Bench::with_key(Suite::P256);
    seal(&bench);
    let file = bench.chosen("投标函.pdf", &pdf(2));
    let desk = std::sync::Arc::downgrade(&bench.desk);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (drawn, path) = (std::sync::Arc::clone(&seen), bench.folder.path().join("投标函.pdf"));
    bench.person(move |prompt| {
        let Prompt::Consent { documents, .. } = prompt else { return willing(prompt) };
        assert!(documents[0].preview);
        let desk = desk.upgrade().unwrap();
        let asked = (1..40).map(|number| format!("consent-{number}"));
        let mut pages = asked.map(|window| desk.preview(&window, 0));
        let page = pages.find_map(Result::ok).unwrap();
        let picture = image::load_from_memory(&page).unwrap();
        // Another document in its place is not shown as if it were the one that is asked about.
        std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), &pdf(3)).unwrap();
        let changed = (1..40).filter_map(|number| desk.preview(&format!("consent-{number}"), 0).err());
        let codes: Vec<String> = changed.map(|told| told.code).collect();
        drawn.lock().unwrap().push((picture.width(), picture.height(), codes.contains(&"input.changed".to_owned())));
        Act::Answer(PromptAnswer::Yes)
    });
    let stamped: Stamped = bench.call(Call::Stamp { order: order(&bench, vec![file.id], (100.0, 100.0)) }).unwrap();
    let [(width, height, refused)] = seen.lock().unwrap().as_slice().try_into().unwrap();
    assert!((719..=721).contains(&width) && (1015..=1020).contains(&height), "{width} × {height}");
    assert!(refused);
    assert_eq!(stamped.results[0].error.as_ref().unwrap().code, "input.changed", "nor is it signed");
    assert!(bench.desk.preview("consent-1", 0).is_err(), "afterwards no page is shown");
}

#[cfg(unix)]
#[test]
fn a_repair_is_asked_for_and_then_done() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let home = bench.folder.path().join("home");
    let mode = || std::fs::metadata(&home).unwrap().permissions().mode() & 0o777;
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o755)).unwrap();
    let repairs =
        |check: &Check| -> Vec<String> { check.findings.iter().filter_map(|one| one.repair.clone()).collect() };
    let check: Check = bench.call(Call::Check {}).unwrap();
    assert!(repairs(&check).contains(&"close_home".to_owned()), "{check:?}");

    bench.person(|_| Act::Answer(PromptAnswer::No));
    let refused = bench.call::<Check>(Call::Repair { repair: "close_home".into() }).unwrap_err();
    assert_eq!((refused.code.as_str(), mode()), ("user.cancelled", 0o755));
    bench.person(willing);
    let check: Check = bench.call(Call::Repair { repair: "close_home".into() }).unwrap();
    assert!(mode() == 0o700 && !repairs(&check).contains(&"close_home".to_owned()));
    assert!(bench.asked().iter().all(|prompt| matches!(prompt, Prompt::Repair { repair } if repair == "close_home")));
}

#[test]
fn a_damaged_list_of_pages_is_put_aside_and_kept() {
    let bench = Bench::new();
    let file = bench.folder.path().join("home/origins.toml");
    std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), b"= broken").unwrap();
    let check: Check = bench.call(Call::Check {}).unwrap();
    assert!(check.findings.iter().any(|one| one.repair.as_deref() == Some("reset_pages")), "{check:?}");
    let check: Check = bench.call(Call::Repair { repair: "reset_pages".into() }).unwrap();
    assert!(check.findings.iter().all(|one| one.repair.as_deref() != Some("reset_pages")));
    let aside = bench.folder.path().join("home/origins.damaged-1");
    assert_eq!(std::fs::read(aside).unwrap(), b"= broken");
    assert!(bench.call::<Check>(Call::Repair { repair: "rm -rf".into() }).is_err());
}

#[test]
fn room_counts_files_and_folders_and_what_is_free() {
    let bench = Bench::new();
    let file = bench.chosen("a.pdf", &[0; 1000]);
    bench.chosen("folder/one", &[0; 300]);
    bench.chosen("folder/deeper/two", &[0; 30]);
    let folder = bench.pick(Pick::Folder, "folder");
    let room: Room = bench.call(Call::Room { inputs: vec![file.id, folder.id], output: None }).unwrap();
    assert_eq!(room.content, 1330);
    assert!(room.free > 0);
}

#[test]
fn without_an_address_the_status_of_a_certificate_is_unknown_and_says_why() {
    let bench = Bench::with_key(Suite::P256);
    let sha256 = crate::work::certificate(&bench, "sign").sha256;
    let status: CertificateStatus = bench.call(Call::Status { sha256 }).unwrap();
    assert_eq!(status.status, "unknown", "{status:?}");
    let reasons: Vec<_> = status.checked.iter().flat_map(|one| &one.reasons).collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|one| !one.message.is_empty()), "{status:?}");
}
