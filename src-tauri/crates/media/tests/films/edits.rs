//! Edit lists of the source: start and end of the tracks.

use kit::segment::OwnedSegment;
use media::{OutputFormat, SegmentFormat, SegmentKind};
use tempfile::TempDir;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{assert_same, packets, probe_without_warnings, run},
    segments::{made_by_ffmpeg, movie, shuffled},
};

/// Less than a tick of any track.
const EXACT: f64 = 1e-6;

/// Returns the movie as one fragmented file; one of its tracks starts `late` seconds later.
fn whole(late: &str, second: &str, maps: [&str; 2]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("film.flv");
    std::fs::write(&input, movie()).unwrap();
    let input = input.to_str().unwrap();
    let flags = "frag_keyframe+delay_moov+default_base_moof";
    let inputs = ["-i", input, "-itsoffset", late, "-ss", second, "-i", input];
    let outputs = [
        "-map",
        maps[0],
        "-map",
        maps[1],
        "-c",
        "copy",
        "-movflags",
        flags,
    ];
    made_by_ffmpeg("film.mp4", &[&inputs[..], &outputs[..]].concat())
}

/// Splits before the first `moof`; both parts are segments of both tracks.
fn cut_before_moof(file: &[u8]) -> Vec<OwnedSegment> {
    let moof = file.windows(4).position(|bytes| bytes == b"moof").unwrap() - 4;
    let mfra = file.windows(4).rposition(|bytes| bytes == b"mfra").unwrap() - 4;
    let mut segments = Vec::new();
    for track in 0..2 {
        for (part, data) in [
            (SegmentKind::Init, &file[..moof]),
            (SegmentKind::Media(0), &file[moof..mfra]),
        ] {
            segments.push(OwnedSegment {
                track,
                kind: part,
                start_ms: 0,
                data: data.to_vec(),
            });
        }
    }
    segments
}

fn mp4_of(segments: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let summary = job.finish(&shuffled(segments)).unwrap();
    assert_eq!(job.check().unwrap(), summary);
    probe_without_warnings(&job.path());
    job
}

#[test]
fn tracks_that_start_at_different_times_keep_their_distance_to_the_tick() {
    for (late, second, maps) in [
        ("0.5", "0", ["0:v", "1:a"]),
        ("1.2345", "0", ["1:v", "0:a"]),
        ("3", "0.3", ["0:v", "1:a"]),
    ] {
        let file = whole(late, second, maps);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("source.mp4");
        std::fs::write(&path, &file).unwrap();
        let job = mp4_of(&cut_before_moof(&file));
        // What ffmpeg reads from the source with -copyts.
        assert_same(packets(&job.path()), packets(&path), 1.0 / 12_800.0);
    }
}

/// Replaces the edit list of the track whose `hdlr` holds `of`. Each edit is a duration in
/// milliseconds and a media time (`elst` version 0).
fn set_edits(init: &mut Vec<u8>, of: &[u8], edits: &[(u32, i32)]) {
    let find = |init: &[u8], from: usize, kind: &[u8]| {
        from + init[from..]
            .windows(4)
            .position(|bytes| bytes == kind)
            .unwrap()
            - 4
    };
    let handler = find(init, 0, of);
    let before = |at: &usize| *at < handler;
    let starts = init
        .windows(4)
        .enumerate()
        .filter(|(_, bytes)| *bytes == b"trak");
    let start = starts.map(|(at, _)| at - 4).filter(before).max().unwrap();
    let moov = find(init, 0, b"moov");
    let holder = find(init, start, b"edts");
    let list = find(init, start, b"elst");
    let length = |init: &[u8], at: usize| u32::from_be_bytes(init[at..at + 4].try_into().unwrap());
    let old = length(init, list);
    let mut body = vec![0, 0, 0, 0];
    body.extend(u32::try_from(edits.len()).unwrap().to_be_bytes());
    for (duration, media_time) in edits {
        body.extend(duration.to_be_bytes());
        body.extend(media_time.to_be_bytes());
        body.extend([0, 1, 0, 0]);
    }
    let new = u32::try_from(body.len() + 8).unwrap();
    for at in [moov, start, holder, list] {
        let size = length(init, at) - old + new;
        init[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }
    init.splice(list + 8..list + old as usize, body);
}

fn seconds(job: &MuxerJob, stream: &str) -> f64 {
    let path = job.path();
    let arguments = [
        "-select_streams",
        stream,
        "-show_entries",
        "stream=duration",
        "-of",
        "csv=p=0",
    ];
    let arguments = [&arguments[..], &[path.to_str().unwrap()]].concat();
    let output = String::from_utf8(run("ffprobe", &arguments).stdout).unwrap();
    output.trim().parse().unwrap()
}

/// Returns the movie with this edit list for the video, with or without `mvex` in its index.
fn edited(edits: &[(u32, i32)], fragmented: bool) -> MuxerJob {
    let mut segments = cut_before_moof(&whole("0.5", "0", ["0:v", "1:a"]));
    for segment in segments
        .iter_mut()
        .filter(|segment| segment.kind == SegmentKind::Init)
    {
        set_edits(&mut segment.data, b"vide", edits);
        if !fragmented {
            let at = segment
                .data
                .windows(4)
                .position(|bytes| bytes == b"mvex")
                .unwrap();
            segment.data[at..at + 4].copy_from_slice(b"free");
        }
    }
    mp4_of(&segments)
}

#[test]
fn an_end_that_the_index_of_a_whole_movie_sets_is_kept() {
    let media_time = 1024;
    let all = seconds(&edited(&[(0, media_time)], false), "v");
    assert!((all - 12.0).abs() < 0.1, "{all}");
    let cut = seconds(&edited(&[(5000, media_time)], false), "v");
    assert!((cut - 5.0).abs() < 1e-3, "{cut}");
    // In a fragmented file, the duration of the edit does not cut off later fragments.
    let fragments = seconds(&edited(&[(5000, media_time)], true), "v");
    assert!((fragments - all).abs() < 1e-3, "{fragments}");
}

#[test]
fn a_movie_cut_by_edits_is_shown_whole_from_its_first_edit_on() {
    let start = 1024 + 12_800;
    let one = edited(&[(200, -1), (0, start)], false);
    let several = edited(
        &[(200, -1), (3000, start), (2000, start + 5 * 12_800)],
        false,
    );
    assert_same(packets(&several.path()), packets(&one.path()), EXACT);
    assert!((seconds(&several, "v") - seconds(&one, "v")).abs() < 1e-3);
}
