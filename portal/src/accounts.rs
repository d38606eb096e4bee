//! Accounts: a company, and the certificates that were bound to it by proving their keys.

use std::sync::Arc;

use algo::Hash;
use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::Row;
use x509::Certificate;

use crate::app::App;
use crate::failure::{Failure, bad, conflict, forbidden};
use crate::login::{self, Proved, Token};
use crate::revocation::Learned;
use crate::session::{self, Visitor};
use crate::store;

/// What registers a company.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    company: String,
    credit_code: String,
    token: Token,
}

/// What logs in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    token: Token,
}

/// `POST /api/register`: an account with the certificate that the token proves.
pub(crate) async fn register(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Json(registration): Json<Registration>,
) -> Result<impl IntoResponse, Failure> {
    let company = text(&registration.company, 1..=100)?;
    let credit_code = text(&registration.credit_code, 0..=32)?;
    let Proved { certificate, revocation } = login::proved(&app, &visitor, &registration.token).await?;
    if certificate.unit_ids().uscc.is_some_and(|code| code.as_str() != credit_code) {
        return Err(forbidden("credit_code"));
    }
    let account = store::fresh_id()?;
    let mut work = app.database.begin().await?;
    let thumbprint = thumbprint(&certificate);
    let held = sqlx::query("SELECT account FROM certificates WHERE sha256 = $1").bind(&thumbprint);
    if held.fetch_optional(&mut *work).await?.is_some() {
        return Err(conflict("certificate_bound"));
    }
    sqlx::query("INSERT INTO accounts (id, company, credit_code) VALUES ($1, $2, $3)")
        .bind(&account)
        .bind(company)
        .bind(credit_code)
        .execute(&mut *work)
        .await?;
    sqlx::query("INSERT INTO certificates (sha256, account, holder) VALUES ($1, $2, $3)")
        .bind(&thumbprint)
        .bind(&account)
        .bind(certificate.subject().common_name().unwrap_or_default())
        .execute(&mut *work)
        .await?;
    work.commit().await?;
    note_check(&app, &account, &thumbprint, &revocation).await?;
    enter(&app, &visitor, &account).await
}

/// `POST /api/login`: the session of the account to which the certificate is bound.
pub(crate) async fn login(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Json(login): Json<Login>,
) -> Result<impl IntoResponse, Failure> {
    let Proved { certificate, revocation } = login::proved(&app, &visitor, &login.token).await?;
    let account = account_of(&app, &certificate).await?.ok_or_else(|| forbidden("certificate_unknown"))?;
    note_check(&app, &account, &thumbprint(&certificate), &revocation).await?;
    enter(&app, &visitor, &account).await
}

/// `POST /api/logout`.
pub(crate) async fn logout(State(app): State<Arc<App>>, visitor: Visitor) -> Result<impl IntoResponse, Failure> {
    session::end(&app, &visitor).await?;
    Ok(Json(json!({})))
}

/// The account to which a certificate is bound.
pub(crate) async fn account_of(app: &App, certificate: &Certificate) -> Result<Option<String>, Failure> {
    let query = sqlx::query("SELECT account FROM certificates WHERE sha256 = $1").bind(thumbprint(certificate));
    Ok(query.fetch_optional(&app.database).await?.map(|row| row.get(0)))
}

/// Keeps what was learned about a certificate when it was let in.
async fn note_check(app: &App, account: &str, thumbprint: &str, learned: &Learned) -> Result<(), Failure> {
    sqlx::query("INSERT INTO checks (account, sha256, moment, state, reasons) VALUES ($1, $2, $3, $4, $5)")
        .bind(account)
        .bind(thumbprint)
        .bind(app.now())
        .bind(learned.state.name())
        .bind(learned.reasons.join(" "))
        .execute(&app.database)
        .await?;
    Ok(())
}

/// What was learned when this account last came in; nothing for nobody's.
pub(crate) async fn last_check(app: &App, account: &str) -> Result<Option<Value>, Failure> {
    let query = "SELECT state, reasons, moment FROM checks WHERE account = $1 ORDER BY moment DESC LIMIT 1";
    let row = sqlx::query(query).bind(account).fetch_optional(&app.database).await?;
    Ok(row.map(|row| {
        let reasons: String = row.get(1);
        let reasons: Vec<_> = reasons.split_whitespace().collect();
        json!({ "state": row.get::<String, _>(0), "reasons": reasons, "at": row.get::<i64, _>(2) })
    }))
}

async fn enter(app: &App, visitor: &Visitor, account: &str) -> Result<impl IntoResponse + use<>, Failure> {
    session::end(app, visitor).await?;
    let (cookie, _) = session::begin(app, account).await?;
    Ok(([(SET_COOKIE, cookie)], Json(json!({}))))
}

fn thumbprint(certificate: &Certificate) -> String {
    certificate.thumbprint(Hash::Sha256).to_string()
}

/// A line of text of so many characters.
pub(crate) fn text(text: &str, characters: std::ops::RangeInclusive<usize>) -> Result<&str, Failure> {
    let text = text.trim();
    let fits = characters.contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(bad("text")) }
}
