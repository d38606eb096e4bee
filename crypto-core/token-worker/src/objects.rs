//! Keys and certificates as objects (PKCS#11 §5.7).

use cryptoki::error::Error;
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass as Class, ObjectHandle};
use cryptoki::session::Session;
use cryptoki_sys::CK_ULONG;
use token_worker::{FailureKind, ObjectClass, ObjectFacts, text};

use crate::failure::own;
use crate::module::Fault;

/// `CKK_VENDOR_DEFINED` and `CKM_VENDOR_DEFINED` (PKCS#11 §3.5, §3.7).
const VENDOR_DEFINED: u32 = 0x8000_0000;
/// A token with more objects than this is broken or hostile.
const MAX_OBJECTS: usize = 512;
const CLASSES: [(ObjectClass, Class); 3] = [
    (ObjectClass::PrivateKey, Class::PRIVATE_KEY),
    (ObjectClass::PublicKey, Class::PUBLIC_KEY),
    (ObjectClass::Certificate, Class::CERTIFICATE),
];
const ATTRIBUTES: [AttributeType; 11] = [
    AttributeType::Id,
    AttributeType::Label,
    AttributeType::Sign,
    AttributeType::Decrypt,
    AttributeType::Derive,
    AttributeType::AlwaysAuthenticate,
    AttributeType::Modulus,
    AttributeType::PublicExponent,
    AttributeType::EcParams,
    AttributeType::EcPoint,
    AttributeType::Value,
];

/// Every key pair and certificate that the session sees.
pub(crate) fn list(session: &Session) -> Result<Vec<ObjectFacts>, Fault> {
    let mut objects = Vec::new();
    for (class, template) in CLASSES {
        for handle in session.find_objects(&[Attribute::Class(template)])?.into_iter().take(MAX_OBJECTS) {
            objects.push(facts(session, class, handle)?);
        }
    }
    Ok(objects)
}

fn facts(session: &Session, class: ObjectClass, handle: ObjectHandle) -> Result<ObjectFacts, Error> {
    let mut facts = ObjectFacts {
        class,
        id: Vec::new(),
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
        value: Vec::new(),
    };
    for attribute in session.get_attributes(handle, wanted(class))? {
        match attribute {
            Attribute::Id(id) => facts.id = id,
            Attribute::Label(label) => facts.label = text(&label),
            Attribute::Sign(sign) => facts.sign = sign,
            Attribute::Decrypt(decrypt) => facts.decrypt = decrypt,
            Attribute::Derive(derive) => facts.derive = derive,
            Attribute::AlwaysAuthenticate(always) => facts.always_authenticate = always,
            Attribute::Modulus(modulus) => facts.modulus = modulus,
            Attribute::PublicExponent(exponent) => facts.public_exponent = exponent,
            Attribute::EcParams(params) => facts.ec_params = params,
            Attribute::EcPoint(point) => facts.ec_point = point,
            Attribute::Value(value) if class == ObjectClass::Certificate => facts.value = value,
            _ => {}
        }
    }
    if class != ObjectClass::Certificate && facts.modulus.is_empty() && facts.ec_params.is_empty() {
        facts.vendor_key_type = vendor_key_type(session, handle);
    }
    Ok(facts)
}

/// Asked for alone and only where nothing else tells the kind of a key: a type that is unknown here must not hide it.
fn vendor_key_type(session: &Session, handle: ObjectHandle) -> u32 {
    match session.get_attributes(handle, &[AttributeType::KeyType]).ok().and_then(|mut told| told.pop()) {
        Some(Attribute::KeyType(key_type)) => vendor_number(*key_type),
        _ => 0,
    }
}

/// A number that the standard leaves to vendors: the upper half of 32 bits, on every system; else 0.
pub(crate) fn vendor_number(number: CK_ULONG) -> u32 {
    u32::try_from(number).ok().filter(|number| *number >= VENDOR_DEFINED).unwrap_or(0)
}

/// `CKA_VALUE` of a private key is the key itself: it is asked for on certificates only.
fn wanted(class: ObjectClass) -> &'static [AttributeType] {
    match class {
        ObjectClass::Certificate => &ATTRIBUTES,
        ObjectClass::PrivateKey | ObjectClass::PublicKey => &ATTRIBUTES[..ATTRIBUTES.len() - 1],
    }
}

/// Writes a certificate object; an older one of this `CKA_ID` goes after the new one is there.
pub(crate) fn write_certificate(
    session: &Session,
    id: &[u8],
    label: &str,
    subject: &[u8],
    issuer: &[u8],
    serial: &[u8],
    value: &[u8],
) -> Result<(), Fault> {
    let older = session.find_objects(&[Attribute::Class(Class::CERTIFICATE), Attribute::Id(id.to_vec())])?;
    session.create_object(&[
        Attribute::Class(Class::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Id(id.to_vec()),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Subject(subject.to_vec()),
        Attribute::Issuer(issuer.to_vec()),
        Attribute::SerialNumber(serial.to_vec()),
        Attribute::Value(value.to_vec()),
    ])?;
    for handle in older {
        session.destroy_object(handle)?;
    }
    Ok(())
}

/// Destroys the certificate of this `CKA_ID`, and the key pair too if `keys`.
pub(crate) fn destroy(session: &Session, id: &[u8], keys: bool) -> Result<(), Fault> {
    let mut destroyed = 0;
    for (class, template) in CLASSES {
        if !keys && class != ObjectClass::Certificate {
            continue;
        }
        for handle in session.find_objects(&[Attribute::Class(template), Attribute::Id(id.to_vec())])? {
            session.destroy_object(handle)?;
            destroyed += 1;
        }
    }
    if destroyed == 0 { Err(Fault::Own(own(FailureKind::NotFound, "no such object"))) } else { Ok(()) }
}
