//! Signing with keys and CMS made by the OpenSSL program, which shares no code with the product's CMS.

use crate::make::write;
use algo::{Hash, Password};
use pdf::{Document, Fields, Prepared, Seal, Stamp, StampRequest};
use seal::{SealPicture, Size};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use time::OffsetDateTime;

/// A root and a signing certificate of it.
pub(crate) struct Signer {
    folder: tempfile::TempDir,
}

impl Signer {
    /// The one signer of all tests.
    pub(crate) fn shared() -> &'static Self {
        static SIGNER: OnceLock<Signer> = OnceLock::new();
        SIGNER.get_or_init(Self::make)
    }

    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-sha256"];
        let root = ["-x509", "-subj", "/CN=Test Root", "-keyout", "root.key", "-out", "root.pem"];
        let root_extensions = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
        openssl(at, &[&["req"], &p256[..], &root, &root_extensions].concat());
        let leaf = ["-subj", "/CN=Test Signer", "-out", "leaf.csr", "-keyout", "leaf.key"];
        let usage = ["-addext", "keyUsage=critical,digitalSignature,nonRepudiation"];
        let end_entity = ["-addext", "basicConstraints=critical,CA:FALSE"];
        openssl(at, &[&["req", "-new"], &p256[..5], &leaf, &usage, &end_entity].concat());
        let sign = ["x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"];
        openssl(at, &[&sign[..], &["-days", "3650", "-copy_extensions", "copy", "-out", "leaf.pem"]].concat());
        Self { folder }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("leaf.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("leaf.key")
    }

    /// A detached CMS over `content`.
    fn cms(&self, content: &[u8]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("content"), content);
        let (certificate, key) = (self.certificate(), self.key());
        let files = ["-signer", certificate.to_str().unwrap(), "-inkey", key.to_str().unwrap()];
        let fixed = ["cms", "-sign", "-binary", "-cades", "-md", "sha256", "-in", "content"];
        openssl(folder.path(), &[&fixed[..], &files, &["-outform", "DER", "-out", "cms"]].concat());
        std::fs::read(folder.path().join("cms")).unwrap()
    }

    /// The finished document.
    pub(crate) fn finish(&self, prepared: &Prepared) -> Vec<u8> {
        let unsigned = [&prepared.original()[..], &prepared.finish(&[]).unwrap()].concat();
        let contents = find(&unsigned, b"/Contents <0000", prepared.original().len()) + b"/Contents ".len();
        let end = contents + prepared.capacity() * 2 + 2;
        let covered = [&unsigned[..contents], &unsigned[end..]].concat();
        assert_eq!(Hash::Sha256.digest(&covered), prepared.digest(), "the digest covers all but the gap");
        let appended = prepared.finish(&self.cms(&covered)).unwrap();
        [&prepared.original()[..], &appended].concat()
    }
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let made = Command::new("openssl").args(arguments).current_dir(folder).output();
    let made = made.expect("the openssl program is needed for these tests");
    assert!(made.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&made.stderr));
}

pub(crate) fn find(bytes: &[u8], what: &[u8], from: usize) -> usize {
    from + bytes[from..].windows(what.len()).position(|window| window == what).expect("it is there")
}

/// A round red seal, blue in its upper left quarter, transparent around it: position and turn can be measured.
pub(crate) fn picture() -> SealPicture {
    let mut image = image::RgbaImage::new(200, 200);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let (right, down) = (f64::from(x) - 99.5, f64::from(y) - 99.5);
        let inside = right.hypot(down) < 99.0;
        let color = if right < 0.0 && down < 0.0 { [0, 0, 255] } else { [255, 0, 0] };
        *pixel = image::Rgba([color[0], color[1], color[2], if inside { 255 } else { 0 }]);
    }
    let mut png = std::io::Cursor::new(Vec::new());
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    SealPicture::import(&png.into_inner(), Some(40.0)).unwrap()
}

/// A seal of 40 mm with its centre at `centre_mm` of each of `pages`.
pub(crate) fn stamps(pages: &[usize], centre_mm: (f64, f64)) -> Vec<Stamp> {
    pages.iter().map(|&page| Stamp { page, centre_mm, size: Size::new(40.0, 40.0).unwrap() }).collect()
}

pub(crate) fn request(seal: Option<Seal<'_>>) -> StampRequest<'_> {
    StampRequest {
        seal,
        field_name: None,
        signer: "测试 Signer".to_owned(),
        reason: Some("投标文件".to_owned()),
        location: Some("Guangzhou".to_owned()),
        claimed_time: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
        contents_capacity: 8192,
        hash: Hash::Sha256,
    }
}

/// Stamps `pages` of a document and signs it.
pub(crate) fn stamped(bytes: &[u8], password: Option<&str>, pages: &[usize], fields: Fields) -> Vec<u8> {
    let password = password.map(|password| Password::new(password).unwrap());
    let document = Document::open(bytes.to_vec(), password.as_ref()).unwrap();
    document.can_sign().unwrap();
    let picture = picture();
    let seal = Seal { picture: &picture, stamps: stamps(pages, (80.0, 100.0)), fields };
    let prepared = document.stamp(&request(Some(seal))).unwrap();
    let finished = Signer::shared().finish(&prepared);
    assert!(finished.starts_with(bytes), "the original is a prefix");
    finished
}
