//! What is so with a key, a module or this computer: stable words that `token watch` and `doctor` report.
//!
//! A finding is no failure: it says in which state a layer is, and what to do next. docs/findings.md lists them all; a
//! test holds the list, the catalogue and the document together.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{Catalogue, Turn};

/// The layers between the person and a signature, from the bottom up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The home folder, its settings, the disk it lies on.
    Home,
    /// The computer's clock.
    Clock,
    /// The keyring.
    Keyring,
    /// The smart card service.
    Service,
    /// Card readers and USB ports.
    Reader,
    /// Whether the driver of a key is installed.
    Driver,
    /// The driver module itself.
    Module,
    /// The token and its PIN.
    Token,
    /// Certificates on tokens.
    Certificate,
    /// Web pages and the agent that answers them.
    Web,
}

impl Layer {
    /// Every layer, from the bottom up.
    pub const ALL: [Self; 10] = [
        Self::Home,
        Self::Clock,
        Self::Keyring,
        Self::Service,
        Self::Reader,
        Self::Driver,
        Self::Module,
        Self::Token,
        Self::Certificate,
        Self::Web,
    ];

    /// The stable word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Clock => "clock",
            Self::Keyring => "keyring",
            Self::Service => "service",
            Self::Reader => "reader",
            Self::Driver => "driver",
            Self::Module => "module",
            Self::Token => "token",
            Self::Certificate => "certificate",
            Self::Web => "web",
        }
    }

    /// Whose turn it is when this layer fails.
    #[must_use]
    pub const fn turn(self) -> Turn {
        match self {
            Self::Home | Self::Clock | Self::Keyring | Self::Service | Self::Web => Turn::Surroundings,
            Self::Reader | Self::Driver | Self::Module | Self::Token | Self::Certificate => Turn::Person,
        }
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Good,
    /// Worth knowing; work goes on.
    Note,
    /// Something does not work until it is mended.
    Problem,
}

macro_rules! findings {
    ($($variant:ident = $text:literal, $layer:ident, $level:ident, [$($field:literal),*];)*) => {
        /// What was found, as a word that never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingCode {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl FindingCode {
            /// Every finding there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word itself, such as `missing_driver`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Where it is found.
            #[must_use]
            pub const fn layer(self) -> Layer {
                match self { $(Self::$variant => Layer::$layer,)* }
            }

            /// How much it matters as a rule.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)* }
            }

            /// The names of the facts that it carries.
            #[must_use]
            pub const fn fields(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($field),*],)* }
            }
        }
    };
}

findings! {
    HomeUnusable = "home_unusable", Home, Problem, ["path", "reason"];
    HomeOpen = "home_open", Home, Problem, ["path", "mode"];
    SettingsMalformed = "settings_malformed", Home, Problem, ["path", "reason"];
    DiskLow = "disk_low", Home, Problem, ["path", "free"];
    ClockBehind = "clock_behind", Clock, Problem, ["now", "newest"];
    KeyringAbsent = "keyring_absent", Keyring, Note, [];
    NoService = "no_service", Service, Problem, ["detail"];
    NoReader = "no_reader", Reader, Problem, [];
    NoKey = "no_key", Reader, Problem, [];
    KeyPresent = "key_present", Reader, Good, [];
    UsbUnlisted = "usb_unlisted", Reader, Note, ["reason"];
    KeyMute = "mute", Reader, Problem, ["key", "place"];
    KeyInUse = "in_use", Reader, Problem, ["key", "place", "holders"];
    KeyConnected = "connected", Driver, Good, ["key", "place"];
    MissingDriver = "missing_driver", Driver, Problem, ["key", "place", "files"];
    UnknownKey = "unknown_key", Driver, Problem, ["key", "place"];
    WorkerMissing = "worker_missing", Module, Problem, ["path"];
    ModuleShows = "module_shows", Module, Good, ["module", "tokens"];
    ModuleFailed = "module_failed", Module, Problem, ["module", "reason"];
    ModuleRefused = "module_refused", Module, Note, ["module", "reason"];
    TokenNone = "token_none", Token, Note, [];
    KeyBlank = "blank", Token, Note, ["token", "provider"];
    TokenReady = "ready", Token, Good, ["token", "provider"];
    TokenRunningOut = "running_out", Token, Note, ["token", "provider", "remaining"];
    TokenNotActivated = "not_activated", Token, Problem, ["token", "provider"];
    TokenLocked = "locked", Token, Problem, ["token", "provider"];
    TokenUnreadable = "token_unreadable", Token, Problem, ["token", "reason"];
    CertificateNone = "certificate_none", Certificate, Note, ["token"];
    CertificateExpired = "certificate_expired", Certificate, Problem, ["holder", "until"];
    CertificateNotYetValid = "certificate_not_yet_valid", Certificate, Problem, ["holder", "from"];
    CertificateEndsSoon = "certificate_ends_soon", Certificate, Note, ["holder", "until", "days"];
    AgentListening = "agent_listening", Web, Good, ["port"];
    AgentStopped = "agent_stopped", Web, Note, [];
    PortTaken = "port_taken", Web, Note, ["port", "holder"];
    PortsTaken = "ports_taken", Web, Problem, ["port", "holder"];
    PagesListed = "pages_listed", Web, Good, ["allowed", "blocked"];
    PagesMalformed = "pages_malformed", Web, Problem, ["path", "reason"];
    BrowserAllows = "browser_allows", Web, Good, ["place", "policy", "pages"];
    BrowserBlocks = "browser_blocks", Web, Note, ["place", "policy", "pages"];
    TlsOn = "tls_on", Web, Good, ["authority", "until"];
    TlsOff = "tls_off", Web, Good, [];
    TlsOver = "tls_over", Web, Problem, ["reason"];
    Gone = "gone", Reader, Note, ["name"];
}

/// One finding with its facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was found.
    pub code: FindingCode,
    /// How much it matters here.
    pub level: Level,
    /// The facts, by name.
    pub data: BTreeMap<&'static str, Value>,
}

impl Finding {
    /// A finding without facts yet, that matters as it does as a rule.
    #[must_use]
    pub const fn new(code: FindingCode) -> Self {
        Self { code, level: code.level(), data: BTreeMap::new() }
    }

    /// Adds one fact; its name is one of [`FindingCode::fields`].
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        debug_assert!(self.code.fields().contains(&field), "{} declares no {field}", self.code.as_str());
        self.data.insert(field, value.into());
        self
    }

    /// The same, mattering less: work goes on without this layer.
    #[must_use]
    pub fn at_most(mut self, level: Level) -> Self {
        self.level = self.level.min(level);
        self
    }

    /// What was found, and what to do, in a person's language.
    #[must_use]
    pub fn told(&self, words: &Catalogue) -> (String, String) {
        words.finding(self.code.as_str(), &self.data)
    }

    /// The finding as JSON output shows it.
    #[must_use]
    pub fn to_json(&self, words: &Catalogue) -> Value {
        let (message, hint) = self.told(words);
        serde_json::json!({
            "layer": self.code.layer(), "code": self.code.as_str(), "level": self.level,
            "message": message, "hint": hint, "data": self.data,
        })
    }
}
