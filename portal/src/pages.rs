//! The built pages, read once at the start: no address of a request ever becomes a path.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::app::{AgentPorts, App, StartError};

/// Largest file of the pages, in bytes.
const LARGEST: u64 = 16 << 20;

/// Every file with its address.
pub(crate) struct Pages {
    files: HashMap<String, (HeaderValue, Vec<u8>)>,
    policy: HeaderValue,
}

impl Pages {
    pub(crate) fn load(folder: &Path, agent_ports: &AgentPorts) -> Result<Self, StartError> {
        let mut files = HashMap::new();
        collect(folder, "/", &mut files)?;
        if !files.contains_key("/index.html") {
            return Err(StartError::File(folder.join("index.html"), "the pages are not built".to_owned()));
        }
        Ok(Self { files, policy: policy(agent_ports) })
    }
}

/// The line of the portal guide, and nothing from elsewhere.
fn policy(agent: &AgentPorts) -> HeaderValue {
    let plain = agent.plain.iter().map(|port| format!(" http://127.0.0.1:{port} ws://127.0.0.1:{port}"));
    let secure = agent.secure.iter().map(|port| format!(" https://127.0.0.1:{port} wss://127.0.0.1:{port}"));
    let policy = format!(
        "default-src 'self'; connect-src 'self'{}; img-src 'self' data:; frame-src bidseal:; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        plain.chain(secure).collect::<String>()
    );
    HeaderValue::from_str(&policy).expect("numbers and words are good header values")
}

fn collect(
    folder: &Path,
    address: &str,
    files: &mut HashMap<String, (HeaderValue, Vec<u8>)>,
) -> Result<(), StartError> {
    for entry in std::fs::read_dir(folder).map_err(|error| StartError::File(folder.into(), error.to_string()))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{address}{name}/"), files)?;
        } else if let Some(kind) = kind(&name).filter(|_| entry.metadata().is_ok_and(|facts| facts.len() <= LARGEST)) {
            files.insert(format!("{address}{name}"), (HeaderValue::from_static(kind), std::fs::read(entry.path())?));
        }
    }
    Ok(())
}

fn kind(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// Everything that is not the API: a file, or the one page with its addresses.
pub(crate) async fn page(State(app): State<Arc<App>>, method: Method, uri: Uri) -> Response {
    if method != Method::GET {
        return StatusCode::NOT_FOUND.into_response();
    }
    let path = if uri.path() == "/" { "/index.html" } else { uri.path() };
    let Some((kind, bytes)) = app.pages.files.get(path) else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (CONTENT_TYPE, kind.clone()),
        (CONTENT_SECURITY_POLICY, app.pages.policy.clone()),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, bytes.clone()).into_response()
}
