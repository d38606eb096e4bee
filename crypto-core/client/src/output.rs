//! Results on disk: checked before anybody is asked, never partial.

use std::{io::Write, path::Path};

use durable::{PartFile, Replace, WriteError};

use crate::{Failure, Home, Session, fault};

/// The label of the failpoints of a result that is small and written at once.
pub(crate) const LABEL: &str = "output";

/// The label of a signed message.
pub(crate) const SIGN_LABEL: &str = "sign";
/// The label of a stamped or signed PDF.
pub(crate) const STAMP_LABEL: &str = "stamp";
/// The label of a sealing statement.
pub(crate) const STATEMENT_LABEL: &str = "statement";

pub(crate) const fn replace(force: bool) -> Replace {
    if force { Replace::Existing } else { Replace::Never }
}

/// Refuses an output that is an input, or that exists and may not be replaced.
///
/// # Errors
/// [`Code::OutputSameAsInput`](crate::Code::OutputSameAsInput), [`Code::OutputExists`](crate::Code::OutputExists),
/// [`Code::OutputIsFolder`](crate::Code::OutputIsFolder), [`Code::OutputNoFolder`](crate::Code::OutputNoFolder),
/// [`Code::OutputNotWritable`](crate::Code::OutputNotWritable).
pub fn check_output(output: &Path, inputs: &[&Path], force: bool) -> Result<(), Failure> {
    durable::check_target(output, inputs, replace(force)).map_err(fault::place)
}

/// The same, and refuses a folder where nothing can be begun: for what is written only after the person has consented and
/// typed a PIN. A disk that goes read-only later is told then.
///
/// # Errors
/// As [`check_output`].
pub fn check_place(home: &Home, output: &Path, inputs: &[&Path], force: bool) -> Result<(), Failure> {
    check_output(output, inputs, force)?;
    home.parts().create(output, LABEL).map_err(fault::place)?;
    Ok(())
}

/// Writes a small result.
///
/// # Errors
/// As [`check_output`], and [`Code::DiskFull`](crate::Code::DiskFull).
pub fn write_output(session: &Session<'_>, output: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    finish(session.home.parts().create(output, LABEL)?, output, &[bytes], replace(force))
}

/// Fills a part that was opened before the person was asked with pieces, and gives it its name.
pub(crate) fn finish(mut part: PartFile, output: &Path, pieces: &[&[u8]], replace: Replace) -> Result<(), Failure> {
    for piece in pieces {
        part.write_all(piece).map_err(|error| WriteError::from_io(output, error))?;
    }
    Ok(part.commit(replace)?)
}
