//! Movies of FLV segments.

use std::fs;

use kit::segment::OwnedSegment;
use media::{Error, FactKind, OutputFormat, SegmentFormat, SegmentKind, TrackKind};
use tempfile::TempDir;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{Packets, assert_same, from_origin, packets, probe_without_warnings},
    segments::{cut_flv, flv_movie, made_by_ffmpeg, movie, set_time, shuffled, tags, uneven_movie},
};

/// Times in an FLV are whole milliseconds; the MP4 snaps audio to its samples between them.
const MILLISECOND: f64 = 0.001_001;

fn packets_of(file: &[u8]) -> Packets {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("source.flv");
    fs::write(&path, file).unwrap();
    packets(&path)
}

fn mp4_of(segments: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, segments.len());
    let summary = job.finish(segments).unwrap();
    assert_eq!(job.check().unwrap(), summary.clone().without_facts());
    job
}

fn flv_of(segments: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Flv, segments.len());
    let summary = job.finish(segments).unwrap();
    let checked = job.check().unwrap();
    let samples = |summary: &media::Summary| -> Vec<_> {
        summary
            .tracks
            .iter()
            .map(|track| (track.codec.clone(), track.samples))
            .collect()
    };
    assert_eq!(samples(&checked), samples(&summary));
    assert_eq!(checked.size_bytes, summary.size_bytes);
    assert!(checked.duration_ms.abs_diff(summary.duration_ms) <= 2);
    job
}

#[test]
fn segments_in_order_make_an_mp4_with_the_packets_of_the_movie() {
    for film in [movie(), uneven_movie()] {
        let job = mp4_of(&cut_flv(film, 2000, false));
        assert_same(packets(&job.path()), packets_of(film), MILLISECOND);
        let words = probe_without_warnings(&job.path());
        for expected in [
            "TAG:title=Füße über Ærø",
            "TAG:artist=A channel",
            "TAG:date=2017-05-26",
        ] {
            assert!(words.contains(expected), "{expected} in {words}");
        }
    }
}

#[test]
fn the_index_is_in_front() {
    let bytes = mp4_of(&cut_flv(movie(), 2000, false)).bytes();
    let place = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"));
}

#[test]
fn an_index_that_does_not_fit_in_front_goes_to_the_end() {
    // A plan of one segment reserves space for one; sixty movies need more.
    let mut segments = Vec::new();
    for _ in 0..60 {
        for mut segment in cut_flv(movie(), 2000, true) {
            let number = segments.len() as u64;
            segment.kind = SegmentKind::Media(number);
            segment.start_ms = number * 2000;
            segments.push(segment);
        }
    }
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, 1);
    let summary = job.finish(&segments).unwrap();
    // Each segment starts at 0: that is told once.
    assert_eq!(summary.facts.len(), 1, "{:?}", summary.facts);
    assert_eq!(job.check().unwrap(), summary.without_facts());
    let bytes = job.bytes();
    let place = |name: &[u8]| bytes.windows(4).rposition(|window| window == name).unwrap();
    assert!(place(b"moov") > place(b"mdat"));
    let made = packets(&job.path());
    assert_eq!(made["video"].len(), 60 * 300);
    assert_eq!(made["audio"].len(), 60 * 518);
}

#[test]
fn segments_in_any_order_make_the_same_movie() {
    let job = mp4_of(&shuffled(&cut_flv(movie(), 2000, false)));
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
    probe_without_warnings(&job.path());
}

#[test]
fn a_movie_goes_on_after_a_crash() {
    let segments = shuffled(&cut_flv(movie(), 2000, false));
    for done in 0..segments.len() {
        let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, segments.len());
        job.attempt(&segments[..done]).unwrap();
        job.tear();
        let summary = job.finish(&segments[done..]).unwrap();
        assert_eq!(job.check().unwrap(), summary);
        assert!(
            job.bytes() == mp4_of(&segments).bytes(),
            "after {done} segments"
        );
    }
}

#[test]
fn a_crash_while_the_index_was_written_loses_nothing() {
    let segments = cut_flv(movie(), 2000, false);
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, segments.len());
    job.finish(&segments[..4]).unwrap();
    job.finish(&segments[4..]).unwrap();
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
    probe_without_warnings(&job.path());
}

#[test]
fn a_movie_of_more_than_four_gigabytes_is_found_beyond_them() {
    let segments = cut_flv(movie(), 2000, false);
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, segments.len());
    job.attempt(&segments[..3]).unwrap();
    job.extend_to(5 << 30);
    let summary = job.finish(&segments[3..]).unwrap();
    assert!(summary.size_bytes > 5 << 30);
    assert_eq!(job.check().unwrap(), summary);
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
}

#[test]
fn video_that_changes_its_size_gets_another_config() {
    let larger = flv_movie("25", "44100", "640x360");
    let mut segments = cut_flv(movie(), 2000, false);
    segments.truncate(2);
    for mut segment in cut_flv(&larger, 2000, false).into_iter().skip(2) {
        // A server need not repeat the sequence headers in every segment.
        if segment.kind != SegmentKind::Media(2) {
            let first = tags(&segment.data)
                .iter()
                .take(3)
                .map(|tag| tag.bytes.len())
                .sum::<usize>();
            segment.data.drain(13..13 + first);
        }
        segments.push(segment);
    }
    let job = mp4_of(&shuffled(&segments));
    let (made, whole) = (packets(&job.path()), packets_of(&larger));
    assert_eq!(made["video"].len(), whole["video"].len());
    assert_eq!(made["video"][100..].len(), 200);
    for (made, source) in made["video"].iter().zip(&whole["video"]).skip(100) {
        assert_eq!((made.size, &made.hash), (source.size, &source.hash));
    }
    probe_without_warnings(&job.path());
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Flv, segments.len());
    job.finish(&segments).unwrap();
    job.check().unwrap();
    assert_eq!(packets(&job.path())["video"].len(), whole["video"].len());
}

#[test]
fn clocks_that_begin_again_in_each_segment_are_joined() {
    for film in [movie(), uneven_movie()] {
        let segments = shuffled(&cut_flv(film, 2000, true));
        let made = packets(&mp4_of(&segments).path());
        // Audio before the first video frame of its segment has a negative time.
        assert_same(made, packets_of(film), 2.0 * MILLISECOND);
    }
}

#[test]
fn a_missing_segment_stays_a_gap() {
    for restart in [false, true] {
        let mut segments = cut_flv(movie(), 2000, restart);
        let whole = from_origin(packets_of(movie()));
        segments.remove(2);
        let job = mp4_of(&segments);
        let made = from_origin(packets(&job.path()));
        let last = |packets: &Packets| packets["video"].last().unwrap().pts;
        assert!(
            (last(&made) - last(&whole)).abs() < 0.003,
            "restart {restart}"
        );
        assert_eq!(made["video"].len(), whole["video"].len() - 50);
    }
}

#[test]
fn gaps_do_not_make_the_last_frame_of_an_flv_longer() {
    let whole = cut_flv(movie(), 1000, false);
    let last = whole.len() - 1;
    let ends: Vec<OwnedSegment> = whole
        .iter()
        .take(1)
        .chain(&whole[last..])
        .cloned()
        .collect();
    let length = |job: &MuxerJob| job.check().unwrap().duration_ms;
    assert_eq!(length(&flv_of(&ends)), length(&flv_of(&whole)));
}

#[test]
fn a_wrap_of_24_bits_is_no_restart() {
    let mut segments = cut_flv(movie(), 2000, false);
    for segment in &mut segments {
        let places: Vec<_> = {
            let base = segment.data.as_ptr() as usize;
            tags(&segment.data)
                .iter()
                .map(|tag| (tag.bytes.as_ptr() as usize - base, tag.time))
                .collect()
        };
        for (at, time) in places {
            set_time(
                &mut segment.data[at..],
                (time + (1 << 24) - 5500) & 0x00ff_ffff,
            );
        }
    }
    let job = mp4_of(&shuffled(&segments));
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
    let job = flv_of(&segments);
    assert_same(packets(&job.path()), packets_of(movie()), 1e-6);
}

/// Returns segments of which the third starts with the end of the second, each tag changed.
fn with_repeated_tail(change: impl Fn(&mut [u8])) -> Vec<OwnedSegment> {
    let mut segments = cut_flv(movie(), 2000, false);
    // The last tag is the end of sequence.
    let tags = tags(&segments[1].data);
    let tail: Vec<u8> = tags[tags.len() - 11..tags.len() - 1]
        .iter()
        .flat_map(|tag| {
            let mut bytes = tag.bytes.to_vec();
            change(&mut bytes);
            bytes
        })
        .collect();
    segments[2].data.splice(13..13, tail);
    segments
}

#[test]
fn a_tail_of_the_same_times_and_sizes_is_no_repetition_where_its_bytes_differ() {
    let usual = with_repeated_tail(|_| {});
    let segments = with_repeated_tail(|tag| {
        // The last byte of the tag, before the size that follows it.
        let last = tag.len() - 5;
        tag[last] ^= 1;
    });
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let samples = |segments: &[OwnedSegment]| -> u64 {
            let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
            let made = job.finish(segments).unwrap();
            assert_eq!(job.check().unwrap().tracks, made.tracks);
            made.tracks.iter().map(|track| track.samples).sum()
        };
        assert_eq!(samples(&segments), samples(&usual) + 10, "{format:?}");
    }
}

#[test]
fn a_repeated_tail_comes_once() {
    let segments = with_repeated_tail(|_| {});
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
        let facts = job.finish(&segments).unwrap().facts;
        assert!(facts.iter().all(|fact| fact.kind == FactKind::Repeated));
        let samples: u64 = facts.iter().map(|fact| fact.samples).sum();
        assert_eq!(samples, 10, "{format:?}: {facts:?}");
        assert!(facts.iter().all(|fact| fact.at_ms.abs_diff(4000) < 500));
    }
    assert_same(
        packets(&mp4_of(&segments).path()),
        packets_of(movie()),
        MILLISECOND,
    );
    assert_same(
        packets(&flv_of(&segments).path()),
        packets_of(movie()),
        1e-6,
    );
}

#[test]
fn audio_alone_and_video_alone_make_movies() {
    for (option, kind) in [("-vn", TrackKind::Audio), ("-an", TrackKind::Video)] {
        let folder = TempDir::new().unwrap();
        let input = folder.path().join("film.flv");
        fs::write(&input, movie()).unwrap();
        let input = input.to_str().unwrap();
        let alone = made_by_ffmpeg("alone.flv", &["-i", input, "-c", "copy", option]);
        let segment = OwnedSegment {
            track: 0,
            kind: SegmentKind::Media(0),
            start_ms: 0,
            data: alone.clone(),
        };
        let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, 1);
        let summary = job.finish(&[segment]).unwrap();
        assert_eq!(
            summary
                .tracks
                .iter()
                .map(|track| track.kind)
                .collect::<Vec<_>>(),
            [kind]
        );
        assert_same(packets(&job.path()), packets_of(&alone), MILLISECOND);
        probe_without_warnings(&job.path());
    }
}

#[test]
fn mp3_goes_into_an_mp4() {
    let data = made_by_ffmpeg(
        "sound.flv",
        &[
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=44100:duration=3",
            "-c:a",
            "libmp3lame",
        ],
    );
    let segment = OwnedSegment {
        track: 0,
        kind: SegmentKind::Media(0),
        start_ms: 0,
        data: data.clone(),
    };
    let job = mp4_of(&[segment]);
    assert_same(packets(&job.path()), packets_of(&data), MILLISECOND);
    probe_without_warnings(&job.path());
}

#[test]
fn old_codecs_stay_in_flv() {
    let data = made_by_ffmpeg(
        "old.flv",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x90:rate=25:duration=4",
            "-c:v",
            "flv1",
            "-g",
            "25",
        ],
    );
    let segments: Vec<_> = (0..1)
        .map(|number| OwnedSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: 0,
            data: data.clone(),
        })
        .collect();
    let refused = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, 1).finish(&segments);
    assert!(matches!(refused, Err(Error::Unsupported(name)) if name == "Sorenson H.263"));
    let job = flv_of(&segments);
    assert_same(packets(&job.path()), packets_of(&data), 1e-6);
}

#[test]
fn an_flv_of_segments_has_the_packets_of_the_movie() {
    for film in [movie(), uneven_movie()] {
        let job = flv_of(&cut_flv(film, 2000, false));
        assert_same(packets(&job.path()), packets_of(film), 1e-6);
        let words = probe_without_warnings(&job.path());
        assert!(words.contains("TAG:title=Füße über Ærø"), "{words}");
        let joined = flv_of(&cut_flv(film, 2000, true));
        assert_same(packets(&joined.path()), packets_of(film), 2.0 * MILLISECOND);
    }
}

#[test]
fn an_flv_goes_on_after_a_crash_with_the_same_bytes() {
    for restart in [false, true] {
        let segments = cut_flv(movie(), 2000, restart);
        let whole = flv_of(&segments).bytes();
        for done in 0..segments.len() {
            let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Flv, segments.len());
            job.attempt(&segments[..done]).unwrap();
            job.tear();
            job.finish(&segments[done..]).unwrap();
            assert!(job.bytes() == whole, "after {done} segments");
        }
    }
}

#[test]
fn the_keyframe_index_of_an_flv_points_at_keyframes() {
    let bytes = flv_of(&cut_flv(movie(), 2000, false)).bytes();
    let name = b"\x00\x0dfilepositions\x0a";
    let at = bytes
        .windows(name.len())
        .position(|window| window == name)
        .unwrap()
        + name.len();
    let count = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(count, 12);
    for entry in bytes[at + 4..].chunks(9).take(count) {
        let position = f64::from_be_bytes(entry[1..].try_into().unwrap());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an offset"
        )]
        let tag = &bytes[position as usize..];
        assert_eq!((tag[0], tag[11]), (9, 0x17));
    }
}
