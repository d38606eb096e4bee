//! One opened soft token: identity, PIN and the session with its data key.

use std::sync::Arc;

use algo::{Digest, KeyAlgorithm, KeyTransport, Pin, PrivateKey, PublicKey, Secret, SignatureScheme};
use durable::failpoint;
use x509::Certificate;

use super::check::{self, Check};
use super::folder::Folder;
use super::half::{Half, Slot};
use super::pin_record::{MAX_TRIES, PinRecord, PinWrap, PukWrap};
use super::recovery::{self, Recovery};
use super::{containers, keys};
use crate::keyring::KeyringHalf;
use crate::{
    Capabilities, Capability, Container, ContainerId, ContainerPart, KeyId, KeyUse, PinPolicy, PinRule, PinState, Puk,
    SoftProvider, Token, TokenError, TokenInfo, TokenRef, TokenWarning, UnblockRequest,
};

/// A soft token, logged in while it holds a data key.
pub(super) struct SoftToken {
    folder: Folder,
    keyring: Option<Arc<dyn KeyringHalf>>,
    data_key: Option<Secret>,
}

const CAPABILITIES: &[Capability] = &[
    Capability::RetryCountExact,
    Capability::DefaultPinKnown,
    Capability::Activate,
    Capability::ChangePin,
    Capability::Unblock,
    Capability::Unwrap,
    Capability::Agree,
    Capability::Sm2,
    Capability::Generate,
    Capability::ImportCertificate,
    Capability::ImportKey,
    Capability::Delete,
];

impl SoftToken {
    pub(super) fn new(folder: Folder, keyring: Option<Arc<dyn KeyringHalf>>) -> Self {
        Self { folder, keyring, data_key: None }
    }

    fn capabilities(&self) -> Vec<Capability> {
        let remote = Recovery::is_enrolled(&self.folder).then_some(Capability::RemoteUnblock);
        CAPABILITIES.iter().copied().chain(remote).collect()
    }

    fn keyring(&self) -> Option<&dyn KeyringHalf> {
        self.keyring.as_deref()
    }

    fn data_key(&self) -> Result<&Secret, TokenError> {
        self.data_key.as_ref().ok_or(TokenError::NotLoggedIn)
    }

    /// Seals the data key under a new PIN, with a new half where a keyring answers.
    ///
    /// `may_do_without`: whether a token that had a half may lose it. After a PUK it may, the person has moved to a
    /// computer without a keyring; a mere change of PIN never weakens a token.
    fn seal_pin(
        &self,
        record: &PinRecord,
        new: &Pin,
        data_key: &Secret,
        may_do_without: bool,
    ) -> Result<PinWrap, TokenError> {
        let slot = record.pin.half.map_or(Slot::A, Slot::other);
        let half = match self.new_half(slot) {
            Ok(half) => half,
            Err(error) if record.pin.half.is_some() && !may_do_without => return Err(error),
            Err(_) => None,
        };
        let half = half.as_ref().map(|half| (slot, &half.secret));
        PinWrap::seal(self.folder.suite, &self.folder.id, new, half, data_key)
    }

    /// Sets a PIN that the person has just chosen, after something else than a PIN opened the data key.
    fn set_pin_anew(
        &self,
        check: &Check<'_>,
        mut record: PinRecord,
        new: &Pin,
        data_key: &Secret,
    ) -> Result<(), TokenError> {
        failpoint("token.unblock.before");
        record.pin = self.seal_pin(&record, new, data_key, true)?;
        if let Some(puk) = &mut record.puk {
            puk.reset();
        }
        self.folder.write_pin(&check.locked, "token.unblock", &record)?;
        failpoint("token.unblock.after");
        check.forget_old_half(&record.pin);
        Ok(())
    }

    /// Writes a new half and reads it back: a keyring that forgets would lose the token.
    fn new_half(&self, slot: Slot) -> Result<Option<Half>, TokenError> {
        let Some(keyring) = self.keyring() else { return Ok(None) };
        let half = Half::random(MAX_TRIES)?;
        half.write(keyring, &self.folder.id, slot)?;
        match Half::read(keyring, &self.folder.id, slot)? {
            Some(kept) if kept.secret == half.secret => Ok(Some(half)),
            _ => Err(TokenError::Keyring { detail: "the keyring does not keep what is written".to_owned() }),
        }
    }
}

impl Token for SoftToken {
    fn info(&mut self) -> Result<TokenInfo, TokenError> {
        let record = self.folder.read_pin()?;
        // Before activation nothing is protected yet; what counts is whether a keyring will be there.
        let guarded = if record.activated() { record.pin.half.is_some() } else { self.keyring.is_some() };
        let warnings = match guarded {
            true => Vec::new(),
            false => vec![TokenWarning::CopyCanBeGuessed, TokenWarning::CopyRestoresCounter],
        };
        Ok(TokenInfo {
            token: TokenRef {
                provider: SoftProvider::NAME,
                id: self.folder.id.clone(),
                label: self.folder.label.clone(),
            },
            manufacturer: "Bidseal".to_owned(),
            model: "soft token".to_owned(),
            serial: self.folder.id.clone(),
            suite: Some(self.folder.suite),
            capabilities: Capabilities::of(&self.capabilities()),
            warnings,
        })
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        let record = self.folder.read_pin()?;
        Ok(check::state(&self.folder, self.keyring(), &record))
    }

    fn pin_policy(&mut self) -> Result<PinPolicy, TokenError> {
        Ok(self.folder.read_pin()?.policy)
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        self.data_key = None;
        let check = Check::begin(&self.folder, self.keyring())?;
        let record = self.folder.read_pin()?;
        if !record.activated() {
            return Err(TokenError::NotActivated);
        }
        let (_, data_key) = check.pin(record, pin)?;
        self.data_key = Some(data_key);
        Ok(())
    }

    fn logout(&mut self) -> Result<(), TokenError> {
        self.data_key = None;
        Ok(())
    }

    fn activate(&mut self, initial: &Pin, new: &Pin) -> Result<Option<Puk>, TokenError> {
        let check = Check::begin(&self.folder, self.keyring())?;
        let record = self.folder.read_pin()?;
        if record.activated() {
            return Err(TokenError::AlreadyActivated);
        }
        record.policy.check(new).map_err(TokenError::Policy)?;
        let (record, _) = check.pin(record, initial)?;
        failpoint("token.activate.before");
        // The factory's data key could be read from any earlier copy of the files.
        let data_key = Secret::random(32)?;
        let puk = Puk::random()?;
        let pin = self.seal_pin(&record, new, &data_key, true)?;
        let puk_wrap = PukWrap::seal(self.folder.suite, &self.folder.id, &puk, &data_key)?;
        let activated = PinRecord { policy: record.policy, pin, puk: Some(puk_wrap) };
        self.folder.write_pin(&check.locked, "token.activate", &activated)?;
        failpoint("token.activate.after");
        Ok(Some(puk))
    }

    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError> {
        let check = Check::begin(&self.folder, self.keyring())?;
        let record = self.folder.read_pin()?;
        if !record.activated() {
            return Err(TokenError::NotActivated);
        }
        record.policy.check(new).map_err(TokenError::Policy)?;
        if old == new {
            return Err(TokenError::Policy(PinRule::SameAsOld));
        }
        let (mut record, data_key) = check.pin(record, old)?;
        failpoint("token.change.before");
        record.pin = self.seal_pin(&record, new, &data_key, false)?;
        self.folder.write_pin(&check.locked, "token.change", &record)?;
        failpoint("token.change.after");
        check.forget_old_half(&record.pin);
        Ok(())
    }

    fn unblock(&mut self, proof: &Pin, new: &Pin) -> Result<(), TokenError> {
        let puk = Puk::parse(proof)?;
        let check = Check::begin(&self.folder, self.keyring())?;
        let mut record = self.folder.read_pin()?;
        record.policy.check(new).map_err(TokenError::Policy)?;
        let data_key = check.puk(&mut record, &puk)?;
        self.set_pin_anew(&check, record, new, &data_key)
    }

    fn unblock_request(&mut self) -> Result<UnblockRequest, TokenError> {
        Recovery::request(&self.folder, &self.folder.lock()?)
    }

    fn unblock_remotely(&mut self, response: &[u8], new: Option<&Pin>) -> Result<(), TokenError> {
        let new = recovery::needed(new)?;
        let check = Check::begin(&self.folder, self.keyring())?;
        let record = self.folder.read_pin()?;
        record.policy.check(new).map_err(TokenError::Policy)?;
        let data_key = Recovery::answer(&check, response)?;
        self.set_pin_anew(&check, record, new, &data_key)
    }

    fn enrol_recovery(&mut self, share: &Secret, escrow: &[u8]) -> Result<(), TokenError> {
        Recovery::enrol(&self.folder, &self.folder.lock()?, self.data_key()?, share, escrow)
    }

    fn containers(&mut self) -> Result<Vec<Container>, TokenError> {
        containers::list(&self.folder)
    }

    fn sign_digest(&mut self, key: &KeyId, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, TokenError> {
        keys::sign_digest(&self.folder, self.data_key()?, key, scheme, digest)
    }

    fn unwrap_key(&mut self, key: &KeyId, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, TokenError> {
        keys::unwrap_key(&self.folder, self.data_key()?, key, transport, wrapped)
    }

    fn agree(&mut self, key: &KeyId, peer: &PublicKey) -> Result<Secret, TokenError> {
        keys::agree(&self.folder, self.data_key()?, key, peer)
    }

    fn generate(
        &mut self,
        container: &ContainerId,
        key_use: KeyUse,
        algorithm: KeyAlgorithm,
    ) -> Result<PublicKey, TokenError> {
        let data_key = self.data_key()?;
        let private =
            PrivateKey::generate(algorithm).map_err(|error| super::wrap::internal("key generation", &error))?;
        keys::store(&self.folder, data_key, container, key_use, &private, None)?;
        Ok(private.public().clone())
    }

    fn import_certificate(&mut self, certificate: &Certificate) -> Result<KeyId, TokenError> {
        self.data_key()?;
        containers::set_certificate(&self.folder, certificate)
    }

    fn import_key(
        &mut self,
        container: &ContainerId,
        key_use: KeyUse,
        key: &PrivateKey,
        certificate: &Certificate,
    ) -> Result<(), TokenError> {
        if key.public().spki() != certificate.public_key().spki() {
            return Err(TokenError::KeyMismatch);
        }
        keys::store(&self.folder, self.data_key()?, container, key_use, key, Some(certificate))
    }

    fn delete(&mut self, container: &ContainerId, part: ContainerPart) -> Result<(), TokenError> {
        self.data_key()?;
        containers::delete(&self.folder, container, part)
    }
}
