//! Damaged, altered and foreign token files: named, left alone, and never a fresh counter.

use std::fs;
use std::path::Path;

use crate::support::{GOOD, Home, OTHER, WRONG, pin, put};
use algo::{Hash, Suite};
use token::{ContainerId, KeyUse, Provider, Remaining, Token, TokenError};

fn home() -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path(), false);
    home.make_activated(Suite::P256);
    let mut token = home.token();
    token.login(&pin(GOOD)).unwrap();
    let id: ContainerId = "main".parse().unwrap();
    token.generate(&id, KeyUse::Sign, Suite::P256.key_algorithm()).unwrap();
    (folder, home)
}

/// Every way to use the token, up to the first that fails.
fn use_it(home: &Home) -> Result<(), TokenError> {
    let mut token: Box<dyn Token> = home.provider().open(&home.token_ref())?;
    token.containers()?;
    token.login(&pin(GOOD))
}

fn names_the_file(error: &TokenError, file: &Path) -> bool {
    matches!(error, TokenError::Damaged { path, .. } | TokenError::Refused { path, .. } if path == file)
}

#[test]
fn damage_is_named_and_the_file_is_left_as_it_is() {
    let (_folder, home) = home();
    for name in ["token", "pin", "container-main"] {
        let file = home.token_folder().join(name);
        let good = fs::read(&file).unwrap();
        let middle = good.len() / 2;
        let mut flipped = good.clone();
        flipped[middle] ^= 1;
        let zeros = vec![0; good.len()];
        for bad in [&good[..middle], &[], &flipped, &zeros] {
            put(&file, bad);
            let error = use_it(&home).unwrap_err();
            assert!(names_the_file(&error, &file), "{name}: {error}");
            assert_eq!(fs::read(&file).unwrap(), bad, "{name} is left as it is");
        }
        put(&file, &good);
        use_it(&home).unwrap();
    }
}

#[test]
fn a_missing_counter_is_damage_and_not_a_new_one() {
    let (_folder, home) = home();
    for name in ["pin", "token"] {
        let file = home.token_folder().join(name);
        let good = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert!(names_the_file(&use_it(&home).unwrap_err(), &file), "{name}");
        put(&file, &good);
    }
}

#[test]
fn a_token_that_is_taken_away_is_removed_and_not_damaged() {
    let (_folder, home) = home();
    let mut token = home.token();
    fs::remove_dir_all(home.token_folder()).unwrap();
    assert!(matches!(token.login(&pin(GOOD)), Err(TokenError::Removed)));
    assert!(matches!(token.containers(), Err(TokenError::Removed)));
    assert!(matches!(token.pin_state(), Err(TokenError::Removed)));
}

/// Alters the `pin` record and gives it a checksum that fits.
fn forge(home: &Home, from: &str, to: &str) {
    let file = home.token_folder().join("pin");
    let text = fs::read_to_string(&file).unwrap();
    let (_, json) = text.split_once('\n').unwrap();
    assert!(json.contains(from), "{json}");
    let json = json.replacen(from, to, 1);
    let checksum = Hash::Sha256.digest(json.as_bytes());
    put(&file, format!("bidseal-token 1 pin {checksum}\n{json}").as_bytes());
}

#[test]
fn weak_or_ruinous_key_derivation_is_refused_before_a_try_is_spent() {
    let (_folder, home) = home();
    let before = fs::read(home.token_folder().join("pin")).unwrap();
    for (from, to) in [
        ("\"memory_kib\":65536", "\"memory_kib\":19455"),
        ("\"passes\":3", "\"passes\":1"),
        ("\"lanes\":1", "\"lanes\":9"),
        ("\"memory_kib\":65536", "\"memory_kib\":4294967295"),
    ] {
        forge(&home, from, to);
        let error = use_it(&home).unwrap_err();
        assert!(matches!(error, TokenError::Refused { .. }), "{to}: {error}");
        put(&home.token_folder().join("pin"), &before);
        assert_eq!(home.token().pin_state().unwrap().remaining, Remaining::Exact(10));
    }
}

#[test]
fn a_counter_above_its_maximum_is_damage() {
    let (_folder, home) = home();
    assert!(home.token().login(&pin(WRONG)).is_err());
    forge(&home, "\"left\":9", "\"left\":99");
    assert!(matches!(use_it(&home), Err(TokenError::Damaged { .. })));
}

#[test]
fn a_sealed_key_of_another_place_does_not_open() {
    let (_folder, home) = home();
    let folder = home.token_folder();
    let text = fs::read_to_string(folder.join("container-main")).unwrap();
    let (_, json) = text.split_once('\n').unwrap();
    let json = json.replacen("\"id\":\"main\"", "\"id\":\"moved\"", 1);
    let checksum = Hash::Sha256.digest(json.as_bytes());
    put(&folder.join("container-moved"), format!("bidseal-token 1 container {checksum}\n{json}").as_bytes());

    let mut token = home.token();
    token.login(&pin(GOOD)).unwrap();
    let key = token::KeyId { container: "moved".parse().unwrap(), key_use: KeyUse::Sign };
    let digest = Hash::Sha256.digest(b"x");
    let signed = token.sign_digest(&key, &Suite::P256.signature_scheme(), &digest);
    assert!(matches!(signed, Err(TokenError::Damaged { .. })));
}

#[test]
fn a_copied_folder_is_not_a_second_token() {
    let (_folder, home) = home();
    let copy = home.path.join("tokens").join("0123456789abcdef");
    crate::support::copy_folder(&home.token_folder(), &copy);
    let tokens = home.provider().tokens().unwrap();
    assert_eq!(tokens.len(), 2);
    let copied = tokens.iter().find(|token| token.id == "0123456789abcdef").unwrap();
    assert!(matches!(home.provider().open(copied), Err(TokenError::Damaged { .. })));
}

#[test]
fn labels_are_checked_and_unique() {
    let (_folder, home) = home();
    for bad in ["", " x", "a\nb", &"长".repeat(65)] {
        assert!(matches!(home.provider().init(bad, Suite::Sm), Err(TokenError::LabelInvalid(_))), "{bad:?}");
    }
    assert!(matches!(home.provider().init("测试", Suite::Sm), Err(TokenError::LabelTaken(_))));
}

#[test]
fn no_file_holds_a_pin_or_a_private_key_in_the_clear() {
    let (_folder, home) = home();
    home.token().change_pin(&pin(GOOD), &pin(OTHER)).unwrap();
    // PKCS#8 of a P-256 key begins with these bytes.
    let pkcs8 = hex::encode([0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07]);
    for file in crate::support::files_below(&home.path) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for secret in [GOOD, OTHER, &hex::encode(GOOD), &hex::encode(OTHER), &pkcs8] {
            assert!(!text.contains(secret), "{}", file.display());
        }
    }
}

#[cfg(unix)]
#[test]
fn token_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, home) = home();
    for file in crate::support::files_below(&home.path.join("tokens")) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
    assert_eq!(fs::metadata(home.token_folder()).unwrap().permissions().mode() & 0o077, 0);
}
