//! OpenSSL's programs open the key of a bid: a slot is an ordinary envelope, not something of ours.

use crate::support::{Desk, recipient, vectors};
use algo::Suite;
use bid::{
    Claims, Encryption, OtherBid, Profile, Recipient, Role, Slot, SlotBody, StatementContent, Unwatched, inspect,
};
use ca::{Authority, Holder, Ids, Validity};
use durable::Replace;
use std::path::Path;
use std::process::Command;
use time::macros::datetime;

/// The DER of BidKey for the bidder: 7 bytes, then the key.
const BID_KEY: &[u8] = &[0x30, 0x25, 0x0a, 0x01, 0x00, 0x04, 0x20];

fn slot_of(desk: &Desk, profile: Profile, bidder: Recipient) -> Vec<u8> {
    let inputs = [desk.file("a.txt", b"price 42")];
    let claims = Claims::default();
    let encryption = Encryption {
        inputs: &inputs,
        claims: &claims,
        profile,
        recipients: &[bidder],
        password: None,
        threshold: None,
    };
    encryption.run(&desk.parts, &desk.path("a.bid"), Replace::Existing, &mut Unwatched).unwrap();
    match inspect(&desk.path("a.bid")).unwrap().slots() {
        [Slot { body: SlotBody::Cms(der), .. }] => der.clone(),
        slots => panic!("{slots:?}"),
    }
}

fn openssl(arguments: &[&str], files: &[(&str, &Path)]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.args(arguments);
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    let output = command.output().expect("openssl is installed (apt-get install openssl)");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn private_key(name: &str) -> std::path::PathBuf {
    vectors().join(format!("keys/{name}.p8"))
}

#[test]
fn cms_decrypt_opens_the_slots_for_rsa_and_curves() {
    for (name, forms) in [("rsa", &bid::RSA_FORMS[..3]), ("p256", &[][..]), ("p384", &[][..])] {
        let usual = recipient(name, Role::Bidder);
        let bidders = forms.iter().map(|&form| usual.clone().with_form(form)).chain([usual.clone()]);
        for bidder in bidders {
            let desk = Desk::new();
            let slot = desk.file("slot.der", &slot_of(&desk, Profile::Intl, bidder));
            let bid_key = openssl(
                &["cms", "-decrypt", "-binary", "-inform", "DER", "-keyform", "DER"],
                &[("-in", &slot), ("-inkey", &private_key(name))],
            );
            assert_eq!((&bid_key[..7], bid_key.len()), (BID_KEY, 39), "{name}");
        }
    }
}

/// OpenSSL's `cms` knows no SM2; the encrypted key is a standard SM2 ciphertext that `pkeyutl` opens, and what it gives
/// decrypts the content with SM4-CBC.
#[test]
fn pkeyutl_and_enc_open_the_slot_for_sm2() {
    let desk = Desk::new();
    let der = slot_of(&desk, Profile::Sm, recipient("sm2", Role::Bidder));
    let enveloped = cms::Enveloped::parse(&der).unwrap();
    let wrapped = desk.file("wrapped.der", enveloped.recipients()[0].wrapped_key().unwrap());
    let content_key =
        openssl(&["pkeyutl", "-decrypt", "-keyform", "DER"], &[("-in", &wrapped), ("-inkey", &private_key("sm2"))]);
    assert_eq!(content_key.len(), 16);
    let (iv, encrypted) = iv_and_content(&der);
    let encrypted = desk.file("encrypted.bin", encrypted);
    let (key, iv) = (hex::encode(content_key), hex::encode(iv));
    let bid_key = openssl(&["enc", "-d", "-sm4-cbc", "-K", &key, "-iv", &iv], &[("-in", &encrypted)]);
    assert_eq!((&bid_key[..7], bid_key.len()), (BID_KEY, 39));
}

/// The sealing statement as the client signs it: OpenSSL verifies it, and its content is about this file and no other.
#[test]
fn cms_verify_accepts_a_sealing_statement() {
    let desk = Desk::new();
    let now = datetime!(2026-11-20 09:30 UTC);
    let authority = Authority::in_memory(Suite::P256, "Statements", now).unwrap();
    let Holder { mut key, certificate } =
        authority.issue_pair("CN=Bidder", Validity::days(now, 30), &Ids::default()).unwrap().sign;
    desk.file("a.txt", b"price 42");
    let sealed = desk.encrypt(Profile::Intl, &[desk.path("a.txt")], "a.bid");
    let content = sealed.statement(now).to_der().unwrap();
    let scheme = certificate.suite().unwrap().signature_scheme();
    let builder = cms::SignedDataBuilder::new(&certificate, scheme, cms::Family::Rfc5652)
        .chain(&authority.chain())
        .content(cms::Content::Attached(&content));
    let statement = desk.file("a.bid.p7s", &cms::sign(builder, &mut key).unwrap());
    let root = desk.file("root.pem", authority.root().to_pem().as_bytes());
    let verified = openssl(
        &["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-attime", "1795167000"],
        &[("-in", &statement), ("-CAfile", &root)],
    );
    let statement = StatementContent::from_der(&verified).unwrap();
    let recomputed = inspect(&desk.path("a.bid")).unwrap().tree_root(&mut Unwatched).unwrap();
    assert_eq!((statement.check(&recomputed), statement.time), (Ok(()), now));
    desk.encrypt(Profile::Intl, &[desk.path("a.txt")], "again.bid");
    let other = inspect(&desk.path("again.bid")).unwrap().tree_root(&mut Unwatched).unwrap();
    assert_eq!(statement.check(&other), Err(OtherBid));
}

/// The message ends with `OCTET STRING iv` and `[0] content` of 48 bytes: 39 and their padding.
fn iv_and_content(der: &[u8]) -> (&[u8], &[u8]) {
    let (rest, content) = der.split_at(der.len() - 48);
    let (rest, header) = rest.split_at(rest.len() - 2);
    assert_eq!(header, [0x80, 48]);
    let (rest, iv) = rest.split_at(rest.len() - 16);
    assert!(rest.ends_with(&[0x04, 16]));
    (iv, content)
}
