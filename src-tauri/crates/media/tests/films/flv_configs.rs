//! FLV files whose AAC configuration is empty, late, or only in the frames.

use kit::segment::OwnedSegment;
use media::{FactKind, OutputFormat, SegmentFormat, SegmentKind, Summary, TrackKind};

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{assert_same, packets, probe_without_warnings},
    segments::{FlvTag, flv_tag, movie, tags},
};

const MILLISECOND: f64 = 0.001_001;
const FORMATS: [OutputFormat; 2] = [OutputFormat::Mp4, OutputFormat::Flv];

fn segment(number: u64, data: Vec<u8>) -> OwnedSegment {
    OwnedSegment {
        track: 0,
        kind: SegmentKind::Media(number),
        start_ms: number * 6000,
        data,
    }
}

/// Returns the movie with each tag replaced by any number of tags.
fn rewritten(mut change: impl FnMut(&FlvTag<'_>) -> Vec<u8>) -> OwnedSegment {
    let mut data = movie()[..13].to_vec();
    for tag in tags(movie()) {
        data.extend(change(&tag));
    }
    segment(0, data)
}

fn is_config(tag: &FlvTag<'_>, kind: u8) -> bool {
    tag.kind == kind && tag.bytes[12] == 0
}

fn config(kind: u8) -> Vec<u8> {
    let tags = tags(movie());
    tags.iter()
        .find(|tag| is_config(tag, kind))
        .unwrap()
        .bytes
        .to_vec()
}

fn made(format: OutputFormat, segments: &[OwnedSegment]) -> (MuxerJob, Summary) {
    let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
    let summary = job.finish(segments).unwrap();
    assert_eq!(job.check().unwrap().tracks, summary.tracks, "{format:?}");
    (job, summary)
}

/// Asserts that both outputs hold the packets of the movie and can be decoded.
fn assert_makes_the_movie(segments: &[OwnedSegment]) {
    let (whole, _) = made(OutputFormat::Flv, &[rewritten(|tag| tag.bytes.to_vec())]);
    for format in FORMATS {
        let (job, summary) = made(format, segments);
        assert_same(packets(&job.path()), packets(&whole.path()), MILLISECOND);
        probe_without_warnings(&job.path());
        assert_eq!(summary.facts, []);
    }
}

#[test]
fn frames_before_a_late_configuration_are_kept() {
    for kind in [8, 9] {
        let config = config(kind);
        let mut count = 0;
        let late = rewritten(|tag| {
            if is_config(tag, kind) {
                return Vec::new();
            }
            count += usize::from(tag.kind == kind);
            let config: &[u8] = if count == 43 && tag.kind == kind {
                &config
            } else {
                &[]
            };
            [config, tag.bytes].concat()
        });
        assert_makes_the_movie(&[late]);
    }
}

#[test]
fn a_configuration_that_comes_with_a_later_segment_is_taken_or_its_lack_is_said() {
    let config = config(8);
    let whole = rewritten(|tag| {
        let late: &[u8] = if tag.time == 6000 && tag.kind == 9 {
            &config
        } else {
            &[]
        };
        let own = if is_config(tag, 8) { &[] } else { tag.bytes };
        [late, own].concat()
    });
    let at = tags(&whole.data)
        .iter()
        .take_while(|tag| tag.kind != 9 || tag.time < 6000)
        .filter(|tag| !(is_config(tag, 8)))
        .map(|tag| tag.bytes.len())
        .sum::<usize>()
        + 13;
    let segments = [
        segment(0, whole.data[..at].to_vec()),
        segment(1, whole.data[at..].to_vec()),
    ];
    let (whole, _) = made(OutputFormat::Mp4, &[rewritten(|tag| tag.bytes.to_vec())]);
    let count = packets(&whole.path())["audio"].len() as u64;
    let (_, mp4) = made(OutputFormat::Mp4, &segments);
    assert_eq!((mp4.tracks[1].samples, mp4.facts.len()), (count, 0));
    // An FLV is written in order: it cannot wait. But the metadata tells.
    let (_, flv) = made(OutputFormat::Flv, &segments);
    assert_eq!((flv.tracks[1].samples, flv.facts.len()), (count, 0));
}

#[test]
fn an_empty_configuration_is_made_of_the_metadata() {
    assert_makes_the_movie(&[rewritten(|of| {
        if is_config(of, 8) {
            flv_tag(8, of.time, &[0xaf, 0])
        } else {
            of.bytes.to_vec()
        }
    })]);
}

/// Returns the movie without an AAC configuration, its metadata changed.
fn unconfigured(find: &[u8], replace: &[u8]) -> OwnedSegment {
    rewritten(|of| {
        if is_config(of, 8) {
            return Vec::new();
        }
        let mut bytes = of.bytes.to_vec();
        if of.kind == 18 {
            let at = bytes.windows(find.len()).position(|window| window == find);
            let at = at.unwrap();
            bytes[at..at + find.len()].copy_from_slice(replace);
        }
        bytes
    })
}

#[test]
fn where_the_metadata_does_not_tell_the_missing_sound_is_said() {
    let rate = |rate: f64| [&b"audiosamplerate\0"[..], &rate.to_be_bytes()].concat();
    for segment in [
        // Without a rate, with a rate that the distance of the frames denies, and mono.
        unconfigured(b"audiosamplerate", b"audiosamplerat_"),
        unconfigured(&rate(44_100.0), &rate(48_000.0)),
        unconfigured(&rate(44_100.0), &rate(22_050.0)),
        unconfigured(b"stereo\x01\x01", b"stereo\x01\x00"),
    ] {
        let (whole, _) = made(OutputFormat::Mp4, &[rewritten(|tag| tag.bytes.to_vec())]);
        let count = packets(&whole.path())["audio"].len() as u64;
        for format in FORMATS {
            let (_, summary) = made(format, std::slice::from_ref(&segment));
            assert_eq!(summary.tracks.len(), 1, "{summary:?}");
            let [fact] = summary.facts.as_slice() else {
                panic!("{:?}", summary.facts);
            };
            assert_eq!(fact.kind, FactKind::ConfigurationMissing);
            assert_eq!((fact.track, fact.samples), (Some(TrackKind::Audio), count));
            assert!(fact.duration_ms.abs_diff(12_000) < 150, "{fact:?}");
        }
    }
}

/// Returns an AAC frame with its ADTS header (LC, 44.1 kHz, stereo).
fn with_adts(frame: &[u8]) -> Vec<u8> {
    let length = frame.len() + 7;
    let low = |value: usize| value.to_le_bytes()[0];
    let mut bytes = vec![
        0xff,
        0xf1,
        0x50,
        0x80 | low(length >> 11),
        low(length >> 3),
        low(length << 5) | 0x1f,
        0xfc,
    ];
    bytes.extend_from_slice(frame);
    bytes
}

#[test]
fn adts_headers_in_the_frames_are_taken_off_and_tell_the_configuration() {
    for keeps_config in [false, true] {
        let segment = rewritten(|of| {
            if is_config(of, 8) {
                return if keeps_config {
                    of.bytes.to_vec()
                } else {
                    flv_tag(8, 0, &[0xaf, 0])
                };
            }
            if of.kind == 18 {
                return Vec::new();
            }
            if of.kind != 8 {
                return of.bytes.to_vec();
            }
            let body = &of.bytes[11..of.bytes.len() - 4];
            flv_tag(8, of.time, &[&body[..2], &with_adts(&body[2..])].concat())
        });
        assert_makes_the_movie(&[segment]);
    }
}
