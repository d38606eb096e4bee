//! Vectors give private keys as bare numbers.

use algo::PrivateKey;
use openssl::{
    bn::{BigNum, BigNumContext},
    ec::{EcGroup, EcKey, EcPoint},
    nid::Nid,
    pkey::PKey,
};

/// A private key on a named curve from its number.
pub(crate) fn private_key(curve: Nid, number: &[u8]) -> PrivateKey {
    let group = EcGroup::from_curve_name(curve).unwrap();
    let number = BigNum::from_slice(number).unwrap();
    let mut point = EcPoint::new(&group).unwrap();
    point.mul_generator2(&group, &number, &mut BigNumContext::new().unwrap()).unwrap();
    let key = PKey::from_ec_key(EcKey::from_private_components(&group, &number, &point).unwrap()).unwrap();
    PrivateKey::from_pkcs8(&key.private_key_to_pkcs8().unwrap()).unwrap()
}
