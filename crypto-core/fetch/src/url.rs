//! Addresses that may be asked at all.

use std::fmt;

use thiserror::Error;
use ureq::http::Uri;

/// Longest address read.
const LONGEST: usize = 2048;

/// An `http:` or `https:` address with a host and no user name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Url(String);

/// Why a text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Not an address, or too long.
    #[error("not an address")]
    Malformed,
    /// `file:`, `ldap:` or any other way.
    #[error("only http and https are spoken")]
    Scheme,
    /// A user name or password in it: it would end in logs.
    #[error("an address with a user name")]
    UserName,
}

impl Url {
    /// Reads an address.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.len() > LONGEST {
            return Err(UrlError::Malformed);
        }
        let uri: Uri = text.parse().map_err(|_| UrlError::Malformed)?;
        match uri.scheme_str() {
            Some("http" | "https") => {}
            Some(_) => return Err(UrlError::Scheme),
            None => return Err(UrlError::Malformed),
        }
        let authority = uri.authority().ok_or(UrlError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(UrlError::UserName);
        }
        if authority.host().is_empty() { Err(UrlError::Malformed) } else { Ok(Self(text.to_owned())) }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_of_the_web_are_read() {
        for good in ["http://ocsp.example/", "https://a.example:8443/x?y", "http://[::1]:80/", "HTTP://A.example"] {
            assert!(Url::parse(good).is_ok(), "{good}");
        }
        let long = format!("http://a.example/{}", "x".repeat(LONGEST));
        for (bad, why) in [
            ("file:///etc/passwd", UrlError::Malformed),
            ("ldap://a.example/cn=x", UrlError::Scheme),
            ("ftp://a.example/x", UrlError::Scheme),
            ("javascript:alert(1)", UrlError::Malformed),
            ("\\\\server\\share", UrlError::Malformed),
            ("http://user:word@a.example/", UrlError::UserName),
            ("http:///x", UrlError::Malformed),
            ("a.example", UrlError::Malformed),
            ("http://a b/", UrlError::Malformed),
            ("http://a.example/\r\nX: y", UrlError::Malformed),
            ("", UrlError::Malformed),
            (&long, UrlError::Malformed),
        ] {
            assert_eq!(Url::parse(bad), Err(why), "{bad}");
        }
    }
}
