//! AlgorithmIdentifier as it came (RFC 5280 §4.1.1.2).

use const_oid::ObjectIdentifier;

use crate::asn1::{self, Element, Elements, Malformed, OID, SEQUENCE};

/// An AlgorithmIdentifier as it came: the identifier and the parameters, if any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Algorithm<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) parameters: Option<Element<'a>>,
    pub(crate) der: &'a [u8],
}

impl<'a> Algorithm<'a> {
    pub(crate) fn take(fields: &mut Elements<'a>, field: &'static str) -> Result<Self, Malformed> {
        Self::read(fields.take(SEQUENCE, field)?, field)
    }

    pub(crate) fn read(element: Element<'a>, field: &'static str) -> Result<Self, Malformed> {
        if element.tag != SEQUENCE {
            return Err(Malformed { field });
        }
        let mut fields = element.inside();
        let oid = fields.take(OID, field)?.oid(field)?;
        let parameters = fields.all(field)?;
        if parameters.len() > 1 {
            return Err(Malformed { field });
        }
        Ok(Self { oid, parameters: parameters.first().copied(), der: element.der })
    }

    /// Whether the parameters are absent or NULL, as they must be where an algorithm has none.
    pub(crate) fn is_bare(&self) -> bool {
        self.parameters.is_none_or(|parameters| parameters.der == [asn1::NULL, 0])
    }
}
