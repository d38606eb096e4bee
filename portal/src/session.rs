//! Who is asking: a cookie that scripts cannot read, and for everything that changes something, its own token beside the
//! page's origin.

use std::sync::Arc;

use algo::Hash;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{COOKIE, ORIGIN, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::Row;

use crate::accounts;
use crate::app::App;
use crate::failure::{Failure, forbidden};
use crate::store;

const COOKIE_NAME: &str = "__Host-bidseal-portal";
const CSRF: &str = "x-csrf-token";
/// Seconds without a new login.
const LIFE: i64 = 8 * 3600;

/// A session; of nobody yet, or of an account.
pub(crate) struct Visitor {
    pub(crate) hash: String,
    pub(crate) csrf: String,
    /// Empty before login.
    pub(crate) account: String,
    pub(crate) nonce: String,
    pub(crate) nonce_until: i64,
}

/// A session whose account is known.
pub(crate) struct Member {
    pub(crate) account: String,
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let unknown = || Failure::Refused(StatusCode::UNAUTHORIZED, "session");
        let visitor = known(app, &parts.headers).await?.ok_or_else(unknown)?;
        if parts.method != Method::GET {
            not_forged(app, &parts.headers, &visitor)?;
        }
        Ok(visitor)
    }
}

impl FromRequestParts<Arc<App>> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let Visitor { account, .. } = Visitor::from_request_parts(parts, app).await?;
        if account.is_empty() {
            return Err(Failure::Refused(StatusCode::UNAUTHORIZED, "login"));
        }
        Ok(Self { account })
    }
}

/// Another site can make a browser send the cookie, but neither this token nor this origin.
fn not_forged(app: &App, headers: &HeaderMap, visitor: &Visitor) -> Result<(), Failure> {
    let value = |name: &str| headers.get(name).map_or(&b""[..], |value| value.as_bytes());
    let token = algo::constant_time_eq(value(CSRF), visitor.csrf.as_bytes());
    let origin = value(ORIGIN.as_str()) == app.origin.as_bytes();
    if token && origin { Ok(()) } else { Err(forbidden("csrf")) }
}

/// `GET /api/session`: who this is, and what a page needs to ask for anything. Begins a session if there is none.
pub(crate) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Failure> {
    match known(&app, &headers).await? {
        Some(visitor) => Ok(told(&app, &visitor).await?.into_response()),
        None => {
            let (cookie, visitor) = begin(&app, "").await?;
            Ok(([(SET_COOKIE, cookie)], told(&app, &visitor).await?).into_response())
        }
    }
}

async fn told(app: &App, visitor: &Visitor) -> Result<Json<serde_json::Value>, Failure> {
    let account = sqlx::query("SELECT company, credit_code FROM accounts WHERE id = $1").bind(&visitor.account);
    let account = account.fetch_optional(&app.database).await?;
    let account =
        account.map(|row| json!({ "company": row.get::<String, _>(0), "credit_code": row.get::<String, _>(1) }));
    Ok(Json(json!({
        "csrf": visitor.csrf, "account": account, "now": app.now(), "origin": app.origin,
        "agent_ports": app.agent_ports.plain, "agent_tls_ports": app.agent_ports.secure,
        "revocation": accounts::last_check(app, &visitor.account).await?,
    })))
}

/// A new session and its cookie. After login an old one must not go on: somebody else may have planted it.
pub(crate) async fn begin(app: &App, account: &str) -> Result<(String, Visitor), Failure> {
    let secret = store::fresh_id()? + &store::fresh_id()?;
    let visitor = Visitor {
        hash: Hash::Sha256.digest(secret.as_bytes()).to_string(),
        csrf: store::fresh_id()?,
        account: account.to_owned(),
        nonce: String::new(),
        nonce_until: 0,
    };
    sqlx::query("DELETE FROM sessions WHERE expires < $1").bind(app.now()).execute(&app.database).await?;
    sqlx::query(
        "INSERT INTO sessions (hash, account, csrf, nonce, nonce_until, expires) VALUES ($1, $2, $3, '', 0, $4)",
    )
    .bind(&visitor.hash)
    .bind(account)
    .bind(&visitor.csrf)
    .bind(app.now() + LIFE)
    .execute(&app.database)
    .await?;
    Ok((format!("{COOKIE_NAME}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={LIFE}"), visitor))
}

/// Ends a session.
pub(crate) async fn end(app: &App, visitor: &Visitor) -> Result<(), Failure> {
    sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(&visitor.hash).execute(&app.database).await?;
    Ok(())
}

/// The session of the cookie, while it lasts. The database holds only the secret's hash.
async fn known(app: &App, headers: &HeaderMap) -> Result<Option<Visitor>, Failure> {
    let Some(secret) = headers.get(COOKIE).and_then(|value| value.to_str().ok()).and_then(of_cookie) else {
        return Ok(None);
    };
    let hash = Hash::Sha256.digest(secret.as_bytes()).to_string();
    let query = "SELECT csrf, account, nonce, nonce_until FROM sessions WHERE hash = $1 AND expires > $2";
    let row = sqlx::query(query).bind(&hash).bind(app.now()).fetch_optional(&app.database).await?;
    Ok(row.map(|row| Visitor {
        hash,
        csrf: row.get(0),
        account: row.get(1),
        nonce: row.get(2),
        nonce_until: row.get(3),
    }))
}

fn of_cookie(header: &str) -> Option<&str> {
    header.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}
