//! The `openssl` program of the distribution (3.0) judges keys, signatures, encryptions and derivations, both ways.

use std::{
    fs::File,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use algo::{
    Hash, KeyAlgorithm, KeyTransport, PrivateKey, PrivateKeyError, PublicKey, PublicKeyError, SignatureScheme, Sm2Id,
    Suite, ecdh_x963_kdf, hkdf_expand, hmac, pbkdf2,
};

const MESSAGE: &[u8] = "投标文件 tender".as_bytes();
const ID: &str = "distid:1234567812345678";

/// A folder with a key in both forms and the message.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(key: &PrivateKey) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.put("key.der", key.to_pkcs8().unwrap().expose());
        folder.put("public.der", key.public().spki());
        folder.put("message", MESSAGE);
        folder
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        File::create(self.path(name)).unwrap().write_all(bytes).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `openssl` here with `line` split at spaces.
    fn openssl(&self, line: &str) -> (bool, Vec<u8>) {
        let mut command = Command::new("openssl");
        command.args(line.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        let output = command.output().expect("these tests need the `openssl` program");
        (output.status.success(), output.stdout)
    }

    /// The same, when success is expected.
    fn expect(&self, line: &str) -> Vec<u8> {
        let (success, output) = self.openssl(line);
        assert!(success, "openssl {line}");
        output
    }
}

fn generate(algorithm: KeyAlgorithm) -> PrivateKey {
    PrivateKey::generate(algorithm).unwrap()
}

/// How `openssl` is told to sign and verify in each scheme; both ends are the same but for the verb.
fn schemes() -> Vec<(SignatureScheme, KeyAlgorithm, String)> {
    use KeyAlgorithm::{P256, P384, Rsa, Sm2};
    let rsa = Rsa { bits: 2048 };
    let pss = "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest";
    vec![
        (SignatureScheme::RsaPkcs1(Hash::Sha256), rsa, "-digest sha256".into()),
        (SignatureScheme::RsaPkcs1(Hash::Sha512), rsa, "-digest sha512".into()),
        (SignatureScheme::RsaPss(Hash::Sha256), rsa, format!("-digest sha256 {pss}")),
        (SignatureScheme::RsaPss(Hash::Sha384), rsa, format!("-digest sha384 {pss}")),
        (SignatureScheme::Ecdsa(Hash::Sha256), P256, "-digest sha256".into()),
        (SignatureScheme::Ecdsa(Hash::Sha384), P384, "-digest sha384".into()),
        (SignatureScheme::Sm2(Sm2Id::DEFAULT), Sm2, format!("-digest sm3 -pkeyopt {ID}")),
        (SignatureScheme::Sm2(Sm2Id::EMPTY), Sm2, "-digest sm3".into()),
    ]
}

#[test]
fn signatures_of_ours_verify_there() {
    for (scheme, algorithm, options) in schemes() {
        let key = generate(algorithm);
        let folder = Folder::with(&key);
        folder.put("signature", &key.sign(&scheme, MESSAGE).unwrap());
        let line =
            format!("pkeyutl -verify -rawin -pubin -keyform DER -inkey public.der -sigfile signature {options} -in");
        folder.expect(&format!("{line} message"));
        folder.put("other", b"another message");
        assert!(!folder.openssl(&format!("{line} other")).0, "{scheme:?} verifies another message");
    }
}

#[test]
fn signatures_from_there_verify_here() {
    for (scheme, algorithm, options) in schemes() {
        let key = generate(algorithm);
        let folder = Folder::with(&key);
        let signature =
            folder.expect(&format!("pkeyutl -sign -rawin -keyform DER -inkey key.der {options} -in message"));
        key.public().verify(&scheme, MESSAGE, &signature).unwrap_or_else(|_| panic!("{scheme:?}"));
    }
}

/// What a token signs is e, not the message: a signature over e as `openssl` makes it is the same thing.
#[test]
fn a_signature_over_e_is_the_signature() {
    let key = generate(KeyAlgorithm::Sm2);
    let folder = Folder::with(&key);
    let scheme = SignatureScheme::Sm2(Sm2Id::DEFAULT);
    folder.put("e", key.public().to_sign(&scheme, MESSAGE).unwrap().as_ref());
    let signature = folder.expect("pkeyutl -sign -keyform DER -inkey key.der -in e");
    key.public().verify(&scheme, MESSAGE, &signature).unwrap();
}

#[test]
fn wrapped_keys_open_at_either_end() {
    use KeyAlgorithm::{Rsa, Sm2};
    let oaep =
        |hash: &str| format!("-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{hash} -pkeyopt rsa_mgf1_md:{hash}");
    let cases = [
        (KeyTransport::RsaOaep(Hash::Sha256), Rsa { bits: 2048 }, oaep("sha256")),
        (KeyTransport::RsaOaep(Hash::Sha1), Rsa { bits: 3072 }, oaep("sha1")),
        (KeyTransport::RsaPkcs1, Rsa { bits: 2048 }, String::new()),
        (KeyTransport::Sm2, Sm2, String::new()),
    ];
    for (transport, algorithm, options) in cases {
        let key = generate(algorithm);
        let folder = Folder::with(&key);
        folder.put("wrapped", &key.public().wrap(transport, &[0x17; 32]).unwrap());
        let opened = folder.expect(&format!("pkeyutl -decrypt -keyform DER -inkey key.der {options} -in wrapped"));
        assert_eq!(opened, [0x17; 32], "{transport:?}");
        let wrapped =
            folder.expect(&format!("pkeyutl -encrypt -pubin -keyform DER -inkey public.der {options} -in message"));
        assert_eq!(key.unwrap_key(transport, &wrapped).ok().unwrap().expose(), MESSAGE, "{transport:?}");
    }
}

#[test]
fn agreement_gives_the_same_secret() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::P384] {
        let (ours, peer) = (generate(algorithm), generate(algorithm));
        let folder = Folder::with(&ours);
        folder.put("peer.der", peer.public().spki());
        let secret = folder.expect("pkeyutl -derive -keyform DER -inkey key.der -peerkey peer.der -peerform DER");
        assert_eq!(ours.agree(peer.public()).unwrap().expose(), secret);
        assert_eq!(peer.agree(ours.public()).unwrap().expose(), secret);
    }
}

#[test]
fn keys_are_sound_and_read_back() {
    for suite in Suite::ALL {
        let key = generate(suite.key_algorithm());
        let folder = Folder::with(&key);
        folder.expect("pkey -inform DER -in key.der -check -noout");
        assert_eq!(folder.expect("pkey -inform DER -in key.der -pubout -outform DER"), key.public().spki(), "{suite}");
        let again = PrivateKey::from_pkcs8(key.to_pkcs8().unwrap().expose()).unwrap();
        assert_eq!(again.public(), key.public(), "{suite}");
    }
}

/// Keys in the forms of PKCS#8 that another program brings.
#[test]
fn keys_made_there_are_read() {
    let cases = [
        ("RSA -pkeyopt rsa_keygen_bits:3072", KeyAlgorithm::Rsa { bits: 3072 }),
        ("EC -pkeyopt ec_paramgen_curve:P-256", KeyAlgorithm::P256),
        ("EC -pkeyopt ec_paramgen_curve:P-384", KeyAlgorithm::P384),
        ("SM2", KeyAlgorithm::Sm2),
    ];
    let folder = Folder(tempfile::tempdir().unwrap());
    for (options, algorithm) in cases {
        folder.expect(&format!("genpkey -out key -algorithm {options}"));
        let pkcs8 = folder.expect("pkcs8 -topk8 -nocrypt -in key -outform DER");
        assert_eq!(PrivateKey::from_pkcs8(&pkcs8).unwrap().algorithm(), algorithm, "{options}");
    }
}

/// Explicit parameters say "P-256" in many bytes, and could say something else (CVE-2020-0601).
#[test]
fn explicit_curve_parameters_are_refused() {
    let folder = Folder(tempfile::tempdir().unwrap());
    let curve = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
    folder.expect(&format!("genpkey -out key {curve} -pkeyopt ec_param_enc:explicit"));
    let pkcs8 = folder.expect("pkcs8 -topk8 -nocrypt -in key -outform DER");
    assert_eq!(PrivateKey::from_pkcs8(&pkcs8).map(|_| ()), Err(PrivateKeyError::Unsupported));
    let spki = folder.expect("pkey -in key -pubout -outform DER");
    assert_eq!(PublicKey::from_spki(&spki).map(|_| ()), Err(PublicKeyError::Unsupported));
}

#[test]
fn hashes_and_macs() {
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.put("message", MESSAGE);
    for (hash, name) in
        [(Hash::Sm3, "sm3"), (Hash::Sha256, "sha256"), (Hash::Sha384, "sha384"), (Hash::Sha512, "sha512")]
    {
        assert_eq!(folder.expect(&format!("dgst -{name} -binary message")), hash.digest(MESSAGE).as_ref());
        let mac = folder.expect(&format!("dgst -{name} -mac HMAC -macopt hexkey:00112233 -binary message"));
        assert_eq!(mac, hmac(hash, &[0, 0x11, 0x22, 0x33], &[MESSAGE]).as_ref());
    }
}

#[test]
fn derivations() {
    let folder = Folder(tempfile::tempdir().unwrap());
    for (hash, name) in [(Hash::Sm3, "SM3"), (Hash::Sha256, "SHA2-256"), (Hash::Sha512, "SHA2-512")] {
        let kdf = |options: &str| folder.expect(&format!("kdf -binary -keylen 100 -kdfopt digest:{name} {options}"));
        let mut out = [0; 100];
        hkdf_expand(hash, &[7; 32], &[b"a", b"b"], &mut out).unwrap();
        let key = "07".repeat(32);
        assert_eq!(kdf(&format!("-kdfopt mode:EXPAND_ONLY -kdfopt hexkey:{key} -kdfopt info:ab HKDF")), out, "{name}");
        pbkdf2(hash, b"password", b"saltsaltsaltsalt", 1000, &mut out).unwrap();
        assert_eq!(kdf("-kdfopt pass:password -kdfopt salt:saltsaltsaltsalt -kdfopt iter:1000 PBKDF2"), out, "{name}");
        ecdh_x963_kdf(hash, &[7; 32], b"ab", &mut out).unwrap();
        assert_eq!(kdf(&format!("-kdfopt hexkey:{key} -kdfopt hexinfo:6162 X963KDF")), out, "{name}");
    }
}
