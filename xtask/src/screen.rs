//! A display whose pixels we read: when a program's window has its content, told without asking the program, and how it looks.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::children;
use crate::failure::{During, Failure};
use crate::png;

/// How often the display is looked at: what is measured is not finer.
pub(crate) const LOOK: Duration = Duration::from_millis(20);
/// A picture that does not change for so long is the final one.
const QUIET: Duration = Duration::from_secs(3);
/// Nobody waits longer for a window.
const PATIENCE: Duration = Duration::from_secs(180);
/// One pixel of so many in each direction is looked at.
const STEP: usize = 3;
/// At most one pixel of so many may still change in a window that is usable: a caret, not a list.
const STILL: usize = 200;
/// At least one pixel of so many differs from the commonest, or the window is empty.
const EMPTY: usize = 100;

/// An X server in memory, for those who have its key; it ends with this value.
pub(crate) struct Screen {
    server: Child,
    /// ":7".
    pub(crate) display: String,
    /// The file with the key.
    pub(crate) authority: PathBuf,
    pixels: PathBuf,
}

/// The pixels that are looked at.
type Picture = Vec<u32>;

impl Screen {
    /// Starts Xvfb, which keeps its pixels and its key in files of `folder`.
    ///
    /// # Errors
    /// It does not come up.
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        let authority = folder.join("xauthority");
        write_key(&authority).during(authority.display())?;
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        command.arg("-auth").arg(&authority).arg("-fbdir").arg(folder);
        let mut server = children::start(command.stdout(Stdio::piped()).stderr(Stdio::null())).during("Xvfb")?;
        let mut number = String::new();
        let out = server.stdout.take().ok_or_else(|| Failure::new("Xvfb has no output"))?;
        BufReader::new(out).read_line(&mut number).during("Xvfb")?;
        Ok(Self { server, display: format!(":{}", number.trim()), authority, pixels: folder.join("Xvfb_screen0") })
    }

    /// Lets a program show itself here.
    pub(crate) fn hold<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("DISPLAY", &self.display).env("XAUTHORITY", &self.authority).env_remove("WAYLAND_DISPLAY")
    }

    /// Watches what was begun at `begun` until nothing but a caret or a clock changes any more: when it was usable.
    ///
    /// # Errors
    /// Nothing is shown, or it goes on changing.
    pub(crate) fn usable(&self, begun: Instant) -> Result<Duration, Failure> {
        let (mut changed, mut last) = (None, self.look()?);
        while begun.elapsed() < PATIENCE {
            let now = begun.elapsed();
            let picture = self.look()?;
            if is_other(&picture, &last) {
                (changed, last) = (Some(now), picture);
            } else if let Some(changed) = changed
                && now.saturating_sub(changed) > QUIET
                && has_content(&last)
            {
                return Ok(changed);
            }
            thread::sleep(LOOK);
        }
        Err(Failure::new(format!("no window has come to rest within {} s", PATIENCE.as_secs())))
    }

    /// Writes what it shows now as a PNG file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn photograph(&self, file: &Path) -> Result<(), Failure> {
        let dump = self.dump()?;
        let (width, height, pixels) = pixels(&dump, 1).ok_or_else(unexpected)?;
        let coloured = pixels.iter().map(|pixel| {
            let [blue, green, red, _] = pixel.to_le_bytes();
            [red, green, blue]
        });
        fs::write(file, png::encode(width, height, &coloured.collect::<Vec<_>>())).during(file.display())
    }

    fn look(&self) -> Result<Picture, Failure> {
        pixels(&self.dump()?, STEP).map(|(.., picture)| picture).ok_or_else(unexpected)
    }

    fn dump(&self) -> Result<Vec<u8>, Failure> {
        fs::read(&self.pixels).during("the pixels of Xvfb")
    }
}

fn unexpected() -> Failure {
    Failure::new("Xvfb keeps its pixels in another way than expected")
}

impl Drop for Screen {
    fn drop(&mut self) {
        // One that has ended by itself needs nothing.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// One entry of Xauthority (Xsecurity(7), libXau): any host, any display, a cookie; each field with its length before it.
fn write_key(file: &Path) -> io::Result<()> {
    let mut cookie = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut cookie)?;
    let mut entry = vec![0xff, 0xff];
    for field in [&b""[..], b"", b"MIT-MAGIC-COOKIE-1", &cookie] {
        entry.extend(u16::try_from(field.len()).expect("the fields are short").to_be_bytes());
        entry.extend(field);
    }
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?.write_all(&entry)
}

/// X window dump, version 7 (XWDFile.h): a head of big-endian words, colours of twelve bytes, then lines of pixels. Width, height
/// and one pixel of `step` in each direction.
fn pixels(file: &[u8], step: usize) -> Option<(u32, u32, Picture)> {
    let word = |index: usize| -> Option<usize> {
        let bytes = file.get(index * 4..index * 4 + 4)?;
        usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
    };
    let (head, width, height, bits, line, colours) = (word(0)?, word(4)?, word(5)?, word(11)?, word(12)?, word(19)?);
    if bits != 32 {
        return None;
    }
    let pixels = file.get(head + colours * 12..)?;
    let rows = (0..height).step_by(step);
    let places = rows.flat_map(|y| (0..width).step_by(step).map(move |x| y * line + x * 4));
    let picture = places.map(|at| Some(u32::from_le_bytes(pixels.get(at..at + 4)?.try_into().ok()?)));
    Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?, picture.collect::<Option<_>>()?))
}

/// More than a caret or a clock has changed.
fn is_other(one: &[u32], other: &[u32]) -> bool {
    one.iter().zip(other).filter(|(one, other)| one != other).count() > one.len() / STILL
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

    #[test]
    fn a_caret_is_no_change_and_a_list_is_one() {
        let full = (0..1000).collect::<Picture>();
        let mut caret = full.clone();
        caret[5..10].fill(0);
        assert!(!is_other(&full, &caret));
        caret[5..20].fill(0);
        assert!(is_other(&full, &caret));
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
        assert_eq!(pixels(&file, 3), Some((3, 3, vec![0x0909_0909])));
        assert_eq!(pixels(&file, 1).unwrap().2.len(), 9);
        assert_eq!(pixels(&file[..101], 3), None);
        file[47] = 16;
        assert_eq!(pixels(&file, 3), None);
    }
}
