//! Tenders: who invites, until when bids are taken, and when they are opened.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::accounts::text;
use crate::app::App;
use crate::failure::{Failure, absent, bad};
use crate::session::Member;
use crate::store;

/// Longest time from now to a deadline: a year.
const LATEST: i64 = 366 * 24 * 3600;

/// A tender.
pub(crate) struct Tender {
    pub(crate) id: String,
    pub(crate) host: String,
    pub(crate) title: String,
    pub(crate) lot: String,
    pub(crate) deadline: i64,
    pub(crate) opens_at: i64,
}

/// A tender that is to be published; moments in seconds since 1970.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invitation {
    title: String,
    lot: String,
    deadline: i64,
    opens_at: i64,
}

const COLUMNS: &str = "SELECT id, host, title, lot, deadline, opens_at FROM tenders";

impl Tender {
    fn of(row: &AnyRow) -> Self {
        let text = |column| row.get(column);
        let (deadline, opens_at) = (row.get(4), row.get(5));
        Self { id: text(0), host: text(1), title: text(2), lot: text(3), deadline, opens_at }
    }

    fn json(&self, account: &str) -> Value {
        let Self { id, host, title, lot, deadline, opens_at } = self;
        json!({ "id": id, "title": title, "lot": lot, "deadline": deadline, "opens_at": opens_at, "own": host == account })
    }
}

/// The tender of an address.
pub(crate) async fn find(app: &App, id: &str) -> Result<Tender, Failure> {
    // Not every text can be asked of every database: PostgreSQL takes no NUL.
    if !store::is_id(id) {
        return Err(absent());
    }
    let query = format!("{COLUMNS} WHERE id = $1");
    let row = sqlx::query(&query).bind(id).fetch_optional(&app.database).await?;
    row.as_ref().map(Tender::of).ok_or_else(absent)
}

/// `GET /api/tenders`.
pub(crate) async fn list(State(app): State<Arc<App>>, member: Member) -> Result<Json<Value>, Failure> {
    let query = format!("{COLUMNS} ORDER BY deadline DESC LIMIT 200");
    let rows = sqlx::query(&query).fetch_all(&app.database).await?;
    let tenders: Vec<_> = rows.iter().map(|row| Tender::of(row).json(&member.account)).collect();
    Ok(Json(json!({ "tenders": tenders, "now": app.now() })))
}

/// `POST /api/tenders`.
pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    member: Member,
    Json(invitation): Json<Invitation>,
) -> Result<Json<Value>, Failure> {
    let (now, deadline, opens_at) = (app.now(), invitation.deadline, invitation.opens_at);
    if deadline <= now || deadline > now + LATEST || opens_at < deadline || opens_at > now + LATEST {
        return Err(bad("dates"));
    }
    let (title, lot) = (text(&invitation.title, 1..=100)?, text(&invitation.lot, 0..=100)?);
    let id = store::fresh_id()?;
    sqlx::query("INSERT INTO tenders (id, host, title, lot, deadline, opens_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&id)
        .bind(&member.account)
        .bind(title)
        .bind(lot)
        .bind(deadline)
        .bind(opens_at)
        .execute(&app.database)
        .await?;
    Ok(Json(json!({ "id": id })))
}

/// `GET /api/tenders/{tender}`: with every bid, as far as it may be known now. Before the opening that is their number.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let tender = find(&app, &id).await?;
    let query = "SELECT accounts.company, bids.size, bids.root, bids.submitted, bids.opened, bids.how, bids.files, \
         bids.account FROM bids JOIN accounts ON accounts.id = bids.account \
         WHERE bids.tender = $1 AND bids.state <> 'uploading' ORDER BY bids.submitted";
    let rows = sqlx::query(query).bind(&id).fetch_all(&app.database).await?;
    let begun = app.now() >= tender.opens_at;
    let bid = |row: &AnyRow| {
        let files: Value = serde_json::from_str(&row.get::<String, _>(6)).unwrap_or_default();
        json!({
            "company": row.get::<String, _>(0), "size": row.get::<i64, _>(1), "root": row.get::<String, _>(2),
            "submitted": row.get::<i64, _>(3), "opened": row.get::<i64, _>(4), "how": row.get::<String, _>(5),
            "files": files, "own": row.get::<String, _>(7) == member.account,
        })
    };
    let bids: Vec<_> = if begun { rows.iter().map(bid).collect() } else { Vec::new() };
    Ok(Json(json!({ "tender": tender.json(&member.account), "count": rows.len(), "bids": bids, "now": app.now() })))
}
