//! A certificate request (PKCS#10): the key pair is made on the token, and the request signed by it.

use algo::{Hash, Suite};
use serde::Serialize;
use token::{ContainerId, KeyId, KeyUse, TokenKey};
use x509::{CertificateRequest, Name, RequestTemplate, SignError};

use crate::{
    Code, Failure, Session,
    consent::{self, ConsentRequest, Consented, DocumentFacts, Operation},
    detail, fault,
    pins::{self, LoggedIn},
    tokens,
};

/// Which keys are to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedUse {
    /// A signing key. Where the CA makes the encryption key (double certificate), this is all it wants.
    Sign,
    /// An encryption key.
    Encrypt,
    /// One of each, in one container.
    Both,
}

impl RequestedUse {
    const fn uses(self) -> &'static [KeyUse] {
        match self {
            Self::Sign => &[KeyUse::Sign],
            Self::Encrypt => &[KeyUse::Encrypt],
            Self::Both => &[KeyUse::Sign, KeyUse::Encrypt],
        }
    }
}

/// What a request is to say.
#[derive(Clone, Debug)]
pub struct RequestOrder<'a> {
    /// The token; none means the only one.
    pub token: Option<&'a str>,
    /// The holder's name, such as `CN=张三,O=某某有限公司`.
    pub subject: &'a str,
    /// Algorithms; none means those the token was made for.
    pub suite: Option<Suite>,
    /// Which keys.
    pub key_use: RequestedUse,
}

/// A request, ready to be sent to a certificate service.
#[derive(Clone, Debug, Serialize)]
pub struct MadeRequest {
    /// `sign` or `encrypt`.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// The container in which the key lies.
    pub container: String,
    /// The request as PEM text.
    pub pem: String,
}

/// Makes keys on a token and requests for their certificates.
///
/// # Errors
/// [`Code::CertSubject`] before anything is asked, then consent, then the PIN.
pub fn request(session: &Session<'_>, order: &RequestOrder<'_>) -> Result<Vec<MadeRequest>, Failure> {
    let subject = Name::parse(order.subject).map_err(|error| {
        Failure::new(Code::CertSubject).with("value", order.subject).with("reason", detail::name(&error))
    })?;
    let token = tokens::find(session, order.token)?;
    let of_token = session.open(&token)?.info().map_err(|error| fault::token(&token.label, error))?.suite;
    let suite = order.suite.or(of_token).unwrap_or(Suite::Sm);
    let document = DocumentFacts::of(order.subject, order.subject.as_bytes(), Hash::Sha256, None);
    let consented = consent::ask(session.consent, &ConsentRequest::new(Operation::Request, None, vec![document]))?;
    let mut opened = pins::login(session, &token)?;
    let container = ContainerId::random()?;
    let mut make = |key_use: &KeyUse| {
        let key = KeyId { container: container.clone(), key_use: *key_use };
        one(&mut opened, &consented, &key, &subject, suite)
    };
    order.key_use.uses().iter().map(&mut make).collect()
}

/// Makes one key and has it sign its request.
fn one(
    opened: &mut LoggedIn,
    _: &Consented,
    key: &KeyId,
    subject: &Name,
    suite: Suite,
) -> Result<MadeRequest, Failure> {
    let failed = |error| fault::token(&opened.label, error);
    let internal = |error: &dyn std::fmt::Display| Failure::new(Code::Internal).with("reason", error.to_string());
    let public = opened.token.generate(&key.container, key.key_use, suite.key_algorithm()).map_err(failed)?;
    let unsigned = RequestTemplate::new(subject.clone(), &public)
        .to_be_signed(&suite.signature_scheme())
        .map_err(|error| internal(&error))?;
    let der = unsigned.sign_with(&mut TokenKey::new(&mut *opened.token, key.clone())).map_err(|error| match error {
        SignError::Key(error) => fault::token(&opened.label, error),
        other => Failure::new(Code::TokenFailed)
            .with("token", opened.label.as_str())
            .with("reason", crate::detailed("token_other", other)),
    })?;
    let request = CertificateRequest::from_der(&der).map_err(|error| internal(&error))?;
    Ok(MadeRequest { key_use: key.key_use.name(), container: key.container.to_string(), pem: request.to_pem() })
}
