//! Where a certificate says that its status can be asked: authorityInfoAccess and cRLDistributionPoints
//! (RFC 5280 §4.2.2.1, §4.2.1.13).

use const_oid::ObjectIdentifier;
use der::{Decode, Tag};

use crate::certificate::Certificate;
use crate::general_name::GeneralName;
use crate::oid::{extension, status};
use crate::raw::{Fields, constructed};

/// Most addresses of one kind that are looked at.
const MOST: usize = 8;

/// Addresses, in the certificate's order; only `http:` and `https:`. They are the certificate's claim: whoever fetches
/// decides which addresses may be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusSources {
    /// OCSP responders.
    pub ocsp: Vec<String>,
    /// Lists that are complete for all reasons and issued by the certificate's own issuer.
    pub crl: Vec<String>,
}

impl Certificate {
    /// Where its status can be asked. Addresses that cannot be read are left out.
    #[must_use]
    pub fn status_sources(&self) -> StatusSources {
        let read = |oid, read: fn(&[u8]) -> der::Result<Vec<String>>| {
            let mut found = self.extension(oid).and_then(|value| read(value).ok()).unwrap_or_default();
            found.retain(|address| is_web(address));
            found.truncate(MOST);
            found
        };
        StatusSources {
            ocsp: read(extension::AUTHORITY_INFO_ACCESS, responders),
            crl: read(extension::CRL_DISTRIBUTION_POINTS, lists),
        }
    }
}

fn is_web(address: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// AuthorityInfoAccessSyntax ::= SEQUENCE OF { accessMethod, accessLocation }.
fn responders(value: &[u8]) -> der::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut descriptions = Fields::inside(value, Tag::Sequence)?;
    while !descriptions.is_finished() {
        let mut description = Fields::of(descriptions.take(Tag::Sequence)?.content)?;
        let method = ObjectIdentifier::from_der(description.take(Tag::ObjectIdentifier)?.tlv)?;
        if let (status::ACCESS_OCSP, GeneralName::Uri(uri)) = (method, GeneralName::from_element(description.any()?)?) {
            found.push(uri);
        }
    }
    Ok(found)
}

/// `CRLDistributionPoints ::= SEQUENCE OF { distributionPoint [0], reasons [1], cRLIssuer [2] }`, all optional.
fn lists(value: &[u8]) -> der::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut points = Fields::inside(value, Tag::Sequence)?;
    while !points.is_finished() {
        let mut point = Fields::of(points.take(Tag::Sequence)?.content)?;
        let name = point.optional(constructed(0))?;
        // Reasons or an issuer of its own: a list that does not tell all.
        if let Some(name) = name.filter(|_| point.is_finished()) {
            found.extend(full_names(name.content)?);
        }
    }
    Ok(found)
}

/// The addresses of `DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] }`.
pub(super) fn full_names(name: &[u8]) -> der::Result<Vec<String>> {
    let mut found = Vec::new();
    let Some(names) = Fields::of(name)?.optional(constructed(0))? else { return Ok(found) };
    let mut names = Fields::of(names.content)?;
    while !names.is_finished() {
        if let GeneralName::Uri(uri) = GeneralName::from_element(names.any()?)? {
            found.push(uri);
        }
    }
    Ok(found)
}
