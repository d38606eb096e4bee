//! `bidseal-portal`: a small procurement portal. It tries everything of Bidseal that a web page can ask for, and is the
//! fixture of the browser tests. It believes nothing that a page says: sessions, deadlines, certificates, signatures and
//! bids are judged here.

mod accounts;
mod app;
mod bids;
mod failure;
mod login;
mod opening;
mod pages;
mod platform;
mod receipt;
mod revocation;
mod session;
mod store;
mod tenders;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};
use clap::{Args, Parser, Subcommand};

use app::App;

#[derive(Parser)]
#[command(name = "bidseal-portal", version, about = "A small procurement portal to try Bidseal with. 试用门户")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the platform's keys and its certificate requests, sign.csr and encrypt.csr. 生成平台密钥与证书请求
    Keys {
        /// The portal's folder.
        #[arg(long)]
        data: PathBuf,
        /// The platform's name in its certificates.
        #[arg(long)]
        name: String,
    },
    /// Answer browsers until it is stopped. 运行
    Serve(Serve),
}

/// Where everything is.
#[derive(Args)]
struct Serve {
    /// The portal's folder: keys, certificates sign.pem and encrypt.pem, bids, and its database unless DATABASE_URL names one.
    #[arg(long)]
    data: PathBuf,
    /// The built pages, portal/web/dist.
    #[arg(long)]
    web: PathBuf,
    /// A folder of root certificates; bidders' certificates must lead to one of them.
    #[arg(long)]
    trust: PathBuf,
    /// What browsers call this portal, such as `https://portal.example`.
    #[arg(long)]
    origin: String,
    /// The address to listen at; a reverse proxy with TLS stands before it.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the agent may listen, if not at the ports of the protocol.
    #[arg(long = "agent-port")]
    agent_ports: Vec<u16>,
    /// Where it may listen over TLS; those of the protocol, unless ports of its own are given above.
    #[arg(long = "agent-tls-port")]
    agent_tls_ports: Vec<u16>,
    /// Whether the authorities of certificates are asked at binding and login. 登录时是否查询证书吊销状态
    #[arg(long, value_enum, default_value = "ask")]
    revocation: revocation::Policy,
    /// Ask authorities inside private networks too.
    #[arg(long)]
    allow_private_addresses: bool,
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Keys { data, name } => platform::make_keys(&data, &name),
        Command::Serve(options) => serve(options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bidseal-portal: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: Serve) -> Result<(), app::StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listen = options.listen;
        let app = Arc::new(App::start(options).await?);
        let listener = tokio::net::TcpListener::bind(listen).await?;
        println!("{}", serde_json::json!({ "event": "listening", "address": listener.local_addr()?.to_string() }));
        Ok(axum::serve(listener, router(app)).await?)
    })
}

/// Every address of the portal.
fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/session", get(session::show))
        .route("/nonce", post(login::nonce))
        .route("/register", post(accounts::register))
        .route("/login", post(accounts::login))
        .route("/logout", post(accounts::logout))
        .route("/tenders", get(tenders::list).post(tenders::publish))
        .route("/tenders/{tender}", get(tenders::show))
        .route("/tenders/{tender}/bid", get(bids::own).post(bids::begin))
        .route("/tenders/{tender}/bid/bytes", put(bids::take_slice))
        .route("/tenders/{tender}/bid/submit", post(bids::submit))
        .route("/tenders/{tender}/bid/header", get(bids::header))
        .route("/tenders/{tender}/bid/open", post(opening::open))
        .route("/tenders/{tender}/bid/twin", post(opening::twin))
        .route("/tenders/{tender}/record", get(opening::record).post(opening::sign))
        .route("/platform.cer", get(platform::certificate))
        .fallback(|| async { failure::absent() });
    let limited = api
        .layer(axum::extract::DefaultBodyLimit::max(bids::SLICE))
        .layer(axum::middleware::map_response(failure::with_code));
    Router::new().nest("/api", limited).fallback(pages::page).with_state(app)
}
