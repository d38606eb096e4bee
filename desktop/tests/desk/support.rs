//! A home, a person at the windows, and a key with a double certificate.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    thread,
    time::Duration,
};

use algo::{Password, Suite};
use ca::{Authority, CertificateUse, Ids, Validity};
use client::{
    Answer, Clock, Consent, ConsentRequest, Failure, Home, SecretRequest, Secrets, Session, Silent,
    certificates::{RequestOrder, RequestedUse},
    discovery::Discovery,
};
use desktop::{Desk, Place, PromptKind, Refused, Surface};
use machine::Links;
use protocol::screens::{Call, Chosen, News, Pick, Prompt, PromptAnswer, Told};
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use x509::CertificateRequest;
use zeroize::Zeroizing;

/// The PIN that the tests set.
pub(crate) const PIN: &str = "Right-1234";
/// The PIN that software keys come with.
const INITIAL: &str = "123456";
pub(crate) const LABEL: &str = "测试";

/// What the person does with a question.
pub(crate) enum Act {
    Answer(PromptAnswer),
    Type(&'static str),
    TypeTwice(&'static str, &'static str),
    Close,
}

type Person = dyn Fn(&Prompt) -> Act + Send + Sync;

/// Windows that a person of code looks at.
struct Windows {
    desk: OnceLock<Weak<Desk>>,
    person: Arc<Mutex<Arc<Person>>>,
    asked: Mutex<Vec<Prompt>>,
    news: Mutex<Vec<News>>,
    picked: Mutex<Vec<PathBuf>>,
}

impl Surface for Windows {
    fn ask(&self, name: &str, kind: PromptKind) {
        assert!(name.starts_with(kind.prefix()));
        let (desk, name) = (self.desk.get().unwrap().upgrade().unwrap(), name.to_owned());
        let prompt = desk.prompts().shown(&name).unwrap();
        self.asked.lock().unwrap().push(prompt.clone());
        let person = Arc::clone(&self.person.lock().unwrap_or_else(PoisonError::into_inner));
        thread::spawn(move || act(&desk, &name, person(&prompt)));
    }

    fn dismiss(&self, _: &str) {}

    fn news(&self, news: &News) {
        self.news.lock().unwrap().push(news.clone());
    }

    /// What the person has ready, and after that what is suggested.
    fn pick(&self, _: Pick, suggested: Option<&str>) -> Vec<PathBuf> {
        let ready = std::mem::take(&mut *self.picked.lock().unwrap());
        if ready.is_empty() { suggested.map(PathBuf::from).into_iter().collect() } else { ready }
    }
}

fn act(desk: &Desk, name: &str, act: Act) {
    match act {
        Act::Answer(answer) => loop {
            match desk.prompts().answer(name, answer) {
                Err(Refused::TooEarly) => thread::sleep(Duration::from_millis(20)),
                other => break other.unwrap(),
            }
        },
        Act::Type(typed) => type_in(desk, name, typed, typed),
        Act::TypeTwice(typed, again) => {
            type_in(desk, name, typed, again);
            desk.prompts().cancel(name);
        }
        Act::Close => desk.prompts().cancel(name),
    }
}

fn type_in(desk: &Desk, name: &str, typed: &str, again: &str) {
    let again = Zeroizing::new(again.to_owned());
    // A refusal leaves the question standing; the test sees what came of it.
    let _ = desk.prompts().submit(name, &Zeroizing::new(typed.to_owned()), Some(&again));
}

/// A desk with its person.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) desk: Arc<Desk>,
    windows: Arc<Windows>,
}

impl Bench {
    /// A desk over an empty home, whose person agrees to everything and types what is right.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let windows = Arc::new(Windows {
            desk: OnceLock::new(),
            person: Arc::new(Mutex::new(Arc::new(willing))),
            asked: Mutex::default(),
            news: Mutex::default(),
            picked: Mutex::default(),
        });
        let desk = Desk::open(place(folder.path()), Arc::clone(&windows) as Arc<dyn Surface>).unwrap();
        windows.desk.set(Arc::downgrade(&desk)).unwrap();
        Self { folder, desk, windows }
    }

    /// A desk with an activated key that has a double certificate under a trusted root.
    pub(crate) fn with_key(suite: Suite) -> Self {
        let bench = Self::new();
        let name = ["sm", "rsa", "p256", "p384"][Suite::ALL.iter().position(|one| *one == suite).unwrap()];
        let _: serde_json::Value = bench.call(Call::MakeToken { label: LABEL.into(), suite: name.into() }).unwrap();
        bench.person(activating);
        let _: serde_json::Value = bench.call(Call::Activate { token: LABEL.into() }).unwrap();
        bench.person(willing);
        bench.certify(suite);
        bench
    }

    /// What the person does from now on.
    pub(crate) fn person(&self, person: impl Fn(&Prompt) -> Act + Send + Sync + 'static) {
        *self.windows.person.lock().unwrap() = Arc::new(person);
    }

    /// The questions since the last look.
    pub(crate) fn asked(&self) -> Vec<Prompt> {
        std::mem::take(&mut *self.windows.asked.lock().unwrap())
    }

    pub(crate) fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, Told> {
        // Every call crosses as JSON, as from a window.
        let call: Call = serde_json::from_value(serde_json::to_value(call).unwrap()).unwrap();
        self.desk.call(call).map(|value| serde_json::from_value(value).unwrap())
    }

    /// A file that the person chooses.
    pub(crate) fn chosen(&self, name: &str, bytes: &[u8]) -> Chosen {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::io::Write::write_all(&mut fs::File::create(&path).unwrap(), bytes).unwrap();
        self.pick(Pick::File, name)
    }

    pub(crate) fn pick(&self, what: Pick, name: &str) -> Chosen {
        *self.windows.picked.lock().unwrap() = vec![self.folder.path().join(name)];
        self.call::<Vec<Chosen>>(Call::Pick { what, suggested: None }).unwrap().remove(0)
    }

    fn certify(&self, suite: Suite) {
        let now = OffsetDateTime::now_utc();
        let authority = Authority::in_memory(suite, "Test", now - time::Duration::days(60)).unwrap();
        let home = Home::open(&self.folder.path().join("home")).unwrap();
        let session = Session {
            home: &home,
            clock: &Now,
            consent: &Willing,
            secrets: &Willing,
            progress: &Silent,
            providers: client::sources(&home, &Discovery::default(), Path::new("none")),
        };
        let order = RequestOrder {
            token: None,
            subject: "CN=某某有限公司,O=某某,C=CN",
            suite: None,
            key_use: RequestedUse::Both,
        };
        for (made, wanted) in client::certificates::request(&session, &order)
            .unwrap()
            .iter()
            .zip([CertificateUse::Sign, CertificateUse::Encrypt])
        {
            let request = CertificateRequest::from_any(made.pem.as_bytes()).unwrap().prove().unwrap();
            let validity =
                Validity { not_before: now - time::Duration::days(1), not_after: now + time::Duration::days(200) };
            let certificate = authority.issue(&request, wanted, validity, &Ids::default()).unwrap();
            let file = self.chosen(&format!("{}.pem", made.key_use), certificate.to_pem().as_bytes());
            let _: usize = self.call(Call::ImportCertificate { token: LABEL.into(), file: file.id }).unwrap();
        }
        let chain: String = authority.chain().iter().map(x509::Certificate::to_pem).collect();
        let file = self.chosen("chain.pem", chain.as_bytes());
        let _: serde_json::Value = self.call(Call::Trust { file: file.id }).unwrap();
    }
}

/// As [`willing`], with a key that has its initial PIN.
pub(crate) fn activating(prompt: &Prompt) -> Act {
    match prompt {
        Prompt::Secret { kind, .. } if kind == "pin" => Act::Type(INITIAL),
        other => willing(other),
    }
}

/// Agrees to everything, types what is right.
pub(crate) fn willing(prompt: &Prompt) -> Act {
    match prompt {
        Prompt::Secret { kind, .. } if kind == "pin" => Act::Type(PIN),
        Prompt::Secret { kind, .. } if kind == "new_pin" => Act::Type(PIN),
        Prompt::Connect { .. } => Act::Answer(PromptAnswer::Always),
        _ => Act::Answer(PromptAnswer::Yes),
    }
}

fn place(folder: &Path) -> Place {
    let mut place = Place::of_environment().unwrap();
    place.home = folder.join("home");
    place.modules.root = folder.join("root");
    place.modules.config = None;
    place.links = Some(Links::new(folder.join("data"), "/opt/标信/bidseal-app".into(), true));
    place.locale = Some("zh_CN.UTF-8".into());
    place
}

struct Now;

impl Clock for Now {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

struct Willing;

impl Consent for Willing {
    fn ask(&self, _: &ConsentRequest) -> Result<Answer, Failure> {
        Ok(Answer::Yes)
    }
}

impl Secrets for Willing {
    fn ask(&self, _: &SecretRequest<'_>) -> Result<Password, Failure> {
        Ok(Password::new(PIN).unwrap())
    }

    fn may_spend_last_try(&self, _: &str) -> Result<bool, Failure> {
        Ok(false)
    }
}
