//! Files that `bidseal` stamped, judged by other programs (qpdf, pdfsig, pyHanko).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "files of a test live as long as it does")]

mod judges;
mod unblock;

use programs::{PIN, Person, done, workspace};

/// Stamps the tender of the demonstration twice, as somebody with a certificate of `suite`, and has each result judged.
fn stamped_twice(suite: &str) {
    let person = Person::with_certificates(suite);
    let data = workspace().join("xtask/demo-data");
    for name in ["tender.pdf", "seal.png"] {
        std::fs::copy(data.join(name), person.folder().join(name)).unwrap();
    }
    for (count, (input, output)) in (1..).zip([("tender.pdf", "once.pdf"), ("once.pdf", "twice.pdf")]) {
        let stamp =
            ["stamp", input, "-o", output, "-c", "示范", "--seal", "seal.png", "--page", "1", "--at", "150,240"];
        done(&person.bidseal(&stamp, &[("pin", PIN)]));
        done(&person.bidseal(&["verify", output], &[]));
        judges::approve(&person.folder().join(output), &person.folder().join("root.pem"), count);
        let (before, after) = (person.folder().join(input), person.folder().join(output));
        assert!(std::fs::read(after).unwrap().starts_with(&std::fs::read(before).unwrap()), "the original is a prefix");
    }
}

#[test]
fn rsa_stamps_satisfy_qpdf_pdfsig_and_pyhanko() {
    stamped_twice("rsa");
}

#[test]
fn p256_stamps_satisfy_qpdf_pdfsig_and_pyhanko() {
    stamped_twice("p256");
}

#[test]
fn p384_stamps_satisfy_qpdf_pdfsig_and_pyhanko() {
    stamped_twice("p384");
}

#[test]
fn a_changed_byte_satisfies_none_of_them() {
    let person = Person::with_certificates("p256");
    let data = workspace().join("xtask/demo-data");
    std::fs::copy(data.join("tender.pdf"), person.folder().join("tender.pdf")).unwrap();
    let seal = data.join("seal.png");
    let stamp = ["stamp", "tender.pdf", "-o", "sealed.pdf", "-c", "示范", "--seal", seal.to_str().unwrap()];
    done(&person.bidseal(&stamp, &[("pin", PIN)]));
    let sealed = person.folder().join("sealed.pdf");
    let mut bytes = std::fs::read(&sealed).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&sealed, bytes).unwrap();
    let verdict = person.bidseal(&["verify", "sealed.pdf"], &[]);
    assert_eq!(verdict.status.code(), Some(1), "{verdict:?}");
    let root = person.folder().join("root.pem");
    assert!(!judges::pdfsig(&sealed, &root).contains("Signature is Valid"), "the control: pdfsig sees the change");
    let facts = judges::pyhanko(&sealed, &root);
    assert_eq!(facts[0]["bottom_line"], false, "the control: pyHanko sees the change: {facts:?}");
}
