//! `moov/udta/chpl`: the list of chapters that Nero's programs wrote first, and that most players
//! and ffmpeg read.
//!
//! Version 1, 24 bits of flags, 32 reserved bits, a count of 8 bits; then for each chapter when it
//! starts, in 64 bits of 100 ns, and its title, with its length in 8 bits in front.

use crate::{Error, cursor::Cursor};

/// As many as the list can count.
const MAX_CHAPTERS: usize = 255;
/// 100 ns.
const TICKS_PER_MS: u64 = 10_000;

/// A chapter; it lasts until the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// When it starts, from the start of the movie.
    pub start_ms: u64,
    /// Its title; more than 255 bytes of it are cut off.
    pub title: String,
}

/// Appends the body of `chpl`, behind version and flags.
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

/// Reads a whole `chpl` without its header. Titles that are no text are left empty.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Chapter>, Error> {
    let mut body = Cursor::new("MP4", bytes);
    let version = body.u8()?;
    body.skip(3)?;
    // Version 0 has nothing reserved.
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
        fn no_bytes_break_the_reading(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes);
        }
    }
}
