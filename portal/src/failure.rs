//! What a page is told when the portal does not do what it asked: a code, for which the page has words.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refusal, or a fault of the portal's own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Why not, as a stable word.
    #[error("{1}")]
    Refused(StatusCode, &'static str),
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Internal(String),
}

/// The request cannot be what an honest page sends.
pub(crate) fn bad(code: &'static str) -> Failure {
    Failure::Refused(StatusCode::BAD_REQUEST, code)
}

/// Understood, and not allowed.
pub(crate) fn forbidden(code: &'static str) -> Failure {
    Failure::Refused(StatusCode::FORBIDDEN, code)
}

/// Not possible as things stand.
pub(crate) fn conflict(code: &'static str) -> Failure {
    Failure::Refused(StatusCode::CONFLICT, code)
}

/// There is no such thing, or not for this visitor.
pub(crate) fn absent() -> Failure {
    Failure::Refused(StatusCode::NOT_FOUND, "absent")
}

/// What the framework refuses by itself gets a code too: pages and their words know nothing else.
pub(crate) async fn with_code(response: Response) -> Response {
    let is_ours = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"application/json");
    let status = response.status();
    if !status.is_client_error() || is_ours {
        return response;
    }
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "content_type",
        StatusCode::NOT_FOUND => "absent",
        StatusCode::METHOD_NOT_ALLOWED => "method",
        _ => "malformed",
    };
    Failure::Refused(status, code).into_response()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::Refused(status, code) => (*status, *code),
            Self::Database(_) | Self::Io(_) | Self::Internal(_) => {
                // The operator reads the cause; a page learns only that it was not its fault.
                eprintln!("bidseal-portal: {self}");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        };
        (status, Json(json!({ "error": { "code": code } }))).into_response()
    }
}
