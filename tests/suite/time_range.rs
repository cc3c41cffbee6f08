//! Only a part of a recording: what is fetched for it, what it shows, and that it is taken for nothing
//! else.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use axum::http::StatusCode;
use engine::{Code, Extras, NewJob, TimeRange};
use fake_ustream::{Delivery, Fault, FileContainer, LARGE, LongRecording, Rule, World};
use serde_json::Value;

use crate::command_line::CliCommand;
use crate::deliveries::mock_service_with;
use crate::mock_service::{MAIN, MockService, file_names, job, original};
use crate::movies::{FrameMd5, assert_plays, packets};

/// Times of a whole movie and of a part differ by at most this.
const TOLERANCE_US: i64 = 1_000;

fn range(from: &str, to: &str) -> Option<TimeRange> {
    TimeRange::parse(Some(from), Some(to)).unwrap()
}

fn part(folder: &Path, from: &str, to: &str) -> NewJob {
    NewJob {
        range: range(from, to),
        ..job(MAIN, folder)
    }
}

/// Returns which segments of a representation were served.
fn served(mock: &MockService, recording: u64, representation: &str) -> BTreeSet<u64> {
    let coverage = mock.service.coverage(recording);
    let chunks = coverage.chunks.get(representation).cloned();
    chunks.unwrap_or_default().into_keys().collect()
}

/// Returns the packets in the order of presentation, from the one on the screen at a time to the last
/// one before another, with times from the first of these. Times are in microseconds.
fn presented(movie: &Path, stream: &str, (from, to): (i64, i64)) -> Vec<FrameMd5> {
    let mut packets = packets(movie, stream);
    packets.sort_by_key(|packet| packet.pts_us);
    packets.retain(|packet| packet.pts_us < to - TOLERANCE_US / 2);
    let later = packets.partition_point(|packet| packet.pts_us <= from + TOLERANCE_US / 2);
    packets.drain(..later.saturating_sub(1));
    for packet in &mut packets {
        packet.pts_us -= from;
    }
    packets
}

/// Asserts that a part has the packets of the whole movie, each when the whole movie has it.
fn assert_is_part(part: &Path, whole: &Path, (from_ms, to_ms): (i64, i64)) {
    let (from, to) = (from_ms * 1000, to_ms * 1000);
    for stream in ["v:0", "a:0"] {
        let expected = presented(whole, stream, (from, to));
        let shown = presented(part, stream, (0, to - from));
        assert_eq!(shown.len(), expected.len(), "{stream}");
        for (shown, expected) in shown.iter().zip(&expected) {
            assert!(shown.is_same_media(expected), "{shown:?} {expected:?}");
            // The frame on the screen at the start is presented from the start.
            let time = if stream == "v:0" {
                expected.pts_us.max(0)
            } else {
                expected.pts_us
            };
            assert!(
                (shown.pts_us - time).abs() <= TOLERANCE_US,
                "{shown:?} {expected:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_what_the_whole_movie_shows_then_and_no_more_is_fetched() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock)
        .save(MAIN)
        .args(["--from", "1:02", "--to", "1:40"]);
    let (code, out, err) = run.arg("-o").arg(folder.path()).finish();
    assert_eq!(code, 0, "{err}");
    let name = "The practice film (0.01.02–0.01.40).mp4";
    assert_eq!(file_names(folder.path()), [name]);
    assert_eq!(Path::new(out.trim_end()), folder.path().join(name));
    // The first, which tells when the recording starts, and the one before.
    let expected: BTreeSet<u64> = [0, 30].into_iter().chain(31..50).collect();
    for representation in ["2.m4v", "1.m4a"] {
        assert_eq!(served(&mock, MAIN, representation), expected);
    }
    let (whole, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
    let path = folder.path().join(name);
    assert_is_part(&path, &whole, (62_000, 100_000));
    assert_plays(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_minutes_of_three_hours_are_ten_minutes_and_two_segments_of_each_track() {
    let folder = tempfile::tempdir().unwrap();
    let movie = LongRecording {
        chunks: 1800,
        chunk_time_ms: 6000,
        megabytes: 100,
    };
    let mock = MockService::with(World::empty().with_long_recording(&movie)).await;
    let new_job = |from, to| NewJob {
        range: range(from, to),
        ..job(LARGE, folder.path())
    };
    let mut before = 0;
    for (from, to) in [("1:02:00", "1:12:00"), ("2:00:03.500", "2:10:03.500")] {
        let (path, finished) = mock.save(new_job(from, to)).await.unwrap();
        assert!(finished.duration_ms.abs_diff(600_000) <= 1, "{finished:?}");
        assert!(finished.gaps.is_empty() && finished.shorter_than_stated_ms.is_none());
        let summary = media::check(File::open(path).unwrap()).unwrap();
        assert_eq!(summary.tracks.len(), 2);
        for track in &summary.tracks {
            assert!(track.duration_ms.abs_diff(600_000) <= 40, "{track:?}");
        }
        let coverage = mock.service.coverage(LARGE);
        for representation in ["2.m4v", "1.m4a"] {
            let requests: u32 = coverage.chunks[representation].values().sum();
            assert!(requests <= before + 102, "{requests} of {representation}");
        }
        before += 102;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_parts_and_the_whole_are_movies_of_their_own() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (one, _) = mock.save(part(folder.path(), "10", "20")).await.unwrap();
    let (other, _) = mock.save(part(folder.path(), "10", "21")).await.unwrap();
    let (whole, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
    let mut names = file_names(folder.path());
    names.sort();
    let expected = [
        "The practice film (0.00.10–0.00.20).mp4",
        "The practice film (0.00.10–0.00.21).mp4",
        "The practice film.mp4",
    ];
    assert_eq!(names, expected);
    // Under other names, too.
    let renamed = [("a.mp4", &one), ("b.mp4", &other), ("c.mp4", &whole)];
    for (name, path) in renamed {
        fs::rename(path, folder.path().join(name)).unwrap();
    }
    let before = mock.service.coverage(MAIN);
    for (job, name) in [
        (part(folder.path(), "10", "20"), "a.mp4"),
        (part(folder.path(), "10", "21"), "b.mp4"),
        (job(MAIN, folder.path()), "c.mp4"),
    ] {
        let (path, finished) = mock.save(job).await.unwrap();
        assert!(finished.saved_before);
        assert_eq!(path, folder.path().join(name));
    }
    assert_eq!(
        mock.service.coverage(MAIN),
        before,
        "nothing is fetched again"
    );
    let (path, finished) = mock.save(part(folder.path(), "10", "22")).await.unwrap();
    assert!(!finished.saved_before && path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_goes_on_where_it_stopped_and_not_with_another() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let rule = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*2/chunk_12_*.m4v");
    let rule = mock.service.faults().add(rule);
    let failure = mock
        .save(part(folder.path(), "20", "30"))
        .await
        .unwrap_err();
    assert_eq!(failure.code, Code::SegmentsMissing);
    // From 24 to 26 seconds of the recording.
    assert_eq!(failure.gaps.len(), 1);
    let gap = failure.gaps[0];
    assert_eq!((gap.start_ms, gap.duration_ms), (4_000, 2_000));
    assert_eq!(failure.whole_ms, Some(10_000));
    mock.service.faults().remove(rule);
    let before = mock.service.coverage(MAIN);
    mock.save(part(folder.path(), "40", "50")).await.unwrap();
    let begun = folder
        .path()
        .join("The practice film (0.00.20–0.00.30).part");
    assert!(begun.exists(), "the other part is left alone");
    mock.save(part(folder.path(), "20", "30")).await.unwrap();
    assert!(!begun.exists());
    let after = mock.service.coverage(MAIN);
    let times = |coverage: &fake_ustream::Coverage, chunk| {
        coverage.chunks["2.m4v"].get(&chunk).copied().unwrap_or(0)
    };
    let again = (10..15).filter(|chunk| times(&after, *chunk) > times(&before, *chunk));
    // Two that are compared, and the one that was missing.
    assert!(again.count() <= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_beyond_the_end_is_shortened_and_that_is_said() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock)
        .save(MAIN)
        .args(["--from", "3:10", "--to", "1:00:00"]);
    let (code, out, err) = run.arg("-o").arg(folder.path()).finish();
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("The video ends at 0:03:20; the part goes up to there."),
        "{err}"
    );
    let summary = media::check(File::open(out.trim_end()).unwrap()).unwrap();
    assert!(summary.duration_ms.abs_diff(10_000) <= 300, "{summary:?}");
    let run = CliCommand::new(&mock).save(MAIN).args(["--from", "3:20"]);
    let (code, _, err) = run.arg("-o").arg(folder.path()).finish();
    assert_ne!(code, 0);
    assert!(err.contains("only 0:03:20 long"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_are_no_range_are_refused_before_anything_is_asked() {
    let mock = MockService::demo().await;
    for times in [
        ["--from", "5", "--to", "5"],
        ["--from", "1:60", "--to", "9:00"],
    ] {
        let (code, _, err) = CliCommand::new(&mock).save(MAIN).args(times).finish();
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("--from, --to"), "{err}");
    }
    assert!(mock.service.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn chapters_captions_and_dates_are_those_of_the_part() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let new_job = NewJob {
        extras: Extras {
            captions: true,
            info: true,
            ..Extras::default()
        },
        ..part(folder.path(), "2", "2:00")
    };
    let (path, finished) = mock.save(new_job).await.unwrap();
    let tags = media::Tags::read(File::open(&path).unwrap()).unwrap();
    let chapters = tags.chapters.iter();
    let chapters: Vec<_> = chapters
        .map(|one| (one.start_ms, one.title.as_str()))
        .collect();
    assert_eq!(chapters, [(0, "Welcome"), (58_000, "Launch")]);
    let beside = |ending: &str| {
        let name = finished.beside.iter().find(|name| name.ends_with(ending));
        fs::read_to_string(folder.path().join(name.unwrap())).unwrap()
    };
    let english = beside(".en.vtt");
    let expected = "WEBVTT\n\n00:00:00.000 --> 00:00:00.500\nen-00 1\n\n\
                    00:00:02.000 --> 00:00:03.500\nen-00 4\n";
    assert_eq!(english.trim_end(), expected.trim_end());
    let movie = media::check(File::open(&path).unwrap()).unwrap();
    assert_eq!(movie.captions.len(), 2);
    let info: Value = serde_json::from_str(&beside(".info.json")).unwrap();
    assert_eq!(
        (&info["duration"], &info["section_start"]),
        (&118.0.into(), &2.0.into())
    );
    assert_eq!(info["chapters"].as_array().unwrap().len(), 2);
    // Midnight, and two seconds.
    assert_eq!(info["timestamp"].as_i64().unwrap() % 60, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_original_goes_from_keyframe_to_keyframe() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (whole, _) = mock.save(original(MAIN, folder.path())).await.unwrap();
    let new_job = NewJob {
        range: range("1:02.7", "1:40.9"),
        ..original(MAIN, folder.path())
    };
    let before = mock.service.coverage(MAIN);
    let (part, finished) = mock.save(new_job).await.unwrap();
    let saved = finished.range.unwrap();
    assert_eq!((saved.from_ms, saved.to_ms), (62_000, Some(102_000)));
    assert!(saved.is_widened && !saved.is_clamped);
    assert!(finished.duration_ms.abs_diff(40_000) <= 250, "{finished:?}");
    assert!(finished.gaps.is_empty() && finished.shorter_than_stated_ms.is_none());
    let after = mock.service.coverage(MAIN);
    let requests = |coverage: &fake_ustream::Coverage| -> u32 {
        coverage
            .chunks
            .values()
            .flat_map(|chunks| chunks.values())
            .sum()
    };
    // Twenty segments of two seconds.
    assert_eq!(requests(&after) - requests(&before), 20);
    assert_plays(&part);
    for stream in ["v:0", "a:0"] {
        let expected = packets(&whole, stream);
        let shown = packets(&part, stream);
        let first = &shown[0];
        assert!(first.dts_us <= 100_000, "{first:?}");
        let start = expected
            .iter()
            .position(|it| it.is_same_media(first))
            .unwrap();
        let expected = &expected[start..start + shown.len()];
        for (shown, expected) in shown.iter().zip(expected) {
            assert!(shown.is_same_media(expected), "{shown:?} {expected:?}");
            let time = expected.pts_us - 62_000_000;
            assert!(
                (shown.pts_us - time).abs() <= 2 * TOLERANCE_US,
                "{shown:?} {expected:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_says_where_a_part_of_the_original_begins_and_ends() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock)
        .save(MAIN)
        .args(["--format", "original", "--from", "3:13"]);
    let (code, out, err) = run.arg("-o").arg(folder.path()).finish();
    assert_eq!(code, 0, "{err}");
    let note = "the part is that from 0:03:12 to 0:03:20.";
    assert!(err.contains(note), "{err}");
    let name = "The practice film (0.03.12–).flv";
    assert_eq!(Path::new(out.trim_end()), folder.path().join(name));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_single_file_is_refused_before_anything_is_fetched() {
    let mock = mock_service_with(Delivery::file(FileContainer::Mp4)).await;
    let folder = tempfile::tempdir().unwrap();
    let new_job = NewJob {
        range: range("10", "20"),
        ..job(MAIN, folder.path())
    };
    let failure = mock.save(new_job).await.unwrap_err();
    assert!(failure.detail.contains("can be cut"), "{failure:?}");
    assert!(file_names(folder.path()).is_empty());
}
