//! The command line as types. Help texts are not here: they stand in `messages/`, one file per language.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// A whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "bidseal",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub(crate) struct Line {
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Args, Debug)]
pub(crate) struct Everywhere {
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    #[arg(long, global = true)]
    pub(crate) secrets_stdin: bool,
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    #[arg(long, global = true)]
    pub(crate) force: bool,
    #[arg(long, global = true, value_name = "LANG", value_parser = language)]
    pub(crate) lang: Option<client::Language>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(subcommand)]
    Token(Token),
    #[command(subcommand)]
    Pin(Pin),
    #[command(subcommand)]
    Cert(Cert),
    #[command(subcommand)]
    Trust(Trust),
    #[command(subcommand)]
    Seal(Seal),
    Sign(Sign),
    Stamp(Stamp),
    Verify(Verify),
    #[command(subcommand)]
    Bid(Bid),
    Doctor(Doctor),
    Agent(Agent),
    #[command(subcommand)]
    Origin(Origin),
    #[command(subcommand)]
    Tls(Tls),
    #[command(subcommand)]
    Journal(Journal),
    Completions {
        shell: clap_complete::Shell,
    },
    /// Lists the failpoints of this build, for the tests that kill it at each.
    #[cfg(debug_assertions)]
    #[command(hide = true)]
    Failpoints,
}

#[derive(Args, Debug)]
pub(crate) struct Agent {
    /// What the system passes on when a page follows a `bidseal:` link; it wakes and says nothing.
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
    #[arg(long = "allow-origin", value_name = "O")]
    pub(crate) allowed: Vec<String>,
    #[arg(long)]
    pub(crate) print_endpoints: bool,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Origin {
    List,
    Remove {
        #[arg(value_name = "O")]
        origin: String,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Tls {
    On,
    Off,
    Repair,
    Status,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    List,
    Export {
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
    },
    Verify,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    List(Modules),
    Info {
        #[arg(value_name = "T")]
        token: Option<String>,
        #[command(flatten)]
        modules: Modules,
    },
    Init {
        #[arg(long, value_name = "L")]
        label: String,
        #[arg(long, value_name = "SUITE", default_value = "sm", hide_default_value = true, value_parser = suite)]
        suite: algo::Suite,
    },
    Watch(Modules),
}

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[arg(long, value_name = "OUT")]
    pub(crate) bundle: Option<PathBuf>,
    #[arg(long)]
    pub(crate) serials: bool,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

/// Driver modules in place of those that are found on this computer.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Modules {
    #[arg(long = "module", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pin {
    Verify(OfToken),
    Change(Renewal),
    Activate(Renewal),
    Unblock(Unblock),
}

/// A new PIN, and perhaps an authority that shall be able to unblock the token.
#[derive(Args, Debug)]
pub(crate) struct Renewal {
    #[arg(long, value_name = "CERT")]
    pub(crate) recovery: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: OfToken,
}

/// By the unlock code, or by request and voucher.
#[derive(Args, Debug)]
pub(crate) struct Unblock {
    #[arg(long, value_name = "OUT")]
    pub(crate) request: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "request")]
    pub(crate) response: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: OfToken,
}

/// A token and the modules through which it may be found.
#[derive(Args, Debug)]
pub(crate) struct OfToken {
    #[arg(value_name = "T")]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Cert {
    List(OfToken),
    Show {
        #[arg(value_name = "C")]
        certificate: String,
        #[command(flatten)]
        modules: Modules,
    },
    Export {
        #[arg(value_name = "C")]
        certificate: String,
        #[arg(long)]
        chain: bool,
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
        #[command(flatten)]
        modules: Modules,
    },
    Request(Request),
    Import {
        #[arg(value_name = "T")]
        token: String,
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        modules: Modules,
    },
    Delete {
        #[arg(value_name = "C")]
        certificate: String,
        #[command(flatten)]
        modules: Modules,
    },
    Status {
        #[arg(value_name = "C")]
        certificate: String,
        #[command(flatten)]
        modules: Modules,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Request {
    #[arg(value_name = "T")]
    pub(crate) token: String,
    #[arg(long, value_name = "DN")]
    pub(crate) subject: String,
    #[arg(long, value_name = "SUITE", value_parser = suite)]
    pub(crate) suite: Option<algo::Suite>,
    #[arg(long = "use", value_name = "USE", default_value = "sign", hide_default_value = true)]
    pub(crate) key_use: KeyUse,
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum KeyUse {
    Sign,
    Encrypt,
    Both,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Trust {
    List,
    Add {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    Remove {
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Seal {
    Import {
        #[arg(value_name = "IMAGE")]
        image: PathBuf,
        #[arg(long, value_name = "MM", value_parser = millimetres)]
        size: Option<f64>,
        #[arg(long, value_name = "N")]
        name: Option<String>,
    },
    List,
    Show {
        #[arg(value_name = "SEAL")]
        seal: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Sign {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(short, long = "cert", value_name = "C")]
    pub(crate) certificate: String,
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    #[arg(long)]
    pub(crate) detached: bool,
    #[arg(long, value_name = "URL")]
    pub(crate) tsa: Option<String>,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("destination").required(true).args(["output", "out_dir"])))]
pub(crate) struct Stamp {
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    #[arg(short, long = "cert", value_name = "C")]
    pub(crate) certificate: String,
    #[arg(long, value_name = "SEAL")]
    pub(crate) seal: String,
    #[arg(long, value_name = "MM", value_parser = millimetres)]
    pub(crate) size: Option<f64>,
    #[arg(long, value_name = "PAGES", default_value = "1", hide_default_value = true)]
    pub(crate) page: String,
    #[arg(long, value_name = "X,Y", value_parser = place)]
    pub(crate) at: Option<(f64, f64)>,
    #[arg(long, value_name = "LEVEL")]
    pub(crate) level: Option<Level>,
    #[arg(long, value_name = "URL")]
    pub(crate) tsa: Option<String>,
    #[arg(long, value_name = "R")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

/// A level of PAdES baseline signatures (EN 319 142-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Level {
    #[value(name = "b-b")]
    BB,
    #[value(name = "b-t")]
    BT,
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(long, value_name = "SIG")]
    pub(crate) signature: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) judged: Judged,
}

/// By whose roots, and as of when.
#[derive(Args, Debug)]
pub(crate) struct Judged {
    #[arg(long = "trust", value_name = "DIR")]
    pub(crate) trust: Vec<PathBuf>,
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<time::OffsetDateTime>,
    #[arg(long)]
    pub(crate) online: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bid {
    Encrypt(Encrypt),
    Decrypt(Decrypt),
    Open(Open),
    Inspect {
        #[arg(value_name = "IN")]
        bid: PathBuf,
    },
    Rehearse {
        #[arg(value_name = "IN")]
        bid: PathBuf,
        #[command(flatten)]
        opener: Opener,
        #[command(flatten)]
        modules: Modules,
    },
    Verify {
        #[arg(value_name = "IN")]
        bid: PathBuf,
        #[arg(long, value_name = "S")]
        statement: Option<PathBuf>,
        #[arg(long, value_name = "DIR")]
        twin: Option<PathBuf>,
        #[command(flatten)]
        judged: Judged,
    },
    Evidence(Evidence),
    #[command(subcommand)]
    Ledger(Ledger),
}

/// Why a bid did not open, as an archive.
#[derive(Args, Debug)]
pub(crate) struct Evidence {
    #[arg(value_name = "IN")]
    pub(crate) bid: PathBuf,
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[arg(long, value_name = "S")]
    pub(crate) statement: Option<PathBuf>,
    #[arg(long, value_name = "R")]
    pub(crate) receipt: Option<PathBuf>,
    #[arg(long, value_name = "C")]
    pub(crate) sign: Option<String>,
    #[arg(long, conflicts_with = "sign")]
    pub(crate) unsigned: bool,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    List {
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        modules: Modules,
    },
    Show(Entry),
    Clear(Entry),
    Receipt {
        #[arg(value_name = "ID")]
        id: String,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// One bid of the ledger, and the modules through which its keys may be found.
#[derive(Args, Debug)]
pub(crate) struct Entry {
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Args, Debug)]
pub(crate) struct Encrypt {
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    #[arg(long, value_name = "CERT", required = true)]
    pub(crate) to: Vec<String>,
    #[arg(long, value_name = "CERT")]
    pub(crate) host: Vec<String>,
    #[arg(long, value_name = "CERT")]
    pub(crate) committee: Vec<String>,
    #[arg(long, value_name = "K")]
    pub(crate) threshold: Option<u8>,
    #[arg(long)]
    pub(crate) password: bool,
    #[arg(long, value_name = "FILE")]
    pub(crate) meta: Option<PathBuf>,
    #[arg(long, value_name = "C")]
    pub(crate) statement: Option<String>,
    #[arg(long, conflicts_with = "statement")]
    pub(crate) no_statement: bool,
    #[arg(long, value_name = "DIR")]
    pub(crate) twin: Option<PathBuf>,
    #[arg(long, value_name = "URL", conflicts_with = "no_statement")]
    pub(crate) tsa: Option<String>,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

/// A holder's answer to the platform.
#[derive(Args, Debug)]
pub(crate) struct Open {
    #[arg(value_name = "IN")]
    pub(crate) bid: PathBuf,
    #[arg(short, long, value_name = "RESPONSE")]
    pub(crate) output: PathBuf,
    #[arg(long, value_name = "CERT")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) opener: Opener,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

#[derive(Args, Debug)]
pub(crate) struct Decrypt {
    #[arg(value_name = "IN")]
    pub(crate) bid: PathBuf,
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    #[arg(long = "response", value_name = "RESPONSE", requires = "key", conflicts_with = "password")]
    pub(crate) responses: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) opener: Opener,
    #[command(flatten)]
    pub(crate) modules: Modules,
}

/// What opens a bid.
#[derive(Args, Debug)]
pub(crate) struct Opener {
    #[arg(long, value_name = "C")]
    pub(crate) key: Option<String>,
    #[arg(long, conflicts_with = "key")]
    pub(crate) password: bool,
}

fn language(text: &str) -> Result<client::Language, String> {
    client::Language::from_tag(text).ok_or_else(|| "zh-CN, en".into())
}

fn suite(text: &str) -> Result<algo::Suite, String> {
    text.parse().map_err(|_| algo::Suite::ALL.map(|suite| suite.to_string()).join(", "))
}

fn millimetres(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|size: &f64| size.is_finite() && *size > 0.0).ok_or_else(|| "not_millimetres".into())
}

fn place(text: &str) -> Result<(f64, f64), String> {
    let number = |part: &str| part.trim().parse().ok().filter(|value: &f64| value.is_finite());
    text.split_once(',').and_then(|(x, y)| Some((number(x)?, number(y)?))).ok_or_else(|| "not_a_place".into())
}

fn moment(text: &str) -> Result<time::OffsetDateTime, String> {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).map_err(|_| "not_a_moment".into())
}
