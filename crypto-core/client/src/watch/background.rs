//! Modules, asked in the background: one that hangs delays nothing but its own tokens.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, TryRecvError},
    },
    thread,
    time::Duration,
};

use token::{ModuleFailure, TokenError, TokenRef, discovery::Discovery};

use super::{State, reason, token_finding, unreadable};
use crate::{Failure, Finding, FindingCode, Source, blank, fault, modules};

/// A module that tells of keys is listened to this long at a time; then it is looked whether anybody still wants to know.
const LISTEN: Duration = Duration::from_secs(600);

/// Every module, with its last answer.
pub(super) struct Modules {
    asked: Vec<Asked>,
    /// A module told that a key came or went.
    told: Arc<AtomicBool>,
}

struct Asked {
    source: Arc<Source>,
    /// Where the answer will come from, while it is being asked.
    answer: Option<Receiver<Answer>>,
    /// Something was plugged in while it was being asked.
    again: bool,
    last: Answer,
}

/// What a module gave.
#[derive(Default)]
struct Answer {
    tokens: Vec<Shown>,
    blank: Vec<TokenRef>,
    failure: Option<Failure>,
}

/// One token of a module.
struct Shown {
    token: TokenRef,
    /// Maker and serial number, by which the same hardware is known behind several modules.
    hardware: Option<(String, String)>,
    finding: Finding,
}

impl Modules {
    pub(super) fn of(discovery: &Discovery, worker: &std::path::Path) -> Self {
        let asked = |source| Asked { source: Arc::new(source), answer: None, again: false, last: Answer::default() };
        let asked: Vec<Asked> = modules::module_sources(discovery, worker).into_iter().map(asked).collect();
        let told = Arc::new(AtomicBool::new(false));
        asked.iter().for_each(|asked| listen(&asked.source, &told));
        Self { asked, told }
    }

    /// Whether a module told that a key came or went since this was asked last.
    pub(super) fn told(&self) -> bool {
        self.told.swap(false, Ordering::SeqCst)
    }

    /// Asks every module; one that has not answered yet is asked again afterwards.
    pub(super) fn ask(&mut self) {
        self.asked.iter_mut().for_each(Asked::ask);
    }

    /// Takes the answers that are there, and those that come within about `wait`.
    pub(super) fn collect(&mut self, wait: Duration) {
        let pending = self.asked.iter().filter(|asked| asked.answer.is_some()).count();
        let share = wait / u32::try_from(pending.max(1)).unwrap_or(u32::MAX);
        self.asked.iter_mut().for_each(|asked| asked.collect(share));
    }

    /// How many hardware tokens are shown, each counted once, and the state of every token and failing module.
    pub(super) fn state(&self) -> (usize, State) {
        let (mut known, mut state) = (BTreeSet::new(), State::new());
        let mut shown = 0;
        for asked in &self.asked {
            // SKF modules stand before PKCS#11: of the same hardware the first one counts, with all its applications.
            let is_new = |one: &&Shown| one.hardware.as_ref().is_none_or(|id| !known.contains(id));
            let new: Vec<&Shown> = asked.last.tokens.iter().filter(is_new).collect();
            known.extend(new.iter().filter_map(|one| one.hardware.clone()));
            for one in new {
                shown += 1;
                state.insert(("token", format!("{}:{}", one.token.provider, one.token.id)), one.finding.clone());
            }
            let blank = asked.last.blank.iter();
            state.extend(blank.map(|key| (("token", format!("{}:{}", key.provider, key.id)), blank::finding(key))));
            state.extend(asked.failed());
        }
        (shown, state)
    }
}

impl Asked {
    fn ask(&mut self) {
        if self.answer.is_some() {
            self.again = true;
            return;
        }
        let (sender, receiver) = mpsc::channel();
        let source = Arc::clone(&self.source);
        // The module's own deadline ends the thread; nobody may be left to hear the answer.
        thread::spawn(move || sender.send(answer(&source)));
        self.answer = Some(receiver);
    }

    fn collect(&mut self, wait: Duration) {
        let Some(receiver) = &self.answer else { return };
        let answer = match receiver.recv_timeout(wait) {
            Ok(answer) => answer,
            Err(_) if matches!(receiver.try_recv(), Err(TryRecvError::Empty)) => return,
            Err(_) => Answer::default(),
        };
        self.last = answer;
        self.answer = None;
        if std::mem::take(&mut self.again) {
            self.ask();
        }
    }

    fn failed(&self) -> Option<((&'static str, String), Finding)> {
        let failure = self.last.failure.as_ref()?;
        let path = self.source.module()?.path.display().to_string();
        let finding = Finding::new(FindingCode::ModuleFailed).with("module", path.as_str());
        Some((("module", path), finding.with("reason", reason(failure))))
    }
}

/// Listens on a thread of its own, which ends when the module tells nothing and when the source is gone.
fn listen(source: &Arc<Source>, told: &Arc<AtomicBool>) {
    let (source, told) = (Arc::downgrade(source), Arc::clone(told));
    thread::spawn(move || {
        while let Some(source) = source.upgrade() {
            match source.wait_for_change(LISTEN) {
                Ok(()) => told.store(true, Ordering::SeqCst),
                Err(TokenError::ModuleFailed { failure: ModuleFailure::Hung { .. }, .. }) => {}
                Err(_) => return,
            }
        }
    });
}

fn answer(source: &Source) -> Answer {
    match source.tokens() {
        Ok(tokens) => Answer {
            tokens: tokens.into_iter().map(|token| shown(source, token)).collect(),
            // A module that shows its tokens and fails at this tells of no blank key; doctor finds why.
            blank: source.blank().unwrap_or_default(),
            failure: None,
        },
        Err(error) => Answer { failure: Some(fault::token(source.name(), error)), ..Answer::default() },
    }
}

fn shown(source: &Source, token: TokenRef) -> Shown {
    match source.open(&token) {
        Ok(mut opened) => Shown {
            hardware: modules::hardware_id(&mut *opened),
            finding: token_finding(&token.label, token.provider, &mut *opened),
            token,
        },
        Err(error) => {
            let failure = fault::token(&token.label, error);
            Shown { hardware: None, finding: unreadable(&token.label, reason(&failure)), token }
        }
    }
}
