//! Batches over the socket: kept after their consent, so that a page whose connection was lost can go on.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use client::batch::{self, BatchFile, BatchOrder, Work};
use client::{Code, Failure};
use protocol::{
    Batch, BatchItem, BatchNews, BatchResumeParams, BatchSealParams, BatchSignParams, MAX_BATCH, Notification,
};
use serde_json::json;

use crate::message;
use crate::operations::{Task, check_seal_name, selector, sources, wrong};
use crate::origin::Origin;

/// How long a batch can be resumed after its last run.
const KEPT: Duration = Duration::from_secs(600);
/// Batches that are kept, of all pages; the one that ends first goes.
const MOST: usize = 16;

/// What can be resumed.
#[derive(Default)]
pub(crate) struct Batches(Mutex<HashMap<String, Kept>>);

struct Kept {
    origin: Origin,
    batch: Arc<batch::Batch>,
    until: Duration,
}

impl Batches {
    /// Keeps a batch from now on, under a name that nobody guesses.
    fn keep(&self, origin: &Origin, batch: Arc<batch::Batch>, now: Duration) -> Result<String, Failure> {
        let name = Base64UrlUnpadded::encode_string(&algo::random::<16>()?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| one.until > now);
        while kept.len() >= MOST {
            let first = kept.iter().min_by_key(|(_, one)| one.until).map(|(name, _)| name.clone());
            first.and_then(|name| kept.remove(&name));
        }
        kept.insert(name.clone(), Kept { origin: origin.clone(), batch, until: now + KEPT });
        Ok(name)
    }

    /// The batch of a name, for the page that began it.
    ///
    /// # Errors
    /// [`Code::BatchUnknown`].
    fn find(&self, name: &str, origin: &Origin, now: Duration) -> Result<Arc<batch::Batch>, Failure> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get_mut(name).filter(|one| one.origin == *origin && one.until > now);
        found.map(|one| Arc::clone(&one.batch)).ok_or_else(|| Failure::new(Code::BatchUnknown))
    }

    /// A run has ended: the time to resume begins anew.
    fn touch(&self, name: &str, now: Duration) {
        if let Some(one) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(name) {
            one.until = now + KEPT;
        }
    }
}

pub(crate) fn sign(task: &Task<'_>, params: &BatchSignParams) -> Result<Batch, Failure> {
    begin(task, &params.documents, &params.certificate, Work::Sign { detached: params.detached })
}

pub(crate) fn seal(task: &Task<'_>, params: &BatchSealParams) -> Result<Batch, Failure> {
    check_seal_name(&params.seal)?;
    let work = Work::Stamp {
        seal: params.seal.clone(),
        pages: params.place.pages.clone().unwrap_or_else(|| "1".to_owned()),
        at_mm: params.place.at_mm,
        reason: params.reason.clone(),
    };
    begin(task, &params.documents, &params.certificate, work)
}

/// Goes on with a batch: the documents are those that were agreed to, or none of their keys is used.
///
/// # Errors
/// [`Code::BatchUnknown`].
pub(crate) fn resume(task: &Task<'_>, params: &BatchResumeParams) -> Result<Batch, Failure> {
    let batch = task.batches.find(&params.batch, &task.page.origin, task.now())?;
    check_count(params.items.len())?;
    let mut seen = BTreeSet::new();
    if !params.items.iter().all(|one| seen.insert(one.item)) {
        return Err(wrong("same_item_twice"));
    }
    let handles: Vec<String> = params.items.iter().map(|one| one.document.clone()).collect();
    let files = sources(task.page, &handles)?;
    let items = params.items.iter().map(|one| one.item).zip(files).collect();
    let documents = with_folders(task, items)?;
    task.voices.resumed(documents.len());
    run(task, &batch, &params.batch, &documents, Vec::new())
}

fn check_count(count: usize) -> Result<(), Failure> {
    if count > MAX_BATCH {
        return Err(Failure::new(Code::WebLimit).with("what", "items").with("limit", MAX_BATCH));
    }
    Ok(())
}

fn begin(task: &Task<'_>, handles: &[String], certificate: &str, work: Work) -> Result<Batch, Failure> {
    let order = BatchOrder { work, certificate: selector(certificate)? };
    check_count(handles.len())?;
    let documents = with_folders(task, sources(task.page, handles)?.into_iter().enumerate().collect())?;
    let agreed = batch::agree(task.session, order, &documents)?;
    let failed: Vec<_> = agreed.failed.into_iter().map(|(item, failure)| done(task, item, Err(failure))).collect();
    let Some(batch) = agreed.batch.map(Arc::new) else {
        return Ok(Batch { batch: String::new(), results: failed });
    };
    let name = task.batches.keep(&task.page.origin, Arc::clone(&batch), task.now())?;
    let left: Vec<_> =
        documents.into_iter().filter(|document| failed.iter().all(|one| one.item != document.item)).collect();
    run(task, &batch, &name, &left, failed)
}

/// A folder of its own for each result.
fn with_folders(task: &Task<'_>, files: Vec<(usize, PathBuf)>) -> Result<Vec<BatchFile>, Failure> {
    let documents = task.page.documents();
    files.into_iter().map(|(item, file)| Ok(BatchFile { item, file, folder: documents.scratch()? })).collect()
}

/// Works a list off and tells each result as soon as it is there.
fn run(
    task: &Task<'_>,
    batch: &batch::Batch,
    name: &str,
    documents: &[BatchFile],
    mut results: Vec<BatchItem>,
) -> Result<Batch, Failure> {
    let total = documents.len() + results.len();
    let tell = |done: usize, item: Option<BatchItem>| {
        let id = task.voices.call.clone();
        let news = BatchNews { id, batch: name.to_owned(), done, total, item };
        (task.voices.tell)(Notification::new("batch", json!(news)));
    };
    tell(results.len(), None);
    let ran = batch.run(task.session, documents, &mut |item, result| {
        let item = done(task, item, result);
        results.push(item.clone());
        tell(results.len(), Some(item));
    });
    task.batches.touch(name, task.now());
    ran?;
    results.sort_by_key(|one| one.item);
    Ok(Batch { batch: name.to_owned(), results })
}

fn done(task: &Task<'_>, item: usize, result: Result<PathBuf, Failure>) -> BatchItem {
    match result.and_then(|path| task.hand_out(path)) {
        Ok(document) => BatchItem { item, document: Some(document), error: None },
        Err(failure) => BatchItem { item, document: None, error: Some(message::remote(&failure, task.voices.shell)) },
    }
}
