//! Object streams (ISO 32000-2, 7.5.7).

use super::lex::{Lexer, Token};
use super::node::{Dictionary, Node};
use std::sync::Arc;

/// A decoded object stream.
#[derive(Debug)]
pub(crate) struct Packed {
    content: Arc<Vec<u8>>,
    /// Object number and position in `content`, in the stream's order.
    index: Vec<(u32, usize)>,
}

impl Packed {
    /// Reads the pairs of numbers and offsets at the stream's beginning.
    pub(crate) fn new(dictionary: &Dictionary, content: Vec<u8>) -> Option<Self> {
        let first = dictionary.get("First")?.unsigned()?;
        let count = dictionary.get("N")?.unsigned()?;
        let mut lexer = Lexer::at(content.get(..first)?, 0);
        let mut index = Vec::new();
        for _ in 0..count {
            let number = u32::try_from(integer(&mut lexer)?).ok()?;
            let offset = usize::try_from(integer(&mut lexer)?).ok()?;
            index.push((number, first.checked_add(offset)?));
        }
        Some(Self { content: Arc::new(content), index })
    }

    pub(crate) fn content(&self) -> &Arc<Vec<u8>> {
        &self.content
    }

    /// Object `number`, said to be the `position`-th. Some writers miscount: then the number decides.
    pub(crate) fn object(&self, number: u32, position: usize) -> Option<Node> {
        let named = self.index.get(position).filter(|entry| entry.0 == number);
        let entry = named.or_else(|| self.index.iter().find(|entry| entry.0 == number))?;
        Node::parse(&self.content, entry.1)
    }
}

fn integer(lexer: &mut Lexer<'_>) -> Option<i64> {
    match lexer.token()? {
        (Token::Integer(integer), _) => Some(integer),
        _ => None,
    }
}
