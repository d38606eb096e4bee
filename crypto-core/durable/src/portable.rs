//! Names of files that every system takes. Windows is the one that refuses most (Microsoft, "Naming Files, Paths, and
//! Namespaces").

/// Characters that no name may hold, besides control characters and `/`.
const FORBIDDEN: &str = "<>:\"|?*\\";

/// Why Windows does not take a name, or takes it for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// A control character, or one of `/ < > : " | ? * \`.
    #[error("the character {0:?} is not possible on every system")]
    Character(char),
    /// Windows drops a dot or space at the end of a name.
    #[error("a name ends with a dot or a space")]
    TrailingDotOrSpace,
    /// A device of Windows: `CON`, `NUL`, `COM1`, … with any extension.
    #[error("a name is reserved by Windows")]
    Reserved,
}

/// Whether every system takes one name as it stands.
///
/// # Errors
/// [`NameFault`], the first that is found.
pub fn check_name(name: &str) -> Result<(), NameFault> {
    if let Some(c) = name.chars().find(|&c| is_forbidden(c)) {
        return Err(NameFault::Character(c));
    }
    if name.ends_with(['.', ' ']) {
        return Err(NameFault::TrailingDotOrSpace);
    }
    if is_device(name) { Err(NameFault::Reserved) } else { Ok(()) }
}

/// The nearest name that every system takes, for one that is made from words of a document, a project or a holder. It may be
/// empty.
#[must_use]
pub fn portable_name(words: &str) -> String {
    let possible: String = words.chars().map(|c| if is_forbidden(c) { '_' } else { c }).collect();
    let kept = possible.trim_end_matches(['.', ' ']);
    if is_device(kept) { format!("_{kept}") } else { kept.to_owned() }
}

fn is_forbidden(c: char) -> bool {
    c.is_control() || c == '/' || FORBIDDEN.contains(c)
}

/// Whether a name means a device. What follows the first dot does not count, neither does case, nor spaces before the dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => is_numbered_port(&stem),
    }
}

/// `COM` or `LPT` and one digit; Windows takes the superscripts ¹²³ for digits.
fn is_numbered_port(stem: &str) -> bool {
    let Some(number) = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")) else { return false };
    let mut chars = number.chars();
    matches!((chars.next(), chars.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_found_behind_case_extension_and_spaces() {
        for name in ["con", "Con.tar.gz", "nul .txt", "COM0", "com9.x", "lpt³", "CONOUT$"] {
            assert_eq!(check_name(name), Err(NameFault::Reserved), "{name}");
        }
        for name in ["cone", "com", "com12", "lptx", "a.con", "CONIN", "投标", ".hidden", " x"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn characters_and_ends_that_windows_does_not_keep_are_found() {
        for name in ["a:b", "what?", "a*", "a|b", "<a>", "a\"", "a\\b", "a/b", "a\nb", "a\u{85}b"] {
            assert!(matches!(check_name(name), Err(NameFault::Character(_))), "{name:?}");
        }
        for name in ["a.", "a ", "...", "report.pdf ."] {
            assert_eq!(check_name(name), Err(NameFault::TrailingDotOrSpace), "{name:?}");
        }
    }

    #[test]
    fn a_name_made_from_words_is_taken_everywhere_and_stays_readable() {
        for (words, name) in [
            ("某某大桥（二期）/第1标段: A?", "某某大桥（二期）_第1标段_ A_"),
            ("Acme Ltd.", "Acme Ltd"),
            ("con", "_con"),
            ("NUL.pdf", "_NUL.pdf"),
            ("nul .", "_nul"),
            ("a\u{7}b", "a_b"),
            ("标书.pdf", "标书.pdf"),
            ("..", ""),
        ] {
            assert_eq!(portable_name(words), name, "{words:?}");
            assert_eq!(check_name(&portable_name(words)), Ok(()), "{words:?}");
        }
    }
}
