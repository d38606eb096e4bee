//! Codes, both catalogues and docs/errors.md say the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use client::{Catalogue, Code, Failure, Finding, FindingCode, Language};

fn words(language: Language) -> BTreeMap<String, &'static str> {
    Catalogue::of(language).entries().collect()
}

/// The `{name}` placeholders of a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    names.filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')).collect()
}

#[test]
fn no_text_stands_twice_in_a_file_where_the_last_would_silently_win() {
    for file in [
        include_str!("../messages/en.json"),
        include_str!("../messages/zh-CN.json"),
        include_str!("../../../cli/messages/en.json"),
        include_str!("../../../cli/messages/zh-CN.json"),
    ] {
        // One key in each line, as the formatter leaves it: what is above it tells it apart.
        let (mut path, mut seen) = (Vec::new(), BTreeSet::new());
        for line in file.lines() {
            let Some((key, _)) = line.trim_start().strip_prefix('"').and_then(|rest| rest.split_once("\":")) else {
                continue;
            };
            path.truncate((line.len() - line.trim_start().len()) / 2 - 1);
            path.push(key);
            assert!(seen.insert(path.join("/")), "{} stands there twice", path.join("/"));
        }
        assert!(seen.len() > 100);
    }
}

#[test]
fn the_languages_have_the_same_keys_and_placeholders() {
    let (chinese, english) = (words(Language::Chinese), words(Language::English));
    assert!(chinese.keys().eq(english.keys()), "the same keys in both files");
    for (key, text) in &chinese {
        assert_eq!(placeholders(text), placeholders(english[key]), "{key}");
    }
}

#[test]
fn chinese_is_chinese_and_english_is_english() {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (key, text) in words(Language::Chinese) {
        assert!(text.chars().any(is_han), "{key} has no Han character: {text}");
    }
    for (key, text) in words(Language::English) {
        assert!(!text.chars().any(is_han), "{key} has a Han character: {text}");
    }
}

#[test]
fn every_code_has_its_words_and_no_words_are_without_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("failure.{code}.message")).collect();
    assert_eq!(codes.len(), Code::ALL.len(), "no code twice");
    let keys = words(Language::English);
    let told: BTreeSet<String> =
        keys.keys().filter(|key| key.starts_with("failure.") && key.ends_with(".message")).cloned().collect();
    assert_eq!(codes, told);
}

#[test]
fn words_use_only_facts_that_the_code_declares() {
    let english = words(Language::English);
    for code in Code::ALL {
        let declared: BTreeSet<&str> = code.fields().iter().copied().collect();
        for part in ["message", "hint"] {
            let used = placeholders(english[&format!("failure.{code}.{part}")]);
            assert!(used.is_subset(&declared), "{code}: {used:?} are not all in {declared:?}");
        }
    }
}

#[test]
fn a_told_failure_leaves_no_placeholder_open() {
    for code in Code::ALL {
        let failure = code.fields().iter().fold(Failure::new(*code), |failure, field| failure.with(field, "x"));
        for language in Language::ALL {
            let told = failure.told(Catalogue::of(language));
            assert!(placeholders(&told.message).is_empty() && placeholders(&told.hint).is_empty(), "{told:?}");
        }
    }
}

#[test]
fn the_document_has_a_row_for_every_code_and_says_what_the_program_says() {
    let document = include_str!("../../../docs/errors.md");
    let rows: BTreeMap<&str, Vec<&str>> = document
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>())
        .map(|cells| (cells[0].trim_matches('`'), cells))
        .collect();
    let english = words(Language::English);
    assert_eq!(rows.len(), Code::ALL.len());
    for code in Code::ALL {
        let row = rows.get(code.as_str()).unwrap_or_else(|| panic!("no row for {code}"));
        let fields = code.fields().iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        let fields = if fields.is_empty() { "–".to_owned() } else { fields };
        let expected = [
            format!("`{code}`"),
            code.turn().exit().to_string(),
            fields,
            english[&format!("failure.{code}.message")].to_owned(),
            row[4].to_owned(),
            english[&format!("failure.{code}.hint")].to_owned(),
        ];
        assert_eq!(row.as_slice(), expected, "the row of {code}");
        assert!(row[4].len() > 10, "{code} has a likely reason");
    }
}

#[test]
fn the_codes_of_the_published_table_keep_their_exit_status() {
    let table = "pdf.not_pdf 2 input.empty 2 pdf.damaged 2 pdf.password_wrong 3 cert.key_usage 1 cert.expired 1 \
        cert.not_yet_valid 1 pdf.locked 1 output.same_as_input 2 output.exists 2 output.not_empty 2 cert.not_found 2 \
        cert.ambiguous 2 output.not_writable 4 disk.full 4 token.none 3 token.pin_wrong 3 token.pin_locked 3 \
        token.not_activated 3 token.removed 3 token.module_failed 3 bid.tampered 2 bid.no_recipient 2 bid.version 2 \
        bid.threshold 2 bid.password_wrong 3 user.cancelled 3 consent.no_terminal 3 ledger.guard 1";
    let words: Vec<&str> = table.split_whitespace().collect();
    for pair in words.chunks(2) {
        let code = Code::ALL.iter().find(|code| code.as_str() == pair[0]).unwrap_or_else(|| panic!("no {}", pair[0]));
        assert_eq!(code.turn().exit().to_string(), pair[1], "{code}");
    }
}

#[test]
fn every_finding_has_its_words_its_row_and_only_declared_facts() {
    let document = include_str!("../../../docs/findings.md");
    let english = words(Language::English);
    let told = english.keys().filter(|key| key.starts_with("finding.") && key.ends_with(".message")).count();
    assert_eq!(told, FindingCode::ALL.len(), "no words without a finding");
    for code in FindingCode::ALL {
        let (message, hint) = Finding::new(*code).told(Catalogue::of(Language::English));
        let declared: BTreeSet<&str> = code.fields().iter().copied().collect();
        assert!(placeholders(&message).union(&placeholders(&hint)).all(|name| declared.contains(name)), "{message}");
        let fields = code.fields().iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        let fields = if fields.is_empty() { "–".to_owned() } else { fields };
        let level = serde_json::to_value(code.level()).unwrap();
        let row = format!("| `{}` | {} | {fields} | {message} | {hint} |", code.as_str(), level.as_str().unwrap());
        let section =
            document.split("\n## ").find(|section| section.starts_with(&format!("{}\n", code.layer().name())));
        assert!(section.is_some_and(|section| section.contains(&row)), "docs/findings.md has no row\n{row}");
    }
    assert_eq!(document.lines().filter(|line| line.starts_with("| `")).count(), FindingCode::ALL.len());
}

/// Every program text below a folder of the workspace.
fn sources(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_reason_that_a_program_gives_is_a_term() {
    let mut texts = Vec::new();
    for folder in ["crypto-core/client", "agent", "cli", "desktop"] {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        sources(&std::path::Path::new(root).join(folder).join("src"), &mut texts);
    }
    let mut given = BTreeSet::new();
    for text in &texts {
        for before in ["with(\"reason\", \"", "detailed(\""] {
            given.extend(text.split(before).skip(1).filter_map(|rest| rest.split('"').next()));
        }
    }
    assert!(given.contains("module_call") && given.len() > 40, "the walk finds them: {given:?}");
    // tests give words that nobody translates
    let free = ["a library's words"];
    let chinese = words(Language::Chinese);
    let missing: Vec<_> =
        given.iter().filter(|term| !free.contains(term) && !chinese.contains_key(&format!("term.{term}"))).collect();
    assert!(missing.is_empty(), "reasons without words: {missing:?}");
}

#[test]
fn no_failure_and_no_finding_tells_a_foreign_reason_as_if_it_were_chinese() {
    let catalogue = Catalogue::of(Language::Chinese);
    let told = |message: String, code: &str| {
        let marked = !message.contains("No such device") || message.contains("（技术信息：No such device");
        assert!(marked, "{code}: {message}");
    };
    for code in Code::ALL.iter().filter(|code| code.fields().contains(&"reason")) {
        told(catalogue.failure(&Failure::new(*code).with("reason", "No such device")).0, code.as_str());
    }
    for code in FindingCode::ALL {
        for field in ["reason", "detail"].iter().filter(|field| code.fields().contains(field)) {
            told(Finding::new(*code).with(field, "No such device").told(catalogue).0, code.as_str());
        }
    }
}

#[test]
fn what_can_stand_in_a_ledger_or_an_evidence_bundle_has_words_without_facts() {
    let groups = ["bid.", "token.", "cert.", "input.", "output.", "secret.", "p12.", "consent.", "user.", "disk."];
    for language in Language::ALL {
        let catalogue = Catalogue::of(language);
        for code in Code::ALL.iter().filter(|code| groups.iter().any(|group| code.as_str().starts_with(group))) {
            let words = catalogue.cause(code.as_str());
            assert!(*words != *code.as_str() && !words.contains('{'), "{code} in {}: {words}", language.tag());
        }
        for found in ["root_differs", "receipt_differs", "before_opening", "clock_behind"] {
            assert_ne!(catalogue.cause(found), found, "{}", language.tag());
        }
        assert_eq!(catalogue.cause("bid.of_later"), "bid.of_later", "a code of a later version stays what it is");
    }
}
