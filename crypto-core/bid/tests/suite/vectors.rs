//! The committed vectors: every good one opens for ever, every other one is refused with its code, by this reader and by
//! the one in Python.

use crate::support::{
    Desk, FOLDERS, FileInside, Good, folder, manifest, manifest_of, python, unlock_vector, vectors, workspace,
};
use algo::Hash;
use bid::{CertificateHash, DecryptError, Envelope, Metadata, Opened, ReadAt, Unwatched};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use time::format_description::well_known::Rfc3339;

#[test]
fn every_good_vector_opens_in_every_way() {
    for folder in FOLDERS {
        for vector in manifest_of(folder).good {
            for way in &vector.open {
                let opened = unlock_vector(folder, &vector.file, way);
                assert_is(&vector, &opened.unwrap_or_else(|code| panic!("{} with {way:?}: {code}", vector.file)));
            }
        }
    }
}

fn assert_is(vector: &Good, opened: &Opened<File>) {
    let name = &vector.file;
    let desk = Desk::new();
    let out = desk.path("out");
    let entries = opened.decrypt_to(&desk.parts, &out, &mut Unwatched).unwrap_or_else(|e| panic!("{name}: {e}"));
    let files: Vec<FileInside> = entries
        .iter()
        .map(|entry| FileInside {
            path: entry.path.to_string(),
            size: entry.size,
            mtime: entry.modified,
            sha256: Hash::Sha256.digest(&fs::read(out.join(entry.path.as_str())).unwrap()).to_string(),
        })
        .collect();
    assert_eq!(files, vector.files, "{name}");
    let envelope = opened.envelope();
    assert_eq!(envelope.profile().to_string(), vector.profile, "{name}");
    assert_eq!(described(envelope.metadata()), vector.metadata, "{name}");
    let tree = envelope.tree_root(&mut Unwatched).unwrap();
    assert_eq!(
        (tree.header_hash.to_string(), tree.root.to_string()),
        (vector.header_hash.clone(), vector.root.clone()),
        "{name}"
    );
    assert_eq!(opened.rehearse(&mut Unwatched).unwrap().files, files.len() as u64, "{name}");
}

fn described(metadata: &Metadata) -> Value {
    let claims = &metadata.claims;
    json!({
        "project": claims.project,
        "lot": claims.lot,
        "bidder": claims.bidder,
        "credit_code": claims.credit_code,
        "opens_at": claims.opens_at.map(|at| at.format(&Rfc3339).unwrap()),
        "platform_origin": claims.platform_origin,
        "platform_certificate": claims.platform_certificate.map(|hash| match hash {
            CertificateHash::Sha256(bytes) => format!("sha256:{}", hex::encode(bytes)),
            CertificateHash::Sm3(bytes) => format!("sm3:{}", hex::encode(bytes)),
        }),
        "total_length": metadata.total_length,
        "file_count": metadata.file_count,
    })
}

#[test]
fn every_other_vector_is_refused_with_its_code_and_leaves_no_file() {
    let desk = Desk::new();
    for folder in FOLDERS {
        let manifest = manifest_of(folder);
        for vector in &manifest.refused {
            let code = match unlock_vector(folder, &vector.file, &vector.way) {
                Err(code) => code,
                Ok(opened) => match opened.decrypt_to(&desk.parts, &desk.path("out"), &mut Unwatched) {
                    Err(DecryptError::Tampered(_)) => "bid.tampered".to_owned(),
                    other => panic!("{} ({}): {other:?}", vector.file, vector.fault),
                },
            };
            assert_eq!(code, vector.code, "{} ({})", vector.file, vector.fault);
            assert_eq!(desk.names(), [""; 0], "{} left something", vector.file);
        }
        let least = if folder == "v1" { 150 } else { 25 };
        assert!(manifest.refused.len() > least, "only {} vectors", manifest.refused.len());
    }
}

/// The files on the disk and those of the manifest are the same: none is forgotten.
#[test]
fn every_file_of_the_vectors_stands_in_the_manifest() {
    for name in FOLDERS {
        let manifest = manifest_of(name);
        let ways = manifest.good.iter().flat_map(|v| &v.open).chain(manifest.refused.iter().map(|v| &v.way));
        let answers: Vec<&String> = ways.flat_map(|way| &way.responses).collect();
        let bids = manifest.good.iter().map(|v| &v.file).chain(manifest.refused.iter().map(|v| &v.file));
        let named: Vec<_> = bids.chain(answers).collect();
        let in_folder = |inner: &str, prefix: &str| -> Vec<String> {
            let entries = fs::read_dir(folder(name).join(inner)).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let vectors = names.filter(|name| name.ends_with(".bid") || name.ends_with(".response"));
            vectors.map(|name| format!("{prefix}{name}")).collect()
        };
        for file in in_folder("", "").iter().chain(&in_folder("refused", "refused/")) {
            assert!(named.contains(&file), "{file} stands in no test");
        }
    }
}

#[test]
fn the_python_reader_agrees_on_every_vector() {
    for name in FOLDERS {
        let output = run_python(&["--manifest".as_ref(), &folder(name)]);
        let (good, refused) = (manifest_of(name).good.len(), manifest_of(name).refused.len());
        assert_eq!(output, format!("{good} opened, {refused} refused, 0 faults\n"));
    }
}

/// Freshly made bids, not only those that were committed once.
#[test]
fn the_python_reader_opens_what_is_written_today() {
    for profile in bid::Profile::ALL {
        let desk = Desk::new();
        let input = desk.file("甲/乙.txt", &crate::support::noise(20_000));
        let sealed = desk.encrypt(profile, &[desk.path("甲")], "new.bid");
        let key = vectors().join(format!("keys/{}.p8", crate::support::key_of(profile)));
        let printed =
            run_python(&[&desk.path("new.bid"), "--key".as_ref(), &key, "--out".as_ref(), &desk.path("by-python")]);
        let printed: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(printed["root"], sealed.root.to_string());
        assert_eq!(printed["metadata"]["project"], "P-1");
        let found = desk.path("by-python/甲/乙.txt");
        assert_eq!(fs::read(&found).unwrap(), fs::read(&input).unwrap());
        assert_eq!(
            fs::metadata(&found).unwrap().modified().unwrap(),
            fs::metadata(&input).unwrap().modified().unwrap()
        );
    }
}

fn run_python(arguments: &[&Path]) -> String {
    let output = Command::new(python())
        .arg(workspace().join("tests/bid_reader"))
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("{}: {e}; `cargo xtask test` makes it", python().display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The vectors are read from memory as from a file.
#[test]
fn a_bid_in_memory_reads_like_one_on_the_disk() {
    let vector = &manifest().good[0];
    let bytes = fs::read(vectors().join(&vector.file)).unwrap();
    let envelope = Envelope::read(bytes.as_slice()).unwrap();
    assert_eq!(envelope.geometry().file_len(), bytes.as_slice().size().unwrap());
    assert_eq!(envelope.claimed_root().to_string(), vector.root);
}
