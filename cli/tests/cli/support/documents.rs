//! Small documents of every sort, made here.

use std::{fmt::Write, process::Command};

/// A PDF with this many empty A4 pages and a classic cross-reference table.
pub(crate) fn pdf(pages: usize) -> Vec<u8> {
    assemble(&objects(pages, ""))
}

/// One page, and a stream of so many bytes that nobody refers to.
pub(crate) fn large_pdf(length: usize) -> Vec<u8> {
    let mut objects = objects(1, "");
    objects.push(format!("<< /Length {length} >>\nstream\n{}\nendstream", "0".repeat(length)));
    assemble(&objects)
}

/// A PDF that its author certified against any change (DocMDP P=1). The signature itself need not hold for that.
pub(crate) fn certified_pdf() -> Vec<u8> {
    let catalogue = " /AcroForm << /Fields [4 0 R] /SigFlags 3 >> /Perms << /DocMDP 5 0 R >>";
    let mut objects = objects(1, catalogue);
    objects.push("<< /FT /Sig /T (author) /V 5 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R >>".into());
    objects.push(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 10 20 30] \
         /Contents <00> /Reference [<< /Type /SigRef /TransformMethod /DocMDP \
         /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >>] >>"
            .into(),
    );
    assemble(&objects)
}

/// The same PDF under a password, encrypted by qpdf.
pub(crate) fn encrypted_pdf(password: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (plain, locked) = (folder.path().join("plain.pdf"), folder.path().join("locked.pdf"));
    std::io::Write::write_all(&mut std::fs::File::create(&plain).unwrap(), &pdf(1)).unwrap();
    let run =
        Command::new("qpdf").args(["--encrypt", password, password, "256", "--"]).args([&plain, &locked]).status();
    assert!(run.expect("qpdf is needed").success());
    std::fs::read(locked).unwrap()
}

fn objects(pages: usize, catalogue: &str) -> Vec<String> {
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", 3 + page)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R{catalogue} >>"),
        format!("<< /Type /Pages /Kids [{kids}] /Count {pages} >>"),
    ];
    objects
        .extend((0..pages).map(|_| "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>".into()));
    objects
}

fn assemble(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.7\n");
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        write!(file, "{} 0 obj\n{object}\nendobj\n", number + 1).unwrap();
    }
    let start = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for offset in offsets {
        writeln!(file, "{offset:010} 00000 n ").unwrap();
    }
    write!(file, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).unwrap();
    file.into_bytes()
}

/// A red square of 8 × 8 pixels that does not say how large it is.
pub(crate) fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    let pixels: Vec<u8> = std::iter::repeat_n([200, 0, 0, 255], 64).flatten().collect();
    image::ImageEncoder::write_image(encoder, &pixels, 8, 8, image::ExtendedColorType::Rgba8).unwrap();
    bytes
}
