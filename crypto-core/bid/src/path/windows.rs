//! What Windows does not let a file be called (Microsoft, "Naming Files, Paths, and Namespaces").

/// Characters that no name may hold, besides control characters and `/`.
pub(super) const FORBIDDEN: &str = "<>:\"|?*\\";

/// Whether a name means a device. What follows the first dot does not count, neither does case, nor spaces before
/// the dot.
pub(super) fn is_reserved(name: &str) -> bool {
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
    use super::is_reserved;

    #[test]
    fn devices_are_found_behind_case_extension_and_spaces() {
        for name in ["con", "Con.tar.gz", "nul .txt", "COM0", "com9.x", "lpt³", "CONOUT$"] {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["cone", "com", "com12", "lptx", "a.con", "CONIN", "投标"] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
