//! The two families of content types: RFC 5652, and its Chinese twin GB/T 35275 (GM/T 0010), which differ in the
//! object identifiers and in small conventions.

use const_oid::ObjectIdentifier;

use crate::oid;

/// Whose content types a message uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// RFC 5652: `1.2.840.113549.1.7.x`.
    Rfc5652,
    /// GB/T 35275: `1.2.156.10197.6.1.4.2.x`.
    Gm,
}

impl Family {
    /// The type of plain content.
    #[must_use]
    pub fn data(self) -> ObjectIdentifier {
        match self {
            Self::Rfc5652 => oid::DATA,
            Self::Gm => oid::GM_DATA,
        }
    }

    /// The type of signed content.
    #[must_use]
    pub fn signed_data(self) -> ObjectIdentifier {
        match self {
            Self::Rfc5652 => oid::SIGNED_DATA,
            Self::Gm => oid::GM_SIGNED_DATA,
        }
    }

    /// The type of content encrypted for recipients.
    #[must_use]
    pub fn enveloped_data(self) -> ObjectIdentifier {
        match self {
            Self::Rfc5652 => oid::ENVELOPED_DATA,
            Self::Gm => oid::GM_ENVELOPED_DATA,
        }
    }
}
