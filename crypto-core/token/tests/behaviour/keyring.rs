//! The real keyring of a Linux desktop: GNOME Keyring in a D-Bus session of its own.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{FACTORY, GOOD, OTHER, WRONG, pin};
use algo::Suite;
use durable::Parts;
use token::{Provider, Remaining, SoftProvider, Token, TokenError, platform_keyring};

/// Not a test by itself: runs within the session that the tests start.
#[test]
fn child() {
    let Ok(home) = std::env::var("TOKEN_TEST_HOME") else { return };
    let home = Path::new(&home);
    match std::env::var("TOKEN_TEST_TASK").unwrap().as_str() {
        "life" => whole_life_of_a_token(home),
        "again" => opens_again(home),
        "locked" => a_locked_keyring_costs_no_try(home),
        "none" => assert!(platform_keyring().is_none(), "there is no bus here"),
        other => panic!("{other}"),
    }
}

fn provider(home: &Path) -> SoftProvider {
    let keyring = platform_keyring().expect("the session has a keyring");
    SoftProvider::new(home.join("tokens"), Parts::open(home).unwrap(), Some(keyring))
}

fn token(home: &Path) -> Box<dyn Token> {
    let provider = provider(home);
    provider.open(&provider.tokens().unwrap()[0]).unwrap()
}

fn whole_life_of_a_token(home: &Path) {
    provider(home).init("测试", Suite::Sm).unwrap();
    let mut token = token(home);
    let puk = token.activate(&pin(FACTORY), &pin(GOOD)).unwrap().unwrap().printable();
    assert_eq!(token.info().unwrap().warnings, []);
    token.login(&pin(GOOD)).unwrap();

    let files = home.join("tokens");
    crate::support::copy_folder(&files, &home.join("copy"));
    for _ in 0..10 {
        assert!(token.login(&pin(WRONG)).is_err());
    }
    assert_eq!(token.pin_state().unwrap().remaining, Remaining::Locked);
    crate::support::copy_folder(&home.join("copy"), &files);
    assert!(matches!(token.login(&pin(GOOD)), Err(TokenError::HalfMissing)), "the copy gives no tries");

    token.unblock(&puk, &pin(OTHER)).unwrap();
    token.change_pin(&pin(OTHER), &pin(GOOD)).unwrap();
    token.login(&pin(GOOD)).unwrap();
}

fn opens_again(home: &Path) {
    token(home).login(&pin(GOOD)).unwrap();
}

fn a_locked_keyring_costs_no_try(home: &Path) {
    let keyring = platform_keyring();
    let provider = SoftProvider::new(home.join("tokens"), Parts::open(home).unwrap(), keyring);
    let mut token = provider.open(&provider.tokens().unwrap()[0]).unwrap();
    assert!(matches!(token.login(&pin(GOOD)), Err(TokenError::Keyring { .. })));
    assert_eq!(token.pin_state().unwrap().remaining, Remaining::Exact(10));
}

/// Unlocks the daemon with the password, waits for its name on the bus, runs the child, ends the daemon by its number.
const SESSION: &str = r#"
printf %s "$1" | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 &
daemon=$!
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets | grep -q true; do
    tries=$((tries + 1)); [ $tries -lt 100 ] || { echo "no keyring on the bus" >&2; exit 1; }
    sleep 0.1
done
"$2" --exact keyring::child --nocapture --test-threads=1
status=$?
kill $daemon
wait $daemon
exit $status
"#;

fn in_session(folder: &Path, task: &str, password: &str) -> Output {
    let run = |name: &str| folder.join(name);
    for name in ["home", "xdg"] {
        std::fs::create_dir_all(run(name)).unwrap();
    }
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(run("xdg"), std::fs::Permissions::from_mode(0o700)).unwrap();
    Command::new("dbus-run-session")
        .args(["--", "sh", "-c", SESSION, "sh", password])
        .arg(std::env::current_exe().unwrap())
        .env("HOME", run("home"))
        .env("XDG_RUNTIME_DIR", run("xdg"))
        .env_remove("XDG_DATA_HOME")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("TOKEN_TEST_HOME", run("bidseal"))
        .env("TOKEN_TEST_TASK", task)
        .stdin(Stdio::null())
        .output()
        .expect("this test needs dbus-run-session, dbus-send and gnome-keyring-daemon")
}

fn succeeded(output: &Output) {
    let text = [&output.stdout[..], &output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&text));
}

#[test]
fn gnome_keyring_keeps_the_half_over_sessions() {
    let folder = tempfile::tempdir().unwrap();
    succeeded(&in_session(folder.path(), "life", "session-password"));
    succeeded(&in_session(folder.path(), "again", "session-password"));
    succeeded(&in_session(folder.path(), "locked", "another-password"));
}

#[test]
fn without_a_bus_there_is_no_keyring_and_no_wait() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keyring::child", "--nocapture"])
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("HOME", folder.path())
        .env("TOKEN_TEST_HOME", folder.path())
        .env("TOKEN_TEST_TASK", "none")
        .output()
        .unwrap();
    succeeded(&output);
}
