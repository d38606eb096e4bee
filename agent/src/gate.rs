//! What every request must be before anything of it is done: from this machine and user, for this host, from a page.

use client::{Code, Failure};
use hyper::Request;
use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};

use crate::origin::Origin;

/// Refuses a request whose head is longer than `most` bytes.
///
/// # Errors
/// [`Code::WebLimit`].
pub(crate) fn check_head<B>(request: &Request<B>, most: usize) -> Result<(), Failure> {
    let lines = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    let length = request.uri().to_string().len() + lines.sum::<usize>();
    if length <= most {
        return Ok(());
    }
    Err(Failure::new(Code::WebLimit).with("what", "head").with("limit", most))
}

/// Refuses a request that names another host than this computer: the name of an attacker may lead here (DNS rebinding).
///
/// # Errors
/// [`Code::WebHost`], for none and for several too.
pub(crate) fn check_host(headers: &HeaderMap<HeaderValue>, port: u16) -> Result<(), Failure> {
    let allowed = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}"));
    match only(headers, HOST.as_str()) {
        Some(host) if allowed.iter().any(|one| one == host) => Ok(()),
        _ => Err(Failure::new(Code::WebHost)),
    }
}

/// The page that asks.
///
/// # Errors
/// [`Code::WebOrigin`] unless there is exactly one origin, of a page that came over https.
pub(crate) fn origin(headers: &HeaderMap<HeaderValue>, developer: bool) -> Result<Origin, Failure> {
    let text = only(headers, ORIGIN.as_str());
    let refused = |shown: &str| Failure::new(Code::WebOrigin).with("origin", client::printable(shown));
    let text = text.ok_or_else(|| refused(""))?;
    Origin::parse(text, developer).map_err(|_| refused(text))
}

/// The value of a header that must stand exactly once.
pub(crate) fn only<'a>(headers: &'a HeaderMap<HeaderValue>, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
