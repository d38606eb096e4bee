//! Short names of attribute types.

use const_oid::ObjectIdentifier;
use der::Tag;

use crate::oid::attribute as types;

/// How an attribute type is written and read.
pub(super) struct ShortName {
    /// As shown; the first nine are RFC 4514 §3, the others from the LDAP registry (RFC 4520, RFC 2985).
    pub(super) name: &'static str,
    pub(super) oid: ObjectIdentifier,
    /// The string type that RFC 5280 appendix A.1 wants.
    pub(super) tag: Tag,
    /// Upper bound in characters (RFC 5280 appendix A.1), where there is one.
    pub(super) longest: usize,
}

/// The types that have a name here; any other is written as a dotted number.
pub(super) const SHORT_NAMES: &[ShortName] = &[
    row("CN", types::COMMON_NAME, Tag::Utf8String, 64),
    row("L", types::LOCALITY, Tag::Utf8String, 128),
    row("ST", types::STATE, Tag::Utf8String, 128),
    row("O", types::ORGANISATION, Tag::Utf8String, 64),
    row("OU", types::ORGANISATIONAL_UNIT, Tag::Utf8String, 64),
    row("C", types::COUNTRY, Tag::PrintableString, 2),
    row("STREET", types::STREET, Tag::Utf8String, 128),
    row("DC", types::DOMAIN_COMPONENT, Tag::Ia5String, 255),
    row("UID", types::USER_ID, Tag::Utf8String, 255),
    row("serialNumber", types::SERIAL_NUMBER, Tag::PrintableString, 64),
    row("organizationIdentifier", types::ORGANISATION_IDENTIFIER, Tag::Utf8String, 255),
    row("emailAddress", types::EMAIL, Tag::Ia5String, 255),
    row("SN", types::SURNAME, Tag::Utf8String, 64),
    row("givenName", types::GIVEN_NAME, Tag::Utf8String, 64),
    row("title", types::TITLE, Tag::Utf8String, 64),
];

/// Other spellings that are read.
const ALIASES: &[(&str, &str)] = &[("E", "emailAddress"), ("email", "emailAddress"), ("S", "ST"), ("GN", "givenName")];

pub(super) fn by_name(name: &str) -> Option<&'static ShortName> {
    let alias = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    let name = alias.map_or(name, |(_, target)| target);
    SHORT_NAMES.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

pub(super) fn by_oid(oid: ObjectIdentifier) -> Option<&'static ShortName> {
    SHORT_NAMES.iter().find(|row| row.oid == oid)
}

const fn row(name: &'static str, oid: ObjectIdentifier, tag: Tag, longest: usize) -> ShortName {
    ShortName { name, oid, tag, longest }
}
