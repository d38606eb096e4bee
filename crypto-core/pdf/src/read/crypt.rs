//! The standard security handler (ISO 32000-2, 7.6): RC4 and AES, by user, owner or empty password. lopdf has the
//! algorithms; here is only which strings and streams they apply to.

use super::node::{Dictionary, Node, ObjectId, Value};
use super::stream::to_lopdf;
use crate::error::{Damage, OpenError};
use algo::Secret;
use lopdf::encryption::{EncryptionState, PasswordAlgorithm, crypt_filters::CryptFilter};

/// A password as a person typed it, or as the bytes that opened the same file before.
#[derive(Clone, Copy)]
pub(crate) enum Typed<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// An opened security handler.
pub(crate) struct Crypt {
    state: EncryptionState,
    /// The user password as bytes, also when the owner password was given: what any other reader can open the file with.
    password: Secret,
    /// The `/Encrypt` dictionary's own object, whose strings are not encrypted.
    dictionary: Option<ObjectId>,
}

impl Crypt {
    /// Opens the handler that `encrypt`, without references inside, describes. `first_id` is the first string of the
    /// trailer's `/ID`. Without a password, or when it fits only other files of a batch, the empty one is tried.
    pub(crate) fn open(
        encrypt: &Node,
        dictionary: Option<ObjectId>,
        first_id: &[u8],
        password: Option<Typed<'_>>,
    ) -> Result<Self, OpenError> {
        let document = stand_in(encrypt, first_id);
        let given = password.map(|password| try_password(&document, password));
        let opened =
            match given {
                Some(Err(OpenError::PasswordWrong)) => try_password(&document, Typed::Text(""))
                    .map_err(|error| refused(error, OpenError::PasswordWrong))?,
                Some(opened) => opened?,
                None => try_password(&document, Typed::Text(""))
                    .map_err(|error| refused(error, OpenError::PasswordNeeded))?,
            };
        Ok(Self { state: opened.0, password: opened.1, dictionary })
    }

    /// The user password as bytes.
    pub(crate) fn password(&self) -> &[u8] {
        self.password.expose()
    }

    /// Decrypts the strings of an object that stands in the file itself, not in an object stream.
    pub(crate) fn decrypt_strings(&self, id: ObjectId, node: &mut Node) {
        let exempt = node.dictionary().is_some_and(|dictionary| dictionary.has_type("XRef"));
        if self.dictionary == Some(id) || exempt {
            return;
        }
        let filter = self.state.get_string_filter();
        if let Ok(key) = filter.compute_key(self.state.file_encryption_key(), (id.number, id.generation)) {
            decrypt_within(node, filter.as_ref(), &key);
        }
    }

    /// The decrypted bytes of a stream; `None` when they are not a possible ciphertext.
    pub(crate) fn decrypt_stream(&self, id: ObjectId, dictionary: &Dictionary, raw: &[u8]) -> Option<Vec<u8>> {
        let plain_metadata = dictionary.has_type("Metadata") && !self.state.encrypt_metadata();
        if dictionary.has_type("XRef") || plain_metadata || has_crypt_filter(dictionary) {
            return Some(raw.to_vec());
        }
        let filter = self.state.get_stream_filter();
        let key = filter.compute_key(self.state.file_encryption_key(), (id.number, id.generation)).ok()?;
        filter.decrypt(&key, raw).ok()
    }

    /// Encrypts a new string of object `id`.
    pub(crate) fn encrypt_string(&self, id: ObjectId, plain: &[u8]) -> Option<Vec<u8>> {
        encrypt(self.state.get_string_filter().as_ref(), &self.state, id, plain)
    }

    /// Encrypts a new stream of object `id`.
    pub(crate) fn encrypt_stream(&self, id: ObjectId, plain: &[u8]) -> Option<Vec<u8>> {
        encrypt(self.state.get_stream_filter().as_ref(), &self.state, id, plain)
    }
}

fn encrypt(filter: &dyn CryptFilter, state: &EncryptionState, id: ObjectId, plain: &[u8]) -> Option<Vec<u8>> {
    let key = filter.compute_key(state.file_encryption_key(), (id.number, id.generation)).ok()?;
    filter.encrypt(&key, plain).ok()
}

/// A stream that names its own filter `/Crypt` (7.6.6); in practice that is `/Identity` on metadata.
fn has_crypt_filter(dictionary: &Dictionary) -> bool {
    dictionary.get("Filter").is_some_and(|filter| match &filter.value {
        Value::Array(items) => items.iter().any(|item| item.is_name("Crypt")),
        _ => filter.is_name("Crypt"),
    })
}

fn decrypt_within(node: &mut Node, filter: &dyn CryptFilter, key: &[u8]) {
    match &mut node.value {
        Value::String(bytes) => {
            // what cannot be a ciphertext was written unencrypted by a careless program: shown as it stands
            if let Ok(plain) = filter.decrypt(key, bytes) {
                *bytes = plain;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| decrypt_within(item, filter, key)),
        Value::Dictionary(dictionary) => {
            // /Contents of a signature is never encrypted (7.6.2)
            let signature = dictionary.get("ByteRange").is_some();
            for entry in &mut dictionary.entries {
                if !(signature && entry.key == b"Contents") {
                    decrypt_within(&mut entry.value, filter, key);
                }
            }
        }
        _ => {}
    }
}

/// A document of nothing but the security handler: lopdf derives keys from a document only.
fn stand_in(encrypt: &Node, first_id: &[u8]) -> lopdf::Document {
    let mut document = lopdf::Document::new();
    document.objects.insert((1, 0), to_lopdf(encrypt));
    document.trailer.set("Encrypt", lopdf::Object::Reference((1, 0)));
    let id = lopdf::Object::string_literal(first_id.to_vec());
    document.trailer.set("ID", lopdf::Object::Array(vec![id.clone(), id]));
    document
}

fn try_password(document: &lopdf::Document, password: Typed<'_>) -> Result<(EncryptionState, Secret), OpenError> {
    let algorithm = PasswordAlgorithm::try_from(document).map_err(unsupported)?;
    let prepared = match password {
        // Revisions 2 to 4 know passwords of PDFDocEncoding only; others are tried as the bytes typed.
        Typed::Text(text) => algorithm.sanitize_password(text).unwrap_or_else(|_| text.as_bytes().to_vec()),
        Typed::Bytes(bytes) => bytes.to_vec(),
    };
    let prepared = Secret::from(prepared);
    if document.authenticate_raw_password(prepared.expose()).is_err() {
        return Err(OpenError::PasswordWrong);
    }
    let user = algorithm.resolve_password_for_key_derivation(document, prepared.expose()).map_err(unsupported)?;
    let state = EncryptionState::decode(document, prepared.expose()).map_err(|error| match error {
        lopdf::Error::UnsupportedSecurityHandler(name) => {
            OpenError::UnsupportedEncryption { scheme: String::from_utf8_lossy(&name).into_owned() }
        }
        lopdf::Error::Decryption(error) => unsupported(error),
        _ => Damage::Entry { entry: "/Encrypt" }.into(),
    })?;
    Ok((state, Secret::from(without_padding(user))))
}

/// What algorithm 2 fills a short password up with (ISO 32000-2, 7.6.4.3.2).
const PADDING: &[u8; 32] = b"\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\
    \x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a";

/// A user password recovered from the owner's comes with its padding.
fn without_padding(mut password: Vec<u8>) -> Vec<u8> {
    if password.len() == PADDING.len() {
        let padded = |length: &usize| password[*length..] == PADDING[..PADDING.len() - length];
        if let Some(length) = (0..PADDING.len()).find(padded) {
            password.truncate(length);
        }
    }
    password
}

fn unsupported(error: impl std::fmt::Display) -> OpenError {
    OpenError::UnsupportedEncryption { scheme: error.to_string() }
}

fn refused(error: OpenError, instead: OpenError) -> OpenError {
    match error {
        OpenError::PasswordWrong => instead,
        other => other,
    }
}
