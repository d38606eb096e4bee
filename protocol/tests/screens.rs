//! The TypeScript of the screens is the one that these types make.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

/// `BIDSEAL_WRITE_TYPES=1 cargo test -p bidseal-protocol` writes it anew.
#[test]
fn the_screens_types_are_not_stale() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/generated/screens.ts");
    let fresh = protocol::screens::typescript();
    if std::env::var_os("BIDSEAL_WRITE_TYPES").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), fresh.as_bytes()).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert_eq!(committed, fresh, "write it anew with BIDSEAL_WRITE_TYPES=1");
}
