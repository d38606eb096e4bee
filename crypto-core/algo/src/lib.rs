//! The algorithms of Bidseal: four suites (SM2/SM3/SM4, RSA, P-256, P-384) on vendored OpenSSL, and the types that keep
//! keys and secrets from being mixed up or left in memory. No other crate knows a cipher by name.
//!
//! Three rules hold everywhere in this crate:
//!
//! * Every failure to open, unwrap or verify is one error without a reason, so that no caller can become an oracle.
//! * Secrets live in [`Secret`], [`Pin`] and [`Password`]: wiped on drop, never printed, cloned or serialised.
//! * An SM2 signature is made over `e = SM3(Z ‖ M)` that this crate computes itself (docs/adr/0003): OpenSSL's own
//!   default signer id is empty, the one in use is `1234567812345678`.

mod aead;
mod algorithm_identifier;
mod cbc;
mod hash;
mod kdf;
mod library;
mod mac;
pub mod oid;
mod private_key;
mod public_key;
mod random;
mod scheme;
mod secret;
mod signature_form;
pub mod sm2;
mod spki;
mod suite;
mod transport;
mod wrap;

pub use aead::{Aead, AeadError, AeadKey, NONCE_LEN, OpenFailed, TAG_LEN};
pub use algorithm_identifier::{AlgorithmError, AlgorithmForm};
pub use cbc::{Cbc, CbcError, DecryptFailed, cbc_decrypt, cbc_encrypt, cbc_unpad};
pub use hash::{Digest, DigestLength, Hash, Hasher};
pub use kdf::{Argon2Params, KdfError, argon2id, ecdh_x963_kdf, hkdf_expand, hkdf_extract, pbkdf2};
pub use library::LibraryFailure;
pub use mac::hmac;
pub use private_key::{AgreeError, GenerateError, PrivateKey, PrivateKeyError, SignError};
pub use public_key::{BadSignature, PublicKey, PublicKeyError, SchemeMismatch};
pub use random::{RandomFailure, constant_time_eq, random, random_bytes};
pub use scheme::{SignDigest, SignatureScheme, Sm2Id, Sm2IdTooLong};
pub use secret::{EmptyPassword, EmptyPin, Password, Pin, Secret};
pub use signature_form::{BadSignatureForm, der_signature_to_raw, raw_signature_to_der};
pub use suite::{KeyAlgorithm, Suite, UnknownSuite};
pub use transport::{KeyTransport, OpenKey, UnwrapFailed, WrapError, WrappedContent};
pub use wrap::{aes_key_unwrap, aes_key_wrap};
