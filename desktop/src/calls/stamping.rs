//! Seals, and stamping with them.

use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use client::{
    Code, Failure, Session,
    seals::{self, ImportOrder},
    stamp::{self, Destination, Stamped},
    verify::{self, VerifyOrder},
};
use protocol::screens::{self, Seal, StampOrder, StampedFile};

use super::certificates::named;
use crate::{Desk, told::shown};

/// More folders of results than anybody makes beside one document.
const MOST: u32 = 1000;

pub(super) fn seals(desk: &Desk) -> Result<Vec<Seal>, Failure> {
    shown(seals::list(&desk.session())?)
}

pub(super) fn import(
    desk: &Desk,
    file: u32,
    width_mm: Option<f64>,
    name: &str,
    clear_white: bool,
) -> Result<Seal, Failure> {
    let image = &desk.files.path(file)?;
    let order = ImportOrder { image, width_mm, name: Some(name), clear_white, force: false };
    shown(seals::import(&desk.session(), &order)?)
}

pub(super) fn rename(desk: &Desk, name: &str, to: &str) -> Result<Seal, Failure> {
    shown(seals::rename(&desk.session(), name, to)?)
}

pub(super) fn picture(desk: &Desk, name: &str) -> Result<String, Failure> {
    let seal = seals::show(&desk.session(), name)?;
    let gone = |_| Failure::new(Code::SealNotFound).with("name", name);
    std::fs::read(&seal.picture).map(|bytes| Base64::encode_string(&bytes)).map_err(gone)
}

pub(super) fn stamp(desk: &Desk, order: &StampOrder) -> Result<screens::Stamped, Failure> {
    let session = desk.session();
    let files = desk.files.paths(&order.files)?;
    let (folder, is_new) = match order.folder {
        Some(id) => (desk.files.path(id)?, false),
        None => (beside(desk, &files)?, true),
    };
    let made = stamp::stamp(
        &session,
        &stamp::StampOrder {
            files: &files,
            destination: Destination::Folder(&folder),
            certificate: &named(&order.certificate),
            seal: &order.seal,
            width_mm: order.width_mm,
            pages: &order.pages,
            at_mm: Some(order.at_mm),
            reason: order.reason.as_deref(),
            force: false,
        },
    );
    if is_new && !made.as_ref().is_ok_and(|made| made.results.iter().any(|(_, result)| result.is_ok())) {
        // Only an empty folder goes: nothing was written into it.
        let _ = std::fs::remove_dir(&folder);
    }
    told(desk, &session, &folder, made?)
}

fn told(desk: &Desk, session: &Session<'_>, folder: &Path, made: Stamped) -> Result<screens::Stamped, Failure> {
    let results = made.results.into_iter().map(|(file, result)| result_of(desk, session, &file, result));
    Ok(screens::Stamped {
        certificate: shown(&made.certificate)?,
        folder: desk.files.existing(folder.to_owned()),
        results: results.collect(),
    })
}

/// Each result is verified as it lies on the disk.
fn result_of(desk: &Desk, session: &Session<'_>, file: &Path, result: Result<PathBuf, Failure>) -> StampedFile {
    let name = client::printable(&file.file_name().unwrap_or_default().to_string_lossy());
    let verified = |output: &PathBuf| {
        let order = VerifyOrder { file: output, signature: None, trust: &[], at: None };
        verify::verify(session, &order).ok().and_then(|report| shown(report.verdict).ok())
    };
    match result {
        Ok(output) => {
            let verdict = verified(&output);
            StampedFile { name, output: desk.files.existing(output), verdict, error: None }
        }
        Err(failure) => StampedFile { name, output: None, verdict: None, error: Some(desk.told(&failure)) },
    }
}

/// A new folder beside the first document, so that nothing there is replaced.
fn beside(desk: &Desk, files: &[PathBuf]) -> Result<PathBuf, Failure> {
    let parent = files.first().and_then(|file| file.parent()).unwrap_or(Path::new("."));
    let base = format!("{} {}", desk.words().text("stamp.folder", &[]), crate::today(&desk.clock));
    let names = std::iter::once(base.clone()).chain((2..MOST).map(|number| format!("{base} {number}")));
    for name in names {
        let folder = parent.join(name);
        match std::fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(_) => break,
        }
    }
    Err(Failure::new(Code::OutputNotWritable).with("path", parent.display().to_string()))
}
