//! Slots and tokens (PKCS#11 §5.5).

use cryptoki::context::Pkcs11;
use cryptoki::error::Error;
use cryptoki::mechanism::MechanismType;
use cryptoki::slot::Slot;
use token_worker::{SlotToken, TokenFacts};

/// Slots with an initialised token. A token that cannot be read is left out: the others are still usable.
pub(crate) fn slots(pkcs11: &Pkcs11) -> Result<Vec<SlotToken>, Error> {
    let slots = pkcs11.get_slots_with_token()?;
    let initialised = |slot: &Slot| pkcs11.get_token_info(*slot).is_ok_and(|info| info.token_initialized());
    let facts = |slot: Slot| Some(SlotToken { slot: slot.id(), token: facts(pkcs11, slot).ok()? });
    Ok(slots.into_iter().filter(initialised).filter_map(facts).collect())
}

/// The token's facts, read from the token at this moment.
pub(crate) fn facts(pkcs11: &Pkcs11, slot: Slot) -> Result<TokenFacts, Error> {
    let info = pkcs11.get_token_info(slot)?;
    let mechanisms = pkcs11.get_mechanism_list(slot).unwrap_or_default();
    let has = |mechanism| mechanisms.contains(&mechanism);
    let decrypts = |mechanism| pkcs11.get_mechanism_info(slot, mechanism).is_ok_and(|info| info.decrypt());
    Ok(TokenFacts {
        label: info.label().to_owned(),
        manufacturer: info.manufacturer_id().to_owned(),
        model: info.model().to_owned(),
        serial: info.serial_number().to_owned(),
        user_pin_initialized: info.user_pin_initialized(),
        user_pin_count_low: info.user_pin_count_low(),
        user_pin_final_try: info.user_pin_final_try(),
        user_pin_locked: info.user_pin_locked(),
        user_pin_to_be_changed: info.user_pin_to_be_changed(),
        so_pin_locked: info.so_pin_locked(),
        protected_authentication_path: info.protected_authentication_path(),
        write_protected: info.write_protected(),
        min_pin_len: u32::try_from(info.min_pin_length()).unwrap_or(u32::MAX),
        max_pin_len: u32::try_from(info.max_pin_length()).unwrap_or(u32::MAX),
        can_decrypt: has(MechanismType::RSA_PKCS) && decrypts(MechanismType::RSA_PKCS),
        can_derive: has(MechanismType::ECDH1_DERIVE),
        can_generate: has(MechanismType::RSA_PKCS_KEY_PAIR_GEN) || has(MechanismType::ECC_KEY_PAIR_GEN),
    })
}

/// Whether a token is in the slot; a slot that cannot be asked has none.
pub(crate) fn present(pkcs11: &Pkcs11, slot: u64) -> bool {
    Slot::try_from(slot).is_ok_and(|slot| pkcs11.get_token_info(slot).is_ok())
}
