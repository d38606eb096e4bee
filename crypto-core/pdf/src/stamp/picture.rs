//! The seal's picture as an image XObject (ISO 32000-2, 8.9.5) with its opacity as a soft mask (11.6.5.2).

use super::update::Update;
use crate::error::StampError;
use crate::read::ObjectId;
use flate2::{Compression, write::ZlibEncoder};
use seal::{Pixels, SealPicture};
use std::io::Write;

/// Writes the picture and returns its object.
pub(crate) fn write(update: &mut Update<'_>, picture: &SealPicture) -> Result<ObjectId, StampError> {
    let dimensions = format!(
        "/Type /XObject /Subtype /Image /Width {} /Height {} /BitsPerComponent 8",
        picture.width, picture.height
    );
    let id = update.allocate();
    match &picture.pixels {
        Pixels::Jpeg { bytes, components } => {
            let space = if *components == 1 { "/DeviceGray" } else { "/DeviceRGB" };
            update.write_stream(id, &format!("{dimensions} /ColorSpace {space} /Filter /DCTDecode"), bytes)?;
        }
        Pixels::Rgba(bytes) => {
            let color: Vec<u8> = bytes.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
            let mut entries = format!("{dimensions} /ColorSpace /DeviceRGB /Filter /FlateDecode");
            let opacity: Vec<u8> = bytes.chunks_exact(4).map(|pixel| pixel[3]).collect();
            if opacity.iter().any(|&value| value != 255) {
                let mask = update.allocate();
                let mask_entries = format!("{dimensions} /ColorSpace /DeviceGray /Filter /FlateDecode");
                update.write_stream(mask, &mask_entries, &deflated(&opacity))?;
                entries.push_str(&format!(" /SMask {mask} R"));
            }
            update.write_stream(id, &entries, &deflated(&color))?;
        }
        _ => return Err(StampError::ReadBack("a picture of an unknown kind".to_owned())),
    }
    Ok(id)
}

fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}
