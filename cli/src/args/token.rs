//! Tokens, their PINs, and what is wrong with them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::value::suite;

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
        #[arg(value_name = "T")]
        token: Option<String>,
        #[arg(long, value_name = "L")]
        label: String,
        #[arg(long, value_name = "SUITE", default_value = "sm", hide_default_value = true, value_parser = suite)]
        suite: algo::Suite,
        #[command(flatten)]
        modules: Modules,
    },
    Watch(Modules),
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

/// By the unlock code, or by request and voucher; both in one command where the key forgets what it asked.
#[derive(Args, Debug)]
pub(crate) struct Unblock {
    #[arg(long, value_name = "OUT")]
    pub(crate) request: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
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

/// Driver modules in place of those that are found on this computer.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Modules {
    #[arg(long = "module", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
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
