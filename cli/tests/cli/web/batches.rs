//! Batches over the socket: one consent for a fixed list, a result for each item, and going on after a lost connection.

use algo::Suite;
use serde_json::{Value, json};

use super::{
    page::Page,
    service::Service,
    work::{download, signing, upload},
};
use crate::support::{Desk, PIN, pdf, png};

const PORTAL: &str = "https://portal.example";

fn texts(service: &Service, page: &mut Page, count: usize) -> Vec<String> {
    (0..count).map(|n| upload(service, page, &format!("{n}.txt"), format!("text {n}").as_bytes(), 64)).collect()
}

fn codes(answer: &Value) -> Vec<Value> {
    answer["results"].as_array().unwrap().iter().map(|one| one["error"]["data"]["code"].clone()).collect()
}

#[test]
fn fifty_documents_take_one_consent_and_one_pin() {
    let desk = Desk::of(Suite::Sm);
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let mut documents = texts(&service, &mut page, 49);
    documents.insert(7, upload(&service, &mut page, "a.pdf", &pdf(2), 1 << 20));
    documents.push(upload(&service, &mut page, "empty.txt", b"", 1));
    let call = page.send("batch.sign", &json!({"documents": documents, "certificate": certificate}));
    let shown = service.agree();
    assert!(shown.contains("50 document(s)") && shown.contains("48.txt") && !shown.contains("empty.txt"), "{shown}");
    let answer = page.answer(call).unwrap();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 51);
    for (number, result) in results.iter().enumerate().take(50) {
        assert_eq!((result["item"].as_u64(), result.get("error")), (Some(number as u64), None), "{result}");
    }
    assert_eq!(results[50]["error"]["data"]["code"], "input.empty");
    for number in [0, 7, 49] {
        let verdict = page.call("verify", &json!({"document": results[number]["document"]["id"]})).unwrap();
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
    }
    let first = page.news("batch");
    assert_eq!((&first["batch"], &first["total"]), (&answer["batch"], &json!(51)));
    let entries = desk.run(&["journal", "list", "--json"]).ok().json()["entries"].clone();
    let batch = entries.as_array().unwrap().iter().find(|one| one["operation"] == "batch.sign").unwrap();
    assert_eq!(batch["documents"].as_array().unwrap().len(), 50);
    let (_, screen) = service.stop();
    assert_eq!(screen.matches("[y/N]").count(), 1, "{screen}");
}

#[test]
fn a_batch_of_seals_keeps_its_order_and_its_failures() {
    let desk = Desk::of(Suite::P256);
    desk.write("seal.png", &png());
    desk.run(&["seal", "import", "seal.png", "--size", "40", "--name", "公章"]).ok();
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let documents = [
        upload(&service, &mut page, "1.pdf", &pdf(1), 1 << 20),
        upload(&service, &mut page, "2.txt", b"no pdf", 100),
        upload(&service, &mut page, "3.pdf", &pdf(3), 1 << 20),
    ];
    let params = json!({"documents": documents, "certificate": certificate, "seal": "公章", "place": {"pages": "all"}});
    let call = page.send("batch.seal", &params);
    let shown = service.agree();
    assert!(shown.contains("2 document(s)"), "{shown}");
    let answer = page.answer(call).unwrap();
    assert_eq!(codes(&answer), [Value::Null, json!("pdf.not_pdf"), Value::Null]);
    let sealed = &answer["results"][2]["document"];
    assert_eq!(sealed["name"], "3.pdf");
    assert!(download(&service, &page, sealed).starts_with(&pdf(3)));
}

#[test]
fn a_batch_goes_on_after_a_lost_connection_with_the_same_bytes_only() {
    let desk = Desk::of(Suite::P256);
    let other = "https://other.example";
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL, "--allow-origin", other]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let documents = texts(&service, &mut page, 4);
    page.send("batch.sign", &json!({"documents": documents, "certificate": certificate, "detached": true}));
    service.nod();
    let batch = page.news("batch")["batch"].clone();
    service.terminal.read_until(": ");
    drop(page);

    let mut page = service.page(PORTAL);
    let again = texts(&service, &mut page, 4);
    let changed = upload(&service, &mut page, "2.txt", b"another text", 64);
    let one = |item: usize, document: &str| json!({"item": item, "document": document});
    let resume = |items: Value| json!({"batch": batch, "items": items});
    // The first run still waits for the PIN, which comes too late.
    let items = json!([one(0, &again[0]), one(1, &again[1]), one(2, &changed), one(3, &again[3])]);
    let call = page.send("batch.resume", &resume(items));
    service.terminal.type_line(PIN);
    let shown = service.terminal.read_until("PIN for");
    assert!(shown.contains("goes on with a batch that you agreed to: 4") && !shown.contains("[y/N]"), "{shown}");
    service.terminal.read_until(": ");
    service.terminal.type_line(PIN);
    let answer = page.answer(call).unwrap();
    assert_eq!(codes(&answer), [Value::Null, Value::Null, json!("batch.changed"), Value::Null]);
    desk.write("1.txt", b"text 1");
    desk.write("1.p7s", &download(&service, &page, &answer["results"][1]["document"]));
    desk.run(&["verify", "1.txt", "--signature", "1.p7s"]).ok();

    let mut stranger = service.page(other);
    let theirs = upload(&service, &mut stranger, "0.txt", b"text 0", 64);
    let foreign = stranger.call("batch.resume", &resume(json!([one(0, &theirs)])));
    assert_eq!(foreign, Err("batch.unknown".into()), "another page's batch");
    for (params, code) in [
        (resume(json!([one(4, &again[0])])), "batch.unknown"),
        (json!({"batch": "x", "items": [one(0, &again[0])]}), "batch.unknown"),
        (resume(json!([one(0, &again[0]), one(0, &again[1])])), "web.params"),
        (resume(json!([one(0, &theirs)])), "web.document"),
        (resume(json!([])), "web.params"),
    ] {
        assert_eq!(page.call("batch.resume", &params), Err(code.into()), "{params}");
    }
}

#[test]
fn a_list_that_is_too_long_or_not_a_list_reaches_nobody() {
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let certificate = signing(&mut page);
    let document = upload(&service, &mut page, "a.txt", b"text", 10);
    let unfinished = page.call("document.open", &json!({"name": "b", "length": 5})).unwrap()["id"].clone();
    for (documents, code) in [
        (json!(vec![&document; 101]), "web.limit"),
        (json!(vec![&document; 2000]), "web.limit"),
        (json!([document, document]), "web.params"),
        (json!([]), "web.params"),
        (json!("a"), "web.params"),
        (json!([{"path": "/etc/passwd"}]), "web.params"),
        (json!(["/etc/passwd"]), "web.document"),
        (json!([document, unfinished]), "web.incomplete"),
    ] {
        let params = json!({"documents": documents, "certificate": certificate});
        assert_eq!(page.call("batch.sign", &params), Err(code.into()), "{documents:.80}");
    }
    let params = json!({"documents": [document], "certificate": certificate, "seal": "../seal"});
    assert_eq!(page.call("batch.seal", &params), Err("web.params".into()));
    let (_, screen) = service.stop();
    assert!(!screen.contains("[y/N]"), "nothing of it reached the person: {screen}");
}
