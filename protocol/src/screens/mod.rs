//! What crosses between the screens and the program around them: one call, its answers, and news.
//!
//! A call names no path: documents and folders are handles of what the person chose in the system's own dialog, dropped on the
//! window or opened with the program ([`Chosen`]). No call, answer or news carries a PIN or password; these have windows
//! and commands of their own ([`Prompt`]).

mod bid;
mod call;
mod check;
mod practice;
mod prompt;
mod stamp;
mod status;
mod token;
mod verify;
mod web;

pub use bid::{
    Attempt, Bid, Decrypted, Device, EncryptOrder, Encrypted, EvidenceMade, Outside, Proof, Recipient, Rehearsed, Room,
    SealedFile, Slot, Tender,
};
pub use call::{About, Call, Chosen, Links, News, Pick, Preferences, Theme, Told};
pub use check::{Check, Finding, LayerState};
pub use practice::Practice;
pub use prompt::{Prompt, PromptAnswer, PromptCertificate, PromptDocument};
pub use stamp::{Seal, StampOrder, Stamped, StampedFile};
pub use status::{CertificateStatus, CheckedCertificate};
pub use token::{Certificate, Key, Module, Pin, Policy, Token, Tokens};
pub use verify::{Reason, Signature, SignatureTime, Verified};
pub use web::{JournalEntry, JournalState, Site};

use ts_rs::TS;

/// The TypeScript of every type the screens use, as one module.
#[must_use]
pub fn typescript() -> String {
    let config = ts_rs::Config::default().with_large_int("number");
    macro_rules! all {
        ($($name:ty),* $(,)?) => { [$(format!("export {}", <$name as TS>::decl(&config))),*] };
    }
    let types = all![
        About,
        Attempt,
        Bid,
        Call,
        Certificate,
        CertificateStatus,
        Check,
        CheckedCertificate,
        Chosen,
        Decrypted,
        Device,
        EncryptOrder,
        Encrypted,
        EvidenceMade,
        Finding,
        JournalEntry,
        JournalState,
        Key,
        LayerState,
        Links,
        Module,
        News,
        Outside,
        Pick,
        Pin,
        Policy,
        Practice,
        Preferences,
        Prompt,
        PromptAnswer,
        PromptCertificate,
        PromptDocument,
        Proof,
        Reason,
        Recipient,
        Rehearsed,
        Room,
        Seal,
        SealedFile,
        Signature,
        SignatureTime,
        Site,
        Slot,
        StampOrder,
        Stamped,
        StampedFile,
        Tender,
        Theme,
        Token,
        Tokens,
        Told,
        Verified,
    ];
    format!("// Generated from protocol/src/screens by its tests; not edited by hand.\n\n{}\n", types.join("\n\n"))
}
