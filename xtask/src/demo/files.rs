//! The folder of a large bid: made here, and compared after it came back.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use crate::failure::{During, Failure};

/// Files of the bid folder with their sizes in MiB; together more than 200 MB.
const DRAWINGS: &[(&str, u64)] = &[
    ("技术标/施工组织设计.dat", 48),
    ("技术标/图纸/平面布置图.dat", 64),
    ("技术标/图纸/管线综合图.dat", 64),
    ("商务标/报价清单.dat", 24),
    ("资格证明/营业执照.dat", 2),
];

/// Fills a new folder with files that no compression makes smaller.
///
/// # Errors
/// The disk refuses.
pub(super) fn make_bid_folder(folder: &Path) -> Result<u64, Failure> {
    let mut total = 0;
    for (seed, (name, mebibytes)) in (1..).zip(DRAWINGS) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file of the list lies in a folder")).during(name)?;
        write_noise(&path, mebibytes << 20, seed).during(name)?;
        total += mebibytes << 20;
    }
    Ok(total)
}

/// Noise by xorshift64*: only its size and its bytes matter, and every run makes the same.
fn write_noise(path: &Path, bytes: u64, seed: u64) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
    let mut state = seed;
    for _ in 0..bytes / 8 {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        file.write_all(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes())?;
    }
    file.flush()
}

/// Compares two folders name by name and byte by byte; the number of files that are equal.
///
/// # Errors
/// The first name or file that differs.
pub(super) fn compare(left: &Path, right: &Path) -> Result<usize, Failure> {
    let (ours, theirs) = (names(left)?, names(right)?);
    if ours != theirs {
        return Err(Failure::new(format!("{ours:?} became {theirs:?}")));
    }
    let mut files = 0;
    for name in ours {
        let (left, right) = (left.join(&name), right.join(&name));
        if left.is_dir() {
            files += compare(&left, &right)?;
        } else if equal(&left, &right).during(&name)? {
            files += 1;
        } else {
            return Err(Failure::new(format!("{name} came back changed")));
        }
    }
    Ok(files)
}

fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries =
        fs::read_dir(folder).during(folder.display())?.collect::<Result<Vec<_>, _>>().during(folder.display())?;
    let mut names: Vec<_> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn equal(left: &Path, right: &Path) -> io::Result<bool> {
    if fs::metadata(left)?.len() != fs::metadata(right)?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (BufReader::new(File::open(left)?), BufReader::new(File::open(right)?));
    let (mut ours, mut theirs) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = left.read(&mut ours)?;
        if read == 0 {
            return Ok(true);
        }
        right.read_exact(&mut theirs[..read])?;
        if ours[..read] != theirs[..read] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two small folders with one file each, below the build folder of this test.
    fn folders(name: &str, left: &[u8], right: &[u8]) -> (std::path::PathBuf, std::path::PathBuf) {
        let base = std::env::temp_dir().join(format!("bidseal-xtask-{name}-{}", std::process::id()));
        for (side, bytes) in [("left", left), ("right", right)] {
            fs::create_dir_all(base.join(side).join("folder")).unwrap();
            fs::write(base.join(side).join("folder/file"), bytes).unwrap();
        }
        (base.join("left"), base.join("right"))
    }

    #[test]
    fn equal_folders_are_counted_and_one_changed_byte_is_found() {
        let (left, right) = folders("compare", b"same", b"same");
        assert_eq!(compare(&left, &right).unwrap(), 1);
        fs::write(right.join("folder/file"), b"samE").unwrap();
        assert!(compare(&left, &right).is_err(), "another byte");
        fs::write(right.join("folder/file"), b"same").unwrap();
        fs::write(right.join("another"), b"").unwrap();
        assert!(compare(&left, &right).is_err(), "another file");
        fs::remove_dir_all(left.parent().unwrap()).unwrap();
    }

    #[test]
    fn noise_is_the_same_every_time() {
        let (left, right) = folders("noise", b"", b"");
        write_noise(&left.join("noise"), 1 << 16, 7).unwrap();
        write_noise(&right.join("noise"), 1 << 16, 7).unwrap();
        assert!(equal(&left.join("noise"), &right.join("noise")).unwrap());
        assert_eq!(fs::metadata(left.join("noise")).unwrap().len(), 1 << 16);
        fs::remove_dir_all(left.parent().unwrap()).unwrap();
    }
}
