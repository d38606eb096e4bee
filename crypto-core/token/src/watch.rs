//! Which keys are plugged in, before any vendor module is asked: smart cards by PC/SC, other keys by their USB id.
//!
//! A key that no module shows is still seen here, so that "no certificate" has one of many different causes with its
//! own next step: no service, no reader, no key, an unknown key, a missing driver, a key that another program holds.

mod readers;
mod usb;

use std::path::PathBuf;
use std::time::Duration;

pub use card_watch::{Card, Reader, Service, Snapshot};
pub use readers::ReaderWatch;
pub use usb::{SystemUsb, UsbBus, UsbDevice, UsbUnavailable};

use crate::devices::{Atr, DeviceTable, KnownKey, Os, UsbId};
use crate::discovery::Discovery;

/// What both sources show at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Readers and cards.
    pub cards: Snapshot,
    /// USB devices of every kind.
    pub usb: Result<Vec<UsbDevice>, UsbUnavailable>,
}

/// Looks at the hardware. Tests have one of their own.
pub trait Hardware {
    /// What is here; waits up to `wait` for a change of the readers.
    fn look(&mut self, wait: Duration) -> Seen;
}

/// The hardware of this computer.
pub struct SystemHardware {
    readers: ReaderWatch,
    usb: Box<dyn UsbBus>,
}

impl SystemHardware {
    /// Readers are watched by the program at `card_watch`, which is started at the first look.
    #[must_use]
    pub fn new(card_watch: impl Into<PathBuf>) -> Self {
        Self { readers: ReaderWatch::new(card_watch), usb: Box::new(SystemUsb) }
    }
}

impl Hardware for SystemHardware {
    fn look(&mut self, wait: Duration) -> Seen {
        Seen { cards: self.readers.look(wait), usb: self.usb.devices() }
    }
}

/// The keys that are plugged in, and what stands in the way if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The whole at one glance.
    pub situation: Situation,
    /// Every key.
    pub keys: Vec<Sighting>,
}

/// Whether a key is here, and if not, which layer is missing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Situation {
    /// The smart card service does not answer, and no USB key is known.
    NoService,
    /// The service answers and knows no reader.
    NoReader,
    /// Readers are here, and nothing is in them.
    NoKey,
    /// At least one key is plugged in.
    KeyPresent,
}

impl Situation {
    /// The stable word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoService => "no_service",
            Self::NoReader => "no_reader",
            Self::NoKey => "no_key",
            Self::KeyPresent => "key_present",
        }
    }
}

/// One key that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Where.
    pub place: KeyPlace,
    /// The entry of the device table; `None` for a key that it does not know.
    pub known: Option<KnownKey>,
    /// What can be said of it without a module.
    pub state: KeyState,
}

/// Where a key is plugged in. Equal places are the same plugging: a key that was pulled and put back is another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPlace {
    /// A card, or a key that is a card with its reader.
    Reader {
        /// The reader's name.
        name: String,
        /// Count of insertions and removals.
        events: u32,
        /// Answer to reset; `None` for a card that gives none.
        atr: Option<Atr>,
    },
    /// A USB key that is no smart card.
    Usb {
        /// Bus and address.
        port: String,
        /// Vendor and product.
        id: UsbId,
        /// What it calls itself.
        product: Option<String>,
    },
}

/// State of a key that is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Its driver is installed: the module shows the token.
    Connected,
    /// Another program holds it for itself alone.
    InUse,
    /// It gives no answer: the wrong way round, dirty, or broken.
    Mute,
    /// Known, but none of its modules is on this computer.
    MissingDriver,
    /// Not in the device table.
    Unknown,
}

impl KeyState {
    /// The stable word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::InUse => "in_use",
            Self::Mute => "mute",
            Self::MissingDriver => "missing_driver",
            Self::Unknown => "unknown_key",
        }
    }
}

/// Makes sense of what was seen. `discovery` tells which drivers are here; `shown` is the number of hardware tokens
/// that modules show, which decides whether a key that the table does not know is served all the same.
#[must_use]
pub fn sight(seen: &Seen, table: &DeviceTable, discovery: &Discovery, os: Os, shown: usize) -> Sight {
    let running = seen.cards.service == Service::Running;
    let look = Look { table, discovery, os };
    let mut keys: Vec<Sighting> = seen.cards.readers.iter().filter_map(|reader| look.card(reader)).collect();
    // While the service runs, what is a smart card is seen in its reader and not twice.
    let usb = seen.usb.iter().flatten().filter(|device| !(running && device.is_smart_card));
    keys.extend(usb.filter_map(|device| look.usb(device)));
    if keys.len() <= shown {
        let unknown = |key: &&mut Sighting| matches!(key.state, KeyState::Unknown | KeyState::MissingDriver);
        keys.iter_mut().filter(unknown).for_each(|key| key.state = KeyState::Connected);
    }
    let situation = match (keys.is_empty() && shown == 0, running, seen.cards.readers.is_empty()) {
        (false, ..) => Situation::KeyPresent,
        (true, false, _) => Situation::NoService,
        (true, true, true) => Situation::NoReader,
        (true, true, false) => Situation::NoKey,
    };
    Sight { situation, keys }
}

struct Look<'a> {
    table: &'a DeviceTable,
    discovery: &'a Discovery,
    os: Os,
}

impl Look<'_> {
    fn card(&self, reader: &Reader) -> Option<Sighting> {
        let place = |atr| KeyPlace::Reader { name: reader.name.clone(), events: reader.events, atr };
        match &reader.card {
            Card::Absent => None,
            Card::Mute => Some(Sighting { place: place(None), known: None, state: KeyState::Mute }),
            Card::Present { atr, exclusive } => {
                // What is shorter than ISO 7816-3 allows is no answer.
                let Ok(atr) = atr.parse::<Atr>() else {
                    return Some(Sighting { place: place(None), known: None, state: KeyState::Mute });
                };
                let known = self.table.by_atr(&atr);
                let state = if *exclusive { KeyState::InUse } else { self.state(known) };
                Some(Sighting { place: place(Some(atr)), known: known.cloned(), state })
            }
        }
    }

    /// Of all USB devices only those of makers of keys are looked at: a mouse is no unknown key.
    fn usb(&self, device: &UsbDevice) -> Option<Sighting> {
        let known = self.table.by_usb(device.id);
        let of_maker = || self.table.keys().iter().flat_map(|key| &key.usb).any(|id| id.vendor == device.id.vendor);
        if known.is_none() && !of_maker() {
            return None;
        }
        let place = KeyPlace::Usb { port: device.port.clone(), id: device.id, product: device.product.clone() };
        Some(Sighting { place, known: known.cloned(), state: self.state(known) })
    }

    fn state(&self, known: Option<&KnownKey>) -> KeyState {
        let Some(key) = known else { return KeyState::Unknown };
        let names = key.modules_on(self.os).any(|module| {
            let is_it = |file: &std::ffi::OsStr| file.eq_ignore_ascii_case(&module.file);
            self.discovery.candidates.iter().any(|candidate| candidate.path.file_name().is_some_and(is_it))
        });
        if names { KeyState::Connected } else { KeyState::MissingDriver }
    }
}

#[cfg(test)]
mod tests;
