//! Fetches the segments of a movie, in as many passes as it takes to get all that are available.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ustream::{PlanChange, Recording, RecordingRef, Segment, SegmentId};

use super::attempt::Attempt;
use super::completeness::{Expectation, Misplaced, Received};
use super::spot_check::SpotCheck;
use crate::assemble::{Assembler, HeldSegment, OutputKind};
use crate::disk::durable::blocking;
use crate::disk::space::{self, SpaceNeed};
use crate::download_plan::DownloadPlan;
use crate::error::{Error, FetchError};
use crate::extras::MovieMetadata;
use crate::fetch::RequestBudget;
use crate::fetch::retry::Effort;
use crate::fetch_pass::{self, PassResult};
use crate::outcome::Outcome;
use crate::part::PartFolder;

/// Most consecutive passes with new addresses that fetch no new segment.
const MAX_FRUITLESS_PASSES: u32 = 2;
/// Most requests for new addresses in one run.
const MAX_RENEWALS: u32 = 12;
/// Wait before the last pass, which requests the missing segments once more.
const LAST_PASS_DELAY: Duration = Duration::from_secs(1);

/// What a run has fetched so far.
pub(super) struct Transfer {
    /// The recording with the addresses that were used last.
    pub(super) recording: Recording,
    pub(super) assembler: Assembler,
    /// Segments that do not exist according to the service.
    pub(super) absent: HashSet<SegmentId>,
    /// Segments that hold no media.
    pub(super) empty: HashSet<SegmentId>,
    /// Segments whose content belongs to another place in the recording.
    pub(super) misplaced: HashSet<SegmentId>,
    /// Why the last of the missing segments could not be fetched.
    pub(super) reason: Option<FetchError>,
}

impl Transfer {
    /// Returns what was fetched, as the completeness check takes it.
    pub(super) fn received<'a>(
        &'a self,
        lacking: &'a [Segment],
        here: &'a [HeldSegment],
    ) -> Received<'a> {
        Received {
            outstanding: lacking,
            absent: &self.absent,
            empty: &self.empty,
            misplaced: &self.misplaced,
            held: here,
        }
    }

    /// Returns the missing segments.
    fn missing_segments(&self, download: &DownloadPlan) -> Vec<Segment> {
        let expected = Expectation::of(&self.recording, download);
        expected.missing_segments(self.received(&self.assembler.outstanding(), &[]))
    }

    /// Adds the result of a pass. If all its hosts fail, returns how.
    fn merge_pass(&mut self, gathered: PassResult) -> Option<FetchError> {
        self.absent.extend(gathered.absent);
        self.empty.extend(gathered.empty);
        self.reason = gathered.reason.or(self.reason.take());
        gathered.all_hosts_failed
    }
}

/// What is known when new addresses are requested.
#[derive(Clone, Copy)]
struct TransferState<'a> {
    recording: &'a Recording,
    outstanding: &'a [Segment],
    held: &'a [HeldSegment],
}

/// State of the passes of a run.
struct PassState {
    effort: Effort,
    /// The addresses were requested again and are still the same.
    are_urls_current: bool,
    renewals: u32,
    fruitless_passes: u32,
    /// Number of segments that were here before the run.
    initial_segments: usize,
}

/// Fetches and assembles all segments that are available.
pub(super) async fn run(
    attempt: &Attempt,
    (found, recording): (RecordingRef, Recording),
    download: &DownloadPlan,
    part: &PartFolder,
) -> Outcome<Transfer> {
    let folder = part.path();
    let assembler = open_assembler(attempt, &recording, download, folder).await?;
    let context = TransferContext {
        attempt,
        found,
        download,
        folder,
        budget: &Arc::default(),
    };
    let compared = context
        .spot_check(&recording)
        .is_unchanged(&assembler.held_segments(), part.change())
        .await;
    let compared = compared.and_then(|is_same| {
        let changed = || Error::Changed(folder.to_owned()).into();
        is_same.then_some(()).ok_or_else(changed)
    });
    if let Err(stopped) = compared {
        fetch_pass::suspend(assembler).await?;
        return Err(stopped);
    }
    if part.change() == PlanChange::Unverified {
        download.save_moved_plan(folder).await?;
    }
    let transfer = Transfer {
        recording,
        assembler,
        absent: HashSet::new(),
        empty: HashSet::new(),
        misplaced: HashSet::new(),
        reason: None,
    };
    let transfer = context.fetch_all(transfer).await?;
    context.replace_misplaced(transfer).await
}

async fn open_assembler(
    attempt: &Attempt,
    recording: &Recording,
    download: &DownloadPlan,
    folder: &Path,
) -> Outcome<Assembler> {
    // A single file gets its metadata when it is remuxed.
    let metadata = match download.output_kind {
        OutputKind::Movie(..) => attempt.fetch_metadata(recording, download).await?,
        OutputKind::SingleFile => MovieMetadata::default(),
    };
    let (path, spec) = (
        folder.to_owned(),
        download.assembly_spec(recording, metadata),
    );
    let assembler = blocking(move || Assembler::open(&path, spec)).await?;
    if !attempt.overrides.space {
        let (_, stored_bytes) = assembler.stored();
        let need = match download.estimated_bytes(recording) {
            Some(bytes) => SpaceNeed::Estimate(bytes.saturating_sub(stored_bytes)),
            None => SpaceNeed::Unknown,
        };
        space::check(&attempt.spec.output.folder, need)?;
        let movie = download.movie_bytes(recording);
        let movie = movie.map_or(SpaceNeed::Unknown, SpaceNeed::Estimate);
        space::check_file_size(&attempt.spec.output.folder, movie)?;
    }
    Ok(assembler)
}

/// What all passes of one transfer share.
#[derive(Clone, Copy)]
struct TransferContext<'a> {
    attempt: &'a Attempt,
    found: RecordingRef,
    download: &'a DownloadPlan,
    /// The part folder.
    folder: &'a Path,
    budget: &'a Arc<RequestBudget>,
}

impl TransferContext<'_> {
    fn spot_check<'a>(&'a self, recording: &'a Recording) -> SpotCheck<'a> {
        SpotCheck {
            attempt: self.attempt,
            recording,
            plan: &self.download.plan,
            budget: self.budget,
            format: self.download.output_kind.format(),
        }
    }

    /// Fetches the missing segments in several passes. Requests new addresses if the old ones have
    /// expired, and ends with one last pass.
    async fn fetch_all(self, mut transfer: Transfer) -> Outcome<Transfer> {
        let mut passes = PassState {
            effort: Effort::First,
            are_urls_current: false,
            renewals: 0,
            fruitless_passes: 0,
            initial_segments: transfer.assembler.stored().0.len(),
        };
        loop {
            let before = transfer.assembler.outstanding().len();
            let pass = self.pass_config(&transfer.recording, &passes);
            let (assembler, gathered) = fetch_pass::run(pass, transfer.assembler).await?;
            transfer.assembler = assembler;
            transfer.assembler.discard_misplaced();
            let PassResult {
                refused,
                ended_early,
                ..
            } = gathered;
            if let Some(dead) = transfer.merge_pass(gathered) {
                let held = transfer.assembler.held_segments();
                let check = self.spot_check(&transfer.recording);
                let well = check.are_hosts_healthy(&held).await;
                if matches!(well, Ok(true)) && passes.effort == Effort::First {
                    passes.effort = Effort::Last;
                    continue;
                }
                fetch_pass::suspend(transfer.assembler).await?;
                return Err(well.err().unwrap_or_else(|| dead.into()));
            }
            let lacking = transfer.assembler.outstanding();
            let came = lacking.len() < before;
            passes.fruitless_passes = if came { 0 } else { passes.fruitless_passes + 1 };
            if !ended_early && transfer.missing_segments(self.download).is_empty() {
                return Ok(transfer);
            }
            if refused && passes.may_renew() {
                passes.renewals += 1;
                let known = TransferState {
                    recording: &transfer.recording,
                    outstanding: &lacking,
                    held: &transfer.assembler.held_segments(),
                };
                match self.renew_urls(known).await {
                    Ok(Some(renewed)) => {
                        tracing::info!("the addresses have expired; going on with new ones");
                        transfer.recording = *renewed;
                        passes.are_urls_current = false;
                        continue;
                    }
                    // If no segment was ever fetched, let the next pass end early again.
                    Ok(None) => passes.are_urls_current = !transfer.assembler.stored().0.is_empty(),
                    Err(stopped) => {
                        fetch_pass::suspend(transfer.assembler).await?;
                        return Err(stopped);
                    }
                }
            }
            let is_last = passes.effort == Effort::Last;
            let is_in_vain = ended_early && transfer.assembler.stored().0.is_empty();
            if is_last || (is_in_vain && passes.fruitless_passes > MAX_FRUITLESS_PASSES) {
                return Ok(transfer);
            }
            if !ended_early {
                // If this run fetched no segment at all, the hosts fail, not single segments.
                if transfer.assembler.stored().0.len() > passes.initial_segments {
                    passes.effort = Effort::Last;
                } else if passes.fruitless_passes > MAX_FRUITLESS_PASSES {
                    return Ok(transfer);
                }
            }
            if !ended_early || is_in_vain {
                let pause = tokio::time::sleep(LAST_PASS_DELAY);
                if let Err(stopped) = self.attempt.unless_cancelled(pause).await {
                    fetch_pass::suspend(transfer.assembler).await?;
                    return Err(stopped);
                }
            } else if passes.fruitless_passes > MAX_FRUITLESS_PASSES {
                return Ok(transfer);
            }
        }
    }

    fn pass_config<'a>(
        &'a self,
        recording: &'a Recording,
        passes: &PassState,
    ) -> fetch_pass::PassConfig<'a> {
        fetch_pass::PassConfig {
            fetcher: &self.attempt.context.fetcher,
            meter: &self.attempt.meter,
            cancel: &self.attempt.cancel,
            recording,
            plan: &self.download.plan,
            end_ms: Expectation::of(recording, self.download).stated_end_ms(),
            about_bytes: self.download.movie_bytes(recording),
            format: self.download.output_kind.format(),
            budget: self.budget,
            sampler: &self.attempt.sampler,
            effort: passes.effort,
            are_urls_current: passes.are_urls_current,
            fruitless_passes: passes.fruitless_passes,
        }
    }

    /// Requests the current addresses of the segments from the service. Returns `None` if they have
    /// not changed. Fails if the recording has changed.
    async fn renew_urls(&self, known: TransferState<'_>) -> Outcome<Option<Box<Recording>>> {
        let (attempt, plan) = (self.attempt, &self.download.plan);
        let access = attempt.access();
        let service = &attempt.context.service;
        let refresh = || service.client().refresh(plan, self.found, &access);
        let asked = service.for_job(&attempt.meter).run(refresh);
        let renewed = attempt.unless_cancelled(asked).await??;
        let planned = renewed
            .rendition(&plan.rendition)
            .and_then(|rendition| renewed.plan_of(rendition));
        let change = planned.map_or(PlanChange::Different, |planned| planned.compare(plan));
        if change == PlanChange::Different {
            return Err(Error::Changed(self.folder.to_owned()).into());
        }
        let moved = |segment: &Segment| {
            renewed.locate(plan, segment.id) != known.recording.locate(plan, segment.id)
        };
        if !known.outstanding.iter().any(moved) {
            return Ok(None);
        }
        let check = self.spot_check(&renewed);
        if check.is_unchanged(known.held, change).await? {
            Ok(Some(Box::new(renewed)))
        } else {
            Err(Error::Changed(self.folder.to_owned()).into())
        }
    }

    /// Fetches misplaced segments once more, if the output can drop them.
    async fn replace_misplaced(self, mut transfer: Transfer) -> Outcome<Transfer> {
        let passes = PassState {
            effort: Effort::First,
            are_urls_current: true,
            renewals: MAX_RENEWALS,
            fruitless_passes: 0,
            initial_segments: 0,
        };
        for is_last in [false, true] {
            let found = Misplaced::of(&self.download.plan, &transfer.assembler.held_segments());
            transfer.misplaced = found.all();
            // The second time, keep the doubtful segments: they came the same again and may be
            // right.
            let dropped = if is_last {
                &found.certain
            } else {
                &transfer.misplaced
            };
            if dropped.is_empty() {
                break;
            }
            tracing::warn!(
                count = dropped.len(),
                "segments carry the content of another place"
            );
            let ids: Vec<SegmentId> = dropped.iter().copied().collect();
            let mut assembler = transfer.assembler;
            let (assembler, forgot) = blocking(move || {
                let forgot = assembler.forget(&ids)?;
                Ok((assembler, forgot))
            })
            .await?;
            transfer.assembler = assembler;
            if !forgot || is_last {
                break;
            }
            let pass = self.pass_config(&transfer.recording, &passes);
            let (assembler, gathered) = fetch_pass::run(pass, transfer.assembler).await?;
            transfer.assembler = assembler;
            transfer.merge_pass(gathered);
        }
        transfer.misplaced.extend(transfer.assembler.misplaced());
        Ok(transfer)
    }
}

impl PassState {
    fn may_renew(&self) -> bool {
        self.effort == Effort::First
            && !self.are_urls_current
            && self.renewals < MAX_RENEWALS
            && self.fruitless_passes < MAX_FRUITLESS_PASSES
    }
}
