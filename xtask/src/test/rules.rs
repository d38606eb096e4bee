//! Rules of the repository that no compiler knows.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::documents;
use super::report::Counts;
use crate::failure::{During, Failure};
use crate::workspace;

/// Text that may not stand in the files of a kind, with the reason.
struct Banned {
    /// Endings of the files that are searched; none means all.
    files: &'static [&'static str],
    /// Written in pieces, so that this list does not find itself.
    texts: &'static [&'static str],
    why: &'static str,
}

const BANNED: &[Banned] = &[
    Banned {
        files: &[".rs"],
        texts: &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!(")],
        why: "unfinished code is not committed",
    },
    Banned { files: &[".rs"], texts: &[concat!("#[", "ignore")], why: "a test that does not run proves nothing" },
    Banned {
        files: &[".rs"],
        texts: &[concat!("FIX", "ME"), concat!("XX", "X:")],
        why: "what is known to be wrong is mended",
    },
    Banned { files: &[], texts: &[concat!("|", "| true")], why: "a failure is shown, not swallowed" },
    Banned {
        files: &[],
        texts: &[concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")],
        why: "paths of one machine",
    },
    Banned {
        files: &[],
        texts: &[
            concat!("index.cra", "tes.io"),
            concat!("static.cra", "tes.io"),
            concat!("py", "pi.org"),
            concat!("pythonho", "sted.org"),
            concat!("registry.np", "mjs.org"),
            concat!("deb.deb", "ian.org"),
        ],
        why: "where packages come from is the machine's setting",
    },
];

/// Checks every rule, printing each place that breaks one.
///
/// # Errors
/// git does not list the files.
pub(super) fn check() -> Result<Counts, Failure> {
    let files = tracked_text()?;
    let mut counts = Counts::default();
    for rule in BANNED {
        counts.add(report(rule.why, banned(rule, &files)));
    }
    counts.add(report("every module says what it is for", without_module_doc(&files)));
    counts.add(report("README.zh-CN.md is the twin of README.md", unequal_twins(&files)));
    counts.add(report("a link leads to a file of the repository", documents::dead_links(&files, &tracked()?)));
    counts.add(report(
        "a decision is `# N. Title` with its status, and there when named",
        documents::odd_decisions(&files),
    ));
    counts.add(report("a test of tests/acceptance.md is written", documents::unwritten_tests(&files)));
    Ok(counts)
}

fn report(rule: &str, places: Vec<String>) -> Counts {
    places.iter().for_each(|place| println!("{place}: {rule}"));
    Counts::one(places.is_empty())
}

/// A file of the repository by its path and text.
pub(super) struct Text {
    pub(super) path: String,
    pub(super) text: String,
}

/// What git tracks and is UTF-8, vectors of others left out: they are kept as they came.
fn tracked_text() -> Result<Vec<Text>, Failure> {
    let paths = tracked()?.into_iter().filter(|path| !path.contains("tests/data/"));
    let texts = paths.filter_map(|path| {
        let text = fs::read_to_string(workspace::root().join(&path)).ok()?;
        Some(Text { path, text })
    });
    Ok(texts.collect())
}

/// The paths of all that git tracks.
fn tracked() -> Result<BTreeSet<String>, Failure> {
    let mut list = Command::new("git");
    list.args(["-c", "core.quotePath=false", "ls-files"]).current_dir(workspace::root());
    let listed = list.output().during("git ls-files")?;
    if !listed.status.success() {
        return Err(Failure::new("git ls-files failed: the rules are checked in a git checkout"));
    }
    Ok(String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect())
}

fn banned(rule: &Banned, files: &[Text]) -> Vec<String> {
    let searched = |path: &str| rule.files.is_empty() || rule.files.iter().any(|ending| path.ends_with(ending));
    let mut places = Vec::new();
    for file in files.iter().filter(|file| searched(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            if rule.texts.iter().any(|text| line.contains(text)) {
                places.push(format!("{}:{}", file.path, number + 1));
            }
        }
    }
    places
}

fn without_module_doc(files: &[Text]) -> Vec<String> {
    let sources = files.iter().filter(|file| file.path.ends_with(".rs"));
    sources.filter(|file| !file.text.starts_with("//!")).map(|file| file.path.clone()).collect()
}

/// Twins have the same sections and the same code.
fn unequal_twins(files: &[Text]) -> Vec<String> {
    let shape = |path: &str| {
        let text = &files.iter().find(|file| file.path == path)?.text;
        Some((text.lines().filter(|line| line.starts_with('#')).count(), code(text)))
    };
    match (shape("README.md"), shape("README.zh-CN.md")) {
        (Some(english), Some(chinese)) if english == chinese => vec![],
        _ => vec!["README.zh-CN.md".to_owned()],
    }
}

/// The lines inside fences, without comments: those speak the language of the page.
fn code(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            lines.push(line.split(" #").next().unwrap_or_default().trim_end().to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> Text {
        Text { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_banned_text_is_found_where_it_stands() {
        for rule in BANNED {
            let ending = rule.files.first().unwrap_or(&".sh");
            for text in rule.texts {
                let files = [file(&format!("a{ending}"), &format!("good\nbad {text} line\n"))];
                assert_eq!(banned(rule, &files), [format!("a{ending}:2")], "{text}");
            }
        }
    }

    #[test]
    fn twins_may_differ_in_words_only() {
        let english = file("README.md", "# Bidseal\n```\nrun # now\n```\n");
        assert!(unequal_twins(&[english, file("README.zh-CN.md", "# 标信\n```\nrun # 现在\n```\n")]).is_empty());
        let english = file("README.md", "# Bidseal\n```\nrun\n```\n");
        assert_eq!(unequal_twins(&[english, file("README.zh-CN.md", "# 标信\n```\nwalk\n```\n")]).len(), 1);
    }

    #[test]
    fn a_module_without_its_line_is_found() {
        let files = [file("a.rs", "//! What it is.\n"), file("b.rs", "use a;\n")];
        assert_eq!(without_module_doc(&files), ["b.rs"]);
    }
}
