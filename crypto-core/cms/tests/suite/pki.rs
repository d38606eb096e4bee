//! Keys and certificates for the tests, made by the `openssl` program, and the program itself.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use algo::{Hash, PrivateKey, SignatureScheme, Sm2Id};
use cms::SignedDataBuilder;
use tempfile::TempDir;
use x509::Certificate;

/// A certificate below a root of its own, and its key.
pub(crate) struct Identity {
    pub(crate) certificate: Certificate,
    pub(crate) key: PrivateKey,
    pub(crate) scheme: SignatureScheme,
    certificate_pem: Vec<u8>,
    key_pem: Vec<u8>,
    root_pem: Vec<u8>,
}

const RSA: &[&str] = &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
const P256: &[&str] = &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const P384: &[&str] = &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"];
const SM2: &[&str] = &["EC", "-pkeyopt", "ec_paramgen_curve:SM2"];
const SM2_ID: &str = "distid:1234567812345678";

macro_rules! identity {
    ($name:ident, $key:expr, $scheme:expr) => {
        pub(crate) fn $name() -> &'static Identity {
            static MADE: OnceLock<Identity> = OnceLock::new();
            MADE.get_or_init(|| Identity::make(stringify!($name), $key, $scheme))
        }
    };
}

identity!(rsa, RSA, SignatureScheme::RsaPkcs1(Hash::Sha256));
identity!(other_rsa, RSA, SignatureScheme::RsaPkcs1(Hash::Sha256));
identity!(p256, P256, SignatureScheme::Ecdsa(Hash::Sha256));
identity!(p384, P384, SignatureScheme::Ecdsa(Hash::Sha384));
identity!(sm2, SM2, SignatureScheme::Sm2(Sm2Id::DEFAULT));
identity!(other_sm2, SM2, SignatureScheme::Sm2(Sm2Id::DEFAULT));

impl Identity {
    fn make(name: &str, key: &[&str], scheme: SignatureScheme) -> Self {
        let dir = tempfile::tempdir().unwrap();
        make_certificates(dir.path(), name, key, scheme.hash() == Hash::Sm3);
        openssl(dir.path(), &["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"]);
        let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
        Self {
            certificate: Certificate::from_any(&read("cert.pem")).unwrap().remove(0),
            key: PrivateKey::from_pkcs8(&read("key.der")).unwrap(),
            scheme,
            certificate_pem: read("cert.pem"),
            key_pem: read("key.pem"),
            root_pem: read("root.pem"),
        }
    }

    /// Completes a message with this identity's key.
    pub(crate) fn sign(&self, builder: SignedDataBuilder<'_>) -> Vec<u8> {
        let unsigned = builder.prepare().unwrap();
        let signature = self.key.sign_digest(unsigned.scheme(), &unsigned.to_sign()).unwrap();
        unsigned.finish(&signature).unwrap()
    }

    /// A folder with this identity's `cert.pem`, `key.pem` and `root.pem`.
    pub(crate) fn folder(&self) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in
            [("cert.pem", &self.certificate_pem), ("key.pem", &self.key_pem), ("root.pem", &self.root_pem)]
        {
            std::fs::write(dir.path().join(name), bytes).unwrap();
        }
        dir
    }
}

fn make_certificates(dir: &Path, name: &str, key: &[&str], sm: bool) {
    let signing: &[&str] = if sm { &["-sm3", "-sigopt", SM2_ID] } else { &["-sha256"] };
    let request: &[&str] = if sm { &["-vfyopt", SM2_ID] } else { &[] };
    let run = |parts: &[&[&str]]| openssl(dir, &parts.concat());
    for file in ["root.key", "key.pem"] {
        run(&[&["genpkey", "-algorithm"], key, &["-out", file]]);
    }
    let root_subject = format!("/CN=root of {name}");
    let root = ["req", "-new", "-x509", "-days", "30", "-key", "root.key", "-subj", &root_subject, "-out", "root.pem"];
    run(&[&root, signing]);
    let subject = format!("/O=测试单位/CN={name}");
    run(&[&["req", "-new", "-utf8", "-key", "key.pem", "-subj", &subject, "-out", "request.pem"], signing]);
    let extensions = "keyUsage=critical,digitalSignature,keyEncipherment,keyAgreement\nsubjectKeyIdentifier=hash\n";
    std::fs::write(dir.join("extensions"), extensions).unwrap();
    let sign = ["x509", "-req", "-in", "request.pem", "-CA", "root.pem", "-CAkey", "root.key", "-days", "20"];
    let serial = ["-set_serial", "0xB1D5EA1001", "-extfile", "extensions", "-out", "cert.pem"];
    run(&[&sign, &serial, signing, request]);
}

/// Runs `openssl` in a folder; gives what it printed, and fails the test when it refuses.
pub(crate) fn openssl(dir: &Path, arguments: &[&str]) -> Vec<u8> {
    try_openssl(dir, arguments).unwrap_or_else(|said| panic!("openssl {arguments:?}: {said}"))
}

/// The same, where a refusal is an answer.
pub(crate) fn try_openssl(dir: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new("openssl").args(arguments).current_dir(dir).output();
    let output = output.expect("the program `openssl` is installed: it is the judge of these tests");
    if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
