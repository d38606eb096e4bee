//! The table's text as typed values: an entry that exists is valid.

use serde::Deserialize;

use super::{Atr, AtrPattern, IdMalformed, KnownKey, ModuleKind, ModuleName, Os, Quirk, UsbId};

/// The table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableMalformed {
    /// Not the expected members.
    #[error("{0}")]
    Toml(String),
    /// An id that is none.
    #[error("{key}: {source}")]
    Id {
        /// The entry.
        key: String,
        /// The id.
        source: IdMalformed,
    },
    /// A module is named by a path, or not at all.
    #[error("{key}: \"{file}\" is not a file name")]
    File {
        /// The entry.
        key: String,
        /// What was written.
        file: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    key: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    maker: String,
    #[serde(default)]
    usb: Vec<String>,
    #[serde(default)]
    atr: Vec<Answer>,
    confirmed: bool,
    source: String,
    #[serde(default)]
    quirks: Vec<Quirk>,
    module: Vec<Module>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    value: String,
    mask: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Module {
    os: Os,
    kind: ModuleKind,
    file: String,
    folder: Option<String>,
}

pub(super) fn keys(text: &str) -> Result<Vec<KnownKey>, TableMalformed> {
    let table: Table = toml::from_str(text).map_err(|error| TableMalformed::Toml(error.to_string()))?;
    table.key.into_iter().map(key).collect()
}

fn key(entry: Entry) -> Result<KnownKey, TableMalformed> {
    let of_key = |source| TableMalformed::Id { key: entry.name.clone(), source };
    let usb = entry.usb.iter().map(|id| id.parse::<UsbId>()).collect::<Result<_, _>>().map_err(of_key)?;
    let pattern = |answer: &Answer| AtrPattern::new(answer.value.parse::<Atr>()?, answer.mask.as_deref());
    let atr = entry.atr.iter().map(pattern).collect::<Result<_, _>>().map_err(of_key)?;
    let modules = entry.module.into_iter().map(|written| module(&entry.name, written)).collect::<Result<_, _>>()?;
    Ok(KnownKey {
        usb,
        atr,
        modules,
        name: entry.name,
        maker: entry.maker,
        quirks: entry.quirks,
        confirmed: entry.confirmed,
        source: entry.source,
    })
}

fn module(key: &str, written: Module) -> Result<ModuleName, TableMalformed> {
    let Module { os, kind, file, folder } = written;
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']);
    let path = folder.iter().flat_map(|folder| folder.split('/')).chain([&*file]).all(is_name);
    if path && !file.contains('/') {
        return Ok(ModuleName { os, kind, file, folder });
    }
    Err(TableMalformed::File { key: key.to_owned(), file })
}
