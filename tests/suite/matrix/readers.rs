//! Reads a movie with other programs: ffmpeg, ffprobe, mediainfo and mp4-atom.

use std::{
    fs::File,
    io::Seek,
    process::{Command, Output},
};

use media::{OutputFormat, TrackKind};
use serde_json::Value;

use super::{
    assemble::AssembledMovie,
    packets::{self, ProbedPackets},
};

/// Runs ffmpeg, which must succeed.
pub(super) fn ffmpeg(arguments: &[&str]) -> Output {
    run("ffmpeg", &[&["-v", "warning", "-y"], arguments].concat())
}

/// Runs ffprobe, which must not print a warning, and returns its output.
pub(super) fn ffprobe(arguments: &[&str]) -> String {
    without_complaint(run("ffprobe", &[&["-v", "warning"], arguments].concat()))
}

fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; it is needed for this test"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {words}");
    output
}

fn without_complaint(output: Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

/// Asserts that every reader finds the same content and prints no warning.
pub(super) fn assert_content(made: &AssembledMovie, found: ProbedPackets, what: &str) {
    let path = made.path.to_str().unwrap();
    // Use the timescale of the movie: with a guessed frame rate, two frames could get the same
    // time.
    let decode = [
        "-xerror",
        "-i",
        path,
        "-fps_mode",
        "passthrough",
        "-enc_time_base",
        "-1",
        "-f",
        "null",
        "-",
    ];
    without_complaint(ffmpeg(&decode));
    assert_seeks(made, &found, what);
    match made.format {
        OutputFormat::Mp4 => {
            assert_durations(made, found, what);
            assert_index(made);
        }
        OutputFormat::Flv => assert_stated_duration(made, what),
    }
}

/// Asserts that a seek to the middle leads to a keyframe close to it, with all its bytes.
fn assert_seeks(made: &AssembledMovie, found: &ProbedPackets, what: &str) {
    let Some(all) = found.get("video") else {
        return;
    };
    let middle = all[all.len() / 2].pts;
    let keyframes: Vec<_> = all.iter().filter(|packet| packet.keyframe).collect();
    // ffprobe seeks by decode or by presentation time; in an FLV it may seek too far.
    let at = keyframes.partition_point(|keyframe| keyframe.dts <= middle);
    let near = match made.format {
        OutputFormat::Mp4 => &keyframes[at.saturating_sub(3)..keyframes.len().min(at + 1)],
        OutputFormat::Flv => &keyframes[..],
    };
    let seconds = format!("{}.{:06}%+#1", middle / 1_000_000, middle % 1_000_000);
    let options = ["-select_streams", "v", "-read_intervals", &seconds];
    let found = packets::read(&made.path, &options);
    let found = found["video"].first().unwrap();
    assert!(near.contains(&found), "{what}: {found:?} for {seconds}");
}

/// Asserts that mediainfo reads the durations that the muxer returned.
fn assert_durations(made: &AssembledMovie, found: ProbedPackets, what: &str) {
    let path = made.path.to_str().unwrap();
    let told: Value =
        serde_json::from_slice(&run("mediainfo", &["--Output=JSON", path]).stdout).unwrap();
    let tracks = told["media"]["track"].as_array().unwrap();
    let found = packets::from_origin(found);
    let close = |kind: &str, ours: u64| {
        let track = tracks.iter().find(|track| track["@type"] == kind);
        let told = track
            .and_then(|track| track["Duration"].as_str())
            .unwrap_or_else(|| panic!("{what}: no length of {kind}"));
        let told = packets::microseconds(&format!("{told}000")).unwrap() / 1000;
        assert!(
            told.abs_diff(ours.cast_signed()) <= 1,
            "{what}: mediainfo tells {told} ms of {kind}, the muxer {ours}"
        );
    };
    close("General", made.summary.duration_ms);
    for track in &made.summary.tracks {
        let (kind, key) = match track.kind {
            TrackKind::Video => ("Video", "video"),
            TrackKind::Audio => ("Audio", "audio"),
        };
        // mediainfo counts from the start of the movie, not of the track.
        let shown = found[key].iter().map(|packet| packet.pts.max(0)).min();
        let start = shown.unwrap().unsigned_abs().div_ceil(1000);
        close(kind, start + track.duration_ms);
    }
}

/// Asserts that the metadata of an FLV states the duration that the muxer returned.
fn assert_stated_duration(made: &AssembledMovie, what: &str) {
    let path = made.path.to_str().unwrap();
    let show = ["-show_entries", "format=duration", "-of", "csv=p=0", path];
    let told = packets::microseconds(ffprobe(&show).trim()).unwrap();
    let ours = made.summary.duration_ms.cast_signed() * 1000;
    // ffprobe rounds the floating-point number.
    assert!(
        (told - ours).abs() <= 1,
        "{what}: {told} µs in the metadata of {ours}"
    );
}

/// Asserts that mp4-atom decodes the index and finds the same number of samples and ticks.
fn assert_index(made: &AssembledMovie) {
    use mp4_atom::{Atom, Moov, ReadAtom, ReadFrom, StszSamples};

    let mut file = File::open(&made.path).unwrap();
    let moov = loop {
        let header = mp4_atom::Header::read_from(&mut file).unwrap();
        if header.kind == Moov::KIND {
            break Moov::read_atom(&header, &mut file).unwrap();
        }
        let length = i64::try_from(header.size.unwrap()).unwrap();
        file.seek_relative(length).unwrap();
    };
    for (trak, track) in moov.trak.iter().zip(&made.summary.tracks) {
        let stbl = &trak.mdia.minf.stbl;
        let samples = match &stbl.stsz.samples {
            StszSamples::Different { sizes } => sizes.len() as u64,
            StszSamples::Identical { count, .. } => u64::from(*count),
        };
        assert_eq!(samples, track.samples);
        let ticks: u64 = stbl
            .stts
            .entries
            .iter()
            .map(|entry| u64::from(entry.sample_count) * u64::from(entry.sample_delta))
            .sum();
        assert_eq!(ticks, trak.mdia.mdhd.duration, "{track:?}");
    }
    assert_eq!(moov.trak.len(), made.summary.tracks.len());
}
