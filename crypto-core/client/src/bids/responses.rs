//! The platform's side: a bid that it has as a file is opened with the answers of those who hold its keys.

use std::path::{Path, PathBuf};

use bid::{Envelope, Part, ReadAt, ResponseError};
use token::TokenError;

use super::{
    answer,
    decrypt::{self, Decrypted},
    faults, platform, watch,
};
use crate::{
    Code, ConsentRequest, Consented, DocumentFacts, Failure, Operation, Purpose, Session,
    certificates::{self, Held},
    consent, fault, files, ledger, pins,
};

/// The answers to a bid, and the key that reads them.
#[derive(Clone, Copy, Debug)]
pub struct Responses<'a> {
    /// One file for each holder.
    pub files: &'a [PathBuf],
    /// The platform's certificate.
    pub key: &'a str,
}

/// Decrypts the bid at `path` with the answers of its holders into the folder `output`, which must be absent or empty.
///
/// # Errors
/// [`Code::BidPlatformOther`], [`Code::BidTooEarly`], [`Code::BidResponseOther`], [`Code::BidResponseKey`],
/// [`Code::BidResponseDamaged`], [`Code::BidResponseTwice`], [`Code::BidThreshold`], and as [`decrypt::decrypt`]; the folder
/// is not there, or still empty, after any of them.
pub fn decrypt(
    session: &Session<'_>,
    path: &Path,
    output: &Path,
    responses: &Responses<'_>,
) -> Result<Decrypted, Failure> {
    files::check_input(path)?;
    decrypt::check_folder(session, output)?;
    let done = opened_into(session, path, output, responses);
    ledger::tried(session, path, "decrypt", &done);
    done
}

fn opened_into(
    session: &Session<'_>,
    path: &Path,
    output: &Path,
    responses: &Responses<'_>,
) -> Result<Decrypted, Failure> {
    let envelope = bid::inspect(path).map_err(|error| faults::open(path, error))?;
    let claims = &envelope.metadata().claims;
    let named = answer::named(path, claims)?;
    let held = certificates::with_key(session, responses.key, Purpose::Decrypt)?;
    let above = certificates::chain_of(session, &held)?;
    platform::check(session, path, &named.certificate, &held.certificate, &above)?;
    let warnings = platform::check_time(session, path, claims)?;
    let messages = responses.files.iter().map(|file| files::small(file)).collect::<Result<Vec<_>, _>>()?;

    let mut documents = vec![super::open::document(path, envelope.head(), Some(envelope.claimed_root()))];
    documents.extend(
        responses
            .files
            .iter()
            .zip(&messages)
            .map(|(file, bytes)| DocumentFacts::of(files::name(file), bytes, envelope.profile().hash(), None)),
    );
    let request = ConsentRequest::new(Operation::Collect, Some(&held.certificate), documents);
    let consented = consent::ask(session.consent, &ConsentRequest { warnings, ..request })?;
    let parts = parts(session, &envelope, &held, responses.files, &messages, &consented)?;
    let opened = envelope.unlock(&parts).map_err(|error| faults::open(path, error))?;
    let entries = opened
        .decrypt_to(session.home.parts(), output, &mut watch(session))
        .map_err(|error| faults::decrypt(path, error))?;
    Ok(Decrypted::of(output, &entries))
}

fn parts<R: ReadAt>(
    session: &Session<'_>,
    envelope: &Envelope<R>,
    held: &Held,
    files: &[PathBuf],
    messages: &[Vec<u8>],
    consented: &Consented,
) -> Result<Vec<Part>, Failure> {
    let mut opened = pins::login(session, &held.token)?;
    let label = opened.label.clone();
    let mut key = opened.key(&held.key, consented);
    let read = |(file, message): (&PathBuf, &Vec<u8>)| {
        let read = envelope.head().read_answer(message, &held.certificate, &mut key);
        read.map_err(|error| failed(file, held, &label, error))
    };
    files.iter().zip(messages).map(read).collect()
}

fn failed(file: &Path, held: &Held, token: &str, error: ResponseError<TokenError>) -> Failure {
    match error {
        ResponseError::Key(TokenError::Unwrap) => fault::at(Code::BidResponseDamaged, file),
        ResponseError::Key(error) => fault::token(token, error),
        ResponseError::OtherRecipient => {
            fault::at(Code::BidResponseKey, file).with("holder", consent::holder(&held.certificate))
        }
        ResponseError::OtherBid => fault::at(Code::BidResponseOther, file),
        _ => fault::at(Code::BidResponseDamaged, file),
    }
}
