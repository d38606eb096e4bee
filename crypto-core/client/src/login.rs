//! The login token: proof to one web page, once, that the holder of a certificate is here.
//!
//! RSA and ECDSA make the Web eID authentication token (`web-eid:1.0`); SM2 makes its twin. What is signed begins with
//! hashes of origin and nonce, neither of which stands in the token: a server cannot forget to compare them.

use algo::{Digest, Hash, SignatureScheme, Sm2Id, Suite, der_signature_to_raw};
use token::TokenError;
use x509::Certificate;

use crate::{
    Code, ConsentRequest, Failure, Operation, Purpose, Session,
    certificates::{self, Held},
    consent::{self, Consented, holder},
    fault,
    key::{self, Way},
    pins,
};

/// Before the hashes of an SM2 token: no document that is signed anywhere else begins like this.
pub const SM2_PREFIX: &[u8] = b"bidseal-login-v1";
/// Characters of a nonce.
const NONCE_LEN: std::ops::RangeInclusive<usize> = 44..=128;

/// Who asks for the login.
#[derive(Clone, Copy, Debug)]
pub struct LoginOrder<'a> {
    /// Whose certificate.
    pub certificate: &'a str,
    /// The page's origin, as the browser states it, without a slash at its end.
    pub origin: &'a str,
    /// The server's nonce: base64 as it was received, 44 to 128 characters.
    pub nonce: &'a str,
}

/// The parts of a token.
#[derive(Clone, Debug)]
pub struct LoginToken {
    /// The certificate.
    pub certificate: Certificate,
    /// Name of the algorithm in the token: `ES256`, `ES384`, `RS256` or `SM2SM3`.
    pub algorithm: &'static str,
    /// RSA big-endian; ECDSA and SM2 as r ‖ s.
    pub signature: Vec<u8>,
}

/// How a suite logs in.
struct Form {
    algorithm: &'static str,
    scheme: SignatureScheme,
    hash: Hash,
    /// Length of a coordinate, for signatures that are two of them.
    field_len: Option<usize>,
}

impl Form {
    fn of(suite: Suite) -> Self {
        let form = |algorithm, scheme, hash, field_len| Self { algorithm, scheme, hash, field_len };
        match suite {
            Suite::Sm => form("SM2SM3", SignatureScheme::Sm2(Sm2Id::DEFAULT), Hash::Sm3, Some(32)),
            Suite::Rsa => form("RS256", SignatureScheme::RsaPkcs1(Hash::Sha256), Hash::Sha256, None),
            Suite::P256 => form("ES256", SignatureScheme::Ecdsa(Hash::Sha256), Hash::Sha256, Some(32)),
            Suite::P384 => form("ES384", SignatureScheme::Ecdsa(Hash::Sha384), Hash::Sha384, Some(48)),
        }
    }

    /// The message that is hashed and signed.
    fn message(&self, origin: &str, nonce: &str) -> Vec<u8> {
        let prefix = if self.hash == Hash::Sm3 { SM2_PREFIX } else { b"" };
        [prefix, self.hash.digest(origin.as_bytes()).as_ref(), self.hash.digest(nonce.as_bytes()).as_ref()].concat()
    }

    /// The signature as the token carries it.
    fn carried(&self, signature: Vec<u8>) -> Option<Vec<u8>> {
        match self.field_len {
            Some(length) => der_signature_to_raw(&signature, length).ok(),
            None => Some(signature),
        }
    }
}

/// Makes a token.
///
/// # Errors
/// [`Code::LoginNonce`] before anybody is asked; then as every use of a key. [`Code::SignWrong`] when what the token
/// signed does not fit the certificate: it does not leave the program.
pub fn login(session: &Session<'_>, order: &LoginOrder<'_>) -> Result<LoginToken, Failure> {
    check_nonce(order.nonce)?;
    let held = certificates::with_key(session, order.certificate, Purpose::Sign)?;
    let form = Form::of(Way::of(&held.certificate)?.suite);
    let message = form.message(order.origin, order.nonce);
    let public = held.certificate.public_key();
    let mismatch = |_| key::unsupported(&held.certificate, crate::detailed("key_kind", form.algorithm));
    let digest = public.to_sign(&form.scheme, &message).map_err(mismatch)?;
    let mut request = ConsentRequest::new(Operation::Login, Some(&held.certificate), Vec::new());
    request.origin = Some(order.origin.to_owned());
    let consented = consent::ask(session.consent, &request)?;
    let signature = signed(session, &held, &form, &digest, &consented)?;
    let wrong = || Failure::new(Code::SignWrong).with("holder", holder(&held.certificate));
    public.verify_digest(&form.scheme, &digest, &signature).map_err(|_| wrong())?;
    let signature = form.carried(signature).ok_or_else(wrong)?;
    Ok(LoginToken { certificate: held.certificate.clone(), algorithm: form.algorithm, signature })
}

fn signed(
    session: &Session<'_>,
    held: &Held,
    form: &Form,
    digest: &Digest,
    consented: &Consented,
) -> Result<Vec<u8>, Failure> {
    let mut opened = pins::login(session, &held.token)?;
    let label = opened.label.clone();
    let failed = |error: TokenError| fault::token(&label, error);
    algo::SignDigest::sign_digest(&mut opened.key(&held.key, consented), &form.scheme, digest).map_err(failed)
}

/// Enough randomness, and nothing but base64.
fn check_nonce(nonce: &str) -> Result<(), Failure> {
    let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    let body = nonce.trim_end_matches('=');
    let fits = NONCE_LEN.contains(&nonce.len()) && nonce.len() - body.len() <= 2 && body.bytes().all(base64);
    if fits { Ok(()) } else { Err(Failure::new(Code::LoginNonce).with("length", nonce.len())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_base64_of_44_to_128_characters() {
        for (nonce, good) in [
            ("A".repeat(44), true),
            ("A".repeat(128), true),
            ("A".repeat(43), false),
            ("A".repeat(129), false),
            (format!("{}==", "A".repeat(44)), true),
            (format!("{}===", "A".repeat(44)), false),
            (format!("{}\n", "A".repeat(44)), false),
            (format!("{}=A", "A".repeat(44)), false),
            ("é".repeat(44), false),
        ] {
            assert_eq!(check_nonce(&nonce).is_ok(), good, "{nonce}");
        }
    }

    #[test]
    fn messages_of_the_suites_differ_and_only_sm2_has_the_prefix() {
        let of = |suite| Form::of(suite).message("https://a.example", &"A".repeat(44));
        assert_eq!(of(Suite::P256), of(Suite::Rsa));
        assert_eq!(of(Suite::P384).len(), 96);
        assert!(of(Suite::Sm).starts_with(SM2_PREFIX));
        assert!(!of(Suite::Rsa).starts_with(SM2_PREFIX));
    }
}
