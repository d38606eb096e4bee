//! PDF documents: reading by revision, seals and signatures as incremental updates, page pictures.
//!
//! An opened [`Document`] never changes. [`Document::stamp`] prepares the bytes to append and the digest to sign;
//! [`Prepared::finish`] puts the CMS in its place. Writing files, making the CMS and asking people is the callers'.

mod bytes;
mod document;
mod error;
mod geometry;
mod permission;
mod read;
mod render;
mod second;
mod stamp;
pub mod verify;

pub use bytes::Bytes;
pub use document::Document;
pub use error::{Damage, FinishError, Locked, OpenError, RenderError, StampError};
pub use read::ObjectId;
pub use render::{CjkFont, PagePicture, Renderer};
pub use stamp::{Fields, Prepared, Seal, Stamp, StampRequest};
