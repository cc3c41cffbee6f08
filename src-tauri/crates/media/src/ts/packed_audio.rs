//! Reads packed audio: audio frames after an ID3 tag with their timestamp (RFC 8216 3.4).

use super::audio;

/// Bytes of the header of an ID3 tag, and of a frame in it (ID3v2.3 3.1, 3.3).
const HEADER_SIZE: usize = 10;
/// Owner identifier of the `PRIV` frame with the timestamp: 90 kHz in 33 bits.
const OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";

/// Returns the timestamp, if the segment has one, and the audio frames; `None` if the segment is
/// not packed audio.
pub(crate) fn read(segment: &[u8]) -> Option<(Option<i64>, &[u8])> {
    let mut time = None;
    let mut rest = segment;
    while let Some((tag, after)) = split_id3(rest) {
        time = time.or_else(|| timestamp_in(tag));
        rest = after;
    }
    // A transport stream may be behind an ID3 tag too.
    let has_tag = rest.len() < segment.len();
    if super::starts_with_packets(rest) || (has_tag && super::has_packets(rest)) {
        return None;
    }
    let is_packed = has_tag || audio::sniff(segment);
    is_packed.then_some((time, rest))
}

/// Returns the frames of an ID3 tag, and the bytes after it.
fn split_id3(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[b'I', b'D', b'3', _, _, flags, a, b, c, d], rest) =
        bytes.split_first_chunk::<HEADER_SIZE>()?
    else {
        return None;
    };
    let (tag, after) = rest.split_at_checked(synchsafe([a, b, c, d]))?;
    // A tag may have a footer with the fields of its header (ID3v2.4 3.4).
    let footer = if flags & 0x10 != 0 { HEADER_SIZE } else { 0 };
    Some((tag, after.get(footer..)?))
}

/// Returns the length of an ID3 tag, of which the header is enough.
pub(super) fn id3_length(bytes: &[u8]) -> Option<u64> {
    let &[b'I', b'D', b'3', _, _, flags, a, b, c, d] = bytes.first_chunk::<HEADER_SIZE>()? else {
        return None;
    };
    let footer = if flags & 0x10 != 0 { HEADER_SIZE } else { 0 };
    Some((HEADER_SIZE + synchsafe([a, b, c, d]) + footer) as u64)
}

fn timestamp_in(mut tag: &[u8]) -> Option<i64> {
    while let Some((&[k, i, n, d, a, b, c, e, _, _], rest)) = tag.split_first_chunk::<HEADER_SIZE>()
    {
        // ID3v2.3 has plain sizes and ID3v2.4 synchsafe ones; below 128 bytes they are equal.
        let (frame, after) = rest.split_at_checked(synchsafe([a, b, c, e]))?;
        if [k, i, n, d] == *b"PRIV"
            && let Some(value) = frame.strip_prefix(OWNER)
        {
            let value = u64::from_be_bytes(*value.first_chunk()?);
            return i64::try_from(value & ((1 << 33) - 1)).ok();
        }
        tag = after;
    }
    None
}

/// Returns a synchsafe number: four bytes with seven bits each (ID3v2.4 6.2).
fn synchsafe(bytes: [u8; 4]) -> usize {
    bytes
        .into_iter()
        .fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f))
}
