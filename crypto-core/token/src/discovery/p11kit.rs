//! p11-kit's configuration (pkcs11.conf(5)): one `*.module` file for each module, in three folders.
//!
//! Files of the same name are one module: what the person sets wins over the administrator, who wins over the package.
//! p11-kit's own trust module holds no keys and its proxy would load every module into one process: both are left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Places, folders};

/// The name by which `enable-in` and `disable-in` know this program.
const PROGRAM: &str = "bidseal";
/// A module file has a few lines.
const LONGEST: u64 = 64 << 10;

/// A module that is configured.
pub(super) struct Configured {
    pub(super) path: PathBuf,
    /// The file that names it.
    pub(super) file: PathBuf,
}

/// Every module that is enabled for this program, by falling priority.
pub(super) fn modules(places: &Places) -> Vec<Configured> {
    let mut merged: BTreeMap<String, Settings> = BTreeMap::new();
    for folder in config_folders(places) {
        for (name, file) in module_files(&folder) {
            let Some(text) = read(&file) else { continue };
            merged.entry(name).or_default().add(&text, &file);
        }
    }
    let mut enabled: Vec<Settings> = merged.into_values().filter(Settings::is_enabled).collect();
    enabled.sort_by_key(|settings| -settings.priority());
    enabled.iter().filter_map(|settings| settings.module(&places.root)).collect()
}

/// From the weakest to the strongest.
fn config_folders(places: &Places) -> Vec<PathBuf> {
    let system = ["usr/share/p11-kit/modules", "usr/local/share/p11-kit/modules", "etc/pkcs11/modules"];
    let own = places.config.iter().map(|config| config.join("pkcs11/modules"));
    system.iter().map(|folder| places.root.join(folder)).chain(own).collect()
}

fn module_files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())));
    let mut files: Vec<_> = named.filter(|(name, _)| name.ends_with(".module")).collect();
    files.sort();
    files
}

fn read(file: &Path) -> Option<String> {
    let small = fs::metadata(file).is_ok_and(|facts| facts.is_file() && facts.len() <= LONGEST);
    // A name in another encoding is shown wrong and found missing; the other modules are not lost for it.
    small.then(|| fs::read(file).ok()).flatten().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The settings of one module, merged.
#[derive(Default)]
struct Settings {
    values: BTreeMap<String, String>,
    file: PathBuf,
}

impl Settings {
    fn add(&mut self, text: &str, file: &Path) {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let Some((key, value)) = line.split_once(':') else { continue };
            self.values.insert(key.trim().to_owned(), value.trim().to_owned());
            if key.trim() == "module" {
                self.file = file.to_owned();
            }
        }
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn is_enabled(&self) -> bool {
        let lists = |key: &str| Some(self.value(key)?.split([',', ' ']).any(|name| name.trim() == PROGRAM));
        let is_trust = self.value("trust-policy").is_some_and(|value| value == "yes");
        !is_trust && lists("enable-in") != Some(false) && lists("disable-in") != Some(true)
    }

    fn priority(&self) -> i64 {
        self.value("priority").and_then(|value| value.parse().ok()).unwrap_or(0)
    }

    fn module(&self, root: &Path) -> Option<Configured> {
        let named = Path::new(self.value("module")?);
        let file_name = named.file_name()?.to_str()?;
        if file_name.starts_with("p11-kit-trust.") || file_name.starts_with("p11-kit-proxy.") {
            return None;
        }
        let path = match named.strip_prefix("/") {
            Ok(below) => root.join(below),
            Err(_) if named.is_absolute() => named.to_owned(),
            // Relative names mean p11-kit's module folder, and nothing outside it.
            Err(_) if named.components().count() == 1 => {
                let mut places = folders::pkcs11_folders(root).map(|folder| folder.join(named));
                places.find(|path| path.is_file())?
            }
            Err(_) => return None,
        };
        Some(Configured { path, file: self.file.clone() })
    }
}
