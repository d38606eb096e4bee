//! The codes of failures: stable words that scripts, the agent and the screens switch on.
//!
//! What each means to a person stands in the message catalogue, and for developers in docs/errors.md; a test holds the
//! three together. A code is added only when something reports it.

use std::fmt;

/// Whose turn it is after a failure; decides the exit status of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// A policy refused (a locked document, a certificate that may not be used): exit 1.
    Refused,
    /// The command or a file is unusable: exit 2.
    Input,
    /// The person or the token: exit 3.
    Person,
    /// Disk, network, or a fault of the program: exit 4.
    Surroundings,
}

impl Turn {
    /// The exit status of a process that ends with such a failure.
    #[must_use]
    pub const fn exit(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Input => 2,
            Self::Person => 3,
            Self::Surroundings => 4,
        }
    }
}

macro_rules! codes {
    ($($variant:ident = $text:literal, $turn:ident, [$($field:literal),*];)*) => {
        /// What went wrong, as a word that never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word itself, such as `token.pin_wrong`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Whose turn it is.
            #[must_use]
            pub const fn turn(self) -> Turn {
                match self { $(Self::$variant => Turn::$turn,)* }
            }

            /// The names of the facts that a failure with this code carries.
            #[must_use]
            pub const fn fields(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($field),*],)* }
            }
        }
    };
}

codes! {
    // usage: what was typed is not a command of this program.
    UsageUnknown = "usage.unknown", Input, ["argument"];
    UsageMissing = "usage.missing", Input, ["argument"];
    UsageValue = "usage.value", Input, ["argument", "value", "reason"];
    UsageConflict = "usage.conflict", Input, ["argument", "other"];
    // input: a file that was to be read.
    InputNotFound = "input.not_found", Input, ["path"];
    InputNotReadable = "input.not_readable", Input, ["path", "reason"];
    InputReadFailed = "input.read_failed", Surroundings, ["path", "reason"];
    InputIsFolder = "input.is_folder", Input, ["path"];
    InputEmpty = "input.empty", Input, ["path"];
    InputTooLarge = "input.too_large", Input, ["path", "limit"];
    InputChanged = "input.changed", Input, ["path"];
    // pdf: the document itself.
    PdfNotPdf = "pdf.not_pdf", Input, ["path"];
    PdfDamaged = "pdf.damaged", Input, ["path", "reason"];
    PdfUnsupported = "pdf.unsupported", Input, ["path", "reason"];
    PdfPasswordWrong = "pdf.password_wrong", Person, ["path"];
    PdfLocked = "pdf.locked", Refused, ["path", "reason"];
    PdfPage = "pdf.page", Input, ["path", "page", "pages"];
    // seal: seal pictures and their place.
    SealNotFound = "seal.not_found", Input, ["name"];
    SealExists = "seal.exists", Input, ["name"];
    SealName = "seal.name", Input, ["name"];
    SealPicture = "seal.picture", Input, ["path", "reason"];
    SealSizeMissing = "seal.size_missing", Input, ["name"];
    SealSize = "seal.size", Input, ["value", "reason"];
    SealPlace = "seal.place", Input, ["path", "page", "reason"];
    // cert: certificates and the keys behind them.
    CertKeyUsage = "cert.key_usage", Refused, ["selector", "holder"];
    CertExpired = "cert.expired", Refused, ["selector", "holder", "until"];
    CertNotYetValid = "cert.not_yet_valid", Refused, ["selector", "holder", "from"];
    CertNotFound = "cert.not_found", Input, ["selector"];
    CertAmbiguous = "cert.ambiguous", Input, ["selector", "candidates"];
    CertMalformed = "cert.malformed", Input, ["path", "reason"];
    CertNoKey = "cert.no_key", Input, ["holder"];
    CertSubject = "cert.subject", Input, ["value", "reason"];
    CertUnsupported = "cert.unsupported", Input, ["holder", "reason"];
    // trust: roots in the home folder's trust/.
    TrustNotFound = "trust.not_found", Input, ["selector"];
    TrustNotRoot = "trust.not_root", Input, ["path", "holder"];
    // token: the token (USB key) and its PIN.
    TokenNone = "token.none", Person, [];
    TokenNotFound = "token.not_found", Person, ["selector"];
    TokenAmbiguous = "token.ambiguous", Input, ["selector", "candidates"];
    TokenExists = "token.exists", Input, ["label"];
    TokenLabel = "token.label", Input, ["label"];
    TokenPinWrong = "token.pin_wrong", Person, ["token", "remaining"];
    TokenPinLocked = "token.pin_locked", Person, ["token"];
    TokenLastTry = "token.last_try", Person, ["token"];
    TokenPukMistyped = "token.puk_mistyped", Person, ["token"];
    TokenPukLocked = "token.puk_locked", Person, ["token"];
    TokenKeyring = "token.keyring", Person, ["token", "reason"];
    TokenKeyExists = "token.key_exists", Person, ["token"];
    TokenVoucher = "token.voucher", Person, ["token", "reason"];
    TokenPukWrong = "token.puk_wrong", Person, ["token", "remaining"];
    TokenNotActivated = "token.not_activated", Person, ["token"];
    TokenActive = "token.active", Person, ["token"];
    TokenPinRule = "token.pin_rule", Person, ["rule", "bound"];
    TokenRemoved = "token.removed", Person, ["token"];
    TokenModuleFailed = "token.module_failed", Person, ["module", "reason"];
    TokenNotSupported = "token.not_supported", Person, ["reason"];
    TokenDamaged = "token.damaged", Person, ["token", "reason"];
    TokenKeyMissing = "token.key_missing", Person, ["token", "holder"];
    TokenFailed = "token.failed", Person, ["token", "reason"];
    // p12: certificate files with a key (.p12, .pfx).
    P12PasswordWrong = "p12.password_wrong", Person, ["path"];
    P12Damaged = "p12.damaged", Input, ["path", "reason"];
    // secret: pINs and passwords that had to be asked.
    SecretNoTerminal = "secret.no_terminal", Person, ["secret"];
    SecretMissing = "secret.missing", Person, ["secret", "field"];
    SecretMalformed = "secret.malformed", Input, ["reason"];
    SecretMismatch = "secret.mismatch", Person, ["secret"];
    // consent: the person's word.
    ConsentNoTerminal = "consent.no_terminal", Person, ["operation"];
    UserCancelled = "user.cancelled", Person, [];
    // output: files and folders that were to be written.
    OutputSameAsInput = "output.same_as_input", Input, ["path"];
    OutputExists = "output.exists", Input, ["path"];
    OutputNotEmpty = "output.not_empty", Input, ["path"];
    OutputIsFolder = "output.is_folder", Input, ["path"];
    OutputNoFolder = "output.no_folder", Input, ["path"];
    OutputName = "output.name", Input, ["path"];
    OutputNotWritable = "output.not_writable", Surroundings, ["path"];
    OutputFailed = "output.failed", Surroundings, ["path", "reason"];
    DiskFull = "disk.full", Surroundings, ["path"];
    // sign: signing and checking signatures.
    CmsMalformed = "cms.malformed", Input, ["path", "reason"];
    VerifyKind = "verify.kind", Input, ["path"];
    VerifyContentMissing = "verify.content_missing", Input, ["path"];
    SignWrong = "sign.wrong", Surroundings, ["holder"];
    // bid: the encrypted bid (.bid).
    BidNoSigner = "bid.no_signer", Input, [];
    BidOwnCertificate = "bid.own_certificate", Input, [];
    BidHostOff = "bid.host_off", Refused, [];
    BidTampered = "bid.tampered", Input, ["path"];
    BidVersion = "bid.version", Input, ["path", "version"];
    BidThreshold = "bid.threshold", Input, ["path", "bidder", "members", "threshold"];
    BidCommittee = "bid.committee", Input, ["reason"];
    BidLocalOnly = "bid.local_only", Refused, ["path", "field"];
    BidOriginOther = "bid.origin_other", Refused, ["path", "origin", "expected"];
    BidPlatformOther = "bid.platform_other", Refused, ["path", "holder"];
    BidTooEarly = "bid.too_early", Refused, ["path", "opens_at", "now"];
    BidResponseOther = "bid.response_other", Input, ["path"];
    BidResponseKey = "bid.response_key", Input, ["path", "holder"];
    BidResponseDamaged = "bid.response_damaged", Input, ["path"];
    BidResponseTwice = "bid.response_twice", Input, ["path", "holder"];
    BidNoRecipient = "bid.no_recipient", Input, ["path", "recipients", "needed"];
    BidNoPassword = "bid.no_password", Input, ["path"];
    BidPasswordWrong = "bid.password_wrong", Person, ["path"];
    BidPasswordWeak = "bid.password_weak", Person, ["reason"];
    BidMeta = "bid.meta", Input, ["path", "field", "reason"];
    BidName = "bid.name", Input, ["path", "reason"];
    BidLimit = "bid.limit", Input, ["reason"];
    BidRehearsalFailed = "bid.rehearsal_failed", Surroundings, ["path", "reason"];
    BidMadeAlone = "bid.made_alone", Surroundings, ["path", "bid", "reason"];
    // ledger: the record of encrypted bids.
    LedgerGuard = "ledger.guard", Refused, ["holder", "bids"];
    LedgerWaiting = "ledger.waiting", Refused, ["bid", "opens_at"];
    LedgerNotFound = "ledger.not_found", Input, ["name"];
    LedgerAmbiguous = "ledger.ambiguous", Input, ["name", "candidates"];
    LedgerReceiptOther = "ledger.receipt_other", Input, ["path", "bid"];
    LedgerVersion = "ledger.version", Input, ["path", "version"];
    LedgerDamaged = "ledger.damaged", Surroundings, ["path", "reason"];
    LedgerMissing = "ledger.missing", Surroundings, ["path"];
    LedgerFailed = "ledger.failed", Surroundings, ["path", "reason"];
    // network: asking over the network, where the person wanted it.
    NetworkUrl = "network.url", Input, ["url", "reason"];
    NetworkPrivate = "network.private", Refused, ["url", "host"];
    NetworkUnreachable = "network.unreachable", Surroundings, ["url", "reason"];
    NetworkSlow = "network.slow", Surroundings, ["url", "seconds"];
    NetworkTooLarge = "network.too_large", Surroundings, ["url", "limit"];
    NetworkStatus = "network.status", Surroundings, ["url", "status"];
    // tsa: the time stamping authority.
    TsaMalformed = "tsa.malformed", Surroundings, ["url"];
    TsaRejected = "tsa.rejected", Surroundings, ["url", "reason"];
    TsaNonce = "tsa.nonce", Surroundings, ["url"];
    TsaImprint = "tsa.imprint", Surroundings, ["url"];
    TsaSignature = "tsa.signature", Surroundings, ["url"];
    TsaPurpose = "tsa.purpose", Surroundings, ["url"];
    TsaExpired = "tsa.expired", Surroundings, ["url"];
    // login: logging in to a web page.
    LoginNonce = "login.nonce", Input, ["length"];
    // journal: the record of what web pages asked for.
    JournalFailed = "journal.failed", Surroundings, ["path", "reason"];
    // web: web pages that ask over localhost.
    WebCaller = "web.caller", Refused, [];
    WebHost = "web.host", Refused, [];
    WebOrigin = "web.origin", Refused, ["origin"];
    WebBlocked = "web.blocked", Refused, ["origin"];
    WebNotAllowed = "web.not_allowed", Refused, ["origin"];
    WebRefused = "web.refused", Refused, ["origin"];
    WebWait = "web.wait", Person, ["seconds"];
    WebBusy = "web.busy", Person, ["waiting"];
    WebLimit = "web.limit", Surroundings, ["what", "limit"];
    WebMessage = "web.message", Input, ["reason"];
    WebMethod = "web.method", Input, ["method"];
    WebParams = "web.params", Input, ["reason"];
    WebDocument = "web.document", Input, ["id"];
    WebIncomplete = "web.incomplete", Input, ["received", "length"];
    WebRange = "web.range", Input, ["received"];
    WebTicket = "web.ticket", Refused, [];
    // batch: a list of documents with one consent.
    BatchUnknown = "batch.unknown", Input, [];
    BatchChanged = "batch.changed", Refused, ["name"];
    // agent: the localhost agent itself.
    AgentPorts = "agent.ports", Surroundings, ["ports", "holder"];
    AgentFailed = "agent.failed", Surroundings, ["reason"];
    TlsFailed = "tls.failed", Surroundings, ["reason"];
    // surroundings: this computer.
    HomeNotUsable = "home.not_usable", Surroundings, ["path", "reason"];
    SettingsMalformed = "settings.malformed", Input, ["path", "reason"];
    RandomFailed = "random.failed", Surroundings, [];
    Internal = "internal", Surroundings, ["reason"];
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
