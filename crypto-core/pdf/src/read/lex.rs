//! Characters and tokens (ISO 32000-2, 7.2 and 7.3), each with its place in the bytes.
//!
//! The place matters as much as the value: the writer copies original bytes instead of printing parsed values again,
//! because a number printed another way makes earlier signatures look modified.

use std::ops::Range;

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// An integer that fits 64 bits.
    Integer(i64),
    /// Any other number.
    Real(f64),
    /// A name without its slash, `#xx` undone.
    Name(Vec<u8>),
    /// A literal or hexadecimal string, decoded but not decrypted.
    String(Vec<u8>),
    /// `[`
    ArrayOpen,
    /// `]`
    ArrayClose,
    /// `<<`
    DictionaryOpen,
    /// `>>`
    DictionaryClose,
    /// `obj`, `R`, `true`, `xref`, …
    Keyword(Vec<u8>),
}

/// ISO 32000-2, table 1.
pub(crate) fn is_whitespace(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// ISO 32000-2, table 2.
fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_regular(byte: u8) -> bool {
    !is_whitespace(byte) && !is_delimiter(byte)
}

/// A cursor over bytes; all positions are indices into the slice it was made from.
#[derive(Clone)]
pub(crate) struct Lexer<'a> {
    data: &'a [u8],
    position: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn at(data: &'a [u8], position: usize) -> Self {
        Self { data, position: position.min(data.len()) }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.data.get(self.position).copied()
    }

    fn bump(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.position += 1;
        Some(byte)
    }

    /// Skips white space and comments.
    pub(crate) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if is_whitespace(byte) {
                self.position += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.position += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Steps over `keyword` if it stands here as a token of its own.
    pub(crate) fn take_keyword(&mut self, keyword: &[u8]) -> bool {
        let mut ahead = self.clone();
        match ahead.token() {
            Some((Token::Keyword(found), _)) if found == keyword => {
                *self = ahead;
                true
            }
            _ => false,
        }
    }

    /// The next token and its place; `None` at the end or at a byte that begins no token.
    pub(crate) fn token(&mut self) -> Option<(Token, Range<usize>)> {
        self.skip_space();
        let start = self.position;
        let token = match self.bump()? {
            b'[' => Token::ArrayOpen,
            b']' => Token::ArrayClose,
            b'/' => Token::Name(self.name()),
            b'(' => Token::String(self.literal_string()?),
            b'<' if self.peek() == Some(b'<') => {
                self.position += 1;
                Token::DictionaryOpen
            }
            b'<' => Token::String(self.hex_string()?),
            b'>' if self.peek() == Some(b'>') => {
                self.position += 1;
                Token::DictionaryClose
            }
            byte if is_regular(byte) => self.word(start),
            _ => return None,
        };
        Some((token, start..self.position))
    }

    fn word(&mut self, start: usize) -> Token {
        while self.peek().is_some_and(is_regular) {
            self.position += 1;
        }
        let word = &self.data[start..self.position];
        number(word).unwrap_or_else(|| Token::Keyword(word.to_vec()))
    }

    fn name(&mut self) -> Vec<u8> {
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|&byte| is_regular(byte)) {
            self.position += 1;
            let escaped = (byte == b'#').then(|| self.hex_pair()).flatten();
            name.push(escaped.unwrap_or(byte));
        }
        name
    }

    /// The two hexadecimal digits after `#`; nothing is consumed when they are not digits.
    fn hex_pair(&mut self) -> Option<u8> {
        let high = hex_digit(*self.data.get(self.position)?)?;
        let low = hex_digit(*self.data.get(self.position + 1)?)?;
        self.position += 2;
        Some(high << 4 | low)
    }

    fn hex_string(&mut self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut pending = None;
        loop {
            let byte = self.bump()?;
            if byte == b'>' {
                break;
            }
            if is_whitespace(byte) {
                continue;
            }
            let digit = hex_digit(byte)?;
            match pending.take() {
                None => pending = Some(digit),
                Some(high) => bytes.push(high << 4 | digit),
            }
        }
        // an odd number of digits: the missing last one is 0 (7.3.4.3)
        bytes.extend(pending.map(|high| high << 4));
        Some(bytes)
    }

    fn literal_string(&mut self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut depth = 1_usize;
        loop {
            match self.bump()? {
                b'(' => {
                    depth += 1;
                    bytes.push(b'(');
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(bytes);
                    }
                    bytes.push(b')');
                }
                b'\\' => bytes.extend(self.escape()?),
                b'\r' => {
                    // any end of line in a literal string reads as one line feed (7.3.4.2)
                    if self.peek() == Some(b'\n') {
                        self.position += 1;
                    }
                    bytes.push(b'\n');
                }
                byte => bytes.push(byte),
            }
        }
    }

    /// What follows a backslash; the inner `None` is a line continuation.
    fn escape(&mut self) -> Option<Option<u8>> {
        Some(match self.bump()? {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' => Some(8),
            b'f' => Some(12),
            b'\n' => None,
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.position += 1;
                }
                None
            }
            digit @ b'0'..=b'7' => Some(self.octal(digit)),
            other => Some(other),
        })
    }

    fn octal(&mut self, first: u8) -> u8 {
        let mut value = u16::from(first - b'0');
        for _ in 0..2 {
            match self.peek() {
                Some(digit @ b'0'..=b'7') => {
                    value = value * 8 + u16::from(digit - b'0');
                    self.position += 1;
                }
                _ => break,
            }
        }
        value.to_le_bytes()[0] // high-order overflow is ignored (7.3.4.2)
    }
}

/// The value of a hexadecimal digit.
pub(crate) fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn number(word: &[u8]) -> Option<Token> {
    let text = std::str::from_utf8(word).ok()?;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.parse::<i64>() {
        Ok(integer) => Some(Token::Integer(integer)),
        Err(_) => text.parse::<f64>().ok().map(Token::Real),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8]) -> Vec<Token> {
        let mut lexer = Lexer::at(text, 0);
        std::iter::from_fn(|| lexer.token().map(|(token, _)| token)).collect()
    }

    #[test]
    fn strings_are_decoded() {
        let nested = tokens(b"(a(b)c\\)\\101\\53\\\r\nx\r\ny)");
        assert_eq!(nested, [Token::String(b"a(b)c)A+x\ny".to_vec())]);
        assert_eq!(tokens(b"<48 65 6c6C6>"), [Token::String(b"Hell`".to_vec())]);
    }

    #[test]
    fn names_undo_escapes_and_keep_odd_ones() {
        assert_eq!(tokens(b"/A#42C"), [Token::Name(b"ABC".to_vec())]);
        assert_eq!(tokens(b"/A#4"), [Token::Name(b"A#4".to_vec())]);
        assert_eq!(tokens(b"/ 1"), [Token::Name(vec![]), Token::Integer(1)]);
    }

    #[test]
    fn numbers_keep_their_kind() {
        let expected = [Token::Integer(-12), Token::Real(595.32001), Token::Real(-0.5), Token::Integer(7)];
        assert_eq!(tokens(b"-12 595.32001 -.5 +7"), expected);
        assert_eq!(tokens(b"1e5"), [Token::Keyword(b"1e5".to_vec())]);
    }

    #[test]
    fn places_cover_the_token_only() {
        let mut lexer = Lexer::at(b"  % note\n /Name 12", 0);
        assert_eq!(lexer.token().map(|(_, place)| place), Some(10..15));
        assert_eq!(lexer.token().map(|(_, place)| place), Some(16..18));
    }

    #[test]
    fn unfinished_tokens_are_none() {
        for text in [&b"(abc"[..], b"<41", b"<4x>", b")", b">"] {
            assert!(Lexer::at(text, 0).token().is_none(), "{text:?}");
        }
    }
}
