//! Fetching and assembling at the same time: no byte waits for another's turn on the line.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use media::Source;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use ustream::{Presence, Recording, Segment, SegmentId, SegmentKind, SegmentPlan};

use crate::assemble::{Assembly, part_of};
use crate::durable::blocking;
use crate::error::{Error, FetchError};
use crate::fetch::{Fetcher, Outcome, Wanted};
use crate::progress::Meter;

/// So many pieces that do not come one after the other are no accident.
const HOPELESS: usize = 8;

/// What is gathered, and with what.
pub(crate) struct Task<'a> {
    pub(crate) fetcher: &'a Arc<Fetcher>,
    pub(crate) meter: &'a Arc<Meter>,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) recording: &'a Recording,
    pub(crate) plan: &'a SegmentPlan,
    /// What the pieces are; nothing where they only make sense together.
    pub(crate) source: Option<Source>,
}

/// All that could be had.
pub(crate) struct Gathered {
    pub(crate) assembly: Assembly,
    /// Segments of which the service says that there are none.
    pub(crate) absent: HashSet<SegmentId>,
    /// Why the last of the others did not come.
    pub(crate) reason: Option<FetchError>,
    /// Segments that must exist were refused: their addresses may have expired.
    pub(crate) refused: bool,
}

/// How the gathering ended.
enum End {
    Complete,
    /// One piece after the other is refused: asking for the rest would be so too.
    Expired,
    Stopped,
    /// The line or the service is gone: asking for the rest would only take longer.
    Hopeless(FetchError),
    /// The assembly takes no more; it knows why.
    Refused,
}

type Fetched = (usize, Result<Outcome, FetchError>);

/// Fetches what the assembly lacks and hands it over as it comes. `None` is a stop.
pub(crate) async fn gather(task: Task<'_>, assembly: Assembly) -> Result<Option<Gathered>, Error> {
    let mut round = Round::new(&task, &assembly);
    // A few bodies may wait for the disk; beyond that the line waits too.
    let (bodies, arrivals) = mpsc::channel(2);
    let writer = tokio::task::spawn_blocking(move || write(assembly, arrivals));
    let end = round.fetch_all(&bodies).await;
    if matches!(end, End::Complete) {
        tracing::info!("the last piece is here");
    }
    round.save_the_last(&bodies).await;
    // Requests that are still on their way are dropped with the round's tasks.
    let Round {
        absent,
        reason,
        refused,
        fetching,
        ..
    } = round;
    drop((bodies, fetching));
    let assembly = writer
        .await
        .map_err(|error| Error::Broken(error.to_string()))??;
    match end {
        End::Complete | End::Expired => Ok(Some(Gathered {
            assembly,
            absent,
            reason,
            refused,
        })),
        End::Stopped => rest(assembly).await.map(|()| None),
        End::Hopeless(error) => {
            rest(assembly).await?;
            Err(error.into())
        }
        End::Refused => Err(Error::Broken("the assembly ended early".into())),
    }
}

/// Makes safe what is here.
pub(crate) async fn rest(assembly: Assembly) -> Result<(), Error> {
    blocking(move || assembly.rest()).await
}

fn write(
    mut assembly: Assembly,
    mut arrivals: mpsc::Receiver<(usize, Vec<u8>)>,
) -> Result<Assembly, Error> {
    while let Some((index, body)) = arrivals.blocking_recv() {
        if let Err(error) = assembly.accept(index, body) {
            // What came before is whole; where it cannot be made safe, the first error says why.
            let _ = assembly.rest();
            return Err(error);
        }
    }
    Ok(assembly)
}

struct Round<'a> {
    task: &'a Task<'a>,
    /// Initialisation pieces: nothing of their tracks can be read before they are here.
    first: VecDeque<usize>,
    inits_coming: usize,
    then: VecDeque<usize>,
    fetching: JoinSet<Fetched>,
    absent: HashSet<SegmentId>,
    reason: Option<FetchError>,
    refused: bool,
    refused_in_a_row: usize,
    failed_in_a_row: usize,
}

impl<'a> Round<'a> {
    fn new(task: &'a Task<'a>, assembly: &Assembly) -> Self {
        let (have, bytes) = assembly.have();
        let segments = &task.plan.segments;
        let missing = |segment: &Segment| !have.contains(&segment.id);
        let (first, then): (VecDeque<_>, _) = (0..segments.len())
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
        let guess = rendition.and_then(|rendition| task.recording.about_bytes(rendition));
        task.meter.begin_fetch(total, done, bytes, guess);
        Self {
            task,
            inits_coming: first.len(),
            first,
            then,
            fetching: JoinSet::new(),
            absent: HashSet::new(),
            reason: None,
            refused: false,
            refused_in_a_row: 0,
            failed_in_a_row: 0,
        }
    }

    async fn fetch_all(&mut self, bodies: &mpsc::Sender<(usize, Vec<u8>)>) -> End {
        loop {
            self.fill();
            let fetched = tokio::select! {
                biased;
                () = self.task.cancel.cancelled() => return End::Stopped,
                fetched = self.fetching.join_next() => fetched,
            };
            let (index, outcome) = match fetched {
                None => return End::Complete,
                Some(Ok(fetched)) => fetched,
                // A task of ours only ends early when the runtime does.
                Some(Err(_)) => return End::Stopped,
            };
            if let Some(end) = self.take(index, outcome, bodies).await {
                return end;
            }
        }
    }

    /// Hands over what has come meanwhile, whatever ended the round.
    async fn save_the_last(&mut self, bodies: &mpsc::Sender<(usize, Vec<u8>)>) {
        while let Some(fetched) = self.fetching.try_join_next() {
            if let Ok((index, Ok(Outcome::Body(body)))) = fetched {
                // The assembly closes its end only when it fails; joining it tells why.
                let _ = bodies.send((index, body)).await;
            }
        }
    }

    /// Keeps as many requests on their way as are allowed.
    fn fill(&mut self) {
        while self.fetching.len() < self.task.fetcher.parallel() {
            let index = match self.first.pop_front() {
                Some(index) => index,
                None if self.inits_coming > 0 => return,
                None => match self.then.pop_front() {
                    Some(index) => index,
                    None => return,
                },
            };
            self.spawn(index);
        }
    }

    fn spawn(&mut self, index: usize) {
        let Task {
            fetcher,
            meter,
            recording,
            plan,
            source,
            ..
        } = *self.task;
        let segment = plan.segments[index];
        let (fetcher, meter) = (Arc::clone(fetcher), Arc::clone(meter));
        let place = recording.locate(plan, segment.id);
        let doubts = doubts(&segment, recording.duration_ms);
        self.fetching.spawn(async move {
            let wanted = Wanted {
                urls: &place.urls,
                stretch: place.stretch.as_ref(),
                source,
                part: part_of(segment.id.kind),
                doubts,
            };
            (index, fetcher.fetch(wanted, &meter).await)
        });
    }

    /// Takes in what became of one segment; answers where that ends the round.
    async fn take(
        &mut self,
        index: usize,
        outcome: Result<Outcome, FetchError>,
        bodies: &mpsc::Sender<(usize, Vec<u8>)>,
    ) -> Option<End> {
        let segment = self.task.plan.segments[index];
        let init = segment.id.kind == SegmentKind::Init;
        match outcome {
            Ok(Outcome::Body(body)) => {
                self.inits_coming -= usize::from(init);
                self.failed_in_a_row = 0;
                self.refused_in_a_row = 0;
                self.task.meter.settled(segment.duration_ms);
                // The assembly closes its end only when it fails; joining it tells why.
                bodies
                    .send((index, body))
                    .await
                    .is_err()
                    .then_some(End::Refused)
            }
            Ok(Outcome::Absent(refusal)) => {
                self.failed_in_a_row = 0;
                self.absent.insert(segment.id);
                if segment.presence == Presence::Tentative {
                    self.task.meter.settled(segment.duration_ms);
                    return None;
                }
                self.refused = true;
                self.refused_in_a_row += 1;
                self.reason = Some(refusal);
                // Without its initialisation no piece of a track can be read.
                (init || self.refused_in_a_row >= HOPELESS).then_some(End::Expired)
            }
            Err(error) => {
                tracing::info!(?segment, %error, "a piece did not come");
                // A piece that is ill itself says nothing about the line.
                let line = matches!(error, FetchError::Network { .. } | FetchError::Busy { .. });
                self.failed_in_a_row += usize::from(line);
                if init || self.failed_in_a_row >= HOPELESS {
                    return Some(End::Hopeless(error));
                }
                self.reason = Some(error);
                None
            }
        }
    }
}

/// How often the service must say that a segment does not exist. Where it ought to, a mirror may
/// be late; where the film has ended by its stated length, the first word is believed.
fn doubts(segment: &Segment, duration_ms: Option<u64>) -> u32 {
    match (segment.presence, duration_ms) {
        (Presence::Tentative, Some(duration_ms)) if segment.start_ms >= duration_ms => 1,
        (Presence::Tentative, None) => 2,
        (Presence::Sure, _) | (Presence::Tentative, Some(_)) => 3,
    }
}
