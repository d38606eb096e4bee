//! Where the seal comes out, measured in pictures of the page before and after.

use crate::make::Source;
use crate::sign::{picture, request, stamps};
use pdf::{Document, Fields, PagePicture, Renderer, Seal, StampError};

const DPI: f64 = 144.0;
const MM: f64 = DPI / 25.4;

fn draw(bytes: Vec<u8>) -> PagePicture {
    let document = Document::open(bytes, None).unwrap();
    Renderer::new(&document, None).unwrap().page(0, DPI).unwrap()
}

fn stamp(bytes: &[u8], centre_mm: (f64, f64)) -> Result<Vec<u8>, StampError> {
    let document = Document::open(bytes.to_vec(), None).unwrap();
    let picture = picture();
    let seal = Seal { picture: &picture, stamps: stamps(&[0], centre_mm), fields: Fields::One };
    let prepared = document.stamp(&request(Some(seal)))?;
    Ok([bytes, &prepared.finish(&[]).unwrap()].concat())
}

/// Mean place of the pixels that `is` picks, in mm from the top left.
fn centre(picture: &PagePicture, is: impl Fn([u8; 3]) -> bool) -> (f64, f64) {
    let (mut x, mut y, mut count) = (0.0, 0.0, 0.0);
    for (index, pixel) in picture.rgba.chunks_exact(4).enumerate() {
        if is([pixel[0], pixel[1], pixel[2]]) {
            let index = u32::try_from(index).unwrap();
            x += f64::from(index % picture.width) + 0.5;
            y += f64::from(index / picture.width) + 0.5;
            count += 1.0;
        }
    }
    assert!(count > 100.0, "the seal is to be seen");
    (x / count / MM, y / count / MM)
}

fn is_red(pixel: [u8; 3]) -> bool {
    pixel[0] > 200 && pixel[1] < 40 && pixel[2] < 40
}

fn is_blue(pixel: [u8; 3]) -> bool {
    pixel[2] > 200 && pixel[0] < 40 && pixel[1] < 40
}

fn check_page(entries: &str, at: (f64, f64)) {
    let original = Source::of_pages(&[entries]).classic();
    let before = draw(original.clone());
    if entries == "/MediaBox [0 0 595.32 841.92] /Rotate 0" {
        crate::make::write(std::path::Path::new("/tmp/pdf-own/o.pdf"), &original);
        crate::make::write(std::path::Path::new("/tmp/pdf-own/s.pdf"), &stamp(&original, at).unwrap());
    }
    let after = draw(stamp(&original, at).unwrap());
    assert_eq!((before.width, before.height), (after.width, after.height));

    let off = |x: f64, y: f64| ((x - at.0).powi(2) + (y - at.1).powi(2)).sqrt();
    let (red, blue) = (centre(&after, is_red), centre(&after, is_blue));
    // three quarters red, one quarter blue: their weighted mean is the centre of the disc
    let seal = ((red.0 * 3.0 + blue.0) / 4.0, (red.1 * 3.0 + blue.1) / 4.0);
    assert!(off(seal.0, seal.1) < 0.5, "{entries}: seal at {seal:?} instead of {at:?}");
    assert!(blue.0 < red.0 && blue.1 < red.1, "{entries}: the seal is upright as displayed");

    for (index, (old, new)) in before.rgba.chunks_exact(4).zip(after.rgba.chunks_exact(4)).enumerate() {
        let index = u32::try_from(index).unwrap();
        let x = (f64::from(index % before.width) + 0.5) / MM;
        let y = (f64::from(index / before.width) + 0.5) / MM;
        let outside = (x - at.0).abs() > 20.5 || (y - at.1).abs() > 20.5;
        assert!(!outside || old == new, "{entries}: pixel {x:.1}, {y:.1} mm changed from {old:?} to {new:?}");
    }
    // printing under the seal stays: what was black is black, not red
    let dark = |picture: &PagePicture| picture.rgba.chunks_exact(4).filter(|pixel| pixel[..3] == [0, 0, 0]).count();
    assert_eq!(dark(&before), dark(&after), "{entries}: text under the seal stays readable");
}

#[test]
fn each_rotation_and_box_puts_the_seal_where_it_was_asked() {
    let boxes = [
        "/MediaBox [0 0 595.32 841.92]",
        "/MediaBox [0 0 595.32 841.92] /CropBox [100 40 500 800]",
        "/MediaBox [-50 -70 545.32 771.92] /CropBox [-20 -30 1000 700]",
    ];
    for boxes in boxes {
        for rotation in [0, 90, 180, 270, -90, 450] {
            check_page(&format!("{boxes} /Rotate {rotation}"), (70.0, 60.0));
        }
    }
}

#[test]
fn units_of_another_size_are_honoured() {
    check_page("/MediaBox [0 0 300 400] /UserUnit 2 /Rotate 90", (70.0, 60.0));
}

#[test]
fn rotation_and_boxes_are_inherited() {
    let tree = "<< /Type /Pages /Kids [10 0 R] /Count 1 /MediaBox [0 0 595.32 841.92] /CropBox [100 40 500 800] /Rotate 270 >>";
    let original = Source::of_pages(&[""]).set(2, tree).classic();
    let after = draw(stamp(&original, (70.0, 60.0)).unwrap());
    let (red, blue) = (centre(&after, is_red), centre(&after, is_blue));
    assert!((((red.0 * 3.0 + blue.0) / 4.0) - 70.0).abs() < 0.5 && blue.0 < red.0 && blue.1 < red.1);
}

#[test]
fn an_opaque_picture_lets_print_show_through() {
    let white = image::RgbImage::from_pixel(100, 100, image::Rgb([255, 255, 255]));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    white.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let picture = seal::SealPicture::import(&jpeg.into_inner(), Some(40.0)).unwrap();
    assert!(matches!(picture.pixels, seal::Pixels::Jpeg { .. }));
    let original = Source::of_pages(&[crate::make::A4]).classic();
    let document = Document::open(original.clone(), None).unwrap();
    let seal = Seal { picture: &picture, stamps: stamps(&[0], (70.0, 150.0)), fields: Fields::One };
    let prepared = document.stamp(&request(Some(seal))).unwrap();
    let stamped = [original.as_slice(), &prepared.finish(&[]).unwrap()].concat();
    assert!(stamped.windows(10).any(|window| window == b"/DCTDecode"), "the JPEG is kept");
    let (before, after) = (draw(original), draw(stamped));
    let worst = before.rgba.iter().zip(&after.rgba).map(|(old, new)| old.abs_diff(*new)).max();
    assert!(worst <= Some(2), "white ink on paper is no ink: {worst:?}");
}

#[test]
fn places_that_cannot_be_are_refused() {
    let original = Source::of_pages(&[crate::make::A4]).classic();
    assert!(matches!(stamp(&original, (300.0, 60.0)), Err(StampError::OutsidePage { page: 1 })));
    assert!(matches!(stamp(&original, (-25.0, 60.0)), Err(StampError::OutsidePage { page: 1 })));
    assert!(matches!(stamp(&original, (f64::NAN, 60.0)), Err(StampError::OutsidePage { page: 1 })));
    stamp(&original, (-10.0, 60.0)).unwrap(); // hangs over the edge
    let document = Document::open(original, None).unwrap();
    let picture = picture();
    for (stamps, page) in [(stamps(&[7], (50.0, 50.0)), Some(8)), (vec![], None)] {
        let refused = document.stamp(&request(Some(Seal { picture: &picture, stamps, fields: Fields::One })));
        match (refused.err(), page) {
            (Some(StampError::NoSuchPage { page, pages: 1 }), Some(expected)) => assert_eq!(page, expected),
            (Some(StampError::NoPlacement), None) => {}
            (other, _) => panic!("{other:?}"),
        }
    }
}

#[test]
fn pictures_of_pages_are_bounded() {
    let document = Document::open(Source::of_pages(&[crate::make::A4]).classic(), None).unwrap();
    let renderer = Renderer::new(&document, None).unwrap();
    for dpi in [0.0, 1e9, f64::NAN, -72.0] {
        assert!(matches!(renderer.page(0, dpi), Err(pdf::RenderError::Size { .. })), "{dpi}");
    }
    assert!(matches!(renderer.page(1, 72.0), Err(pdf::RenderError::NoSuchPage { page: 2, pages: 1 })));
    assert!(renderer.page(0, 72.0).unwrap().to_png().unwrap().starts_with(b"\x89PNG"));
}
