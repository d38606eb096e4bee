//! Frames: `u32` length, little-endian, then as many bytes.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Longest frame in bytes: some hundred certificates. A length above it ends the conversation before any allocation.
pub const MAX_LEN: u32 = 4 << 20;

/// Writes one frame.
///
/// # Errors
/// `InvalidInput` for more than [`MAX_LEN`] bytes, else the pipe's error.
pub fn write(pipe: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    let len = u32::try_from(bytes.len()).ok().filter(|len| *len <= MAX_LEN).ok_or(io::ErrorKind::InvalidInput)?;
    pipe.write_all(&len.to_le_bytes())?;
    pipe.write_all(bytes)?;
    pipe.flush()
}

/// Reads one frame into a buffer that is wiped and never grows. `Ok(None)` when the pipe was closed between frames.
///
/// # Errors
/// `InvalidData` for a length above [`MAX_LEN`], `UnexpectedEof` within a frame, else the pipe's error.
pub fn read(pipe: &mut dyn Read) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut len = [0; 4];
    if pipe.read(&mut len[..1])? == 0 {
        return Ok(None);
    }
    pipe.read_exact(&mut len[1..])?;
    let len = u32::from_le_bytes(len);
    if len > MAX_LEN {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let len = usize::try_from(len).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut bytes = Zeroizing::new(vec![0; len]);
    pipe.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// Writes a message as one frame.
///
/// # Errors
/// As [`write()`].
pub fn send<T: Serialize>(pipe: &mut dyn Write, message: &T) -> io::Result<()> {
    write(pipe, &serde_json::to_vec(message)?)
}

/// Reads a message from one frame.
///
/// # Errors
/// As [`read`]; `InvalidData` when the frame holds no such message.
pub fn receive<T: DeserializeOwned>(pipe: &mut dyn Read) -> io::Result<Option<T>> {
    let Some(bytes) = read(pipe)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_follow_each_other() {
        let mut pipe = Vec::new();
        write(&mut pipe, b"one").unwrap();
        write(&mut pipe, b"").unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(**read(&mut pipe).unwrap().unwrap(), *b"one");
        assert_eq!(**read(&mut pipe).unwrap().unwrap(), *b"");
        assert!(read(&mut pipe).unwrap().is_none());
    }

    #[test]
    fn a_length_above_the_cap_is_refused_without_reading_on() {
        let mut pipe = (MAX_LEN + 1).to_le_bytes().to_vec();
        pipe.push(0);
        assert_eq!(read(&mut pipe.as_slice()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_cut_frame_is_an_error() {
        let mut pipe = Vec::new();
        write(&mut pipe, b"four").unwrap();
        for len in 1..pipe.len() {
            assert_eq!(read(&mut &pipe[..len]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{len} bytes");
        }
    }
}
