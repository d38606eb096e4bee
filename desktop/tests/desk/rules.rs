//! What holds whatever is asked: handles instead of paths, answers that count, words in the person's language.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use desktop::Refused;
use protocol::screens::{Call, Chosen, Links, Pick, Preferences, Prompt, PromptAnswer, Told};
use serde_json::Value;

use crate::support::{Act, Bench};

#[test]
fn what_the_person_did_not_choose_cannot_be_read_or_written() {
    let bench = Bench::new();
    let told = bench.desk.document(0).unwrap_err();
    assert_eq!(told.code, "internal");
    let told: Told = bench.call::<Value>(Call::ExportJournal { output: 3 }).unwrap_err();
    assert_eq!(told.code, "internal");
    let file = bench.chosen("a.pdf", b"%PDF-");
    assert_eq!(bench.desk.document(file.id).unwrap(), b"%PDF-");
}

#[test]
fn a_name_suggested_from_words_is_one_that_every_system_takes() {
    let bench = Bench::new();
    for (words, name) in
        [("某某大桥（二期）/第1标段: A?.bid", "某某大桥（二期）_第1标段_ A_.bid"), ("con.bid", "_con.bid")]
    {
        let pick = Call::Pick { what: Pick::Output, suggested: Some(words.to_owned()) };
        assert_eq!(bench.call::<Vec<Chosen>>(pick).unwrap()[0].name, name);
    }
}

#[test]
fn a_call_has_no_place_for_a_path() {
    for call in [
        serde_json::json!({"do": "verify", "file": "/etc/passwd", "signature": null}),
        serde_json::json!({"do": "tokens", "pin": "123456"}),
        serde_json::json!({"do": "rehearse", "bid": 1, "password": "secret"}),
    ] {
        assert!(serde_json::from_value::<Call>(call.clone()).is_err(), "{call}");
    }
}

#[test]
fn a_hostile_name_reaches_the_screens_without_its_control_characters() {
    let bench = Bench::new();
    let file: Chosen = bench.chosen("投标\u{202e}fdp.exe", b"x");
    assert_eq!(file.name, "投标\u{fffd}fdp.exe");
}

#[test]
fn an_early_yes_an_answer_of_another_kind_and_one_of_another_window_do_not_count() {
    let bench = Bench::new();
    let _: Value = bench.call(Call::MakeToken { label: "a".into(), suite: "p256".into() }).unwrap();
    let (desk, tried) = (Arc::downgrade(&bench.desk), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&tried);
    bench.person(move |_| {
        let desk = desk.upgrade().unwrap();
        let prompts = desk.prompts();
        let answer = |window: &str, answer| seen.lock().unwrap().push(prompts.answer(window, answer));
        // The last try is asked for in the second window, after ten wrong PINs; here the PIN window is the first.
        answer("pin-1", PromptAnswer::Yes);
        answer("consent-1", PromptAnswer::Yes);
        Act::Close
    });
    assert_eq!(bench.call::<Value>(Call::Activate { token: "a".into() }).unwrap_err().code, "user.cancelled");
    assert_eq!(*tried.lock().unwrap(), [Err(Refused::NotAsked), Err(Refused::NotAsked)]);
}

#[test]
fn a_yes_counts_only_when_the_question_was_shown_for_half_a_second() {
    let bench = Bench::with_key(algo::Suite::P256);
    let (desk, tried) = (Arc::downgrade(&bench.desk), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&tried);
    bench.asked();
    bench.person(move |prompt| {
        if let Prompt::Consent { .. } = prompt {
            let desk = desk.upgrade().unwrap();
            let names = (1..40).map(|number| format!("consent-{number}"));
            let early: Vec<_> = names.map(|name| desk.prompts().answer(&name, PromptAnswer::Yes)).collect();
            seen.lock().unwrap().extend(early.into_iter().filter(|one| *one != Err(Refused::NotAsked)));
        }
        Act::Close
    });
    let file = bench.chosen("a.bid", b"BIDENC");
    let _ = bench.call::<Value>(Call::Inspect { bid: file.id });
    let output = bench.pick(protocol::screens::Pick::Output, "e.zip").id;
    // On a machine with much else to do it may take longer than that until the person's yes is given: then once more.
    let refused = (0..20).any(|_| {
        let begun = Instant::now();
        let evidence = Call::Evidence { bid: file.id, output, signed: true };
        assert_eq!(bench.call::<Value>(evidence).unwrap_err().code, "user.cancelled");
        let tried = std::mem::take(&mut *tried.lock().unwrap());
        let refused = tried == [Err(Refused::TooEarly)];
        assert!(refused || begun.elapsed() >= Duration::from_millis(500), "{tried:?}");
        refused
    });
    assert!(refused, "no yes was early");
}

#[test]
fn failures_come_in_the_language_that_was_set_and_it_is_kept() {
    let bench = Bench::new();
    let failure = |bench: &Bench| bench.call::<Value>(Call::SealPicture { name: "x".into() }).unwrap_err();
    let chinese = failure(&bench);
    let mut preferences: Preferences = bench.call(Call::Preferences {}).unwrap();
    assert_eq!(preferences.language, "zh-CN");
    preferences.language = "en".into();
    let _: Preferences = bench.call(Call::SetPreferences { preferences }).unwrap();
    let english = failure(&bench);
    assert_eq!(chinese.code, english.code);
    assert_ne!(chinese.message, english.message);
    assert!(english.message.is_ascii() || !english.message.contains('印'));
    assert!(bench.folder.path().join("home/screens.json").exists());
}

#[test]
fn nothing_secret_crosses_to_the_main_window() {
    let bench = Bench::with_key(algo::Suite::P256);
    let _: Value = bench.call(Call::VerifyPin { token: crate::support::LABEL.into() }).unwrap();
    let tokens: Value = bench.call(Call::Tokens {}).unwrap();
    assert!(!tokens.to_string().contains(crate::support::PIN));
}

#[test]
fn bids_and_links_open_with_the_program_when_the_person_wants_it() {
    let bench = Bench::new();
    let entry = bench.folder.path().join("data/applications/bidseal-links.desktop");
    let state = |call| bench.call::<Option<Links>>(call).unwrap().unwrap();
    assert_eq!(state(Call::Links {}), Links { on: false, program: "/opt/标信/bidseal-app".into() });
    assert!(state(Call::TurnLinks { on: true }).on && state(Call::Links {}).on);
    assert!(std::fs::read_to_string(&entry).unwrap().contains("/opt/标信/bidseal-app\" %U"));
    // Whoever turns it, the system knows: nothing is remembered beside it.
    std::fs::remove_file(&entry).unwrap();
    assert!(!state(Call::Links {}).on);
    assert!(state(Call::TurnLinks { on: true }).on && !state(Call::TurnLinks { on: false }).on);
    assert!(!entry.exists());
}

#[test]
fn an_entry_that_cannot_be_written_is_told_and_counts_as_off() {
    let bench = Bench::new();
    bench.chosen("data", b"no folder");
    let told: Told = bench.call::<Value>(Call::TurnLinks { on: true }).unwrap_err();
    assert_eq!(told.code, "output.not_writable");
    assert!(!bench.call::<Option<Links>>(Call::Links {}).unwrap().unwrap().on);
}
