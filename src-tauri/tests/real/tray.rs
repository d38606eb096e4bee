//! The desktop's tray: who registers in it, what its menu says, and clicks on it (StatusNotifierItem, com.canonical.dbusmenu).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{
    blocking::{Connection, Proxy, connection::Builder},
    message::Header,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

use crate::session::{Session, found};

const MENU: &str = "com.canonical.dbusmenu";

/// A number, what is told of it, and what is below it.
type Entry = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
type Items = Arc<Mutex<Vec<(String, String)>>>;

/// The tray of a session.
pub(crate) struct Tray {
    connection: Connection,
    items: Items,
}

impl Tray {
    /// Hangs it up.
    pub(crate) fn of(session: &Session) -> Self {
        let items = Items::default();
        let watcher = Watcher { items: Arc::clone(&items) };
        let builder = Builder::address(session.bus()).unwrap().name("org.kde.StatusNotifierWatcher").unwrap();
        Self { connection: builder.serve_at("/StatusNotifierWatcher", watcher).unwrap().build().unwrap(), items }
    }

    /// What the menu of the program says, as soon as it has one.
    pub(crate) fn entries(&self) -> Vec<String> {
        let entries = found(|| self.menu().filter(|entries| !entries.is_empty())).expect("the program is in the tray");
        entries.into_iter().map(|(_, label)| label).collect()
    }

    /// Clicks on an entry.
    pub(crate) fn click(&self, label: &str) {
        let (number, _) = found(|| self.menu()?.into_iter().find(|(_, named)| named == label)).expect(label);
        let event = (number, "clicked", Value::from(0_i32), 0_u32);
        let () = self.of_menu().unwrap().call("Event", &event).unwrap();
    }

    fn menu(&self) -> Option<Vec<(i32, String)>> {
        let (_, root): (u32, Entry) = self.of_menu()?.call("GetLayout", &(0_i32, -1_i32, Vec::<&str>::new())).ok()?;
        let entries = root.2.into_iter().filter_map(|entry| Entry::try_from(entry).ok());
        let label = |mut told: HashMap<String, OwnedValue>| String::try_from(told.remove("label")?).ok();
        Some(entries.filter_map(|(number, told, _)| Some((number, label(told)?))).collect())
    }

    fn of_menu(&self) -> Option<Proxy<'static>> {
        let (owner, path) = self.items.lock().unwrap().first().cloned()?;
        let item = Proxy::new(&self.connection, owner.clone(), path, "org.kde.StatusNotifierItem").ok()?;
        let menu: OwnedObjectPath = item.get_property("Menu").ok()?;
        Proxy::new(&self.connection, owner, menu, MENU).ok()
    }
}

struct Watcher {
    items: Items,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// A service says where its item is: by a path below its own name, or by another name.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().unwrap().to_string();
        let item = match service.starts_with('/') {
            true => (sender, service.to_owned()),
            false => (service.to_owned(), "/StatusNotifierItem".to_owned()),
        };
        self.items.lock().unwrap().push(item);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}
