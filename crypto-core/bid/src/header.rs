//! The header: sixteen fixed bytes and the DER of BidHeader.

use crate::limits::{MAGIC, MAGIC_OF_ALL_VERSIONS, MAX_HEADER_LEN, MAX_SLOTS, PREFIX_LEN, VERSION};
use crate::metadata::{Metadata, MetadataDer};
use crate::policy::{Policy, PolicyDer};
use crate::slot::{Slot, SlotDer};
use crate::{Alteration, Missing, OpenError, Profile};
use der::{Any, Decode, Encode, Reader, Sequence, SliceReader, Tag, Tagged};

const FLAG_THRESHOLD: u16 = 1;

/// The first 16 bytes: magic, length of the DER, profile, flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    pub(crate) der_len: usize,
    pub(crate) profile: Profile,
    /// Whether the bid opens only with parts of several holders.
    pub(crate) threshold: bool,
}

/// A parsed header with the bytes it was read from or will be written as.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) profile: Profile,
    pub(crate) metadata: Metadata,
    pub(crate) slots: Vec<Slot>,
    pub(crate) policy: Option<Policy>,
    /// Prefix and DER: what the MAC and H(header) cover.
    pub(crate) bytes: Vec<u8>,
    /// The full DER of the metadata: a part of the context.
    metadata_der: Vec<u8>,
}

/// `BidHeader ::= SEQUENCE`, see docs/bid-format.md.
#[derive(Sequence)]
struct BidHeaderDer {
    version: u64,
    metadata: MetadataDer,
    slots: Vec<SlotDer>,
    #[asn1(context_specific = "0", optional = "true")]
    policy: Option<PolicyDer>,
}

impl Prefix {
    /// Reads the prefix.
    ///
    /// # Errors
    /// [`OpenError::NotABid`], [`OpenError::Version`], or tampered when the length is impossible.
    pub(crate) fn parse(bytes: &[u8; PREFIX_LEN]) -> Result<Self, OpenError> {
        let (magic, rest) = bytes.split_first_chunk::<8>().expect("16 bytes");
        let (length, rest) = rest.split_first_chunk::<4>().expect("8 bytes are left");
        let (profile, flags) = rest.split_first_chunk::<2>().expect("4 bytes are left");
        if magic != MAGIC {
            return Err(other_magic(magic));
        }
        let number = u16::from_be_bytes(*profile);
        let profile =
            Profile::from_number(number).ok_or(OpenError::Version { what: "profile", number: number.into() })?;
        let threshold = match u16::from_be_bytes([flags[0], flags[1]]) {
            0 => false,
            FLAG_THRESHOLD => true,
            flags => return Err(OpenError::Version { what: "flags", number: flags.into() }),
        };
        let der_len = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        if der_len > MAX_HEADER_LEN {
            return Err(OpenError::Tampered(Alteration::Header));
        }
        Ok(Self { der_len, profile, threshold })
    }

    fn to_bytes(self) -> [u8; PREFIX_LEN] {
        let mut bytes = [0; PREFIX_LEN];
        bytes[..8].copy_from_slice(MAGIC);
        let der_len = u32::try_from(self.der_len).expect("at most 64 KiB");
        bytes[8..12].copy_from_slice(&der_len.to_be_bytes());
        bytes[12..14].copy_from_slice(&self.profile.number().to_be_bytes());
        bytes[14..16].copy_from_slice(&(if self.threshold { FLAG_THRESHOLD } else { 0 }).to_be_bytes());
        bytes
    }
}

fn other_magic(magic: &[u8; 8]) -> OpenError {
    match magic.strip_prefix(MAGIC_OF_ALL_VERSIONS) {
        Some(&[tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
            OpenError::Version { what: "format", number: u64::from(tens - b'0') * 10 + u64::from(ones - b'0') }
        }
        _ => OpenError::NotABid,
    }
}

impl Header {
    /// Writes a header. The metadata and the slots were checked by their makers.
    ///
    /// # Errors
    /// `None` when it would be longer than 64 KiB.
    pub(crate) fn build(
        profile: Profile,
        metadata: Metadata,
        slots: Vec<Slot>,
        policy: Option<Policy>,
    ) -> Option<Self> {
        let metadata_structure = MetadataDer::of(&metadata).ok()?;
        let metadata_der = metadata_structure.to_der().ok()?;
        let slot_structures = slots.iter().map(SlotDer::of).collect::<der::Result<_>>().ok()?;
        let header = BidHeaderDer {
            version: VERSION,
            metadata: metadata_structure,
            slots: slot_structures,
            policy: policy.as_ref().map(PolicyDer::of).transpose().ok()?,
        };
        let der = header.to_der().ok().filter(|der| der.len() <= MAX_HEADER_LEN)?;
        let mut bytes = Prefix { der_len: der.len(), profile, threshold: policy.is_some() }.to_bytes().to_vec();
        bytes.extend_from_slice(&der);
        Some(Self { profile, metadata, slots, policy, bytes, metadata_der })
    }

    /// Reads the DER that follows a prefix. `bytes` begins with that prefix.
    ///
    /// # Errors
    /// [`OpenError::Version`], [`OpenError::Threshold`] for the flag without a policy, or tampered when the structure breaks a rule of the format.
    pub(crate) fn parse(prefix: Prefix, bytes: Vec<u8>) -> Result<Self, OpenError> {
        const MALFORMED: OpenError = OpenError::Tampered(Alteration::Header);
        let der = &bytes[PREFIX_LEN..];
        let version = version(der).ok_or(MALFORMED)?;
        if version != VERSION {
            return Err(OpenError::Version { what: "header", number: version });
        }
        let header = BidHeaderDer::from_der(der).map_err(|_| MALFORMED)?;
        // One header has one encoding: what a lenient parser lets pass must not survive.
        if header.to_der().ok().as_deref() != Some(der) {
            return Err(MALFORMED);
        }
        if !(1..=MAX_SLOTS).contains(&header.slots.len()) {
            return Err(MALFORMED);
        }
        let metadata = header.metadata.check().ok_or(MALFORMED)?;
        let slots = header.slots.iter().map(SlotDer::check).collect::<Option<Vec<_>>>().ok_or(MALFORMED)?;
        let metadata_der = header.metadata.to_der().map_err(|_| MALFORMED)?;
        let policy = match (prefix.threshold, &header.policy) {
            (false, None) => None,
            (false, Some(_)) => return Err(MALFORMED),
            // Nothing says whose parts are needed, nor how many.
            (true, None) => return Err(OpenError::Threshold(Missing::unknown())),
            (true, Some(policy)) => Some(policy.check(&slots).ok_or(MALFORMED)?),
        };
        Ok(Self { profile: prefix.profile, metadata, slots, policy, bytes, metadata_der })
    }

    /// H(first 16 bytes ‖ the metadata's full DER): binds the body to what the header says about it, not to the slots.
    pub(crate) fn context(&self) -> algo::Digest {
        let mut hasher = self.profile.hash().hasher();
        hasher.update(&self.bytes[..PREFIX_LEN]);
        hasher.update(&self.metadata_der);
        hasher.finish()
    }
}

/// The version comes first, so that the header of a later one may look different from there on.
fn version(der: &[u8]) -> Option<u64> {
    let outer = Any::from_der(der).ok()?;
    let mut reader = SliceReader::new(outer.value()).ok()?;
    let version = u64::decode(&mut reader).ok()?;
    (outer.tag() == Tag::Sequence && !reader.is_finished()).then_some(version)
}
