//! What the command line says when something fails, and with which status it ends.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use ca::{CreateError, IssueError, OpenError, StoreError, VoucherError};
use durable::{WriteError, WriteFailure};
use thiserror::Error;
use x509::RequestError;

/// Any failure of a command.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("cannot read {}", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("standard input is no object with admin_pin and new_pin")]
    Pins,
    #[error("the system gives no random bytes")]
    Random(#[from] algo::RandomFailure),
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Create(#[from] CreateError),
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(transparent)]
    Voucher(#[from] VoucherError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Tells whether a hint applies.
type Applies = fn(&Failure) -> bool;

/// What a person can do about it, in both languages.
const HINTS: &[(Applies, &str)] = &[
    (
        |failure| matches!(failure, Failure::Request(RequestError::NotProven(_))),
        "make the request again with the key it is for 请用对应私钥重新生成申请",
    ),
    (|failure| matches!(failure, Failure::Request(_)), "give a PKCS#10 request 请提供 PKCS#10 证书申请文件"),
    (
        |failure| matches!(failure, Failure::Voucher(VoucherError::OtherWay { hardware: true }) | Failure::Pins),
        "add --pins-stdin and hand over {\"admin_pin\":\"…\"} 加 --pins-stdin 并从标准输入提供管理员 PIN",
    ),
    (
        |failure| matches!(failure, Failure::Voucher(VoucherError::OtherWay { .. })),
        "leave --pins-stdin out 去掉 --pins-stdin",
    ),
    (|failure| matches!(failure, Failure::Voucher(VoucherError::NewPin)), "choose another new_pin 请换一个 new_pin"),
    (
        |failure| matches!(failure, Failure::Voucher(_)),
        "have the holder make a new request with `bidseal pin unblock --request` 请持有人重新生成解锁申请",
    ),
    (|failure| matches!(failure, Failure::Open(_)), "make an authority with `bidseal-ca create` 请先用 create 新建"),
    (
        |failure| matches!(failure.write_failure(), Some(WriteFailure::Exists)),
        "add --force to replace it 加 --force 覆盖",
    ),
    (
        |failure| matches!(failure.write_failure(), Some(WriteFailure::NotEmpty)),
        "choose an empty folder 请选择空文件夹",
    ),
];

impl Failure {
    /// 4 when the surroundings failed, otherwise 2: bad input.
    pub(crate) fn exit_code(&self) -> ExitCode {
        let surroundings = match self {
            Self::Random(_) => true,
            Self::Create(CreateError::Random(_) | CreateError::Generate(_) | CreateError::Sign) => true,
            other => matches!(
                other.write_failure(),
                Some(WriteFailure::DiskFull | WriteFailure::NotWritable(_) | WriteFailure::Io(_))
            ),
        };
        ExitCode::from(if surroundings { 4 } else { 2 })
    }

    fn write_failure(&self) -> Option<&WriteFailure> {
        match self {
            Self::Write(error)
            | Self::Store(StoreError::Write(error))
            | Self::Create(CreateError::Store(StoreError::Write(error))) => Some(&error.kind),
            _ => None,
        }
    }
}

/// The message, its causes, and the hint, on one line each.
pub(crate) struct Shown<'a>(pub(crate) &'a Failure);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        match HINTS.iter().find(|(applies, _)| applies(self.0)) {
            Some((_, hint)) => write!(f, "\n  {hint}"),
            None => Ok(()),
        }
    }
}
