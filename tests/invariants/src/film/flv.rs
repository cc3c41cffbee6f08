//! Writes the film as FLV.

use media::TrackKind;

use super::{AUDIO_CONFIG, FilmSegment, Frame, video_config};

/// Returns a segment with its file header and codec configurations.
pub(super) fn segment(segment: &FilmSegment) -> Vec<u8> {
    let mut bytes = b"FLV\x01\x05\0\0\0\x09\0\0\0\0".to_vec();
    let start = segment.frames.first().map_or(0, milliseconds);
    let config = video_config();
    tag(
        &mut bytes,
        9,
        start,
        &[&[0x17, 0, 0, 0, 0][..], &config].concat(),
    );
    tag(
        &mut bytes,
        8,
        start,
        &[&[0xaf, 0][..], &AUDIO_CONFIG].concat(),
    );
    for frame in &segment.frames {
        match frame.kind {
            TrackKind::Video => {
                let first = if frame.is_key { 0x17 } else { 0x27 };
                let length = u32::try_from(frame.data.len())
                    .expect("short")
                    .to_be_bytes();
                let body = [&[first, 1, 0, 0, 0][..], &length, &frame.data].concat();
                tag(&mut bytes, 9, milliseconds(frame), &body);
            }
            TrackKind::Audio => {
                let body = [&[0xaf, 1][..], &frame.data].concat();
                tag(&mut bytes, 8, milliseconds(frame), &body);
            }
        }
    }
    bytes
}

fn milliseconds(frame: &Frame) -> u32 {
    u32::try_from((frame.clock_ns + 500_000) / 1_000_000).expect("within FLV")
}

fn tag(out: &mut Vec<u8>, kind: u8, time: u32, body: &[u8]) {
    let size = u32::try_from(body.len()).expect("short");
    let [_, a, b, c] = size.to_be_bytes();
    let [high, t0, t1, t2] = time.to_be_bytes();
    out.extend([kind, a, b, c, t0, t1, t2, high, 0, 0, 0]);
    out.extend_from_slice(body);
    out.extend((size + 11).to_be_bytes());
}
