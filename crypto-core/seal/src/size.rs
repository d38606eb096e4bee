//! Physical sizes. One millimetre is 72/25.4 PDF points; a picture never tells how large a seal is by its pixels.

/// The largest side a seal may have. Round Chinese seals end at 58 mm, name plates and logos are wider.
const MAX_MM: f64 = 300.0;
/// Below this nothing of a seal can be recognised.
const MIN_MM: f64 = 1.0;

/// Width and height in millimetres, each between 1 and 300.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    width_mm: f64,
    height_mm: f64,
}

/// A size that no seal has.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a seal of {width_mm} × {height_mm} mm is not between 1 and 300 mm")]
pub struct SizeError {
    /// Width asked for, in millimetres.
    pub width_mm: f64,
    /// Height asked for, in millimetres.
    pub height_mm: f64,
}

impl Size {
    /// A size of both sides.
    ///
    /// # Errors
    /// [`SizeError`] when a side is not between 1 and 300 mm.
    pub fn new(width_mm: f64, height_mm: f64) -> Result<Self, SizeError> {
        let sane = |side: f64| (MIN_MM..=MAX_MM).contains(&side);
        if sane(width_mm) && sane(height_mm) {
            Ok(Self { width_mm, height_mm })
        } else {
            Err(SizeError { width_mm, height_mm })
        }
    }

    /// The size of a picture of `pixels` (width, height; square pixels) that is `width_mm` wide.
    ///
    /// # Errors
    /// [`SizeError`] when a side is not between 1 and 300 mm.
    pub fn from_width(width_mm: f64, pixels: (u32, u32)) -> Result<Self, SizeError> {
        Self::new(width_mm, width_mm * f64::from(pixels.1) / f64::from(pixels.0))
    }

    /// Width in millimetres.
    #[must_use]
    pub fn width_mm(&self) -> f64 {
        self.width_mm
    }

    /// Height in millimetres.
    #[must_use]
    pub fn height_mm(&self) -> f64 {
        self.height_mm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_aspect_is_kept() {
        let size = Size::from_width(42.0, (600, 300)).unwrap();
        assert_eq!((size.width_mm(), size.height_mm()), (42.0, 21.0));
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (width, height) in [(0.0, 40.0), (40.0, 0.5), (301.0, 40.0), (f64::NAN, 40.0), (-5.0, 40.0)] {
            assert!(Size::new(width, height).is_err(), "{width} × {height}");
        }
        assert!(Size::from_width(42.0, (1, 1000)).is_err());
    }
}
