//! Reads and writes FLV tags (Adobe Flash Video File Format 10.1, annex E.3 and E.4.1).

use crate::{Error, cursor::Cursor};

/// Bytes in an FLV tag header: type, data size, timestamp, stream id.
pub(crate) const TAG_HEADER: usize = 11;
/// Bytes of the size field after each tag.
pub(crate) const PREVIOUS_TAG_SIZE: usize = 4;
/// Bytes in the smallest file header; `DataOffset` may be larger.
pub(crate) const FILE_HEADER: usize = 9;
/// The first bytes of a file.
pub(crate) const SIGNATURE: &[u8] = b"FLV";
/// Tag type of audio.
pub(crate) const AUDIO: u8 = 8;
/// Tag type of video.
pub(crate) const VIDEO: u8 = 9;
/// Tag type of script data: `onMetaData` and others.
pub(crate) const SCRIPT: u8 = 18;
/// Bit of the type byte that marks an encrypted body.
const FILTER_FLAG: u8 = 0x20;

/// One tag of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlvTag<'a> {
    /// [`AUDIO`], [`VIDEO`] or [`SCRIPT`]; other types exist and are to be skipped.
    pub(crate) kind: u8,
    /// Decode time in milliseconds.
    pub(crate) timestamp: i32,
    pub(crate) body: &'a [u8],
    /// Byte position of the tag in the segment.
    pub(crate) offset: u64,
}

/// Iterates over the tags of a segment.
#[derive(Clone, Debug)]
pub(crate) struct FlvTags<'a> {
    cursor: Cursor<'a>,
}

impl<'a> FlvTags<'a> {
    /// Starts at the first tag: after the file header, if the segment has one.
    pub(crate) fn new(segment: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new("FLV", segment);
        if segment.starts_with(SIGNATURE) {
            cursor.skip(5)?;
            let data_offset = cursor.u32()? as usize;
            let Some(extra) = data_offset.checked_sub(FILE_HEADER) else {
                return Err(cursor.malformed("the header ends before it begins"));
            };
            cursor.skip(extra)?;
            if !cursor.is_empty() {
                cursor.skip(PREVIOUS_TAG_SIZE)?;
            }
        } else if let Some(first) = segment.first()
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
        // Do not check `PreviousTagSize`: many writers get it wrong.
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

/// Returns the header of a tag; the stream id is always 0.
pub(crate) fn tag_header(kind: u8, body_length: u32, timestamp: i32) -> [u8; TAG_HEADER] {
    let [_, size_a, size_b, size_c] = body_length.to_be_bytes();
    let [high, low_a, low_b, low_c] = timestamp.to_be_bytes();
    [
        kind, size_a, size_b, size_c, low_a, low_b, low_c, high, 0, 0, 0,
    ]
}

/// Returns `PreviousTagSize` of a tag with a body of this length: body and header.
pub(crate) fn tag_size(body_length: u32) -> u32 {
    body_length.saturating_add(11)
}

/// Returns whether bytes start like an FLV file or like a tag without a file header.
pub(crate) fn sniff(data: &[u8]) -> bool {
    if data.starts_with(SIGNATURE) {
        return data.len() >= FILE_HEADER;
    }
    // A tag has a known type, the stream id 0, and a body that fits into the data.
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

    fn all(segment: &[u8]) -> Result<Vec<FlvTag<'_>>, Error> {
        FlvTags::new(segment)?.collect()
    }

    #[test]
    fn timestamps_use_the_extension_byte_as_their_high_bits() {
        for timestamp in [0, 1, 0x00ff_ffff, 0x0100_0000, i32::MAX, -40] {
            let segment = tag_bytes(VIDEO, timestamp, b"x");
            assert_eq!(all(&segment).expect("whole")[0].timestamp, timestamp);
        }
    }

    #[test]
    fn a_longer_file_header_is_skipped() {
        let mut segment = b"FLV\x01\x05\x00\x00\x00\x40".to_vec();
        segment.resize(64 + 4, 0);
        segment.extend(tag_bytes(AUDIO, 7, b"sound"));
        let tags = all(&segment).expect("whole");
        assert_eq!((tags.len(), tags[0].offset), (1, 68));
    }

    #[test]
    fn tags_without_a_file_header_are_read_from_the_first_byte() {
        let mut segment = tag_bytes(VIDEO, 1, b"a");
        segment.extend(tag_bytes(15, 2, b"unknown"));
        segment.extend(tag_bytes(AUDIO, 3, b""));
        let kinds: Vec<_> = all(&segment)
            .expect("whole")
            .iter()
            .map(|tag| tag.kind)
            .collect();
        assert_eq!(kinds, [VIDEO, 15, AUDIO]);
    }

    #[test]
    fn a_segment_cut_inside_a_tag_is_malformed() {
        let mut segment = tag_bytes(VIDEO, 1, b"abc");
        let first = segment.len();
        segment.extend(tag_bytes(VIDEO, 2, b"def"));
        for length in first + 1..segment.len() {
            // The last tag is whole without its `PreviousTagSize`.
            let whole = length == segment.len() - PREVIOUS_TAG_SIZE;
            assert_eq!(all(&segment[..length]).is_ok(), whole, "cut to {length}");
        }
    }

    #[test]
    fn encrypted_tags_fail_with_encrypted() {
        let segment = tag_bytes(VIDEO | FILTER_FLAG, 1, b"abc");
        assert!(matches!(all(&segment), Err(Error::Encrypted)));
    }

    #[test]
    fn a_web_page_is_not_read_as_tags() {
        let page = b"<!DOCTYPE html><html><head><title>Not found</title>";
        assert!(all(page).is_err());
        assert!(!sniff(page));
        assert!(sniff(&tag_bytes(VIDEO, 1, b"abc")));
        assert!(sniff(b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"));
    }
}
