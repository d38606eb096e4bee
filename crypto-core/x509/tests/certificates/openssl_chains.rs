//! Chains made by OpenSSL's command line, judged by us.

use std::fmt::Write as _;

use crate::support::{DISTID, OpenSsl};
use time::{Duration, OffsetDateTime};
use x509::{Certificate, CertificateRequest, ChainState, SignerId, TrustStore, validate};

/// How OpenSSL is asked for a key and a signature.
struct Kind {
    name: &'static str,
    newkey: &'static [&'static str],
    sign: &'static [&'static str],
    id: Option<SignerId>,
}

const KINDS: &[Kind] = &[
    Kind { name: "rsa", newkey: &["-newkey", "rsa:2048"], sign: &["-sha256"], id: None },
    Kind {
        name: "rsa pss",
        newkey: &["-newkey", "rsa:2048"],
        sign: &["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"],
        id: None,
    },
    Kind {
        name: "p256",
        newkey: &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        sign: &["-sha256"],
        id: None,
    },
    Kind {
        name: "p384",
        newkey: &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        sign: &["-sha512"],
        id: None,
    },
    Kind { name: "sm2", newkey: &["-newkey", "sm2"], sign: &["-sm3", "-sigopt", DISTID], id: Some(SignerId::Default) },
    Kind { name: "sm2 empty id", newkey: &["-newkey", "sm2"], sign: &["-sm3"], id: Some(SignerId::Empty) },
];

#[test]
fn chains_made_by_openssl_are_trusted() {
    for kind in KINDS {
        let openssl = OpenSsl::new();
        let [root, issuing, leaf] = make_chain(&openssl, kind);
        let now = OffsetDateTime::now_utc();
        let trust = TrustStore::from_certificates([root.clone()]);
        let report = validate(&leaf, std::slice::from_ref(&issuing), &trust, now);
        assert_eq!(report.state, ChainState::Trusted, "{}: {:?}", kind.name, report.problem);
        assert_eq!(report.path, [leaf.clone(), issuing.clone(), root.clone()], "{}", kind.name);
        assert_eq!(report.signer_ids, [kind.id, kind.id], "{}", kind.name);
        assert_eq!(root.verify_signed_by(&root), Ok(kind.id), "{}", kind.name);
        assert_eq!(leaf.subject().common_name().as_deref(), Some("叶子"));

        let later = validate(&leaf, std::slice::from_ref(&issuing), &trust, now + Duration::days(8));
        assert_eq!(later.state, ChainState::Expired, "{}", kind.name);
        let alone = validate(&leaf, &[], &trust, now);
        assert_eq!(alone.state, ChainState::Unknown, "{}", kind.name);
        let strange = validate(&leaf, &[issuing, root], &TrustStore::default(), now);
        assert_eq!(strange.state, ChainState::Untrusted, "{}", kind.name);
    }
}

#[test]
fn requests_made_by_openssl_are_proven() {
    for kind in KINDS {
        let openssl = OpenSsl::new();
        let sign = [kind.newkey, kind.sign].concat();
        let arguments = ["req", "-new", "-nodes", "-utf8", "-subj", "/O=某公司/CN=李雷", "-keyout", "k", "-out", "r"];
        let usage = ["-addext", "keyUsage=critical,keyEncipherment", "-addext", "subjectAltName=DNS:example.com"];
        openssl.ok(&[&arguments[..], &usage, &sign].concat());
        let request = CertificateRequest::from_any(&openssl.get("r")).unwrap();
        assert_eq!(request.subject().to_string(), "CN=李雷,O=某公司");
        let proven = request.prove().unwrap_or_else(|error| panic!("{}: {error:?}", kind.name));
        assert_eq!(proven.signer_id(), kind.id, "{}", kind.name);
        assert!(proven.key_usage().unwrap().can_encrypt() && !proven.key_usage().unwrap().can_sign());
    }
}

fn make_chain(openssl: &OpenSsl, kind: &Kind) -> [Certificate; 3] {
    let ca = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
    openssl.put("ca.ext", format!("{ca}subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"));
    let mut leaf = String::from("basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n");
    writeln!(leaf, "authorityKeyIdentifier=keyid,issuer\nsubjectAltName=email:a@example.com").unwrap();
    openssl.put("leaf.ext", leaf);
    let root = [
        "req",
        "-x509",
        "-nodes",
        "-utf8",
        "-days",
        "30",
        "-subj",
        "/C=CN/CN=根",
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
    ];
    openssl.ok(&[&root[..], kind.newkey, kind.sign].concat());
    issue(openssl, kind, ["issuing", "/C=CN/CN=中级", "ca.ext"], ["root", "20"]);
    issue(openssl, kind, ["leaf", "/C=CN/CN=叶子", "leaf.ext"], ["issuing", "7"]);
    ["root.pem", "issuing.pem", "leaf.pem"].map(|file| Certificate::from_any(&openssl.get(file)).unwrap().remove(0))
}

fn issue(openssl: &OpenSsl, kind: &Kind, [name, subject, extensions]: [&str; 3], [issuer, days]: [&str; 2]) {
    let [key, request, out] = ["key", "csr", "pem"].map(|ending| format!("{name}.{ending}"));
    let [ca, ca_key] = ["pem", "key"].map(|ending| format!("{issuer}.{ending}"));
    let new = ["req", "-new", "-nodes", "-utf8", "-subj", subject, "-keyout", &key, "-out", &request];
    openssl.ok(&[&new[..], kind.newkey, kind.sign].concat());
    let sign = ["x509", "-req", "-in", &request, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial", "-days", days];
    let more = ["-extfile", extensions, "-out", &out];
    // `x509 -req` checks the request first, and needs the id for that as well.
    let id: &[&str] = if kind.id == Some(SignerId::Default) { &["-vfyopt", DISTID] } else { &[] };
    openssl.ok(&[&sign[..], &more, kind.sign, id].concat());
}
