//! Certificates and key files onto a token.

use std::path::Path;

use base64ct::{Base64, Encoding};
use serde::Serialize;
use token::{Container, ContainerId, EnclosedKey, KeyUse, Pkcs12, Pkcs12Error, Pkcs12Key, TokenError};
use x509::Certificate;

use crate::{
    CertificateReport, Code, Failure, Session,
    consent::holder,
    detail, fault, files, issuers,
    pins::{self, LoggedIn},
    secrets::{SecretKind, SecretRequest},
    tokens,
};

/// A certificate that is now on the token.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    /// The container it lies in.
    pub container: String,
    /// `sign` or `encrypt`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// The certificate.
    pub certificate: CertificateReport,
}

/// Puts the certificates of a file, and the keys of a .p12 file, onto a token.
///
/// # Errors
/// [`Code::CertMalformed`], [`Code::P12Damaged`] and [`Code::P12PasswordWrong`] before the PIN is asked for;
/// [`Code::CertNoKey`] when a certificate belongs to no key of the token.
pub fn import(session: &Session<'_>, token: Option<&str>, file: &Path) -> Result<Vec<Imported>, Failure> {
    let token = tokens::find(session, token)?;
    let bytes = files::small(file)?;
    if is_key_file(file) {
        let password = session.secrets.ask(&SecretRequest::new(SecretKind::Password, &files::name(file)))?;
        let content = Pkcs12::open(&bytes, &password).map_err(|error| p12(file, &error))?;
        return keys(&mut pins::login(session, &token)?, file, content);
    }
    let all = files::certificates_in(file, &bytes)?;
    // What the authority delivers beside the holder's certificate is its own chain.
    let (issuers, own): (Vec<_>, Vec<_>) = all.iter().partition(|certificate| certificate.is_ca());
    let mut opened = pins::login(session, &token)?;
    let imported = own.into_iter().map(|certificate| beside_its_key(&mut opened, certificate)).collect();
    for issuer in issuers {
        issuers::keep(session, issuer)?;
    }
    imported
}

/// Puts an encryption key pair that the authority made and enclosed to a signing key of the token (GM/T 0009 §7.4,
/// SM2EnvelopedKey, as DER or base64) onto it, with its certificate.
///
/// # Errors
/// [`Code::P12Damaged`] for a file that holds no such pair, [`Code::CertMalformed`], both before the PIN is asked for;
/// [`Code::CertNoKey`] when no signing key of the token waits for it.
pub fn import_enclosed(
    session: &Session<'_>,
    token: Option<&str>,
    certificate: &Path,
    key: &Path,
) -> Result<Vec<Imported>, Failure> {
    let token = tokens::find(session, token)?;
    let certificates = files::certificates(certificate)?;
    let (issuers, own): (Vec<_>, Vec<_>) = certificates.iter().partition(|certificate| certificate.is_ca());
    let [own] = own[..] else {
        return Err(fault::at(Code::CertMalformed, certificate).with("reason", "no_certificate"));
    };
    let enclosed = enclosed(&files::small(key)?)
        .ok_or_else(|| fault::at(Code::P12Damaged, key).with("reason", "not_an_enclosed_key"))?;
    let mut opened = pins::login(session, &token)?;
    let placed = opened.token.import_enclosed_key(&enclosed, own).map_err(|error| match error {
        TokenError::NoKeyForCertificate | TokenError::KeyMismatch => {
            Failure::new(Code::CertNoKey).with("holder", holder(own))
        }
        other => fault::token(&opened.label, other),
    })?;
    for issuer in issuers {
        issuers::keep(session, issuer)?;
    }
    Ok(vec![report(&opened.label, &placed.container, placed.key_use, own)])
}

fn enclosed(bytes: &[u8]) -> Option<EnclosedKey> {
    EnclosedKey::from_der(bytes).ok().or_else(|| {
        let text: String = std::str::from_utf8(bytes).ok()?.split_ascii_whitespace().collect();
        EnclosedKey::from_der(&Base64::decode_vec(&text).ok()?).ok()
    })
}

fn is_key_file(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("p12") || ending.eq_ignore_ascii_case("pfx"))
}

/// Puts one certificate beside the key that it belongs to.
fn beside_its_key(opened: &mut LoggedIn, certificate: &Certificate) -> Result<Imported, Failure> {
    let key = opened.token.import_certificate(certificate).map_err(|error| match error {
        TokenError::NoKeyForCertificate => Failure::new(Code::CertNoKey).with("holder", holder(certificate)),
        other => fault::token(&opened.label, other),
    })?;
    Ok(report(&opened.label, &key.container, key.key_use, certificate))
}

/// Puts the keys of a file into one new container: a signing and an encryption key belong together.
fn keys(opened: &mut LoggedIn, file: &Path, content: Pkcs12) -> Result<Vec<Imported>, Failure> {
    let mut container = ContainerId::random()?;
    let mut taken = Vec::new();
    let mut imported = Vec::new();
    for Pkcs12Key { key, certificate, .. } in content.keys {
        let certificate =
            certificate.ok_or_else(|| fault::at(Code::P12Damaged, file).with("reason", "no_certificate"))?;
        let key_use = use_of(&certificate, &taken);
        if taken.contains(&key_use) {
            container = ContainerId::random()?;
            taken.clear();
        }
        // The encryption key of a double certificate may come alone, after its signing key was made on the token.
        if key_use == KeyUse::Encrypt
            && taken.is_empty()
            && let Some(waiting) = waiting_for(opened, &certificate)?
        {
            container = waiting;
        }
        taken.push(key_use);
        let placed = opened.token.import_key(&container, key_use, &key, &certificate);
        placed.map_err(|error| fault::token(&opened.label, error))?;
        imported.push(report(&opened.label, &container, key_use, &certificate));
    }
    Ok(imported)
}

/// The one container in which a signing key of the same holder has no encryption key beside it.
fn waiting_for(opened: &mut LoggedIn, certificate: &Certificate) -> Result<Option<ContainerId>, Failure> {
    let containers = opened.token.containers().map_err(|error| fault::token(&opened.label, error))?;
    let holder_signs = |container: &Container| {
        let signing = container.sign.as_ref().and_then(|key| key.certificate.as_ref());
        signing.is_some_and(|signing| signing.subject().der() == certificate.subject().der())
    };
    let mut waiting = containers.into_iter().filter(|one| one.encrypt.is_none() && holder_signs(one));
    let first = waiting.next();
    Ok(first.filter(|_| waiting.next().is_none()).map(|container| container.id))
}

/// A certificate for both uses becomes the signing key, and a second one the encryption key.
fn use_of(certificate: &Certificate, taken: &[KeyUse]) -> KeyUse {
    let usage = certificate.key_usage();
    let both = usage.can_sign() && usage.can_encrypt();
    if usage.can_sign() && !(both && taken.contains(&KeyUse::Sign)) { KeyUse::Sign } else { KeyUse::Encrypt }
}

fn report(label: &str, container: &ContainerId, key_use: KeyUse, certificate: &Certificate) -> Imported {
    let certificate = CertificateReport::of(certificate).on(label);
    Imported { container: container.to_string(), key_use: key_use.name(), certificate }
}

fn p12(file: &Path, error: &Pkcs12Error) -> Failure {
    match error {
        Pkcs12Error::PasswordWrong => fault::at(Code::P12PasswordWrong, file),
        other => fault::at(Code::P12Damaged, file).with("reason", detail::key_file(other)),
    }
}
