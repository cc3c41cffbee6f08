//! Damage to an unfinished movie and its part folder, by a bad disk, a file system crash or another
//! program, between two runs and during one.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use axum::http::StatusCode;
use engine::{Code, NewJob};
use fake_ustream::{Delivery, Fault, FileContainer, PlaylistLayout, Rule};
use media::{TableFragment, journal};

use crate::command_line::CliCommand;
use crate::deliveries::mock_service_with;
use crate::kill::strace;
use crate::mock_service::{MAIN, MockService, file_names, job, original, wait_for_end, wait_until};
use crate::movies::assert_whole;

/// FLV and transport streams store timestamps in milliseconds here.
const ROUNDING_US: i64 = 1_000;
/// A resumed run may fetch this many saved segments again to check that the recording is the same.
const COMPARED: u32 = 2;

/// Container and transport that a movie is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DownloadCase {
    /// Fragments of an MP4, written in order of arrival.
    Mp4,
    /// FLV segments, written in order of presentation.
    Original,
    /// Segments of a transport stream.
    Playlists,
    /// Byte ranges of a single file.
    File,
}

use DownloadCase::{Mp4, Original, Playlists};

const DOWNLOAD_CASES: [DownloadCase; 4] = [Mp4, Original, Playlists, DownloadCase::File];

impl DownloadCase {
    async fn mock_service(self) -> MockService {
        match self {
            Mp4 | Original => MockService::demo().await,
            Playlists => mock_service_with(Delivery::playlists(PlaylistLayout::Muxed)).await,
            Self::File => mock_service_with(Delivery::file(FileContainer::Flv)).await,
        }
    }

    fn job(self, folder: &Path) -> NewJob {
        match self {
            Original => original(MAIN, folder),
            Mp4 | Playlists | Self::File => job(MAIN, folder),
        }
    }

    /// Makes one segment in the middle unavailable; for a single file, everything after its
    /// beginning.
    fn missing(self) -> Rule {
        let missing = Rule::new(Fault::Status(StatusCode::NOT_FOUND));
        match self {
            Mp4 | Original | Playlists => missing.path("*chunk_50_*"),
            Self::File => missing.path("/video/*").skip(3),
        }
    }

    fn slow(self) -> Rule {
        let slow = Rule::new(Fault::Delay(Duration::from_millis(200)));
        match self {
            Mp4 | Original | Playlists => slow.path("*chunk_*"),
            Self::File => slow.path("/video/*"),
        }
    }

    fn assert_whole(self, movie: &Path) {
        let (video, audio) = match self {
            Mp4 => ("video.mp4", "audio.mp4"),
            Original | Playlists | Self::File => ("film.flv", "film.flv"),
        };
        assert_whole(movie, video, audio, ROUNDING_US);
    }
}

/// Returns the part folder of an attempt that could not fetch everything.
async fn unfinished(mock: &MockService, kind: DownloadCase, folder: &Path) -> PathBuf {
    loop {
        let missing = mock.service.faults().add(kind.missing());
        mock.save(kind.job(folder)).await.unwrap_err();
        mock.service.faults().remove(missing);
        let part = part_folder(folder);
        // Concurrent byte ranges are requested in random order. Without the very first range, the
        // others stay in the reorder buffer and no fragment is written.
        if !fragments(&part).is_empty() {
            return part;
        }
        fs::remove_dir_all(part).unwrap();
    }
}

fn part_folder(folder: &Path) -> PathBuf {
    let mut paths = file_names(folder).into_iter().map(|name| folder.join(name));
    paths
        .find(|path| path.extension().is_some_and(|ending| ending == "part"))
        .unwrap()
}

fn fragments(part: &Path) -> Vec<TableFragment> {
    journal::read(&fs::read(part.join("journal")).unwrap()).0
}

/// Changes the bytes of a file.
fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Returns how many segments or byte ranges were served so far.
fn served_segments(mock: &MockService) -> u32 {
    let coverage = mock.service.coverage(MAIN);
    let representations = coverage.chunks.values();
    representations
        .flat_map(|representation| representation.values())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_is_detected_and_only_the_damaged_segment_is_fetched_again() {
    for kind in DOWNLOAD_CASES {
        let mock = kind.mock_service().await;
        let folder = tempfile::tempdir().unwrap();
        let part = unfinished(&mock, kind, folder.path()).await;
        let fragments = fragments(&part);
        let middle = &fragments[fragments.len() / 2];
        let at = usize::try_from(u64::midpoint(middle.output_start, middle.output_end)).unwrap();
        change(&part.join("film"), |bytes| bytes[at] ^= 0x10);
        let before = served_segments(&mock);
        let (movie, _) = mock.save(kind.job(folder.path())).await.unwrap();
        kind.assert_whole(&movie);
        let again = served_segments(&mock) - before;
        if matches!(kind, Mp4 | Playlists) {
            // The damaged one and the missing one, of video and of audio.
            assert!((2..=3 + COMPARED).contains(&again), "{kind:?}: {again}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_or_zeroed_part_file_is_repaired() {
    for kind in DOWNLOAD_CASES {
        let mock = kind.mock_service().await;
        for zeroed in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let part = unfinished(&mock, kind, folder.path()).await;
            change(&part.join("film"), |bytes| {
                let half = bytes.len() / 2;
                if zeroed {
                    bytes[half..].fill(0);
                } else {
                    bytes.truncate(half);
                }
            });
            let (movie, _) = mock.save(kind.job(folder.path())).await.unwrap();
            kind.assert_whole(&movie);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_truncated_while_it_is_written_is_never_saved_with_a_hole() {
    for kind in [Mp4, Original, Playlists] {
        for length in [100, 40_000] {
            let mock = kind.mock_service().await;
            let slow = mock.service.faults().add(kind.slow());
            let folder = tempfile::tempdir().unwrap();
            let engine = mock.engine();
            let id = engine.download(kind.job(folder.path())).await.unwrap();
            wait_until(&engine, &id, |job| {
                let progress = job.progress.as_ref();
                progress.is_some_and(|progress| progress.fraction > Some(0.2))
            })
            .await;
            let path = part_folder(folder.path()).join("film");
            let file = File::options().write(true).open(path).unwrap();
            file.set_len(length).unwrap();
            let failure = wait_for_end(&engine, &id).await.unwrap_err();
            assert_eq!(failure.code, Code::CheckFailed, "{failure:?}");
            assert!(failure.detail.contains("another program"), "{failure:?}");
            engine.shutdown().await;
            mock.service.faults().remove(slow);
            let (movie, _) = mock.save(kind.job(folder.path())).await.unwrap();
            kind.assert_whole(&movie);
            assert_eq!(file_names(folder.path()).len(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_spooled_segment_is_fetched_again() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let part = unfinished(&mock, Original, folder.path()).await;
    let early = file_names(&part);
    let mut early = early.iter().filter(|name| name.starts_with("early-"));
    change(&part.join(early.next().unwrap()), |body| body[500] ^= 1);
    change(&part.join(early.next().unwrap()), |body| body.truncate(9));
    let before = served_segments(&mock);
    let (movie, _) = mock.save(original(MAIN, folder.path())).await.unwrap();
    Original.assert_whole(&movie);
    let again = served_segments(&mock) - before;
    assert!((3..=3 + COMPARED).contains(&again), "{again}");
}

/// Runs the command line on a manipulated folder, with a timeout.
fn run(mock: &MockService, folder: &Path) -> (i32, String, String) {
    let mut bounded = Command::new("timeout");
    bounded.arg("60");
    CliCommand::under(bounded, mock)
        .save(MAIN)
        .arg("-o")
        .arg(folder)
        .finish()
}

/// Asserts that the command line saves under the next free name, reports the folder that it leaves
/// alone, and changes nothing in it.
fn assert_left_alone(mock: &MockService, folder: &Path, part: &Path, what: &str) {
    let stem = part.file_stem().unwrap().to_str().unwrap();
    let before = file_names(part);
    let (code, out, err) = run(mock, folder);
    assert_eq!(code, 0, "{what}: {err}");
    let movie = folder.join(format!("{stem} (2).mp4"));
    assert_eq!(Path::new(out.trim_end()), movie, "{what}");
    Mp4.assert_whole(&movie);
    assert_eq!(file_names(part), before, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn symlinks_in_a_part_folder_are_not_followed() {
    let mock = MockService::demo().await;
    for name in ["film", "journal", "lock", "plan.json"] {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let part = unfinished(&mock, Mp4, folder.path()).await;
        let victim = outside.path().join("precious.txt");
        // The planted file is a valid copy of the replaced one, so that nothing else is wrong with
        // it.
        fs::rename(part.join(name), &victim).unwrap();
        symlink(&victim, part.join(name)).unwrap();
        let expected = fs::read(&victim).unwrap();
        assert_left_alone(&mock, folder.path(), &part, name);
        assert!(fs::read(&victim).unwrap() == expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_folder_that_is_a_symlink_is_left_alone_and_no_empty_movie_remains() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let part = unfinished(&mock, Mp4, folder.path()).await;
    let moved = outside.path().join("moved");
    fs::rename(&part, &moved).unwrap();
    symlink(&moved, &part).unwrap();
    assert_left_alone(&mock, folder.path(), &part, "the folder");
    assert!(part.is_symlink());
    assert!(!part.with_extension("mp4").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn named_pipes_in_a_part_folder_do_not_block() {
    let mock = MockService::demo().await;
    for name in ["film", "plan.json", "lock"] {
        let folder = tempfile::tempdir().unwrap();
        let part = unfinished(&mock, Mp4, folder.path()).await;
        fs::remove_file(part.join(name)).unwrap();
        let made = Command::new("mkfifo").arg(part.join(name)).status();
        assert!(made.unwrap().success());
        assert_left_alone(&mock, folder.path(), &part, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_names_another_file_as_the_saved_movie_is_rejected() {
    let mock = MockService::demo().await;
    for named in ["../victim.mp4", "victim.mp4", "/etc/hostname", ""] {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("movies");
        fs::create_dir(&folder).unwrap();
        for victim in [outside.path(), &folder] {
            fs::write(victim.join("victim.mp4"), "precious").unwrap();
        }
        let part = unfinished(&mock, Mp4, &folder).await;
        let path = part.join("plan.json");
        let mut plan: serde_json::Value =
            serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let size = fs::metadata(folder.join(named)).map_or(8, |named| named.len());
        plan["intent"] = serde_json::json!({
            "film": "nothing",
            "finished": { "file": named, "size_bytes": size, "duration_ms": 1, "gaps": [] },
        });
        fs::write(&path, plan.to_string()).unwrap();
        assert_left_alone(&mock, &folder, &part, named);
        assert_eq!(fs::read(folder.join("victim.mp4")).unwrap(), b"precious");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_movie_that_cannot_be_renamed_leaves_no_file_and_is_renamed_later() {
    let mock = MockService::demo().await;
    for error in ["EXDEV", "EACCES", "EIO"] {
        let folder = tempfile::tempdir().unwrap();
        let part = unfinished(&mock, Mp4, folder.path()).await;
        let folder_path = folder.path().canonicalize().unwrap();
        let movie = folder_path.join(part.file_name().unwrap()).join("film");
        let calls = "renameat2,renameat,rename,linkat,link";
        let mut tracer = strace(calls, &format!("error={error}"));
        tracer.arg("--trace-path").arg(movie);
        let (code, _, err) = CliCommand::under(tracer, &mock)
            .save(MAIN)
            .arg("-o")
            .arg(&folder_path)
            .finish();
        assert_eq!(code, 7, "{error}: {err}");
        assert_eq!(
            file_names(folder.path()).len(),
            1,
            "{error}: only the part folder"
        );
        let (code, out, err) = run(&mock, folder.path());
        assert_eq!(code, 0, "{error}: {err}");
        Mp4.assert_whole(Path::new(out.trim_end()));
        assert_eq!(file_names(folder.path()).len(), 1, "{error}");
    }
}
