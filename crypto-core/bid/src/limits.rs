//! The numbers of the format (docs/bid-format.md). A reader refuses what lies outside; a writer never writes it.

/// The first eight bytes of every bid.
pub const MAGIC: &[u8; 8] = b"BIDENC01";
/// The part of [`MAGIC`] that all versions of the format share.
pub const MAGIC_OF_ALL_VERSIONS: &[u8; 6] = b"BIDENC";
/// The last four bytes of every bid.
pub const TRAILER_MAGIC: &[u8; 4] = b"BIDT";
/// `version` of BidHeader.
pub const VERSION: u64 = 1;

/// Magic, header length, profile and flags.
pub const PREFIX_LEN: usize = 16;
/// Greatest length of the DER header in bytes.
pub const MAX_HEADER_LEN: usize = 64 * 1024;
/// Length of every hash, MAC, commitment and part of a key in bytes.
pub const HASH_LEN: usize = 32;
/// Length of the salt in bytes (C2SP chunked-encryption).
pub const SALT_LEN: usize = 24;
/// The body begins at a multiple of this.
pub const ALIGNMENT: u64 = 4096;
/// Plain bytes in a full chunk.
pub const CHUNK_LEN: usize = 16 * 1024;
/// Bytes that sealing adds to a chunk.
pub const TAG_LEN: usize = 16;
/// Chunks that share one hash of the trailer.
pub const CHUNKS_PER_UNIT: usize = 64;
/// Plain bytes in a full unit.
pub const UNIT_LEN: usize = CHUNK_LEN * CHUNKS_PER_UNIT;

/// Greatest total length of a payload in bytes (4 TiB).
pub const MAX_PAYLOAD_LEN: u64 = 1 << 42;
/// Greatest number of files.
pub const MAX_FILES: u64 = 1_000_000;
/// Greatest length of the index in bytes.
pub const MAX_INDEX_LEN: u64 = 128 * 1024 * 1024;
/// Greatest number of members of a committee.
pub const MAX_MEMBERS: u8 = 16;
/// Bytes at the beginning of a bid that hold everything before its body, whatever its size.
pub const HEAD_LEN: usize = 68 * 1024;
/// Greatest number of slots.
pub const MAX_SLOTS: usize = 64;
/// Greatest length of a text in the metadata, and of a label, in bytes of UTF-8.
pub const MAX_TEXT_LEN: usize = 512;
/// Greatest length of a serial number in bytes.
pub const MAX_SERIAL_LEN: usize = 64;
/// Greatest length of a path in bytes of UTF-8.
pub const MAX_PATH_LEN: usize = 1024;
/// Greatest length of one name in a path in bytes of UTF-8: what every common file system can hold.
pub const MAX_NAME_LEN: usize = 255;
