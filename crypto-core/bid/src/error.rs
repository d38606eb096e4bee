//! What can go wrong, one enum for each operation, grouped by what a person can do about it.

use crate::metadata::ClaimFault;
use crate::password::WeakPassword;
use crate::path::{Clash, PathFault};
use crate::progress::Cancelled;
use algo::{RandomFailure, UnwrapFailed};
use durable::WriteError;
use std::io;
use std::path::PathBuf;

/// A bid could not be read or unlocked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file could not be read.
    #[error("the bid cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file does not begin as a bid does.
    #[error("the file is not a bid")]
    NotABid,
    /// Another version of the format, or a profile or flag that this version does not know.
    #[error("the bid needs a newer program ({what} {number})")]
    Version {
        /// Which number is not known: `format`, `header`, `profile` or `flags`.
        what: &'static str,
        /// The number.
        number: u64,
    },
    /// The bid opens only with the parts of several holders, and too few are here.
    #[error("the bid needs the parts of its committee")]
    Threshold(Missing),
    /// Two parts of one holder: only different ones count.
    #[error("`{label}` has answered twice")]
    HolderTwice {
        /// The label of the holder's slot.
        label: String,
    },
    /// The file is not what was sealed: altered, cut, extended or put together from several.
    #[error("the bid has been altered or damaged: {0}")]
    Tampered(Alteration),
    /// None of the keys at hand has a slot.
    #[error("the bid has no slot for any key that is here")]
    NoRecipient,
    /// The password opens none of the password slots.
    #[error("the password does not open the bid")]
    PasswordWrong,
}

/// Which parts are here, and how many are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Whether the bidder's part is here.
    pub bidder: bool,
    /// How many members' shares are here.
    pub members: u8,
    /// How many members' shares are needed; 0 when the bid does not say.
    pub threshold: u8,
}

impl Missing {
    pub(crate) const fn unknown() -> Self {
        Self { bidder: false, members: 0, threshold: 0 }
    }
}

/// A bid could not be unlocked with a key that lives elsewhere.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnlockError<E> {
    /// The key's own answer: removed, wrong PIN, … Where it is "does not open", the slot was altered: `bid.tampered`.
    #[error("the key could not be used")]
    Key(E),
    /// The bid itself is at fault.
    #[error(transparent)]
    Bid(#[from] OpenError),
}

/// A key in software says only that it does not open: that is an altered slot.
impl From<UnlockError<UnwrapFailed>> for OpenError {
    fn from(error: UnlockError<UnwrapFailed>) -> Self {
        match error {
            UnlockError::Key(UnwrapFailed) => Self::Tampered(Alteration::Key),
            UnlockError::Bid(error) => error,
        }
    }
}

/// What was found altered. One error family: nobody should act on the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Alteration {
    /// The header breaks a rule of the format.
    #[error("its header is malformed")]
    Header,
    /// The file's length is not the one that the header demands.
    #[error("its length is wrong")]
    Length,
    /// The bytes between header and body are not zero.
    #[error("its padding is not zero")]
    Padding,
    /// The trailer breaks a rule of the format.
    #[error("its trailer is malformed")]
    Trailer,
    /// The root is not the one of the header and the units.
    #[error("its root does not hold")]
    Root,
    /// A slot gave no key, or one that does not fit the header. Both look the same, so that nobody learns from trying.
    #[error("its header is not the one that was sealed")]
    Key,
    /// The key is not the one that the body was sealed with.
    #[error("its key commitment does not hold")]
    Commitment,
    /// A unit is not the one of the trailer, or the tag of a chunk in it does not hold.
    #[error("its content does not hold")]
    Body,
    /// The index breaks a rule of the format: counts, lengths, offsets.
    #[error("its index is malformed")]
    Index,
    /// The index has a path that a bid must not have.
    #[error("its index has a forbidden path")]
    Path,
}

/// A bid could not be decrypted or verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// The bid could not be read.
    #[error("the bid cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The bid is not what was sealed. Nothing was left on the disk.
    #[error("the bid has been altered or damaged: {0}")]
    Tampered(#[from] Alteration),
    /// The output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Not enough room for what would be written.
    #[error(transparent)]
    Space(#[from] NoSpace),
    /// The person has asked to stop. Nothing was left on the disk.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// No randomness for choosing what to rehearse.
    #[error(transparent)]
    Random(#[from] RandomFailure),
}

/// Too little room on the disk, found before anything was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{needed} bytes are needed at {}, {available} are free", folder.display())]
pub struct NoSpace {
    /// Where the output would lie.
    pub folder: PathBuf,
    /// Bytes needed.
    pub needed: u64,
    /// Bytes free.
    pub available: u64,
}

/// A bid could not be encrypted. There is no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// The inputs hold no file. Empty folders are not kept: the format has only files.
    #[error("there is no file to encrypt")]
    NoFiles,
    /// An input cannot stand in a bid.
    #[error("`{}`: {reason}", path.display())]
    Refused {
        /// The input.
        path: PathBuf,
        /// Why.
        reason: Refusal,
    },
    /// An input could not be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    Read {
        /// The input.
        path: PathBuf,
        /// The system's fault.
        source: io::Error,
    },
    /// An input was changed while it was read.
    #[error("`{}` was changed while it was being encrypted", path.display())]
    Changed {
        /// The input.
        path: PathBuf,
    },
    /// More files or bytes than a bid can hold.
    #[error("the inputs are more than a bid can hold")]
    TooMuch,
    /// A claim of the metadata cannot stand in a bid.
    #[error(transparent)]
    Claim(#[from] ClaimFault),
    /// Nobody could open the bid: neither a recipient nor a password.
    #[error("the bid has neither a recipient nor a password")]
    NoSlot,
    /// Two slots for one key.
    #[error("`{label}` is a recipient twice")]
    RecipientTwice {
        /// The label of the second one.
        label: String,
    },
    /// A host who could open alone, where several shall be needed.
    #[error("with a threshold `{label}` cannot be a host who opens alone")]
    HostWithThreshold {
        /// The host's label.
        label: String,
    },
    /// Numbers that no committee can have: 1 to 16 members, and a threshold from 1 to their number.
    #[error("{threshold} of {members} members is no threshold")]
    Committee {
        /// Number of members.
        members: usize,
        /// How many of them would be needed.
        threshold: u8,
    },
    /// A role that a recipient cannot have here: a member without a threshold, a password.
    #[error("a recipient cannot have this role")]
    Role,
    /// The key could not be encrypted to a recipient.
    #[error("the key cannot be encrypted to `{label}`: {source}")]
    Recipient {
        /// The recipient's label.
        label: String,
        /// Why.
        source: cms::EncryptError,
    },
    /// So many recipients that the header would be longer than 64 KiB.
    #[error("there are too many recipients")]
    TooManyRecipients,
    /// The password is easy to guess.
    #[error(transparent)]
    Password(#[from] WeakPassword),
    /// Not enough room for the bid.
    #[error(transparent)]
    Space(#[from] NoSpace),
    /// The output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The person has asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The system gives no randomness: no key can be made.
    #[error(transparent)]
    Random(#[from] RandomFailure),
}

/// Why an input cannot stand in a bid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A symbolic link or junction: what it points to could change unseen.
    #[error("it is a link; give the file or folder itself")]
    Link,
    /// A device, pipe or socket.
    #[error("it is neither a file nor a folder")]
    Special,
    /// The name is not Unicode.
    #[error("its name is not valid Unicode")]
    NotUnicode,
    /// The input has no name of its own (`/`).
    #[error("it has no name")]
    NoName,
    /// The name would not be possible everywhere.
    #[error("{0}")]
    Path(#[from] PathFault),
    /// The name clashes with that of another input.
    #[error("{0}")]
    Clash(#[from] Clash),
}

impl OpenError {
    /// The stable code of docs/errors.md.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "input.unreadable",
            Self::Empty => "input.empty",
            Self::NotABid | Self::Tampered(_) => "bid.tampered",
            Self::Version { .. } => "bid.version",
            Self::Threshold(_) => "bid.threshold",
            Self::HolderTwice { .. } => "bid.response_twice",
            Self::NoRecipient => "bid.no_recipient",
            Self::PasswordWrong => "bid.password_wrong",
        }
    }
}
