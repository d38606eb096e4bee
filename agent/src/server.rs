//! The listener on this computer's own addresses, and the road of a request through the gate.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client::{Code, Failure};
use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, VARY,
};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::{Decision, Health};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_openssl::SslStream;

use crate::batches::Batches;
use crate::caller::{self, Caller};
use crate::calls::Desk;
use crate::connection::Connection;
use crate::crowd::{Crowd, Guest};
use crate::documents::Documents;
use crate::gate;
use crate::installation::Installation;
use crate::message;
use crate::origin::Origin;
use crate::patience::Patience;
use crate::permissions::{Permissions, Standing};
use crate::quota::Quotas;
use crate::secure::Current;
use crate::shell::Shell;
use crate::socket;
use crate::tls::Tls;
use crate::transfer::{self, Body, full};

/// Time for a request's head to arrive.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 8 << 10;
/// Bytes that are read at once. A head as long as this ends its connection before it is looked at; the slices of a large
/// document would take eight times as many reads at the length of a head.
const READ_BYTES: usize = 64 << 10;
/// Lines of a request's head.
const HEAD_LINES: usize = 64;
/// WebSockets of one page.
const MOST_SOCKETS: usize = 8;
/// Tickets of one page that open nothing, before it has to wait. A page whose connection was lost tries some.
const MOST_GUESSES: u32 = 256;
/// Questions of one page that the person answers with no, one after the other, before it has to wait.
const MOST_REFUSALS: u32 = 3;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) shell: Box<dyn Shell>,
    pub(crate) permissions: Permissions,
    pub(crate) installation: Installation,
    pub(crate) desk: Desk,
    /// Held by whoever talks with the person.
    pub(crate) person: Mutex<()>,
    pub(crate) developer: bool,
    /// Pages that were let in on the command line, for this run.
    pub(crate) allowed: Vec<Origin>,
    pub(crate) crowd: Crowd,
    pub(crate) batches: Batches,
    /// Tickets that open nothing.
    guesses: Patience,
    /// Questions that the person answered with no.
    pub(crate) refusals: Patience,
    quotas: Quotas,
    pages: Mutex<HashMap<u64, Arc<Connection>>>,
}

impl Shared {
    pub(crate) fn new(shell: Box<dyn Shell>, developer: bool, allowed: Vec<Origin>) -> Result<Self, Failure> {
        let permissions = Permissions::of(shell.home());
        let installation = Installation::of(shell.home())?;
        let (desk, crowd) = (Desk::default(), Crowd::default());
        let (person, pages) = (Mutex::default(), Mutex::default());
        let (batches, quotas) = (Batches::default(), Quotas::default());
        let (guesses, refusals) = (Patience::of(MOST_GUESSES), Patience::of(MOST_REFUSALS));
        Ok(Self {
            shell,
            permissions,
            installation,
            desk,
            person,
            developer,
            allowed,
            crowd,
            batches,
            guesses,
            refusals,
            quotas,
            pages,
        })
    }

    /// Ends the connections of pages whose permission was taken back. A list that cannot be read lets nobody stay.
    pub(crate) fn enforce(&self) {
        let list = self.permissions.all().unwrap_or_default();
        let pages: Vec<_> = self.pages().values().cloned().collect();
        pages.iter().filter(|page| !page.may_stay(list.get(&page.origin).copied())).for_each(|page| page.leave());
    }

    fn pages(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection whose document a ticket opens. Whoever has tried too many waits, with the right one too.
    fn page_of(&self, origin: &Origin, id: &str, ticket: &str) -> Result<Arc<Connection>, Failure> {
        let now = self.shell.clock().elapsed();
        if self.guesses.wait(origin, now).is_some() {
            return Err(Failure::new(Code::WebLimit).with("what", "tickets").with("limit", self.guesses.most()));
        }
        let pages = self.pages();
        let mut own = pages.values().filter(|page| page.origin == *origin);
        own.find(|page| page.documents().with_ticket(id, ticket).is_ok()).cloned().ok_or_else(|| {
            self.guesses.strain(origin, now);
            Failure::new(Code::WebTicket)
        })
    }
}

/// Takes connections for ever; with `secure`, each begins with a handshake.
pub(crate) async fn listen(listener: TcpListener, shared: Arc<Shared>, secure: Option<Current>) {
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                let tls = secure.as_ref().map(Current::tls);
                // It was turned off, and this port closes.
                if tls.as_ref().is_some_and(Option::is_none) {
                    continue;
                }
                let tls = tls.flatten();
                let guest = shared.crowd.enter();
                let served = tokio::spawn(welcome(stream, remote, Arc::clone(&shared), tls, guest.clone()));
                guest.seated(served.abort_handle());
            }
            // Out of descriptors: wait until others leave. The agent itself never ends on a client's fault.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn welcome(stream: TcpStream, remote: SocketAddr, shared: Arc<Shared>, tls: Option<Arc<Tls>>, guest: Guest) {
    let Ok(local) = stream.local_addr() else { return };
    let Some(tls) = tls else { return serve(stream, remote, local, shared, guest).await };
    if let Some(stream) = shake_hands(stream, &tls, &shared).await {
        serve(stream, remote, local, shared, guest).await;
    }
}

/// The handshake has as long as the head of a request; a client that does not trust us leaves here.
async fn shake_hands(stream: TcpStream, tls: &Tls, shared: &Shared) -> Option<SslStream<TcpStream>> {
    let connection = tls.connection(shared.shell.clock().now()).ok()?;
    let mut stream = SslStream::new(connection, stream).ok()?;
    tokio::time::timeout(HEAD_TIME, Pin::new(&mut stream).accept()).await.ok()?.ok()?;
    Some(stream)
}

async fn serve<S>(stream: S, remote: SocketAddr, local: SocketAddr, shared: Arc<Shared>, guest: Guest)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // One look at the system's table for each connection that speaks.
    let known = std::cell::OnceCell::new();
    let service = service_fn(move |request| {
        guest.spoke();
        let caller = *known.get_or_init(|| caller::of(remote, local));
        let (shared, port) = (Arc::clone(&shared), local.port());
        async move { Ok::<_, Infallible>(respond(&shared, request, caller, port).await) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(READ_BYTES).max_headers(HEAD_LINES);
    // What a client does wrong ends its own connection only.
    let _ = http.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}

async fn respond(shared: &Arc<Shared>, request: Request<Incoming>, caller: Caller, port: u16) -> Response<Body> {
    let origin = match admitted(shared, &request, caller, port) {
        Ok(Admitted::Health(other_user)) => return health(other_user),
        Ok(Admitted::Page(origin)) => origin,
        Err(failure) => return refusal(shared, &failure),
    };
    let page = origin.clone();
    let answer = match route(shared, request, origin).await {
        Ok(answer) => answer,
        Err(failure) => refusal(shared, &failure),
    };
    with_origin(answer, &page)
}

/// What got through the gate.
enum Admitted {
    /// Anybody on this computer; with whether it is another user.
    Health(bool),
    /// A page.
    Page(Origin),
}

fn admitted(shared: &Shared, request: &Request<Incoming>, caller: Caller, port: u16) -> Result<Admitted, Failure> {
    gate::check_head(request, HEAD_BYTES)?;
    // A target with a host of its own is for proxies.
    if request.uri().authority().is_some() {
        return Err(Failure::new(Code::WebHost));
    }
    gate::check_host(request.headers(), port)?;
    if request.uri().path() == "/health" && request.method() == Method::GET {
        return Ok(Admitted::Health(caller == Caller::Other));
    }
    if caller == Caller::Other {
        return Err(Failure::new(Code::WebCaller));
    }
    gate::origin(request.headers(), shared.developer).map(Admitted::Page)
}

async fn route(shared: &Arc<Shared>, request: Request<Incoming>, origin: Origin) -> Result<Response<Body>, Failure> {
    let standing = shared.permissions.standing(&origin)?;
    if standing == Some(Standing::Blocked) {
        return Err(Failure::new(Code::WebBlocked).with("origin", origin.as_str()));
    }
    let path = request.uri().path().to_owned();
    match (request.method().clone(), path.strip_prefix("/v1/documents/")) {
        (Method::GET, None) if path == "/v1" => open_socket(shared, request, origin, standing),
        (Method::OPTIONS, Some(_)) => Ok(preflight()),
        (method, Some(id)) if method == Method::PUT || method == Method::GET => {
            let page = shared.page_of(&origin, id, transfer::ticket(&request))?;
            if method == Method::GET {
                transfer::get(page, id, &request).await
            } else {
                transfer::put(page, id.to_owned(), request).await
            }
        }
        _ => Err(Failure::new(Code::WebMethod).with("method", client::printable(&path))),
    }
}

fn open_socket(
    shared: &Arc<Shared>,
    mut request: Request<Incoming>,
    origin: Origin,
    standing: Option<Standing>,
) -> Result<Response<Body>, Failure> {
    let answer = socket::accept(request.headers())?;
    let number = u64::from_be_bytes(algo::random()?);
    let folder = folder_of(shared, number);
    let documents = Documents::below(folder.clone(), shared.quotas.of(&origin));
    let documents = documents.map_err(|error| Failure::from(durable::WriteError::from_io(&folder, error)))?;
    let (outgoing, to_send) = socket::channel();
    let page = Arc::new(Connection::new(origin, documents, outgoing));
    if standing == Some(Standing::Always) {
        page.allow(Decision::Always);
    } else if shared.allowed.contains(&page.origin) {
        page.allow(Decision::Once);
    }
    enter(shared, number, &page)?;
    let (shared, upgrade) = (Arc::clone(shared), hyper::upgrade::on(&mut request));
    tokio::spawn(async move {
        socket::talk(Arc::clone(&shared), page, upgrade, to_send).await;
        shared.pages().remove(&number);
    });
    Ok(answer)
}

/// Counts the page's connections.
fn enter(shared: &Shared, number: u64, page: &Arc<Connection>) -> Result<(), Failure> {
    let mut pages = shared.pages();
    if pages.values().filter(|other| other.origin == page.origin).count() >= MOST_SOCKETS {
        return Err(Failure::new(Code::WebLimit).with("what", "connections").with("limit", MOST_SOCKETS));
    }
    pages.insert(number, Arc::clone(page));
    Ok(())
}

/// Where the documents of all connections lie.
pub(crate) fn folder(home: &client::Home) -> std::path::PathBuf {
    home.passing()
}

fn folder_of(shared: &Shared, number: u64) -> std::path::PathBuf {
    folder(shared.shell.home()).join(format!("{number:016x}"))
}

/// The same bytes for everybody: nothing of the person can be read from them.
fn health(other_user: bool) -> Response<Body> {
    let status = if other_user { StatusCode::MISDIRECTED_REQUEST } else { StatusCode::OK };
    let body = serde_json::to_string(&Health::new(other_user)).expect("a word and a number always serialise");
    json(status, body, HeaderValue::from_static("*"))
}

fn refusal(shared: &Shared, failure: &Failure) -> Response<Body> {
    let status = match failure.code() {
        Code::WebDocument | Code::WebMethod => StatusCode::NOT_FOUND,
        Code::WebMessage => StatusCode::BAD_REQUEST,
        Code::WebRange | Code::WebIncomplete => StatusCode::CONFLICT,
        Code::WebLimit if failure.data().get("what").is_some_and(|what| what == "head") => {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        }
        Code::WebLimit => StatusCode::TOO_MANY_REQUESTS,
        Code::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        code if code.as_str().starts_with("web.") => StatusCode::FORBIDDEN,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let error = message::remote(failure, &*shared.shell);
    json(status, serde_json::json!({ "error": error }).to_string(), HeaderValue::from_static("null"))
}

fn json(status: StatusCode, body: String, origin: HeaderValue) -> Response<Body> {
    let mut answer = Response::new(full(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if origin != "null" {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    answer
}

/// A page may read what it was given, and no other page may.
fn with_origin(mut answer: Response<Body>, page: &Origin) -> Response<Body> {
    if let Ok(origin) = HeaderValue::from_str(page.as_str()) {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("content-range"));
        headers.insert(VARY, HeaderValue::from_static("Origin"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    answer
}

fn preflight() -> Response<Body> {
    let mut answer = Response::new(full(""));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, PUT"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-range, content-type, range"),
    );
    headers.insert(HeaderName::from_static("access-control-max-age"), HeaderValue::from_static("600"));
    answer
}
