//! Documents: stamped by dragging, in batches, and with names that look like something else.

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

    home.plug();
    program.click_enabled("[name=stamp]");
    let question = program.agree_until_pin();
    program.submit(&question, PIN);
    program.wait_for_text("20 个文件已盖章");
    program.picture("batch");
    let folders = std::fs::read_dir(home.file("in")).unwrap().map(|entry| entry.unwrap().path());
    let folder = folders.into_iter().find(|path| path.is_dir()).unwrap();
    let stamped: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!((stamped.len(), home.verdict(&stamped[19]).as_str()), (20, "valid"));
    assert_eq!(std::fs::read(&documents[7]).unwrap(), original, "the originals are untouched");
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
