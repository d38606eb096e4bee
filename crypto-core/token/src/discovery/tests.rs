//! Discovery over a machine that lies in a temporary folder.

use std::io::Write;

use super::*;

struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, path: &str, content: &str) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(path).unwrap().write_all(content.as_bytes()).unwrap();
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn places(&self) -> Places {
        let config = Some(self.path("me/.config"));
        Places { os: Os::Linux, root: self.0.path().into(), config, windows: Vec::new(), registry: Vec::new() }
    }

    fn discover(&self) -> Discovery {
        discover(&self.places(), DeviceTable::embedded(), &[])
    }

    fn files(&self) -> Vec<String> {
        let name = |candidate: &Candidate| candidate.path.file_name().unwrap().to_string_lossy().into_owned();
        self.discover().candidates.iter().map(name).collect()
    }
}

#[test]
fn the_table_is_looked_up_in_the_systems_folders_and_below_opt() {
    let machine = Machine::new()
        .with("usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "")
        .with("opt/gm3000/lib/libgm3000.1.0.so", "")
        .with("opt/other/libes_3000gm.so", "")
        .with("usr/lib/libunknown.so", "");
    assert_eq!(machine.files(), ["libgm3000.1.0.so", "opensc-pkcs11.so"], "SKF first, nothing guessed");
    let found = machine.discover().candidates;
    assert_eq!(found[0].kind, ModuleKind::Skf);
    assert!(found.iter().all(|candidate| candidate.path.is_absolute() && !candidate.is_chosen()));
    assert_eq!(
        found[0].reasons,
        [Reason::Device { key: "Longmai mToken GM3000".into(), confirmed: false }],
        "the reason and whether it is confirmed are told"
    );
}

#[test]
fn p11_kit_files_are_merged_and_their_lists_obeyed() {
    let machine = Machine::new()
        .with("usr/lib/pkcs11/a.so", "")
        .with("usr/lib/pkcs11/b.so", "")
        .with("vendor/c.so", "")
        .with("usr/share/p11-kit/modules/a.module", "# packaged\nmodule: a.so\npriority: 1\n")
        .with("usr/share/p11-kit/modules/b.module", "module:b.so\n")
        .with("etc/pkcs11/modules/b.module", "disable-in: firefox, bidseal\n")
        .with("etc/pkcs11/modules/c.module", "module: /vendor/c.so\npriority: 9\nenable-in: bidseal\n")
        .with("etc/pkcs11/modules/d.module", "module: /vendor/c.so\nenable-in: firefox\n")
        .with("etc/pkcs11/modules/e.module", "module: ../../vendor/c.so\n")
        .with("etc/pkcs11/modules/trust.module", "module: p11-kit-trust.so\ntrust-policy: yes\n")
        .with("etc/pkcs11/modules/readme.txt", "module: /vendor/x.so\n");
    assert_eq!(machine.files(), ["c.so", "a.so"], "by priority");
    let own = machine.with("me/.config/pkcs11/modules/a.module", "module:\n");
    assert_eq!(own.files(), ["c.so"], "the person switches a module off");
}

#[test]
fn a_configured_module_that_is_missing_is_told() {
    let machine = Machine::new().with("etc/pkcs11/modules/x.module", "module: /gone/x.so\n");
    let discovery = machine.discover();
    assert!(discovery.candidates.is_empty());
    assert_eq!(discovery.refused, [Refused { path: machine.path("gone/x.so"), because: Refusal::Missing }]);
}

#[cfg(unix)]
#[test]
fn what_anybody_can_replace_is_not_loaded() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let machine = Machine::new().with("usr/lib/pkcs11/a.so", "").with("etc/pkcs11/modules/a.module", "module: a.so\n");
    let path = machine.path("usr/lib/pkcs11/a.so");
    assert_eq!(machine.files(), ["a.so"], "the control");
    for open in [path.clone(), path.parent().unwrap().to_owned()] {
        let before = fs::metadata(&open).unwrap().permissions();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        let discovery = machine.discover();
        assert!(discovery.candidates.is_empty(), "{}", open.display());
        assert_eq!(discovery.refused[0].because, Refusal::WritableByOthers);
        let chosen = discover(&machine.places(), DeviceTable::embedded(), std::slice::from_ref(&path));
        assert!(chosen.candidates[0].is_chosen(), "the person's own word counts");
        fs::set_permissions(&open, before).unwrap();
    }
    symlink(&path, machine.path("usr/lib/opensc-pkcs11.so")).unwrap();
    let found = machine.discover().candidates;
    assert_eq!((found.len(), found[0].reasons.len()), (1, 3), "one library under two names: {found:?}");
}

#[test]
fn the_registry_and_the_windows_folders_are_absolute_or_nothing() {
    let machine = Machine::new().with("System32/mtoken_gm3000.dll", "").with("vendor/skf.dll", "");
    let entry = |path: PathBuf| RegistryModule { entry: "HKLM\\x".into(), path, kind: ModuleKind::Skf };
    let places = Places {
        os: Os::Windows,
        windows: vec![machine.path("System32")],
        registry: vec![entry(machine.path("vendor/skf.dll")), entry("skf.dll".into())],
        ..machine.places()
    };
    let found = discover(&places, DeviceTable::embedded(), &[]).candidates;
    let files: Vec<_> = found.iter().map(|candidate| candidate.path.clone()).collect();
    assert_eq!(files, [machine.path("System32/mtoken_gm3000.dll"), machine.path("vendor/skf.dll")]);
    assert_eq!(found[1].reasons, [Reason::Registry { entry: "HKLM\\x".into() }]);
}

#[test]
fn a_chosen_module_comes_first_with_the_interface_of_its_name() {
    let machine = Machine::new().with("usr/lib/opensc-pkcs11.so", "");
    let chosen = [PathBuf::from("/nowhere/libgm3000.1.0.so"), PathBuf::from("relative.so")];
    let found = discover(&machine.places(), DeviceTable::embedded(), &chosen).candidates;
    let kinds: Vec<_> = found.iter().map(|candidate| (candidate.kind, candidate.is_chosen())).collect();
    assert_eq!(kinds, [(ModuleKind::Skf, true), (ModuleKind::Pkcs11, true), (ModuleKind::Pkcs11, false)]);
}

/// The one test that looks at the machine it runs on, where SoftHSM's package registers its module.
#[cfg(target_os = "linux")]
#[test]
fn the_modules_of_this_machine_are_found_by_absolute_path() {
    let places =
        Places { os: Os::Linux, root: "/".into(), config: None, windows: Vec::new(), registry: registry_modules() };
    let found = discover(&places, DeviceTable::embedded(), &[]).candidates;
    assert!(found.iter().all(|candidate| candidate.path.is_absolute() && candidate.path.is_file()));
    let softhsm = found.iter().find(|candidate| candidate.path.ends_with("libsofthsm2.so"));
    assert!(softhsm.is_some(), "softhsm2 is needed: {found:?}");
}
