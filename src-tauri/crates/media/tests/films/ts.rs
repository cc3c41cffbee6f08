//! Films from the pieces of HLS: MPEG-TS and packed audio.

use std::{fs, path::Path};

use media::{Format, Part, Source};
use tempfile::TempDir;

use crate::{
    making::Job,
    packets::{Packets, assert_same, packets, probe_without_warnings, run},
    pieces::{OwnPiece, shuffled},
};

/// Times of 90 kHz and of sound are rounded to each other.
const TICK: f64 = 1.1 / 90_000.0;

/// A film, and how it is cut.
#[derive(Clone, Copy, Debug)]
struct Recipe {
    name: &'static str,
    rate: &'static str,
    sound: &'static str,
    b_frames: &'static str,
    /// More for ffmpeg, in front of the inputs' mapping.
    more: &'static [&'static str],
    /// How it is cut into pieces.
    cut: &'static [&'static str],
}

const HLS: &[&str] = &["-f", "hls", "-hls_time", "2", "-hls_list_size", "0"];
const SEGMENTS: &[&str] = &["-f", "segment", "-segment_time", "2", "-segment_format", "mpegts"];

const PLAIN: Recipe = Recipe {
    name: "plain",
    rate: "25",
    sound: "44100",
    b_frames: "2",
    more: &[],
    cut: HLS,
};

fn recipes() -> Vec<Recipe> {
    let segments = |name, more| Recipe {
        name,
        more,
        cut: SEGMENTS,
        ..PLAIN
    };
    vec![
        PLAIN,
        Recipe { name: "no B-frames", b_frames: "0", ..PLAIN },
        Recipe { name: "three B-frames", b_frames: "3", sound: "48000", ..PLAIN },
        Recipe { name: "23.976", rate: "24000/1001", sound: "48000", ..PLAIN },
        Recipe { name: "29.97", rate: "30000/1001", ..PLAIN },
        Recipe { name: "uneven", more: &["-vf", "select='mod(n,7)*mod(n,11)'", "-fps_mode", "vfr"], ..PLAIN },
        Recipe { name: "pictures alone", more: &["-an"], ..PLAIN },
        Recipe { name: "sound alone", more: &["-vn"], ..PLAIN },
        Recipe { name: "slices", more: &["-x264-params", "slices=4:nal-hrd=cbr:filler=1", "-b:v", "400k", "-maxrate", "400k", "-bufsize", "400k"], ..PLAIN },
        Recipe { name: "sound late", more: &["-af", "adelay=0,asetpts=PTS+0.7/TB"], ..PLAIN },
        Recipe { name: "pictures late", more: &["-vf", "setpts=PTS+0.9/TB"], ..PLAIN },
        segments("segments", &[]),
        segments("one frame of sound a packet", &["-pes_payload_size", "0"]),
        segments("many frames of sound a packet", &["-pes_payload_size", "2930"]),
        segments("tables again", &["-mpegts_flags", "resend_headers"]),
        segments("tables once", &["-pat_period", "100", "-sdt_period", "100"]),
        segments("cut anywhere", &["-break_non_keyframes", "1", "-segment_time", "0.7"]),
        segments("M2TS", &["-mpegts_m2ts_mode", "1"]),
        Recipe { name: "clocks begin again", more: &["-reset_timestamps", "1"], cut: SEGMENTS, ..PLAIN },
    ]
}

/// The film as one transport stream, in a folder of its own.
fn film(recipe: Recipe) -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("whole.ts");
    let picture = format!("testsrc2=size=320x180:rate={}:duration=10", recipe.rate);
    let tone = format!("sine=frequency=440:sample_rate={}:duration=10", recipe.sound);
    let mut arguments = vec!["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &tone];
    arguments.extend(["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]);
    arguments.extend(["-g", "25", "-sc_threshold", "0", "-bf", recipe.b_frames]);
    arguments.extend(["-c:a", "aac", "-ac", "2"]);
    let of_the_cut = ["-pes", "-mpegts", "-pat", "-sdt", "-break", "-segment", "-reset"];
    let mut more = recipe.more.chunks(2);
    if recipe.more.len() == 1 {
        arguments.extend(recipe.more);
        more = [].chunks(2);
    }
    for pair in more {
        if !of_the_cut.iter().any(|start| pair[0].starts_with(start)) {
            arguments.extend(pair);
        }
    }
    arguments.extend(["-f", "mpegts", path.to_str().unwrap()]);
    run("ffmpeg", &arguments);
    (folder, path)
}

fn cut(recipe: Recipe, folder: &Path, whole: &Path) -> Vec<OwnPiece> {
    let names = folder.join("piece%03d.ts");
    let list = folder.join("list.m3u8");
    let mut arguments = vec!["-copyts", "-i", whole.to_str().unwrap(), "-map", "0", "-c", "copy"];
    arguments.extend(recipe.cut);
    let of_the_cut = ["-pes", "-mpegts", "-pat", "-sdt", "-break", "-segment", "-reset"];
    let muxer = ["-pes", "-mpegts", "-pat", "-sdt"];
    let mut options = Vec::new();
    for pair in recipe.more.chunks(2) {
        if muxer.iter().any(|start| pair[0].starts_with(start)) && recipe.cut == SEGMENTS {
            options.push(format!("{}={}", &pair[0][1..], pair[1]));
        } else if of_the_cut.iter().any(|start| pair[0].starts_with(start)) {
            arguments.extend(pair);
        }
    }
    let options = options.join(":");
    if recipe.cut == SEGMENTS {
        arguments.extend(["-segment_format_options", &options]);
        arguments.push(names.to_str().unwrap());
    } else {
        arguments.extend(["-hls_segment_filename", names.to_str().unwrap()]);
        arguments.push(list.to_str().unwrap());
    }
    run("ffmpeg", &arguments);
    let read = |number: u64| {
        Some(OwnPiece {
            track: 0,
            part: Part::Media(number),
            start_ms: number * 2000,
            data: fs::read(folder.join(format!("piece{number:03}.ts"))).ok()?,
        })
    };
    (0..).map_while(read).collect()
}

/// What ffmpeg makes of the whole stream, without the units that do not belong into samples.
fn reference(whole: &Path) -> Packets {
    let path = whole.with_extension("mp4");
    let mut arguments = vec!["-copyts", "-i", whole.to_str().unwrap(), "-c", "copy"];
    let has_pictures = packets(whole).contains_key("video");
    if has_pictures {
        arguments.extend(["-bsf:v", "filter_units=remove_types=7-9|12"]);
    }
    // The usual one of 1000 rounds the distance between the tracks.
    arguments.extend(["-movie_timescale", "90000"]);
    arguments.push(path.to_str().unwrap());
    run("ffmpeg", &arguments);
    packets(&path)
}

fn mp4_of(pieces: &[OwnPiece]) -> Job {
    let mut job = Job::new(Source::Ts, Format::Mp4, pieces.len());
    let summary = job.finish(pieces).unwrap();
    assert_eq!(job.check().unwrap(), summary);
    job
}

#[test]
fn pieces_in_any_order_make_the_film_that_ffmpeg_makes_of_the_whole() {
    for recipe in recipes() {
        let (folder, whole) = film(recipe);
        let pieces = cut(recipe, folder.path(), &whole);
        assert!(pieces.len() >= 5, "{recipe:?} in {} pieces", pieces.len());
        let job = mp4_of(&shuffled(&pieces));
        eprintln!("{}", recipe.name);
        assert_same(packets(&job.path()), reference(&whole), TICK);
        probe_without_warnings(&job.path());
    }
}
