//! Bundles of certificates and the folder of trusted roots.

use crate::support::{Draft, NOW, OpenSsl};
use algo::Suite;
use x509::issue::Profile;
use x509::{BundleError, Certificate, TrustStore, validate};

fn root(name: &str) -> Certificate {
    Draft::new(Suite::P256, name, Profile::Root).self_signed().certificate
}

#[test]
fn certificates_in_every_wrapping() {
    let [a, b] = ["CN=a", "CN=b"].map(root);
    let openssl = OpenSsl::new();
    openssl.put("a.der", a.der());
    let text = openssl.ok(&["x509", "-inform", "DER", "-in", "a.der", "-text"]);
    let both = format!("{}{}", a.to_pem(), b.to_pem());
    let key = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    let base64 = a.to_pem().lines().filter(|line| !line.starts_with("---")).collect::<Vec<_>>().join("");
    let table: &[(&str, Vec<u8>, &[&Certificate])] = &[
        ("DER", a.der().to_vec(), &[&a]),
        ("PEM", a.to_pem().into_bytes(), &[&a]),
        ("two", both.clone().into_bytes(), &[&a, &b]),
        ("Windows line ends", both.replace('\n', "\r\n").into_bytes(), &[&a, &b]),
        ("OpenSSL's text before it", text.into_bytes(), &[&a]),
        ("a key between", format!("{}{key}{}", a.to_pem(), b.to_pem()).into_bytes(), &[&a, &b]),
        ("GBK text before it", [&[0xd6, 0xa4, 0xca, 0xe9, b'\n'], a.to_pem().as_bytes()].concat(), &[&a]),
        ("byte order mark", [&[0xef, 0xbb, 0xbf], a.to_pem().as_bytes()].concat(), &[&a]),
        ("bare base64", base64.clone().into_bytes(), &[&a]),
        ("bare base64 in lines", format!(" {}\n{}\n", &base64[..40], &base64[40..]).into_bytes(), &[&a]),
    ];
    for (wrapping, bytes, expected) in table {
        let read = Certificate::from_any(bytes).unwrap_or_else(|error| panic!("{wrapping}: {error:?}"));
        assert_eq!(read.iter().collect::<Vec<_>>(), *expected, "{wrapping}");
    }
    assert_eq!(Certificate::from_pem(&both).unwrap(), a);
}

#[test]
fn what_is_no_bundle() {
    let a = root("CN=a").to_pem();
    let no_certificate = |bytes: &[u8]| matches!(Certificate::from_any(bytes), Err(BundleError::NoCertificate));
    assert!(no_certificate(b""));
    assert!(no_certificate(b"hello"));
    assert!(no_certificate(b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"));
    let damaged = [
        (a.replace("-----END", "--END"), 1),
        (a.replacen("MII", "M*I", 1), 1),
        (format!("{a}{}", a.replacen("MII", "M*I", 1)), 2),
    ];
    for (pem, number) in damaged {
        let read = Certificate::from_any(pem.as_bytes());
        assert!(matches!(read, Err(BundleError::Base64 { block }) if block == number), "{read:?}");
    }
    let read = Certificate::from_any(a.repeat(1001).as_bytes());
    assert!(matches!(read, Err(BundleError::TooMany)), "{read:?}");
    let read = Certificate::from_any(b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    assert!(matches!(read, Err(BundleError::Certificate { block: 1, .. })), "{read:?}");
}

#[test]
fn a_folder_of_roots() {
    let folder = OpenSsl::new();
    let [a, b, c] = ["CN=a", "CN=b", "CN=c"].map(root);
    folder.put("one.pem", format!("{}{}", a.to_pem(), b.to_pem()));
    folder.put("TWO.CER", c.der());
    folder.put("again.crt", a.to_pem());
    folder.put("broken.pem", "nothing");
    folder.put(".bidseal-1.part", "half");
    folder.put(".hidden.pem", c.to_pem());
    folder.put("notes.txt", "text");
    std::fs::create_dir(folder.path().join("below.pem")).unwrap();
    let store = TrustStore::load_dir(folder.path()).unwrap();
    let roots: Vec<_> = store.iter().collect();
    assert_eq!(roots.len(), 3);
    assert!([&a, &b, &c].iter().all(|root| store.contains(root) && validate(root, &[], &store, NOW).is_trusted()));
    assert_eq!(store.skipped().len(), 1);
    assert!(store.skipped()[0].path.ends_with("broken.pem"));
    assert!(TrustStore::load_dir(&folder.path().join("absent")).unwrap().is_empty());
    assert!(TrustStore::load_dir(&folder.path().join("one.pem")).is_err(), "not a folder");
}
