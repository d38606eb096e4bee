//! Reading EnvelopedData (RFC 5652 §6.1) up to what can be known without a key.

use algo::{Cbc, Hash, KeyTransport};
use const_oid::ObjectIdentifier;

use super::LONGEST_CONTENT;
use super::agreement::{self, Agreement, KeyAgreeRecipient};
use super::form::{RecipientForm, Sm2KeyEncryption};
use crate::Family;
use crate::algorithm::Algorithm;
use crate::asn1::{Element, INTEGER, Malformed, OCTET_STRING, OID, SEQUENCE, SET, constructed, primitive};
use crate::certificate_id::CertificateId;
use crate::content_info::{self, ParseError};

/// More recipients than any envelope of ours or of a platform has; each may cost a token operation.
const MOST_RECIPIENTS: usize = 64;

/// An envelope as it came.
#[derive(Debug, Clone)]
pub struct Enveloped {
    family: Family,
    recipients: Vec<Recipient>,
    /// Cipher and initialisation vector, if the cipher is known here.
    pub(super) content_cipher: Option<(Cbc, [u8; 16])>,
    pub(super) encrypted: Vec<u8>,
}

/// One recipient of an envelope.
#[derive(Debug, Clone)]
pub struct Recipient {
    certificate_id: CertificateId,
    algorithm: ObjectIdentifier,
    pub(super) encrypted_key: EncryptedKey,
}

#[derive(Debug, Clone)]
pub(super) enum EncryptedKey {
    Transport { transport: KeyTransport, wrapped: Vec<u8> },
    Agreement(Box<Agreement>),
    Unknown,
}

/// How a recipient's key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyMethod {
    /// Encrypted to the recipient's key.
    Transport(KeyTransport),
    /// By ECDH with an ephemeral key; the hash is that of the KDF.
    Agreement(Hash),
    /// In a way not known here.
    Unknown(ObjectIdentifier),
}

impl Enveloped {
    /// Reads an envelope in DER, or in BER as stream writers emit it.
    ///
    /// # Errors
    /// [`ParseError`]; bytes after the message, and content longer than [`LONGEST_CONTENT`], are refused too.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        content_info::parse(bytes, Family::enveloped_data, Self::read)
    }

    /// Whose content types the envelope uses.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// For whom it is, in its order.
    #[must_use]
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// The cipher of the content, if it is known here.
    #[must_use]
    pub fn cipher(&self) -> Option<Cbc> {
        self.content_cipher.map(|(cipher, _)| cipher)
    }

    /// The form of a recipient, if it is one that is written here.
    #[must_use]
    pub fn form(&self, recipient: &Recipient) -> Option<RecipientForm> {
        let named = [Sm2KeyEncryption::Encryption, Sm2KeyEncryption::Exchange]
            .into_iter()
            .find(|named| named.oid() == recipient.algorithm);
        match (recipient.method(), self.cipher()?) {
            (KeyMethod::Transport(KeyTransport::RsaOaep(Hash::Sha256)), Cbc::Aes256) => {
                Some(RecipientForm::RsaOaepSha256)
            }
            (KeyMethod::Transport(KeyTransport::RsaOaep(Hash::Sha1)), Cbc::Aes256) => Some(RecipientForm::RsaOaepSha1),
            (KeyMethod::Transport(KeyTransport::RsaPkcs1), Cbc::Aes256) => Some(RecipientForm::RsaPkcs1),
            (KeyMethod::Transport(KeyTransport::RsaPkcs1), Cbc::Sm4) => Some(RecipientForm::RsaPkcs1Sm4),
            (KeyMethod::Transport(KeyTransport::Sm2), Cbc::Sm4) => named.map(|named| RecipientForm::Sm2 { named }),
            (KeyMethod::Agreement(_), Cbc::Aes256) => Some(RecipientForm::EcdhKari),
            _ => None,
        }
    }

    fn read(family: Family, enveloped: Element<'_>) -> Result<Self, Malformed> {
        const FIELD: &str = "EnvelopedData";
        let mut fields = enveloped.inside();
        fields.take(INTEGER, FIELD)?.small(FIELD)?;
        fields.optional(constructed(0), "originatorInfo")?;
        let recipients = read_recipients(fields.take(SET, "recipientInfos")?)?;
        let mut content = fields.take(SEQUENCE, "encryptedContentInfo")?.inside();
        fields.optional(constructed(1), "unprotectedAttrs")?;
        fields.finish(FIELD)?;

        content.take(OID, "encryptedContentInfo")?;
        let algorithm = Algorithm::take(&mut content, "contentEncryptionAlgorithm")?;
        let encrypted = read_encrypted_content(content.any("encryptedContent")?)?;
        content.finish("encryptedContentInfo")?;
        let content_cipher = Cbc::from_algorithm_identifier(algorithm.der).ok();
        Ok(Self { family, recipients, content_cipher, encrypted })
    }
}

fn read_recipients(set: Element<'_>) -> Result<Vec<Recipient>, Malformed> {
    let mut recipients = Vec::new();
    for info in set.inside().all("recipientInfos")? {
        match info.tag {
            SEQUENCE => recipients.push(Recipient::read_transport(info)?),
            tag if tag == constructed(1) => recipients.extend(Recipient::read_agreement(info)?),
            // Recipients by shared key or password are not ours to open.
            _ => {}
        }
    }
    if recipients.len() > MOST_RECIPIENTS { Err(Malformed { field: "recipientInfos" }) } else { Ok(recipients) }
}

/// The content, whole or in pieces: some tools wrap it in an OCTET STRING below the tag.
fn read_encrypted_content(element: Element<'_>) -> Result<Vec<u8>, Malformed> {
    const FIELD: &str = "encryptedContent";
    let mut encrypted = Vec::new();
    if element.tag == primitive(0) {
        encrypted.extend_from_slice(element.value);
    } else if element.tag == constructed(0) {
        for piece in element.inside().all(FIELD)? {
            if piece.tag != OCTET_STRING {
                return Err(Malformed { field: FIELD });
            }
            encrypted.extend_from_slice(piece.value);
        }
    } else {
        return Err(Malformed { field: FIELD });
    }
    // CBC adds up to one block.
    if encrypted.len() > LONGEST_CONTENT + 16 { Err(Malformed { field: FIELD }) } else { Ok(encrypted) }
}

/// The encryption that an algorithm names, if it is known here. Some programs name SM2 by its signature identifier.
fn read_transport_algorithm(algorithm: &Algorithm<'_>) -> Option<KeyTransport> {
    if algorithm.oid == algo::oid::SM2_SIGN && algorithm.is_bare() {
        return Some(KeyTransport::Sm2);
    }
    KeyTransport::from_algorithm_identifier(algorithm.der).ok()
}

impl Recipient {
    fn read_transport(info: Element<'_>) -> Result<Self, Malformed> {
        const FIELD: &str = "KeyTransRecipientInfo";
        let mut fields = info.inside();
        fields.take(INTEGER, FIELD)?;
        let certificate_id = CertificateId::take(&mut fields, primitive(0), FIELD)?;
        let algorithm = Algorithm::take(&mut fields, "keyEncryptionAlgorithm")?;
        let wrapped = fields.take(OCTET_STRING, "encryptedKey")?.value.to_vec();
        fields.finish(FIELD)?;
        let encrypted_key = match read_transport_algorithm(&algorithm) {
            Some(transport) => EncryptedKey::Transport { transport, wrapped },
            None => EncryptedKey::Unknown,
        };
        Ok(Self { certificate_id, algorithm: algorithm.oid, encrypted_key })
    }

    fn read_agreement(info: Element<'_>) -> Result<Vec<Self>, Malformed> {
        let recipient = |KeyAgreeRecipient { certificate_id, algorithm, agreement }| {
            let encrypted_key =
                agreement.map_or(EncryptedKey::Unknown, |agreement| EncryptedKey::Agreement(Box::new(agreement)));
            Self { certificate_id, algorithm, encrypted_key }
        };
        Ok(agreement::read(info)?.into_iter().map(recipient).collect())
    }

    /// How the envelope names the recipient's certificate.
    #[must_use]
    pub fn certificate_id(&self) -> &CertificateId {
        &self.certificate_id
    }

    /// How the recipient's key travels.
    #[must_use]
    pub fn method(&self) -> KeyMethod {
        match &self.encrypted_key {
            EncryptedKey::Transport { transport, .. } => KeyMethod::Transport(*transport),
            EncryptedKey::Agreement(agreement) => KeyMethod::Agreement(agreement.hash()),
            EncryptedKey::Unknown => KeyMethod::Unknown(self.algorithm),
        }
    }

    /// The key as encrypted to the recipient, where it is (RSA, SM2).
    #[must_use]
    pub fn wrapped_key(&self) -> Option<&[u8]> {
        match &self.encrypted_key {
            EncryptedKey::Transport { wrapped, .. } => Some(wrapped),
            EncryptedKey::Agreement(_) | EncryptedKey::Unknown => None,
        }
    }
}
