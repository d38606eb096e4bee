//! What both test programs need.

/// Bytes from hexadecimal text; spaces and line ends are for the reader.
pub(crate) fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: String = hexadecimal.chars().filter(|c| !c.is_whitespace()).collect();
    hex::decode(digits).expect("the vector is hexadecimal")
}
