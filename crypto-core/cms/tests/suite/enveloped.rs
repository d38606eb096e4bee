//! Envelopes: ours opened by `openssl`, those of `openssl` opened by the crate, and every other form by hand.

use algo::{Cbc, Hash, KeyTransport, OpenKey, PrivateKey, PublicKey, Secret};
use cms::{
    EncryptError, Enveloped, Family, KeyMethod, LONGEST_CONTENT, ParseError, RecipientForm, Sm2KeyEncryption,
    encrypt_key,
};

use crate::pki::{Identity, openssl, other_rsa, other_sm2, p256, p384, rsa, sm2, try_openssl};
use crate::tlv;

const KEY: &[u8] = b"thirty-two bytes of an input key";

/// The key of an identity as the crate opens with it.
struct Soft(&'static Identity);

impl OpenKey for Soft {
    type Error = ();

    fn unwrap_key(&mut self, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, ()> {
        self.0.key.unwrap_key(transport, wrapped).map_err(drop)
    }

    fn agree(&mut self, peer: &PublicKey) -> Result<Secret, ()> {
        PrivateKey::agree(&self.0.key, peer).map_err(drop)
    }
}

fn open(message: &[u8], identity: &'static Identity) -> Option<Vec<u8>> {
    Enveloped::parse(message).unwrap().open(&mut Soft(identity)).ok().map(|secret| secret.expose().to_vec())
}

fn forms() -> Vec<(&'static Identity, RecipientForm)> {
    let sm2_as = |named| (sm2(), RecipientForm::Sm2 { named });
    vec![
        (rsa(), RecipientForm::RsaOaepSha256),
        (rsa(), RecipientForm::RsaOaepSha1),
        (rsa(), RecipientForm::RsaPkcs1),
        (rsa(), RecipientForm::RsaPkcs1Sm4),
        sm2_as(Sm2KeyEncryption::Encryption),
        sm2_as(Sm2KeyEncryption::Exchange),
        (p256(), RecipientForm::EcdhKari),
        (p384(), RecipientForm::EcdhKari),
    ]
}

#[test]
fn every_form_opens_with_its_key_and_tells_what_it_is() {
    for (identity, form) in forms() {
        for plain in [KEY, b"", &[0; 1000]] {
            let message = encrypt_key(&identity.certificate, form, plain).unwrap();
            assert_eq!(open(&message, identity).as_deref(), Some(plain), "{form:?}");
        }
        let envelope = Enveloped::parse(&encrypt_key(&identity.certificate, form, KEY).unwrap()).unwrap();
        let [recipient] = envelope.recipients() else { panic!("one recipient") };
        assert!(recipient.certificate_id().is(&identity.certificate));
        assert!(!recipient.certificate_id().is(&other_rsa().certificate));
        assert_eq!(envelope.form(recipient), Some(form));
        let gm = matches!(form, RecipientForm::Sm2 { .. });
        assert_eq!(envelope.family(), if gm { Family::Gm } else { Family::Rfc5652 });
        assert_eq!(envelope.cipher(), Some(form.cipher()));
    }
}

#[test]
fn openssl_opens_ours() {
    let by_openssl = [
        (rsa(), RecipientForm::RsaOaepSha256),
        (rsa(), RecipientForm::RsaOaepSha1),
        (rsa(), RecipientForm::RsaPkcs1),
        (rsa(), RecipientForm::RsaPkcs1Sm4),
        (p256(), RecipientForm::EcdhKari),
        (p384(), RecipientForm::EcdhKari),
    ];
    for (identity, form) in by_openssl {
        let dir = identity.folder();
        std::fs::write(dir.path().join("message"), encrypt_key(&identity.certificate, form, KEY).unwrap()).unwrap();
        let fixed = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "message", "-out", "out"];
        openssl(dir.path(), &[&fixed[..], &["-recip", "cert.pem", "-inkey", "key.pem"]].concat());
        assert_eq!(std::fs::read(dir.path().join("out")).unwrap(), KEY, "{form:?}");
    }
}

/// `openssl cms` cannot do SM2 recipients, but `openssl pkeyutl` opens the encryptedKey, and `openssl enc` the content.
#[test]
fn openssl_pkeyutl_opens_the_sm2_encrypted_key() {
    for named in [Sm2KeyEncryption::Encryption, Sm2KeyEncryption::Exchange] {
        let message = encrypt_key(&sm2().certificate, RecipientForm::Sm2 { named }, KEY).unwrap();
        let dir = sm2().folder();
        // SEQUENCE { oid, [0] { SEQUENCE { 1, SET { SEQUENCE { 1, issuerAndSerial, algorithm, key } }, content } } }
        let recipient = tlv::children(tlv::at(&message, &[1, 0, 1, 0]).value);
        assert_eq!(recipient[0].all, [2, 1, 1]);
        assert_eq!(recipient[2].all, tlv::algorithm(&named.oid().to_string()), "no parameters: GmSSL refuses any");
        std::fs::write(dir.path().join("encrypted-key"), recipient[3].value).unwrap();
        openssl(dir.path(), &["pkeyutl", "-decrypt", "-inkey", "key.pem", "-in", "encrypted-key", "-out", "key"]);
        let key = std::fs::read(dir.path().join("key")).unwrap();
        assert_eq!(key.len(), 16);

        let content = tlv::children(tlv::at(&message, &[1, 0, 2]).value);
        assert_eq!(content[0].all, tlv::oid("1.2.156.10197.6.1.4.2.1"));
        let algorithm = tlv::children(content[1].value);
        assert_eq!(algorithm[0].all, tlv::oid("1.2.156.10197.1.104.2"));
        std::fs::write(dir.path().join("content"), content[2].value).unwrap();
        let (key, iv) = (hex::encode(key), hex::encode(algorithm[1].value));
        openssl(dir.path(), &["enc", "-d", "-sm4-cbc", "-K", &key, "-iv", &iv, "-in", "content", "-out", "out"]);
        assert_eq!(std::fs::read(dir.path().join("out")).unwrap(), KEY);
    }
}

fn encrypted_by_openssl(identity: &Identity, more: &[&str]) -> Vec<u8> {
    let dir = identity.folder();
    std::fs::write(dir.path().join("content"), KEY).unwrap();
    let fixed = ["cms", "-encrypt", "-binary", "-aes256", "-in", "content", "-outform", "DER", "-out", "message"];
    openssl(dir.path(), &[&fixed, more].concat());
    std::fs::read(dir.path().join("message")).unwrap()
}

#[test]
fn we_open_what_openssl_encrypts() {
    let oaep256: &[&str] =
        &["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256", "-keyopt", "rsa_mgf1_md:sha256"];
    let cases: [(&Identity, &[&str], KeyMethod); 7] = [
        (rsa(), &[], KeyMethod::Transport(KeyTransport::RsaPkcs1)),
        (rsa(), &["-stream"], KeyMethod::Transport(KeyTransport::RsaPkcs1)),
        (rsa(), &["-keyid"], KeyMethod::Transport(KeyTransport::RsaPkcs1)),
        (rsa(), &["-keyopt", "rsa_padding_mode:oaep"], KeyMethod::Transport(KeyTransport::RsaOaep(Hash::Sha1))),
        (rsa(), oaep256, KeyMethod::Transport(KeyTransport::RsaOaep(Hash::Sha256))),
        (p256(), &["-keyopt", "ecdh_kdf_md:sha256"], KeyMethod::Agreement(Hash::Sha256)),
        (p384(), &["-keyopt", "ecdh_kdf_md:sha384", "-stream"], KeyMethod::Agreement(Hash::Sha384)),
    ];
    for (identity, options, method) in cases {
        // -recip comes first: -keyopt belongs to the recipient before it.
        let message = encrypted_by_openssl(identity, &[&["-recip", "cert.pem"], options].concat());
        let envelope = Enveloped::parse(&message).unwrap();
        assert_eq!(envelope.recipients()[0].method(), method, "{options:?}");
        assert!(envelope.recipients()[0].certificate_id().is(&identity.certificate), "{options:?}");
        let opened = envelope.open(&mut Soft(if identity.key.algorithm() == rsa().key.algorithm() {
            rsa()
        } else if identity.key.algorithm() == p256().key.algorithm() {
            p256()
        } else {
            p384()
        }));
        assert_eq!(opened.unwrap().expose(), KEY, "{options:?}");
    }
}

/// Two recipients: each opens its own.
#[test]
fn each_of_several_recipients_opens() {
    let dir = rsa().folder();
    std::fs::write(dir.path().join("content"), KEY).unwrap();
    std::fs::copy(p256().folder().path().join("cert.pem"), dir.path().join("other.pem")).unwrap();
    let fixed = ["cms", "-encrypt", "-binary", "-aes256", "-in", "content", "-outform", "DER", "-out", "message"];
    let recipients = ["-recip", "cert.pem", "-recip", "other.pem", "-keyopt", "ecdh_kdf_md:sha256"];
    openssl(dir.path(), &[&fixed[..], &recipients].concat());
    let message = std::fs::read(dir.path().join("message")).unwrap();
    assert_eq!(Enveloped::parse(&message).unwrap().recipients().len(), 2);
    for identity in [rsa(), p256()] {
        assert_eq!(open(&message, identity).as_deref(), Some(KEY));
    }
    assert_eq!(open(&message, p384()), None);
}

/// Takes an SM2 envelope apart and puts it together with another encryptedKey and algorithms.
fn with_sm2_key(
    algorithm: &[u8],
    encrypted_key: &[u8],
    content_algorithm: Option<&[u8]>,
    wrap_content: bool,
) -> Vec<u8> {
    let message = encrypt_key(&sm2().certificate, RecipientForm::for_key(sm2().key.algorithm()), KEY).unwrap();
    let recipient = tlv::children(tlv::at(&message, &[1, 0, 1, 0]).value);
    let content = tlv::children(tlv::at(&message, &[1, 0, 2]).value);
    let encrypted_key = match encrypted_key {
        [] => recipient[3].value.to_vec(),
        form => raw_sm2(recipient[3].value, form),
    };
    let recipient = tlv::make(0x30, &[recipient[0].all, recipient[1].all, algorithm, &tlv::make(4, &[&encrypted_key])]);
    let encrypted =
        if wrap_content { tlv::make(0xA0, &[&tlv::make(4, &[content[2].value])]) } else { content[2].all.to_vec() };
    let iv = tlv::children(content[1].value)[1].all;
    let named = content_algorithm.map(|name| tlv::make(0x30, &[name, iv])).unwrap_or_else(|| content[1].all.to_vec());
    let content = tlv::make(0x30, &[content[0].all, &named, &encrypted]);
    let enveloped = tlv::make(0x30, &[&[2, 1, 1], &tlv::make(0x31, &[&recipient]), &content]);
    tlv::make(0x30, &[tlv::at(&message, &[0]).all, &tlv::make(0xA0, &[&enveloped])])
}

/// The parts of a GM/T 0009 ciphertext, put together raw: `form` names their order, and whether 04 leads.
fn raw_sm2(cipher: &[u8], form: &[u8]) -> Vec<u8> {
    let parts = tlv::children(tlv::at(cipher, &[]).value);
    let coordinate = |integer: &[u8]| -> Vec<u8> {
        let padded = [&[0; 32], integer].concat();
        padded[padded.len() - 32..].to_vec()
    };
    let c1 = [coordinate(parts[0].value), coordinate(parts[1].value)].concat();
    let lead: &[u8] = if form.ends_with(b"04") { &[4] } else { &[] };
    let (c3, c2) = (parts[2].value, parts[3].value);
    if form.starts_with(b"C1C3C2") { [lead, &c1, c3, c2].concat() } else { [lead, &c1, c2, c3].concat() }
}

#[test]
fn the_sm2_forms_of_other_programs_are_read() {
    let named = |dotted: &str| tlv::algorithm(dotted);
    for dotted in ["1.2.156.10197.1.301", "1.2.156.10197.1.301.1", "1.2.156.10197.1.301.2", "1.2.156.10197.1.301.3"] {
        let with_null = tlv::make(0x30, &[&tlv::oid(dotted), &[5, 0]]);
        for algorithm in [named(dotted), with_null] {
            let message = with_sm2_key(&algorithm, b"", None, false);
            assert_eq!(open(&message, sm2()).as_deref(), Some(KEY), "{dotted}");
        }
    }
    let algorithm = named("1.2.156.10197.1.301.3");
    for form in [&b"C1C3C2 04"[..], b"C1C2C3 04", b"C1C3C2", b"C1C2C3"] {
        let message = with_sm2_key(&algorithm, form, None, false);
        assert_eq!(open(&message, sm2()).as_deref(), Some(KEY), "{}", String::from_utf8_lossy(form));
    }
    // CFCA names SM4 without a mode; gmsm puts an OCTET STRING below the tag of the content.
    let bare_sm4 = tlv::oid("1.2.156.10197.1.104");
    assert_eq!(open(&with_sm2_key(&algorithm, b"", Some(&bare_sm4), true), sm2()).as_deref(), Some(KEY));
}

#[test]
fn every_failure_to_open_is_the_same_error() {
    let message = encrypt_key(&sm2().certificate, RecipientForm::for_key(sm2().key.algorithm()), KEY).unwrap();
    let mut wrong_key = message.clone();
    let position = message.len() - 100;
    wrong_key[position] ^= 1;
    let short_content = with_sm2_key(&tlv::algorithm("1.2.156.10197.1.301.3"), b"", Some(&tlv::oid("1.2.3")), false);
    let said: Vec<String> = [
        Enveloped::parse(&message).unwrap().open(&mut Soft(other_sm2())).err().unwrap(),
        Enveloped::parse(&message).unwrap().open(&mut Soft(rsa())).err().unwrap(),
        Enveloped::parse(&wrong_key).unwrap().open(&mut Soft(other_sm2())).err().unwrap(),
        Enveloped::parse(&short_content).unwrap().open(&mut Soft(sm2())).err().unwrap(),
    ]
    .iter()
    .map(|failed| format!("{failed} {failed:?}"))
    .collect();
    assert!(said.iter().all(|text| *text == said[0]), "{said:?}");
    for (identity, form) in forms() {
        let message = encrypt_key(&identity.certificate, form, KEY).unwrap();
        let stranger = if identity.key.algorithm() == rsa().key.algorithm() { other_rsa() } else { other_sm2() };
        assert_ne!(open(&message, stranger).as_deref(), Some(KEY), "{form:?}");
    }
}

#[test]
fn what_the_place_of_the_key_said_can_be_asked_for() {
    struct Removed;
    impl OpenKey for Removed {
        type Error = &'static str;
        fn unwrap_key(&mut self, _: KeyTransport, _: &[u8]) -> Result<Secret, Self::Error> {
            Err("removed")
        }
        fn agree(&mut self, _: &PublicKey) -> Result<Secret, Self::Error> {
            Err("removed")
        }
    }
    for (identity, form) in forms() {
        let message = encrypt_key(&identity.certificate, form, KEY).unwrap();
        let failed = Enveloped::parse(&message).unwrap().open(&mut Removed).err().unwrap();
        assert_eq!(failed.into_fault(), Some("removed"), "{form:?}");
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let form = RecipientForm::RsaOaepSha256;
    assert!(matches!(encrypt_key(&p256().certificate, form, KEY), Err(EncryptError::KeyMismatch)));
    assert!(matches!(encrypt_key(&sm2().certificate, RecipientForm::EcdhKari, KEY), Err(EncryptError::KeyMismatch)));
    let too_long = vec![0; LONGEST_CONTENT + 1];
    let refused = encrypt_key(&rsa().certificate, form, &too_long);
    assert!(matches!(refused, Err(EncryptError::TooLong { found }) if found == LONGEST_CONTENT + 1));
    let longest = encrypt_key(&rsa().certificate, form, &too_long[1..]).unwrap();
    assert_eq!(open(&longest, rsa()).map(|plain| plain.len()), Some(LONGEST_CONTENT));

    let dir = rsa().folder();
    std::fs::write(dir.path().join("content"), vec![0; LONGEST_CONTENT + 16]).unwrap();
    let fixed = ["cms", "-encrypt", "-binary", "-aes256", "-in", "content", "-outform", "DER", "-out", "message"];
    openssl(dir.path(), &[&fixed[..], &["-recip", "cert.pem"]].concat());
    let message = std::fs::read(dir.path().join("message")).unwrap();
    assert_eq!(Enveloped::parse(&message).err(), Some(ParseError::Malformed { field: "encryptedContent" }));
}

#[test]
fn algorithms_not_known_here_are_named_and_do_not_open() {
    let dir = rsa().folder();
    std::fs::write(dir.path().join("content"), KEY).unwrap();
    let fixed = ["cms", "-encrypt", "-binary", "-des3", "-in", "content", "-outform", "DER", "-out", "message"];
    try_openssl(dir.path(), &[&fixed[..], &["-recip", "cert.pem"]].concat()).unwrap();
    let message = std::fs::read(dir.path().join("message")).unwrap();
    let envelope = Enveloped::parse(&message).unwrap();
    assert_eq!(envelope.cipher(), None::<Cbc>);
    assert_eq!(envelope.form(&envelope.recipients()[0]), None);
    assert!(envelope.open(&mut Soft(rsa())).is_err());
    // openssl's default KDF for key agreement is SHA-1's.
    let agreement = encrypted_by_openssl(p256(), &["-recip", "cert.pem"]);
    let envelope = Enveloped::parse(&agreement).unwrap();
    assert!(matches!(envelope.recipients()[0].method(), KeyMethod::Unknown(_)));
    assert!(envelope.open(&mut Soft(p256())).is_err());
}
