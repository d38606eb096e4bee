//! Seal pictures: PNG or JPEG files, bounded, stripped of everything that is not the picture.

use crate::jpeg;
use crate::phys;
use crate::size::{Size, SizeError};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};
use std::io::Cursor;

/// A scan of 300 mm at 600 dpi has 50 million pixels; a seal of 58 mm at 1200 dpi 7.5 million.
const MAX_PIXELS: u64 = 40_000_000;
/// Decoders may not allocate more.
const MAX_ALLOCATION: u64 = 512 << 20;

/// A seal's picture and its physical size.
#[derive(Clone, Debug)]
pub struct SealPicture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The picture itself.
    pub pixels: Pixels,
    /// Physical size.
    pub size: Size,
}

/// How the picture is held.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Pixels {
    /// 8 bits each of red, green, blue and opacity; rows from the top, four bytes a pixel, not premultiplied.
    Rgba(Vec<u8>),
    /// An opaque JPEG without metadata, of 1 (grey) or 3 colour components of 8 bits.
    Jpeg {
        /// The file.
        bytes: Vec<u8>,
        /// Colour components.
        components: u8,
    },
}

/// A picture that cannot be a seal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Neither a PNG nor a JPEG.
    #[error("the picture is neither PNG nor JPEG")]
    Format,
    /// More pixels than allowed.
    #[error("the picture has {width} × {height} pixels, at most 40 million are taken")]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The file does not decode.
    #[error("the picture is damaged")]
    Damaged,
    /// Every pixel is transparent.
    #[error("the picture is wholly transparent")]
    Blank,
    /// No size was given and the picture states none.
    #[error("the size in millimetres is not known: the picture does not state it")]
    SizeUnknown,
    /// A size that no seal has.
    #[error(transparent)]
    Size(#[from] SizeError),
}

impl SealPicture {
    /// Reads a PNG or JPEG file. The size is `width_mm` with the picture's aspect, else what a PNG states in `pHYs`.
    /// A JPEG turned by EXIF is turned here, and all metadata is dropped.
    ///
    /// # Errors
    /// [`ImportError`]; nothing larger than 40 million pixels is decoded.
    pub fn import(file: &[u8], width_mm: Option<f64>) -> Result<Self, ImportError> {
        let format = image::guess_format(file).map_err(|_| ImportError::Format)?;
        if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
            return Err(ImportError::Format);
        }
        let (image, orientation) = decode(file, format)?;
        let (width, height) = (image.width(), image.height());
        let size = match width_mm {
            Some(width_mm) => Size::from_width(width_mm, (width, height))?,
            None => phys::stated_size(file, (width, height)).ok_or(ImportError::SizeUnknown)?,
        };
        let kept = (orientation == Orientation::NoTransforms && format == ImageFormat::Jpeg).then(|| keep_jpeg(file));
        let pixels = kept.flatten().unwrap_or_else(|| Pixels::Rgba(image.into_rgba8().into_raw()));
        if let Pixels::Rgba(bytes) = &pixels
            && bytes.chunks_exact(4).all(|pixel| pixel[3] == 0)
        {
            return Err(ImportError::Blank);
        }
        Ok(Self { width, height, pixels, size })
    }

    /// The picture as a file without metadata: a PNG, or the JPEG it came as.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] when the pixels do not fill width × height.
    pub fn to_file(&self) -> Result<Vec<u8>, ImportError> {
        match &self.pixels {
            Pixels::Jpeg { bytes, .. } => Ok(bytes.clone()),
            Pixels::Rgba(bytes) => {
                let mut png = Vec::new();
                let encoder = image::codecs::png::PngEncoder::new(&mut png);
                let color = image::ExtendedColorType::Rgba8;
                let written = image::ImageEncoder::write_image(encoder, bytes, self.width, self.height, color);
                written.map_err(|_| ImportError::Damaged)?;
                Ok(png)
            }
        }
    }
}

pub(crate) fn decode(file: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), ImportError> {
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOCATION);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| ImportError::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ImportError::TooLarge { width, height });
    }
    if width == 0 || height == 0 {
        return Err(ImportError::Damaged);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|_| ImportError::Damaged)?;
    image.apply_orientation(orientation);
    Ok((image, orientation))
}

/// Grey and colour JPEGs of 8 bits go into a PDF as they are; printing inks are decoded, since programs disagree
/// whether they are stored inverted.
fn keep_jpeg(file: &[u8]) -> Option<Pixels> {
    let stripped = jpeg::strip(file)?;
    let plain = stripped.precision == 8 && matches!(stripped.components, 1 | 3);
    plain.then_some(Pixels::Jpeg { bytes: stripped.bytes, components: stripped.components })
}
