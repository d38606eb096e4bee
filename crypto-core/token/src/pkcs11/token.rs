//! One token in one slot.

use std::sync::{Arc, Mutex};

use algo::{Digest, KeyAlgorithm, KeyTransport, Pin, PublicKey, Secret, SignatureScheme, raw_signature_to_der};
use token_worker::{PinEntry, Reply, Request, Role, SlotToken, TokenFacts};
use x509::Certificate;

use super::objects::{self, Mapped, Place};
use super::{mechanism, reference};
use crate::worker::{self, Worker};
use crate::{
    Capabilities, Capability, Container, ContainerId, ContainerPart, KeyEntry, KeyId, KeyUse, ModuleFailure, PinPolicy,
    PinRule, PinState, Puk, Remaining, Sm2Dialect, Token, TokenError, TokenInfo, TokenRef,
};

/// A token behind a module. A login holds as long as the worker process it was made in.
pub(super) struct Pkcs11Token {
    worker: Arc<Mutex<Worker>>,
    slot: u64,
    /// What the token says it is; the reference may say more, where several say the same.
    identity: String,
    reference: TokenRef,
    login: Option<Login>,
    /// Reading all objects of a smart card takes seconds: they are kept until something changes.
    containers: Option<Vec<Mapped>>,
    /// How the module speaks SM2, if it does and the table knows it.
    sm2: Option<Arc<Sm2Dialect>>,
}

/// What a login left behind.
struct Login {
    /// The worker's start in which it was made.
    start: u64,
    /// What keys are shown that want the PIN each time; `None` on a token without such keys.
    each_time: Option<EachTime>,
}

/// The person's word for the keys that want it for every single use.
enum EachTime {
    /// The PIN of this login. It is shown again only for uses of this login, and the first refusal ends it: a PIN that
    /// was changed meanwhile costs one try.
    Typed(Pin),
    /// The person types it on the reader each time.
    Pad,
}

impl Pkcs11Token {
    pub(super) fn new(
        worker: Arc<Mutex<Worker>>,
        place: &SlotToken,
        reference: TokenRef,
        sm2: Option<Arc<Sm2Dialect>>,
    ) -> Self {
        let identity = super::reference(&place.token).id;
        Self { worker, slot: place.slot, identity, reference, login: None, containers: None, sm2 }
    }

    fn call(&self, request: &Request, secrets: &[&[u8]]) -> Result<Reply, TokenError> {
        worker::lock(&self.worker).call(request, secrets)
    }

    fn nonsense(&self, request: &Request) -> TokenError {
        worker::lock(&self.worker).nonsense(request)
    }

    /// The facts, read now; another token in the same slot is not this one.
    fn facts(&self) -> Result<TokenFacts, TokenError> {
        let request = Request::Token { slot: self.slot };
        match self.call(&request, &[])? {
            Reply::Token(facts) if reference(&facts).id == self.identity => Ok(facts),
            Reply::Token(_) => Err(TokenError::Removed),
            _ => Err(self.nonsense(&request)),
        }
    }

    fn needs_login(&self) -> Result<(), TokenError> {
        match &self.login {
            Some(login) if login.start == worker::lock(&self.worker).starts() => Ok(()),
            _ => Err(TokenError::NotLoggedIn),
        }
    }

    fn log_in(&mut self, typed: Option<&Pin>) -> Result<(), TokenError> {
        self.forget();
        let facts = self.facts()?;
        if facts.user_pin_to_be_changed {
            return Err(TokenError::NotActivated);
        }
        let entry = if typed.is_some() { PinEntry::Here } else { PinEntry::Pad };
        let request = Request::Login { slot: self.slot, role: Role::User, entry };
        match self.call(&request, typed.map(Pin::expose).as_slice()) {
            Ok(Reply::Done) => {
                let start = worker::lock(&self.worker).starts();
                // Many cards show what their keys want only after the login.
                let wanted = self.mapped()?.iter().any(Mapped::wants_pin_each_time);
                let each_time = wanted.then(|| match typed {
                    Some(pin) => Pin::new(pin.expose_str()).map_or(EachTime::Pad, EachTime::Typed),
                    None => EachTime::Pad,
                });
                self.login = Some(Login { start, each_time });
                Ok(())
            }
            Ok(_) => Err(self.nonsense(&request)),
            Err(error) => Err(self.after_failed_login(error, facts.user_pin_locked)),
        }
    }

    /// Where the PIN for one use of a key comes from, and what of it is sent along.
    fn each_time(&self, place: &Place) -> Result<(Option<PinEntry>, Option<&[u8]>), TokenError> {
        if !place.pin_per_signature {
            return Ok((None, None));
        }
        match self.login.as_ref().and_then(|login| login.each_time.as_ref()) {
            Some(EachTime::Typed(pin)) => Ok((Some(PinEntry::Here), Some(pin.expose()))),
            Some(EachTime::Pad) => Ok((Some(PinEntry::Pad), None)),
            None => Err(TokenError::NotLoggedIn),
        }
    }

    /// Some modules go on telling of a lock until the next login: the PIN that was set a moment ago ends it.
    fn freshen(&mut self, set: &Pin) -> Result<(), TokenError> {
        if self.facts()?.user_pin_locked {
            self.log_in(Some(set))?;
            self.logout()?;
        }
        Ok(())
    }

    /// A key that refused the PIN will not be shown it again.
    fn after_use(&mut self, error: TokenError) -> TokenError {
        let error = self.after_failed_login(error, false);
        if matches!(error, TokenError::PinWrong { .. } | TokenError::PinLocked) {
            self.forget();
        }
        error
    }

    fn needs_pad(&self) -> Result<(), TokenError> {
        let pad = self.facts()?.protected_authentication_path;
        if pad { Ok(()) } else { Err(TokenError::NotSupported(Capability::PinPad)) }
    }

    fn forget(&mut self) {
        self.login = None;
        self.containers = None;
    }

    /// A failed login is named only after the token was asked again: some modules say "incorrect" of a locked PIN,
    /// and none tells the number of tries.
    fn after_failed_login(&self, error: TokenError, was_locked: bool) -> TokenError {
        let TokenError::PinWrong { .. } = error else { return error };
        match self.facts().map(|facts| state(&facts)) {
            Ok(state) if was_locked && state.remaining == Remaining::Locked => TokenError::PinLocked,
            Ok(state) => TokenError::PinWrong { state },
            Err(error) => error,
        }
    }

    fn check_length(facts: &TokenFacts, new: &Pin) -> Result<(), TokenError> {
        policy(facts).check(new).map_err(TokenError::Policy)
    }

    fn mapped(&mut self) -> Result<&[Mapped], TokenError> {
        if self.containers.is_none() {
            let request = Request::Objects { slot: self.slot };
            let Reply::Objects(objects) = self.call(&request, &[])? else { return Err(self.nonsense(&request)) };
            let sm2 = self.sm2.as_ref().map(|dialect| dialect.key_type);
            self.containers = Some(objects::containers(&objects, sm2));
        }
        Ok(self.containers.as_deref().unwrap_or_default())
    }

    /// A key that may be used: logged in, and known.
    fn key(&mut self, key: &KeyId) -> Result<(Place, PublicKey), TokenError> {
        self.needs_login()?;
        let mapped = self.mapped()?.iter().find(|mapped| mapped.container.id == key.container);
        let found = mapped.and_then(|mapped| Some((mapped.place(key.key_use)?, mapped.container.key(key.key_use)?)));
        let (place, entry) = found.ok_or_else(|| TokenError::KeyNotFound(key.clone()))?;
        Ok((place.clone(), entry.public_key.clone()))
    }

    fn done(&mut self, request: &Request) -> Result<(), TokenError> {
        self.containers = None;
        match self.call(request, &[])? {
            Reply::Done => Ok(()),
            _ => Err(self.nonsense(request)),
        }
    }
}

impl Token for Pkcs11Token {
    fn info(&mut self) -> Result<TokenInfo, TokenError> {
        let facts = self.facts()?;
        let each_time = self.mapped().is_ok_and(|mapped| mapped.iter().any(Mapped::wants_pin_each_time));
        Ok(TokenInfo {
            token: self.reference.clone(),
            capabilities: capabilities(&facts, each_time, self.sm2.as_deref()),
            manufacturer: facts.manufacturer,
            model: facts.model,
            serial: facts.serial,
            suite: None,
            warnings: Vec::new(),
        })
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        self.facts().map(|facts| state(&facts))
    }

    fn pin_policy(&mut self) -> Result<PinPolicy, TokenError> {
        self.facts().map(|facts| policy(&facts))
    }

    fn login(&mut self, pin: &Pin) -> Result<(), TokenError> {
        self.log_in(Some(pin))
    }

    fn login_on_pad(&mut self) -> Result<(), TokenError> {
        self.needs_pad()?;
        self.log_in(None)
    }

    fn logout(&mut self) -> Result<(), TokenError> {
        let logged_in = self.needs_login().is_ok();
        self.forget();
        if logged_in { self.done(&Request::Logout { slot: self.slot }) } else { Ok(()) }
    }

    fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<(), TokenError> {
        let facts = self.facts()?;
        Self::check_length(&facts, new)?;
        if old == new {
            return Err(TokenError::Policy(PinRule::SameAsOld));
        }
        self.forget();
        let request = Request::ChangePin { slot: self.slot, entry: PinEntry::Here };
        match self.call(&request, &[old.expose(), new.expose()]) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.after_failed_login(error, facts.user_pin_locked)),
        }
    }

    fn change_pin_on_pad(&mut self) -> Result<(), TokenError> {
        self.needs_pad()?;
        let was_locked = self.facts()?.user_pin_locked;
        self.forget();
        match self.call(&Request::ChangePin { slot: self.slot, entry: PinEntry::Pad }, &[]) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.after_failed_login(error, was_locked)),
        }
    }

    fn activate(&mut self, initial: &Pin, new: &Pin) -> Result<Option<Puk>, TokenError> {
        if !self.facts()?.user_pin_to_be_changed {
            return Err(TokenError::AlreadyActivated);
        }
        self.change_pin(initial, new).map(|()| None)
    }

    fn unblock(&mut self, proof: &Pin, new: &Pin) -> Result<(), TokenError> {
        let facts = self.facts()?;
        Self::check_length(&facts, new)?;
        self.forget();
        match self.call(&Request::ResetPin { slot: self.slot }, &[proof.expose(), new.expose()]) {
            Ok(_) => self.freshen(new),
            Err(TokenError::PinLocked) => Err(TokenError::PukLocked),
            Err(TokenError::PinWrong { .. }) => {
                let locked = self.facts()?.so_pin_locked;
                Err(TokenError::PukWrong { remaining: if locked { Remaining::Locked } else { Remaining::Unknown } })
            }
            Err(error) => Err(error),
        }
    }

    fn containers(&mut self) -> Result<Vec<Container>, TokenError> {
        // What others did meanwhile is seen by whoever asks for the list.
        self.containers = None;
        Ok(self.mapped()?.iter().map(|mapped| mapped.container.clone()).collect())
    }

    fn sign_digest(&mut self, key: &KeyId, scheme: &SignatureScheme, digest: &Digest) -> Result<Vec<u8>, TokenError> {
        let (place, public) = self.key(key)?;
        let algorithm = public.algorithm();
        if !scheme.fits(algorithm) {
            return Err(TokenError::Algorithm { what: format!("this kind of signature ({algorithm})") });
        }
        let sm2 = self.sm2.as_ref().and_then(|dialect| dialect.sign);
        let (form, mut data) = mechanism::signature(scheme, digest, sm2)?;
        // FIPS 186-5 §6.4: the leftmost bits of a longer digest; not every module cuts by itself.
        data.truncate(algorithm.field_len().unwrap_or(data.len()));
        let (each_time, pin) = self.each_time(&place)?;
        let request = Request::Sign { slot: self.slot, each_time, id: place.id, form, data };
        let answer = self.call(&request, pin.as_slice());
        let Reply::Bytes(signature) = answer.map_err(|error| self.after_use(error))? else {
            return Err(self.nonsense(&request));
        };
        let in_der = match (scheme, sm2) {
            (SignatureScheme::Ecdsa(_), _) => raw_signature_to_der(&signature).ok(),
            (SignatureScheme::Sm2(_), Some(sign)) => sign.answers.to_der(signature),
            _ => Some(signature),
        };
        let signature = in_der.ok_or_else(|| self.nonsense(&request))?;
        // What a module returns is not taken on trust.
        public.verify_digest(scheme, digest, &signature).map_err(|_| self.nonsense(&request))?;
        Ok(signature)
    }

    fn unwrap_key(&mut self, key: &KeyId, transport: KeyTransport, wrapped: &[u8]) -> Result<Secret, TokenError> {
        let (place, _) = self.key(key)?;
        let sm2 = self.sm2.as_ref().and_then(|dialect| dialect.decrypt);
        let (form, candidates) = mechanism::decryption(transport, wrapped, sm2)?;
        let mut refusal = TokenError::Unwrap;
        for data in candidates {
            let (each_time, pin) = self.each_time(&place)?;
            let request = Request::Decrypt { slot: self.slot, each_time, id: place.id.clone(), form, data };
            let opened = worker::lock(&self.worker).call_for_secret(&request, pin.as_slice());
            match opened.map_err(|error| self.after_use(not_opened(error))) {
                Err(TokenError::Unwrap) => {}
                Err(error) => {
                    refusal = error;
                    break;
                }
                opened => return opened,
            }
        }
        Err(refusal)
    }

    fn agree(&mut self, key: &KeyId, peer: &PublicKey) -> Result<Secret, TokenError> {
        let (place, public) = self.key(key)?;
        let mismatch = || TokenError::Algorithm { what: "key agreement with a key of another curve".to_owned() };
        let len = public.algorithm().field_len().filter(|_| peer.algorithm() == public.algorithm());
        let (Some(len), Some(point)) = (len, peer.point()) else { return Err(mismatch()) };
        let len_on_wire = u32::try_from(len).map_err(|_| mismatch())?;
        let request = Request::Derive { slot: self.slot, id: place.id, point: point.to_vec(), len: len_on_wire };
        let secret = worker::lock(&self.worker).call_for_secret(&request, &[]).map_err(not_opened)?;
        if secret.len() == len { Ok(secret) } else { Err(self.nonsense(&request)) }
    }

    fn generate(
        &mut self,
        container: &ContainerId,
        key_use: KeyUse,
        algorithm: KeyAlgorithm,
    ) -> Result<PublicKey, TokenError> {
        self.needs_login()?;
        let spec = mechanism::key_spec(algorithm, self.sm2.as_deref())?;
        let (id, label) = self.place_for(container, key_use)?;
        let sign = key_use == KeyUse::Sign;
        self.done(&Request::Generate { slot: self.slot, id: id.clone(), label, spec, sign })?;
        let place_of = |mapped: &Mapped| mapped.place(key_use).is_some_and(|place| place.id == id);
        let entry =
            self.mapped()?.iter().find(|mapped| place_of(mapped)).and_then(|mapped| mapped.container.key(key_use));
        entry
            .map(|entry| entry.public_key.clone())
            .ok_or_else(|| TokenError::KeyNotFound(KeyId { container: container.clone(), key_use }))
    }

    fn import_certificate(&mut self, certificate: &Certificate) -> Result<KeyId, TokenError> {
        self.needs_login()?;
        let fits = |entry: &&KeyEntry| entry.public_key.spki() == certificate.public_key().spki();
        let found = self.mapped()?.iter().find_map(|mapped| {
            let entry = mapped.container.keys().find(fits)?;
            Some((entry.key.clone(), mapped.place(entry.key.key_use)?.clone()))
        });
        let (key, place) = found.ok_or(TokenError::NoKeyForCertificate)?;
        self.done(&Request::WriteCertificate {
            slot: self.slot,
            id: place.id,
            label: place.label,
            subject: certificate.subject().der().to_vec(),
            issuer: certificate.issuer().der().to_vec(),
            serial: der_integer(certificate.serial().as_bytes()),
            value: certificate.der().to_vec(),
        })?;
        Ok(key)
    }

    fn delete(&mut self, container: &ContainerId, part: ContainerPart) -> Result<(), TokenError> {
        self.needs_login()?;
        let (uses, keys): (&[KeyUse], bool) = match &part {
            ContainerPart::Certificate(key_use) => (std::slice::from_ref(key_use), false),
            ContainerPart::Key(key_use) => (std::slice::from_ref(key_use), true),
            ContainerPart::All => (&[KeyUse::Sign, KeyUse::Encrypt], true),
        };
        let mapped = self.mapped()?.iter().find(|mapped| mapped.container.id == *container);
        let mut ids: Vec<Vec<u8>> =
            uses.iter().filter_map(|key_use| Some(mapped?.place(*key_use)?.id.clone())).collect();
        ids.dedup();
        if ids.is_empty() {
            return Err(TokenError::KeyNotFound(KeyId { container: container.clone(), key_use: uses[0] }));
        }
        ids.into_iter().try_for_each(|id| self.done(&Request::Destroy { slot: self.slot, id, keys }))
    }
}

impl Pkcs11Token {
    /// `CKA_ID` and `CKA_LABEL` of a new key. The first key of a container gives it its name by its `CKA_ID`; the
    /// second shares the label, by which the two are found together again.
    fn place_for(&mut self, container: &ContainerId, key_use: KeyUse) -> Result<(Vec<u8>, String), TokenError> {
        let existing = self.mapped()?.iter().find(|mapped| mapped.container.id == *container);
        let Some(existing) = existing else {
            let id = hex::decode(container.as_str()).unwrap_or_else(|_| container.as_str().as_bytes().to_vec());
            return Ok((id, container.to_string()));
        };
        if existing.container.key(key_use).is_some() {
            return Err(TokenError::KeyExists(KeyId { container: container.clone(), key_use }));
        }
        let place = existing.sign.as_ref().or(existing.encrypt.as_ref());
        Ok((algo::random::<8>()?.to_vec(), place.map(|place| place.label.clone()).unwrap_or_default()))
    }
}

/// Modules give many reasons for data that does not open; the caller learns none of them.
fn not_opened(error: TokenError) -> TokenError {
    match &error {
        TokenError::ModuleFailed { failure: ModuleFailure::Call { function, .. }, .. }
            if matches!(function.as_str(), "C_Decrypt" | "C_DeriveKey") =>
        {
            TokenError::Unwrap
        }
        _ => error,
    }
}

fn state(facts: &TokenFacts) -> PinState {
    let remaining = if facts.user_pin_locked {
        Remaining::Locked
    } else if facts.user_pin_final_try {
        Remaining::FinalTry
    } else if facts.user_pin_count_low {
        Remaining::Low
    } else {
        Remaining::Unknown
    };
    let policy = policy(facts);
    PinState {
        initialised: facts.user_pin_initialized,
        is_default: facts.user_pin_to_be_changed.then_some(true),
        max: None,
        remaining,
        length: policy.min..=policy.max,
    }
}

/// Only lengths are told, and not every module enforces them.
fn policy(facts: &TokenFacts) -> PinPolicy {
    let length = |told: u32| usize::try_from(told).unwrap_or(usize::MAX);
    let (min, max) = (length(facts.min_pin_len).max(1), length(facts.max_pin_len));
    // "No information" is told as 0 or as a huge number.
    PinPolicy::length_only(min, if max < min { 255 } else { max.min(255) })
}

fn capabilities(facts: &TokenFacts, each_time: bool, sm2: Option<&Sm2Dialect>) -> Capabilities {
    let has = |mechanism: Option<u32>| mechanism.is_some_and(|number| facts.vendor_mechanisms.contains(&number));
    let sm2_signs = has(sm2.and_then(|dialect| dialect.sign).map(|sign| sign.mechanism));
    let sm2_opens = has(sm2.and_then(|dialect| dialect.decrypt).map(|decrypt| decrypt.mechanism));
    let generates = facts.can_generate || has(sm2.and_then(|dialect| dialect.generate));
    // A card on which no key can be made is written by its issuer, whatever its write protection says (PIV).
    let written_here = generates && !facts.write_protected;
    let flags = [
        (Capability::ChangePin, true),
        (Capability::Unblock, true),
        (Capability::Activate, facts.user_pin_to_be_changed),
        (Capability::Unwrap, facts.can_decrypt || sm2_opens),
        (Capability::Sm2, sm2_signs),
        (Capability::Agree, facts.can_derive),
        (Capability::Generate, written_here),
        (Capability::ImportCertificate, written_here),
        (Capability::Delete, written_here),
        (Capability::PinPad, facts.protected_authentication_path),
        (Capability::PinPerSignature, each_time),
    ];
    let present: Vec<Capability> = flags.into_iter().filter_map(|(flag, present)| present.then_some(flag)).collect();
    Capabilities::of(&present)
}

/// A serial number of at most 20 octets (RFC 5280 §4.1.2.2), or a few more, as DER INTEGER.
fn der_integer(content: &[u8]) -> Vec<u8> {
    let len = u8::try_from(content.len()).unwrap_or(0x7f).min(0x7f);
    [&[0x02, len], &content[..usize::from(len)]].concat()
}
