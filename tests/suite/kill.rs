//! SIGKILL at any moment: the next run makes the same movie and fetches no durable segment again
//! except two to compare.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fake_ustream::{Fault, Rule};
use media::{SegmentKind, journal};

use crate::command_line::CliCommand;
use crate::mock_service::{MockService, file_names};
use crate::movies::assert_first;

/// A recording of seven chunks: short enough to be saved hundreds of times.
const RECORDING: u64 = 134_300_012;
const CHUNKS: usize = 7;
const RANDOM_MOMENTS: usize = 50;
/// A resumed run fetches this many saved segments again to check that the recording is the same.
const COMPARED: u32 = 2;

/// Container and extras that the command line saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SaveCase {
    Mp4,
    /// With captions and every language.
    Full,
    Original,
}

use SaveCase::{Full, Mp4, Original};

impl SaveCase {
    fn representation(self, track: u8) -> &'static str {
        match (self, track) {
            (Mp4 | Full, 0) => "2.m4v",
            (Mp4 | Full, 1) => "1.m4a",
            (Mp4 | Full, _) => "3.m4a",
            (Original, _) => "2/1.flv",
        }
    }
}

/// An output folder, and the movie as an undisturbed run makes it.
struct KillHarness {
    mock: MockService,
    folder: tempfile::TempDir,
    kind: SaveCase,
    undisturbed: Vec<u8>,
}

impl KillHarness {
    async fn new(kind: SaveCase) -> Self {
        let mock = MockService::demo().await;
        let mut harness = Self {
            mock,
            folder: tempfile::tempdir().unwrap(),
            kind,
            undisturbed: Vec::new(),
        };
        harness.undisturbed = fs::read(harness.run_to_the_end()).unwrap();
        if kind == Full {
            assert_eq!(
                tracks(&harness.undisturbed).len(),
                5,
                "video, audio, captions"
            );
        }
        harness.clear();
        harness
    }

    fn clear(&mut self) {
        self.folder = tempfile::tempdir().unwrap();
    }

    fn run(&self) -> CliCommand {
        self.with_case_options(CliCommand::new(&self.mock))
    }

    fn with_case_options(&self, run: CliCommand) -> CliCommand {
        let options: &[&str] = match self.kind {
            Mp4 => &[],
            Full => &["--captions", "--audio", "all"],
            Original => &["--format", "original"],
        };
        run.save(RECORDING)
            .args(options.iter().copied())
            .arg("-o")
            .arg(self.folder.path())
    }

    fn part_folder(&self) -> PathBuf {
        self.folder
            .path()
            .join(format!("Practice recording {RECORDING}.part"))
    }

    fn run_to_the_end(&self) -> PathBuf {
        let output = self.run().output();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim_end())
    }

    /// Returns the chunks whose records in the journal are durable: representation and number.
    fn durable(&self) -> BTreeSet<(&'static str, u64)> {
        let bytes = fs::read(self.part_folder().join("journal")).unwrap_or_default();
        let (fragments, _) = journal::read(&bytes);
        fragments
            .iter()
            .filter_map(|fragment| match fragment.kind {
                SegmentKind::Media(number) => {
                    Some((self.kind.representation(fragment.track), number))
                }
                SegmentKind::Init => None,
            })
            .collect()
    }

    fn times_requested(&self, (representation, number): (&str, u64)) -> u32 {
        let coverage = self.mock.service.coverage(RECORDING);
        let representation = coverage.chunks.get(representation);
        representation
            .and_then(|representation| representation.get(&number))
            .copied()
            .unwrap_or(0)
    }

    /// Runs again after a kill. The movie must equal that of an undisturbed run and be the only
    /// file in the folder. At most two durable segments may be requested again: they show whether
    /// the recording is still the same.
    fn assert_resumes(&mut self, when: &str) {
        if let Some(path) = self.saved() {
            self.assert_is_movie(&path, when);
            return;
        }
        let durable = self.durable();
        let before: Vec<_> = durable
            .iter()
            .map(|segment| self.times_requested(*segment))
            .collect();
        let path = self.run_to_the_end();
        let after: Vec<_> = durable
            .iter()
            .map(|segment| self.times_requested(*segment))
            .collect();
        let again: Vec<u32> = before.iter().zip(&after).map(|(b, a)| a - b).collect();
        assert!(
            again.iter().sum::<u32>() <= COMPARED && again.iter().all(|times| *times <= 1),
            "{when}: {durable:?} was durable and was requested {again:?} more times"
        );
        self.assert_is_movie(&path, when);
    }

    /// Returns the movie if it was finished before the kill and nothing is left to do.
    fn saved(&self) -> Option<PathBuf> {
        let ending = match self.kind {
            Mp4 | Full => "mp4",
            Original => "flv",
        };
        let path = self.part_folder().with_extension(ending);
        (path.exists() && !self.part_folder().join("plan.json").exists()).then_some(path)
    }

    fn assert_is_movie(&mut self, path: &Path, when: &str) {
        let found = file_names(self.folder.path());
        let name = path.file_name().unwrap().to_str().unwrap();
        // The next movie of that name removes an empty part folder.
        let ending = |found: &str| Path::new(found).extension().map(|ending| ending == "vtt");
        let is_text = |found: &str| self.kind == Full && ending(found) == Some(true);
        let left = found
            .iter()
            .filter(|found| *found != name && !is_text(found));
        for other in left {
            let empty = fs::read_dir(self.folder.path().join(other))
                .unwrap()
                .next()
                .is_none();
            assert!(empty, "{when}: {found:?}");
        }
        let movie = fs::read(path).unwrap();
        match self.kind {
            Original => assert!(movie == self.undisturbed, "{when}: the same bytes"),
            // The layout of this file follows the order of arrival.
            Mp4 | Full if movie == self.undisturbed => {}
            Mp4 | Full => {
                assert_first(path, "video.mp4", "audio.mp4", CHUNKS, 1_000);
                assert_eq!(tracks(&movie), tracks(&self.undisturbed), "{when}");
            }
        }
        self.clear();
    }
}

/// Returns kind or language and sample count of each track, wherever the track is stored.
fn tracks(movie: &[u8]) -> Vec<(String, u64)> {
    let summary = media::check(Cursor::new(movie)).unwrap();
    let tracks = summary.tracks.into_iter();
    let tracks = tracks.map(|track| (format!("{:?}", track.kind), track.samples));
    let captions = summary.captions.into_iter();
    tracks
        .chain(captions.map(|track| (track.language, track.samples)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_random_moments_loses_no_durable_segment() {
    for kind in [Mp4, Original] {
        let mut harness = KillHarness::new(kind).await;
        let slow = Rule::new(Fault::Delay(Duration::from_millis(60))).path("*chunk_*");
        harness.mock.service.faults().add(slow);
        for _ in 0..RANDOM_MOMENTS {
            let moment = Duration::from_micros(fastrand::u64(50_000..700_000));
            let mut child = harness.run().args(["--parallel", "2"]).spawn();
            std::thread::sleep(moment);
            child.kill().unwrap();
            child.wait().unwrap();
            harness.assert_resumes(&format!("{kind:?} after {moment:?}"));
        }
    }
}

/// A system call on a file of the movie at which the program is killed.
struct KillPoint {
    name: &'static str,
    syscalls: &'static str,
    /// Path within the part folder.
    file: &'static str,
    /// Number of this call within its thread.
    number: u32,
}

const fn kill_point(
    name: &'static str,
    [calls, file]: [&'static str; 2],
    number: u32,
) -> KillPoint {
    KillPoint {
        name,
        syscalls: calls,
        file,
        number,
    }
}

const INDEX_NOT_SYNCED: KillPoint = kill_point("the index is not synced", ["fsync", "film"], 1);

const KILL_POINTS: [KillPoint; 22] = [
    kill_point(
        "the plan is written and not renamed",
        ["renameat,rename", "plan.json"],
        1,
    ),
    kill_point("the plan is not synced", ["fsync", ""], 1),
    kill_point("the output is opened", ["ftruncate", "film"], 1),
    kill_point("the journal is opened", ["ftruncate", "journal"], 1),
    kill_point("before the header is written", ["writev", "film"], 1),
    kill_point("between header and media", ["writev", "film"], 2),
    kill_point("while media is appended", ["writev", "film"], 3),
    kill_point("after some media was appended", ["writev", "film"], 4),
    kill_point("after more media was appended", ["writev", "film"], 5),
    kill_point("after yet more media was appended", ["writev", "film"], 7),
    kill_point("appended and not synced", ["fdatasync", "film"], 1),
    kill_point("synced and not in the journal", ["write", "journal"], 1),
    kill_point(
        "in the journal, which is not synced",
        ["fdatasync", "journal"],
        1,
    ),
    kill_point("as the index begins", ["write", "film"], 1),
    kill_point("in the middle of the index", ["write", "film"], 2),
    kill_point("as the index ends", ["write", "film"], 3),
    INDEX_NOT_SYNCED,
    kill_point(
        "before the movie is renamed",
        ["renameat2,renameat,rename,linkat", "film"],
        1,
    ),
    kill_point(
        "after the movie is renamed",
        ["unlinkat,unlink", "journal"],
        1,
    ),
    kill_point(
        "while the part folder is deleted",
        ["unlinkat,unlink", "lock"],
        1,
    ),
    kill_point("the plan is deleted", ["unlinkat,unlink,rmdir", ""], 1),
    kill_point("the part folder is empty", ["unlinkat,unlink,rmdir", ""], 2),
];

/// Kill points of a run that finds all segments on disk.
const FINISH_KILL_POINTS: [KillPoint; 3] = [
    kill_point(
        "the pending rename is written and its plan not renamed",
        ["renameat,rename", "plan.json"],
        1,
    ),
    kill_point("the pending rename is not synced", ["fsync", ""], 1),
    kill_point(
        "the movie is renamed and the folder not synced",
        ["fsync", ".."],
        1,
    ),
];

/// Returns a command that kills the traced program when one of its threads enters the `number`th of
/// these calls on `path`.
pub(crate) fn tracer(calls: &str, number: u32, path: &Path) -> Command {
    let mut tracer = Command::new("strace");
    tracer
        .args(["--follow-forks", "--quiet=all", "--output=/dev/null"])
        .arg(format!("--trace={calls}"))
        .arg(format!("--inject={calls}:signal=SIGKILL:when={number}"))
        .arg("--trace-path")
        .arg(path);
    tracer
}

/// Runs until the kill point; returns whether the program was killed there.
fn killed_at(harness: &KillHarness, kill_point: &KillPoint) -> bool {
    let path = match kill_point.file {
        "" => harness.part_folder(),
        ".." => harness.folder.path().to_owned(),
        file => harness.part_folder().join(file),
    };
    // The tracer resolves names before it starts.
    let (folder, name) = (harness.folder.path().canonicalize().unwrap(), path);
    let path = folder.join(name.strip_prefix(harness.folder.path()).unwrap());
    let tracer = tracer(kill_point.syscalls, kill_point.number, &path);
    let output = harness
        .with_case_options(CliCommand::under(tracer, &harness.mock))
        .output();
    !output.status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_any_two_writes_loses_no_durable_segment() {
    for kind in [Mp4, Full, Original] {
        let mut harness = KillHarness::new(kind).await;
        for kill_point in &KILL_POINTS {
            let killed = killed_at(&harness, kill_point);
            // The index of an FLV is one write.
            assert!(
                killed || (kind == Original && kill_point.name.contains("index")),
                "{}: it was not reached",
                kill_point.name
            );
            harness.assert_resumes(&format!("{kind:?}, {}", kill_point.name));
        }
        for kill_point in &FINISH_KILL_POINTS {
            assert!(killed_at(&harness, &INDEX_NOT_SYNCED));
            assert!(
                killed_at(&harness, kill_point),
                "{}: it was not reached",
                kill_point.name
            );
            harness.assert_resumes(&format!("{kind:?}, {}", kill_point.name));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_half_written_journal_record_is_dropped() {
    for kind in [Mp4, Original] {
        let mut harness = KillHarness::new(kind).await;
        let journal_sync = kill_point("in the journal", ["fdatasync", "journal"], 1);
        for cut in [1, 7, 9, 40] {
            assert!(killed_at(&harness, &journal_sync));
            let path = harness.part_folder().join("journal");
            let whole = fs::metadata(&path).unwrap().len();
            assert!(whole > 100);
            let journal = fs::File::options().write(true).open(&path).unwrap();
            journal.set_len(whole - cut).unwrap();
            harness.assert_resumes(&format!("{kind:?}, a journal without its last {cut} bytes"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_written_index_is_written_again() {
    let mut harness = KillHarness::new(Mp4).await;
    let index_write = kill_point("as the index ends", ["write", "film"], 3);
    for percent in [10, 50, 90] {
        assert!(killed_at(&harness, &index_write));
        let path = harness.part_folder().join("film");
        let mut movie = fs::read(&path).unwrap();
        let index = movie.windows(4).position(|four| four == b"moov").unwrap() - 4;
        let length = u32::from_be_bytes(movie[index..index + 4].try_into().unwrap());
        let kept = length as usize * percent / 100;
        movie[index + kept..index + length as usize].fill(0);
        fs::write(&path, movie).unwrap();
        harness.assert_resumes(&format!("{percent} % of the index"));
    }
}

/// Segments in the reorder buffer are written when the program is asked to stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_segments_are_spooled_loses_no_durable_segment() {
    let mut harness = KillHarness::new(Original).await;
    for (calls, number) in [
        ("write", 2),
        ("write", 4),
        ("fsync", 3),
        ("renameat", 2),
        ("renameat", 3),
        ("renameat", 5),
    ] {
        let first = Rule::new(Fault::Delay(Duration::from_mins(1))).path("*chunk_0_*");
        let first = harness.mock.service.faults().add(first);
        let mut tracer = Command::new("strace");
        tracer
            .args(["--follow-forks", "--quiet=all", "--output=/dev/null"])
            .arg(format!("--trace={calls}"))
            .arg(format!("--inject={calls}:signal=SIGKILL:when={number}"));
        // The first segment is delayed; the signal arrives when all others are there.
        tracer.args(["timeout", "--signal=INT", "1.5"]);
        harness
            .with_case_options(CliCommand::under(tracer, &harness.mock))
            .output();
        harness.mock.service.faults().remove(first);
        harness.assert_resumes(&format!("{calls} {number}"));
    }
}
