//! Which certificate a person means.
//!
//! The text is compared with all certificates; what matches is narrowed to what the command can use. Only if that
//! leaves nothing does the failure say why, and only if it leaves several must the person be more exact.

use std::collections::HashSet;

use time::OffsetDateTime;
use x509::{Certificate, CertificateSelector};

use crate::{
    Code, Failure,
    consent::{holder, rfc3339},
};

/// What the certificate is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be looked at: any.
    Any,
    /// To sign: key usage digitalSignature or nonRepudiation, valid now.
    Sign,
    /// To be encrypted to: key usage keyEncipherment, dataEncipherment or keyAgreement, valid now.
    Encrypt,
    /// To open what was encrypted: as [`Purpose::Encrypt`], but expired and replaced ones too.
    Decrypt,
}

impl Purpose {
    /// Whether the key usage allows it.
    #[must_use]
    pub fn fits_usage(self, certificate: &Certificate) -> bool {
        let usage = certificate.key_usage();
        match self {
            Self::Any => true,
            Self::Sign => usage.can_sign(),
            Self::Encrypt | Self::Decrypt => usage.can_encrypt(),
        }
    }

    /// Whether the validity allows it now.
    #[must_use]
    pub fn fits_time(self, certificate: &Certificate, now: OffsetDateTime) -> bool {
        let (from, to) = certificate.validity();
        match self {
            Self::Any | Self::Decrypt => true,
            Self::Sign | Self::Encrypt => from <= now && now <= to,
        }
    }
}

/// The one candidate that `text` names and `purpose` allows.
///
/// # Errors
/// [`Code::CertNotFound`] if nothing matches; [`Code::CertKeyUsage`], [`Code::CertExpired`] or
/// [`Code::CertNotYetValid`] if what matches cannot be used; [`Code::CertAmbiguous`] with the candidates.
pub(crate) fn choose<T: AsRef<Certificate>>(
    candidates: Vec<T>,
    text: &str,
    purpose: Purpose,
    now: OffsetDateTime,
) -> Result<T, Failure> {
    let unknown = || Failure::new(Code::CertNotFound).with("selector", text);
    let selector = CertificateSelector::parse(text).map_err(|_| unknown())?;
    let matching: Vec<T> = candidates.into_iter().filter(|c| selector.matches(c.as_ref())).collect();
    let refusal = matching.first().map(|first| {
        let right_use = matching.iter().map(AsRef::as_ref).find(|certificate| purpose.fits_usage(certificate));
        why_not(right_use.unwrap_or(first.as_ref()), text, purpose, now)
    });
    let mut fitting: Vec<T> = matching.into_iter().filter(|c| fits(c.as_ref(), purpose, now)).collect();
    // The same certificate may lie on two tokens: either will do.
    let mut seen = HashSet::new();
    fitting.retain(|candidate| seen.insert(candidate.as_ref().der().to_vec()));
    match (fitting.len(), refusal) {
        (0, None) => Err(unknown()),
        (0, Some(refusal)) => Err(refusal),
        (1, _) => Ok(fitting.remove(0)),
        _ => Err(ambiguous(text, fitting.iter().map(AsRef::as_ref))),
    }
}

/// Whether a certificate can be used for the purpose, now.
///
/// # Errors
/// [`Code::CertKeyUsage`], [`Code::CertExpired`] or [`Code::CertNotYetValid`].
pub(crate) fn check(certificate: &Certificate, purpose: Purpose, now: OffsetDateTime) -> Result<(), Failure> {
    if fits(certificate, purpose, now) { Ok(()) } else { Err(why_not(certificate, "", purpose, now)) }
}

fn fits(certificate: &Certificate, purpose: Purpose, now: OffsetDateTime) -> bool {
    purpose.fits_usage(certificate) && purpose.fits_time(certificate, now)
}

fn why_not(certificate: &Certificate, text: &str, purpose: Purpose, now: OffsetDateTime) -> Failure {
    let failure = |code| Failure::new(code).with("selector", text).with("holder", holder(certificate));
    let (from, to) = certificate.validity();
    if !purpose.fits_usage(certificate) {
        failure(Code::CertKeyUsage)
    } else if now < from {
        failure(Code::CertNotYetValid).with("from", rfc3339(from))
    } else {
        failure(Code::CertExpired).with("until", rfc3339(to))
    }
}

/// The failure that lists what a text could mean.
pub(crate) fn ambiguous<'c>(text: &str, candidates: impl Iterator<Item = &'c Certificate>) -> Failure {
    let candidates: Vec<String> = candidates.map(|c| format!("{} serial:{}", holder(c), c.serial())).collect();
    Failure::new(Code::CertAmbiguous).with("selector", text).with("candidates", candidates)
}
