//! The opening: each holder answers with the key of his bid, the platform reads its own copy with it, and all sign the
//! record of what was opened.

use std::fs::File;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use base64ct::{Base64, Encoding};
use bid::{Entry, Envelope, Opened, TwinKey, TwinManifest, Unwatched};
use cms::{SignedContent, SignedData};
use durable::Parts;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::Row;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::accounts;
use crate::app::App;
use crate::bids::{self, Bid, blocking};
use crate::failure::{Failure, absent, bad, conflict, forbidden};
use crate::receipt;
use crate::session::Member;
use crate::tenders::{self, Tender};

/// Largest answer of a holder: a key for one certificate.
const LARGEST_ANSWER: usize = 64 << 10;

/// A signature under the record.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    /// Detached CMS, base64.
    signature: String,
}

/// What a twin proves, base64.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Twin {
    /// `input.key`.
    key: String,
    /// `manifest.p7s`.
    manifest: String,
}

/// `POST …/bid/open`: the holder's answer, in binary; the bid never travels again.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
    answer: Bytes,
) -> Result<Json<Value>, Failure> {
    let tender = opening_now(&app, &id).await?;
    if answer.len() > LARGEST_ANSWER {
        return Err(bad("answer"));
    }
    let bid = bids::find(&app, &tender.id, &member.account).await?.ok_or_else(absent)?;
    match bid.state.as_str() {
        "submitted" => {}
        "opened" => return Err(conflict("opened")),
        _ => return Err(absent()),
    }
    let (opener, held) = (Arc::clone(&app), Bid { ..bid });
    let id = held.id.clone();
    let files = blocking(move || opened(&opener, &held, &answer)).await?;
    note_opened(&app, &id, "header", &files).await?;
    Ok(Json(json!({ "files": files })))
}

/// `POST …/bid/twin`: the fallback, when the holder's key fails at the ceremony. The key of the bid and the list that was
/// signed before the deadline come from the twin (备份标书); the files come out of the platform's own copy.
pub(crate) async fn twin(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
    Json(Twin { key, manifest }): Json<Twin>,
) -> Result<Json<Value>, Failure> {
    let tender = opening_now(&app, &id).await?;
    let bid = bids::find(&app, &tender.id, &member.account).await?.ok_or_else(absent)?;
    match bid.state.as_str() {
        "submitted" => {}
        "opened" => return Err(conflict("opened")),
        _ => return Err(absent()),
    }
    let decode = |text: &str| Base64::decode_vec(text).map_err(|_| forbidden("twin"));
    let (key, manifest) = (algo::Secret::from(decode(&key)?), decode(&manifest)?);
    let signer = receipt::signer(&app, &manifest, SignedContent::Embedded)?;
    if accounts::account_of(&app, &signer).await?.as_deref() != Some(&*member.account) {
        return Err(forbidden("twin"));
    }
    let (opener, held) = (Arc::clone(&app), bid);
    let id = held.id.clone();
    let files = blocking(move || opened_by_twin(&opener, &held, &key, &manifest, &tender)).await?;
    note_opened(&app, &id, "twin", &files).await?;
    Ok(Json(json!({ "files": files })))
}

/// The list must be about this bid and older than the deadline; the key proves itself by opening.
fn opened_by_twin(
    app: &App,
    bid: &Bid,
    key: &algo::Secret,
    manifest: &[u8],
    tender: &Tender,
) -> Result<Value, Failure> {
    let refused = || forbidden("twin");
    let envelope = own_copy(app, bid)?;
    let content = SignedData::parse(manifest).ok().and_then(|message| message.content().map(<[u8]>::to_vec));
    let list = TwinManifest::from_der(&content.unwrap_or_default()).map_err(|_| refused())?;
    let root = envelope.tree_root(&mut Unwatched).map_err(|_| forbidden("not_a_bid"))?;
    if !list.is_about(&root) || list.made.time.unix_timestamp() > tender.deadline {
        return Err(refused());
    }
    let key = TwinKey::from_bytes(key.expose()).ok_or_else(refused)?;
    let opened = envelope.unlock_with_twin(&key).map_err(|_| refused())?;
    unpacked(app, bid, &opened)
}

async fn note_opened(app: &App, id: &str, how: &str, files: &Value) -> Result<(), Failure> {
    sqlx::query("UPDATE bids SET state = 'opened', opened = $1, how = $2, files = $3 WHERE id = $4")
        .bind(app.now())
        .bind(how)
        .bind(files.to_string())
        .bind(id)
        .execute(&app.database)
        .await?;
    Ok(())
}

/// The platform's copy of a bid, still the one for which it gave its receipt.
fn own_copy(app: &App, bid: &Bid) -> Result<Envelope<File>, Failure> {
    let envelope = Envelope::read(File::open(bid.file(app))?).map_err(|_| forbidden("not_a_bid"))?;
    if envelope.claimed_root().to_string() == bid.root { Ok(envelope) } else { Err(forbidden("not_a_bid")) }
}

/// Reads the platform's own copy with the key in the answer, into the folder of opened bids.
fn opened(app: &App, bid: &Bid, answer: &[u8]) -> Result<Value, Failure> {
    let envelope = own_copy(app, bid)?;
    let mut key = app.platform.opening_key()?;
    let part = envelope.head().read_answer(answer, app.platform.certificate(), &mut key);
    let part = part.map_err(|_| forbidden("answer"))?;
    let opened = envelope.unlock(&[part]).map_err(|_| forbidden("answer"))?;
    unpacked(app, bid, &opened)
}

fn unpacked(app: &App, bid: &Bid, opened: &Opened<File>) -> Result<Value, Failure> {
    let folder = app.data.join("opened");
    std::fs::create_dir_all(&folder)?;
    let failed = |error: String| Failure::Internal(error);
    let parts = Parts::open(&app.data).map_err(|error| failed(error.to_string()))?;
    let entries =
        opened.decrypt_to(&parts, &folder.join(&bid.id), &mut Unwatched).map_err(|e| failed(e.to_string()))?;
    Ok(entries.iter().map(listed).collect())
}

fn listed(entry: &Entry) -> Value {
    json!({ "path": entry.path.as_str(), "size": entry.size })
}

/// `GET …/record`: what was opened, once every bid is or an hour has passed, and who has signed it.
pub(crate) async fn record(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let tender = opening_now(&app, &id).await?;
    party(&app, &tender, &member).await?;
    let content = fixed(&app, &tender).await?;
    let query = "SELECT accounts.company, signatures.signed, signatures.account FROM signatures \
         JOIN accounts ON accounts.id = signatures.account WHERE signatures.tender = $1 ORDER BY signatures.signed";
    let rows = sqlx::query(query).bind(&id).fetch_all(&app.database).await?;
    let signed = |row: &sqlx::any::AnyRow| {
        let own = row.get::<String, _>(2) == member.account;
        json!({ "company": row.get::<String, _>(0), "at": row.get::<i64, _>(1), "own": own })
    };
    Ok(Json(json!({ "content": content, "signed": rows.iter().map(signed).collect::<Vec<_>>() })))
}

/// `POST …/record`: a party's signature under it.
pub(crate) async fn sign(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
    Json(Signature { signature }): Json<Signature>,
) -> Result<Json<Value>, Failure> {
    let tender = opening_now(&app, &id).await?;
    party(&app, &tender, &member).await?;
    let content = fixed(&app, &tender).await?;
    let message = Base64::decode_vec(&signature).map_err(|_| forbidden("signature"))?;
    let signer = receipt::signer(&app, &message, SignedContent::Detached(content.as_bytes()))?;
    if accounts::account_of(&app, &signer).await?.as_deref() != Some(&*member.account) {
        return Err(forbidden("signature"));
    }
    sqlx::query(
        "INSERT INTO signatures (tender, account, signature, signed) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tender, account) DO NOTHING",
    )
    .bind(&id)
    .bind(&member.account)
    .bind(&signature)
    .bind(app.now())
    .execute(&app.database)
    .await?;
    Ok(Json(json!({})))
}

/// The tender, once its opening has begun.
async fn opening_now(app: &App, id: &str) -> Result<Tender, Failure> {
    let tender = tenders::find(app, id).await?;
    if app.now() >= tender.opens_at { Ok(tender) } else { Err(forbidden("not_yet")) }
}

/// The host and the bidders take part, and nobody else.
async fn party(app: &App, tender: &Tender, member: &Member) -> Result<(), Failure> {
    let bid = bids::find(app, &tender.id, &member.account).await?.filter(|bid| bid.state != "uploading");
    if bid.is_some() || tender.host == member.account { Ok(()) } else { Err(forbidden("no_party")) }
}

/// A moment as people read it, in UTC; nothing for what has not happened.
fn moment(seconds: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(seconds).ok().filter(|_| seconds > 0)?;
    at.format(&Rfc3339).ok()
}

/// The text that all sign; the same for ever from the first time on that it is asked for.
async fn fixed(app: &App, tender: &Tender) -> Result<String, Failure> {
    const GRACE: i64 = 3600;
    let known = sqlx::query("SELECT content FROM records WHERE tender = $1").bind(&tender.id);
    if let Some(row) = known.fetch_optional(&app.database).await? {
        return Ok(row.get(0));
    }
    let query = "SELECT accounts.company, bids.root, bids.submitted, bids.opened, bids.how, bids.files, bids.state \
         FROM bids JOIN accounts ON accounts.id = bids.account \
         WHERE bids.tender = $1 AND bids.state <> 'uploading' ORDER BY bids.submitted, bids.id";
    let rows = sqlx::query(query).bind(&tender.id).fetch_all(&app.database).await?;
    let waiting = rows.iter().any(|row| row.get::<String, _>(6) != "opened");
    if waiting && app.now() < tender.opens_at + GRACE {
        return Err(conflict("not_all_opened"));
    }
    let bid = |row: &sqlx::any::AnyRow| {
        let files: Value = serde_json::from_str(&row.get::<String, _>(5)).unwrap_or_default();
        json!({
            "company": row.get::<String, _>(0), "root": row.get::<String, _>(1), "submitted": moment(row.get(2)),
            "opened": moment(row.get(3)), "how": row.get::<String, _>(4), "files": files,
        })
    };
    let record = json!({
        "tender": tender.id, "title": tender.title, "lot": tender.lot, "opens_at": moment(tender.opens_at),
        "origin": app.origin, "bids": rows.iter().map(bid).collect::<Vec<_>>(),
    });
    let content = serde_json::to_string_pretty(&record).map_err(|error| Failure::Internal(error.to_string()))?;
    // Two may have come at once: the first text is everybody's.
    sqlx::query("INSERT INTO records (tender, content) VALUES ($1, $2) ON CONFLICT (tender) DO NOTHING")
        .bind(&tender.id)
        .bind(&content)
        .execute(&app.database)
        .await?;
    let kept = sqlx::query("SELECT content FROM records WHERE tender = $1").bind(&tender.id);
    Ok(kept.fetch_one(&app.database).await?.get(0))
}
