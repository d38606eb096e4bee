//! Labels and names that modules give as bytes: UTF-8 as the standards want, or GBK as older Chinese tokens have.

/// The text of a field that is filled up with NUL bytes or spaces. What is neither UTF-8 nor GBK is shown with
/// replacement characters: a garbled name is better than a token that cannot be named.
#[must_use]
pub fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let bytes = &field[..end];
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => encoding_rs::GBK.decode_without_bom_handling(bytes).0.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_and_gbk_are_told_apart() {
        assert_eq!(text("投标令牌\0\0\0".as_bytes()), "投标令牌");
        assert_eq!(text(b"\xcd\xb6\xb1\xea\xc1\xee\xc5\xc6   "), "投标令牌");
        assert_eq!(text(b"ePass3000GM\0garbage"), "ePass3000GM");
        assert_eq!(text(b"\xff\xff"), "\u{fffd}\u{fffd}");
        assert_eq!(text(b""), "");
    }
}
