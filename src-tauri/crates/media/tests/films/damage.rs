//! A movie with one bit changed: `check` notices each bit that matters.

use std::{collections::BTreeMap, io::Cursor, ops::Range};

use kit::segment::OwnedSegment;
use media::{CaptionFile, OutputFormat, SegmentFormat, Summary, check};

use crate::{
    muxing::muxer_job,
    segments::{cut_flv, dash, movie, tags},
};

fn finished(
    source: SegmentFormat,
    format: OutputFormat,
    segments: &[OwnedSegment],
) -> (Vec<u8>, Summary) {
    let mut job = muxer_job(source, format, segments.len());
    let made = job.finish(segments).unwrap();
    (job.bytes(), made)
}

/// Returns how many bytes precede the children of a box; `None` if it has no children.
fn before_children(kind: &str) -> Option<usize> {
    match kind {
        "moov" | "trak" | "edts" | "mdia" | "minf" | "dinf" | "stbl" | "udta" | "ilst" => Some(0),
        "stsd" | "dref" => Some(8),
        "avc1" => Some(78),
        "mp4a" => Some(28),
        "meta" => Some(4),
        kind if kind.starts_with('©') => Some(0),
        _ => None,
    }
}

/// Names each byte of a box: the path of its box, and its offset in the body; size and name are at
/// -8 to -1.
fn places(data: &[u8], start: usize, path: &str, into: &mut BTreeMap<usize, (String, i64)>) {
    let mut at = start;
    while at < data.len() {
        let size = u32::from_be_bytes(data[at..at + 4].try_into().unwrap()) as usize;
        // 0xA9 is one character, not UTF-8.
        let kind: String = data[at + 4..at + 8]
            .iter()
            .map(|byte| char::from(*byte))
            .collect();
        // Distinguishes the second track from the first.
        let again = into
            .values()
            .any(|(other, _)| *other == format!("{path}/{kind}"));
        let path = format!("{path}/{kind}{}", if again { " again" } else { "" });
        for (place, offset) in (at..at + size).zip(-8..) {
            into.insert(place, (path.clone(), offset));
        }
        if let Some(before) = before_children(&kind) {
            places(&data[..at + size], at + 8 + before, &path, into);
        }
        at += size;
    }
}

/// Returns the byte range of the index.
fn index(film: &[u8]) -> Range<usize> {
    let mut at = 0;
    loop {
        let size = u32::from_be_bytes(film[at..at + 4].try_into().unwrap()) as usize;
        if &film[at + 4..at + 8] == b"moov" {
            return at..at + size;
        }
        at += size;
    }
}

/// Returns the bytes of the index in which `check` does not notice the change of some bits.
fn unnoticed(film: &[u8], made: &Summary) -> BTreeMap<(String, i64), u8> {
    let index = index(film);
    let mut of_byte = BTreeMap::new();
    places(&film[..index.end], index.start, "", &mut of_byte);
    let mut damaged = film.to_vec();
    let mut unnoticed = BTreeMap::new();
    for (place, named) in of_byte {
        for bit in 0..8 {
            damaged[place] ^= 1 << bit;
            if check(Cursor::new(&damaged)).is_ok_and(|found| found == *made) {
                *unnoticed.entry(named.clone()).or_default() |= 1 << bit;
            }
            damaged[place] = film[place];
        }
    }
    unnoticed
}

/// Bytes of a box and the bits in them.
type BitMask = (&'static str, Range<i64>, u8);

/// Fields that do not affect where samples are and when they are shown: the end of the path of the
/// box, its bytes, and the bits in them.
const NO_STRUCTURE: &[BitMask] = &[
    // Creation times, volume, matrix, next track ID.
    ("/mvhd", 4..12, 0xff),
    ("/mvhd", 24..26, 0xff),
    ("/mvhd", 36..72, 0xff),
    ("/mvhd", 96..100, 0xff),
    // Part of a preview, size is a ratio; times; layer, volume, matrix; parts of pixels.
    ("/tkhd", 3..4, 0x0c),
    ("/tkhd", 4..12, 0xff),
    ("/tkhd", 32..34, 0xff),
    ("/tkhd", 36..38, 0xff),
    ("/tkhd", 40..76, 0xff),
    ("/tkhd", 78..80, 0xff),
    ("/tkhd", 82..84, 0xff),
    // Creation times.
    ("/mdhd", 4..12, 0xff),
    // Name.
    ("/mdia/hdlr", 24..99, 0xff),
    // Version 1 (signed) if no offset is negative.
    ("/ctts", 0..1, 1),
    // Text, which is lost with its box.
    ("/udta/meta", -4..4, 0xff),
    ("/udta/meta/hdlr", -5..25, 0xff),
    ("/udta/meta/ilst", -4..0, 0xff),
];

#[test]
fn a_changed_bit_of_the_index_is_noticed_or_irrelevant() {
    let first = |track| {
        dash()
            .iter()
            .filter(move |segment| segment.track == track)
            .take(3)
    };
    let fragments: Vec<_> = first(0).chain(first(1)).cloned().collect();
    let tags = cut_flv(movie(), 2000, false);
    for (source, segments) in [
        (SegmentFormat::Flv, &tags[..1]),
        (SegmentFormat::Fmp4, &fragments),
    ] {
        let mut job = muxer_job(source, OutputFormat::Mp4, segments.len());
        let words = "WEBVTT\n\n00:00.100 --> 00:00.300\na\n\n00:00.400 --> 00:00.500\nbc\n";
        job.movie.captions = CaptionFile::read(words.into())
            .captions("de-DE")
            .into_iter()
            .collect();
        let made = job.finish(segments).unwrap();
        assert_eq!(made.captions.len(), 1);
        let film = job.bytes();
        assert_eq!(check(Cursor::new(&film)).unwrap(), made);
        let mut missed = unnoticed(&film, &made);
        missed.retain(|(path, offset), bits| {
            // The frame size of audio and of captions.
            let sound = path.contains("/trak again/tkhd") && offset >= &76;
            if sound || path.contains("/ilst/") {
                return false;
            }
            for (end, bytes, no_structure) in NO_STRUCTURE {
                if path.replace(" again", "").ends_with(end) && bytes.contains(offset) {
                    *bits &= !no_structure;
                }
            }
            *bits != 0
        });
        assert_eq!(missed, BTreeMap::new(), "{source:?}");
    }
}

#[test]
fn a_movie_cut_at_any_byte_never_passes() {
    let segments = cut_flv(movie(), 1000, false);
    for (format, segments, duration_ms) in [
        (OutputFormat::Mp4, &segments[..1], None),
        // The index does not fit in the space reserved for a movie of a second, and goes to the end.
        (OutputFormat::Mp4, &segments[..], Some(1)),
        (OutputFormat::Flv, &segments[..1], None),
    ] {
        let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
        job.movie.duration_ms = duration_ms;
        job.finish(segments).unwrap();
        let film = job.bytes();
        check(Cursor::new(&film)).unwrap();
        for length in 0..film.len() {
            assert!(
                check(Cursor::new(&film[..length])).is_err(),
                "cut to {length}"
            );
        }
    }
}

/// Returns the bits of a byte whose change is not noticed.
fn unnoticed_bits(damaged: &mut [u8], place: usize, whole: &Summary) -> u8 {
    let mut missed = 0;
    for bit in 0..8 {
        damaged[place] ^= 1 << bit;
        if check(Cursor::new(&*damaged)).is_ok_and(|found| found == *whole) {
            missed |= 1 << bit;
        }
        damaged[place] ^= 1 << bit;
    }
    missed
}

#[test]
fn a_changed_bit_of_a_tag_is_noticed_or_irrelevant() {
    let segments = cut_flv(movie(), 2000, false);
    let (film, made) = finished(SegmentFormat::Flv, OutputFormat::Flv, &segments[..1]);
    let whole = check(Cursor::new(&film)).unwrap();
    let digests =
        |summary: &Summary| -> Vec<_> { summary.tracks.iter().map(|track| track.digest).collect() };
    assert_eq!(digests(&made), digests(&whole));
    let mut damaged = film.clone();
    for place in 0..13 {
        assert_eq!(
            unnoticed_bits(&mut damaged, place, &whole),
            0,
            "byte {place}"
        );
    }
    // The metadata is the first tag.
    for tag in &tags(&film)[1..] {
        let start = tag.bytes.as_ptr() as usize - film.as_ptr() as usize;
        let config = tag.bytes[12] == 0;
        let fields = if tag.kind == 9 { 5 } else { 2 };
        let behind = tag.bytes.len() - 4..tag.bytes.len();
        for offset in (0..11 + fields).chain(behind) {
            let no_structure = match offset {
                // The timestamp of a sequence header, and its unused composition offset.
                4..=7 | 13..=15 if config => 0xff,
                // Rate and channels; the configuration of AAC overrides them.
                11 if tag.kind == 8 => 0x0f,
                // Frame types other than keyframes.
                11 if config || tag.bytes[11] >> 4 != 1 => 0xf0,
                // Any number but 0 is a frame of AAC.
                12 if tag.kind == 8 && !config => 0xfe,
                _ => 0,
            };
            let missed = unnoticed_bits(&mut damaged, start + offset, &whole) & !no_structure;
            assert_eq!(missed, 0, "byte {offset} of the tag at {start}");
        }
    }
}

#[test]
fn a_changed_bit_of_the_metadata_is_noticed_or_irrelevant() {
    let segments = cut_flv(movie(), 2000, false);
    let (film, _) = finished(SegmentFormat::Flv, OutputFormat::Flv, &segments[..3]);
    let whole = check(Cursor::new(&film)).unwrap();
    let mut damaged = film.clone();
    let find = |name: &[u8]| film.windows(name.len()).position(|bytes| bytes == name);
    let end = tags(&film)[0].bytes.len() + 13;
    let mut structure = vec![13..find(b"onMetaData").unwrap() + 11, end - 7..end];
    for (name, value) in [
        // The last bytes of the double are less than a millisecond.
        (&b"\0\x08duration"[..], 4),
        (b"\0\x08filesize", 9),
        (b"\0\x0cvideocodecid", 9),
        (b"\0\x0caudiocodecid", 9),
        (b"\0\x05width", 9),
        (b"\0\x06height", 9),
        (b"\0\x0dfilepositions", 5 + 3 * 9),
        (b"\0\x05times", 5),
    ] {
        let start = find(name).unwrap();
        structure.push(start..start + name.len() + value);
    }
    for place in structure.into_iter().flatten() {
        assert_eq!(
            unnoticed_bits(&mut damaged, place, &whole),
            0,
            "byte {place}"
        );
    }
}
