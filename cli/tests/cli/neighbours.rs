//! A token that cannot be read hides no other: on the day of the opening the key that is needed still works.

use std::fs;

use algo::Suite;

use crate::support::{Desk, HOLDER, LABEL, pdf};

/// A bidder whose token stands between two that lost their files, in whatever order they are read.
fn desk_with_damaged_tokens() -> Desk {
    let desk = Desk::of(Suite::P256);
    for name in ["0000000000000000", "ffffffffffffffff"] {
        desk.write(&format!("home/tokens/{name}/pin"), b"");
    }
    desk
}

#[test]
fn what_is_on_other_tokens_is_listed_beside_the_failure() {
    let desk = desk_with_damaged_tokens();
    let tokens = desk.run(&["token", "list", "--json"]);
    assert_eq!((tokens.exit, tokens.code().as_str()), (Some(3), "token.damaged"), "{tokens}");
    assert_eq!(tokens.json()["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(tokens.json()["tokens"][0]["label"], LABEL);
    let certificates = desk.run(&["cert", "list", "--json"]);
    assert_eq!((certificates.exit, certificates.code().as_str()), (Some(3), "token.damaged"), "{certificates}");
    assert_eq!(certificates.json()["certificates"].as_array().unwrap().len(), 2);
    assert_eq!(desk.run(&["cert", "list", LABEL, "--json"]).ok().json()["certificates"].as_array().unwrap().len(), 2);
}

#[test]
fn a_good_key_signs_encrypts_and_opens_beside_a_damaged_token() {
    let desk = desk_with_damaged_tokens();
    desk.write("good.pdf", &pdf(1));
    desk.signing(&["sign", "good.pdf", "-c", HOLDER]).ok();
    let made = desk.signing(&["bid", "encrypt", "good.pdf", "-o", "good.bid", "--to", HOLDER]).ok().json();
    assert_eq!(made["rehearsed"], true, "{made}");
    desk.signing(&["bid", "rehearse", "good.bid"]).ok();
    desk.signing(&["bid", "decrypt", "good.bid", "-o", "opened"]).ok();
    assert_eq!(fs::read(desk.file("opened/good.pdf")).unwrap(), pdf(1));
    desk.signing(&["bid", "evidence", "good.bid", "-o", "evidence.zip"]).ok();
}

#[test]
fn what_may_lie_on_the_damaged_token_is_not_called_absent() {
    let desk = desk_with_damaged_tokens();
    desk.write("good.pdf", &pdf(1));
    for line in [
        &["sign", "good.pdf", "-c", "somebody"][..],
        &["cert", "show", "somebody"],
        &["bid", "encrypt", "good.pdf", "-o", "x.bid", "--to", "somebody"],
    ] {
        let run = desk.signing(line);
        assert_eq!((run.exit, run.code().as_str()), (Some(3), "token.damaged"), "{line:?}: {run}");
    }
    assert!(!desk.file("x.bid").exists());
}
