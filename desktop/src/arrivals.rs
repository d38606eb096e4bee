//! What a start hands over: files, and words of our own. It comes from the system, from a second start of the program, and from
//! whoever can make the system follow a `bidseal:` address; nothing of it is believed.

use std::path::{Path, PathBuf};

/// More files than anybody opens with one click.
const MOST: usize = 1000;
/// Longer than any path of a system that we know.
const LONGEST: usize = 4096;

/// What a start asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Files to be opened, absolute.
    pub files: Vec<PathBuf>,
    /// The main window is not shown: the system started the program, not the person.
    pub hidden: bool,
    /// The program shall end.
    pub quit: bool,
}

impl Arrival {
    /// Reads the arguments after the program's name, as they were given in `folder`.
    ///
    /// A `bidseal:` address only brings the window to the front: whatever else it says is not heard. Addresses of other
    /// kinds and unknown options are left out.
    pub fn read(arguments: impl IntoIterator<Item = String>, folder: &Path) -> Self {
        let mut arrival = Self::default();
        for argument in arguments {
            match argument.as_str() {
                machine::autostart::HIDDEN => arrival.hidden = true,
                "--quit" => arrival.quit = true,
                text => arrival.files.extend(file(text).map(|path| folder.join(path))),
            }
        }
        arrival.files.truncate(MOST);
        arrival
    }
}

/// The path that an argument names, be it written as a path or as a `file:` address.
fn file(argument: &str) -> Option<PathBuf> {
    let odd = argument.is_empty() || argument.len() > LONGEST || argument.contains('\0') || argument.starts_with('-');
    if odd {
        return None;
    }
    match scheme(argument) {
        None => Some(PathBuf::from(argument)),
        Some("file") => of_address(&argument["file:".len()..]).map(PathBuf::from),
        Some(_) => None,
    }
}

/// RFC 3986 §3.1. One letter is a drive of Windows, no scheme.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let known = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    (scheme.len() > 1 && scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.chars().all(known))
        .then_some(scheme)
}

/// RFC 8089: a path of this computer, percent-encoded.
fn of_address(rest: &str) -> Option<String> {
    let path = match rest.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/').filter(|end| ["", "localhost"].contains(&&rest[..*end]))?..],
        None => rest,
    };
    let decoded = decoded(path)?;
    // file:///C:/x names C:/x.
    let drive = decoded.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    decoded.starts_with('/').then(|| decoded[usize::from(drive)..].to_owned())
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Arrival {
        Arrival::read(arguments.iter().map(ToString::to_string), Path::new("/某某"))
    }

    #[test]
    fn files_are_taken_from_where_they_were_named() {
        let given = ["标书.bid", "/a b.pdf", "file:///tmp/%E6%A0%87%E4%B9%A6.bid", "file://localhost/x", "file:/y"];
        let files = ["/某某/标书.bid", "/a b.pdf", "/tmp/标书.bid", "/x", "/y"].map(PathBuf::from);
        assert_eq!(read(&given), Arrival { files: files.into(), ..Arrival::default() });
    }

    #[test]
    fn an_address_wakes_and_says_nothing() {
        for address in [
            "bidseal:wake",
            "bidseal:wake?file=/etc/passwd&pin=123456",
            "bidseal:///etc/passwd",
            "BIDSEAL:x",
            "bidseal:--quit",
            "https://example.com/x.bid",
            "file://server/share/x.bid",
            "file:relative",
            "file:///a%00b",
            "file:///a%zz",
            "file:///a%+1",
            "javascript:alert(1)",
            "",
            "a\0b",
            "--unknown",
        ] {
            assert_eq!(read(&[address]), Arrival::default(), "{address}");
        }
        assert_eq!(read(&[&"x".repeat(5000)]), Arrival::default());
        assert_eq!(read(&vec!["x"; 5000]).files.len(), MOST);
    }

    #[test]
    fn our_own_words_are_heard() {
        assert_eq!(read(&["--hidden"]), Arrival { hidden: true, ..Arrival::default() });
        assert_eq!(read(&["--quit"]), Arrival { quit: true, ..Arrival::default() });
    }
}
