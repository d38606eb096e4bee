//! Pictures of every kind that a person may bring, and what comes out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use image::{ColorType, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use seal::{ImportError, Pixels, SealPicture};
use std::io::Cursor;

fn png(image: &RgbaImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        if x < width / 2 && y < height / 2 { Rgb([255, 255, 255]) } else { Rgb([200, 0, 0]) }
    });
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

fn ring() -> RgbaImage {
    RgbaImage::from_fn(60, 30, |x, _| Rgba([220, 0, 0, if x < 30 { 255 } else { 90 }]))
}

/// `png` with a chunk behind its header; the checksum is right.
fn with_chunk(png: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let after_header = 8 + 25;
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend_from_slice(kind);
    chunk.extend_from_slice(data);
    chunk.extend(crc(&[kind.as_slice(), data].concat()).to_be_bytes());
    [&png[..after_header], &chunk, &png[after_header..]].concat()
}

/// PNG specification, annex D.
fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}

fn phys(x: u32, y: u32, unit: u8) -> Vec<u8> {
    [&x.to_be_bytes()[..], &y.to_be_bytes(), &[unit]].concat()
}

#[test]
fn a_png_keeps_its_pixels_and_opacity() {
    let picture = SealPicture::import(&png(&ring()), Some(42.0)).unwrap();
    assert_eq!((picture.width, picture.height), (60, 30));
    assert_eq!((picture.size.width_mm(), picture.size.height_mm()), (42.0, 21.0));
    assert!(matches!(&picture.pixels, Pixels::Rgba(bytes) if *bytes == ring().into_raw()));
    let again = SealPicture::import(&picture.to_file().unwrap(), Some(42.0)).unwrap();
    assert!(matches!(&again.pixels, Pixels::Rgba(bytes) if *bytes == ring().into_raw()), "stored without loss");
}

#[test]
fn the_size_comes_from_the_person_then_from_the_file_then_not_at_all() {
    let plain = png(&ring());
    let stating = with_chunk(&plain, b"pHYs", &phys(2000, 2000, 1));
    let picture = SealPicture::import(&stating, None).unwrap();
    assert_eq!((picture.size.width_mm(), picture.size.height_mm()), (30.0, 15.0));
    assert_eq!(SealPicture::import(&stating, Some(40.0)).unwrap().size.width_mm(), 40.0);
    let unknown = [
        plain.clone(),
        with_chunk(&plain, b"pHYs", &phys(2000, 2000, 0)),
        with_chunk(&plain, b"pHYs", &phys(0, 0, 1)),
        with_chunk(&plain, b"pHYs", &phys(1, 1, 1)),
        jpeg(60, 30),
    ];
    for file in unknown {
        assert!(matches!(SealPicture::import(&file, None), Err(ImportError::SizeUnknown)));
    }
    assert!(matches!(SealPicture::import(&plain, Some(0.0)), Err(ImportError::Size(_))));
}

#[test]
fn a_jpeg_is_kept_without_its_metadata() {
    let plain = jpeg(64, 32);
    let exif = b"\xff\xe1\x00\x1eExif\0\0GPS-of-the-office-door";
    let comment = b"\xff\xfe\x00\x0esecret-notes";
    let tagged = [&plain[..2], exif, comment, &plain[2..], b"trailing thumbnail"].concat();
    let picture = SealPicture::import(&tagged, Some(40.0)).unwrap();
    let Pixels::Jpeg { bytes, components: 3 } = &picture.pixels else { panic!("kept as JPEG") };
    for gone in [&b"GPS"[..], b"secret", b"thumbnail"] {
        assert!(!bytes.windows(gone.len()).any(|window| window == gone), "{gone:?}");
    }
    let decode = |file: &[u8]| image::load_from_memory(file).unwrap().into_rgb8();
    assert_eq!(decode(bytes), decode(&plain));
}

#[test]
fn a_jpeg_turned_by_its_camera_is_turned() {
    let plain = jpeg(64, 32);
    // TIFF, big endian, one entry: orientation 6 (turn a quarter clockwise to display)
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap().to_be_bytes();
    let exif = [b"\xff\xe1".as_slice(), &length, b"Exif\0\0", tiff].concat();
    let tagged = [&plain[..2], &exif, &plain[2..]].concat();
    let picture = SealPicture::import(&tagged, Some(20.0)).unwrap();
    assert_eq!((picture.width, picture.height), (32, 64));
    let Pixels::Rgba(bytes) = &picture.pixels else { panic!("decoded") };
    // the white quarter was upper left, so it is upper right now
    assert!(bytes[1] < 100 && bytes[31 * 4 + 1] > 200);
}

#[test]
fn a_grey_jpeg_and_a_grey_png_are_taken() {
    let grey = image::GrayImage::from_pixel(20, 20, image::Luma([90]));
    let mut out = Cursor::new(Vec::new());
    grey.write_to(&mut out, ImageFormat::Jpeg).unwrap();
    let picture = SealPicture::import(&out.into_inner(), Some(20.0)).unwrap();
    assert!(matches!(picture.pixels, Pixels::Jpeg { components: 1, .. }));
    let mut out = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut out);
    let deep = [0x12, 0x34].repeat(400);
    encoder.write_image(&deep, 20, 20, ExtendedColorType::from(ColorType::L16)).unwrap();
    assert!(
        matches!(SealPicture::import(&out, Some(20.0)).unwrap().pixels, Pixels::Rgba(bytes) if bytes.len() == 1600)
    );
}

#[test]
fn what_is_no_picture_is_refused() {
    let import = |file: &[u8]| SealPicture::import(file, Some(40.0)).map(|_| ());
    for file in [&b""[..], b"hello", b"GIF89a\x01\0\x01\0\0\0\0;", b"%PDF-1.7", b"<svg/>"] {
        assert!(matches!(import(file), Err(ImportError::Format)), "{file:?}");
    }
    let blank = png(&RgbaImage::from_pixel(10, 10, Rgba([255, 0, 0, 0])));
    assert!(matches!(import(&blank), Err(ImportError::Blank)));
    for file in [png(&ring()), jpeg(64, 32)] {
        for length in (9..file.len() - 12).step_by(5) {
            // a decoder may fill up what is missing of a JPEG, but nothing may panic
            let result = import(&file[..length]);
            assert!(file.starts_with(b"\xff\xd8") || result.is_err(), "{length}");
        }
    }
}

#[test]
fn huge_pictures_are_refused_before_they_are_decoded() {
    // a header that promises 40 000 × 40 000 pixels
    let mut huge = png(&ring());
    huge[16..20].copy_from_slice(&40_000_u32.to_be_bytes());
    huge[20..24].copy_from_slice(&40_000_u32.to_be_bytes());
    let checksum = crc(&huge[12..29]).to_be_bytes();
    huge[29..33].copy_from_slice(&checksum);
    assert!(matches!(
        SealPicture::import(&huge, Some(40.0)),
        Err(ImportError::TooLarge { width: 40_000, height: 40_000 })
    ));
}
