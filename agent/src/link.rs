//! `bidseal:` links: with one a page makes the system start this program. It says nothing, and nothing but the start comes of it.

/// What a page follows; its host form is what some systems make of it.
const LINKS: [&str; 3] = ["bidseal:wake", "bidseal://wake", "bidseal://wake/"];

/// A link that starts the program: there is only one, so that a page can neither ask for anything by it nor name anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake(());

impl Wake {
    /// The link, if the text is it, letter for letter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        LINKS.contains(&text).then_some(Self(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_link_itself_wakes() {
        assert!(LINKS.iter().all(|link| Wake::parse(link).is_some()));
        for text in [
            "",
            "bidseal",
            "bidseal:",
            "bidseal:wake ",
            " bidseal:wake",
            "bidseal:wake\n",
            "bidseal:wake\0",
            "bidseal:wake?pin=123456",
            "bidseal:wake#x",
            "bidseal:wake/../sign",
            "bidseal://wake/sign",
            "bidseal://wake:80/",
            "bidseal://user@wake",
            "bidseal:wake --allow-origin https://a.example",
            "bidseal:--yes",
            "bidseal:%77ake",
            "BIDSEAL:wake",
            "bidseal:sign",
            "--yes",
            "file:///etc/passwd",
            "https://portal.example",
            "bidseal:ｗake",
        ] {
            assert_eq!(Wake::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn no_change_of_the_link_wakes() {
        for link in LINKS {
            for place in 0..=link.len() {
                for byte in 0_u8..128 {
                    let changed = format!("{}{}{}", &link[..place], char::from(byte), &link[place..]);
                    assert!(Wake::parse(&changed).is_none() || LINKS.contains(&changed.as_str()), "{changed:?}");
                }
                assert!(
                    place == link.len() || Wake::parse(&link[..place]).is_none() || LINKS.contains(&&link[..place])
                );
            }
        }
        assert_eq!(Wake::parse(&"bidseal:wake".repeat(100_000)), None);
    }
}
