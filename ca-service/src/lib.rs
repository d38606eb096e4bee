//! A certification authority for demonstrations and tests: a root, an issuing authority below it, and double
//! certificates (签名证书 and 加密证书) in every suite.
//!
//! Its keys are PKCS#8 files that only their owner can read, not the hardware module that a licensed authority must
//! use. A certificate is issued only for a request whose sender proved to hold the key: [`Authority::issue`] takes
//! nothing less than a [`ProvenRequest`](x509::ProvenRequest).
//!
//! ```
//! use ca::{Authority, CertificateUse, Ids, Validity};
//! use time::macros::datetime;
//!
//! let now = datetime!(2026-11-20 08:00 UTC);
//! let authority = Authority::in_memory(algo::Suite::P256, "演示", now)?;
//! let pair = authority.issue_pair("CN=张三,O=某某公司,C=CN", Validity::days(now, 365), &Ids::default())?;
//! assert!(pair.sign.certificate.key_usage().can_sign() && !pair.sign.certificate.key_usage().can_encrypt());
//! let report = x509::validate(&pair.encrypt.certificate, &authority.chain(), &authority.trust(), now);
//! assert!(report.is_trusted());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authority;
mod hardware;
mod issue;
mod recovery;
mod status;
mod store;

pub use algo::Suite;
pub use authority::{Authority, CreateError};
pub use hardware::KeyPins;
pub use issue::{CertificateUse, DoubleCertificate, Holder, Ids, IssueError};
pub use recovery::{RecoveryOffice, UnblockRequest, VoucherError};
pub use status::{StatusError, Which};
pub use store::{OpenError, StoreError};
pub use x509::issue::Validity;
