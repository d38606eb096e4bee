//! The authority's voucher, judged by OpenSSL, between the two built programs.

use std::process::Command;

use programs::{PIN, Person, call, done};

#[test]
fn openssl_verifies_the_voucher_that_unlocks() {
    let person = Person::with_certificates("p256");
    let folder = person.folder();
    done(&person.authority(&["recovery", "ca", "-o", "recovery.pem"]));
    let secrets = [("pin", PIN), ("new_pin", "Other-2026!")];
    done(&person.bidseal(&["pin", "change", "T", "--recovery", "recovery.pem"], &secrets));
    for _ in 0..10 {
        let _ = person.bidseal(&["pin", "verify", "T"], &[("pin", "wrong-pin-1")]);
    }
    done(&person.bidseal(&["pin", "unblock", "T", "--request", "request.json"], &[]));
    done(&person.authority(&["voucher", "ca", "--request", "request.json", "-o", "voucher"]));
    let mut openssl = Command::new("openssl");
    let verify = "cms -verify -inform DER -in voucher -CAfile root.pem -purpose any -out voucher.json";
    done(&call(openssl.args(verify.split(' ')).current_dir(folder), ""));
    let content: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("voucher.json")).unwrap()).unwrap();
    assert_eq!(content["kind"], "bidseal.unblock.voucher");
    let unblock = ["pin", "unblock", "T", "--response", "voucher"];
    done(&person.bidseal(&unblock, &[("new_pin", PIN)]));
    done(&person.bidseal(&["pin", "verify", "T"], &[("pin", PIN)]));
    let replayed = person.bidseal(&unblock, &[("new_pin", "Other-2026!")]);
    assert_eq!(replayed.status.code(), Some(3), "{replayed:?}");
}
