//! Bids over the socket. Everything a page sends is a document; nothing it says names a place on this computer.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use client::bids::answer::{self, AnswerOrder};
use client::bids::decrypt::{self, Opener};
use client::bids::encrypt::{self, EncryptOrder, StatementChoice};
use client::bids::inspect;
use client::{Code, DocumentFacts, Failure};
use protocol::{
    BidContent, BidContents, BidDecryptParams, BidDecrypted, BidEncryptParams, BidEncrypted, BidFile, BidMeta,
    BidOpenParams, BidOpened, Document,
};
use serde_json::json;

use crate::documents::{Made, file_name};
use crate::operations::{Task, selector, wrong};

/// Recipients of one bid, of each kind.
const MOST_RECIPIENTS: usize = 64;
/// Files of one bid that a page can decrypt: each becomes a document.
const MOST_FILES: u64 = 10_000;
/// Longest path of a folder inside a bid, in bytes.
const MOST_FOLDER: usize = 1024;
/// Certificates of a platform with those above it.
const MOST_CERTIFICATES: u64 = 1 << 20;

/// Encrypts documents that the page has sent.
///
/// # Errors
/// [`Code::BidOwnCertificate`], [`Code::BidHostOff`], those of documents and parameters; then as the use case.
pub(crate) fn encrypt(task: &Task<'_>, params: &BidEncryptParams) -> Result<BidEncrypted, Failure> {
    if !params.host.is_empty() && !task.session.home.settings().host_slots {
        return Err(Failure::new(Code::BidHostOff));
    }
    let (to, host) = (certificates(task, &params.to)?, certificates(task, &params.host)?);
    let committee = certificates(task, &params.committee)?;
    encrypt::check_own(task.session, &to)?;
    let scratch = task.page.documents().scratch()?;
    let inputs = stage(task, &scratch.join("inputs"), &params.files)?;
    task.page.documents().check_room(inputs.bytes)?;
    let meta = describe(task, &scratch, &params.meta)?;
    let output = task.page.documents().scratch()?.join(bid_name(&params.name));
    let order = EncryptOrder {
        inputs: &inputs.paths,
        output: &output,
        to: &to,
        host: &host,
        committee: &committee,
        threshold: params.threshold,
        password: false,
        meta: Some(&meta),
        statement: if params.no_statement { StatementChoice::Refused } else { StatementChoice::Automatic },
        twin: None,
        force: false,
    };
    let made = encrypt::encrypt_shown(task.session, &order, inputs.shown);
    // The page's own documents stay; only their names inside the bid go.
    let _ = fs::remove_dir_all(&scratch);
    let made = made?;
    if !task.voices.said_yes() {
        // The key went away between the check and the encryption: nobody has agreed to this bid.
        return Err(Failure::new(Code::BidOwnCertificate));
    }
    Ok(BidEncrypted {
        bid: task.adopt(Made::bid(made.output, made.size))?,
        statement: made.statement.map(|statement| task.hand_out(statement)).transpose()?,
        profile: made.profile.to_owned(),
        files: made.files,
        root: made.root,
        rehearsed: made.rehearsed,
    })
}

/// The files of handles that are certificates; what they hold is judged by the use case.
fn certificates(task: &Task<'_>, handles: &[String]) -> Result<Vec<String>, Failure> {
    if handles.len() > MOST_RECIPIENTS {
        return Err(Failure::new(Code::WebLimit).with("what", "recipients").with("limit", MOST_RECIPIENTS));
    }
    handles.iter().map(|id| task.page.documents().whole(id).map(|path| path.to_string_lossy().into_owned())).collect()
}

/// What the engine is given: files and folders under the names that they will have in the bid.
struct Inputs {
    paths: Vec<PathBuf>,
    /// As the person will see them.
    shown: Vec<DocumentFacts>,
    bytes: u64,
}

/// Lays documents out under their names in the bid, without copying them.
fn stage(task: &Task<'_>, folder: &Path, files: &[BidFile]) -> Result<Inputs, Failure> {
    if files.is_empty() {
        return Err(wrong("files"));
    }
    make(folder)?;
    let (mut paths, mut shown, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for one in files {
        let document = task.page.documents().arrived(&one.document)?;
        let inside = inside(one.folder.as_deref())?;
        let name = inside.join(document.path().file_name().unwrap_or_default());
        let target = folder.join(&name);
        make(target.parent().unwrap_or(folder))?;
        if target.exists() {
            return Err(wrong("same_name_twice"));
        }
        link(document.path(), &target)?;
        let top = inside.components().next().map_or_else(|| target.clone(), |first| folder.join(first));
        if seen.insert(top.clone()) {
            paths.push(top);
        }
        // Inside a bid a folder ends with a slash on every system.
        let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        shown.push(document.facts(name.join("/"))?);
    }
    let bytes = shown.iter().map(|one| one.size).sum();
    Ok(Inputs { paths, shown, bytes })
}

/// A folder inside a bid: plain names only, none of which leads elsewhere.
fn inside(folder: Option<&str>) -> Result<PathBuf, Failure> {
    let Some(folder) = folder else { return Ok(PathBuf::new()) };
    let plain = |name: &str| !name.is_empty() && file_name(name) == name;
    if folder.len() > MOST_FOLDER || !folder.split('/').all(plain) {
        return Err(wrong("folder"));
    }
    Ok(folder.split('/').collect())
}

/// A second name for a document; file systems without them get a copy.
fn link(document: &Path, target: &Path) -> Result<(), Failure> {
    let linked = fs::hard_link(document, target).or_else(|_| fs::copy(document, target).map(|_| ()));
    linked.map_err(|error| durable::WriteError::from_io(target, error).into())
}

fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| durable::WriteError::from_io(folder, error).into())
}

/// The description of the tender as the engine reads it. The platform is who asks: a page cannot speak for another.
fn describe(task: &Task<'_>, scratch: &Path, meta: &BidMeta) -> Result<PathBuf, Failure> {
    let mut text = json!({
        "project": meta.project, "lot": meta.lot, "bidder": meta.bidder, "credit_code": meta.credit_code,
        "platform_origin": task.page.origin.as_str(),
    });
    if let Some(opens_at) = &meta.opens_at {
        text["opens_at"] = json!(opens_at);
    }
    if let Some(id) = &meta.platform_certificate {
        text["platform_cert"] = json!(task.page.documents().whole(id)?);
    }
    write(&scratch.join("meta.json"), text.to_string().as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| Failure::from(durable::WriteError::from_io(path, error)))?;
    Ok(path.to_owned())
}

fn bid_name(name: &str) -> String {
    let name = file_name(name);
    if name.ends_with(".bid") { name } else { name + ".bid" }
}

/// Decrypts a bid; each of its files becomes a document.
///
/// # Errors
/// [`Code::WebLimit`] for a bid of too many files, those of documents and parameters; then as the use case.
pub(crate) fn decrypt(task: &Task<'_>, params: &BidDecryptParams) -> Result<BidDecrypted, Failure> {
    let bid = task.page.documents().whole(&params.bid)?;
    let key = params.certificate.as_deref().map(selector).transpose()?;
    let outside = inspect::inspect(&bid)?;
    if outside.files > MOST_FILES {
        return Err(Failure::new(Code::WebLimit).with("what", "files").with("limit", MOST_FILES));
    }
    task.page.documents().check_room(outside.content_size)?;
    let output = task.page.documents().scratch()?.join("opened");
    let opened = decrypt::decrypt(task.session, &bid, &output, opener(key.as_deref()))?;
    let content = |file: &decrypt::FileReport| -> Result<BidContent, Failure> {
        Ok(BidContent { file: file.path.clone(), document: task.hand_out(output.join(&file.path))? })
    };
    let files = opened.files.iter().map(content).collect::<Result<Vec<_>, _>>()?;
    let list = serde_json::to_vec(&BidContents { files }).expect("names and numbers always serialise");
    let contents = written(task, "contents.json", &list)?;
    Ok(BidDecrypted { files: opened.files.len() as u64, size: opened.size, contents })
}

fn opener(key: Option<&str>) -> Opener<'_> {
    key.map_or(Opener::AnyKey, Opener::Key)
}

/// Answers the header of a bid, for the platform that the bid names and that asks.
///
/// # Errors
/// As the use case: the origin must be the one in the bid, and its opening time must have passed.
pub(crate) fn open(task: &Task<'_>, params: &BidOpenParams) -> Result<BidOpened, Failure> {
    let header = task.page.documents().whole(&params.header)?;
    let platform = task.page.documents().whole(&params.platform)?;
    let key = params.certificate.as_deref().map(selector).transpose()?;
    let name = header.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let order = AnswerOrder {
        name: &name,
        head: &beginning(&header, answer::HEAD_LEN as u64)?,
        to: &beginning(&platform, MOST_CERTIFICATES)?,
        origin: Some(task.page.origin.as_str()),
        opener: opener(key.as_deref()),
    };
    let made = answer::answer(task.session, &order)?;
    Ok(BidOpened { response: written(task, &format!("{name}.response"), &made.response)? })
}

fn beginning(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| Failure::new(Code::AgentFailed).with("reason", client::system_reason(&error)))?;
    Ok(bytes)
}

/// A small result that the agent itself writes.
fn written(task: &Task<'_>, name: &str, bytes: &[u8]) -> Result<Document, Failure> {
    let path = write(&task.page.documents().scratch()?.join(file_name(name)), bytes)?;
    task.hand_out(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_a_bid_are_plain_names() {
        assert_eq!(inside(None).unwrap(), PathBuf::new());
        assert_eq!(inside(Some("技术标/附件")).unwrap(), PathBuf::from("技术标/附件"));
        for folder in ["", "/", "/etc", "a/", "a//b", "..", "a/../b", ".", "a/.", "a\\b", "C:", "a\nb", "a ", ".git"] {
            assert!(inside(Some(folder)).is_err(), "{folder:?}");
        }
        assert!(inside(Some(&"a/".repeat(600))).is_err());
    }
}
