//! The WebSocket of a page: text messages in, answers and news out.

use std::sync::Arc;
use std::time::Duration;

use client::{Code, Failure};
use futures_util::{SinkExt, StreamExt};
use hyper::header::{CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY};
use hyper::header::{SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use protocol::{MAX_MESSAGE, SUBPROTOCOL};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use crate::calls;
use crate::connection::Connection;
use crate::gate::only;
use crate::server::Shared;
use crate::transfer::{Body, full};

/// Answers that wait for a page to read them.
const BACKLOG: usize = 32;
/// A page that has not answered a ping within the next interval is gone.
const PING: Duration = Duration::from_secs(30);
/// Time for the last message to a page that has to go.
const FAREWELL: Duration = Duration::from_secs(1);

/// The handshake of RFC 6455 §4.2, for our subprotocol.
///
/// # Errors
/// [`Code::WebMessage`] when it is none.
pub(crate) fn accept(headers: &HeaderMap<HeaderValue>) -> Result<Response<Body>, Failure> {
    let refused = |reason: &str| Failure::new(Code::WebMessage).with("reason", reason);
    let lists = |name, item: &str| {
        let value = only(headers, name).unwrap_or_default();
        value.split(',').any(|one| one.trim().eq_ignore_ascii_case(item))
    };
    if !lists(UPGRADE.as_str(), "websocket") || !lists(CONNECTION.as_str(), "upgrade") {
        return Err(refused("no_websocket"));
    }
    if only(headers, SEC_WEBSOCKET_VERSION.as_str()) != Some("13") {
        return Err(refused("websocket_version"));
    }
    if !lists(SEC_WEBSOCKET_PROTOCOL.as_str(), SUBPROTOCOL) {
        return Err(refused("subprotocol"));
    }
    let key = only(headers, SEC_WEBSOCKET_KEY.as_str()).filter(|key| key.len() == 24);
    let key = key.ok_or_else(|| refused("websocket_key"))?;
    let answer = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(UPGRADE, "websocket")
        .header(CONNECTION, "Upgrade")
        .header(SEC_WEBSOCKET_ACCEPT, derive_accept_key(key.as_bytes()))
        .header(SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    Ok(answer.body(full("")).expect("an accept key is a good header value"))
}

/// Talks with a page until one side leaves.
pub(crate) async fn talk(
    shared: Arc<Shared>,
    page: Arc<Connection>,
    upgrade: OnUpgrade,
    outgoing: mpsc::Receiver<String>,
) {
    if let Ok(upgraded) = upgrade.await {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE))
            .read_buffer_size(16 << 10)
            .write_buffer_size(16 << 10)
            .max_write_buffer_size(4 * MAX_MESSAGE);
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(limits)).await;
        converse(&shared, &page, socket, outgoing).await;
    }
    page.cancel_all();
}

/// The channel on which a page's answers wait.
pub(crate) fn channel() -> (mpsc::Sender<String>, mpsc::Receiver<String>) {
    mpsc::channel(BACKLOG)
}

async fn converse<S>(
    shared: &Arc<Shared>,
    page: &Arc<Connection>,
    socket: WebSocketStream<S>,
    mut outgoing: mpsc::Receiver<String>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let (mut out, mut incoming) = socket.split();
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
    let mut heard = true;
    loop {
        tokio::select! {
            message = incoming.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    heard = true;
                    tokio::spawn(calls::answer(Arc::clone(shared), Arc::clone(page), text.to_string()));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => heard = true,
                // Binary messages are not spoken; a page that breaks the rules is left.
                Some(Ok(Message::Binary(_) | Message::Close(_) | Message::Frame(_)) | Err(_)) | None => return,
            },
            () = page.left() => {
                // A page that does not read the farewell is left all the same.
                let _ = tokio::time::timeout(FAREWELL, out.send(Message::Close(None))).await;
                return;
            }
            Some(text) = outgoing.recv() => {
                let sent = tokio::time::timeout(PING, out.send(Message::text(text))).await;
                if !matches!(sent, Ok(Ok(()))) {
                    return;
                }
            }
            _ = ping.tick() => {
                let alive = heard && out.send(Message::Ping(Vec::new().into())).await.is_ok();
                heard = false;
                if !alive {
                    return;
                }
            }
        }
    }
}
