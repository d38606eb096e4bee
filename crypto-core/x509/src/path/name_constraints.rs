//! Which names an authority may issue for (RFC 5280 §4.2.1.10, §6.1.3 (b) and (c)).

use super::ChainProblem;
use super::budget::{Budget, Spent};
use crate::certificate::Certificate;
use crate::general_name::{GeneralName, NameConstraints};
use crate::oid::attribute;

/// Checks the names of every certificate below `issuer` against its constraints. Several authorities in a path each
/// check all below them, which is the intersection that RFC 5280 §6.1.4 (g) asks for.
pub(super) fn check_names(
    below: &[Certificate],
    issuer: &Certificate,
    budget: &mut Budget,
) -> Result<(), ChainProblem> {
    let Some(constraints) = &issuer.extensions().name_constraints else { return Ok(()) };
    if constraints.has_distances {
        return Err(ChainProblem::NameConstraintNotUnderstood { issuer: issuer.clone() });
    }
    let cost = 1 + constraints.permitted.len() + constraints.excluded.len();
    for (position, certificate) in below.iter().enumerate() {
        // A self-issued link is exempt unless it is the end of the path.
        if position > 0 && certificate.is_self_issued() {
            continue;
        }
        for name in certificate.extensions().alternative_names.iter().chain(&names_in_subject(certificate)) {
            budget.comparisons(cost).map_err(|Spent| ChainProblem::TooMuchWork)?;
            check_name(constraints, name, issuer)?;
        }
    }
    Ok(())
}

fn check_name(constraints: &NameConstraints, name: &GeneralName, issuer: &Certificate) -> Result<(), ChainProblem> {
    let same_form = |tree: &&GeneralName| std::mem::discriminant(*tree) == std::mem::discriminant(name);
    let permitted: Vec<_> = constraints.permitted.iter().filter(same_form).collect();
    let excluded: Vec<_> = constraints.excluded.iter().filter(same_form).collect();
    if let GeneralName::Other(number) = name {
        let applies = permitted.iter().chain(&excluded).any(|tree| **tree == GeneralName::Other(*number));
        return match applies {
            true => Err(ChainProblem::NameConstraintNotUnderstood { issuer: issuer.clone() }),
            false => Ok(()),
        };
    }
    // What cannot be compared is neither inside a permitted subtree nor surely outside an excluded one.
    let inside = permitted.is_empty() || permitted.iter().any(|tree| lies_within(name, tree) == Some(true));
    let outside = excluded.iter().all(|tree| lies_within(name, tree) == Some(false));
    match inside && outside {
        true => Ok(()),
        false => Err(ChainProblem::NameNotAllowed { issuer: issuer.clone(), name: shown(name) }),
    }
}

/// The subject and the mail addresses in it, as constraints speak about them.
fn names_in_subject(certificate: &Certificate) -> Vec<GeneralName> {
    let subject = certificate.subject();
    let whole = (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone()));
    let mail = subject.attributes().filter(|attribute| attribute.oid() == attribute::EMAIL);
    whole.into_iter().chain(mail.map(|attribute| GeneralName::Email(attribute.text().unwrap_or_default()))).collect()
}

/// Whether `name` lies in the subtree `tree` of the same form; `None` when the name is not of the shape that could be
/// compared.
fn lies_within(name: &GeneralName, tree: &GeneralName) -> Option<bool> {
    match (name, tree) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Some(name.is_within(base)),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Some(dns_within(name, base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => email_within(name, base),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => Some(host_within(host_of(name)?, base)),
        (GeneralName::Ip(name), GeneralName::Ip(base)) => ip_within(name, base),
        _ => None,
    }
}

/// "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side".
fn dns_within(name: &str, base: &str) -> bool {
    let (name, base) = (name.to_ascii_lowercase(), base.to_ascii_lowercase());
    match base.strip_prefix('.') {
        // Not in the RFC, but written by many: subdomains only.
        Some(_) => name.ends_with(&base),
        None => base.is_empty() || name == base || name.strip_suffix(&base).is_some_and(|rest| rest.ends_with('.')),
    }
}

/// A mailbox, all mailboxes of a host, or with a leading dot all mailboxes in a domain.
fn email_within(name: &str, base: &str) -> Option<bool> {
    let (mailbox, host) = name.rsplit_once('@').filter(|(mailbox, host)| !mailbox.is_empty() && !host.is_empty())?;
    Some(match base.rsplit_once('@') {
        Some((wanted, wanted_host)) => mailbox == wanted && host.eq_ignore_ascii_case(wanted_host),
        None => host_within(host, base),
    })
}

/// A host, or with a leading dot every host in the domain.
fn host_within(host: &str, base: &str) -> bool {
    let (host, base) = (host.to_ascii_lowercase(), base.to_ascii_lowercase());
    match base.starts_with('.') {
        true => host.ends_with(&base),
        false => host == base,
    }
}

/// The host of an URI with an authority part; none for addresses, which URI constraints do not speak about.
fn host_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split(':').next()?;
    let is_address = host.is_empty() || host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    (!is_address).then_some(host)
}

/// Address and mask as in RFC 4632; IPv4 and IPv6 never contain each other.
fn ip_within(name: &[u8], base: &[u8]) -> Option<bool> {
    if !matches!(name.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return None;
    }
    let (network, mask) = base.split_at(base.len() / 2);
    let masked = |address: &[u8]| -> Vec<u8> { address.iter().zip(mask).map(|(octet, mask)| octet & mask).collect() };
    Some(name.len() == network.len() && masked(name) == masked(network))
}

fn shown(name: &GeneralName) -> String {
    match name {
        GeneralName::Email(text) | GeneralName::Dns(text) | GeneralName::Uri(text) => text.clone(),
        GeneralName::Directory(name) => name.to_string(),
        GeneralName::Ip(octets) => octets.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        GeneralName::Other(number) => format!("[{number}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Name;

    #[test]
    fn subtrees_of_every_form() {
        use GeneralName::{Directory, Dns, Email, Ip, Uri};
        let dns = |text: &str| Dns(text.into());
        let mail = |text: &str| Email(text.into());
        let uri = |text: &str| Uri(text.into());
        let dir = |text: &str| Directory(Name::parse(text).unwrap());
        let table = [
            // The examples of RFC 5280 section 4.2.1.10.
            (dns("www.host.example.com"), dns("host.example.com"), Some(true)),
            (dns("host.example.com"), dns("host.example.com"), Some(true)),
            (dns("host1.example.com"), dns("host.example.com"), Some(false)),
            (dns("badexample.com"), dns("example.com"), Some(false)),
            (dns("A.EXAMPLE.com"), dns("example.com"), Some(true)),
            (dns("example.com"), dns(".example.com"), Some(false)),
            (dns("a.example.com"), dns(".example.com"), Some(true)),
            (dns("anything"), dns(""), Some(true)),
            (mail("a@example.com"), mail("a@example.com"), Some(true)),
            (mail("A@example.com"), mail("a@EXAMPLE.com"), Some(false)),
            (mail("b@example.com"), mail("example.com"), Some(true)),
            (mail("b@mx.example.com"), mail("example.com"), Some(false)),
            (mail("b@mx.example.com"), mail(".example.com"), Some(true)),
            (mail("b@example.com"), mail(".example.com"), Some(false)),
            (mail("nobody"), mail("example.com"), None),
            (mail("@example.com"), mail("example.com"), None),
            (uri("http://host.example.com/x"), uri("host.example.com"), Some(true)),
            (uri("https://u@a.example.com:8443?x"), uri(".example.com"), Some(true)),
            (uri("http://example.com"), uri(".example.com"), Some(false)),
            (uri("http://10.0.0.1/"), uri(".example.com"), None),
            (uri("urn:x"), uri(".example.com"), None),
            (Ip(vec![192, 0, 2, 7]), Ip(vec![192, 0, 2, 0, 255, 255, 255, 0]), Some(true)),
            (Ip(vec![192, 0, 3, 7]), Ip(vec![192, 0, 2, 0, 255, 255, 255, 0]), Some(false)),
            (Ip(vec![0; 16]), Ip(vec![0; 8]), Some(false)),
            (Ip(vec![1]), Ip(vec![0; 8]), None),
            (dir("CN=x,O=甲,C=CN"), dir("O=甲,C=CN"), Some(true)),
            (dir("CN=x,O=乙,C=CN"), dir("O=甲,C=CN"), Some(false)),
        ];
        for (name, tree, expected) in table {
            assert_eq!(lies_within(&name, &tree), expected, "{name:?} in {tree:?}");
        }
    }
}
