//! Broken hash functions, short keys, and algorithms that do not fit the key. OpenSSL makes what we refuse to make.

use crate::support::{Draft, NOW, OpenSsl};
use algo::Suite;
use time::OffsetDateTime;
use x509::issue::Profile;
use x509::{Certificate, ChainProblem, ChainState, SignatureError, TrustStore, validate};

/// Root with a good signature, leaf issued with `digest` and a key of `leaf_bits`.
fn rsa_chain(digest: &str, root_bits: &str, leaf_bits: &str) -> [Certificate; 2] {
    let openssl = OpenSsl::new();
    openssl.put("leaf.ext", "basicConstraints=CA:FALSE\n");
    let key = |bits: &str| format!("rsa:{bits}");
    let root = ["req", "-x509", "-nodes", "-subj", "/CN=root", "-days", "9", "-sha256", "-keyout", "k", "-out", "root"];
    openssl.ok(&[&root[..], &["-newkey", &key(root_bits)]].concat());
    let leaf = ["req", "-new", "-nodes", "-subj", "/CN=leaf", "-sha256", "-keyout", "lk", "-out", "csr"];
    openssl.ok(&[&leaf[..], &["-newkey", &key(leaf_bits)]].concat());
    let sign = ["x509", "-req", "-in", "csr", "-CA", "root", "-CAkey", "k", "-CAcreateserial", "-days", "9"];
    openssl.ok(&[&sign[..], &["-extfile", "leaf.ext", "-out", "leaf", digest]].concat());
    ["root", "leaf"].map(|file| Certificate::from_any(&openssl.get(file)).unwrap().remove(0))
}

#[test]
fn broken_hashes_and_short_keys_are_refused() {
    type Expected = fn([Certificate; 2]) -> ChainProblem;
    let table: &[(&str, &str, &str, Expected)] = &[
        ("-sha1", "2048", "2048", |[_, leaf]| ChainProblem::WeakSignature { certificate: leaf, hash: "SHA-1" }),
        ("-md5", "2048", "2048", |[_, leaf]| ChainProblem::WeakSignature { certificate: leaf, hash: "MD5" }),
        ("-sha256", "2048", "1024", |[_, leaf]| ChainProblem::WeakKey { certificate: leaf, bits: 1024 }),
        ("-sha256", "1024", "2048", |[root, _]| ChainProblem::WeakKey { certificate: root, bits: 1024 }),
        ("-sha224", "2048", "2048", |[_, leaf]| ChainProblem::UnknownAlgorithm { certificate: leaf }),
    ];
    for (digest, root_bits, leaf_bits, expected) in table {
        let [root, leaf] = rsa_chain(digest, root_bits, leaf_bits);
        let trust = TrustStore::from_certificates([root.clone()]);
        let report = validate(&leaf, &[], &trust, OffsetDateTime::now_utc());
        assert_eq!(report.problem, Some(expected([root, leaf])), "{digest} {root_bits} {leaf_bits}");
        let known = *digest != "-sha224";
        assert_eq!(report.state, if known { ChainState::Untrusted } else { ChainState::Unknown }, "{digest}");
    }
    let [root, leaf] = rsa_chain("-sha256", "2048", "2048");
    let trust = TrustStore::from_certificates([root]);
    assert!(validate(&leaf, &[], &trust, OffsetDateTime::now_utc()).is_trusted(), "the same with nothing weak");
}

/// A root signed with SHA-1 by itself is trusted for its bytes, not for its signature.
#[test]
fn the_signature_of_a_root_is_not_judged() {
    let openssl = OpenSsl::new();
    let root = ["req", "-x509", "-nodes", "-subj", "/CN=root", "-days", "9", "-sha1", "-newkey", "rsa:2048"];
    openssl.ok(&[&root[..], &["-keyout", "k", "-out", "root"]].concat());
    let root = Certificate::from_any(&openssl.get("root")).unwrap().remove(0);
    assert_eq!(root.verify_signed_by(&root), Err(SignatureError::Weak("SHA-1")));
    let trust = TrustStore::from_certificates([root.clone()]);
    assert!(validate(&root, &[], &trust, OffsetDateTime::now_utc()).is_trusted());
}

/// An algorithm identifier of another kind of key, in both places: the signature cannot be what it claims.
#[test]
fn algorithm_and_key_must_be_of_one_kind() {
    let root = Draft::new(Suite::P256, "CN=root", Profile::Root).self_signed();
    let leaf = Draft::new(Suite::P256, "CN=leaf", Profile::Sign).issued_by(&root).certificate;
    // ecdsa-with-SHA256 and SM2-with-SM3 have the same length.
    let ecdsa = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let sm2 = [6, 8, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 1, 0x83, 0x75];
    let places: Vec<_> = (0..leaf.der().len() - 10).filter(|at| leaf.der()[*at..].starts_with(&ecdsa)).collect();
    assert_eq!(places.len(), 2);
    let with = |places: &[usize]| {
        let mut der = leaf.der().to_vec();
        places.iter().for_each(|at| der[*at..*at + 10].copy_from_slice(&sm2));
        Certificate::from_der(&der).unwrap()
    };
    assert_eq!(with(&places).verify_signed_by(&root.certificate), Err(SignatureError::OtherKey));
    for place in &places {
        let certificate = with(&[*place]);
        assert_eq!(certificate.verify_signed_by(&root.certificate), Err(SignatureError::AlgorithmsDiffer));
        let report = validate(&certificate, &[], &TrustStore::from_certificates([root.certificate.clone()]), NOW);
        assert_eq!(report.problem, Some(ChainProblem::AlgorithmMismatch { certificate }));
    }
}
