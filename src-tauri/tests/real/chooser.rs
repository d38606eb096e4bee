//! The desktop's file dialogs, answered as a person would: xdg-desktop-portal's FileChooser on the bus of the display.
//!
//! GTK asks the portal when `GTK_USE_PORTAL=1` says that there is one. So the program that is tested has its own dialogs and
//! no door for tests: what a dialog says comes from the desktop around it, here as on any desktop with a portal.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
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
type Options<'a> = HashMap<&'a str, Value<'a>>;
/// The path of a request.
type Handle = OwnedObjectPath;

impl Chooser {
    /// Takes the place of the desktop's portal.
    pub(crate) fn at(bus: &str) -> Self {
        let (answers, back) = (Answers::default(), Arc::new(OnceLock::new()));
        let portal = Portal { answers: Arc::clone(&answers), back: Arc::clone(&back) };
        let builder = Builder::address(bus).unwrap().name("org.freedesktop.portal.Desktop").unwrap();
        let connection = builder.serve_at(PATH, portal).unwrap().serve_at(PATH, Proxies).unwrap().build().unwrap();
        back.set(connection.clone()).unwrap();
        Self { _connection: connection, answers }
    }

    /// The next dialog ends with this.
    pub(crate) fn chooses(&self, path: PathBuf) {
        self.answers.lock().unwrap().push_back(path);
    }
}

struct Portal {
    answers: Answers,
    back: Arc<OnceLock<Connection>>,
}

#[zbus::interface(name = "org.freedesktop.portal.FileChooser")]
impl Portal {
    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        3
    }

    fn open_file(&self, _by: &str, _title: &str, options: Options<'_>, #[zbus(header)] asked: Header<'_>) -> Handle {
        self.answer(&options, &asked)
    }

    fn save_file(&self, _by: &str, _title: &str, options: Options<'_>, #[zbus(header)] asked: Header<'_>) -> Handle {
        self.answer(&options, &asked)
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
    fn answer(&self, options: &Options<'_>, asked: &Header<'_>) -> Handle {
        let token: String = options["handle_token"].try_clone().unwrap().try_into().unwrap();
        let sender = asked.sender().unwrap().trim_start_matches(':').replace('.', "_");
        let request = format!("{PATH}/request/{sender}/{token}");
        let chosen = self.answers.lock().unwrap().pop_front();
        let (to, path) = (asked.sender().unwrap().to_string(), request.clone());
        let connection = self.back.get().unwrap().clone();
        thread::spawn(move || {
            let uris: Vec<String> = chosen.iter().map(|path| format!("file://{}", encoded(path))).collect();
            let results = HashMap::from([("uris", Value::from(uris))]);
            let body = (u32::from(chosen.is_none()), results);
            // GTK takes a response that comes before the request's path for its own end, and ends with it; and nobody here
            // sees when the path is on its way.
            thread::sleep(Duration::from_millis(500));
            let to = Some(to.as_str());
            let request = "org.freedesktop.portal.Request";
            // A program that has ended meanwhile hears nothing.
            let _ = connection.emit_signal(to, path.as_str(), request, "Response", &body);
        });
        OwnedObjectPath::try_from(request).unwrap()
    }
}

fn encoded(path: &std::path::Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let bytes = path.to_str().unwrap().bytes();
    bytes.map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
