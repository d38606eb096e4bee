//! Return values of the module as failures that a caller treats differently.

use cryptoki::error::{Error, RvError};
use token_worker::{Failure, FailureKind};

/// Sorts an error of `cryptoki`.
pub(crate) fn failure(error: &Error) -> Failure {
    match error {
        Error::Pkcs11(code, function) => {
            Failure { kind: kind(*code), function: format!("C_{function:?}"), code: name(*code) }
        }
        Error::NullFunctionPointer | Error::NotSupported => other(FailureKind::NotSupported, error),
        Error::LibraryLoading(_) | Error::MissingSymbol(_) => other(FailureKind::NotAModule, error),
        _ => other(FailureKind::Other, error),
    }
}

/// A failure that is not a return value.
pub(crate) fn own(kind: FailureKind, code: &str) -> Failure {
    Failure { kind, function: String::new(), code: code.to_owned() }
}

/// Whether the token may have been pulled out: its slot is then looked at before the failure is named. Modules answer
/// a pulled card with any of these.
pub(crate) fn may_be_removal(error: &Error) -> bool {
    use RvError as E;
    matches!(
        error,
        Error::Pkcs11(
            E::GeneralError
                | E::FunctionFailed
                | E::DeviceError
                | E::DeviceRemoved
                | E::SessionHandleInvalid
                | E::SessionClosed
                | E::SlotIdInvalid
                | E::TokenNotPresent
                | E::TokenNotRecognized
                | E::UserNotLoggedIn,
            _
        )
    )
}

fn kind(code: RvError) -> FailureKind {
    use RvError as E;
    match code {
        E::PinIncorrect => FailureKind::PinIncorrect,
        E::PinLocked => FailureKind::PinLocked,
        E::PinInvalid | E::PinLenRange | E::PinTooWeak => FailureKind::PinRefused,
        E::UserNotLoggedIn | E::SessionHandleInvalid | E::SessionClosed => FailureKind::NotLoggedIn,
        E::TokenNotPresent | E::DeviceRemoved | E::SlotIdInvalid | E::TokenNotRecognized => FailureKind::TokenGone,
        E::FunctionNotSupported
        | E::MechanismInvalid
        | E::MechanismParamInvalid
        | E::CurveNotSupported
        | E::KeySizeRange
        | E::KeyTypeInconsistent
        | E::KeyFunctionNotPermitted
        | E::ArgumentsBad
        | E::TokenWriteProtected
        | E::SessionReadOnly => FailureKind::NotSupported,
        E::EncryptedDataInvalid | E::EncryptedDataLenRange | E::DataInvalid | E::DataLenRange | E::PublicKeyInvalid => {
            FailureKind::DataInvalid
        }
        _ => FailureKind::Other,
    }
}

fn name(code: RvError) -> String {
    match code {
        RvError::VendorDefined(value) | RvError::UnknownErrorCode(value) => format!("0x{value:08X}"),
        known => format!("{known:?}"),
    }
}

fn other(kind: FailureKind, error: &Error) -> Failure {
    Failure { kind, function: String::new(), code: error.to_string() }
}
