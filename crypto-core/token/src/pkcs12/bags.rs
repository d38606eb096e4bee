//! Safes and the bags in them (RFC 7292 §4.1, §4.2).

use algo::{Password, PrivateKey};
use der::Decode;
use der::asn1::OctetString;
use x509::Certificate;

use super::asn1::{CertBag, ContentInfo, EncryptedData, EncryptedPrivateKeyInfo, SafeBag, oid};
use super::encryption::decrypt;
use super::{Pkcs12Error, malformed};

/// Bags may hold bags; no program nests them deeper.
const MAX_DEPTH: u8 = 4;

#[derive(Default)]
pub(super) struct Found {
    pub(super) keys: Vec<(PrivateKey, Option<String>)>,
    pub(super) certificates: Vec<Certificate>,
}

/// Everything in the authenticated safe.
pub(super) fn read(contents: &[u8], password: &Password) -> Result<Found, Pkcs12Error> {
    let mut found = Found::default();
    for safe in Vec::<ContentInfo>::from_der(contents).map_err(malformed)? {
        match safe.content_type {
            oid::DATA => {
                let bytes: OctetString = safe.content.decode_as().map_err(malformed)?;
                found.add_bags(bytes.as_bytes(), password, MAX_DEPTH)?;
            }
            oid::ENCRYPTED_DATA => {
                let data: EncryptedData = safe.content.decode_as().map_err(malformed)?;
                let cipher = data.content.content.as_ref().map_or(&[][..], OctetString::as_bytes);
                let bytes = decrypt(&data.content.algorithm, password, cipher)?;
                found.add_bags(bytes.expose(), password, MAX_DEPTH)?;
            }
            other => return Err(Pkcs12Error::Unsupported(format!("the content {other}"))),
        }
    }
    Ok(found)
}

impl Found {
    fn add_bags(&mut self, contents: &[u8], password: &Password, depth: u8) -> Result<(), Pkcs12Error> {
        for bag in Vec::<SafeBag>::from_der(contents).map_err(malformed)? {
            self.add_bag(&bag, password, depth)?;
        }
        Ok(())
    }

    fn add_bag(&mut self, bag: &SafeBag, password: &Password, depth: u8) -> Result<(), Pkcs12Error> {
        use der::Encode;
        match bag.id {
            oid::KEY_BAG => {
                let pkcs8 = algo::Secret::from(bag.value.to_der().map_err(malformed)?);
                self.add_key(pkcs8.expose(), bag.friendly_name())?;
            }
            oid::SHROUDED_KEY_BAG => {
                let shrouded: EncryptedPrivateKeyInfo = bag.value.decode_as().map_err(malformed)?;
                let pkcs8 = decrypt(&shrouded.algorithm, password, shrouded.encrypted.as_bytes())?;
                self.add_key(pkcs8.expose(), bag.friendly_name())?;
            }
            oid::CERT_BAG => self.add_certificate(&bag.value.decode_as().map_err(malformed)?)?,
            oid::SAFE_CONTENTS_BAG => {
                let depth = depth.checked_sub(1);
                let depth = depth.ok_or_else(|| Pkcs12Error::Malformed("bags are nested too deep".to_owned()))?;
                self.add_bags(&bag.value.to_der().map_err(malformed)?, password, depth)?;
            }
            // Revocation lists and foreign secrets are not ours to keep.
            _ => {}
        }
        Ok(())
    }

    fn add_key(&mut self, pkcs8: &[u8], name: Option<String>) -> Result<(), Pkcs12Error> {
        let key = PrivateKey::from_pkcs8(pkcs8)
            .map_err(|error| Pkcs12Error::Unsupported(format!("a private key that cannot be used ({error})")))?;
        self.keys.push((key, name));
        Ok(())
    }

    fn add_certificate(&mut self, bag: &CertBag) -> Result<(), Pkcs12Error> {
        if bag.id != oid::X509_CERTIFICATE {
            return Err(Pkcs12Error::Unsupported(format!("the certificate type {}", bag.id)));
        }
        let der: OctetString = bag.value.decode_as().map_err(malformed)?;
        let certificate = Certificate::from_der(der.as_bytes())
            .map_err(|error| Pkcs12Error::Malformed(format!("a certificate in it: {error}")))?;
        self.certificates.push(certificate);
        Ok(())
    }
}
