//! OCSP between our client and OpenSSL's responder, and the other way round.

use algo::Suite;
use time::Duration;
use x509::issue::{CrlTemplate, NewExtension, OcspInquiry, OcspReply, key_id};
use x509::oid::purpose::OCSP_SIGNING;
use x509::revocation::{Crl, OcspRefusal, OcspRequest, OcspResponse, Question, Reason, Status, Untimely};

use super::{Office, SUITES, put, sm2_holds};
use crate::support::Entity;

const NONCE: [u8; 32] = [7; 32];

/// Has OpenSSL answer our request.
fn asked(office: &Office, about: &Entity, signer: &str, more: &[&str]) -> OcspResponse {
    let request = OcspRequest::new(&about.certificate, &office.authority.certificate, Some(NONCE));
    office.openssl.put("request.der", request.der());
    let (certificate, key) = (format!("{signer}.pem"), format!("{signer}.key"));
    let fixed = ["ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", &certificate, "-rkey", &key];
    let files = ["-reqin", "request.der", "-respout", "response.der", "-rmd", office.digest()];
    office.openssl.ok(&[&fixed[..], &files, &office.sm2_options("-rsigopt"), more].concat());
    OcspResponse::parse(&office.openssl.get("response.der")).unwrap()
}

#[test]
fn openssl_answers_what_we_ask_and_says_good_and_revoked() {
    for suite in SUITES {
        let office = Office::new(suite);
        let answer = asked(&office, &office.good, "ca", &["-nmin", "5"]);
        let answer = answer.judge(&office.question(&office.good), Some(&NONCE), &[]).unwrap();
        assert_eq!(answer.status, Status::Good, "{suite}");
        assert!(answer.next_update.is_some_and(|next| next > office.now));

        let answer = asked(&office, &office.revoked, "ca", &["-nmin", "5"]);
        let status = Status::Revoked { since: office.since(), reason: Some(Reason::KeyCompromise) };
        let judged = answer.judge(&office.question(&office.revoked), Some(&NONCE), &[]).unwrap();
        assert_eq!(judged.status, status, "{suite}");
        // An answer says what was so at another time too: before the revocation the certificate was good.
        let earlier = Question { at: office.since() - Duration::SECOND, ..office.question(&office.revoked) };
        assert_eq!(answer.judge(&earlier, Some(&NONCE), &[]).unwrap().status, Status::Good, "{suite}");
    }
}

#[test]
fn an_answer_is_taken_only_for_its_certificate_its_request_and_its_time() {
    let office = Office::new(Suite::P256);
    let answer = asked(&office, &office.good, "ca", &["-nmin", "5"]);
    let question = office.question(&office.good);
    let judge = |question: Question<'_>, nonce: &[u8]| answer.judge(&question, Some(nonce), &[]).unwrap_err();

    assert_eq!(judge(office.question(&office.revoked), &NONCE), OcspRefusal::OtherCertificate);
    assert_eq!(judge(Question { issuer: &office.good.certificate, ..question }, &NONCE), OcspRefusal::OtherCertificate);
    assert_eq!(judge(question, &[8; 32]), OcspRefusal::Nonce);
    let past = office.now - Duration::hours(1);
    assert_eq!(judge(Question { at: past, now: past, ..question }, &NONCE), OcspRefusal::Untimely(Untimely::NotYet));
    let later = office.now + Duration::hours(1);
    assert_eq!(judge(Question { at: later, now: later, ..question }, &NONCE), OcspRefusal::Untimely(Untimely::Stale));
}

#[test]
fn an_answer_about_a_certificate_that_had_expired_is_none() {
    let office = Office::new(Suite::P256);
    let draft = crate::support::Draft::new(Suite::P256, "CN=old", x509::issue::Profile::Sign);
    let old = draft.change(|t| t.validity = x509::issue::Validity::days(office.now - Duration::days(9), 2));
    let old = old.issued_by(&office.authority);
    let index = office.openssl.get("index.txt");
    let line = format!("V\t991231235959Z\t\t{}\tunknown\t/CN=old\n", old.certificate.serial());
    office.openssl.put("index.txt", [index, line.into_bytes()].concat());
    let answer = asked(&office, &old, "ca", &["-nmin", "5"]);
    let judged = answer.judge(&office.question(&old), Some(&NONCE), &[]);
    assert_eq!(judged, Err(OcspRefusal::Untimely(Untimely::Outlived)));
}

#[test]
fn only_whom_the_authority_appointed_may_answer_for_it() {
    for suite in SUITES {
        let office = Office::new(suite);
        let signing = NewExtension::purposes(&[OCSP_SIGNING], false);
        let stranger = Office::new(suite);
        let cases = [
            ("appointed", office.responder(&[signing.clone(), NewExtension::ocsp_no_check()]), None),
            ("not for answers", office.responder(&[NewExtension::ocsp_no_check()]), Some(OcspRefusal::Responder)),
            ("unchecked", office.responder(std::slice::from_ref(&signing)), Some(OcspRefusal::ResponderUnchecked)),
            (
                "of another authority",
                stranger.responder(&[signing, NewExtension::ocsp_no_check()]),
                Some(OcspRefusal::Responder),
            ),
        ];
        for (name, responder, expected) in cases {
            put(&office.openssl, "responder", &responder);
            for by_key in [&[][..], &["-resp_key_id"]] {
                let answer = asked(&office, &office.good, "responder", &[&["-nmin", "5"], by_key].concat());
                let judged = answer.judge(&office.question(&office.good), Some(&NONCE), &[]);
                assert_eq!(judged.err(), expected, "{suite}, {name}, {by_key:?}");
            }
            if expected == Some(OcspRefusal::ResponderUnchecked) {
                let answer = asked(&office, &office.good, "responder", &["-nmin", "5"]);
                let vouched = answer.judge(&office.question(&office.good), Some(&NONCE), &[list(&office)]);
                assert_eq!(vouched.unwrap().status, Status::Good, "a list of the authority vouches for it");
            }
        }
    }
}

fn list(office: &Office) -> Crl {
    let template = CrlTemplate {
        issuer: office.authority.certificate.subject().clone(),
        authority_key_id: key_id(office.authority.key.public()),
        number: 1,
        this_update: office.now,
        next_update: office.now + Duration::hours(1),
        revoked: office.entries(),
    };
    let scheme = office.suite.signature_scheme();
    let unsigned = template.to_be_signed(&scheme, office.authority.key.public()).unwrap();
    let signature = office.authority.key.sign_digest(&scheme, &unsigned.digest()).unwrap();
    Crl::parse(&unsigned.finish(&signature).unwrap()).unwrap()
}

#[test]
fn an_answer_without_next_update_is_fresh_for_an_hour() {
    let office = Office::new(Suite::P256);
    let answer = asked(&office, &office.good, "ca", &[]);
    let at = |time| Question { at: time, now: time, ..office.question(&office.good) };
    assert!(answer.judge(&at(office.now + Duration::minutes(59)), None, &[]).is_ok());
    let stale = answer.judge(&at(office.now + Duration::minutes(66)), None, &[]);
    assert_eq!(stale, Err(OcspRefusal::Untimely(Untimely::Stale)));
}

#[test]
fn a_responder_that_declines_says_why_and_proves_nothing() {
    for (number, why) in [(1, "malformed_request"), (2, "internal_error"), (3, "try_later"), (6, "unauthorized")] {
        let declined = OcspResponse::parse(&[0x30, 3, 0x0a, 1, number]).unwrap_err();
        assert_eq!(declined, OcspRefusal::Declined(why));
    }
    for garbage in [&b""[..], b"<html>", &[0x30, 3, 0x0a, 1, 0], &[0x30, 3, 0x0a, 1, 4], &[0x30, 0]] {
        assert_eq!(OcspResponse::parse(garbage).unwrap_err(), OcspRefusal::Malformed, "{garbage:02x?}");
    }
    let office = Office::new(Suite::P256);
    office.openssl.put("index.txt", b"");
    let answer = asked(&office, &office.good, "ca", &["-nmin", "5"]);
    assert_eq!(answer.judge(&office.question(&office.good), Some(&NONCE), &[]), Err(OcspRefusal::NotKnown));
}

/// No altered answer says anything else than the whole one.
#[test]
fn every_altered_or_cut_answer_is_refused_or_says_the_same() {
    let office = Office::new(Suite::P256);
    let question = office.question(&office.revoked);
    let whole = asked(&office, &office.revoked, "ca", &["-nmin", "5", "-resp_no_certs"]);
    let whole = whole.judge(&question, Some(&NONCE), &[]).unwrap();
    let bytes = office.openssl.get("response.der");
    let mut refused = 0;
    for at in 0..bytes.len() {
        assert!(OcspResponse::parse(&bytes[..at]).is_err(), "cut at {at}");
        for bit in [1, 0x80] {
            let mut altered = bytes.clone();
            altered[at] ^= bit;
            let judged = OcspResponse::parse(&altered).and_then(|answer| answer.judge(&question, Some(&NONCE), &[]));
            match judged {
                Ok(answer) => assert_eq!(answer, whole, "byte {at}"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > bytes.len(), "{refused} of {}", 2 * bytes.len());
}

#[test]
fn openssl_and_rustcrypto_accept_what_we_answer() {
    for suite in SUITES {
        let office = Office::new(suite);
        for (about, word) in [("good", "good.pem: good"), ("revoked", "revoked.pem: revoked")] {
            let name = format!("{about}.pem");
            let hash = format!("-{}", office.digest());
            let request = ["ocsp", &hash, "-issuer", "ca.pem", "-cert", &name, "-reqout", "request.der"];
            office.openssl.ok(&request);
            let signed = reply(&office, &office.openssl.get("request.der"));
            office.openssl.put("response.der", OcspReply::successful(&signed));
            let entity = if about == "good" { &office.good } else { &office.revoked };
            let response = OcspResponse::parse(&office.openssl.get("response.der")).unwrap();
            assert!(response.judge(&office.question(entity), None, &[]).is_ok(), "{suite}");
            if suite == Suite::Sm {
                // OpenSSL verifies an SM2 answer only with the empty signer id.
                let (content, signature) = parts(&signed);
                assert!(sm2_holds(&office.authority.certificate, content, signature));
                let shown = office.openssl.ok(&["ocsp", "-respin", "response.der", "-noverify", "-resp_text"]);
                assert!(shown.contains(if about == "good" { "Cert Status: good" } else { "Cert Status: revoked" }));
                continue;
            }
            let fixed = ["ocsp", "-respin", "response.der", "-CAfile", "ca.pem"];
            // The option keeps the program from adding a nonce to the request, whose own is compared nevertheless.
            let told =
                office
                    .openssl
                    .ok(&[&fixed[..], &["-reqin", "request.der", "-no_nonce", "-verify_other", "ca.pem"]].concat());
            assert!(told.contains("Response verify OK") && !told.contains("nonce"), "{suite}: {told}");
            let about = ["-no_nonce", "-issuer", "ca.pem", &hash, "-cert", &name];
            let told = office.openssl.ok(&[&fixed[..], &about].concat());
            assert!(told.contains("Response verify OK") && told.contains(word), "{suite}: {told}");
        }
    }
}

fn reply(office: &Office, request: &[u8]) -> Vec<u8> {
    let reply = OcspReply {
        issuer: &office.authority.certificate,
        revoked: &office.entries(),
        this_update: office.now,
        next_update: office.now + Duration::hours(1),
    };
    let scheme = office.suite.signature_scheme();
    let inquiry = OcspInquiry::parse(request).unwrap();
    let unsigned = reply.to_be_signed(&inquiry, &scheme, office.authority.key.public()).unwrap();
    let signature = office.authority.key.sign_digest(&scheme, &unsigned.digest()).unwrap();
    unsigned.finish(&signature).unwrap()
}

/// What is signed, and the signature, of `SEQUENCE { content, algorithm, BIT STRING }`.
fn parts(signed: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = element(signed).1;
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (whole, content) = element(rest);
        all.push((whole, content));
        rest = &rest[whole.len()..];
    }
    (all[0].0, &all[2].1[1..])
}

fn element(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (header, length) = match bytes[1] {
        short @ 0..=0x7f => (2, usize::from(short)),
        0x81 => (3, usize::from(bytes[2])),
        _ => (4, usize::from(bytes[2]) << 8 | usize::from(bytes[3])),
    };
    (&bytes[..header + length], &bytes[header..header + length])
}
