//! One fetch pass over a plan: fetches the missing segments in parallel and hands each body to the
//! assembler as it arrives.

use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use media::SegmentFormat;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use ustream::{Presence, Reach, Recording, Segment, SegmentId, SegmentKind, SegmentPlan};

use crate::assemble::{Assembler, media_kind};
use crate::disk::durable::blocking;
use crate::error::{Error, FetchError};
use crate::fetch::retry::Effort;
use crate::fetch::{Body, FetchOutcome, Fetcher, RequestBudget, SegmentRequest, SegmentSampler};
use crate::outcome::{Outcome, Stopped};
use crate::progress::Meter;
use crate::view::WaitReason;

/// After this many consecutive "not found" answers the URLs may have expired. Each pass without a
/// new segment raises it four times.
const REFUSALS_BEFORE_EXPIRED: usize = 8;

/// After this many consecutive failures, go on with a segment elsewhere in the recording.
const FAILURES_BEFORE_JUMP: usize = 4;

/// How often it is checked whether data comes.
const SILENCE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// After this long without data, the service is asked whether it can be reached.
const EXPLAIN_SILENCE_AFTER: Duration = Duration::from_secs(15);

/// What a pass fetches, and with what.
pub(crate) struct PassConfig<'a> {
    pub(crate) fetcher: &'a Arc<Fetcher>,
    pub(crate) meter: &'a Arc<Meter>,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) recording: &'a Recording,
    pub(crate) plan: &'a SegmentPlan,
    /// The end of the recording in milliseconds, if known.
    pub(crate) end_ms: Option<u64>,
    /// Estimated size of the movie in bytes.
    pub(crate) about_bytes: Option<u64>,
    /// The format of the segments; `None` if a segment alone is not valid media.
    pub(crate) format: Option<SegmentFormat>,
    /// The request budget of the whole run.
    pub(crate) budget: &'a Arc<RequestBudget>,
    /// Chooses the segments that a report shows.
    pub(crate) sampler: &'a Arc<SegmentSampler>,
    pub(crate) effort: Effort,
    /// The URLs are known to be valid, so many consecutive "not found" answers are gaps.
    pub(crate) are_urls_current: bool,
    /// Number of consecutive passes without a new segment; each goes on longer than the one before.
    pub(crate) fruitless_passes: u32,
}

/// The result of one pass.
#[derive(Debug, Default)]
pub(crate) struct PassResult {
    /// Segments that do not exist according to the hosts.
    pub(crate) absent: HashSet<SegmentId>,
    /// Segments that hold no media.
    pub(crate) empty: HashSet<SegmentId>,
    /// The error of the last of the other missing segments.
    pub(crate) reason: Option<FetchError>,
    /// Segments that must exist were not found: their URLs may have expired.
    pub(crate) refused: bool,
    /// The pass was aborted because of too many consecutive "not found" answers.
    pub(crate) ended_early: bool,
    /// The pass was aborted because every host fails.
    pub(crate) all_hosts_failed: Option<FetchError>,
}

/// How a pass ended.
enum PassEnd {
    Complete,
    /// Too many consecutive segments are not found; the URLs may have expired.
    Expired,
    Cancelled,
    /// Every host fails.
    Dead(FetchError),
    /// An init segment is missing, so no other segment can be used, or there is no network.
    Failed(FetchError),
    /// The assembler has failed; joining its thread returns the error.
    Refused,
}

type SegmentResult = (usize, Result<FetchOutcome, FetchError>);

/// Fetches the missing segments and hands them to the assembler as they arrive.
pub(crate) async fn run(
    config: PassConfig<'_>,
    assembler: Assembler,
) -> Outcome<(Assembler, PassResult)> {
    let mut pass = FetchPass::new(&config, &assembler);
    // A few bodies may wait for the disk; beyond that fetching waits too.
    let (bodies, arrivals) = mpsc::channel(2);
    let writer = tokio::task::spawn_blocking(move || write_bodies(assembler, arrivals));
    let end = tokio::select! {
        end = pass.fetch_all(&bodies) => end,
        never = explain_silence(config.meter, config.fetcher) => match never {},
    };
    if matches!(end, PassEnd::Complete) {
        // `cargo xtask bench` waits for exactly this text.
        tracing::info!("the last segment is here");
    }
    pass.drain(&bodies).await;
    // Dropping the tasks of the pass aborts the requests that still run.
    let FetchPass {
        mut result,
        fetching,
        ..
    } = pass;
    drop((bodies, fetching));
    let assembler = writer
        .await
        .map_err(|error| Error::Internal(error.to_string()))??;
    match end {
        PassEnd::Complete | PassEnd::Expired => {
            result.ended_early = matches!(end, PassEnd::Expired);
            Ok((assembler, result))
        }
        PassEnd::Dead(error) => {
            result.all_hosts_failed = Some(error);
            Ok((assembler, result))
        }
        PassEnd::Cancelled => {
            suspend(assembler).await?;
            Err(Stopped::Cancelled)
        }
        PassEnd::Failed(error) => {
            suspend(assembler).await?;
            Err(error.into())
        }
        PassEnd::Refused => Err(Error::Internal("the assembly ended early".into()).into()),
    }
}

/// While no data comes and no request fails, finds out what the download waits for.
async fn explain_silence(meter: &Meter, fetcher: &Fetcher) -> Infallible {
    loop {
        tokio::time::sleep(SILENCE_CHECK_INTERVAL).await;
        let silence = meter.unexplained_silence();
        if silence.is_none_or(|silence| silence < EXPLAIN_SILENCE_AFTER) {
            continue;
        }
        let reason = match fetcher.reach().await {
            Reach::Service => WaitReason::Mirror,
            Reach::LoginPage => WaitReason::LoginPage,
            Reach::Nothing => WaitReason::Network,
        };
        // Data may have come meanwhile.
        let silence = meter.unexplained_silence();
        if silence.is_some_and(|silence| silence >= EXPLAIN_SILENCE_AFTER) {
            meter.wait_for(reason);
        }
    }
}

/// Syncs everything that has been received to disk.
pub(crate) async fn suspend(assembler: Assembler) -> Result<(), Error> {
    blocking(move || assembler.suspend()).await
}

fn write_bodies(
    mut assembler: Assembler,
    mut arrivals: mpsc::Receiver<(usize, Body)>,
) -> Result<Assembler, Error> {
    while let Some((index, body)) = arrivals.blocking_recv() {
        let Body { bytes, share } = body;
        if let Err(error) = assembler.push(index, bytes) {
            // Keep what has been written; if that fails too, return the first error.
            let _ = assembler.suspend();
            return Err(error);
        }
        drop(share);
    }
    Ok(assembler)
}

struct FetchPass<'a> {
    config: &'a PassConfig<'a>,
    /// Init segments: no other segment of their track can be read without them.
    init_queue: VecDeque<usize>,
    inits_pending: usize,
    media_queue: VecDeque<usize>,
    fetching: JoinSet<SegmentResult>,
    result: PassResult,
    refused_in_a_row: usize,
    failed_in_a_row: usize,
}

impl<'a> FetchPass<'a> {
    fn new(config: &'a PassConfig<'a>, assembler: &Assembler) -> Self {
        let (have, bytes) = assembler.stored();
        let segments = &config.plan.segments;
        let missing = |segment: &Segment| !have.contains(&segment.id);
        let (init_queue, media_queue): (VecDeque<_>, _) = (0..segments.len())
            .filter(|index| missing(&segments[*index]))
            .partition(|index| segments[*index].id.kind == SegmentKind::Init);
        let length = |segments: &mut dyn Iterator<Item = &Segment>| {
            segments
                .map(|segment| segment.duration_ms)
                .fold(0, u64::saturating_add)
        };
        let total = length(&mut segments.iter());
        let done = length(&mut segments.iter().filter(|segment| !missing(segment)));
        let guess = config.about_bytes;
        config.meter.begin_fetch(total, (done, bytes), guess);
        Self {
            config,
            inits_pending: init_queue.len(),
            init_queue,
            media_queue,
            fetching: JoinSet::new(),
            result: PassResult::default(),
            refused_in_a_row: 0,
            failed_in_a_row: 0,
        }
    }

    async fn fetch_all(&mut self, bodies: &mpsc::Sender<(usize, Body)>) -> PassEnd {
        loop {
            self.spawn_requests();
            let fetched = tokio::select! {
                biased;
                () = self.config.cancel.cancelled() => return PassEnd::Cancelled,
                fetched = self.fetching.join_next() => fetched,
            };
            let (index, outcome) = match fetched {
                None => return PassEnd::Complete,
                Some(Ok(fetched)) => fetched,
                // Our tasks never panic or abort unless the runtime shuts down.
                Some(Err(_)) => return PassEnd::Cancelled,
            };
            if let Some(end) = self.handle_outcome(index, outcome, bodies).await {
                return end;
            }
        }
    }

    /// Hands over the bodies that have arrived meanwhile, whatever ended the pass.
    async fn drain(&mut self, bodies: &mpsc::Sender<(usize, Body)>) {
        while let Some(fetched) = self.fetching.try_join_next() {
            if let Ok((index, Ok(FetchOutcome::Body(body)))) = fetched {
                // The channel is only closed if the assembler failed; joining it returns the error.
                let _ = bodies.send((index, body)).await;
            }
        }
    }

    /// Starts as many requests as are allowed.
    fn spawn_requests(&mut self) {
        while self.fetching.len() < self.config.fetcher.parallel() {
            let index = match self.init_queue.pop_front() {
                Some(index) => index,
                None if self.inits_pending > 0 => return,
                None => match self.next_segment() {
                    Some(index) => index,
                    None => return,
                },
            };
            self.spawn(index);
        }
    }

    /// Returns the next segment. After failures it takes one from the end or the middle, because
    /// neighbouring segments may be broken while their host works.
    fn next_segment(&mut self) -> Option<usize> {
        let failed = self.failed_in_a_row + self.refused_in_a_row;
        match failed / FAILURES_BEFORE_JUMP {
            0 => self.media_queue.pop_front(),
            1 => self.media_queue.pop_back(),
            _ => self.media_queue.remove(self.media_queue.len() / 2),
        }
    }

    fn spawn(&mut self, index: usize) {
        let PassConfig {
            fetcher,
            meter,
            recording,
            plan,
            end_ms,
            format,
            budget,
            sampler,
            effort,
            ..
        } = *self.config;
        let segment = plan.segments[index];
        let (fetcher, meter) = (Arc::clone(fetcher), Arc::clone(meter));
        let (budget, sampler) = (Arc::clone(budget), Arc::clone(sampler));
        let location = recording.locate(plan, segment.id);
        let is_tentative = segment.presence == Presence::Tentative;
        let is_past_end = end_ms.is_some_and(|end_ms| segment.start_ms >= end_ms);
        // Without its init segment no segment of a track can be read.
        let effort = if segment.id.kind == SegmentKind::Init {
            Effort::Needed
        } else {
            effort
        };
        self.fetching.spawn(async move {
            let request = SegmentRequest {
                id: segment.id,
                urls: &location.urls,
                byte_range: location.byte_range.as_ref(),
                format,
                kind: media_kind(segment.id.kind),
                duration_ms: segment.duration_ms,
                // A mirror may not have a segment yet that should exist.
                not_found_confirmations: if is_tentative && is_past_end { 1 } else { 2 },
                is_tentative,
                is_end_probe: is_tentative && end_ms.is_none(),
                is_comparison: false,
                sampler: &sampler,
            };
            let outcome = fetcher.fetch(request, effort, (&budget, &meter)).await;
            (index, outcome)
        });
    }

    /// Handles the result of one segment; returns `Some` if that ends the pass.
    async fn handle_outcome(
        &mut self,
        index: usize,
        outcome: Result<FetchOutcome, FetchError>,
        bodies: &mpsc::Sender<(usize, Body)>,
    ) -> Option<PassEnd> {
        let segment = self.config.plan.segments[index];
        let init = segment.id.kind == SegmentKind::Init;
        match outcome {
            Ok(FetchOutcome::Body(body)) => {
                self.inits_pending -= usize::from(init);
                self.refused_in_a_row = 0;
                self.failed_in_a_row = 0;
                // The channel is only closed if the assembler failed; joining it returns the error.
                bodies
                    .send((index, body))
                    .await
                    .is_err()
                    .then_some(PassEnd::Refused)
            }
            Ok(FetchOutcome::Absent(refusal)) => {
                self.result.absent.insert(segment.id);
                if segment.presence == Presence::Tentative {
                    self.config.meter.segment_absent(segment.duration_ms);
                    return None;
                }
                self.config.meter.wait_for(WaitReason::Segments);
                self.result.refused = true;
                self.refused_in_a_row += 1;
                self.result.reason = Some(refusal);
                let limit = REFUSALS_BEFORE_EXPIRED << (2 * self.config.fruitless_passes.min(4));
                let expired = self.refused_in_a_row >= limit && !self.config.are_urls_current;
                (init || expired).then_some(PassEnd::Expired)
            }
            // Nobody has said that it exists, and there is no request left to find out.
            Err(FetchError::TooManyRequests) if segment.presence == Presence::Tentative => {
                self.result.absent.insert(segment.id);
                self.config.meter.segment_absent(segment.duration_ms);
                None
            }
            Err(error) => {
                tracing::info!(?segment, %error, "a segment could not be fetched");
                if matches!(error, FetchError::AllHostsFailed { .. }) {
                    return Some(PassEnd::Dead(error));
                }
                // Without a network every other segment would fail in the same way.
                if init || matches!(error, FetchError::Offline { .. }) {
                    return Some(PassEnd::Failed(error));
                }
                if matches!(error, FetchError::NoMedia { .. }) {
                    self.result.empty.insert(segment.id);
                }
                self.failed_in_a_row += 1;
                self.result.reason = Some(error);
                None
            }
        }
    }
}
