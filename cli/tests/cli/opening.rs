//! Opening at a platform: the holders answer from the head of the bid, the platform decrypts with their answers.

use std::fs;

use algo::Suite;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{Desk, HOLDER, PIN, Run, Terminal};

const OFFER: &str = "投标总价 canary-content";

/// A bidder, the platform that his bid names, and two members of the committee: four persons with keys of four kinds.
struct Ceremony {
    bidder: Desk,
    platform: Desk,
    first: Desk,
    second: Desk,
}

impl Ceremony {
    /// A bid for an opening so many minutes from now.
    fn new(minutes: i64, more: &[&str]) -> Self {
        let [bidder, platform, first, second] = [Suite::P256, Suite::Rsa, Suite::Sm, Suite::P384].map(Desk::of);
        let ceremony = Self { bidder, platform, first, second };
        ceremony.hand("encrypt.pem", &ceremony.platform, &ceremony.bidder, "platform.pem");
        ceremony.hand("encrypt.pem", &ceremony.first, &ceremony.bidder, "first.pem");
        ceremony.hand("encrypt.pem", &ceremony.second, &ceremony.bidder, "second.pem");
        ceremony.bidder.write("报价.txt", OFFER.as_bytes());
        ceremony.encrypt("offer.bid", minutes, "platform.pem", more).ok();
        for desk in [&ceremony.platform, &ceremony.first, &ceremony.second] {
            ceremony.hand("offer.bid", &ceremony.bidder, desk, "offer.bid");
            ceremony.hand("encrypt.pem", &ceremony.platform, desk, "platform.pem");
        }
        ceremony
    }

    fn encrypt(&self, name: &str, minutes: i64, platform: &str, more: &[&str]) -> Run {
        let opens = (OffsetDateTime::now_utc() + Duration::minutes(minutes)).format(&Rfc3339).unwrap();
        let meta = json!({"project": "某某大桥", "opens_at": opens, "platform_origin": "https://ztb.example",
            "platform_cert": platform});
        self.bidder.write("meta.json", meta.to_string().as_bytes());
        let line = ["bid", "encrypt", "报价.txt", "-o", name, "--to", "encrypt.pem", "--meta", "meta.json"];
        self.bidder.signing(&[&line[..], more].concat())
    }

    fn hand(&self, file: &str, from: &Desk, to: &Desk, name: &str) {
        to.write(name, &fs::read(from.file(file)).unwrap());
    }

    /// The holder at `desk` answers, and the platform gets the answer as `name`.
    fn answer(&self, desk: &Desk, name: &str) -> Value {
        let run = desk.signing(&["bid", "open", "offer.bid", "-o", name, "--to", "platform.pem"]).ok();
        self.hand(name, desk, &self.platform, name);
        run.json()
    }

    fn decrypt(&self, answers: &[&str]) -> Run {
        let mut line = vec!["bid", "decrypt", "offer.bid", "--key", HOLDER, "-o", "out"];
        line.extend(answers.iter().flat_map(|name| ["--response", name]));
        self.platform.signing(&line)
    }

    #[track_caller]
    fn opens_with(&self, answers: &[&str]) {
        self.decrypt(answers).ok();
        assert_eq!(fs::read(self.platform.file("out/报价.txt")).unwrap(), OFFER.as_bytes());
    }
}

#[track_caller]
fn refused(run: &Run, code: &str, exit: i32) {
    assert_eq!((run.code().as_str(), run.exit), (code, Some(exit)), "{run}");
}

const COMMITTEE: [&str; 6] = ["--committee", "first.pem", "--committee", "second.pem", "--threshold", "2"];

#[test]
fn the_platform_opens_with_an_answer_and_its_own_file() {
    let ceremony = Ceremony::new(-5, &[]);
    let answered = ceremony.answer(&ceremony.bidder, "a.response");
    assert_eq!((&answered["role"], &answered["alone"]), (&json!("bidder"), &json!(true)), "{answered}");
    assert_eq!(answered["warnings"], json!([]));
    ceremony.opens_with(&["a.response"]);
    let ledger = ceremony.bidder.run(&["bid", "ledger", "show", "offer.bid", "--json"]).ok().json();
    let last = ledger["bid"]["attempts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["operation"], &last["result"]), (&json!("open"), &json!("done")), "{ledger}");
    assert_eq!(ledger["bid"]["state"], "opened");
}

#[test]
fn sm2_encryption_is_named_as_the_settings_say_and_opened_either_way() {
    const SM2: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
    for (named, last) in [("301.3", 3), ("301.2", 2)] {
        let desk = Desk::of(Suite::Sm);
        desk.write("home/settings.toml", format!("sm2_key_encryption = '{named}'\n").as_bytes());
        desk.write("a.txt", b"x");
        desk.signing(&["bid", "encrypt", "a.txt", "-o", "a.bid", "--to", "encrypt.pem", "--no-statement"]).ok();
        let bid = fs::read(desk.file("a.bid")).unwrap();
        let identifier = [&[0x06, 0x09][..], SM2, &[last]].concat();
        let found = bid.windows(identifier.len()).filter(|piece| **piece == identifier).count();
        assert_eq!(found, 1, "{named}");
        desk.signing(&["bid", "decrypt", "a.bid", "-o", "out"]).ok();
    }
}

#[test]
fn only_the_head_of_the_file_is_read() {
    let ceremony = Ceremony::new(-5, &[]);
    let whole = fs::read(ceremony.bidder.file("offer.bid")).unwrap();
    ceremony.bidder.write("offer.bid", &whole[..4096]);
    ceremony.answer(&ceremony.bidder, "a.response");
    ceremony.opens_with(&["a.response"]);
}

#[test]
fn bidder_and_committee_open_it_together_and_not_without_each_other() {
    let ceremony = Ceremony::new(-5, &COMMITTEE);
    let short = ceremony.bidder.signing(&["bid", "decrypt", "offer.bid", "-o", "alone"]);
    refused(&short, "bid.threshold", 2);
    assert!(!ceremony.bidder.file("alone").exists());
    let rehearsed = ceremony.first.signing(&["bid", "rehearse", "offer.bid"]).ok().json();
    assert_eq!((&rehearsed["committee"], &rehearsed["checked"]), (&json!(2), &json!(0)), "{rehearsed}");
    let told = ceremony.first.command(&["bid", "rehearse", "offer.bid", "--yes", "--secrets-stdin", "--lang", "en"]);
    let told = crate::support::fed(told, json!({ "pin": PIN }).to_string().as_bytes()).ok();
    assert!(told.out.contains("the committee is still needed: 2"), "{told}");

    for (desk, name, role) in [
        (&ceremony.bidder, "b.response", "bidder"),
        (&ceremony.first, "1.response", "committee"),
        (&ceremony.second, "2.response", "committee"),
    ] {
        let answered = ceremony.answer(desk, name);
        let facts = (&answered["role"], &answered["alone"], &answered["threshold"]);
        assert_eq!(facts, (&json!(role), &json!(false), &json!(2)));
    }
    for few in [&["b.response"][..], &["b.response", "1.response"], &["1.response", "2.response"]] {
        refused(&ceremony.decrypt(few), "bid.threshold", 2);
        assert!(!ceremony.platform.file("out").exists());
    }
    let lacking = ceremony.decrypt(&["1.response", "2.response"]).error()["data"].clone();
    assert_eq!((&lacking["bidder"], &lacking["members"]), (&json!("bidder_missing"), &json!(2)), "{lacking}");
    refused(&ceremony.decrypt(&["b.response", "1.response", "1.response"]), "bid.response_twice", 2);
    ceremony.opens_with(&["2.response", "b.response", "1.response"]);
}

#[test]
fn inspection_tells_who_opens_it_alone_and_who_only_together() {
    let ceremony = Ceremony::new(60, &COMMITTEE);
    let outside = ceremony.first.run(&["bid", "inspect", "offer.bid", "--json"]).ok().json();
    let roles: Vec<_> = outside["recipients"].as_array().unwrap().iter().map(|one| one["role"].clone()).collect();
    assert_eq!(
        (&outside["threshold"], roles),
        (&json!(2), vec![json!("bidder"), json!("committee"), json!("committee")])
    );
    let told = ceremony.first.run(&["bid", "inspect", "offer.bid", "--lang", "en"]).ok().out;
    for fact in [
        "某某大桥",
        "platform https://ztb.example, certificate sha",
        "Nobody opens it alone",
        "2 of the 2 members",
        HOLDER,
    ] {
        assert!(told.contains(fact), "{fact} is missing in: {told}");
    }
    ceremony.bidder.signing(&["bid", "encrypt", "报价.txt", "-o", "plain.bid", "--to", "encrypt.pem"]).ok();
    let plain = ceremony.bidder.run(&["bid", "inspect", "plain.bid", "--json"]).ok().json();
    assert_eq!(plain.get("threshold"), None);
    let told = ceremony.bidder.run(&["bid", "inspect", "plain.bid", "--lang", "zh-CN"]).ok().out;
    assert!(told.contains("均可单独打开") && told.contains("文件自述"), "{told}");
}

#[test]
fn a_committee_that_cannot_be_is_refused() {
    let ceremony = Ceremony::new(-5, &[]);
    for more in [
        &["--committee", "first.pem"][..],
        &["--threshold", "1"],
        &["--committee", "first.pem", "--threshold", "2"],
        &["--committee", "first.pem", "--threshold", "1", "--host", "platform.pem"],
    ] {
        refused(&ceremony.encrypt("new.bid", 60, "platform.pem", more), "bid.committee", 2);
        assert!(!ceremony.bidder.file("new.bid").exists());
    }
    let none = ceremony.encrypt("new.bid", 60, "platform.pem", &["--committee", "first.pem", "--threshold", "0"]);
    refused(&none, "usage.value", 2);
}

#[test]
fn nothing_is_answered_before_the_time_to_strangers_or_without_a_named_platform() {
    let early = Ceremony::new(60, &[]);
    let open = |desk: &Desk, file: &str, to: &str| {
        let run = desk.run(&["bid", "open", file, "-o", "a.response", "--to", to, "--json"]);
        assert!(!desk.file("a.response").exists() && desk.leftovers().is_empty(), "{run}");
        run
    };
    // Nobody was asked for a PIN or consent: there was neither.
    refused(&open(&early.bidder, "offer.bid", "platform.pem"), "bid.too_early", 1);
    let due = Ceremony::new(-5, &[]);
    refused(&open(&due.bidder, "offer.bid", "second.pem"), "bid.platform_other", 1);
    due.hand("sign.pem", &due.platform, &due.bidder, "signing.pem");
    refused(&open(&due.bidder, "offer.bid", "signing.pem"), "cert.key_usage", 1);
    due.bidder.signing(&["bid", "encrypt", "报价.txt", "-o", "plain.bid", "--to", "encrypt.pem"]).ok();
    refused(&open(&due.bidder, "plain.bid", "platform.pem"), "bid.local_only", 1);
    due.bidder.signing(&["bid", "decrypt", "plain.bid", "-o", "local"]).ok();
}

#[test]
fn a_platform_named_by_its_issuer_is_known_with_its_chain() {
    let ceremony = Ceremony::new(-5, &[]);
    ceremony.hand("chain.pem", &ceremony.platform, &ceremony.bidder, "issuer.pem");
    ceremony.encrypt("offer.bid", -5, "issuer.pem", &["--force"]).ok();
    let open = |to: &str| ceremony.bidder.signing(&["bid", "open", "offer.bid", "-o", "c.response", "--to", to]);
    refused(&open("platform.pem"), "bid.platform_other", 1);
    let chain = [
        fs::read(ceremony.bidder.file("platform.pem")).unwrap(),
        fs::read(ceremony.bidder.file("issuer.pem")).unwrap(),
    ];
    ceremony.bidder.write("with-chain.pem", &chain.concat());
    open("with-chain.pem").ok();
    ceremony.hand("offer.bid", &ceremony.bidder, &ceremony.platform, "offer.bid");
    ceremony.hand("c.response", &ceremony.bidder, &ceremony.platform, "c.response");
    ceremony.opens_with(&["c.response"]);
}

#[test]
fn the_platform_refuses_answers_that_are_not_for_this_bid_or_this_key() {
    let ceremony = Ceremony::new(-5, &[]);
    ceremony.answer(&ceremony.bidder, "a.response");
    let answer = fs::read(ceremony.platform.file("a.response")).unwrap();
    let mut altered = answer.clone();
    let last = altered.len() - 20;
    altered[last] ^= 1;
    ceremony.platform.write("altered.response", &altered);
    ceremony.platform.write("text.response", b"no answer");
    for name in ["altered.response", "text.response"] {
        refused(&ceremony.decrypt(&[name]), "bid.response_damaged", 2);
    }
    // Of another bid, and for another certificate.
    ceremony.encrypt("other.bid", -5, "second.pem", &[]).ok();
    let for_another = ["bid", "open", "other.bid", "-o", "second.response", "--to", "second.pem"];
    ceremony.bidder.signing(&for_another).ok();
    ceremony.hand("second.response", &ceremony.bidder, &ceremony.platform, "second.response");
    refused(&ceremony.decrypt(&["second.response"]), "bid.response_key", 2);
    ceremony.encrypt("offer.bid", -5, "platform.pem", &["--force"]).ok();
    ceremony.hand("offer.bid", &ceremony.bidder, &ceremony.platform, "offer.bid");
    refused(&ceremony.decrypt(&["a.response"]), "bid.response_other", 2);
    // Whoever is not the platform does not open it with his own key.
    ceremony.hand("offer.bid", &ceremony.bidder, &ceremony.second, "offer.bid");
    ceremony.second.write("a.response", &answer);
    let line = ["bid", "decrypt", "offer.bid", "--key", HOLDER, "-o", "out", "--response", "a.response"];
    refused(&ceremony.second.signing(&line), "bid.platform_other", 1);
    ceremony.encrypt("offer.bid", 60, "platform.pem", &["--force"]).ok();
    ceremony.hand("offer.bid", &ceremony.bidder, &ceremony.platform, "offer.bid");
    refused(&ceremony.decrypt(&["a.response"]), "bid.too_early", 1);
    for desk in [&ceremony.platform, &ceremony.second] {
        assert!(!desk.file("out").exists() && desk.leftovers().is_empty());
    }
}

#[test]
fn the_person_sees_who_will_be_able_to_read_it_and_that_the_clock_is_doubtful() {
    let ceremony = Ceremony::new(-40 * 24 * 60, &[]);
    let line = ["bid", "open", "offer.bid", "-o", "a.response", "--to", "platform.pem"];
    let mut terminal = Terminal::open(&ceremony.bidder, &line);
    let shown = terminal.read_until("[y/N]");
    for fact in ["hand its key to the platform", "who can read it then", "offer.bid", "more than 30 days ago"] {
        assert!(shown.contains(fact), "{fact} is missing in: {shown}");
    }
    terminal.type_line("n");
    assert_eq!(terminal.end().exit, Some(3));
    assert!(!ceremony.bidder.file("a.response").exists());
    let answered = ceremony.answer(&ceremony.bidder, "a.response");
    assert_eq!(answered["warnings"], json!(["clock_ahead"]));
}
