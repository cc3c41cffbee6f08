//! Splits an FLV file into segments of complete tags.
//!
//! Skips malformed data up to the next valid tag, and a truncated tag at the end of the file. Counts
//! the lost bytes of both.

use std::io::{Read, Seek};

use super::{FilledSegment, MovieInfo, input::InputFile};
use crate::{
    Error, SegmentKind,
    cursor::Cursor,
    flv::tag::{AUDIO, FILE_HEADER, PREVIOUS_TAG_SIZE, SCRIPT, SIGNATURE, TAG_HEADER, VIDEO},
};

/// Size of a segment, unless it is a single tag.
const SEGMENT_BYTES: usize = 4 << 20;
/// Largest file header.
const MAX_HEADER_BYTES: u32 = 64 << 10;
/// Bit of the type byte of encrypted tags, which are kept too.
const FILTER_FLAG: u8 = 0x20;
/// The metadata is searched in this many bytes at the start of the file.
const METADATA_SEARCH_BYTES: usize = 64 << 10;

/// State of an FLV file that is being split.
#[derive(Debug)]
pub(super) struct FlvSplitter {
    /// Position in the file of the end of the buffer.
    position: u64,
    /// Bytes at the start of the buffer that were returned or skipped.
    consumed: usize,
    number: u64,
    first_ms: Option<i32>,
    last_start_ms: u64,
    lost_bytes: u64,
    /// Bytes in the buffer after the last segment.
    left_over: usize,
}

/// What was found at a position of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScanResult {
    /// A tag of this length, including the size field after it.
    Tag(usize),
    /// A tag that ends after the buffer: the buffer must have this length.
    Partial(usize),
    /// Another file header of this length, as in files joined with `cat`.
    Header(usize),
    Junk,
}

impl FlvSplitter {
    /// Skips the file header and reads the duration from the metadata.
    pub(super) fn open<R: Read + Seek>(
        input: &mut InputFile<R>,
        info: &mut MovieInfo,
    ) -> Result<Self, Error> {
        let mut start = Vec::new();
        input.read(0, METADATA_SEARCH_BYTES, &mut start)?;
        let mut position = 0;
        if start.starts_with(SIGNATURE) {
            let mut cursor = Cursor::new("FLV", &start);
            cursor.skip(5)?;
            let length = cursor.u32()?;
            if length > MAX_HEADER_BYTES || (length as usize) < FILE_HEADER {
                return Err(cursor.malformed(format!("a header of {length} bytes")));
            }
            position = u64::from(length) + PREVIOUS_TAG_SIZE as u64;
        }
        let seconds = number(&start, b"\0\x08duration\0").filter(|seconds| *seconds > 0.0);
        info.duration_ms = seconds.and_then(milliseconds);
        Ok(Self {
            position,
            consumed: 0,
            number: 0,
            first_ms: None,
            last_start_ms: 0,
            lost_bytes: 0,
            left_over: 0,
        })
    }

    pub(super) fn done(&self) -> u64 {
        self.position.saturating_sub(self.left_over as u64)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost_bytes
    }

    /// Reads complete tags into the start of the buffer.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<FilledSegment>, Error> {
        let mut wanted = SEGMENT_BYTES;
        loop {
            buffer.drain(..self.consumed.min(buffer.len()));
            self.consumed = 0;
            let missing = wanted.saturating_sub(buffer.len());
            let read = input.read(self.position, missing, buffer)?;
            self.position = self.position.saturating_add(read as u64);
            let at_end = read < missing || self.position >= input.length();
            if buffer.is_empty() {
                self.left_over = 0;
                return Ok(None);
            }
            let (length, next) = scan_tags(buffer, at_end);
            if length > 0 {
                self.consumed = length;
                self.left_over = buffer.len() - length;
                return Ok(Some(self.filled(buffer, length)));
            }
            match next {
                ScanResult::Tag(length) | ScanResult::Header(length) => self.consumed = length,
                ScanResult::Partial(length) if !at_end => wanted = length.max(SEGMENT_BYTES),
                ScanResult::Partial(_) | ScanResult::Junk => self.skip_junk(buffer, at_end),
            }
        }
    }

    fn filled(&mut self, buffer: &[u8], length: usize) -> FilledSegment {
        let start_ms = timestamp(buffer).map_or(self.last_start_ms, |time| {
            let first = *self.first_ms.get_or_insert(time);
            u64::from(time.saturating_sub(first).max(0).unsigned_abs())
        });
        self.last_start_ms = self.last_start_ms.max(start_ms);
        let number = self.number;
        self.number += 1;
        FilledSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: self.last_start_ms,
            length,
        }
    }

    /// Skips to the next confirmed tag.
    fn skip_junk(&mut self, buffer: &[u8], at_end: bool) {
        let next = (1..buffer.len()).find(|at| is_confirmed_tag(buffer.get(*at..).unwrap_or(&[])));
        self.consumed = match next {
            Some(next) => next,
            None if at_end => buffer.len(),
            // A tag may begin in the buffer and end after it: keep half of the buffer.
            None => buffer.len().div_ceil(2),
        };
        self.lost_bytes = self.lost_bytes.saturating_add(self.consumed as u64);
    }
}

/// Returns the total length of the complete tags at the start of the buffer, and what follows.
fn scan_tags(buffer: &[u8], at_end: bool) -> (usize, ScanResult) {
    let mut length = 0;
    loop {
        let rest = buffer.get(length..).unwrap_or_default();
        if rest.is_empty() {
            return (length, ScanResult::Partial(buffer.len() + TAG_HEADER));
        }
        match scan_at(rest, at_end) {
            ScanResult::Tag(tag) => length += tag,
            other => return (length, other),
        }
    }
}

fn scan_at(rest: &[u8], at_end: bool) -> ScanResult {
    if rest.starts_with(b"FLV\x01")
        && let Some(header) = rest.first_chunk::<FILE_HEADER>()
    {
        let [.., a, b, c, d] = *header;
        let length = u32::from_be_bytes([a, b, c, d]);
        if length <= MAX_HEADER_BYTES {
            return ScanResult::Header((length as usize).max(FILE_HEADER) + PREVIOUS_TAG_SIZE);
        }
    }
    let Some(head) = ScannedTag::read(rest) else {
        let is_partial = rest.len() < TAG_HEADER && !at_end;
        return if is_partial {
            ScanResult::Partial(TAG_HEADER)
        } else {
            ScanResult::Junk
        };
    };
    let end = TAG_HEADER + head.size;
    let next = end + PREVIOUS_TAG_SIZE;
    if rest.len() < next + TAG_HEADER && !at_end && (head.is_media || head.size <= SEGMENT_BYTES) {
        // Also read the header of the next tag, which confirms this one.
        return ScanResult::Partial(next + TAG_HEADER);
    }
    match rest.len() {
        length if length < end => ScanResult::Junk,
        // The last tag, without its size field or with a part of it.
        length if length < next => ScanResult::Tag(length),
        _ if head.is_confirmed(rest) => ScanResult::Tag(next),
        _ => ScanResult::Junk,
    }
}

/// A possible tag header.
struct ScannedTag {
    size: usize,
    /// Video, audio or script data.
    is_media: bool,
}

impl ScannedTag {
    fn read(rest: &[u8]) -> Option<Self> {
        let [kind, a, b, c, ..] = *rest.first_chunk::<TAG_HEADER>()?;
        let is_media = matches!(kind & !FILTER_FLAG, AUDIO | VIDEO | SCRIPT);
        let size = u32::from_be_bytes([0, a, b, c]) as usize;
        // The two high bits are reserved and 0.
        (kind & 0xc0 == 0).then_some(Self { size, is_media })
    }

    /// Whether the size field after the tag, or the header of the next tag, confirms it.
    fn is_confirmed(&self, rest: &[u8]) -> bool {
        let behind = rest.get(TAG_HEADER + self.size..).unwrap_or_default();
        if stated_size(behind) == Some(TAG_HEADER + self.size) {
            return true;
        }
        // Do not require a correct size field: many writers get it wrong.
        let next = behind.get(PREVIOUS_TAG_SIZE..).unwrap_or_default();
        self.is_media
            && (next.is_empty()
                || next.starts_with(b"FLV\x01")
                || Self::read(next).is_some_and(|next| next.is_media))
    }
}

/// Whether a complete tag starts here, with a correct size field after it.
fn is_confirmed_tag(rest: &[u8]) -> bool {
    let Some(head) = ScannedTag::read(rest) else {
        return false;
    };
    let has_stream_id = rest.get(8..TAG_HEADER) == Some(&[0; 3]);
    let behind = rest.get(TAG_HEADER + head.size..).unwrap_or_default();
    head.is_media
        && has_stream_id
        && head.size > 0
        && stated_size(behind) == Some(TAG_HEADER + head.size)
}

fn stated_size(behind: &[u8]) -> Option<usize> {
    let size = u32::from_be_bytes(*behind.first_chunk()?);
    usize::try_from(size).ok()
}

/// Returns the timestamp of the first frame. Skips codec configurations and metadata, whose
/// timestamp is always 0.
fn timestamp(segment: &[u8]) -> Option<i32> {
    let mut rest = segment;
    loop {
        let head = ScannedTag::read(rest)?;
        let body = rest.get(TAG_HEADER..)?;
        let kind = *rest.first()?;
        let is_config = match (kind, body) {
            (VIDEO, [first, 0, ..]) => first & 0x0f == 7,
            (AUDIO, [first, 0, ..]) => first >> 4 == 10,
            (VIDEO | AUDIO, [_, ..]) => false,
            _ => true,
        };
        if !is_config {
            let [_, _, _, _, low_a, low_b, low_c, high, ..] = *rest.first_chunk::<TAG_HEADER>()?;
            return Some(i32::from_be_bytes([high, low_a, low_b, low_c]));
        }
        rest = body.get(head.size + PREVIOUS_TAG_SIZE..)?;
    }
}

/// Returns the number after a property name in AMF0 metadata.
fn number(start: &[u8], name: &[u8]) -> Option<f64> {
    let bytes = bytes_after(start, name)?.first_chunk()?;
    Some(f64::from_be_bytes(*bytes))
}

fn bytes_after<'a>(start: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let at = start
        .windows(name.len())
        .position(|window| window == name)?;
    start.get(at + name.len()..)
}

/// Converts a plausible duration in seconds to milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within the range that was asked for"
)]
fn milliseconds(seconds: f64) -> Option<u64> {
    (seconds > 0.0 && seconds < 1e7).then_some((seconds * 1000.0) as u64)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{SegmentFormat, flv::tag, split::MovieSplitter};

    fn tag_bytes(kind: u8, timestamp: i32, body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len()).expect("small");
        let mut bytes = tag::tag_header(kind, size, timestamp).to_vec();
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(&tag::tag_size(size).to_be_bytes());
        bytes
    }

    fn header() -> Vec<u8> {
        b"FLV\x01\x05\0\0\0\x09\0\0\0\0".to_vec()
    }

    /// Returns the bytes of all segments, and the number of lost bytes.
    fn split(file: &[u8]) -> (Vec<Vec<u8>>, u64) {
        let mut split = MovieSplitter::open(Cursor::new(file)).expect("an FLV");
        assert_eq!(split.info().segment_format, SegmentFormat::Flv);
        let mut segments = Vec::new();
        while let Some(segment) = split.next_segment().expect("in memory") {
            segments.push(segment.data.to_vec());
        }
        assert_eq!(split.done_bytes(), file.len() as u64);
        (segments, split.lost_bytes())
    }

    fn body(number: usize, length: usize) -> Vec<u8> {
        let mut body = vec![0x27, 1];
        body.extend((0..length).map(|at| ((at * 7 + number) % 251).to_le_bytes()[0]));
        body
    }

    #[test]
    fn the_segments_are_the_tags_of_the_file_in_order() {
        let tags: Vec<_> = (0..40)
            .map(|n| tag_bytes(VIDEO, 40 * n, &body(n.unsigned_abs() as usize, 300_000)))
            .collect();
        let file = [header(), tags.concat()].concat();
        let (segments, lost) = split(&file);
        assert!(
            segments.len() > 2
                && segments
                    .iter()
                    .all(|segment| segment.len() <= SEGMENT_BYTES)
        );
        assert_eq!((segments.concat(), lost), (tags.concat(), 0));
    }

    #[test]
    fn a_truncated_file_gives_its_complete_tags_and_counts_the_lost_bytes() {
        let tags: Vec<_> = (0..3)
            .map(|n| tag_bytes(VIDEO, 40 * n, &body(1, 10)))
            .collect();
        let file = [header(), tags.concat()].concat();
        let tag = tags[0].len();
        for length in header().len() + 1..file.len() {
            let (segments, lost) = split(&file[..length]);
            let found = segments.concat();
            let behind = (length - header().len()) % tag;
            let without_size = behind >= tag - PREVIOUS_TAG_SIZE;
            let cut = if without_size { 0 } else { behind };
            assert_eq!(lost, cut as u64, "cut to {length}");
            assert_eq!(found, file[header().len()..length - cut], "cut to {length}");
        }
    }

    #[test]
    fn junk_between_tags_is_skipped_and_counted() {
        let tags: Vec<_> = (0..4)
            .map(|n| tag_bytes(AUDIO, 40 * n, &body(2, 50)))
            .collect();
        for junk in [&[0xff; 33][..], &[9; 20], &[0; 5], b"FLV", &[8, 0, 0]] {
            let file =
                [&header(), &tags[..2].concat(), junk, &tags[2..].concat()].map(<[u8]>::to_vec);
            let (segments, lost) = split(&file.concat());
            assert_eq!(segments.concat(), tags.concat(), "{junk:?}");
            assert_eq!(lost, junk.len() as u64, "{junk:?}");
        }
    }

    #[test]
    fn concatenated_files_are_read_to_the_end() {
        let file = [header(), tag_bytes(VIDEO, 0, &body(3, 50))].concat();
        let twice = [file.clone(), file.clone()].concat();
        let (segments, lost) = split(&twice);
        assert_eq!(segments.len(), 2);
        assert_eq!((segments.concat().len() + 2 * 13, lost), (twice.len(), 0));
    }

    #[test]
    fn a_tag_larger_than_a_segment_is_not_split() {
        let tags = [
            tag_bytes(VIDEO, 0, &body(1, 50)),
            tag_bytes(VIDEO, 40, &body(4, 9 << 20)),
            tag_bytes(VIDEO, 80, &body(5, 50)),
        ];
        let (segments, lost) = split(&[header(), tags.concat()].concat());
        assert_eq!((segments.concat(), lost), (tags.concat(), 0));
    }

    #[test]
    fn wrong_size_fields_after_all_tags_are_ignored() {
        let mut file = header();
        for n in 0..5 {
            let mut tag = tag_bytes(VIDEO, 40 * n, &body(6, 20));
            let end = tag.len();
            tag[end - 4..].fill(0);
            file.extend(tag);
        }
        let (segments, lost) = split(&file);
        assert_eq!((segments.concat().len(), lost), (file.len() - 13, 0));
    }

    #[test]
    fn duration_and_title_are_read_from_the_metadata() {
        let mut meta = b"\x02\0\x0aonMetaData\x08\0\0\0\x02\0\x08duration\0".to_vec();
        meta.extend(12.5_f64.to_be_bytes());
        meta.extend(b"\0\x05title\x02\0\x05Hello\0\0\x09");
        let file = [header(), tag_bytes(SCRIPT, 0, &meta)].concat();
        let split = MovieSplitter::open(Cursor::new(&file)).expect("an FLV");
        assert_eq!(split.info().duration_ms, Some(12_500));
        assert_eq!(split.info().tags.title.as_deref(), Some("Hello"));
    }
}
