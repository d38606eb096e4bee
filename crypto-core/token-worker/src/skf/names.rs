//! Lists of names: each ends with a NUL byte, the list with one more.

/// A key with more devices, applications or containers than this is broken or hostile.
const MAX_NAMES: usize = 256;

/// The names of a list. The length that modules tell is not relied on: some count the last byte and some do not. The
/// buffer was zero before, so its own end is the end of the list at the latest.
pub(crate) fn split(list: &[u8]) -> Vec<Vec<u8>> {
    let names = list.split(|byte| *byte == 0).take_while(|name| !name.is_empty());
    names.take(MAX_NAMES).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_at_the_first_empty_name() {
        assert_eq!(split(b"one\0two\0\0garbage\0"), [b"one".to_vec(), b"two".to_vec()]);
        assert_eq!(split(b"cut"), [b"cut".to_vec()], "the end of the buffer is an end too");
        assert!(split(b"\0\0").is_empty() && split(b"").is_empty());
        assert_eq!(split(&b"x\0".repeat(1000)).len(), MAX_NAMES);
    }
}
