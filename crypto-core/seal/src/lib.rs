//! Seals as pictures with a physical size, and the pages they go on.
//!
//! A picture alone is an *unregistered image*: only a seal object signed by a seal maker (GB/T 38540) is more than that.
//! Sizes are millimetres from the seal or from the person, never derived from pixels.

mod jpeg;
mod page_set;
mod paper;
mod phys;
mod picture;
mod size;
mod store;

pub use page_set::{PageSet, PageSetError, Placement};
pub use picture::{ImportError, Pixels, SealPicture};
pub use size::{Size, SizeError};
pub use store::{NameError, SealName, Store, StoreError, Stored};

/// Labels of the files this crate writes through `durable`; each stands for the points that `durable` gives a part.
pub const LABELS: &[&str] = &[store::PICTURE_LABEL, store::DESCRIPTION_LABEL];

/// Failpoints of this crate beyond those of the files it writes.
pub const FAILPOINTS: &[&str] = &[];
