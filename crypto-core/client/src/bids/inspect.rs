//! The outside of a bid: what anybody can read, and nobody has proved.

use std::path::Path;

use bid::{CertificateHash, Envelope, Role};
use serde::Serialize;

use super::faults;
use crate::{Failure, consent::rfc3339, files};

/// What a bid says about itself.
#[derive(Clone, Debug, Serialize)]
pub struct Outside {
    /// `sm` or `intl`.
    pub profile: &'static str,
    /// Length of the file in bytes.
    pub size: u64,
    /// Length of the encrypted content in bytes, its index included.
    pub content_size: u64,
    /// Number of files inside.
    pub files: u64,
    /// The project.
    pub project: String,
    /// The lot.
    pub lot: String,
    /// The bidder's name.
    pub bidder: String,
    /// The bidder's credit code.
    pub credit_code: String,
    /// When bids are opened, RFC 3339.
    pub opens_at: Option<String>,
    /// The platform's origin.
    pub platform_origin: Option<String>,
    /// Hash of the platform's certificate, `sha256:…` or `sm3:…`.
    pub platform_cert: Option<String>,
    /// Who can open it.
    pub recipients: Vec<RecipientReport>,
    /// How many of the committee are needed beside the bidder's side; absent when each recipient opens it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u8>,
    /// Root of the hash tree as the file states it.
    pub root: String,
    /// Always false: only a key proves what stands here.
    pub proved: bool,
}

/// One slot.
#[derive(Clone, Debug, Serialize)]
pub struct RecipientReport {
    /// `bidder`, `spare`, `password`, `host` or `committee`.
    pub role: &'static str,
    /// The holder's name.
    pub label: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
}

/// Reads the outside of the bid at `path`.
///
/// # Errors
/// [`Code::BidTampered`](crate::Code::BidTampered) and [`Code::BidVersion`](crate::Code::BidVersion).
pub fn inspect(path: &Path) -> Result<Outside, Failure> {
    files::check_input(path)?;
    let envelope = bid::inspect(path).map_err(|error| faults::open(path, error))?;
    Ok(outside(&envelope))
}

fn outside<R>(envelope: &Envelope<R>) -> Outside
where
    R: bid::ReadAt,
{
    let metadata = envelope.metadata();
    let claims = metadata.claims.clone();
    Outside {
        profile: match envelope.profile() {
            bid::Profile::Sm => "sm",
            bid::Profile::Intl => "intl",
        },
        size: envelope.geometry().file_len(),
        content_size: metadata.total_length,
        files: metadata.file_count,
        project: claims.project,
        lot: claims.lot,
        bidder: claims.bidder,
        credit_code: claims.credit_code,
        opens_at: claims.opens_at.map(rfc3339),
        platform_origin: claims.platform_origin,
        platform_cert: claims.platform_certificate.map(|hash| match hash {
            CertificateHash::Sha256(bytes) => format!("sha256:{}", hexadecimal(&bytes)),
            CertificateHash::Sm3(bytes) => format!("sm3:{}", hexadecimal(&bytes)),
        }),
        recipients: envelope.slots().iter().map(recipient).collect(),
        threshold: envelope.head().policy().map(bid::Policy::threshold),
        root: envelope.claimed_root().to_string(),
        proved: false,
    }
}

fn recipient(slot: &bid::Slot) -> RecipientReport {
    let role = match slot.role {
        Role::Bidder => "bidder",
        Role::Spare => "spare",
        Role::Password => "password",
        Role::Host => "host",
        Role::Committee => "committee",
    };
    RecipientReport { role, label: slot.label.clone(), serial: hexadecimal(&slot.serial) }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
