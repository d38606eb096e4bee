//! Containers with their keys and certificates (GM/T 0016 §7.5, §7.6).

use token_worker::skf::{self, Half, Request, WrappedKey};
use token_worker::{FailureKind, Reply};
use zeroize::Zeroizing;

use super::abi::{Handle, Width, sar, sgd};
use super::failure::{Fault, own};
use super::functions::{Functions, Part};
use super::{blobs, c_text, names, terminated};
use crate::Answer;

/// The containers of one opened application.
pub(crate) struct Containers<'m> {
    pub(crate) functions: &'m Functions,
    pub(crate) application: Handle,
    pub(crate) width: Width,
}

/// An opened container, closed when it is let go.
struct Open<'m> {
    functions: &'m Functions,
    handle: Handle,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.functions.close_container(self.handle);
    }
}

/// A content key in the token, closed when it is let go.
struct SessionKey<'m> {
    functions: &'m Functions,
    handle: Handle,
}

impl Drop for SessionKey<'_> {
    fn drop(&mut self) {
        self.functions.close_handle(self.handle);
    }
}

impl<'m> Containers<'m> {
    pub(crate) fn answer(&self, request: &Request) -> Result<Answer, Fault> {
        let reply = match request {
            Request::Containers { .. } => Reply::Skf(skf::Reply::Containers(self.list()?)),
            Request::SignEcc { container, digest, .. } => {
                let blob = self.functions.sign_ecc(self.open(container)?.handle, digest)?;
                Reply::Bytes(blobs::signature(&blob))
            }
            Request::SignRsa { container, data, .. } => {
                Reply::Bytes(self.functions.sign_rsa(self.open(container)?.handle, data)?)
            }
            Request::Decrypt { container, key, algorithm, iv, content, .. } => {
                return self.decrypt(container, key, *algorithm, iv, content).map(Answer::Secret);
            }
            Request::Generate { container, rsa_bits, .. } => self.generate(container, *rsa_bits)?,
            Request::ImportEccKey { container, envelope, .. } => {
                let malformed = || own(FailureKind::DataInvalid, "SKF_ImportECCKeyPair", "a field of another length");
                let blob = blobs::enveloped_key(self.width, envelope).ok_or_else(malformed)?;
                self.functions.import_ecc_key(self.open(container)?.handle, &blob)?;
                Reply::Done
            }
            Request::ImportRsaKey { container, algorithm, wrapped, encrypted, .. } => {
                self.functions.import_rsa_key(self.open(container)?.handle, *algorithm, wrapped, encrypted)?;
                Reply::Done
            }
            Request::ImportCertificate { container, sign, value, .. } => {
                let part = if *sign { Part::Sign } else { Part::Encrypt };
                self.functions.import_certificate(self.open(container)?.handle, part, value)?;
                Reply::Done
            }
            Request::DeleteContainer { container, .. } => {
                self.functions.delete_container(self.application, &c_text(&terminated(container))?)?;
                Reply::Done
            }
            _ => return Err(own(FailureKind::NotSupported, "", "unknown request")),
        };
        Ok(Answer::Reply(reply))
    }

    fn open(&self, name: &[u8]) -> Result<Open<'m>, Fault> {
        let handle = self.functions.open_container(self.application, &c_text(&terminated(name))?)?;
        Ok(Open { functions: self.functions, handle })
    }

    fn list(&self) -> Result<Vec<skf::Container>, Fault> {
        let names = names::split(&self.functions.containers(self.application)?);
        names.into_iter().map(|name| self.describe(name)).collect()
    }

    fn describe(&self, name: Vec<u8>) -> Result<skf::Container, Fault> {
        let open = self.open(&name)?;
        let [sign, encrypt] = [Part::Sign, Part::Encrypt].map(|part| self.half(&open, part));
        Ok(skf::Container { sign: sign?, encrypt: encrypt?, name })
    }

    fn half(&self, open: &Open<'_>, part: Part) -> Result<Half, Fault> {
        let blob = present(self.functions.public_key(open.handle, part))?.unwrap_or_default();
        let certificate = present(self.functions.certificate(open.handle, part))?.unwrap_or_default();
        Ok(Half { key: blobs::public_key(self.width, &blob), certificate: first_element(certificate) })
    }

    /// Decrypts whole blocks in CBC mode by a key that is opened in the token and stays there.
    fn decrypt(
        &self,
        container: &[u8],
        key: &WrappedKey,
        algorithm: u32,
        iv: &[u8],
        content: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let short = || own(FailureKind::DataInvalid, "SKF_DecryptInit", "an initialisation vector of another length");
        let iv: &[u8; 16] = iv.try_into().map_err(|_| short())?;
        let open = self.open(container)?;
        let wrapped = match key {
            WrappedKey::Ecc(cipher) => blobs::ecc_cipher(self.width, cipher),
            WrappedKey::Rsa(wrapped) => wrapped.clone(),
        };
        let handle = self.functions.session_key(open.handle, algorithm, &wrapped)?;
        let key = SessionKey { functions: self.functions, handle };
        self.functions.decrypt_init(key.handle, self.width, iv)?;
        // Room for a block that a module holds back or adds.
        let mut plain = Zeroizing::new(vec![0; content.len() + 64]);
        let len = self.functions.decrypt(key.handle, content, &mut plain)?;
        plain.truncate(len);
        Ok(plain)
    }

    /// A container that was made for a key which then could not be made goes again.
    fn generate(&self, name: &[u8], rsa_bits: Option<u32>) -> Result<Reply, Fault> {
        let existing = names::split(&self.functions.containers(self.application)?);
        let text = terminated(name);
        let made = !existing.iter().any(|other| other == name);
        let open = if made {
            let handle = self.functions.create_container(self.application, &c_text(&text)?)?;
            Open { functions: self.functions, handle }
        } else {
            self.open(name)?
        };
        let generated = match rsa_bits {
            Some(bits) => self.functions.generate_rsa(open.handle, bits),
            None => self.functions.generate_ecc(open.handle, sgd::SM2_1),
        };
        if generated.is_err() && made {
            drop(open);
            let _ = self.functions.delete_container(self.application, &c_text(&text)?);
        }
        generated.map(|()| Reply::Done)
    }
}

/// What is not there is answered with many return values; those that mean the device itself are kept.
fn present(answer: Result<Vec<u8>, Fault>) -> Result<Option<Vec<u8>>, Fault> {
    match answer {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Fault::Returned { code: sar::DEVICE_REMOVED | sar::INVALID_HANDLE, function }) => {
            Err(Fault::Returned { function, code: sar::DEVICE_REMOVED })
        }
        Err(Fault::Returned { .. } | Fault::Missing(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The DER element at the beginning: modules tell lengths with and without what they filled up. Empty when there is none.
fn first_element(mut bytes: Vec<u8>) -> Vec<u8> {
    let len = match bytes[..] {
        [0x30, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([high, low])),
        [0x30, 0x81, len, ..] => 3 + usize::from(len),
        [0x30, len @ 0..=0x7f, ..] => 2 + usize::from(len),
        _ => 0,
    };
    bytes.truncate(if len > bytes.len() { 0 } else { len });
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_as_long_as_it_says_itself() {
        assert_eq!(first_element(vec![0x30, 2, 1, 2, 0, 0, 0]), [0x30, 2, 1, 2]);
        assert_eq!(first_element([&[0x30, 0x81, 0x80][..], &[1; 200]].concat()).len(), 3 + 0x80);
        assert_eq!(first_element([&[0x30, 0x82, 1, 0][..], &[1; 300]].concat()).len(), 4 + 256);
        assert!(first_element(vec![0x30, 0x82, 1, 0, 1]).is_empty(), "longer than the buffer");
        assert!(first_element(vec![0; 100]).is_empty());
    }
}
