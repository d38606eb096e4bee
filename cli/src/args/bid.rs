//! Sealed bids and the ledger of them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{document::Judged, token::Modules, value::count};

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
    #[arg(long, value_name = "K", value_parser = count)]
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
