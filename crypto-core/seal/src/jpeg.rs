//! JPEG files without what is not the picture: EXIF, thumbnails, colour profiles, comments, and whatever follows the end.

/// A JPEG of the kind that PDF takes as it is (ISO 32000-2, 7.4.8).
pub(crate) struct Stripped {
    pub(crate) bytes: Vec<u8>,
    /// Colour components: 1 grey, 3 colour, 4 printing inks.
    pub(crate) components: u8,
    /// Bits of each.
    pub(crate) precision: u8,
}

/// `None` when the segments do not make a JPEG (ITU-T T.81, annex B).
pub(crate) fn strip(jpeg: &[u8]) -> Option<Stripped> {
    let mut out = jpeg.get(..2).filter(|start| *start == [0xff, 0xd8])?.to_vec();
    let mut frame = None;
    let mut at = 2;
    loop {
        // fill bytes of 0xff may precede a marker
        while jpeg.get(at) == Some(&0xff) && jpeg.get(at + 1) == Some(&0xff) {
            at += 1;
        }
        let (&[0xff, marker], rest) = jpeg.get(at..)?.split_first_chunk::<2>()? else { return None };
        if marker == 0xd9 {
            out.extend([0xff, 0xd9]);
            let (components, precision) = frame?;
            return Some(Stripped { bytes: out, components, precision });
        }
        let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
        let mut end = at + 2 + length;
        let segment = jpeg.get(at..end)?;
        if is_frame(marker) {
            frame = Some((*segment.get(9)?, *segment.get(4)?));
        }
        if marker == 0xda {
            end = entropy_end(jpeg, end);
        }
        if is_kept(marker) {
            out.extend_from_slice(&jpeg[at..end]);
        }
        at = end;
    }
}

/// SOF0 to SOF15 without the tables that share their range.
fn is_frame(marker: u8) -> bool {
    (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Everything but APPn and COM; APP0 (JFIF) and APP14 (Adobe) tell how colours are stored.
fn is_kept(marker: u8) -> bool {
    match marker {
        0xe0 | 0xee => true,
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// The next marker after entropy-coded data, stepping over stuffed zeros and restart markers.
fn entropy_end(jpeg: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = jpeg.get(at) {
        if byte == 0xff && !matches!(jpeg.get(at + 1), Some(0x00 | 0xd0..=0xd7)) {
            break;
        }
        at += 1;
    }
    at
}
