//! Whether an answer may be believed (RFC 6960 §3.2): about this certificate, by the authority or whom it appointed,
//! now.

use algo::Hash;

use super::response::{ResponderId, Single};
use super::{OcspRefusal, OcspResponse};
use crate::certificate::Certificate;
use crate::oid::{extension, purpose, status};
use crate::raw::public_key_bits;
use crate::revocation::{Answer, Crl, Question, Status};
use crate::signature;

impl OcspResponse {
    /// Answers the question. `nonce` is the one that was sent; an answer without any is taken within its period, as most
    /// responders sign ahead. `crls` may vouch for a responder whose certificate does not say nocheck.
    ///
    /// # Errors
    /// [`OcspRefusal`]: then nothing is known.
    pub fn judge(&self, question: &Question<'_>, nonce: Option<&[u8]>, crls: &[Crl]) -> Result<Answer, OcspRefusal> {
        let single = self.singles.iter().find(|single| single.id.is(question.certificate, question.issuer));
        let single = single.ok_or(OcspRefusal::OtherCertificate)?;
        if let (Some(sent), Some(received)) = (nonce, &self.nonce)
            && sent != received
        {
            return Err(OcspRefusal::Nonce);
        }
        let unknown =
            |extension: &&rfc5280::ext::Extension| extension.critical && extension.extn_id != status::OCSP_NONCE;
        if self.extensions.iter().chain(&single.extensions).any(|extension| unknown(&extension)) {
            return Err(OcspRefusal::Critical);
        }
        self.check_signer(question, crls)?;
        single.window.check(question)?;
        single.answer(question)
    }

    /// Looks for the signer among the issuer and those whom it appointed.
    fn check_signer(&self, question: &Question<'_>, crls: &[Crl]) -> Result<(), OcspRefusal> {
        if self.responder.is(question.issuer) {
            return self.check_signature(question.issuer);
        }
        let named = self.certificates.iter().find(|certificate| self.responder.is(certificate));
        let delegate = named.filter(|certificate| self.is_appointed(certificate, question));
        let delegate = delegate.ok_or(OcspRefusal::Responder)?;
        self.check_signature(delegate)?;
        let of_delegate = Question { certificate: delegate, ..*question };
        let vouched = |crl: &Crl| crl.judge(&of_delegate).is_ok_and(|answer| answer.status == Status::Good);
        if delegate.extension(extension::OCSP_NO_CHECK).is_none() && !crls.iter().any(vouched) {
            return Err(OcspRefusal::ResponderUnchecked);
        }
        Ok(())
    }

    /// §4.2.2.2: issued by the very authority asked about, for signing answers, and valid when it answered. A key whose
    /// certificate ended before the time asked about could be used by anybody to date an answer back.
    fn is_appointed(&self, delegate: &Certificate, question: &Question<'_>) -> bool {
        let purposes = delegate.extended_key_usage().unwrap_or_default();
        purposes.contains(&purpose::OCSP_SIGNING)
            && delegate.key_usage().can_sign()
            && delegate.extensions().unknown_critical().is_none()
            && delegate.issuer() == question.issuer.subject()
            && delegate.is_valid_at(self.produced_at)
            && question.at <= delegate.validity().1
            && delegate.verify_signed_by(question.issuer).is_ok()
    }

    fn check_signature(&self, signer: &Certificate) -> Result<(), OcspRefusal> {
        signature::verify(signer.public_key(), &self.algorithm, &self.to_be_signed, &self.signature)
            .map(|_| ())
            .map_err(|_| OcspRefusal::Signature)
    }
}

impl ResponderId {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => name == certificate.subject(),
            Self::Key(id) => {
                let spki = certificate.public_key().spki();
                Hash::Sha1.digest(public_key_bits(spki).unwrap_or(spki)).as_ref() == id
            }
        }
    }
}

impl Single {
    fn answer(&self, question: &Question<'_>) -> Result<Answer, OcspRefusal> {
        let status = self.status.ok_or(OcspRefusal::NotKnown)?;
        if status == Status::Good {
            self.window.remembers(question)?;
        }
        let (this_update, next_update) = (self.window.this_update, self.window.next_update);
        Ok(Answer { status, this_update, next_update }.at(question))
    }
}
