//! Which interface a library has that no table knows: told by the names of the functions in its file, without loading it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::devices::ModuleKind;

/// Longer libraries are not looked through; no module is half as long.
const MAX_LEN: u64 = 256 << 20;
const SKF: &[u8] = b"SKF_EnumDev\0";

/// The interface; PKCS#11 for what cannot be read, so that loading it gives the reason. A library with both is used as
/// SKF, which tells exact counts and has SM2.
pub(super) fn of_file(path: &Path) -> ModuleKind {
    let read = |file: File| {
        let mut bytes = Vec::new();
        file.take(MAX_LEN).read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes = File::open(path).and_then(read).unwrap_or_default();
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    if has(SKF) { ModuleKind::Skf } else { ModuleKind::Pkcs11 }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_names_of_functions_tell_the_interface() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vendor.so");
        for (content, kind) in [
            (&b"\x7fELF..\0C_GetFunctionList\0"[..], ModuleKind::Pkcs11),
            (b"\x7fELF..\0C_GetFunctionList\0SKF_EnumDev\0", ModuleKind::Skf),
            (b"MZ SKF_EnumDev\0SKF_ConnectDev\0", ModuleKind::Skf),
            (b"the word SKF_EnumDevice", ModuleKind::Pkcs11),
            (b"", ModuleKind::Pkcs11),
        ] {
            File::create(&path).unwrap().write_all(content).unwrap();
            assert_eq!(of_file(&path), kind, "{}", String::from_utf8_lossy(content));
        }
        assert_eq!(of_file(&folder.path().join("none")), ModuleKind::Pkcs11);
        assert_eq!(of_file(folder.path()), ModuleKind::Pkcs11);
    }
}
