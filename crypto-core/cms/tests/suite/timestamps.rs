//! Time stamps: OpenSSL as authority and as judge, and tokens forged for every refusal.

use algo::{Hash, Suite};
use ca::{Authority, CertificateUse, Holder, Ids};
use cms::{
    Content, Family, SignedDataBuilder, TimeStampProblem as Problem, TimeStampRefusal as Refusal, TimeStampRequest,
    TimeStampToken, oid, sign,
};
use const_oid::ObjectIdentifier;
use time::{Duration, OffsetDateTime};
use x509::{Name, issue::Validity};

use crate::pki::{openssl, try_openssl};
use crate::tlv::{at, make};

const CONTENT: &[u8] = b"the signature value";
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.3.4.1");

/// A time stamping authority of the demonstration CA.
struct Tsa {
    authority: Authority,
    holder: Holder,
}

impl Tsa {
    fn new(suite: Suite) -> Self {
        Self::of(suite, CertificateUse::TimeStamping)
    }

    fn of(suite: Suite, wanted: CertificateUse) -> Self {
        let now = OffsetDateTime::now_utc();
        let authority = Authority::in_memory(suite, "TSA", now - Duration::DAY).unwrap();
        let validity = Validity { not_before: now - Duration::HOUR, not_after: now + 30 * Duration::DAY };
        let subject = Name::parse("CN=time,O=测试单位,C=CN").unwrap();
        let holder = authority.issue_with_key(&subject, wanted, validity, &Ids::default()).unwrap();
        Self { authority, holder }
    }

    /// A folder with what `openssl ts` needs to answer.
    fn folder(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        write("root.pem", self.authority.root().to_pem().as_bytes());
        write("chain.pem", self.authority.issuing().to_pem().as_bytes());
        write("tsa.pem", self.holder.certificate.to_pem().as_bytes());
        write("tsa.der", self.holder.key.to_pkcs8().unwrap().expose());
        openssl(dir.path(), &["pkcs8", "-inform", "DER", "-nocrypt", "-in", "tsa.der", "-out", "tsa.key"]);
        write("serial", b"01\n");
        let configuration = "[tsa]\ndefault_tsa=it\n[it]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n\
            certs=chain.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\nother_policies=1.2.3.4.2\n\
            digests=sha256,sha384,sha512\naccuracy=secs:1,millisecs:500\ness_cert_id_alg=sha256\n";
        write("ts.cnf", configuration.as_bytes());
        dir
    }

    /// A token over any TSTInfo.
    fn token(&mut self, info: &[u8]) -> Vec<u8> {
        let suite = self.authority.suite();
        let builder = SignedDataBuilder::new(&self.holder.certificate, suite.signature_scheme(), Family::Rfc5652);
        let builder = builder.content_type(oid::TST_INFO).content(Content::Attached(info));
        sign(builder.chain(&self.authority.chain()), &mut self.holder.key).unwrap()
    }

    fn answer(&mut self, request: &TimeStampRequest, change: impl FnOnce(&mut Fields)) -> Vec<u8> {
        let mut fields = Fields::answering(request);
        change(&mut fields);
        granted(&self.token(&fields.der()))
    }
}

fn granted(token: &[u8]) -> Vec<u8> {
    make(0x30, &[&make(0x30, &[&[2, 1, 0]]), token])
}

/// TSTInfo in the making.
struct Fields {
    policy: Vec<u8>,
    imprint: Vec<u8>,
    time: Vec<u8>,
    nonce: Vec<u8>,
}

impl Fields {
    fn answering(request: &TimeStampRequest) -> Self {
        let der = request.to_der();
        let now = OffsetDateTime::now_utc();
        let (date, (hour, minute, second)) = (now.date(), now.to_hms());
        let day = format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day());
        Self {
            policy: make(6, &[&[0x2a, 3, 4, 1]]),
            imprint: at(&der, &[1]).all.to_vec(),
            time: make(0x18, &[format!("{day}{hour:02}{minute:02}{second:02}.5Z").as_bytes()]),
            nonce: at(&der, &[2]).all.to_vec(),
        }
    }

    fn der(&self) -> Vec<u8> {
        make(0x30, &[&[2, 1, 1], &self.policy, &self.imprint, &[2, 1, 7], &self.time, &self.nonce])
    }
}

fn asked() -> TimeStampRequest {
    TimeStampRequest::new(Hash::Sha256, CONTENT, None).unwrap()
}

#[test]
fn openssl_answers_what_we_ask_and_verifies_what_we_keep() {
    for suite in [Suite::Rsa, Suite::P256] {
        let tsa = Tsa::new(suite);
        let dir = tsa.folder();
        for (hash, policy) in [(Hash::Sha256, None), (Hash::Sha512, Some(ObjectIdentifier::new_unwrap("1.2.3.4.2")))] {
            let request = TimeStampRequest::new(hash, CONTENT, policy).unwrap();
            std::fs::write(dir.path().join("request"), request.to_der()).unwrap();
            openssl(dir.path(), &["ts", "-reply", "-config", "ts.cnf", "-queryfile", "request", "-out", "response"]);
            let response = std::fs::read(dir.path().join("response")).unwrap();
            let (token, stamp) = request.accept(&response).unwrap();
            assert_eq!(stamp.policy, policy.unwrap_or(POLICY));
            assert_eq!(stamp.accuracy, Some(Duration::milliseconds(1500)));
            assert_eq!(stamp.certificate, tsa.holder.certificate);
            assert!((stamp.time - OffsetDateTime::now_utc()).abs() < Duration::minutes(1));
            let trust = tsa.authority.trust();
            assert!(x509::validate(&stamp.certificate, &stamp.certificates, &trust, stamp.time).is_trusted());

            std::fs::write(dir.path().join("token"), &token).unwrap();
            std::fs::write(dir.path().join("content"), CONTENT).unwrap();
            let verify =
                ["ts", "-verify", "-in", "token", "-token_in", "-CAfile", "root.pem", "-untrusted", "chain.pem"];
            openssl(dir.path(), &[&verify[..], &["-data", "content"]].concat());
            openssl(dir.path(), &[&verify[..], &["-queryfile", "request"]].concat());
            std::fs::write(dir.path().join("content"), b"something else").unwrap();
            try_openssl(dir.path(), &[&verify[..], &["-data", "content"]].concat()).expect_err("the judge sees it");
            let read = TimeStampToken::parse(&token).unwrap();
            assert_eq!(read.verify(|hash| hash.digest(CONTENT)).unwrap().time, stamp.time);
            assert_eq!(read.verify(|hash| hash.digest(b"something else")).unwrap_err(), Problem::Imprint);
        }
    }
}

#[test]
fn what_openssl_refuses_is_told_by_its_reason() {
    let tsa = Tsa::new(Suite::P256);
    let dir = tsa.folder();
    let ask = |request: &[u8]| {
        std::fs::write(dir.path().join("request"), request).unwrap();
        let _ = try_openssl(
            dir.path(),
            &["ts", "-reply", "-config", "ts.cnf", "-queryfile", "request", "-out", "response"],
        );
        std::fs::read(dir.path().join("response")).unwrap()
    };
    let policy = ObjectIdentifier::new_unwrap("1.2.3.4.9");
    let request = TimeStampRequest::new(Hash::Sha256, CONTENT, Some(policy)).unwrap();
    let refused = request.accept(&ask(&request.to_der())).unwrap_err();
    assert_eq!(refused, Refusal::Rejected { reason: "unaccepted_policy" });
    let request = TimeStampRequest::new(Hash::Sm3, CONTENT, None).unwrap();
    let refused = request.accept(&ask(&request.to_der())).unwrap_err();
    assert_eq!(refused, Refusal::Rejected { reason: "bad_alg" });
}

/// Every way in which an answer can be another one than was asked for.
#[test]
fn every_refusal_has_its_own_name() {
    let mut tsa = Tsa::new(Suite::P256);
    let request = asked();
    let mut answered = |change: &dyn Fn(&mut Fields)| {
        let answer = tsa.answer(&request, change);
        request.accept(&answer).map(|_| ())
    };
    let other = asked();
    assert_eq!(answered(&|_| ()), Ok(()), "the answer itself is good");
    assert_eq!(answered(&|fields| fields.nonce = at(&other.to_der(), &[2]).all.to_vec()), Err(Refusal::Nonce));
    assert_eq!(answered(&|fields| fields.nonce = Vec::new()), Err(Refusal::Nonce));
    let elsewhere = TimeStampRequest::new(Hash::Sha256, b"something else", None).unwrap().to_der();
    let imprint = Err(Refusal::Token(Problem::Imprint));
    assert_eq!(answered(&|fields| fields.imprint = at(&elsewhere, &[1]).all.to_vec()), imprint);
    let by_sha1 = make(0x30, &[&Hash::Sha1.algorithm_identifier(), &make(4, &[Hash::Sha1.digest(CONTENT).as_ref()])]);
    assert_eq!(answered(&|fields| fields.imprint.clone_from(&by_sha1)), imprint);
    let long_ago = |fields: &mut Fields| fields.time = make(0x18, &[b"20200101000000Z"]);
    assert_eq!(answered(&long_ago), Err(Refusal::Token(Problem::Expired)));
    assert_eq!(answered(&|fields| fields.time = make(0x17, &[b"260101000000Z"])), Err(Problem::Malformed.into()));

    let policy = ObjectIdentifier::new_unwrap("1.2.3.9");
    let wanted = TimeStampRequest::new(Hash::Sha256, CONTENT, Some(policy)).unwrap();
    let mut fields = Fields::answering(&wanted);
    let der = wanted.to_der();
    fields.nonce = at(&der, &[3]).all.to_vec();
    assert_eq!(wanted.accept(&granted(&tsa.token(&fields.der()))).unwrap_err(), Refusal::Policy);
}

#[test]
fn a_signer_that_is_no_time_stamping_authority_is_refused() {
    let request = asked();
    let mut signer = Tsa::of(Suite::P256, CertificateUse::Sign);
    let answer = signer.answer(&request, |_| ());
    assert_eq!(request.accept(&answer).unwrap_err(), Refusal::Token(Problem::Purpose));
}

#[test]
fn garbage_and_bare_refusals_are_refused() {
    let request = asked();
    for garbage in [&b""[..], b"<html>busy</html>", &[0x30, 0], &make(0x30, &[&make(0x30, &[&[2, 1, 0]])])] {
        assert_eq!(request.accept(garbage).unwrap_err(), Refusal::Malformed, "{garbage:02x?}");
    }
    let rejected = make(0x30, &[&make(0x30, &[&[2, 1, 2], &[3, 4, 6, 0, 0, 0x40]])]);
    assert_eq!(request.accept(&rejected).unwrap_err(), Refusal::Rejected { reason: "add_info_not_available" });
    let no_reason = make(0x30, &[&make(0x30, &[&[2, 1, 2]])]);
    assert_eq!(request.accept(&no_reason).unwrap_err(), Refusal::Rejected { reason: "rejection" });
    let not_a_token = granted(&make(0x30, &[&[2, 1, 0]]));
    assert_eq!(request.accept(&not_a_token).unwrap_err(), Refusal::Token(Problem::Malformed));
}

#[test]
fn every_altered_or_cut_answer_is_refused_or_says_the_same() {
    let mut tsa = Tsa::new(Suite::P256);
    let request = asked();
    let answer = tsa.answer(&request, |_| ());
    let (_, whole) = request.accept(&answer).unwrap();
    for position in 0..answer.len() {
        assert!(request.accept(&answer[..position]).is_err(), "cut at {position}");
        let mut altered = answer.clone();
        altered[position] ^= 0x04;
        if let Ok((_, stamp)) = request.accept(&altered) {
            assert_eq!(
                (stamp.time, stamp.certificate, stamp.serial),
                (whole.time, whole.certificate.clone(), whole.serial.clone())
            );
        }
    }
}

/// SM2 authorities: both families, imprint by SM3, the signature checked by RustCrypto.
#[test]
fn sm2_time_stamps_are_read() {
    use sm2::dsa::{Signature, VerifyingKey, signature::Verifier};
    let mut tsa = Tsa::new(Suite::Sm);
    let request = TimeStampRequest::new(Hash::Sm3, CONTENT, None).unwrap();
    let info = Fields::answering(&request).der();
    for family in [Family::Rfc5652, Family::Gm] {
        let scheme = Suite::Sm.signature_scheme();
        let builder = SignedDataBuilder::new(&tsa.holder.certificate, scheme, family).content_type(oid::TST_INFO);
        let builder = builder.content(Content::Attached(&info)).chain(&tsa.authority.chain());
        let token = sign(builder, &mut tsa.holder.key).unwrap();
        let (_, stamp) = request.accept(&granted(&token)).unwrap();
        assert_eq!(stamp.certificate, tsa.holder.certificate, "{family:?}");
        let data = cms::SignedData::parse(&token).unwrap();
        let signer = data.only_signer().unwrap();
        let point = stamp.certificate.public_key().point().unwrap();
        let key = VerifyingKey::from_sec1_bytes("1234567812345678", point).unwrap();
        let raw = algo::der_signature_to_raw(signer.signature(), 32).unwrap();
        key.verify(&signer.signed_attributes().unwrap(), &Signature::from_slice(&raw).unwrap()).unwrap();
    }
}
