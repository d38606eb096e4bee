//! What a bid promises, held against the committed vectors, a second reader, OpenSSL, and an attacker.

mod files;
mod openssl;
mod refusals;
mod secrecy;
mod support;
mod tampering;
mod vectors;
