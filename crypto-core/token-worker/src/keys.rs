//! What private keys do (PKCS#11 §5.13, §5.14, §5.18).

use std::ffi::c_ulong;

use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource, PkcsPssParams};
use cryptoki::mechanism::vendor_defined::VendorDefinedMechanism;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, SessionState};
use cryptoki::types::Ulong;
use token_worker::{Decryption, FailureKind, HashName, KeySpec, SignatureForm};
use zeroize::Zeroizing;

use crate::failure::own;
use crate::module::Fault;
use crate::raw::{Presence, Raw};

pub(crate) fn sign(
    raw: &Raw,
    session: &Session,
    id: &[u8],
    form: SignatureForm,
    presence: &Presence<'_>,
    data: &[u8],
) -> Result<Vec<u8>, Fault> {
    let key = private_key(session, id, Attribute::Sign(true))?;
    let mechanism = match form {
        SignatureForm::RsaPkcs1 => Mechanism::RsaPkcs,
        SignatureForm::Ecdsa => Mechanism::Ecdsa,
        SignatureForm::Vendor(number) => vendor(number)?,
        SignatureForm::RsaPss(hash) => {
            let (hash_alg, mgf) = hash_and_mgf(hash);
            let s_len = Ulong::try_from(data.len())?;
            Mechanism::RsaPkcsPss(PkcsPssParams { hash_alg, mgf, s_len })
        }
    };
    raw.sign(session, &mechanism, key, presence, data)
}

pub(crate) fn decrypt(
    raw: &Raw,
    session: &Session,
    id: &[u8],
    form: Decryption,
    presence: &Presence<'_>,
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let key = private_key(session, id, Attribute::Decrypt(true))?;
    let mechanism = match form {
        Decryption::RsaPkcs1 => Mechanism::RsaPkcs,
        Decryption::Vendor(number) => vendor(number)?,
        Decryption::RsaOaep(hash) => {
            let (hash_alg, mgf) = hash_and_mgf(hash);
            Mechanism::RsaPkcsOaep(PkcsOaepParams::new(hash_alg, mgf, PkcsOaepSource::empty()))
        }
    };
    raw.decrypt(session, &mechanism, key, presence, data)
}

/// ECDH without a key derivation function; the derived object lives for this call only.
pub(crate) fn derive(session: &Session, id: &[u8], point: &[u8], len: u32) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let key = private_key(session, id, Attribute::Derive(true))?;
    let mechanism = Mechanism::Ecdh1Derive(Ecdh1DeriveParams::new(EcKdf::null(), point));
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::GENERIC_SECRET),
        Attribute::Token(false),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
        Attribute::ValueLen(Ulong::from(c_ulong::from(len))),
    ];
    let derived = session.derive_key(&mechanism, key, &template)?;
    let value = session.get_attributes(derived, &[AttributeType::Value]);
    session.destroy_object(derived)?;
    match value?.pop() {
        Some(Attribute::Value(value)) => Ok(Zeroizing::new(value)),
        _ => Err(Fault::Own(own(FailureKind::NotSupported, "the token keeps the derived secret to itself"))),
    }
}

/// Makes a key pair that never leaves the token.
pub(crate) fn generate(session: &Session, id: &[u8], label: &str, spec: &KeySpec, sign: bool) -> Result<(), Fault> {
    let Kind { mechanism, common, public, decrypts } = Kind::of(spec)?;
    let named = [Attribute::Token(true), Attribute::Id(id.to_vec()), Attribute::Label(label.as_bytes().to_vec())];
    let common = [&named[..], &common].concat();
    let mut public = [&common[..], &public].concat();
    public.extend([Attribute::Private(false), Attribute::Verify(sign), Attribute::Encrypt(!sign && decrypts)]);
    let mut private = common;
    private.extend([Attribute::Private(true), Attribute::Sensitive(true), Attribute::Extractable(false)]);
    // What is not said is left to the module, and some then allow everything. An encryption key signs too: the request for
    // its certificate, which alone says what it is for from then on.
    private.extend([
        Attribute::Sign(true),
        Attribute::Decrypt(!sign && decrypts),
        Attribute::Derive(!sign && !decrypts),
    ]);
    session.generate_key_pair(&mechanism, &public, &private)?;
    Ok(())
}

/// How a kind of key is made.
struct Kind {
    mechanism: Mechanism<'static>,
    /// Attributes of both halves.
    common: Vec<Attribute>,
    /// Attributes of the public half.
    public: Vec<Attribute>,
    /// It decrypts, else it agrees.
    decrypts: bool,
}

impl Kind {
    fn of(spec: &KeySpec) -> Result<Self, Fault> {
        let curve = |params: &[u8]| vec![Attribute::EcParams(params.to_vec())];
        Ok(match spec {
            KeySpec::Rsa { bits } => {
                let size = Attribute::ModulusBits(Ulong::from(c_ulong::from(*bits)));
                let public = vec![size, Attribute::PublicExponent(vec![1, 0, 1])];
                Self { mechanism: Mechanism::RsaPkcsKeyPairGen, common: Vec::new(), public, decrypts: true }
            }
            KeySpec::Ec { params } => {
                let public = curve(params);
                Self { mechanism: Mechanism::EccKeyPairGen, common: Vec::new(), public, decrypts: false }
            }
            KeySpec::Vendor { mechanism, key_type, params } => {
                let common = vec![Attribute::KeyType(KeyType::new_vendor_defined((*key_type).into())?)];
                Self { mechanism: vendor(*mechanism)?, common, public: curve(params), decrypts: true }
            }
        })
    }
}

/// A vendor's mechanism, which takes no parameters.
fn vendor(number: u32) -> Result<Mechanism<'static>, Fault> {
    let kind = MechanismType::new_vendor_defined(number.into())?;
    Ok(Mechanism::VendorDefined(VendorDefinedMechanism::new(kind, None::<&()>)))
}

/// The private key of this `CKA_ID` that may do what is wanted; without such a mark any of this `CKA_ID`, so that the
/// module gives its own reason.
fn private_key(session: &Session, id: &[u8], may: Attribute) -> Result<ObjectHandle, Fault> {
    let mut template = vec![Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(id.to_vec()), may];
    let mut found = session.find_objects(&template)?;
    if found.is_empty() {
        template.pop();
        found = session.find_objects(&template)?;
    }
    match found.into_iter().next() {
        Some(key) => Ok(key),
        // A token that was pulled and plugged in again has forgotten its login and hides its keys.
        None if !logged_in(session)? => Err(Fault::Own(own(FailureKind::NotLoggedIn, "the login has ended"))),
        None => Err(Fault::Own(own(FailureKind::NotFound, "no private key of this id"))),
    }
}

fn logged_in(session: &Session) -> Result<bool, Fault> {
    Ok(matches!(session.get_session_info()?.session_state(), SessionState::RoUser | SessionState::RwUser))
}

fn hash_and_mgf(hash: HashName) -> (MechanismType, PkcsMgfType) {
    match hash {
        HashName::Sha1 => (MechanismType::SHA1, PkcsMgfType::MGF1_SHA1),
        HashName::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
        HashName::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
        HashName::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
    }
}
