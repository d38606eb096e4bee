//! Lists that say less than they seem to: each is refused for its own reason.

use algo::{AlgorithmForm, Suite};
use time::OffsetDateTime;
use x509::issue::{NewExtension, Profile, Validity};
use x509::revocation::{Crl, CrlRefusal, Question, Status, Untimely};
use x509::{Certificate, KeyUsage};

use super::{CRL_AT, Office, utc};
use crate::support::{Draft, Entity, tlv};

/// A list with any content, signed by `authority`.
fn forged(authority: &Entity, entries: &[Vec<u8>], extensions: &[Vec<u8>], until: OffsetDateTime) -> Vec<u8> {
    let scheme = Suite::P256.signature_scheme();
    let algorithm = scheme.algorithm_identifier(AlgorithmForm::Standard);
    let time = |time| tlv(0x17, utc(time).as_bytes());
    let from = until - time::Duration::hours(2);
    let entries = if entries.is_empty() { Vec::new() } else { tlv(0x30, &entries.concat()) };
    let extensions = tlv(0xa0, &tlv(0x30, &extensions.concat()));
    let issuer = authority.certificate.subject().der();
    let version = tlv(2, &[1]);
    let parts: [&[u8]; 7] = [&version, &algorithm, issuer, &time(from), &time(until), &entries, &extensions];
    let content = tlv(0x30, &parts.concat());
    let signature = authority.key.sign(&scheme, &content).unwrap();
    let bits = tlv(3, &[&[0], &signature[..]].concat());
    tlv(0x30, &[&content[..], &algorithm, &bits].concat())
}

fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { tlv(1, &[0xff]) } else { Vec::new() };
    tlv(0x30, &[tlv(6, oid), critical, tlv(4, value)].concat())
}

/// issuingDistributionPoint.
fn point(fields: &[Vec<u8>]) -> Vec<u8> {
    extension(&[0x55, 0x1d, 28], true, &tlv(0x30, &fields.concat()))
}

fn address(text: &str) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa0, &tlv(0x86, text.as_bytes())))
}

#[test]
fn a_list_of_another_scope_is_refused_by_name() {
    let office = Office::new(Suite::P256);
    let set = |number: u8| tlv(0x80 | number, &[0xff]);
    let cases: Vec<(&str, Vec<u8>, Result<(), CrlRefusal>)> = vec![
        ("number only", extension(&[0x55, 0x1d, 20], false, &[2, 1, 1]), Ok(())),
        ("delta", extension(&[0x55, 0x1d, 27], true, &[2, 1, 1]), Err(CrlRefusal::Delta)),
        ("delta, not marked", extension(&[0x55, 0x1d, 27], false, &[2, 1, 1]), Err(CrlRefusal::Delta)),
        ("indirect", point(&[set(4)]), Err(CrlRefusal::Indirect)),
        ("some reasons", point(&[tlv(0x83, &[6, 0x40])]), Err(CrlRefusal::Partial)),
        ("authorities only", point(&[set(2)]), Err(CrlRefusal::Partial)),
        ("users only", point(&[set(1)]), Ok(())),
        ("attribute certificates", point(&[set(5)]), Err(CrlRefusal::Partial)),
        ("another address", point(&[address("http://crl.example/other.crl")]), Err(CrlRefusal::Partial)),
        ("its own address", point(&[address(CRL_AT)]), Ok(())),
        ("unknown, critical", extension(&[0x2a, 3, 4], true, &[5, 0]), Err(CrlRefusal::Critical)),
        ("unknown", extension(&[0x2a, 3, 4], false, &[5, 0]), Ok(())),
        ("point that is none", extension(&[0x55, 0x1d, 28], true, &[5, 0]), Err(CrlRefusal::Malformed)),
    ];
    for (name, extension, expected) in cases {
        let list = forged(&office.authority, &[], &[extension], office.now + time::Duration::HOUR);
        let judged = Crl::parse(&list).unwrap().judge(&office.question(&office.good));
        assert_eq!(judged.map(|answer| assert_eq!(answer.status, Status::Good)), expected, "{name}");
    }
}

fn entry(certificate: &Certificate, office: &Office, extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0x30, &extensions.concat()) };
    let since = tlv(0x17, utc(office.since()).as_bytes());
    tlv(0x30, &[tlv(2, certificate.serial().as_bytes()), since, extensions].concat())
}

#[test]
fn entries_are_read_with_their_extensions() {
    let office = Office::new(Suite::P256);
    let judge = |extensions: &[Vec<u8>]| {
        let entry = entry(&office.revoked.certificate, &office, extensions);
        let list = forged(&office.authority, &[entry], &[], office.now + time::Duration::HOUR);
        Crl::parse(&list).and_then(|list| list.judge(&office.question(&office.revoked)))
    };
    let plain = judge(&[]).unwrap().status;
    assert_eq!(plain, Status::Revoked { since: office.since(), reason: None });
    let earlier = office.since() - time::Duration::days(3);
    let invalid_since = tlv(0x18, format!("20{}", utc(earlier)).as_bytes());
    let compromised = judge(&[extension(&[0x55, 0x1d, 24], false, &invalid_since)]).unwrap().status;
    assert_eq!(compromised, Status::Revoked { since: earlier, reason: None }, "since the key was known to others");
    let other = extension(&[0x55, 0x1d, 29], true, &[0x30, 0]);
    assert_eq!(judge(&[other]), Err(CrlRefusal::Indirect));
    assert_eq!(judge(&[extension(&[0x2a, 3, 4], true, &[5, 0])]), Err(CrlRefusal::Critical));
    let removed = extension(&[0x55, 0x1d, 21], false, &[0x0a, 1, 8]);
    assert_eq!(judge(&[removed]), Err(CrlRefusal::Malformed), "removeFromCRL stands in delta lists only");
}

#[test]
fn an_authority_that_may_not_sign_lists_and_one_that_forgot_the_expired_are_not_believed() {
    let office = Office::new(Suite::P256);
    let draft = Draft::new(Suite::P256, "CN=no lists", Profile::Root);
    let draft = draft.extension(NewExtension::key_usage(KeyUsage::KEY_CERT_SIGN));
    let authority = draft.change(|t| t.validity = Validity::days(office.now, 30)).self_signed();
    let leaf = Draft::new(Suite::P256, "CN=leaf", Profile::Sign);
    let leaf = leaf.change(|t| t.validity = Validity::days(office.now, 30)).issued_by(&authority);
    let list = forged(&authority, &[], &[], office.now + time::Duration::HOUR);
    let question = Question { issuer: &authority.certificate, ..office.question(&leaf) };
    assert_eq!(Crl::parse(&list).unwrap().judge(&question), Err(CrlRefusal::MayNotSign));

    let old = Draft::new(Suite::P256, "CN=old", Profile::Sign);
    let old = old.change(|t| t.validity = Validity::days(office.now - time::Duration::days(9), 2));
    let old = old.issued_by(&office.authority);
    let judge = |extensions: &[Vec<u8>]| {
        let list = forged(&office.authority, &[], extensions, office.now + time::Duration::HOUR);
        Crl::parse(&list).unwrap().judge(&office.question(&old)).map(|answer| answer.status)
    };
    assert_eq!(judge(&[]), Err(CrlRefusal::Untimely(Untimely::Outlived)));
    let kept = extension(&[0x55, 0x1d, 60], false, &tlv(0x18, b"20200101000000Z"));
    assert_eq!(judge(&[kept]), Ok(Status::Good), "it says that it keeps the expired");
}
