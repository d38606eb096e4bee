//! The command line as types, a module for each family of commands. Help texts are not here: they stand in `messages/`,
//! one file per language.

mod bid;
mod cert;
mod document;
mod token;
mod value;
mod web;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use self::value::language;
pub(crate) use self::{
    bid::{Bid, Encrypt, Evidence, Ledger, Open, Opener},
    cert::{Cert, KeyUse, Request, Trust},
    document::{Level, Seal, Sign, Stamp, Verify},
    token::{Doctor, Modules, OfToken, Pin, Token, Unblock},
    web::{Agent, Journal, Links, Origin, Tls},
};

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
    Links(Links),
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
