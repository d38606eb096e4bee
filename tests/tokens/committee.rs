//! A bid that several open together, with each token in each place: as the bidder's key, and as a member of the committee.

use std::fs;
use std::path::Path;
use std::process::Output;

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use token::KeyUse;

use crate::authority::HOLDER;
use crate::fixtures::{Fixture, Running, Software, key};
use crate::program::with_pin;

const OFFER: &str = "一百万";
/// Who has the token that is tested; the others have soft ones.
const TESTED: &str = "holder";

/// Somebody with a token, who has the certificates of the others.
struct Person<'a> {
    name: &'static str,
    running: Running<'a>,
}

pub(crate) fn opens_it_in_every_place(fixture: &dyn Fixture) {
    let people = [Person::new(TESTED, fixture), Person::new("member", &Software), Person::new("platform", &Software)];
    let certificates: Vec<_> = people.iter().map(|one| (one.name, one.certificate())).collect();
    for person in &people {
        for (name, certificate) in &certificates {
            fs::write(person.file(&format!("{name}.pem")), certificate).unwrap();
        }
    }
    let [holder, member, platform] = &people;
    let together = Ceremony { bidder: holder, committee: &[member, platform], threshold: 1, platform };
    together.bid_is_opened_by(&[holder, member, platform], &[&[member, platform]]);
    let together = Ceremony { bidder: member, committee: &[platform, holder], threshold: 2, platform };
    together.bid_is_opened_by(&[platform, member, holder], &[&[member, platform], &[platform, holder]]);
}

struct Ceremony<'a> {
    bidder: &'a Person<'a>,
    committee: &'a [&'a Person<'a>],
    threshold: u8,
    platform: &'a Person<'a>,
}

impl Ceremony<'_> {
    /// The bidder seals a bid and everybody answers; the platform fails with each of the groups of `fewer` and opens it with
    /// `enough`.
    fn bid_is_opened_by(&self, enough: &[&Person<'_>], fewer: &[&[&Person<'_>]]) {
        self.seal();
        for person in self.committee.iter().chain([&self.bidder]) {
            self.answer(person);
        }
        for group in fewer {
            refused(&self.decrypt(group), "bid.threshold");
        }
        programs::done(&self.decrypt(enough));
        assert_eq!(fs::read_to_string(self.platform.file("out/offer/price.txt")).unwrap(), OFFER);
        fs::remove_dir_all(self.platform.file("out")).unwrap();
    }

    fn seal(&self) {
        let bidder = self.bidder;
        let opens = (OffsetDateTime::now_utc() - Duration::minutes(5)).format(&Rfc3339).unwrap();
        let meta = format!(
            r#"{{"opens_at":"{opens}","platform_origin":"https://ztb.example","platform_cert":"platform.pem"}}"#
        );
        fs::write(bidder.file("meta.json"), meta).unwrap();
        fs::create_dir_all(bidder.file("offer")).unwrap();
        fs::write(bidder.file("offer/price.txt"), OFFER).unwrap();
        let own = format!("{}.pem", bidder.name);
        let threshold = self.threshold.to_string();
        let members: Vec<String> = self.committee.iter().map(|one| format!("{}.pem", one.name)).collect();
        let members: Vec<&str> = members.iter().flat_map(|file| ["--committee", file]).collect();
        let line = ["bid", "encrypt", "offer", "-o", "x.bid", "--to", &own, "--meta", "meta.json", "--force"];
        let sealed = bidder.run(&[&line[..], &members, &["--threshold", &threshold, "--json"]].concat());
        assert!(programs::done(&sealed).contains("\"rehearsed\":true"), "the bidder's part was tried");
        let bid = fs::read(bidder.file("x.bid")).unwrap();
        for person in self.committee.iter().chain([&self.platform]) {
            fs::write(person.file("x.bid"), &bid).unwrap();
        }
    }

    /// The token alone opens nothing, but its part is right; then its person answers.
    fn answer(&self, person: &Person<'_>) {
        if person.name == TESTED {
            refused(&person.run(&["bid", "decrypt", "x.bid", "-o", "alone", "--json"]), "bid.threshold");
            assert!(!person.file("alone").exists());
            let rehearsed = programs::done(&person.run(&["bid", "rehearse", "x.bid", "--json"]));
            assert!(rehearsed.contains(&format!("\"committee\":{}", self.threshold)), "{rehearsed}");
        }
        let answer = format!("{}.response", person.name);
        let line = ["bid", "open", "x.bid", "-o", &answer, "--to", "platform.pem", "--force"];
        programs::done(&person.run(&line));
        if person.name != self.platform.name {
            fs::copy(person.file(&answer), self.platform.file(&answer)).unwrap();
        }
    }

    fn decrypt(&self, answers: &[&Person<'_>]) -> Output {
        let files: Vec<String> = answers.iter().map(|one| format!("{}.response", one.name)).collect();
        let answers: Vec<&str> = files.iter().flat_map(|file| ["--response", file]).collect();
        let line = ["bid", "decrypt", "x.bid", "-o", "out", "--key", HOLDER, "--json"];
        self.platform.run(&[&line[..], &answers].concat())
    }
}

impl<'a> Person<'a> {
    fn new(name: &'static str, fixture: &'a dyn Fixture) -> Self {
        Self { name, running: Running::start(fixture) }
    }

    fn certificate(&self) -> String {
        key(&mut *self.running.token(), KeyUse::Encrypt).1.to_pem()
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        Path::join(self.running.folder(), name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        with_pin(&self.running, arguments)
    }
}

#[track_caller]
fn refused(output: &Output, code: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains(&format!("\"{code}\"")), "{code}: {told}");
}
