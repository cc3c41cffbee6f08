//! Packed audio: frames of sound behind an ID3 tag that says when they start (RFC 8216 3.4).

use super::audio;

/// Bytes in the header of a tag, and of a frame in it (ID3v2.3 3.1, 3.3).
const HEADER_SIZE: usize = 10;
/// The owner of the private frame that holds the timestamp: 33 bits of 90 kHz.
const OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";

/// The timestamp, where there is one, and the sound; `None` where a piece is no packed audio.
pub(crate) fn read(piece: &[u8]) -> Option<(Option<i64>, &[u8])> {
    let mut time = None;
    let mut rest = piece;
    while let Some((tag, behind)) = split_id3(rest) {
        time = time.or_else(|| timestamp_in(tag));
        rest = behind;
    }
    let is_packed = rest.len() < piece.len() || audio::sniff(piece);
    is_packed.then_some((time, rest))
}

/// The frames of a tag, and what follows it.
fn split_id3(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[b'I', b'D', b'3', _, _, flags, a, b, c, d], rest) =
        bytes.split_first_chunk::<HEADER_SIZE>()?
    else {
        return None;
    };
    let (tag, behind) = rest.split_at_checked(synchsafe([a, b, c, d]))?;
    // A tag may repeat its header at its end.
    let footer = if flags & 0x10 != 0 { HEADER_SIZE } else { 0 };
    Some((tag, behind.get(footer..)?))
}

fn timestamp_in(mut tag: &[u8]) -> Option<i64> {
    while let Some((&[k, i, n, d, a, b, c, e, _, _], rest)) = tag.split_first_chunk::<HEADER_SIZE>()
    {
        // Version 3 counts in whole bytes, version 4 in 7 bits each; short frames agree.
        let (frame, behind) = rest.split_at_checked(synchsafe([a, b, c, e]))?;
        if [k, i, n, d] == *b"PRIV"
            && let Some(value) = frame.strip_prefix(OWNER)
        {
            let value = u64::from_be_bytes(*value.first_chunk()?);
            return i64::try_from(value & ((1 << 33) - 1)).ok();
        }
        tag = behind;
    }
    None
}

/// A number of four bytes with seven bits each.
fn synchsafe(bytes: [u8; 4]) -> usize {
    bytes
        .into_iter()
        .fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f))
}
