//! The key of this installation: it shows a page that it talks to the same program as last time.

use std::io;
use std::path::PathBuf;

use algo::{Hash, KeyAlgorithm, PrivateKey, SignatureScheme};
use base64ct::{Base64, Encoding};
use client::{Code, Failure, Home};
use protocol::{Hello, HelloParams, PRODUCT, VERSION};

use crate::origin::Origin;

/// Before what is signed, so that the signature can mean nothing else.
const PREFIX: &[u8] = b"bidseal-hello-v1";
const LABEL: &str = "installation";
/// Characters of a nonce.
const NONCE_LEN: std::ops::RangeInclusive<usize> = 44..=128;

/// The key, and nothing of the person.
pub(crate) struct Installation {
    key: PrivateKey,
}

impl Installation {
    /// The key of a home; made at the first start, and kept in an owner-only file.
    pub(crate) fn of(home: &Home) -> Result<Self, Failure> {
        let path = path(home);
        let failed = |reason: String| Failure::new(Code::AgentFailed).with("reason", reason);
        match std::fs::read(&path) {
            Ok(pkcs8) => {
                let pkcs8 = algo::Secret::from(pkcs8);
                let key = PrivateKey::from_pkcs8(pkcs8.expose())
                    .map_err(|error| failed(client::detailed("installation_key", error)))?;
                Ok(Self { key })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = PrivateKey::generate(KeyAlgorithm::P256).map_err(|error| failed(error.to_string()))?;
                let pkcs8 = key.to_pkcs8().map_err(|error| failed(error.to_string()))?;
                home.parts().replace(&path, LABEL, pkcs8.expose())?;
                Ok(Self { key })
            }
            Err(error) => Err(failed(client::system_reason(&error))),
        }
    }

    /// Answers a page's nonce.
    ///
    /// # Errors
    /// [`Code::WebParams`] for a nonce of another length.
    pub(crate) fn hello(
        &self,
        params: &HelloParams,
        origin: &Origin,
        version: &str,
        allowed: bool,
    ) -> Result<Hello, Failure> {
        if !NONCE_LEN.contains(&params.nonce.len()) {
            return Err(Failure::new(Code::WebParams).with("reason", "nonce"));
        }
        let hash = |text: &str| Hash::Sha256.digest(text.as_bytes());
        let message = [PREFIX, hash(origin.as_str()).as_ref(), hash(&params.nonce).as_ref()].concat();
        let signature = self.key.sign(&SignatureScheme::Ecdsa(Hash::Sha256), &message);
        let signature = signature.map_err(|e| Failure::new(Code::AgentFailed).with("reason", e.to_string()))?;
        Ok(Hello {
            product: PRODUCT.to_owned(),
            version: version.to_owned(),
            protocol: VERSION,
            key: Base64::encode_string(self.key.public().spki()),
            signature: Base64::encode_string(&signature),
            allowed,
        })
    }
}

fn path(home: &Home) -> PathBuf {
    home.path().join("agent.key")
}
