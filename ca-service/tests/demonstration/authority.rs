//! The authority as a library: what it issues, what it refuses, what it keeps.

use algo::{PrivateKey, Suite};
use ca::{Authority, CertificateUse, CreateError, Ids, IssueError, OpenError, Validity};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use x509::{
    Certificate, CertificateRequest, KeyUsage, Name, NameError, ProvenRequest, RequestTemplate, Uscc, oid, validate,
};

const NOW: OffsetDateTime = datetime!(2026-11-20 08:00 UTC);

fn year() -> Validity {
    Validity::days(NOW, 365)
}

fn request(suite: Suite, subject: &str, usage: Option<KeyUsage>) -> ProvenRequest {
    let mut key = PrivateKey::generate(suite.key_algorithm()).unwrap();
    let mut template = RequestTemplate::new(Name::parse(subject).unwrap(), key.public());
    if let Some(usage) = usage {
        template = template.key_usage(usage);
    }
    let der = template.to_be_signed(&suite.signature_scheme()).unwrap().sign_with(&mut key).unwrap();
    CertificateRequest::from_der(&der).unwrap().prove().unwrap()
}

#[test]
fn double_certificates_in_every_suite() {
    for suite in Suite::ALL {
        let authority = Authority::in_memory(suite, "演示", NOW).unwrap();
        assert_eq!(authority.suite(), suite);
        assert!(authority.root().is_ca() && authority.issuing().is_ca());
        assert_eq!((authority.root().path_len(), authority.issuing().path_len()), (None, Some(0)));
        let pair = authority.issue_pair("CN=李雷,O=某某公司,C=CN", year(), &Ids::default()).unwrap();
        let (sign, encrypt) = (&pair.sign.certificate, &pair.encrypt.certificate);
        let curve = suite != Suite::Rsa;
        assert_eq!(sign.key_usage(), KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::NON_REPUDIATION));
        let wrap = KeyUsage::KEY_ENCIPHERMENT.with(KeyUsage::DATA_ENCIPHERMENT);
        assert_eq!(encrypt.key_usage(), if curve { wrap.with(KeyUsage::KEY_AGREEMENT) } else { wrap });
        assert!(sign.extended_key_usage().unwrap().contains(&oid::purpose::CLIENT_AUTH));
        assert_eq!(encrypt.extended_key_usage(), None);
        for (holder, certificate) in [(&pair.sign, sign), (&pair.encrypt, encrypt)] {
            assert_eq!(certificate.suite(), Some(suite));
            assert_eq!(certificate.public_key(), holder.key.public());
            assert_eq!(certificate.subject().to_string(), "CN=李雷,O=某某公司,C=CN");
            assert_eq!(certificate.authority_key_id(), authority.issuing().subject_key_id());
            assert_eq!(certificate.serial().as_bytes().len(), 16);
            assert!(certificate.serial().as_bytes()[0] & 0x80 == 0, "positive");
            let report = validate(certificate, &authority.chain(), &authority.trust(), NOW);
            assert!(report.is_trusted(), "{suite}: {:?}", report.problem);
            assert_eq!(report.path.len(), 3);
        }
        assert_ne!(sign.serial(), encrypt.serial());
        assert_ne!(sign.public_key(), encrypt.public_key());
    }
}

#[test]
fn numbers_that_were_checked_stand_in_the_certificate() {
    let authority = Authority::in_memory(Suite::P256, "演示", NOW).unwrap();
    let uscc: Uscc = "91330100799655058B".parse().unwrap();
    let ids = Ids { uscc: Some(uscc.clone()), device_number: Some("HZ-2026-0001".into()) };
    let issue =
        |subject: &str| authority.issue(&request(Suite::P256, subject, None), CertificateUse::Sign, year(), &ids);
    let certificate = issue("CN=李雷,O=某某公司").unwrap();
    assert_eq!(certificate.subject().to_string(), "serialNumber=HZ-2026-0001,CN=李雷,O=某某公司");
    assert_eq!(certificate.device_number().as_deref(), Some("HZ-2026-0001"));
    assert_eq!(certificate.unit_ids().uscc, Some(uscc.clone()));
    let same = issue("organizationIdentifier=NTRCN-91330100799655058B,CN=李雷").unwrap();
    assert_eq!(same.unit_ids().uscc, Some(uscc));
    let other = issue("organizationIdentifier=NTRCN-9144030071526726XG,CN=李雷");
    assert!(matches!(other, Err(IssueError::OtherUnit { .. })), "{other:?}");
}

#[test]
fn what_is_not_issued() {
    let authority = Authority::in_memory(Suite::P256, "演示", NOW).unwrap();
    let issue = |request: &ProvenRequest, wanted, validity| {
        authority.issue(request, wanted, validity, &Ids::default()).unwrap_err()
    };
    let nameless = issue(&request(Suite::P256, "O=某某公司", None), CertificateUse::Sign, year());
    assert!(matches!(nameless, IssueError::Subject(NameError::EmptyValue { name: "CN" })), "{nameless:?}");
    let usage = Some(KeyUsage::KEY_ENCIPHERMENT);
    let other_use = issue(&request(Suite::P256, "CN=x", usage), CertificateUse::Sign, year());
    assert!(matches!(other_use, IssueError::OtherUse { .. }), "{other_use:?}");
    let usage = Some(KeyUsage::DIGITAL_SIGNATURE);
    let other_use = issue(&request(Suite::P256, "CN=x", usage), CertificateUse::Encrypt, year());
    assert!(matches!(other_use, IssueError::OtherUse { .. }), "{other_use:?}");
    let plain = request(Suite::P256, "CN=x", None);
    let too_long = Validity::days(NOW, 3651);
    let backwards = Validity { not_before: NOW, not_after: NOW - Duration::SECOND };
    for validity in [too_long, backwards] {
        let refused = issue(&plain, CertificateUse::Sign, validity);
        assert!(matches!(refused, IssueError::Validity { .. }), "{refused:?}");
    }
    let past = Validity { not_before: NOW - Duration::days(9), not_after: NOW - Duration::days(1) };
    let expired = authority.issue(&plain, CertificateUse::Sign, past, &Ids::default()).unwrap();
    let report = validate(&expired, &authority.chain(), &authority.trust(), NOW);
    assert_eq!(report.state, x509::ChainState::Expired, "expired certificates can be made, for tests of others");
}

#[test]
fn an_authority_is_kept_and_opened_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("ca");
    let made = Authority::create(&folder, Suite::Sm, "演示", NOW).unwrap();
    let opened = Authority::open(&folder).unwrap();
    assert_eq!((opened.root(), opened.issuing()), (made.root(), made.issuing()));
    let pair = opened.issue_pair("CN=x", year(), &Ids::default()).unwrap();
    assert!(validate(&pair.sign.certificate, &made.chain(), &made.trust(), NOW).is_trusted());
    assert!(matches!(Authority::create(&folder, Suite::Sm, "演示", NOW), Err(CreateError::Store(_))));
    assert_eq!(Authority::open(&folder).unwrap().root(), made.root(), "the first one is untouched");
    only_the_owner_reads_keys(&folder);
    let pem = std::fs::read(folder.join("root.pem")).unwrap();
    assert_eq!(Certificate::from_any(&pem).unwrap(), [made.root().clone()]);
}

#[cfg(unix)]
fn only_the_owner_reads_keys(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    for file in ["root.key", "issuing.key"] {
        let mode = std::fs::metadata(folder.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[cfg(not(unix))]
fn only_the_owner_reads_keys(_: &std::path::Path) {}

#[test]
fn a_damaged_folder_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| home.path().join(name));
    let open = || Authority::open(&one);
    assert!(matches!(open(), Err(OpenError::Read { .. })));
    Authority::create(&one, Suite::P256, "one", NOW).unwrap();
    Authority::create(&two, Suite::P256, "two", NOW).unwrap();
    std::fs::copy(two.join("issuing.key"), one.join("issuing.key")).unwrap();
    assert!(matches!(open(), Err(OpenError::OtherKey { .. })), "{:?}", open());
    std::fs::copy(two.join("issuing.pem"), one.join("issuing.key")).unwrap();
    assert!(matches!(open(), Err(OpenError::Key { .. })), "{:?}", open());
    std::fs::copy(two.join("issuing.key"), one.join("root.pem")).unwrap();
    assert!(matches!(open(), Err(OpenError::Certificate { .. })), "{:?}", open());
    std::fs::remove_file(one.join("issuing.pem")).unwrap();
    let again = Authority::create(&one, Suite::P256, "one", NOW).unwrap();
    assert_eq!(open().unwrap().issuing(), again.issuing(), "an unfinished folder may be written again");
}
