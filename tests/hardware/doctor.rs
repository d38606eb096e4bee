//! `bidseal doctor`: every finding is made to happen.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::machine::{Machine, PIV};

/// The codes of a report, and of these the ones that are problems.
fn codes(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|one| (one["code"].as_str().unwrap(), one["level"].as_str().unwrap())).collect()
}

#[track_caller]
fn expect(found: &(Value, Option<i32>), code: &str, level: &str, exit: i32) {
    assert!(codes(&found.0).contains(&(code, level)), "no {code} ({level}): {:#}", found.0);
    assert_eq!(found.1, Some(exit), "{:#}", found.0);
}

#[test]
fn from_no_service_to_a_missing_driver_each_layer_is_named() {
    let mut machine = Machine::new();
    expect(&machine.document(&["doctor"]), "no_service", "problem", 4);
    machine.start_service(false);
    expect(&machine.document(&["doctor"]), "no_reader", "problem", 3);
    machine.stop_service();
    machine.start_service(true);
    expect(&machine.document(&["doctor"]), "no_key", "problem", 3);
    let unknown = machine.plug("3b0211");
    let found = until(&machine, "unknown_key");
    expect(&found, "unknown_key", "problem", 3);
    assert_eq!(found.0["hardware"]["keys"][0]["atr"], "3b0211", "what the table needs is in the report");
    unknown.pull();
    // The reader takes the next card when it has seen that the slot is empty.
    until(&machine, "no_key");
    let known = machine.plug(PIV);
    let found = until(&machine, "missing_driver");
    expect(&found, "missing_driver", "problem", 3);
    assert_eq!(found.0["hardware"]["keys"][0]["confirmed"], true);
    known.pull();
}

/// The service needs a moment for a card.
fn until(machine: &Machine, code: &str) -> (Value, Option<i32>) {
    let mut last = (Value::Null, None);
    programs::service::wait_for(code, || {
        last = machine.document(&["doctor"]);
        codes(&last.0).iter().any(|(found, _)| *found == code)
    });
    last
}

#[test]
fn a_key_that_another_program_holds_names_the_program() {
    let mut machine = Machine::new();
    machine.start_service(true);
    let card = machine.plug(PIV);
    until(&machine, "missing_driver");
    let mut holder = hold(&machine);
    let found = until(&machine, "in_use");
    expect(&found, "in_use", "problem", 3);
    let finding = found.0["findings"].as_array().unwrap().iter().find(|one| one["code"] == "in_use").unwrap().clone();
    let pid = format!("({})", holder.id());
    assert!(finding["data"]["holders"].to_string().contains(&pid), "{finding}");
    holder.kill().unwrap();
    holder.wait().unwrap();
    until(&machine, "missing_driver");
    card.pull();
}

/// Somebody else's program with the card for itself: Python calls the service's library.
fn hold(machine: &Machine) -> Child {
    const EXCLUSIVE: &str = "import ctypes, sys
pcsc = ctypes.CDLL('libpcsclite.so.1')
context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
assert pcsc.SCardEstablishContext(0, None, None, ctypes.byref(context)) == 0
code = pcsc.SCardConnect(context, b'Virtual PCD 00 00', 1, 3, ctypes.byref(card), ctypes.byref(protocol))
print(code, flush=True)
sys.stdin.read()
";
    let mut command = Command::new("python3");
    command.args(["-c", EXCLUSIVE]).env("PCSCLITE_CSOCK_NAME", machine.path("service/pcscd.comm"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 is needed");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "0", "the card is connected for one program alone");
    child
}

#[test]
fn modules_that_fail_are_named_and_refused_ones_told() {
    let machine = Machine::new();
    machine.write("root/usr/lib/pkcs11/broken.so", b"no library at all");
    machine.write("root/etc/pkcs11/modules/broken.module", b"module: broken.so\n");
    machine.write("root/etc/pkcs11/modules/gone.module", b"module: /gone.so\n");
    let open = machine.write("root/open.so", b"");
    machine.write("root/etc/pkcs11/modules/open.module", b"module: /open.so\n");
    fs::set_permissions(open, fs::Permissions::from_mode(0o666)).unwrap();
    let found = machine.document(&["doctor"]);
    expect(&found, "module_failed", "problem", 4);
    let refused = found.0["findings"].as_array().unwrap().iter().filter(|one| one["code"] == "module_refused");
    let reasons: Vec<String> = refused.map(|one| one["data"]["reason"].to_string()).collect();
    assert_eq!(reasons, ["\"module_missing\"", "\"writable_by_others\""], "{:#}", found.0);
    let listed = machine.document(&["token", "list"]);
    assert_eq!(listed.1, Some(0), "a module that nobody named does not fail the command");
    assert_eq!(listed.0["modules"][0]["error"]["code"], "token.module_failed");
    let chosen = machine.bidseal(&["token", "list", "--module", "/nowhere.so"]).output().unwrap();
    assert_eq!(chosen.status.code(), Some(3), "one that was named does");
}

#[test]
fn the_home_and_what_it_stands_on_are_examined() {
    let machine = Machine::new();
    expect(&machine.document(&["doctor"]), "keyring_absent", "note", 4);
    fs::set_permissions(machine.path("home"), fs::Permissions::from_mode(0o755)).unwrap();
    expect(&machine.document(&["doctor"]), "home_open", "problem", 4);
    fs::set_permissions(machine.path("home"), fs::Permissions::from_mode(0o700)).unwrap();
    machine.write("home/settings.toml", b"modules = 1");
    expect(&machine.document(&["doctor"]), "settings_malformed", "problem", 4);
    fs::remove_file(machine.path("home/settings.toml")).unwrap();
    let small = "mount -t tmpfs -o size=1m,mode=700 none \"$BIDSEAL_HOME\";";
    expect(&machine.document_after(small, &["doctor"]), "disk_low", "problem", 4);
    let read_only = "mount -t tmpfs -o ro none \"$BIDSEAL_HOME\";";
    expect(&machine.document_after(read_only, &["doctor"]), "home_unusable", "problem", 4);
    let future = machine.write("home/trust/x.pem", b"");
    let touched = Command::new("touch").args(["-d", "2099-01-01"]).arg(future).status().unwrap();
    assert!(touched.success());
    expect(&machine.document(&["doctor"]), "clock_behind", "problem", 4);
}

#[test]
fn an_unreadable_home_is_told_to_another_user() {
    let machine = Machine::new();
    machine.document(&["doctor"]);
    let home = machine.path("home");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();
    for open in [machine.path(""), machine.path("root"), machine.path("usb"), machine.path("service")] {
        fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(programs::path_of("bidseal"));
    command.args(["doctor", "--json"]).env_clear().env("BIDSEAL_HOME", home).env("PATH", "/usr/bin:/bin");
    command.env("BIDSEAL_TEST_ROOT", machine.path("root"));
    command.env("PCSCLITE_CSOCK_NAME", machine.path("service/pcscd.comm"));
    let output = command.output().expect("setpriv (util-linux) is needed");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    expect(&(report, output.status.code()), "home_unusable", "problem", 4);
}

#[test]
fn tokens_and_certificates_are_examined_and_make_a_missing_reader_a_note() {
    let person = programs::Person::with_certificates("p256");
    let doctor = |arguments: &[&str]| {
        let output = person.bidseal(&[&["doctor", "--json"], arguments].concat(), &[]);
        (serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|_| panic!("{output:?}")), output.status.code())
    };
    let found = doctor(&[]);
    expect(&found, "ready", "good", 0);
    assert!(codes(&found.0).iter().all(|(_, level)| *level != "problem"), "{:#}", found.0);
    assert_eq!(found.0["tokens"][0]["serial"], Value::Null, "no serial number unless asked");
    assert!(doctor(&["--serials"]).0["tokens"][0]["serial"].is_string());
    for _ in 0..8 {
        let _ = person.bidseal(&["pin", "verify", "T"], &[("pin", "wrong-pin-1")]);
    }
    expect(&doctor(&[]), "running_out", "note", 0);
    for _ in 0..2 {
        let _ = person.bidseal(&["pin", "verify", "T"], &[("pin", "wrong-pin-1")]);
    }
    expect(&doctor(&[]), "locked", "problem", 3);
    let made = person.bidseal(&["token", "init", "--label", "new", "--suite", "p256"], &[]);
    assert!(made.status.success());
    let found = doctor(&[]);
    expect(&found, "not_activated", "problem", 3);
    expect(&found, "certificate_none", "note", 3);
}

#[test]
fn the_bundle_is_a_zip_file_without_names() {
    let person = programs::Person::with_certificates("p256");
    let output = person.bidseal(&["doctor", "--bundle", "report.zip"], &[]);
    assert!(output.status.success(), "{output:?}");
    let read = "import zipfile, sys; z = zipfile.ZipFile('report.zip'); assert z.testzip() is None; \
                print(z.namelist(), z.read('doctor.json').decode())";
    let mut python = Command::new("python3");
    let text = programs::done(&programs::call(python.args(["-c", read]).current_dir(person.folder()), ""));
    assert!(text.starts_with("['doctor.json']") && text.contains("\"healthy\""), "{text}");
    let info = person.bidseal(&["token", "info", "T", "--json"], &[]);
    let token: Value = serde_json::from_slice(&info.stdout).unwrap();
    let serial = token["token"]["serial"].as_str().unwrap();
    for name in ["示范投标有限公司", serial, "“T”"] {
        assert!(!text.contains(name), "{name} is in the bundle: {text}");
    }
    let again = person.bidseal(&["doctor", "--bundle", "report.zip"], &[]);
    assert_eq!(again.status.code(), Some(2), "no file is overwritten");
}

#[test]
fn a_machine_without_the_smart_card_library_works_and_says_so() {
    let mut machine = Machine::new();
    machine.start_service(true);
    let without = "for library in /usr/lib/*/libpcsclite.so.1*; do mount --bind /dev/null \"$library\"; done;";
    let found = machine.document_after(without, &["doctor"]);
    expect(&found, "no_service", "problem", 4);
    let listed = machine.document_after(without, &["token", "list"]);
    assert_eq!((listed.1, &listed.0["tokens"]), (Some(0), &serde_json::json!([])));
    let found = machine.document(&["doctor"]);
    assert!(!codes(&found.0).contains(&("no_service", "problem")), "the control: with it the service answers");
}

#[test]
fn a_driver_that_is_there_and_one_that_cannot_be_hosted() {
    let mut machine = Machine::new();
    machine.start_service(true);
    let card = machine.plug(PIV);
    fs::create_dir_all(machine.path("root/usr/lib")).unwrap();
    let module = glob("/usr/lib", "opensc-pkcs11.so").expect("opensc-pkcs11 is needed");
    std::os::unix::fs::symlink(module, machine.path("root/usr/lib/opensc-pkcs11.so")).unwrap();
    let found = until(&machine, "connected");
    assert!(codes(&found.0).contains(&("module_shows", "good")), "{:#}", found.0);
    card.pull();
    // The program alone, without those that belong beside it.
    let alone = machine.path("alone/bidseal");
    fs::create_dir(machine.path("alone")).unwrap();
    // Not by this process: a child that another test forks meanwhile would hold it open for writing.
    assert!(Command::new("cp").arg(programs::path_of("bidseal")).arg(&alone).status().unwrap().success());
    let mut command = Command::new(alone);
    command.args(["doctor", "--json", "--home"]).arg(machine.path("home"));
    let output = command.env("BIDSEAL_TEST_ROOT", machine.path("root")).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    expect(&(report.clone(), output.status.code()), "worker_missing", "problem", 4);
    expect(&(report, output.status.code()), "no_service", "problem", 4);
}

/// The first file of this name one folder below.
fn glob(folder: &str, name: &str) -> Option<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path().join(name));
    entries.into_iter().find(|path| path.is_file())
}

#[test]
fn a_card_that_gives_no_answer_and_ports_that_cannot_be_listed() {
    let mut machine = Machine::new();
    let hidden = "umount /sys/bus/usb/devices; rmdir /sys/bus/usb/devices;";
    expect(&machine.document_after(hidden, &["doctor"]), "usb_unlisted", "note", 4);
    machine.start_service(true);
    // One byte is no answer to reset.
    let card = machine.plug("00");
    expect(&until(&machine, "mute"), "mute", "problem", 3);
    card.pull();
}

#[test]
fn certificates_that_are_over_early_or_nearly_over_and_a_damaged_token() {
    let person = programs::Person::with_certificates("p256");
    let issue = |options: &[&str]| {
        let order =
            [&["issue", "ca", "--use", "sign", "--request", "sign.csr", "-o", "x.pem", "--force"], options].concat();
        programs::done(&person.authority(&order));
        programs::done(&person.bidseal(&["cert", "import", "T", "x.pem"], &[("pin", programs::PIN)]));
        let output = person.bidseal(&["doctor", "--json"], &[]);
        (serde_json::from_slice::<Value>(&output.stdout).unwrap(), output.status.code())
    };
    let request = ["cert", "request", "T", "--subject", "CN=x,C=CN", "-o", "sign.csr"];
    programs::done(&person.bidseal(&request, &[("pin", programs::PIN)]));
    expect(&issue(&["--days", "10"]), "certificate_ends_soon", "note", 0);
    let over = ["--not-before", "2020-01-01T00:00:00Z", "--not-after", "2021-01-01T00:00:00Z"];
    expect(&issue(&over), "certificate_expired", "problem", 3);
    let early = ["--not-before", "2031-01-01T00:00:00Z", "--not-after", "2032-01-01T00:00:00Z"];
    expect(&issue(&early), "certificate_not_yet_valid", "problem", 3);
    let token = fs::read_dir(person.folder().join("home/tokens")).unwrap().next().unwrap().unwrap().path();
    fs::write(token.join("pin"), b"damaged").unwrap();
    let output = person.bidseal(&["doctor", "--json"], &[]);
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    expect(&(report, output.status.code()), "token_unreadable", "problem", 3);
}
