//! Reads movies through ffmpeg: every packet with its timestamps and the hash of its bytes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace;

/// Number of two-second chunks in the fixture movie.
const CHUNKS: usize = 100;
const FRAMES_PER_CHUNK: usize = 20;

/// One packet, copied and not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FrameMd5 {
    pub(crate) dts_us: i64,
    pub(crate) pts_us: i64,
    size: u64,
    hash: String,
}

impl FrameMd5 {
    /// Returns whether the bytes are the same.
    pub(crate) fn is_same_media(&self, other: &Self) -> bool {
        (self.size, &self.hash) == (other.size, &other.hash)
    }
}

/// Returns the path of a fixture movie of the mock service.
pub(crate) fn fixture(name: &str) -> PathBuf {
    workspace().join("tests/fixtures/film").join(name)
}

/// Returns all packets of one stream (`v:0`, `a:0`).
pub(crate) fn packets(movie: &Path, stream: &str) -> Vec<FrameMd5> {
    let map = format!("0:{stream}");
    let arguments = [
        "-map", &map, "-codec", "copy", "-copyts", "-f", "framemd5", "-",
    ];
    let table = ffmpeg(movie, &arguments);
    let base = table
        .lines()
        .find_map(|line| line.strip_prefix("#tb 0: "))
        .unwrap();
    let (top, bottom) = base.split_once('/').unwrap();
    let (top, bottom): (i64, i64) = (top.parse().unwrap(), bottom.parse().unwrap());
    let micros = |ticks: &str| ticks.trim().parse::<i64>().unwrap() * top * 1_000_000 / bottom;
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split(',').collect();
            FrameMd5 {
                dts_us: micros(columns[1]),
                pts_us: micros(columns[2]),
                size: columns[4].trim().parse().unwrap(),
                hash: columns[5].trim().to_owned(),
            }
        })
        .collect()
}

/// Asserts that the packets are the same, first to last, with the same distances in time.
pub(crate) fn assert_same(found: &[FrameMd5], expected: &[FrameMd5], tolerance_us: i64) {
    let bytes = |packets: &[FrameMd5]| {
        packets
            .iter()
            .map(|packet| (packet.size, packet.hash.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(found.len(), expected.len(), "number of packets");
    assert!(
        bytes(found) == bytes(expected),
        "the packets hold other bytes"
    );
    let (Some(first), Some(expected_first)) = (found.first(), expected.first()) else {
        panic!("there are no packets");
    };
    for (packet, wanted) in found.iter().zip(expected) {
        for (time, origin, wanted, wanted_origin) in [
            (
                packet.dts_us,
                first.dts_us,
                wanted.dts_us,
                expected_first.dts_us,
            ),
            (
                packet.pts_us,
                first.dts_us,
                wanted.pts_us,
                expected_first.dts_us,
            ),
        ] {
            let off = (time - origin) - (wanted - wanted_origin);
            assert!(off.abs() <= tolerance_us, "{off} µs off: {packet:?}");
        }
    }
}

/// Asserts that video and audio of a file are those of the fixture movie, and in sync.
pub(crate) fn assert_whole(movie: &Path, video: &str, audio: &str, tolerance_us: i64) {
    assert_first(movie, video, audio, CHUNKS, tolerance_us);
    let audio = packets(&fixture(audio), "a:0");
    assert_eq!(
        packets(movie, "a:0").len(),
        audio.len(),
        "number of audio packets"
    );
}

/// Asserts the same for a movie that has only the first `chunks` chunks of the fixture.
pub(crate) fn assert_first(
    movie: &Path,
    video: &str,
    audio: &str,
    chunks: usize,
    tolerance_us: i64,
) {
    let (found_video, found_audio) = (packets(movie, "v:0"), packets(movie, "a:0"));
    let (video, audio) = (
        packets(&fixture(video), "v:0"),
        packets(&fixture(audio), "a:0"),
    );
    assert_same(
        &found_video,
        &video[..chunks * FRAMES_PER_CHUNK],
        tolerance_us,
    );
    // A chunk of audio ends with the packet that passes an even second.
    let least = audio.len() * chunks / CHUNKS;
    assert!(
        found_audio.len() >= least,
        "{} audio packets, not {least}",
        found_audio.len()
    );
    assert_same(&found_audio, &audio[..found_audio.len()], tolerance_us);
    let apart = found_video[0].pts_us - found_audio[0].pts_us;
    let wanted = fixture_track_offset();
    assert!(
        (apart - wanted).abs() <= tolerance_us,
        "{apart} µs apart, not {wanted}"
    );
}

fn fixture_track_offset() -> i64 {
    let movie = fixture("film.flv");
    packets(&movie, "v:0")[0].pts_us - packets(&movie, "a:0")[0].pts_us
}

/// Asserts that a player can play it to the end: every frame decodes without a warning.
pub(crate) fn assert_plays(movie: &Path) {
    let output = Command::new("ffmpeg")
        .args(["-v", "warning", "-xerror", "-i"])
        .arg(movie)
        .args(["-f", "null", "-"])
        .output()
        .expect("ffmpeg is needed for this test");
    let complaints = String::from_utf8_lossy(&output.stderr);
    // ffmpeg prints this for every movie with a cover, those that it made itself too.
    let of_covers = |line: &&str| !line.ends_with("stream 0, timescale not set");
    let complaints: Vec<&str> = complaints.lines().filter(of_covers).collect();
    assert!(
        output.status.success() && complaints.is_empty(),
        "{complaints:?}"
    );
}

/// Returns the output of ffprobe, as `key=value` lines.
pub(crate) fn tags(movie: &Path) -> String {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-show_entries",
            "format=duration:format_tags",
            "-of",
            "default=nw=1",
        ])
        .arg(movie)
        .output()
        .expect("ffprobe is needed for this test");
    String::from_utf8(output.stdout).unwrap()
}

fn ffmpeg(movie: &Path, arguments: &[&str]) -> String {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(movie)
        .args(arguments)
        .output()
        .expect("ffmpeg is needed for this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
