//! The PUK of a soft token: a proof made at activation, shown once, typed by a person perhaps years later.

use algo::{Digest, Hash, Pin, Secret};

/// Letters and digits without I, L, O and U (Crockford's base 32), so that nothing is mistaken when read from paper.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 27 random symbols are 135 bits: more than 128, so the PUK cannot be guessed even from a stolen file.
const RANDOM_SYMBOLS: usize = 27;
const GROUP: usize = 4;

/// A PUK: 27 random symbols of 5 bits and one check symbol, printed in seven groups of four.
pub struct Puk(Secret);

impl Puk {
    /// A fresh one.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn random() -> Result<Self, algo::RandomFailure> {
        let mut random = [0; RANDOM_SYMBOLS];
        algo::random_bytes(&mut random)?;
        // 256 is a multiple of 32: the remainder is uniform.
        let mut symbols: Vec<u8> = Vec::with_capacity(RANDOM_SYMBOLS + 1);
        symbols.extend(random.iter().map(|byte| ALPHABET[usize::from(byte % 32)]));
        symbols.push(check_symbol(&symbols));
        Ok(Self(Secret::from(symbols)))
    }

    /// Reads a PUK as a person types it: any case, with or without hyphens and spaces, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`PukMistyped`] when length, alphabet or check symbol do not fit.
    pub fn parse(typed: &Pin) -> Result<Self, PukMistyped> {
        let mut symbols = Vec::with_capacity(RANDOM_SYMBOLS + 1);
        for typed in typed.expose_str().chars().filter(|symbol| !matches!(symbol, '-' | ' ')) {
            let symbol = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let symbol = u8::try_from(symbol).map_err(|_| PukMistyped)?;
            // The capacity is never exceeded: a buffer that grew would leave a copy behind.
            if !ALPHABET.contains(&symbol) || symbols.len() > RANDOM_SYMBOLS {
                return Err(PukMistyped);
            }
            symbols.push(symbol);
        }
        let symbols = Secret::from(symbols);
        match symbols.expose().split_last() {
            Some((check, random)) if random.len() == RANDOM_SYMBOLS && *check == check_symbol(random) => {
                Ok(Self(symbols))
            }
            _ => Err(PukMistyped),
        }
    }

    /// The printable form, `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`: to be shown once, never stored.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "it cannot: a PUK is never empty")]
    pub fn printable(&self) -> Pin {
        let mut text = String::with_capacity(RANDOM_SYMBOLS + 1 + RANDOM_SYMBOLS / GROUP);
        for (index, symbol) in self.0.expose().iter().enumerate() {
            if index > 0 && index % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(*symbol));
        }
        Pin::new(text).expect("a PUK has 28 symbols and is not empty")
    }

    /// The symbols, as key material.
    pub(crate) fn symbols(&self) -> &[u8] {
        self.0.expose()
    }
}

/// Text that cannot be a PUK: a typing mistake, found before anything is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the PUK is mistyped")]
pub struct PukMistyped;

/// One symbol over the others: 31 of 32 typing mistakes are found without spending a try.
fn check_symbol(symbols: &[u8]) -> u8 {
    let digest: Digest = Hash::Sha256.digest(symbols);
    ALPHABET[usize::from(digest.as_ref()[0] % 32)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_again() {
        let puk = Puk::random().unwrap();
        let printed = puk.printable();
        assert_eq!(printed.expose_str().len(), 34, "seven groups of four with hyphens");
        assert_eq!(Puk::parse(&printed).unwrap().symbols(), puk.symbols());
    }

    #[test]
    fn most_single_mistakes_and_all_wrong_lengths_are_found() {
        let printed = Puk::random().unwrap().printable();
        let typed = |text: String| Puk::parse(&Pin::new(text).unwrap());
        let mistakes = ALPHABET.iter().filter(|symbol| printed.expose()[0] != **symbol);
        let missed = mistakes
            .filter(|symbol| typed(format!("{}{}", char::from(**symbol), &printed.expose_str()[1..])).is_ok())
            .count();
        assert!(missed <= 8, "{missed} of 31 mistakes in the first symbol were not found");
        assert!(typed(printed.expose_str()[1..].to_owned()).is_err());
        assert!(typed(format!("{}0", printed.expose_str())).is_err());
        assert!(typed("U".repeat(28)).is_err());
        assert!(typed("标".repeat(28)).is_err());
    }
}
