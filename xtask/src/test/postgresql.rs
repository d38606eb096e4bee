//! A PostgreSQL of one run: its own folder, a port of this computer, an unprivileged user, and gone at the end.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::children;
use crate::failure::{During, Failure};

/// Whoever owns nothing else: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;
/// Looks at whether it has come up, a quarter of a second apart.
const LOOKS: u32 = 120;

/// A running server that ends with this value.
pub(super) struct PostgreSql {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    server: Child,
}

impl PostgreSql {
    /// Makes a fresh cluster and starts it.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or does not come up.
    pub(super) fn start() -> Result<Self, Failure> {
        let programs = installed()?;
        let folder = std::env::temp_dir().join(format!("bidseal-postgresql-{}", std::process::id()));
        fs::create_dir(&folder).during("the folder of PostgreSQL")?;
        if is_root()? {
            chown(&folder, Some(NOBODY), Some(NOBODY)).during("the folder of PostgreSQL")?;
        }
        let data = folder.join("data");
        let mut make = unprivileged(&programs.join("initdb"), &folder)?;
        make.arg("-D").arg(&data).args(["-U", "bidseal", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        succeeds(&mut make)?;
        let port = free_port()?;
        let mut serve = unprivileged(&programs.join("postgres"), &folder)?;
        serve.arg("-D").arg(&data).args([
            "-p",
            &port.to_string(),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
        ]);
        serve.arg("-c").arg(format!("unix_socket_directories={}", folder.display()));
        let server = children::start(serve.stdout(Stdio::null()).stderr(Stdio::null())).during("postgres")?;
        let started = Self { folder, programs, port, server };
        started.wait()?;
        Ok(started)
    }

    /// Its address, without a database.
    pub(super) fn address(&self) -> String {
        format!("postgresql://bidseal@127.0.0.1:{}", self.port)
    }

    fn wait(&self) -> Result<(), Failure> {
        for _ in 0..LOOKS {
            let mut ask = Command::new(self.programs.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if ask.status().during("pg_isready")?.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        Err(Failure::new("PostgreSQL does not come up"))
    }
}

impl Drop for PostgreSql {
    fn drop(&mut self) {
        // It gives its shared memory back itself; one that does not is killed. What it holds is worth nothing.
        let stopped = unprivileged(&self.programs.join("pg_ctl"), &self.folder)
            .and_then(|mut stop| succeeds(stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.join("data"))));
        if stopped.is_err() {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Debian keeps the programs of each version in a folder of its own; the newest is taken.
fn installed() -> Result<PathBuf, Failure> {
    let versions = fs::read_dir("/usr/lib/postgresql").during("PostgreSQL")?;
    let folders = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").exists()).max().ok_or_else(|| Failure::new("PostgreSQL is missing"))
}

/// A command that runs as nobody where we are root, knows nothing of our environment, and works in `folder`.
fn unprivileged(program: &Path, folder: &Path) -> Result<Command, Failure> {
    let mut command = if is_root()? {
        let mut command = Command::new("setpriv");
        let ids = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")];
        command.args(ids).args(["--clear-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("LANG", "C.UTF-8").current_dir(folder);
    Ok(command)
}

fn is_root() -> Result<bool, Failure> {
    Ok(fs::metadata("/proc/self").during("our own process")?.uid() == 0)
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during("a free port")?;
    Ok(listener.local_addr().during("a free port")?.port())
}

fn succeeds(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().during(&program)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}
