//! Reads the packets of a movie with ffprobe, and compares them.

use std::{collections::BTreeMap, path::Path};

use super::{
    readers::ffprobe,
    segmenter::{SegmentedMovie, Segmenter},
    test_movie::TestMovie,
};

/// One packet; times are in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProbedPacket {
    pub(super) pts: i64,
    pub(super) dts: i64,
    duration: Option<i64>,
    pub(super) keyframe: bool,
    hash: String,
}

/// The packets of each track, keyed by `video` and `audio`.
pub(super) type ProbedPackets = BTreeMap<String, Vec<ProbedPacket>>;

/// Reads the packets of a file.
pub(super) fn read(path: &Path, options: &[&str]) -> ProbedPackets {
    let show = [
        "-show_packets",
        "-show_data_hash",
        "md5",
        "-show_entries",
        "packet=codec_type,pts_time,dts_time,duration_time,flags,data_hash",
        "-of",
        "compact=p=0",
        path.to_str().unwrap(),
    ];
    let mut packets = ProbedPackets::new();
    for line in ffprobe(&[options, &show].concat()).lines() {
        let fields: BTreeMap<_, _> = line
            .split('|')
            .filter_map(|field| field.split_once('='))
            .collect();
        let Some(kind) = fields.get("codec_type") else {
            continue;
        };
        let time = |name: &str| fields.get(name).and_then(|text| microseconds(text));
        let packet = ProbedPacket {
            pts: time("pts_time").unwrap(),
            dts: time("dts_time").unwrap(),
            duration: time("duration_time"),
            keyframe: fields["flags"].starts_with('K'),
            hash: fields["data_hash"].to_owned(),
        };
        packets.entry((*kind).to_owned()).or_default().push(packet);
    }
    packets
}

/// Parses seconds with six decimals.
pub(super) fn microseconds(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    let value = whole.trim_start_matches('-').parse::<i64>().ok()? * 1_000_000
        + part.parse::<i64>().ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

/// Shifts all times so that the first shown packet of all tracks is at 0.
pub(super) fn from_origin(mut packets: ProbedPackets) -> ProbedPackets {
    let origin = packets.values().flatten().map(|packet| packet.pts).min();
    for packet in packets.values_mut().flatten() {
        packet.pts -= origin.unwrap_or(0);
        packet.dts -= origin.unwrap_or(0);
    }
    packets
}

/// Returns the largest allowed difference of times, in microseconds.
fn tolerance(cut: Segmenter, film: &TestMovie) -> i64 {
    match cut {
        // Times are exact, but ffprobe prints them with six decimals.
        Segmenter::Dash => 2,
        // Times are in ticks of 90 kHz. We snap audio to its samples; ffmpeg may be off by up to a
        // millisecond at the start of a PES packet.
        Segmenter::Ts => 1_000,
        // Times are in whole milliseconds; the MP4 snaps audio to its samples between them.
        Segmenter::Flv => 1_001,
        // The timestamp shift of a segment is estimated from the mean frame distance before it;
        // with irregular timing, it is unknown.
        Segmenter::FlvRestarted if film.has_irregular_timing => i64::MAX,
        Segmenter::FlvRestarted => 3_000,
    }
}

/// Largest rounding error of an edit that delays a track, in microseconds. It is rounded to the
/// timescale of the movie, and by readers to that of the track, which is at least 10240 Hz here.
const DELAY: i64 = 100;

/// Asserts that the packets have the same bytes, keyframes, times and durations as in the source.
pub(super) fn assert_same(
    made: &ProbedPackets,
    cutting: &SegmentedMovie,
    film: &TestMovie,
    what: &str,
) {
    let made = from_origin(made.clone());
    let whole = from_origin(cutting.whole.clone());
    assert!(!whole.is_empty());
    assert_eq!(
        made.keys().collect::<Vec<_>>(),
        whole.keys().collect::<Vec<_>>(),
        "{what}"
    );
    let tolerance = tolerance(cutting.segmenter, film);
    let close = |one: i64, other: i64| (one - other).abs() <= tolerance;
    for (kind, whole) in &whole {
        let made = &made[kind];
        let start = |packets: &[ProbedPacket]| packets.first().map_or(0, |packet| packet.dts);
        let (start, wanted) = (start(made), start(whole));
        assert!(
            (start - wanted).abs() <= tolerance.max(DELAY),
            "{what}: {kind} starts at {start} and not at {wanted} µs"
        );
        for (number, (made, source)) in made.iter().zip(whole).enumerate() {
            let context = format!("{what}: {kind} packet {number}: {made:?} of {source:?}");
            assert_eq!(made.hash, source.hash, "{context}");
            assert_eq!(made.keyframe, source.keyframe, "{context}");
            assert!(close(made.dts - start, source.dts - wanted), "{context}");
            assert!(close(made.pts - start, source.pts - wanted), "{context}");
            // ffprobe takes the frame durations of an FLV from the frame rate, not from the
            // timestamps.
            if cutting.segmenter == Segmenter::Dash
                && let (Some(found), Some(told)) = (made.duration, source.duration)
            {
                // In an MP4, a gap is a longer frame before it. If a track starts late, ffprobe
                // subtracts the delay from the duration of its last frame.
                let next = whole.get(number + 1).map(|next| next.dts - source.dts);
                let late = next.is_none() && whole[0].dts > 0;
                let is_right = close(found, told) || next.is_some_and(|next| close(found, next));
                assert!(is_right || late, "{context}");
            }
        }
        assert_eq!(made.len(), whole.len(), "{what}: {kind} packets");
        let rising = made.windows(2).all(|pair| pair[0].dts < pair[1].dts);
        assert!(rising, "{what}: decode times of {kind}");
    }
}
