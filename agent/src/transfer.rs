//! Documents over HTTP: slices come by `PUT` with `Content-Range`, whole ones go by `GET`, with `Range` if wanted.

use std::sync::Arc;
use std::time::Duration;

use client::{Code, Failure};
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use hyper::{Request, Response, StatusCode};

use crate::calls::blocking;
use crate::connection::Connection;
use crate::documents::{read_at, write_at};

/// The body of an answer.
pub(crate) type Body = BoxBody<Bytes, std::io::Error>;

/// Bytes that are gathered before they are written, or read at once.
const PIECE: usize = 1 << 20;
/// A page that sends nothing for so long is taken to be gone.
const STALL: Duration = Duration::from_secs(30);

/// A body that is there as a whole.
pub(crate) fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).map_err(|never| match never {}).boxed()
}

/// The ticket of a request, empty if it shows none.
pub(crate) fn ticket<B>(request: &Request<B>) -> &str {
    let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default()
}

/// Takes a slice.
///
/// # Errors
/// [`Code::WebTicket`], [`Code::WebRange`], [`Code::DiskFull`]; what arrived before a fault stays counted.
pub(crate) async fn put(
    page: Arc<Connection>,
    id: String,
    request: Request<Incoming>,
) -> Result<Response<Body>, Failure> {
    let ticket = ticket(&request).to_owned();
    let header = request.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let slice = {
        let mut documents = page.documents();
        let stored = documents.with_ticket(&id, &ticket)?;
        let (length, received) = stored.progress();
        let refused = || Failure::new(Code::WebRange).with("received", received);
        let (from, bytes) = match &header {
            Some(header) => content_range(header, length).ok_or_else(refused)?,
            None => (0, length),
        };
        Filling { file: Some(stored.begin(from, bytes)?), page: Arc::clone(&page), id, ticket, at: from, left: bytes }
    };
    let received = slice.take(request.into_body()).await?;
    let answer = Response::builder().status(StatusCode::OK).header(CONTENT_TYPE, "application/json");
    Ok(answer.body(full(format!("{{\"received\":{received}}}"))).expect("the parts are constant"))
}

/// A slice on its way; gives the document back however it ends.
struct Filling {
    file: Option<std::fs::File>,
    page: Arc<Connection>,
    id: String,
    ticket: String,
    at: u64,
    left: u64,
}

impl Filling {
    /// Writes a body of exactly the announced length, piece by piece, and answers how much of the document is here.
    async fn take(mut self, mut body: Incoming) -> Result<u64, Failure> {
        let mut piece = Vec::with_capacity(PIECE.min(usize::try_from(self.left).unwrap_or(PIECE)));
        while let Some(frame) = tokio::time::timeout(STALL, body.frame()).await.map_err(|_| self.broken())? {
            let Ok(bytes) = frame.map_err(|_| self.broken())?.into_data() else { continue };
            if bytes.len() as u64 + piece.len() as u64 > self.left {
                return Err(self.broken());
            }
            piece.extend_from_slice(&bytes);
            if piece.len() >= PIECE {
                piece = self.write(piece).await?;
            }
        }
        if !piece.is_empty() {
            self.write(piece).await?;
        }
        if self.left == 0 { Ok(self.at) } else { Err(self.broken()) }
    }

    /// Writes a piece and counts it; gives the emptied buffer back.
    async fn write(&mut self, piece: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let mut file = self.file.take().ok_or_else(|| self.broken())?;
        let (from, bytes) = (self.at, piece.len() as u64);
        let (file, mut piece) = blocking(move || {
            let written = write_at(&mut file, from, &piece);
            written.map_err(|error| {
                Failure::from(durable::WriteError::from_io(std::path::Path::new("document"), error))
            })?;
            Ok((file, piece))
        })
        .await?;
        self.file = Some(file);
        self.at += bytes;
        self.left -= bytes;
        let mut documents = self.page.documents();
        documents.with_ticket(&self.id, &self.ticket)?.count(bytes);
        piece.clear();
        Ok(piece)
    }

    /// The body did not bring what was announced.
    fn broken(&self) -> Failure {
        Failure::new(Code::WebRange).with("received", self.at)
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        // A document that was closed meanwhile needs nothing.
        if let Ok(stored) = self.page.documents().with_ticket(&self.id, &self.ticket) {
            stored.end();
        }
    }
}

/// Gives a document, or a part of it.
///
/// # Errors
/// [`Code::WebTicket`], [`Code::WebIncomplete`], [`Code::WebRange`].
pub(crate) async fn get<B>(page: Arc<Connection>, id: &str, request: &Request<B>) -> Result<Response<Body>, Failure> {
    let (file, length) = {
        let mut documents = page.documents();
        let stored = documents.with_ticket(id, ticket(request))?;
        (stored.read()?, stored.progress().0)
    };
    let wanted = request.headers().get(RANGE).map(|value| value.to_str().ok().and_then(|text| range(text, length)));
    let (status, from, to) = match wanted {
        None => (StatusCode::OK, 0, length),
        Some(Some((from, to))) => (StatusCode::PARTIAL_CONTENT, from, to),
        Some(None) => return Err(Failure::new(Code::WebRange).with("received", length)),
    };
    let mut answer = Response::builder().status(status).header(CONTENT_TYPE, "application/octet-stream");
    answer = answer.header(CONTENT_LENGTH, to - from);
    if status == StatusCode::PARTIAL_CONTENT {
        answer = answer.header(CONTENT_RANGE, format!("bytes {from}-{}/{length}", to - 1));
    }
    Ok(answer.body(pieces(file, from, to)).expect("numbers are good header values"))
}

/// The bytes between two places, read as they are sent.
fn pieces(file: std::fs::File, from: u64, to: u64) -> Body {
    let stream = stream::try_unfold((file, from), move |(mut file, at)| async move {
        if at >= to {
            return Ok(None);
        }
        let most = usize::try_from(to - at).unwrap_or(PIECE).min(PIECE);
        let read = tokio::task::spawn_blocking(move || read_at(&mut file, at, most).map(|bytes| (file, bytes)));
        let (file, bytes) = read.await.map_err(std::io::Error::other)??;
        if bytes.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let next = at + bytes.len() as u64;
        Ok(Some((Frame::data(Bytes::from(bytes)), (file, next))))
    });
    BodyExt::boxed(StreamBody::new(Box::pin(stream)))
}

/// `bytes 0-1023/4096` as place and number of bytes, for a document of this length.
fn content_range(text: &str, length: u64) -> Option<(u64, u64)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total) = (number(first)?, number(last)?, number(total)?);
    (total == length && first <= last && last < length).then(|| (first, last - first + 1))
}

/// `bytes=0-1023` or `bytes=1024-` as a half-open interval.
fn range(text: &str, length: u64) -> Option<(u64, u64)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let first = number(first)?;
    let end = if last.is_empty() { length } else { number(last)?.checked_add(1)?.min(length) };
    (first < end).then_some((first, end))
}

/// Digits only: no signs, no spaces.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_strictly() {
        for (text, slice) in [
            ("bytes 0-3/10", Some((0, 4))),
            ("bytes 9-9/10", Some((9, 1))),
            ("bytes 0-10/10", None),
            ("bytes 3-2/10", None),
            ("bytes 0-3/11", None),
            ("bytes 0-3/*", None),
            ("bytes +0-3/10", None),
            ("bytes -3/10", None),
            ("items 0-3/10", None),
            ("bytes 0-18446744073709551615/10", None),
        ] {
            assert_eq!(content_range(text, 10), slice, "{text}");
        }
        for (text, part) in [
            ("bytes=0-3", Some((0, 4))),
            ("bytes=4-", Some((4, 10))),
            ("bytes=4-100", Some((4, 10))),
            ("bytes=10-", None),
            ("bytes=-3", None),
            ("bytes=0-1,3-4", None),
            ("bytes=0-18446744073709551615", None),
        ] {
            assert_eq!(range(text, 10), part, "{text}");
        }
    }
}
