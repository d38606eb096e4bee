//! What answers pages, and what was asked.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{token::Modules, value::port};

#[derive(Args, Debug)]
pub(crate) struct Agent {
    /// What the system passes on when a page follows a `bidseal:` link; it wakes and says nothing.
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
    #[arg(long, value_name = "N", value_parser = port)]
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

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Links {
    On,
    Off,
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
