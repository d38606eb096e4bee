//! Serial numbers of certificates.

use std::fmt;

use der::{Error, ErrorKind, Tag};

/// Longest serial number read. RFC 5280 §4.1.2.2 allows 20 octets; a few authorities write more.
const LONGEST: usize = 32;

/// The content octets of the INTEGER, as they stand in the certificate.
///
/// Shown as upper-case hexadecimal without the leading zero octet that only keeps the number positive, as OpenSSL and
/// the vendors' own programs show it (证书号).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// A positive serial number with `random` as its magnitude: the highest bit is cleared and the second highest set,
    /// so that all numbers are of one length and never zero.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        let mut content = random.to_vec();
        content[0] = content[0] & 0x7f | 0x40;
        Self(content)
    }

    /// The content octets of the INTEGER (big-endian two's complement).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the content octets of an INTEGER. Negative numbers exist in the wild and are kept as they are.
    pub(crate) fn from_content(content: &[u8]) -> der::Result<Self> {
        let padded = matches!(content, [0, second, ..] if second & 0x80 == 0);
        if content.is_empty() || content.len() > LONGEST || padded {
            return Err(Error::from(ErrorKind::Value { tag: Tag::Integer }));
        }
        Ok(Self(content.to_vec()))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match self.0.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        };
        shown.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}
