//! Calls of the main window.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{EncryptOrder, StampOrder};

/// What the main window can ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Versions and places: [`About`].
    About {},
    /// [`Preferences`].
    Preferences {},
    /// Keeps them.
    SetPreferences {
        /// All of them.
        preferences: Preferences,
    },
    /// Lets the person choose: a list of [`Chosen`], empty when they chose nothing.
    Pick {
        /// What.
        what: Pick,
        /// A name to begin with, for what is to be written.
        suggested: Option<String>,
    },
    /// Files that were opened with the program and not yet taken: a list of [`Chosen`].
    Opened {},
    /// Stops what is going on.
    Cancel {},
    /// Whether the system opens bids and links with this program: [`Links`], or nothing where that is not ours to turn.
    Links {},
    /// Makes it so, or takes it back: as [`Call::Links`].
    TurnLinks {
        /// From now on.
        on: bool,
    },
    /// [`super::Tokens`].
    Tokens {},
    /// Makes a software key: [`super::Token`].
    MakeToken {
        /// Its name.
        label: String,
        /// `sm`, `rsa`, `p256` or `p384`.
        suite: String,
    },
    /// Replaces the initial PIN: [`super::Pin`].
    Activate {
        /// The token's serial number.
        token: String,
    },
    /// Replaces the PIN: [`super::Pin`].
    ChangePin {
        /// The token's serial number.
        token: String,
    },
    /// Sets a new PIN by the unlock code: [`super::Pin`].
    Unblock {
        /// The token's serial number.
        token: String,
    },
    /// Checks the PIN: [`super::Pin`].
    VerifyPin {
        /// The token's serial number.
        token: String,
    },
    /// Imports a certificate, or a key with its certificate, into a token.
    ImportCertificate {
        /// The token's serial number.
        token: String,
        /// The file.
        file: u32,
    },
    /// Writes a certificate as PEM: nothing.
    ExportCertificate {
        /// SHA-256 of the certificate.
        sha256: String,
        /// With those above it.
        chain: bool,
        /// The file to be written.
        output: u32,
    },
    /// Trusted roots: a list of [`super::Certificate`].
    Trusted {},
    /// Trusts the roots of a file.
    Trust {
        /// The file.
        file: u32,
    },
    /// Trusts a root no longer.
    Distrust {
        /// SHA-256 of the root.
        sha256: String,
    },
    /// Asks the authorities of a certificate and of those above it whether it is revoked: [`super::CertificateStatus`].
    Status {
        /// SHA-256 of the certificate.
        sha256: String,
    },
    /// A list of [`super::Seal`].
    Seals {},
    /// Keeps a picture as a seal: [`super::Seal`].
    ImportSeal {
        /// The picture.
        file: u32,
        /// Its width in millimetres, if the picture does not tell.
        width_mm: Option<f64>,
        /// Its name.
        name: String,
        /// The white paper of a scan becomes transparent.
        clear_white: bool,
    },
    /// Gives a seal another name: [`super::Seal`].
    RenameSeal {
        /// Its name.
        name: String,
        /// The name that it gets.
        to: String,
    },
    /// Removes a seal; the screen has asked before.
    RemoveSeal {
        /// Its name.
        name: String,
    },
    /// The picture of a seal: PNG, base64.
    SealPicture {
        /// Its name.
        name: String,
    },
    /// [`super::Stamped`].
    Stamp {
        /// What and how.
        order: StampOrder,
    },
    /// A list of [`super::Bid`].
    Bids {
        /// The cleared ones too.
        all: bool,
    },
    /// Encrypts a bid: [`super::Encrypted`].
    Encrypt {
        /// What and for whom.
        order: EncryptOrder,
    },
    /// Whether there is room for a bid: [`super::Room`].
    Room {
        /// Files and folders that go into it.
        inputs: Vec<u32>,
        /// Where it goes; absent means beside the first of them.
        output: Option<u32>,
    },
    /// The outside of a bid: [`super::Outside`].
    Inspect {
        /// The bid.
        bid: u32,
    },
    /// Opens a bid on trial: [`super::Rehearsed`].
    Rehearse {
        /// The bid.
        bid: u32,
        /// By its password.
        password: bool,
    },
    /// Opens a bid into a folder: [`super::Decrypted`].
    Decrypt {
        /// The bid.
        bid: u32,
        /// The folder to be made.
        folder: u32,
        /// By its password.
        password: bool,
    },
    /// Explains why a bid did not open: [`super::EvidenceMade`].
    Evidence {
        /// The bid.
        bid: u32,
        /// The archive to be written.
        output: u32,
        /// Signed by the bidder's certificate.
        signed: bool,
    },
    /// Keeps the platform's receipt: [`super::Bid`].
    Receipt {
        /// The bid's name in the ledger.
        id: String,
        /// The receipt.
        file: u32,
    },
    /// A bid's keys are needed no more: [`super::Bid`].
    Clear {
        /// The bid's name in the ledger.
        id: String,
    },
    /// [`super::Verified`].
    Verify {
        /// The file.
        file: u32,
        /// Its separate signature.
        signature: Option<u32>,
    },
    /// Verifies again and writes the verdict with its facts, in the person's language: nothing.
    VerifyReport {
        /// The file.
        file: u32,
        /// Its separate signature.
        signature: Option<u32>,
        /// The text to be written.
        output: u32,
    },
    /// A list of [`super::Site`].
    Sites {},
    /// Forgets what was said about a page.
    ForgetSite {
        /// Its origin.
        origin: String,
    },
    /// A list of [`super::JournalEntry`], the newest first.
    Journal {},
    /// [`super::JournalState`].
    CheckJournal {},
    /// Writes the journal: nothing.
    ExportJournal {
        /// The file to be written.
        output: u32,
    },
    /// [`super::Check`].
    Check {},
    /// Mends what a finding names, after the person has agreed in a window of its own: the check as it is then.
    Repair {
        /// The repair's word.
        repair: String,
    },
    /// Begins the guided try: a key, a certificate, a seal and a document in a home of their own: [`super::Practice`].
    PracticeBegin {},
    /// Does the next step of it: [`super::Practice`].
    PracticeStep {
        /// `stamp`, `verify`, `encrypt` or `open`.
        step: String,
    },
    /// Ends it: everything that it made is removed.
    PracticeEnd {},
    /// Writes the redacted bundle: nothing.
    CheckBundle {
        /// The file to be written.
        output: u32,
    },
}

/// What the person is to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// PDF documents.
    Documents,
    /// Any files.
    Files,
    /// One folder.
    Folder,
    /// One file of any kind.
    File,
    /// One picture.
    Picture,
    /// One certificate or key file.
    Certificate,
    /// One encrypted bid.
    Bid,
    /// A file to be written.
    Output,
    /// A folder to be made.
    NewFolder,
}

/// A file or folder that the person chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Chosen {
    /// Its handle.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The folder it lies in, as it is shown.
    pub place: String,
    /// Length in bytes; absent for folders and for what is to be written.
    pub size: Option<u64>,
    /// A folder.
    pub folder: bool,
}

/// What the person set for the screens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// `zh-CN` or `en`.
    pub language: String,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// What the person calls a token, by its serial number.
    pub nicknames: std::collections::BTreeMap<String, String>,
    /// The colour by which the person tells a token from others: one of the words of the screens, by its serial number.
    pub colours: std::collections::BTreeMap<String, String>,
    /// Starts with the person's session; absent until the person was asked.
    pub autostart: Option<bool>,
    /// The person was asked whether bids and links open with this program; the system knows the answer.
    pub links_asked: bool,
    /// The guided try was offered and is not to be offered again.
    pub practised: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        let (nicknames, colours) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
        let (autostart, links_asked, practised) = (None, false, false);
        Self { language: "zh-CN".into(), theme: Theme::System, nicknames, colours, autostart, links_asked, practised }
    }
}

/// What opens `.bid` files and `bidseal:` links of web pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Links {
    /// This program does.
    pub on: bool,
    /// Where it lies, as it is shown.
    pub program: String,
}

/// The look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Versions and places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct About {
    /// Version of the program.
    pub version: String,
    /// The home folder, as it is shown.
    pub home: String,
    /// Operating system and processor.
    pub system: String,
    /// Port of the localhost agent; absent while it does not listen here.
    pub port: Option<u16>,
    /// Why the agent does not listen.
    pub agent: Option<Told>,
}

/// A failure with its words, as every shell tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Told {
    /// The stable word of docs/errors.md.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// The facts, by name.
    #[ts(type = "Record<string, unknown>")]
    pub data: serde_json::Map<String, Value>,
}

/// What the main window is told without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// Keys came, went or changed.
    Keys {},
    /// Work goes on.
    Progress {
        /// Bytes that are through.
        done: u64,
        /// Bytes in all; 0 while that is not known.
        total: u64,
        /// Estimated seconds left.
        seconds_left: Option<u64>,
    },
    /// Files were dropped on the window, or opened with the program.
    Files {
        /// Which.
        files: Vec<Chosen>,
        /// On the screen that is shown, rather than opened with the program.
        dropped: bool,
    },
    /// So many requests of web pages wait.
    Waiting {
        /// How many.
        count: usize,
    },
    /// An opening comes near.
    Reminder {
        /// In the person's language.
        text: String,
    },
}
