//! A font of this computer for Chinese text whose own font is not embedded: a preview must leave nothing out.

use std::{
    fs,
    sync::{Arc, OnceLock},
};

use client::preview::CjkFont;

/// Where the systems keep one, with its place in a collection.
const PLACES: [(&str, u32); 7] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("C:\\Windows\\Fonts\\msyh.ttc", 0),
    ("C:\\Windows\\Fonts\\simsun.ttc", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Medium.ttc", 0),
];

/// The first that is here; it is read once.
pub(crate) fn cjk() -> Option<CjkFont> {
    static FOUND: OnceLock<Option<CjkFont>> = OnceLock::new();
    FOUND.get_or_init(read).clone()
}

fn read() -> Option<CjkFont> {
    PLACES.into_iter().find_map(|(path, index)| {
        let data = Arc::new(fs::read(path).ok()?);
        Some(CjkFont { data, index })
    })
}
