//! Fetches what the movie lacks, pass after pass, until all that can be had is here.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ustream::{Found, PlanChange, Recording, Segment, SegmentId};

use super::Attempt;
use super::account::{Came, Expected, Misplaced};
use super::same::Sample;
use crate::assemble::{Assembly, Becomes, Held};
use crate::durable::blocking;
use crate::error::{Error, FetchError};
use crate::extras::Marks;
use crate::fetch::retry::Effort;
use crate::fetch::{Budget, retry};
use crate::gather::{self, Gathered};
use crate::make::Make;
use crate::part::Part;
use crate::room;

/// How often in a row new addresses may bring no new segment.
const FRUITLESS: u32 = 2;
/// How often a run asks for new addresses at most.
const MOST_RENEWALS: u32 = 12;
/// Segments that are missing are asked for once more after this long.
const BEFORE_THE_LAST_PASS: Duration = Duration::from_secs(1);

/// What a run has fetched.
pub(super) struct Transfer {
    /// The recording with the addresses that were used last.
    pub(super) recording: Recording,
    pub(super) assembly: Assembly,
    /// Segments of which the service says that they do not exist.
    pub(super) absent: HashSet<SegmentId>,
    /// Segments that hold no media.
    pub(super) empty: HashSet<SegmentId>,
    /// Segments that carry the content of another place.
    pub(super) misplaced: HashSet<SegmentId>,
    /// Why the last of the missing segments did not come.
    pub(super) reason: Option<FetchError>,
}

impl Transfer {
    /// What came, for the account.
    pub(super) fn came<'a>(&'a self, lacking: &'a [Segment], here: &'a [Held]) -> Came<'a> {
        Came {
            lacking,
            absent: &self.absent,
            empty: &self.empty,
            misplaced: &self.misplaced,
            here,
        }
    }

    /// The segments that are missing.
    fn holes(&self, make: &Make) -> Vec<Segment> {
        let expected = Expected::of(&self.recording, make);
        expected.holes(self.came(&self.assembly.lacking(), &[]))
    }

    /// Adds what a pass came to; returns how its hosts fail, where all of them do.
    fn take(&mut self, gathered: Gathered) -> Option<FetchError> {
        self.absent.extend(gathered.absent);
        self.empty.extend(gathered.empty);
        self.reason = gathered.reason.or(self.reason.take());
        gathered.dead
    }
}

/// What is known before new addresses are asked for.
#[derive(Clone, Copy)]
struct Known<'a> {
    recording: &'a Recording,
    lacking: &'a [Segment],
    here: &'a [Held],
}

/// How the passes of a run go.
struct Passes {
    effort: Effort,
    /// The addresses were looked up again and are still the same.
    is_current: bool,
    renewals: u32,
    fruitless: u32,
    /// How many segments were here before the run.
    at_first: usize,
}

impl Attempt {
    /// Fetches and assembles. `None` is a stop.
    pub(super) async fn transfer(
        &self,
        (found, recording): (Found, Recording),
        make: &Make,
        part: &Part,
    ) -> Result<Option<Transfer>, Error> {
        let folder = part.path();
        let Some(assembly) = self.open_assembly(&recording, make, folder).await? else {
            return Ok(None);
        };
        let budget = Arc::new(Budget::new(assembly.lacking().len()));
        let sample = Sample::of(&recording, make, &budget);
        let here = assembly.held();
        let compared = self.is_same(sample, &here, part.change());
        match compared.await {
            Ok(Some(true)) if part.change() == PlanChange::Moved => make.confirm(folder).await?,
            Ok(Some(true)) => {}
            Ok(None) => return gather::rest(assembly).await.map(|()| None),
            Ok(Some(false)) => {
                gather::rest(assembly).await?;
                return Err(Error::Changed(folder.to_owned()));
            }
            Err(error) => {
                gather::rest(assembly).await?;
                return Err(error);
            }
        }
        let transfer = Transfer {
            recording,
            assembly,
            absent: HashSet::new(),
            empty: HashSet::new(),
            misplaced: HashSet::new(),
            reason: None,
        };
        let Some(transfer) = self
            .fetch_all(transfer, (found, make, folder), &budget)
            .await?
        else {
            return Ok(None);
        };
        self.replace_misplaced(transfer, make, &budget).await
    }

    async fn open_assembly(
        &self,
        recording: &Recording,
        make: &Make,
        folder: &Path,
    ) -> Result<Option<Assembly>, Error> {
        // A copy gets them when it is made a film.
        let marks = match make.becomes {
            Becomes::Film(..) => self.marks(recording, make).await,
            Becomes::Copy => Some(Marks::default()),
        };
        let Some(marks) = marks else {
            return Ok(None);
        };
        let (path, sheet) = (folder.to_owned(), make.sheet(recording, marks));
        let assembly = blocking(move || Assembly::open(&path, sheet)).await?;
        if !self.permit.space {
            room::check(
                &self.spec.output.folder,
                room::still_to_come(recording, make, &assembly),
            )?;
        }
        Ok(Some(assembly))
    }

    /// Passes over all that is lacking, with new addresses where they have expired, and a last one
    /// over what is missing then.
    async fn fetch_all(
        &self,
        mut transfer: Transfer,
        (found, make, folder): (Found, &Make, &Path),
        budget: &Arc<Budget>,
    ) -> Result<Option<Transfer>, Error> {
        let mut passes = Passes {
            effort: Effort::First,
            is_current: false,
            renewals: 0,
            fruitless: 0,
            at_first: transfer.assembly.have().0.len(),
        };
        loop {
            let before = transfer.assembly.lacking().len();
            let pass = self.pass(&transfer.recording, make, budget, &passes);
            let Some((assembly, gathered)) = gather::gather(pass, transfer.assembly).await? else {
                return Ok(None);
            };
            transfer.assembly = assembly;
            transfer.assembly.drop_misplaced();
            let Gathered {
                refused,
                ended_early,
                ..
            } = gathered;
            if let Some(dead) = transfer.take(gathered) {
                let sample = Sample::of(&transfer.recording, make, budget);
                let here = transfer.assembly.held();
                let well = self.are_hosts_well(sample, &here).await;
                if well == Some(true) && passes.effort == Effort::First {
                    passes.effort = Effort::Last;
                    continue;
                }
                gather::rest(transfer.assembly).await?;
                return well.map_or(Ok(None), |_| Err(dead.into()));
            }
            let lacking = transfer.assembly.lacking();
            let came = lacking.len() < before;
            passes.fruitless = if came { 0 } else { passes.fruitless + 1 };
            if !ended_early && transfer.holes(make).is_empty() {
                return Ok(Some(transfer));
            }
            if refused && passes.may_renew() {
                passes.renewals += 1;
                let known = Known {
                    recording: &transfer.recording,
                    lacking: &lacking,
                    here: &transfer.assembly.held(),
                };
                match self.renewed(found, (make, folder), known, budget).await {
                    Ok(Some(Some(renewed))) => {
                        tracing::info!("the addresses have expired; going on with new ones");
                        transfer.recording = *renewed;
                        passes.is_current = false;
                        continue;
                    }
                    // Where nothing has ever come, the next pass shall end early again.
                    Ok(Some(None)) => passes.is_current = !transfer.assembly.have().0.is_empty(),
                    Ok(None) => return gather::rest(transfer.assembly).await.map(|()| None),
                    Err(error) => {
                        gather::rest(transfer.assembly).await?;
                        return Err(error);
                    }
                }
            }
            let is_last = passes.effort == Effort::Last;
            let is_in_vain = ended_early && transfer.assembly.have().0.is_empty();
            if is_last || (is_in_vain && passes.fruitless > FRUITLESS) {
                return Ok(Some(transfer));
            }
            if !ended_early {
                // Where nothing came at all, it is the hosts that fail and not some segments.
                if transfer.assembly.have().0.len() > passes.at_first {
                    passes.effort = Effort::Last;
                } else if passes.fruitless > FRUITLESS {
                    return Ok(Some(transfer));
                }
            }
            if !ended_early || is_in_vain {
                let pause = tokio::time::sleep(BEFORE_THE_LAST_PASS);
                if self.cancel.run_until_cancelled(pause).await.is_none() {
                    return gather::rest(transfer.assembly).await.map(|()| None);
                }
            } else if passes.fruitless > FRUITLESS {
                return Ok(Some(transfer));
            }
        }
    }

    fn pass<'a>(
        &'a self,
        recording: &'a Recording,
        make: &'a Make,
        budget: &'a Arc<Budget>,
        passes: &Passes,
    ) -> gather::Task<'a> {
        gather::Task {
            fetcher: &self.means.fetcher,
            meter: &self.meter,
            cancel: &self.cancel,
            recording,
            plan: &make.plan,
            end_ms: Expected::of(recording, make).stated_end_ms(),
            source: make.becomes.source(),
            budget,
            effort: passes.effort,
            is_current: passes.is_current,
            fruitless: passes.fruitless,
        }
    }

    /// Asks where the segments lie now: `Some(None)` where they lie where they did, `None` where
    /// the job was stopped. Fails where the recording is another one now.
    async fn renewed(
        &self,
        found: Found,
        (make, folder): (&Make, &Path),
        known: Known<'_>,
        budget: &Arc<Budget>,
    ) -> Result<Option<Option<Box<Recording>>>, Error> {
        let (plan, access) = (&make.plan, self.access());
        let asked = retry::outlast(&self.meter, || {
            self.means.client.renewed(plan, found, &access)
        });
        let Some(asked) = self.cancel.run_until_cancelled(asked).await else {
            return Ok(None);
        };
        let renewed = asked?;
        let planned = renewed
            .rendition(&plan.rendition)
            .and_then(|rendition| renewed.plan_of(rendition));
        let change = planned.map_or(PlanChange::Different, |planned| planned.compare(plan));
        if change == PlanChange::Different {
            return Err(Error::Changed(folder.to_owned()));
        }
        let moved = |segment: &Segment| {
            renewed.locate(plan, segment.id) != known.recording.locate(plan, segment.id)
        };
        if !known.lacking.iter().any(moved) {
            return Ok(Some(None));
        }
        let sample = Sample::of(&renewed, make, budget);
        match self.is_same(sample, known.here, change).await? {
            Some(true) => Ok(Some(Some(Box::new(renewed)))),
            Some(false) => Err(Error::Changed(folder.to_owned())),
            None => Ok(None),
        }
    }

    /// Fetches segments that carry the content of another place once more, where the output can
    /// forget them.
    async fn replace_misplaced(
        &self,
        mut transfer: Transfer,
        make: &Make,
        budget: &Arc<Budget>,
    ) -> Result<Option<Transfer>, Error> {
        let passes = Passes {
            effort: Effort::First,
            is_current: true,
            renewals: MOST_RENEWALS,
            fruitless: 0,
            at_first: 0,
        };
        for is_last in [false, true] {
            let found = Misplaced::of(&make.plan, &transfer.assembly.held());
            transfer.misplaced = found.all();
            // What is the same again, and may be right after all, is kept.
            let dropped = if is_last {
                &found.sure
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
            let mut assembly = transfer.assembly;
            let (assembly, forgot) = blocking(move || {
                let forgot = assembly.forget(&ids)?;
                Ok((assembly, forgot))
            })
            .await?;
            transfer.assembly = assembly;
            if !forgot || is_last {
                break;
            }
            let pass = self.pass(&transfer.recording, make, budget, &passes);
            let Some((assembly, gathered)) = gather::gather(pass, transfer.assembly).await? else {
                return Ok(None);
            };
            transfer.assembly = assembly;
            transfer.take(gathered);
        }
        transfer.misplaced.extend(transfer.assembly.misplaced());
        Ok(Some(transfer))
    }
}

impl Passes {
    fn may_renew(&self) -> bool {
        self.effort == Effort::First
            && !self.is_current
            && self.renewals < MOST_RENEWALS
            && self.fruitless < FRUITLESS
    }
}
