//! A computer with a smart card service, a reader, USB ports and folders of its own.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use programs::service::{CardService, PATIENCE, signal, wait_for};
use serde_json::Value;
use tempfile::TempDir;

/// Answer to reset of the virtual PIV card, which the device table knows.
pub(crate) const PIV: &str = "3b951381018073ff01000b";

/// Its folders: `service` (the service's socket), `usb` (as /sys/bus/usb/devices), `root` (where modules are looked for).
pub(crate) struct Machine {
    folder: TempDir,
    service: CardService,
}

impl Machine {
    /// No service runs, nothing is plugged in, no module is installed.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["service", "usb", "root"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { service: CardService::new(folder.path()), folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn start_service(&mut self, with_reader: bool) {
        self.service.start(with_reader);
    }

    pub(crate) fn stop_service(&mut self) {
        self.service.stop();
    }

    /// Pushes a card with this answer to reset into the reader.
    pub(crate) fn plug(&self, atr: &str) -> VirtualCard {
        VirtualCard::insert(self.service.port(), atr)
    }

    /// Plugs in a USB device, as Linux shows one.
    pub(crate) fn plug_usb(&self, port: &str, id: &str, product: &str) {
        let (vendor, model) = id.split_once(':').unwrap();
        let device = self.path("usb/.new");
        fs::create_dir(&device).unwrap();
        for (name, value) in [
            ("busnum", "1"),
            ("devnum", "7"),
            ("idVendor", vendor),
            ("idProduct", model),
            ("bcdDevice", "0100"),
            ("version", " 2.00"),
            ("bDeviceClass", "00"),
            ("bDeviceSubClass", "00"),
            ("bDeviceProtocol", "00"),
            ("product", product),
            ("serial", "SERIAL-OF-THE-PERSON"),
        ] {
            fs::write(device.join(name), value).unwrap();
        }
        fs::rename(device, self.path("usb").join(port)).unwrap();
    }

    pub(crate) fn pull_usb(&self, port: &str) {
        fs::remove_dir_all(self.path("usb").join(port)).unwrap();
    }

    /// `bidseal` on this machine, in English.
    pub(crate) fn bidseal(&self, arguments: &[&str]) -> Command {
        self.bidseal_after("", arguments)
    }

    /// The same, after a shell line that prepares its private view of the disk.
    pub(crate) fn bidseal_after(&self, prepare: &str, arguments: &[&str]) -> Command {
        let private = format!(
            "mount -t tmpfs none /sys; mkdir -p /sys/bus/usb/devices; mount --bind \"$0\" /sys/bus/usb/devices; \
             {prepare} exec \"$@\""
        );
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-ec", &private]).arg(self.path("usb")).arg(programs::path_of("bidseal"));
        command.args(["--lang", "en"]).args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("BIDSEAL_HOME", self.path("home"));
        command.env("PCSCLITE_CSOCK_NAME", self.service.socket());
        command.env("BIDSEAL_TEST_ROOT", self.path("root"));
        command
    }

    /// What a command that prints one document says, and its status.
    pub(crate) fn document(&self, arguments: &[&str]) -> (Value, Option<i32>) {
        self.document_after("", arguments)
    }

    pub(crate) fn document_after(&self, prepare: &str, arguments: &[&str]) -> (Value, Option<i32>) {
        let output = self.bidseal_after(prepare, &[arguments, &["--json"]].concat()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("no document: {said}{error}"));
        (value, output.status.code())
    }

    /// `bidseal token watch`, looking on.
    pub(crate) fn watch(&self, arguments: &[&str]) -> Watching {
        Self::watch_by(&mut self.bidseal(&[&["token", "watch", "--json"], arguments].concat()))
    }

    /// A command that watches, looking on.
    pub(crate) fn watch_by(command: &mut Command) -> Watching {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let (sender, events) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let _ = sender.send((Instant::now(), serde_json::from_str(&line).expect("a line is JSON")));
            }
        });
        Watching { child, events, told: VecDeque::new() }
    }
}

/// A card in the reader, until it is pulled.
pub(crate) struct VirtualCard {
    line: TcpStream,
    answering: Option<JoinHandle<()>>,
}

impl VirtualCard {
    fn insert(port: u16, atr: &str) -> Self {
        let mut line = None;
        wait_for("vsmartcard-vpcd is needed", || {
            line = TcpStream::connect(("127.0.0.1", port)).ok();
            line.is_some()
        });
        let line = line.unwrap();
        let answer: Vec<u8> =
            (0..atr.len()).step_by(2).map(|at| u8::from_str_radix(&atr[at..at + 2], 16).unwrap()).collect();
        let mut card = line.try_clone().unwrap();
        let answering = thread::spawn(move || while answer_one(&mut card, &answer).is_ok() {});
        Self { line, answering: Some(answering) }
    }

    /// Pulls it out.
    pub(crate) fn pull(mut self) {
        let _ = self.line.shutdown(Shutdown::Both);
        self.answering.take().unwrap().join().unwrap();
    }
}

/// The protocol of vpcd: each message is preceded by its length. One byte is a command to the card's supply (4 asks for
/// the answer to reset; the others have no answer), more is an APDU, to which this card says "instruction unknown".
fn answer_one(line: &mut TcpStream, atr: &[u8]) -> std::io::Result<()> {
    const ASK_ATR: u8 = 4;
    let mut len = [0; 2];
    line.read_exact(&mut len)?;
    let mut message = vec![0; usize::from(u16::from_be_bytes(len))];
    line.read_exact(&mut message)?;
    let answer = match message[..] {
        [ASK_ATR] => atr,
        [_] => return Ok(()),
        _ => &[0x6d, 0x00],
    };
    line.write_all(&[&u16::try_from(answer.len()).unwrap().to_be_bytes(), answer].concat())
}

/// The program that looks on.
pub(crate) struct Watching {
    child: Child,
    events: Receiver<(Instant, Value)>,
    told: VecDeque<Value>,
}

impl Watching {
    /// Reads until a line with these members comes; answers it and when it came. Others are kept as told.
    pub(crate) fn until(&mut self, members: &[(&str, &str)]) -> (Instant, Value) {
        loop {
            let Ok((moment, event)) = self.events.recv_timeout(PATIENCE) else {
                panic!("{members:?} was not told, but {:#?}", self.told);
            };
            self.told.push_back(event.clone());
            if members.iter().all(|(name, value)| event[*name] == **value) {
                return (moment, event);
            }
        }
    }

    /// The program's process: `unshare` and the shell have become it.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as Ctrl-C does.
    pub(crate) fn interrupt(mut self) -> Option<i32> {
        signal("INT", self.pid());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Open files, threads and resident KiB of a process and of its children, as Linux counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) processes: usize,
    pub(crate) files: usize,
    pub(crate) threads: usize,
    pub(crate) resident: usize,
}

impl Footprint {
    pub(crate) fn of(pid: u32) -> Self {
        let own = Path::new("/proc").join(pid.to_string());
        let status = fs::read_to_string(own.join("status")).unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
            line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        let files = fs::read_dir(own.join("fd")).map_or(0, Iterator::count);
        let children = fs::read_dir(own.join("task")).into_iter().flatten().flatten();
        let children = children.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let children: Vec<u32> = children
            .flat_map(|line| line.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .collect();
        let own = Self { processes: 1, files, threads: number("Threads:"), resident: number("VmRSS:") };
        children.into_iter().map(Self::of).fold(own, |sum, child| Self {
            processes: sum.processes + child.processes,
            files: sum.files + child.files,
            threads: sum.threads + child.threads,
            resident: sum.resident + child.resident,
        })
    }
}
