//! The TypeScript that the SDK compiles against is the one that these types make.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// `BIDSEAL_WRITE_TYPES=1 cargo test -p bidseal-protocol` writes it anew.
#[test]
fn the_wire_types_of_the_sdk_are_not_stale() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/src/generated");
    let fresh = protocol::typescript();
    if std::env::var_os("BIDSEAL_WRITE_TYPES").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &fresh {
            let mut file = fs::File::create(folder.join(format!("{name}.ts"))).unwrap();
            std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        }
    }
    let names: BTreeSet<String> = fresh.iter().map(|(name, _)| format!("{name}.ts")).collect();
    let lying: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(lying, names, "write them anew with BIDSEAL_WRITE_TYPES=1");
    for (name, text) in fresh {
        let committed = fs::read_to_string(folder.join(format!("{name}.ts"))).unwrap();
        assert_eq!(committed, text, "{name}: write it anew with BIDSEAL_WRITE_TYPES=1");
    }
}
