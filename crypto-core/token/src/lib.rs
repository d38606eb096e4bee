//! Tokens: what holds a bidder's private keys.
//!
//! A [`Provider`] finds tokens; a [`Token`] has a PIN state, [`Capabilities`] and [`Container`]s; a container holds at
//! most one signing and one encryption key with their certificates (the Chinese double certificate 双证书). Optional
//! powers are capability flags: callers read flags, never provider types.
//!
//! Everything that uses a certificate (CMS, requests, trust) stands above these traits; nothing here reads a clock, an
//! environment variable or a screen.

mod background;
mod ca_policy;
mod capability;
mod container;
pub mod devices;
pub mod discovery;
mod enclosed_key;
mod error;
mod key;
mod keyring;
mod pin_state;
mod pkcs11;
mod pkcs12;
mod policy;
mod provider;
mod puk;
mod skf;
mod sm2_dialect;
mod soft;
pub mod watch;
mod worker;

pub use ca_policy::{CaPolicy, InitialPin, PinClass, UnblockWay};
pub use capability::{Capabilities, Capability};
pub use container::{Container, ContainerId, ContainerIdInvalid, ContainerPart, KeyEntry, KeyId, KeyUse};
pub use enclosed_key::{EnclosedKey, EnclosingCipher, NotAnEnclosedKey};
pub use error::{ModuleFailure, TokenError};
pub use key::TokenKey;
pub use keyring::{KeyringFailed, KeyringHalf, platform_keyring};
pub use pin_state::{PinState, Remaining};
pub use pkcs11::Pkcs11Provider;
pub use pkcs12::{Pkcs12, Pkcs12Error, Pkcs12Key};
pub use policy::{PinPolicy, PinRule};
pub use provider::{Initialisation, Provider, Token, TokenInfo, TokenRef, TokenWarning, UnblockRequest};
pub use puk::{Puk, PukMistyped};
pub use skf::SkfProvider;
pub use sm2_dialect::{CiphertextForm, DialectMalformed, SignatureAnswer, Sm2Decryption, Sm2Dialect, Sm2Signing};
pub use soft::{DIR_LABELS, FAILPOINTS, PART_LABELS, SoftProvider};
