//! Codec configurations that no standard allows but every player accepts: they are copied
//! unchanged.

use std::io::Cursor;

use kit::segment::OwnedSegment;
use media::{OutputFormat, SegmentFormat, SegmentKind, TrackKind, check, probe};

use crate::{
    multi_track::EXACT,
    muxing::muxer_job,
    packets::{assert_same, packets, probe_without_warnings},
    segments::{cut_flv, dash, movie, tags},
};

const VIDEO: u8 = 0;
const AUDIO: u8 = 1;
/// The boxes around a sample entry, outermost first.
const AROUND: [[u8; 4]; 6] = [*b"moov", *b"trak", *b"mdia", *b"minf", *b"stbl", *b"stsd"];

/// Returns the segments of the movie with one init segment changed.
fn changed(track: u8, change: impl FnOnce(&mut Vec<u8>)) -> Vec<OwnedSegment> {
    let mut segments = dash().to_vec();
    let init = segments
        .iter_mut()
        .find(|segment| (segment.track, segment.kind) == (track, SegmentKind::Init));
    change(&mut init.unwrap().data);
    segments
}

fn find(init: &[u8], kind: [u8; 4]) -> usize {
    // The last match, since `avc1` is also a brand.
    init.windows(4).rposition(|bytes| bytes == kind).unwrap() - 4
}

fn size(init: &[u8], at: usize) -> usize {
    u32::from_be_bytes(init[at..at + 4].try_into().unwrap()) as usize
}

/// Appends bytes to the last of these boxes, each of which is in the one before.
fn append(data: &mut Vec<u8>, boxes: &[[u8; 4]], bytes: &[u8]) {
    let last = find(data, *boxes.last().unwrap());
    let end = last + size(data, last);
    for kind in boxes {
        let at = find(data, *kind);
        let size = u32::try_from(size(data, at) + bytes.len()).unwrap();
        data[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }
    data.splice(end..end, bytes.iter().copied());
}

/// Appends bytes to a sample entry, or to a box in it.
fn append_to_entry(init: &mut Vec<u8>, boxes: &[[u8; 4]], bytes: &[u8]) {
    append(init, &[&AROUND[..], boxes].concat(), bytes);
}

/// Asserts that the segments make a valid movie with the packets of the unchanged one.
fn assert_made(segments: &[OwnedSegment], why: &str) {
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let made = job
        .finish(segments)
        .unwrap_or_else(|error| panic!("{why}: {error}"));
    assert_eq!(job.check().unwrap(), made, "{why}");
    let mut usual = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    usual.finish(dash()).unwrap();
    assert_same(packets(&job.path()), packets(&usual.path()), EXACT);
    probe_without_warnings(&job.path());
}

#[test]
fn bytes_behind_the_parameter_sets_are_ignored() {
    for tail in [&[0][..], &[0xfd, 0xf8, 0xf8, 0, 0, 0, 0], &[1, 2, 3, 4, 5]] {
        let change = |init: &mut Vec<u8>| append_to_entry(init, &[*b"avc1", *b"avcC"], tail);
        assert_made(&changed(VIDEO, change), &format!("{tail:?} behind avcC"));
    }
}

#[test]
fn bytes_that_are_not_a_box_may_end_a_sample_entry() {
    for tail in [&[0][..], &[0; 3], &[0; 4], &[9; 7]] {
        let why = format!("{tail:?} behind the boxes");
        for (track, kind) in [(VIDEO, *b"avc1"), (AUDIO, *b"mp4a")] {
            assert_made(
                &changed(track, |init| append_to_entry(init, &[kind], tail)),
                &why,
            );
        }
    }
}

#[test]
fn boxes_of_any_name_may_be_in_a_sample_entry() {
    let unknown = b"\0\0\0\x0cmine\x01\x02\x03\x04";
    for (track, kind) in [(VIDEO, *b"avc1"), (AUDIO, *b"mp4a")] {
        let segments = changed(track, |init| append_to_entry(init, &[kind], unknown));
        assert_made(&segments, "a box of its own");
    }
}

#[test]
fn lengths_of_descriptors_are_not_relied_on() {
    let segments = changed(AUDIO, |init| {
        // The last of the four length bytes, after version, flags and tag.
        let length = find(init, *b"esds") + 8 + 4 + 4;
        init[length] -= 3;
    });
    assert_made(&segments, "a descriptor that is longer than it says");
}

#[test]
fn the_place_of_the_data_is_that_of_the_movie() {
    for reference in [0, 2] {
        let segments = changed(VIDEO, |init| {
            let at = find(init, *b"avc1") + 8 + 6;
            init[at..at + 2].copy_from_slice(&[0, reference]);
        });
        assert_made(&segments, "data of another place");
    }
}

#[test]
fn boxes_of_any_name_may_be_in_an_index() {
    let segments = cut_flv(movie(), 2000, false);
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, segments.len());
    let made = job.finish(&segments).unwrap();
    for depth in 1..AROUND.len() {
        let mut film = job.bytes();
        let holders: Vec<_> = AROUND.iter().take(depth).copied().collect();
        let unknown = b"\0\0\0\x0cmine\x01\x02\x03\x04";
        append(&mut film, &holders, unknown);
        // Shrink the free space after the index.
        let index = find(&film, *b"moov");
        let room = index + size(&film, index);
        let left = size(&film, room) - unknown.len();
        film[room..room + 4].copy_from_slice(&u32::try_from(left).unwrap().to_be_bytes());
        film.drain(room + left..room + left + unknown.len());
        let checked = check(Cursor::new(&film)).unwrap();
        assert_eq!(checked.tracks, made.tracks, "{holders:?}");
    }
}

#[test]
fn an_invalid_config_fails_with_its_segment() {
    let cut = |kind: [u8; 4], at: usize| {
        move |init: &mut Vec<u8>| {
            let at = find(init, kind) + 8 + at;
            init[at] = 0xff;
        }
    };
    for segments in [
        // The length of the first parameter set, and the tag of the first descriptor.
        changed(VIDEO, cut(*b"avcC", 6)),
        changed(AUDIO, cut(*b"esds", 4)),
    ] {
        let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
        assert!(job.attempt(&segments).is_err());
    }
}

/// Makes the first NAL unit of the first frame longer than the frame.
fn broken(mut segment: Vec<u8>) -> Vec<u8> {
    let tags = tags(&segment);
    let picture = tags.iter().find(|tag| tag.kind == 9 && tag.bytes[12] == 1);
    let at = picture.unwrap().bytes.as_ptr() as usize - segment.as_ptr() as usize;
    segment[at + 11 + 5] = 0x7f;
    segment
}

#[test]
fn a_broken_first_frame_is_found_before_its_segment_counts() {
    let segment = &cut_flv(movie(), 2000, false)[0];
    assert!(probe(SegmentFormat::Flv, segment.kind, &segment.data).is_ok());
    assert!(
        probe(
            SegmentFormat::Flv,
            segment.kind,
            &broken(segment.data.clone())
        )
        .is_err()
    );
}

#[test]
fn a_first_frame_that_is_broken_at_its_source_does_not_fail_the_movie() {
    let mut segments = cut_flv(movie(), 2000, false);
    segments[0].data = broken(std::mem::take(&mut segments[0].data));
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
        let made = job.finish(&segments).unwrap();
        let checked = job.check().unwrap();
        let pictures = checked
            .tracks
            .iter()
            .find(|track| track.kind == TrackKind::Video);
        assert!(pictures.unwrap().samples > 100);
        assert_eq!(checked.tracks.len(), made.tracks.len());
    }
}
