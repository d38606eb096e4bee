//! Recomputing the tree of a bid without any key: what a platform does with the file it received.

use crate::envelope::digest;
use crate::os::ReadAt;
use crate::pipeline::{self, Buffers};
use crate::progress::{Step, Watch, report};
use crate::{Alteration, DecryptError, Envelope, Profile, tree};
use algo::Digest;

/// What a bid is, as far as it is known without a key: two files with the same values are the same bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeRoot {
    /// The algorithms of the body.
    pub profile: Profile,
    /// H(header).
    pub header_hash: Digest,
    /// The root over header, MAC, salt, commitment, length and all chunks.
    pub root: Digest,
    /// Length of the payload in bytes.
    pub payload_len: u64,
    /// Length of the bid in bytes.
    pub file_len: u64,
}

impl<R: ReadAt> Envelope<R> {
    /// Hashes every chunk, compares the units with the trailer, and returns the root. Who wrote the bid is not proved
    /// by that: compare it with the statement or the receipt.
    ///
    /// # Errors
    /// [`DecryptError::Read`], [`DecryptError::Tampered`] or [`DecryptError::Cancelled`].
    pub fn tree_root(&self, watch: &mut dyn Watch) -> Result<TreeRoot, DecryptError> {
        let (geometry, buffers) = (self.geometry(), Buffers::default());
        let mut numbers = 0..geometry.units();
        let mut expected = self.trailer.units.iter();
        pipeline::in_order::<_, _, DecryptError>(
            pipeline::workers(geometry.units()),
            || Ok(numbers.next().map(|number| geometry.unit(number))),
            |unit| {
                let mut sealed = buffers.take(unit.sealed_len());
                let read = self.source.read_exact_at(&mut sealed, unit.sealed.start);
                let hash = tree::unit_hash(self.profile(), unit.first_chunk, &sealed);
                buffers.put(sealed);
                read.map(|()| (unit, hash)).map_err(DecryptError::Read)
            },
            |hashed| {
                let (unit, hash) = hashed?;
                if expected.next() != Some(&hash) {
                    return Err(Alteration::Body.into());
                }
                Ok(report(watch, Step::Verifying, unit.plain.end, geometry.payload_len())?)
            },
        )?;
        Ok(TreeRoot {
            profile: self.profile(),
            header_hash: self.header_hash(),
            root: digest(&self.trailer.root),
            payload_len: geometry.payload_len(),
            file_len: geometry.file_len(),
        })
    }
}
