//! Where vendor modules lie on this machine: found by absolute path only, never by a search path that others can write.
//!
//! Four sources, each with its reason, so that a person and support can see why a module is used: the person's explicit
//! choice, the [`DeviceTable`] over the system's folders, p11-kit's configuration, and the Windows registry. A module
//! that anybody on this computer could replace is refused, unless the person named it.

mod folders;
mod interface;
mod p11kit;
mod registry;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::devices::{DeviceTable, ModuleKind, Os};

/// A machine as far as modules are concerned. Passed in: tests make one of their own.
#[derive(Debug, Clone)]
pub struct Places {
    /// Whose customs apply.
    pub os: Os,
    /// `/`, or a folder that stands for it. Windows: not used.
    pub root: PathBuf,
    /// The person's configuration folder (`~/.config`), below which p11-kit's is looked for.
    pub config: Option<PathBuf>,
    /// Windows: the system folders of both widths and the program folders.
    pub windows: Vec<PathBuf>,
    /// Windows: what the registry names, as [`registry_modules`] reads it.
    pub registry: Vec<RegistryModule>,
}

/// A module that the Windows registry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryModule {
    /// The key and value it stands in.
    pub entry: String,
    /// Its path, absolute.
    pub path: PathBuf,
    /// Its interface.
    pub kind: ModuleKind,
}

/// A module that may be loaded, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Absolute, unless the person chose a relative one, which the worker then refuses.
    pub path: PathBuf,
    /// Its interface, by its name in the table, else PKCS#11.
    pub kind: ModuleKind,
    /// Every source that named it.
    pub reasons: Vec<Reason>,
}

impl Candidate {
    /// A module that one source names.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, kind: ModuleKind, reason: Reason) -> Self {
        Self { path: path.into(), kind, reasons: vec![reason] }
    }

    /// Whether the person named it: its failure is then the command's.
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        self.reasons.contains(&Reason::Chosen)
    }
}

/// Why a module is a candidate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The person named it, on the command line or in the settings.
    Chosen,
    /// The device table names the file for this key.
    Device {
        /// The key.
        key: String,
        /// Whether we have seen it work.
        confirmed: bool,
    },
    /// A configuration file of p11-kit names it.
    P11Kit {
        /// The file.
        file: PathBuf,
    },
    /// The Windows registry names it.
    Registry {
        /// Key and value.
        entry: String,
    },
}

/// A module that was found and is not loaded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    /// Where it lies.
    pub path: PathBuf,
    /// What speaks against it.
    pub because: Refusal,
}

/// What speaks against a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// Everybody on this computer may replace the file, or a file in its folder.
    WritableByOthers,
    /// p11-kit names a file that is not there.
    Missing,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// In order of preference: chosen ones first, then SKF before PKCS#11.
    pub candidates: Vec<Candidate>,
    /// Found and not used.
    pub refused: Vec<Refused>,
}

/// Looks for modules. `chosen` come first and are taken as they are.
#[must_use]
pub fn discover(places: &Places, table: &DeviceTable, chosen: &[PathBuf]) -> Discovery {
    let mut found = Found::of_chosen(table, chosen);
    for (path, module, key) in folders::known_modules(places, table) {
        let reason = Reason::Device { key: key.name.clone(), confirmed: key.confirmed };
        found.look_at(&path, Some(module.kind), reason);
    }
    if places.os != Os::Windows {
        for module in p11kit::modules(places) {
            found.look_at(&module.path, Some(ModuleKind::Pkcs11), Reason::P11Kit { file: module.file });
        }
    }
    for module in &places.registry {
        found.look_at(&module.path, Some(module.kind), Reason::Registry { entry: module.entry.clone() });
    }
    found.sorted()
}

/// Only what the person named.
#[must_use]
pub fn chosen(table: &DeviceTable, chosen: &[PathBuf]) -> Discovery {
    Found::of_chosen(table, chosen).sorted()
}

/// What the registry names; nothing where there is none.
#[must_use]
pub fn registry_modules() -> Vec<RegistryModule> {
    registry::read()
}

/// Candidates by the file that they really are: two names of one library must not be loaded twice.
struct Found<'t> {
    table: &'t DeviceTable,
    by_file: BTreeMap<PathBuf, usize>,
    discovery: Discovery,
}

impl<'t> Found<'t> {
    fn of_chosen(table: &'t DeviceTable, chosen: &[PathBuf]) -> Self {
        let mut found = Self { table, by_file: BTreeMap::new(), discovery: Discovery::default() };
        chosen.iter().for_each(|path| found.add(path, None, Reason::Chosen));
        found
    }

    fn look_at(&mut self, path: &Path, kind: Option<ModuleKind>, reason: Reason) {
        if !path.is_absolute() {
            return;
        }
        let refusal = match fs::metadata(path) {
            Ok(facts) if facts.is_file() => writable_by_others(path).then_some(Refusal::WritableByOthers),
            _ => Some(Refusal::Missing),
        };
        match refusal {
            None => self.add(path, kind, reason),
            // The table names many files that no machine has: only what somebody configured is missed.
            Some(Refusal::Missing) if matches!(reason, Reason::Device { .. }) => {}
            Some(because) => self.refuse(Refused { path: path.to_owned(), because }),
        }
    }

    fn refuse(&mut self, refused: Refused) {
        if !self.discovery.refused.contains(&refused) {
            self.discovery.refused.push(refused);
        }
    }

    fn add(&mut self, path: &Path, kind: Option<ModuleKind>, reason: Reason) {
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let candidates = &mut self.discovery.candidates;
        let index = *self.by_file.entry(file).or_insert_with(|| {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let kind = kind.or_else(|| self.table.kind_of(&name)).unwrap_or_else(|| interface::of_file(path));
            candidates.push(Candidate { path: path.to_owned(), kind, reasons: Vec::new() });
            candidates.len() - 1
        });
        let reasons = &mut candidates[index].reasons;
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }

    fn sorted(mut self) -> Discovery {
        self.discovery.candidates.sort_by_key(|candidate| (!candidate.is_chosen(), candidate.kind));
        self.discovery
    }
}

/// Whether people other than its owner and group may replace the file.
#[cfg(unix)]
fn writable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS_WRITE: u32 = 0o002;
    const STICKY: u32 = 0o1000;
    let open = |path: &Path| fs::metadata(path).map_or(0, |facts| facts.permissions().mode());
    let folder = path.parent().map_or(0, open);
    // In a sticky folder (/tmp) nobody replaces the files of others.
    open(path) & OTHERS_WRITE != 0 || (folder & OTHERS_WRITE != 0 && folder & STICKY == 0)
}

#[cfg(not(unix))]
fn writable_by_others(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests;
