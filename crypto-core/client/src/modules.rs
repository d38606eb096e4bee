//! Vendor modules: which are used and why, and what each one shows. One that fails never hides the others.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    thread,
};

use serde::Serialize;
use token::{
    Pkcs11Provider, Provider, SkfProvider, Sm2Dialect, Token, TokenRef,
    devices::{DeviceTable, ModuleKind},
    discovery::{Candidate, Discovery, Reason},
};

use crate::{Failure, Home, Session, fault, session};

/// Where tokens come from: the software tokens of a home, or one vendor module.
pub struct Source {
    provider: Box<dyn Provider>,
    /// The module behind it; `None` for software tokens.
    module: Option<Candidate>,
}

impl Source {
    /// A source of tokens; `module` is the vendor module behind it.
    #[must_use]
    pub fn new(provider: Box<dyn Provider>, module: Option<Candidate>) -> Self {
        Self { provider, module }
    }

    /// The module behind it, and why it is used.
    #[must_use]
    pub const fn module(&self) -> Option<&Candidate> {
        self.module.as_ref()
    }

    /// Whether its failure is the command's: it was chosen by the person, or is part of the home.
    pub(crate) fn must_work(&self) -> bool {
        self.module.as_ref().is_none_or(Candidate::is_chosen)
    }

    /// What it is called in a failure.
    fn title(&self) -> String {
        self.module.as_ref().map_or_else(|| self.provider.name().to_owned(), |module| module.path.display().to_string())
    }
}

impl Deref for Source {
    type Target = dyn Provider;

    fn deref(&self) -> &Self::Target {
        &*self.provider
    }
}

/// The sources of a home: its software tokens, and one for each module, hosted by the program `worker`.
#[must_use]
pub fn sources(home: &Home, discovery: &Discovery, worker: &Path) -> Vec<Source> {
    std::iter::once(soft_source(home)).chain(module_sources(discovery, worker)).collect()
}

/// The software tokens of a home.
pub(crate) fn soft_source(home: &Home) -> Source {
    Source::new(Box::new(session::soft(home)), None)
}

/// The sources that are vendor modules.
pub(crate) fn module_sources(discovery: &Discovery, worker: &Path) -> Vec<Source> {
    let source = |module: &Candidate| Source { provider: provider(module, worker), module: Some(module.clone()) };
    discovery.candidates.iter().map(source).collect()
}

/// What speaks to a module of this kind.
fn provider(module: &Candidate, worker: &Path) -> Box<dyn Provider> {
    let name = module.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    match module.kind {
        ModuleKind::Pkcs11 => Box::new(Pkcs11Provider::new(worker, &module.path).sm2(Sm2Dialect::of_module(&name))),
        ModuleKind::Skf => {
            Box::new(SkfProvider::new(worker, &module.path).quirks(DeviceTable::embedded().quirks_of(&name)))
        }
    }
}

/// What one module gave.
#[derive(Clone, Debug, Serialize)]
pub struct ModuleReport {
    /// Its file.
    #[serde(serialize_with = "crate::path_text::path")]
    pub module: PathBuf,
    /// Its interface.
    pub kind: ModuleKind,
    /// Why it is used.
    pub reasons: Vec<Reason>,
    /// How many tokens it shows.
    pub tokens: usize,
    /// Why it shows none, if it failed.
    #[serde(skip)]
    pub failure: Option<Failure>,
    /// The person named it.
    #[serde(skip)]
    pub chosen: bool,
}

/// All tokens of all sources, and how each source fared.
pub(crate) struct Survey {
    /// In the order of the sources; each hardware token once.
    pub(crate) tokens: Vec<TokenRef>,
    /// One for each module.
    pub(crate) modules: Vec<ModuleReport>,
    /// The first failure of a source that must work.
    pub(crate) failure: Option<Failure>,
}

/// Asks all sources at once: a module that hangs costs its deadline once, whatever else is here.
pub(crate) fn survey(sources: &[Source]) -> Survey {
    let answers: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = sources.iter().map(|source| scope.spawn(|| source.tokens())).collect();
        asked.into_iter().map(|thread| thread.join().expect("providers answer with errors and do not panic")).collect()
    });
    let mut survey = Survey { tokens: Vec::new(), modules: Vec::new(), failure: None };
    let mut found = Vec::new();
    for (source, answer) in sources.iter().zip(answers) {
        let answer = answer.map_err(|error| fault::token(&source.title(), error));
        let failure = answer.as_ref().err().cloned();
        let tokens = answer.unwrap_or_default();
        if source.must_work() {
            survey.failure = survey.failure.or_else(|| failure.clone());
        }
        survey.modules.extend(source.module().map(|module| ModuleReport {
            module: module.path.clone(),
            kind: module.kind,
            reasons: module.reasons.clone(),
            tokens: tokens.len(),
            failure,
            chosen: module.is_chosen(),
        }));
        found.extend(tokens.into_iter().map(|token| (source, token)));
    }
    survey.tokens = once_each(found);
    survey
}

/// Keeps the tokens of the first module that shows a piece of hardware: same maker and serial number. Sources are ordered
/// so that SKF comes before PKCS#11. One module may show several tokens of one key, as SKF shows its applications.
fn once_each<'s>(found: Vec<(&'s Source, TokenRef)>) -> Vec<TokenRef> {
    let is_hardware = |token: &TokenRef| token.provider != token::SoftProvider::NAME;
    // Asking a token who it is takes a call of its module: only where there can be two of the same.
    if found.iter().filter(|(_, token)| is_hardware(token)).count() < 2 {
        return found.into_iter().map(|(_, token)| token).collect();
    }
    let mut known: Vec<((String, String), &'s Source)> = Vec::new();
    let mut is_new = |(source, token): &(&'s Source, TokenRef)| {
        let Some(id) = is_hardware(token).then(|| id_of(source, token)).flatten() else { return true };
        let first = known.iter().find(|(other, _)| *other == id).map(|(_, first)| *first);
        if first.is_none() {
            known.push((id, source));
        }
        first.is_none_or(|first| std::ptr::eq(first, *source))
    };
    found.into_iter().filter(|one| is_new(one)).map(|(_, token)| token).collect()
}

fn id_of(source: &Source, token: &TokenRef) -> Option<(String, String)> {
    hardware_id(&mut *source.open(token).ok()?)
}

/// Maker and serial number; `None` where the token tells no serial number.
pub(crate) fn hardware_id(opened: &mut dyn Token) -> Option<(String, String)> {
    let info = opened.info().ok()?;
    let plain = |text: &str| text.trim().to_lowercase();
    let id = (plain(&info.manufacturer), plain(&info.serial));
    (!id.1.is_empty()).then_some(id)
}

impl Session<'_> {
    /// What every module gave, asked now.
    pub(crate) fn survey(&self) -> Survey {
        survey(&self.providers)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use token::{Capabilities, Container, KeyId, ModuleFailure, PinPolicy, PinState, TokenError, TokenInfo};

    use super::*;

    /// A provider with tokens that are all opened by somebody else.
    struct Shows(&'static str, &'static [&'static str], AtomicU32);

    impl Provider for Shows {
        fn name(&self) -> &'static str {
            self.0
        }

        fn tokens(&self) -> Result<Vec<TokenRef>, TokenError> {
            self.2.fetch_add(1, Ordering::SeqCst);
            if self.1.is_empty() {
                let failure = ModuleFailure::NotFound;
                return Err(TokenError::ModuleFailed { module: "/x.so".into(), failure });
            }
            Ok(self.1.iter().map(|id| TokenRef { provider: self.0, id: (*id).into(), label: (*id).into() }).collect())
        }

        fn open(&self, token: &TokenRef) -> Result<Box<dyn Token>, TokenError> {
            Ok(Box::new(Known(token.clone())))
        }
    }

    /// A token whose maker and serial number stand in its id.
    struct Known(TokenRef);

    impl Token for Known {
        fn info(&mut self) -> Result<TokenInfo, TokenError> {
            let (maker, serial) = self.0.id.split_once('/').ok_or(TokenError::None)?;
            let facts = [maker, "model", serial].map(str::to_owned);
            Ok(TokenInfo::new(self.0.clone(), facts, Capabilities::default()))
        }

        fn pin_state(&mut self) -> Result<PinState, TokenError> {
            Err(TokenError::None)
        }

        fn pin_policy(&mut self) -> Result<PinPolicy, TokenError> {
            Err(TokenError::None)
        }

        fn login(&mut self, _: &algo::Pin) -> Result<(), TokenError> {
            Err(TokenError::None)
        }

        fn logout(&mut self) -> Result<(), TokenError> {
            Ok(())
        }

        fn containers(&mut self) -> Result<Vec<Container>, TokenError> {
            Ok(Vec::new())
        }

        fn sign_digest(
            &mut self,
            _: &KeyId,
            _: &algo::SignatureScheme,
            _: &algo::Digest,
        ) -> Result<Vec<u8>, TokenError> {
            Err(TokenError::NotLoggedIn)
        }
    }

    fn source(name: &'static str, tokens: &'static [&'static str], reason: Option<Reason>) -> Source {
        let module = |reason| Candidate::new("/x.so", ModuleKind::Pkcs11, reason);
        Source::new(Box::new(Shows(name, tokens, AtomicU32::new(0))), reason.map(module))
    }

    #[test]
    fn a_module_that_fails_hides_no_other_and_fails_the_command_only_if_chosen() {
        let found = || Some(Reason::Device { key: "k".into(), confirmed: false });
        let survey_of = |reason| {
            super::survey(&[
                source("soft", &["a"], None),
                source("pkcs11", &[], reason),
                source("pkcs11", &["b"], found()),
            ])
        };
        let of_found = survey_of(found());
        assert_eq!(of_found.tokens.len(), 2);
        assert!(of_found.failure.is_none() && of_found.modules[0].failure.is_some());
        assert_eq!(of_found.modules[1].tokens, 1);
        let of_chosen = survey_of(Some(Reason::Chosen));
        assert_eq!((of_chosen.tokens.len(), of_chosen.failure.unwrap().code()), (2, crate::Code::TokenModuleFailed));
    }
    #[test]
    fn one_key_behind_two_modules_is_shown_once_by_the_better_one() {
        let found = || Some(Reason::Device { key: "k".into(), confirmed: false });
        let sources = [
            source("soft", &["Longmai/1"], None),
            source("skf", &["Longmai/1", "Longmai/2", "Longmai/2", "Longmai/"], found()),
            source("pkcs11", &["LONGMAI/1 ", "Longmai/3", "Longmai/"], found()),
        ];
        let tokens: Vec<_> = super::survey(&sources).tokens.into_iter().map(|t| (t.provider, t.id)).collect();
        let shown: Vec<_> = tokens.iter().map(|(provider, id)| (*provider, id.as_str())).collect();
        // Software tokens are never the same hardware, two applications of one key are two tokens, and without a serial
        // number nothing is known to be the same.
        let expected = [
            ("soft", "Longmai/1"),
            ("skf", "Longmai/1"),
            ("skf", "Longmai/2"),
            ("skf", "Longmai/2"),
            ("skf", "Longmai/"),
            ("pkcs11", "Longmai/3"),
            ("pkcs11", "Longmai/"),
        ];
        assert_eq!(shown, expected);
    }
}
