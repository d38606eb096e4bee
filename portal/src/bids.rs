//! A bid on its way in: slices in their order, going on after an interruption, and judged when it is complete.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_RANGE;
use axum::http::{HeaderMap, StatusCode};
use base64ct::{Base64, Encoding};
use bid::{Envelope, TreeRoot, Unwatched};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::Row;

use crate::accounts;
use crate::app::App;
use crate::failure::{Failure, absent, bad, conflict, forbidden};
use crate::receipt;
use crate::session::Member;
use crate::store;
use crate::tenders::{self, Tender};

/// Largest body of any request, in bytes.
pub(crate) const SLICE: usize = 8 << 20;
/// Largest bid, in bytes.
const LARGEST: i64 = 16 << 30;
/// Enough for every header: docs/bid-format.md.
const HEADER: u64 = 68 << 10;

/// Bids whose next slice is being written: two requests must not both find the same end of a file.
#[derive(Default)]
pub(crate) struct Filling(Mutex<HashSet<String>>);

/// The right to write the next slice of one bid.
struct Turn {
    app: Arc<App>,
    bid: String,
}

impl Turn {
    fn take(app: &Arc<App>, bid: &str) -> Option<Self> {
        let mut filling = app.filling.0.lock().unwrap_or_else(PoisonError::into_inner);
        filling.insert(bid.to_owned()).then(|| Self { app: Arc::clone(app), bid: bid.to_owned() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.app.filling.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.bid);
    }
}

/// A bid that the database knows.
pub(crate) struct Bid {
    pub(crate) id: String,
    pub(crate) size: i64,
    pub(crate) state: String,
    pub(crate) root: String,
}

impl Bid {
    /// Where its bytes lie.
    pub(crate) fn file(&self, app: &App) -> PathBuf {
        debug_assert!(store::is_id(&self.id), "the database holds our own names");
        app.data.join("bids").join(format!("{}.bid", self.id))
    }

    fn received(&self, app: &App) -> u64 {
        std::fs::metadata(self.file(app)).map_or(0, |facts| facts.len())
    }

    fn json(&self, app: &App) -> Value {
        json!({ "state": self.state, "size": self.size, "received": self.received(app), "root": self.root })
    }
}

/// A bid that will come.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Announced {
    size: i64,
}

/// The end of an upload.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submission {
    /// The sealing statement, base64.
    statement: String,
}

/// The bid of an account, if there is one.
pub(crate) async fn find(app: &App, tender: &str, account: &str) -> Result<Option<Bid>, Failure> {
    // As with tenders: not every text can be asked of every database.
    if !store::is_id(tender) {
        return Ok(None);
    }
    let row = sqlx::query("SELECT id, size, state, root FROM bids WHERE tender = $1 AND account = $2")
        .bind(tender)
        .bind(account)
        .fetch_optional(&app.database)
        .await?;
    Ok(row.map(|row| Bid { id: row.get(0), size: row.get(1), state: row.get(2), root: row.get(3) }))
}

/// `GET /api/tenders/{tender}/bid`: how far this member's own bid is.
pub(crate) async fn own(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let found = find(&app, &id, &member.account).await?;
    Ok(Json(json!({ "bid": found.map(|bid| bid.json(&app)) })))
}

/// `POST …/bid`: announces a bid. An upload of the same size goes on; another begins anew; a bid that was submitted stays.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
    Json(announced): Json<Announced>,
) -> Result<Json<Value>, Failure> {
    let tender = taken_until_now(&app, &id).await?;
    if !(4096..=LARGEST).contains(&announced.size) {
        return Err(bad("size"));
    }
    if let Some(bid) = find(&app, &id, &member.account).await? {
        if bid.state != "uploading" {
            return Err(conflict("submitted"));
        }
        if bid.size == announced.size {
            return Ok(Json(json!({ "bid": bid.json(&app) })));
        }
        sqlx::query("DELETE FROM bids WHERE id = $1").bind(&bid.id).execute(&app.database).await?;
        // Nothing refers to these bytes any more.
        let _ = std::fs::remove_file(bid.file(&app));
    }
    let bid = Bid { id: store::fresh_id()?, size: announced.size, state: "uploading".into(), root: String::new() };
    sqlx::query(
        "INSERT INTO bids (id, tender, account, size, state, root, submitted, opened, how, files) \
         VALUES ($1, $2, $3, $4, 'uploading', '', 0, 0, '', '[]')",
    )
    .bind(&bid.id)
    .bind(&tender.id)
    .bind(&member.account)
    .bind(bid.size)
    .execute(&app.database)
    .await?;
    Ok(Json(json!({ "bid": bid.json(&app) })))
}

/// `PUT …/bid/bytes`: the next slice. One that does not follow is answered with how much is here.
pub(crate) async fn take_slice(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
    headers: HeaderMap,
    slice: Bytes,
) -> Result<(StatusCode, Json<Value>), Failure> {
    taken_until_now(&app, &id).await?;
    let bid = find(&app, &id, &member.account).await?.ok_or_else(absent)?;
    if bid.state != "uploading" {
        return Err(conflict("submitted"));
    }
    let range = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).ok_or_else(|| bad("range"))?;
    let expected = |from: u64| format!("bytes {from}-{}/{}", from + slice.len() as u64 - 1, bid.size);
    // A page that lost its line sends again while the first request may still be writing: it is told to wait.
    let turn = Turn::take(&app, &bid.id);
    let received = bid.received(&app);
    let fits = turn.is_some() && !slice.is_empty() && received + slice.len() as u64 <= bid.size.unsigned_abs();
    if !fits || range != expected(received) {
        return Ok((StatusCode::CONFLICT, Json(json!({ "received": received }))));
    }
    let file = bid.file(&app);
    let length = slice.len() as u64;
    blocking(move || {
        // Held to the end of the write, also when the page has gone away.
        let _turn = turn;
        Ok(OpenOptions::new().append(true).create(true).open(file)?.write_all(&slice)?)
    })
    .await?;
    Ok((StatusCode::OK, Json(json!({ "received": received + length }))))
}

/// `POST …/bid/submit`: judges the complete file and its statement, and answers with the receipt.
pub(crate) async fn submit(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
    Json(submission): Json<Submission>,
) -> Result<Json<Value>, Failure> {
    let tender = taken_until_now(&app, &id).await?;
    let bid = find(&app, &id, &member.account).await?.ok_or_else(absent)?;
    if bid.state != "uploading" {
        return Err(conflict("submitted"));
    }
    if bid.received(&app) != bid.size.unsigned_abs() {
        return Err(conflict("incomplete"));
    }
    let statement = Base64::decode_vec(&submission.statement).map_err(|_| forbidden("statement"))?;
    let (judge, file) = (Arc::clone(&app), bid.file(&app));
    let root = blocking(move || judged(&judge, &file, &tender)).await?;
    let signer = receipt::statement_signer(&app, &statement, &root)?;
    if accounts::account_of(&app, &signer).await?.as_deref() != Some(&*member.account) {
        return Err(forbidden("statement"));
    }
    let now = (app.clock)();
    let receipt = receipt::receipt(&app.platform, root, now)?;
    // The deadline is looked at again: judging a large file takes its time.
    taken_until_now(&app, &id).await?;
    sqlx::query("UPDATE bids SET state = 'submitted', root = $1, submitted = $2 WHERE id = $3 AND state = 'uploading'")
        .bind(root.root.to_string())
        .bind(now.unix_timestamp())
        .bind(&bid.id)
        .execute(&app.database)
        .await?;
    Ok(Json(json!({ "root": root.root.to_string(), "receipt": Base64::encode_string(&receipt) })))
}

/// `GET …/bid/header`: the beginning of one's own bid, which is all that its holder needs to open it here.
pub(crate) async fn header(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Vec<u8>, Failure> {
    let bid = find(&app, &id, &member.account).await?.filter(|bid| bid.state != "uploading").ok_or_else(absent)?;
    let mut bytes = Vec::new();
    let mut file = File::open(bid.file(&app))?;
    file.seek(SeekFrom::Start(0))?;
    file.take(HEADER).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The tender, as long as it takes bids by the portal's own clock.
async fn taken_until_now(app: &App, id: &str) -> Result<Tender, Failure> {
    let tender = tenders::find(app, id).await?;
    if app.now() < tender.deadline { Ok(tender) } else { Err(forbidden("deadline")) }
}

/// Reads a whole bid and compares what it says about itself with the tender.
fn judged(app: &App, file: &std::path::Path, tender: &Tender) -> Result<TreeRoot, Failure> {
    let envelope = Envelope::read(File::open(file)?).map_err(|_| forbidden("not_a_bid"))?;
    let claims = &envelope.metadata().claims;
    let platform = claims.platform_certificate.as_ref();
    let here = claims.platform_origin.as_deref() == Some(&*app.origin)
        && claims.project == tender.title
        && claims.opens_at.is_some_and(|at| at.unix_timestamp() == tender.opens_at)
        && platform.is_some_and(|hash| hash.is_of(app.platform.certificate()));
    if !here {
        return Err(forbidden("other_tender"));
    }
    envelope.tree_root(&mut Unwatched).map_err(|_| forbidden("not_a_bid"))
}

/// Work that would keep others waiting.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::Internal(error.to_string()))?
}
