//! The white paper of a scanned seal, taken away: what is printed below the seal stays to be read.

use image::ImageFormat;

use crate::picture::{ImportError, Pixels, SealPicture, decode};

/// Scanned paper is not quite white: from this brightness on it counts as paper.
const PAPER: u8 = 235;

impl SealPicture {
    /// The same picture with ink alone: each pixel is as opaque as it is darker than paper, so that over white paper
    /// it looks as before.
    ///
    /// # Errors
    /// [`ImportError::Blank`] when nothing but paper is there.
    pub fn without_paper(self) -> Result<Self, ImportError> {
        let mut bytes = match self.pixels {
            Pixels::Rgba(bytes) => bytes,
            Pixels::Jpeg { bytes, .. } => decode(&bytes, ImageFormat::Jpeg)?.0.into_rgba8().into_raw(),
        };
        for pixel in bytes.chunks_exact_mut(4) {
            let ink = ink([pixel[0], pixel[1], pixel[2], pixel[3]]);
            pixel.copy_from_slice(&ink);
        }
        if bytes.chunks_exact(4).all(|pixel| pixel[3] == 0) {
            return Err(ImportError::Blank);
        }
        Ok(Self { pixels: Pixels::Rgba(bytes), ..self })
    }
}

/// The least opaque ink that looks like this pixel on white paper.
fn ink([red, green, blue, opacity]: [u8; 4]) -> [u8; 4] {
    let lit = [red, green, blue].map(|colour| leveled(on_white(colour, opacity)));
    let opacity = 255 - lit.into_iter().min().unwrap_or(255);
    if opacity == 0 {
        return [0; 4];
    }
    let [red, green, blue] = lit.map(|colour| {
        let above = u32::from(colour) + u32::from(opacity) - 255;
        narrow((above * 255 + u32::from(opacity) / 2) / u32::from(opacity))
    });
    [red, green, blue, opacity]
}

fn on_white(colour: u8, opacity: u8) -> u8 {
    let (colour, opacity) = (u32::from(colour), u32::from(opacity));
    narrow((colour * opacity + 255 * (255 - opacity) + 127) / 255)
}

/// Paper becomes white, and what is darker keeps its distance to it.
fn leveled(colour: u8) -> u8 {
    narrow((u32::from(colour) * 255 / u32::from(PAPER)).min(255))
}

fn narrow(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_goes_and_ink_stays_as_it_was_on_paper() {
        assert_eq!(ink([255, 255, 255, 255]), [0; 4]);
        assert_eq!(ink([240, 238, 236, 255]), [0; 4], "scanned paper");
        assert_eq!(ink([0, 0, 0, 0]), [0; 4], "what was transparent stays so");
        assert_eq!(ink([0, 0, 0, 255]), [0, 0, 0, 255]);
        assert_eq!(ink([235, 0, 0, 255]), [255, 0, 0, 255]);
        // Half of the way to paper: half opaque, and on white paper what it was.
        let [red, green, blue, opacity] = ink([235, 117, 117, 255]);
        assert_eq!((red, green, blue), (255, 0, 0));
        assert!((126..=129).contains(&opacity), "{opacity}");
    }

    #[test]
    fn every_grey_looks_on_white_paper_as_before() {
        for grey in 0..=255 {
            let [shade, _, _, opacity] = ink([grey, grey, grey, 255]);
            assert!(on_white(shade, opacity).abs_diff(leveled(grey)) <= 1, "{grey}");
        }
    }
}
