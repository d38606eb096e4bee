//! What the builder refuses, before any key is touched, and what it does with a key that answers wrongly.

use algo::{Digest, Hash, SignDigest, SignatureScheme};
use cms::{
    AttributeError, BuildError, Content, Family, SignError, SignatureRejected, SignedContent, SignedData,
    SignedDataBuilder, sign,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::pki::{Identity, other_sm2, p256, rsa, sm2};

const CONTENT: Content<'_> = Content::Attached(b"content");

fn builder(identity: &Identity) -> SignedDataBuilder<'static> {
    SignedDataBuilder::new(&identity.certificate, identity.scheme.clone(), Family::Rfc5652)
}

fn refusal(builder: SignedDataBuilder<'_>) -> Option<BuildError> {
    builder.prepare().err()
}

#[test]
fn pades_forbids_the_signing_time_and_demands_detached_content() {
    let digest = Content::Detached(Hash::Sha256.digest(b"file"));
    let now = Some(datetime!(2026-11-21 00:00 UTC));
    assert_eq!(refusal(builder(rsa()).content(digest).pades().signing_time(now)), Some(BuildError::PadesTime));
    assert_eq!(refusal(builder(rsa()).pades().content(CONTENT)), Some(BuildError::PadesAttached));
    let signed = rsa().sign(builder(rsa()).content(digest).pades());
    let signed = SignedData::parse(&signed).unwrap();
    let report = signed.only_signer().unwrap().verify(SignedContent::Detached(b"file"));
    assert!(report.is_sound() && report.claimed_time.is_none());
}

#[test]
fn what_does_not_fit_is_refused() {
    let scheme = |scheme, family| SignedDataBuilder::new(&rsa().certificate, scheme, family).content(CONTENT);
    assert_eq!(refusal(builder(rsa())), Some(BuildError::ContentMissing));
    assert_eq!(refusal(scheme(SignatureScheme::Ecdsa(Hash::Sha256), Family::Rfc5652)), Some(BuildError::KeyMismatch));
    assert_eq!(
        refusal(scheme(SignatureScheme::RsaPkcs1(Hash::Sha1), Family::Rfc5652)),
        Some(BuildError::HashWeak { hash: Hash::Sha1 })
    );
    assert_eq!(refusal(scheme(SignatureScheme::RsaPss(Hash::Sha256), Family::Gm)), Some(BuildError::FamilyNeedsSm2));
    let short = Content::Detached(Hash::Sha256.digest(b""));
    let sha384 = SignedDataBuilder::new(&rsa().certificate, SignatureScheme::RsaPkcs1(Hash::Sha384), Family::Rfc5652);
    assert_eq!(refusal(sha384.content(short)), Some(BuildError::DigestLength { hash: Hash::Sha384, found: 32 }));
    let past = datetime!(1969-12-31 23:59:59 UTC);
    assert_eq!(refusal(builder(rsa()).content(CONTENT).signing_time(Some(past))), Some(BuildError::TimeRange));
}

#[test]
fn signing_times_before_and_after_2050_are_read_back() {
    for time in [datetime!(2026-11-21 00:00:01 UTC), datetime!(2049-12-31 23:59:59 UTC), datetime!(2050-01-01 0:00 UTC)]
    {
        let signed = p256().sign(builder(p256()).content(CONTENT).signing_time(Some(time)));
        let report = SignedData::parse(&signed).unwrap().only_signer().unwrap().verify(SignedContent::Embedded);
        assert!(report.is_sound());
        assert_eq!(report.claimed_time, Some(time));
    }
    let whole_seconds = OffsetDateTime::from_unix_timestamp_nanos(1_000_000_000_999_999_999).unwrap();
    let signed = p256().sign(builder(p256()).content(CONTENT).signing_time(Some(whole_seconds)));
    let report = SignedData::parse(&signed).unwrap().only_signer().unwrap().verify(SignedContent::Embedded);
    assert_eq!(report.claimed_time, Some(datetime!(2001-09-09 01:46:40 UTC)));
}

/// A token that answers with garbage, with nothing, or with another key's signature.
struct Liar<F>(F);

impl<F: Fn(&SignatureScheme, &Digest) -> Result<Vec<u8>, &'static str>> SignDigest for Liar<F> {
    type Error = &'static str;

    fn sign_digest(&mut self, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, Self::Error> {
        (self.0)(scheme, digest)
    }
}

#[test]
fn a_token_that_answers_garbage_makes_an_error_not_a_broken_file() {
    let answers: [fn(&SignatureScheme, &Digest) -> Vec<u8>; 4] = [
        |_, _| Vec::new(),
        |_, _| vec![0; 64],
        |scheme, digest| other_sm2().key.sign_digest(scheme, digest).unwrap(),
        |scheme, digest| sm2().key.sign(scheme, digest.as_ref()).unwrap(),
    ];
    for answer in answers {
        let mut liar = Liar(|scheme: &SignatureScheme, digest: &Digest| Ok(answer(scheme, digest)));
        let builder = SignedDataBuilder::new(&sm2().certificate, sm2().scheme.clone(), Family::Gm).content(CONTENT);
        assert!(matches!(sign(builder, &mut liar), Err(SignError::Rejected(SignatureRejected))));
    }
    let mut removed = Liar(|_: &SignatureScheme, _: &Digest| Err("removed"));
    let failed = sign(builder(rsa()).content(CONTENT), &mut removed);
    assert!(matches!(failed, Err(SignError::Key("removed"))));
    let mut untouched = Liar(|_: &SignatureScheme, _: &Digest| panic!("the key is used only after all else is right"));
    assert!(matches!(sign(builder(rsa()), &mut untouched), Err(SignError::Build(BuildError::ContentMissing))));
}

#[test]
fn unsigned_attributes_are_added_one_after_the_other() {
    let signed = rsa().sign(builder(rsa()).content(CONTENT));
    let parsed = SignedData::parse(&signed).unwrap();
    let add = |data: &SignedData, value: &[u8]| data.with_unsigned_attribute(0, cms::oid::SIGNATURE_TIME_STAMP, value);
    assert_eq!(
        parsed.with_unsigned_attribute(1, cms::oid::SIGNATURE_TIME_STAMP, &[5, 0]),
        Err(AttributeError::NoSuchSigner { index: 1 })
    );
    for not_der in [&b""[..], &[4, 2, 0], &[4, 0, 0]] {
        assert_eq!(add(&parsed, not_der), Err(AttributeError::NotDer));
    }
    let once = SignedData::parse(&add(&parsed, &[4, 1, 1]).unwrap()).unwrap();
    let twice = SignedData::parse(&add(&once, &[4, 1, 2]).unwrap()).unwrap();
    let signer = twice.only_signer().unwrap();
    assert_eq!(signer.unsigned_attribute(cms::oid::SIGNATURE_TIME_STAMP), [vec![4, 1, 1], vec![4, 1, 2]]);
    assert!(signer.verify(SignedContent::Embedded).is_sound());
    assert_eq!(signer.signature(), parsed.only_signer().unwrap().signature());
    assert_eq!(signer.signed_attributes(), parsed.only_signer().unwrap().signed_attributes());
}
