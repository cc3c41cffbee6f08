//! A running stream of the mock service that a test drives, and the recording of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::view::{Finished, JobView, WaitReason};
use engine::{Engine, JobId, JobState, LiveOptions, NewJob};
use fake_ustream::{Channel, LiveClock, LiveStream, LiveTraffic, World};
use media::{SegmentKind, journal};

use crate::mock_service::{MockService, job, wait_for_end};
use crate::movies::{FrameMd5, assert_plays, fixture, packets};

pub(crate) const CHANNEL: u64 = 9_652_368;
pub(crate) const LINK: &str = "https://video.ibm.com/channel/id/9652368";
pub(crate) const FIRST: u64 = 1_000_000;
/// The representations of a stream of fragmented MP4.
pub(crate) const VIDEO: &str = "2.m4v";
pub(crate) const AUDIO: &str = "1.m4a";

/// How long a stream may take to do what a test waits for.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(1);

/// Starts a service with a channel that sends this stream.
pub(crate) async fn service(stream: LiveStream) -> MockService {
    let channel = Channel {
        live: Some(stream),
        ..Channel::new(CHANNEL, "running", "a live stream")
    };
    MockService::with(World::empty().channel(channel)).await
}

pub(crate) fn patient() -> LiveOptions {
    LiveOptions {
        patience_ms: 20_000,
        ..LiveOptions::default()
    }
}

pub(crate) fn live_job(folder: &Path, options: LiveOptions) -> NewJob {
    NewJob {
        link: LINK.to_owned(),
        live: Some(options),
        ..job(0, folder)
    }
}

/// Waits until something is so that the service or a program brings about.
pub(crate) async fn wait_until_so(what: &str, is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(TIMEOUT, wait).await;
    assert!(waited.is_ok(), "{what}");
}

/// Returns whether a recording waits for a stream that sends nothing.
pub(crate) fn waits_for_stream(job: &JobView) -> bool {
    let progress = job.progress.as_ref();
    progress.is_some_and(|it| it.waiting_for == Some(WaitReason::Stream))
}

/// Returns the segments of the unfinished recording in a folder whose records in the journal are durable:
/// track and number.
pub(crate) fn durable_segments(folder: &Path) -> BTreeSet<(usize, u64)> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let part = paths.find(|path| path.extension().is_some_and(|it| it == "part"));
    let bytes = part.and_then(|part| fs::read(part.join("journal")).ok());
    let (fragments, _) = journal::read(&bytes.unwrap_or_default());
    let media = fragments.iter().filter_map(|fragment| match fragment.kind {
        SegmentKind::Media(number) => Some((usize::from(fragment.track), number)),
        SegmentKind::Init => None,
    });
    media.collect()
}

/// A stream that is recorded.
pub(crate) struct StreamRecording {
    pub(crate) mock: MockService,
    pub(crate) clock: LiveClock,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) engine: Engine,
    pub(crate) job: JobId,
    /// The representations that are recorded.
    tracks: &'static [&'static str],
    /// One segment in so many is announced, and the others when the next one is.
    announced_every: u64,
}

impl StreamRecording {
    /// Records a stream whose segments are announced over the control connection.
    pub(crate) async fn start(stream: LiveStream, options: LiveOptions) -> Self {
        Self::start_job(stream, |folder| live_job(folder, options)).await
    }

    /// Like [`Self::start`], with any job.
    pub(crate) async fn start_job(stream: LiveStream, job: impl FnOnce(&Path) -> NewJob) -> Self {
        let (clock, announced_every) = (stream.clock.clone(), stream.update_every);
        let mock = service(stream).await;
        let folder = tempfile::tempdir().unwrap();
        let engine = mock.engine();
        let job = engine.download(job(folder.path())).await.unwrap();
        Self {
            mock,
            clock,
            folder,
            engine,
            job,
            tracks: &[VIDEO, AUDIO],
            announced_every,
        }
    }

    /// Records a stream that is offered as playlists.
    pub(crate) async fn start_playlists(
        stream: LiveStream,
        tracks: &'static [&'static str],
        options: LiveOptions,
    ) -> Self {
        Self {
            tracks,
            announced_every: 1,
            ..Self::start(stream, options).await
        }
    }

    pub(crate) fn traffic(&self) -> LiveTraffic {
        self.mock.service.live_traffic(CHANNEL)
    }

    /// Waits until a segment of all tracks was served.
    pub(crate) async fn wait_for(&self, broadcast: u64, segment: u64) {
        let what = format!("segment {segment} was not fetched");
        wait_until_so(&what, || {
            let traffic = self.traffic();
            let is_served = |track: &&str| traffic.of(broadcast, track, Some(segment)).served > 0;
            self.tracks.iter().all(is_served)
        })
        .await;
    }

    /// Lets the stream go on until this many segments were sent since the recording began, a part of the
    /// window at a time.
    pub(crate) async fn run_to(&self, segments: u64) {
        let step = self.announced_every.max(4);
        while self.clock.now() < segments {
            self.clock.advance(step.min(segments - self.clock.now()));
            if let Some((broadcast, edge)) = self.mock.service.live_edge(CHANNEL) {
                self.wait_for(broadcast, edge - edge % self.announced_every)
                    .await;
            }
        }
    }

    pub(crate) async fn finished(&self) -> (PathBuf, Finished) {
        self.end_of(&self.job).await
    }

    pub(crate) async fn end_of(&self, job: &JobId) -> (PathBuf, Finished) {
        let finished = wait_for_end(&self.engine, job).await.unwrap();
        (self.engine.path(job).await.unwrap(), finished)
    }

    /// Waits for all files of a recording that is longer than one.
    pub(crate) async fn all_finished(&self) -> Vec<(PathBuf, Finished)> {
        let (mut updates, mut jobs) = (self.engine.job_stream(), BTreeMap::new());
        let is_done = |job: &JobView| matches!(job.state, JobState::Done { .. });
        let wait = async {
            loop {
                let update = updates.next().await.unwrap();
                jobs.extend(update.changed.into_iter().map(|job| (job.id.clone(), job)));
                jobs.retain(|id, _| !update.removed.contains(id));
                if jobs.values().all(is_done) {
                    break;
                }
            }
        };
        tokio::time::timeout(TIMEOUT, wait).await.unwrap();
        let mut files = Vec::new();
        let mut next = Some(self.job.to_string());
        while let Some(id) = next.take() {
            let Some(JobState::Done { finished }) = jobs.remove(&id).map(|job| job.state) else {
                panic!("{id} is not there");
            };
            let path = self.engine.path(&id.parse().unwrap()).await.unwrap();
            next.clone_from(&finished.continued_by);
            files.push((path, finished));
        }
        files
    }

    /// Asserts that these segments were fetched, each once.
    pub(crate) fn assert_fetched_once(&self, broadcast: u64, segments: std::ops::Range<u64>) {
        let traffic = self.traffic();
        for track in self.tracks {
            let served = traffic.served(broadcast, track);
            assert_eq!(served, segments.clone().collect::<Vec<_>>(), "{track}");
            for segment in segments.clone() {
                let served = traffic.of(broadcast, track, Some(segment)).served;
                assert_eq!(served, 1, "{track} {segment}");
            }
        }
    }
}

/// Asserts that at most one request in three was for a segment that was not there.
pub(crate) fn assert_polite(traffic: &LiveTraffic) {
    let requests: u32 = traffic.segments.values().map(|it| it.requests).sum();
    let not_found = traffic.not_found();
    assert!(not_found * 3 <= requests, "{not_found} of {requests}");
}

/// Returns the packets of the fixture's first segments, of two seconds each.
pub(crate) fn expected(stream: &str, segments: usize) -> Vec<FrameMd5> {
    let packets = packets(&fixture("film.flv"), stream);
    let end_us = packets[0].dts_us + i64::try_from(segments).unwrap() * 2_000_000;
    let is_inside = |packet: &FrameMd5| packet.dts_us < end_us - 1_000;
    packets.into_iter().filter(is_inside).collect()
}

/// Asserts that a movie has every packet of the fixture's first segments, in step.
pub(crate) fn assert_has_all(movie: &Path, segments: usize) {
    assert_plays(movie);
    for stream in ["v:0", "a:0"] {
        assert_same_packets(stream, &packets(movie, stream), segments);
    }
}

/// Asserts that these are the packets of the fixture's first segments.
pub(crate) fn assert_same_packets(stream: &str, found: &[FrameMd5], segments: usize) {
    let expected = expected(stream, segments);
    // Sound and picture of a segment end at different times.
    let counts = (found.len(), expected.len());
    assert!(counts.0.abs_diff(counts.1) <= 2, "{stream}: {counts:?}");
    for (found, expected) in found.iter().zip(&expected) {
        let is_same = found.is_same_media(expected);
        assert!(is_same, "{stream}: {found:?} {expected:?}");
    }
}
