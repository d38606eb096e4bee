//! The bid envelope (`.bid`), version 1: docs/bid-format.md.
//!
//! A bid is encrypted before the deadline and opened within minutes at the ceremony, by a token that handles only a short
//! key. [`Encryption`] writes one. [`inspect`] reads what anybody can read, [`Envelope::tree_root`] what a platform needs;
//! with a key or password an [`Envelope`] becomes an [`Opened`] bid, which is verified, rehearsed or decrypted.
//!
//! Two promises hold everywhere. A plain byte reaches the disk only after the tag of its chunk has held, and the output
//! gets its name only after the last check. Whatever was altered, the answer is one error, [`OpenError::Tampered`] or
//! [`DecryptError::Tampered`], and nothing is left behind.

mod bid_key;
mod body;
mod chunked;
mod encryption;
mod envelope;
mod error;
mod extract;
mod geometry;
mod head;
mod header;
mod index;
pub mod limits;
mod metadata;
mod opened;
mod os;
mod part;
pub mod password;
mod path;
mod payload;
mod pipeline;
mod policy;
mod profile;
mod progress;
mod recipient;
mod rehearse;
mod response;
mod root;
mod shamir;
mod slot;
mod sources;
mod statement;
mod tree;
mod twin;

pub use cms::{RecipientForm, Sm2KeyEncryption};
pub use encryption::{Encryption, Prepared, Sealed};
pub use envelope::{Envelope, inspect};
pub use error::{Alteration, DecryptError, EncryptError, Missing, NoSpace, OpenError, Refusal, UnlockError};
pub use geometry::Geometry;
pub use head::Head;
pub use index::Entry;
pub use metadata::{CertificateHash, ClaimFault, Claims, Metadata};
pub use opened::Opened;
pub use os::{ReadAt, WriteAt};
pub use part::Part;
pub use password::{PasswordBody, PasswordKdf, WeakPassword};
pub use path::{BidPath, Clash, PathFault};
pub use policy::Policy;
pub use profile::Profile;
pub use progress::{Cancelled, Progress, Step, Unwatched, Watch};
pub use recipient::{RSA_FORMS, Recipient, TrialFailed, choose_form};
pub use rehearse::Rehearsal;
pub use response::{ResponseError, answer_form};
pub use root::TreeRoot;
pub use slot::{KeyId, Role, Slot, SlotBody};
pub use statement::{OtherBid, StatementContent, StatementError};
pub use twin::{
    SignedTwin, TWIN_FILES, TWIN_KEY, TWIN_MANIFEST, TwinDifference, TwinDraft, TwinError, TwinKey, TwinManifest,
};

/// The places at which a test kills the program, besides those of the part file labelled `bid.encrypt` and of the part
/// folders labelled `bid.decrypt` and `bid.twin`.
pub const FAILPOINTS: &[&str] = &[
    "bid.encrypt.header",
    "bid.encrypt.body",
    "bid.decrypt.index",
    "bid.decrypt.file",
    "bid.twin.files",
    "bid.twin.list",
];
/// The label of the part file that encryption writes.
pub const ENCRYPT_LABEL: &str = encryption::LABEL;
/// The label of the part folder that decryption writes.
pub const DECRYPT_LABEL: &str = extract::LABEL;
/// The label of the part folder of a twin.
pub const TWIN_LABEL: &str = twin::LABEL;
