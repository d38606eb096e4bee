//! Documents that name what exists: links, decisions by their number, tests.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use super::acceptance;
use super::rules::Text;

/// Links of a document that lead to no file of the repository.
pub(super) fn dead_links(files: &[Text], tracked: &BTreeSet<String>) -> Vec<String> {
    let mut dead = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        for target in targets(&file.text) {
            let path = below(&file.path, target);
            let folder = format!("{path}/");
            if !tracked.contains(&path) && !tracked.iter().any(|one| one.starts_with(&folder)) {
                dead.push(format!("{}: {target}", file.path));
            }
        }
    }
    dead
}

/// What `[text](target)` points to inside the repository, without its fragment.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let all = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let inside = all.filter(|target| !target.contains("://") && !target.contains(char::is_whitespace));
    inside.filter_map(|target| target.split('#').next()).filter(|target| !target.is_empty())
}

/// A path that is written relative to the folder of a file.
fn below(file: &str, target: &str) -> String {
    let mut path = Path::new(file).parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path.to_string_lossy().into_owned()
}

/// Decisions that do not begin with `# N. Title` and a line of their status, N being the number of their file; and
/// mentions of decisions that there are not.
pub(super) fn odd_decisions(files: &[Text]) -> Vec<String> {
    let decisions: Vec<_> = files.iter().filter_map(|file| Some((number(&file.path)?, file))).collect();
    let odd = decisions.iter().filter(|(number, file)| {
        let title = file.text.lines().next().and_then(|line| line.strip_prefix("# ")?.split_once(". "));
        let is_titled = title.is_some_and(|(told, _)| told.parse() == Ok(*number));
        !is_titled || !file.text.lines().any(|line| line.starts_with("Status: "))
    });
    let mut places: Vec<String> = odd.map(|(_, file)| file.path.clone()).collect();
    for file in files {
        let mentioned = file.text.split("docs/adr/").skip(1).filter_map(|rest| rest.get(..4)?.parse::<u32>().ok());
        let unknown = mentioned.filter(|number| !decisions.iter().any(|(known, _)| known == number));
        places.extend(unknown.map(|number| format!("{}: decision {number}", file.path)));
    }
    places
}

/// The number of a decision, from its path.
fn number(path: &str) -> Option<u32> {
    path.strip_prefix("docs/adr/")?.split('-').next()?.parse().ok()
}

/// Tests of tests/acceptance.md that stand nowhere: found in a second instead of at the end of a whole run.
pub(super) fn unwritten_tests(files: &[Text]) -> Vec<String> {
    let table = files.iter().find(|file| file.path == acceptance::TABLE).map_or("", |file| &file.text);
    let is_written = |name: &str| match name.split_once(" > ") {
        None => {
            let function = format!("fn {}(", name.rsplit("::").next().unwrap_or(name));
            files.iter().any(|file| file.path.ends_with(".rs") && file.text.contains(&function))
        }
        Some((file, _)) => {
            let ending = format!("/{}", file.rsplit("::").next().unwrap_or(file));
            files.iter().any(|file| file.path.ends_with(&ending))
        }
    };
    acceptance::tests_named(table).filter(|name| !is_written(name)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> Text {
        Text { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        let page = file("docs/a.md", "[one](../README.md) [two](adr) [three](https://example.com/x) [four](b.md#part)");
        let tracked = ["README.md", "docs/adr/0001-x.md"].map(str::to_owned).into();
        assert_eq!(dead_links(&[page], &tracked), ["docs/a.md: b.md"]);
    }

    #[test]
    fn decisions_have_one_form_and_are_there_when_named() {
        let good = file("docs/adr/0002-x.md", "# 2. Title\n\nStatus: accepted\n");
        assert!(odd_decisions(std::slice::from_ref(&good)).is_empty());
        for text in ["# 0002 Title\n\nStatus: accepted\n", "# 3. Title\n\nStatus: accepted\n", "# 2. Title\n"] {
            assert_eq!(odd_decisions(&[file("docs/adr/0002-x.md", text)]), ["docs/adr/0002-x.md"], "{text}");
        }
        let mention = file("a.rs", concat!("// docs", "/adr/0002, docs", "/adr/0009"));
        assert_eq!(odd_decisions(&[good, mention]), ["a.rs: decision 9"]);
    }

    #[test]
    fn a_test_that_nobody_wrote_is_found() {
        let table = "| Must show | by |\n|---|---|\n| x | `a::b::here`, `a::gone`, `ui::test/x.test.ts > y`, `.ci/run`, `--full windows` |\n";
        let files = [file(acceptance::TABLE, table), file("src/b.rs", "fn here() {}"), file("ui/test/x.test.ts", "")];
        assert_eq!(unwritten_tests(&files), ["a::gone"]);
    }
}
