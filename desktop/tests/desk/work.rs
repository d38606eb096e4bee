//! Documents and bids, from the call to what lies on the disk.

use std::{path::Path, process::Command};

use algo::Suite;
use protocol::screens::{
    Bid, Call, Certificate, Decrypted, EncryptOrder, Encrypted, EvidenceMade, Outside, Pick, Prompt, PromptAnswer,
    Rehearsed, Seal, StampOrder, Stamped, Tender, Tokens, Verified,
};

use crate::support::{Act, Bench, willing};

/// A document of this many empty pages of A4.
pub(crate) fn pdf(pages: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", 3 + page)).collect();
    let mut objects =
        vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned(), format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>")];
    objects.extend(
        (0..pages).map(|_| "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.276 841.89]/Resources<<>>>>".to_owned()),
    );
    let mut file = String::from("%PDF-1.7\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = file.len();
    format!("{file}{table}trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1)
        .into_bytes()
}

/// A red square.
fn picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    let pixels = [200, 0, 0, 255].repeat(64 * 64);
    image::ImageEncoder::write_image(encoder, &pixels, 64, 64, image::ExtendedColorType::Rgba8).unwrap();
    bytes
}

pub(crate) fn certificate(bench: &Bench, key_use: &str) -> Certificate {
    let tokens: Tokens = bench.call(Call::Tokens {}).unwrap();
    let key = tokens.tokens[0].keys.iter().find(|key| key.key_use == key_use).unwrap();
    key.certificate.clone().unwrap()
}

pub(crate) fn seal(bench: &Bench) -> Seal {
    let file = bench.chosen("公章.png", &picture());
    bench
        .call(Call::ImportSeal { file: file.id, width_mm: Some(40.0), name: "公章".into(), clear_white: false })
        .unwrap()
}

pub(crate) fn order(bench: &Bench, files: Vec<u32>, at_mm: (f64, f64)) -> StampOrder {
    StampOrder {
        files,
        folder: None,
        certificate: certificate(bench, "sign").sha256,
        seal: "公章".into(),
        width_mm: None,
        pages: "all".into(),
        at_mm,
        reason: None,
    }
}

/// The centre of what is red on a page, in millimetres from the top left, as poppler draws it.
fn red_centre(file: &std::path::Path) -> (f64, f64) {
    let drawn = Command::new("pdftoppm").args(["-r", "254", "-f", "1", "-l", "1"]).arg(file).output().unwrap();
    assert!(drawn.status.success(), "pdftoppm is needed");
    let text = String::from_utf8_lossy(&drawn.stdout[..32]).into_owned();
    let width: usize = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    let header = drawn.stdout.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(2).unwrap().0 + 1;
    let red = drawn.stdout[header..].chunks(3).enumerate().filter(|(_, pixel)| pixel[0] > 150 && pixel[1] < 90);
    let (mut low, mut high) = ((usize::MAX, usize::MAX), (0, 0));
    for (index, _) in red {
        let (x, y) = (index % width, index / width);
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    let middle = |low: usize, high: usize| f64::from(u32::try_from(low + high + 1).unwrap()) / 2.0 / 10.0;
    (middle(low.0, high.0), middle(low.1, high.1))
}

#[test]
fn a_stamped_document_has_its_seal_within_half_a_millimetre_and_is_valid() {
    let bench = Bench::with_key(Suite::P256);
    seal(&bench);
    let original = pdf(2);
    let file = bench.chosen("投标函.pdf", &original);
    let stamped: Stamped = bench.call(Call::Stamp { order: order(&bench, vec![file.id], (150.3, 240.7)) }).unwrap();
    assert_eq!(stamped.results[0].verdict.as_deref(), Some("valid"), "{stamped:?}");
    assert_eq!(std::fs::read(bench.folder.path().join("投标函.pdf")).unwrap(), original, "the original is untouched");
    let folder = stamped.folder.as_ref().unwrap();
    let output = std::path::Path::new(&folder.place).join(&folder.name).join("投标函.pdf");
    let (x, y) = red_centre(&output);
    assert!((x - 150.3).abs() < 0.5 && (y - 240.7).abs() < 0.5, "{x} {y}");
    let verified: Verified =
        bench.call(Call::Verify { file: stamped.results[0].output.clone().unwrap().id, signature: None }).unwrap();
    assert_eq!((verified.verdict.as_str(), verified.signatures[0].chain.as_str()), ("valid", "trusted"));
}

#[test]
fn a_verdict_is_written_as_a_report_that_names_the_file_by_its_digest() {
    let bench = Bench::with_key(Suite::P256);
    seal(&bench);
    let file = bench.chosen("投标函.pdf", &pdf(1)).id;
    let stamped: Stamped = bench.call(Call::Stamp { order: order(&bench, vec![file], (100.0, 100.0)) }).unwrap();
    let signed = stamped.results[0].output.clone().unwrap();
    let output = bench.pick(Pick::Output, "报告.txt");
    let () = bench.call(Call::VerifyReport { file: signed.id, signature: None, output: output.id }).unwrap();
    let text = std::fs::read_to_string(Path::new(&output.place).join(&output.name)).unwrap();
    let sum = Command::new("sha256sum").arg(Path::new(&signed.place).join(&signed.name)).output().unwrap();
    let sum = String::from_utf8_lossy(&sum.stdout).trim_start_matches('\\')[..64].to_owned();
    for wanted in [sum.as_str(), "投标函.pdf", "结论：有效。", "证书链可信", "签名 1："] {
        assert!(text.contains(wanted), "{wanted} is missing in:\n{text}");
    }
    let unsigned = bench.chosen("随笔.txt", "未签名".as_bytes()).id;
    let untouched = bench.pick(Pick::Output, "没有.txt");
    let refused = bench.call::<()>(Call::VerifyReport { file: unsigned, signature: None, output: untouched.id });
    assert_eq!(refused.unwrap_err().code, "verify.kind");
    assert!(!Path::new(&untouched.place).join(&untouched.name).exists(), "no report of what is not signed");
}

#[test]
fn twenty_documents_are_stamped_with_one_consent_and_one_pin_and_a_bad_one_stops_no_other() {
    let bench = Bench::with_key(Suite::P256);
    seal(&bench);
    let mut files: Vec<u32> = (0..20).map(|number| bench.chosen(&format!("{number}.pdf"), &pdf(1)).id).collect();
    files.insert(7, bench.chosen("<img src=x onerror=alert(1)>.pdf", b"no document").id);
    bench.asked();
    let stamped: Stamped = bench.call(Call::Stamp { order: order(&bench, files, (100.0, 100.0)) }).unwrap();
    let asked = bench.asked();
    let Prompt::Consent { documents, count, .. } = &asked[0] else { panic!("{asked:?}") };
    assert_eq!((documents.len(), *count, asked.len()), (20, 20, 2), "consent, then PIN, once");
    assert!(documents.iter().all(|document| document.digest.is_some() && document.pages == Some(1)));
    assert_eq!(stamped.results.iter().filter(|one| one.verdict.as_deref() == Some("valid")).count(), 20);
    let bad = &stamped.results[7];
    assert_eq!(
        (bad.error.as_ref().unwrap().code.as_str(), bad.name.as_str()),
        ("pdf.not_pdf", "<img src=x onerror=alert(1)>.pdf")
    );
}

#[test]
fn a_refused_consent_leaves_nothing() {
    let bench = Bench::with_key(Suite::P256);
    seal(&bench);
    let file = bench.chosen("in/a.pdf", &pdf(1));
    bench.person(|prompt| match prompt {
        Prompt::Consent { .. } => Act::Answer(PromptAnswer::No),
        other => willing(other),
    });
    let told = bench.call::<Stamped>(Call::Stamp { order: order(&bench, vec![file.id], (100.0, 100.0)) }).unwrap_err();
    assert_eq!(told.code, "user.cancelled");
    assert_eq!(std::fs::read_dir(bench.folder.path().join("in")).unwrap().count(), 1, "no folder of results stays");
}

fn encrypted(bench: &Bench) -> Encrypted {
    let input = bench.chosen("商务标/报价.txt", "一百万".repeat(1000).as_bytes());
    let output = bench.pick(Pick::Output, "大桥.bid");
    let opens_at = Some("2099-01-01T09:30:00+08:00".to_owned());
    let tender = Tender { project: "大桥".into(), lot: "一标段".into(), opens_at, ..Tender::default() };
    let order = EncryptOrder {
        inputs: vec![input.id],
        output: output.id,
        to: vec![certificate(bench, "encrypt").sha256],
        host: Vec::new(),
        password: false,
        tender,
        statement: true,
        twin: None,
    };
    bench.call(Call::Encrypt { order }).unwrap()
}

#[test]
fn a_bid_is_encrypted_rehearsed_kept_in_the_ledger_and_opened() {
    let bench = Bench::with_key(Suite::Sm);
    let made = encrypted(&bench);
    assert!(made.rehearsed && made.statement.is_some(), "{made:?}");
    let bids: Vec<Bid> = bench.call(Call::Bids { all: false }).unwrap();
    assert_eq!(
        (bids[0].project.as_str(), bids[0].state.as_str(), bids[0].recipients[0].here),
        ("大桥", "waiting", true)
    );
    assert!(bids[0].missing_told.iter().any(|text| text.contains("回执")), "{:?}", bids[0].missing_told);

    let outside: Outside = bench.call(Call::Inspect { bid: made.bid.id }).unwrap();
    assert_eq!((outside.lot.as_str(), outside.files), ("一标段", 1));
    let rehearsed: Rehearsed = bench.call(Call::Rehearse { bid: made.bid.id, password: false }).unwrap();
    assert_eq!(rehearsed.files, 1);
    let folder = bench.pick(Pick::NewFolder, "opened");
    let decrypted: Decrypted =
        bench.call(Call::Decrypt { bid: made.bid.id, folder: folder.id, password: false }).unwrap();
    let text = std::fs::read_to_string(bench.folder.path().join("opened").join(&decrypted.files[0].path)).unwrap();
    assert_eq!(text, "一百万".repeat(1000));

    assert!(
        std::fs::read_dir(bench.folder.path().join("home"))
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with("tender-") })
    );
    let cleared: Bid = bench.call(Call::Clear { id: bids[0].id.clone() }).unwrap();
    assert_eq!(cleared.state, "cleared");
    assert!(
        matches!(bench.asked().last(), Some(Prompt::Clear { past: false, .. })),
        "a bid before its opening is named so"
    );
}

#[test]
fn a_bid_that_was_altered_is_told_so_and_explained() {
    let bench = Bench::with_key(Suite::Sm);
    let made = encrypted(&bench);
    let path = bench.folder.path().join("大桥.bid");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() - 5000;
    bytes[middle] ^= 1;
    let altered = bench.chosen("altered.bid", &bytes);
    let folder = bench.pick(Pick::NewFolder, "opened");
    let told =
        bench.call::<Decrypted>(Call::Decrypt { bid: altered.id, folder: folder.id, password: false }).unwrap_err();
    assert_eq!(told.code, "bid.tampered");
    assert!(!told.hint.is_empty() && !bench.folder.path().join("opened").exists());
    let output = bench.pick(Pick::Output, "evidence.zip");
    let evidence: EvidenceMade =
        bench.call(Call::Evidence { bid: altered.id, output: output.id, signed: true }).unwrap();
    assert!(evidence.signed && bench.folder.path().join("evidence.zip").exists(), "{evidence:?}");
    drop(made);
}
