//! Windows: `SKFImagePath` of cryptographic providers, and the smart card modules of Calais, in both views.

use std::path::PathBuf;

use windows_registry::{Key, LOCAL_MACHINE};

use crate::devices::ModuleKind;
use crate::discovery::RegistryModule;

/// Where vendors enter their SKF library beside their CSP; the second view is that of 32-bit programs.
const PROVIDERS: [&str; 2] = [
    r"SOFTWARE\Microsoft\Cryptography\Defaults\Provider",
    r"SOFTWARE\WOW6432Node\Microsoft\Cryptography\Defaults\Provider",
];
/// Cards with their modules; vendors add the name of a PKCS#11 library beside the minidriver's.
const CARDS: [&str; 2] = [
    r"SOFTWARE\Microsoft\Cryptography\Calais\SmartCards",
    r"SOFTWARE\WOW6432Node\Microsoft\Cryptography\Calais\SmartCards",
];

pub(in crate::discovery) fn read() -> Vec<RegistryModule> {
    let skf = PROVIDERS.iter().flat_map(|path| named(path, "SKFImagePath", ModuleKind::Skf));
    let pkcs11 = CARDS.iter().flat_map(|path| named(path, "PKCS11Module", ModuleKind::Pkcs11));
    skf.chain(pkcs11).collect()
}

/// The value `name` of every key below `path`, as far as it is an absolute path.
fn named(path: &str, name: &str, kind: ModuleKind) -> Vec<RegistryModule> {
    let Ok(parent) = LOCAL_MACHINE.open(path) else { return Vec::new() };
    let Ok(below) = parent.keys() else { return Vec::new() };
    below.filter_map(|vendor| module(&parent, path, &vendor, name, kind)).collect()
}

fn module(parent: &Key, path: &str, vendor: &str, name: &str, kind: ModuleKind) -> Option<RegistryModule> {
    let module = PathBuf::from(parent.open(vendor).ok()?.get_string(name).ok()?);
    // A bare name would be looked for along the search path, where it can be planted.
    let entry = format!(r"HKLM\{path}\{vendor}\{name}");
    module.is_absolute().then_some(RegistryModule { entry, path: module, kind })
}
