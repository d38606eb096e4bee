//! The folders in which vendors' installers put their modules.

use std::fs;
use std::path::{Path, PathBuf};

use super::Places;
use crate::devices::{DeviceTable, KnownKey, ModuleName, Os};

const LINUX: &[&str] = &[
    "usr/lib",
    "usr/lib64",
    "usr/local/lib",
    "usr/lib/pkcs11",
    "usr/lib64/pkcs11",
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/x86_64-linux-gnu/pkcs11",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib/aarch64-linux-gnu/pkcs11",
    "usr/lib/loongarch64-linux-gnu",
    "usr/lib/mips64el-linux-gnuabi64",
];
const MACOS: &[&str] = &["usr/local/lib", "usr/local/lib/pkcs11", "Library/OpenSC/lib", "opt/homebrew/lib"];

/// Every place at which a module of the table may lie on this system; most of them do not exist.
pub(super) fn known_modules<'t>(
    places: &Places,
    table: &'t DeviceTable,
) -> Vec<(PathBuf, &'t ModuleName, &'t KnownKey)> {
    let folders = system_folders(places);
    let mut found = Vec::new();
    for (key, module) in table.modules(places.os) {
        for folder in &folders {
            found.push((folder.join(&module.file), module, key));
        }
        let own = module.folder.iter().flat_map(|below| vendor_folders(places, below));
        found.extend(own.map(|folder| (folder.join(&module.file), module, key)));
    }
    found
}

/// Where p11-kit's relative module names are looked for.
pub(super) fn pkcs11_folders(root: &Path) -> impl Iterator<Item = PathBuf> {
    let folders = LINUX.iter().chain(MACOS).filter(|folder| folder.ends_with("/pkcs11"));
    folders.map(move |folder| root.join(folder))
}

fn system_folders(places: &Places) -> Vec<PathBuf> {
    let below_root = |folders: &[&str]| folders.iter().map(|folder| places.root.join(folder)).collect();
    match places.os {
        Os::Windows => places.windows.clone(),
        Os::Macos => below_root(MACOS),
        Os::Linux => below_root(LINUX),
    }
}

/// The vendor's own folder, and its library folders: /opt on Linux, the program folders on Windows.
fn vendor_folders(places: &Places, below: &str) -> Vec<PathBuf> {
    let bases = if places.os == Os::Windows { places.windows.clone() } else { vec![places.root.join("opt")] };
    let own = bases.into_iter().map(|base| base.join(below)).filter(|folder| folder.is_dir());
    own.flat_map(|folder| {
        let inside = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let libraries: Vec<PathBuf> = inside.filter(|path| path.is_dir()).collect();
        [vec![folder], libraries].concat()
    })
    .collect()
}
