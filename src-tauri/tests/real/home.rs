//! A home for the program, made by the command line.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The PIN that software keys come with.
pub(crate) const INITIAL: &str = "123456";
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
        let home = Self::new();
        home.authority(&["create", "ca", "--suite", "p256", "--name", "CA"]);
        home.authority(&["chain", "ca", "-o", "chain.pem"]);
        home.bidseal(&["trust", "add", "chain.pem"], "{}");
        home.bidseal(&["token", "init", "--label", "key", "--suite", "p256"], "{}");
        home.bidseal(&["pin", "activate", "key"], &format!(r#"{{"pin":"{INITIAL}","new_pin":"{PIN}"}}"#));
        let pin = format!(r#"{{"pin":"{PIN}"}}"#);
        for key_use in ["sign", "encrypt"] {
            let subject = "CN=示范投标有限公司,O=示范,C=CN";
            home.bidseal(&["cert", "request", "key", "--subject", subject, "--use", key_use, "-o", key_use], &pin);
            home.authority(&["issue", "ca", "--use", key_use, "--request", key_use, "-o", &format!("{key_use}.pem")]);
            home.bidseal(&["cert", "import", "key", &format!("{key_use}.pem")], &pin);
        }
        home.write("seal.png", &red_square());
        home.bidseal(&["seal", "import", "seal.png", "--size", "40", "--name", "公章"], "{}");
        home
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the program's agent listens.
    pub(crate) fn agent_port(&self) -> u16 {
        let text = fs::read_to_string(self.home().join("agent.json")).unwrap();
        let endpoint: serde_json::Value = serde_json::from_str(&text).unwrap();
        u16::try_from(endpoint["port"].as_u64().unwrap()).unwrap()
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

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    }

    fn bidseal(&self, arguments: &[&str], secrets: &str) {
        let mut command = Command::new(beside("bidseal"));
        command.arg("--home").arg(self.home()).args(["--yes", "--secrets-stdin"]).args(arguments);
        run(command.current_dir(self.folder.path()), secrets);
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
