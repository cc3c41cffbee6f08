//! Captions inside an MP4: other programs read the same text at the same times.

use std::path::Path;

use kit::segment::OwnedSegment;
use media::{CaptionFile, Captions, OutputFormat, SegmentFormat};

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{packets, probe_without_warnings, run},
    segments::{cut_flv, dash, movie, shuffled},
};

const ENGLISH: &str = "WEBVTT\n\n\
    NOTE of a machine\n\n\
    1\n00:00:00.000 --> 00:00:01.500 line:0\n<v Ada>Hello &amp; <b>welcome</b>\n\n\
    00:02.250 --> 00:04.000\nTwo\nlines\n\n\
    00:05.000 --> 00:07.000\nFirst\n\n\
    00:06.000 --> 00:08.000\nSecond\n\n\
    00:11.000 --> 00:59.000\nUntil the end\n\n\
    00:30.000 --> 00:40.000\nBehind it\n";
const GERMAN: &str = "WEBVTT\n\n00:03.125 --> 00:03.500\nGrüße aus Ærø – 字幕 🎬\n";

/// Reads a track of captions with ffmpeg: start and end in milliseconds, and the text.
fn cues_of(film: &Path, track: usize) -> Vec<(u64, u64, String)> {
    let map = format!("0:s:{track}");
    let film = film.to_str().unwrap();
    // Text only, without style tags.
    let words = ["-map", &map, "-c:s", "text", "-f", "srt", "-"];
    let output = run("ffmpeg", &[&["-i", film], &words[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let time = |text: &str| {
        let fields = text.split([':', ',']).map(str::parse::<u64>);
        let fields: Vec<u64> = fields.map(Result::unwrap).collect();
        ((fields[0] * 60 + fields[1]) * 60 + fields[2]) * 1000 + fields[3]
    };
    let cues = text.trim().split("\n\n").map(|cue| {
        let mut lines = cue.lines().skip(1);
        let (start, end) = lines.next().unwrap().split_once(" --> ").unwrap();
        let words: Vec<_> = lines.collect();
        (time(start), time(end), words.join("\n"))
    });
    cues.collect()
}

fn with_captions(source: SegmentFormat, segments: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(source, OutputFormat::Mp4, segments.len());
    let captions = [("en", ENGLISH), ("de-DE", GERMAN)];
    let captions =
        captions.map(|(language, text)| CaptionFile::read(text.into()).captions(language).unwrap());
    job.movie.captions = captions.into();
    job
}

/// Builds captions with a cue every millisecond, of different lengths.
fn many(language: &str) -> Captions {
    let cue = |number: u64| {
        let at = |ms: u64| format!("00:{:02}.{:03}", ms / 1000, ms % 1000);
        let (start, end) = (at(number), at(number + 1 + number % 2));
        format!("{start} --> {end}\n{number}\n\n")
    };
    let text: String = (0..11_900).map(cue).collect();
    CaptionFile::read(format!("WEBVTT\n\n{text}").into())
        .captions(language)
        .unwrap()
}

fn is_indexed_in_front(film: &[u8]) -> bool {
    let place = |kind: &[u8]| film.windows(4).position(|window| window == kind);
    place(b"moov") < place(b"mdat")
}

#[test]
fn ffmpeg_reads_the_captions_at_their_times() {
    for (source, segments) in [
        (SegmentFormat::Fmp4, shuffled(dash())),
        (SegmentFormat::Flv, cut_flv(movie(), 2000, false)),
    ] {
        let mut job = with_captions(source, &segments);
        let made = job.finish(&segments).unwrap();
        let found = job.check().unwrap();
        assert_eq!(
            (&found.captions, found.duration_ms),
            (&made.captions, made.duration_ms)
        );
        let languages: Vec<_> = made
            .captions
            .iter()
            .map(|one| one.language.as_str())
            .collect();
        assert_eq!(languages, ["eng", "deu"]);
        assert!(is_indexed_in_front(&job.bytes()));

        let english = cues_of(&job.path(), 0);
        let (last, before) = english.split_last().unwrap();
        let expected = [
            (0, 1500, "Hello & welcome"),
            (2250, 4000, "Two\nlines"),
            (5000, 6000, "First"),
            (6000, 7000, "First\nSecond"),
            (7000, 8000, "Second"),
        ];
        assert_eq!(
            before,
            expected.map(|(start, end, text)| (start, end, text.to_owned()))
        );
        assert_eq!((last.0, last.2.as_str()), (11_000, "Until the end"));
        // ffmpeg takes the duration of the movie for that of the track, rounded up.
        assert!(last.1.abs_diff(made.duration_ms) <= 1, "{last:?}");
        let german = (3125, 3500, "Grüße aus Ærø – 字幕 🎬".to_owned());
        assert_eq!(cues_of(&job.path(), 1), [german]);
    }
}

#[test]
fn captions_are_off_by_default() {
    let segments = shuffled(dash());
    let mut job = with_captions(SegmentFormat::Fmp4, &segments);
    job.finish(&segments).unwrap();
    let probed = probe_without_warnings(&job.path());
    let streams: Vec<_> = probed.split("[STREAM]").collect();
    for (stream, language) in streams[3..].iter().zip(["eng", "deu"]) {
        for said in [
            "codec_name=mov_text",
            "codec_tag_string=tx3g",
            "DISPOSITION:default=0",
            &format!("TAG:language={language}"),
        ] {
            assert!(stream.contains(said), "{said} in {stream}");
        }
    }
    assert_eq!(streams.len(), 5);
    // `elng`, which holds the whole language tag.
    let film = job.bytes();
    assert_eq!(
        film.windows(14)
            .filter(|bytes| bytes == b"elng\0\0\0\0de-DE\0")
            .count(),
        1
    );
}

#[test]
fn video_and_audio_are_the_same_with_and_without_captions() {
    let segments = shuffled(dash());
    let mut job = with_captions(SegmentFormat::Fmp4, &segments);
    let with = job.finish(&segments).unwrap();
    let mut silent = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let without = silent.finish(&segments).unwrap();
    assert_eq!(with.duration_ms, without.duration_ms);
    let (with, without) = (packets(&job.path()), packets(&silent.path()));
    for kind in ["video", "audio"] {
        assert_eq!(with[kind], without[kind]);
    }
}

#[test]
fn an_interrupted_finish_is_repeated_with_the_same_bytes() {
    let segments = cut_flv(movie(), 1000, false);
    for in_front in [true, false] {
        let mut job = with_captions(SegmentFormat::Flv, &segments);
        if !in_front {
            // The first attempt, which reserves the space, has no captions.
            let captions = std::mem::take(&mut job.movie.captions);
            job.attempt(&segments[..1]).unwrap();
            job.movie.captions = captions;
            job.movie.captions.push(many("fr"));
        }
        let left = if in_front {
            &segments[..]
        } else {
            &segments[1..]
        };
        let made = job.finish(left).unwrap();
        let film = job.bytes();
        assert_eq!(is_indexed_in_front(&film), in_front);
        // The journal is still there: an index may have been written in front, any bytes at the end.
        for _ in 0..2 {
            assert_eq!(job.finish(&[]).unwrap(), made);
            assert_eq!(job.bytes(), film);
            job.tear();
        }
        // The attempt that finishes has other captions.
        job.movie.captions.truncate(1);
        assert_eq!(job.finish(&[]).unwrap().captions, made.captions[..1]);
        job.check().unwrap();
        assert_eq!(cues_of(&job.path(), 0).len(), 6);
    }
}

#[test]
fn captions_that_a_movie_cannot_show_are_left_out() {
    let segments = shuffled(dash());
    let late = "WEBVTT\n\n01:00:00.000 --> 01:00:01.000\nlate\n";
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    job.movie.captions = CaptionFile::read(late.into())
        .captions("en")
        .into_iter()
        .collect();
    assert_eq!(job.movie.captions.len(), 1);
    assert_eq!(job.finish(&segments).unwrap().captions, []);
    job.check().unwrap();
    for none in [
        "",
        "<html>",
        "WEBVTT\n",
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n",
    ] {
        assert_eq!(
            CaptionFile::read(none.into()).captions("en"),
            None,
            "{none}"
        );
    }
}

#[test]
fn a_movie_takes_only_as_many_captions_as_the_check_reads() {
    let segments = shuffled(dash());
    let mut job = with_captions(SegmentFormat::Fmp4, &segments);
    let one = job.movie.captions.remove(0);
    job.movie.captions = vec![one; 100];
    let made = job.finish(&segments).unwrap();
    assert_eq!(made.captions.len(), 32);
    assert_eq!(job.check().unwrap().captions, made.captions);
}

#[test]
fn the_space_reserved_for_the_index_holds_many_captions() {
    let segments = shuffled(dash());
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let captions = many("x");
    job.movie.captions = vec![captions; 4];
    let made = job.finish(&segments).unwrap();
    assert!(made.captions.iter().all(|one| one.samples > 10_000));
    assert_eq!(job.check().unwrap(), made);
    assert!(is_indexed_in_front(&job.bytes()));
    assert_eq!(made.captions[0].language, "und");
}
