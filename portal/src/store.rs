//! The database: SQLite in the portal's folder, or what `DATABASE_URL` names. Only types that both know.

use std::path::Path;

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;

const TABLES: [&str; 8] = [
    "CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, company TEXT NOT NULL, credit_code TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS certificates (sha256 TEXT PRIMARY KEY, account TEXT NOT NULL, holder TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS checks (account TEXT NOT NULL, sha256 TEXT NOT NULL, moment BIGINT NOT NULL, \
     state TEXT NOT NULL, reasons TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sessions (hash TEXT PRIMARY KEY, account TEXT NOT NULL, csrf TEXT NOT NULL, \
     nonce TEXT NOT NULL, nonce_until BIGINT NOT NULL, expires BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tenders (id TEXT PRIMARY KEY, host TEXT NOT NULL, title TEXT NOT NULL, lot TEXT NOT NULL, \
     deadline BIGINT NOT NULL, opens_at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS bids (id TEXT PRIMARY KEY, tender TEXT NOT NULL, account TEXT NOT NULL, \
     size BIGINT NOT NULL, state TEXT NOT NULL, root TEXT NOT NULL, submitted BIGINT NOT NULL, opened BIGINT NOT NULL, \
     how TEXT NOT NULL, files TEXT NOT NULL, UNIQUE (tender, account))",
    "CREATE TABLE IF NOT EXISTS records (tender TEXT PRIMARY KEY, content TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS signatures (tender TEXT NOT NULL, account TEXT NOT NULL, signature TEXT NOT NULL, \
     signed BIGINT NOT NULL, PRIMARY KEY (tender, account))",
];

/// Opens the database and makes what is missing.
pub(crate) async fn open(data: &Path) -> sqlx::Result<AnyPool> {
    sqlx::any::install_default_drivers();
    let file = || format!("sqlite://{}?mode=rwc", data.join("portal.db").display());
    let address = std::env::var("DATABASE_URL").unwrap_or_else(|_| file());
    let pool = AnyPoolOptions::new().max_connections(4).connect(&address).await?;
    for table in TABLES {
        sqlx::query(table).execute(&pool).await?;
    }
    Ok(pool)
}

/// A name that nobody guesses: 128 random bits.
pub(crate) fn fresh_id() -> Result<String, crate::failure::Failure> {
    let bytes: [u8; 16] = algo::random().map_err(|error| crate::failure::Failure::Internal(error.to_string()))?;
    Ok(hex::encode(bytes))
}

/// Whether a text can be one of [`fresh_id`]; also what makes it safe as a file's name.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
