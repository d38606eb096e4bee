//! What a token can do beyond signing, as flags that screens read.

/// One optional power of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Capability {
    /// The number of PIN tries left is known exactly.
    RetryCountExact = 1 << 0,
    /// The token says whether its factory PIN is still set.
    DefaultPinKnown = 1 << 1,
    /// Wrong PINs lock the token by hardware, not by a program's good will.
    HardwareLockout = 1 << 2,
    /// [`Token::activate`](crate::Token::activate) replaces the factory PIN.
    Activate = 1 << 3,
    /// [`Token::change_pin`](crate::Token::change_pin).
    ChangePin = 1 << 4,
    /// [`Token::unblock`](crate::Token::unblock) with a PUK or an administrator's PIN.
    Unblock = 1 << 5,
    /// Decryption of a short secret by a key of the token ([`Token::unwrap_key`](crate::Token::unwrap_key)).
    Unwrap = 1 << 6,
    /// ECDH on the token ([`Token::agree`](crate::Token::agree)).
    Agree = 1 << 7,
    /// SM2 keys.
    Sm2 = 1 << 8,
    /// Key generation on the token.
    Generate = 1 << 9,
    /// Writing a certificate beside its key.
    ImportCertificate = 1 << 10,
    /// Writing a private key made elsewhere (encryption keys come from the CA).
    ImportKey = 1 << 11,
    /// Deleting keys and certificates.
    Delete = 1 << 12,
    /// The PIN is typed on the reader's own keys; none is passed by the program.
    PinPad = 1 << 13,
    /// Some keys want the PIN before every single signature.
    PinPerSignature = 1 << 14,
    /// A challenge for the certificate authority, whose answer sets a new PIN
    /// ([`Token::unblock_request`](crate::Token::unblock_request)).
    RemoteUnblock = 1 << 15,
    /// Content is decrypted on the token by a key that never leaves it
    /// ([`Token::decrypt_content`](crate::Token::decrypt_content)).
    DecryptContent = 1 << 16,
    /// The answer of [`RemoteUnblock`](Self::RemoteUnblock) carries the new PIN: none is chosen here.
    PinInAnswer = 1 << 17,
    /// The module tells when a key comes or goes
    /// ([`Provider::wait_for_change`](crate::Provider::wait_for_change)).
    Events = 1 << 18,
}

impl Capability {
    /// Every capability, in a stable order.
    pub const ALL: [Self; 19] = [
        Self::RetryCountExact,
        Self::DefaultPinKnown,
        Self::HardwareLockout,
        Self::Activate,
        Self::ChangePin,
        Self::Unblock,
        Self::Unwrap,
        Self::Agree,
        Self::Sm2,
        Self::Generate,
        Self::ImportCertificate,
        Self::ImportKey,
        Self::Delete,
        Self::PinPad,
        Self::PinPerSignature,
        Self::RemoteUnblock,
        Self::DecryptContent,
        Self::PinInAnswer,
        Self::Events,
    ];

    /// The stable name used in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RetryCountExact => "retry_count_exact",
            Self::DefaultPinKnown => "default_pin_known",
            Self::HardwareLockout => "hardware_lockout",
            Self::Activate => "activate",
            Self::ChangePin => "change_pin",
            Self::Unblock => "unblock",
            Self::Unwrap => "unwrap",
            Self::Agree => "agree",
            Self::Sm2 => "sm2",
            Self::Generate => "generate",
            Self::ImportCertificate => "import_certificate",
            Self::ImportKey => "import_key",
            Self::Delete => "delete",
            Self::PinPad => "pin_pad",
            Self::PinPerSignature => "pin_per_signature",
            Self::RemoteUnblock => "remote_unblock",
            Self::DecryptContent => "decrypt_content",
            Self::PinInAnswer => "pin_in_answer",
            Self::Events => "events",
        }
    }
}

/// The set of a token's capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities(u32);

impl Capabilities {
    /// The set with exactly these members.
    #[must_use]
    pub fn of(members: &[Capability]) -> Self {
        Self(members.iter().fold(0, |set, member| set | *member as u32))
    }

    /// Whether the token can do this.
    #[must_use]
    pub fn has(self, capability: Capability) -> bool {
        self.0 & capability as u32 != 0
    }

    /// The members, in the order of [`Capability::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |capability| self.has(*capability))
    }
}
