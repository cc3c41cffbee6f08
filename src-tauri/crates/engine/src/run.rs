//! One attempt at a job, from the top: start, resume, retry and recovery are this one call.

pub(crate) mod finish;
mod holes;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;
use ustream::{Access, Client, Found, PlanChange, Recording, Segment, SegmentPlan};

use self::finish::{finished, publish, warn_if_short};
use self::holes::{holes, least_ms, spans};
use crate::assemble::{Assembly, Becomes};
use crate::durable::blocking;
use crate::error::{Error, FetchError};
use crate::extras::{Marks, Sidecars, Texts};
use crate::fetch::{Fetcher, retry};
use crate::gather::{self, Gathered};
use crate::job::{JobSpec, Order, Permit, Wanted};
use crate::make::{self, Make};
use crate::part::{Opened, Part, Saved};
use crate::progress::Meter;
use crate::view::{GapView, Stage};
use crate::whole::{self, Copied};
use crate::{ffmpeg, names, part, remux, room};

/// So often in a row new addresses may bring no new piece.
const FRUITLESS: u32 = 2;

/// What all runs share.
#[derive(Clone, Debug)]
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
    /// Captions that have come for the inside of the film, for the files beside it.
    pub(crate) texts: Arc<OnceLock<Texts>>,
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

/// Runs until the file is there or the job cannot go on. `None` is a stop, not a failure.
pub(crate) async fn run(attempt: Attempt) -> Result<Option<Saved>, Error> {
    attempt.meter.enter(Stage::Resolving);
    match &attempt.spec.order {
        Order::Recording(wanted) => download(&attempt, wanted).await,
        Order::Films(films) => remux::remux(&attempt, films).await,
    }
}

async fn download(attempt: &Attempt, wanted: &Wanted) -> Result<Option<Saved>, Error> {
    let Some(asked) = attempt
        .cancel
        .run_until_cancelled(attempt.ask(wanted))
        .await
    else {
        return Ok(None);
    };
    let (found, recording) = asked?;
    let make = Make::of(&attempt.spec, wanted, &recording)?;
    // Better now than after the whole film has come.
    if make.convert && attempt.find_ffmpeg().await?.is_none() {
        return Ok(None);
    }
    let part = match make.open(&attempt.spec.output.folder).await? {
        Opened::Finished(saved) => return attempt.complete(saved, &recording, &make).await,
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
    let saved = match make.becomes {
        Becomes::Copy => {
            attempt
                .copied(part, gathered.assembly, (&recording, &make))
                .await?
        }
        Becomes::Film(..) => {
            let film = part::output(part.path());
            let summary = attempt.finish(gathered.assembly, film.clone()).await?;
            warn_if_short(&summary, &recording);
            if make.convert {
                let original = &make.endings.written;
                attempt.convert(part, summary, gaps, original).await?
            } else {
                Some(publish(part, film, finished(&summary, gaps)).await?)
            }
        }
    };
    match saved {
        Some(saved) => attempt.complete(saved, &recording, &make).await,
        None => Ok(None),
    }
}

impl Attempt {
    /// Makes sure that ffmpeg is there. `None` is a stop.
    pub(crate) async fn find_ffmpeg(&self) -> Result<Option<()>, Error> {
        let found = ffmpeg::version(&self.means.ffmpeg);
        let found = self.cancel.run_until_cancelled(found).await;
        found
            .transpose()
            .map(|version| version.map(drop))
            .map_err(Error::NoFfmpeg)
    }

    async fn ask(&self, wanted: &Wanted) -> Result<(Found, Recording), ustream::Error> {
        let access = &self.access();
        let found = match self.found {
            Some(found) => found,
            None => self.means.client.find(&wanted.target, access).await?,
        };
        if let Some(recording) = self.ask_as_before(found, wanted).await {
            return Ok((found, recording));
        }
        Ok((found, self.means.client.recording(found, access).await?))
    }

    /// What was begun from playlists or a file goes on by that way, where it still leads there:
    /// by another it would begin anew.
    async fn ask_as_before(&self, found: Found, wanted: &Wanted) -> Option<Recording> {
        let folder = self.spec.output.folder.clone();
        let earlier = blocking(move || Ok(part::plan_of(&folder, found.recording))).await;
        // A folder that cannot be read is told of when it is written to.
        let earlier = earlier.ok().flatten()?;
        if earlier.has_templates() {
            return None;
        }
        let client = &self.means.client;
        let asked = client.renewed(&earlier, found, &self.access()).await;
        let recording = asked
            .inspect_err(|error| tracing::info!(%error, "not as before"))
            .ok()?;
        let make = Make::of(&self.spec, wanted, &recording).ok()?;
        (make.plan.compare(&earlier) != PlanChange::Different).then_some(recording)
    }

    /// What a recording that is one file becomes. `None` is a stop.
    async fn copied(
        &self,
        part: Part,
        assembly: Assembly,
        (recording, make): (&Recording, &Make),
    ) -> Result<Option<Saved>, Error> {
        let Some(marks) = self.marks(recording, make).await else {
            return Ok(None);
        };
        let copied = Copied {
            part,
            assembly,
            known: make::known(recording, marks),
            make,
        };
        whole::complete(self, copied).await
    }

    /// What players show of the film, where the file has a place for it. `None` is a stop.
    async fn marks(&self, recording: &Recording, make: &Make) -> Option<Marks> {
        if !make.holds_marks() {
            return Some(Marks::default());
        }
        let client = &self.means.client;
        let texts = async {
            if make.extras.captions {
                Texts::fetch_soon(client, recording).await
            } else {
                None
            }
        };
        let marks = Marks::fetch(client, recording, make.extras);
        // Several answers at once are much to keep within every future above.
        let both = Box::pin(async { tokio::join!(marks, texts) });
        let (mut marks, texts) = self.cancel.run_until_cancelled(both).await?;
        if let Some(texts) = texts {
            marks.captions = texts.tracks();
            // An attempt fetches them once.
            let _ = self.texts.set(texts);
        }
        Some(marks)
    }

    /// Adds what goes beside a film that has its name. A stop comes too late to keep the film.
    async fn complete(
        &self,
        saved: Saved,
        recording: &Recording,
        make: &Make,
    ) -> Result<Option<Saved>, Error> {
        let texts = self.texts.get();
        let sidecars = Sidecars::fetch(&self.means.client, recording, make.extras, texts);
        match self.cancel.run_until_cancelled(sidecars).await {
            Some(sidecars) => sidecars.write(saved).await.map(Some),
            None => Ok(Some(saved)),
        }
    }

    /// What opens locks: the page that embeds the recording, too.
    fn access(&self) -> Access {
        match &self.spec.order {
            Order::Recording(wanted) => self.permit.access.on_the_page_of(&wanted.target),
            Order::Films(_) => self.permit.access.clone(),
        }
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
        // A copy gets them when it is made a film.
        let marks = match make.becomes {
            Becomes::Film(..) => self.marks(&recording, make).await,
            Becomes::Copy => Some(Marks::default()),
        };
        let Some(marks) = marks else {
            return Ok(None);
        };
        let (path, sheet) = (folder.to_owned(), make.sheet(&recording, marks));
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
        let access = self.access();
        let asked = retry::outlast(&self.meter, || {
            self.means.client.renewed(plan, found, &access)
        });
        let Some(asked) = self.cancel.run_until_cancelled(asked).await else {
            return Ok(None);
        };
        let recording = asked?;
        let known = recording
            .rendition(&plan.rendition)
            .and_then(|rendition| recording.plan_of(rendition));
        if known.is_some_and(|known| known.compare(plan) != PlanChange::Different) {
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
}
