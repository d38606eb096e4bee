//! Whether two processes are one person's.

/// By the security identifiers of the users that their tokens name. That is the same for a person's ordinary and elevated
/// programs and for those in a browser's sandbox, where the owner, the groups and the integrity level differ. Who cannot be
/// named is nobody's.
pub(crate) fn are_one<E>(theirs: &Result<String, E>, ours: &Result<String, E>) -> bool {
    matches!((theirs, ours), (Ok(theirs), Ok(ours)) if theirs == ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: &str = "S-1-5-21-397955417-626881126-188441444-1001";
    const OTHER: &str = "S-1-5-21-397955417-626881126-188441444-1010";
    const SYSTEM: &str = "S-1-5-18";

    fn known(sid: &str) -> Result<String, &'static str> {
        Ok(sid.to_owned())
    }

    #[test]
    fn one_person_is_known_and_others_and_the_system_are_not_taken_for_them() {
        assert!(are_one(&known(PERSON), &known(PERSON)));
        assert!(!are_one(&known(OTHER), &known(PERSON)));
        assert!(!are_one(&known(SYSTEM), &known(PERSON)), "what passes connections on for others is nobody's");
    }

    #[test]
    fn who_cannot_be_named_is_nobodys() {
        let denied = || Err("access denied");
        assert!(!are_one(&denied(), &known(PERSON)));
        assert!(!are_one(&known(PERSON), &denied()));
        assert!(!are_one(&denied(), &denied()));
    }
}
