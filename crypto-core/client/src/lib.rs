//! The use cases of Bidseal. The command line, the agent and the screens call this crate and nothing below it.
//!
//! A use case takes a [`Session`] (home folder, clock, who consents, who types secrets, who sees progress) and answers a
//! report that serialises to the published JSON, or a [`Failure`]: a stable [`Code`], the facts behind it, and words for
//! a person from the [`Catalogue`].

mod archive;
pub mod batch;
pub mod bids;
pub mod blank;
pub mod certificates;
mod clock;
mod code;
mod consent;
mod detail;
pub mod doctor;
mod failpoints;
mod failure;
mod fault;
mod files;
mod finding;
mod home;
mod issuers;
pub mod journal;
mod key;
pub mod ledger;
pub mod login;
mod memory;
mod message;
pub mod modules;
mod online;
mod output;
mod path_text;
mod pdfs;
pub mod pins;
pub mod preview;
mod progress;
mod reason;
pub mod seals;
mod secrets;
mod select;
mod session;
mod settings;
pub mod sign;
pub mod stamp;
pub mod status;
pub mod tokens;
pub mod trust;
mod tsa;
pub mod verdict;
pub mod verify;
pub mod vouchers;
pub mod watch;
mod zone;

pub use clock::Clock;
pub use code::{Code, Turn};
pub use consent::{
    Answer, CertificateFacts, Consent, ConsentRequest, Consented, DocumentFacts, Operation, RecipientFacts, printable,
    printable_lines,
};
pub use failpoints::failpoints;
pub use failure::{Failure, Told};
pub use finding::{Finding, FindingCode, Layer, Level};
pub use home::Home;
pub use memory::keep_memory_private;
pub use message::{Catalogue, Language, filled};
pub use modules::{Source, sources};
pub use online::Online;
pub use output::{check_output, check_place, write_output};
pub use progress::{Meter, Progress, Silent};
pub use reason::{detailed, system_reason};
pub use secrets::{SecretKind, SecretRequest, Secrets, generated_password};
pub use select::Purpose;
pub use session::Session;
pub use settings::Settings;
pub use token::{KeyringHalf, Remaining, devices, discovery, platform_keyring, watch as hardware};
pub use tsa::{TimeStamped, TimeStamping};
pub use zone::Zone;

pub use certificates::CertificateReport;
