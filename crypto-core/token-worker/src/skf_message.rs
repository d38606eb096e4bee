//! What is asked of and answered by a module with the SKF interface (GM/T 0016).
//!
//! Names are bytes as the module gives them: many are GBK, and a name must go back exactly as it came. Numbers of the
//! interface's `ULONG` are `u32` here whatever their width in the module.

use serde::{Deserialize, Serialize};

use crate::Role;

/// Where an application lies: its device and its own name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The device's name as `SKF_EnumDev` gave it.
    pub device: Vec<u8>,
    /// The application's name.
    pub application: Vec<u8>,
}

/// A question to a module with the SKF interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub enum Request {
    /// Devices that are plugged in, with their applications → [`Reply::Devices`].
    Devices,
    /// Waits until a device comes or goes → [`Reply::Event`].
    WaitForEvent,
    /// Random bytes for the proof that its authentication key is known → `Bytes`.
    DeviceChallenge {
        /// The device's name.
        device: Vec<u8>,
    },
    /// Makes an application on a device; the administrator's PIN and the person's follow as frames → `Done`.
    CreateApplication {
        /// The device's name.
        device: Vec<u8>,
        /// The challenge under the authentication key; empty for a device that wants none.
        proof: Vec<u8>,
        /// The device's new label.
        label: Vec<u8>,
        /// The application's name.
        name: Vec<u8>,
    },
    /// The state of a PIN → [`Reply::Pin`].
    Pin {
        /// The application.
        place: Place,
        /// Whose PIN.
        role: Role,
    },
    /// Logs in; the PIN follows as a frame → `Done`.
    Verify {
        /// The application.
        place: Place,
        /// Whose PIN.
        role: Role,
    },
    /// Ends the login → `Done`.
    Logout {
        /// The application.
        place: Place,
    },
    /// Changes the person's PIN; the old and the new one follow as frames → `Done`.
    ChangePin {
        /// The application.
        place: Place,
    },
    /// Sets the person's PIN by the administrator's; his PIN and the new one follow as frames → `Done`.
    Unblock {
        /// The application.
        place: Place,
    },
    /// Begins unblocking from afar → `Bytes`, the token's random challenge.
    UnblockRequest {
        /// The application.
        place: Place,
    },
    /// Ends unblocking from afar → `Done`.
    UnblockRemotely {
        /// The application.
        place: Place,
        /// The authority's answer: the new PIN encrypted, and a MAC over the challenge.
        answer: Vec<u8>,
    },
    /// Containers with their public keys and certificates → [`Reply::Containers`].
    Containers {
        /// The application.
        place: Place,
    },
    /// SM2 signature of a digest e → `Bytes`, r ‖ s of 32 bytes each.
    SignEcc {
        /// The application.
        place: Place,
        /// The container's name.
        container: Vec<u8>,
        /// 32 bytes.
        digest: Vec<u8>,
    },
    /// RSA signature, PKCS#1 v1.5 → `Bytes`.
    SignRsa {
        /// The application.
        place: Place,
        /// The container's name.
        container: Vec<u8>,
        /// `DigestInfo` (RFC 8017 §9.2).
        data: Vec<u8>,
    },
    /// Opens a content key inside the token and decrypts with it; the key stays there → `Secret`, with its padding.
    Decrypt {
        /// The application.
        place: Place,
        /// The container's name.
        container: Vec<u8>,
        /// The wrapped key.
        key: WrappedKey,
        /// Block cipher in CBC mode, as an `SGD_…` number.
        algorithm: u32,
        /// Initialisation vector, one block.
        iv: Vec<u8>,
        /// Whole blocks.
        content: Vec<u8>,
    },
    /// Makes a signing key pair; a container that is not there is created → `Done`.
    Generate {
        /// The application.
        place: Place,
        /// The container's name.
        container: Vec<u8>,
        /// RSA with a modulus of so many bits, else SM2.
        rsa_bits: Option<u32>,
    },
    /// Writes the encryption key pair that an authority made → `Done`.
    ImportEccKey {
        /// The application.
        place: Place,
        /// The container's name.
        container: Vec<u8>,
        /// The pair.
        envelope: EnvelopedKey,
    },
    /// Writes an RSA encryption key pair → `Done`.
    ImportRsaKey {
        /// The application.
        place: Place,
        /// The container's name.
        container: Vec<u8>,
        /// Block cipher in ECB mode, as an `SGD_…` number.
        algorithm: u32,
        /// Its key, encrypted to the signing key.
        wrapped: Vec<u8>,
        /// The private key, encrypted.
        encrypted: Vec<u8>,
    },
    /// Writes a certificate; an older one is replaced → `Done`.
    ImportCertificate {
        /// The application.
        place: Place,
        /// The container's name.
        container: Vec<u8>,
        /// The signing certificate, else the encryption certificate.
        sign: bool,
        /// Its DER.
        value: Vec<u8>,
    },
    /// Deletes a container with all that is in it → `Done`.
    DeleteContainer {
        /// The application.
        place: Place,
        /// Its name.
        container: Vec<u8>,
    },
}

/// A content key, encrypted to the encryption key of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WrappedKey {
    /// SM2.
    Ecc(EccCipher),
    /// RSA, PKCS#1 v1.5.
    Rsa(Vec<u8>),
}

/// `ECCCIPHERBLOB`: an SM2 ciphertext taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the parts of GM/T 0009 §7.2 by their names, coordinates of 32 bytes")]
pub struct EccCipher {
    pub x: [u8; 32],
    pub y: [u8; 32],
    pub hash: [u8; 32],
    pub cipher: Vec<u8>,
}

/// `ENVELOPEDKEYBLOB`: a key pair on its way into a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvelopedKey {
    /// Block cipher in ECB mode, as an `SGD_…` number.
    pub algorithm: u32,
    /// The field `cbEncryptedPriKey` as it is written: 64 bytes.
    pub private_key: Vec<u8>,
    /// x of the public key.
    pub x: [u8; 32],
    /// y of the public key.
    pub y: [u8; 32],
    /// The block cipher's key, encrypted to the signing key of the container.
    pub wrapped: EccCipher,
}

/// The answers that only a module with the SKF interface gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reply {
    /// Devices that are plugged in.
    Devices(Vec<Device>),
    /// A device came or went.
    Event {
        /// Its name.
        device: Vec<u8>,
        /// It came.
        inserted: bool,
    },
    /// The state of a PIN.
    Pin(PinInfo),
    /// The containers of an application.
    Containers(Vec<Container>),
}

/// `DEVINFO` as far as it is used, and what the module can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its name for the module.
    pub name: Vec<u8>,
    /// `Manufacturer`, up to the first NUL.
    pub manufacturer: Vec<u8>,
    /// `Issuer`.
    pub issuer: Vec<u8>,
    /// `Label`.
    pub label: Vec<u8>,
    /// `SerialNumber`.
    pub serial: Vec<u8>,
    /// Hardware version, major and minor.
    pub hardware: [u8; 2],
    /// Firmware version, major and minor.
    pub firmware: [u8; 2],
    /// Names of its applications.
    pub applications: Vec<Vec<u8>>,
    /// What the module has functions for.
    pub abilities: Abilities,
}

/// What a module has functions for: a missing function is a missing power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Abilities {
    pub pin_info: bool,
    pub change_pin: bool,
    pub unblock: bool,
    pub remote_unblock: bool,
    pub sign_ecc: bool,
    pub sign_rsa: bool,
    pub generate: bool,
    pub session_key: bool,
    pub import_key: bool,
    pub import_certificate: bool,
    pub delete: bool,
    pub events: bool,
}

/// What `SKF_GetPINInfo` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinInfo {
    /// Tries of a fresh counter.
    pub max: u32,
    /// Tries left.
    pub remaining: u32,
    /// The PIN is still the factory's.
    pub is_default: bool,
}

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its name.
    pub name: Vec<u8>,
    /// The signing key.
    pub sign: Half,
    /// The encryption key.
    pub encrypt: Half,
}

/// One key pair of a container; what is not there is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Half {
    /// The public key.
    pub key: Option<PublicKey>,
    /// The certificate's DER.
    pub certificate: Vec<u8>,
}

/// A public key as the module exports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum PublicKey {
    /// A point of the SM2 curve.
    Ecc { x: [u8; 32], y: [u8; 32] },
    /// Big-endian numbers.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl Request {
    /// The function behind it, for messages to the person.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Devices => "SKF_EnumDev",
            Self::WaitForEvent => "SKF_WaitForDevEvent",
            Self::DeviceChallenge { .. } => "SKF_GenRandom",
            Self::CreateApplication { .. } => "SKF_CreateApplication",
            Self::Pin { .. } => "SKF_GetPINInfo",
            Self::Verify { .. } => "SKF_VerifyPIN",
            Self::Logout { .. } => "SKF_ClearSecureState",
            Self::ChangePin { .. } => "SKF_ChangePIN",
            Self::Unblock { .. } => "SKF_UnblockPIN",
            Self::UnblockRequest { .. } => "SKF_GenRemoteUnblockRequest",
            Self::UnblockRemotely { .. } => "SKF_RemoteUnblockPIN",
            Self::Containers { .. } => "SKF_EnumContainer",
            Self::SignEcc { .. } => "SKF_ECCSignData",
            Self::SignRsa { .. } => "SKF_RSASignData",
            Self::Decrypt { .. } => "SKF_Decrypt",
            Self::Generate { rsa_bits: None, .. } => "SKF_GenECCKeyPair",
            Self::Generate { rsa_bits: Some(_), .. } => "SKF_GenRSAKeyPair",
            Self::ImportEccKey { .. } => "SKF_ImportECCKeyPair",
            Self::ImportRsaKey { .. } => "SKF_ImportRSAKeyPair",
            Self::ImportCertificate { .. } => "SKF_ImportCertificate",
            Self::DeleteContainer { .. } => "SKF_DeleteContainer",
        }
    }

    /// How many frames with secrets follow it.
    #[must_use]
    pub fn secrets(&self) -> usize {
        match self {
            Self::Verify { .. } => 1,
            Self::ChangePin { .. } | Self::Unblock { .. } | Self::CreateApplication { .. } => 2,
            _ => 0,
        }
    }

    /// The application that it is about; none for questions about all devices.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Devices | Self::WaitForEvent | Self::DeviceChallenge { .. } | Self::CreateApplication { .. } => None,
            Self::Pin { place, .. }
            | Self::Verify { place, .. }
            | Self::Logout { place }
            | Self::ChangePin { place }
            | Self::Unblock { place }
            | Self::UnblockRequest { place }
            | Self::UnblockRemotely { place, .. }
            | Self::Containers { place }
            | Self::SignEcc { place, .. }
            | Self::SignRsa { place, .. }
            | Self::Decrypt { place, .. }
            | Self::Generate { place, .. }
            | Self::ImportEccKey { place, .. }
            | Self::ImportRsaKey { place, .. }
            | Self::ImportCertificate { place, .. }
            | Self::DeleteContainer { place, .. } => Some(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { device: b"dev".to_vec(), application: b"app".to_vec() }
    }

    /// A 32-bit worker serves a 64-bit program: what one writes, the other reads, byte for byte.
    #[test]
    fn messages_have_the_same_bytes_on_every_machine() {
        let sign =
            crate::Request::Skf(Request::SignEcc { place: place(), container: vec![0xb1], digest: vec![1, 255] });
        let written = r#"{"Skf":{"SignEcc":{"place":{"device":[100,101,118],"application":[97,112,112]},"container":[177],"digest":[1,255]}}}"#;
        assert_eq!(serde_json::to_string(&sign).unwrap(), written);
        assert_eq!(serde_json::from_str::<crate::Request>(written).unwrap(), sign);

        let pin = PinInfo { max: u32::MAX, remaining: 10, is_default: true };
        let pin = crate::Reply::Skf(Reply::Pin(pin));
        let written = r#"{"Skf":{"Pin":{"max":4294967295,"remaining":10,"is_default":true}}}"#;
        assert_eq!(serde_json::to_string(&pin).unwrap(), written);
        assert_eq!(serde_json::from_str::<crate::Reply>(written).unwrap(), pin);

        let login = crate::Request::Login { slot: u64::MAX, role: Role::User, entry: crate::PinEntry::Here };
        let written = r#"{"Login":{"slot":18446744073709551615,"role":"User","entry":"Here"}}"#;
        assert_eq!(serde_json::to_string(&login).unwrap(), written);
        assert_eq!(serde_json::from_str::<crate::Request>(written).unwrap(), login);
        let mut pipe = Vec::new();
        crate::frame::send(&mut pipe, &login).unwrap();
        assert_eq!(pipe[..6], [68, 0, 0, 0, b'{', b'"']);
    }

    #[test]
    fn a_message_with_an_unknown_member_is_none() {
        let devices = |text: &str| serde_json::from_str::<Request>(text);
        assert_eq!(devices(r#""Devices""#).unwrap(), Request::Devices);
        assert!(devices(r#"{"Logout":{"place":{"device":[],"application":[],"pointer":1}}}"#).is_err());
        assert!(devices(r#"{"Logout":{"place":{"device":[256],"application":[]}}}"#).is_err());
    }

    #[test]
    fn only_pins_follow_as_secrets() {
        assert_eq!(Request::Verify { place: place(), role: Role::User }.secrets(), 1);
        assert_eq!(Request::ChangePin { place: place() }.secrets(), 2);
        assert_eq!(Request::Unblock { place: place() }.secrets(), 2);
        assert_eq!(Request::Containers { place: place() }.secrets(), 0);
    }
}
