//! What the tests share: OpenSSL's command line as a judge, and certificates with any content one likes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use algo::{PrivateKey, SignatureScheme, Suite};
use time::OffsetDateTime;
use time::macros::datetime;
use x509::issue::{CertificateTemplate, NewExtension, Profile, Validity, key_id};
use x509::{Certificate, Name, Serial};

/// The moment at which tests take place.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-20 08:00 UTC);

/// The id that SM2 signatures are made with.
pub(crate) const DISTID: &str = "distid:1234567812345678";

/// A folder in which OpenSSL's command line runs. A missing program fails the test.
pub(crate) struct OpenSsl(tempfile::TempDir);

impl OpenSsl {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        use std::io::Write;
        let path = self.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(content.as_ref()).unwrap();
        path
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let output = Command::new("openssl").args(arguments).current_dir(self.path()).output();
        output.expect("the openssl program is needed as a judge: apt-get install openssl")
    }

    /// Runs a command that must succeed and returns what it printed, both streams.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "openssl {} failed:\n{text}", arguments.join(" "));
        text
    }
}

/// An entity of a test PKI: key, name, certificate.
#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) key: PrivateKey,
    pub(crate) certificate: Certificate,
}

/// A certificate to be made, with everything at a usual value until it is changed.
pub(crate) struct Draft {
    pub(crate) key: PrivateKey,
    pub(crate) template: CertificateTemplate,
    pub(crate) scheme: Option<SignatureScheme>,
}

impl Draft {
    pub(crate) fn new(suite: Suite, subject: &str, profile: Profile) -> Self {
        Self::with_key(PrivateKey::generate(suite.key_algorithm()).unwrap(), subject, profile)
    }

    pub(crate) fn with_key(key: PrivateKey, subject: &str, profile: Profile) -> Self {
        let subject = Name::parse(subject).unwrap();
        let template = CertificateTemplate {
            serial: Serial::from_random(algo::random().unwrap()),
            issuer: subject.clone(),
            subject,
            validity: Validity::days(NOW - time::Duration::days(10), 365),
            public_key: key.public().clone(),
            // The authority key identifier is set by the issuer.
            extensions: profile.extensions(key.public(), &[]),
        };
        Self { key, template, scheme: None }
    }

    pub(crate) fn change(mut self, change: impl FnOnce(&mut CertificateTemplate)) -> Self {
        change(&mut self.template);
        self
    }

    /// Replaces the extension of the same type, or adds it.
    pub(crate) fn extension(mut self, extension: NewExtension) -> Self {
        self.template.extensions.retain(|old| old.oid != extension.oid);
        self.template.extensions.push(extension);
        self
    }

    pub(crate) fn without(mut self, oid: const_oid::ObjectIdentifier) -> Self {
        self.template.extensions.retain(|old| old.oid != oid);
        self
    }

    pub(crate) fn scheme(mut self, scheme: SignatureScheme) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// Signed by its own key.
    pub(crate) fn self_signed(self) -> Entity {
        let certificate = sign(&self, &self.key, self.template.issuer.clone());
        Entity { key: self.key, certificate }
    }

    /// Signed by `issuer`.
    pub(crate) fn issued_by(self, issuer: &Entity) -> Entity {
        let certificate = sign(&self, &issuer.key, issuer.certificate.subject().clone());
        Entity { key: self.key, certificate }
    }
}

fn sign(draft: &Draft, key: &PrivateKey, issuer: Name) -> Certificate {
    let mut template = draft.template.clone();
    template.issuer = issuer;
    for extension in &mut template.extensions {
        if extension.oid == x509::oid::extension::AUTHORITY_KEY_ID {
            *extension = NewExtension::authority_key_id(&key_id(key.public()));
        }
    }
    let scheme = draft.scheme.clone();
    let scheme = scheme.unwrap_or_else(|| key.algorithm().suite().unwrap().signature_scheme());
    let unsigned = template.to_be_signed(&scheme, key.public()).unwrap();
    let signature = key.sign_digest(&scheme, &unsigned.digest()).unwrap();
    Certificate::from_der(&unsigned.finish(&signature).unwrap()).unwrap()
}

/// DER of one TLV of less than 64 KiB.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let header = match length {
        [0, short @ 0..=127] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [&header, content].concat()
}

/// The same for 64 KiB and more.
pub(crate) fn long_tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [0, high, middle, low] = u32::try_from(content.len()).unwrap().to_be_bytes() else { panic!("too long") };
    [&[tag, 0x83, high, middle, low], content].concat()
}
