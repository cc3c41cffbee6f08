//! Kept channels: what is new in them is saved by the next run, and nothing else is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::KeptChannels;
use fake_ustream::{
    AccessLock, Channel, EndMessage, Fault, FixtureMovie, LiveAction, LiveClock, LiveStream,
    Recording, Rule, World,
};
use serde_json::Value;

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, link};
use crate::movies::assert_plays;
use crate::running_stream::{durable_segments, wait_until_so};

const CHANNEL: u64 = 7_000_000;
const OTHER_CHANNEL: u64 = 7_000_001;
const FIRST: u64 = 200_000_000;
const LINK: &str = "https://video.ibm.com/channel/daily";

fn recording(number: u64) -> Recording {
    Recording {
        title: format!("Part {number}"),
        channel: Some(CHANNEL),
        created_unix_s: 1_500_000_000 + i64::try_from(number).unwrap() * 86_400,
        movie: FixtureMovie::looped(1),
        ..Recording::new(FIRST + number, "one of many")
    }
}

/// A channel that has so many recordings at the moment.
fn channel_of(recordings: u64) -> World {
    let channel = Channel::new(CHANNEL, "daily", "grows");
    let all = (0..recordings).map(recording);
    all.fold(World::empty().channel(channel), World::recording)
}

/// The folders of the person: one for videos, one for the list of channels.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("films")).unwrap();
        Self(home)
    }

    fn films(&self) -> PathBuf {
        self.0.path().join("films")
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn names(&self) -> Vec<String> {
        file_names(&self.films())
    }

    fn keep(&self, arguments: &[&str]) -> CliCommand {
        let run = CliCommand::without_service().arg("keep");
        let run = run.args(arguments.iter().copied());
        run.arg("--data-folder").arg(self.data())
    }

    /// Keeps the channel, and asserts that this succeeds.
    async fn add(&self, world: World, arguments: &[&str]) {
        let mock = MockService::with(world).await;
        let add = self.keep(&[&["add", LINK], arguments].concat());
        let add = add.arg("-o").arg(self.films()).with_service(&mock);
        let (code, out, err) = add.finish();
        assert_eq!((code, out.as_str()), (0, ""), "{err}");
        assert!(err.starts_with("Practice channel daily is kept"), "{err}");
    }

    /// Looks at all channels now. Returns exit code, the lines on stdout and stderr.
    fn run(&self, mock: &MockService, arguments: &[&str]) -> (i32, Vec<String>, String) {
        let run = self.keep(&[&["run", "--now"], arguments].concat());
        let (code, out, err) = run.with_service(mock).finish();
        (code, out.lines().map(ToOwned::to_owned).collect(), err)
    }
}

/// Returns how many recordings were opened.
fn opened(mock: &MockService) -> usize {
    let requests = mock.service.requests();
    requests.iter().filter(|it| it.connect.is_some()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_recording_is_saved_and_does_not_come_back_when_it_is_deleted() {
    let home = Home::new();
    home.add(channel_of(2), &[]).await;
    let before = MockService::with(channel_of(2)).await;
    let (code, paths, err) = home.run(&before, &[]);
    assert_eq!((code, paths.len(), opened(&before)), (0, 0, 0), "{err}");

    let after = MockService::with(channel_of(3)).await;
    let (code, paths, err) = home.run(&after, &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(home.names(), ["Part 2.mp4"]);
    let film = home.films().join("Part 2.mp4");
    assert_eq!(paths, [film.to_str().unwrap()]);
    assert!(err.ends_with("Saved 1 video.\n"), "{err}");

    fs::remove_file(film).unwrap();
    let later = MockService::with(channel_of(3)).await;
    let (code, paths, err) = home.run(&later, &[]);
    assert_eq!((code, paths.len(), opened(&later)), (0, 0, 0), "{err}");
    assert!(home.names().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_recordings_are_saved_as_the_channel_was_added() {
    let home = Home::new();
    let options = ["--all", "--format", "original", "--template", "{id}"];
    home.add(channel_of(2), &options).await;
    let mock = MockService::with(channel_of(2)).await;
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(home.names(), ["200000000.flv", "200000001.flv"]);
    let saved: Vec<_> = paths
        .iter()
        .map(|path| Path::new(path).file_name())
        .collect();
    let oldest_first = ["200000000.flv", "200000001.flv"].map(|name| Some(name.as_ref()));
    assert_eq!(saved, oldest_first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_told_is_told_once_from_every_page_of_the_list() {
    let home = Home::new();
    home.add(channel_of(60), &["--only-tell"]).await;
    let mock = MockService::with(channel_of(170)).await;
    let (code, told, err) = home.run(&mock, &[]);
    assert_eq!((code, told.len(), opened(&mock)), (0, 110, 0), "{err}");
    assert_eq!(told[0], format!("New: Part 60  {}", link(FIRST + 60)));
    assert_eq!(told[109], format!("New: Part 169  {}", link(FIRST + 169)));
    let again = MockService::with(channel_of(171)).await;
    let (code, told, err) = home.run(&again, &["--json"]);
    let events: Vec<Value> = told
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((code, events.len()), (0, 2), "{err}");
    assert_eq!(
        (
            &events[0]["event"],
            &events[0]["link"],
            &events[0]["channel"]
        ),
        (&"new".into(), &link(FIRST + 170).into(), &LINK.into())
    );
    assert_eq!(events[1]["event"], "summary");
    let lists = again.service.requests();
    let lists = lists.iter().filter(|it| it.path.contains("videos.json"));
    assert_eq!(lists.count(), 2, "it stops at the first page without news");
    assert!(home.names().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_fails_is_tried_again_at_the_next_run() {
    let home = Home::new();
    home.add(channel_of(1), &[]).await;
    let broken = Recording {
        lock: Some(AccessLock::Removed),
        ..recording(1)
    };
    let mock = MockService::with(channel_of(3).recording(broken)).await;
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (3, 1), "{err}");
    assert!(err.ends_with("error: 1 video was not saved\n"), "{err}");
    assert_eq!(home.names(), ["Part 2.mp4"]);
    let mended = MockService::with(channel_of(3)).await;
    let (code, _, err) = home.run(&mended, &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(home.names(), ["Part 1.mp4", "Part 2.mp4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_gone_does_not_stop_the_others() {
    let home = Home::new();
    home.add(channel_of(1), &[]).await;
    let other = |recordings: u64| {
        let channel = Channel::new(OTHER_CHANNEL, "other", "grows too");
        let all = (0..recordings).map(|number| Recording {
            channel: Some(OTHER_CHANNEL),
            ..recording(number)
        });
        all.fold(World::empty().channel(channel), World::recording)
    };
    let mock = MockService::with(other(1)).await;
    let add = home.keep(&["add", "ustream.tv/other"]);
    let (code, _, err) = add.arg("-o").arg(home.films()).with_service(&mock).finish();
    assert_eq!(code, 0, "{err}");
    let mock = MockService::with(other(2)).await;
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (3, 1), "{err}");
    assert!(err.contains(LINK), "it is named: {err}");
    assert_eq!(home.names(), ["Part 1.mp4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_runs_says_so_and_leaves_everything_to_the_first() {
    let home = Home::new();
    home.add(channel_of(1), &[]).await;
    let first = KeptChannels::in_folder(&home.data()).start_run().unwrap();
    let mock = MockService::with(channel_of(2)).await;
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (7, 0));
    assert!(err.starts_with("error: another `keep run`"), "{err}");
    assert!(mock.service.requests().is_empty());
    drop(first);
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (0, 1), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_not_looked_at_twice_in_half_an_hour() {
    let home = Home::new();
    home.add(channel_of(1), &[]).await;
    let mock = MockService::with(channel_of(2)).await;
    let (code, out, err) = home.keep(&["run"]).with_service(&mock).finish();
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    let asked = mock.service.requests();
    assert_eq!(asked.len(), 1, "only whether it is on air: {asked:?}");
    let (code, out, err) = home
        .keep(&["run", "--no-live"])
        .with_service(&mock)
        .finish();
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert_eq!(mock.service.requests().len(), 1);
}

/// The channel with its recordings, which sends a stream by itself.
fn channel_on_air(recordings: u64, stream: LiveStream) -> World {
    let channel = Channel {
        live: Some(stream),
        ..Channel::new(CHANNEL, "daily", "is on air")
    };
    let all = (0..recordings).map(recording);
    all.fold(World::empty().channel(channel), World::recording)
}

/// A stream that ends by itself.
fn short_stream() -> LiveStream {
    let stream = LiveStream::new(LiveClock::running(Duration::from_millis(100)));
    stream.event(20, LiveAction::End(EndMessage::NotAvailable))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_starts_is_recorded_beside_the_recordings() {
    let home = Home::new();
    home.add(channel_of(1), &[]).await;
    for streams in [1, 2] {
        let mock = MockService::with(channel_on_air(2, short_stream())).await;
        let (code, paths, err) = home.run(&mock, &[]);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("A stream is running now"), "{err}");
        for path in paths {
            assert_plays(Path::new(&path));
        }
        assert_eq!(home.names().len(), streams + 1, "{:?}", home.names());
        let is_named = |name: &String| name.starts_with("Practice channel daily (20");
        assert_eq!(
            home.names().iter().filter(|it| is_named(it)).count(),
            streams
        );
        // The API may say for a while that the old one runs.
        let (code, paths, err) = home.run(&mock, &[]);
        assert_eq!((code, paths.len()), (0, 0), "{err}");
        let over = MockService::with(channel_of(2)).await;
        assert_eq!(home.run(&over, &[]).0, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_over_before_anything_came_leaves_nothing() {
    let home = Home::new();
    home.add(channel_of(0), &[]).await;
    let clock = LiveClock::manual();
    let stream = LiveStream::new(clock.clone());
    let stream = stream.event(5, LiveAction::End(EndMessage::NotAvailable));
    let mock = MockService::with(channel_on_air(0, stream)).await;
    let slow = Rule::new(Fault::Delay(Duration::from_mins(1))).path("*chunk*");
    let slow = mock.service.faults().add(slow);
    let run = home.keep(&["run", "--now"]).with_service(&mock);
    let mut child = run.spawn();
    let has_plan = |name: &String| home.films().join(name).join("plan.json").exists();
    wait_until_so("a plan", || home.names().iter().any(has_plan)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    mock.service.faults().remove(slow);
    clock.advance(6);
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (3, 0), "{err}");
    assert!(home.names().is_empty(), "{:?}", home.names());
    let (code, _, err) = home.run(&mock, &[]);
    assert_eq!(code, 0, "it is told once: {err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_ran_when_the_channel_was_added_is_not_recorded() {
    let home = Home::new();
    let stream = || LiveStream::new(LiveClock::manual());
    // It has no recordings.
    home.add(channel_on_air(0, stream()), &[]).await;
    let mock = MockService::with(channel_on_air(0, stream())).await;
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (0, 0), "{err}");
    assert!(mock.service.live_traffic(CHANNEL).segments.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_told_of_once_where_nothing_is_saved() {
    let home = Home::new();
    home.add(channel_of(1), &["--only-tell"]).await;
    let mock = MockService::with(channel_on_air(1, LiveStream::new(LiveClock::manual()))).await;
    let link = format!("https://video.ibm.com/channel/id/{CHANNEL}");
    let (code, _, err) = home.run(&mock, &["--no-live"]);
    assert_eq!(code, 0, "{err}");
    let (code, told, err) = home.run(&mock, &[]);
    let told_line = format!("On air: Practice channel daily  {link}");
    assert_eq!((code, told), (0, vec![told_line]), "{err}");
    let (code, told, err) = home.run(&mock, &[]);
    assert_eq!((code, told.len()), (0, 0), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_is_made_good_by_the_next_one() {
    let home = Home::new();
    home.add(channel_of(0), &[]).await;
    let clock = LiveClock::manual();
    let stream = LiveStream {
        aired_segments: 12,
        earlier_hashes: 1,
        ..LiveStream::new(clock.clone())
    };
    let stream = stream.event(5, LiveAction::End(EndMessage::NotAvailable));
    let mock = MockService::with(channel_on_air(0, stream)).await;
    let run = home.keep(&["run", "--now"]).with_service(&mock);
    let mut child = run.spawn();
    let is_durable = || !durable_segments(&home.films()).is_empty();
    wait_until_so("a segment is durable", is_durable).await;
    child.kill().unwrap();
    child.wait().unwrap();
    // It is over meanwhile.
    clock.advance(6);
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (0, 1), "{err}");
    assert_plays(Path::new(&paths[0]));
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (0, 0), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_without_recordings_can_be_kept() {
    let home = Home::new();
    home.add(channel_of(0), &[]).await;
    let mock = MockService::with(channel_of(1)).await;
    let (code, paths, err) = home.run(&mock, &[]);
    assert_eq!((code, paths.len()), (0, 1), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_channels_are_listed_and_removed_by_number_or_link() {
    let home = Home::new();
    for asked in ["1", LINK, "https://video.ibm.com/channel/id/7000000"] {
        home.add(channel_of(1), &[]).await;
        let (code, out, _) = home.keep(&["list", "--json"]).finish();
        let kept: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, &kept["event"]), (0, &"kept".into()));
        assert_eq!(
            (&kept["link"], &kept["saves"]),
            (&LINK.into(), &true.into())
        );
        let (_, out, _) = home.keep(&["list"]).finish();
        assert!(
            out.contains("Practice channel daily") && out.contains(LINK),
            "{out}"
        );
        let (code, _, err) = home.keep(&["remove", asked]).finish();
        assert_eq!(code, 0, "{asked}: {err}");
        let (code, out, _) = home.keep(&["list"]).finish();
        assert_eq!((code, out.as_str()), (0, ""));
        let (code, _, err) = home.keep(&["remove", asked]).finish();
        assert_eq!(code, 2, "{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_channel_can_be_kept() {
    let home = Home::new();
    let mock = MockService::demo().await;
    let add = home.keep(&["add", &link(MAIN)]);
    let (code, _, err) = add.with_service(&mock).finish();
    assert_eq!(code, 2);
    assert!(err.contains("is no channel"), "{err}");
    let (_, out, _) = home.keep(&["list"]).finish();
    assert_eq!(out, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_read_is_set_aside_with_a_word() {
    let home = Home::new();
    home.add(channel_of(1), &[]).await;
    let file = home.data().join("kept-channels.json");
    fs::write(&file, "{").unwrap();
    let (code, out, err) = home.keep(&["list"]).finish();
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(err.contains("kept-channels.bad"), "{err}");
    assert_eq!(fs::read(file.with_extension("bad")).unwrap(), b"{");
    home.add(channel_of(1), &[]).await;
    let (_, out, err) = home.keep(&["list"]).finish();
    assert!(out.contains(LINK) && err.is_empty(), "{err}");
}
