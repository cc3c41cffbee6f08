//! Reads and writes `moov/udta/chpl`, the chapter list introduced by Nero, which most players and
//! ffmpeg read.
//!
//! Layout: version 1, 24 bits of flags, 32 reserved bits, a count of 8 bits; for each chapter its
//! start in 64 bits of 100 ns, the length of its title in 8 bits, and the title.

use crate::{Error, cursor::Cursor};

/// Largest count of the list.
const MAX_CHAPTERS: usize = 255;
/// Ticks of 100 ns.
const TICKS_PER_MS: u64 = 10_000;

/// A chapter, which extends to the start of the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// From the start of the movie.
    pub start_ms: u64,
    /// Its title, truncated to 255 bytes in the file.
    pub title: String,
}

/// Appends the body of `chpl` after version and flags.
pub(crate) fn write(out: &mut Vec<u8>, chapters: &[Chapter]) {
    let chapters = chapters.get(..MAX_CHAPTERS).unwrap_or(chapters);
    out.extend_from_slice(&[0; 4]);
    out.extend(u8::try_from(chapters.len()));
    for chapter in chapters {
        let start = chapter.start_ms.saturating_mul(TICKS_PER_MS);
        out.extend_from_slice(&start.to_be_bytes());
        let end = chapter.title.floor_char_boundary(usize::from(u8::MAX));
        let title = chapter.title.get(..end).unwrap_or_default();
        out.extend(u8::try_from(title.len()));
        out.extend_from_slice(title.as_bytes());
    }
}

/// Reads the body of `chpl`. A title that is not UTF-8 becomes empty.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Chapter>, Error> {
    let mut body = Cursor::new("MP4", bytes);
    let version = body.u8()?;
    body.skip(3)?;
    // Version 0 has no reserved bits.
    if version > 0 {
        body.skip(4)?;
    }
    let count = body.u8()?;
    let mut chapters = Vec::new();
    for _ in 0..count {
        let start = body.u64()?;
        let length = usize::from(body.u8()?);
        let title = body.take(length)?;
        chapters.push(Chapter {
            start_ms: start / TICKS_PER_MS,
            title: super::clean_text(title).unwrap_or_default(),
        });
    }
    Ok(chapters)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn chapters_come_back_as_they_were_written() {
        let long = "ä".repeat(200);
        let chapters = [
            (0, "Welcome"),
            (60_000, "Start – 第1回"),
            (u64::MAX / 100_000, ""),
            (90_001, &long),
        ];
        let chapters = chapters.map(|(start_ms, title)| Chapter {
            start_ms,
            title: title.to_owned(),
        });
        let mut bytes = vec![1, 0, 0, 0];
        write(&mut bytes, &chapters);
        let read = read(&bytes).expect("what was written");
        assert_eq!(read[..3], chapters[..3]);
        assert_eq!(read[3].title, "ä".repeat(127));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes);
        }
    }
}
