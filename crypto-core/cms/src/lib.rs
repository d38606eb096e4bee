//! Cryptographic Message Syntax as Bidseal speaks it: signed messages and key envelopes in the two families of
//! RFC 5652 and GB/T 35275 (GM/T 0010), around keys that live outside the process.
//!
//! * [`SignedDataBuilder`] makes a signed message: it gives a digest, takes the signature back, and lets out nothing that
//!   does not verify. [`SignedData`] reads one, each [`Signer`] is judged on its own, and every fault has its own
//!   [`Problem`].
//! * [`encrypt_key`] makes an envelope for a short key in the form that the recipient's token can open; [`Enveloped`]
//!   reads and opens it, and all failures to open look the same.
//! * [`TimeStampRequest`] asks an authority for the time, [`TimeStampToken`] judges what it gave (RFC 3161).
//!
//! The structures are read as slices of the message, never decoded and encoded again: signatures are over bytes, and
//! real messages are not always sorted or minimal where DER asks for it. BER of stream writers is made DER first.
//!
//! ```
//! use cms::{Content, Enveloped, Family, RecipientForm, SignedContent, SignedData, SignedDataBuilder};
//! use time::macros::datetime;
//!
//! let now = datetime!(2026-11-20 08:00 UTC);
//! let authority = ca::Authority::in_memory(algo::Suite::Sm, "演示", now)?;
//! let mut pair = authority.issue_pair("CN=张三,O=某某公司,C=CN", ca::Validity::days(now, 365), &ca::Ids::default())?;
//!
//! let scheme = algo::Suite::Sm.signature_scheme();
//! let builder = SignedDataBuilder::new(&pair.sign.certificate, scheme, Family::Gm).content(Content::Attached(b"bid"));
//! let message = cms::sign(builder, &mut pair.sign.key)?;
//! assert!(SignedData::parse(&message)?.only_signer()?.verify(SignedContent::Embedded).is_sound());
//!
//! let form = RecipientForm::for_key(pair.encrypt.key.algorithm());
//! let envelope = cms::encrypt_key(&pair.encrypt.certificate, form, b"a key")?;
//! assert_eq!(Enveloped::parse(&envelope)?.open(&mut pair.encrypt.key)?.expose(), b"a key");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod asn1;
mod ber;
mod certificate_id;
mod content_info;
mod enveloped;
mod family;
pub mod oid;
mod signed;
mod timestamp;

pub use certificate_id::CertificateId;
pub use content_info::{ParseError, from_pem_or_binary};
pub use enveloped::{
    EncryptError, Enveloped, KeyMethod, LONGEST_CONTENT, OpenFailed, Recipient, RecipientForm, Sm2KeyEncryption,
    encrypt_key,
};
pub use family::Family;
pub use signed::{
    AttributeError, Axis, BuildError, Content, Problem, RevocationInfo, SignError, SignatureRejected, SignedContent,
    SignedData, SignedDataBuilder, SignedForm, Signer, SignerReport, Unsigned, sign,
};
pub use timestamp::{TimeStamp, TimeStampProblem, TimeStampRefusal, TimeStampRequest, TimeStampToken};
