//! Documents: stamped by dragging, in batches, and with names that look like something else.

use std::path::PathBuf;

use crate::{
    driver::Program,
    home::{Home, PIN},
};

/// What would run if it were anything but text.
const MARKUP: &str = "<img src=x onerror=alert(1)>";
/// Nothing of it became an element.
const NO_ELEMENT: &str = "return document.querySelectorAll('img[src=x]').length";

#[test]
fn a_document_is_stamped_by_dragging_and_lies_within_half_a_millimetre() {
    let home = Home::with_key();
    let document = home.document("投标函.pdf");
    let mut program = Program::start(&home, &[document.to_str().unwrap()]);
    program.wait_for("[role=slider] img");
    let (x, y) = program.drag("[role=slider]", ".sheet canvas", (60, -40));
    program.click("[name=stamp]");
    let consent = program.question("consent-");
    assert!(program.text("main").contains("投标函.pdf") && program.text("main").contains("SHA-256"));
    program.picture("consent");
    program.click_when_armed("[name=yes]");
    program.back(&consent);
    program.answer_secret(PIN, None);
    program.wait_for_text("1 个文件已盖章");
    program.picture("stamped");
    let (found_x, found_y) = home.red_centre();
    assert!((found_x - x).abs() < 0.5 && (found_y - y).abs() < 0.5, "({x}, {y}) became ({found_x}, {found_y})");
}

#[test]
fn a_key_that_is_pulled_out_during_the_drag_and_the_signature_stamps_at_the_same_place_when_it_is_back() {
    let home = Home::with_usb_key();
    let document = home.document("投标函.pdf");
    let mut program = Program::start(&home, &[document.to_str().unwrap()]);
    program.wait_for("[role=slider] img");
    program.enabled("[name=stamp]");
    let before = home.names();
    let (x, y) = program.drag_with_a_break("[role=slider]", ".sheet canvas", (60, -40), |program| {
        home.pull();
        program.disabled("[name=stamp]");
    });
    home.plug_a_good_key();
    home.quirk("pull SKF_ECCSignData");
    program.click_enabled("[name=stamp]");
    let question = program.agree_until_pin();
    program.submit(&question, PIN);
    program.wait_for_text("UKey 已被拔出");
    program.picture("stamp-pulled");
    program.disabled("[name=stamp]");
    assert_eq!(home.names(), before, "no result, whole or partial");

    home.plug_a_good_key();
    program.click_enabled("[name=stamp]");
    program.agree_until("1 个文件已盖章", PIN);
    let (found_x, found_y) = home.red_centre();
    assert!((found_x - x).abs() < 0.5 && (found_y - y).abs() < 0.5, "({x}, {y}) became ({found_x}, {found_y})");
}

#[test]
fn twenty_documents_are_stamped_and_a_key_that_is_pulled_out_on_the_way_loses_nothing() {
    let home = Home::with_usb_key();
    let documents: Vec<_> = (0..20).map(|number| home.document(&format!("in/文件{number}.pdf"))).collect();
    let original = std::fs::read(&documents[7]).unwrap();
    let paths: Vec<_> = documents.iter().map(|path| path.to_str().unwrap()).collect();
    let mut program = Program::start(&home, &paths);
    program.wait_for("[role=slider] img");
    program.click_enabled("[name=stamp]");
    let consent = program.question("consent-");
    assert!(program.text("main").contains("20"), "{}", program.text("main"));
    program.click_when_armed("[name=yes]");
    program.back(&consent);
    let question = program.question("pin-");
    home.pull();
    program.submit(&question, PIN);
    program.wait_for_text("UKey 已被拔出");
    program.picture("batch-pulled");
    assert_eq!(std::fs::read_dir(home.file("in")).unwrap().count(), 20, "no result, whole or partial");

    // In the middle: what is finished stays, and the rest is told.
    home.plug_a_good_key();
    home.quirk("pull SKF_ECCSignData 8");
    program.click_enabled("[name=stamp]");
    program.agree_until("7 个文件已盖章", PIN);
    program.wait_for_text("UKey 已被拔出");
    program.picture("batch-pulled-midway");
    let finished = results(&home);
    assert_eq!(finished.len(), 7, "nothing partial: {finished:?}");
    assert!(finished.iter().all(|file| home.verdict(file) == "valid"));

    // It goes on with the rest when the key is back, in the same folder.
    let before: Vec<_> = finished.iter().map(|file| std::fs::read(file).unwrap()).collect();
    home.plug_a_good_key();
    program.click_enabled("[name=stamp]");
    program.agree_until("20 个文件已盖章", PIN);
    program.picture("batch");
    let all = results(&home);
    assert_eq!(all.len(), 20, "none is stamped twice: {all:?}");
    assert!(all.iter().all(|file| home.verdict(file) == "valid"));
    assert!(all.iter().all(|file| file.parent() == all[0].parent()), "one folder: {all:?}");
    program.disabled("[name=stamp]");
    assert!(finished.iter().zip(before).all(|(file, before)| std::fs::read(file).unwrap() == before), "they stay");
    assert_eq!(std::fs::read(&documents[7]).unwrap(), original, "the originals are untouched");
}

/// What lies in the folders of results beside the documents.
fn results(home: &Home) -> Vec<PathBuf> {
    let within = |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let folders = within(home.file("in")).filter(|path| path.is_dir());
    let mut results: Vec<_> = folders.flat_map(within).collect();
    results.sort();
    results
}

#[test]
fn names_of_files_and_holders_that_look_like_markup_are_text() {
    let home = Home::with_key_of(MARKUP);
    let document = home.document(&format!("{MARKUP}.pdf"));
    let mut program = Program::start(&home, &[document.to_str().unwrap()]);
    program.wait_for("[role=slider] img");
    program.wait_for_text(&format!("{MARKUP}.pdf"));
    program.click_enabled("[name=stamp]");
    let consent = program.question("consent-");
    let shown = program.text("main");
    assert!(shown.contains(&format!("{MARKUP}.pdf")), "the file: {shown}");
    assert!(shown.replace(&format!("{MARKUP}.pdf"), "").contains(MARKUP), "the holder: {shown}");
    assert_eq!(program.script(NO_ELEMENT), "0");
    program.picture("markup");
    program.last_click("[name=no]");
    program.back(&consent);
    program.script("location.hash = '#certificates'");
    program.wait_for_text(MARKUP);
    assert_eq!(program.script(NO_ELEMENT), "0");
}
