//! Parsed objects that remember where they stand.

use super::lex::{Lexer, Token};
use std::fmt;
use std::ops::Range;

/// Deeper nesting than any real document; beyond it an object does not parse.
const MAX_DEPTH: usize = 100;

/// Number and generation of an indirect object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// Object number, 1 or higher for real objects.
    pub number: u32,
    /// Generation, 0 in nearly all files.
    pub generation: u16,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.generation)
    }
}

/// A value and its place in the buffer it was parsed from (the file, or a decoded object stream).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

/// The kinds of objects (ISO 32000-2, 7.3); streams are a dictionary with a place for their bytes, see `Object`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Name(Vec<u8>),
    /// Decoded; also decrypted when it came through `View::object`.
    String(Vec<u8>),
    Array(Vec<Node>),
    Dictionary(Dictionary),
    Reference(ObjectId),
}

/// Entries in file order, duplicates kept so that they can be noticed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dictionary {
    pub(crate) entries: Vec<Entry>,
}

/// One key with its value; `key_span` begins at the slash.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: Vec<u8>,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

impl Dictionary {
    /// The value of `key`; of several the last, as most readers take it. Null counts as absent (7.3.7).
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.entries.iter().rev().find(|entry| entry.key == key.as_bytes())?;
        (entry.value.value != Value::Null).then_some(&entry.value)
    }

    /// The first key that occurs twice: readers disagree on which one counts.
    pub(crate) fn duplicate(&self) -> Option<&[u8]> {
        let mut keys: Vec<&[u8]> = self.entries.iter().map(|entry| entry.key.as_slice()).collect();
        keys.sort_unstable();
        keys.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }

    pub(crate) fn has_type(&self, name: &str) -> bool {
        self.get("Type").is_some_and(|node| node.is_name(name))
    }
}

impl Node {
    /// Parses one object at `position` of `data`.
    pub(crate) fn parse(data: &[u8], position: usize) -> Option<Self> {
        Self::parse_next(&mut Lexer::at(data, position))
    }

    /// Parses the next object and leaves the lexer behind it.
    pub(crate) fn parse_next(lexer: &mut Lexer<'_>) -> Option<Self> {
        parse(lexer, 0)
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(integer) => Some(integer),
            _ => None,
        }
    }

    /// An integer that is an offset, a count or an object number.
    pub(crate) fn unsigned(&self) -> Option<usize> {
        self.integer().and_then(|integer| usize::try_from(integer).ok())
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self.value {
            #[allow(clippy::cast_precision_loss)] // lengths and coordinates are far below 2^53
            Value::Integer(integer) => Some(integer as f64),
            Value::Real(real) => Some(real),
            _ => None,
        }
    }

    pub(crate) fn name(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn is_name(&self, name: &str) -> bool {
        self.name() == Some(name.as_bytes())
    }

    pub(crate) fn string(&self) -> Option<&[u8]> {
        match &self.value {
            Value::String(string) => Some(string),
            _ => None,
        }
    }

    pub(crate) fn array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn dictionary(&self) -> Option<&Dictionary> {
        match &self.value {
            Value::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    pub(crate) fn reference(&self) -> Option<ObjectId> {
        match self.value {
            Value::Reference(id) => Some(id),
            _ => None,
        }
    }
}

fn parse(lexer: &mut Lexer<'_>, depth: usize) -> Option<Node> {
    if depth > MAX_DEPTH {
        return None;
    }
    let (token, span) = lexer.token()?;
    let start = span.start;
    let value = match token {
        Token::Integer(integer) => match reference_tail(lexer, integer) {
            Some(id) => Value::Reference(id),
            None => Value::Integer(integer),
        },
        Token::Real(real) => Value::Real(real),
        Token::Name(name) => Value::Name(name),
        Token::String(string) => Value::String(string),
        Token::ArrayOpen => Value::Array(array(lexer, depth)?),
        Token::DictionaryOpen => Value::Dictionary(dictionary(lexer, depth)?),
        Token::Keyword(word) => match word.as_slice() {
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            b"null" => Value::Null,
            _ => return None,
        },
        Token::ArrayClose | Token::DictionaryClose => return None,
    };
    Some(Node { span: start..lexer.position(), value })
}

/// `G R` behind a number; nothing is consumed when it is something else.
fn reference_tail(lexer: &mut Lexer<'_>, number: i64) -> Option<ObjectId> {
    let number = u32::try_from(number).ok()?;
    let mut ahead = lexer.clone();
    let Some((Token::Integer(generation), _)) = ahead.token() else { return None };
    let generation = u16::try_from(generation).ok()?;
    if !ahead.take_keyword(b"R") {
        return None;
    }
    *lexer = ahead;
    Some(ObjectId { number, generation })
}

fn array(lexer: &mut Lexer<'_>, depth: usize) -> Option<Vec<Node>> {
    let mut items = Vec::new();
    loop {
        let mut ahead = lexer.clone();
        if let Some((Token::ArrayClose, _)) = ahead.token() {
            *lexer = ahead;
            return Some(items);
        }
        items.push(parse(lexer, depth + 1)?);
    }
}

fn dictionary(lexer: &mut Lexer<'_>, depth: usize) -> Option<Dictionary> {
    let mut entries = Vec::new();
    loop {
        match lexer.token()? {
            (Token::DictionaryClose, _) => return Some(Dictionary { entries }),
            (Token::Name(key), key_span) => {
                let value = parse(lexer, depth + 1)?;
                entries.push(Entry { key, key_span, value });
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_numbers_are_told_apart() {
        let node = Node::parse(b"[1 0 R 2 3 4 0 R]", 0).unwrap();
        let items = node.array().unwrap();
        assert_eq!(items.len(), 4);
        assert_eq!(items[0].reference(), Some(ObjectId { number: 1, generation: 0 }));
        assert_eq!(items[1].integer(), Some(2));
        assert_eq!(items[3].span, 11..16);
    }

    #[test]
    fn spans_give_back_the_source() {
        let source = b"<< /A 1.50 /B [ 1 ] /C<41>>>";
        let node = Node::parse(source, 0).unwrap();
        let dictionary = node.dictionary().unwrap();
        assert_eq!(&source[dictionary.get("A").unwrap().span.clone()], b"1.50");
        assert_eq!(&source[dictionary.get("B").unwrap().span.clone()], b"[ 1 ]");
        assert_eq!(node.span, 0..source.len());
    }

    #[test]
    fn duplicates_are_noticed_and_null_is_absent() {
        let node = Node::parse(b"<</A 1/A 2/B null>>", 0).unwrap();
        let dictionary = node.dictionary().unwrap();
        assert_eq!(dictionary.duplicate(), Some(&b"A"[..]));
        assert_eq!(dictionary.get("A").unwrap().integer(), Some(2));
        assert!(dictionary.get("B").is_none());
    }

    #[test]
    fn deep_nesting_is_refused_without_a_stack_overflow() {
        let deep = [b"[".repeat(200_000), b"]".repeat(200_000)].concat();
        assert!(Node::parse(&deep, 0).is_none());
    }
}
