//! A display whose pixels we read: when a program's window has its content, told without asking the program.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::children;
use crate::failure::{During, Failure};

/// How often the display is looked at: what is measured is not finer.
pub(super) const LOOK: Duration = Duration::from_millis(20);
/// A picture that does not change for so long is the final one.
const QUIET: Duration = Duration::from_secs(3);
/// Nobody waits longer for a window.
const PATIENCE: Duration = Duration::from_secs(30);
/// One pixel of so many in each direction is looked at.
const STEP: usize = 3;
/// At most one pixel of so many may still change in a window that is usable: a caret, not a list.
const STILL: usize = 200;
/// At least one pixel of so many differs from the commonest, or the window is empty.
const EMPTY: usize = 100;

/// An X server in memory; it ends with this value.
pub(super) struct Screen {
    server: Child,
    /// ":7".
    pub(super) display: String,
    pixels: PathBuf,
}

/// The pixels that are looked at.
type Picture = Vec<u32>;

impl Screen {
    /// Starts Xvfb, which keeps its pixels in a file of `folder`.
    ///
    /// # Errors
    /// It does not come up.
    pub(super) fn start(folder: &Path) -> Result<Self, Failure> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-fbdir"]).arg(folder);
        let mut server = children::start(command.stdout(Stdio::piped()).stderr(Stdio::null())).during("Xvfb")?;
        let mut number = String::new();
        let out = server.stdout.take().ok_or_else(|| Failure::new("Xvfb has no output"))?;
        BufReader::new(out).read_line(&mut number).during("Xvfb")?;
        Ok(Self { server, display: format!(":{}", number.trim()), pixels: folder.join("Xvfb_screen0") })
    }

    /// Watches what was begun at `begun` until nothing changes any more: when it was usable.
    ///
    /// # Errors
    /// Nothing is shown, or it goes on changing.
    pub(super) fn usable(&self, begun: Instant) -> Result<Duration, Failure> {
        let before = self.look()?;
        let mut seen: Vec<(Duration, Picture)> = Vec::new();
        while begun.elapsed() < PATIENCE {
            let now = begun.elapsed();
            let picture = self.look()?;
            let last = seen.last().map_or(&before, |(_, picture)| picture);
            if picture != *last {
                seen.push((now, picture));
            } else if let Some((changed, last)) = seen.last()
                && now.saturating_sub(*changed) > QUIET
                && has_content(last)
            {
                return Ok(settled(&seen));
            }
            thread::sleep(LOOK);
        }
        Err(Failure::new(format!("no window has come to rest within {} s", PATIENCE.as_secs())))
    }

    fn look(&self) -> Result<Picture, Failure> {
        let file = fs::read(&self.pixels).during("the pixels of Xvfb")?;
        picture(&file).ok_or_else(|| Failure::new("Xvfb keeps its pixels in another way than expected"))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // One that has ended by itself needs nothing.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// X window dump, version 7 (XWDFile.h): a head of big-endian words, colours of twelve bytes, then lines of pixels.
fn picture(file: &[u8]) -> Option<Picture> {
    let word = |index: usize| -> Option<usize> {
        let bytes = file.get(index * 4..index * 4 + 4)?;
        usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
    };
    let (head, width, height, bits, line, colours) = (word(0)?, word(4)?, word(5)?, word(11)?, word(12)?, word(19)?);
    if bits != 32 {
        return None;
    }
    let pixels = file.get(head + colours * 12..)?;
    let rows = (0..height).step_by(STEP);
    let places = rows.flat_map(|y| (0..width).step_by(STEP).map(move |x| y * line + x * 4));
    places.map(|at| Some(u32::from_ne_bytes(pixels.get(at..at + 4)?.try_into().ok()?))).collect()
}

/// From when on the pictures are like the last one.
fn settled(seen: &[(Duration, Picture)]) -> Duration {
    let Some((mut since, last)) = seen.last().map(|(at, picture)| (*at, picture)) else { return Duration::ZERO };
    for (at, picture) in seen.iter().rev() {
        let different = picture.iter().zip(last).filter(|(one, other)| one != other).count();
        if different > last.len() / STILL {
            break;
        }
        since = *at;
    }
    since
}

/// Whether something stands on the window's ground.
fn has_content(picture: &[u32]) -> bool {
    let mut sorted = picture.to_vec();
    sorted.sort_unstable();
    let ground = sorted.chunk_by(|one, other| one == other).map(<[u32]>::len).max().unwrap_or_default();
    // The display around the window is of one colour too.
    let colours = sorted.chunk_by(|one, other| one == other).count();
    colours > 16 && picture.len() - ground > picture.len() / EMPTY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64, picture: Picture) -> (Duration, Picture) {
        (Duration::from_millis(milliseconds), picture)
    }

    #[test]
    fn a_window_is_usable_when_its_last_large_change_is_over() {
        let (empty, full) = (vec![0; 1000], (0..1000).collect::<Picture>());
        let mut caret = full.clone();
        caret[5] = 0;
        let seen = [at(100, empty), at(400, full.clone()), at(900, caret), at(1400, full)];
        assert_eq!(settled(&seen), Duration::from_millis(400));
    }

    #[test]
    fn a_window_of_one_colour_has_no_content() {
        let mut picture = vec![7; 900];
        assert!(!has_content(&picture));
        picture.extend(0..100);
        assert!(has_content(&picture));
    }

    #[test]
    fn a_dump_that_ends_early_or_has_other_pixels_is_no_picture() {
        let mut file: Vec<u8> = [100_u32, 7, 2, 24, 3, 3, 0, 0, 0, 0, 0, 32, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            .iter()
            .flat_map(|word| word.to_be_bytes())
            .collect();
        file.extend([9; 36]);
        assert_eq!(picture(&file), Some(vec![0x0909_0909]));
        assert_eq!(picture(&file[..101]), None);
        file[47] = 16;
        assert_eq!(picture(&file), None);
    }
}
