//! Extensions of a certificate (RFC 5280 §4.2), each at most once.

use std::collections::HashSet;

use const_oid::ObjectIdentifier;
use der::{Decode, Tag, TagNumber};
use rfc5280::ext::Extension;
use rfc5280::ext::pkix::{BasicConstraints, ExtendedKeyUsage};
use thiserror::Error;

use crate::general_name::{GeneralName, NameConstraints, general_names};
use crate::key_usage::KeyUsage;
use crate::oid::extension as known;
use crate::raw::for_each_element;

/// What stands in the extensions, the ones that are used decoded once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions {
    all: Vec<Extension>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) purposes: Option<Vec<ObjectIdentifier>>,
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) name_constraints: Option<NameConstraints>,
    pub(crate) alternative_names: Vec<GeneralName>,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
}

/// Why extensions cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ExtensionsError {
    #[error("extension {0} stands there twice")]
    Twice(ObjectIdentifier),
    #[error("extension {0} is malformed")]
    Malformed(ObjectIdentifier, #[source] der::Error),
}

/// Extensions whose meaning validation takes into account, or which restrict nothing here. Any other one that is marked
/// critical makes a path unusable (RFC 5280 §6.1.4 (o)): among them policyConstraints and inhibitAnyPolicy, because
/// policies are not evaluated.
const UNDERSTOOD: &[ObjectIdentifier] = &[
    known::KEY_USAGE,
    known::BASIC_CONSTRAINTS,
    known::NAME_CONSTRAINTS,
    known::SUBJECT_ALT_NAME,
    known::ISSUER_ALT_NAME,
    known::EXTENDED_KEY_USAGE,
    known::CERTIFICATE_POLICIES,
    known::CRL_DISTRIBUTION_POINTS,
    known::SUBJECT_KEY_ID,
    known::AUTHORITY_KEY_ID,
    known::AUTHORITY_INFO_ACCESS,
    known::OCSP_NO_CHECK,
];

impl Extensions {
    pub(crate) fn new(all: Vec<Extension>) -> Result<Self, ExtensionsError> {
        let mut seen = HashSet::new();
        if let Some(twice) = all.iter().find(|extension| !seen.insert(extension.extn_id)) {
            return Err(ExtensionsError::Twice(twice.extn_id));
        }
        let mut extensions = Self { all, ..Self::default() };
        extensions.key_usage = extensions.decoded(known::KEY_USAGE, KeyUsage::from_der)?;
        extensions.purposes =
            extensions.decoded(known::EXTENDED_KEY_USAGE, |der| Ok(ExtendedKeyUsage::from_der(der)?.0))?;
        extensions.basic_constraints =
            extensions.decoded(known::BASIC_CONSTRAINTS, |der| BasicConstraints::from_der(der))?;
        extensions.name_constraints = extensions.decoded(known::NAME_CONSTRAINTS, NameConstraints::from_der)?;
        extensions.alternative_names = extensions.decoded(known::SUBJECT_ALT_NAME, general_names)?.unwrap_or_default();
        extensions.subject_key_id = extensions.decoded(known::SUBJECT_KEY_ID, subject_key_id)?;
        extensions.authority_key_id = extensions.decoded(known::AUTHORITY_KEY_ID, authority_key_id)?.flatten();
        Ok(extensions)
    }

    /// The content of an extension's OCTET STRING.
    pub(crate) fn value(&self, oid: ObjectIdentifier) -> Option<&[u8]> {
        self.all.iter().find(|extension| extension.extn_id == oid).map(|extension| extension.extn_value.as_bytes())
    }

    /// Whether an extension stands there and is marked critical.
    pub(crate) fn is_critical(&self, oid: ObjectIdentifier) -> bool {
        self.all.iter().any(|extension| extension.extn_id == oid && extension.critical)
    }

    /// The first critical extension that validation does not understand.
    pub(crate) fn unknown_critical(&self) -> Option<ObjectIdentifier> {
        let mut critical = self.all.iter().filter(|extension| extension.critical);
        critical.find(|extension| !UNDERSTOOD.contains(&extension.extn_id)).map(|extension| extension.extn_id)
    }

    fn decoded<T>(
        &self,
        oid: ObjectIdentifier,
        decode: impl FnOnce(&[u8]) -> der::Result<T>,
    ) -> Result<Option<T>, ExtensionsError> {
        self.value(oid).map(decode).transpose().map_err(|error| ExtensionsError::Malformed(oid, error))
    }
}

fn subject_key_id(der: &[u8]) -> der::Result<Vec<u8>> {
    Ok(der::asn1::OctetString::from_der(der)?.into_bytes().into())
}

/// Only the keyIdentifier of AuthorityKeyIdentifier; issuer and serial number are not used to find an issuer.
fn authority_key_id(der: &[u8]) -> der::Result<Option<Vec<u8>>> {
    let mut key_id = None;
    for_each_element(der, Tag::Sequence, |part| {
        if part.tag == (Tag::ContextSpecific { constructed: false, number: TagNumber(0) }) {
            key_id = Some(part.content.to_vec());
        }
        Ok(())
    })?;
    Ok(key_id)
}
