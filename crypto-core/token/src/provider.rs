//! The two traits that every kind of token implements.

use std::fmt;
use std::time::Duration;

use algo::{
    Digest, KeyAlgorithm, KeyTransport, Pin, PrivateKey, PublicKey, Secret, SignatureScheme, Suite, WrappedContent,
};
use x509::Certificate;

use crate::{
    Capabilities, Capability, Container, ContainerId, ContainerPart, EnclosedKey, KeyId, KeyUse, PinPolicy, PinState,
    Puk, TokenError,
};

/// Finds tokens of one kind.
pub trait Provider: Send + Sync {
    /// Short stable name of the kind: `soft`, `pkcs11`, `skf`.
    fn name(&self) -> &'static str;

    /// The tokens that are here now.
    ///
    /// # Errors
    /// [`TokenError::ModuleFailed`] when a vendor module does not answer; a token that alone is damaged is listed.
    fn tokens(&self) -> Result<Vec<TokenRef>, TokenError>;

    /// Opens one of them, without a PIN.
    ///
    /// # Errors
    /// [`TokenError::None`] when it is not here any more, [`TokenError::Damaged`] naming the file.
    fn open(&self, token: &TokenRef) -> Result<Box<dyn Token>, TokenError>;

    /// Keys that hold nothing yet, not even a PIN: they are initialised before anything else.
    ///
    /// # Errors
    /// As [`Provider::tokens`].
    fn blank(&self) -> Result<Vec<TokenRef>, TokenError> {
        Ok(Vec::new())
    }

    /// Gives a blank key its label, the administrator's PIN and the person's. A key that is in use loses all that is on
    /// it, where its interface has that; its administrator's PIN must then be the right one.
    ///
    /// # Errors
    /// [`TokenError::None`] when it is not here, [`TokenError::LabelInvalid`], [`TokenError::Policy`] for a PIN that the
    /// key refuses, [`TokenError::PukWrong`], [`TokenError::Algorithm`] where nothing of this kind is initialised.
    fn initialise(&self, key: &TokenRef, order: &Initialisation<'_>) -> Result<TokenRef, TokenError> {
        let _ = (key, order);
        Err(TokenError::Algorithm { what: "initialising".to_owned() })
    }

    /// Blocks until a token comes or goes, at most `longest`.
    ///
    /// # Errors
    /// [`TokenError::NotSupported`] where nothing tells: the tokens are then asked for again and again.
    fn wait_for_change(&self, longest: Duration) -> Result<(), TokenError> {
        let _ = longest;
        Err(TokenError::NotSupported(Capability::Events))
    }
}

/// What a key is given when it is initialised.
pub struct Initialisation<'a> {
    /// What people will call it: 1 to 32 bytes of UTF-8.
    pub label: &'a str,
    /// The administrator's PIN (SO PIN): set on a blank key, proven on one that is in use.
    pub administrator: &'a Pin,
    /// The person's first PIN.
    pub pin: &'a Pin,
    /// The device's authentication key, which SKF keys want for it (设备认证密钥): 16 characters or 32 hexadecimal digits.
    pub device_key: Option<&'a Pin>,
}

impl Initialisation<'_> {
    /// The label, if it can be one: PKCS#11 §3.2 and GM/T 0016 both have 32 bytes for it.
    ///
    /// # Errors
    /// [`TokenError::LabelInvalid`].
    pub(crate) fn valid_label(&self) -> Result<&str, TokenError> {
        let Self { label, .. } = self;
        let refused = label.trim().is_empty() || label.len() > 32 || label.chars().any(char::is_control);
        if refused { Err(TokenError::LabelInvalid((*label).to_owned())) } else { Ok(label) }
    }
}

/// Names a token for as long as it exists, across starts and re-plugging.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenRef {
    /// [`Provider::name`] of the kind that opens it.
    pub provider: &'static str,
    /// Stable within the provider: the soft token's folder, or manufacturer and serial number.
    pub id: String,
    /// What people call it.
    pub label: String,
}

impl fmt::Display for TokenRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.label, self.provider, self.id)
    }
}

/// Adds what tells them apart to ids that several tokens share: one that is opened is always the one that was chosen.
pub(crate) fn tell_apart(tokens: &mut [TokenRef], by: impl Fn(usize) -> String) {
    let ids: Vec<String> = tokens.iter().map(|token| token.id.clone()).collect();
    for (at, token) in tokens.iter_mut().enumerate() {
        if ids.iter().filter(|id| **id == ids[at]).count() > 1 {
            token.id = format!("{}/{}", ids[at], by(at));
        }
    }
}

/// What a token says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// Its stable name.
    pub token: TokenRef,
    /// Who made it.
    pub manufacturer: String,
    /// Model name.
    pub model: String,
    /// Serial number (设备号), as support asks for it.
    pub serial: String,
    /// The suite it was made for; `None` where any may be on it.
    pub suite: Option<Suite>,
    /// What it can do.
    pub capabilities: Capabilities,
    /// What its protection does not cover: shown to the person wherever the token is.
    pub warnings: Vec<TokenWarning>,
}

impl TokenInfo {
    /// What a token without a suite of its own and without warnings says: manufacturer, model, serial number.
    #[must_use]
    pub fn new(token: TokenRef, [manufacturer, model, serial]: [String; 3], capabilities: Capabilities) -> Self {
        Self { token, manufacturer, model, serial, suite: None, capabilities, warnings: Vec::new() }
    }
}

/// What a certificate authority needs to unblock a token from afar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnblockRequest {
    /// Random bytes of this request; the answer is good for it alone.
    pub challenge: Vec<u8>,
    /// Public key (SPKI) to which the answer is encrypted; empty where the token has a way of its own (SKF).
    pub answer_key: Vec<u8>,
    /// What [`Token::enrol_recovery`] was given for the authority; empty where the authority keeps its own.
    pub escrow: Vec<u8>,
    /// The person chooses the new PIN here, not the authority.
    pub new_pin_here: bool,
}

/// A limit of a token's protection that the person must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenWarning {
    /// Whoever copies the token's files can guess the PIN on the copy, without any limit of tries.
    CopyCanBeGuessed,
    /// Putting an earlier copy of the files back resets the counter of wrong PINs.
    CopyRestoresCounter,
}

impl TokenWarning {
    /// The stable name used in JSON output and message catalogues.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CopyCanBeGuessed => "copy_can_be_guessed",
            Self::CopyRestoresCounter => "copy_restores_counter",
        }
    }
}

/// An opened token. Not `Sync`: one owner at a time; dropping it logs out.
pub trait Token: Send {
    /// Identity, capabilities and warnings.
    ///
    /// # Errors
    /// [`TokenError::Removed`], [`TokenError::Damaged`], [`TokenError::ModuleFailed`].
    fn info(&mut self) -> Result<TokenInfo, TokenError>;

    /// The PIN's state, read now.
    ///
    /// # Errors
    /// As [`Token::info`].
    fn pin_state(&mut self) -> Result<PinState, TokenError>;

    /// The rules for a new PIN, to be shown before one is asked for.
    ///
    /// # Errors
    /// As [`Token::info`].
    fn pin_policy(&mut self) -> Result<PinPolicy, TokenError>;

    /// Checks the PIN and opens the keys until [`Token::logout`].
    ///
    /// # Errors
    /// [`TokenError::PinWrong`] with the state after the try, [`TokenError::PinLocked`], [`TokenError::NotActivated`].
    fn login(&mut self, pin: &Pin) -> Result<(), TokenError>;

    /// Lets the person type the PIN on the reader's own keys ([`Capability::PinPad`]); waits for it.
    ///
    /// # Errors
    /// As [`Token::login`].
    fn login_on_pad(&mut self) -> Result<(), TokenError> {
        Err(TokenError::NotSupported(Capability::PinPad))
    }

    /// Closes the keys.
    ///
    /// # Errors
    /// [`TokenError::ModuleFailed`].
    fn logout(&mut self) -> Result<(), TokenError>;

    /// Replaces the PIN by a new one. The old one counts as a try.
    ///
    /// # Errors
    /// [`TokenError::Policy`] before any try is spent, else as [`Token::login`].
    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError> {
        let _ = (old, new);
        Err(TokenError::NotSupported(Capability::ChangePin))
    }

    /// Lets the person type the old PIN and the new one on the reader's own keys.
    ///
    /// # Errors
    /// As [`Token::login`].
    fn change_pin_on_pad(&mut self) -> Result<(), TokenError> {
        Err(TokenError::NotSupported(Capability::PinPad))
    }

    /// Replaces the factory PIN: until then no key can be used. Answers the PUK where the token makes one; it is shown
    /// once and kept nowhere.
    ///
    /// # Errors
    /// [`TokenError::AlreadyActivated`], [`TokenError::Policy`], else as [`Token::login`].
    fn activate(&mut self, initial: &Pin, new: &Pin) -> Result<Option<Puk>, TokenError> {
        let _ = (initial, new);
        Err(TokenError::NotSupported(Capability::Activate))
    }

    /// Sets a new PIN by the proof that was given out at activation (PUK), or by the administrator's PIN.
    ///
    /// # Errors
    /// [`TokenError::PukMistyped`] and [`TokenError::Policy`] before any try is spent, [`TokenError::PukWrong`],
    /// [`TokenError::PukLocked`], [`TokenError::NotActivated`].
    fn unblock(&mut self, proof: &Pin, new: &Pin) -> Result<(), TokenError> {
        let _ = (proof, new);
        Err(TokenError::NotSupported(Capability::Unblock))
    }

    /// Begins unblocking from afar (远程解锁): what the certificate authority needs for its answer. A new request makes the
    /// answer to an earlier one worthless.
    ///
    /// # Errors
    /// [`TokenError::NotSupported`] also where the token was never enrolled for it.
    fn unblock_request(&mut self) -> Result<UnblockRequest, TokenError> {
        Err(TokenError::NotSupported(Capability::RemoteUnblock))
    }

    /// Sets a new PIN by the authority's answer. `new` is the PIN chosen here, where
    /// [`UnblockRequest::new_pin_here`] asks for one; else the answer carries it.
    ///
    /// # Errors
    /// [`TokenError::NoRequestPending`], [`TokenError::ResponseWrong`], [`TokenError::Policy`] before a try is spent.
    fn unblock_remotely(&mut self, response: &[u8], new: Option<&Pin>) -> Result<(), TokenError> {
        let _ = (response, new);
        Err(TokenError::NotSupported(Capability::RemoteUnblock))
    }

    /// Enrols the token for unblocking from afar: keeps the data key sealed under `share`, which only the authority can
    /// take out of `escrow` (an envelope that is passed back to it as it is). Needs a login.
    ///
    /// # Errors
    /// [`TokenError::NotSupported`] where the hardware has a way of its own, [`TokenError::NotLoggedIn`].
    fn enrol_recovery(&mut self, share: &Secret, escrow: &[u8]) -> Result<(), TokenError> {
        let _ = (share, escrow);
        Err(TokenError::NotSupported(Capability::RemoteUnblock))
    }

    /// Containers with keys and certificates; needs no login (some hardware shows keys only after it).
    ///
    /// # Errors
    /// As [`Token::info`].
    fn containers(&mut self) -> Result<Vec<Container>, TokenError>;

    /// Signs a digest: RSA big-endian, ECDSA and SM2 as DER SEQUENCE { r, s }. For SM2 the digest is e = SM3(Z ‖ M).
    ///
    /// # Errors
    /// [`TokenError::NotLoggedIn`], [`TokenError::KeyNotFound`], [`TokenError::Algorithm`].
    fn sign_digest(&mut self, key: &KeyId, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, TokenError>;

    /// Opens a short secret that was encrypted to the key.
    ///
    /// # Errors
    /// [`TokenError::Unwrap`] for every failure of the decryption itself, else as [`Token::sign_digest`].
    fn unwrap_key(&mut self, key: &KeyId, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, TokenError> {
        let _ = (key, transport, wrapped);
        Err(TokenError::NotSupported(Capability::Unwrap))
    }

    /// Opens a content key inside the token and decrypts with it, for tokens that let no content key out.
    ///
    /// # Errors
    /// [`TokenError::Algorithm`] for a cipher or wrapping that the token does not have, else as [`Token::unwrap_key`].
    fn decrypt_content(&mut self, key: &KeyId, content: &WrappedContent<'_>) -> Result<Secret, TokenError> {
        let _ = (key, content);
        Err(TokenError::NotSupported(Capability::DecryptContent))
    }

    /// ECDH: the x-coordinate of the shared point, as long as the field.
    ///
    /// # Errors
    /// As [`Token::unwrap_key`].
    fn agree(&mut self, key: &KeyId, peer: &PublicKey) -> Result<Secret, TokenError> {
        let _ = (key, peer);
        Err(TokenError::NotSupported(Capability::Agree))
    }

    /// Makes a key pair. The container is created when there is none of this name; a key that exists is never replaced.
    ///
    /// # Errors
    /// [`TokenError::KeyExists`], [`TokenError::NotLoggedIn`], [`TokenError::Algorithm`].
    fn generate(
        &mut self,
        container: &ContainerId,
        key_use: KeyUse,
        algorithm: KeyAlgorithm,
    ) -> Result<PublicKey, TokenError> {
        let _ = (container, key_use, algorithm);
        Err(TokenError::NotSupported(Capability::Generate))
    }

    /// Writes a certificate beside the key it belongs to, found by its public key, and names that key.
    ///
    /// # Errors
    /// [`TokenError::NoKeyForCertificate`], [`TokenError::NotLoggedIn`].
    fn import_certificate(&mut self, certificate: &Certificate) -> Result<KeyId, TokenError> {
        let _ = certificate;
        Err(TokenError::NotSupported(Capability::ImportCertificate))
    }

    /// Writes a private key that was made elsewhere, with its certificate.
    ///
    /// # Errors
    /// [`TokenError::KeyMismatch`], [`TokenError::KeyExists`], [`TokenError::NotLoggedIn`].
    fn import_key(
        &mut self,
        container: &ContainerId,
        key_use: KeyUse,
        key: &PrivateKey,
        certificate: &Certificate,
    ) -> Result<(), TokenError> {
        let _ = (container, key_use, key, certificate);
        Err(TokenError::NotSupported(Capability::ImportKey))
    }

    /// Writes an encryption key pair that the certificate authority made and enclosed to a signing key of this token,
    /// with its certificate; the container is the signing key's.
    ///
    /// # Errors
    /// [`TokenError::KeyMismatch`], [`TokenError::KeyExists`], [`TokenError::NoKeyForCertificate`] when the token has no
    /// container with a signing key alone, [`TokenError::Unwrap`] when no signing key here opens it.
    fn import_enclosed_key(&mut self, key: &EnclosedKey, certificate: &Certificate) -> Result<KeyId, TokenError> {
        let _ = (key, certificate);
        Err(TokenError::NotSupported(Capability::ImportKey))
    }

    /// Deletes a certificate, a key with its certificate, or a container.
    ///
    /// # Errors
    /// [`TokenError::KeyNotFound`], [`TokenError::NotLoggedIn`].
    fn delete(&mut self, container: &ContainerId, part: ContainerPart) -> Result<(), TokenError> {
        let _ = (container, part);
        Err(TokenError::NotSupported(Capability::Delete))
    }
}
