//! Certificates, requests, and the roots that are trusted.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    token::{Modules, OfToken},
    value::suite,
};

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
        #[arg(long, value_name = "KEY")]
        enclosed: Option<PathBuf>,
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
