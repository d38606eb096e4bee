//! pyHanko as maker of documents and as the second judge of changes.

use crate::make::write;
use crate::sign::Signer;
use pdf::Document;
use pdf::verify::{ChangesAfter, Coverage, SignatureFacts};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What pyHanko says of one signature.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) field: String,
    pub(crate) clean: bool,
    pub(crate) modification: Option<String>,
    pub(crate) whole: String,
}

fn run(make: &Value, judge: &[PathBuf]) -> Vec<Vec<Said>> {
    let signer = Signer::shared();
    let job = json!({ "key": signer.key(), "certificate": signer.certificate(), "root": signer.root(),
        "make": make, "judge": judge });
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("BIDSEAL_TEST_PYTHON").map(PathBuf::from);
    let python = python.unwrap_or_else(|| here.join("../../target/venv/bin/python"));
    let mut command = Command::new(&python);
    command.arg(here.join("tests/pdf/second.py"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{} is needed: {error}", python.display()));
    child.stdin.take().unwrap().write_all(job.to_string().as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "pyHanko: {}", String::from_utf8_lossy(&done.stderr));
    let answer: Value = serde_json::from_slice(&done.stdout).unwrap();
    let text = |said: &Value, key: &str| said[key].as_str().map(str::to_owned);
    let judged = answer["judged"].as_array().unwrap().iter().map(|file| {
        let signatures = file.as_array().unwrap().iter();
        signatures.map(|said| Said {
            field: text(said, "field").unwrap_or_default(),
            clean: said["clean"].as_bool().unwrap(),
            modification: text(said, "modification"),
            whole: said.to_string(),
        })
    });
    judged.map(Iterator::collect).collect()
}

/// Documents made from `bytes` by pyHanko, each by its own steps, with what it says of them afterwards.
pub(crate) fn made(bytes: &[u8], steps: &[Value]) -> Vec<(Vec<u8>, Vec<Said>)> {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.pdf");
    write(&input, bytes);
    let paths: Vec<PathBuf> = (0..steps.len()).map(|index| folder.path().join(format!("{index}.pdf"))).collect();
    let jobs: Vec<Value> =
        steps.iter().zip(&paths).map(|(steps, path)| json!({ "in": input, "out": path, "steps": steps })).collect();
    let said = run(&json!(jobs), &paths);
    paths.iter().map(|path| std::fs::read(path).unwrap()).zip(said).collect()
}

/// What pyHanko says of each file.
pub(crate) fn judged(files: &[Vec<u8>]) -> Vec<Vec<Said>> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..files.len()).map(|index| folder.path().join(format!("{index}.pdf"))).collect();
    for (path, bytes) in paths.iter().zip(files) {
        write(path, bytes);
    }
    run(&json!([]), &paths)
}

/// The facts, when the document can be read at all.
pub(crate) fn facts(bytes: &[u8]) -> Vec<SignatureFacts> {
    pdf::verify::verify(&Document::open(bytes.to_vec(), None).unwrap()).unwrap()
}

/// Whether nothing in the facts speaks against the document.
pub(crate) fn is_clean(facts: &SignatureFacts) -> bool {
    facts.intact && facts.signature && facts.coverage != Coverage::Partial && facts.changes_after != ChangesAfter::Other
}
