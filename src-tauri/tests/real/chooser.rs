//! The desktop's file dialogs, answered as a person would: xdg-desktop-portal's FileChooser on the bus of the display.
//!
//! GTK asks the portal when `GTK_USE_PORTAL=1` says that there is one. So the program that is tested has its own dialogs and
//! no door for tests: what a dialog says comes from the desktop around it, here as on any desktop with a portal.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use zbus::{
    blocking::{Connection, connection::Builder},
    message::Header,
    zvariant::{OwnedObjectPath, Value},
};

const PATH: &str = "/org/freedesktop/portal/desktop";

/// What the person will choose, one file or folder for each dialog.
pub(crate) struct Chooser {
    _connection: Connection,
    answers: Answers,
}

type Answers = Arc<Mutex<VecDeque<PathBuf>>>;

impl Chooser {
    /// Takes the place of the desktop's portal.
    pub(crate) fn at(bus: &str) -> Self {
        let answers = Answers::default();
        let portal = Portal { answers: Arc::clone(&answers) };
        let builder = Builder::address(bus).unwrap().name("org.freedesktop.portal.Desktop").unwrap();
        Self {
            _connection: builder.serve_at(PATH, portal).unwrap().serve_at(PATH, Proxies).unwrap().build().unwrap(),
            answers,
        }
    }

    /// The next dialog ends with this.
    pub(crate) fn chooses(&self, path: PathBuf) {
        self.answers.lock().unwrap().push_back(path);
    }
}

struct Portal {
    answers: Answers,
}

#[zbus::interface(name = "org.freedesktop.portal.FileChooser")]
impl Portal {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        3
    }

    fn open_file(
        &self,
        _parent: &str,
        _title: &str,
        options: HashMap<&str, Value<'_>>,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &zbus::Connection,
    ) -> OwnedObjectPath {
        self.answer(&options, &header, connection)
    }

    fn save_file(
        &self,
        _parent: &str,
        _title: &str,
        options: HashMap<&str, Value<'_>>,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &zbus::Connection,
    ) -> OwnedObjectPath {
        self.answer(&options, &header, connection)
    }
}

/// Whoever believes in the portal asks it for the way to 127.0.0.1 too.
struct Proxies;

#[zbus::interface(name = "org.freedesktop.portal.ProxyResolver")]
impl Proxies {
    fn lookup(&self, _uri: &str) -> Vec<String> {
        vec!["direct://".to_owned()]
    }
}

impl Portal {
    /// The request's path, as the caller computes it too, and then its response; cancelled when nothing was to be chosen.
    fn answer(
        &self,
        options: &HashMap<&str, Value<'_>>,
        header: &Header<'_>,
        connection: &zbus::Connection,
    ) -> OwnedObjectPath {
        let token: String = options["handle_token"].try_clone().unwrap().try_into().unwrap();
        let sender = header.sender().unwrap().trim_start_matches(':').replace('.', "_");
        let request = format!("{PATH}/request/{sender}/{token}");
        let chosen = self.answers.lock().unwrap().pop_front();
        let (to, path) = (header.sender().unwrap().to_string(), request.clone());
        let connection = Connection::from(connection.clone());
        thread::spawn(move || {
            // The caller waits for the response only when it has the request's path.
            thread::sleep(Duration::from_millis(200));
            let uris: Vec<String> = chosen.iter().map(|path| format!("file://{}", encoded(path))).collect();
            let results = HashMap::from([("uris", Value::from(uris))]);
            let body = (u32::from(chosen.is_none()), results);
            connection
                .emit_signal(Some(to.as_str()), path.as_str(), "org.freedesktop.portal.Request", "Response", &body)
                .unwrap();
        });
        OwnedObjectPath::try_from(request).unwrap()
    }
}

fn encoded(path: &std::path::Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let bytes = path.to_str().unwrap().bytes();
    bytes.map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
