//! Alternative names and the subtrees of name constraints (RFC 5280 §4.2.1.6, §4.2.1.10).

use der::Tag;

use crate::name::Name;
use crate::raw::{Element, constructed, for_each_element, primitive};

/// GeneralName, as far as path validation needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneralName {
    /// rfc822Name: a mailbox, or in a constraint a host or domain.
    Email(String),
    /// dNSName.
    Dns(String),
    /// directoryName.
    Directory(Name),
    /// uniformResourceIdentifier.
    Uri(String),
    /// iPAddress: 4 or 16 octets; in a constraint address and mask.
    Ip(Vec<u8>),
    /// Any other form, by its tag number.
    Other(u8),
}

impl GeneralName {
    pub(crate) fn from_element(element: Element<'_>) -> der::Result<Self> {
        let text = || ascii(element);
        Ok(match element.tag {
            tag if tag == primitive(1) => Self::Email(text()?),
            tag if tag == primitive(2) => Self::Dns(text()?),
            tag if tag == constructed(4) => Self::Directory(Name::from_der(element.content)?),
            tag if tag == primitive(6) => Self::Uri(text()?),
            tag if tag == primitive(7) => Self::Ip(element.content.to_vec()),
            Tag::ContextSpecific { number, .. } => Self::Other(u8::try_from(number.value()).unwrap_or(u8::MAX)),
            other => return Err(other.unexpected_error(None).into()),
        })
    }
}

/// GeneralNames, a SEQUENCE OF GeneralName.
pub(crate) fn general_names(der: &[u8]) -> der::Result<Vec<GeneralName>> {
    let mut names = Vec::new();
    for_each_element(der, Tag::Sequence, |element| {
        names.push(GeneralName::from_element(element)?);
        Ok(())
    })?;
    Ok(names)
}

/// NameConstraints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameConstraints {
    pub(crate) permitted: Vec<GeneralName>,
    pub(crate) excluded: Vec<GeneralName>,
    /// A subtree with `minimum` or `maximum`: RFC 5280 §4.2.1.10 gives these no meaning.
    pub(crate) has_distances: bool,
}

impl NameConstraints {
    pub(crate) fn from_der(der: &[u8]) -> der::Result<Self> {
        let mut constraints = Self::default();
        let mut distances = false;
        for_each_element(der, Tag::Sequence, |list| {
            let trees = match list.tag {
                tag if tag == constructed(0) => &mut constraints.permitted,
                tag if tag == constructed(1) => &mut constraints.excluded,
                other => return Err(other.unexpected_error(None).into()),
            };
            for_each_element(list.tlv, list.tag, |subtree| {
                let mut position = 0;
                for_each_element(subtree.tlv, Tag::Sequence, |part| {
                    match position {
                        0 => trees.push(GeneralName::from_element(part)?),
                        _ => distances = true,
                    }
                    position += 1;
                    Ok(())
                })
            })
        })?;
        constraints.has_distances = distances;
        Ok(constraints)
    }
}

/// Text of an IA5String with an implicit tag.
fn ascii(element: Element<'_>) -> der::Result<String> {
    match std::str::from_utf8(element.content) {
        Ok(text) if text.is_ascii() => Ok(text.to_owned()),
        _ => Err(element.tag.value_error().into()),
    }
}
