//! Linux: the table of sockets names a listener's inode, and every process of this user its open sockets (proc(5)).

use std::fs;
use std::path::Path;

/// A socket that listens, in the table's fourth column.
const LISTEN: &str = "0A";

pub(super) fn program(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let inode = tables.iter().find_map(|table| listener(&fs::read_to_string(table).ok()?, port))?;
    holder(Path::new("/proc"), &format!("socket:[{inode}]"))
}

/// The inode of the socket that listens on a port.
fn listener(table: &str, port: u16) -> Option<String> {
    let ending = format!(":{port:04X}");
    table.lines().find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let listens = columns.get(1)?.ends_with(&ending) && *columns.get(3)? == LISTEN;
        listens.then(|| columns.get(9).map(|inode| (*inode).to_owned()))?
    })
}

fn holder(processes: &Path, socket: &str) -> Option<String> {
    let pids = fs::read_dir(processes).ok()?.flatten();
    let mut pids = pids.filter(|entry| entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok()));
    let found = pids.find(|process| {
        let links = fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten();
        links.filter_map(|link| fs::read_link(link.path()).ok()).any(|target| target.as_os_str() == socket)
    })?;
    let name = fs::read_to_string(found.path().join("comm")).ok()?;
    Some(format!("{} ({})", client::printable(name.trim()), found.file_name().to_string_lossy()))
}
