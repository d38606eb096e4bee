//! What the agent needs from the program around it: the person, and the use cases' session.

use client::{Catalogue, Clock, Consent, Failure, Home, Progress, Secrets, Session};

use crate::origin::Origin;
use crate::permissions::Answer;

/// The program that runs the agent: the command line with its terminal, or the desktop with its windows.
pub trait Shell: Send + Sync + 'static {
    /// The person's home folder.
    fn home(&self) -> &Home;

    /// The clock.
    fn clock(&self) -> &dyn Clock;

    /// The words in the person's language.
    fn words(&self) -> &'static Catalogue;

    /// Asks whether a page may use this program at all.
    ///
    /// # Errors
    /// When there is nobody to ask.
    fn may_connect(&self, origin: &Origin) -> Result<Answer, Failure>;

    /// Who says yes to each use of a key.
    fn consent(&self) -> &dyn Consent;

    /// Who types PINs.
    fn secrets(&self) -> &dyn Secrets;

    /// A session of the use cases with these voices.
    fn session<'a>(
        &'a self,
        consent: &'a dyn Consent,
        secrets: &'a dyn Secrets,
        progress: &'a dyn Progress,
    ) -> Session<'a>;

    /// Says that a page goes on with a batch that was agreed to before.
    fn resuming(&self, _origin: &Origin, _count: usize) {}

    /// Says that a page's request is being worked on, or no longer.
    fn answering(&self, _begins: bool) {}

    /// Says how many requests wait for the one that is being answered.
    fn waiting(&self, count: usize);
}
