//! The PINs of a key with a way of its own, handed over on standard input: no argument and no file holds one.

use std::io::Read;

use algo::Pin;
use ca::KeyPins;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// No such object is longer.
const LARGEST: u64 = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Handed {
    admin_pin: String,
    new_pin: Option<String>,
}

/// The PINs, and whether the new one was made here.
pub(crate) fn read() -> Result<(KeyPins, bool), Failure> {
    // One buffer of full size: one that grew would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    std::io::stdin().take(LARGEST).read_to_end(&mut bytes).map_err(|_| Failure::Pins)?;
    let Handed { admin_pin, new_pin } = serde_json::from_slice(&bytes).map_err(|_| Failure::Pins)?;
    let pin = |text: String| Pin::new(text).map_err(|_| Failure::Pins);
    let made = new_pin.is_none();
    let new = match new_pin {
        Some(new) => pin(new)?,
        None => KeyPins::random_pin()?,
    };
    Ok((KeyPins { admin: pin(admin_pin)?, new }, made))
}
