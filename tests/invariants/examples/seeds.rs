//! Writes the seeds of the fuzzers: movies of two seconds, encoded and segmented by ffmpeg.
//!
//! `cargo run --package invariants --example seeds -- tests/fuzz/seeds`

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use invariants::FuzzInput;
use kit::{assembly::Assembly, memory_file::MemoryFile, segment::OwnedSegment};
use media::{MovieSpec, OutputFormat, SegmentFormat, SegmentKind, journal::record};

/// Options for video.
const VIDEO_OPTIONS: [(&str, &[&str]); 4] = [
    ("bframes", &["-c:v", "libx264", "-bf", "2", "-g", "5"]),
    ("plain", &["-c:v", "libx264", "-bf", "0", "-g", "10"]),
    ("none", &["-vn"]),
    ("late", &["-c:v", "libx264", "-bf", "1", "-g", "5"]),
];
/// Options for audio.
const AUDIO_OPTIONS: [(&str, &[&str]); 4] = [
    ("aac", &["-c:a", "aac", "-ar", "22050", "-b:a", "8k"]),
    ("none", &["-an"]),
    ("mp3", &["-c:a", "libmp3lame", "-ar", "22050", "-b:a", "8k"]),
    ("aac", &["-c:a", "aac", "-ar", "48000", "-b:a", "8k"]),
];

fn main() {
    let seeds = PathBuf::from(std::env::args().nth(1).expect("a folder for the seeds"));
    let work = std::env::temp_dir().join(format!("seeds-{}", std::process::id()));
    for (number, ((video_name, video), (audio_name, audio))) in
        VIDEO_OPTIONS.into_iter().zip(AUDIO_OPTIONS).enumerate()
    {
        let name = format!("{number}-{video_name}-{audio_name}");
        fs::create_dir_all(&work).expect("a folder to work in");
        let movie = work.join("film.mkv");
        let late = if video_name == "late" { "0.4" } else { "0" };
        let mut arguments = vec!["-f", "lavfi", "-i", "sine=duration=2"];
        arguments.extend(["-itsoffset", late, "-f", "lavfi", "-i"]);
        arguments.extend(["testsrc2=size=32x32:rate=10:duration=2", "-ac", "1"]);
        arguments.extend(["-pix_fmt", "yuv420p", "-crf", "50", "-sc_threshold", "0"]);
        arguments.extend(video.iter().chain(audio));
        ffmpeg(&arguments, &movie);
        for (mode, reset) in [("", "0"), ("-restarted", "1")] {
            let segments = flv(&movie, &work, reset, video_name == "none");
            save(
                &seeds.join("flv"),
                &format!("{name}{mode}"),
                &FuzzInput {
                    kill_after: 1,
                    order: 3,
                    segments,
                },
            );
        }
        if audio_name != "mp3" {
            let segments = fmp4(&movie, &work, [video_name != "none", audio_name != "none"]);
            save(
                &seeds.join("fmp4"),
                &name,
                &FuzzInput {
                    kill_after: 3,
                    order: 5,
                    segments,
                },
            );
        }
        let segments = ts(&movie, &work);
        let whole: Vec<u8> = segments
            .iter()
            .flat_map(|segment| segment.data.clone())
            .collect();
        write(&seeds.join("split"), &format!("{name}.ts"), &whole);
        save(
            &seeds.join("ts"),
            &name,
            &FuzzInput {
                kill_after: 1,
                order: 3,
                segments,
            },
        );
        fs::remove_dir_all(&work).expect("the folder to work in");
    }
    let flv = FuzzInput::read(&fs::read(seeds.join("flv/0-bframes-aac")).expect("just written"));
    let fmp4 = FuzzInput::read(&fs::read(seeds.join("fmp4/0-bframes-aac")).expect("just written"));
    for (name, source, format, input) in [
        ("flv-flv", SegmentFormat::Flv, OutputFormat::Flv, &flv),
        ("flv-mp4", SegmentFormat::Flv, OutputFormat::Mp4, &flv),
        ("fmp4-mp4", SegmentFormat::Fmp4, OutputFormat::Mp4, &fmp4),
    ] {
        let (file, journal) = assembled(source, format, input);
        write(&seeds.join("check"), name, &file);
        write(&seeds.join("split"), name, &file);
        write(&seeds.join("journal"), name, &journal);
    }
}

/// Runs ffmpeg, which writes a file.
fn ffmpeg(arguments: &[&str], to: &Path) {
    let done = Command::new("ffmpeg")
        .args(["-hide_banner", "-v", "error", "-y"])
        .args(arguments)
        .args(["-fflags", "+bitexact", "-flags", "+bitexact"])
        .arg(to)
        .status();
    assert!(done.expect("ffmpeg").success(), "{arguments:?}");
}

/// Segments as FLV files of a second.
fn flv(movie: &Path, work: &Path, reset: &str, no_video: bool) -> Vec<OwnedSegment> {
    let mut arguments = vec!["-i", text(movie), "-c", "copy", "-map", "0"];
    if !no_video {
        // The SEI of x264 is larger than the frames.
        arguments.extend(["-bsf:v", "filter_units=remove_types=6"]);
    }
    arguments.extend([
        "-f",
        "segment",
        "-segment_format",
        "flv",
        "-segment_time",
        "1",
    ]);
    arguments.extend(["-reset_timestamps", reset]);
    ffmpeg(&arguments, &work.join("piece-%d.flv"));
    (0..)
        .map_while(|number| {
            let data = fs::read(work.join(format!("piece-{number}.flv"))).ok()?;
            Some(segment(0, SegmentKind::Media(number), data))
        })
        .collect()
}

/// Segments as transport streams of a second.
fn ts(movie: &Path, work: &Path) -> Vec<OwnedSegment> {
    let segments = work.join("ts-%d.ts");
    let mut arguments = vec!["-i", text(movie), "-c", "copy", "-map", "0"];
    arguments.extend(["-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod"]);
    arguments.extend(["-hls_segment_filename", text(&segments)]);
    ffmpeg(&arguments, &work.join("ts.m3u8"));
    (0..)
        .map_while(|number| {
            let data = fs::read(work.join(format!("ts-{number}.ts"))).ok()?;
            Some(segment(0, SegmentKind::Media(number), data))
        })
        .collect()
}

/// Segments as fragmented MP4 of a second, with an init segment for each track.
fn fmp4(movie: &Path, work: &Path, has: [bool; 2]) -> Vec<OwnedSegment> {
    let mut segments = Vec::new();
    for (track, (stream, has)) in (0..).zip(["0:v", "0:a"].into_iter().zip(has)) {
        if !has {
            continue;
        }
        let mut arguments = vec!["-copyts", "-i", text(movie), "-map", stream, "-c", "copy"];
        if track == 0 {
            arguments.extend(["-bsf:v", "filter_units=remove_types=6"]);
        }
        let init = format!("init-{track}.mp4");
        let pattern = work.join(format!("{track}-%d.m4s"));
        arguments.extend(["-f", "hls", "-hls_time", "1", "-hls_segment_type", "fmp4"]);
        arguments.extend([
            "-hls_playlist_type",
            "vod",
            "-hls_fmp4_init_filename",
            &init,
        ]);
        arguments.extend(["-hls_segment_filename", text(&pattern)]);
        ffmpeg(&arguments, &work.join("list.m3u8"));
        let read = |name: &str| fs::read(work.join(name)).ok();
        segments.extend(read(&init).map(|data| segment(track, SegmentKind::Init, data)));
        segments.extend((0..).map_while(|number| {
            let data = read(&format!("{track}-{number}.m4s"))?;
            Some(segment(track, SegmentKind::Media(number), data))
        }));
    }
    segments
}

fn segment(track: u8, kind: SegmentKind, data: Vec<u8>) -> OwnedSegment {
    let number = match kind {
        SegmentKind::Init => 0,
        SegmentKind::Media(number) => number,
    };
    OwnedSegment {
        track,
        kind,
        start_ms: number * 1000,
        data,
    }
}

/// Assembles a movie without space reserved for the index in front; returns the file, and the
/// bodies of its journal as [`invariants::Target::Journal`] takes them.
fn assembled(source: SegmentFormat, format: OutputFormat, input: &FuzzInput) -> (Vec<u8>, Vec<u8>) {
    let output = MemoryFile::default();
    let mut assembly = Assembly::new(source, format, MovieSpec::default(), output);
    assembly.finish(&input.segments).expect("valid segments");
    let fragments = assembly.fragments();
    let bodies = fragments
        .iter()
        .map(|fragment| record(fragment)[8..].to_vec());
    let bodies = bodies.collect::<Vec<_>>().join(&b"<record>"[..]);
    (assembly.bytes(), [vec![0], bodies].concat())
}

fn save(folder: &Path, name: &str, input: &FuzzInput) {
    assert!(!input.segments.is_empty(), "{name} has segments");
    write(folder, name, &input.write());
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    fs::create_dir_all(folder).expect("a folder");
    fs::write(folder.join(name), bytes).expect("a seed");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}
