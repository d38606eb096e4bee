//! What is to be stamped.

use algo::Hash;
use seal::{SealPicture, Size};
use time::OffsetDateTime;

/// A signature to prepare, with or without a visible seal.
pub struct StampRequest<'a> {
    /// The visible seal; without one the signature field has no size (ISO 32000-2, 12.7.5.5).
    pub seal: Option<Seal<'a>>,
    /// Name of the field; a free one is chosen when not given.
    pub field_name: Option<String>,
    /// Name of the signer, for programs that show it without reading the certificate.
    pub signer: String,
    /// Why it was signed.
    pub reason: Option<String>,
    /// Where it was signed.
    pub location: Option<String>,
    /// The time the signer claims; a claim only.
    pub claimed_time: OffsetDateTime,
    /// Bytes kept for the CMS. 8 KiB hold a signature with its certificates, 16 KiB one with a time stamp.
    pub contents_capacity: usize,
    /// The hash that the signature is made over.
    pub hash: Hash,
}

/// A seal picture and its places.
pub struct Seal<'a> {
    /// The picture.
    pub picture: &'a SealPicture,
    /// At least one place.
    pub stamps: Vec<Stamp>,
    /// How the places become fields.
    pub fields: Fields,
}

/// One place of a seal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    /// Page index from 0.
    pub page: usize,
    /// The seal's centre in millimetres, right of and below the top left corner of the page as displayed.
    pub centre_mm: (f64, f64),
    /// Size in millimetres.
    pub size: Size,
}

/// How several places of one seal become signature fields. Either way there is one signature and one PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// One field, shown by the first place; the others are pictures covered by the signature. In a document that is
    /// signed already this becomes [`Fields::OnePerStamp`]: further pictures would count as a change of it.
    One,
    /// Each place is a field of its own and can be clicked; all refer to the one signature.
    OnePerStamp,
}
