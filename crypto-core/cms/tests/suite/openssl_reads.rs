//! What the crate writes, judged by `openssl cms`.

use std::path::Path;

use algo::{Hash, SignatureScheme};
use cms::{Content, Family, SignedData, SignedDataBuilder};
use time::macros::datetime;

use crate::pki::{Identity, openssl, p256, p384, rsa, try_openssl};

const CONTENT: &[u8] = b"\x00\x01 Angebot \xE6\xA0\x87\xE4\xB9\xA6\r\n\n";

fn message(identity: &Identity, scheme: &SignatureScheme, content: Content<'_>) -> Vec<u8> {
    let builder = SignedDataBuilder::new(&identity.certificate, scheme.clone(), Family::Rfc5652).content(content);
    identity.sign(builder)
}

fn verify(dir: &Path, more: &[&str]) -> Result<Vec<u8>, String> {
    let fixed = ["cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "message", "-CAfile", "root.pem"];
    try_openssl(dir, &[&fixed, more, &["-out", "out"]].concat())?;
    Ok(std::fs::read(dir.join("out")).unwrap())
}

fn schemes() -> Vec<(&'static Identity, SignatureScheme)> {
    vec![
        (rsa(), SignatureScheme::RsaPkcs1(Hash::Sha256)),
        (rsa(), SignatureScheme::RsaPkcs1(Hash::Sha512)),
        (rsa(), SignatureScheme::RsaPss(Hash::Sha256)),
        (rsa(), SignatureScheme::RsaPss(Hash::Sha384)),
        (p256(), SignatureScheme::Ecdsa(Hash::Sha256)),
        (p384(), SignatureScheme::Ecdsa(Hash::Sha384)),
    ]
}

/// `-cades` makes openssl check signingCertificateV2 too.
#[test]
fn openssl_verifies_attached_and_detached_messages_of_every_scheme() {
    for (identity, scheme) in schemes() {
        let dir = identity.folder();
        std::fs::write(dir.path().join("message"), message(identity, &scheme, Content::Attached(CONTENT))).unwrap();
        assert_eq!(verify(dir.path(), &[]).as_deref(), Ok(CONTENT), "{scheme:?}");

        let digest = scheme.hash().digest(CONTENT);
        std::fs::write(dir.path().join("message"), message(identity, &scheme, Content::Detached(digest))).unwrap();
        std::fs::write(dir.path().join("content"), CONTENT).unwrap();
        assert_eq!(verify(dir.path(), &["-content", "content"]).as_deref(), Ok(CONTENT), "{scheme:?}");

        std::fs::write(dir.path().join("content"), [CONTENT, b"!"].concat()).unwrap();
        verify(dir.path(), &["-content", "content"]).expect_err("openssl sees that the content is another one");
    }
}

#[test]
fn openssl_shows_the_signing_time_and_an_unsigned_attribute_leaves_the_signature_good() {
    let identity = p256();
    let builder = SignedDataBuilder::new(&identity.certificate, identity.scheme.clone(), Family::Rfc5652)
        .content(Content::Attached(CONTENT))
        .signing_time(Some(datetime!(2026-11-20 23:59:58 UTC)));
    let signed = identity.sign(builder);
    let value = [0x04, 2, 0xCA, 0xFE];
    let stamped =
        SignedData::parse(&signed).unwrap().with_unsigned_attribute(0, cms::oid::SIGNATURE_TIME_STAMP, &value).unwrap();

    let dir = identity.folder();
    std::fs::write(dir.path().join("message"), &stamped).unwrap();
    assert_eq!(verify(dir.path(), &[]).as_deref(), Ok(CONTENT));
    let print = openssl(dir.path(), &["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "message"]);
    let print = String::from_utf8(print).unwrap();
    assert!(print.contains("Nov 20 23:59:58 2026 GMT"), "{print}");
    assert!(print.contains("id-smime-aa-timeStampToken"), "{print}");
    assert!(print.contains("id-smime-aa-signingCertificateV2"), "{print}");
}

/// DER as such: openssl writes what it read, and writes DER.
#[test]
fn openssl_writes_our_message_back_byte_for_byte() {
    for (identity, scheme) in schemes() {
        let signed = message(identity, &scheme, Content::Attached(CONTENT));
        let dir = identity.folder();
        std::fs::write(dir.path().join("message"), &signed).unwrap();
        openssl(dir.path(), &["cms", "-cmsout", "-inform", "DER", "-in", "message", "-outform", "DER", "-out", "back"]);
        assert_eq!(std::fs::read(dir.path().join("back")).unwrap(), signed);
    }
}

#[test]
fn a_chain_is_carried() {
    let signed = {
        let builder = SignedDataBuilder::new(&rsa().certificate, rsa().scheme.clone(), Family::Rfc5652)
            .chain(&[p256().certificate.clone(), rsa().certificate.clone()])
            .content(Content::Attached(CONTENT));
        rsa().sign(builder)
    };
    let parsed = SignedData::parse(&signed).unwrap();
    assert_eq!(parsed.certificates().len(), 2, "each once, sorted");
    let dir = rsa().folder();
    std::fs::write(dir.path().join("message"), &signed).unwrap();
    assert_eq!(verify(dir.path(), &[]).as_deref(), Ok(CONTENT));
}
