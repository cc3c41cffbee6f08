//! Records a running stream: listens to the service, asks for each segment when it should be there,
//! and hands it to the assembler.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use media::SegmentFormat;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};
use ustream::{
    Choice, HashListing, LiveChange, LiveEvent, LivePlan, LiveStream, LiveUpdate, Presence,
    RenditionTrack, Segment, SegmentId, SegmentKind,
};

use super::schedule::{Schedule, Verdict};
use super::timeline::Timeline;
use crate::assemble::{Assembler, media_kind};
use crate::disk::durable::blocking;
use crate::disk::space;
use crate::error::{Error, FetchError};
use crate::fetch::retry::Effort;
use crate::fetch::{Body, FetchOutcome, RequestBudget, SegmentRequest};
use crate::job::{LastSegment, LiveOptions};
use crate::live_record::{LiveEnd, LiveRecord};
use crate::outcome::{Outcome, Stopped};
use crate::run::attempt::{Attempt, OpenStream};
use crate::view::WaitReason;

/// How often the free space is looked at.
const SPACE_INTERVAL: Duration = Duration::from_secs(20);
/// When the person stops, what is on its way is waited for this long.
const LAST_REQUESTS: Duration = Duration::from_millis(1500);
/// Pause before an init segment is asked for again.
const INIT_PAUSE: Duration = Duration::from_secs(2);
/// Requests in a row that find nothing before the stream is called paused.
const REFUSALS_OF_A_PAUSE: u32 = 3;
/// Segments whose time passes without one being named before the stream is called paused.
const SILENCE_OF_A_PAUSE: u32 = 3;
/// How often it is looked whether the recording has ended, while nothing is expected to happen.
const RECHECK: Duration = Duration::from_secs(1);
/// Requests in a row that find nothing before a stream that has ended is over.
const LAST_REFUSALS: u32 = 3;
/// Requests at once for what was sent before the recording began.
const MAX_PARALLEL: usize = 4;

/// What the thread that writes gets.
enum Arrival {
    Announced(Vec<Segment>),
    Body(usize, Body),
    /// It will not come.
    Missing(usize),
}

/// Saves the segments that were announced, so that they are known after a crash.
pub(super) type Save =
    Arc<dyn Fn(LiveRecord, Vec<Segment>, Option<HashListing>) -> Result<(), Error> + Send + Sync>;

/// The result of one request.
type Fetched = (Request, Result<FetchOutcome, FetchError>);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    /// The init segment of a track of the current broadcast.
    Init { broadcast: usize, track: u8 },
    /// The segment at this place in the list of all.
    Media(usize),
}

/// What was recorded.
pub(super) struct Recorded {
    pub(super) assembler: Assembler,
    pub(super) live: LiveRecord,
    pub(super) segments: Vec<Segment>,
    pub(super) end: LiveEnd,
}

/// Where a file ends although the stream goes on.
pub(super) struct FileEnd {
    /// How much this run has recorded.
    pub(super) recorded_ms: u64,
    /// The last segment; `None` if the next file begins with another broadcast.
    pub(super) last: Option<LastSegment>,
    pub(super) open: OpenStream,
}

/// What a recording begins with.
pub(super) struct Start<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) options: LiveOptions,
    pub(super) choice: Choice,
    pub(super) stream: LiveStream,
    /// The stream has said that it has ended.
    pub(super) has_ended: bool,
    pub(super) plan: LivePlan,
    pub(super) format: Option<SegmentFormat>,
    pub(super) live: LiveRecord,
    pub(super) timeline: Timeline,
    pub(super) assembler: Assembler,
    pub(super) save: Save,
    /// The part folder.
    pub(super) folder: PathBuf,
}

pub(super) struct Recorder<'a> {
    attempt: &'a Attempt,
    options: LiveOptions,
    choice: Choice,
    stream: LiveStream,
    /// The plan of each broadcast of the timeline; `None` for those of earlier runs.
    plans: Vec<Option<LivePlan>>,
    format: Option<SegmentFormat>,
    live: LiveRecord,
    timeline: Timeline,
    schedule: Schedule,
    started: Instant,
    /// When the last segment came.
    heard: Instant,
    /// End of the last segment that is here, in milliseconds from the start of the movie.
    here_until_ms: u64,
    /// Start of the first segment of this run that came, and how much has come since.
    first_ms: Option<u64>,
    recorded_ms: u64,
    requests: JoinSet<Fetched>,
    /// Init segments of the current broadcast that are missing still, by track.
    missing_inits: Vec<u8>,
    next_init_try: Instant,
    /// Those that go before each segment of a later broadcast, by broadcast and track.
    inits: HashMap<(usize, u8), Vec<u8>>,
    arrivals: mpsc::Sender<Arrival>,
    writer: JoinHandle<Result<Assembler, Error>>,
    save: Save,
    folder: PathBuf,
    /// Size of the movie, and where it goes on in another file.
    movie_bytes: u64,
    max_bytes: u64,
    /// The last segment that is here, in the list of all.
    last_here: Option<usize>,
    /// The stream was said to have ended, or this file holds no more of it.
    is_off_air: bool,
    /// Nothing more will be said.
    is_deaf: bool,
    /// What ends the recording once the stream has ended.
    ends_with: LiveEnd,
}

/// Why the loop ends.
enum LoopEnd {
    Recorded(LiveEnd),
    Cancelled,
    /// The thread that writes has ended; joining it says why.
    Refused,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(start: Start<'a>) -> Self {
        let Start {
            attempt,
            options,
            choice,
            stream,
            has_ended,
            plan,
            format,
            live,
            timeline,
            assembler,
            save,
            folder,
        } = start;
        let (stored, movie_bytes) = assembler.stored();
        // A few bodies may wait for the disk; beyond that fetching waits too.
        let (arrivals, inbox) = mpsc::channel(4);
        let writer = tokio::task::spawn_blocking(move || write(assembler, inbox));
        let mut recorder = Self {
            attempt,
            options,
            choice,
            stream,
            schedule: Schedule::new(Duration::from_millis(plan.chunk_time_ms())),
            plans: Vec::new(),
            format,
            live,
            timeline,
            started: Instant::now(),
            heard: Instant::now(),
            here_until_ms: 0,
            first_ms: None,
            recorded_ms: 0,
            requests: JoinSet::new(),
            missing_inits: Vec::new(),
            next_init_try: Instant::now(),
            inits: HashMap::new(),
            arrivals,
            writer,
            save,
            movie_bytes,
            max_bytes: max_bytes(&options, &folder),
            folder,
            last_here: None,
            is_off_air: false,
            is_deaf: false,
            ends_with: LiveEnd::Ended,
        };
        recorder.take_up(plan);
        let segments = recorder.timeline.segments().iter().enumerate();
        let missing = segments.filter(|(_, segment)| !stored.contains(&segment.id));
        let missing: Vec<usize> = missing.map(|(index, _)| index).collect();
        recorder.expect(missing);
        let segments = recorder.timeline.segments().iter().enumerate();
        let here = segments.filter(|(_, segment)| stored.contains(&segment.id));
        for (index, segment) in here {
            recorder.here_until_ms = recorder.here_until_ms.max(end_ms(segment));
            recorder.last_here = Some(index);
        }
        attempt.meter.set_recorded(recorder.here_until_ms);
        if has_ended {
            recorder.end_stream();
        }
        recorder
    }

    /// Makes a plan that of the last broadcast in the timeline.
    fn take_up(&mut self, plan: LivePlan) {
        self.stream.follow(plan.rendition());
        self.missing_inits = (0..)
            .zip(&plan.rendition().tracks)
            .filter(|(_, track)| track.init_template.is_some())
            .map(|(track, _)| track)
            .collect();
        self.next_init_try = Instant::now();
        self.plans
            .resize_with(self.timeline.places().len().saturating_sub(1), || None);
        self.plans.push(Some(plan));
    }

    /// Schedules segments of the last broadcast.
    fn expect(&mut self, indices: impl IntoIterator<Item = usize>) {
        let (now, clock) = (self.started.elapsed(), self.clock());
        let Some(plan) = self.plans.last().and_then(Option::as_ref) else {
            return;
        };
        for index in indices {
            if let Some(source) = self.timeline.source(index)
                && let SegmentKind::Media(number) = source.id.kind
            {
                let segment = self.timeline.segments().get(index);
                let is_tentative = segment.is_some_and(|it| it.presence == Presence::Tentative);
                // It was sent before the recording began.
                let is_doubtful = is_tentative && number <= plan.edge();
                // Its hash was never named, because the connection was lost.
                if plan.locate(source.id).urls.is_empty() {
                    continue;
                }
                let due = now + plan.due_in(number, clock);
                self.schedule.expect(index, due, is_doubtful);
            }
        }
        if let Some(sent) = self.timeline.last_up_to(plan.edge()) {
            self.schedule.sent(sent);
        }
    }

    /// Records until the stream ends, the person stops, or the disk is full.
    /// Returns what there is, and where another file is to go on.
    pub(super) async fn record(mut self) -> Outcome<(Recorded, Option<FileEnd>)> {
        let end = self.run().await;
        if let Ok(LoopEnd::Recorded(_)) = end {
            self.wait_for_last_requests().await;
            tracing::info!("the last segment is here");
        }
        let (last, recorded_ms) = (self.last_segment(), self.recorded_ms);
        let Self {
            arrivals,
            requests,
            writer,
            live,
            timeline,
            stream,
            mut plans,
            is_off_air,
            ..
        } = self;
        // Dropping the requests aborts those that still run.
        drop((arrivals, requests));
        let assembler = writer
            .await
            .map_err(|error| Error::Internal(error.to_string()))??;
        let end = match end {
            Ok(end) => end,
            Err(error) => {
                blocking(move || assembler.suspend()).await?;
                return Err(error.into());
            }
        };
        match end {
            LoopEnd::Recorded(end) => {
                let goes_on = matches!(end, LiveEnd::FileFull | LiveEnd::Restarted);
                let plan = plans.pop().flatten().filter(|_| last.is_some());
                let file_end = goes_on.then_some(FileEnd {
                    recorded_ms,
                    last,
                    open: OpenStream {
                        stream,
                        plan,
                        has_ended: is_off_air && end == LiveEnd::FileFull,
                    },
                });
                let recorded = Recorded {
                    assembler,
                    live,
                    segments: timeline.segments().to_vec(),
                    end,
                };
                Ok((recorded, file_end))
            }
            LoopEnd::Cancelled => {
                blocking(move || assembler.suspend()).await?;
                Err(Stopped::Cancelled)
            }
            LoopEnd::Refused => Err(Error::Internal("the assembly ended early".into()).into()),
        }
    }

    async fn run(&mut self) -> Result<LoopEnd, Error> {
        let mut space_check = self.started;
        loop {
            if let Some(end) = self.end_now() {
                return Ok(LoopEnd::Recorded(end));
            }
            if Instant::now() >= space_check {
                if !self.attempt.overrides.space && self.is_disk_low().await {
                    return Ok(LoopEnd::Recorded(LiveEnd::DiskFull));
                }
                space_check = Instant::now() + SPACE_INTERVAL;
            }
            if self.movie_bytes >= self.max_bytes && self.ends_with == LiveEnd::Ended {
                tracing::info!("the file is as large as it may be");
                self.ends_with = LiveEnd::FileFull;
                continue;
            }
            self.spawn_requests();
            if self.silent_at().is_some_and(|at| at <= Instant::now()) {
                self.attempt.meter.wait_for(WaitReason::Stream);
            }
            let wake = self.wake_at().min(space_check);
            tokio::select! {
                biased;
                () = self.attempt.cancel.cancelled() => return Ok(LoopEnd::Cancelled),
                () = self.attempt.stop.cancelled() => return Ok(LoopEnd::Recorded(LiveEnd::Asked)),
                Some(fetched) = self.requests.join_next() => {
                    let Ok(fetched) = fetched else {
                        // Our tasks never panic or abort unless the runtime shuts down.
                        return Ok(LoopEnd::Cancelled);
                    };
                    if !self.on_fetched(fetched).await {
                        return Ok(LoopEnd::Refused);
                    }
                }
                event = self.stream.next(), if !self.is_deaf => {
                    if !self.on_event(event).await? {
                        return Ok(LoopEnd::Refused);
                    }
                }
                () = sleep_until(wake) => {}
            }
        }
    }
}

impl Recorder<'_> {
    /// Sets anew when the segments that were announced should be there: a message tells which the newest
    /// is.
    fn reschedule(&mut self) {
        let (now, clock) = (self.started.elapsed(), self.clock());
        let (timeline, plans) = (&self.timeline, &self.plans);
        self.schedule.reschedule(|index| {
            let source = timeline.source(index)?;
            let SegmentKind::Media(number) = source.id.kind else {
                return None;
            };
            let plan = plans.get(source.broadcast)?.as_ref()?;
            Some(now + plan.due_in(number, clock))
        });
    }

    /// Returns the time on the clock of the updates.
    fn clock(&self) -> Duration {
        self.attempt.context.service.client().clock()
    }

    /// Handles what the service says. Returns whether the thread that writes takes more.
    async fn on_event(&mut self, event: LiveEvent) -> Result<bool, Error> {
        match event {
            LiveEvent::Updated(update) => {
                let known = self.timeline.segments().len();
                let takes_more = self.on_update(&update).await?;
                if !takes_more || self.timeline.segments().len() == known {
                    return Ok(takes_more);
                }
                // A playlist may tell the end of a broadcast and the start of the next one together.
                self.on_update(&update).await
            }
            LiveEvent::Ended => {
                self.end_stream();
                Ok(true)
            }
            LiveEvent::Reconnecting(error) => {
                // The segments go on meanwhile, and the connection comes back by itself.
                tracing::info!(%error, "the control connection was lost");
                Ok(true)
            }
            LiveEvent::Reconnected => Ok(true),
            LiveEvent::Failed(error) => {
                tracing::warn!(%error, "the service says nothing more of this stream");
                self.end_stream();
                self.is_deaf = true;
                Ok(true)
            }
        }
    }

    /// Asks for what is left of a stream that has ended.
    fn end_stream(&mut self) {
        self.is_off_air = true;
        self.schedule.hurry(self.started.elapsed());
    }

    /// Adds the segments that were announced, or those of the stream that was started again.
    async fn on_update(&mut self, update: &LiveUpdate) -> Result<bool, Error> {
        self.is_off_air = false;
        let Some(plan) = self.plans.last_mut().and_then(Option::as_mut) else {
            return Ok(true);
        };
        let new = match plan.extend(update) {
            LiveChange::Unchanged => 0..0,
            LiveChange::Appended(segments) => self.timeline.extend(&segments),
            LiveChange::Restarted => {
                tracing::info!("the stream was started again");
                let again = LivePlan::new(update, &self.choice);
                let again = again.ok().filter(|again| is_same_kind(again, plan));
                let Some(again) = again else {
                    tracing::info!("one file cannot hold it: it goes on in another one");
                    self.ends_with = LiveEnd::Restarted;
                    self.end_stream();
                    self.is_deaf = true;
                    return Ok(true);
                };
                // The last one that was announced was sent before that, here or not.
                let sent = self.timeline.last_up_to(plan.edge());
                let sent = sent.and_then(|index| self.timeline.segments().get(index));
                let sent_until_ms = sent.map_or(0, end_ms).max(self.here_until_ms);
                let origin_unix_ms = self.live.origin_unix_ms;
                let begin_ms = self
                    .timeline
                    .begin_again(&again, origin_unix_ms, sent_until_ms);
                self.attempt.meter.add_restart();
                if let Some(place) = self.timeline.places().last() {
                    let pause_ms = place.start_offset_ms.saturating_sub(place.previous_end_ms);
                    self.attempt.meter.add_missing(pause_ms);
                }
                let segments = self.timeline.segments();
                self.schedule.forget(|index| {
                    segments
                        .get(index)
                        .is_some_and(|it| it.start_ms >= begin_ms)
                });
                let new = self.timeline.extend(&again.segment_plan().segments);
                self.take_up(again);
                new
            }
        };
        self.expect(new.clone());
        self.reschedule();
        if new.is_empty() {
            return Ok(true);
        }
        self.live.broadcasts = self.timeline.places().to_vec();
        let segments = self.timeline.segments().to_vec();
        let announced = segments.get(new).unwrap_or_default().to_vec();
        let (save, live) = (Arc::clone(&self.save), self.live.clone());
        let plan = self.plans.last().and_then(Option::as_ref);
        let listing = plan.map(LivePlan::listing);
        blocking(move || save(live, segments, listing)).await?;
        Ok(self
            .arrivals
            .send(Arrival::Announced(announced))
            .await
            .is_ok())
    }

    /// Returns why the recording ends now, if it does.
    fn end_now(&self) -> Option<LiveEnd> {
        let recorded_ms = self.recorded_ms;
        if self
            .options
            .max_length_ms
            .is_some_and(|max| recorded_ms >= max)
        {
            return Some(LiveEnd::Asked);
        }
        let is_idle = self.requests.is_empty();
        if is_idle && self.ends_with == LiveEnd::FileFull {
            let is_over = self.is_off_air && self.schedule.is_empty();
            return Some(if is_over {
                LiveEnd::Ended
            } else {
                LiveEnd::FileFull
            });
        }
        if self.options.left().is_some_and(|left| left.is_zero()) {
            return Some(LiveEnd::Asked);
        }
        let now = self.started.elapsed();
        let next = self.schedule.wake_at(MAX_PARALLEL);
        let nothing_due = next.is_none_or(|at| at > now);
        if self.is_off_air && is_idle && (nothing_due || self.schedule.refusals() > LAST_REFUSALS) {
            return Some(self.ends_with);
        }
        // Without a network there is no telling whether the stream goes on.
        let is_refused = self.schedule.refusals() > 0 || self.schedule.is_empty();
        let patience = Duration::from_millis(self.options.patience_ms);
        (is_idle && is_refused && self.heard.elapsed() >= patience).then_some(LiveEnd::Silent)
    }

    /// Returns when the stream is called paused, if nothing is asked for or waited for: of a stream of
    /// playlists, only what is there is named.
    fn silent_at(&self) -> Option<Instant> {
        let plan = self.plans.last().and_then(Option::as_ref)?;
        let segment = Duration::from_millis(plan.chunk_time_ms());
        let is_idle = self.requests.is_empty() && self.schedule.is_empty();
        is_idle.then(|| self.heard + segment.saturating_mul(SILENCE_OF_A_PAUSE))
    }

    /// Returns when to look again although nothing has happened.
    fn wake_at(&self) -> Instant {
        let patience = Duration::from_millis(self.options.patience_ms);
        let mut wake = self.heard + patience;
        if wake <= Instant::now() {
            wake = Instant::now() + RECHECK;
        }
        if let Some(silent_at) = self.silent_at().filter(|at| *at > Instant::now()) {
            wake = wake.min(silent_at);
        }
        if self.missing_inits.is_empty() {
            if let Some(at) = self.schedule.wake_at(MAX_PARALLEL) {
                wake = wake.min(self.started + at);
            }
        } else if self.requests.is_empty() {
            wake = wake.min(self.next_init_try);
        }
        if let Some(left) = self.options.left() {
            wake = wake.min(Instant::now() + left);
        }
        wake
    }

    /// Starts the requests that are due.
    fn spawn_requests(&mut self) {
        // What is on its way still comes; the next file goes on behind it.
        if self.ends_with == LiveEnd::FileFull {
            return;
        }
        let now = self.started.elapsed();
        if !self.missing_inits.is_empty() {
            if self.requests.is_empty() && Instant::now() >= self.next_init_try {
                let broadcast = self.plans.len() - 1;
                for track in self.missing_inits.clone() {
                    self.spawn(Request::Init { broadcast, track });
                }
            }
            return;
        }
        while let Some(index) = self.schedule.next(now, MAX_PARALLEL) {
            self.spawn(Request::Media(index));
        }
    }

    fn spawn(&mut self, request: Request) {
        let (broadcast, id) = match request {
            Request::Init { broadcast, track } => {
                let kind = SegmentKind::Init;
                (broadcast, SegmentId { track, kind })
            }
            Request::Media(index) => match self.timeline.source(index) {
                Some(source) => (source.broadcast, source.id),
                // It was recorded by an earlier run, so it is never scheduled.
                None => return,
            },
        };
        let Some(plan) = self.plans.get(broadcast).and_then(Option::as_ref) else {
            return;
        };
        let location = plan.locate(id);
        let duration_ms = plan.chunk_time_ms();
        let context = Arc::clone(&self.attempt.context);
        let (meter, sampler) = (
            Arc::clone(&self.attempt.meter),
            Arc::clone(&self.attempt.sampler),
        );
        let format = self.format;
        self.requests.spawn(async move {
            let asked = SegmentRequest {
                id,
                urls: &location.urls,
                byte_range: location.byte_range.as_ref(),
                format,
                kind: media_kind(id.kind),
                duration_ms,
                not_found_confirmations: 1,
                // That it is not there says nothing about its server.
                is_tentative: id.kind != SegmentKind::Init,
                is_end_probe: false,
                is_comparison: false,
                sampler: &sampler,
            };
            // Each segment has a budget of its own: a stream may go on for days.
            let budget = RequestBudget::default();
            let fetched = context
                .fetcher
                .fetch(asked, Effort::First, (&budget, &meter));
            (request, fetched.await)
        });
    }

    /// Handles the answer to a request. Returns whether the thread that writes takes more.
    async fn on_fetched(&mut self, (request, fetched): Fetched) -> bool {
        let now = self.started.elapsed();
        match (request, fetched) {
            (Request::Init { broadcast, track }, Ok(FetchOutcome::Body(body))) => {
                // The stream may have started again meanwhile.
                if broadcast + 1 == self.plans.len() {
                    self.missing_inits.retain(|missing| *missing != track);
                }
                self.on_init(broadcast, track, body).await
            }
            (Request::Init { .. }, Ok(FetchOutcome::Absent(error)) | Err(error)) => {
                tracing::info!(%error, "an init segment could not be fetched");
                self.next_init_try = Instant::now() + INIT_PAUSE;
                true
            }
            (Request::Media(index), Ok(FetchOutcome::Body(body))) => {
                self.on_media(index, body).await
            }
            (Request::Media(index), Ok(FetchOutcome::Absent(_))) => {
                let verdict = self.schedule.refused(index, now);
                if self.schedule.refusals() >= REFUSALS_OF_A_PAUSE {
                    self.attempt.meter.wait_for(WaitReason::Stream);
                }
                tracing::debug!(index, ?verdict, "a segment is not there");
                if verdict == Verdict::Later {
                    return true;
                }
                self.note_missing(index);
                self.arrivals.send(Arrival::Missing(index)).await.is_ok()
            }
            (Request::Media(index), Err(error)) => {
                tracing::info!(index, %error, "a segment could not be fetched");
                self.schedule.failed(index, now);
                true
            }
        }
    }

    async fn on_init(&mut self, broadcast: usize, track: u8, body: Body) -> bool {
        if broadcast > 0 || !self.timeline.is_first_broadcast() {
            self.inits.insert((broadcast, track), body.bytes);
            return true;
        }
        let mut segments = self.timeline.segments().iter();
        let index = segments.position(|it| it.id.kind == SegmentKind::Init && it.id.track == track);
        match index {
            Some(index) => self.arrivals.send(Arrival::Body(index, body)).await.is_ok(),
            None => true,
        }
    }

    /// Counts a segment that will not come, unless it was sent before the recording began.
    fn note_missing(&self, index: usize) {
        let segment = self.timeline.segments().get(index);
        if let Some(segment) = segment.filter(|it| it.id.track == 0)
            && self.first_ms.is_some_and(|first| first < segment.start_ms)
        {
            self.attempt.meter.add_missing(segment.duration_ms);
        }
    }

    /// Returns the last segment that is here, if the next file goes on behind it.
    fn last_segment(&self) -> Option<LastSegment> {
        let source = self.timeline.source(self.last_here?)?;
        let plan = self.plans.get(source.broadcast)?.as_ref()?;
        match source.id.kind {
            SegmentKind::Media(number) if self.ends_with == LiveEnd::FileFull => {
                let hash = plan.hash(number);
                Some(LastSegment { number, hash })
            }
            _ => None,
        }
    }

    async fn on_media(&mut self, index: usize, mut body: Body) -> bool {
        self.schedule.arrived(index);
        self.last_here = self.last_here.max(Some(index));
        let bytes = u64::try_from(body.bytes.len()).unwrap_or(u64::MAX);
        self.movie_bytes = self.movie_bytes.saturating_add(bytes);
        self.heard = Instant::now();
        let Some(segment) = self.timeline.segments().get(index).copied() else {
            return true;
        };
        let start_ms = *self.first_ms.get_or_insert(segment.start_ms);
        let end_ms = end_ms(&segment);
        self.here_until_ms = self.here_until_ms.max(end_ms);
        self.recorded_ms = self.recorded_ms.max(end_ms.saturating_sub(start_ms));
        self.attempt.meter.set_recorded(self.here_until_ms);
        let broadcast = self.timeline.source(index).map(|source| source.broadcast);
        let init = broadcast.and_then(|broadcast| self.inits.get(&(broadcast, segment.id.track)));
        if let Some(init) = init {
            // The muxer reads a segment with an init segment before it by that one.
            body.bytes.splice(0..0, init.iter().copied());
        }
        self.arrivals.send(Arrival::Body(index, body)).await.is_ok()
    }

    /// Waits a moment for what is on its way, so that the movie ends when the person wanted it to.
    async fn wait_for_last_requests(&mut self) {
        let until = Instant::now() + LAST_REQUESTS;
        while !self.requests.is_empty() {
            tokio::select! {
                fetched = self.requests.join_next() => match fetched {
                    Some(Ok(fetched)) => {
                        // If the thread that writes has ended, joining it says why.
                        if !self.on_fetched(fetched).await {
                            return;
                        }
                    }
                    _ => return,
                },
                () = sleep_until(until) => return,
            }
        }
    }

    /// Returns whether the disk should take no more.
    async fn is_disk_low(&self) -> bool {
        let folder = self.folder.clone();
        let rate = self.attempt.meter.view().bytes_per_second.unwrap_or(0);
        let low = blocking(move || Ok(space::is_low_for_recording(&folder, rate))).await;
        low.unwrap_or(false)
    }
}

/// Returns how large the movie may be: as large as the person wants, and as the file system takes.
fn max_bytes(options: &LiveOptions, folder: &Path) -> u64 {
    let wanted = options.max_file_bytes.unwrap_or(u64::MAX);
    space::largest_recording(folder).map_or(wanted, |largest| wanted.min(largest))
}

/// Returns whether the segments of both plans have the same container and the same tracks.
fn is_same_kind(one: &LivePlan, other: &LivePlan) -> bool {
    let (one, other) = (one.rendition(), other.rendition());
    let kinds = |tracks: &[RenditionTrack]| tracks.iter().map(|it| it.kind).collect::<Vec<_>>();
    one.container == other.container && kinds(&one.tracks) == kinds(&other.tracks)
}

fn end_ms(segment: &Segment) -> u64 {
    segment.start_ms.saturating_add(segment.duration_ms)
}

/// Writes what arrives, on a thread of its own.
fn write(mut assembler: Assembler, mut inbox: mpsc::Receiver<Arrival>) -> Result<Assembler, Error> {
    while let Some(arrival) = inbox.blocking_recv() {
        match arrival {
            Arrival::Announced(segments) => assembler.extend(segments),
            Arrival::Missing(index) => assembler.give_up(index)?,
            Arrival::Body(index, Body { bytes, share }) => {
                if let Err(error) = assembler.push(index, bytes) {
                    // Keep what has been written; if that fails too, return the first error.
                    let _ = assembler.suspend();
                    return Err(error);
                }
                drop(share);
            }
        }
    }
    Ok(assembler)
}
