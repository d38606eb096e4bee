//! HMAC (RFC 2104, FIPS 198-1; HMAC-SM3: GB/T 15852.2).

use openssl::{md_ctx::MdCtx, pkey::PKey};

use crate::{Digest, Hash};

/// HMAC over the concatenation of `parts`. Any key length is allowed, also none.
///
/// # Panics
/// When there is no memory for a context of a few hundred bytes.
#[must_use]
pub fn hmac(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Digest {
    const MEMORY: &str = "an HMAC over bytes in memory fails only without memory";
    let key = PKey::hmac(key).expect(MEMORY);
    let mut context = MdCtx::new().expect(MEMORY);
    context.digest_sign_init(Some(hash.md()), &key).expect("a fetched digest can be keyed");
    for part in parts {
        context.digest_sign_update(part).expect(MEMORY);
    }
    let mut mac = Digest::zero(hash.output_len());
    context.digest_sign_final(Some(mac.as_mut())).expect("the buffer has the digest's length");
    mac
}
