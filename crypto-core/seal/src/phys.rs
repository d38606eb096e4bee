//! The physical size a PNG states itself (PNG specification, third edition, 11.3.4.3).

use crate::size::Size;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// `pHYs` stands before the image data; no real file has more chunks there.
const MAX_CHUNKS: usize = 1000;

/// The size of a PNG of `pixels` by its `pHYs` chunk; `None` without one, with an unknown unit, or an impossible size.
pub(crate) fn stated_size(png: &[u8], pixels: (u32, u32)) -> Option<Size> {
    let mut rest = png.strip_prefix(SIGNATURE)?;
    for _ in 0..MAX_CHUNKS {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let data = after.get(..length)?;
        match kind {
            b"pHYs" => return size(data, pixels),
            b"IDAT" => return None,
            _ => rest = after.get(length.checked_add(4)?..)?, // 4: the chunk's CRC
        }
    }
    None
}

/// Pixels per unit in both directions; unit 1 is the metre.
fn size(data: &[u8], pixels: (u32, u32)) -> Option<Size> {
    let (x, rest) = data.split_first_chunk::<4>()?;
    let (y, unit) = rest.split_first_chunk::<4>()?;
    let mm = |pixels: u32, per_metre: &[u8; 4]| f64::from(pixels) * 1000.0 / f64::from(u32::from_be_bytes(*per_metre));
    if unit != [1] {
        return None;
    }
    Size::new(mm(pixels.0, x), mm(pixels.1, y)).ok()
}
