//! Entries of the system: files that programs of the desktop read.

use std::path::Path;

use client::{Failure, Session};

#[cfg_attr(windows, allow(dead_code, reason = "Windows keeps its entries in the registry"))]
pub(crate) fn write(path: &Path, text: &str, session: &Session<'_>) -> Result<(), Failure> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|_| not_writable(path))?;
    client::write_output(session, path, text.as_bytes(), true)
}

#[cfg_attr(windows, allow(dead_code, reason = "Windows keeps its entries in the registry"))]
pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(not_writable(path)),
        _ => Ok(()),
    }
}

pub(crate) fn not_writable(path: &Path) -> Failure {
    Failure::new(client::Code::OutputNotWritable).with("path", path.display().to_string())
}

/// Desktop Entry Specification, "The Exec key": the argument in double quotes, its own escapes escaped, then once more as a string,
/// and no field code.
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) fn quoted(program: &str) -> String {
    let mut text = String::from("\"");
    for letter in program.chars() {
        match letter {
            '"' | '`' | '$' => text.extend(["\\\\".to_owned(), letter.to_string()]),
            '\\' => text.push_str("\\\\\\\\"),
            '%' => text.push_str("%%"),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
    text + "\""
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_an_odd_name_is_one_word_of_the_entry() {
        assert_eq!(quoted("/opt/标信/app"), "\"/opt/标信/app\"");
        assert_eq!(quoted("/a b/100%\"$x"), r#""/a b/100%%\\"\\$x""#);
        assert_eq!(quoted(r"a\b"), r#""a\\\\b""#);
    }
}
