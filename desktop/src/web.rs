//! The localhost agent inside the desktop: web pages ask, and the person answers in windows.

use std::sync::{Arc, PoisonError};
use std::thread;

use ::agent::{Agent, Answer, Options, Origin, Shell, Started};
use client::{Catalogue, Clock, Consent, Failure, Home, Progress, Secrets, Session};
use protocol::screens::{Prompt, PromptAnswer};

use crate::{AgentState, Desk};

/// The desk as the agent's person.
struct AtDesk(Arc<Desk>);

/// Becomes this person's agent unless there is one already.
pub(crate) fn start(desk: &Arc<Desk>, options: Options) {
    let state = match Agent::start(Box::new(AtDesk(Arc::clone(desk))), options) {
        Ok(Started::Running(endpoint)) => AgentState { port: endpoint.map(|endpoint| endpoint.port), failure: None },
        Ok(Started::Agent(agent)) => {
            let port = agent.port();
            // It answers until the program ends, which closes its connections.
            thread::spawn(move || agent.run(|| false));
            AgentState { port: Some(port), failure: None }
        }
        Err(failure) => AgentState { port: None, failure: Some(failure) },
    };
    *desk.agent.write().unwrap_or_else(PoisonError::into_inner) = state;
}

impl Shell for AtDesk {
    fn home(&self) -> &Home {
        &self.0.home
    }

    fn clock(&self) -> &dyn Clock {
        &self.0.clock
    }

    fn words(&self) -> &'static Catalogue {
        self.0.words()
    }

    fn may_connect(&self, origin: &Origin) -> Result<Answer, Failure> {
        let prompt = Prompt::Connect { origin: client::printable(origin.as_str()) };
        Ok(match self.0.person.answer(prompt) {
            Some(PromptAnswer::Once) => Answer::Once,
            Some(PromptAnswer::Always) => Answer::Always,
            Some(PromptAnswer::Block) => Answer::Block,
            Some(PromptAnswer::Yes | PromptAnswer::No) | None => Answer::No,
        })
    }

    fn consent(&self) -> &dyn Consent {
        &self.0.person
    }

    fn secrets(&self) -> &dyn Secrets {
        &self.0.person
    }

    fn session<'a>(
        &'a self,
        consent: &'a dyn Consent,
        secrets: &'a dyn Secrets,
        progress: &'a dyn Progress,
    ) -> Session<'a> {
        Session { consent, secrets, progress, ..self.0.session() }
    }

    fn answering(&self, begins: bool) {
        self.0.going_on.answering(begins);
    }

    fn waiting(&self, count: usize) {
        self.0.prompts().pages_wait(count);
    }
}
