//! What the screens can ask for: the desktop without its windows.
//!
//! The main window sends a [`Call`] and gets JSON; whatever needs the person's word or a PIN puts a question
//! ([`protocol::screens::Prompt`]) that a window of its own answers ([`Prompts`]). The program around it shows windows
//! ([`Surface`]) and holds no logic. The localhost agent runs inside and asks through the same windows.

mod arrivals;
mod calls;
mod chosen;
mod extent;
mod fonts;
mod leaving;
mod moved;
mod person;
pub mod place;
mod practice;
mod prompts;
mod repairs;
mod surface;
mod told;
mod watching;
mod web;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
};

use client::{Catalogue, Clock, Code, Failure, Home, Language, Session, discovery, discovery::Discovery};
use machine::SystemClock;
use protocol::screens::{About, Call, Chosen, News, Preferences, Told};
use serde_json::Value;

pub use agent::Options as AgentOptions;
pub use arrivals::Arrival;
pub use client::keep_memory_private;
pub use extent::Extent;
pub use person::Person;
pub use place::Place;
pub use prompts::{PromptKind, Prompts, Refused};
pub use surface::Surface;

use chosen::Files;
use moved::Moved;

/// The desktop of one person.
pub struct Desk {
    place: Place,
    home: Home,
    clock: SystemClock,
    person: Person,
    surface: Arc<dyn Surface>,
    files: Files,
    moved: Moved,
    preferences: RwLock<Preferences>,
    /// Files that were opened with the program before the main window asked.
    opened: Mutex<Vec<u32>>,
    agent: RwLock<AgentState>,
    agent_options: Mutex<AgentOptions>,
    going_on: leaving::GoingOn,
    practice: Mutex<Option<practice::Trial>>,
    /// Itself, for what goes on in other threads.
    own: Weak<Self>,
}

/// Where the agent listens, or why it does not.
#[derive(Clone, Debug, Default)]
struct AgentState {
    port: Option<u16>,
    failure: Option<Failure>,
}

impl Desk {
    /// Opens the home folder of `place`.
    ///
    /// # Errors
    /// [`Code::HomeNotUsable`], [`Code::SettingsMalformed`].
    pub fn open(place: Place, surface: Arc<dyn Surface>) -> Result<Arc<Self>, Failure> {
        let home = Home::open(&place.home)?;
        let preferences = calls::preferences::read(&home, &place);
        let clock = SystemClock::start();
        practice::remove_leftovers(&home);
        Ok(Arc::new_cyclic(|own| Self {
            person: Person::new(Arc::new(Prompts::new(Arc::clone(&surface), clock)), language(&preferences)),
            moved: Moved::new(Arc::clone(&surface), clock),
            files: Files::default(),
            preferences: RwLock::new(preferences),
            opened: Mutex::default(),
            agent: RwLock::default(),
            agent_options: Mutex::default(),
            going_on: leaving::GoingOn::default(),
            practice: Mutex::default(),
            own: Weak::clone(own),
            place,
            home,
            clock,
            surface,
        }))
    }

    /// The questions that wait for windows.
    #[must_use]
    pub fn prompts(&self) -> &Arc<Prompts> {
        self.person.prompts()
    }

    /// The words in the person's language.
    #[must_use]
    pub fn words(&self) -> &'static Catalogue {
        self.person.words()
    }

    /// What the person set for the screens.
    #[must_use]
    pub fn preferences(&self) -> Preferences {
        self.preferences.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Watches keys and openings, and answers web pages, each in a thread of its own, until the program ends.
    pub fn start(self: &Arc<Self>, agent: AgentOptions) {
        watching::start(self);
        locked(&self.agent_options).clone_from(&agent);
        web::start(self, agent);
    }

    /// Does what the main window asks for. It may take as long as the person does.
    ///
    /// # Errors
    /// Failures with their words.
    pub fn call(&self, call: Call) -> Result<Value, Told> {
        let _counted = self.going_on.job(&call);
        calls::answer(self, call).map_err(|failure| self.told(&failure))
    }

    /// The bytes of a document that the person chose, to be shown.
    ///
    /// # Errors
    /// It is gone or too large to be shown.
    pub fn document(&self, id: u32) -> Result<Vec<u8>, Told> {
        self.files.read(id).map_err(|failure| self.told(&failure))
    }

    /// The first page of a document that the question of a window is about, as PNG.
    ///
    /// # Errors
    /// The window asks about no such document, or it cannot be drawn.
    pub fn preview(&self, window: &str, index: usize) -> Result<Vec<u8>, Told> {
        let found = self.prompts().document(window, index).ok_or_else(|| internal("no_such_document"));
        let drawn = found.and_then(|document| client::preview::first_page(&document, fonts::cjk()));
        drawn.map_err(|failure| self.told(&failure))
    }

    /// Files that were opened with the program: which screen is shown says nothing about what they are for.
    pub fn receive(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let files = self.existing(paths);
        locked(&self.opened).extend(files.iter().map(|file| file.id));
        self.tell_files(files, false);
    }

    /// Files that were dropped on the screen that is shown.
    pub fn receive_dropped(&self, paths: impl IntoIterator<Item = PathBuf>) {
        self.tell_files(self.existing(paths), true);
    }

    fn existing(&self, paths: impl IntoIterator<Item = PathBuf>) -> Vec<Chosen> {
        paths.into_iter().filter_map(|path| self.files.existing(path)).collect()
    }

    fn tell_files(&self, files: Vec<Chosen>, dropped: bool) {
        if !files.is_empty() {
            self.surface.news(&News::Files { files, dropped });
        }
    }

    /// A failure as the screens show it.
    #[must_use]
    pub fn told(&self, failure: &Failure) -> Told {
        told::failure(failure, self.words())
    }

    fn session(&self) -> Session<'_> {
        self.session_with(&self.discovery())
    }

    fn session_with(&self, discovery: &Discovery) -> Session<'_> {
        Session {
            home: &self.home,
            clock: &self.clock,
            consent: &self.person,
            secrets: &self.person,
            progress: &self.moved,
            providers: client::sources(&self.home, discovery, &self.place.worker),
        }
    }

    /// The modules named in the settings, and those of this computer unless the person does not want them looked for.
    fn discovery(&self) -> Discovery {
        let settings = self.home.settings();
        let table = client::devices::DeviceTable::embedded();
        if settings.discover {
            return discovery::discover(&self.place.modules, table, &settings.modules);
        }
        discovery::chosen(table, &settings.modules)
    }

    /// Why the agent does not listen.
    fn agent_failure(&self) -> Option<Failure> {
        self.agent.read().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }

    fn about(&self) -> About {
        let agent = self.agent.read().unwrap_or_else(PoisonError::into_inner).clone();
        About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            home: self.home.path().display().to_string(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            port: agent.port,
            agent: agent.failure.map(|failure| self.told(&failure)),
        }
    }
}

fn language(preferences: &Preferences) -> Language {
    Language::from_tag(&preferences.language).unwrap_or(Language::Chinese)
}

/// A lock that a panicking thread left is still a lock: what it guards is replaced as a whole.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn internal(reason: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Internal).with("reason", reason.to_string())
}

/// The time of the clock, for names.
fn today(clock: &dyn Clock) -> String {
    clock.now().date().to_string()
}
