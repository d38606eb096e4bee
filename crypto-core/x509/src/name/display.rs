//! Names as text (RFC 4514 §2): most specific first, Chinese as it is.

use std::fmt::{self, Write as _};

use super::short_name::by_oid;
use super::{Attribute, Name};

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, rdn) in self.rdns().iter().rev().enumerate() {
            if position > 0 {
                f.write_char(',')?;
            }
            for (position, attribute) in rdn.iter().enumerate() {
                if position > 0 {
                    f.write_char('+')?;
                }
                write!(f, "{attribute}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (by_oid(self.oid()), self.text()) {
            (Some(row), Some(text)) => {
                write!(f, "{}=", row.name)?;
                escaped(f, &text)
            }
            // A dotted type takes the value in hexadecimal (RFC 4514 §2.4).
            _ => {
                write!(f, "{}=#", self.oid())?;
                self.value_der().iter().try_for_each(|octet| write!(f, "{octet:02x}"))
            }
        }
    }
}

/// RFC 4514 §2.4. Control and formatting characters are escaped as well: a name is shown to a person who decides by it,
/// and a right-to-left override would let it lie.
fn escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (position, c) in text.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{c}")?,
            '#' if position == 0 => f.write_str("\\#")?,
            ' ' if position == 0 || position == last => f.write_str("\\ ")?,
            c if deceives(c) => {
                let mut utf8 = [0; 4];
                c.encode_utf8(&mut utf8).bytes().try_for_each(|octet| write!(f, "\\{octet:02X}"))?;
            }
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

/// Whether a character is invisible or changes the order in which others are shown (Unicode 16, `Bidi_Control` and
/// `Default_Ignorable_Code_Point`, without the variation selectors, which Chinese names use).
#[must_use]
pub fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}')
}
