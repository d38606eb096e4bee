//! The rows of the tables in `schema.sql`.

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::consent::rfc3339;

/// How far a bid has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Complete, but not yet known to have its name.
    Sealing,
    /// Its opening is still to come.
    Waiting,
    /// Opened here at or after its time.
    Opened,
    /// Needed no more, by the person's word.
    Cleared,
}

impl State {
    const ALL: [Self; 4] = [Self::Sealing, Self::Waiting, Self::Opened, Self::Cleared];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sealing => "sealing",
            Self::Waiting => "waiting",
            Self::Opened => "opened",
            Self::Cleared => "cleared",
        }
    }

    /// Whether its keys are still needed.
    pub(super) const fn needs_keys(self) -> bool {
        matches!(self, Self::Sealing | Self::Waiting)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Bid {
    pub(super) root: String,
    pub(super) header_hash: String,
    pub(super) profile: String,
    pub(super) file: String,
    pub(super) size: u64,
    pub(super) files: u64,
    pub(super) project: String,
    pub(super) lot: String,
    pub(super) bidder: String,
    pub(super) credit_code: String,
    pub(super) sealed_at: OffsetDateTime,
    pub(super) opens_at: Option<OffsetDateTime>,
    pub(super) state: State,
    pub(super) state_since: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub(super) struct Recipient {
    pub(super) role: String,
    pub(super) holder: String,
    pub(super) serial: String,
    pub(super) key_id: String,
    pub(super) sha256: String,
    pub(super) valid_to: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) key_id: String,
    pub(super) provider: String,
    pub(super) token: String,
    pub(super) label: String,
    pub(super) serial: String,
    pub(super) seen_at: String,
}

#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) root: Option<String>,
    pub(super) file: String,
    pub(super) operation: String,
    pub(super) result: String,
    pub(super) at: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Statement,
    Receipt,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Receipt => "receipt",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Proof {
    pub(super) kind: Kind,
    pub(super) at: OffsetDateTime,
    pub(super) sha256: String,
    /// Whether it is over the bid's root; none where its form is not known here.
    pub(super) matches: Option<bool>,
    pub(super) bytes: Vec<u8>,
}

/// A moment of the clock as it is recorded: to the second.
pub(super) fn recorded(moment: OffsetDateTime) -> String {
    rfc3339(moment.replace_nanosecond(0).unwrap_or(moment))
}

pub(super) async fn insert_bid(
    connection: &mut SqliteConnection,
    bid: &Bid,
    recipients: &[Recipient],
) -> sqlx::Result<()> {
    let bid_row = "INSERT INTO bid VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let opens_at = bid.opens_at.map(rfc3339);
    let query = sqlx::query(bid_row).bind(&bid.root).bind(&bid.header_hash).bind(&bid.profile).bind(&bid.file);
    let query = query.bind(number(bid.size)).bind(number(bid.files)).bind(&bid.project).bind(&bid.lot);
    let query = query.bind(&bid.bidder).bind(&bid.credit_code).bind(recorded(bid.sealed_at)).bind(opens_at);
    query.bind(bid.state.name()).bind(recorded(bid.state_since)).execute(&mut *connection).await?;
    for (position, one) in (0i64..).zip(recipients) {
        let query = sqlx::query("INSERT INTO recipient VALUES (?, ?, ?, ?, ?, ?, ?, ?)").bind(&bid.root).bind(position);
        let query = query.bind(&one.role).bind(&one.holder).bind(&one.serial).bind(&one.key_id).bind(&one.sha256);
        query.bind(rfc3339(one.valid_to)).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn put_devices(connection: &mut SqliteConnection, devices: &[Device]) -> sqlx::Result<()> {
    for one in devices {
        let query = sqlx::query("INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, ?, ?)").bind(&one.key_id);
        let query = query.bind(&one.provider).bind(&one.token).bind(&one.label).bind(&one.serial);
        query.bind(&one.seen_at).execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn put_proof(connection: &mut SqliteConnection, root: &str, proof: &Proof) -> sqlx::Result<()> {
    let query = sqlx::query("INSERT OR REPLACE INTO proof VALUES (?, ?, ?, ?, ?, ?)").bind(root);
    let query = query.bind(proof.kind.name()).bind(recorded(proof.at)).bind(&proof.sha256);
    query.bind(proof.matches.map(i64::from)).bind(&proof.bytes).execute(connection).await?;
    Ok(())
}

pub(super) async fn insert_attempt(connection: &mut SqliteConnection, attempt: &Attempt) -> sqlx::Result<()> {
    let text = "INSERT INTO attempt (root, file, operation, result, at) VALUES (?, ?, ?, ?, ?)";
    let query = sqlx::query(text).bind(&attempt.root).bind(&attempt.file).bind(&attempt.operation);
    query.bind(&attempt.result).bind(&attempt.at).execute(connection).await?;
    Ok(())
}

pub(super) async fn set_state(
    connection: &mut SqliteConnection,
    root: &str,
    state: State,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    let query = sqlx::query("UPDATE bid SET state = ?, state_since = ? WHERE root = ?").bind(state.name());
    query.bind(recorded(now)).bind(root).execute(connection).await?;
    Ok(())
}

pub(super) async fn delete(connection: &mut SqliteConnection, root: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM attempt WHERE root = ?").bind(root).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM bid WHERE root = ?").bind(root).execute(connection).await?;
    Ok(())
}

pub(super) async fn find(connection: &mut SqliteConnection, root: &str) -> sqlx::Result<Option<Bid>> {
    let row = sqlx::query("SELECT * FROM bid WHERE root = ?").bind(root).fetch_optional(connection).await?;
    row.as_ref().map(bid).transpose()
}

/// The bid with this header; a header is never used for two.
pub(super) async fn find_by_header(connection: &mut SqliteConnection, header_hash: &str) -> sqlx::Result<Option<Bid>> {
    let query = sqlx::query("SELECT * FROM bid WHERE header_hash = ?").bind(header_hash);
    query.fetch_optional(connection).await?.as_ref().map(bid).transpose()
}

/// The latest moment at which anything was recorded.
pub(super) async fn latest(connection: &mut SqliteConnection) -> sqlx::Result<Option<OffsetDateTime>> {
    let text = "SELECT sealed_at FROM bid UNION ALL SELECT state_since FROM bid UNION ALL SELECT seen_at FROM device \
                UNION ALL SELECT at FROM attempt";
    let rows = sqlx::query(text).fetch_all(connection).await?;
    let moments = rows.iter().map(|row| parsed("at", row.try_get(0)?)).collect::<sqlx::Result<Vec<_>>>()?;
    Ok(moments.into_iter().max())
}

pub(super) async fn bids(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Bid>> {
    sqlx::query("SELECT * FROM bid").fetch_all(connection).await?.iter().map(bid).collect()
}

/// The recipients of a bid in the order of its slots.
pub(super) async fn recipients(connection: &mut SqliteConnection, root: &str) -> sqlx::Result<Vec<Recipient>> {
    let query = sqlx::query("SELECT * FROM recipient WHERE root = ? ORDER BY position").bind(root);
    query.fetch_all(connection).await?.iter().map(recipient).collect()
}

pub(super) async fn device(connection: &mut SqliteConnection, key_id: &str) -> sqlx::Result<Option<Device>> {
    let query = sqlx::query("SELECT * FROM device WHERE key_id = ?").bind(key_id);
    query.fetch_optional(connection).await?.as_ref().map(device_of).transpose()
}

/// Attempts on a bid, oldest first, and those on a file of its name whose root could not be read.
pub(super) async fn attempts(connection: &mut SqliteConnection, root: &str, file: &str) -> sqlx::Result<Vec<Attempt>> {
    let text = "SELECT * FROM attempt WHERE root = ? OR (root IS NULL AND file = ?) ORDER BY number";
    sqlx::query(text).bind(root).bind(file).fetch_all(connection).await?.iter().map(attempt).collect()
}

pub(super) async fn proof(connection: &mut SqliteConnection, root: &str, kind: Kind) -> sqlx::Result<Option<Proof>> {
    let query = sqlx::query("SELECT * FROM proof WHERE root = ? AND kind = ?").bind(root).bind(kind.name());
    query.fetch_optional(connection).await?.as_ref().map(|row| proof_of(row, kind)).transpose()
}

/// Marks a reminder as shown; false when it was shown before.
pub(super) async fn remind(connection: &mut SqliteConnection, root: &str, due: &str) -> sqlx::Result<bool> {
    let query = sqlx::query("INSERT OR IGNORE INTO reminded VALUES (?, ?)").bind(root).bind(due);
    Ok(query.execute(connection).await?.rows_affected() == 1)
}

/// Reminders that were shown, as root and name.
pub(super) async fn reminded(connection: &mut SqliteConnection) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query("SELECT root, due FROM reminded").fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

fn bid(row: &SqliteRow) -> sqlx::Result<Bid> {
    let state: String = row.try_get("state")?;
    let opens_at: Option<String> = row.try_get("opens_at")?;
    Ok(Bid {
        root: row.try_get("root")?,
        header_hash: row.try_get("header_hash")?,
        profile: row.try_get("profile")?,
        file: row.try_get("file")?,
        size: row.try_get::<i64, _>("size")?.unsigned_abs(),
        files: row.try_get::<i64, _>("files")?.unsigned_abs(),
        project: row.try_get("project")?,
        lot: row.try_get("lot")?,
        bidder: row.try_get("bidder")?,
        credit_code: row.try_get("credit_code")?,
        sealed_at: moment(row, "sealed_at")?,
        opens_at: opens_at.map(|text| parsed("opens_at", &text)).transpose()?,
        state: State::ALL.into_iter().find(|known| known.name() == state).ok_or_else(|| odd("state", &state))?,
        state_since: moment(row, "state_since")?,
    })
}

fn recipient(row: &SqliteRow) -> sqlx::Result<Recipient> {
    Ok(Recipient {
        role: row.try_get("role")?,
        holder: row.try_get("holder")?,
        serial: row.try_get("serial")?,
        key_id: row.try_get("key_id")?,
        sha256: row.try_get("sha256")?,
        valid_to: moment(row, "valid_to")?,
    })
}

fn device_of(row: &SqliteRow) -> sqlx::Result<Device> {
    Ok(Device {
        key_id: row.try_get("key_id")?,
        provider: row.try_get("provider")?,
        token: row.try_get("token")?,
        label: row.try_get("label")?,
        serial: row.try_get("serial")?,
        seen_at: row.try_get("seen_at")?,
    })
}

fn attempt(row: &SqliteRow) -> sqlx::Result<Attempt> {
    Ok(Attempt {
        root: row.try_get("root")?,
        file: row.try_get("file")?,
        operation: row.try_get("operation")?,
        result: row.try_get("result")?,
        at: row.try_get("at")?,
    })
}

fn proof_of(row: &SqliteRow, kind: Kind) -> sqlx::Result<Proof> {
    Ok(Proof {
        kind,
        at: moment(row, "at")?,
        sha256: row.try_get("sha256")?,
        matches: row.try_get::<Option<i64>, _>("matches")?.map(|matches| matches != 0),
        bytes: row.try_get("bytes")?,
    })
}

fn moment(row: &SqliteRow, column: &'static str) -> sqlx::Result<OffsetDateTime> {
    parsed(column, row.try_get(column)?)
}

fn parsed(column: &'static str, text: &str) -> sqlx::Result<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| odd(column, text))
}

/// A value that this program never writes.
fn odd(column: &str, value: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: format!("odd value {value}").into() }
}

/// SQLite knows signed numbers only; no file is longer than 2⁶³ bytes.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
