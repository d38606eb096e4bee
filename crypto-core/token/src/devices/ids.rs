//! By what a key is recognised: its USB id, its answer to reset.

use std::fmt;
use std::str::FromStr;

/// Vendor and product of a USB device, written `096e:0309`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsbId {
    /// Vendor.
    pub vendor: u16,
    /// Product.
    pub product: u16,
}

/// The text is no USB id, answer to reset or mask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not usable as an id (mask and value have the same length)")]
pub struct IdMalformed(pub String);

impl FromStr for UsbId {
    type Err = IdMalformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || IdMalformed(text.to_owned());
        let half = |half: &str| match half.len() {
            4 => u16::from_str_radix(half, 16).map_err(|_| malformed()),
            _ => Err(malformed()),
        };
        let (vendor, product) = text.split_once(':').ok_or_else(malformed)?;
        Ok(Self { vendor: half(vendor)?, product: half(product)? })
    }
}

impl fmt::Display for UsbId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.product)
    }
}

/// What a card answers to a reset (ISO 7816-3 §8): its kind, not its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atr(Vec<u8>);

impl Atr {
    /// ISO 7816-3 §8.2: TS and at most 32 more.
    const LONGEST: usize = 33;

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Atr {
    type Err = IdMalformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match hex::decode(text) {
            Ok(bytes) if (2..=Self::LONGEST).contains(&bytes.len()) => Ok(Self(bytes)),
            _ => Err(IdMalformed(text.to_owned())),
        }
    }
}

impl fmt::Display for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// An answer to reset, some bits of which do not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtrPattern {
    value: Atr,
    mask: Option<Vec<u8>>,
}

impl AtrPattern {
    /// A pattern; without a mask every bit counts.
    ///
    /// # Errors
    /// [`IdMalformed`] when the mask is not as long as the value.
    pub fn new(value: Atr, mask: Option<&str>) -> Result<Self, IdMalformed> {
        let mask = mask.map(|text| hex::decode(text).map_err(|_| IdMalformed(format!("mask {text}")))).transpose()?;
        match &mask {
            Some(mask) if mask.len() != value.0.len() => Err(IdMalformed(format!("mask {}", hex::encode(mask)))),
            _ => Ok(Self { value, mask }),
        }
    }

    /// The value itself.
    #[must_use]
    pub fn is_exactly(&self, atr: &Atr) -> bool {
        self.value == *atr
    }

    /// Same length, and same where the mask has ones.
    #[must_use]
    pub fn matches(&self, atr: &Atr) -> bool {
        let Some(mask) = &self.mask else { return self.is_exactly(atr) };
        let same = |((a, b), mask): ((&u8, &u8), &u8)| a & mask == b & mask;
        self.value.0.len() == atr.0.len() && self.value.0.iter().zip(&atr.0).zip(mask).all(same)
    }
}
