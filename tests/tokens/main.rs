//! One suite of behaviour over every kind of token. What each is expected to do stands in `expected.toml`: a power that
//! is declared and absent fails, and so does one that works and is not declared.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "files of a test live as long as it does")]

mod authority;
mod canary;
mod capabilities;
mod committee;
mod expected;
mod fixtures;
mod judged;
mod odd;
mod parallel;
mod pins;
mod program;
mod removal;
mod vendor_sm2;

use fixtures::{Kryoptic, SkfSimulator, SoftHsm, Software, VirtualPiv};

/// The same tests for each fixture, under its name.
macro_rules! suite {
    ($($name:ident: $fixture:expr;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn its_powers_are_those_of_the_table() {
                capabilities::agree_with_the_table(&$fixture);
            }

            #[test]
            fn wrong_pins_are_counted_and_lock_at_exactly_the_maximum() {
                pins::count_and_lock(&$fixture);
            }

            #[test]
            fn the_pin_is_changed() {
                pins::change(&$fixture);
            }

            #[test]
            fn openssl_verifies_its_signatures_and_makes_what_it_opens() {
                judged::by_openssl(&$fixture);
            }

            #[test]
            fn documents_are_stamped_and_bids_are_opened() {
                program::stamp_and_bid(&$fixture);
            }

            #[test]
            fn bids_are_opened_together_with_it_as_bidder_and_as_member() {
                committee::opens_it_in_every_place(&$fixture);
            }

            #[test]
            fn four_processes_sign_fifty_times_each() {
                parallel::four_processes(&$fixture);
            }
        }
    )*};
}

suite! {
    soft: Software;
    softhsm: SoftHsm;
    kryoptic: Kryoptic;
    virtual_piv: VirtualPiv;
    skf_simulator: SkfSimulator;
}
