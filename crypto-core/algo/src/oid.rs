//! Object identifiers of algorithms. Names follow the standards that assign them.

use der::asn1::ObjectIdentifier;

use crate::{Cbc, Hash};

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// `rsaEncryption` (RFC 8017): an RSA key; in CMS also "PKCS#1 v1.5 with the digest named beside it".
pub const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// `sha1WithRSAEncryption`.
pub const SHA1_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.5");
/// `id-RSAES-OAEP`.
pub const RSAES_OAEP: ObjectIdentifier = oid("1.2.840.113549.1.1.7");
/// `id-mgf1`.
pub const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
/// `id-pSpecified`, the label of OAEP.
pub const P_SPECIFIED: ObjectIdentifier = oid("1.2.840.113549.1.1.9");
/// `id-RSASSA-PSS`.
pub const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
/// `sha256WithRSAEncryption`.
pub const SHA256_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
/// `sha384WithRSAEncryption`.
pub const SHA384_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
/// `sha512WithRSAEncryption`.
pub const SHA512_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
/// RSA PKCS#1 v1.5 with SM3 (GB/T 33560).
pub const SM3_WITH_RSA: ObjectIdentifier = oid("1.2.156.10197.1.504");

/// `id-ecPublicKey` (RFC 5480).
pub const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
/// Curve P-256, `secp256r1`.
pub const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
/// Curve P-384, `secp384r1`.
pub const P384: ObjectIdentifier = oid("1.3.132.0.34");
/// `ecdsa-with-SHA1`.
pub const ECDSA_WITH_SHA1: ObjectIdentifier = oid("1.2.840.10045.4.1");
/// `ecdsa-with-SHA256`.
pub const ECDSA_WITH_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
/// `ecdsa-with-SHA384`.
pub const ECDSA_WITH_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
/// `ecdsa-with-SHA512`.
pub const ECDSA_WITH_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
/// `dhSinglePass-stdDH-sha256kdf-scheme` (RFC 5753).
pub const ECDH_SHA256_KDF: ObjectIdentifier = oid("1.3.132.1.11.1");
/// `dhSinglePass-stdDH-sha384kdf-scheme` (RFC 5753).
pub const ECDH_SHA384_KDF: ObjectIdentifier = oid("1.3.132.1.11.2");

/// The SM2 curve; as an algorithm, SM2 as such (GB/T 33560).
pub const SM2: ObjectIdentifier = oid("1.2.156.10197.1.301");
/// SM2 signature, as SignerInfo of GB/T 35275 names it.
pub const SM2_SIGN: ObjectIdentifier = oid("1.2.156.10197.1.301.1");
/// SM2 key exchange; GmSSL writes it for encryption and accepts nothing else there.
pub const SM2_EXCHANGE: ObjectIdentifier = oid("1.2.156.10197.1.301.2");
/// SM2 public-key encryption (GB/T 33560).
pub const SM2_ENCRYPT: ObjectIdentifier = oid("1.2.156.10197.1.301.3");
/// SM2 signature with SM3, as certificates name it (GM/T 0015).
pub const SM2_WITH_SM3: ObjectIdentifier = oid("1.2.156.10197.1.501");

/// SHA-1.
pub const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
/// SHA-256.
pub const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
/// SHA-384.
pub const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
/// SHA-512.
pub const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
/// SM3.
pub const SM3: ObjectIdentifier = oid("1.2.156.10197.1.401");
/// SM3 "without key", the same function under a longer name.
pub const SM3_WITHOUT_KEY: ObjectIdentifier = oid("1.2.156.10197.1.401.1");

/// SM4, mode unsaid: old envelopes mean CBC (GM/T 0006).
pub const SM4: ObjectIdentifier = oid("1.2.156.10197.1.104");
/// SM4-CBC.
pub const SM4_CBC: ObjectIdentifier = oid("1.2.156.10197.1.104.2");
/// SM4-GCM.
pub const SM4_GCM: ObjectIdentifier = oid("1.2.156.10197.1.104.8");
/// AES-128-CBC.
pub const AES128_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.2");
/// AES-192-CBC.
pub const AES192_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.22");
/// AES-256-CBC.
pub const AES256_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.42");
/// AES-128 key wrap (RFC 3394).
pub const AES128_WRAP: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.5");
/// AES-256 key wrap (RFC 3394).
pub const AES256_WRAP: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.45");

impl Hash {
    /// The identifier that is written.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha1 => SHA1,
            Self::Sha256 => SHA256,
            Self::Sha384 => SHA384,
            Self::Sha512 => SHA512,
            Self::Sm3 => SM3,
        }
    }

    /// The hash function that an identifier names; also [`SM3_WITHOUT_KEY`].
    #[must_use]
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        if oid == SM3_WITHOUT_KEY {
            return Some(Self::Sm3);
        }
        Self::ALL.into_iter().find(|hash| hash.oid() == oid)
    }
}

impl Cbc {
    /// The identifier that is written.
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm4 => SM4_CBC,
            Self::Aes128 => AES128_CBC,
            Self::Aes192 => AES192_CBC,
            Self::Aes256 => AES256_CBC,
        }
    }

    /// The cipher that an identifier names; [`SM4`] without a mode is CBC.
    #[must_use]
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        if oid == SM4 {
            return Some(Self::Sm4);
        }
        [Self::Sm4, Self::Aes128, Self::Aes192, Self::Aes256].into_iter().find(|cbc| cbc.oid() == oid)
    }
}
