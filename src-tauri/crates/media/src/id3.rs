//! Reads ID3v2 tags of MP3 files, and writes one text into the padding of a tag (ID3v2.3.0 and
//! ID3v2.4.0, <https://id3.org/Developer%20Information>).

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// The first bytes of a tag.
const SIGNATURE: &[u8] = b"ID3";
/// Bytes of the header of a tag, of its footer, and of the header of a frame.
const HEADER_BYTES: u64 = 10;
/// Flags of a tag whose frames are not read: unsynchronisation, extended header. ffmpeg sets none.
const UNREAD_TAG_FLAGS: u8 = 0xc0;
/// Flag of a tag that has a footer, which its size does not count.
const FOOTER_FLAG: u8 = 0x10;
/// Format flags of a frame that is not plain: compressed, encrypted, grouped, unsynchronised.
const UNREAD_FRAME_FLAGS: u8 = 0xff;
/// Most frames that are looked at; 255 chapters with their texts are fewer.
const MAX_FRAMES: usize = 1024;

/// Encodings of a text (ID3v2.3.0 3.3, ID3v2.4.0 4).
const LATIN_1: u8 = 0;
const UTF_16: u8 = 1;
const UTF_16_BIG_ENDIAN: u8 = 2;
const UTF_8: u8 = 3;

/// The tag at the start of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Id3Tag {
    /// Byte position behind the tag; 0 if there is none.
    pub(crate) end: u64,
    /// Its frames in their order, as far as they can be read.
    pub(crate) frames: Vec<Id3Frame>,
    /// The bytes behind the frames, which are free.
    padding: Range<u64>,
}

/// A frame of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Id3Frame {
    /// Its name, such as `TIT2`.
    pub(crate) id: [u8; 4],
    /// Byte range of its content.
    pub(crate) body: Range<u64>,
}

impl Id3Tag {
    /// Reads the tag at the start of a file; it has no frames if it is of an unusual kind, and those
    /// before the damage if it is damaged. Reads the headers of the frames only.
    pub(crate) fn read<F: Read + Seek>(file: &mut F) -> io::Result<Self> {
        let header = bytes_at(file, 0, HEADER_BYTES)?;
        let &[b'I', b'D', b'3', version, _, flags, a, b, c, d] = header.as_slice() else {
            return Ok(Self::default());
        };
        let Some(size) = synchsafe([a, b, c, d]) else {
            return Ok(Self::default());
        };
        let body_end = HEADER_BYTES + u64::from(size);
        let footer = if flags & FOOTER_FLAG == 0 {
            0
        } else {
            HEADER_BYTES
        };
        let mut tag = Self {
            end: body_end + footer,
            ..Self::default()
        };
        if matches!(version, 3 | 4) && flags & UNREAD_TAG_FLAGS == 0 {
            tag.read_frames(file, version, body_end)?;
        }
        Ok(tag)
    }

    fn read_frames<F: Read + Seek>(
        &mut self,
        file: &mut F,
        version: u8,
        end: u64,
    ) -> io::Result<()> {
        let mut start = HEADER_BYTES;
        while self.frames.len() < MAX_FRAMES && start + HEADER_BYTES <= end {
            let header = bytes_at(file, start, HEADER_BYTES)?;
            let Some((id, [a, b, c, d, _, format])) = header
                .split_first_chunk::<4>()
                .and_then(|(id, rest)| Some((*id, *rest.first_chunk::<6>()?)))
            else {
                break;
            };
            if id == [0; 4] {
                self.padding = start..end;
                break;
            }
            let size = match version {
                3 => Some(u32::from_be_bytes([a, b, c, d])),
                _ => synchsafe([a, b, c, d]),
            };
            let body = start + HEADER_BYTES;
            let next = size.map(|size| body + u64::from(size));
            let Some(next) = next.filter(|next| *next <= end && is_id(id)) else {
                break;
            };
            if format & UNREAD_FRAME_FLAGS == 0 {
                let body = body..next;
                self.frames.push(Id3Frame { id, body });
            }
            start = next;
        }
        Ok(())
    }

    /// Returns the value of the text of the user (`TXXX`) with this description.
    pub(crate) fn user_text<F: Read + Seek>(
        &self,
        file: &mut F,
        description: &str,
        max_bytes: usize,
    ) -> io::Result<Option<String>> {
        for frame in self.frames.iter().filter(|frame| frame.id == *b"TXXX") {
            let Some(body) = frame.read(file, max_bytes)? else {
                continue;
            };
            let mut texts = texts(&body).into_iter();
            if texts.next().is_some_and(|found| found == description) {
                return Ok(texts.next());
            }
        }
        Ok(None)
    }

    /// Writes a text of the user (`TXXX`) into the padding, and returns whether there was room for it.
    pub(crate) fn write_user_text<F: Write + Seek>(
        &self,
        file: &mut F,
        description: &str,
        value: &str,
    ) -> io::Result<bool> {
        let frame = user_text_frame(description, value);
        let room = self.padding.end.saturating_sub(self.padding.start);
        if frame.len() as u64 > room {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(self.padding.start))?;
        file.write_all(&frame)?;
        Ok(true)
    }
}

impl Id3Frame {
    /// Reads the content of the frame; `None` if it has more bytes than `max_bytes`, or is cut.
    pub(crate) fn read<F: Read + Seek>(
        &self,
        file: &mut F,
        max_bytes: usize,
    ) -> io::Result<Option<Vec<u8>>> {
        let length = self.body.end - self.body.start;
        if length > max_bytes as u64 {
            return Ok(None);
        }
        let bytes = bytes_at(file, self.body.start, length)?;
        Ok((bytes.len() as u64 == length).then_some(bytes))
    }
}

/// Returns whether a file begins with a tag.
pub(crate) fn is_tagged(start: &[u8]) -> bool {
    start.starts_with(SIGNATURE)
}

/// Reads the texts of a frame: an encoding, then texts that a zero separates. None are returned of an
/// unknown encoding.
pub(crate) fn texts(body: &[u8]) -> Vec<String> {
    let Some((encoding, bytes)) = body.split_first() else {
        return Vec::new();
    };
    match *encoding {
        LATIN_1 => {
            let texts = bytes.split(|byte| *byte == 0);
            let decoded = |text: &[u8]| text.iter().copied().map(char::from).collect();
            texts.map(decoded).collect()
        }
        UTF_8 => {
            let texts = bytes.split(|byte| *byte == 0);
            let decoded = |text| String::from_utf8_lossy(text).into_owned();
            texts.map(decoded).collect()
        }
        UTF_16 | UTF_16_BIG_ENDIAN => {
            let (pairs, _) = bytes.as_chunks::<2>();
            let texts = pairs.split(|pair| *pair == [0, 0]);
            texts.map(utf_16).collect()
        }
        _ => Vec::new(),
    }
}

/// Decodes UTF-16 with a byte order mark, or big-endian without one.
fn utf_16(pairs: &[[u8; 2]]) -> String {
    let (is_little, pairs) = match pairs {
        [[0xff, 0xfe], rest @ ..] => (true, rest),
        [[0xfe, 0xff], rest @ ..] => (false, rest),
        _ => (false, pairs),
    };
    let units = pairs.iter().map(|pair| {
        if is_little {
            u16::from_le_bytes(*pair)
        } else {
            u16::from_be_bytes(*pair)
        }
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Returns a `TXXX` frame of version 2.3, which has no UTF-8.
fn user_text_frame(description: &str, value: &str) -> Vec<u8> {
    let mut body = Vec::new();
    if description.is_ascii() && value.is_ascii() {
        body.push(LATIN_1);
        body.extend_from_slice(description.as_bytes());
        body.push(0);
        body.extend_from_slice(value.as_bytes());
    } else {
        body.push(UTF_16);
        for (text, end) in [(description, &[0; 2][..]), (value, &[])] {
            body.extend_from_slice(&[0xff, 0xfe]);
            body.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            body.extend_from_slice(end);
        }
    }
    let size = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut frame = b"TXXX".to_vec();
    frame.extend_from_slice(&size.to_be_bytes());
    frame.extend_from_slice(&[0; 2]);
    frame.extend_from_slice(&body);
    frame
}

fn is_id(id: [u8; 4]) -> bool {
    id.iter()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Decodes a number of four times seven bits.
fn synchsafe(bytes: [u8; 4]) -> Option<u32> {
    let is_plain = bytes.iter().all(|byte| byte & 0x80 == 0);
    let number = bytes
        .iter()
        .fold(0, |number, byte| number << 7 | u32::from(*byte));
    is_plain.then_some(number)
}

/// Reads at most `length` bytes.
fn bytes_at<F: Read + Seek>(file: &mut F, start: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Builds tags for tests.
#[cfg(test)]
pub(crate) mod build {
    /// Returns a tag of version 2.3 with these frames and as many bytes of padding.
    pub(crate) fn tag(frames: &[(&[u8; 4], &[u8])], padding: usize) -> Vec<u8> {
        let mut body = Vec::new();
        for (id, content) in frames {
            let size = u32::try_from(content.len()).expect("a short frame");
            body.extend_from_slice(*id);
            body.extend_from_slice(&size.to_be_bytes());
            body.extend_from_slice(&[0; 2]);
            body.extend_from_slice(content);
        }
        body.resize(body.len() + padding, 0);
        let size = u32::try_from(body.len()).expect("a short tag");
        let digit = |shift: u32| (size >> shift & 0x7f) as u8;
        let mut tag = b"ID3\x03\0\0".to_vec();
        tag.extend_from_slice(&[digit(21), digit(14), digit(7), digit(0)]);
        tag.extend_from_slice(&body);
        tag
    }

    /// Returns an MP3 of ten frames behind a tag with so much padding.
    pub(crate) fn mp3(padding: usize) -> Vec<u8> {
        let mut frame = vec![0xff, 0xfb, 0x90, 0x64];
        frame.resize(417, 0x55);
        [tag(&[(b"TIT2", b"\0title")], padding), frame.repeat(10)].concat()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor as Memory;

    use proptest::prelude::*;

    use super::{build::tag, *};

    #[test]
    fn texts_are_read_in_every_encoding() {
        assert_eq!(texts(b"\0caf\xe9\0two"), ["café", "two"]);
        assert_eq!(texts(b"\x01\xff\xfea\0\0\0\xfe\xff\0b"), ["a", "b"]);
        assert_eq!(texts("\u{2}\0é".as_bytes()), ["\u{c3}"]);
        assert_eq!(texts("\u{3}é".as_bytes()), ["é"]);
        assert_eq!(texts(b"\x04a"), [] as [&str; 0]);
        assert_eq!(texts(b""), [] as [&str; 0]);
    }

    #[test]
    fn a_text_is_written_into_the_padding_and_read_again() {
        for value in ["plain", "schön"] {
            let mut file = tag(&[(b"TIT2", b"\0title")], 64);
            let end = file.len() as u64;
            let found = Id3Tag::read(&mut Memory::new(&file)).expect("readable");
            assert_eq!((found.end, found.frames.len()), (end, 1));
            let is_written = found.write_user_text(&mut Memory::new(&mut file), "note", value);
            assert!(is_written.expect("written"));
            assert_eq!(file.len() as u64, end);
            let found = Id3Tag::read(&mut Memory::new(&file)).expect("readable");
            let text = |name| found.user_text(&mut Memory::new(&file), name, 64);
            assert_eq!(text("note").expect("readable").as_deref(), Some(value));
            assert_eq!(text("other").expect("readable"), None);
        }
    }

    #[test]
    fn without_room_nothing_is_written() {
        let mut file = tag(&[(b"TIT2", b"\0title")], 12);
        let before = file.clone();
        let found = Id3Tag::read(&mut Memory::new(&file)).expect("readable");
        let is_written = found.write_user_text(&mut Memory::new(&mut file), "note", "long");
        assert!(!is_written.expect("no failure"));
        assert_eq!(file, before);
    }

    #[test]
    fn a_tag_of_version_4_and_one_with_a_footer_are_read() {
        let mut file = tag(&[(b"TIT2", b"\x03title")], 0);
        file[3] = 4;
        file[5] = FOOTER_FLAG;
        let found = Id3Tag::read(&mut Memory::new(&file)).expect("readable");
        assert_eq!(found.end, file.len() as u64 + HEADER_BYTES);
        let body = found.frames[0].read(&mut Memory::new(&file), 64);
        assert_eq!(texts(&body.expect("readable").expect("short")), ["title"]);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_as_a_tag(
            head in prop_oneof![Just(&b"ID3\x03\0\0\0\0\x02\0"[..]), Just(&b"ID3\x04\0\0\0\0\x02\0"[..]), Just(&b""[..])],
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let file = [head, &bytes].concat();
            let tag = Id3Tag::read(&mut Memory::new(&file)).expect("memory is readable");
            prop_assert!(tag.frames.len() <= MAX_FRAMES);
            for frame in &tag.frames {
                prop_assert!(frame.body.end <= tag.end);
                if let Some(body) = frame.read(&mut Memory::new(&file), 64).expect("readable") {
                    prop_assert!(body.len() <= 64);
                    texts(&body);
                }
            }
            tag.user_text(&mut Memory::new(&file), "note", 64).expect("readable");
        }
    }
}
