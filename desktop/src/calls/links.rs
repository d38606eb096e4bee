//! Whether the system opens `.bid` files and links of web pages with this program. The system is asked each time: the command
//! line turns the same entry.

use client::Failure;
use protocol::screens::Links;

use crate::Desk;

pub(super) fn state(desk: &Desk) -> Option<Links> {
    let entry = desk.place.links.as_ref()?;
    Some(Links { on: entry.are_on(), program: client::printable(&entry.program().to_string_lossy()) })
}

pub(super) fn turn(desk: &Desk, on: bool) -> Result<Option<Links>, Failure> {
    desk.place.links.iter().try_for_each(|entry| entry.turn(on, &desk.session()))?;
    Ok(state(desk))
}
