//! What a file says of itself to people: title, artist, date, comment, cover picture, chapters.

pub(crate) mod chapters;
mod flv;
pub(crate) mod mp4;

use std::{
    fmt,
    io::{Read, Seek, SeekFrom},
    sync::Arc,
};

pub use chapters::Chapter;

use crate::{Error, flv::tag::SIGNATURE};

/// A cover larger than this is not a cover.
const MAX_COVER_BYTES: usize = 16 << 20;
/// A text longer than this is not one that a player shows.
const MAX_TEXT_BYTES: usize = 64 << 10;

/// Text and picture that go into the finished file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Title of the recording.
    pub title: Option<String>,
    /// The channel or the person it belongs to.
    pub artist: Option<String>,
    /// Day of the recording, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Where it came from: the link.
    pub comment: Option<String>,
    /// Picture that stands for the movie. An FLV has no place for it.
    pub cover: Option<Cover>,
    /// Its chapters, in their order, at most 255. An FLV has no place for them.
    pub chapters: Vec<Chapter>,
}

/// A picture of a kind that players show. Cloning is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct Cover {
    kind: CoverFormat,
    data: Arc<[u8]>,
}

/// How a cover is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CoverFormat {
    Jpeg,
    Png,
}

impl Tags {
    /// Reads the tags of an MP4 (`moov/udta/meta/ilst`, `moov/udta/chpl`) or of an FLV (`onMetaData`).
    ///
    /// A file without tags has none, and broken tags are left out: only a file that cannot be
    /// read is an error. Texts are capped at 64 KiB, a cover at 16 MiB.
    pub fn read<R: Read + Seek>(mut file: R) -> Result<Self, Error> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let mut magic = [0; 3];
        if length < 16 {
            return Ok(Self::default());
        }
        file.read_exact(&mut magic)?;
        let read = if magic == *SIGNATURE {
            flv::read(&mut file)
        } else {
            mp4::read(&mut file, length)
        };
        match read {
            Err(Error::Io(error)) => Err(error.into()),
            Err(_) => Ok(Self::default()),
            Ok(tags) => Ok(tags),
        }
    }

    /// Where the text of a field goes that both formats name in words.
    fn text_slots(&mut self) -> [&mut Option<String>; 4] {
        let Self {
            title,
            artist,
            date,
            comment,
            ..
        } = self;
        [title, artist, date, comment]
    }
}

impl Cover {
    /// Takes a JPEG or a PNG of at most 16 MiB, told by its first bytes; nothing else is one.
    pub fn new(data: impl Into<Arc<[u8]>>) -> Option<Self> {
        let data = data.into();
        let kind = match &*data {
            [0xff, 0xd8, 0xff, ..] => CoverFormat::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => CoverFormat::Png,
            _ => return None,
        };
        (data.len() <= MAX_COVER_BYTES).then_some(Self { kind, data })
    }

    /// The picture's file.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    pub(crate) fn kind(&self) -> CoverFormat {
        self.kind
    }
}

impl fmt::Debug for Cover {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} of {} bytes", self.kind, self.data.len())
    }
}

/// Text as it is shown; nothing where there is none.
fn clean_text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.trim_matches(['\0', ' ']);
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_is_told_by_its_first_bytes() {
        let jpeg = Cover::new(*b"\xff\xd8\xff\xe0 and so on").expect("a JPEG");
        assert_eq!(jpeg.kind(), CoverFormat::Jpeg);
        let png = Cover::new(*b"\x89PNG\r\n\x1a\n and so on").expect("a PNG");
        assert_eq!(png.kind(), CoverFormat::Png);
        for other in [&b""[..], b"\xff\xd8", b"GIF89a", b"<html>"] {
            assert_eq!(Cover::new(other), None);
        }
        let mut large = vec![0xff; MAX_COVER_BYTES + 1];
        large[1] = 0xd8;
        assert_eq!(Cover::new(large.clone()), None);
        large.pop();
        assert!(Cover::new(large).is_some());
    }
}
