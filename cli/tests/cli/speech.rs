//! What the program says: in both languages, for people and for programs.

use crate::support::{Desk, HOLDER, pdf, png};
use algo::Suite;
use serde_json::{Value, json};

fn has_han(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Every command there is, found from help to help, with what each is said to do.
fn commands(desk: &Desk) -> Vec<(String, String)> {
    let mut found = vec![(String::new(), "everything".to_owned())];
    let mut next = 0;
    while let Some((above, _)) = found.get(next).cloned() {
        next += 1;
        let help = desk.run(&above.split_whitespace().chain(["--help"]).collect::<Vec<_>>()).ok().out;
        let below = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        // A line that is indented further goes on with the one above it.
        for line in below.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' ')) {
            let (name, about) = line.split_once("  ").unwrap_or((line, ""));
            found.push((format!("{above} {name}").trim().to_owned(), about.trim().to_owned()));
        }
    }
    found
}

/// Three English words beside each other that are no command.
fn has_english(text: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let words: Vec<&str> = text.split(' ').collect();
    words.windows(3).any(|three| three[0] != "bidseal" && three.iter().all(|word| is_word(word)))
}

#[test]
fn reasons_are_told_in_the_persons_language() {
    assert!(has_english("已损坏：the end of the file is missing。") && !has_english("运行 bidseal seal list 查看"));
    let desk = Desk::of(Suite::Sm);
    desk.write("damaged.pdf", &pdf(1)[..200]);
    desk.write("good.pdf", &pdf(1));
    desk.write("seal.png", &png());
    for name in ["text", "CON.txt", "bad.json"] {
        desk.write(name, b"no such thing");
    }
    let stamp = format!("-o out.pdf -c {HOLDER} --size 40");
    for line in [
        &format!("stamp damaged.pdf {stamp} --seal seal.png"),
        &format!("stamp good.pdf {stamp} --seal text"),
        &format!("stamp good.pdf -o out.pdf -c {HOLDER} --size 4000 --seal seal.png"),
        "verify damaged.pdf",
        "verify good.pdf --signature text",
        "verify good.pdf --trust text",
        "trust add text",
        "cert import 公司 text",
        "cert request 公司 --subject CN=a,X=b",
        "cert request 公司 --subject 公司",
        "bid encrypt CON.txt -o out.bid --to encrypt.pem --no-statement",
        "bid encrypt good.pdf -o out.bid --to encrypt.pem --no-statement --meta bad.json",
        "bid encrypt good.pdf -o out.bid --to encrypt.pem --committee encrypt.pem --threshold 0",
        "agent --port 99999",
        "token list --home text",
    ] {
        let words: Vec<&str> = line.split_whitespace().chain(["--lang", "zh-CN"]).collect();
        let error = desk.signing(&words).error();
        for part in ["message", "hint"] {
            let told = error[part].as_str().unwrap_or_default();
            assert!(has_han(told) && !has_english(told), "{line}: {told}");
        }
    }
}

#[test]
fn help_speaks_the_persons_language_and_only_that() {
    let desk = Desk::empty();
    for (command, _) in commands(&desk) {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let english = desk.run(&words).ok().out;
        assert!(!has_han(&english), "{command}: {english}");
        let chinese = desk.run(&[&words[..], &["--lang", "zh-CN"]].concat()).ok().out;
        for line in chinese.lines().filter(|line| line.contains("  -")) {
            assert!(has_han(line), "{command}: an option without Chinese words: {line}");
        }
        for word in ["Usage", "Options", "Commands", "Arguments", "Print", "possible", "default:"] {
            assert!(!chinese.contains(word), "{command}: {word} is left in {chinese}");
        }
    }
}

#[test]
fn help_says_something_of_every_command() {
    let found = commands(&Desk::empty());
    assert!(found.iter().any(|(name, _)| name == "bid ledger clear"), "the walk reaches the leaves: {found:?}");
    for (name, about) in found {
        assert!(about.len() > 5, "{name}: “{about}”");
    }
}

#[test]
fn help_of_the_agent_says_which_options_it_refuses() {
    let desk = Desk::empty();
    for language in ["en", "zh-CN"] {
        let help = desk.run(&["agent", "--help", "--lang", language]).ok().out;
        let note = help.rsplit("\n\n").next().unwrap_or_default();
        for option in ["--yes", "--secrets-stdin"] {
            assert!(note.contains(option), "{option}: {note}");
            let refused = desk.run(&["agent", option, "--json"]);
            assert_eq!((refused.exit, refused.code().as_str()), (Some(2), "usage.conflict"), "{option}");
        }
    }
}

#[test]
fn the_locale_chooses_unless_the_person_does() {
    let desk = Desk::empty();
    let say = |variable: &str, value: &str, more: &[&str]| {
        let run = desk.command(&[&["pin", "verify"], more].concat()).env(variable, value).output().unwrap();
        has_han(&String::from_utf8(run.stderr).unwrap())
    };
    assert!(say("LANG", "zh_CN.UTF-8", &[]));
    assert!(say("LC_ALL", "zh_CN", &[]));
    assert!(!say("LANG", "en_US.UTF-8", &[]));
    assert!(!say("LANG", "zh_CN.UTF-8", &["--lang", "en"]));
    assert!(say("LANG", "C", &["--lang=zh-CN"]));
}

#[test]
fn mistakes_on_the_command_line_have_codes_too() {
    let desk = Desk::empty();
    for (line, code) in [
        ("frob", "usage.unknown"),
        ("token list --frob", "usage.unknown"),
        ("sign", "usage.missing"),
        ("token", "usage.missing"),
        ("", "usage.missing"),
        ("token init --label x --suite des", "usage.value"),
        ("verify x --at tomorrow", "usage.value"),
        ("bid decrypt x -o y --key z --password", "usage.conflict"),
        ("stamp a.pdf -c x --seal y", "usage.missing"),
        ("token list --lang fr", "usage.value"),
    ] {
        let words: Vec<&str> = line.split_whitespace().chain(["--json"]).collect();
        let run = desk.run(&words);
        assert_eq!((run.exit, run.code().as_str()), (Some(2), code), "{line}: {run}");
        assert!(run.out.is_empty(), "{line}: nothing on stdout");
        let mut chinese = desk.command(&line.split_whitespace().collect::<Vec<_>>());
        let plain = crate::support::Run::from(chinese.env("LANG", "zh_CN.UTF-8").output().unwrap());
        assert!(plain.exit == Some(2) && has_han(&plain.err), "{line}: {plain}");
        assert!(plain.err.contains(code), "{line}: the code is shown to people too: {plain}");
    }
}

#[test]
fn json_is_one_document_with_the_published_members() {
    let desk = Desk::of(Suite::P256);
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let token = desk.run(&["token", "list", "--json"]).ok().json()["tokens"][0].clone();
    assert_eq!(members(&token), "capabilities keys label manufacturer model pin policy provider serial suite warnings");
    assert_eq!(members(&token["pin"]), "initialised is_default length max remaining state");
    let certificate = desk.run(&["cert", "list", "--json"]).ok().json()["certificates"][0].clone();
    assert_eq!(certificate["holder"], HOLDER);
    assert_eq!(certificate["sha256"].as_str().unwrap().len(), 64);

    desk.write("a.txt", b"offer");
    let signed = desk.signing(&["sign", "a.txt", "-c", HOLDER]).ok();
    let consent: Value = serde_json::from_str(signed.err.lines().next().unwrap()).unwrap();
    assert_eq!(members(&consent["consent"]), "certificate count documents operation");
    assert_eq!(consent["consent"]["documents"][0]["digest"], json!(algo::Hash::Sha256.digest(b"offer").to_string()));

    let verdict = desk.run(&["verify", "a.txt.p7m", "--json"]).ok().json();
    assert_eq!(members(&verdict), "kind reasons schema signatures verdict");
    assert_eq!(
        (&verdict["schema"], &verdict["kind"], &verdict["verdict"]),
        (&json!(1), &json!("cms"), &json!("valid"))
    );
    let signature = &verdict["signatures"][0];
    assert_eq!(
        members(signature),
        "certificate chain changes_after coverage intact name pages_changed reasons revocation seal signature signer time"
    );
    assert_eq!(signature["revocation"], "not_checked");
    assert_eq!(signature["time"]["source"], "claimed");
}

#[test]
fn every_shell_gets_a_completion_script() {
    let desk = Desk::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = desk.run(&["completions", shell]).ok().out;
        assert!(script.contains("rehearse"), "{shell} completes the commands");
    }
    assert!(!desk.file("home").exists(), "completions touch no home");
}
