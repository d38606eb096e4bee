//! Places where nothing can be written: found before the person is asked for consent, a password or a PIN. Here nobody could be
//! asked, so that a command which asked first would tell of the terminal that is missing.

use algo::Suite;
use serde_json::json;

use crate::support::{Desk, HOLDER, LABEL, PIN, pdf, png};

/// A folder of the system that nobody may write to, not even its administrator.
const LOCKED: &str = "/sys";

/// Commands that ask for consent and a PIN, with `{}` for the place of their result.
const COMMANDS: [&str; 9] = [
    "bid encrypt good.pdf -o {} --to encrypt.pem --no-statement",
    "bid encrypt good.pdf -o {} --to encrypt.pem",
    "bid encrypt good.pdf -o {} --to encrypt.pem --no-statement --password",
    "bid encrypt good.pdf -o other.bid --to encrypt.pem --twin {}",
    "bid decrypt good.bid -o {}",
    "bid open good.bid --to encrypt.pem -o {}",
    "sign good.pdf -o {} -c 某某建设有限公司",
    "stamp good.pdf -o {} -c 某某建设有限公司 --seal seal.png --size 40",
    "cert request 公司 --subject CN=某某建设有限公司 -o {}",
];

#[test]
fn a_place_that_cannot_be_written_is_told_before_anything_is_asked() {
    let desk = Desk::of(Suite::P256);
    assert!((HOLDER, LABEL) == ("某某建设有限公司", "公司"), "the commands name them");
    desk.write("good.pdf", &pdf(1));
    desk.write("seal.png", &png());
    let meta = json!({ "opens_at": "2020-01-01T09:30:00+08:00", "platform_cert": "encrypt.pem" });
    desk.write("meta.json", meta.to_string().as_bytes());
    desk.signing(&["bid", "encrypt", "good.pdf", "-o", "good.bid", "--to", "encrypt.pem", "--meta", "meta.json"]).ok();
    let too_long = "名".repeat(100);
    for (place, codes, commands) in [
        (format!("{LOCKED}/result"), ["output.not_writable", "output.not_writable"], &COMMANDS[..]),
        ("no/such/folder/result".to_owned(), ["output.no_folder", "output.no_folder"], &COMMANDS[..]),
        ("good.pdf/result".to_owned(), ["output.no_folder", "output.not_writable"], &COMMANDS[3..6]),
        (too_long, ["output.failed", "output.not_writable"], &COMMANDS[..5]),
    ] {
        for command in commands {
            let line = command.replace("{}", &place);
            let run = desk.run(&[line.split(' ').collect::<Vec<_>>().as_slice(), &["--json"]].concat());
            assert!(codes.contains(&run.code().as_str()), "{line}: {run}");
            assert!(desk.leftovers().is_empty() && !desk.file("other.bid").exists(), "{line} left something");
        }
    }
    desk.with(&["pin", "verify", LABEL], &json!({ "pin": PIN })).ok();
}
