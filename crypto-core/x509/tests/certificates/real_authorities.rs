//! Certificates that real authorities issued: see tests/data/authorities/README.md.

use algo::{Hash, Suite};
use time::macros::datetime;
use x509::{Certificate, ChainProblem, ChainState, SignatureError, SignerId, TrustStore, validate};

const STATE_ROOT: &str = include_str!("../data/authorities/nrcac-rootca-sm2.pem");
const GUANGDONG: &str = include_str!("../data/authorities/guangdong-ca-sm2.pem");
const GDCA_2004: &str = include_str!("../data/authorities/gdca-root-rsa-2004.pem");
const README: &str = include_str!("../data/authorities/README.md");

fn read(pem: &str) -> Certificate {
    let certificate = Certificate::from_pem(pem).unwrap();
    assert_eq!(certificate.to_pem(), pem, "PEM is written as it was read");
    assert!(README.contains(&certificate.thumbprint(Hash::Sha256).to_string()), "the data is what the README says");
    certificate
}

#[test]
fn the_state_root_and_its_sm2_link_hold_with_the_default_id() {
    let (root, link) = (read(STATE_ROOT), read(GUANGDONG));
    assert_eq!(root.subject().to_string(), "CN=ROOTCA,O=NRCAC,C=CN");
    assert_eq!((root.serial().to_string(), root.suite()), ("69E2FEC0170AC67B".to_owned(), Some(Suite::Sm)));
    assert_eq!(root.verify_signed_by(&root), Ok(Some(SignerId::Default)));
    assert_eq!(link.verify_signed_by(&root), Ok(Some(SignerId::Default)));
    assert_eq!(link.subject().organisation().as_deref(), Some("GUANG DONG CERTIFICATE AUTHORITY CO.,LTD."));
    let report = validate(&link, &[], &TrustStore::from_certificates([root]), datetime!(2026-11-20 08:00 UTC));
    assert_eq!((report.state, report.signer_ids), (ChainState::Trusted, vec![Some(SignerId::Default)]));
}

#[test]
fn bmp_names_are_readable_and_short_keys_refused() {
    let root = read(GDCA_2004);
    let name = "CN=GDCA Root CA,OU=Root CA,O=GDCA Certificate Authority,L=Guangzhou,ST=Guangdong,C=CN";
    assert_eq!(root.subject().to_string(), name);
    assert_eq!(*root.subject(), x509::Name::parse(name).unwrap(), "string types make no difference");
    assert_eq!(root.suite(), None);
    assert_eq!(root.verify_signed_by(&root), Err(SignatureError::Weak("SHA-1")));
    let trust = TrustStore::from_certificates([root.clone()]);
    let report = validate(&root, &[], &trust, datetime!(2020-01-01 0:00 UTC));
    assert_eq!(report.problem, Some(ChainProblem::WeakKey { certificate: root, bits: 1024 }));
}
