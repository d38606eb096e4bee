//! Known keys (data/devices.toml): by what they are recognised, and which modules drive them.
//!
//! The table is data: a key is added without touching code. What nobody of us has held in hand is marked unconfirmed,
//! and a key that is not in the table is reported by the person, not guessed.

mod ids;
mod read;

use std::sync::LazyLock;

pub use ids::{Atr, AtrPattern, IdMalformed, UsbId};
pub use read::TableMalformed;

/// The operating systems for which modules are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// Windows 10 and later.
    Windows,
    /// macOS 12 and later.
    Macos,
    /// Linux.
    Linux,
}

impl Os {
    /// The system this program was built for; other Unixes are looked at like Linux.
    #[must_use]
    pub const fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Macos
        } else {
            Self::Linux
        }
    }
}

/// The two interfaces of vendor modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleKind {
    /// GM/T 0016. Sorted first: it tells exact counts and has SM2.
    Skf,
    /// OASIS PKCS#11.
    Pkcs11,
}

/// A peculiarity of a key's module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Quirk {
    /// Global current device or application: one call at a time for the whole library.
    SerialiseCalls,
    /// Crashes on a handle of the wrong kind or order.
    StrictHandles,
    /// `cbEncryptedPriKey` holds the key in its first 32 bytes.
    EncryptedKeyFirst,
    /// `cbEncryptedPriKey` holds 64 bytes, padded with zeros in front.
    EncryptedKeyWhole,
}

/// A module by the name of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModuleName {
    /// Where it exists.
    pub os: Os,
    /// Its interface.
    pub kind: ModuleKind,
    /// File name without folders.
    pub file: String,
    /// Folder below the vendors' folders (`Program Files`, `/opt`), with `/`.
    pub folder: Option<String>,
}

/// One known kind of key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownKey {
    /// What the vendor calls it.
    pub name: String,
    /// Who makes it.
    pub maker: String,
    /// Its USB ids.
    pub usb: Vec<UsbId>,
    /// Its answers to reset.
    pub atr: Vec<AtrPattern>,
    /// Its modules, the best first.
    pub modules: Vec<ModuleName>,
    /// Peculiarities of its modules.
    pub quirks: Vec<Quirk>,
    /// Seen working by us.
    pub confirmed: bool,
    /// Where the facts come from.
    pub source: String,
}

/// All known keys.
#[derive(Debug, Clone, Default)]
pub struct DeviceTable {
    keys: Vec<KnownKey>,
}

impl DeviceTable {
    /// The table that is part of this program.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static TABLE: LazyLock<DeviceTable> = LazyLock::new(|| {
            DeviceTable::parse(include_str!("../data/devices.toml"))
                .expect("the table is part of the program and read by its tests")
        });
        &TABLE
    }

    /// Reads a table.
    ///
    /// # Errors
    /// [`TableMalformed`] names the entry and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TableMalformed> {
        Ok(Self { keys: read::keys(text)? })
    }

    /// Every known key.
    #[must_use]
    pub fn keys(&self) -> &[KnownKey] {
        &self.keys
    }

    /// The key with this USB id.
    #[must_use]
    pub fn by_usb(&self, id: UsbId) -> Option<&KnownKey> {
        self.keys.iter().find(|key| key.usb.contains(&id))
    }

    /// The key with this answer to reset: an exact entry before a masked one.
    #[must_use]
    pub fn by_atr(&self, atr: &Atr) -> Option<&KnownKey> {
        let exact = |key: &&KnownKey| key.atr.iter().any(|pattern| pattern.is_exactly(atr));
        let masked = |key: &&KnownKey| key.atr.iter().any(|pattern| pattern.matches(atr));
        self.keys.iter().find(exact).or_else(|| self.keys.iter().find(masked))
    }

    /// The modules of all keys on one system.
    pub fn modules(&self, os: Os) -> impl Iterator<Item = (&KnownKey, &ModuleName)> {
        let of_key = move |key| KnownKey::modules_on(key, os).map(move |module| (key, module));
        self.keys.iter().flat_map(of_key)
    }

    /// What interface a module of this file name has; `None` for a name that is not in the table.
    #[must_use]
    pub fn kind_of(&self, file: &str) -> Option<ModuleKind> {
        let mut modules = self.keys.iter().flat_map(|key| &key.modules);
        modules.find(|module| module.file.eq_ignore_ascii_case(file)).map(|module| module.kind)
    }

    /// Peculiarities of the key whose module has this file name.
    #[must_use]
    pub fn quirks_of(&self, file: &str) -> &[Quirk] {
        let has = |key: &&KnownKey| key.modules.iter().any(|module| module.file.eq_ignore_ascii_case(file));
        self.keys.iter().find(has).map_or(&[], |key| &key.quirks)
    }
}

impl KnownKey {
    /// Its modules on one system, the best first.
    pub fn modules_on(&self, os: Os) -> impl Iterator<Item = &ModuleName> {
        self.modules.iter().filter(move |module| module.os == os)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_sound() {
        let table = DeviceTable::embedded();
        assert!(table.keys().len() >= 12);
        let mut ids = std::collections::BTreeSet::new();
        for key in table.keys() {
            assert!(!key.modules.is_empty(), "{}: no module", key.name);
            assert!(!key.usb.is_empty() || !key.atr.is_empty(), "{}: nothing to recognise it by", key.name);
            assert!(key.source.len() > 10, "{}: no source", key.name);
            for id in &key.usb {
                assert!(ids.insert(*id), "{id} twice");
            }
        }
        assert!(table.keys().iter().any(|key| !key.confirmed) && table.keys().iter().any(|key| key.confirmed));
    }

    #[test]
    fn keys_are_found_by_usb_id_and_by_answer_to_reset() {
        let table = DeviceTable::embedded();
        assert_eq!(table.by_usb("1EA8:C001".parse().unwrap()).unwrap().name, "Excelsecu key");
        assert!(table.by_usb("1234:5678".parse().unwrap()).is_none());
        let masked: Atr = "3b9f958131 55 9f006646530510aabb1171ff00cc006a8299".replace(' ', "").parse().unwrap();
        assert!(table.by_atr(&masked).is_none(), "a compared byte differs");
        let masked: Atr = "3b9f958131aa9f0066465305aabbcc71dd0000ddeeffee".parse().unwrap();
        assert_eq!(table.by_atr(&masked).unwrap().name, "Feitian ePass2003");
        assert!(table.by_atr(&"3b9513".parse().unwrap()).is_none(), "only a beginning");
    }

    #[test]
    fn a_wrong_entry_is_named() {
        let entry =
            |line: &str| format!("[[key]]\nname='k'\nmaker='m'\nconfirmed=false\nsource='s'\n{line}\nmodule=[]\n");
        for (line, said) in [
            ("usb=['96e:0309']", "96e:0309"),
            ("atr=[{value='3b9'}]", "3b9"),
            ("atr=[{value='3b95', mask='ff'}]", "mask"),
            ("color='red'", "color"),
            ("quirks=['purple']", "purple"),
        ] {
            let error = DeviceTable::parse(&entry(line)).unwrap_err().to_string();
            assert!(error.contains(said), "{line}: {error}");
        }
        let path = "[[key]]\nname='k'\nmaker='m'\nconfirmed=false\nsource='s'\nmodule=[{os='linux',kind='skf',file='../a.so'}]";
        assert!(DeviceTable::parse(path).unwrap_err().to_string().contains("../a.so"), "a file name is no path");
    }
}
