//! A smart card service of one test, with a virtual reader.

use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything here takes, also on a machine with much else to do.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// `pcscd`, whose socket lies in a folder of the test.
#[derive(Debug)]
pub struct CardService {
    folder: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl CardService {
    /// Not yet started; its files go below `folder`, which exists.
    ///
    /// # Panics
    /// If nothing can be written there.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder.join("service")).expect("a folder of the test");
        Self { folder: folder.to_owned(), port: free_ports(), running: None }
    }

    /// Where the virtual reader waits for a card.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What clients find the service by (`PCSCLITE_CSOCK_NAME`).
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join("service/pcscd.comm")
    }

    /// Starts it; its socket lies in our folder, whatever its program believes.
    ///
    /// # Panics
    /// If it does not come up.
    #[allow(clippy::disallowed_methods, reason = "a file of a test lives as long as it does")]
    pub fn start(&mut self, with_reader: bool) {
        let reader = format!(
            "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x{0:X}\n\
             LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID 0x{0:X}\n",
            self.port
        );
        let config = self.folder.join("reader.conf");
        fs::write(&config, if with_reader { reader.as_bytes() } else { b"" }).expect("a folder of the test");
        let private = "mount -t tmpfs none /run; mkdir /run/pcscd; mount --bind \"$1\" /run/pcscd; \
                       exec pcscd --foreground --config \"$2\"";
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-ec", private, "sh"]).arg(self.folder.join("service")).arg(config);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.running = Some(command.spawn().expect("unshare (util-linux) is needed"));
        let socket = self.socket();
        // The socket is there a moment before anybody listens at it.
        wait_for("pcscd is needed", || UnixStream::connect(&socket).is_ok());
    }

    /// Ends it as an administrator does.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn stop(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        signal("TERM", running.id());
        running.wait().expect("a child of ours can be waited for");
        for name in ["pcscd.comm", "pcscd.pid"] {
            let _ = fs::remove_file(self.folder.join("service").join(name));
        }
    }
}

impl Drop for CardService {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.kill();
            let _ = running.wait();
        }
    }
}

/// A port that is free with the next one, which the driver opens for its second slot; each test gets others.
fn free_ports() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let base = 20_000 + u16::try_from(std::process::id() % 10_000).expect("less than 10,000");
    loop {
        let port = base + 2 * TAKEN.fetch_add(1, Ordering::SeqCst);
        if [port, port + 1].iter().all(|port| TcpListener::bind(("0.0.0.0", *port)).is_ok()) {
            return port;
        }
    }
}

/// The shell's own `kill`: the program of that name is not on every machine.
///
/// # Panics
/// If there is no such process.
pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status();
    assert!(sent.expect("sh is everywhere").success(), "{pid} is gone");
}

/// Waits for what happens soon.
///
/// # Panics
/// With `what`, if it does not.
pub fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}
