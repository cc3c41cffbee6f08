//! SIGKILL at any moment: the next run makes the same movie and fetches no durable segment again
//! except two to compare.

#[cfg(target_os = "linux")]
mod traced;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fake_ustream::{Fault, Rule};
use media::{SegmentKind, journal};

use crate::command_line::CliCommand;
use crate::mock_service::{MockService, file_names};
use crate::movies::assert_first;
#[cfg(target_os = "linux")]
pub(crate) use traced::{strace, tracer};

/// A recording of seven chunks: short enough to be saved hundreds of times.
const RECORDING: u64 = 134_300_012;
const CHUNKS: usize = 7;
const RANDOM_MOMENTS: usize = 50;
/// A run of this recording changes the disk at least this often.
const FEWEST_CHANGES: u64 = 25;
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

/// Halts the program before its `number`th change on the disk and kills it there. Returns false if
/// it makes fewer changes and has ended.
fn killed_before_change(harness: &KillHarness, number: u64) -> bool {
    let number = number.to_string();
    let mut child = harness.run().env("USTREAM_DL_HALT_AT", number).spawn();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let halted = stderr
        .lines()
        .map_while(Result::ok)
        .any(|line| line == "halted");
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(halted || status.success(), "{status}");
    halted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_any_change_on_the_disk_loses_no_durable_segment() {
    for kind in [Mp4, Original] {
        let mut harness = KillHarness::new(kind).await;
        let mut changes = 0;
        while killed_before_change(&harness, changes + 1) {
            changes += 1;
            harness.assert_resumes(&format!("{kind:?}, before change {changes}"));
        }
        assert!(changes >= FEWEST_CHANGES, "{kind:?}: only {changes}");
    }
}
