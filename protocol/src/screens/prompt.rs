//! What a consent or PIN window shows. The answer goes back by a command of that window alone.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One question to the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Prompt {
    /// May this key be used for that?
    Consent {
        /// The operation's stable word.
        operation: String,
        /// The operation as a sentence.
        title: String,
        /// Which web page asks.
        origin: Option<String>,
        /// With which certificate.
        certificate: Option<PromptCertificate>,
        /// To what.
        documents: Vec<PromptDocument>,
        /// How many documents.
        count: usize,
        /// What should make the person hesitate, in their language.
        warnings: Vec<String>,
        /// Who else gets a key to it, in the person's language.
        others: Vec<String>,
    },
    /// May this page use the program at all?
    Connect {
        /// Its origin.
        origin: String,
    },
    /// A PIN or password.
    Secret {
        /// `pin`, `new_pin`, `puk`, `activation_code`, `password`, `new_password` or `document_password`.
        kind: String,
        /// Of what.
        subject: String,
        /// Tries left.
        remaining: Option<u32>,
        /// Few tries are left.
        running_out: bool,
        /// Fewest and most characters of a new one.
        length: Option<(usize, usize)>,
        /// It is typed twice.
        twice: bool,
    },
    /// May the last try be spent?
    LastTry {
        /// The token.
        token: String,
    },
    /// Are a bid's keys needed no more?
    Clear {
        /// The bid.
        bid: String,
        /// Its opening is past.
        past: bool,
    },
    /// May this be mended?
    Repair {
        /// The repair's word, which the screens put into words.
        repair: String,
    },
    /// The PIN is typed on the reader's own keys; there is nothing to answer.
    Pad {
        /// The token.
        token: String,
    },
    /// May the program end while something goes on?
    Quit {
        /// Work of this program.
        jobs: usize,
        /// Questions and requests of web pages.
        requests: usize,
    },
    /// The unlock code, shown once.
    Puk {
        /// The token.
        token: String,
        /// The code.
        puk: String,
    },
}

/// What the person answers to a question that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PromptAnswer {
    /// Go on.
    Yes,
    /// Do not.
    No,
    /// Let the page in for this connection.
    Once,
    /// Let the page in until that is taken back.
    Always,
    /// Never let the page in.
    Block,
}

/// The certificate whose key will be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptCertificate {
    /// Whom it was issued to.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Last moment of validity, RFC 3339.
    pub valid_to: String,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptDocument {
    /// Its name.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// Hash function of the digest.
    #[serde(default)]
    pub hash: Option<String>,
    /// Digest, hexadecimal.
    #[serde(default)]
    pub digest: Option<String>,
    /// Number of pages.
    #[serde(default)]
    pub pages: Option<usize>,
    /// A picture of its first page can be asked for.
    #[serde(default)]
    pub preview: bool,
}
