//! A program with all its processes: their memory, and their end.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use crate::children;

/// Looks at whether all have ended, a tenth of a second apart.
const LOOKS: u32 = 50;

/// A running program; it ends with this value, and with it whatever it has started.
pub(crate) struct Tree(Child);

impl Tree {
    /// Starts the program.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        children::start(command).map(Self)
    }

    /// Waits until it ends by itself: whether it went well.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub(crate) fn wait(mut self) -> io::Result<bool> {
        self.0.wait().map(|status| status.success())
    }

    /// Its processes, itself first.
    fn processes(&self) -> Vec<u32> {
        with_descendants(self.0.id(), &parents())
    }

    /// How many processes it has, and the sum of their proportional set sizes in bytes: a page that several share counts once.
    pub(crate) fn memory(&self) -> (usize, u64) {
        let figures: Vec<u64> = self.processes().into_iter().filter_map(proportional_set_size).collect();
        (figures.len(), figures.iter().sum())
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let processes = self.processes();
        let signal = |name: &str| {
            let numbers = processes.iter().map(u32::to_string);
            // One that has ended by itself needs nothing.
            let _ = Command::new("kill").arg(name).args(numbers).stderr(std::process::Stdio::null()).status();
        };
        signal("-TERM");
        let _ = self.0.wait();
        for _ in 0..LOOKS {
            if !processes.iter().any(|process| Path::new(&format!("/proc/{process}/smaps_rollup")).exists()) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        signal("-KILL");
    }
}

/// The parent of every process (proc(5)): the second field after the name, which ends with the last parenthesis.
fn parents() -> HashMap<u32, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |stat: &str| stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok();
    let known = entries.filter_map(|entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        Some((process, parent(&fs::read_to_string(entry.path().join("stat")).ok()?)?))
    });
    known.collect()
}

fn with_descendants(first: u32, parents: &HashMap<u32, u32>) -> Vec<u32> {
    let mut found = vec![first];
    let mut next = 0;
    while let Some(process) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, parent)| **parent == process).map(|(child, _)| *child));
        next += 1;
    }
    found
}

/// `Pss` of /proc/PID/smaps_rollup in bytes; none for a process that has ended.
fn proportional_set_size(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_of_children_belong_to_it() {
        let parents = HashMap::from([(2, 1), (3, 2), (4, 3), (9, 8), (5, 2)]);
        let mut found = with_descendants(2, &parents);
        found.sort_unstable();
        assert_eq!(found, [2, 3, 4, 5]);
    }

    #[test]
    fn a_program_and_its_child_have_memory_and_end_together() {
        let tree = Tree::start(Command::new("sh").args(["-c", "sleep 1000 & wait"])).unwrap();
        while tree.processes().len() < 2 {
            thread::sleep(Duration::from_millis(10));
        }
        let (processes, all) = (tree.processes(), tree.memory());
        assert!(all.0 == 2 && all.1 > 0, "{all:?}");
        drop(tree);
        assert!(processes.iter().all(|process| proportional_set_size(*process).is_none()));
    }
}
