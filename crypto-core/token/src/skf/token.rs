//! One application of one device.

use std::sync::{Arc, Mutex};

use algo::{
    Digest, KeyAlgorithm, KeyTransport, Pin, PrivateKey, PublicKey, Secret, SignatureScheme, WrappedContent, cbc_unpad,
    raw_signature_to_der,
};
use token_worker::skf::{self, Abilities, PinInfo, Place};
use token_worker::{Reply, Request, Role, text};
use x509::Certificate;

use super::containers::{self, Mapped};
use super::key_field::KeyField;
use super::{Found, import, places};
use crate::pkcs11::digest_info;
use crate::worker::{self, Worker};
use crate::{
    Capabilities, Capability, Container, ContainerId, ContainerPart, EnclosedKey, KeyId, KeyUse, ModuleFailure,
    PinPolicy, PinRule, PinState, Puk, Remaining, Token, TokenError, TokenInfo, UnblockRequest,
};

/// GM/T 0016 wants six characters at least; no module that we know takes more than sixteen.
const PIN_LEN: std::ops::RangeInclusive<usize> = 6..=16;

/// An application behind a module. A login holds as long as the worker process and the handles it was made in.
pub(super) struct SkfToken {
    worker: Arc<Mutex<Worker>>,
    found: Found,
    key_field: KeyField,
    logged_in: Option<u64>,
    /// Reading all containers of a key takes seconds: they are kept until something changes.
    containers: Option<Vec<Mapped>>,
}

impl SkfToken {
    pub(super) fn new(worker: Arc<Mutex<Worker>>, found: Found, key_field: KeyField) -> Self {
        Self { worker, found, key_field, logged_in: None, containers: None }
    }

    pub(super) fn place(&self) -> Place {
        self.found.place.clone()
    }

    pub(super) fn abilities(&self) -> Abilities {
        self.found.device.abilities
    }

    /// What was asked must have been done; the containers may have changed by it.
    pub(super) fn done(&mut self, request: skf::Request) -> Result<(), TokenError> {
        self.containers = None;
        let request = Request::Skf(request);
        match self.call(&request, &[])? {
            Reply::Done => Ok(()),
            _ => Err(self.nonsense(&request)),
        }
    }

    /// The public key as the token shows it now.
    pub(super) fn public_key(&mut self, key: &KeyId) -> Result<Option<PublicKey>, TokenError> {
        Ok(self.mapped(&key.container)?.container.key(key.key_use).map(|entry| entry.public_key.clone()))
    }

    /// A content opened in the token, whatever key it is for.
    pub(super) fn open_content(&mut self, key: &KeyId, content: &WrappedContent<'_>) -> Result<Secret, TokenError> {
        let name = self.mapped(&key.container)?.name.clone();
        let mut refusal = TokenError::Unwrap;
        for (wrapped, algorithm) in import::wrapped(content)? {
            let request = Request::Skf(skf::Request::Decrypt {
                place: self.place(),
                container: name.clone(),
                key: wrapped,
                algorithm,
                iv: content.iv.to_vec(),
                content: content.content.to_vec(),
            });
            let answer = worker::lock(&self.worker).call_for_secret(&request, &[]);
            match answer.map_err(|error| self.noted(not_opened(error))) {
                Ok(padded) => return cbc_unpad(padded).map_err(|_| TokenError::Unwrap),
                Err(TokenError::Unwrap) => {}
                Err(error) => {
                    refusal = error;
                    break;
                }
            }
        }
        Err(refusal)
    }

    fn call(&mut self, request: &Request, secrets: &[&[u8]]) -> Result<Reply, TokenError> {
        let answer = worker::lock(&self.worker).call(request, secrets);
        answer.map_err(|error| self.noted(error))
    }

    /// A login ends with the key's removal, and when the token says so.
    fn noted(&mut self, error: TokenError) -> TokenError {
        if matches!(error, TokenError::Removed | TokenError::NotLoggedIn) {
            self.forget();
        }
        error
    }

    fn nonsense(&self, request: &Request) -> TokenError {
        worker::lock(&self.worker).nonsense(request)
    }

    fn needs_login(&self) -> Result<(), TokenError> {
        match self.logged_in {
            Some(start) if start == worker::lock(&self.worker).starts() => Ok(()),
            _ => Err(TokenError::NotLoggedIn),
        }
    }

    fn forget(&mut self) {
        self.logged_in = None;
        self.containers = None;
    }

    /// Looks for the token anew: it may lie behind another name after it was plugged in again.
    fn find(&mut self) -> Result<(), TokenError> {
        let found = places(&self.worker)?.into_iter().find(|found| found.reference.id == self.found.reference.id);
        self.found = found.ok_or(TokenError::Removed).map_err(|error| self.noted(error))?;
        Ok(())
    }

    /// The state of a PIN, read now. A module without the function tells nothing.
    fn state_of(&mut self, role: Role) -> Result<PinState, TokenError> {
        self.find()?;
        if !self.abilities().pin_info {
            return Ok(PinState::new(None, None, Remaining::Unknown, PIN_LEN));
        }
        let request = Request::Skf(skf::Request::Pin { place: self.place(), role });
        match self.call(&request, &[])? {
            Reply::Skf(skf::Reply::Pin(PinInfo { max, remaining, is_default })) => {
                let max = Some(max).filter(|max| *max > 0);
                Ok(PinState::new(Some(is_default), max, Remaining::from_count(remaining), PIN_LEN))
            }
            _ => Err(self.nonsense(&request)),
        }
    }

    /// Calls with PINs. A failure is named only after the token was asked again.
    fn with_pin(&mut self, request: skf::Request, secrets: &[&[u8]]) -> Result<(), TokenError> {
        let before = self.state_of(Role::User)?.remaining;
        self.forget();
        let request = Request::Skf(request);
        match self.call(&request, secrets) {
            Ok(Reply::Done) => Ok(()),
            Ok(_) => Err(self.nonsense(&request)),
            Err(error @ (TokenError::PinWrong { .. } | TokenError::PinLocked)) => {
                let state = self.state_of(Role::User)?;
                match state.remaining {
                    Remaining::Locked if before == Remaining::Locked => Err(TokenError::PinLocked),
                    // Some say "locked" of the try that locked it, and some of nothing at all.
                    Remaining::Unknown if matches!(error, TokenError::PinLocked) => Err(TokenError::PinLocked),
                    _ => Err(TokenError::PinWrong { state }),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn all(&mut self) -> Result<&[Mapped], TokenError> {
        if self.containers.is_none() {
            let request = Request::Skf(skf::Request::Containers { place: self.place() });
            let Reply::Skf(skf::Reply::Containers(found)) = self.call(&request, &[])? else {
                return Err(self.nonsense(&request));
            };
            self.containers = Some(containers::containers(found));
        }
        Ok(self.containers.as_deref().unwrap_or_default())
    }

    fn mapped(&mut self, container: &ContainerId) -> Result<&Mapped, TokenError> {
        let missing = || TokenError::KeyNotFound(KeyId { container: container.clone(), key_use: KeyUse::Sign });
        self.all()?.iter().find(|mapped| mapped.container.id == *container).ok_or_else(missing)
    }

    /// A key that may be used: logged in and known.
    fn key(&mut self, key: &KeyId) -> Result<(Vec<u8>, PublicKey), TokenError> {
        self.needs_login()?;
        let mapped = self.all()?.iter().find(|mapped| mapped.container.id == key.container);
        let found = mapped.and_then(|mapped| Some((mapped.name.clone(), mapped.container.key(key.key_use)?)));
        let (name, entry) = found.ok_or_else(|| TokenError::KeyNotFound(key.clone()))?;
        Ok((name, entry.public_key.clone()))
    }

    /// A container in which a signing key waits for its encryption key, by the public key that it signs with.
    fn waiting(
        &mut self,
        container: &ContainerId,
        algorithm: KeyAlgorithm,
    ) -> Result<(Vec<u8>, PublicKey), TokenError> {
        let known = self.all()?.iter().find(|mapped| mapped.container.id == *container);
        if let Some(mapped) = known {
            let key = KeyId { container: container.clone(), key_use: KeyUse::Encrypt };
            if mapped.container.encrypt.is_some() {
                return Err(TokenError::KeyExists(key));
            }
            if let Some(sign) = &mapped.container.sign {
                return Ok((mapped.name.clone(), sign.public_key.clone()));
            }
        }
        // The pair is enclosed to a signing key of its container: one is made for it.
        let public = self.generate(container, KeyUse::Sign, algorithm)?;
        Ok((self.mapped(container)?.name.clone(), public))
    }

    fn write_certificate(
        &mut self,
        name: Vec<u8>,
        key_use: KeyUse,
        certificate: &Certificate,
    ) -> Result<(), TokenError> {
        self.done(skf::Request::ImportCertificate {
            place: self.place(),
            container: name,
            sign: key_use == KeyUse::Sign,
            value: certificate.der().to_vec(),
        })
    }
}

impl Token for SkfToken {
    fn info(&mut self) -> Result<TokenInfo, TokenError> {
        self.find()?;
        let device = &self.found.device;
        let [major, minor] = device.hardware;
        let maker = text(&device.manufacturer);
        let facts =
            [maker, format!("{} {major}.{minor}", text(&device.issuer)).trim().to_owned(), text(&device.serial)];
        Ok(TokenInfo::new(self.found.reference.clone(), facts, capabilities(device.abilities)))
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        self.state_of(Role::User)
    }

    fn pin_policy(&mut self) -> Result<PinPolicy, TokenError> {
        Ok(PinPolicy::length_only(*PIN_LEN.start(), *PIN_LEN.end()))
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        if self.state_of(Role::User)?.is_default == Some(true) {
            return Err(TokenError::NotActivated);
        }
        self.with_pin(skf::Request::Verify { place: self.place(), role: Role::User }, &[pin.expose()])?;
        self.logged_in = Some(worker::lock(&self.worker).starts());
        Ok(())
    }

    fn logout(&mut self) -> Result<(), TokenError> {
        let logged_in = self.needs_login().is_ok();
        self.forget();
        if logged_in { self.done(skf::Request::Logout { place: self.place() }) } else { Ok(()) }
    }

    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError> {
        self.pin_policy()?.check(new).map_err(TokenError::Policy)?;
        if old == new {
            return Err(TokenError::Policy(PinRule::SameAsOld));
        }
        self.with_pin(skf::Request::ChangePin { place: self.place() }, &[old.expose(), new.expose()])
    }

    fn activate(&mut self, initial: &Pin, new: &Pin) -> Result<Option<Puk>, TokenError> {
        if self.state_of(Role::User)?.is_default != Some(true) {
            return Err(TokenError::AlreadyActivated);
        }
        self.change_pin(initial, new).map(|()| None)
    }

    fn unblock(&mut self, proof: &Pin, new: &Pin) -> Result<(), TokenError> {
        self.pin_policy()?.check(new).map_err(TokenError::Policy)?;
        let before = self.state_of(Role::SecurityOfficer)?.remaining;
        self.forget();
        let request = Request::Skf(skf::Request::Unblock { place: self.place() });
        match self.call(&request, &[proof.expose(), new.expose()]) {
            Ok(Reply::Done) => Ok(()),
            Ok(_) => Err(self.nonsense(&request)),
            Err(TokenError::PinWrong { .. } | TokenError::PinLocked) => {
                match self.state_of(Role::SecurityOfficer)?.remaining {
                    Remaining::Locked if before == Remaining::Locked => Err(TokenError::PukLocked),
                    remaining => Err(TokenError::PukWrong { remaining }),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn unblock_request(&mut self) -> Result<UnblockRequest, TokenError> {
        self.find()?;
        if !self.abilities().remote_unblock {
            return Err(TokenError::NotSupported(Capability::RemoteUnblock));
        }
        let request = Request::Skf(skf::Request::UnblockRequest { place: self.place() });
        match self.call(&request, &[])? {
            Reply::Bytes(challenge) => {
                Ok(UnblockRequest { challenge, answer_key: Vec::new(), escrow: Vec::new(), new_pin_here: false })
            }
            _ => Err(self.nonsense(&request)),
        }
    }

    fn unblock_remotely(&mut self, response: &[u8], _: Option<&Pin>) -> Result<(), TokenError> {
        self.find()?;
        self.forget();
        let done = self.done(skf::Request::UnblockRemotely { place: self.place(), answer: response.to_vec() });
        done.map_err(|error| match error {
            TokenError::PinWrong { .. } | TokenError::PinLocked | TokenError::Unwrap => {
                TokenError::ResponseWrong { remaining: Remaining::Unknown }
            }
            error => error,
        })
    }

    fn containers(&mut self) -> Result<Vec<Container>, TokenError> {
        // What others did meanwhile is seen by whoever asks for the list.
        self.containers = None;
        self.find()?;
        Ok(self.all()?.iter().map(|mapped| mapped.container.clone()).collect())
    }

    fn sign_digest(&mut self, key: &KeyId, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, TokenError> {
        let (container, public) = self.key(key)?;
        let algorithm = public.algorithm();
        if !scheme.fits(algorithm) || key.key_use != KeyUse::Sign {
            return Err(TokenError::Algorithm { what: format!("this kind of signature ({algorithm})") });
        }
        let place = self.place();
        let request = Request::Skf(match scheme {
            SignatureScheme::Sm2(_) => skf::Request::SignEcc { place, container, digest: digest.as_ref().to_vec() },
            SignatureScheme::RsaPkcs1(hash) => {
                skf::Request::SignRsa { place, container, data: digest_info(*hash, digest)? }
            }
            _ => return Err(TokenError::Algorithm { what: "this kind of signature".to_owned() }),
        });
        let Reply::Bytes(raw) = self.call(&request, &[])? else { return Err(self.nonsense(&request)) };
        let signature = match scheme {
            SignatureScheme::Sm2(_) => raw_signature_to_der(&raw).map_err(|_| self.nonsense(&request))?,
            _ => raw,
        };
        // Some modules hash what they are given once more: such a signature must not leave.
        match public.verify_digest(scheme, digest, &signature) {
            Ok(()) => Ok(signature),
            Err(_) => Err(self.nonsense(&request)),
        }
    }

    fn unwrap_key(&mut self, _: &KeyId, _: KeyTransport, _: &[u8]) -> Result<Secret, TokenError> {
        Err(TokenError::NotSupported(Capability::Unwrap))
    }

    fn decrypt_content(&mut self, key: &KeyId, content: &WrappedContent<'_>) -> Result<Secret, TokenError> {
        if !self.abilities().session_key {
            return Err(TokenError::NotSupported(Capability::Unwrap));
        }
        let (_, public) = self.key(key)?;
        let fits = (content.transport == KeyTransport::Sm2) == (public.algorithm() == KeyAlgorithm::Sm2);
        if !fits || key.key_use != KeyUse::Encrypt {
            return Err(TokenError::Algorithm { what: format!("this kind of decryption ({})", public.algorithm()) });
        }
        self.open_content(key, content)
    }

    fn generate(
        &mut self,
        container: &ContainerId,
        key_use: KeyUse,
        algorithm: KeyAlgorithm,
    ) -> Result<PublicKey, TokenError> {
        self.needs_login()?;
        let rsa_bits = match (key_use, algorithm) {
            (KeyUse::Sign, KeyAlgorithm::Sm2) => None,
            (KeyUse::Sign, KeyAlgorithm::Rsa { bits: bits @ (1024 | 2048) }) => Some(bits),
            // The encryption key comes from the certificate authority, which keeps a copy (GM/T 0034).
            (KeyUse::Encrypt, _) => {
                return Err(TokenError::Algorithm { what: "making an encryption key".to_owned() });
            }
            _ => return Err(TokenError::Algorithm { what: format!("key generation ({algorithm})") }),
        };
        let key = KeyId { container: container.clone(), key_use };
        let known = self.all()?.iter().find(|mapped| mapped.container.id == *container).cloned();
        if known.as_ref().is_some_and(|mapped| mapped.container.key(key_use).is_some()) {
            return Err(TokenError::KeyExists(key));
        }
        let name = known.map_or_else(|| container.as_str().as_bytes().to_vec(), |mapped| mapped.name);
        self.done(skf::Request::Generate { place: self.place(), container: name, rsa_bits })?;
        let entry = self.mapped(container)?.container.key(key_use);
        entry.map(|entry| entry.public_key.clone()).ok_or(TokenError::KeyNotFound(key))
    }

    fn import_certificate(&mut self, certificate: &Certificate) -> Result<KeyId, TokenError> {
        self.needs_login()?;
        let found = self.all()?.iter().find_map(|mapped| {
            let entry = mapped.container.keys().find(|entry| entry.public_key == *certificate.public_key())?;
            Some((entry.key.clone(), mapped.name.clone()))
        });
        let (key, name) = found.ok_or(TokenError::NoKeyForCertificate)?;
        self.write_certificate(name, key.key_use, certificate)?;
        Ok(key)
    }

    fn import_key(
        &mut self,
        container: &ContainerId,
        key_use: KeyUse,
        key: &PrivateKey,
        certificate: &Certificate,
    ) -> Result<(), TokenError> {
        self.needs_login()?;
        if key.public() != certificate.public_key() {
            return Err(TokenError::KeyMismatch);
        }
        if key_use == KeyUse::Sign {
            return Err(TokenError::Algorithm { what: "taking in a signing key".to_owned() });
        }
        let (name, to) = self.waiting(container, key.algorithm())?;
        let id = KeyId { container: container.clone(), key_use };
        if (key.algorithm() == KeyAlgorithm::Sm2) != (to.algorithm() == KeyAlgorithm::Sm2) {
            return Err(TokenError::Algorithm { what: "keys of two kinds in one container".to_owned() });
        }
        if key.algorithm() == KeyAlgorithm::Sm2 {
            import::enclosed(self, &id, &name, &EnclosedKey::enclose(key, &to)?, self.key_field)?;
        } else {
            import::rsa(self, &id, &name, key, &to)?;
        }
        self.write_certificate(name, key_use, certificate)
    }

    fn import_enclosed_key(&mut self, key: &EnclosedKey, certificate: &Certificate) -> Result<KeyId, TokenError> {
        self.needs_login()?;
        if key.public() != certificate.public_key() {
            return Err(TokenError::KeyMismatch);
        }
        let waiting = |mapped: &&Mapped| mapped.container.sign.is_some() && mapped.container.encrypt.is_none();
        let waiting: Vec<Mapped> = self.all()?.iter().filter(waiting).cloned().collect();
        let mut refusal = TokenError::NoKeyForCertificate;
        for Mapped { container, name } in waiting {
            let id = KeyId { container: container.id, key_use: KeyUse::Encrypt };
            match import::enclosed(self, &id, &name, key, self.key_field) {
                Ok(()) => return self.write_certificate(name, KeyUse::Encrypt, certificate).map(|()| id),
                Err(error @ (TokenError::Removed | TokenError::NotLoggedIn)) => return Err(error),
                // Enclosed to the signing key of another container.
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    fn delete(&mut self, container: &ContainerId, part: ContainerPart) -> Result<(), TokenError> {
        self.needs_login()?;
        let key_use = match part {
            ContainerPart::Key(key_use) | ContainerPart::Certificate(key_use) => key_use,
            ContainerPart::All => KeyUse::Sign,
        };
        let mapped = self.mapped(container)?.clone();
        let keys = mapped.container.keys().count();
        let whole = match part {
            ContainerPart::All => true,
            // The interface deletes containers only: what is alone in one goes with it.
            ContainerPart::Key(_) => keys == 1 && mapped.container.key(key_use).is_some(),
            ContainerPart::Certificate(_) => false,
        };
        if !whole {
            return Err(TokenError::Algorithm { what: "deleting a part of a container".to_owned() });
        }
        self.done(skf::Request::DeleteContainer { place: self.place(), container: mapped.name })
    }
}

/// Modules give many reasons for a key or content that does not open; the caller learns none of them.
fn not_opened(error: TokenError) -> TokenError {
    match &error {
        TokenError::ModuleFailed { failure: ModuleFailure::Call { .. }, .. } => TokenError::Unwrap,
        _ => error,
    }
}

fn capabilities(abilities: Abilities) -> Capabilities {
    let flags = [
        (Capability::RetryCountExact, abilities.pin_info),
        (Capability::DefaultPinKnown, abilities.pin_info),
        (Capability::HardwareLockout, true),
        (Capability::Activate, abilities.pin_info && abilities.change_pin),
        (Capability::ChangePin, abilities.change_pin),
        (Capability::Unblock, abilities.unblock),
        (Capability::RemoteUnblock, abilities.remote_unblock),
        (Capability::PinInAnswer, abilities.remote_unblock),
        (Capability::DecryptContent, abilities.session_key),
        (Capability::Sm2, abilities.sign_ecc),
        (Capability::Generate, abilities.generate),
        (Capability::ImportCertificate, abilities.import_certificate),
        (Capability::ImportKey, abilities.import_key),
        (Capability::Delete, abilities.delete),
        (Capability::Events, abilities.events),
    ];
    let present: Vec<Capability> = flags.into_iter().filter_map(|(flag, present)| present.then_some(flag)).collect();
    Capabilities::of(&present)
}
