//! Names that are no Unicode: archives from older Chinese systems unpack to such. What was done is told, and nothing panics.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use algo::Suite;
use serde_json::json;

use crate::support::{Desk, HOLDER, PIN, Run, fed, pdf, png};

/// “标书” as GBK writes it.
const GBK: &[u8] = b"\xb1\xea\xca\xe9";

fn named(ending: &str) -> PathBuf {
    let mut name = GBK.to_vec();
    name.extend_from_slice(ending.as_bytes());
    Path::new(OsStr::from_bytes(&name)).to_owned()
}

/// Runs with the right PIN; `{}` stands for what cannot be written in these sources.
fn signing(desk: &Desk, words: &[&OsStr]) -> Run {
    let mut command = desk.command(&["--secrets-stdin", "--json", "--yes"]);
    command.args(words);
    fed(command, json!({ "pin": PIN }).to_string().as_bytes())
}

fn words<'a>(line: &'a str, paths: &'a [&'a Path]) -> Vec<&'a OsStr> {
    let mut paths = paths.iter();
    let word = |word: &'a str| if word == "{}" { paths.next().unwrap().as_os_str() } else { OsStr::new(word) };
    line.split_whitespace().map(word).collect()
}

#[test]
fn a_name_that_is_no_unicode_is_worked_on_and_told() {
    let desk = Desk::of(Suite::P256);
    let (document, stamped, signed) = (named(".pdf"), named("-1.pdf"), named(".p7m"));
    fs::copy(desk.write("good.pdf", &pdf(1)), desk.path().join(&document)).unwrap();
    desk.write("seal.png", &png());
    let line = format!("stamp {{}} -o {{}} -c {HOLDER} --seal seal.png --size 40");
    let run = signing(&desk, &words(&line, &[&document, &stamped])).ok();
    assert!(desk.path().join(&stamped).exists(), "{run}");
    let told = run.json()["results"][0]["output"].as_str().unwrap().to_owned();
    assert!(told.ends_with("-1.pdf") && told.contains('\u{fffd}'), "{told}");

    let line = format!("sign seal.png -o {{}} -c {HOLDER}");
    assert!(signing(&desk, &words(&line, &[&signed])).ok().json()["output"].is_string());
    let (bid, folder) = (named(".bid"), named(""));
    let line = "bid encrypt good.pdf -o {} --to encrypt.pem";
    assert!(signing(&desk, &words(line, &[&bid])).ok().json()["statement"].is_string());
    let line = "bid decrypt {} -o {}";
    assert!(signing(&desk, &words(line, &[&bid, &folder])).ok().json()["output"].is_string());
    assert!(signing(&desk, &words("bid evidence {} -o {}", &[&bid, &named(".zip")])).ok().json()["output"].is_string());
    assert!(signing(&desk, &words("journal export -o {}", &[&named(".log")])).ok().json()["output"].is_string());
    let request = format!("cert request 公司 --subject CN={HOLDER} -o {{}}");
    assert!(signing(&desk, &words(&request, &[&named(".csr")])).ok().json()["outputs"][0].is_string());
}

#[test]
fn a_value_that_is_no_unicode_is_shown_with_its_reason() {
    let desk = Desk::empty();
    let gbk = named("");
    for line in ["cert show {}", "sign a.txt -c {}", "cert list --lang {}"] {
        let mut command = desk.command(&["--lang", "zh-CN"]);
        command.args(words(line, &[&gbk]));
        let run = fed(command, b"");
        assert_eq!(run.exit, Some(2), "{run}");
        assert!(run.err.contains("[usage.value]") && run.err.contains("不是 UTF-8 文本"), "{run}");
        assert!(run.err.contains('\u{fffd}'), "what was typed is shown: {run}");
    }
}

#[test]
fn a_name_that_steers_terminals_is_shown_without_its_power_and_kept_as_it_is() {
    let desk = Desk::of(Suite::P256);
    let name = "\u{1b}[31mgood\u{202e}fdp\n.exe";
    desk.write(name, &pdf(1));
    desk.write("seal.png", &png());
    let secrets = json!({ "pin": PIN }).to_string();
    let (seal, bid) = (format!("{name}.pdf"), format!("{name}.bid"));
    for line in [
        &["stamp", name, "-o", &seal, "-c", HOLDER, "--seal", "seal.png", "--size", "40"][..],
        &["sign", name, "-c", HOLDER, "-o", &format!("{name}.p7m")],
        &["bid", "encrypt", "seal.png", "-o", &bid, "--to", "encrypt.pem"],
        &["bid", "encrypt", name, "-o", "other.bid", "--to", "encrypt.pem"],
        &["bid", "decrypt", &bid, "-o", &format!("{name}.d")],
        &["cert", "export", "sign.pem", "-o", &format!("{name}.pem")],
        &["doctor", "--bundle", &format!("{name}.zip")],
        &["journal", "export", "-o", &format!("{name}.log")],
    ] {
        let run = fed(desk.command(&[line, &["--secrets-stdin", "--yes"]].concat()), secrets.as_bytes());
        let told = [run.out.as_str(), &run.err].concat();
        assert!(told.contains("[31mgood"), "{line:?} names it: {run}");
        assert!(!told.contains(['\u{1b}', '\u{202e}']) && !told.contains("\n.exe"), "{line:?}: {told:?}");
    }
    for made in [&seal, &format!("{name}.p7m"), &bid, &format!("{name}.d"), &format!("{name}.log")] {
        assert!(desk.file(made).exists(), "{made:?}");
    }
}
