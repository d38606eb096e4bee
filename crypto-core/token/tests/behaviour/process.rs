//! Several processes on one token, and processes that are killed at every step they take.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use crate::support::{FACTORY, GOOD, Home, OTHER, WRONG, copy_folder, pin};
use algo::{Hash, PublicKey, Suite};
use ca::{Authority, Ids};
use time::{Duration, OffsetDateTime};
use token::{ContainerId, ContainerPart, KeyId, KeyUse, Provider, Remaining, Token, TokenError};
use x509::Certificate;
use x509::issue::Validity;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-20 12:00 UTC);
const SUITE: Suite = Suite::P256;

/// Not a test by itself: the process that the other tests start, told by the environment what to do.
#[test]
fn child() {
    let Ok(task) = std::env::var("TOKEN_TEST_TASK") else { return };
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let home = Home::new(Path::new(&variable("TOKEN_TEST_HOME")), variable("TOKEN_TEST_KEYRING") == "1");
    match task.as_str() {
        "init" => drop(home.provider().init("测试", SUITE).unwrap()),
        "activate" => drop(home.token().activate(&pin(FACTORY), &pin(GOOD)).unwrap()),
        "login" => home.token().login(&pin(GOOD)).unwrap(),
        "login-wrong" => assert!(home.token().login(&pin(WRONG)).is_err()),
        "change" => home.token().change_pin(&pin(GOOD), &pin(OTHER)).unwrap(),
        "unblock" => home.token().unblock(&pin(&variable("TOKEN_TEST_PUK")), &pin(OTHER)).unwrap(),
        "voucher" => {
            let response = std::fs::read(home.path.join("response")).unwrap();
            home.token().unblock_remotely(&response, Some(&pin(OTHER))).unwrap();
        }
        "generate" => drop(logged_in(&home).generate(&id("new"), KeyUse::Sign, SUITE.key_algorithm()).unwrap()),
        "certificate" => {
            let der = std::fs::read(home.path.join("certificate.der")).unwrap();
            logged_in(&home).import_certificate(&Certificate::from_der(&der).unwrap()).unwrap();
        }
        "delete-key" => logged_in(&home).delete(&id("main"), ContainerPart::Key(KeyUse::Encrypt)).unwrap(),
        "delete" => logged_in(&home).delete(&id("spare"), ContainerPart::All).unwrap(),
        "guess" => guess(&home),
        other => panic!("{other}"),
    }
}

/// Wrong PINs until the token is locked; counts in the exit status how many were really checked.
fn guess(home: &Home) {
    let mut token = home.token();
    let mut checked = 0;
    loop {
        match token.login(&pin(WRONG)) {
            Err(TokenError::PinWrong { .. }) => checked += 1,
            Err(TokenError::PinLocked) => std::process::exit(100 + checked),
            other => panic!("{other:?}"),
        }
    }
}

fn id(name: &str) -> ContainerId {
    name.parse().unwrap()
}

fn logged_in(home: &Home) -> Box<dyn Token> {
    let mut token = home.token();
    token.login(&pin(GOOD)).unwrap();
    token
}

fn spawn(home: &Home, keyring: bool, task: &str, puk: &str, failpoint: Option<&str>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "process::child", "--nocapture", "--test-threads=1"])
        .env("TOKEN_TEST_TASK", task)
        .env("TOKEN_TEST_HOME", &home.path)
        .env("TOKEN_TEST_KEYRING", if keyring { "1" } else { "0" })
        .env("TOKEN_TEST_PUK", puk)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match failpoint {
        Some(point) => command.env("BIDSEAL_FAILPOINT", point),
        None => command.env_remove("BIDSEAL_FAILPOINT"),
    };
    command.spawn().unwrap()
}

#[test]
fn parallel_processes_get_ten_tries_together() {
    for keyring in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path(), keyring);
        let puk = home.make_activated(SUITE);
        let children: Vec<Child> = (0..4).map(|_| spawn(&home, keyring, "guess", "", None)).collect();
        let checked: i32 = children.into_iter().map(|mut child| child.wait().unwrap().code().unwrap() - 100).sum();
        assert_eq!(checked, 10);
        assert_eq!(home.token().pin_state().unwrap().remaining, Remaining::Locked);
        assert!(home.token().login(&pin(GOOD)).is_err());
        home.token().unblock(&puk, &pin(OTHER)).unwrap();
        home.token().login(&pin(OTHER)).unwrap();
    }
}

/// A home with a token in a known state, copied for each kill.
struct Template {
    _folder: tempfile::TempDir,
    home: Home,
    keyring: bool,
    puk: String,
    public: Option<PublicKey>,
}

impl Template {
    fn empty(keyring: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { home: Home::new(folder.path(), keyring), _folder: folder, keyring, puk: String::new(), public: None }
    }

    fn factory(keyring: bool) -> Self {
        let template = Self::empty(keyring);
        template.home.provider().init("测试", SUITE).unwrap();
        template
    }

    /// PIN set, two containers with keys, a certificate waiting to be imported, three tries spent.
    fn activated(keyring: bool) -> Self {
        let mut template = Self::empty(keyring);
        template.puk = template.home.make_activated(SUITE).expose_str().to_owned();
        let mut token = logged_in(&template.home);
        template.public = Some(token.generate(&id("main"), KeyUse::Sign, SUITE.key_algorithm()).unwrap());
        for (name, key_use) in [("main", KeyUse::Encrypt), ("spare", KeyUse::Sign)] {
            token.generate(&id(name), key_use, SUITE.key_algorithm()).unwrap();
        }
        let authority = Authority::in_memory(SUITE, "test", NOW).unwrap();
        let validity = Validity { not_before: NOW, not_after: NOW + Duration::days(9) };
        let holder = authority.issue_pair("CN=x", validity, &Ids::default()).unwrap().sign;
        token.import_key(&id("later"), KeyUse::Sign, &holder.key, &holder.certificate).unwrap();
        token.delete(&id("later"), ContainerPart::Certificate(KeyUse::Sign)).unwrap();
        crate::support::put(&template.home.path.join("certificate.der"), holder.certificate.der());
        for _ in 0..3 {
            assert!(token.login(&pin(WRONG)).is_err());
        }
        template
    }

    fn copy(&self) -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(&self.home.path, folder.path());
        let home = Home::new(folder.path(), self.keyring);
        (folder, home)
    }
}

/// Every point that a task passes, in the order of passing.
fn points(labels: &[&str], explicit: &[&str]) -> Vec<String> {
    let steps = |label: &&str| -> Vec<String> {
        durable::POINTS_OF_A_PART.iter().map(|step| format!("{label}.{step}")).collect()
    };
    labels.iter().flat_map(steps).chain(explicit.iter().map(|point| (*point).to_owned())).collect()
}

/// Kills the task at each point and looks at what is left.
fn kill_at_each(template: &Template, task: &str, points: &[String], check: impl Fn(&Home, &str) + Sync) {
    let keyring = template.keyring;
    let queue = Mutex::new(points.to_vec());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(point) = queue.lock().unwrap().pop() else { break };
                    let (_folder, home) = template.copy();
                    let status = spawn(&home, keyring, task, &template.puk, Some(&point)).wait().unwrap();
                    assert_eq!(status.signal(), Some(9), "{task} does not reach {point}: {status}");
                    home.parts().sweep().unwrap();
                    assert_eq!(home.leftovers(), Vec::<std::path::PathBuf>::new(), "{task} killed at {point}");
                    check(&home, &point);
                }
            });
        }
    });
}

fn left(home: &Home) -> u32 {
    home.token().pin_state().unwrap().remaining.count().unwrap()
}

/// The token's key is there and signs.
fn key_works(template: &Template, token: &mut dyn Token) {
    let scheme = SUITE.signature_scheme();
    let key = KeyId { container: id("main"), key_use: KeyUse::Sign };
    let signature = token.sign_digest(&key, &scheme, &Hash::Sha256.digest(b"x")).unwrap();
    template.public.as_ref().unwrap().verify(&scheme, b"x", &signature).unwrap();
}

/// Exactly one of two PINs is in force, and it opens the keys.
fn one_pin_works(template: &Template, home: &Home, pins: [&str; 2], point: &str) {
    let mut token = home.token();
    let [first, second] = pins;
    if token.login(&pin(first)).is_ok() {
        key_works(template, &mut *token);
        assert!(token.login(&pin(second)).is_err(), "killed at {point}");
    } else {
        token.login(&pin(second)).unwrap_or_else(|error| panic!("killed at {point}: {error}"));
        key_works(template, &mut *token);
    }
}

const COUNT: &[&str] = &["token.count.before", "token.count.after", "token.check.after"];

#[test]
fn a_killed_check_costs_a_try_and_never_gives_one() {
    for keyring in [false, true] {
        let template = Template::activated(keyring);
        let before = left(&template.home);
        assert_eq!(before, 7);
        kill_at_each(&template, "login-wrong", &points(&["token.count"], COUNT), |home, point| {
            let counted = matches!(point, "token.count.renamed" | "token.count.after" | "token.check.after");
            assert_eq!(left(home), before - u32::from(counted), "killed at {point}");
        });
        let all = if keyring { points(&["token.count", "token.reset"], COUNT) } else { Vec::new() };
        kill_at_each(&template, "login", &all, |home, point| {
            let tries = left(home);
            assert!((before - 1..=before).contains(&tries), "{tries} left after a kill at {point}");
            let mut token = home.token();
            token.login(&pin(GOOD)).unwrap();
            key_works(&template, &mut *token);
        });
    }
}

#[test]
fn a_kill_on_the_last_try_locks_and_the_puk_opens() {
    let template = Template::activated(true);
    for _ in 0..6 {
        assert!(template.home.token().login(&pin(WRONG)).is_err());
    }
    assert_eq!(left(&template.home), 1);
    kill_at_each(&template, "login-wrong", &points(&[], &COUNT[1..]), |home, point| {
        assert_eq!(left(home), 0, "killed at {point}");
        assert!(matches!(home.token().login(&pin(GOOD)), Err(TokenError::PinLocked)));
        assert!(home.keyring().entries().is_empty(), "the half goes with the next look at a locked token");
        home.token().unblock(&pin(&template.puk), &pin(OTHER)).unwrap();
        one_pin_works(&template, home, [GOOD, OTHER], point);
    });
}

#[test]
fn killed_initialisation_leaves_a_whole_token_or_none() {
    let points: Vec<String> = durable::POINTS_OF_A_DIR.iter().map(|step| format!("token.init.{step}")).collect();
    kill_at_each(&Template::empty(false), "init", &points, |home, point| {
        let tokens = home.provider().tokens().unwrap();
        assert_eq!(tokens.len(), usize::from(point == "token.init.renamed"), "killed at {point}");
        if !tokens.is_empty() {
            assert_eq!(left(home), 10);
            home.token().activate(&pin(FACTORY), &pin(GOOD)).unwrap();
        }
    });
}

#[test]
fn killed_activation_leaves_the_factory_pin_or_the_new_one() {
    let all = points(&["token.activate"], &["token.activate.before", "token.activate.after"]);
    kill_at_each(&Template::factory(true), "activate", &all, |home, point| {
        let activated = matches!(point, "token.activate.renamed" | "token.activate.after");
        let mut token = home.token();
        assert_eq!(token.pin_state().unwrap().is_default, Some(!activated), "killed at {point}");
        if !activated {
            token.activate(&pin(FACTORY), &pin(GOOD)).unwrap();
        }
        token.login(&pin(GOOD)).unwrap();
    });
}

#[test]
fn a_killed_change_of_pin_leaves_one_of_both() {
    let template = Template::activated(true);
    let all = points(&["token.change"], &["token.change.before", "token.change.after"]);
    kill_at_each(&template, "change", &all, |home, point| {
        one_pin_works(&template, home, [GOOD, OTHER], point);
        assert_eq!(home.keyring().entries().len(), 1, "the half that is not in force is swept");
    });
}

#[test]
fn a_killed_unblocking_leaves_the_lock_or_the_new_pin() {
    let template = Template::activated(true);
    let all = points(&["token.unblock"], &["token.unblock.before", "token.unblock.after"]);
    kill_at_each(&template, "unblock", &all, |home, point| {
        one_pin_works(&template, home, [GOOD, OTHER], point);
        home.token().unblock(&pin(&template.puk), &pin(GOOD)).unwrap();
    });
}

#[test]
fn a_killed_unblocking_from_afar_leaves_the_lock_or_the_new_pin() {
    let template = Template::activated(true);
    crate::recovery::enrol(&template.home);
    crate::support::put(&template.home.path.join("response"), &crate::recovery::answered(&template.home));
    kill_at_each(&template, "voucher", &points(&["token.recovery", "token.unblock"], &[]), |home, point| {
        one_pin_works(&template, home, [GOOD, OTHER], point);
        home.token().unblock_remotely(&crate::recovery::answered(home), Some(&pin(GOOD))).unwrap();
        one_pin_works(&template, home, [GOOD, OTHER], point);
    });
}

#[test]
fn killed_work_on_containers_loses_no_key() {
    let template = Template::activated(false);
    let names = |home: &Home| home.token().containers().unwrap().iter().map(|c| c.id.to_string()).collect::<Vec<_>>();
    let works = |home: &Home, point: &str| one_pin_works(&template, home, [GOOD, OTHER], point);

    kill_at_each(&template, "generate", &points(&["token.key"], &[]), |home, point| {
        assert_eq!(names(home).contains(&"new".to_owned()), point == "token.key.renamed", "killed at {point}");
        works(home, point);
    });
    kill_at_each(&template, "certificate", &points(&["token.certificate"], &[]), |home, point| {
        let containers = home.token().containers().unwrap();
        let later = containers.iter().find(|container| container.id == id("later")).unwrap();
        let certificate = later.sign.as_ref().unwrap().certificate.is_some();
        assert_eq!(certificate, point == "token.certificate.renamed", "killed at {point}");
    });
    kill_at_each(&template, "delete-key", &points(&["token.delete"], &[]), |home, point| {
        let containers = home.token().containers().unwrap();
        let main = containers.iter().find(|container| container.id == id("main")).unwrap();
        assert_eq!(main.encrypt.is_none(), point == "token.delete.renamed", "killed at {point}");
        works(home, point);
    });
    kill_at_each(&template, "delete", &points(&[], &["token.delete.before", "token.delete.after"]), |home, point| {
        assert_eq!(names(home).contains(&"spare".to_owned()), point == "token.delete.before", "killed at {point}");
    });
}

/// The tasks above name their points by hand; this keeps their union equal to what the program lists.
#[test]
fn the_listed_points_are_the_ones_above() {
    let listed = points(token::PART_LABELS, token::FAILPOINTS);
    let tested = [
        points(&["token.count", "token.reset", "token.activate", "token.change", "token.unblock"], COUNT),
        points(&["token.key", "token.certificate", "token.delete", "token.recovery"], &[]),
        points(&[], &["token.activate.before", "token.activate.after", "token.change.before", "token.change.after"]),
        points(&[], &["token.unblock.before", "token.unblock.after", "token.delete.before", "token.delete.after"]),
    ];
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(listed), sorted(tested.concat()));
    assert_eq!(token::DIR_LABELS, ["token.init"]);
}
