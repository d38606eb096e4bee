//! PINs, as the windows ask for them.

use algo::Suite;
use protocol::screens::{Call, Pin, Prompt, PromptAnswer, Token, Tokens};

use crate::support::{Act, Bench, LABEL, PIN, activating, willing};

fn new_key(bench: &Bench) {
    let _: Token = bench.call(Call::MakeToken { label: LABEL.into(), suite: "p256".into() }).unwrap();
}

#[test]
fn a_key_is_activated_with_the_initial_pin_and_its_unlock_code_is_shown_once() {
    let bench = Bench::new();
    new_key(&bench);
    bench.person(activating);
    let pin: Pin = bench.call(Call::Activate { token: LABEL.into() }).unwrap();
    assert_eq!(pin.is_default, Some(false));
    let asked = bench.asked();
    let Prompt::Puk { puk, .. } = asked.last().unwrap() else { panic!("{asked:?}") };
    let puk: &'static str = puk.clone().leak();

    // Only the window of the code has seen it, and it unblocks.
    bench.person(move |prompt| match prompt {
        Prompt::Secret { kind, .. } if kind == "puk" => Act::Type(puk),
        other => willing(other),
    });
    let _: Pin = bench.call(Call::Unblock { token: LABEL.into() }).unwrap();
}

#[test]
fn a_wrong_pin_is_counted_down_to_three_and_the_window_warns() {
    let bench = Bench::new();
    new_key(&bench);
    bench.person(activating);
    let _: Pin = bench.call(Call::Activate { token: LABEL.into() }).unwrap();
    bench.asked();
    bench.person(|_| Act::Type("wrong-9999"));
    let mut left = Vec::new();
    loop {
        let told = bench.call::<Pin>(Call::VerifyPin { token: LABEL.into() }).unwrap_err();
        assert_eq!(told.code, "token.pin_wrong");
        left.push(told.data["remaining"].as_u64().unwrap());
        if left.last() == Some(&3) {
            break;
        }
    }
    assert!(left.windows(2).all(|two| two[1] + 1 == two[0]), "{left:?}");
    bench.asked();
    bench.person(|_| Act::Close);
    assert_eq!(bench.call::<Pin>(Call::VerifyPin { token: LABEL.into() }).unwrap_err().code, "user.cancelled");
    let Prompt::Secret { remaining, running_out, .. } = bench.asked().remove(0) else { panic!("a PIN is asked for") };
    assert_eq!((remaining, running_out), (Some(3), true));

    bench.person(willing);
    let pin: Pin = bench.call(Call::VerifyPin { token: LABEL.into() }).unwrap();
    assert_eq!(pin.remaining, pin.max, "the right PIN restores the counter");
}

#[test]
fn two_new_pins_that_differ_are_not_taken() {
    let bench = Bench::new();
    new_key(&bench);
    bench.person(|prompt| match prompt {
        Prompt::Secret { kind, .. } if kind == "new_pin" => Act::TypeTwice(PIN, "Other-1234"),
        other => activating(other),
    });
    let told = bench.call::<Pin>(Call::Activate { token: LABEL.into() }).unwrap_err();
    assert_eq!(told.code, "user.cancelled", "the window stayed until it was closed");
    let tokens: Tokens = bench.call(Call::Tokens {}).unwrap();
    assert_eq!(tokens.tokens[0].pin.is_default, Some(true));
}

#[test]
fn a_certificate_is_shown_with_what_a_person_copies() {
    let bench = Bench::with_key(Suite::P256);
    let tokens: Tokens = bench.call(Call::Tokens {}).unwrap();
    let holders: Vec<_> =
        tokens.tokens[0].keys.iter().map(|key| key.certificate.as_ref().unwrap().holder.clone()).collect();
    assert_eq!(holders, ["某某有限公司", "某某有限公司"]);
    let certificate = tokens.tokens[0].keys[0].certificate.clone().unwrap();
    let output = bench.pick(protocol::screens::Pick::Output, "exported.pem");
    let (sha256, chain) = (certificate.sha256, true);
    let _: () = bench.call(Call::ExportCertificate { sha256, chain, output: output.id }).unwrap();
    let pem = std::fs::read_to_string(bench.folder.path().join("exported.pem")).unwrap();
    assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), 3);
}

#[test]
fn a_refused_last_try_is_not_spent() {
    let bench = Bench::new();
    new_key(&bench);
    bench.person(activating);
    let _: Pin = bench.call(Call::Activate { token: LABEL.into() }).unwrap();
    bench.person(|prompt| match prompt {
        Prompt::LastTry { .. } => Act::Answer(PromptAnswer::No),
        _ => Act::Type("wrong-9999"),
    });
    let last = std::iter::repeat_with(|| bench.call::<Pin>(Call::VerifyPin { token: LABEL.into() }).unwrap_err().code)
        .take(20)
        .find(|code| code != "token.pin_wrong");
    assert_eq!(last.as_deref(), Some("token.last_try"));
    let tokens: Tokens = bench.call(Call::Tokens {}).unwrap();
    assert_eq!(tokens.tokens[0].pin.remaining, Some(1));
}
