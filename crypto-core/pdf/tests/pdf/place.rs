//! Where the seal comes out, measured in pictures of the page before and after.

use crate::make::Source;
use crate::sign::{picture, request, stamps};
use pdf::{Document, Fields, PagePicture, Renderer, Seal, StampError};
use std::process::Command;

const DPI: f64 = 96.0;
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

/// Middle of the rectangle around all that is red or blue, in mm from the top left: print over it does not move it.
fn middle(picture: &PagePicture) -> (f64, f64) {
    let mut bounds = [f64::MAX, f64::MAX, 0.0, 0.0];
    for (index, pixel) in picture.rgba.chunks_exact(4).enumerate() {
        let color = [pixel[0], pixel[1], pixel[2]];
        if is_red(color) || is_blue(color) {
            let index = u32::try_from(index).unwrap();
            let (x, y) = (f64::from(index % picture.width), f64::from(index / picture.width));
            bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x + 1.0), bounds[3].max(y + 1.0)];
        }
    }
    ((bounds[0] + bounds[2]) / 2.0 / MM, (bounds[1] + bounds[3]) / 2.0 / MM)
}

fn is_red(pixel: [u8; 3]) -> bool {
    pixel[0] > 200 && pixel[1] < 40 && pixel[2] < 40
}

fn is_blue(pixel: [u8; 3]) -> bool {
    pixel[2] > 200 && pixel[0] < 40 && pixel[1] < 40
}

fn check_page(entries: &str, at: (f64, f64)) {
    let original = Source::of_pages(&[entries]).classic();
    let stamped = stamp(&original, at).unwrap();
    let (before, after) = (draw(original.clone()), draw(stamped.clone()));
    assert_eq!((before.width, before.height), (after.width, after.height));

    let off = |x: f64, y: f64| ((x - at.0).powi(2) + (y - at.1).powi(2)).sqrt();
    let (red, blue) = (centre(&after, is_red), centre(&after, is_blue));
    let seal = middle(&after);
    assert!(off(seal.0, seal.1) < 0.5, "{entries}: seal at {seal:?} instead of {at:?}");
    assert!(blue.0 < red.0 && blue.1 < red.1, "{entries}: the seal is upright as displayed");

    // hayro rounds otherwise on a page that has a blend mode anywhere, poppler does not
    assert_eq!(changed_outside(&before, &after, at, 1), None, "{entries}: hayro");
    // poppler does not know UserUnit, nor that a crop box ends where the media box does
    if !entries.contains("UserUnit") && !entries.contains(" 1000 ") {
        let (before, after) = (draw_by_poppler(&original), draw_by_poppler(&stamped));
        assert_eq!(changed_outside(&before, &after, at, 0), None, "{entries}: poppler");
    }
    // printing under the seal stays: what was black is black, not red
    let dark = |picture: &PagePicture| picture.rgba.chunks_exact(4).filter(|pixel| pixel[..3] == [0, 0, 0]).count();
    assert!(dark(&before) > 100 || entries.contains("UserUnit"), "{entries}: there is print");
    assert_eq!(dark(&before), dark(&after), "{entries}: text under the seal stays readable");
}

/// The first pixel outside the seal, in mm, that differs by more than `tolerance`.
fn changed_outside(before: &PagePicture, after: &PagePicture, at: (f64, f64), tolerance: u8) -> Option<(f64, f64)> {
    assert_eq!((before.width, before.height), (after.width, after.height));
    let pairs = before.rgba.chunks_exact(4).zip(after.rgba.chunks_exact(4)).enumerate();
    let differing =
        pairs.filter(|(_, (old, new))| old.iter().zip(*new).any(|(old, new)| old.abs_diff(*new) > tolerance));
    let mut places = differing.map(|(index, _)| {
        let index = u32::try_from(index).unwrap();
        (f64::from(index % before.width) / MM, f64::from(index / before.width) / MM)
    });
    places.find(|(x, y)| (x - at.0).abs() > 20.5 || (y - at.1).abs() > 20.5)
}

/// The first page as poppler draws it.
fn draw_by_poppler(bytes: &[u8]) -> PagePicture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.pdf");
    crate::make::write(&path, bytes);
    let resolution = DPI.to_string();
    let arguments = ["-r", &resolution, "-f", "1", "-l", "1", "-cropbox", "-png", "-singlefile"];
    let drawn = Command::new("pdftoppm").args(arguments).arg(&path).output();
    let drawn = drawn.expect("pdftoppm (poppler-utils) is needed for these tests");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let image = image::load_from_memory(&drawn.stdout).unwrap().into_rgba8();
    PagePicture { width: image.width(), height: image.height(), rgba: image.into_raw() }
}

#[test]
fn each_rotation_and_box_puts_the_seal_where_it_was_asked() {
    let boxes = [
        "/MediaBox [0 0 595.32 841.92]",
        "/MediaBox [0 0 595.32 841.92] /CropBox [100 40 500 800]",
        "/MediaBox [-50 -70 545.32 771.92] /CropBox [-20 -30 500 700]",
        "/MediaBox [-50 -70 545.32 771.92] /CropBox [-20 -30 1000 700]",
    ];
    for boxes in boxes {
        for rotation in [0, 90, 180, 270] {
            check_page(&format!("{boxes} /Rotate {rotation}"), (70.0, 60.0));
        }
    }
}

#[test]
fn rotations_beyond_a_turn_are_the_same_as_within() {
    for rotation in [-90, 450] {
        check_page(&format!("/MediaBox [0 0 595.32 841.92] /Rotate {rotation}"), (70.0, 60.0));
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
    let (seal, red, blue) = (middle(&after), centre(&after, is_red), centre(&after, is_blue));
    assert!((seal.0 - 70.0).abs() < 0.5 && (seal.1 - 60.0).abs() < 0.5, "{seal:?}");
    assert!(blue.0 < red.0 && blue.1 < red.1, "upright");
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
