//! Documents over HTTP: slices come by `PUT` with `Content-Range`, whole ones go by `GET`, with `Range` if wanted.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use algo::Hasher;
use client::{Code, Failure};
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use hyper::{Request, Response, StatusCode};

use crate::calls::{self, blocking};
use crate::connection::Connection;
use crate::documents::{read_at, write_at};

/// The body of an answer.
pub(crate) type Body = BoxBody<Bytes, std::io::Error>;

/// Bytes that are gathered before they are written, or read at once: few enough to be in the processor's cache from one hand
/// to the next.
const PIECE: usize = 512 << 10;
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
    let (slice, from, bytes) = {
        let mut documents = page.documents();
        let stored = documents.with_ticket(&id, &ticket)?;
        let (length, received) = stored.progress();
        let refused = || Failure::new(Code::WebRange).with("received", received);
        let (from, bytes) = match &header {
            Some(header) => content_range(header, length).ok_or_else(refused)?,
            None => (0, length),
        };
        let (file, hasher) = stored.begin(from, bytes)?;
        let slice = Slice { file, hasher: Mutex::new(Some(hasher)), page: Arc::clone(&page), id, ticket };
        (slice, from, bytes)
    };
    let received = take(slice, from, request.into_body(), bytes).await?;
    let answer = Response::builder().status(StatusCode::OK).header(CONTENT_TYPE, "application/json");
    Ok(answer.body(full(format!("{{\"received\":{received}}}"))).expect("the parts are constant"))
}

/// Takes a body of exactly the announced length and answers how much of the document is here.
async fn take(slice: Slice, from: u64, mut body: Incoming, mut left: u64) -> Result<u64, Failure> {
    let mut line = Line { slice: Arc::new(slice), at: from, running: None };
    let mut piece = Vec::with_capacity(PIECE.min(usize::try_from(left).unwrap_or(PIECE)));
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(STALL, body.frame()).await {
        let Ok(bytes) = frame.into_data() else { continue };
        let Some(rest) = left.checked_sub(bytes.len() as u64) else {
            // More than was announced: then nobody knows what belongs here.
            left = bytes.len() as u64;
            break;
        };
        left = rest;
        piece.extend_from_slice(&bytes);
        if piece.len() >= PIECE {
            piece = line.push(piece).await?;
        }
    }
    if left > 0 {
        // The body did not bring what was announced; what is counted stays.
        let received = line.end().await?;
        return Err(Failure::new(Code::WebRange).with("received", received));
    }
    line.push(piece).await?;
    line.end().await
}

/// The pieces of a slice on their way: while one arrives, the one before it is written and the one before that is hashed and
/// counted, each on a thread of its own. Only what was written is hashed, and only what was hashed is counted.
struct Line {
    slice: Arc<Slice>,
    /// Where the next piece belongs.
    at: u64,
    running: Option<(Job, Job)>,
}

/// Gives its piece back.
type Job = tokio::task::JoinHandle<Result<Vec<u8>, Failure>>;

impl Line {
    /// Takes a piece and gives an empty buffer for the next one.
    async fn push(&mut self, piece: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let (written, empty) = self.settle().await?;
        let (writer, hasher, at) = (Arc::clone(&self.slice), Arc::clone(&self.slice), self.at);
        self.at += piece.len() as u64;
        let writing = tokio::task::spawn_blocking(move || writer.write(at, piece));
        self.running = Some((writing, tokio::task::spawn_blocking(move || hasher.hash(written))));
        Ok(empty)
    }

    /// Waits for what is on its way; says how much of the document is here.
    async fn end(mut self) -> Result<u64, Failure> {
        let (written, _) = self.settle().await?;
        let slice = self.slice;
        blocking(move || {
            slice.hash(written)?;
            slice.received()
        })
        .await
    }

    /// The piece that was written last, which is to be hashed, and one that was hashed.
    async fn settle(&mut self) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let Some((writing, hashing)) = self.running.take() else { return Ok(Default::default()) };
        let (written, hashed) = (finished(writing).await, finished(hashing).await);
        Ok((written?, hashed?))
    }
}

async fn finished(job: Job) -> Result<Vec<u8>, Failure> {
    job.await.unwrap_or_else(|_| Err(calls::fault()))
}

/// The right to write the next bytes of a document. Each thread that writes or hashes some of them holds it: no other slice
/// begins before the last byte of this one is written and counted, even if its request has ended by then.
struct Slice {
    file: std::fs::File,
    /// Goes back to the document when this is dropped.
    hasher: Mutex<Option<Hasher>>,
    page: Arc<Connection>,
    id: String,
    ticket: String,
}

impl Slice {
    fn write(&self, at: u64, piece: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let written = write_at(&self.file, at, &piece);
        written.map_err(|error| durable::WriteError::from_io(Path::new("document"), error))?;
        Ok(piece)
    }

    /// Hashes and counts a piece that was written; gives its emptied buffer back.
    fn hash(&self, mut piece: Vec<u8>) -> Result<Vec<u8>, Failure> {
        if let Ok(Some(hasher)) = self.hasher.lock().as_deref_mut() {
            hasher.update(&piece);
            self.page.documents().with_ticket(&self.id, &self.ticket)?.count(piece.len() as u64);
        }
        piece.clear();
        Ok(piece)
    }

    /// How much of the document is here.
    fn received(&self) -> Result<u64, Failure> {
        Ok(self.page.documents().with_ticket(&self.id, &self.ticket)?.progress().1)
    }
}

impl Drop for Slice {
    fn drop(&mut self) {
        // A document that was closed meanwhile needs nothing.
        if let (Ok(Some(hasher)), Ok(stored)) =
            (self.hasher.get_mut().map(Option::take), self.page.documents().with_ticket(&self.id, &self.ticket))
        {
            stored.end(hasher);
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

/// The bytes between two places: while one piece is sent, the next one is read.
fn pieces(file: std::fs::File, from: u64, to: u64) -> Body {
    let read = move |mut file: std::fs::File, at: u64| {
        let most = usize::try_from(to - at).unwrap_or(PIECE).min(PIECE);
        (at < to).then(|| tokio::task::spawn_blocking(move || read_at(&mut file, at, most).map(|bytes| (file, bytes))))
    };
    let stream = stream::try_unfold((read(file, from), from), move |(reading, at)| async move {
        let Some(reading) = reading else { return Ok(None) };
        let (file, bytes) = reading.await.map_err(std::io::Error::other)??;
        if bytes.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let next = at + bytes.len() as u64;
        Ok(Some((Frame::data(Bytes::from(bytes)), (read(file, next), next))))
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
