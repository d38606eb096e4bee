//! `ledger.db`: SQLite behind calls that wait.
//!
//! The file is made once, whole, and never again: `ledger.made` remembers that there was one, so that a ledger that is
//! gone, cut to nothing or damaged is reported and not replaced by an empty one.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use durable::{Replace, failpoint};
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::runtime;

use crate::{Code, Failure, Home, fault, output};

/// The label of the failpoints of a new ledger.
pub(crate) const LABEL: &str = "ledger.new";
/// The steps of every later write.
pub(crate) const FAILPOINTS: &[&str] = &["ledger.begun", "ledger.written", "ledger.committed"];

/// "BdSl", so that no other program's database is taken for ours.
const APPLICATION: i32 = 0x4264_536c;
/// What makes version n + 1 of version n, in order. A step that was published never changes.
const STEPS: &[&str] = &[include_str!("schema.sql")];
/// How long another process of this person may hold the ledger.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the ledger of a home lies.
pub(crate) fn place(home: &Home) -> PathBuf {
    home.path().join("ledger.db")
}

/// Whether anything was ever recorded in this home.
pub(super) fn exists(home: &Home) -> bool {
    place(home).exists() || mark(home).exists()
}

/// Reads; `work` sees one state from beginning to end.
pub(super) fn read<T: Send>(
    home: &Home,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<T> + Send,
) -> Result<T, Failure> {
    with(home, async move |connection| {
        sqlx::query("BEGIN").execute(&mut *connection).await?;
        let found = work(&mut *connection).await?;
        sqlx::query("ROLLBACK").execute(&mut *connection).await?;
        Ok(found)
    })
}

/// Writes all that `work` writes, or nothing of it. When this returns it is on the disk.
pub(super) fn write<T: Send>(
    home: &Home,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<T> + Send,
) -> Result<T, Failure> {
    with(home, async move |connection| {
        // Immediately: of two that read first and write later one would be refused.
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
        failpoint(FAILPOINTS[0]);
        let done = work(&mut *connection).await?;
        failpoint(FAILPOINTS[1]);
        sqlx::query("COMMIT").execute(&mut *connection).await?;
        failpoint(FAILPOINTS[2]);
        Ok(done)
    })
}

/// Opens, checks and brings up to date, works, closes.
fn with<T: Send>(
    home: &Home,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> sqlx::Result<T> + Send,
) -> Result<T, Failure> {
    make_once(home)?;
    let path = place(home);
    waited(async move || {
        let told = |error: sqlx::Error| failed(&path, &error);
        let mut connection = options(&path).connect().await.map_err(told)?;
        check(&path, &mut connection).await?;
        let done = work(&mut connection).await.map_err(told)?;
        connection.close().await.map_err(told)?;
        Ok(done)
    })
}

/// Runs on a thread of its own, so that a shell that is asynchronous itself may call.
fn waited<T: Send>(work: impl AsyncFnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
    let run = || {
        let runtime = runtime::Builder::new_current_thread().enable_time().build();
        let internal = |error: io::Error| Failure::new(Code::Internal).with("reason", format!("runtime: {error}"));
        runtime.map_err(internal)?.block_on(work())
    };
    std::thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        // One file that can be copied, and durable names: the ledger is small and seldom written.
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Extra)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
}

/// Refuses what is damaged, foreign or newer than this program; takes older ledgers to this version.
async fn check(path: &Path, connection: &mut SqliteConnection) -> Result<(), Failure> {
    let told = |error: sqlx::Error| failed(path, &error);
    let damaged = |reason: &str| fault::at(Code::LedgerDamaged, path).with("reason", reason);
    let sound: String = text(connection, "PRAGMA quick_check(1)").await.map_err(told)?;
    if sound != "ok" {
        return Err(damaged(&crate::detailed("ledger_unsound", sound)));
    }
    if number(connection, "PRAGMA application_id").await.map_err(told)? != i64::from(APPLICATION) {
        return Err(damaged("foreign_file"));
    }
    let version = number(connection, "PRAGMA user_version").await.map_err(told)?;
    match usize::try_from(version) {
        Ok(version) if version == STEPS.len() => Ok(()),
        Ok(version) if version > STEPS.len() => Err(fault::at(Code::LedgerVersion, path).with("version", version)),
        _ => upgrade(connection).await.map_err(told),
    }
}

/// Goes on from the version that stands in the file once it is locked: another process may have been here first.
async fn upgrade(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    let version = number(connection, "PRAGMA user_version").await?;
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        sqlx::raw_sql(step).execute(&mut *connection).await?;
    }
    let version = format!("PRAGMA user_version = {}", STEPS.len());
    sqlx::raw_sql(&version).execute(&mut *connection).await?;
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}

async fn text(connection: &mut SqliteConnection, query: &'static str) -> sqlx::Result<String> {
    sqlx::query(query).fetch_one(connection).await?.try_get(0)
}

async fn number(connection: &mut SqliteConnection, query: &'static str) -> sqlx::Result<i64> {
    sqlx::query(query).fetch_one(connection).await?.try_get(0)
}

/// The mark that a ledger was made here.
fn mark(home: &Home) -> PathBuf {
    home.path().join("ledger.made")
}

/// Makes an empty ledger if there never was one.
fn make_once(home: &Home) -> Result<(), Failure> {
    let path = place(home);
    let failed = |error: &io::Error| fault::at(Code::LedgerFailed, &path).with("reason", fault::io_reason(error));
    // Two processes may start at once: the second waits, and finds what the first has made.
    let lock = open_private(&home.path().join("ledger.lock")).map_err(|error| failed(&error))?;
    lock.lock().map_err(|error| failed(&error))?;
    match fs::metadata(&path) {
        Ok(facts) if facts.len() == 0 => return Err(fault::at(Code::LedgerDamaged, &path).with("reason", "empty_file")),
        Ok(_) => {}
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&error)),
        Err(_) if mark(home).exists() => return Err(fault::at(Code::LedgerMissing, &path)),
        Err(_) => {
            let bytes = empty(home)?;
            output::finish(home.parts().create_private(&path, LABEL)?, &path, &[&bytes], Replace::Never)?;
        }
    }
    if !mark(home).exists() {
        open_private(&mark(home)).map_err(|error| failed(&error))?.sync_all().map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// The bytes of an empty ledger, made beside its place: what a kill leaves there is made anew.
fn empty(home: &Home) -> Result<Vec<u8>, Failure> {
    let path = home.path().join("ledger.empty");
    let io_failed = |error: &io::Error| fault::at(Code::LedgerFailed, &path).with("reason", fault::io_reason(error));
    let gone = |path: &Path| match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_failed(&error)),
        _ => Ok(()),
    };
    gone(&path)?;
    gone(&home.path().join("ledger.empty-journal"))?;
    waited(async || {
        let told = |error: sqlx::Error| failed(&path, &error);
        let mut connection = options(&path).create_if_missing(true).connect().await.map_err(told)?;
        let ours = format!("PRAGMA application_id = {APPLICATION}");
        sqlx::raw_sql(&ours).execute(&mut connection).await.map_err(told)?;
        upgrade(&mut connection).await.map_err(told)?;
        connection.close().await.map_err(told)
    })?;
    let bytes = fs::read(&path).map_err(|error| io_failed(&error))?;
    gone(&path)?;
    Ok(bytes)
}

fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What SQLite says (its primary result codes, sqlite.org/rescode.html), as ours.
fn failed(path: &Path, error: &sqlx::Error) -> Failure {
    const FULL: i64 = 13;
    const CORRUPT: i64 = 11;
    const NOT_A_DATABASE: i64 = 26;
    const BUSY: i64 = 5;
    const LOCKED: i64 = 6;
    const READ_ONLY: i64 = 8;
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i64>().ok()).map(|code| code & 0xff);
    let decoding = matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_));
    match code {
        Some(FULL) => fault::at(Code::DiskFull, path),
        Some(CORRUPT | NOT_A_DATABASE) => damaged(path, error),
        _ if decoding => damaged(path, error),
        Some(BUSY | LOCKED) => fault::at(Code::LedgerFailed, path).with("reason", "in_use"),
        Some(READ_ONLY) => fault::at(Code::LedgerFailed, path).with("reason", "read_only"),
        _ => fault::at(Code::LedgerFailed, path).with("reason", crate::detailed("database_said", error)),
    }
}

fn damaged(path: &Path, error: &sqlx::Error) -> Failure {
    fault::at(Code::LedgerDamaged, path).with("reason", crate::detailed("ledger_unsound", error))
}
