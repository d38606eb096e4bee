//! The reading layer: the file as bytes, its cross-reference sections and revisions, and objects as each revision sees
//! them, every value with its place.
//!
//! Own code and not lopdf's object tree, because what is needed here is what a tree of parsed values loses: the place of
//! every value (the writer copies original bytes), which revision an object belongs to (the verifier compares
//! revisions), and lazy reading (a document of gigabytes is not decoded to read its page tree). lopdf undoes the filters
//! and holds the security handler; hayro reads every result a second time.

mod crypt;
mod fields;
mod file;
mod lex;
mod node;
mod packed;
mod pages;
mod stream;
#[cfg(test)]
mod tests;
mod xref;

pub(crate) use crypt::Crypt;
pub(crate) use fields::{Field, Signature, SignatureField, text};
pub(crate) use file::{File, Home, Object, View};
pub use node::ObjectId;
pub(crate) use node::{Dictionary, Node, Value};
pub(crate) use pages::{Page, Rectangle, Rotation};
pub(crate) use xref::{Place, SectionKind, is_blank};
