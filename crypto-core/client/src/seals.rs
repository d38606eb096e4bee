//! Seal pictures of this computer, each with its real size.

use std::path::{Path, PathBuf};

use ::seal::{ImportError, SealName, SealPicture, Store, StoreError, Stored};
use serde::Serialize;

use crate::{Code, Failure, Session, detail, fault, files, home, output};

/// A seal, as `seal list` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SealReport {
    /// Its name.
    pub name: String,
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres.
    pub height_mm: f64,
    /// Width and height in pixels.
    pub pixels: (u32, u32),
    /// Its picture file.
    #[serde(serialize_with = "crate::path_text::path")]
    pub picture: PathBuf,
    /// False: a picture alone is an unregistered image, not a seal object of a seal maker.
    pub registered: bool,
}

impl SealReport {
    fn of(stored: &Stored) -> Self {
        Self {
            name: stored.name.as_str().to_owned(),
            width_mm: stored.size.width_mm(),
            height_mm: stored.size.height_mm(),
            pixels: stored.pixels,
            picture: stored.picture.clone(),
            registered: false,
        }
    }
}

/// A picture that is to be kept as a seal.
#[derive(Clone, Copy, Debug)]
pub struct ImportOrder<'a> {
    /// PNG or JPEG.
    pub image: &'a Path,
    /// Its width, unless the picture states it.
    pub width_mm: Option<f64>,
    /// The file's name without its ending if not given.
    pub name: Option<&'a str>,
    /// The white paper of a scan becomes transparent.
    pub clear_white: bool,
    /// Replace a seal of this name.
    pub force: bool,
}

/// Keeps a picture with its real size.
///
/// # Errors
/// [`Code::SealPicture`], [`Code::SealSizeMissing`], [`Code::SealSize`], [`Code::SealExists`], [`Code::SealName`].
pub fn import(session: &Session<'_>, order: &ImportOrder<'_>) -> Result<SealReport, Failure> {
    let ImportOrder { image, width_mm, name, clear_white, force } = *order;
    let stem = image.file_stem().unwrap_or_default().to_string_lossy();
    let name = seal_name(name.unwrap_or(&stem))?;
    let mut picture = picture_of(image, width_mm)?;
    if clear_white {
        picture = picture.without_paper().map_err(|error| of_picture(image, error))?;
    }
    home::make_private(&session.home.seals()).map_err(|error| fault::open(&session.home.seals(), &error))?;
    let stored = store(session).add(&name, &picture, output::replace(force));
    stored.map(|stored| SealReport::of(&stored)).map_err(|error| of_target(session, &name, error))
}

/// Gives a seal another name.
///
/// # Errors
/// [`Code::SealNotFound`], [`Code::SealExists`], [`Code::SealName`].
pub fn rename(session: &Session<'_>, seal: &str, to: &str) -> Result<SealReport, Failure> {
    let (seal, to) = (kept_name(seal)?, seal_name(to)?);
    let stored = store(session).rename(&seal, &to);
    stored.map(|stored| SealReport::of(&stored)).map_err(|error| of_target(session, &to, error))
}

/// Removes a seal. The person was asked before: its picture is gone, what was stamped with it stays as it is.
///
/// # Errors
/// [`Code::SealNotFound`].
pub fn remove(session: &Session<'_>, seal: &str) -> Result<(), Failure> {
    store(session).remove(&kept_name(seal)?).map_err(|error| of_store(session, error))
}

/// A name that a seal can have.
fn seal_name(name: &str) -> Result<SealName, Failure> {
    SealName::parse(name).map_err(|_| Failure::new(Code::SealName).with("name", name))
}

/// A name that no seal can have is no seal's.
fn kept_name(name: &str) -> Result<SealName, Failure> {
    SealName::parse(name).map_err(|_| Failure::new(Code::SealNotFound).with("name", name))
}

/// Every seal that is kept here.
///
/// # Errors
/// What reading the folder reports.
pub fn list(session: &Session<'_>) -> Result<Vec<SealReport>, Failure> {
    let all = store(session).list().map_err(|error| of_store(session, error))?;
    Ok(all.iter().map(SealReport::of).collect())
}

/// One seal.
///
/// # Errors
/// [`Code::SealNotFound`].
pub fn show(session: &Session<'_>, name: &str) -> Result<SealReport, Failure> {
    store(session)
        .find(&kept_name(name)?)
        .map(|stored| SealReport::of(&stored))
        .map_err(|error| of_store(session, error))
}

/// The picture that a person names: a seal kept here, else a picture file.
///
/// # Errors
/// [`Code::SealNotFound`], [`Code::SealPicture`], [`Code::SealSizeMissing`], [`Code::SealSize`].
pub(crate) fn picture(session: &Session<'_>, text: &str, width_mm: Option<f64>) -> Result<SealPicture, Failure> {
    if let Ok(name) = SealName::parse(text) {
        match store(session).load(&name) {
            Ok(picture) => return sized(picture, width_mm),
            Err(StoreError::NotFound { .. }) => {}
            Err(other) => return Err(of_store(session, other)),
        }
    }
    match files::existing(text) {
        Some(path) => picture_of(&path, width_mm),
        None => Err(Failure::new(Code::SealNotFound).with("name", text)),
    }
}

/// A kept seal at another size, where the person asks for one.
fn sized(picture: SealPicture, width_mm: Option<f64>) -> Result<SealPicture, Failure> {
    let Some(width_mm) = width_mm else { return Ok(picture) };
    let size =
        ::seal::Size::from_width(width_mm, (picture.width, picture.height)).map_err(|error| wrong_size(&error))?;
    Ok(SealPicture { size, ..picture })
}

fn picture_of(path: &Path, width_mm: Option<f64>) -> Result<SealPicture, Failure> {
    let bytes = files::whole(path, files::PICTURE)?;
    SealPicture::import(&bytes, width_mm).map_err(|error| of_picture(path, error))
}

fn of_picture(path: &Path, error: ImportError) -> Failure {
    match error {
        ImportError::SizeUnknown => Failure::new(Code::SealSizeMissing).with("name", files::name(path)),
        ImportError::Size(error) => wrong_size(&error),
        other => fault::at(Code::SealPicture, path).with("reason", detail::picture(&other)),
    }
}

fn wrong_size(error: &::seal::SizeError) -> Failure {
    Failure::new(Code::SealSize).with("value", error.width_mm).with("reason", "seal_size")
}

fn store<'s>(session: &'s Session<'_>) -> Store<'s> {
    Store::new(session.home.path(), session.home.parts())
}

/// What keeps a seal from getting its name.
fn of_target(session: &Session<'_>, name: &SealName, error: StoreError) -> Failure {
    match error {
        StoreError::Write(error) if matches!(error.kind, durable::WriteFailure::Exists) => {
            Failure::new(Code::SealExists).with("name", name.as_str())
        }
        other => of_store(session, other),
    }
}

fn of_store(session: &Session<'_>, error: StoreError) -> Failure {
    match error {
        StoreError::NotFound { name } => Failure::new(Code::SealNotFound).with("name", name.as_str()),
        StoreError::Write(error) => error.into(),
        StoreError::Read(error) => fault::read(&session.home.seals(), &error),
        other => fault::at(Code::SealPicture, &session.home.seals()).with("reason", detail::store(&other)),
    }
}
