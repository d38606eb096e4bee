//! Blank keys, from their first PINs to the opened bid: everything by the command line.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use algo::{KeyAlgorithm, PrivateKey, Suite};
use ca::{Authority, CertificateUse, Holder, Ids};
use serde_json::{Value, json};
use time::OffsetDateTime;
use token::EnclosedKey;
use x509::{Certificate, CertificateRequest, issue::Validity};

use crate::support::{Desk, HOLDER, Run, Terminal, fed};

const PIN: &str = "first-pin-1";
const PUK: &str = "so-pin-12345";

/// A desk with one module, and what finds its keys.
struct Bench {
    desk: Desk,
    module: PathBuf,
    environment: (&'static str, PathBuf),
    authority: Authority,
}

impl Bench {
    fn new(module: PathBuf, environment: (&'static str, &str), suite: Suite) -> Self {
        let desk = Desk::empty();
        let environment = (environment.0, desk.file(environment.1));
        let before = OffsetDateTime::now_utc() - time::Duration::days(60);
        let authority = Authority::in_memory(suite, "Test", before).unwrap();
        let chain: String = authority.chain().iter().map(Certificate::to_pem).collect();
        desk.write("chain.pem", chain.as_bytes());
        desk.run(&["trust", "add", "chain.pem"]).ok();
        Self { desk, module, environment, authority }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let module = self.module.display().to_string();
        let mut command = self.desk.command(&[arguments, &["--json", "--module", &module]].concat());
        command.env(self.environment.0, &self.environment.1);
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).stdin(Stdio::null()).output().unwrap().into()
    }

    fn with(&self, arguments: &[&str], secrets: &Value) -> Run {
        fed(self.command(&[arguments, &["--yes", "--secrets-stdin"]].concat()), secrets.to_string().as_bytes())
    }

    fn by_pin(&self, arguments: &[&str]) -> Run {
        self.with(arguments, &json!({ "pin": PIN }))
    }

    /// A request for a key that is made on the token, and the certificate for it.
    fn certified(&self, token: &str, key_use: &str, suite: Suite) -> Certificate {
        let name = format!("{key_use}.csr");
        let subject = format!("CN={HOLDER},C=CN");
        let request = ["cert", "request", token, "--subject", &subject, "--suite", suite.name(), "--use", key_use];
        self.by_pin(&[&request[..], &["-o", &name]].concat()).ok();
        let request = CertificateRequest::from_any(&fs::read(self.desk.file(&name)).unwrap()).unwrap();
        let wanted = if key_use == "sign" { CertificateUse::Sign } else { CertificateUse::Encrypt };
        let now = OffsetDateTime::now_utc();
        let validity = Validity::days(now - time::Duration::days(1), 30);
        let certificate = self.authority.issue(&request.prove().unwrap(), wanted, validity, &Ids::default()).unwrap();
        self.desk.write(&format!("{key_use}.pem"), certificate.to_pem().as_bytes());
        certificate
    }

    /// The encryption key pair that the authority made, its certificate in `encrypt.pem`.
    fn encryption_pair(&self) -> PrivateKey {
        let validity = Validity::days(OffsetDateTime::now_utc() - time::Duration::days(1), 30);
        let subject = format!("CN={HOLDER},C=CN");
        let Holder { key, certificate } =
            self.authority.issue_pair(&subject, validity, &Ids::default()).unwrap().encrypt;
        self.desk.write("encrypt.pem", certificate.to_pem().as_bytes());
        key
    }

    /// Encrypts a bid for the holder and opens it with the key.
    fn opens_a_bid(&self) {
        self.desk.write("a.txt", "一百万".as_bytes());
        self.by_pin(&["bid", "encrypt", "a.txt", "-o", "x.bid", "--to", HOLDER]).ok();
        self.by_pin(&["bid", "decrypt", "x.bid", "-o", "out"]).ok();
        assert_eq!(fs::read_to_string(self.desk.file("out/a.txt")).unwrap(), "一百万");
    }
}

fn fixture(name: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fixtures/debug").join(name);
    built.canonicalize().expect("cargo xtask test fixtures builds it")
}

#[test]
fn a_blank_pkcs11_token_is_initialised_certified_used_and_guarded() {
    let module = PathBuf::from("/usr/lib/softhsm/libsofthsm2.so");
    let bench = Bench::new(module, ("SOFTHSM2_CONF", "softhsm2.conf"), Suite::P256);
    fs::create_dir(bench.desk.file("objects")).unwrap();
    let text = format!("directories.tokendir = {}\nlog.level = ERROR\n", bench.desk.file("objects").display());
    bench.desk.write("softhsm2.conf", text.as_bytes());

    let listed = bench.run(&["token", "list"]).ok().json();
    assert_eq!((&listed["tokens"], listed["blank"].as_array().unwrap().len()), (&json!([]), 1), "{listed}");
    let init = ["token", "init", "--label", "投标令牌"];
    let asked = bench.run(&init);
    assert_eq!(asked.code(), "consent.no_terminal", "the person types what the key is called: {asked}");
    let secrets = json!({ "puk": PUK, "new_pin": PIN });
    let long = bench.with(&["token", "init", "--label", "投标令牌投标令牌投标令牌"], &secrets);
    assert_eq!(long.code(), "token.label", "{long}");
    let made = bench.with(&init, &secrets).ok().json();
    assert_eq!((&made["token"]["label"], &made["token"]["provider"]), (&json!("投标令牌"), &json!("pkcs11")));

    for key_use in ["sign", "encrypt"] {
        bench.certified("投标令牌", key_use, Suite::P256);
        bench.by_pin(&["cert", "import", "投标令牌", &format!("{key_use}.pem")]).ok();
    }
    let both = ["cert", "request", "投标令牌", "--subject", "CN=b", "--suite", "rsa", "--use", "both", "-o", "b.csr"];
    bench.by_pin(&both).ok();
    for half in ["b.sign.csr", "b.encrypt.csr"] {
        CertificateRequest::from_any(&fs::read(bench.desk.file(half)).unwrap()).unwrap().prove().unwrap();
    }
    bench.desk.write("a.txt", "一百万".as_bytes());
    bench.by_pin(&["sign", "a.txt", "-c", HOLDER]).ok();
    bench.by_pin(&["bid", "encrypt", "a.txt", "-o", "x.bid", "--to", HOLDER]).ok();

    let again = ["token", "init", "投标令牌", "--label", "again"];
    let guarded = bench.with(&again, &secrets);
    assert_eq!((guarded.exit, guarded.code().as_str()), (Some(1), "ledger.guard"), "{guarded}");
    bench.by_pin(&["bid", "decrypt", "x.bid", "-o", "out"]).ok();
    assert_eq!(fs::read_to_string(bench.desk.file("out/a.txt")).unwrap(), "一百万");
    let wrong = bench.with(&again, &json!({ "puk": "not-the-so-pin", "new_pin": PIN }));
    assert_eq!(wrong.code(), "token.puk_wrong", "{wrong}");
    bench.by_pin(&["pin", "verify", "投标令牌"]).ok();
    let anew = bench.with(&again, &secrets).ok().json();
    assert_eq!((&anew["token"]["label"], &anew["token"]["keys"]), (&json!("again"), &json!([])), "{anew}");
}

/// A desk with a blank SKF key.
fn with_blank_skf_key() -> Bench {
    let bench = Bench::new(fixture("libskf_simulator.so"), ("BIDSEAL_SKF_SIMULATOR", "key"), Suite::Sm);
    fs::create_dir(bench.desk.file("key")).unwrap();
    bench.desk.write("key/quirks", b"blank");
    bench
}

#[test]
fn a_key_is_initialised_only_after_its_name_was_typed_exactly() {
    let bench = with_blank_skf_key();
    let blank = bench.run(&["token", "list"]).ok().json()["blank"].clone();
    let module = bench.module.display().to_string();
    let asked = || {
        let words = ["token", "init", "投标令牌", "--label", "x", "--json", "--module", &module];
        let mut terminal = Terminal::prepared(&bench.desk, "export BIDSEAL_SKF_SIMULATOR=\"$PWD/key\"", &words);
        let shown = terminal.read_until("to go on:");
        assert!(shown.contains("“投标令牌” is blank"), "{shown}");
        terminal
    };
    for typed in ["", "y", "投标", "投标令牌2"] {
        let mut terminal = asked();
        terminal.type_line(typed);
        let run = terminal.end();
        assert_eq!((run.exit, run.code().as_str()), (Some(3), "user.cancelled"), "“{typed}”: {run}");
    }
    let mut right = asked();
    right.type_line("投标令牌");
    right.read_until(": ");
    right.type_keys("\u{3}");
    assert_eq!(right.end().code(), "user.cancelled", "it went on to ask for the PINs");
    assert_eq!(bench.run(&["token", "list"]).ok().json()["blank"], blank, "it is as it was");
}

#[test]
fn watching_tells_of_a_blank_key_and_what_to_do() {
    let bench = with_blank_skf_key();
    let mut watch = bench.command(&["token", "watch"]);
    let mut child = watch.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    // Everything that is here is told at the start; the program would be ended from outside if it never told.
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.map(|line| serde_json::from_str::<Value>(&line).unwrap()).find(|event| event["code"] == "blank");
    let _ = child.kill();
    let _ = child.wait();
    let told = told.expect("it ended without telling of it");
    assert_eq!((&told["about"], &told["change"]), (&json!("token"), &json!("appeared")), "{told}");
    assert!(told["hint"].as_str().unwrap().contains("token init"), "{told}");
}

#[test]
fn a_blank_skf_key_is_initialised_and_takes_the_encryption_key_that_the_authority_enclosed() {
    let bench = with_blank_skf_key();
    let listed = bench.run(&["token", "list"]).ok().json();
    let blank = json!([{ "label": "投标令牌", "provider": "skf", "id": "Bidseal/SIM0001/" }]);
    assert_eq!((&listed["tokens"], &listed["blank"]), (&json!([]), &blank), "{listed}");
    let told = bench
        .desk
        .command(&["token", "list", "--lang", "en", "--module", &bench.module.display().to_string()])
        .env(bench.environment.0, &bench.environment.1)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("is blank") && told.contains("bidseal token init"), "the next step: {told}");
    assert!(!told.contains("No token"), "one is plugged in: {told}");

    let init = ["token", "init", "投标令牌", "--label", "标书专用"];
    let secrets = |key: &str| json!({ "puk": PUK, "new_pin": PIN, "device_key": key });
    for wrong in ["8765432187654321", "short"] {
        let refused = bench.with(&init, &secrets(wrong));
        assert_eq!(refused.exit, Some(3), "{refused}");
        assert_eq!(bench.run(&["token", "list"]).ok().json()["blank"], blank, "it is as it was");
    }
    let made = bench.with(&init, &secrets("1234567812345678")).ok().json();
    assert_eq!(made["token"]["label"], "标书专用", "{made}");
    assert_eq!((&made["token"]["pin"]["remaining"], &made["token"]["pin"]["is_default"]), (&json!(10), &json!(false)));
    assert_eq!(bench.run(&["token", "list"]).ok().json()["blank"], json!([]));
    assert_eq!(
        bench.with(&["token", "init", "标书专用", "--label", "x"], &secrets("1234567812345678")).code(),
        "token.not_supported"
    );

    let signing = bench.certified("标书专用", "sign", Suite::Sm);
    bench.by_pin(&["cert", "import", "标书专用", "sign.pem"]).ok();
    let stranger = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
    let pair = bench.encryption_pair();
    let import = ["cert", "import", "标书专用", "encrypt.pem", "--enclosed", "key.der"];
    bench.desk.write("key.der", b"no key at all");
    assert_eq!(bench.by_pin(&import).code(), "p12.damaged");
    bench.desk.write("key.der", &EnclosedKey::enclose(&pair, stranger.public()).unwrap().to_der());
    let foreign = bench.by_pin(&import);
    assert_eq!(foreign.exit, Some(3), "enclosed to the key of another token: {foreign}");
    bench.desk.write("key.der", &EnclosedKey::enclose(&pair, signing.public_key()).unwrap().to_der());
    bench.by_pin(&import).ok();

    bench.opens_a_bid();
}

#[test]
fn the_enclosed_key_is_imported_wherever_a_vendor_wants_it_in_its_field() {
    for (quirk, padded) in [("key-field left", false), ("key-field left", true), ("key-field whole", true)] {
        let bench = with_blank_skf_key();
        let secrets = json!({ "puk": PUK, "new_pin": PIN, "device_key": "1234567812345678" });
        bench.with(&["token", "init", "投标令牌", "--label", "标书专用"], &secrets).ok();
        bench.desk.write("key/quirks", quirk.as_bytes());
        let signing = bench.certified("标书专用", "sign", Suite::Sm);
        bench.by_pin(&["cert", "import", "标书专用", "sign.pem"]).ok();
        let enclosed = EnclosedKey::enclose(&bench.encryption_pair(), signing.public_key()).unwrap();
        let sent = if padded { enclosed.to_padded_der().unwrap() } else { enclosed.to_der() };
        bench.desk.write("key.der", &sent);
        bench.by_pin(&["cert", "import", "标书专用", "encrypt.pem", "--enclosed", "key.der"]).ok();
        bench.opens_a_bid();
    }
}
