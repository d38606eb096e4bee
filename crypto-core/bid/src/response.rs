//! Opening without moving the file: a holder answers with the key alone, encrypted to the platform.
//!
//! `BidResponse ::= SEQUENCE { key BidKey, head OCTET STRING (SIZE (32)) }` in an EnvelopedData for the platform's
//! certificate. The envelope itself carries no integrity: `head` ties the answer to one bid, and the key in it is checked
//! against that bid like one from a slot.

use crate::bid_key::BID_KEY_LEN;
use crate::limits::HASH_LEN;
use crate::part::Part;
use crate::recipient::RSA_FORMS;
use crate::slot::Role;
use crate::{CertificateHash, Head, OpenError};
use algo::{Hash, OpenKey, Secret};
use cms::RecipientForm;
use x509::Certificate;

const RESPONSE_PREFIX: [u8; 2] = [0x30, 0x49];
const HEAD_PREFIX: [u8; 2] = [0x04, 0x20];

/// An answer could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError<E> {
    /// Not an answer, or one that was altered.
    #[error("this is no answer for a bid, or it was altered")]
    Malformed,
    /// The answer is encrypted to another certificate.
    #[error("the answer is for another certificate")]
    OtherRecipient,
    /// The answer is about another bid.
    #[error("the answer is about another bid")]
    OtherBid,
    /// The key that it carries does not fit the bid.
    #[error("the key in the answer does not fit the bid")]
    Wrong,
    /// The platform's own key: removed, wrong PIN, …
    #[error("the key could not be used")]
    Key(E),
}

impl Head {
    /// The answer that carries `part` to the holder of `to`. Whether `to` is the platform that the bid names, and whether it
    /// is time, are the caller's to judge.
    ///
    /// # Errors
    /// [`cms::EncryptError`]
    pub fn answer(&self, part: &Part, to: &Certificate, form: RecipientForm) -> Result<Vec<u8>, cms::EncryptError> {
        let mut der = Vec::with_capacity(RESPONSE_PREFIX.len() + BID_KEY_LEN + HEAD_PREFIX.len() + HASH_LEN);
        der.extend_from_slice(&RESPONSE_PREFIX);
        der.extend_from_slice(part.part.to_der(part.role).expose());
        der.extend_from_slice(&HEAD_PREFIX);
        der.extend_from_slice(self.digest().as_ref());
        let der = Secret::from(der);
        cms::encrypt_key(to, form, der.expose())
    }

    /// Reads an answer with the platform's key, and checks what it carries.
    ///
    /// # Errors
    /// [`ResponseError`]
    pub fn read_answer<K: OpenKey + ?Sized>(
        &self,
        response: &[u8],
        certificate: &Certificate,
        key: &mut K,
    ) -> Result<Part, ResponseError<K::Error>> {
        let enveloped = cms::Enveloped::parse(response).map_err(|_| ResponseError::Malformed)?;
        if !enveloped.recipients().iter().any(|recipient| recipient.certificate_id().is(certificate)) {
            return Err(ResponseError::OtherRecipient);
        }
        let opened = enveloped
            .open(key)
            .map_err(|failed| failed.into_fault().map_or(ResponseError::Malformed, ResponseError::Key))?;
        let (role, part, head) = fields(opened.expose()).ok_or(ResponseError::Malformed)?;
        if !algo::constant_time_eq(head, self.digest().as_ref()) {
            return Err(ResponseError::OtherBid);
        }
        self.part_of_answer(role, part).map_err(|_: OpenError| ResponseError::Wrong)
    }
}

/// Role, part and hash of the head: everything else in an answer is fixed.
fn fields(der: &[u8]) -> Option<(Role, &[u8; HASH_LEN], &[u8])> {
    let (key, head) = der.strip_prefix(&RESPONSE_PREFIX)?.split_at_checked(BID_KEY_LEN)?;
    let head = head.strip_prefix(&HEAD_PREFIX).filter(|head| head.len() == HASH_LEN)?;
    let (prefix, rest) = key.split_first_chunk::<4>()?;
    let (&role, rest) = rest.split_first()?;
    let part = rest.strip_prefix(&HEAD_PREFIX)?.try_into().ok()?;
    let role = [Role::Bidder, Role::Spare, Role::Password, Role::Host, Role::Committee]
        .into_iter()
        .find(|known| *known as u8 == role)?;
    (*prefix == [0x30, 0x25, 0x0a, 0x01]).then_some((role, part, head))
}

/// The form in which a platform gets its answers: it is not here to be tried.
#[must_use]
pub fn answer_form(to: &Certificate) -> RecipientForm {
    let form = RecipientForm::for_key(to.public_key().algorithm());
    debug_assert!(!RSA_FORMS[1..].contains(&form), "the first form is for keys of which nothing is known");
    form
}

impl CertificateHash {
    /// Whether this is the hash of `certificate`.
    #[must_use]
    pub fn is_of(&self, certificate: &Certificate) -> bool {
        let (hash, expected) = match self {
            Self::Sha256(bytes) => (Hash::Sha256, bytes),
            Self::Sm3(bytes) => (Hash::Sm3, bytes),
        };
        hash.digest(certificate.der()).as_ref() == expected
    }
}
