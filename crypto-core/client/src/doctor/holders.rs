//! Which programs hold a key, where the system tells: Linux names the open files of every process of this person.

use std::{collections::BTreeSet, fs, path::Path};

use serde::Serialize;
use token::watch::Seen;

/// A program that uses keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Its name.
    pub program: String,
    /// What it holds: a USB port such as `001/007`, or `pcsc`, the smart card service's library.
    pub holds: String,
}

/// Where Linux keeps USB devices.
const USB: &str = "/dev/bus/usb/";
/// The client library of the smart card service; whoever has it loaded may hold a card.
const PCSC: &str = "libpcsclite.so";

/// Every program that has a USB device of `seen` open, or talks to the smart card service. Ours are left out, as is the
/// service.
pub(super) fn find(processes: &Path, seen: &Seen) -> Vec<Holder> {
    let ports: BTreeSet<&str> = seen.usb.iter().flatten().map(|device| device.port.as_str()).collect();
    let entries = fs::read_dir(processes).into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut holders: Vec<Holder> = pids.flat_map(|pid| of_process(processes, pid, &ports)).collect();
    holders.sort();
    holders
}

fn of_process(processes: &Path, pid: u32, ports: &BTreeSet<&str>) -> Vec<Holder> {
    let own = processes.join(pid.to_string());
    let program = fs::read_to_string(own.join("comm")).unwrap_or_default().trim().to_owned();
    if program.is_empty() || program == "pcscd" || program.starts_with("bidseal") {
        return Vec::new();
    }
    let holder = |holds: String| Holder { pid, program: program.clone(), holds };
    let links = fs::read_dir(own.join("fd")).into_iter().flatten().flatten();
    let open = links.filter_map(|link| fs::read_link(link.path()).ok());
    let devices: BTreeSet<String> =
        open.filter_map(|path| Some(path.to_str()?.strip_prefix(USB)?.to_owned())).collect();
    let mut held: Vec<Holder> = devices.into_iter().filter(|port| ports.contains(port.as_str())).map(holder).collect();
    if fs::read_to_string(own.join("maps")).is_ok_and(|maps| maps.contains(PCSC)) {
        held.push(holder("pcsc".to_owned()));
    }
    held
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::Write;

    use token::watch::{Service, Snapshot, UsbDevice};

    use super::*;

    #[test]
    fn open_ports_and_the_loaded_library_name_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
        };
        for (pid, name) in [(7, "vendor tool"), (8, "pcscd"), (9, "bidseal")] {
            file(&format!("{pid}/comm"), name);
            file(&format!("{pid}/maps"), "7f00 r-xp 00 00:00 1 /usr/lib/libpcsclite.so.1.0.0\n");
            fs::create_dir_all(folder.path().join(format!("{pid}/fd"))).unwrap();
            std::os::unix::fs::symlink("/dev/bus/usb/001/007", folder.path().join(format!("{pid}/fd/3"))).unwrap();
        }
        file("self/comm", "x");
        let device = UsbDevice {
            id: "055c:e618".parse().unwrap(),
            port: "001/007".into(),
            manufacturer: None,
            product: None,
            is_smart_card: false,
        };
        let cards = Snapshot { service: Service::Running, readers: Vec::new() };
        let seen = Seen { cards, usb: Ok(vec![device]) };
        let held: Vec<_> = find(folder.path(), &seen).into_iter().map(|holder| (holder.pid, holder.holds)).collect();
        assert_eq!(held, [(7, "001/007".to_owned()), (7, "pcsc".to_owned())]);
    }
}
