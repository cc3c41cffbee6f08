//! Whole tags out of a piece (Adobe Flash Video File Format 10.1, annex E.3 and E.4.1).

use crate::{Error, cursor::Cursor};

/// Bytes in an FLV tag header: type, data size, timestamp, stream id.
pub(crate) const TAG_HEADER: usize = 11;
/// Bytes of the size field after each tag.
pub(crate) const PREVIOUS_TAG_SIZE: usize = 4;
/// Bytes in the smallest file header; `DataOffset` may announce more.
pub(crate) const FILE_HEADER: usize = 9;
/// First bytes of a file.
pub(crate) const SIGNATURE: &[u8] = b"FLV";
/// Tag type of sound.
pub(crate) const AUDIO: u8 = 8;
/// Tag type of picture.
pub(crate) const VIDEO: u8 = 9;
/// Tag type of script data: `onMetaData` and others.
pub(crate) const SCRIPT: u8 = 18;
/// Bit of the type byte that says the body is encrypted.
const FILTER_FLAG: u8 = 0x20;

/// One tag of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlvTag<'a> {
    /// 8 sound, 9 picture, 18 script data; others exist and are to be skipped.
    pub(crate) kind: u8,
    /// Milliseconds, signed.
    pub(crate) timestamp: i32,
    /// What the tag carries.
    pub(crate) body: &'a [u8],
    /// Where the tag starts in the piece.
    pub(crate) offset: u64,
}

/// The tags of a piece, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct FlvTags<'a> {
    cursor: Cursor<'a>,
}

impl<'a> FlvTags<'a> {
    /// Starts at the first tag: behind the file header, or at once where the piece has none.
    pub(crate) fn new(piece: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new("FLV", piece);
        if piece.starts_with(SIGNATURE) {
            cursor.skip(5)?;
            let data_offset = cursor.u32()? as usize;
            let Some(extra) = data_offset.checked_sub(FILE_HEADER) else {
                return Err(cursor.malformed("the header ends before it begins"));
            };
            cursor.skip(extra)?;
            if !cursor.is_empty() {
                cursor.skip(PREVIOUS_TAG_SIZE)?;
            }
        } else if let Some(first) = piece.first()
            && !matches!(first & !FILTER_FLAG, AUDIO | VIDEO | SCRIPT)
        {
            return Err(cursor.malformed("neither a file header nor a tag"));
        }
        Ok(Self { cursor })
    }

    fn tag(&mut self) -> Result<FlvTag<'a>, Error> {
        let cursor = &mut self.cursor;
        let offset = cursor.position();
        let kind = cursor.u8()?;
        if kind & FILTER_FLAG != 0 && matches!(kind & 0x1f, AUDIO | VIDEO | SCRIPT) {
            return Err(Error::Encrypted);
        }
        let size = cursor.u24()? as usize;
        let [low_a, low_b, low_c, high] = cursor.array()?;
        cursor.skip(3)?;
        let body = cursor.take(size)?;
        // Writers get this field wrong too often for it to be checked; only its room counts.
        if !cursor.is_empty() {
            cursor.skip(PREVIOUS_TAG_SIZE)?;
        }
        Ok(FlvTag {
            kind: kind & 0x1f,
            timestamp: i32::from_be_bytes([high, low_a, low_b, low_c]),
            body,
            offset,
        })
    }
}

impl<'a> Iterator for FlvTags<'a> {
    type Item = Result<FlvTag<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let tag = self.tag();
        if tag.is_err() {
            self.cursor = Cursor::new("FLV", &[]);
        }
        Some(tag)
    }
}

/// The eleven bytes in front of a tag's body; the stream id is always 0.
pub(crate) fn tag_header(kind: u8, body_length: u32, timestamp: i32) -> [u8; TAG_HEADER] {
    let [_, size_a, size_b, size_c] = body_length.to_be_bytes();
    let [high, low_a, low_b, low_c] = timestamp.to_be_bytes();
    [
        kind, size_a, size_b, size_c, low_a, low_b, low_c, high, 0, 0, 0,
    ]
}

/// What stands behind a tag with a body of this length: its size with the header.
pub(crate) fn tag_size(body_length: u32) -> u32 {
    body_length.saturating_add(11)
}

/// Whether bytes start as an FLV file or a bare tag does.
pub(crate) fn sniff(data: &[u8]) -> bool {
    if data.starts_with(SIGNATURE) {
        return data.len() >= FILE_HEADER;
    }
    // A bare tag: a known type, the stream id 0, and a body that the data can hold.
    data.first_chunk::<TAG_HEADER>()
        .is_some_and(|&[kind, a, b, c, _, _, _, _, stream @ ..]| {
            let size = u32::from_be_bytes([0, a, b, c]) as usize;
            matches!(kind, AUDIO | VIDEO | SCRIPT)
                && stream == [0; 3]
                && size.saturating_add(TAG_HEADER) <= data.len()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag_bytes(kind: u8, timestamp: i32, body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len()).expect("small");
        let mut bytes = tag_header(kind, size, timestamp).to_vec();
        bytes.extend_from_slice(body);
        // Wrong on purpose: readers must not trust it.
        bytes.extend_from_slice(&[0xee; 4]);
        bytes
    }

    fn all(piece: &[u8]) -> Result<Vec<FlvTag<'_>>, Error> {
        FlvTags::new(piece)?.collect()
    }

    #[test]
    fn timestamps_use_the_extension_byte_as_their_high_bits() {
        for timestamp in [0, 1, 0x00ff_ffff, 0x0100_0000, i32::MAX, -40] {
            let piece = tag_bytes(VIDEO, timestamp, b"x");
            assert_eq!(all(&piece).expect("whole")[0].timestamp, timestamp);
        }
    }

    #[test]
    fn a_longer_file_header_is_honoured() {
        let mut piece = b"FLV\x01\x05\x00\x00\x00\x40".to_vec();
        piece.resize(64 + 4, 0);
        piece.extend(tag_bytes(AUDIO, 7, b"sound"));
        let tags = all(&piece).expect("whole");
        assert_eq!((tags.len(), tags[0].offset), (1, 68));
    }

    #[test]
    fn bare_tags_are_read_from_the_first_byte() {
        let mut piece = tag_bytes(VIDEO, 1, b"a");
        piece.extend(tag_bytes(15, 2, b"unknown"));
        piece.extend(tag_bytes(AUDIO, 3, b""));
        let kinds: Vec<_> = all(&piece)
            .expect("whole")
            .iter()
            .map(|tag| tag.kind)
            .collect();
        assert_eq!(kinds, [VIDEO, 15, AUDIO]);
    }

    #[test]
    fn a_piece_cut_inside_a_tag_is_malformed() {
        let mut piece = tag_bytes(VIDEO, 1, b"abc");
        let first = piece.len();
        piece.extend(tag_bytes(VIDEO, 2, b"def"));
        for length in first + 1..piece.len() {
            // The end of the last body with nothing behind it is a whole tag.
            let whole = length == piece.len() - PREVIOUS_TAG_SIZE;
            assert_eq!(all(&piece[..length]).is_ok(), whole, "cut to {length}");
        }
    }

    #[test]
    fn encrypted_tags_are_refused_by_name() {
        let piece = tag_bytes(VIDEO | FILTER_FLAG, 1, b"abc");
        assert!(matches!(all(&piece), Err(Error::Encrypted)));
    }

    #[test]
    fn a_web_page_is_not_taken_for_tags() {
        let page = b"<!DOCTYPE html><html><head><title>Not found</title>";
        assert!(all(page).is_err());
        assert!(!sniff(page));
        assert!(sniff(&tag_bytes(VIDEO, 1, b"abc")));
        assert!(sniff(b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"));
    }
}
