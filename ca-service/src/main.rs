//! The command line of the demonstration authority.

fn main() {}
