//! A home for the program, made by the command line.

use std::{
    fs,
    io::Write,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::session::found;

/// The PIN that software keys come with.
pub(crate) const INITIAL: &str = "123456";
/// What the simulator calls its key.
pub(crate) const USB_KEY: &str = "投标令牌";
/// The PIN that the tests set.
pub(crate) const PIN: &str = "Right-1234";

/// A folder with a home in it, removed at the end.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

/// The programs that were built beside this one.
pub(crate) fn beside(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(program.is_file(), "{} is built by `cargo build` in the workspace above", program.display());
    program
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A home with an activated key, its double certificate, a trusted root and a seal.
    pub(crate) fn with_key() -> Self {
        Self::with_key_of("示范投标有限公司")
    }

    /// The same for another holder.
    pub(crate) fn with_key_of(holder: &str) -> Self {
        let home = Self::new();
        home.trust_an_authority("p256");
        home.bidseal(&["token", "init", "--label", "key", "--suite", "p256"], "{}");
        home.bidseal(&["pin", "activate", "key"], &format!(r#"{{"pin":"{INITIAL}","new_pin":"{PIN}"}}"#));
        for key_use in ["sign", "encrypt"] {
            home.certify("key", holder, key_use, "p256");
        }
        home.import_a_seal();
        home
    }

    /// A home with a new USB key beside it, which can be pulled out (tests/fixtures/skf-simulator/README.md).
    pub(crate) fn with_new_usb_key() -> Self {
        let home = Self::new();
        fs::create_dir_all(home.key()).unwrap();
        fs::create_dir_all(home.home()).unwrap();
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fixtures/debug/libskf_simulator.so");
        let module = module.canonicalize().expect("cargo xtask test fixtures builds the simulator");
        let settings = format!("modules = [{:?}]\ndiscover = false\n", module.display().to_string());
        fs::File::create(home.home().join("settings.toml")).unwrap().write_all(settings.as_bytes()).unwrap();
        home
    }

    /// The same, activated and with a double certificate for SM2; the encryption key pair was made outside, as authorities do.
    pub(crate) fn with_usb_key() -> Self {
        let home = Self::with_new_usb_key();
        home.trust_an_authority("sm");
        home.bidseal(&["pin", "activate", USB_KEY], &format!(r#"{{"pin":"{INITIAL}","new_pin":"{PIN}"}}"#));
        home.certify(USB_KEY, "示范投标有限公司", "sign", "sm");
        home.openssl(&["genpkey", "-algorithm", "SM2", "-out", "made.key"]);
        let subject = "/C=CN/CN=示范投标有限公司";
        home.openssl(&[
            "req",
            "-new",
            "-utf8",
            "-key",
            "made.key",
            "-subj",
            subject,
            "-out",
            "made.csr",
            "-sm3",
            "-sigopt",
            "distid:1234567812345678",
        ]);
        home.authority(&["issue", "ca", "--use", "encrypt", "--request", "made.csr", "-o", "made.pem"]);
        home.openssl(&[
            "pkcs12",
            "-export",
            "-inkey",
            "made.key",
            "-in",
            "made.pem",
            "-out",
            "made.p12",
            "-passout",
            "pass:file-pass",
        ]);
        home.bidseal(&["cert", "import", USB_KEY, "made.p12"], &format!(r#"{{"pin":"{PIN}","password":"file-pass"}}"#));
        home.import_a_seal();
        home
    }

    /// The key is in nobody's reader.
    pub(crate) fn pull(&self) {
        self.slot("empty");
    }

    /// The key is plugged in again.
    pub(crate) fn plug(&self) {
        self.slot("again");
    }

    /// At once: half a content would be another plugging-in.
    #[allow(clippy::disallowed_methods, reason = "what a test leaves behind outlives no power cut")]
    fn slot(&self, content: &str) {
        let (new, slot) = (self.key().join("new"), self.key().join("slot"));
        fs::File::create(&new).unwrap().write_all(content.as_bytes()).unwrap();
        fs::rename(new, slot).unwrap();
    }

    /// From now on the key does this (tests/fixtures/skf-simulator/README.md).
    pub(crate) fn quirk(&self, quirk: &str) {
        self.write("key/quirks", quirk.as_bytes());
    }

    /// The key is good again, and plugged in.
    pub(crate) fn plug_a_good_key(&self) {
        self.quirk("");
        self.plug();
    }

    /// What programs find in their environment here.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("BIDSEAL_HOME", self.home()),
            ("BIDSEAL_SKF_SIMULATOR", self.key()),
            ("XDG_CONFIG_HOME", self.file("config")),
            ("BIDSEAL_TEST_ROOT", "/nonexistent".into()),
            ("HOME", self.file("session")),
        ]
    }

    /// The names of what lies beside the home, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A file beside the home.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The verdict of the command line.
    pub(crate) fn verdict(&self, file: &Path) -> String {
        let mut command = Command::new(beside("bidseal"));
        let verified = command.arg("--home").arg(self.home()).args(["--json", "verify"]).arg(file).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
        report["verdict"].as_str().unwrap().to_owned()
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    fn trust_an_authority(&self, suite: &str) {
        self.authority(&["create", "ca", "--suite", suite, "--name", "CA"]);
        self.authority(&["chain", "ca", "-o", "chain.pem"]);
        self.bidseal(&["trust", "add", "chain.pem"], "{}");
    }

    fn certify(&self, token: &str, holder: &str, key_use: &str, suite: &str) {
        let (pin, subject) = (format!(r#"{{"pin":"{PIN}"}}"#), format!("CN={holder},O=示范,C=CN"));
        let request = ["cert", "request", token, "--subject", &subject, "--use", key_use, "--suite", suite];
        self.bidseal(&[&request[..], &["-o", key_use]].concat(), &pin);
        let certificate = format!("{key_use}.pem");
        self.authority(&["issue", "ca", "--use", key_use, "--request", key_use, "-o", &certificate]);
        self.bidseal(&["cert", "import", token, &certificate], &pin);
    }

    fn import_a_seal(&self) {
        self.write("seal.png", &red_square());
        self.bidseal(&["seal", "import", "seal.png", "--size", "40", "--name", "公章"], "{}");
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the program's agent listens, as soon as it does.
    pub(crate) fn agent_port(&self) -> u16 {
        found(|| {
            let text = fs::read_to_string(self.home().join("agent.json")).ok()?;
            let endpoint: serde_json::Value = serde_json::from_str(&text).ok()?;
            let port = u16::try_from(endpoint["port"].as_u64()?).ok()?;
            TcpStream::connect(("127.0.0.1", port)).is_ok().then_some(port)
        })
        .expect("the agent listens")
    }

    /// A document of one empty page of A4.
    pub(crate) fn document(&self, name: &str) -> PathBuf {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.276 841.89]/Resources<<>>>>",
        ];
        let mut file = String::from("%PDF-1.7\n");
        let mut table = String::from("xref\n0 4\n0000000000 65535 f \n");
        for (number, object) in objects.iter().enumerate() {
            table += &format!("{:010} 00000 n \n", file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
        }
        let start = file.len();
        self.write(
            name,
            format!("{file}{table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
        )
    }

    /// The centre of what is red in the stamped document, in millimetres from the top left, as poppler draws it.
    pub(crate) fn red_centre(&self) -> (f64, f64) {
        let folders = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let file = folders.filter(|path| path.is_dir()).map(|path| path.join("投标函.pdf")).find(|file| file.exists());
        let drawn = Command::new("pdftoppm").args(["-r", "254"]).arg(file.unwrap()).output().unwrap();
        let text = String::from_utf8_lossy(&drawn.stdout[..32]).into_owned();
        let width: usize = text.split_whitespace().nth(1).unwrap().parse().unwrap();
        let header = drawn.stdout.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(2).unwrap().0 + 1;
        let pixels = drawn.stdout[header..].chunks(3).enumerate();
        let red: Vec<_> =
            pixels.filter(|(_, p)| p[0] > 150 && p[1] < 90).map(|(i, _)| (i % width, i / width)).collect();
        let middle = |of: fn(&(usize, usize)) -> usize| {
            let (low, high) = (red.iter().map(of).min().unwrap(), red.iter().map(of).max().unwrap());
            f64::from(u32::try_from(low + high + 1).unwrap()) / 20.0
        };
        (middle(|p| p.0), middle(|p| p.1))
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    pub(crate) fn bidseal(&self, arguments: &[&str], secrets: &str) {
        let mut command = Command::new(beside("bidseal"));
        command
            .arg("--home")
            .arg(self.home())
            .args(["--yes", "--secrets-stdin"])
            .args(arguments)
            .envs(self.environment());
        run(command.current_dir(self.folder.path()), secrets);
    }

    fn openssl(&self, arguments: &[&str]) {
        run(Command::new("openssl").args(arguments).stderr(Stdio::null()).current_dir(self.folder.path()), "");
    }

    fn authority(&self, arguments: &[&str]) {
        run(Command::new(beside("bidseal-ca")).args(arguments).current_dir(self.folder.path()), "");
    }
}

fn run(command: &mut Command, input: &str) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    // A program that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    assert!(child.wait().unwrap().success(), "{command:?}");
}

/// A red square as PNG, uncompressed.
fn red_square() -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    let pixels = [200, 0, 0, 255].repeat(64 * 64);
    image::ImageEncoder::write_image(encoder, &pixels, 64, 64, image::ExtendedColorType::Rgba8).unwrap();
    bytes
}
