//! Return values of the module as failures that a caller treats differently.

use token_worker::{Failure, FailureKind};

use super::abi::sar;

/// A failure before it is classified.
pub(crate) enum Fault {
    /// A function returned this.
    Returned { function: &'static str, code: u32 },
    /// The module has no such function.
    Missing(&'static str),
    /// A length beyond the buffer that was given.
    Garbage { function: &'static str, len: usize },
    /// Found by ourselves.
    Own(Failure),
}

impl Fault {
    /// Whether the device may have been pulled out: it is then looked for before the failure is named. Modules answer
    /// a pulled key with any of these.
    pub(crate) fn may_be_removal(&self) -> bool {
        let Self::Returned { code, .. } = self else { return false };
        matches!(
            *code,
            sar::DEVICE_REMOVED
                | sar::FAIL
                | sar::UNKNOWN
                | sar::FILE
                | sar::INVALID_HANDLE
                | sar::INVALID_PARAM
                | sar::READ_FILE
                | sar::WRITE_FILE
                | sar::NOT_INITIALIZE
                | sar::APPLICATION_NOT_EXISTS
                | sar::USER_NOT_LOGGED_IN
        )
    }

    /// The handles of the device are worth nothing any more.
    pub(crate) fn is_stale(&self) -> bool {
        matches!(self, Self::Returned { code: sar::DEVICE_REMOVED | sar::INVALID_HANDLE, .. })
    }

    pub(crate) fn is(&self, wanted: u32) -> bool {
        matches!(self, Self::Returned { code, .. } if *code == wanted)
    }

    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Returned { function, code } => {
                Failure { kind: kind(code), function: function.to_owned(), code: name(code) }
            }
            Self::Missing(function) => Failure {
                kind: FailureKind::NotSupported,
                function: function.to_owned(),
                code: "the module has no such function".to_owned(),
            },
            Self::Garbage { function, len } => Failure {
                kind: FailureKind::Other,
                function: function.to_owned(),
                code: format!("a length of {len} bytes, more than it was given room for"),
            },
            Self::Own(failure) => failure,
        }
    }
}

/// A failure that no function returned.
pub(crate) fn own(kind: FailureKind, function: &'static str, code: &str) -> Fault {
    Fault::Own(Failure { kind, function: function.to_owned(), code: code.to_owned() })
}

fn kind(code: u32) -> FailureKind {
    match code {
        sar::PIN_INCORRECT => FailureKind::PinIncorrect,
        sar::PIN_LOCKED => FailureKind::PinLocked,
        sar::PIN_INVALID | sar::PIN_LEN_RANGE => FailureKind::PinRefused,
        sar::USER_NOT_LOGGED_IN => FailureKind::NotLoggedIn,
        sar::DEVICE_REMOVED => FailureKind::TokenGone,
        sar::NOT_SUPPORT_YET | sar::NOT_SUPPORT_KEY_TYPE | sar::KEY_USAGE | sar::USER_TYPE_INVALID => {
            FailureKind::NotSupported
        }
        sar::KEY_NOT_FOUND | sar::CERT_NOT_FOUND | sar::FILE_NOT_EXIST => FailureKind::NotFound,
        sar::IN_DATA | sar::IN_DATA_LEN | sar::DECRYPT_PAD | sar::KEY_INFO_TYPE => FailureKind::DataInvalid,
        _ => FailureKind::Other,
    }
}

fn name(code: u32) -> String {
    let known = match code {
        sar::FAIL => "SAR_FAIL",
        sar::UNKNOWN => "SAR_UNKNOWNERR",
        sar::NOT_SUPPORT_YET => "SAR_NOTSUPPORTYETERR",
        sar::FILE => "SAR_FILEERR",
        sar::INVALID_HANDLE => "SAR_INVALIDHANDLEERR",
        sar::INVALID_PARAM => "SAR_INVALIDPARAMERR",
        sar::NOT_INITIALIZE => "SAR_NOTINITIALIZEERR",
        sar::KEY_NOT_FOUND => "SAR_KEYNOTFOUNTERR",
        sar::CERT_NOT_FOUND => "SAR_CERTNOTFOUNTERR",
        sar::BUFFER_TOO_SMALL => "SAR_BUFFER_TOO_SMALL",
        sar::DEVICE_REMOVED => "SAR_DEVICE_REMOVED",
        sar::PIN_INCORRECT => "SAR_PIN_INCORRECT",
        sar::PIN_LOCKED => "SAR_PIN_LOCKED",
        sar::USER_ALREADY_LOGGED_IN => "SAR_USER_ALREADY_LOGGED_IN",
        sar::USER_NOT_LOGGED_IN => "SAR_USER_NOT_LOGGED_IN",
        sar::APPLICATION_NAME_INVALID => "SAR_APPLICATION_NAME_INVALID",
        sar::APPLICATION_EXISTS => "SAR_APPLICATION_EXISTS",
        sar::APPLICATION_NOT_EXISTS => "SAR_APPLICATION_NOT_EXISTS",
        _ => return format!("0x{code:08X}"),
    };
    known.to_owned()
}
