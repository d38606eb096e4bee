//! Pictures for people to look at: PNG (ISO/IEC 15948) without compression, which needs no library.

/// Eight-bit red, green and blue, line by line.
pub(crate) fn encode(width: u32, height: u32, pixels: &[[u8; 3]]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(pixels.len() * 3 + height as usize);
    for line in pixels.chunks(width as usize) {
        lines.push(0);
        lines.extend(line.as_flattened());
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    chunk(&mut file, b"IHDR", &head);
    chunk(&mut file, b"IDAT", &stored(&lines));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).expect("a picture of a display is far smaller").to_be_bytes());
    let begin = file.len();
    file.extend(name);
    file.extend(data);
    file.extend(crc(&file[begin..]).to_be_bytes());
}

/// RFC 1950 around the stored blocks of RFC 1951 §3.2.4.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(0xffff);
    let last = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).expect("a block is cut to what sixteen bits count");
        stream.push(u8::from(index == last));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler(data).to_be_bytes());
    stream
}

fn adler(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    (b << 16) | a
}

fn crc(data: &[u8]) -> u32 {
    let shift = |rest: u32| if rest & 1 == 1 { (rest >> 1) ^ 0xedb8_8320 } else { rest >> 1 };
    !data.iter().fold(!0, |rest, byte| (0..8).fold(rest ^ u32::from(*byte), |rest, _| shift(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of RFC 1950's and PNG's own check words for well-known text.
    #[test]
    fn the_check_words_are_those_of_the_standards() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_picture_has_one_filter_byte_for_each_line() {
        let file = encode(2, 3, &[[1, 2, 3]; 6]);
        assert_eq!(&file[16..24], [0, 0, 0, 2, 0, 0, 0, 3]);
        let data = file.windows(4).position(|four| four == b"IDAT").unwrap() + 4;
        assert_eq!(&file[data..data + 14], [0x78, 1, 1, 21, 0, 234, 255, 0, 1, 2, 3, 1, 2, 3]);
    }
}
