//! What is asked and answered.

use serde::{Deserialize, Serialize};

use crate::skf;

/// A question to the worker. Slots are PKCS#11 slot numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub enum Request {
    /// Slots with an initialised token in them → [`Reply::Slots`].
    Slots,
    /// The token's facts, read now → [`Reply::Token`].
    Token {
        /// The slot.
        slot: u64,
    },
    /// Slots with a token that is not initialised → [`Reply::Slots`].
    Blank,
    /// Initialises the token of a slot, which deletes what is on it; the administrator's PIN and the person's follow as
    /// frames → [`Reply::Done`].
    Initialise {
        /// The slot.
        slot: u64,
        /// The token's new label.
        label: String,
    },
    /// Logs in. Any earlier login of the slot is ended first → [`Reply::Done`].
    Login {
        /// The slot.
        slot: u64,
        /// Whose PIN.
        role: Role,
        /// Where it is typed.
        entry: PinEntry,
    },
    /// Ends the login → [`Reply::Done`].
    Logout {
        /// The slot.
        slot: u64,
    },
    /// Changes the person's PIN; what is typed here, the old and the new one, follows as frames → [`Reply::Done`].
    ChangePin {
        /// The slot.
        slot: u64,
        /// Where both are typed.
        entry: PinEntry,
    },
    /// Sets the person's PIN by the administrator's; his PIN and the new one follow as frames → [`Reply::Done`].
    ResetPin {
        /// The slot.
        slot: u64,
    },
    /// Keys and certificates → [`Reply::Objects`].
    Objects {
        /// The slot.
        slot: u64,
    },
    /// Signs with the private key of this `CKA_ID` → [`Reply::Bytes`], as the module gives it.
    Sign {
        /// The slot.
        slot: u64,
        /// Where the PIN is typed, if the key wants it for each use; one that is typed here follows as a frame.
        each_time: Option<PinEntry>,
        /// `CKA_ID`.
        id: Vec<u8>,
        /// Mechanism.
        form: SignatureForm,
        /// `DigestInfo` for PKCS#1 v1.5, else the digest.
        data: Vec<u8>,
    },
    /// Decrypts with the private key of this `CKA_ID` → [`Reply::Secret`].
    Decrypt {
        /// The slot.
        slot: u64,
        /// As of a signature.
        each_time: Option<PinEntry>,
        /// `CKA_ID`.
        id: Vec<u8>,
        /// Mechanism.
        form: Decryption,
        /// The ciphertext.
        data: Vec<u8>,
    },
    /// ECDH with the private key of this `CKA_ID` → [`Reply::Secret`], the x-coordinate.
    Derive {
        /// The slot.
        slot: u64,
        /// `CKA_ID`.
        id: Vec<u8>,
        /// The other side's point, uncompressed (SEC 1 §2.3.3).
        point: Vec<u8>,
        /// Length of a coordinate in bytes.
        len: u32,
    },
    /// Makes a key pair on the token → [`Reply::Done`].
    Generate {
        /// The slot.
        slot: u64,
        /// `CKA_ID` of both halves.
        id: Vec<u8>,
        /// `CKA_LABEL` of both halves.
        label: String,
        /// Algorithm and size.
        spec: KeySpec,
        /// Signing key, else decryption key.
        sign: bool,
    },
    /// Writes a certificate object → [`Reply::Done`]. One of the same `CKA_ID` is replaced.
    WriteCertificate {
        /// The slot.
        slot: u64,
        /// `CKA_ID` of the key it belongs to.
        id: Vec<u8>,
        /// `CKA_LABEL`.
        label: String,
        /// DER Name.
        subject: Vec<u8>,
        /// DER Name.
        issuer: Vec<u8>,
        /// DER INTEGER.
        serial: Vec<u8>,
        /// The certificate's DER.
        value: Vec<u8>,
    },
    /// Destroys the objects of this `CKA_ID` → [`Reply::Done`].
    Destroy {
        /// The slot.
        slot: u64,
        /// `CKA_ID`.
        id: Vec<u8>,
        /// Keys too, else only the certificate.
        keys: bool,
    },
    /// A question to a module with the SKF interface.
    Skf(skf::Request),
}

impl Request {
    /// The module's function behind it, for messages to the person.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Slots => "C_GetSlotList",
            Self::Blank => "C_GetSlotList",
            Self::Token { .. } => "C_GetTokenInfo",
            Self::Initialise { .. } => "C_InitToken",
            Self::Login { .. } => "C_Login",
            Self::Logout { .. } => "C_Logout",
            Self::ChangePin { .. } => "C_SetPIN",
            Self::ResetPin { .. } => "C_InitPIN",
            Self::Objects { .. } => "C_FindObjects",
            Self::Sign { .. } => "C_Sign",
            Self::Decrypt { .. } => "C_Decrypt",
            Self::Derive { .. } => "C_DeriveKey",
            Self::Generate { .. } => "C_GenerateKeyPair",
            Self::WriteCertificate { .. } => "C_CreateObject",
            Self::Destroy { .. } => "C_DestroyObject",
            Self::Skf(request) => request.name(),
        }
    }

    /// How many frames with secrets follow it.
    #[must_use]
    pub fn secrets(&self) -> usize {
        match self {
            Self::Login { entry: PinEntry::Here, .. }
            | Self::Sign { each_time: Some(PinEntry::Here), .. }
            | Self::Decrypt { each_time: Some(PinEntry::Here), .. } => 1,
            Self::ChangePin { entry: PinEntry::Here, .. } | Self::ResetPin { .. } | Self::Initialise { .. } => 2,
            Self::Skf(request) => request.secrets(),
            _ => 0,
        }
    }
}

/// The worker's answer. The first reply, before any request, says whether the module was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reply {
    /// It was done.
    Done,
    /// Slots with tokens.
    Slots(Vec<SlotToken>),
    /// One token.
    Token(TokenFacts),
    /// Keys and certificates.
    Objects(Vec<ObjectFacts>),
    /// Public bytes.
    Bytes(Vec<u8>),
    /// A secret follows as a frame.
    Secret,
    /// What only a module with the SKF interface answers.
    Skf(skf::Reply),
    /// It was not done.
    Failed(Failure),
}

/// Whose PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// The person's (`CKU_USER`).
    User,
    /// The administrator's (`CKU_SO`).
    SecurityOfficer,
}

/// Where a PIN is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinEntry {
    /// On this computer.
    Here,
    /// On the reader's own keys (`CKF_PROTECTED_AUTHENTICATION_PATH`): no program sees it.
    Pad,
}

/// A slot and the token in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotToken {
    /// The slot's number.
    pub slot: u64,
    /// The token.
    pub token: TokenFacts,
}

/// `CK_TOKEN_INFO` as far as it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the flags are named and described in PKCS#11 §3.2 (CK_TOKEN_INFO)")]
pub struct TokenFacts {
    pub label: String,
    pub manufacturer: String,
    pub model: String,
    pub serial: String,
    pub user_pin_initialized: bool,
    pub user_pin_count_low: bool,
    pub user_pin_final_try: bool,
    pub user_pin_locked: bool,
    pub user_pin_to_be_changed: bool,
    pub so_pin_locked: bool,
    pub protected_authentication_path: bool,
    pub write_protected: bool,
    pub min_pin_len: u32,
    pub max_pin_len: u32,
    pub can_decrypt: bool,
    pub can_derive: bool,
    pub can_generate: bool,
    /// Mechanisms that the standard leaves to vendors (`CKM_VENDOR_DEFINED` and above).
    pub vendor_mechanisms: Vec<u32>,
}

/// Kind of an object that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectClass {
    /// `CKO_PRIVATE_KEY`; not visible on every token before the login.
    PrivateKey,
    /// `CKO_PUBLIC_KEY`.
    PublicKey,
    /// `CKO_CERTIFICATE`.
    Certificate,
}

/// One object; an attribute that the module does not give is empty or false.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the attributes of PKCS#11 by their own names (CKA_…)")]
pub struct ObjectFacts {
    pub class: ObjectClass,
    pub id: Vec<u8>,
    pub label: String,
    pub sign: bool,
    pub decrypt: bool,
    pub derive: bool,
    pub always_authenticate: bool,
    /// `CKA_KEY_TYPE` where it is a vendor's own (`CKK_VENDOR_DEFINED` and above), else 0.
    pub vendor_key_type: u32,
    /// RSA.
    pub modulus: Vec<u8>,
    /// RSA.
    pub public_exponent: Vec<u8>,
    /// EC: DER parameters.
    pub ec_params: Vec<u8>,
    /// EC: the point, with or without an OCTET STRING around it.
    pub ec_point: Vec<u8>,
    /// The certificate's DER.
    pub value: Vec<u8>,
}

/// Hash functions by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum HashName {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Signature mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureForm {
    /// `CKM_RSA_PKCS` over a `DigestInfo`.
    RsaPkcs1,
    /// `CKM_RSA_PKCS_PSS` over a digest; MGF1 with the same hash, salt as long as the digest.
    RsaPss(HashName),
    /// `CKM_ECDSA` over a digest; answers r ‖ s.
    Ecdsa,
    /// A vendor's mechanism without parameters, by its number.
    Vendor(u32),
}

/// Decryption mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decryption {
    /// `CKM_RSA_PKCS`.
    RsaPkcs1,
    /// `CKM_RSA_PKCS_OAEP`, MGF1 with the same hash, no label.
    RsaOaep(HashName),
    /// A vendor's mechanism without parameters, by its number.
    Vendor(u32),
}

/// What key to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeySpec {
    /// RSA with exponent 65537.
    Rsa {
        /// Length of the modulus.
        bits: u32,
    },
    /// A named curve.
    Ec {
        /// DER of the curve's OID (`CKA_EC_PARAMS`).
        params: Vec<u8>,
    },
    /// A key of a vendor's own type on a named curve, which signs or decrypts.
    Vendor {
        /// The mechanism that makes it.
        mechanism: u32,
        /// `CKA_KEY_TYPE`.
        key_type: u32,
        /// As of [`KeySpec::Ec`].
        params: Vec<u8>,
    },
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What it means for the caller.
    pub kind: FailureKind,
    /// The module's function.
    pub function: String,
    /// The return value's name, or the loader's words.
    pub code: String,
}

/// Failures that a caller treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FailureKind {
    /// The file is not a module of the wanted interface.
    NotAModule,
    /// The PIN was wrong, as the module says. Some modules say this of a locked PIN too.
    PinIncorrect,
    /// The PIN is locked.
    PinLocked,
    /// The new PIN is too short, too long or otherwise refused by the token.
    PinRefused,
    /// No login, or it has ended.
    NotLoggedIn,
    /// The token is not in its slot any more.
    TokenGone,
    /// The module cannot do it.
    NotSupported,
    /// No such object or container.
    NotFound,
    /// The key did not open the data.
    DataInvalid,
    /// Anything else.
    Other,
}
