//! The origin of a page, as an exact tuple of scheme, host and port (RFC 6454). No wildcards, no suffixes.

use std::fmt;

/// Why a text is no origin that may talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// `null`, a file, an extension, or not an origin at all.
    #[error("not the origin of a web page")]
    NotWeb,
    /// A page that came over an open line: anybody on it could have written it.
    #[error("not served over https")]
    Insecure,
}

/// An origin that may ask to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// Takes the text of the `Origin` header. It must be spelt as browsers spell it: lower case, no default port, no
    /// path, no user. `http://localhost` with a port is taken only from developers who have turned it on.
    ///
    /// # Errors
    /// [`OriginError`].
    pub fn parse(text: &str, developer: bool) -> Result<Self, OriginError> {
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::NotWeb)?;
        let (host, port) = split_port(rest)?;
        if !is_host(host) {
            return Err(OriginError::NotWeb);
        }
        match scheme {
            "https" if port != Some(443) => Ok(Self(text.to_owned())),
            "http" if developer && host == "localhost" && port != Some(80) => Ok(Self(text.to_owned())),
            "http" => Err(OriginError::Insecure),
            _ => Err(OriginError::NotWeb),
        }
    }

    /// The text, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Host and port; a port is written as browsers write numbers.
fn split_port(rest: &str) -> Result<(&str, Option<u16>), OriginError> {
    // An IPv6 host stands in brackets, and has colons of its own.
    let end_of_host = rest.rfind(']').unwrap_or(0);
    match rest[end_of_host..].rfind(':').map(|colon| end_of_host + colon) {
        None => Ok((rest, None)),
        Some(colon) => {
            let text = &rest[colon + 1..];
            let port: u16 = text.parse().map_err(|_| OriginError::NotWeb)?;
            if port == 0 || port.to_string() != text {
                return Err(OriginError::NotWeb);
            }
            Ok((&rest[..colon], Some(port)))
        }
    }
}

/// A name in its ASCII form (IDN as `xn--`), or an IP address, in lower case and without a dot at its end.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok_and(|parsed| parsed.to_string() == address);
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_origins_of_secure_pages_are_taken() {
        for (text, taken) in [
            ("https://portal.example", Ok(())),
            ("https://portal.example:8443", Ok(())),
            ("https://xn--fiq228c.example", Ok(())),
            ("https://[2001:db8::1]:8443", Ok(())),
            ("https://192.0.2.1", Ok(())),
            ("https://portal.example:443", Err(OriginError::NotWeb)),
            ("https://portal.example:0443", Err(OriginError::NotWeb)),
            ("https://portal.example:0", Err(OriginError::NotWeb)),
            ("https://portal.example:", Err(OriginError::NotWeb)),
            ("https://portal.example:99999", Err(OriginError::NotWeb)),
            ("https://portal.example/", Err(OriginError::NotWeb)),
            ("https://portal.example.", Err(OriginError::NotWeb)),
            ("https://Portal.example", Err(OriginError::NotWeb)),
            ("HTTPS://portal.example", Err(OriginError::NotWeb)),
            ("https://user@portal.example", Err(OriginError::NotWeb)),
            ("https://门户.example", Err(OriginError::NotWeb)),
            ("https://portal.example https://other.example", Err(OriginError::NotWeb)),
            ("https://", Err(OriginError::NotWeb)),
            ("https://a..b", Err(OriginError::NotWeb)),
            ("https://-a.example", Err(OriginError::NotWeb)),
            ("http://portal.example", Err(OriginError::Insecure)),
            ("http://localhost:5173", Err(OriginError::Insecure)),
            ("http://127.0.0.1:5173", Err(OriginError::Insecure)),
            ("null", Err(OriginError::NotWeb)),
            ("", Err(OriginError::NotWeb)),
            ("file://", Err(OriginError::NotWeb)),
            ("file:///etc/passwd", Err(OriginError::NotWeb)),
            ("chrome-extension://abcdefgh", Err(OriginError::NotWeb)),
            ("moz-extension://a-b", Err(OriginError::NotWeb)),
            ("tauri://localhost", Err(OriginError::NotWeb)),
            ("ws://portal.example", Err(OriginError::NotWeb)),
            ("data://x", Err(OriginError::NotWeb)),
            ("javascript:alert(1)", Err(OriginError::NotWeb)),
        ] {
            assert_eq!(Origin::parse(text, false).map(|_| ()), taken, "{text}");
        }
    }

    #[test]
    fn developers_get_localhost_and_nothing_else() {
        assert!(Origin::parse("http://localhost:5173", true).is_ok());
        assert!(Origin::parse("http://localhost", true).is_ok());
        assert_eq!(Origin::parse("http://localhost.evil.example", true), Err(OriginError::Insecure));
        assert_eq!(Origin::parse("http://127.0.0.1:5173", true), Err(OriginError::Insecure));
        assert_eq!(Origin::parse("http://portal.example", true), Err(OriginError::Insecure));
    }
}
