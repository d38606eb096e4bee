//! Adding an unsigned attribute, such as a time stamp that came later, to a signer of a finished message.

use const_oid::ObjectIdentifier;

use super::attributes;
use super::parse::SignedData;
use crate::asn1::{self, Element, Malformed, OCTET_STRING, SEQUENCE, SET, constructed};
use crate::content_info::content_info;

/// There is no signer of that number, or the value is not one DER element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttributeError {
    /// The message has fewer signers.
    #[error("the message has no signer {index}")]
    NoSuchSigner {
        /// The number asked for, from 0.
        index: usize,
    },
    /// The value is not one DER element.
    #[error("the attribute's value is not DER")]
    NotDer,
}

impl SignedData {
    /// The message in DER with one more unsigned attribute at signer `index` (from 0). What is signed, and the
    /// signatures, keep their bytes.
    ///
    /// # Errors
    /// [`AttributeError`]
    pub fn with_unsigned_attribute(
        &self,
        index: usize,
        attribute: ObjectIdentifier,
        value: &[u8],
    ) -> Result<Vec<u8>, AttributeError> {
        if index >= self.signers.len() {
            return Err(AttributeError::NoSuchSigner { index });
        }
        let tag = *value.first().ok_or(AttributeError::NotDer)?;
        Element::only(value, tag, "value").map_err(|_| AttributeError::NotDer)?;
        let attribute = attributes::attribute(attribute, value);
        let signed_data = rebuild(&self.der, index, attribute).map_err(|_| AttributeError::NoSuchSigner { index })?;
        Ok(content_info(self.family.signed_data(), &signed_data))
    }
}

fn rebuild(signed_data: &[u8], index: usize, attribute: Vec<u8>) -> Result<Vec<u8>, Malformed> {
    let mut fields = Element::only(signed_data, SEQUENCE, "SignedData")?.inside().all("SignedData")?;
    let signers = fields.pop().ok_or(Malformed { field: "signerInfos" })?;
    let mut infos: Vec<Vec<u8>> = signers.inside().all("signerInfos")?.iter().map(|info| info.der.to_vec()).collect();
    let info = infos.get_mut(index).ok_or(Malformed { field: "signerInfos" })?;
    *info = extend(info, attribute)?;
    // The order of the signers is kept: it is theirs that callers count by.
    let infos = asn1::element(SET, &infos.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let mut parts: Vec<&[u8]> = fields.iter().map(|field| field.der).collect();
    parts.push(&infos);
    Ok(asn1::element(SEQUENCE, &parts))
}

fn extend(info: &[u8], attribute: Vec<u8>) -> Result<Vec<u8>, Malformed> {
    let mut fields = Element::only(info, SEQUENCE, "SignerInfo")?.inside().all("SignerInfo")?;
    let mut attributes = vec![attribute];
    if let Some(unsigned) = fields.pop_if(|last| last.tag == constructed(1)) {
        attributes.extend(unsigned.inside().all("unsignedAttrs")?.iter().map(|attribute| attribute.der.to_vec()));
    }
    debug_assert!(fields.last().is_some_and(|last| last.tag == OCTET_STRING), "the signature is the field before");
    let attributes = asn1::set_of(constructed(1), attributes);
    let mut parts: Vec<&[u8]> = fields.iter().map(|field| field.der).collect();
    parts.push(&attributes);
    Ok(asn1::element(SEQUENCE, &parts))
}
