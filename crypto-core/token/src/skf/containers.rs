//! Containers as the module shows them, with their names for us.

use algo::{Hash, KeyAlgorithm, PublicKey};
use token_worker::skf::{self, Half};
use token_worker::text;
use x509::Certificate;

use crate::{Container, ContainerId, KeyEntry, KeyId, KeyUse};

/// A container with the name by which the module knows it.
#[derive(Clone)]
pub(super) struct Mapped {
    pub(super) container: Container,
    pub(super) name: Vec<u8>,
}

/// The containers of an application. One without any key is listed too: a key may be made in it.
pub(super) fn containers(found: Vec<skf::Container>) -> Vec<Mapped> {
    found.into_iter().map(map).collect()
}

fn map(found: skf::Container) -> Mapped {
    let id = container_id(&found.name);
    let label = Some(text(&found.name)).filter(|label| !label.is_empty()).unwrap_or_else(|| id.to_string());
    let container = Container {
        sign: entry(&id, KeyUse::Sign, &found.sign),
        encrypt: entry(&id, KeyUse::Encrypt, &found.encrypt),
        label,
        id,
    };
    Mapped { container, name: found.name }
}

/// The name itself where it can be ours, else its hash: many are braces around a GUID, or Chinese.
pub(super) fn container_id(name: &[u8]) -> ContainerId {
    let own = std::str::from_utf8(name).ok().and_then(|name| name.parse().ok());
    own.unwrap_or_else(|| {
        let hash = Hash::Sha256.digest(name).to_string();
        hash[..32].parse().expect("hexadecimal digits name a container")
    })
}

/// A certificate of another key is an old vendor's mistake or a half-done renewal: the key counts.
fn entry(container: &ContainerId, key_use: KeyUse, half: &Half) -> Option<KeyEntry> {
    let certificate = Certificate::from_der(&half.certificate).ok();
    let public = match (&half.key, &certificate) {
        (Some(key), _) => public_key(key)?,
        (None, Some(certificate)) => certificate.public_key().clone(),
        (None, None) => return None,
    };
    Some(KeyEntry {
        key: KeyId { container: container.clone(), key_use },
        algorithm: public.algorithm(),
        certificate: certificate.filter(|certificate| *certificate.public_key() == public),
        public_key: public,
    })
}

fn public_key(key: &skf::PublicKey) -> Option<PublicKey> {
    match key {
        skf::PublicKey::Ecc { x, y } => PublicKey::from_point(KeyAlgorithm::Sm2, &[&[4], &x[..], &y[..]].concat()).ok(),
        skf::PublicKey::Rsa { modulus, exponent } => PublicKey::from_rsa(modulus, exponent).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_ours_are_known_by_their_hash() {
        assert_eq!(container_id(b"container-1").as_str(), "container-1");
        assert_eq!(container_id(b"{6E0A-42}").as_str().len(), 32);
        assert_ne!(container_id(b"{6E0A-42}"), container_id(b"{6E0A-43}"));
        assert_eq!(container_id(b"\xd6\xa4\xca\xe9").as_str().len(), 32);
    }

    #[test]
    fn a_half_without_key_and_certificate_is_no_key() {
        let name = b"\xd6\xa4\xca\xe9".to_vec();
        let mapped = map(skf::Container { name, sign: Half::default(), encrypt: Half::default() });
        assert!(mapped.container.keys().next().is_none());
        assert_eq!(mapped.container.label, "证书");
        let no_point = Half { key: Some(skf::PublicKey::Ecc { x: [1; 32], y: [1; 32] }), certificate: Vec::new() };
        assert!(entry(&container_id(b"x"), KeyUse::Sign, &no_point).is_none(), "not on the curve");
    }
}
