//! Bids over the socket: encrypted, decrypted and opened for a page, and what a page does not get.

use std::fs;

use algo::{Hash, Suite};
use serde_json::{Value, json};

use super::{
    page::Page,
    service::Service,
    work::{download, upload},
};
use crate::support::{Desk, HOLDER, copy};

const PORTAL: &str = "https://portal.example";

/// A certificate of somebody else, as a document.
fn foreign(service: &Service, page: &mut Page, suite: Suite) -> String {
    let other = Desk::of(suite);
    upload(service, page, "other.pem", &fs::read(other.file("encrypt.pem")).unwrap(), 1 << 20)
}

fn own(service: &Service, page: &mut Page, desk: &Desk) -> String {
    upload(service, page, "own.pem", &fs::read(desk.file("encrypt.pem")).unwrap(), 1 << 20)
}

/// Two documents in folders, as a page lists them.
fn files(service: &Service, page: &mut Page) -> Value {
    let price = upload(service, page, "报价.txt", "九百万元".as_bytes(), 5);
    let plan = upload(service, page, "方案.txt", &b"plan ".repeat(20_000), 30_000);
    json!([{"document": price}, {"document": plan, "folder": "技术标/附件"}])
}

#[test]
fn a_page_has_a_bid_encrypted_and_opened_again_after_the_persons_word() {
    for suite in [Suite::Sm, Suite::P256] {
        let desk = Desk::of(suite);
        let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
        let mut page = service.page(PORTAL);
        let (own, spare) = (own(&service, &mut page, &desk), foreign(&service, &mut page, Suite::Rsa));
        let files = files(&service, &mut page);
        let params = json!({"name": "../投标", "files": files, "to": [own, spare],
            "meta": {"project": "某某大桥", "bidder": HOLDER, "opens_at": "2030-01-01T09:30:00+08:00"}});
        let call = page.send("bid.encrypt", &params);
        let shown = service.agree();
        let digests =
            ["九百万元".as_bytes().to_vec(), b"plan ".repeat(20_000)].map(|b| Hash::Sha256.digest(&b).to_string());
        for fact in [PORTAL, HOLDER, "报价.txt", "技术标/附件/方案.txt", "100000 bytes", &digests[0], &digests[1]]
        {
            assert!(shown.contains(fact), "{fact} is missing in: {shown}");
        }
        assert_eq!(shown.matches("can open it ALONE").count(), 2, "{shown}");
        let stated = service.nod();
        assert!(stated.contains("sealing statement") && stated.contains(PORTAL), "{stated}");
        let made = page.answer(call).unwrap();
        assert_eq!((made["files"].as_u64(), made["rehearsed"].as_bool()), (Some(2), Some(true)));
        assert_eq!(made["bid"]["name"], "投标.bid");
        desk.write("made.bid", &download(&service, &page, &made["bid"]));
        desk.write("made.bid.p7s", &download(&service, &page, &made["statement"]));
        let outside = desk.run(&["bid", "inspect", "made.bid", "--json"]).ok().json();
        assert_eq!((&outside["platform_origin"], &outside["root"]), (&json!(PORTAL), &made["root"]));
        desk.run(&["bid", "verify", "made.bid", "--statement", "made.bid.p7s"]).ok();
        let recorded = desk.run(&["journal", "list", "--json"]).ok().json()["entries"][0]["documents"].to_string();
        assert!(digests.iter().all(|digest| recorded.contains(digest)), "{recorded}");

        let call = page.send("bid.decrypt", &json!({"bid": made["bid"]["id"]}));
        let shown = service.agree();
        assert!(shown.contains(PORTAL) && shown.contains("投标.bid"), "{shown}");
        let opened = page.answer(call).unwrap();
        assert_eq!((opened["files"].as_u64(), opened["size"].as_u64()), (Some(2), Some(100_012)));
        let contents: Value = serde_json::from_slice(&download(&service, &page, &opened["contents"])).unwrap();
        let paths: Vec<_> = contents["files"].as_array().unwrap().iter().map(|one| one["file"].clone()).collect();
        assert_eq!(paths, ["报价.txt", "技术标/附件/方案.txt"]);
        assert_eq!(download(&service, &page, &contents["files"][0]["document"]), "九百万元".as_bytes());
        assert_eq!(download(&service, &page, &contents["files"][1]["document"]), b"plan ".repeat(20_000));
    }
}

#[test]
fn nobody_is_asked_for_a_bid_that_its_person_could_not_open_or_whose_names_lead_elsewhere() {
    let desk = Desk::of(Suite::P256);
    let service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let (own, other) = (own(&service, &mut page, &desk), foreign(&service, &mut page, Suite::Sm));
    let document = upload(&service, &mut page, "a.txt", b"text", 10);
    let one = json!([{"document": document}]);
    let order = |files: &Value, to: &Value| json!({"name": "a", "files": files, "to": to});
    for (params, code) in [
        (order(&one, &json!([other])), "bid.own_certificate"),
        (order(&one, &json!([])), "bid.own_certificate"),
        (json!({"name": "a", "files": one, "to": [own], "host": [other]}), "bid.host_off"),
        (order(&one, &json!([document])), "cert.malformed"),
        (order(&one, &json!(["/etc/ssl/certs/x.pem"])), "web.document"),
        (order(&one, &json!(["serial:01"])), "web.document"),
        (order(&one, &json!(vec![&own; 65])), "web.limit"),
        (order(&json!([]), &json!([own])), "web.params"),
        (order(&json!([{"document": document}, {"document": document}]), &json!([own])), "web.params"),
        (order(&json!([{"document": "../../etc/passwd"}]), &json!([own])), "web.document"),
        (order(&json!([{"document": document, "path": "/etc"}]), &json!([own])), "web.params"),
        (json!({"name": "a", "files": one, "to": [own], "password": true}), "web.params"),
        (json!({"name": "a", "files": one, "to": [own], "output": "/tmp/x"}), "web.params"),
        (
            json!({"name": "a", "files": one, "to": [own], "meta": {"platform_origin": "https://x.example"}}),
            "web.params",
        ),
        (json!({"name": "a", "files": one, "to": [own], "meta": {"opens_at": "tomorrow"}}), "bid.meta"),
        (
            json!({"name": "a", "files": one, "to": [own], "meta": {"platform_certificate": "/etc/passwd"}}),
            "web.document",
        ),
    ] {
        assert_eq!(page.call("bid.encrypt", &params), Err(code.into()), "{params}");
    }
    for folder in ["..", "/etc", "a/../b", "a//b", "C:\\x", ".git", "a\u{202e}b", "\u{0}", "a/"] {
        let files = json!([{"document": document, "folder": folder}]);
        assert_eq!(page.call("bid.encrypt", &order(&files, &json!([own]))), Err("web.params".into()), "{folder:?}");
    }
    for bid in [&document, &own] {
        assert_eq!(page.call("bid.decrypt", &json!({"bid": bid})), Err("bid.tampered".into()));
        assert_eq!(page.call("bid.open", &json!({"header": bid, "platform": own})), Err("bid.tampered".into()));
    }
    assert_eq!(page.call("bid.decrypt", &json!({"bid": "nothing"})), Err("web.document".into()));
    page.say(
        &json!({"jsonrpc": "2.0", "id": 7000, "method": "bid.encrypt", "params": order(&one, &json!([document]))})
            .to_string(),
    );
    let answer = page.hear().unwrap().to_string();
    assert!(!answer.contains(desk.path().to_str().unwrap()), "a page learns no places: {answer}");
    let (_, screen) = service.stop();
    assert!(!screen.contains("[y/N]"), "nothing of it reached the person: {screen}");
}

#[test]
fn a_host_that_opens_alone_must_be_wanted_and_is_named_as_such() {
    let desk = Desk::of(Suite::P256);
    desk.write("home/settings.toml", b"host_slots = true\n");
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL]);
    let mut page = service.page(PORTAL);
    let (own, host) = (own(&service, &mut page, &desk), foreign(&service, &mut page, Suite::Rsa));
    let document = upload(&service, &mut page, "a.txt", b"text", 10);
    let params =
        json!({"name": "a", "files": [{"document": document}], "to": [own], "host": [host], "no_statement": true});
    let call = page.send("bid.encrypt", &params);
    let shown = service.agree();
    assert!(shown.contains("(the host, serial") && shown.matches("ALONE").count() == 2, "{shown}");
    let made = page.answer(call).unwrap();
    assert!(made.get("statement").is_none(), "{made}");
    let call = page.send("bid.encrypt", &params);
    service.terminal.read_until("[y/N]");
    service.terminal.type_line("n");
    assert_eq!(page.answer(call), Err("user.cancelled".into()));
}

#[test]
fn a_header_is_answered_to_the_page_that_the_bid_names_and_to_no_other() {
    let desk = Desk::of(Suite::P256);
    let elsewhere = "https://elsewhere.example";
    let mut service = Service::start(&desk, &["--allow-origin", PORTAL, "--allow-origin", elsewhere]);
    let mut page = service.page(PORTAL);
    let encrypted = |service: &mut Service, page: &mut Page, opens_at: &str| {
        let (own, platform) = (own(service, page, &desk), foreign(service, page, Suite::Rsa));
        let document = upload(service, page, "a.txt", b"text", 10);
        let params = json!({"name": "a", "files": [{"document": document}], "to": [own], "no_statement": true,
            "meta": {"opens_at": opens_at, "platform_certificate": platform}});
        let call = page.send("bid.encrypt", &params);
        service.agree();
        let made = page.answer(call).unwrap();
        download(service, page, &made["bid"])
    };
    let early = encrypted(&mut service, &mut page, "2099-01-01T09:30:00+08:00");
    let bid = encrypted(&mut service, &mut page, "2026-01-01T09:30:00+08:00");
    let open = |service: &Service, page: &mut Page, head: &[u8], suite: Suite| {
        let header = upload(service, page, "a.bid", head, 1 << 20);
        let platform = foreign(service, page, suite);
        json!({"header": header, "platform": platform})
    };
    let head = &bid[..bid.len().min(68 << 10)];
    let params = open(&service, &mut page, &early, Suite::Rsa);
    assert_eq!(page.call("bid.open", &params), Err("bid.too_early".into()));
    let params = open(&service, &mut page, head, Suite::Sm);
    assert_eq!(page.call("bid.open", &params), Err("bid.platform_other".into()));
    let mut other = service.page(elsewhere);
    let params = open(&service, &mut other, head, Suite::Rsa);
    assert_eq!(other.call("bid.open", &params), Err("bid.origin_other".into()));
    let params = open(&service, &mut page, head, Suite::Rsa);
    let call = page.send("bid.open", &params);
    let shown = service.agree();
    assert!(shown.contains(PORTAL) && shown.contains("a.bid"), "{shown}");
    let response = page.answer(call).unwrap()["response"].clone();
    let platform = Desk::empty();
    copy(Desk::of(Suite::Rsa).path(), platform.path());
    platform.write("a.bid", &bid);
    platform.write("response", &download(&service, &page, &response));
    let serial = Desk::of(Suite::Rsa).run(&["cert", "list", "--json"]).ok().json();
    let key = serial["certificates"].as_array().unwrap().iter().find(|one| one["can_encrypt"] == true).unwrap();
    let key = format!("sha256:{}", key["sha256"].as_str().unwrap());
    platform.signing(&["bid", "decrypt", "a.bid", "--response", "response", "--key", &key, "-o", "out"]).ok();
    assert_eq!(fs::read(platform.file("out/a.txt")).unwrap(), b"text");
}
