//! Secrets cannot be printed or cloned, and empty ones do not exist.

use std::{fmt, marker::PhantomData};

use algo::{EmptyPassword, EmptyPin, Password, Pin, PrivateKey, Secret};

/// An inherent constant wins over a trait's, so the constants are true exactly for types that print or clone.
struct Print<T>(PhantomData<T>);
struct Copies<T>(PhantomData<T>);

trait Otherwise {
    const YES: bool = false;
}

impl<T> Otherwise for Print<T> {}
impl<T> Otherwise for Copies<T> {}

impl<T: fmt::Debug> Print<T> {
    const YES: bool = true;
}

impl<T: Clone> Copies<T> {
    const YES: bool = true;
}

#[test]
fn secrets_cannot_be_printed_or_cloned() {
    const {
        assert!(Print::<Vec<u8>>::YES && Copies::<Vec<u8>>::YES, "the probe tells the difference");
        assert!(!Print::<Secret>::YES && !Copies::<Secret>::YES);
        assert!(!Print::<Pin>::YES && !Copies::<Pin>::YES);
        assert!(!Print::<Password>::YES && !Copies::<Password>::YES);
        assert!(!Copies::<PrivateKey>::YES);
    }
}

#[test]
fn a_private_key_prints_its_kind_only() {
    let key = PrivateKey::generate(algo::KeyAlgorithm::P256).unwrap();
    assert_eq!(format!("{key:?}"), "PrivateKey(P-256)");
}

#[test]
fn empty_pins_and_passwords_do_not_exist() {
    assert!(Pin::new("").err() == Some(EmptyPin));
    assert!(Password::new(String::new()).err() == Some(EmptyPassword));
}

#[test]
fn a_pin_counts_characters_and_keeps_its_bytes() {
    let pin = Pin::new("密码12").ok().unwrap();
    assert_eq!((pin.chars(), pin.expose().len(), pin.expose_str()), (4, 8, "密码12"));
}

#[test]
fn secrets_compare_by_content() {
    assert!(Secret::from(vec![1, 2]) == Secret::copy_of(&[1, 2]));
    assert!(Secret::from(vec![1, 2]) != Secret::from(vec![1, 3]));
    assert!(Secret::from(vec![1, 2]) != Secret::from(vec![1]));
    assert!(Secret::random(32).unwrap() != Secret::random(32).unwrap());
}
