//! A private key in use: only after consent, and only on a token whose PIN was right.

use algo::Suite;
use cms::{Family, SignedDataBuilder};
use token::{KeyId, TokenError, TokenKey};
use x509::Certificate;

use crate::{Code, Consented, Failure, certificates::Held, consent::holder, fault, pins::LoggedIn};

impl LoggedIn {
    /// The key, for the operation that was consented to.
    pub(crate) fn key(&mut self, key: &KeyId, _: &Consented) -> TokenKey<'_> {
        TokenKey::new(&mut *self.token, key.clone())
    }
}

/// How a certificate's key signs messages here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) suite: Suite,
    /// SM2 messages are written in the family that Chinese programs read; everything else as RFC 5652.
    pub(crate) family: Family,
}

impl Way {
    /// The way of a certificate.
    ///
    /// # Errors
    /// [`Code::CertUnsupported`] for a key that belongs to no suite, such as RSA below 2048 bits.
    pub(crate) fn of(certificate: &Certificate) -> Result<Self, Failure> {
        let algorithm = certificate.public_key().algorithm();
        let suite =
            algorithm.suite().ok_or_else(|| unsupported(certificate, crate::detailed("key_kind", algorithm)))?;
        Ok(Self { suite, family: if suite == Suite::Sm { Family::Gm } else { Family::Rfc5652 } })
    }

    /// A message by this certificate's holder, in the making.
    pub(crate) fn builder<'a>(self, certificate: &Certificate) -> SignedDataBuilder<'a> {
        SignedDataBuilder::new(certificate, self.suite.signature_scheme(), self.family)
    }
}

/// Has the key sign a message.
///
/// # Errors
/// [`Code::CertUnsupported`] before the key is used, what the token reports, [`Code::SignWrong`].
pub(crate) fn signed(
    builder: SignedDataBuilder<'_>,
    held: &Held,
    opened: &mut LoggedIn,
    consented: &Consented,
) -> Result<Vec<u8>, Failure> {
    let label = opened.label.clone();
    cms::sign(builder, &mut opened.key(&held.key, consented)).map_err(|error| failed(error, &held.certificate, &label))
}

fn failed(error: cms::SignError<TokenError>, certificate: &Certificate, token: &str) -> Failure {
    match error {
        cms::SignError::Build(error) => unsupported(certificate, crate::detailed("not_signable", error)),
        cms::SignError::Key(error) => fault::token(token, error),
        _ => Failure::new(Code::SignWrong).with("holder", holder(certificate)),
    }
}

/// A certificate whose key cannot do what is wanted.
pub(crate) fn unsupported(certificate: &Certificate, reason: String) -> Failure {
    Failure::new(Code::CertUnsupported).with("holder", holder(certificate)).with("reason", reason)
}
