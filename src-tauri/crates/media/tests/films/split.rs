//! Movie files on disk: split into segments, assembled again. Uses [`MovieSplitter`] as the source,
//! without a journal.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use media::{
    Error, MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, SegmentFormat, SegmentKind,
    Summary, muxer,
};
use tempfile::TempDir;

use crate::{
    packets::{Packets, assert_same, packets, probe_without_warnings, run},
    segments::{made_by_ffmpeg, movie, uneven_movie},
};

/// Less than a tick of any track: times are exact.
const EXACT: f64 = 1e-6;
/// A tick of the audio: readers differ on a fragment whose time is not the sum of the durations
/// before it.
const TICK: f64 = 1.0 / 44_100.0 + EXACT;
/// FLV has timestamps in milliseconds.
const ROUNDED: f64 = 0.001;

/// A remuxed movie, and what was reported about it.
pub(crate) struct RemuxedMovie {
    folder: TempDir,
    pub(crate) summary: Summary,
    pub(crate) lost_bytes: u64,
}

impl RemuxedMovie {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("made.mp4")
    }
}

pub(crate) fn remux(sources: &[&Path]) -> Result<RemuxedMovie, Error> {
    let folder = TempDir::new().unwrap();
    let output = File::options()
        .create_new(true)
        .read(true)
        .write(true)
        .open(folder.path().join("made.mp4"))
        .unwrap();
    let mut splits = Vec::new();
    for source in sources {
        splits.push(MovieSplitter::open(File::open(source).unwrap())?);
    }
    let making = MuxerConfig {
        segment_format: splits[0].info().segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec {
            duration_ms: splits[0].info().duration_ms,
            ..MovieSpec::default()
        },
        journal: None,
    };
    let mut muxer = muxer(making, output)?;
    let mut fragments = Vec::new();
    let mut lost_bytes = 0;
    let mut first = 0;
    let mut before: Option<MovieSplitter<File>> = None;
    for mut split in splits {
        if let Some(before) = &before {
            split.follow(before)?;
            muxer.begin_part();
        }
        let mut last = 0;
        while let Some(mut segment) = split.next_segment()? {
            if let SegmentKind::Media(number) = &mut segment.kind {
                *number += first;
                last = *number + 1;
            }
            fragments.push(muxer.push(segment)?);
        }
        first = last;
        lost_bytes += split.lost_bytes();
        before = Some(split);
    }
    let summary = muxer.finish(fragments)?;
    let made = RemuxedMovie {
        folder,
        summary,
        lost_bytes,
    };
    assert_eq!(
        media::check(File::open(made.path()).unwrap()).unwrap(),
        made.summary.clone().without_facts()
    );
    Ok(made)
}

/// Copies the movie into a file of this name with ffmpeg.
pub(crate) fn copied(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let source = folder.join("source.flv");
    fs::write(&source, movie()).unwrap();
    let path = folder.join(name);
    let mut all = vec!["-i", source.to_str().unwrap(), "-c", "copy"];
    all.extend(arguments);
    all.extend(["-y", path.to_str().unwrap()]);
    run("ffmpeg", &all);
    path
}

/// Asserts that remuxing keeps every packet of the source and its time.
fn assert_whole(source: &Path, tolerance: f64) -> RemuxedMovie {
    let made = remux(&[source]).unwrap();
    assert_same(packets(&made.path()), packets(source), tolerance);
    probe_without_warnings(&made.path());
    assert_eq!(made.lost_bytes, 0);
    made
}

#[test]
fn an_flv_becomes_an_mp4_of_the_same_packets() {
    for source in [movie(), uneven_movie()] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("film.flv");
        fs::write(&path, source).unwrap();
        assert_whole(&path, ROUNDED);
    }
}

#[test]
fn an_mp4_with_its_index_at_either_end_keeps_every_time_exactly() {
    let folder = TempDir::new().unwrap();
    for (name, arguments) in [
        ("end.mp4", &[][..]),
        ("front.mp4", &["-movflags", "+faststart"]),
    ] {
        assert_whole(&copied(folder.path(), name, arguments), EXACT);
    }
}

#[test]
fn the_edits_of_the_source_stay() {
    let folder = TempDir::new().unwrap();
    // Audio and video that start at different times, and audio with priming.
    let source = folder.path().join("source.mp4");
    let made = made_by_ffmpeg(
        "late.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x90:rate=24000/1001:duration=6",
            "-itsoffset",
            "0.7",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000:duration=5",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-bf",
            "3",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
        ],
    );
    fs::write(&source, made).unwrap();
    assert_whole(&source, EXACT);
}

#[test]
fn every_shape_of_fragments_keeps_its_packets() {
    let folder = TempDir::new().unwrap();
    for flags in [
        "frag_keyframe+empty_moov+default_base_moof",
        "frag_keyframe+empty_moov",
        "frag_keyframe",
        "frag_keyframe+empty_moov+separate_moof",
        "frag_keyframe+empty_moov+omit_tfhd_offset",
        "frag_every_frame+empty_moov+default_base_moof",
        "dash+frag_keyframe+empty_moov+delay_moov",
    ] {
        let path = copied(folder.path(), "fragments.mp4", &["-movflags", flags]);
        let made = remux(&[&path]).unwrap_or_else(|error| panic!("{flags}: {error}"));
        assert_same(packets(&made.path()), packets(&path), TICK);
        assert_eq!(made.lost_bytes, 0, "{flags}");
    }
}

#[test]
fn negative_composition_offsets_keep_the_times_of_each_track() {
    let folder = TempDir::new().unwrap();
    for flags in ["cmaf", "negative_cts_offsets"] {
        let flags = format!("{flags}+frag_keyframe+empty_moov");
        let path = copied(folder.path(), "fragments.mp4", &["-movflags", &flags]);
        let made = remux(&[&path]).unwrap();
        // ffmpeg shows the video of such a file a frame late, so the tracks are compared alone.
        let alone = |path: &Path, kind: &str| {
            let mut packets = packets(path);
            packets.retain(|track, _| track == kind);
            packets
        };
        for kind in ["video", "audio"] {
            assert_same(alone(&made.path(), kind), alone(&path, kind), TICK);
        }
    }
}

#[test]
fn parts_of_an_flv_come_together_whether_their_clocks_start_again_or_not() {
    for reset in ["0", "1"] {
        let folder = TempDir::new().unwrap();
        let pattern = folder.path().join("part%d.flv");
        let whole = folder.path().join("whole.flv");
        fs::write(&whole, movie()).unwrap();
        run(
            "ffmpeg",
            &[
                "-i",
                whole.to_str().unwrap(),
                "-c",
                "copy",
                "-f",
                "segment",
                "-segment_time",
                "4",
                "-segment_format",
                "flv",
                "-reset_timestamps",
                reset,
                pattern.to_str().unwrap(),
            ],
        );
        let parts: Vec<_> = (0..3)
            .map(|n| folder.path().join(format!("part{n}.flv")))
            .collect();
        let parts: Vec<_> = parts.iter().map(PathBuf::as_path).collect();
        let made = remux(&parts).unwrap();
        assert_same(packets(&made.path()), packets(&whole), 0.002);
    }
}

#[test]
fn the_title_of_the_source_is_known() {
    let folder = TempDir::new().unwrap();
    for name in ["titled.flv", "titled.mp4"] {
        let path = copied(folder.path(), name, &["-metadata", "title=A day out"]);
        let split = MovieSplitter::open(File::open(&path).unwrap()).unwrap();
        assert_eq!(split.info().tags.title.as_deref(), Some("A day out"));
    }
}

fn samples(packets: &Packets) -> usize {
    packets.values().map(Vec::len).sum()
}

#[test]
fn a_truncated_file_keeps_what_it_holds_and_states_the_loss() {
    let folder = TempDir::new().unwrap();
    let flv = folder.path().join("cut.flv");
    let sources = [
        (flv.clone(), movie().to_vec()),
        {
            let path = copied(folder.path(), "front.mp4", &["-movflags", "+faststart"]);
            let bytes = fs::read(&path).unwrap();
            (path, bytes)
        },
        {
            let flags = "frag_keyframe+empty_moov+default_base_moof";
            let path = copied(folder.path(), "fragments.mp4", &["-movflags", flags]);
            let bytes = fs::read(&path).unwrap();
            (path, bytes)
        },
    ];
    for (path, bytes) in sources {
        fs::write(&path, &bytes).unwrap();
        let whole = samples(&packets(&path));
        fs::write(&path, &bytes[..bytes.len() * 2 / 3]).unwrap();
        let made = remux(&[&path]).unwrap();
        let kept = samples(&packets(&made.path()));
        assert!(made.lost_bytes > 0, "{}", path.display());
        assert!(
            kept > whole / 2 && kept < whole,
            "{kept} of {whole} in {}",
            path.display()
        );
        probe_without_warnings(&made.path());
        // An index in front lists what is lost.
        let mut split = MovieSplitter::open(File::open(&path).unwrap()).unwrap();
        while split.next_segment().unwrap().is_some() {}
        let lost = split.lost_samples();
        let lost: u64 = lost.iter().map(|fact| fact.samples).sum();
        let listed = path.ends_with("front.mp4");
        let expected = if listed { (whole - kept) as u64 } else { 0 };
        assert_eq!(lost, expected, "{}", path.display());
    }
}

#[test]
fn a_movie_whose_index_was_cut_off_is_refused_with_the_reason() {
    let folder = TempDir::new().unwrap();
    let path = copied(folder.path(), "end.mp4", &[]);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = remux(&[&path]).err().unwrap().to_string();
    assert!(error.contains("moov") && error.contains("cut"), "{error}");
}

/// Reads all segments of damaged bytes; asserts that their size is bounded by that of the file.
fn read_damaged(bytes: &[u8]) {
    let length = bytes.len();
    let Ok(mut split) = MovieSplitter::open(std::io::Cursor::new(bytes)) else {
        return;
    };
    let mut given = 0;
    while let Ok(Some(segment)) = split.next_segment() {
        // A sample of an index needs sixteen bytes in its fragment, and samples may overlap.
        given += segment.data.len();
        assert!(
            given < length * 100 + (1 << 20),
            "{given} bytes out of {length}"
        );
    }
    assert!(split.done_bytes() <= length as u64);
}

#[test]
fn reading_damaged_movies_always_ends() {
    let folder = TempDir::new().unwrap();
    let flags = "frag_keyframe+empty_moov";
    let films = [
        movie().to_vec(),
        fs::read(copied(
            folder.path(),
            "front.mp4",
            &["-movflags", "+faststart"],
        ))
        .unwrap(),
        fs::read(copied(folder.path(), "parts.mp4", &["-movflags", flags])).unwrap(),
    ];
    // Xorshift: the same numbers in each run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for film in films {
        for _ in 0..100 {
            let mut damaged = film.clone();
            for _ in 0..=next(8) {
                // Three of four changes are at the start, where headers and tables are.
                let within = if next(4) > 0 { 16_000 } else { damaged.len() };
                let at = next(within.min(damaged.len() - 4));
                let byte = [0, 1, 0x7f, 0xff][next(4)];
                let count = 1 + next(4);
                damaged[at..at + count].fill(byte);
            }
            damaged.truncate(damaged.len() - next(damaged.len() / 2));
            read_damaged(&damaged);
        }
    }
}

#[test]
fn subtitles_are_left_out_by_name() {
    let folder = TempDir::new().unwrap();
    let text = folder.path().join("text.srt");
    fs::write(&text, "1\n00:00:01,000 --> 00:00:02,000\nHello\n").unwrap();
    let source = folder.path().join("source.flv");
    fs::write(&source, movie()).unwrap();
    let path = folder.path().join("with_text.mp4");
    let [source, text, out] = [&source, &text, &path].map(|path| path.to_str().unwrap());
    run(
        "ffmpeg",
        &[
            "-i", source, "-i", text, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text",
            out,
        ],
    );
    let split = MovieSplitter::open(File::open(&path).unwrap()).unwrap();
    assert_eq!(split.info().left_out, ["sbtl"]);
    assert_eq!(split.info().segment_format, SegmentFormat::Fmp4);
    let made = remux(&[&path]).unwrap();
    assert_eq!(made.summary.tracks.len(), 2);
}

/// Reads a movie to the end; returns what its segments cannot be made of.
fn input_problem(file: &[u8]) -> Option<String> {
    let mut movie = MovieSplitter::open(std::io::Cursor::new(file)).unwrap();
    let config = MuxerConfig {
        segment_format: movie.info().segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: None,
    };
    let output = tempfile::tempfile().unwrap();
    let mut muxer = muxer(config, output.try_clone().unwrap()).unwrap();
    let mut fragments = Vec::new();
    while let Some(segment) = movie.next_segment().unwrap() {
        fragments.push(muxer.push(segment).unwrap());
    }
    let problem = muxer.input_problem();
    muxer.finish(fragments).unwrap();
    // The check finds the same, and nothing else.
    assert_eq!(media::check(output).is_err(), problem.is_some());
    problem.map(|problem| problem.to_string())
}

#[test]
fn samples_that_are_none_are_a_problem_of_the_input() {
    let folder = TempDir::new().unwrap();
    let flv = folder.path().join("film.flv");
    fs::write(&flv, movie()).unwrap();
    let flv = flv.to_str().unwrap();
    let progressive = made_by_ffmpeg("film.mp4", &["-i", flv, "-c", "copy"]);
    let fragmented = [
        "-i",
        flv,
        "-c",
        "copy",
        "-movflags",
        "frag_keyframe+empty_moov",
    ];
    let fragmented = made_by_ffmpeg("film.mp4", &fragmented);
    for file in [movie(), &progressive, &fragmented] {
        assert_eq!(input_problem(file), None);
        let mut damaged = file.to_vec();
        let is_flv = file == movie();
        let mut at = if is_flv { 13 } else { 0 };
        while at < file.len() {
            let size: [u8; 4] = file[at..at + 4].try_into().unwrap();
            let size = if is_flv {
                // The length of the first unit becomes longer than the tag.
                if file[at] == 9 && file[at + 12] == 1 {
                    damaged[at + 16] = 0x7f;
                }
                15 + (u32::from_be_bytes(size) & 0xff_ffff) as usize
            } else {
                u32::from_be_bytes(size) as usize
            };
            if file[at..].get(4..8) == Some(b"mdat") && !is_flv {
                damaged[at + 8..at + size].fill(0x7f);
            }
            at += size;
        }
        let problem = input_problem(&damaged).unwrap();
        assert!(problem.contains("not where the index says"), "{problem}");
    }
}
