//! The seals of a home folder: `seals/NAME.png` (or `.jpg`) with `seals/NAME.toml` beside it. The description is written
//! last and makes the seal exist; a picture without one is a leftover and may be replaced.

use crate::picture::{ImportError, Pixels, SealPicture};
use crate::size::Size;
use durable::{Parts, Replace, WriteError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

mod change;

pub(crate) const PICTURE_LABEL: &str = "seal.picture";
pub(crate) const DESCRIPTION_LABEL: &str = "seal.description";

/// No stored picture is larger: 40 million pixels of four bytes, hardly compressed.
const MAX_FILE: u64 = 256 << 20;
const FOLDER: &str = "seals";

/// A seal's name: also its file name, so without anything a file system treats specially.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealName(String);

/// A name that cannot be a file name everywhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{name}” cannot be the name of a seal")]
pub struct NameError {
    /// The name asked for.
    pub name: String,
}

/// The seals below one home folder.
pub struct Store<'a> {
    folder: PathBuf,
    parts: &'a Parts,
}

/// A seal in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its name.
    pub name: SealName,
    /// Its picture file.
    pub picture: PathBuf,
    /// Its physical size.
    pub size: Size,
    /// Width and height in pixels.
    pub pixels: (u32, u32),
}

/// The store cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No seal of that name.
    #[error("there is no seal “{name}”")]
    NotFound {
        /// The name asked for.
        name: SealName,
    },
    /// A description or picture that cannot be read.
    #[error("the seal “{name}” is damaged")]
    Damaged {
        /// The seal.
        name: SealName,
    },
    /// The folder cannot be read.
    #[error("the seals cannot be read")]
    Read(#[from] io::Error),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The picture cannot be written as a file.
    #[error(transparent)]
    Picture(#[from] ImportError),
}

/// What `NAME.toml` says; unknown members are for later versions.
#[derive(Serialize, Deserialize)]
struct Description {
    version: u32,
    picture: String,
    width_mm: f64,
    height_mm: f64,
    width_px: u32,
    height_px: u32,
}

impl SealName {
    /// A name of 1 to 64 characters: letters of any script, digits, space, `-`, `_`, and brackets, beginning and ending
    /// with a letter or digit or closing bracket.
    ///
    /// # Errors
    /// [`NameError`], also for names that Windows reserves for devices.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_alphanumeric() || " -_()（）".contains(c);
        let edge = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "()（）".contains(c));
        let fits = (1..=64).contains(&name.chars().count()) && name.len() <= 200;
        let shaped = name.chars().all(allowed) && edge(name.chars().next()) && edge(name.chars().next_back());
        if fits && shaped && durable::check_name(name).is_ok() {
            Ok(Self(name.to_owned()))
        } else {
            Err(NameError { name: name.to_owned() })
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SealName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Store<'a> {
    /// The store of a home folder; nothing is made until the first seal.
    #[must_use]
    pub fn new(home: &Path, parts: &'a Parts) -> Self {
        Self { folder: home.join(FOLDER), parts }
    }

    /// Keeps a picture under a new name.
    ///
    /// # Errors
    /// [`StoreError::Write`], with [`durable::WriteFailure::Exists`] when the name is taken and `replace` is
    /// [`Replace::Never`].
    pub fn add(&self, name: &SealName, picture: &SealPicture, replace: Replace) -> Result<Stored, StoreError> {
        let description = self.folder.join(format!("{name}.toml"));
        std::fs::create_dir_all(&self.folder).map_err(|error| WriteError::from_io(&self.folder, error))?;
        durable::check_target(&description, &[], replace)?;
        let extension = match picture.pixels {
            Pixels::Rgba(_) => "png",
            Pixels::Jpeg { .. } => "jpg",
        };
        let file = format!("{name}.{extension}");
        self.write(&self.folder.join(&file), PICTURE_LABEL, &picture.to_file()?, Replace::Existing)?;
        let content = Description {
            version: 1,
            picture: file,
            width_mm: picture.size.width_mm(),
            height_mm: picture.size.height_mm(),
            width_px: picture.width,
            height_px: picture.height,
        };
        let content = toml::to_string(&content).map_err(|_| StoreError::Damaged { name: name.clone() })?;
        self.write(&description, DESCRIPTION_LABEL, content.as_bytes(), replace)?;
        self.find(name)
    }

    fn write(&self, target: &Path, label: &'static str, bytes: &[u8], replace: Replace) -> Result<(), StoreError> {
        let mut part = self.parts.create_private(target, label)?;
        part.write_all(bytes).map_err(|error| WriteError::from_io(target, error))?;
        Ok(part.commit(replace)?)
    }

    /// All seals in order of their names. One that cannot be read is an error, not left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn list(&self) -> Result<Vec<Stored>, StoreError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(".toml"));
            names.extend(name.and_then(|name| SealName::parse(name).ok()));
        }
        names.sort();
        names.iter().map(|name| self.find(name)).collect()
    }

    /// One seal.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Damaged`].
    pub fn find(&self, name: &SealName) -> Result<Stored, StoreError> {
        let damaged = || StoreError::Damaged { name: name.clone() };
        let text = match std::fs::read_to_string(self.folder.join(format!("{name}.toml"))) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::NotFound { name: name.clone() });
            }
            Err(error) => return Err(error.into()),
        };
        let description: Description = toml::from_str(&text).map_err(|_| damaged())?;
        let expected = [format!("{name}.png"), format!("{name}.jpg")];
        if description.version != 1 || !expected.contains(&description.picture) {
            return Err(damaged());
        }
        let size = Size::new(description.width_mm, description.height_mm).map_err(|_| damaged())?;
        let pixels = (description.width_px, description.height_px);
        Ok(Stored { name: name.clone(), picture: self.folder.join(description.picture), size, pixels })
    }

    /// A seal's picture at its stored size.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn load(&self, name: &SealName) -> Result<SealPicture, StoreError> {
        let stored = self.find(name)?;
        let mut bytes = Vec::new();
        std::fs::File::open(&stored.picture)?.take(MAX_FILE).read_to_end(&mut bytes)?;
        let picture = SealPicture::import(&bytes, Some(stored.size.width_mm()));
        let mut picture = picture.map_err(|_| StoreError::Damaged { name: name.clone() })?;
        picture.size = stored.size;
        Ok(picture)
    }
}
