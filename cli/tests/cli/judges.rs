//! Second opinions on what the program writes: OpenSSL, RustCrypto, qpdf, pdfsig.

use std::fs;

use algo::Suite;

use crate::support::{self, Desk, HOLDER, judge};

#[test]
fn openssl_verifies_signed_messages_of_rsa_and_p256() {
    for suite in [Suite::Rsa, Suite::P256] {
        let desk = Desk::of(suite);
        desk.write("a.txt", b"an offer");
        desk.signing(&["sign", "a.txt", "-c", HOLDER]).ok();
        desk.signing(&["sign", "a.txt", "-c", HOLDER, "--detached"]).ok();
        let trust = ["-CAfile", "root.pem", "-binary", "-purpose", "any", "-inform", "DER"];
        let attached = judge("openssl", &[&["cms", "-verify", "-in", "a.txt.p7m"], &trust[..]].concat(), desk.path());
        assert_eq!(attached.ok().out, "an offer", "{suite}");
        let detached = ["cms", "-verify", "-in", "a.txt.p7s", "-content", "a.txt"];
        judge("openssl", &[&detached[..], &trust].concat(), desk.path()).ok();
    }
}

#[test]
fn rustcrypto_verifies_an_sm2_message() {
    use sm2::dsa::{Signature, VerifyingKey, signature::Verifier};
    let desk = Desk::of(Suite::Sm);
    desk.write("a.txt", b"an offer");
    desk.signing(&["sign", "a.txt", "-c", HOLDER]).ok();
    let message = cms::SignedData::parse(&fs::read(desk.file("a.txt.p7m")).unwrap()).unwrap();
    let signer = message.signers().next().unwrap();
    let certificate = x509::Certificate::from_pem(&fs::read_to_string(desk.file("sign.pem")).unwrap()).unwrap();
    let point = certificate.public_key().point().unwrap();
    let key = VerifyingKey::from_sec1_bytes("1234567812345678", point).unwrap();
    let signature = raw(signer.signature());
    key.verify(&signer.signed_attributes().unwrap(), &Signature::from_slice(&signature).unwrap()).unwrap();
}

/// The 64 bytes r ‖ s of DER SEQUENCE { r, s }.
fn raw(der: &[u8]) -> Vec<u8> {
    let mut raw = Vec::new();
    let mut rest = &der[2..];
    for _ in 0..2 {
        let length = usize::from(rest[1]);
        let number = &rest[2..2 + length];
        let digits = &number[number.len().saturating_sub(32)..];
        raw.extend(std::iter::repeat_n(0, 32 - digits.len()).chain(digits.iter().copied()));
        rest = &rest[2 + length..];
    }
    raw
}

#[test]
fn openssl_opens_the_key_of_an_rsa_bid_whose_holder_lost_nothing() {
    let desk = Desk::of(Suite::Rsa);
    desk.write("offer/a.txt", b"an offer");
    let made = desk.signing(&["bid", "encrypt", "offer", "-o", "x.bid", "--to", "encrypt.pem"]).ok().json();
    assert_eq!(made["rehearsed"], true);
    desk.run(&["bid", "verify", "x.bid"]).ok();
    desk.signing(&["bid", "decrypt", "x.bid", "-o", "out"]).ok();
    assert_eq!(fs::read(desk.file("out/offer/a.txt")).unwrap(), b"an offer");
}

#[test]
fn pdfsig_and_qpdf_accept_a_stamped_document_and_a_second_stamp() {
    for suite in [Suite::Rsa, Suite::P256] {
        let desk = Desk::of(suite);
        let original = support::pdf(3);
        desk.write("a.pdf", &original);
        desk.write("seal.png", &support::png());
        let seal = ["-c", HOLDER, "--seal", "seal.png", "--size", "40", "--page", "all"];
        desk.signing(&[&["stamp", "a.pdf", "-o", "b.pdf"], &seal[..]].concat()).ok();
        desk.signing(&[&["stamp", "b.pdf", "-o", "c.pdf"], &seal[..]].concat()).ok();
        desk.signing(&["sign", "c.pdf", "-c", HOLDER]).ok();
        assert!(fs::read(desk.file("c.signed.pdf")).unwrap().starts_with(&original), "a true incremental update");
        judge("qpdf", &["--check", "c.signed.pdf"], desk.path()).ok();
        let found = judge("pdfsig", &["-nocert", "c.signed.pdf"], desk.path()).ok().out;
        // The second stamp, on a signed document, is a field on each of the three pages, all with one signature.
        assert_eq!(found.matches("Signature #").count(), 5, "{suite}: {found}");
        assert_eq!(found.matches("Signature is Valid").count(), 5, "{suite}: {found}");
        assert!(found.contains("Total document signed"), "{suite}: {found}");
        let verdict = desk.run(&["verify", "c.signed.pdf", "--json"]).ok().json();
        assert_eq!((&verdict["kind"], &verdict["verdict"]), (&"pdf".into(), &"valid".into()));
    }
}

#[test]
fn several_documents_have_one_consent_and_each_its_result() {
    let desk = Desk::of(Suite::P256);
    desk.write("a.pdf", &support::pdf(1));
    desk.write("b.pdf", b"no PDF");
    desk.write("c.pdf", &support::pdf(2));
    desk.write("seal.png", &support::png());
    fs::create_dir(desk.file("out")).unwrap();
    let line =
        ["stamp", "a.pdf", "b.pdf", "c.pdf", "--out-dir", "out", "-c", HOLDER, "--seal", "seal.png", "--size", "40"];
    let run = desk.signing(&line);
    assert_eq!((run.exit, run.code().as_str()), (Some(2), "pdf.not_pdf"), "{run}");
    let results = run.json()["results"].clone();
    assert_eq!(results[1]["error"]["code"], "pdf.not_pdf");
    assert!(desk.file("out/a.pdf").exists() && !desk.file("out/b.pdf").exists() && desk.file("out/c.pdf").exists());
    let consents: Vec<&str> = run.err.lines().filter(|line| line.starts_with("{\"consent\"")).collect();
    assert_eq!(consents.len(), 1, "one consent for all: {run}");
    assert!(consents[0].contains("\"count\":2") && !consents[0].contains("b.pdf"), "{run}");
}

#[test]
fn a_seal_is_kept_with_its_size() {
    let desk = Desk::of(Suite::P256);
    desk.write("公章.png", &support::png());
    let kept = desk.run(&["seal", "import", "公章.png", "--size", "42", "--json"]).ok().json();
    assert_eq!((&kept["seal"]["name"], &kept["seal"]["width_mm"]), (&"公章".into(), &42.0.into()));
    assert_eq!(desk.run(&["seal", "import", "公章.png", "--size", "42", "--json"]).code(), "seal.exists");
    assert_eq!(desk.run(&["seal", "show", "nothing", "--json"]).code(), "seal.not_found");
    desk.write("a.pdf", &support::pdf(1));
    desk.signing(&["stamp", "a.pdf", "-o", "b.pdf", "-c", HOLDER, "--seal", "公章"]).ok();
}

#[test]
fn a_seal_is_renamed_and_removed_after_a_question() {
    let desk = Desk::of(Suite::P256);
    desk.write("公章.png", &support::png());
    for name in ["公章", "合同章"] {
        desk.run(&["seal", "import", "公章.png", "--size", "42", "--name", name]).ok();
    }
    assert_eq!(desk.run(&["seal", "rename", "公章", "合同章", "--json"]).code(), "seal.exists");
    assert_eq!(desk.run(&["seal", "rename", "公章", "a/b", "--json"]).code(), "seal.name");
    assert_eq!(desk.run(&["seal", "rename", "没有", "新章", "--json"]).code(), "seal.not_found");
    let renamed = desk.run(&["seal", "rename", "公章", "行政章", "--json"]).ok().json();
    assert_eq!((&renamed["seal"]["name"], &renamed["seal"]["width_mm"]), (&"行政章".into(), &42.0.into()));
    assert_eq!(desk.run(&["seal", "remove", "行政章", "--json"]).code(), "consent.no_terminal");
    desk.run(&["seal", "show", "行政章"]).ok();
    assert_eq!(desk.run(&["seal", "remove", "行政章", "--yes", "--json"]).ok().json()["removed"], "行政章");
    assert_eq!(desk.run(&["seal", "remove", "行政章", "--yes", "--json"]).code(), "seal.not_found");
    let left = desk.run(&["seal", "list", "--json"]).ok().json();
    assert_eq!(left["seals"].as_array().map(Vec::len), Some(1), "{left}");
}

#[test]
fn the_white_paper_of_a_scanned_seal_becomes_transparent() {
    let desk = Desk::of(Suite::P256);
    let scan =
        image::RgbImage::from_fn(40, 40, |x, _| if x < 20 { image::Rgb([200, 0, 0]) } else { image::Rgb([250; 3]) });
    let mut bytes = std::io::Cursor::new(Vec::new());
    scan.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    desk.write("scan.png", bytes.get_ref());
    let kept = desk.run(&["seal", "import", "scan.png", "--size", "40", "--clear-white", "--json"]).ok().json();
    let picture = image::open(kept["seal"]["picture"].as_str().unwrap()).unwrap().into_rgba8();
    assert_eq!((picture.get_pixel(5, 5)[3] > 200, picture.get_pixel(30, 5)[3]), (true, 0));
}
