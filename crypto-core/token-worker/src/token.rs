//! Slots and tokens (PKCS#11 §5.5).

use cryptoki::context::{Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::MechanismType;
use cryptoki::slot::Slot;
use cryptoki_sys::{
    CK_FLAGS, CK_TOKEN_INFO, CK_ULONG, CKF_PROTECTED_AUTHENTICATION_PATH, CKF_SO_PIN_LOCKED, CKF_TOKEN_INITIALIZED,
    CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_INITIALIZED, CKF_USER_PIN_LOCKED,
    CKF_USER_PIN_TO_BE_CHANGED, CKF_WRITE_PROTECTED,
};
use token_worker::{SlotToken, TokenFacts, text};

use crate::objects::vendor_number;
use crate::raw::Raw;

/// Slots whose token is initialised, or those whose token is not. A token that cannot be read is left out: the others
/// are still usable.
pub(crate) fn slots(pkcs11: &Pkcs11, raw: &Raw, initialised: bool) -> Result<Vec<SlotToken>, Error> {
    let token = |slot: Slot| {
        let info = raw.token_info(slot.into()).ok()?;
        let wanted = (info.flags & CKF_TOKEN_INITIALIZED != 0) == initialised;
        wanted.then(|| SlotToken { slot: slot.id(), token: of(pkcs11, raw, slot, &info) })
    };
    Ok(pkcs11.get_slots_with_token()?.into_iter().filter_map(token).collect())
}

/// The token's facts, read from the token at this moment.
pub(crate) fn facts(pkcs11: &Pkcs11, raw: &Raw, slot: Slot) -> Result<TokenFacts, Error> {
    if !present(pkcs11, slot)? {
        return Err(Error::Pkcs11(RvError::TokenNotPresent, Function::GetSlotList));
    }
    Ok(of(pkcs11, raw, slot, &raw.token_info(slot.into())?))
}

fn of(pkcs11: &Pkcs11, raw: &Raw, slot: Slot, info: &CK_TOKEN_INFO) -> TokenFacts {
    let flag = |flag: CK_FLAGS| info.flags & flag != 0;
    let length = |told: CK_ULONG| u32::try_from(told).unwrap_or(u32::MAX);
    let mechanisms = pkcs11.get_mechanism_list(slot).unwrap_or_default();
    let has = |mechanism| mechanisms.contains(&mechanism);
    let decrypts = |mechanism| pkcs11.get_mechanism_info(slot, mechanism).is_ok_and(|info| info.decrypt());
    let vendors = raw.mechanisms(slot.into()).into_iter().map(vendor_number).filter(|number| *number != 0);
    TokenFacts {
        label: text(&info.label),
        manufacturer: text(&info.manufacturerID),
        model: text(&info.model),
        serial: text(&info.serialNumber),
        user_pin_initialized: flag(CKF_USER_PIN_INITIALIZED),
        user_pin_count_low: flag(CKF_USER_PIN_COUNT_LOW),
        user_pin_final_try: flag(CKF_USER_PIN_FINAL_TRY),
        user_pin_locked: flag(CKF_USER_PIN_LOCKED),
        user_pin_to_be_changed: flag(CKF_USER_PIN_TO_BE_CHANGED),
        so_pin_locked: flag(CKF_SO_PIN_LOCKED),
        protected_authentication_path: flag(CKF_PROTECTED_AUTHENTICATION_PATH),
        write_protected: flag(CKF_WRITE_PROTECTED),
        min_pin_len: length(info.ulMinPinLen),
        max_pin_len: length(info.ulMaxPinLen),
        can_decrypt: has(MechanismType::RSA_PKCS) && decrypts(MechanismType::RSA_PKCS),
        can_derive: has(MechanismType::ECDH1_DERIVE),
        vendor_mechanisms: vendors.collect(),
        can_generate: has(MechanismType::RSA_PKCS_KEY_PAIR_GEN) || has(MechanismType::ECC_KEY_PAIR_GEN),
    }
}

/// Whether a token is in the slot. OpenSC looks at its readers only when it is asked for the list; asked about a card that
/// was pulled it tells what it remembers, and is stuck the second time.
pub(crate) fn present(pkcs11: &Pkcs11, slot: Slot) -> Result<bool, Error> {
    Ok(pkcs11.get_slots_with_token()?.contains(&slot))
}
