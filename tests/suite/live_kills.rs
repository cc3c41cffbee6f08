//! SIGKILL while a stream is recorded: what was durable is in the movie, and is not fetched again.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::time::Duration;

use fake_ustream::{EndMessage, LiveAction, LiveClock, LiveStream};

use crate::command_line::CliCommand;
use crate::mock_service::{MockService, file_names};
use crate::movies::{assert_plays, fixture, packets};
use crate::running_stream::{AUDIO, CHANNEL, FIRST, LINK, VIDEO, durable_segments, service};

/// Segments that were sent before the recording, and that are sent until the stream ends.
const EARLIER: u64 = 12;
const LATER: u64 = 40;
const SEGMENT_TIME: Duration = Duration::from_millis(30);
/// The films of the tracks, by the number of the track in the journal.
const TRACKS: [&str; 2] = [VIDEO, AUDIO];

const RANDOM_MOMENTS: usize = 25;
/// A recording changes the disk at least this often until it ends.
const FEWEST_CHANGES: u64 = 40;
/// Each of so many first changes is a moment to be killed at, and then one of a few.
const FIRST_CHANGES: u64 = 16;
const STEP: u64 = 7;

/// A stream that runs by itself, and a folder in which it is recorded.
struct LiveKill {
    mock: MockService,
    folder: tempfile::TempDir,
}

impl LiveKill {
    async fn new() -> Self {
        let stream = LiveStream {
            first_segment: FIRST,
            aired_segments: EARLIER,
            earlier_hashes: 1,
            update_every: 5,
            kept_segments: 1000,
            ..LiveStream::new(LiveClock::running(SEGMENT_TIME))
        };
        let stream = stream.event(LATER, LiveAction::End(EndMessage::NotAvailable));
        Self {
            mock: service(stream).await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn run(&self) -> CliCommand {
        let run = CliCommand::new(&self.mock).args([LINK, "--patience", "5s", "-o"]);
        run.arg(self.folder.path())
    }

    fn movie(&self) -> Option<PathBuf> {
        let names = file_names(self.folder.path()).into_iter();
        let mut paths = names.map(|name| self.folder.path().join(name));
        paths.find(|path| path.extension().is_some_and(|it| it == "mp4"))
    }

    fn durable(&self) -> BTreeSet<(usize, u64)> {
        durable_segments(self.folder.path())
    }

    fn served(&self, (track, number): (usize, u64)) -> u32 {
        let traffic = self.mock.service.live_traffic(CHANNEL);
        traffic.of(0, TRACKS[track], Some(number)).served
    }

    /// Runs again after a kill, until the stream is over.
    fn assert_goes_on(&self, when: &str) {
        let is_saved = self.movie().is_some();
        let durable = self.durable();
        let served = |segment: &(usize, u64)| self.served(*segment);
        let before: Vec<_> = durable.iter().map(served).collect();
        let output = self.run().output();
        let message = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            // It had been saved before the kill, or it was over before anything of it was.
            assert!(is_saved || durable.is_empty(), "{when}: {message}");
        }
        let after: Vec<_> = durable.iter().map(served).collect();
        assert_eq!(before, after, "{when}: {durable:?}");
        match self.movie() {
            Some(movie) => assert_has(&movie, &durable, when),
            None => assert!(durable.is_empty(), "{when}: {message}"),
        }
    }
}

/// Asserts that a movie passes the check and begins with the durable segments.
fn assert_has(movie: &Path, durable: &BTreeSet<(usize, u64)>, when: &str) {
    media::check(Cursor::new(fs::read(movie).unwrap())).unwrap();
    assert_plays(movie);
    for (track, stream) in ["v:0", "a:0"].into_iter().enumerate() {
        let (found, film) = (
            packets(movie, stream),
            packets(&fixture("film.flv"), stream),
        );
        let segments = (FIRST..).take_while(|number| durable.contains(&(track, *number)));
        let end_us = film[0].dts_us + i64::try_from(segments.count()).unwrap() * 2_000_000;
        // A packet at the border belongs to the next segment.
        let expected = film.iter().take_while(|it| it.dts_us < end_us - 60_000);
        let expected: Vec<_> = expected.collect();
        assert!(
            found.len() >= expected.len(),
            "{when}, {stream}: {}",
            found.len()
        );
        for (found, expected) in found.iter().zip(expected) {
            let is_same = found.is_same_media(expected);
            assert!(is_same, "{when}, {stream}: {found:?} {expected:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_random_moments_loses_nothing_durable_of_a_stream() {
    for _ in 0..RANDOM_MOMENTS {
        let kill = LiveKill::new().await;
        // Up to a little after the end of the stream.
        let moment = SEGMENT_TIME * fastrand::u32(3..50);
        let mut child = kill.run().spawn();
        std::thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        kill.assert_goes_on(&format!("after {moment:?}"));
    }
}

/// Halts the program before its `number`th change on the disk and kills it there. Returns false if it
/// makes fewer changes and has ended.
fn is_killed_before_change(kill: &LiveKill, number: u64) -> bool {
    let mut child = kill
        .run()
        .env("USTREAM_DL_HALT_AT", number.to_string())
        .spawn();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let is_halted = lines.any(|line| line.is_ok_and(|line| line == "halted"));
    child.kill().unwrap();
    child.wait().unwrap();
    is_halted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_a_change_on_the_disk_loses_nothing_durable_of_a_stream() {
    let mut number = 1;
    loop {
        let kill = LiveKill::new().await;
        if !is_killed_before_change(&kill, number) {
            break;
        }
        kill.assert_goes_on(&format!("before change {number}"));
        number += if number < FIRST_CHANGES { 1 } else { STEP };
    }
    assert!(number > FEWEST_CHANGES, "only {number}");
}
