//! Reads and writes the metadata of a movie: title, artist, date, comment, cover, chapters.
//!
//! Lenient on purpose: broken tags are ignored, they must never make a movie unreadable.

pub(crate) mod chapters;
mod flv;
mod id3;
pub(crate) mod left_out;
pub(crate) mod mp4;

use std::{
    fmt,
    io::{Read, Seek, SeekFrom},
    sync::Arc,
};

pub use chapters::Chapter;

use crate::{Error, ImageKind, flv::tag::SIGNATURE, id3::is_tagged};

/// Largest cover; a larger one is ignored.
const MAX_COVER_BYTES: usize = 16 << 20;
/// Longest text; a longer one is ignored.
const MAX_TEXT_BYTES: usize = 64 << 10;

/// Metadata of the finished file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Title of the recording.
    pub title: Option<String>,
    /// Its channel or owner.
    pub artist: Option<String>,
    /// Day of the recording, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The link to its source.
    pub comment: Option<String>,
    /// When the file was made, in seconds since 1904, as an MP4 counts. Not supported by FLV.
    pub created: Option<u64>,
    /// Cover (thumbnail). Not supported by FLV.
    pub cover: Option<Cover>,
    /// Chapters in order, at most 255. Not supported by FLV.
    pub chapters: Vec<Chapter>,
}

/// A cover in a format that players support. Cloning is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct Cover {
    kind: CoverFormat,
    data: Arc<[u8]>,
}

/// Image format of a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CoverFormat {
    Jpeg,
    Png,
}

impl Tags {
    /// Reads the tags of an MP4 (`moov/udta/meta/ilst`, `moov/udta/chpl`) or of an FLV (`onMetaData`)
    /// or an MP3 (ID3v2, without its chapters).
    ///
    /// Ignores broken tags, texts over 64 KiB and covers over 16 MiB. Fails only if the file cannot
    /// be read.
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
        } else if is_tagged(&magic) {
            id3::read(&mut file)
        } else {
            mp4::read(&mut file, length)
        };
        match read {
            Err(Error::Io(error)) => Err(error.into()),
            Err(_) => Ok(Self::default()),
            Ok(tags) => Ok(tags),
        }
    }

    /// Returns the text fields in the order of the names in each format's `NAMES`.
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
    /// Creates a cover from a JPEG or PNG file of at most 16 MiB. Returns `None` for other files.
    pub fn new(data: impl Into<Arc<[u8]>>) -> Option<Self> {
        let data = data.into();
        let kind = match ImageKind::of(&data)? {
            ImageKind::Jpeg => CoverFormat::Jpeg,
            ImageKind::Png => CoverFormat::Png,
            _ => return None,
        };
        (data.len() <= MAX_COVER_BYTES).then_some(Self { kind, data })
    }

    /// Returns the image file.
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

/// Trims text. Returns `None` if it is empty or not UTF-8.
fn clean_text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.trim_matches(['\0', ' ']);
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_a_cover_is_detected_from_its_first_bytes() {
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
