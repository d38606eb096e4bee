//! A device without any application becomes a token (GM/T 0016 §7.2, §7.4): the device is proven its authentication key, and
//! an application with both PINs is made.

use std::sync::Mutex;

use algo::{Cbc, Pin, Secret, cbc_encrypt};
use token_worker::skf::{self, Device};
use token_worker::{Reply, Request};

use crate::worker::{self, Worker};
use crate::{Initialisation, TokenError};

/// What the application is called; people see the device's label.
pub(super) const APPLICATION: &[u8] = b"BIDSEAL";
const BLOCK: usize = 16;

/// Makes the application.
pub(super) fn initialise(
    worker: &Mutex<Worker>,
    device: &Device,
    order: &Initialisation<'_>,
) -> Result<(), TokenError> {
    let label = order.valid_label()?.as_bytes().to_vec();
    let mut worker = worker::lock(worker);
    let proof = match order.device_key {
        None => Vec::new(),
        Some(key) => {
            let request = Request::Skf(skf::Request::DeviceChallenge { device: device.name.clone() });
            match worker.call(&request, &[])? {
                Reply::Bytes(challenge) => proof(&device_key(key)?, &challenge)?,
                _ => return Err(worker.nonsense(&request)),
            }
        }
    };
    let name = APPLICATION.to_vec();
    let request = Request::Skf(skf::Request::CreateApplication { device: device.name.clone(), proof, label, name });
    match worker.call(&request, &[order.administrator.expose(), order.pin.expose()])? {
        Reply::Done => Ok(()),
        _ => Err(worker.nonsense(&request)),
    }
}

/// As it is typed: 16 characters, or 32 hexadecimal digits.
fn device_key(typed: &Pin) -> Result<Secret, TokenError> {
    let text = typed.expose_str();
    let bytes = match text.len() {
        32 => hex::decode(text).ok(),
        _ => Some(text.as_bytes().to_vec()),
    };
    let wrong = || TokenError::Algorithm { what: "a device key of another length".to_owned() };
    bytes.filter(|bytes| bytes.len() == BLOCK).map(Secret::from).ok_or_else(wrong)
}

/// The challenge, filled up with zeros, as one block of SM4.
fn proof(key: &Secret, challenge: &[u8]) -> Result<Vec<u8>, TokenError> {
    let mut block = [0; BLOCK];
    let part = block.get_mut(..challenge.len());
    part.ok_or(TokenError::Algorithm { what: "a challenge of another length".to_owned() })?.copy_from_slice(challenge);
    let internal = |error: algo::CbcError| TokenError::Internal { step: "device key", detail: error.to_string() };
    // Under an initialisation vector of zeros the first block stands alone.
    let mut encrypted = cbc_encrypt(Cbc::Sm4, key.expose(), &[0; BLOCK], &block).map_err(internal)?;
    encrypted.truncate(BLOCK);
    Ok(encrypted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_key_is_typed_as_text_or_in_hexadecimal() {
        let key = |text: &str| device_key(&Pin::new(text).unwrap()).map(|key| key.expose().to_vec());
        assert_eq!(key("1234567812345678").unwrap(), b"1234567812345678");
        assert_eq!(key("31323334353637383132333435363738").unwrap(), b"1234567812345678");
        assert!(key("short").is_err() && key("3132333435363738313233343536373x").is_err());
    }
}
