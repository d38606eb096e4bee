//! What other programs say about a file: qpdf, pdfsig and pyHanko. None of them may be missing.

use crate::make::write;
use crate::sign::Signer;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A signed file to be judged.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) password: Option<&'static str>,
    /// Signatures expected; the last must cover the whole file.
    pub(crate) signatures: usize,
    /// Whether pyHanko can read this kind of file at all; where not, the test says why.
    pub(crate) pyhanko: bool,
}

/// All three find nothing to complain of.
pub(crate) fn approve(cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..cases.len()).map(|index| folder.path().join(format!("{index}.pdf"))).collect();
    for (case, path) in cases.iter().zip(&paths) {
        write(path, &case.bytes);
        qpdf_finds_nothing(case, path);
        pdfsig_is_content(case, path);
    }
    let (cases, paths): (Vec<_>, Vec<_>) = cases.iter().zip(paths).filter(|(case, _)| case.pyhanko).unzip();
    pyhanko_is_content(&cases, &paths);
}

fn qpdf_finds_nothing(case: &Case, path: &Path) {
    let password = format!("--password={}", case.password.unwrap_or_default());
    let check = Command::new("qpdf").args(["--check", &password]).arg(path).output().expect("qpdf is needed");
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success(), "{}: qpdf: {said} {}", case.name, String::from_utf8_lossy(&check.stderr));
}

fn pdfsig_is_content(case: &Case, path: &Path) {
    let mut command = Command::new("pdfsig");
    if let Some(password) = case.password {
        command.args(["-upw", password]);
    }
    let check = command.arg("-nocert").arg(path).output().expect("pdfsig (poppler-utils) is needed");
    let said = String::from_utf8_lossy(&check.stdout);
    let valid = said.matches("Signature is Valid").count();
    assert_eq!(valid, case.signatures, "{}: pdfsig: {said} {}", case.name, String::from_utf8_lossy(&check.stderr));
    assert!(said.contains("Total document signed"), "{}: pdfsig: {said}", case.name);
}

fn pyhanko_is_content(cases: &[&Case], paths: &[PathBuf]) {
    let files: Vec<serde_json::Value> = cases
        .iter()
        .zip(paths)
        .map(|(case, path)| serde_json::json!({ "path": path, "password": case.password }))
        .collect();
    let answer = pyhanko(&serde_json::json!({ "root": Signer::shared().root(), "files": files }));
    for (case, signatures) in cases.iter().zip(answer["files"].as_array().unwrap()) {
        let signatures = signatures.as_array().unwrap();
        assert_eq!(signatures.len(), case.signatures, "{}: {signatures:?}", case.name);
        for signature in signatures {
            assert_eq!(signature["bottom_line"], true, "{}: pyHanko: {signature}", case.name);
            let summary = signature["summary"].as_str().unwrap();
            assert!(summary.starts_with("INTACT:TRUSTED"), "{}: pyHanko: {signature}", case.name);
        }
        let whole = signatures.iter().filter(|signature| signature["coverage"] == "ENTIRE_FILE");
        assert!(whole.clone().count() >= 1, "{}: {signatures:?}", case.name);
        for signature in whole {
            assert!(signature["summary"].as_str().unwrap().contains("UNTOUCHED"), "{}: {signature}", case.name);
        }
    }
}

/// One run of the Python program beside this file.
pub(crate) fn pyhanko(job: &serde_json::Value) -> serde_json::Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("BIDSEAL_TEST_PYTHON").map(PathBuf::from);
    let python = python.unwrap_or_else(|| root.join("target/venv/bin/python"));
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pdf/judge.py");
    let mut command = Command::new(&python);
    command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{} is needed: {error}", python.display()));
    serde_json::to_writer(child.stdin.take().unwrap(), job).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "pyHanko: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// `bytes` signed by pyHanko: certified with a DocMDP permission, or with all fields locked.
pub(crate) fn signed_by_pyhanko(bytes: &[u8], permission: Option<u8>, lock: bool) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.pdf"), folder.path().join("out.pdf"));
    write(&input, bytes);
    let signer = Signer::shared();
    let lock = lock.then_some("all");
    pyhanko(&serde_json::json!({ "certify": {
        "in": input, "out": output, "key": signer.key(), "certificate": signer.certificate(),
        "permission": permission, "lock": lock,
    }}));
    std::fs::read(output).unwrap()
}
