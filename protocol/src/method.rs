//! The methods. Documents are named in their parameters by the handles that `document.open` gives out.

/// What a page can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Who answers, and whether this page may go on.
    Hello,
    /// Asks the person whether this page may go on.
    Connect,
    /// A place for a document.
    DocumentOpen,
    /// Gives the place back.
    DocumentClose,
    /// The person's certificates.
    Certificates,
    /// A login token.
    Login,
    /// Signs one document.
    Sign,
    /// Puts a seal on PDF documents and signs them.
    Seal,
    /// Judges the signatures of a document.
    Verify,
    /// Encrypts a bid.
    BidEncrypt,
    /// Decrypts a bid here.
    BidDecrypt,
    /// Answers the header of a bid with its key, for the platform that keeps the bid.
    BidOpen,
    /// Signs a list of documents with one consent.
    BatchSign,
    /// Seals a list of PDF documents with one consent.
    BatchSeal,
    /// Goes on with a batch after a lost connection.
    BatchResume,
    /// Ends a call that is still going on.
    Cancel,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 16] = [
        Self::Hello,
        Self::Connect,
        Self::DocumentOpen,
        Self::DocumentClose,
        Self::Certificates,
        Self::Login,
        Self::Sign,
        Self::Seal,
        Self::Verify,
        Self::BidEncrypt,
        Self::BidDecrypt,
        Self::BidOpen,
        Self::BatchSign,
        Self::BatchSeal,
        Self::BatchResume,
        Self::Cancel,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Connect => "connect",
            Self::DocumentOpen => "document.open",
            Self::DocumentClose => "document.close",
            Self::Certificates => "certificates",
            Self::Login => "login",
            Self::Sign => "sign",
            Self::Seal => "seal",
            Self::Verify => "verify",
            Self::BidEncrypt => "bid.encrypt",
            Self::BidDecrypt => "bid.decrypt",
            Self::BidOpen => "bid.open",
            Self::BatchSign => "batch.sign",
            Self::BatchSeal => "batch.seal",
            Self::BatchResume => "batch.resume",
            Self::Cancel => "cancel",
        }
    }

    /// The method of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether a page may call it before the person has let it in.
    #[must_use]
    pub const fn needs_no_permission(self) -> bool {
        matches!(self, Self::Hello | Self::Connect)
    }
}
