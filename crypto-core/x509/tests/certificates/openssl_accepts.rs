//! OpenSSL's command line judges what is built here.

use crate::support::{DISTID, Draft, NOW, OpenSsl};
use algo::{Hash, PrivateKey, SignatureScheme, Sm2Id, Suite};
use ca::{Authority, Ids, Validity};
use x509::issue::Profile;
use x509::{Certificate, KeyUsage, Name, RequestTemplate};

/// A subject with everything that could upset an encoder: Chinese, escapes, several types and a set of two.
const SUBJECT: &str =
    r"CN=李雷\, 投标人+serialNumber=HZ-2026-0001,OU=市场部,O=杭州某某建设有限公司,L=杭州,ST=浙江,C=CN";

/// Must-show: `openssl` refuses none of our certificates and CSRs that it supports.
#[test]
fn openssl_refuses_none_of_our_certificates_and_csrs() {
    for suite in Suite::ALL {
        let openssl = OpenSsl::new();
        let authority = Authority::in_memory(suite, "演示 Demo", NOW).unwrap();
        let ids = Ids { uscc: Some("91330100799655058B".parse().unwrap()), device_number: None };
        let pair = authority.issue_pair(SUBJECT, Validity::days(NOW, 365), &ids).unwrap();
        accepts_root(&openssl, suite, authority.root());
        accepts_link(&openssl, suite, authority.issuing(), authority.root());
        accepts_link(&openssl, suite, &pair.sign.certificate, authority.issuing());
        accepts_link(&openssl, suite, &pair.encrypt.certificate, authority.issuing());
        if suite != Suite::Sm {
            accepts_chain(&openssl, &authority, &pair.sign.certificate, "smimesign");
            accepts_chain(&openssl, &authority, &pair.encrypt.certificate, "smimeencrypt");
        }
        for usage in [KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_ENCIPHERMENT] {
            accepts_request(&openssl, suite, &suite.signature_scheme(), usage);
        }
        if suite == Suite::Rsa {
            accepts_request(&openssl, suite, &SignatureScheme::RsaPss(Hash::Sha256), KeyUsage::DIGITAL_SIGNATURE);
            accepts_pss_certificate(&openssl);
        }
    }
}

/// One signature at a time: OpenSSL has no way to give the SM2 id for intermediate certificates.
fn accepts_link(openssl: &OpenSsl, suite: Suite, certificate: &Certificate, issuer: &Certificate) {
    openssl.put("issuer.pem", issuer.to_pem());
    openssl.put("certificate.pem", certificate.to_pem());
    let at = NOW.unix_timestamp().to_string();
    let mut arguments = vec!["verify", "-x509_strict", "-partial_chain", "-attime", &at];
    if suite == Suite::Sm {
        arguments.extend(["-vfyopt", DISTID]);
    }
    arguments.extend(["-trusted", "issuer.pem", "certificate.pem"]);
    assert!(openssl.ok(&arguments).contains("certificate.pem: OK"), "{suite}");
    let text = openssl.ok(&[
        "x509",
        "-in",
        "certificate.pem",
        "-noout",
        "-serial",
        "-subject",
        "-nameopt",
        "RFC2253,utf8,-esc_msb",
    ]);
    assert!(text.contains(&format!("serial={}", certificate.serial())), "{text}");
}

fn accepts_root(openssl: &OpenSsl, suite: Suite, root: &Certificate) {
    openssl.put("root.pem", root.to_pem());
    openssl.put("tbs", root.to_be_signed());
    openssl.put("signature", root.signature());
    std::io::Write::write_all(
        &mut std::fs::File::create(openssl.path().join("root.pub")).unwrap(),
        openssl.ok(&["x509", "-in", "root.pem", "-noout", "-pubkey"]).as_bytes(),
    )
    .unwrap();
    let digest = match suite.hash() {
        Hash::Sm3 => "sm3",
        Hash::Sha384 => "sha384",
        _ => "sha256",
    };
    let mut arguments = vec!["pkeyutl", "-verify", "-rawin", "-digest", digest, "-pubin", "-inkey", "root.pub"];
    if suite == Suite::Sm {
        arguments.extend(["-pkeyopt", DISTID]);
    }
    arguments.extend(["-in", "tbs", "-sigfile", "signature"]);
    assert!(openssl.ok(&arguments).contains("Signature Verified Successfully"), "{suite}");
    if suite != Suite::Sm {
        let at = NOW.unix_timestamp().to_string();
        openssl.ok(&["verify", "-x509_strict", "-check_ss_sig", "-attime", &at, "-trusted", "root.pem", "root.pem"]);
    }
}

fn accepts_chain(openssl: &OpenSsl, authority: &Authority, certificate: &Certificate, purpose: &str) {
    openssl.put("root.pem", authority.root().to_pem());
    openssl.put("issuing.pem", authority.issuing().to_pem());
    openssl.put("certificate.pem", certificate.to_pem());
    let at = NOW.unix_timestamp().to_string();
    let arguments = ["verify", "-x509_strict", "-attime", &at, "-purpose", purpose, "-trusted", "root.pem"];
    openssl.ok(&[&arguments[..], &["-untrusted", "issuing.pem", "certificate.pem"]].concat());
}

fn accepts_request(openssl: &OpenSsl, suite: Suite, scheme: &SignatureScheme, usage: KeyUsage) {
    let mut key = PrivateKey::generate(suite.key_algorithm()).unwrap();
    let shown = if usage.can_sign() { "Digital Signature" } else { "Key Encipherment" };
    let template = RequestTemplate::new(Name::parse(SUBJECT).unwrap(), key.public());
    for (template, shown) in [(template.clone(), ""), (template.key_usage(usage), shown)] {
        let der = template.to_be_signed(scheme).unwrap().sign_with(&mut key).unwrap();
        openssl.put("request.der", der);
        let mut arguments =
            vec!["req", "-inform", "DER", "-in", "request.der", "-verify", "-noout", "-text", "-nameopt", "utf8"];
        if suite == Suite::Sm {
            arguments.extend(["-vfyopt", DISTID]);
        }
        let text = openssl.ok(&arguments);
        // `req -verify` of 3.0 ends with success even when the signature is wrong: the text tells.
        assert!(text.contains("self-signature verify OK"), "{suite} {scheme:?}: {text}");
        assert!(text.contains("杭州某某建设有限公司") && text.contains(shown), "{text}");
    }
}

fn accepts_pss_certificate(openssl: &OpenSsl) {
    let pss = SignatureScheme::RsaPss(Hash::Sha256);
    let root = Draft::new(Suite::Rsa, "CN=pss root", Profile::Root).scheme(pss.clone()).self_signed();
    let leaf = Draft::new(Suite::P256, "CN=pss leaf", Profile::Sign).scheme(pss).issued_by(&root);
    accepts_link(openssl, Suite::Rsa, &leaf.certificate, &root.certificate);
    assert_eq!(leaf.certificate.verify_signed_by(&root.certificate), Ok(None));
}

/// The judge would notice: a request under another SM2 id, and a changed byte in a certificate.
#[test]
fn openssl_refuses_what_is_wrong() {
    let openssl = OpenSsl::new();
    let mut key = PrivateKey::generate(Suite::Sm.key_algorithm()).unwrap();
    let template = RequestTemplate::new(Name::parse("CN=x").unwrap(), key.public());
    let unsigned = template.to_be_signed(&SignatureScheme::Sm2(Sm2Id::EMPTY)).unwrap();
    openssl.put("request.der", unsigned.sign_with(&mut key).unwrap());
    let text = openssl.run(&["req", "-inform", "DER", "-in", "request.der", "-verify", "-noout", "-vfyopt", DISTID]);
    assert!(String::from_utf8_lossy(&text.stderr).contains("verify failure"), "{text:?}");

    let root = Draft::new(Suite::P256, "CN=root", Profile::Root).self_signed();
    let leaf = Draft::new(Suite::P256, "CN=leaf", Profile::Sign).issued_by(&root).certificate;
    let mut der = leaf.der().to_vec();
    let at = der.windows(4).position(|window| window == b"leaf").unwrap();
    der[at] = b'L';
    openssl.put("root.pem", root.certificate.to_pem());
    openssl.put("leaf.pem", Certificate::from_der(&der).unwrap().to_pem());
    let at = NOW.unix_timestamp().to_string();
    let output = openssl.run(&["verify", "-attime", &at, "-trusted", "root.pem", "leaf.pem"]);
    assert!(!output.status.success());
}
