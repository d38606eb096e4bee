//! The rehearsal after encryption: does the key open what was written, today rather than at the deadline?

use crate::geometry::Geometry;
use crate::os::ReadAt;
use crate::pipeline::Buffers;
use crate::progress::{Step, Watch, report};
use crate::{DecryptError, Opened};
use std::collections::BTreeSet;

/// Units that are verified besides the first and the last.
const RANDOM_UNITS: u64 = 3;

/// What a rehearsal has verified. The key was used, MAC and commitment hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// Number of files in the index.
    pub files: u64,
    /// Units of 1 MiB that were verified and opened, out of [`Self::units`].
    pub verified: u64,
    /// Units of the bid.
    pub units: u64,
}

impl<R: ReadAt> Opened<R> {
    /// Reads the index and opens the first, the last and some randomly chosen units. Nothing is written, and what was
    /// opened is thrown away. [`Opened::verify`] does the same with every chunk.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn rehearse(&self, watch: &mut dyn Watch) -> Result<Rehearsal, DecryptError> {
        let geometry = self.envelope().geometry();
        let files = self.entries()?.len() as u64;
        let chosen = choose(&geometry)?;
        let buffers = Buffers::default();
        for (&number, done) in chosen.iter().zip(1..) {
            let (_, plain) = self.open_unit(number, &buffers)?;
            buffers.put(plain);
            report(watch, Step::Verifying, done, chosen.len() as u64)?;
        }
        Ok(Rehearsal { files, verified: chosen.len() as u64, units: geometry.units() })
    }
}

fn choose(geometry: &Geometry) -> Result<BTreeSet<u64>, DecryptError> {
    let mut chosen = BTreeSet::from([0, geometry.units() - 1]);
    for _ in 0..RANDOM_UNITS {
        // The bias of the remainder does not matter here: no secret depends on the choice.
        chosen.insert(u64::from_be_bytes(algo::random()?) % geometry.units());
    }
    Ok(chosen)
}
