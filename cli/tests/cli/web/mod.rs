//! Web pages and the running agent: the real program at its pseudo-terminal, pages as raw sockets.

mod attacks;
mod batches;
mod bids;
mod crowds;
mod insistence;
mod journal;
mod links;
mod page;
mod service;
mod tls;
mod work;
