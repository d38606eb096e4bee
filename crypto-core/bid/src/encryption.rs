//! Encrypting a bid: everything that can be refused is refused first; then the files are read once, and the bid gets its
//! name when it is whole.

use crate::bid_key::{InputKey, KeyPart};
use crate::body::{BodyKey, header_mac};
use crate::envelope::{Trailer, digest};
use crate::extract::check_space;
use crate::geometry::{Geometry, Unit};
use crate::head::Seal;
use crate::header::Header;
use crate::limits::{MAX_SLOTS, PREFIX_LEN};
use crate::os::WriteAt;
use crate::password::{PasswordBody, PasswordKdf, check_strength};
use crate::payload::{Payload, Plain};
use crate::pipeline::{self, Buffers};
use crate::policy::{COUNTS, Dealt, Policy};
use crate::progress::{Step, Watch, report};
use crate::slot::{KeyId, Role, Slot, SlotBody};
use crate::sources::{self, Source};
use crate::tree::Node;
use crate::twin::TwinKey;
use crate::{Claims, EncryptError, Envelope, Metadata, OpenError, Profile, Recipient, index};
use algo::{Digest, Password};
use durable::{PartFile, Parts, Replace, WriteError, check_target, failpoint};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Names the failpoints of the file.
pub(crate) const LABEL: &str = "bid.encrypt";

/// What shall be encrypted, for whom, and how.
pub struct Encryption<'a> {
    /// Files and folders. A folder keeps its name; folders without files are not kept.
    pub inputs: &'a [PathBuf],
    /// What the bid says about itself in the clear.
    pub claims: &'a Claims,
    /// The algorithms of the body.
    pub profile: Profile,
    /// The certificates whose holders can open it.
    pub recipients: &'a [Recipient],
    /// A password that opens it too, and how its key is derived.
    pub password: Option<(&'a Password, PasswordKdf)>,
    /// How many of the committee among the recipients are needed beside the bidder's side; `None` when each holder opens
    /// the bid alone.
    pub threshold: Option<u8>,
}

/// What the slots carry, and the key that this gives.
enum Keys {
    Alone(KeyPart),
    Together(Dealt),
}

/// A whole bid that has no name yet. Dropping it removes it.
pub struct Prepared {
    part: PartFile,
    sealed: Sealed,
    key: TwinKey,
}

/// What is known of a bid that was encrypted.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The algorithms of the body.
    pub profile: Profile,
    /// The root of the tree: what statement and receipt sign.
    pub root: Digest,
    /// H(header).
    pub header_hash: Digest,
    /// Length of the payload in bytes.
    pub payload_len: u64,
    /// Length of the bid in bytes.
    pub file_len: u64,
    /// Number of files in it.
    pub file_count: u64,
    /// The slots in their order.
    pub slots: Vec<Slot>,
}

impl Encryption<'_> {
    /// Encrypts into `output` and gives it its name. A rehearsal between the two needs [`Self::prepare`].
    ///
    /// # Errors
    /// [`EncryptError`]; there is no output then.
    pub fn run(
        &self,
        parts: &Parts,
        output: &Path,
        replace: Replace,
        watch: &mut dyn Watch,
    ) -> Result<Sealed, EncryptError> {
        self.prepare(parts, output, replace, watch)?.commit(replace)
    }

    /// Encrypts into a partial file beside `output`. Each call uses a fresh key and salt; nothing of an earlier or
    /// broken-off one is used again.
    ///
    /// # Errors
    /// [`EncryptError`]; nothing is left then.
    pub fn prepare(
        &self,
        parts: &Parts,
        output: &Path,
        replace: Replace,
        watch: &mut dyn Watch,
    ) -> Result<Prepared, EncryptError> {
        self.check()?;
        check_output(output, self.inputs, replace)?;
        let (planned, input_key) = self.plan(watch)?;
        check_space(output, planned.bid.geometry.file_len())?;
        let part = parts.create(output, LABEL)?;
        let sealed = planned.write(part.file(), output, watch)?;
        Ok(Prepared { part, sealed, key: TwinKey(input_key) })
    }

    /// Encrypts into whatever takes bytes at any place, each once, in no order. `name` stands in its errors. Nothing is synced,
    /// and after an error what was written is worth nothing.
    ///
    /// # Errors
    /// [`EncryptError`].
    pub fn write_to(&self, target: &impl WriteAt, name: &Path, watch: &mut dyn Watch) -> Result<Sealed, EncryptError> {
        self.check()?;
        self.plan(watch)?.0.write(target, name, watch)
    }

    fn plan(&self, watch: &mut dyn Watch) -> Result<(Planned, InputKey), EncryptError> {
        let sources = sources::find(self.inputs, watch)?;
        let index = index::encode(sources.iter().map(|source| &source.entry)).ok_or(EncryptError::TooMuch)?;
        let keys = self.keys()?;
        let header = self.header(&sources, index.len() as u64, &keys)?;
        let input_key = keys.input_key(self.profile);
        let bid = NewBid::new(header, &input_key)?;
        Ok((Planned { bid, index, sources }, input_key))
    }

    fn check(&self) -> Result<(), EncryptError> {
        self.claims.check()?;
        let mut keys = HashSet::new();
        for recipient in self.recipients {
            recipient.check(self.threshold.is_some())?;
            if !keys.insert(KeyId::of(recipient.certificate().public_key())) {
                return Err(EncryptError::RecipientTwice { label: recipient.label() });
            }
        }
        if let Some((password, _)) = self.password {
            check_strength(password)?;
        }
        self.check_committee()?;
        match self.recipients.len() + usize::from(self.password.is_some()) {
            0 => Err(EncryptError::NoSlot),
            1..=MAX_SLOTS => Ok(()),
            _ => Err(EncryptError::TooManyRecipients),
        }
    }

    fn members(&self) -> usize {
        self.recipients.iter().filter(|recipient| recipient.role() == Role::Committee).count()
    }

    /// A threshold needs a committee of a size that it fits, and somebody on the bidder's side.
    fn check_committee(&self) -> Result<(), EncryptError> {
        let Some(threshold) = self.threshold else { return Ok(()) };
        let members = self.members();
        let fits = u8::try_from(members).is_ok_and(|n| COUNTS.contains(&n) && (1..=n).contains(&threshold));
        if !fits {
            return Err(EncryptError::Committee { members, threshold });
        }
        if self.recipients.len() == members && self.password.is_none() { Err(EncryptError::NoSlot) } else { Ok(()) }
    }

    fn keys(&self) -> Result<Keys, EncryptError> {
        Ok(match self.threshold {
            None => Keys::Alone(KeyPart::random()?),
            Some(threshold) => {
                let members = u8::try_from(self.members()).expect("checked to be at most 16");
                Keys::Together(Dealt::new(members, threshold)?)
            }
        })
    }

    fn header(&self, sources: &[Source], index_len: u64, keys: &Keys) -> Result<Header, EncryptError> {
        let contents: u64 = sources.iter().map(|source| source.entry.size).sum();
        let metadata = Metadata {
            claims: self.claims.clone(),
            total_length: index_len + contents,
            file_count: sources.len() as u64,
        };
        let slots = self.slots(keys)?;
        let policy = match (keys, self.threshold) {
            (Keys::Together(dealt), Some(threshold)) => Some(Policy::of(self.profile, &slots, dealt, threshold)),
            _ => None,
        };
        Header::build(self.profile, metadata, slots, policy).ok_or(EncryptError::TooManyRecipients)
    }

    fn slots(&self, keys: &Keys) -> Result<Vec<Slot>, EncryptError> {
        let mut members = 0;
        let mut slots = Vec::new();
        for recipient in self.recipients {
            let is_member = recipient.role() == Role::Committee;
            members += u8::from(is_member);
            slots.push(recipient.slot(keys.part(if is_member { members } else { 0 }))?);
        }
        if let Some((password, kdf)) = self.password {
            let body = SlotBody::Password(PasswordBody::seal(self.profile, kdf, password, keys.part(0))?);
            slots.push(Slot { role: Role::Password, label: String::new(), serial: Vec::new(), key_id: None, body });
        }
        Ok(slots)
    }
}

impl Keys {
    /// What a slot carries; `index` is 0 on the bidder's side, else the member's number.
    fn part(&self, index: u8) -> &KeyPart {
        match self {
            Self::Alone(part) => part,
            Self::Together(dealt) => dealt.part(index),
        }
    }

    fn input_key(&self, profile: Profile) -> InputKey {
        match self {
            Self::Alone(part) => InputKey::whole(part),
            Self::Together(dealt) => InputKey::combined(profile, &dealt.bidder, &dealt.committee),
        }
    }
}

/// The output may be neither an input nor lie inside one as a file that exists: it would be encrypted into itself.
fn check_output(output: &Path, inputs: &[PathBuf], replace: Replace) -> Result<(), EncryptError> {
    let files: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    check_target(output, &files, replace)?;
    let Ok(existing) = fs::canonicalize(output) else { return Ok(()) };
    let inside = |input: &PathBuf| fs::canonicalize(input).is_ok_and(|folder| existing.starts_with(folder));
    let as_input = inputs.iter().any(inside).then_some(output);
    Ok(check_target(output, as_input.as_slice(), replace)?)
}

/// A bid that waits to be written.
struct Planned {
    bid: NewBid,
    index: Vec<u8>,
    sources: Vec<Source>,
}

impl Planned {
    fn write(self, target: &impl WriteAt, name: &Path, watch: &mut dyn Watch) -> Result<Sealed, EncryptError> {
        let root = self.bid.write(target, name, Payload::new(&self.index, &self.sources), watch)?;
        Ok(self.bid.sealed(root))
    }
}

/// Everything about a bid but its body.
struct NewBid {
    header: Header,
    geometry: Geometry,
    seal: Seal,
    key: BodyKey,
}

impl NewBid {
    fn new(header: Header, input_key: &InputKey) -> Result<Self, EncryptError> {
        let geometry = Geometry::new(header.bytes.len() - PREFIX_LEN, header.metadata.total_length)
            .ok_or(EncryptError::TooMuch)?;
        let salt = algo::random()?;
        let (key, commitment) = BodyKey::derive(&header, input_key, &salt);
        let seal = Seal { mac: header_mac(&header, input_key), salt, commitment };
        Ok(Self { header, geometry, seal, key })
    }

    /// Writes the whole file and returns its root.
    fn write(
        &self,
        target: &impl WriteAt,
        name: &Path,
        payload: Payload<'_>,
        watch: &mut dyn Watch,
    ) -> Result<Node, EncryptError> {
        let failed = |e: io::Error| WriteError::from_io(name, e);
        let head = [self.header.bytes.as_slice(), &self.seal.to_bytes(&self.geometry)].concat();
        target.write_all_at(&head, 0).map_err(failed)?;
        failpoint("bid.encrypt.header");
        let units = self.write_body(target, name, payload, watch)?;
        failpoint("bid.encrypt.body");
        let trailer = Trailer { root: self.root(&units), units };
        target.write_all_at(&trailer.to_bytes(), self.geometry.trailer_start()).map_err(failed)?;
        report(watch, Step::Saving, self.geometry.payload_len(), self.geometry.payload_len())?;
        Ok(trailer.root)
    }

    /// The other threads read, seal and write unit by unit; the hashes of the units come back in order.
    fn write_body(
        &self,
        target: &impl WriteAt,
        name: &Path,
        mut payload: Payload<'_>,
        watch: &mut dyn Watch,
    ) -> Result<Vec<Node>, EncryptError> {
        let (geometry, buffers) = (self.geometry, Buffers::default());
        let mut units = Vec::new();
        let mut numbers = 0..geometry.units();
        pipeline::in_order(
            pipeline::workers(geometry.units()),
            || {
                let Some(unit) = numbers.next().map(|number| geometry.unit(number)) else { return Ok(None) };
                let plain = payload.next(unit.plain_len(), &buffers)?;
                Ok(Some((unit, plain)))
            },
            |(unit, plain): (Unit, Plain<'_>)| {
                let plain = plain.read(unit.plain_len(), &buffers)?;
                let mut sealed = buffers.take(unit.sealed_len());
                let hash = self.key.seal(&unit, &plain, &mut sealed);
                target.write_all_at(&sealed, unit.sealed.start).map_err(|e| WriteError::from_io(name, e))?;
                buffers.put(plain);
                buffers.put(sealed);
                Ok::<_, EncryptError>((unit, hash))
            },
            |sealed| {
                let (unit, hash) = sealed?;
                units.push(hash);
                Ok::<_, EncryptError>(report(watch, Step::Encrypting, unit.plain.end, geometry.payload_len())?)
            },
        )?;
        payload.finish()?;
        Ok(units)
    }

    fn root(&self, units: &[Node]) -> Node {
        let Seal { mac, salt, commitment } = &self.seal;
        let payload_len = self.geometry.payload_len();
        crate::tree::RootInput { header: &self.header.bytes, mac, salt, commitment, payload_len }
            .root(self.header.profile, units)
    }

    fn sealed(self, root: Node) -> Sealed {
        let Self { header, geometry, .. } = self;
        Sealed {
            profile: header.profile,
            root: digest(&root),
            header_hash: header.profile.hash().digest(&header.bytes),
            payload_len: geometry.payload_len(),
            file_len: geometry.file_len(),
            file_count: header.metadata.file_count,
            slots: header.slots,
        }
    }
}

impl Prepared {
    /// What is known of the bid.
    #[must_use]
    pub fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    pub(crate) fn twin_key(&self) -> &TwinKey {
        &self.key
    }

    /// Reads the bid as it lies on the disk: to unlock and rehearse it before it gets its name.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn envelope(&self) -> Result<Envelope<&File>, OpenError> {
        Envelope::read(self.part.file())
    }

    /// Syncs the bid and gives it its name.
    ///
    /// # Errors
    /// [`EncryptError::Write`].
    pub fn commit(self, replace: Replace) -> Result<Sealed, EncryptError> {
        self.part.commit(replace)?;
        Ok(self.sealed)
    }
}
