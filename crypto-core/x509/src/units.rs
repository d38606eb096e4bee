//! Numbers by which a unit or a person is known, wherever the authority put them.

use const_oid::ObjectIdentifier;
use der::Tag;

use crate::extensions::Extensions;
use crate::name::{Name, text_of};
use crate::oid::{attribute, unit};
use crate::raw::{Element, whole};
use crate::uscc::Uscc;

/// Prefix of organizationIdentifier for numbers of the Chinese trade register (ETSI EN 319 412-1 §5.1.4).
pub(crate) const TRADE_REGISTER: &str = "NTRCN-";

/// Unit numbers found in a certificate. A number is given as its text, unchecked, except the credit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnitIds {
    /// Unified social credit code (统一社会信用代码): from 1.2.156.10260.4.1.4, organizationIdentifier, or the
    /// subject's serialNumber, the first whose check character is right.
    pub uscc: Option<Uscc>,
    /// 1.2.156.10260.4.1.4 (组织机构代码) where it is no credit code: the old nine-character code, or a number that a
    /// platform gave to a unit without one.
    pub organisation_code: Option<String>,
    /// organizationIdentifier where it is no credit code.
    pub organisation_identifier: Option<String>,
    /// 1.2.156.10260.4.1.5 (税号).
    pub tax_number: Option<String>,
    /// 1.2.156.10260.4.1.3 (工商注册号).
    pub registration_number: Option<String>,
    /// 1.2.156.10260.4.1.2 (社会保险号).
    pub insurance_number: Option<String>,
    /// 1.2.156.10260.4.1.1 (身份证件号). Personal: not to be shown where nobody asked for it.
    pub identity_code: Option<String>,
}

impl UnitIds {
    /// The numbers that a name alone tells.
    #[must_use]
    pub fn of_subject(subject: &Name) -> Self {
        Self::find(subject, &Extensions::default())
    }

    pub(crate) fn find(subject: &Name, extensions: &Extensions) -> Self {
        let extension = |oid: ObjectIdentifier| extensions.value(oid).and_then(unit_text);
        let code = extension(unit::ORGANISATION_CODE);
        let identifier = subject.text(attribute::ORGANISATION_IDENTIFIER);
        let stripped = identifier.as_deref().map(|text| text.strip_prefix(TRADE_REGISTER).unwrap_or(text));
        let serial = subject.text(attribute::SERIAL_NUMBER);
        let candidates = [code.as_deref(), stripped, serial.as_deref()];
        let uscc = candidates.into_iter().flatten().find_map(|text| text.parse().ok());
        let is_code = |text: &str| text.parse::<Uscc>().is_ok();
        Self {
            uscc,
            organisation_identifier: stripped.filter(|text| !is_code(text)).map(str::to_owned),
            organisation_code: code.filter(|text| !is_code(text)),
            tax_number: extension(unit::TAX_NUMBER),
            registration_number: extension(unit::REGISTRATION_NUMBER),
            insurance_number: extension(unit::INSURANCE_NUMBER),
            identity_code: extension(unit::IDENTITY_CODE),
        }
    }
}

/// The number of the key that holds the certificate (设备号), where the subject's serialNumber is not a credit code.
pub(crate) fn device_number(subject: &Name) -> Option<String> {
    subject.text(attribute::SERIAL_NUMBER).filter(|text| text.parse::<Uscc>().is_err())
}

/// Value of a unit extension. GB/T 20518 wants a PrintableString or, for identity codes, a tagged choice of strings;
/// authorities also write other string types and even the bare characters without any tag.
fn unit_text(value: &[u8]) -> Option<String> {
    let text = match whole(value, Element::read) {
        Ok(Element { tag: Tag::ContextSpecific { constructed: true, .. }, content, .. }) => return unit_text(content),
        Ok(Element { tag: Tag::ContextSpecific { .. }, content, .. }) => text_of(Tag::Utf8String, content),
        Ok(Element { tag, content, .. }) => text_of(tag, content),
        Err(_) => text_of(Tag::Utf8String, value),
    }?;
    let text = text.trim();
    let readable = !text.is_empty() && !text.chars().any(char::is_control);
    readable.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_form_that_authorities_write() {
        let table: &[(&[u8], Option<&str>)] = &[
            (b"\x13\x0312X", Some("12X")),
            (b"\x0c\x0312X", Some("12X")),
            (b"\x80\x0312X", Some("12X")),
            (b"\xa1\x05\x0c\x0312X", Some("12X")),
            (b"12X", Some("12X")),
            (b"\x04\x0312X", None),
            (b"\x00\x01", None),
            (b"", None),
        ];
        for (value, text) in table {
            assert_eq!(unit_text(value).as_deref(), *text, "{value:02x?}");
        }
    }

    #[test]
    fn a_credit_code_is_not_a_device_number() {
        let name = |text: &str| Name::parse(text).unwrap();
        assert_eq!(device_number(&name("CN=x,serialNumber=HZ-00017")).as_deref(), Some("HZ-00017"));
        assert_eq!(device_number(&name("CN=x,serialNumber=91330100799655058B")), None);
        let ids = UnitIds::of_subject(&name("CN=x,serialNumber=91330100799655058B"));
        assert_eq!(ids.uscc.unwrap().as_str(), "91330100799655058B");
        let ids = UnitIds::of_subject(&name("CN=x,organizationIdentifier=VATDE-1"));
        assert_eq!((ids.uscc, ids.organisation_identifier.as_deref()), (None, Some("VATDE-1")));
    }
}
