//! Lists between OpenSSL's authority and our client, and the other way round.

use algo::Suite;
use time::Duration;
use x509::issue::{CrlTemplate, key_id};
use x509::revocation::{Answer, Crl, CrlRefusal, Question, Reason, Status, Untimely};

use super::{Office, SUITES};

/// The list that OpenSSL makes of its index.
fn published(office: &Office) -> Vec<u8> {
    let configuration = "[ca]\ndefault_ca=it\n[it]\ndatabase=index.txt\ncrlnumber=number\ncrl_extensions=ext\n[ext]\n\
        authorityKeyIdentifier=keyid\n";
    office.openssl.put("ca.cnf", configuration);
    office.openssl.put("number", "01\n");
    let fixed = ["ca", "-config", "ca.cnf", "-gencrl", "-cert", "ca.pem", "-keyfile", "ca.key", "-crlhours", "6"];
    let more = ["-md", office.digest(), "-out", "list.pem"];
    office.openssl.ok(&[&fixed[..], &more, &office.sm2_options("-sigopt")].concat());
    office.openssl.get("list.pem")
}

#[test]
fn openssls_list_says_good_and_revoked() {
    for suite in SUITES {
        let office = Office::new(suite);
        let list = Crl::parse(&published(&office)).unwrap();
        assert_eq!(list.judge(&office.question(&office.good)).unwrap().status, Status::Good, "{suite}");
        let revoked = list.judge(&office.question(&office.revoked)).unwrap();
        let status = Status::Revoked { since: office.since(), reason: Some(Reason::KeyCompromise) };
        assert_eq!(revoked.status, status, "{suite}");
        let earlier = Question { at: office.since() - Duration::SECOND, ..office.question(&office.revoked) };
        assert_eq!(list.judge(&earlier).map(|answer| answer.status), Ok(Status::Good), "{suite}");
    }
}

#[test]
fn a_list_speaks_for_its_authority_and_its_time_only() {
    let office = Office::new(Suite::P256);
    let list = Crl::parse(&published(&office)).unwrap();
    let question = office.question(&office.good);
    let stranger = Office::new(Suite::P256);
    let of_namesake = Question { issuer: &stranger.authority.certificate, ..question };
    assert_eq!(list.judge(&of_namesake), Err(CrlRefusal::Signature), "the same name, another key");
    let of_other =
        Question { certificate: &office.authority.certificate, issuer: &office.good.certificate, ..question };
    assert_eq!(list.judge(&of_other), Err(CrlRefusal::OtherIssuer));
    let at = |time| list.judge(&Question { at: time, now: time, ..question }).unwrap_err();
    assert_eq!(at(office.now + Duration::hours(7)), CrlRefusal::Untimely(Untimely::Stale));
    assert_eq!(at(office.now - Duration::hours(1)), CrlRefusal::Untimely(Untimely::NotYet));
}

#[test]
fn every_altered_or_cut_list_is_refused_or_says_the_same() {
    let office = Office::new(Suite::P256);
    published(&office);
    office.openssl.ok(&["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der"]);
    let bytes = office.openssl.get("list.der");
    let question = office.question(&office.revoked);
    let judge = |bytes: &[u8]| -> Result<Answer, CrlRefusal> { Crl::parse(bytes)?.judge(&question) };
    let whole = judge(&bytes).unwrap();
    for at in 0..bytes.len() {
        assert!(judge(&bytes[..at]).is_err(), "cut at {at}");
        for bit in [1, 0x80] {
            let mut altered = bytes.clone();
            altered[at] ^= bit;
            assert!(judge(&altered).map_or(true, |answer| answer == whole), "byte {at}");
        }
    }
    assert_eq!(Crl::parse(b"<html>").unwrap_err(), CrlRefusal::Malformed);
}

#[test]
fn openssl_and_rustcrypto_accept_the_lists_we_issue() {
    for suite in SUITES {
        let office = Office::new(suite);
        let template = CrlTemplate {
            issuer: office.authority.certificate.subject().clone(),
            authority_key_id: key_id(office.authority.key.public()),
            number: 7,
            this_update: office.now - Duration::minutes(1),
            next_update: office.now + Duration::hours(1),
            revoked: office.entries(),
        };
        let scheme = suite.signature_scheme();
        let unsigned = template.to_be_signed(&scheme, office.authority.key.public()).unwrap();
        let content = unsigned.bytes().to_vec();
        let signature = office.authority.key.sign_digest(&scheme, &unsigned.digest()).unwrap();
        let list = unsigned.finish(&signature).unwrap();
        assert!(Crl::parse(&list).unwrap().judge(&office.question(&office.good)).is_ok(), "{suite}");
        office.openssl.put("list.der", &list);
        let text = office.openssl.ok(&["crl", "-inform", "DER", "-in", "list.der", "-noout", "-text"]);
        assert!(text.contains("Key Compromise") && text.contains(&office.revoked.certificate.serial().to_string()));
        if suite == Suite::Sm {
            assert!(super::sm2_holds(&office.authority.certificate, &content, &signature));
            continue;
        }
        office.openssl.ok(&["crl", "-inform", "DER", "-in", "list.der", "-outform", "PEM", "-out", "list.pem"]);
        let check = ["verify", "-crl_check", "-CAfile", "ca.pem", "-CRLfile", "list.pem"];
        office.openssl.ok(&[&check[..], &["good.pem"]].concat());
        let refused = office.openssl.run(&[&check[..], &["revoked.pem"]].concat());
        assert!(String::from_utf8_lossy(&refused.stderr).contains("certificate revoked"), "{suite}");
    }
}
