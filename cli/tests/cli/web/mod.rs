//! Web pages and the running agent: the real program at its pseudo-terminal, pages as raw sockets.

mod attacks;
mod crowds;
mod page;
mod service;
mod work;
