//! Objects of a plain PKCS#11 token as containers.
//!
//! PKCS#11 knows no containers: objects of one key share a `CKA_ID`. A key whose certificate (or whose attributes)
//! allow only signing and one that allows only encryption make one container when they have the same label or the same
//! subject: the two halves of a double certificate. A key for both uses stands in both places.

use std::collections::BTreeMap;

use algo::{Hash, KeyAlgorithm, PublicKey};
use der::Decode;
use der::asn1::OctetStringRef;
use token_worker::{ObjectClass, ObjectFacts};
use x509::Certificate;

use crate::{Container, ContainerId, KeyEntry, KeyId, KeyUse};

/// A container with the `CKA_ID`s of its keys.
pub(super) struct Mapped {
    pub(super) container: Container,
    pub(super) sign: Option<Place>,
    pub(super) encrypt: Option<Place>,
}

/// Where a key lies.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) id: Vec<u8>,
    /// `CKA_LABEL`, which both halves of a container share.
    pub(super) label: String,
    /// The module wants the PIN before every signature (`CKA_ALWAYS_AUTHENTICATE`).
    pub(super) pin_per_signature: bool,
}

impl Mapped {
    /// Whether one of its keys wants the PIN for every use.
    pub(super) fn wants_pin_each_time(&self) -> bool {
        self.sign.iter().chain(&self.encrypt).any(|place| place.pin_per_signature)
    }

    pub(super) fn place(&self, key_use: KeyUse) -> Option<&Place> {
        match key_use {
            KeyUse::Sign => self.sign.as_ref(),
            KeyUse::Encrypt => self.encrypt.as_ref(),
        }
    }
}

/// The containers of a token. Certificates of authorities and keys of other algorithms are left out. `sm2` is the key type
/// that the module's vendor gave to SM2.
pub(super) fn containers(objects: &[ObjectFacts], sm2: Option<u32>) -> Vec<Mapped> {
    let mut groups: BTreeMap<&[u8], Vec<&ObjectFacts>> = BTreeMap::new();
    for object in objects.iter().filter(|object| !object.id.is_empty()) {
        groups.entry(&object.id).or_default().push(object);
    }
    let keys: Vec<Key> = groups.into_iter().filter_map(|(id, objects)| Key::of(id, &objects, sm2)).collect();
    pair(keys)
}

/// One key, put together from its objects.
struct Key {
    place: Place,
    public: PublicKey,
    certificate: Option<Certificate>,
    signs: bool,
    encrypts: bool,
}

impl Key {
    fn of(id: &[u8], objects: &[&ObjectFacts], sm2: Option<u32>) -> Option<Self> {
        let of_class = |class| objects.iter().copied().find(move |object| object.class == class);
        let private = of_class(ObjectClass::PrivateKey);
        let certificate =
            of_class(ObjectClass::Certificate).and_then(|object| Certificate::from_der(&object.value).ok());
        let public = match &certificate {
            Some(certificate) => certificate.public_key().clone(),
            None => objects.iter().find_map(|object| public_key(object, sm2))?,
        };
        // Before a login only public objects are seen; a certificate alone may be an authority's.
        if private.is_none() && of_class(ObjectClass::PublicKey).is_none() && certificate.as_ref()?.is_ca() {
            return None;
        }
        let (signs, encrypts) = match (&certificate, private) {
            (Some(certificate), _) => (certificate.key_usage().can_sign(), certificate.key_usage().can_encrypt()),
            // Curves agree, RSA and SM2 decrypt: what else a module allows by its attributes cannot be done.
            (None, Some(private)) if public.algorithm() == KeyAlgorithm::Sm2 => (private.sign, private.decrypt),
            (None, Some(private)) if public.algorithm().field_len().is_some() => (private.sign, private.derive),
            (None, Some(private)) => (private.sign, private.decrypt),
            (None, None) => (true, false),
        };
        let label = objects.iter().map(|object| object.label.as_str()).find(|label| !label.is_empty());
        let place = Place {
            id: id.to_vec(),
            label: label.unwrap_or_default().to_owned(),
            pin_per_signature: private.is_some_and(|private| private.always_authenticate),
        };
        Some(Self { place, public, certificate, signs, encrypts })
    }

    /// Whether it is for encryption alone. Until its certificate says so, an encryption key may sign the request for it: it
    /// is known by a key beside it that only signs.
    fn only_encrypts(&self, all: &[Self]) -> bool {
        let beside = || all.iter().any(|other| other.signs && !other.encrypts && self.belongs_to(other));
        self.encrypts && (!self.signs || self.certificate.is_none() && beside())
    }

    fn belongs_to(&self, other: &Self) -> bool {
        let subject = |key: &Self| key.certificate.as_ref().map(|certificate| certificate.subject().der().to_vec());
        let same_label = !self.place.label.is_empty() && self.place.label == other.place.label;
        same_label || (subject(self).is_some() && subject(self) == subject(other))
    }

    fn entry(&self, container: &ContainerId, key_use: KeyUse) -> KeyEntry {
        KeyEntry {
            key: KeyId { container: container.clone(), key_use },
            algorithm: self.public.algorithm(),
            public_key: self.public.clone(),
            certificate: self.certificate.clone(),
        }
    }
}

/// Joins each key that only encrypts with the one signing key it belongs to; with several candidates it stays alone.
fn pair(keys: Vec<Key>) -> Vec<Mapped> {
    let half: Vec<bool> = keys.iter().map(|key| key.only_encrypts(&keys)).collect();
    let mut halves = half.into_iter();
    let (mut encrypting, signing): (Vec<Key>, Vec<Key>) =
        keys.into_iter().partition(|_| halves.next().unwrap_or_default());
    let mut mapped = Vec::new();
    for sign in &signing {
        let only_half = !sign.encrypts;
        let alone = |encrypt: &Key| signing.iter().filter(|key| encrypt.belongs_to(key)).count() == 1;
        let half = encrypting.iter().position(|key| only_half && key.belongs_to(sign) && alone(key));
        let encrypt = half.map(|index| encrypting.remove(index));
        let encrypt = encrypt.as_ref().or((sign.signs && sign.encrypts).then_some(sign));
        mapped.push(map(&sign.place, Some(sign).filter(|key| key.signs), encrypt));
    }
    mapped.extend(encrypting.iter().map(|encrypt| map(&encrypt.place, None, Some(encrypt))));
    mapped
}

fn map(named_by: &Place, sign: Option<&Key>, encrypt: Option<&Key>) -> Mapped {
    let id = container_id(&named_by.id);
    let label = if named_by.label.is_empty() { id.to_string() } else { named_by.label.clone() };
    Mapped {
        container: Container {
            label,
            sign: sign.map(|key| key.entry(&id, KeyUse::Sign)),
            encrypt: encrypt.map(|key| key.entry(&id, KeyUse::Encrypt)),
            id,
        },
        sign: sign.map(|key| key.place.clone()),
        encrypt: encrypt.map(|key| key.place.clone()),
    }
}

/// The `CKA_ID` in hexadecimal; a long one by its hash.
pub(super) fn container_id(id: &[u8]) -> ContainerId {
    let name = if id.len() <= 32 { hex::encode(id) } else { Hash::Sha256.digest(id).to_string() };
    name.parse().expect("2 to 64 hexadecimal digits name a container")
}

fn public_key(object: &ObjectFacts, sm2: Option<u32>) -> Option<PublicKey> {
    if !object.modulus.is_empty() {
        return PublicKey::from_rsa(&object.modulus, &object.public_exponent).ok();
    }
    let algorithm = match const_oid::ObjectIdentifier::from_der(&object.ec_params) {
        Ok(algo::oid::P256) => KeyAlgorithm::P256,
        Ok(algo::oid::P384) => KeyAlgorithm::P384,
        Ok(algo::oid::SM2) => KeyAlgorithm::Sm2,
        Ok(_) => return None,
        // Vendors leave out what their key type says already.
        Err(_) if sm2 == Some(object.vendor_key_type) => KeyAlgorithm::Sm2,
        Err(_) => return None,
    };
    // The standard wants an OCTET STRING around the point (PKCS#11 §6.3.3); some modules leave it out.
    let point =
        <&OctetStringRef>::from_der(&object.ec_point).map_or(object.ec_point.as_slice(), |inner| inner.as_bytes());
    // And the first byte, which says that the point is not compressed.
    let without_prefix = algorithm == KeyAlgorithm::Sm2 && point.len() == 64;
    let whole = if without_prefix { [&[4], point].concat() } else { point.to_vec() };
    PublicKey::from_point(algorithm, &whole).ok()
}

#[cfg(test)]
mod tests {
    use algo::Suite;
    use ca::{Authority, Ids};
    use x509::issue::Validity;

    use super::*;

    const NOW: time::OffsetDateTime = time::macros::datetime!(2026-11-20 12:00 UTC);

    fn certificate(id: u8, certificate: &Certificate) -> ObjectFacts {
        object(ObjectClass::Certificate, id, certificate.der())
    }

    fn object(class: ObjectClass, id: u8, value: &[u8]) -> ObjectFacts {
        ObjectFacts {
            class,
            id: vec![id],
            label: String::new(),
            sign: false,
            decrypt: false,
            derive: false,
            always_authenticate: false,
            vendor_key_type: 0,
            modulus: Vec::new(),
            public_exponent: Vec::new(),
            ec_params: Vec::new(),
            ec_point: Vec::new(),
            value: value.to_vec(),
        }
    }

    fn double_certificate(authority: &Authority, subject: &str) -> (Certificate, Certificate) {
        let validity = Validity { not_before: NOW, not_after: NOW };
        let pair = authority.issue_pair(subject, validity, &Ids::default()).unwrap();
        (pair.sign.certificate, pair.encrypt.certificate)
    }

    #[test]
    fn the_halves_of_a_double_certificate_find_each_other_by_subject() {
        let authority = Authority::in_memory(Suite::P256, "test", NOW).unwrap();
        let (sign, encrypt) = double_certificate(&authority, "CN=a");
        let (other, _) = double_certificate(&authority, "CN=b");
        let objects = [certificate(1, &sign), certificate(2, &encrypt), certificate(3, &other)];
        let mapped = containers(&objects, None);
        assert_eq!(mapped.len(), 2);
        assert_eq!(mapped[0].container.id.as_str(), "01");
        assert_eq!(mapped[0].encrypt.as_ref().unwrap().id, [2]);
        assert!(mapped[1].encrypt.is_none());
    }

    #[test]
    fn two_signing_keys_of_one_subject_leave_the_encryption_key_alone() {
        let authority = Authority::in_memory(Suite::P256, "test", NOW).unwrap();
        let (old, encrypt) = double_certificate(&authority, "CN=a");
        let (new, _) = double_certificate(&authority, "CN=a");
        let objects = [certificate(1, &old), certificate(2, &new), certificate(3, &encrypt)];
        assert_eq!(containers(&objects, None).len(), 3, "a guess could decrypt with the wrong key for ever");
    }

    #[test]
    fn certificates_of_authorities_and_damaged_objects_are_left_out() {
        let authority = Authority::in_memory(Suite::P256, "test", NOW).unwrap();
        let mut without_id = certificate(1, authority.root());
        without_id.id.clear();
        let objects = [certificate(1, authority.root()), without_id, object(ObjectClass::Certificate, 2, b"no DER")];
        assert!(containers(&objects, None).is_empty());
    }

    #[test]
    fn an_rsa_key_without_certificate_stands_where_it_may_be_used() {
        let mut private = object(ObjectClass::PrivateKey, 7, b"");
        private.modulus = vec![0xc5; 256];
        private.public_exponent = vec![1, 0, 1];
        (private.sign, private.decrypt) = (true, true);
        let mapped = containers(&[private], None);
        assert_eq!(mapped[0].sign.as_ref().unwrap().id, mapped[0].encrypt.as_ref().unwrap().id);
    }

    #[test]
    fn an_encryption_key_that_waits_for_its_certificate_is_found_beside_its_signing_key() {
        let key = |id: u8, decrypt: bool| {
            let mut private = object(ObjectClass::PrivateKey, id, b"");
            private.modulus = [&[0xc5][..], &[id | 1; 255]].concat();
            private.public_exponent = vec![1, 0, 1];
            private.label = "a1".to_owned();
            (private.sign, private.decrypt) = (true, decrypt);
            private
        };
        let mapped = containers(&[key(1, false), key(2, true)], None);
        assert_eq!(mapped.len(), 1);
        assert_eq!(
            (&mapped[0].sign.as_ref().unwrap().id, &mapped[0].encrypt.as_ref().unwrap().id),
            (&vec![1], &vec![2])
        );
    }

    #[test]
    fn a_long_id_is_named_by_its_hash() {
        assert_eq!(container_id(&[0xab; 32]).as_str().len(), 64);
        assert_eq!(container_id(&[0xab; 33]).as_str().len(), 64);
    }
}
