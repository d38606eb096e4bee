//! Damaged messages: every truncation, every single bit, and thousands of random changes. Nothing may panic, and nothing
//! that was changed may pass as sound.

use cms::{Content, Enveloped, Family, RecipientForm, SignedContent, SignedData, SignedDataBuilder, encrypt_key};

use crate::pki::{Identity, p256, rsa, sm2};

const CONTENT: &[u8] = b"what was signed";

/// Linear congruential numbers (Knuth's MMIX): the same changes in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// One to four changes: a byte replaced, taken out, doubled, or a run copied elsewhere.
fn mutate(message: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut changed = message.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(changed.len());
        match numbers.below(4) {
            0 | 1 => changed[at] = numbers.byte(),
            2 => drop(changed.remove(at)),
            _ => {
                let from = numbers.below(changed.len());
                let run = changed[from..].iter().copied().take(1 + numbers.below(8)).collect::<Vec<u8>>();
                changed.splice(at..at, run);
            }
        }
    }
    changed
}

fn is_sound(message: &[u8]) -> bool {
    SignedData::parse(message).is_ok_and(|signed| {
        signed.signers().len() > 0 && signed.signers().all(|signer| signer.verify(SignedContent::Embedded).is_sound())
    })
}

fn messages() -> [Vec<u8>; 3] {
    let sign = |identity: &'static Identity, family| {
        let builder = SignedDataBuilder::new(&identity.certificate, identity.scheme.clone(), family);
        identity.sign(builder.content(Content::Attached(CONTENT)))
    };
    [sign(rsa(), Family::Rfc5652), sign(p256(), Family::Rfc5652), sign(sm2(), Family::Gm)]
}

#[test]
fn no_truncation_verifies() {
    for message in messages() {
        assert!(is_sound(&message));
        for length in 0..message.len() {
            assert!(!is_sound(&message[..length]), "cut to {length}");
        }
    }
}

#[test]
fn no_flipped_bit_verifies() {
    for message in messages() {
        for bit in 0..message.len() * 8 {
            let mut changed = message.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_sound(&changed), "bit {bit} of {}", hex::encode(&message));
        }
    }
}

#[test]
fn no_random_change_verifies() {
    for (index, message) in messages().into_iter().enumerate() {
        let mut numbers = Numbers(0xB1D5EA1 + index as u64);
        for round in 0..3_000 {
            let changed = mutate(&message, &mut numbers);
            assert!(changed == message || !is_sound(&changed), "round {round}: {}", hex::encode(&changed));
        }
    }
}

/// An envelope protects no integrity, so altered ones may open, but never to what was put in by another way than being
/// the same message; and reading them never panics.
#[test]
fn damaged_envelopes_are_read_without_panic() {
    let cases = [
        (rsa(), RecipientForm::RsaOaepSha256),
        (p256(), RecipientForm::EcdhKari),
        (sm2(), RecipientForm::for_key(sm2().key.algorithm())),
    ];
    for (index, (identity, form)) in cases.into_iter().enumerate() {
        let message = encrypt_key(&identity.certificate, form, &[7; 40]).unwrap();
        for length in 0..message.len() {
            assert!(Enveloped::parse(&message[..length]).is_err(), "cut to {length}");
        }
        let mut numbers = Numbers(index as u64);
        for _ in 0..2_000 {
            let _ = Enveloped::parse(&mutate(&message, &mut numbers)).map(|envelope| envelope.recipients().len());
        }
    }
}
