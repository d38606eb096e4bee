//! Numbers and layouts of GM/T 0016: packed to one byte, `ULONG` little-endian.
//!
//! The standard's `ULONG` has 32 bits. On 64-bit Unix some vendors compiled `unsigned long` instead, which has 64: each
//! layout is therefore written once for both, and the device information tells which one a module has.

use std::ffi::c_void;

/// A handle of any kind.
pub(crate) type Handle = *mut c_void;
/// A `ULONG` passed by value or by pointer. As wide as a register: a module that reads or writes 32 bits finds them in
/// the low half, and the high half is zero.
pub(crate) type Word = usize;
/// `BOOL`.
pub(crate) type Bool = i32;

const _: () = assert!(cfg!(target_endian = "little"), "the low half of a Word must come first");

/// A `ULONG` within a structure.
pub(crate) trait Ulong: Plain + From<u32> {
    /// Its value; numbers beyond 32 bits do not exist in the standard and are as good as garbage.
    fn value(self) -> u32;
}

impl Ulong for u32 {
    fn value(self) -> u32 {
        self
    }
}

impl Ulong for u64 {
    fn value(self) -> u32 {
        u32::try_from(self).unwrap_or(u32::MAX)
    }
}

/// # Safety
/// Every pattern of bits is a value, there are no bytes of padding and no pointers.
#[allow(unsafe_code, reason = "bytes that a module wrote become numbers")]
pub(crate) unsafe trait Plain: Copy {}

macro_rules! plain {
    ($($name:ty),*) => {$(
        // SAFETY: made of bytes and numbers only, packed to one byte.
        #[allow(unsafe_code, reason = "see above")]
        unsafe impl Plain for $name {}
    )*};
    (of $($name:ident),*) => {$(
        // SAFETY: made of bytes and numbers only, packed to one byte.
        #[allow(unsafe_code, reason = "see above")]
        unsafe impl<U: Ulong> Plain for $name<U> {}
    )*};
}

plain!(u32, u64, EccSignatureBlob);
plain!(of DevInfo, EccPublicKeyBlob, RsaPublicKeyBlob, EccCipherHead, EnvelopedKeyHead, BlockCipherParam);

/// The structure's bytes.
#[allow(unsafe_code, reason = "see the trait")]
pub(crate) fn bytes_of<T: Plain>(value: &T) -> &[u8] {
    // SAFETY: a Plain value has no padding, so all of its bytes are initialised.
    unsafe { std::slice::from_raw_parts(std::ptr::from_ref(value).cast(), size_of::<T>()) }
}

/// The structure at the beginning of `bytes`; `None` when they are too few.
#[allow(unsafe_code, reason = "see the trait")]
pub(crate) fn read<T: Plain>(bytes: &[u8]) -> Option<T> {
    let bytes = bytes.get(..size_of::<T>())?;
    // SAFETY: there are enough bytes, and every pattern of them is a Plain value.
    Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}

/// `DEVINFO`.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct DevInfo<U> {
    pub(crate) version: [u8; 2],
    pub(crate) manufacturer: [u8; 64],
    pub(crate) issuer: [u8; 64],
    pub(crate) label: [u8; 32],
    pub(crate) serial_number: [u8; 32],
    pub(crate) hw_version: [u8; 2],
    pub(crate) firmware_version: [u8; 2],
    pub(crate) alg_sym_cap: U,
    pub(crate) alg_asym_cap: U,
    pub(crate) alg_hash_cap: U,
    pub(crate) dev_auth_alg_id: U,
    pub(crate) total_space: U,
    pub(crate) free_space: U,
    pub(crate) max_ecc_buffer_size: U,
    pub(crate) max_buffer_size: U,
    pub(crate) reserved: [u8; 64],
}

/// `ECCPUBLICKEYBLOB`; numbers of 256 bits stand at the right end of their 64 bytes.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct EccPublicKeyBlob<U> {
    pub(crate) bit_len: U,
    pub(crate) x: [u8; 64],
    pub(crate) y: [u8; 64],
}

/// `ECCSIGNATUREBLOB`.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct EccSignatureBlob {
    pub(crate) r: [u8; 64],
    pub(crate) s: [u8; 64],
}

/// `RSAPUBLICKEYBLOB`.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct RsaPublicKeyBlob<U> {
    pub(crate) alg_id: U,
    pub(crate) bit_len: U,
    pub(crate) modulus: [u8; 256],
    pub(crate) public_exponent: [u8; 4],
}

/// `ECCCIPHERBLOB` up to its cipher text, which has no fixed length.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct EccCipherHead<U> {
    pub(crate) x: [u8; 64],
    pub(crate) y: [u8; 64],
    pub(crate) hash: [u8; 32],
    pub(crate) cipher_len: U,
}

/// `ENVELOPEDKEYBLOB` up to the cipher text.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct EnvelopedKeyHead<U> {
    pub(crate) version: U,
    pub(crate) symm_alg_id: U,
    pub(crate) bits: U,
    pub(crate) encrypted_pri_key: [u8; 64],
    pub(crate) pub_key: EccPublicKeyBlob<U>,
    pub(crate) cipher: EccCipherHead<U>,
}

/// `BLOCKCIPHERPARAM`, passed by value.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(crate) struct BlockCipherParam<U> {
    pub(crate) iv: [u8; 32],
    pub(crate) iv_len: U,
    pub(crate) padding_type: U,
    pub(crate) feed_bit_len: U,
}

/// How wide a module's `ULONG` is within structures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// 32 bits, as the standard has it.
    Narrow,
    /// 64 bits.
    Wide,
}

impl Width {
    /// Told by how many bytes of device information a module wrote. Modules that leave the reserved bytes at its end
    /// alone stop 64 bytes earlier.
    pub(crate) fn of_device_info(written: usize) -> Self {
        const NARROW: usize = size_of::<DevInfo<u32>>();
        const WIDE: usize = size_of::<DevInfo<u64>>();
        let possible = cfg!(all(unix, target_pointer_width = "64"));
        if possible && (written > NARROW || written == WIDE - 64) { Self::Wide } else { Self::Narrow }
    }
}

/// Return values (`SAR_…`) that mean something to us.
pub(crate) mod sar {
    pub(crate) const OK: u32 = 0;
    pub(crate) const FAIL: u32 = 0x0A00_0001;
    pub(crate) const UNKNOWN: u32 = 0x0A00_0002;
    pub(crate) const NOT_SUPPORT_YET: u32 = 0x0A00_0003;
    pub(crate) const FILE: u32 = 0x0A00_0004;
    pub(crate) const INVALID_HANDLE: u32 = 0x0A00_0005;
    pub(crate) const INVALID_PARAM: u32 = 0x0A00_0006;
    pub(crate) const READ_FILE: u32 = 0x0A00_0007;
    pub(crate) const WRITE_FILE: u32 = 0x0A00_0008;
    pub(crate) const KEY_USAGE: u32 = 0x0A00_000A;
    pub(crate) const NOT_INITIALIZE: u32 = 0x0A00_000C;
    pub(crate) const NOT_SUPPORT_KEY_TYPE: u32 = 0x0A00_000F;
    pub(crate) const IN_DATA_LEN: u32 = 0x0A00_0010;
    pub(crate) const IN_DATA: u32 = 0x0A00_0011;
    pub(crate) const DECRYPT_PAD: u32 = 0x0A00_001A;
    pub(crate) const KEY_NOT_FOUND: u32 = 0x0A00_001B;
    pub(crate) const CERT_NOT_FOUND: u32 = 0x0A00_001C;
    pub(crate) const KEY_INFO_TYPE: u32 = 0x0A00_001F;
    pub(crate) const BUFFER_TOO_SMALL: u32 = 0x0A00_0020;
    pub(crate) const DEVICE_REMOVED: u32 = 0x0A00_0023;
    pub(crate) const PIN_INCORRECT: u32 = 0x0A00_0024;
    pub(crate) const PIN_LOCKED: u32 = 0x0A00_0025;
    pub(crate) const PIN_INVALID: u32 = 0x0A00_0026;
    pub(crate) const PIN_LEN_RANGE: u32 = 0x0A00_0027;
    pub(crate) const USER_ALREADY_LOGGED_IN: u32 = 0x0A00_0028;
    pub(crate) const USER_TYPE_INVALID: u32 = 0x0A00_002A;
    pub(crate) const APPLICATION_NAME_INVALID: u32 = 0x0A00_002B;
    pub(crate) const APPLICATION_EXISTS: u32 = 0x0A00_002C;
    pub(crate) const USER_NOT_LOGGED_IN: u32 = 0x0A00_002D;
    pub(crate) const APPLICATION_NOT_EXISTS: u32 = 0x0A00_002E;
    pub(crate) const FILE_NOT_EXIST: u32 = 0x0A00_0031;
}

/// Algorithm numbers (`SGD_…`).
pub(crate) mod sgd {
    /// SM2 for signatures; the number with which key pairs are made.
    pub(crate) const SM2_1: u32 = 0x0002_0100;
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::*;

    #[test]
    fn sizes_and_offsets_are_those_of_the_standard() {
        assert_eq!(size_of::<DevInfo<u32>>(), 294);
        assert_eq!(offset_of!(DevInfo<u32>, manufacturer), 2);
        assert_eq!(offset_of!(DevInfo<u32>, issuer), 66);
        assert_eq!(offset_of!(DevInfo<u32>, label), 130);
        assert_eq!(offset_of!(DevInfo<u32>, serial_number), 162);
        assert_eq!(offset_of!(DevInfo<u32>, hw_version), 194);
        assert_eq!(offset_of!(DevInfo<u32>, alg_sym_cap), 198);
        assert_eq!(offset_of!(DevInfo<u32>, max_buffer_size), 226);
        assert_eq!(offset_of!(DevInfo<u32>, reserved), 230);
        assert_eq!(size_of::<EccPublicKeyBlob<u32>>(), 132);
        assert_eq!(offset_of!(EccPublicKeyBlob<u32>, y), 68);
        assert_eq!(size_of::<EccSignatureBlob>(), 128);
        assert_eq!(size_of::<RsaPublicKeyBlob<u32>>(), 268);
        assert_eq!(offset_of!(RsaPublicKeyBlob<u32>, public_exponent), 264);
        assert_eq!(size_of::<EccCipherHead<u32>>(), 164);
        assert_eq!(offset_of!(EccCipherHead<u32>, cipher_len), 160);
        assert_eq!(size_of::<EnvelopedKeyHead<u32>>(), 372);
        assert_eq!(offset_of!(EnvelopedKeyHead<u32>, encrypted_pri_key), 12);
        assert_eq!(offset_of!(EnvelopedKeyHead<u32>, pub_key), 76);
        assert_eq!(offset_of!(EnvelopedKeyHead<u32>, cipher), 208);
        assert_eq!(size_of::<BlockCipherParam<u32>>(), 44);
        assert_eq!(offset_of!(BlockCipherParam<u32>, feed_bit_len), 40);
    }

    #[test]
    fn the_wide_layouts_differ_by_their_numbers_alone() {
        assert_eq!(size_of::<DevInfo<u64>>(), 294 + 8 * 4);
        assert_eq!(size_of::<EccPublicKeyBlob<u64>>(), 132 + 4);
        assert_eq!(size_of::<RsaPublicKeyBlob<u64>>(), 268 + 8);
        assert_eq!(size_of::<EccCipherHead<u64>>(), 164 + 4);
        assert_eq!(size_of::<EnvelopedKeyHead<u64>>(), 372 + 5 * 4);
        assert_eq!(size_of::<BlockCipherParam<u64>>(), 44 + 3 * 4);
    }

    #[test]
    fn the_width_is_told_by_the_device_information() {
        for (written, width) in
            [(0, Width::Narrow), (230, Width::Narrow), (294, Width::Narrow), (262, Width::Wide), (326, Width::Wide)]
        {
            assert_eq!(Width::of_device_info(written), width, "{written} bytes");
        }
    }
}
