//! Making an envelope for one recipient.

use algo::{Cbc, RandomFailure, Secret, WrapError, cbc_encrypt, random};
use x509::Certificate;

use super::form::{RecipientForm, Sm2KeyEncryption};
use super::{LONGEST_CONTENT, agreement};
use crate::Family;
use crate::asn1::{self, OCTET_STRING, SEQUENCE, SET, primitive};
use crate::certificate_id;
use crate::content_info::content_info;

/// Why no envelope was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// The form is not one of the certificate's key.
    #[error("this form of envelope does not fit the recipient's key")]
    KeyMismatch,
    /// The content is longer than [`LONGEST_CONTENT`].
    #[error("{found} bytes are too many for an envelope")]
    TooLong {
        /// Length of the content, in bytes.
        found: usize,
    },
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomFailure),
    /// The recipient's key cannot carry the content's key: it is too short.
    #[error("the recipient's key cannot carry the content's key")]
    Wrap(#[from] WrapError),
    /// The algorithms' library failed.
    #[error("the envelope's algorithms failed")]
    Failed,
}

/// Encrypts `plain` for the holder of `recipient`: a whole ContentInfo in DER, with a fresh content key.
///
/// Nothing protects the content against change: CBC is what tokens can decrypt by themselves. Whoever opens it must
/// check what comes out by other means, as the bid envelope does by its header MAC.
///
/// # Errors
/// [`EncryptError`]
pub fn encrypt_key(recipient: &Certificate, form: RecipientForm, plain: &[u8]) -> Result<Vec<u8>, EncryptError> {
    if !form.fits(recipient.public_key().algorithm()) {
        return Err(EncryptError::KeyMismatch);
    }
    if plain.len() > LONGEST_CONTENT {
        return Err(EncryptError::TooLong { found: plain.len() });
    }
    let family = if matches!(form, RecipientForm::Sm2 { .. }) { Family::Gm } else { Family::Rfc5652 };
    let key = Secret::random(form.cipher().key_len())?;
    let recipient_info = recipient_info(recipient, form, &key)?;
    let enveloped = asn1::element(
        SEQUENCE,
        &[
            &asn1::small(version(form)),
            &asn1::element(SET, &[&recipient_info]),
            &encrypted_content(family, form.cipher(), &key, plain)?,
        ],
    );
    Ok(content_info(family.enveloped_data(), &enveloped))
}

/// RFC 5652 §6.1: 0 with issuerAndSerialNumber transport only, 2 with key agreement. GB/T 35275 always has 1.
fn version(form: RecipientForm) -> u8 {
    match form {
        RecipientForm::Sm2 { .. } => 1,
        RecipientForm::EcdhKari => 2,
        _ => 0,
    }
}

fn recipient_info(recipient: &Certificate, form: RecipientForm, key: &Secret) -> Result<Vec<u8>, EncryptError> {
    let Some(transport) = form.transport() else { return agreement::encrypt(recipient, key) };
    let (version, named) = match form {
        RecipientForm::Sm2 { named } => (1, named),
        _ => (0, Sm2KeyEncryption::default()),
    };
    let wrapped = recipient.public_key().wrap(transport, key.expose())?;
    Ok(asn1::element(
        SEQUENCE,
        &[
            &asn1::small(version),
            &certificate_id::issuer_and_serial(recipient),
            &transport.algorithm_identifier(named.oid()),
            &asn1::element(OCTET_STRING, &[&wrapped]),
        ],
    ))
}

fn encrypted_content(family: Family, cipher: Cbc, key: &Secret, plain: &[u8]) -> Result<Vec<u8>, EncryptError> {
    let iv = random::<16>()?;
    let encrypted = cbc_encrypt(cipher, key.expose(), &iv, plain).map_err(|_| EncryptError::Failed)?;
    let algorithm = cipher.algorithm_identifier(&iv);
    let encrypted = asn1::element(primitive(0), &[&encrypted]);
    Ok(asn1::element(SEQUENCE, &[&asn1::oid(family.data()), &algorithm, &encrypted]))
}
