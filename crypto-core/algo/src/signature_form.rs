//! The two forms of an ECDSA or SM2 signature: DER `{r, s}` in certificates, CMS and seals; r ‖ s of fixed width from
//! tokens (PKCS#11, SKF) and in login messages.

use der::{Decode, Encode, Sequence, asn1::UintRef};
use thiserror::Error;

/// `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 §2.2.3, GM/T 0009 §7.3).
#[derive(Sequence)]
struct Signature<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// Neither form of a signature, or one of another key length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a signature of the form expected")]
pub struct BadSignatureForm;

/// DER from r ‖ s; each half is as long as the curve's field.
///
/// # Errors
/// [`BadSignatureForm`] when the halves are not equally long, or empty.
pub fn raw_signature_to_der(raw: &[u8]) -> Result<Vec<u8>, BadSignatureForm> {
    if raw.is_empty() || !raw.len().is_multiple_of(2) {
        return Err(BadSignatureForm);
    }
    let (r, s) = raw.split_at(raw.len() / 2);
    let integer = |bytes| UintRef::new(bytes).map_err(|_| BadSignatureForm);
    Signature { r: integer(r)?, s: integer(s)? }.to_der().map_err(|_| BadSignatureForm)
}

/// r ‖ s from DER, each padded to `field_len` bytes.
///
/// # Errors
/// [`BadSignatureForm`] when this is not DER, or a number is longer than `field_len`.
pub fn der_signature_to_raw(der: &[u8], field_len: usize) -> Result<Vec<u8>, BadSignatureForm> {
    let Signature { r, s } = Signature::from_der(der).map_err(|_| BadSignatureForm)?;
    let mut raw = vec![0; 2 * field_len];
    for (half, number) in raw.chunks_mut(field_len.max(1)).zip([r.as_bytes(), s.as_bytes()]) {
        let start = half.len().checked_sub(number.len()).ok_or(BadSignatureForm)?;
        half[start..].copy_from_slice(number);
    }
    Ok(raw)
}
