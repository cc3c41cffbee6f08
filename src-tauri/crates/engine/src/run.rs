//! One attempt at a job, from the top: start, resume, retry and recovery are this one call.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use media::Summary;
use tokio_util::sync::CancellationToken;
use ustream::{
    Choice, Client, Found, Presence, Recording, Segment, SegmentId, SegmentKind, SegmentPlan,
    Target,
};

use crate::assemble::{Assembly, Becomes};
use crate::durable::blocking;
use crate::error::{Error, FetchError};
use crate::fetch::{Fetcher, retry};
use crate::gather::{self, Gathered};
use crate::job::{JobSpec, Order, Permit};
use crate::make::{self, Make};
use crate::part::{Opened, Part};
use crate::progress::Meter;
use crate::view::{Finished, GapView, Stage};
use crate::whole::{self, Copied};
use crate::{ffmpeg, names, part, remux, room};

/// So often in a row new addresses may bring no new piece.
const FRUITLESS: u32 = 2;

/// What all runs share.
#[derive(Debug)]
pub(crate) struct Means {
    pub(crate) client: Client,
    pub(crate) fetcher: Arc<Fetcher>,
    pub(crate) ffmpeg: PathBuf,
}

/// One attempt.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) spec: JobSpec,
    pub(crate) permit: Permit,
    pub(crate) means: Arc<Means>,
    pub(crate) meter: Arc<Meter>,
    /// What an earlier attempt has found.
    pub(crate) found: Option<Found>,
    /// What this one finds.
    pub(crate) discovery: Arc<OnceLock<Discovery>>,
    pub(crate) cancel: CancellationToken,
}

/// What a run has found out for good: a channel's link stays with the recording it led to.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Discovery {
    /// Which recording; none for films on this computer.
    pub(crate) found: Option<Found>,
    /// The address a person knows the recording by.
    pub(crate) link: String,
    pub(crate) title: String,
    /// The part folder.
    pub(crate) part: PathBuf,
}

/// The finished file.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub(crate) path: PathBuf,
    pub(crate) finished: Finished,
}

/// Runs until the file is there or the job cannot go on. `None` is a stop, not a failure.
pub(crate) async fn run(attempt: Attempt) -> Result<Option<Saved>, Error> {
    attempt.meter.enter(Stage::Resolving);
    match &attempt.spec.order {
        Order::Recording { target, choice } => download(&attempt, target, *choice).await,
        Order::Films(films) => remux::remux(&attempt, films).await,
    }
}

async fn download(
    attempt: &Attempt,
    target: &Target,
    choice: Choice,
) -> Result<Option<Saved>, Error> {
    let Some(asked) = attempt
        .cancel
        .run_until_cancelled(attempt.ask(target, choice))
        .await
    else {
        return Ok(None);
    };
    let (found, recording) = asked?;
    let make = Make::of(&attempt.spec, choice, &recording)?;
    // Better now than after the whole film has come.
    if make.convert && attempt.find_ffmpeg().await?.is_none() {
        return Ok(None);
    }
    let part = match make.open(&attempt.spec.output.folder).await? {
        Opened::Finished(path, finished) => return Ok(Some(Saved { path, finished })),
        Opened::Part(part) => part,
    };
    attempt.discover(found, &recording, &part);
    let Some((recording, gathered)) = attempt
        .gather((found, recording), &make, part.path())
        .await?
    else {
        return Ok(None);
    };
    attempt.meter.enter(Stage::Finishing);
    let gaps = match attempt.judge(&gathered, &recording, &make) {
        Ok(gaps) => gaps,
        Err(error) => {
            gather::rest(gathered.assembly).await?;
            return Err(error);
        }
    };
    if make.becomes == Becomes::Copy {
        let copied = Copied {
            part,
            assembly: gathered.assembly,
            tags: make::tags(&recording),
            make: &make,
        };
        return whole::complete(attempt, copied).await;
    }
    let film = part::output(part.path());
    let summary = finish(gathered.assembly, film.clone()).await?;
    warn_if_short(&summary, &recording);
    if make.convert {
        return attempt
            .convert(part, summary, gaps, &make.endings.written)
            .await;
    }
    publish(part, film, finished(&summary, gaps))
        .await
        .map(Some)
}

impl Attempt {
    /// Makes sure that ffmpeg is there. `None` is a stop.
    pub(crate) async fn find_ffmpeg(&self) -> Result<Option<()>, Error> {
        let found = ffmpeg::find(&self.means.ffmpeg);
        let found = self.cancel.run_until_cancelled(found).await;
        found.transpose().map_err(Error::NoFfmpeg)
    }

    async fn ask(
        &self,
        target: &Target,
        choice: Choice,
    ) -> Result<(Found, Recording), ustream::Error> {
        let access = &self.permit.access;
        let found = match self.found {
            Some(found) => found,
            None => self.means.client.find(target, access).await?,
        };
        if let Some(recording) = self.ask_as_before(found, choice).await {
            return Ok((found, recording));
        }
        Ok((found, self.means.client.recording(found, access).await?))
    }

    /// What was begun from playlists or a file goes on by that way, where it still leads there:
    /// by another it would begin anew.
    async fn ask_as_before(&self, found: Found, choice: Choice) -> Option<Recording> {
        let folder = self.spec.output.folder.clone();
        let earlier = blocking(move || Ok(part::plan_of(&folder, found.recording))).await;
        // A folder that cannot be read is told of when it is written to.
        let earlier = earlier.ok().flatten()?;
        if earlier.has_templates() {
            return None;
        }
        let client = &self.means.client;
        let asked = client.renewed(&earlier, found, &self.permit.access).await;
        let recording = asked
            .inspect_err(|error| tracing::info!(%error, "not as before"))
            .ok()?;
        let make = Make::of(&self.spec, choice, &recording).ok()?;
        make.plan.continues(&earlier).then_some(recording)
    }

    fn discover(&self, found: Found, recording: &Recording, part: &Part) {
        // An attempt finds out once.
        let _ = self.discovery.set(Discovery {
            found: Some(found),
            link: recording.link(),
            title: names::shown(recording.title.as_deref()).unwrap_or_else(|| recording.link()),
            part: part.path().to_owned(),
        });
    }

    /// Fetches and assembles. Where addresses have expired, the service is asked for new ones.
    async fn gather(
        &self,
        (found, mut recording): (Found, Recording),
        make: &Make,
        folder: &Path,
    ) -> Result<Option<(Recording, Gathered)>, Error> {
        let (path, sheet) = (folder.to_owned(), make.sheet(&recording));
        let mut assembly = blocking(move || Assembly::open(&path, sheet)).await?;
        if !self.permit.space {
            room::check(
                &self.spec.output.folder,
                room::still_to_come(&recording, make, &assembly),
            )?;
        }
        let mut fruitless = 0;
        loop {
            let before = assembly.lacking().len();
            let task = gather::Task {
                fetcher: &self.means.fetcher,
                meter: &self.meter,
                cancel: &self.cancel,
                recording: &recording,
                plan: &make.plan,
                source: make.becomes.source(),
            };
            let Some(gathered) = gather::gather(task, assembly).await? else {
                return Ok(None);
            };
            let lacking = gathered.assembly.lacking();
            fruitless = if lacking.len() < before {
                0
            } else {
                fruitless + 1
            };
            if !gathered.refused || fruitless >= FRUITLESS {
                return Ok(Some((recording, gathered)));
            }
            let renewed = match self.renew(found, &make.plan, folder).await {
                Ok(Some(renewed)) => renewed,
                stopped_or_failed => {
                    gather::rest(gathered.assembly).await?;
                    return stopped_or_failed.map(|_| None);
                }
            };
            let moved = |segment: &Segment| {
                renewed.locate(&make.plan, segment.id) != recording.locate(&make.plan, segment.id)
            };
            if !lacking.iter().any(moved) {
                return Ok(Some((recording, gathered)));
            }
            tracing::info!("the addresses have expired; going on with new ones");
            (recording, assembly) = (renewed, gathered.assembly);
        }
    }

    /// Asks where the pieces of `plan` lie now. `None` is a stop.
    async fn renew(
        &self,
        found: Found,
        plan: &SegmentPlan,
        folder: &Path,
    ) -> Result<Option<Recording>, Error> {
        let asked = retry::outlast(&self.meter, || {
            let client = &self.means.client;
            client.renewed(plan, found, &self.permit.access)
        });
        let Some(asked) = self.cancel.run_until_cancelled(asked).await else {
            return Ok(None);
        };
        let recording = asked?;
        let known = recording
            .renditions
            .iter()
            .find(|rendition| rendition.id == plan.rendition)
            .and_then(|rendition| recording.plan_of(rendition));
        if known.is_some_and(|known| known.continues(plan)) {
            Ok(Some(recording))
        } else {
            Err(Error::Changed(folder.to_owned()))
        }
    }

    /// Tells the end of the film from holes in it, and holes that are permitted from others.
    fn judge(
        &self,
        gathered: &Gathered,
        recording: &Recording,
        make: &Make,
    ) -> Result<Vec<GapView>, Error> {
        let segments = make.plan.segments.as_slice();
        let lacking = gathered.assembly.lacking();
        let holes = holes(
            segments,
            &lacking,
            &gathered.absent,
            least_ms(recording, segments),
        );
        let gaps = spans(&holes);
        // Of a file that lacks some bytes nobody knows what is where.
        let nothing = holes.len() == segments.len() || make.becomes == Becomes::Copy;
        if holes.is_empty() || (self.permit.gaps && !nothing) {
            return Ok(gaps);
        }
        Err(Error::PiecesMissing {
            holes: holes.len(),
            total: segments.len(),
            gaps,
            reason: gathered.reason.as_ref().map(FetchError::to_string),
        })
    }

    /// Lets ffmpeg make the MP4 of the original, and keeps the original where it cannot.
    async fn convert(
        &self,
        part: Part,
        summary: Summary,
        gaps: Vec<GapView>,
        original: &str,
    ) -> Result<Option<Saved>, Error> {
        self.meter.enter(Stage::Converting);
        let (film, converted) = (part::output(part.path()), part::converted(part.path()));
        let work = ffmpeg::Work {
            program: &self.means.ffmpeg,
            input: &film,
            output: &converted,
            duration_ms: Some(summary.duration_ms),
        };
        let remuxed = match ffmpeg::remux(work, &self.meter, &self.cancel).await {
            Ok(None) => return Ok(None),
            Ok(Some(())) => {
                self.meter.enter(Stage::Finishing);
                let (path, original) = (converted.clone(), summary.clone());
                blocking(move || Ok(compare(&path, &original))).await?
            }
            Err(problem) => Err(problem),
        };
        match remuxed {
            Ok(summary) => publish(part, converted, finished(&summary, gaps))
                .await
                .map(Some),
            Err(problem) => {
                let saved =
                    publish(part.retarget(original), film, finished(&summary, gaps)).await?;
                Err(Error::Convert {
                    problem,
                    original: saved.path,
                })
            }
        }
    }
}

/// ffmpeg may stop early and still say that all went well.
fn compare(converted: &Path, original: &Summary) -> Result<Summary, String> {
    const ROUNDING_MS: u64 = 1_000;
    let summary = check(converted).map_err(|error| error.to_string())?;
    let kinds = |summary: &Summary| {
        let mut kinds: Vec<_> = summary.tracks.iter().map(|track| track.kind).collect();
        kinds.sort_unstable();
        kinds
    };
    let short = original.duration_ms.abs_diff(summary.duration_ms) > ROUNDING_MS;
    if short || kinds(&summary) != kinds(original) {
        return Err("what it made is not the whole film".to_owned());
    }
    Ok(summary)
}

/// Writes the index and reads the whole back before anybody calls it saved.
async fn finish(assembly: Assembly, film: PathBuf) -> Result<Summary, Error> {
    blocking(move || {
        let made = assembly.finish()?;
        check_against(&film, &made)
    })
    .await
}

/// Reads a film back and compares it with what its muxer says of it.
pub(crate) fn check_against(film: &Path, made: &Summary) -> Result<Summary, Error> {
    let found = check(film)?;
    let told = |summary: &Summary| {
        summary
            .tracks
            .iter()
            .map(|track| (track.kind, track.samples, track.digest))
            .collect::<Vec<_>>()
    };
    if told(made) != told(&found) {
        return Err(Error::Check(format!(
            "it holds {:?}, not {:?}",
            told(&found),
            told(made)
        )));
    }
    Ok(found)
}

pub(crate) fn check(film: &Path) -> Result<Summary, Error> {
    let finished = File::open(film).map_err(Error::disk(film))?;
    let summary = media::check(std::io::BufReader::new(&finished))?;
    finished.sync_all().map_err(Error::disk(film))?;
    Ok(summary)
}

/// What is said of a finished film; its name is settled when it is taken.
pub(crate) fn finished(summary: &Summary, gaps: Vec<GapView>) -> Finished {
    Finished {
        file: String::new(),
        size_bytes: summary.size_bytes,
        duration_ms: summary.duration_ms,
        gaps,
        lost: None,
    }
}

pub(crate) async fn publish(part: Part, film: PathBuf, finished: Finished) -> Result<Saved, Error> {
    let (path, finished) = blocking(move || part.finish(&film, finished)).await?;
    Ok(Saved { path, finished })
}

/// A film that is shorter than the service says is kept, but not silently.
fn warn_if_short(summary: &Summary, recording: &Recording) {
    // Stated lengths are rounded, and the last frames of a broadcast are often not stored.
    const ROUNDING_MS: u64 = 2_000;
    if let Some(stated) = recording.duration_ms
        && summary.duration_ms + ROUNDING_MS < stated
    {
        tracing::warn!(
            saved_ms = summary.duration_ms,
            stated_ms = stated,
            "the film is shorter than the service says"
        );
    }
}

/// Which of the lacking segments must exist: those that are listed, those that others of their
/// track follow, those that end before the film can have ended, and those of which nobody says
/// that they do not exist.
fn holes(
    segments: &[Segment],
    lacking: &[Segment],
    absent: &HashSet<SegmentId>,
    least_ms: u64,
) -> Vec<Segment> {
    let lacks: HashSet<SegmentId> = lacking.iter().map(|segment| segment.id).collect();
    let mut last: HashMap<u8, SegmentKind> = HashMap::new();
    for segment in segments
        .iter()
        .filter(|segment| !lacks.contains(&segment.id))
    {
        let last = last.entry(segment.id.track).or_insert(segment.id.kind);
        *last = segment.id.kind.max(*last);
    }
    let is_end = |segment: &Segment| {
        segment.presence == Presence::Tentative
            && absent.contains(&segment.id)
            && segment.start_ms.saturating_add(segment.duration_ms) > least_ms
            && last
                .get(&segment.id.track)
                .is_some_and(|last| *last < segment.id.kind)
    };
    lacking
        .iter()
        .filter(|segment| !is_end(segment))
        .copied()
        .collect()
}

/// The stretches of time that segments cover, joined where they touch.
fn spans(segments: &[Segment]) -> Vec<GapView> {
    let mut spans: Vec<GapView> = segments
        .iter()
        .filter(|segment| segment.duration_ms > 0)
        .map(|segment| GapView {
            start_ms: segment.start_ms,
            duration_ms: segment.duration_ms,
        })
        .collect();
    spans.sort_by_key(|span| span.start_ms);
    spans.dedup_by(|next, span| {
        let touches = next.start_ms <= span.start_ms.saturating_add(span.duration_ms);
        if touches {
            let end = next.start_ms.saturating_add(next.duration_ms);
            span.duration_ms = span.duration_ms.max(end.saturating_sub(span.start_ms));
        }
        touches
    });
    spans
}

/// What a film must at least be long, by its stated length. Stated lengths are rounded and the last
/// frames of a broadcast are often not stored; but more than the pieces of one hash, which are the
/// most that the list of a whole recording leaves open, are not lost without a word.
fn least_ms(recording: &Recording, segments: &[Segment]) -> u64 {
    const PIECES_OF_A_HASH: u64 = 10;
    let longest = segments
        .iter()
        .map(|segment| segment.duration_ms)
        .max()
        .unwrap_or(0);
    let open = longest.saturating_mul(PIECES_OF_A_HASH);
    recording
        .duration_ms
        .map_or(0, |stated| stated.saturating_sub(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(track: u8, number: u64, presence: Presence) -> Segment {
        Segment {
            id: SegmentId {
                track,
                kind: SegmentKind::Media(number),
            },
            start_ms: number * 6000,
            duration_ms: 6000,
            presence,
        }
    }

    #[test]
    fn what_is_absent_past_the_last_piece_is_the_end_and_nothing_else_is() {
        use Presence::{Sure, Tentative};
        let all: Vec<Segment> = (0..3)
            .map(|n| segment(0, n, Sure))
            .chain((3..8).map(|n| segment(0, n, Tentative)))
            .collect();
        let lacking: Vec<Segment> = [1, 4, 6, 7].iter().map(|n| all[*n]).collect();
        let absent = [1, 4, 7].iter().map(|n| all[*n].id).collect();
        let holes: Vec<u64> = holes(&all, &lacking, &absent, 0)
            .iter()
            .map(|hole| hole.start_ms / 6000)
            .collect();
        // 1 is listed, 4 comes before 5, 6 failed for another reason; 7 is the end.
        assert_eq!(holes, [1, 4, 6]);
    }

    #[test]
    fn an_end_that_comes_long_before_the_stated_length_is_a_hole() {
        let all: Vec<Segment> = (0..20)
            .map(|n| segment(0, n, Presence::Tentative))
            .collect();
        let absent: HashSet<SegmentId> = all[5..].iter().map(|segment| segment.id).collect();
        let stated_ms = 20 * 6000;
        let found = holes(&all, &all[5..], &absent, stated_ms - 10 * 6000);
        assert_eq!(
            found,
            all[5..10],
            "the last ten may be the rounding of the length"
        );
    }

    #[test]
    fn gaps_of_both_tracks_and_of_neighbours_are_one() {
        let holes = [
            segment(0, 1, Presence::Sure),
            segment(1, 1, Presence::Sure),
            segment(1, 2, Presence::Sure),
            segment(0, 9, Presence::Sure),
        ];
        let expected = [(6000, 12000), (54000, 6000)];
        let found: Vec<_> = spans(&holes)
            .iter()
            .map(|gap| (gap.start_ms, gap.duration_ms))
            .collect();
        assert_eq!(found, expected);
    }
}
