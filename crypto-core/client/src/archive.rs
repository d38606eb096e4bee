//! A ZIP archive of stored files (APPNOTE.TXT 6.3.10 §4.3): what every mail program takes and every system opens.

/// Signatures of the three records, §4.3.7, §4.3.12, §4.3.16.
const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Stored files need version 1.0; names are UTF-8 (flag bit 11).
const VERSION: u16 = 10;
const UTF8: u16 = 1 << 11;
/// 1980-01-01, the first day that the format knows: the archive does not tell when it was made.
const DATE: u16 = 0x21;

/// An archive of files with these names.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in files {
        let offset = length(&zip);
        let common = common(name, content);
        zip.extend([&LOCAL.to_le_bytes()[..], &common, name.as_bytes(), content].concat());
        directory.extend([&CENTRAL.to_le_bytes()[..], &VERSION.to_le_bytes(), &common].concat());
        // No comment, first disk, internal and external attributes: all 0.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).expect("a handful of files");
    let (start, size) = (length(&zip), length(&directory));
    zip.extend(directory);
    zip.extend(END.to_le_bytes());
    [0u16, 0, count, count].iter().for_each(|value| zip.extend(value.to_le_bytes()));
    [size, start].iter().for_each(|value| zip.extend(value.to_le_bytes()));
    zip.extend([0; 2]);
    zip
}

/// What the local and the central record of a file have in common.
fn common(name: &str, content: &[u8]) -> Vec<u8> {
    let size = length(content);
    let name_len = u16::try_from(name.len()).expect("the file's name is short");
    let mut common = Vec::new();
    // Version needed, flags, method 0 (stored), time, date.
    [VERSION, UTF8, 0, 0, DATE].iter().for_each(|value| common.extend(value.to_le_bytes()));
    [crc32(content), size, size].iter().for_each(|value| common.extend(value.to_le_bytes()));
    // Length of the name, and of no extra field.
    [name_len, 0].iter().for_each(|value| common.extend(value.to_le_bytes()));
    common
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("reports are far smaller than 4 GiB")
}

/// CRC-32 with the polynomial of IEEE 802.3, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_of_the_polynomial() {
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
    }
}
