//! Why something failed, in words of the catalogue: a term, and behind it what the system, a module or a library said.
//!
//! `module_call: C_Sign CKR_DEVICE_ERROR` reads “the driver reported an error (technical detail: C_Sign CKR_DEVICE_ERROR)”,
//! and in Chinese so does all of it but the detail.

use std::io;

use durable::{WriteError, WriteFailure};
use token::{ModuleFailure, TokenError};

/// A term with what somebody else said about it, as one reason.
#[must_use]
pub fn detailed(term: &str, detail: impl std::fmt::Display) -> String {
    format!("{term}: {detail}")
}

/// The system's reason as a term of the catalogue; its own words follow where there is no term for them.
#[must_use]
pub fn system_reason(error: &io::Error) -> String {
    known(error.kind()).map_or_else(|| detailed("system_error", error), str::to_owned)
}

const fn known(kind: io::ErrorKind) -> Option<&'static str> {
    use io::ErrorKind as K;
    Some(match kind {
        K::PermissionDenied => "permission_denied",
        K::ReadOnlyFilesystem => "read_only",
        K::NotFound => "not_found",
        K::NotADirectory => "not_a_folder",
        K::AlreadyExists => "exists",
        K::DirectoryNotEmpty => "not_empty",
        K::IsADirectory => "is_folder",
        K::StorageFull | K::QuotaExceeded => "disk_full",
        K::FileTooLarge => "file_too_large",
        K::InvalidFilename => "name_not_allowed",
        K::TimedOut => "timed_out",
        K::ResourceBusy | K::ExecutableFileBusy | K::AddrInUse => "in_use",
        K::ConnectionRefused => "nobody_listens",
        K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe | K::NotConnected => "connection_lost",
        K::HostUnreachable | K::NetworkUnreachable | K::NetworkDown => "no_network",
        K::StaleNetworkFileHandle => "share_lost",
        K::InvalidData => "damaged",
        K::UnexpectedEof => "breaks_off",
        K::OutOfMemory => "no_memory",
        _ => return None,
    })
}

/// Why a result did not get its name.
pub(crate) fn of_write(error: &WriteError) -> String {
    match &error.kind {
        WriteFailure::NotWritable(source) | WriteFailure::Io(source) => system_reason(source),
        WriteFailure::DiskFull => "disk_full".into(),
        WriteFailure::Exists => "exists".into(),
        WriteFailure::NotEmpty => "not_empty".into(),
        other => detailed("system_error", other),
    }
}

/// How a vendor module failed.
pub(crate) fn of_module(failure: &ModuleFailure) -> String {
    use ModuleFailure as F;
    match failure {
        F::NotAbsolute => "path_not_absolute".into(),
        F::NotFound => "module_missing".into(),
        F::NotAModule { detail } => detailed("not_a_module", detail),
        F::NoWorker { detail } => detailed("no_worker", detail),
        F::Hung { call, deadline } => detailed("module_hung", format_args!("{call}, {} s", deadline.as_secs())),
        F::Died { call, status } => detailed("module_died", format_args!("{call}, {status}")),
        F::Nonsense { call } => detailed("module_nonsense", call),
        F::Call { function, code } => detailed("module_call", format_args!("{function} {code}")),
        other => detailed("module_other", other),
    }
}

/// What a token reported that has no code of its own.
pub(crate) fn of_token(error: &TokenError) -> String {
    use TokenError as E;
    match error {
        E::NotLoggedIn => "not_logged_in".into(),
        E::NoRequestPending => "no_request_pending".into(),
        E::ResponseWrong { .. } => "voucher_wrong".into(),
        E::HalfMissing => "half_missing".into(),
        E::NoKeyForCertificate => "no_key_for_certificate".into(),
        E::KeyMismatch => "key_mismatch".into(),
        E::Unwrap => "key_does_not_open".into(),
        other => detailed("token_other", other),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Catalogue, Code, Failure, Language};

    /// What a person reads of a reason, in Chinese.
    fn chinese(reason: &str) -> String {
        let failure = Failure::new(Code::TokenModuleFailed).with("module", "m.so").with("reason", reason);
        let (message, _) = Catalogue::of(Language::Chinese).failure(&failure);
        let told = message.strip_prefix("UKey 驱动模块“m.so”出错：").and_then(|told| told.strip_suffix('。'));
        told.unwrap_or_else(|| panic!("not the sentence: {message}")).to_owned()
    }

    /// A reason is Chinese up to the mark of the technical detail.
    #[track_caller]
    fn is_chinese(reason: &str) {
        let told = chinese(reason);
        let before = told.split("（技术信息：").next().unwrap_or_default().replace("UKey", "");
        assert!(before.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{reason} is told as “{told}”");
        assert!(!before.chars().any(|c| c.is_ascii_alphabetic() && c.is_lowercase()), "{reason} is told as “{told}”");
    }

    #[test]
    fn every_failure_of_a_module_has_a_chinese_reason_and_keeps_its_detail() {
        let call = "sign";
        let detail = || "no symbol C_GetFunctionList".to_owned();
        for failure in [
            ModuleFailure::NotAbsolute,
            ModuleFailure::NotFound,
            ModuleFailure::NotAModule { detail: detail() },
            ModuleFailure::NoWorker { detail: detail() },
            ModuleFailure::Hung { call, deadline: Duration::from_secs(30) },
            ModuleFailure::Died { call, status: "signal 11".to_owned() },
            ModuleFailure::Nonsense { call },
            ModuleFailure::Call { function: "C_Sign".to_owned(), code: "CKR_DEVICE_ERROR".to_owned() },
        ] {
            is_chinese(&of_module(&failure));
        }
        let of_call =
            of_module(&ModuleFailure::Call { function: "C_Sign".into(), code: "CKR_DEVICE_ERROR".to_owned() });
        assert!(chinese(&of_call).ends_with("（技术信息：C_Sign CKR_DEVICE_ERROR）"), "{}", chinese(&of_call));
    }

    #[test]
    fn every_system_error_has_a_chinese_reason() {
        for number in 1..=133 {
            is_chinese(&system_reason(&io::Error::from_raw_os_error(number)));
        }
        is_chinese(&system_reason(&io::Error::other("failed to fill whole buffer")));
    }

    #[test]
    fn what_a_token_reports_without_a_code_is_told_in_chinese() {
        let remaining = token::Remaining::Unknown;
        for error in [
            TokenError::NotLoggedIn,
            TokenError::NoRequestPending,
            TokenError::ResponseWrong { remaining },
            TokenError::HalfMissing,
            TokenError::NoKeyForCertificate,
            TokenError::KeyMismatch,
            TokenError::Unwrap,
        ] {
            is_chinese(&of_token(&error));
        }
    }

    #[test]
    fn words_that_nobody_translated_are_marked_as_a_detail() {
        assert_eq!(chinese("a library's words: and more"), "原因未归类（技术信息：a library's words: and more）");
        let failure = Failure::new(Code::Internal).with("reason", "a library's words");
        assert!(Catalogue::of(Language::English).failure(&failure).0.contains(": a library's words."));
    }
}
