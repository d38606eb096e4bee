//! What other programs say about a stamped file. None of them may be missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use programs::{call, done, workspace};

/// All of them call every signature of the file valid, and the last one to cover it whole.
pub(crate) fn approve(file: &Path, root: &Path, signatures: usize) {
    done(&call(Command::new("qpdf").arg("--check").arg(file), ""));

    let said = pdfsig(file, root);
    assert_eq!(said.matches("Signature is Valid").count(), signatures, "{said}");
    // Of a second signature by the same certificate this pdfsig (22.12) says nothing about the chain; pyHanko does.
    assert!(said.contains("Certificate is Trusted"), "{said}");
    assert_eq!(said.matches("Total document signed").count(), 1, "{said}");

    let facts = pyhanko(file, root);
    assert_eq!(facts.len(), signatures, "{facts:?}");
    for fact in &facts {
        assert_eq!(fact["bottom_line"], true, "{fact}");
    }
    let last = facts.last().expect("there is a signature");
    assert_eq!(last["coverage"], "ENTIRE_FILE", "{last}");
    assert!(last["summary"].as_str().is_some_and(|summary| summary.contains("UNTOUCHED")), "{last}");
}

/// What pdfsig says, with the root in a key database of its own.
pub(crate) fn pdfsig(file: &Path, root: &Path) -> String {
    let database = tempfile::tempdir().unwrap();
    let at = format!("sql:{}", database.path().display());
    done(&call(Command::new("certutil").args(["-N", "--empty-password", "-d", &at]), ""));
    done(&call(Command::new("certutil").args(["-A", "-n", "root", "-t", "CT,CT,CT", "-d", &at, "-i"]).arg(root), ""));
    // Its status tells whether it could read the file; what it found is in the text.
    let said = call(Command::new("pdfsig").arg("-nssdir").arg(&at).arg(file), "");
    String::from_utf8_lossy(&said.stdout).into_owned()
}

/// What pyHanko says of each signature, reading strictly, by the Python program that the tests of `pdf` keep.
pub(crate) fn pyhanko(file: &Path, root: &Path) -> Vec<serde_json::Value> {
    let python = std::env::var_os("BIDSEAL_TEST_PYTHON").map(PathBuf::from);
    let python = python.unwrap_or_else(|| workspace().join("target/venv/bin/python"));
    let judge = workspace().join("crypto-core/pdf/tests/pdf/judge.py");
    let job = serde_json::json!({ "root": root, "files": [{ "path": file }] });
    let answer = done(&call(Command::new(python).arg(judge), &job.to_string()));
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    answer["files"][0].as_array().unwrap().clone()
}
