//! Encrypted bids: made, opened, looked at, rehearsed, verified.

pub mod answer;
pub mod decrypt;
pub mod encrypt;
pub mod evidence;
mod faults;
pub mod inspect;
mod meta;
mod open;
mod platform;
pub mod rehearse;
pub mod responses;
mod statement;
pub mod twin;
pub mod verify;

use std::ops::ControlFlow;

use crate::{Meter, Session};

/// Shows the steps of `bid` as progress, and stops them when the person wants to.
fn watch<'a>(session: &'a Session<'_>) -> impl FnMut(bid::Progress) -> ControlFlow<()> + use<'a> {
    let meter = Meter::new(session.clock, session.progress);
    move |point| {
        // While inputs are being found their number is not known: nothing is shown, but Ctrl-C is heard.
        let (done, total) = if point.step == bid::Step::Finding { (0, 0) } else { (point.done, point.total) };
        meter.set_total(total);
        if meter.moved(done) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}
