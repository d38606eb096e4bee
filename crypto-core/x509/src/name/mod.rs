//! Distinguished names (RFC 5280 §4.1.2.4): kept as received, compared as §7.1 says, shown as RFC 4514.

mod attribute;
mod display;
mod parse;
mod short_name;

use std::fmt;
use std::hash::{Hash, Hasher};

use const_oid::ObjectIdentifier;
use der::Tag;

use crate::oid::attribute as types;
use crate::raw::for_each_element;

pub use attribute::Attribute;
pub use display::deceives;
pub use parse::NameError;

use attribute::Comparable;
pub(crate) use attribute::text_of;

/// A distinguished name.
///
/// Two names are equal when they match by RFC 5280 §7.1: the string types, upper and lower case, and runs of spaces
/// make no difference. [`Name::der`] keeps the bytes as they were received.
///
/// ```
/// let name = x509::Name::parse("CN=张三,O=杭州某某建设有限公司,C=CN")?;
/// assert_eq!(name.common_name().as_deref(), Some("张三"));
/// assert_eq!(name.to_string(), "CN=张三,O=杭州某某建设有限公司,C=CN");
/// # Ok::<(), x509::NameError>(())
/// ```
#[derive(Clone)]
pub struct Name {
    der: Box<[u8]>,
    rdns: Vec<Vec<Attribute>>,
    comparable: Vec<Vec<Comparable>>,
}

impl Name {
    /// Reads a DER `Name`.
    ///
    /// # Errors
    /// The bytes are not a DER sequence of sets of attributes.
    pub fn from_der(der: &[u8]) -> der::Result<Self> {
        let mut rdns = Vec::new();
        for_each_element(der, Tag::Sequence, |set| {
            let mut rdn = Vec::new();
            for_each_element(set.tlv, Tag::Set, |pair| {
                rdn.push(Attribute::from_der(pair.tlv)?);
                Ok(())
            })?;
            rdns.push(rdn);
            Ok(())
        })?;
        Ok(Self::assemble(der.into(), rdns))
    }

    /// The name as it was received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether there is no attribute at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// The attributes from the root of the tree downwards.
    pub fn attributes(&self) -> impl DoubleEndedIterator<Item = &Attribute> {
        self.rdns.iter().flatten()
    }

    /// The text of the most specific attribute of this type.
    #[must_use]
    pub fn text(&self, attribute: ObjectIdentifier) -> Option<String> {
        self.attributes().rev().filter(|found| found.oid() == attribute).find_map(Attribute::text)
    }

    /// CN.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        self.text(types::COMMON_NAME)
    }

    /// O.
    #[must_use]
    pub fn organisation(&self) -> Option<String> {
        self.text(types::ORGANISATION)
    }

    /// Whether this name lies in the subtree below `base` or is `base` (RFC 5280 §4.2.1.10, directoryName).
    #[must_use]
    pub(crate) fn is_within(&self, base: &Self) -> bool {
        self.comparable.starts_with(&base.comparable)
    }

    pub(crate) fn rdns(&self) -> &[Vec<Attribute>] {
        &self.rdns
    }

    pub(crate) fn assemble(der: Box<[u8]>, rdns: Vec<Vec<Attribute>>) -> Self {
        let comparable = rdns.iter().map(|rdn| attribute::comparable_set(rdn)).collect();
        Self { der, rdns, comparable }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.comparable == other.comparable
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.comparable.hash(state);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(test)]
mod tests;
