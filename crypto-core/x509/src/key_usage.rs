//! What a certificate's key may be used for (RFC 5280 §4.2.1.3).

use std::fmt;

use der::asn1::BitString;
use der::{Decode, Encode};

/// The nine named bits of keyUsage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// digitalSignature.
    pub const DIGITAL_SIGNATURE: Self = Self(1 << 0);
    /// nonRepudiation, also called contentCommitment.
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// keyEncipherment.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// dataEncipherment.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// keyAgreement.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// keyCertSign.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// cRLSign.
    pub const CRL_SIGN: Self = Self(1 << 6);
    /// encipherOnly.
    pub const ENCIPHER_ONLY: Self = Self(1 << 7);
    /// decipherOnly.
    pub const DECIPHER_ONLY: Self = Self(1 << 8);
    /// No bit at all.
    pub const NONE: Self = Self(0);

    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// Every bit: the meaning of a certificate without the extension, which restricts nothing.
    pub(crate) const UNRESTRICTED: Self = Self(0x1ff);

    /// These bits and those of `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any bit of `other` is set here.
    #[must_use]
    pub const fn any_of(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// A signing certificate (签名证书): documents may be signed with it.
    #[must_use]
    pub const fn can_sign(self) -> bool {
        self.any_of(Self::DIGITAL_SIGNATURE.with(Self::NON_REPUDIATION))
    }

    /// An encryption certificate (加密证书): content keys may be wrapped for it.
    #[must_use]
    pub const fn can_encrypt(self) -> bool {
        self.any_of(Self::KEY_ENCIPHERMENT.with(Self::DATA_ENCIPHERMENT).with(Self::KEY_AGREEMENT))
    }

    /// The key may sign certificates. Whether the holder is an authority at all is basicConstraints' matter.
    #[must_use]
    pub const fn can_certify(self) -> bool {
        self.any_of(Self::KEY_CERT_SIGN)
    }

    /// The names of the set bits as RFC 5280 spells them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().enumerate().filter(move |(bit, _)| self.0 & (1 << bit) != 0).map(|(_, name)| name)
    }

    pub(crate) fn from_der(der: &[u8]) -> der::Result<Self> {
        let bits = BitString::from_der(der)?;
        let set = bits.bits().enumerate().filter(|(bit, set)| *set && *bit < Self::NAMES.len());
        Ok(Self(set.fold(0, |usage, (bit, _)| usage | 1 << bit)))
    }

    pub(crate) fn to_der(self) -> Vec<u8> {
        // DER wants trailing zero bits of a named bit list removed (X.690 §11.2.2).
        let reversed = self.0.reverse_bits().to_be_bytes();
        let kept = reversed.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
        let unused = reversed[..kept].last().map_or(0, |last| last.trailing_zeros());
        let unused = u8::try_from(unused).expect("an octet that is not zero has at most seven trailing zeros");
        let bits = BitString::new(unused, &reversed[..kept]).expect("at most two octets and seven unused bits");
        bits.to_der().expect("a bit string of two octets can be encoded")
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_bits_survives_der() {
        for bits in 0..=0x1ff_u16 {
            let usage = KeyUsage(bits);
            assert_eq!(KeyUsage::from_der(&usage.to_der()).unwrap(), usage, "{usage}");
        }
    }

    #[test]
    fn der_is_the_shortest_form() {
        // From RFC 5280 profiles as OpenSSL writes them: digitalSignature + nonRepudiation, keyCertSign + cRLSign.
        let sign = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::NON_REPUDIATION);
        assert_eq!(sign.to_der(), [3, 2, 6, 0xc0]);
        assert_eq!(KeyUsage::KEY_CERT_SIGN.with(KeyUsage::CRL_SIGN).to_der(), [3, 2, 1, 0x06]);
        assert_eq!(KeyUsage::DECIPHER_ONLY.to_der(), [3, 3, 7, 0, 0x80]);
        assert_eq!(KeyUsage::NONE.to_der(), [3, 1, 0]);
    }
}
