//! Fetching and assembling at the same time: no byte waits for another's turn on the line.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use media::SegmentFormat;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use ustream::{Presence, Recording, Segment, SegmentId, SegmentKind, SegmentPlan};

use crate::assemble::{Assembler, media_kind};
use crate::durable::blocking;
use crate::error::{Error, FetchError};
use crate::fetch::retry::Effort;
use crate::fetch::{Body, FetchOutcome, Fetcher, RequestBudget, SegmentRequest};
use crate::outcome::{Outcome, Stopped};
use crate::progress::Meter;

/// After this many refusals in a row the addresses may have expired; after a pass that brought
/// nothing, after four times as many.
const REFUSALS_BEFORE_EXPIRED: usize = 8;

/// After this many failures in a row a segment from elsewhere is tried.
const FAILURES_BEFORE_JUMP: usize = 4;

/// What is gathered, and with what.
pub(crate) struct PassConfig<'a> {
    pub(crate) fetcher: &'a Arc<Fetcher>,
    pub(crate) meter: &'a Arc<Meter>,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) recording: &'a Recording,
    pub(crate) plan: &'a SegmentPlan,
    /// Where the recording ends, in milliseconds, where that is known.
    pub(crate) end_ms: Option<u64>,
    /// What the pieces are; nothing where they only make sense together.
    pub(crate) format: Option<SegmentFormat>,
    /// The requests that the whole run may make.
    pub(crate) budget: &'a Arc<RequestBudget>,
    pub(crate) effort: Effort,
    /// Many refusals in a row are holes: it is known that the addresses have not expired.
    pub(crate) are_urls_current: bool,
    /// How many passes in a row have brought nothing: each looks farther than the one before.
    pub(crate) fruitless_passes: u32,
}

/// What one pass came to.
#[derive(Debug, Default)]
pub(crate) struct PassResult {
    /// Segments of which the service says that there are none.
    pub(crate) absent: HashSet<SegmentId>,
    /// Segments that hold no media.
    pub(crate) empty: HashSet<SegmentId>,
    /// Why the last of the others did not come.
    pub(crate) reason: Option<FetchError>,
    /// Segments that must exist were refused: their addresses may have expired.
    pub(crate) refused: bool,
    /// It ended before all were asked for, since one after the other was refused.
    pub(crate) ended_early: bool,
    /// It ended before all were asked for, since every host fails.
    pub(crate) all_hosts_failed: Option<FetchError>,
}

/// How a pass ended.
enum PassEnd {
    Complete,
    /// One segment after the other is refused: asking for the rest would be so too.
    Expired,
    Stopped,
    /// Every host fails.
    Dead(FetchError),
    /// Nothing that comes can be used.
    Failed(FetchError),
    /// The assembly takes no more; it knows why.
    Refused,
}

type SegmentResult = (usize, Result<FetchOutcome, FetchError>);

/// Fetches what the assembly lacks and hands it over as it comes.
pub(crate) async fn run(
    task: PassConfig<'_>,
    assembly: Assembler,
) -> Outcome<(Assembler, PassResult)> {
    let mut pass = FetchPass::new(&task, &assembly);
    // A few bodies may wait for the disk; beyond that the line waits too.
    let (bodies, arrivals) = mpsc::channel(2);
    let writer = tokio::task::spawn_blocking(move || write_bodies(assembly, arrivals));
    let end = pass.fetch_all(&bodies).await;
    if matches!(end, PassEnd::Complete) {
        tracing::info!("the last piece is here");
    }
    pass.drain(&bodies).await;
    // Requests that are still on their way are dropped with the pass's tasks.
    let FetchPass {
        result: mut gathered,
        fetching,
        ..
    } = pass;
    drop((bodies, fetching));
    let assembly = writer
        .await
        .map_err(|error| Error::Internal(error.to_string()))??;
    match end {
        PassEnd::Complete | PassEnd::Expired => {
            gathered.ended_early = matches!(end, PassEnd::Expired);
            Ok((assembly, gathered))
        }
        PassEnd::Dead(error) => {
            gathered.all_hosts_failed = Some(error);
            Ok((assembly, gathered))
        }
        PassEnd::Stopped => {
            suspend(assembly).await?;
            Err(Stopped::Cancelled)
        }
        PassEnd::Failed(error) => {
            suspend(assembly).await?;
            Err(error.into())
        }
        PassEnd::Refused => Err(Error::Internal("the assembly ended early".into()).into()),
    }
}

/// Makes safe what is here.
pub(crate) async fn suspend(assembly: Assembler) -> Result<(), Error> {
    blocking(move || assembly.suspend()).await
}

fn write_bodies(
    mut assembly: Assembler,
    mut arrivals: mpsc::Receiver<(usize, Body)>,
) -> Result<Assembler, Error> {
    while let Some((index, body)) = arrivals.blocking_recv() {
        let Body { bytes, share } = body;
        if let Err(error) = assembly.push(index, bytes) {
            // What came before is whole; where it cannot be made safe, the first error says why.
            let _ = assembly.suspend();
            return Err(error);
        }
        drop(share);
    }
    Ok(assembly)
}

struct FetchPass<'a> {
    task: &'a PassConfig<'a>,
    /// Initialisation pieces: nothing of their tracks can be read before they are here.
    init_queue: VecDeque<usize>,
    inits_pending: usize,
    media_queue: VecDeque<usize>,
    fetching: JoinSet<SegmentResult>,
    result: PassResult,
    refused_in_a_row: usize,
    failed_in_a_row: usize,
}

impl<'a> FetchPass<'a> {
    fn new(task: &'a PassConfig<'a>, assembly: &Assembler) -> Self {
        let (have, bytes) = assembly.stored();
        let segments = &task.plan.segments;
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
        let rendition = task.recording.rendition(&task.plan.rendition);
        let guess = rendition.and_then(|rendition| task.recording.estimated_bytes(rendition));
        task.meter.begin_fetch(total, done, bytes, guess);
        Self {
            task,
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
                () = self.task.cancel.cancelled() => return PassEnd::Stopped,
                fetched = self.fetching.join_next() => fetched,
            };
            let (index, outcome) = match fetched {
                None => return PassEnd::Complete,
                Some(Ok(fetched)) => fetched,
                // A task of ours only ends early when the runtime does.
                Some(Err(_)) => return PassEnd::Stopped,
            };
            if let Some(end) = self.handle_outcome(index, outcome, bodies).await {
                return end;
            }
        }
    }

    /// Hands over what has come meanwhile, whatever ended the pass.
    async fn drain(&mut self, bodies: &mpsc::Sender<(usize, Body)>) {
        while let Some(fetched) = self.fetching.try_join_next() {
            if let Ok((index, Ok(FetchOutcome::Body(body)))) = fetched {
                // The assembly closes its end only when it fails; joining it tells why.
                let _ = bodies.send((index, body)).await;
            }
        }
    }

    /// Keeps as many requests on their way as are allowed.
    fn spawn_requests(&mut self) {
        while self.fetching.len() < self.task.fetcher.parallel() {
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

    /// The next segment; one from the end or the middle where those that are neighbours fail: they
    /// may be bad while their host is well.
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
            format: source,
            budget,
            effort,
            ..
        } = *self.task;
        let segment = plan.segments[index];
        let (fetcher, meter) = (Arc::clone(fetcher), Arc::clone(meter));
        let budget = Arc::clone(budget);
        let place = recording.locate(plan, segment.id);
        let is_tentative = segment.presence == Presence::Tentative;
        let is_past_the_end = end_ms.is_some_and(|end_ms| segment.start_ms >= end_ms);
        // Without its initialisation no segment of a track can be read.
        let effort = if segment.id.kind == SegmentKind::Init {
            Effort::Needed
        } else {
            effort
        };
        self.fetching.spawn(async move {
            let request = SegmentRequest {
                id: segment.id,
                urls: &place.urls,
                byte_range: place.byte_range.as_ref(),
                format: source,
                kind: media_kind(segment.id.kind),
                duration_ms: segment.duration_ms,
                // A host may be late with what ought to exist.
                not_found_confirmations: if is_tentative && is_past_the_end {
                    1
                } else {
                    2
                },
                is_end_probe: is_tentative && end_ms.is_none(),
            };
            let outcome = fetcher.fetch(request, effort, (&budget, &meter)).await;
            (index, outcome)
        });
    }

    /// Takes in what became of one segment; returns how that ends the pass, where it does.
    async fn handle_outcome(
        &mut self,
        index: usize,
        outcome: Result<FetchOutcome, FetchError>,
        bodies: &mpsc::Sender<(usize, Body)>,
    ) -> Option<PassEnd> {
        let segment = self.task.plan.segments[index];
        let init = segment.id.kind == SegmentKind::Init;
        match outcome {
            Ok(FetchOutcome::Body(body)) => {
                self.inits_pending -= usize::from(init);
                self.refused_in_a_row = 0;
                self.failed_in_a_row = 0;
                self.task.meter.segment_settled(segment.duration_ms);
                // The assembly closes its end only when it fails; joining it tells why.
                bodies
                    .send((index, body))
                    .await
                    .is_err()
                    .then_some(PassEnd::Refused)
            }
            Ok(FetchOutcome::Absent(refusal)) => {
                self.result.absent.insert(segment.id);
                if segment.presence == Presence::Tentative {
                    self.task.meter.segment_settled(segment.duration_ms);
                    return None;
                }
                self.result.refused = true;
                self.refused_in_a_row += 1;
                self.result.reason = Some(refusal);
                let most = REFUSALS_BEFORE_EXPIRED << (2 * self.task.fruitless_passes.min(4));
                let expired = self.refused_in_a_row >= most && !self.task.are_urls_current;
                (init || expired).then_some(PassEnd::Expired)
            }
            Err(error) => {
                tracing::info!(?segment, %error, "a piece did not come");
                if matches!(error, FetchError::AllHostsFailed { .. }) {
                    return Some(PassEnd::Dead(error));
                }
                if init {
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
