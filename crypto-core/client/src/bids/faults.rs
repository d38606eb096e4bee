//! The errors of `bid` as codes.

use std::path::Path;

use bid::{ClaimFault, DecryptError, EncryptError, Missing, NoSpace, OpenError, UnlockError, WeakPassword};
use durable::WriteError;
use token::TokenError;

use crate::{Code, Failure, detail, fault};

/// A bid that was not read or unlocked.
pub(super) fn open(path: &Path, error: OpenError) -> Failure {
    match error {
        OpenError::Read(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            fault::at(Code::BidTampered, path)
        }
        OpenError::Read(error) => fault::open(path, &error),
        OpenError::Empty => fault::at(Code::InputEmpty, path),
        OpenError::Version { what, number } => {
            fault::at(Code::BidVersion, path).with("version", format!("{what} {number}"))
        }
        OpenError::Threshold(missing) => threshold(path, missing),
        OpenError::HolderTwice { label } => fault::at(Code::BidResponseTwice, path).with("holder", label),
        OpenError::NoRecipient => fault::at(Code::BidNoRecipient, path),
        OpenError::PasswordWrong => fault::at(Code::BidPasswordWrong, path),
        _ => fault::at(Code::BidTampered, path),
    }
}

/// Too few parts: which are here, and how many are needed.
pub(super) fn threshold(path: &Path, missing: Missing) -> Failure {
    let here = if missing.bidder { "bidder_here" } else { "bidder_missing" };
    let failure = fault::at(Code::BidThreshold, path).with("bidder", here);
    failure.with("members", missing.members).with("threshold", missing.threshold)
}

/// A bid whose slot a token did not open. "Does not open" from a key that the slot names means an altered slot.
pub(super) fn unlock(path: &Path, token: &str, error: UnlockError<TokenError>) -> Failure {
    match error {
        UnlockError::Key(TokenError::Unwrap) => fault::at(Code::BidTampered, path),
        UnlockError::Key(error) => fault::token(token, error),
        UnlockError::Bid(error) => open(path, error),
        other => Failure::new(Code::Internal).with("reason", other.to_string()),
    }
}

/// A bid that was not decrypted.
pub(super) fn decrypt(path: &Path, error: DecryptError) -> Failure {
    match error {
        DecryptError::Read(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            fault::at(Code::BidTampered, path)
        }
        DecryptError::Read(error) => fault::read(path, &error),
        DecryptError::Write(error) => error.into(),
        DecryptError::Space(error) => no_space(&error),
        DecryptError::Cancelled(_) => Failure::new(Code::UserCancelled),
        DecryptError::Random(error) => error.into(),
        _ => fault::at(Code::BidTampered, path),
    }
}

/// A bid that was not made.
pub(super) fn encrypt(error: EncryptError) -> Failure {
    use EncryptError as E;
    let committee = |reason: &str| Failure::new(Code::BidCommittee).with("reason", reason);
    let limit = |reason: String| Failure::new(Code::BidLimit).with("reason", reason);
    match error {
        E::Refused { path, reason } => fault::at(Code::BidName, &path).with("reason", detail::refusal(&reason)),
        E::Read { path, source } => fault::open(&path, &source),
        E::Changed { path } => fault::at(Code::InputChanged, &path),
        E::Claim(claim) => meta_claim(&claim),
        E::HostWithThreshold { .. } => committee("host_with_threshold"),
        E::Committee { .. } => committee("committee_size"),
        E::Password(weak) => weak_password(weak),
        E::Space(error) => no_space(&error),
        E::Write(error) => error.into(),
        E::Cancelled(_) => Failure::new(Code::UserCancelled),
        E::Random(error) => error.into(),
        E::NoFiles => limit("no_files".into()),
        E::TooMuch => limit("too_much".into()),
        E::NoSlot => limit("no_slot".into()),
        E::TooManyRecipients => limit("too_many_recipients".into()),
        E::RecipientTwice { label } => limit(crate::detailed("recipient_twice", label)),
        E::Recipient { label, source } => limit(crate::detailed("recipient_unfit", format_args!("{label}, {source}"))),
        other => limit(crate::detailed("limit_other", other)),
    }
}

/// A password that is easy to guess, as a term of the catalogue.
pub(super) fn weak_password(weak: WeakPassword) -> Failure {
    let reason = if matches!(weak, WeakPassword::TooShort { .. }) { "short_password" } else { "easy_to_guess" };
    Failure::new(Code::BidPasswordWeak).with("reason", reason)
}

/// Which field of the description is at fault.
pub(super) fn field(claim: &ClaimFault) -> &'static str {
    match claim {
        ClaimFault::TooLong { field } | ClaimFault::ControlCharacter { field } => field,
        _ => "opens_at",
    }
}

fn meta_claim(claim: &ClaimFault) -> Failure {
    Failure::new(Code::BidMeta).with("path", "--meta").with("field", field(claim)).with("reason", detail::claim(claim))
}

fn no_space(error: &NoSpace) -> Failure {
    WriteError::from_io(&error.folder, std::io::ErrorKind::StorageFull.into()).into()
}
