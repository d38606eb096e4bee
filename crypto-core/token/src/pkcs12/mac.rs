//! The outermost structure and its MAC.

use algo::{Hash, Password, constant_time_eq, hmac};
use der::Decode;
use der::asn1::OctetString;
use zeroize::Zeroizing;

use super::asn1::{MacData, Pfx, oid};
use super::kdf::{Purpose, derive};
use super::{Pkcs12Error, malformed};

/// A file may ask for this many rounds; more would only hang the program.
pub(super) const MAX_ITERATIONS: u32 = 10_000_000;

/// The authenticated safe's bytes, after the MAC over them held. A file without a MAC is taken: wrong padding then
/// betrays a wrong password.
pub(super) fn authenticated_contents(bytes: &[u8], password: &Password) -> Result<Vec<u8>, Pkcs12Error> {
    let pfx = Pfx::from_der(bytes).map_err(malformed)?;
    if pfx.version != 3 {
        return Err(Pkcs12Error::Unsupported(format!("version {}", pfx.version)));
    }
    if pfx.auth_safe.content_type != oid::DATA {
        return Err(Pkcs12Error::Unsupported("a public-key signature in place of a password".to_owned()));
    }
    let contents: OctetString = pfx.auth_safe.content.decode_as().map_err(malformed)?;
    if let Some(mac) = &pfx.mac_data {
        check(mac, contents.as_bytes(), password)?;
    }
    Ok(contents.into_bytes().into())
}

fn check(data: &MacData, contents: &[u8], password: &Password) -> Result<(), Pkcs12Error> {
    let hash = match data.mac.algorithm.oid {
        algo::oid::SHA1 => Hash::Sha1,
        algo::oid::SHA256 => Hash::Sha256,
        algo::oid::SHA384 => Hash::Sha384,
        algo::oid::SHA512 => Hash::Sha512,
        algo::oid::SM3 => Hash::Sm3,
        other => return Err(Pkcs12Error::Unsupported(format!("the MAC {other}"))),
    };
    let iterations = checked(data.iterations)?;
    let mut key = Zeroizing::new(vec![0; hash.output_len()]);
    derive(hash, Purpose::Mac, password, data.salt.as_bytes(), iterations, &mut key);
    let mac = hmac(hash, &key, &[contents]);
    if constant_time_eq(mac.as_ref(), data.mac.digest.as_bytes()) { Ok(()) } else { Err(Pkcs12Error::PasswordWrong) }
}

pub(super) fn checked(iterations: u32) -> Result<u32, Pkcs12Error> {
    match iterations {
        1..=MAX_ITERATIONS => Ok(iterations),
        other => Err(Pkcs12Error::Unsupported(format!("{other} rounds"))),
    }
}
