//! Pictures of pages, for previews and for comparing pages before and after. hayro draws; it runs no script, follows no
//! link and opens no attachment. Sizes are bounded here, time is for whoever calls (a page can be made to draw for long).

use crate::document::Document;
use crate::error::RenderError;
use crate::second::Second;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::FontQuery;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use std::sync::Arc;

/// An A3 page at 400 dpi has 31 million pixels.
const MAX_PIXELS: u64 = 50_000_000;
/// The renderer counts sides in 16 bits.
const MAX_SIDE: u64 = 32_767;

/// A page as pixels on white.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagePicture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green, blue and opacity (always 255), rows from the top, four bytes a pixel.
    pub rgba: Vec<u8>,
}

/// A font for Chinese, Japanese or Korean text whose own font is not embedded; without one such text is left out.
#[derive(Clone)]
pub struct CjkFont {
    /// A TrueType or OpenType font or collection.
    pub data: Arc<Vec<u8>>,
    /// Which font of a collection.
    pub index: u32,
}

/// The pages of one document, read once and drawn as often as asked.
pub struct Renderer<'a> {
    document: &'a Document,
    second: Second,
    settings: InterpreterSettings,
}

impl<'a> Renderer<'a> {
    /// Reads the document for drawing.
    ///
    /// # Errors
    /// [`RenderError::Failed`] when the renderer cannot read it, or reads other pages than we do.
    pub fn new(document: &'a Document, cjk: Option<CjkFont>) -> Result<Self, RenderError> {
        let second = Second::open(document.bytes().clone(), &document.file).map_err(|_| RenderError::Failed)?;
        second.agrees_with(&document.file, &document.pages).map_err(|_| RenderError::Failed)?;
        Ok(Self { document, second, settings: settings(cjk) })
    }

    /// Draws the page with `index` from 0 at `dpi` pixels per inch, as displayed.
    ///
    /// # Errors
    /// [`RenderError::NoSuchPage`], or [`RenderError::Size`] beyond 50 million pixels.
    pub fn page(&self, index: usize, dpi: f64) -> Result<PagePicture, RenderError> {
        let missing = RenderError::NoSuchPage { page: index.saturating_add(1), pages: self.document.page_count() };
        let ours = self.document.pages.get(index).ok_or(missing.clone())?;
        let page = self.second.pdf.pages().get(index).ok_or(missing)?;
        let scale = dpi / 72.0 * ours.user_unit;
        let (width, height) = page.render_dimensions();
        check_size(f64::from(width) * scale, f64::from(height) * scale)?;
        #[allow(clippy::cast_possible_truncation)] // a scale of a page within the size limit
        let scale = scale as f32;
        let pixmap_settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let cache = RenderCache::new();
        let pixmap = render(page, &cache, &self.settings, &RenderSettings::default(), &pixmap_settings);
        let (width, height) = (pixmap.width().into(), pixmap.height().into());
        Ok(PagePicture { width, height, rgba: pixmap.data_as_u8_slice().to_vec() })
    }
}

impl PagePicture {
    /// The picture as a PNG file.
    ///
    /// # Errors
    /// [`RenderError::Failed`] when the pixels do not fill width × height.
    pub fn to_png(&self) -> Result<Vec<u8>, RenderError> {
        let mut png = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut png);
        let color = image::ExtendedColorType::Rgba8;
        image::ImageEncoder::write_image(encoder, &self.rgba, self.width, self.height, color)
            .map_err(|_| RenderError::Failed)?;
        Ok(png)
    }
}

fn check_size(width: f64, height: f64) -> Result<(), RenderError> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates, which is what is wanted
    let (width, height) = (width as u64, height as u64);
    let sane = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height) && width * height <= MAX_PIXELS;
    if sane { Ok(()) } else { Err(RenderError::Size { width, height }) }
}

fn settings(cjk: Option<CjkFont>) -> InterpreterSettings {
    let mut settings = InterpreterSettings::default();
    if let Some(cjk) = cjk {
        let otherwise = settings.font_resolver.clone();
        settings.font_resolver = Arc::new(move |query| match query {
            FontQuery::Fallback(font) if font.character_collection.is_some() => Some((cjk.data.clone(), cjk.index)),
            _ => otherwise(query),
        });
    }
    settings
}
