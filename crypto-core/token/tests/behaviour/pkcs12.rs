//! PKCS#12 files as the OpenSSL command line writes them, in the forms of 1.1 and of 3.

use std::path::Path;
use std::process::{Command, Stdio};

use algo::{KeyAlgorithm, Password, SignatureScheme};
use token::{Pkcs12, Pkcs12Error};

const PASSWORD: &str = "招标密码-Pässwörd-𝄞1";

fn password(text: &str) -> Password {
    Password::new(text).unwrap()
}

/// Runs `openssl` in `folder`; the export password goes by a file, as a person's script would do it.
fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("these tests need the openssl command");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// `NAME.key` and `NAME.crt`.
fn make_key(folder: &Path, name: &str, algorithm: &[&str]) {
    let (key, crt, subject) = (format!("{name}.key"), format!("{name}.crt"), format!("/CN={name}"));
    openssl(folder, &[&["genpkey", "-out", &key], algorithm].concat());
    openssl(folder, &["req", "-x509", "-new", "-key", &key, "-out", &crt, "-subj", &subject, "-days", "30"]);
}

/// Exports `NAME.key` and `NAME.crt` with the further arguments.
fn export(folder: &Path, name: &str, further: &[&str]) -> Vec<u8> {
    put(&folder.join("password"), PASSWORD.as_bytes());
    let (key, crt) = (format!("{name}.key"), format!("{name}.crt"));
    let arguments = ["pkcs12", "-export", "-inkey", &key, "-in", &crt, "-out", "out.p12", "-passout", "file:password"];
    openssl(folder, &[&arguments, further].concat());
    std::fs::read(folder.join("out.p12")).unwrap()
}

fn put(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    std::fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

const RSA: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const P384: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];
const SM2: &[&str] = &["-algorithm", "SM2"];

/// What the versions write, and what Chinese tools write.
const FORMS: &[(&str, &[&str])] = &[
    ("OpenSSL 3", &[]),
    ("OpenSSL 1.1", &["-legacy"]),
    ("OpenSSL 1.1 -descert", &["-legacy", "-descert"]),
    ("RC2-128", &["-legacy", "-certpbe", "PBE-SHA1-RC2-128"]),
    ("AES-128, SHA-1 PRF", &["-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC", "-macalg", "sha512"]),
    ("SM4, SM3 MAC", &["-keypbe", "SM4-CBC", "-certpbe", "SM4-CBC", "-macalg", "sm3"]),
    ("certificates in the clear", &["-certpbe", "NONE"]),
    ("without MAC", &["-nomac"]),
];

#[test]
fn every_form_of_every_key_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let keys: [(&str, &[&str], KeyAlgorithm); 4] = [
        ("rsa", RSA, KeyAlgorithm::Rsa { bits: 2048 }),
        ("p256", P256, KeyAlgorithm::P256),
        ("p384", P384, KeyAlgorithm::P384),
        ("sm2", SM2, KeyAlgorithm::Sm2),
    ];
    for (name, arguments, algorithm) in keys {
        make_key(folder, name, arguments);
        for (form, further) in FORMS {
            let file = export(folder, name, further);
            let opened =
                Pkcs12::open(&file, &password(PASSWORD)).unwrap_or_else(|error| panic!("{form} {name}: {error}"));
            assert_eq!(opened.keys.len(), 1, "{form} {name}");
            let key = &opened.keys[0];
            assert_eq!(key.key.algorithm(), algorithm);
            let certificate = key.certificate.as_ref().unwrap();
            assert_eq!(certificate.subject().common_name().as_deref(), Some(name));

            let scheme: SignatureScheme = algorithm.suite().unwrap().signature_scheme();
            let signature = key.key.sign(&scheme, b"x").unwrap();
            certificate.public_key().verify(&scheme, b"x", &signature).unwrap();
        }
    }
}

#[test]
fn a_wrong_password_is_told_apart_from_a_wrong_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    make_key(folder, "key", P256);
    for (form, further) in FORMS {
        let file = export(folder, "key", further);
        for wrong in ["x", &PASSWORD[..PASSWORD.len() - 1], &format!("{PASSWORD} ")] {
            match Pkcs12::open(&file, &password(wrong)) {
                Err(Pkcs12Error::PasswordWrong) => {}
                // Without a MAC one wrong password in 256 gives good padding and then no ASN.1.
                Err(Pkcs12Error::Malformed(_)) if *form == "without MAC" => {}
                other => panic!("{form} {wrong:?}: {:?}", other.map(|_| "opened")),
            }
        }
    }
    let file = export(folder, "key", &[]);
    for bad in [&file[..file.len() / 2], b"", b"-----BEGIN CERTIFICATE-----", &[0x30; 64]] {
        assert!(matches!(Pkcs12::open(bad, &password(PASSWORD)), Err(Pkcs12Error::Malformed(_))));
    }
}

#[test]
fn an_altered_file_is_never_opened() {
    let folder = tempfile::tempdir().unwrap();
    make_key(folder.path(), "key", P256);
    let good = export(folder.path(), "key", &["-iter", "1"]);
    for index in 0..good.len() {
        let mut bad = good.clone();
        bad[index] ^= 1;
        if let Ok(opened) = Pkcs12::open(&bad, &password(PASSWORD)) {
            // Parameters of the MAC that are not part of the MAC may change without effect; the key may not.
            let original = Pkcs12::open(&good, &password(PASSWORD)).unwrap();
            assert_eq!(opened.keys[0].key.public().spki(), original.keys[0].key.public().spki(), "byte {index}");
        }
    }
}

#[test]
fn chain_names_and_missing_keys() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    make_key(folder, "holder", P256);
    make_key(folder, "authority", P256);
    let file = export(folder, "holder", &["-certfile", "authority.crt", "-name", "投标专用 1"]);
    let opened = Pkcs12::open(&file, &password(PASSWORD)).unwrap();
    assert_eq!(opened.keys[0].name.as_deref(), Some("投标专用 1"));
    assert_eq!(opened.others.len(), 1);
    assert_eq!(opened.others[0].subject().common_name().as_deref(), Some("authority"));

    let arguments =
        ["pkcs12", "-export", "-nokeys", "-in", "authority.crt", "-out", "no.p12", "-passout", "file:password"];
    openssl(folder, &arguments);
    let without = std::fs::read(folder.join("no.p12")).unwrap();
    assert!(matches!(Pkcs12::open(&without, &password(PASSWORD)), Err(Pkcs12Error::NoKey)));
}

#[test]
fn several_keys_in_one_file_find_their_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    make_key(folder, "sign", SM2);
    make_key(folder, "encrypt", P256);
    // The command line exports one key at a time: the safes of two files without MAC are put into one.
    let safes: Vec<u8> =
        ["sign", "encrypt"].iter().flat_map(|name| safes(&export(folder, name, &["-nomac"]))).collect();
    let data = [&[6, 9][..], &[42, 134, 72, 134, 247, 13, 1, 7, 1], &tlv(0xa0, &tlv(4, &tlv(0x30, &safes)))].concat();
    let file = tlv(0x30, &[&[2, 1, 3][..], &tlv(0x30, &data)].concat());

    let opened = Pkcs12::open(&file, &password(PASSWORD)).unwrap();
    let names: Vec<_> =
        opened.keys.iter().map(|key| key.certificate.as_ref().unwrap().subject().common_name()).collect();
    assert_eq!(names.iter().map(|name| name.as_deref().unwrap()).collect::<Vec<_>>(), ["sign", "encrypt"]);
}

/// The content of the AuthenticatedSafe.
fn safes(file: &[u8]) -> Vec<u8> {
    let pfx = content(file);
    let content_info = content(&pfx[3..]);
    content(content(content(&content_info[11..]))).to_vec()
}

fn content(tlv: &[u8]) -> &[u8] {
    let (start, len) = match tlv[1] {
        short @ 0..=127 => (2, usize::from(short)),
        0x81 => (3, usize::from(tlv[2])),
        _ => (4, usize::from(tlv[2]) << 8 | usize::from(tlv[3])),
    };
    &tlv[start..start + len]
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, high, low], content].concat()
}
