//! Who shall be able to open a bid, and in which form the key reaches them.

use crate::EncryptError;
use crate::bid_key::KeyPart;
use crate::limits::MAX_SERIAL_LEN;
use crate::slot::{KeyId, Role, Slot, SlotBody, label_of};
use algo::{OpenKey, RandomFailure};
use cms::RecipientForm;
use x509::Certificate;

/// A certificate whose holder shall be able to open the bid.
#[derive(Clone, Debug)]
pub struct Recipient {
    certificate: Certificate,
    role: Role,
    form: RecipientForm,
}

impl Recipient {
    /// A recipient in the form for a key of which nothing is known: OAEP with SHA-256 for RSA, ECDH for P-256 and
    /// P-384, GB/T 35275 for SM2. Whether the certificate may be used so (key usage, validity) is the caller's to judge.
    #[must_use]
    pub fn new(certificate: Certificate, role: Role) -> Self {
        let form = RecipientForm::for_key(certificate.public_key().algorithm());
        Self { certificate, role, form }
    }

    /// The same in another form, such as the one that [`choose_form`] found.
    #[must_use]
    pub fn with_form(self, form: RecipientForm) -> Self {
        Self { form, ..self }
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What its holder is to the bid.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The name that the slot will show.
    #[must_use]
    pub fn label(&self) -> String {
        let subject = self.certificate.subject();
        label_of(&subject.common_name().unwrap_or_else(|| subject.to_string()))
    }

    /// A member has a share only where there is a threshold, a host only where there is none, and a password has no
    /// certificate.
    pub(crate) fn check(&self, with_threshold: bool) -> Result<(), EncryptError> {
        match self.role {
            Role::Bidder | Role::Spare => Ok(()),
            Role::Host if with_threshold => Err(EncryptError::HostWithThreshold { label: self.label() }),
            Role::Host => Ok(()),
            Role::Committee if with_threshold => Ok(()),
            Role::Committee | Role::Password => Err(EncryptError::Role),
        }
    }

    pub(crate) fn slot(&self, key: &KeyPart) -> Result<Slot, EncryptError> {
        let der = cms::encrypt_key(&self.certificate, self.form, key.to_der(self.role).expose())
            .map_err(|source| EncryptError::Recipient { label: self.label(), source })?;
        let serial = self.certificate.serial().as_bytes().to_vec();
        debug_assert!(serial.len() <= MAX_SERIAL_LEN, "certificates with longer ones are not read");
        let key_id = Some(KeyId::of(self.certificate.public_key()));
        Ok(Slot { role: self.role, label: self.label(), serial, key_id, body: SlotBody::Cms(der) })
    }
}

/// The forms of an RSA slot in the order in which a token is asked for them; the last is for SKF tokens, which import
/// SM4 session keys only.
pub const RSA_FORMS: [RecipientForm; 4] =
    [RecipientForm::RsaOaepSha256, RecipientForm::RsaOaepSha1, RecipientForm::RsaPkcs1, RecipientForm::RsaPkcs1Sm4];

/// No form of a slot opens on the key at hand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrialFailed<E> {
    /// The key opened none of the forms; the last answer that it gave, if it gave any.
    #[error("the key opens no form of a slot")]
    NoForm(Option<E>),
    /// No trial could be made for this certificate.
    #[error(transparent)]
    Encrypt(#[from] cms::EncryptError),
    /// The system gives no randomness.
    #[error(transparent)]
    Random(#[from] RandomFailure),
}

/// Opens trial slots on the key of an RSA certificate and returns the first form that it opens.
///
/// Every form costs one operation of the key, so the person is asked for the PIN once, before. Certificates with other
/// keys have one form, which is tried too.
///
/// # Errors
/// [`TrialFailed`].
pub fn choose_form<K: OpenKey + ?Sized>(
    certificate: &Certificate,
    key: &mut K,
) -> Result<RecipientForm, TrialFailed<K::Error>> {
    let usual = RecipientForm::for_key(certificate.public_key().algorithm());
    let forms = if RSA_FORMS.contains(&usual) { &RSA_FORMS[..] } else { &[usual] };
    // Random like the key that will follow, and thrown away.
    let trial = KeyPart::random()?.to_der(Role::Bidder);
    let mut answer = None;
    for &form in forms {
        let envelope = cms::encrypt_key(certificate, form, trial.expose())?;
        let Ok(enveloped) = cms::Enveloped::parse(&envelope) else { continue };
        match enveloped.open(key) {
            Ok(opened) if opened == trial => return Ok(form),
            Ok(_) => {}
            Err(failed) => answer = failed.into_fault().or(answer),
        }
    }
    Err(TrialFailed::NoForm(answer))
}
