//! The guided try: a key, a certificate, a seal and a document that are good for nothing else.
//!
//! They live in a home of their own below the person's, with its own trusted root, ledger and journal, so that nothing of it
//! mixes with what is real; at its end that folder is removed. The key is used as any other: each step asks for consent and
//! PIN in their windows.

use std::{
    fs,
    path::{Path, PathBuf},
};

use algo::{Password, Suite};
use ca::{Authority, CertificateUse, Ids, Validity};
use client::{
    Answer, Clock, Code, Consent, ConsentRequest, Failure, Home, SecretRequest, Secrets, Session,
    bids::{
        decrypt::{self, Opener},
        encrypt::{self, EncryptOrder, StatementChoice},
    },
    certificates::{self, RequestOrder, RequestedUse},
    discovery::Discovery,
    pins,
    seals::{self, ImportOrder},
    stamp::{self, Destination, StampOrder},
    tokens, trust,
    verify::{self, VerifyOrder},
};
use protocol::screens::Practice;
use x509::CertificateRequest;

use crate::{Desk, internal, locked, told};

/// Below the person's home.
const FOLDER: &str = "practice";
/// The PIN that software keys come with.
const INITIAL: &str = "123456";
/// The PIN that is shown on the screen: what it guards is worth nothing.
const PIN: &str = "Bid-8642";
const SUITE: Suite = Suite::Sm;
const SEAL: &[u8] = include_bytes!("practice/seal.png");
const LETTER: &[u8] = include_bytes!("practice/letter.pdf");
const SEAL_MM: f64 = 40.0;
/// Where the letter has its place for a seal.
const PLACE_MM: (f64, f64) = (152.0, 176.0);
const DAY: time::Duration = time::Duration::DAY;

/// A try that goes on.
pub(crate) struct Trial {
    home: Home,
    done: Vec<&'static str>,
    sign: String,
    encrypt: String,
    seal: String,
    verdict: Option<String>,
    opened: Vec<String>,
}

/// A program that was killed may have left one.
pub(crate) fn remove_leftovers(home: &Home) {
    // There is none as a rule.
    let _ = fs::remove_dir_all(home.path().join(FOLDER));
}

/// Makes everything that the try needs; one that went on is replaced.
pub(crate) fn begin(desk: &Desk) -> Result<Practice, Failure> {
    end(desk);
    let trial = Trial::new(desk).inspect_err(|_| remove_leftovers(&desk.home))?;
    let shown = trial.shown(desk);
    *locked(&desk.practice) = Some(trial);
    shown
}

/// Does a step, with the person's consent and PIN where it uses the key.
pub(crate) fn step(desk: &Desk, name: &str) -> Result<Practice, Failure> {
    let ended = || Failure::new(Code::InputNotFound).with("path", FOLDER);
    // Nobody else sees it meanwhile: the person has one at a time.
    let mut going = locked(&desk.practice);
    let trial = going.as_mut().ok_or_else(ended)?;
    let done = match name {
        "stamp" => trial.stamp(desk).map(|()| "stamp")?,
        "verify" => trial.verify(desk).map(|()| "verify")?,
        "encrypt" => trial.encrypt(desk).map(|()| "encrypt")?,
        "open" => trial.open(desk).map(|()| "open")?,
        _ => return Err(internal("no_such_step")),
    };
    if !trial.done.contains(&done) {
        trial.done.push(done);
    }
    trial.shown(desk)
}

/// Removes everything.
pub(crate) fn end(desk: &Desk) {
    drop(locked(&desk.practice).take());
    remove_leftovers(&desk.home);
}

impl Trial {
    fn new(desk: &Desk) -> Result<Self, Failure> {
        let home = Home::open(&desk.home.path().join(FOLDER))?;
        let mut trial = Self {
            home,
            done: vec!["begin"],
            sign: String::new(),
            encrypt: String::new(),
            seal: desk.words().text("practice.seal", &[]),
            verdict: None,
            opened: Vec::new(),
        };
        trial.make_key(desk)?;
        let session = trial.session(desk);
        client::write_output(&session, &trial.letter(), LETTER, false)?;
        let picture = trial.file("seal.png");
        client::write_output(&session, &picture, SEAL, false)?;
        let (width_mm, name) = (Some(SEAL_MM), Some(trial.seal.as_str()));
        let order = ImportOrder { image: &picture, width_mm, name, clear_white: false, force: false };
        seals::import(&session, &order)?;
        drop(session);
        Ok(trial)
    }

    /// A key with its PIN set, and a double certificate by an authority that is forgotten at once.
    fn make_key(&mut self, desk: &Desk) -> Result<(), Failure> {
        let (fresh, set) = (ByItself { pin: INITIAL }, ByItself { pin: PIN });
        let session = Session { consent: &fresh, secrets: &fresh, ..self.session(desk) };
        let key = desk.words().text("practice.key", &[]);
        tokens::init(&session, &key, SUITE)?;
        pins::activate(&session, Some(&key), None)?;
        let session = Session { secrets: &set, ..session };
        let subject = format!("CN={},C=CN", desk.words().text("practice.holder", &[]));
        let order = RequestOrder { token: Some(&key), subject: &subject, suite: None, key_use: RequestedUse::Both };
        let now = desk.clock.now();
        let authority = Authority::in_memory(SUITE, "Practice", now - DAY).map_err(internal)?;
        let validity = Validity { not_before: now - DAY, not_after: now + DAY };
        let mut made = Vec::new();
        for (request, wanted) in
            certificates::request(&session, &order)?.iter().zip([CertificateUse::Sign, CertificateUse::Encrypt])
        {
            let proved = CertificateRequest::from_any(request.pem.as_bytes()).map_err(internal)?;
            let proved = proved.prove().map_err(internal)?;
            let certificate = authority.issue(&proved, wanted, validity, &Ids::default()).map_err(internal)?;
            let file = self.file(&format!("{}.pem", request.key_use));
            client::write_output(&session, &file, certificate.to_pem().as_bytes(), false)?;
            made.extend(certificates::import(&session, Some(&key), &file)?);
        }
        let chain: String = authority.chain().iter().map(x509::Certificate::to_pem).collect();
        let file = self.file("chain.pem");
        client::write_output(&session, &file, chain.as_bytes(), false)?;
        trust::add(&session, &file)?;
        drop(session);
        let sha256 = |sign: bool| made.iter().find(|one| one.certificate.can_sign == sign);
        let named = |sign| sha256(sign).map(|one| format!("sha256:{}", one.certificate.sha256)).unwrap_or_default();
        (self.sign, self.encrypt) = (named(true), named(false));
        Ok(())
    }

    fn stamp(&mut self, desk: &Desk) -> Result<(), Failure> {
        let folder = self.file("stamped");
        fs::create_dir_all(&folder).map_err(internal)?;
        let order = StampOrder {
            files: &[self.letter()],
            destination: Destination::Folder(&folder),
            certificate: &self.sign,
            seal: &self.seal,
            width_mm: None,
            pages: "last",
            at_mm: Some(PLACE_MM),
            reason: None,
            force: true,
        };
        let made = stamp::stamp(&self.session(desk), &order)?;
        made.results.into_iter().try_for_each(|(_, result)| result.map(|_| ()))
    }

    fn verify(&mut self, desk: &Desk) -> Result<(), Failure> {
        let file = self.stamped();
        let order = VerifyOrder { file: &file, signature: None, trust: &[], at: None };
        let report = verify::verify(&self.session(desk), &order)?;
        self.verdict = Some(told::shown(report.verdict)?);
        Ok(())
    }

    fn encrypt(&self, desk: &Desk) -> Result<(), Failure> {
        let (stamped, bid) = (self.stamped(), self.bid());
        let made = encrypt::encrypt(
            &self.session(desk),
            &EncryptOrder {
                inputs: &[stamped],
                output: &bid,
                to: std::slice::from_ref(&self.encrypt),
                host: &[],
                committee: &[],
                threshold: None,
                password: false,
                meta: None,
                statement: StatementChoice::Refused,
                twin: None,
                force: true,
            },
        );
        made.map(|_| ())
    }

    fn open(&mut self, desk: &Desk) -> Result<(), Failure> {
        let folder = self.file("opened");
        // What an earlier go at this step has left: the folder is this try's own.
        let _ = fs::remove_dir_all(&folder);
        let opened = decrypt::decrypt(&self.session(desk), &self.bid(), &folder, Opener::AnyKey)?;
        self.opened = opened.files.iter().map(|file| client::printable(&file.path)).collect();
        Ok(())
    }

    fn session<'a>(&'a self, desk: &'a Desk) -> Session<'a> {
        Session {
            home: &self.home,
            clock: &desk.clock,
            consent: &desk.person,
            secrets: &desk.person,
            progress: &desk.moved,
            providers: client::sources(&self.home, &Discovery::default(), Path::new("")),
        }
    }

    fn shown(&self, desk: &Desk) -> Result<Practice, Failure> {
        let stamped = Some(self.stamped()).filter(|file| file.exists());
        let document = desk.files.existing(stamped.unwrap_or_else(|| self.letter()));
        Ok(Practice {
            done: self.done.iter().map(ToString::to_string).collect(),
            pin: PIN.into(),
            folder: client::printable(&self.home.path().display().to_string()),
            document: document.ok_or_else(|| internal("no_letter"))?.id,
            verdict: self.verdict.clone(),
            opened: self.opened.clone(),
        })
    }

    fn letter(&self) -> PathBuf {
        self.file("letter.pdf")
    }

    fn stamped(&self) -> PathBuf {
        self.home.path().join("stamped").join("letter.pdf")
    }

    fn bid(&self) -> PathBuf {
        self.file("letter.bid")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// Sets the practice key up: nothing here is the person's.
struct ByItself {
    /// The PIN as it is.
    pin: &'static str,
}

impl Consent for ByItself {
    fn ask(&self, _: &ConsentRequest) -> Result<Answer, Failure> {
        Ok(Answer::Yes)
    }
}

impl Secrets for ByItself {
    fn ask(&self, request: &SecretRequest<'_>) -> Result<Password, Failure> {
        Password::new(if request.kind.is_new() { PIN } else { self.pin }).map_err(internal)
    }

    fn may_spend_last_try(&self, _: &str) -> Result<bool, Failure> {
        Ok(false)
    }
}
