//! Seals, signatures and verdicts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    token::Modules,
    value::{millimetres, moment, place},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Seal {
    Import {
        #[arg(value_name = "IMAGE")]
        image: PathBuf,
        #[arg(long, value_name = "MM", value_parser = millimetres)]
        size: Option<f64>,
        #[arg(long, value_name = "N")]
        name: Option<String>,
        #[arg(long)]
        clear_white: bool,
    },
    Rename {
        #[arg(value_name = "SEAL")]
        seal: String,
        #[arg(value_name = "N")]
        name: String,
    },
    Remove {
        #[arg(value_name = "SEAL")]
        seal: String,
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
