//! What private keys do (PKCS#11 §5.13, §5.14, §5.18).

use std::ffi::c_ulong;

use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource, PkcsPssParams};
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
    let common = [Attribute::Token(true), Attribute::Id(id.to_vec()), Attribute::Label(label.as_bytes().to_vec())];
    let (mechanism, size, rsa) = match spec {
        KeySpec::Rsa { bits } => {
            let size = vec![
                Attribute::ModulusBits(Ulong::from(c_ulong::from(*bits))),
                Attribute::PublicExponent(vec![1, 0, 1]),
            ];
            (Mechanism::RsaPkcsKeyPairGen, size, true)
        }
        KeySpec::Ec { params } => (Mechanism::EccKeyPairGen, vec![Attribute::EcParams(params.clone())], false),
    };
    let mut public = [&common[..], &size].concat();
    public.extend([Attribute::Private(false), Attribute::Verify(sign), Attribute::Encrypt(!sign && rsa)]);
    let mut private = common.to_vec();
    private.extend([Attribute::Private(true), Attribute::Sensitive(true), Attribute::Extractable(false)]);
    // What is not said is left to the module, and some then allow everything.
    private.extend([Attribute::Sign(sign), Attribute::Decrypt(!sign && rsa), Attribute::Derive(!sign && !rsa)]);
    session.generate_key_pair(&mechanism, &public, &private)?;
    Ok(())
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
