//! Certificates of the demonstration authority in use: `openssl` verifies messages up to its root and opens envelopes.

use algo::Suite;
use ca::{Authority, Ids};
use cms::{Content, Family, RecipientForm, SignedContent, SignedData, SignedDataBuilder, encrypt_key, sign};
use time::{Duration, OffsetDateTime};
use x509::issue::Validity;

use crate::pki::openssl;

const CONTENT: &[u8] = b"a tender document";

#[test]
fn double_certificates_of_every_suite_sign_and_open() {
    for suite in Suite::ALL {
        let now = OffsetDateTime::now_utc();
        let authority = Authority::in_memory(suite, "测试机构", now - Duration::DAY).unwrap();
        let validity = Validity { not_before: now - Duration::HOUR, not_after: now + 30 * Duration::DAY };
        let mut pair = authority.issue_pair("CN=投标人,O=测试单位,C=CN", validity, &Ids::default()).unwrap();
        let family = if suite == Suite::Sm { Family::Gm } else { Family::Rfc5652 };
        let builder = SignedDataBuilder::new(&pair.sign.certificate, suite.signature_scheme(), family)
            .chain(&authority.chain())
            .content(Content::Detached(suite.hash().digest(CONTENT)));
        let message = sign(builder.pades(), &mut pair.sign.key).unwrap();
        let parsed = SignedData::parse(&message).unwrap();
        let report = parsed.only_signer().unwrap().verify(SignedContent::Detached(CONTENT));
        assert!(report.is_sound(), "{suite} {report:?}");
        let form = RecipientForm::for_key(pair.encrypt.certificate.public_key().algorithm());
        let envelope = encrypt_key(&pair.encrypt.certificate, form, CONTENT).unwrap();
        let opened = cms::Enveloped::parse(&envelope).unwrap().open(&mut pair.encrypt.key);
        assert_eq!(opened.unwrap().expose(), CONTENT);
        if suite != Suite::Sm {
            judge(&authority, &pair, &message, &envelope);
        }
    }
}

/// What `openssl cms` can judge.
fn judge(authority: &Authority, pair: &ca::DoubleCertificate, message: &[u8], envelope: &[u8]) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("root.pem", authority.root().to_pem().as_bytes());
    write("cert.pem", pair.encrypt.certificate.to_pem().as_bytes());
    write("key.der", pair.encrypt.key.to_pkcs8().unwrap().expose());
    write("content", CONTENT);
    write("message", message);
    write("envelope", envelope);
    let verify = ["cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", "message", "-content", "content"];
    // S/MIME's default purpose asks for an e-mail certificate.
    openssl(dir.path(), &[&verify[..], &["-CAfile", "root.pem", "-purpose", "any", "-out", "out"]].concat());
    assert_eq!(std::fs::read(dir.path().join("out")).unwrap(), CONTENT);
    let decrypt = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "envelope", "-recip", "cert.pem"];
    openssl(dir.path(), &[&decrypt[..], &["-inkey", "key.der", "-keyform", "DER", "-out", "opened"]].concat());
    assert_eq!(std::fs::read(dir.path().join("opened")).unwrap(), CONTENT);
}
