//! Records the running stream of a channel: the segments are fetched as they come, and the movie is
//! finished when the stream ends or the person stops.
//!
//! What was announced is saved in the part folder, so that after a crash the recording goes on, or is
//! saved if the stream is over.

mod recorder;
mod schedule;
mod timeline;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;

use media::{MovieSpec, Mp4Brand, Tags};
use ustream::{
    ContainerChoice, LivePlan, LiveUpdate, Recording, Segment, SegmentKind, SegmentPlan, Target,
};

use self::recorder::{FileEnd, Recorded, Recorder, Start};
use self::timeline::Timeline;
use super::attempt::{Attempt, Discovery, OpenStream};
use super::completeness::merged_spans;
use super::finish::{self, FinishedMovie, NewNote, publish, summarize};
use super::{Continuation, RunEnd};
use crate::assemble::{Assembler, AssemblySpec, OutputKind};
use crate::dates::utc_day;
use crate::disk::durable::blocking;
use crate::disk::space::{self, SpaceNeed};
use crate::download_plan::{self, DownloadPlan};
use crate::error::Error;
use crate::file_ending::FileEnding;
use crate::job::{EarlierPart, LiveOptions, LiveRequest};
use crate::live_record::{LiveEnd, LiveRecord};
use crate::names;
use crate::outcome::{Outcome, Stopped};
use crate::part::{self, EarlierLive, Extensions, MovieSource, Opened, PartFolder, SavedMovie};
use crate::saved::{Finished, Gap};
use crate::shortfall::Shortfall;
use crate::view::JobStage;

/// Segments of each track for whose index the front of the file has room: an hour of them. The index of
/// a longer movie goes to its end.
const RESERVED_SEGMENTS: u32 = 720;

/// What a movie of a stream is made as.
struct LiveMovie {
    live: LiveRecord,
    /// The segments so far.
    plan: SegmentPlan,
    output_kind: OutputKind,
    extensions: Extensions,
}

/// Records the stream that the request names, and saves it.
pub(super) async fn record(attempt: &Attempt, wanted: &LiveRequest) -> Outcome<RunEnd> {
    let Target::Channel(channel) = wanted.request.target else {
        return Err(Error::from(ustream::Error::NotRecorded).into());
    };
    if let Some(open) = attempt.take_open_stream() {
        return Box::pin(record_stream(attempt, wanted, open, None)).await;
    }
    let (folders, depth) = (attempt.part_locations(), attempt.spec.name_depth());
    let find = move || {
        let mut folders = folders.iter();
        Ok(folders.find_map(|folder| part::earlier_live(folder, channel, depth)))
    };
    let mut earlier = blocking(find).await?;
    let (client, access) = (attempt.context.service.client(), attempt.access());
    loop {
        let opened = {
            let open = || client.live(channel, &access);
            let asked = attempt.context.service.for_job(&attempt.meter);
            attempt.unless_cancelled(asked.run(open)).await?
        };
        return match (opened, earlier.take()) {
            // Boxed: this future is large, and every future above would hold it.
            (Ok(stream), earlier) => {
                let open = OpenStream {
                    stream,
                    plan: None,
                    has_ended: false,
                };
                Box::pin(record_stream(attempt, wanted, open, earlier)).await
            }
            // The stream is over: what there is becomes the movie.
            (Err(ustream::Error::OffAir | ustream::Error::NotRecorded), Some(earlier)) => {
                finish_earlier(attempt, earlier).await.map(RunEnd::from)
            }
            (Err(error), None) if wanted.live.waits && waiting::may_pass(&error) => {
                tracing::info!(%error, "the stream is waited for");
                waiting::until_on_air(attempt, channel, wanted.live).await?;
                continue;
            }
            (Err(error), _) => Err(error.into()),
        };
    }
}

async fn record_stream(
    attempt: &Attempt,
    wanted: &LiveRequest,
    open: OpenStream,
    earlier: Option<EarlierLive>,
) -> Outcome<RunEnd> {
    let OpenStream {
        stream,
        plan,
        has_ended,
    } = open;
    let choice = &wanted.request.choice;
    let recording = &stream.recording()?;
    let new_plan = match plan {
        Some(plan) => plan,
        None => LivePlan::new(stream.latest(), choice)?,
    };
    let earlier = earlier.filter(|it| is_same_movie(&it.plan, &new_plan.segment_plan()));
    let existing = earlier.as_ref().map(|earlier| earlier.stem.clone());
    let (mut live, mut timeline, plan) = if let Some(earlier) = earlier {
        resume(earlier, new_plan, stream.latest())
    } else {
        let (live, timeline) = begin(recording, &new_plan, wanted);
        (live, timeline, new_plan)
    };
    let planned = plan.segment_plan();
    timeline.extend(&planned.segments);
    live.broadcasts = timeline.places().to_vec();
    let mut download = DownloadPlan::of_live(
        (&attempt.spec, &wanted.request),
        recording,
        attempt.name_limit(),
        &live,
    )?;
    download.plan = SegmentPlan {
        segments: timeline.segments().to_vec(),
        ..planned
    };
    let chosen = &attempt.spec.output.folder;
    let part = match download.open(chosen, existing, attempt.earlier()).await? {
        Opened::Finished(saved) => return Ok(RunEnd::from(*saved)),
        Opened::Folder(part) => part,
    };
    let thumbnail = recording.thumbnail.as_ref().map(ToString::to_string);
    attempt.set_discovery(discovery(&live, thumbnail, &part));
    let movie = LiveMovie {
        live: live.clone(),
        plan: download.plan.clone(),
        output_kind: download.output_kind,
        extensions: download.extensions.clone(),
    };
    let assembler = open_assembler(attempt, &movie, &part).await?;
    let (meter, since_unix_s) = (&attempt.meter, live.origin_unix_ms / 1000);
    meter.begin_recording(assembler.stored().1, since_unix_s);
    let recorder = Recorder::new(Start {
        attempt,
        options: wanted.live,
        choice: choice.clone(),
        format: movie.output_kind.format(),
        save: movie.saver(&part),
        folder: part.path().to_owned(),
        stream,
        has_ended,
        plan,
        live,
        timeline,
        assembler,
    });
    let (whole, end) = recorder.record().await?;
    if !has_media(&whole.assembler) {
        // It has ended before anything came of it; the file before, if there is one, has all.
        return Err(give_up(part, whole.assembler).await);
    }
    let goes_on = end.map(|end| wanted.continued(end));
    let saved = finish_movie(attempt, part, whole).await?;
    Ok(RunEnd { saved, goes_on })
}

/// Saves what an earlier run has recorded of a stream that is over.
async fn finish_earlier(attempt: &Attempt, earlier: EarlierLive) -> Outcome<SavedMovie> {
    let movie = LiveMovie {
        output_kind: download_plan::output_kind(
            earlier.plan.container,
            if earlier.extensions.written == FileEnding::Flv.as_str() {
                ContainerChoice::Original
            } else {
                ContainerChoice::Mp4
            },
        ),
        live: earlier.live,
        plan: earlier.plan,
        extensions: earlier.extensions,
    };
    let source = movie.source();
    let (folder, stem, extensions) = (earlier.folder, earlier.stem, movie.extensions.clone());
    let opened = blocking(move || {
        let place = part::Destination {
            folder: &folder,
            stem: &names::StemSource::Existing(stem),
            extensions: &extensions,
            earlier: None,
        };
        PartFolder::open(place, &source)
    });
    let part = match opened.await? {
        Opened::Finished(saved) => return Ok(*saved),
        Opened::Folder(part) => part,
    };
    attempt.set_discovery(discovery(&movie.live, None, &part));
    let assembler = open_assembler(attempt, &movie, &part).await?;
    if !has_media(&assembler) {
        return Err(give_up(part, assembler).await);
    }
    let recorded = Recorded {
        assembler,
        segments: movie.plan.segments,
        live: movie.live,
        end: LiveEnd::Ended,
    };
    finish_movie(attempt, part, recorded).await
}

fn has_media(assembler: &Assembler) -> bool {
    let stored = assembler.stored().0;
    stored.iter().any(|id| id.kind != SegmentKind::Init)
}

/// Deletes the part folder of a stream that is over and of which no media came. Returns why the run ends.
async fn give_up(part: PartFolder, assembler: Assembler) -> Stopped {
    let delete = move || {
        assembler.suspend()?;
        part.remove()
    };
    match blocking(delete).await {
        Ok(()) => Error::from(ustream::Error::OffAir).into(),
        Err(error) => error.into(),
    }
}

/// Returns what the job saves of a stream.
fn discovery(live: &LiveRecord, thumbnail: Option<String>, part: &PartFolder) -> Discovery {
    Discovery {
        found: None,
        link: live.link.clone(),
        title: live.title.clone().unwrap_or_else(|| live.link.clone()),
        thumbnail,
        part: part.path().to_owned(),
    }
}

async fn open_assembler(
    attempt: &Attempt,
    movie: &LiveMovie,
    part: &PartFolder,
) -> Outcome<Assembler> {
    let (folder, spec) = (part.path().to_owned(), movie.assembly_spec());
    let assembler = blocking(move || Assembler::open(&folder, spec)).await?;
    if !attempt.overrides.space {
        let needed_bytes = space::LEAST_FOR_RECORDING;
        space::check(
            &attempt.spec.output.folder,
            SpaceNeed::Estimate(needed_bytes),
        )?;
    }
    Ok(assembler)
}

/// Writes the index, checks the movie and gives it its name.
async fn finish_movie(
    attempt: &Attempt,
    part: PartFolder,
    recorded: Recorded,
) -> Outcome<SavedMovie> {
    let Recorded {
        mut assembler,
        live,
        segments,
        end,
    } = recorded;
    attempt.meter.enter(JobStage::Finishing);
    assembler.start_with_first();
    let gaps = gaps(&live, &segments, &assembler.outstanding());
    let path = part::output(part.path());
    let (summary, media) = finish::finish(attempt, assembler, path.clone()).await?;
    let mut shortfall = Shortfall {
        gaps,
        ..Shortfall::default()
    };
    let facts: Vec<_> = summary.facts.iter().map(Into::into).collect();
    shortfall.add_lost(&facts);
    let movie = FinishedMovie {
        path,
        finished: Finished {
            live_end: Some(end),
            ..summarize(&summary, shortfall)
        },
        // A stream can't be recorded a second time, so it is not looked for.
        note: NewNote::Of { mark: None, media },
    };
    Ok(publish(attempt, part, movie).await?)
}

/// Returns what the movie lacks between its first and its last segment.
fn gaps(live: &LiveRecord, segments: &[Segment], outstanding: &[Segment]) -> Vec<Gap> {
    let is_media = |segment: &&Segment| segment.id.kind != SegmentKind::Init;
    let lacks: std::collections::HashSet<_> = outstanding.iter().map(|it| it.id).collect();
    let here = || {
        segments
            .iter()
            .filter(is_media)
            .filter(|it| !lacks.contains(&it.id))
    };
    let (Some(first), Some(last)) = (
        here().map(|it| it.start_ms).min(),
        here().map(|it| it.start_ms).max(),
    ) else {
        return Vec::new();
    };
    // What was announced and never sent, because the stream was started again, starts after what is
    // behind it in the list of its track.
    let mut next_ms: HashMap<u8, u64> = HashMap::new();
    let mut missing = Vec::new();
    for segment in segments.iter().rev().filter(is_media) {
        let next_ms = next_ms.entry(segment.id.track).or_insert(u64::MAX);
        if lacks.contains(&segment.id) && segment.start_ms <= *next_ms {
            missing.push(*segment);
        }
        *next_ms = segment.start_ms.min(*next_ms);
    }
    let missing = missing.iter();
    let missing = missing.filter(|it| it.start_ms > first && it.start_ms < last);
    let spans = missing.map(|it| Gap {
        start_ms: it.start_ms,
        duration_ms: it.duration_ms,
    });
    let pauses = Timeline::pauses(&live.broadcasts).filter(|gap| gap.start_ms < last);
    merged_spans(spans.chain(pauses).collect())
        .into_iter()
        .map(|gap| Gap {
            start_ms: gap.start_ms.saturating_sub(first),
            ..gap
        })
        .collect()
}

/// Returns whether the segments of both plans can be one movie.
fn is_same_movie(older: &SegmentPlan, newer: &SegmentPlan) -> bool {
    let kinds = |plan: &SegmentPlan| plan.tracks.iter().map(|it| it.kind).collect::<Vec<_>>();
    older.container == newer.container
        && older.rendition == newer.rendition
        && kinds(older) == kinds(newer)
}

/// Begins with the earliest segment that the service names, the newest, or the one behind the last of the
/// file before.
fn begin(recording: &Recording, plan: &LivePlan, wanted: &LiveRequest) -> (LiveRecord, Timeline) {
    let planned = plan.numbers().start;
    let behind = wanted.follows.as_ref().and_then(|earlier| {
        let last = earlier.last.as_ref()?;
        let is_known = plan.numbers().contains(&last.number);
        let is_same = is_known && plan.hash(last.number) == last.hash;
        is_same.then(|| last.number + 1)
    });
    let first = match behind {
        Some(number) => number,
        None if wanted.live.from_now && wanted.follows.is_none() => plan.edge(),
        None => planned,
    };
    let skipped_ms = plan.start_ms(first);
    let mut timeline = Timeline::default();
    timeline.begin(first, (0, 0), skipped_ms);
    let origin_unix_ms = timeline::sent_unix_ms(plan, first);
    let live = LiveRecord {
        part: wanted.part(),
        ..LiveRecord::new(recording, origin_unix_ms)
    };
    (live, timeline)
}

/// Goes on with what an earlier run has recorded: of the same broadcast, or of one before the stream was
/// started again. `plan` is that of the stream as it is now.
fn resume(
    earlier: EarlierLive,
    plan: LivePlan,
    update: &LiveUpdate,
) -> (LiveRecord, Timeline, LivePlan) {
    let EarlierLive {
        live, plan: saved, ..
    } = earlier;
    let mut timeline = Timeline::resume(live.broadcasts.clone(), saved.segments);
    let saved = SegmentPlan {
        segments: timeline.last_planned(),
        ..saved
    };
    if let Some(continued) = LivePlan::continued(&saved, update) {
        timeline.go_on();
        return (live, timeline, continued);
    }
    let sent_until_ms = timeline.sent_until_ms();
    timeline.begin_again(&plan, live.origin_unix_ms, sent_until_ms);
    (live, timeline, plan)
}

impl LiveRequest {
    /// Returns the request for the next file of a recording of which this one is saved.
    fn continued(&self, end: FileEnd) -> Continuation {
        let left_ms = |max_ms: u64| max_ms.saturating_sub(end.recorded_ms);
        let request = Self {
            live: LiveOptions {
                max_length_ms: self.live.max_length_ms.map(left_ms),
                ..self.live
            },
            follows: Some(EarlierPart {
                part: self.part(),
                last: end.last,
            }),
            request: self.request.clone(),
        };
        Continuation {
            request,
            open: end.open,
        }
    }
}

impl LiveRecord {
    fn new(recording: &Recording, origin_unix_ms: i64) -> Self {
        Self {
            title: names::display_text(recording.title.as_deref()),
            owner: names::display_text(recording.owner.as_deref()),
            link: recording.link(),
            part: 1,
            origin_unix_ms,
            broadcasts: Vec::new(),
        }
    }
}

impl LiveMovie {
    fn source(&self) -> MovieSource {
        MovieSource::Live {
            live: self.live.clone(),
            plan: self.plan.clone(),
        }
    }

    fn assembly_spec(&self) -> AssemblySpec {
        let is_audio_file = self.extensions.finished == FileEnding::M4a.as_str();
        let tracks = u32::try_from(self.plan.tracks.len()).unwrap_or(1);
        let movie = MovieSpec {
            tags: Tags {
                title: self.live.title.clone(),
                artist: self.live.owner.clone(),
                date: utc_day(self.live.origin_unix_ms / 1000),
                comment: Some(self.live.link.clone()),
                ..Tags::default()
            },
            brand: if is_audio_file {
                Mp4Brand::Audio
            } else {
                Mp4Brand::Movie
            },
            audio: download_plan::audio_specs(&self.plan),
            segment_count: RESERVED_SEGMENTS.saturating_mul(tracks),
            ..MovieSpec::default()
        };
        AssemblySpec {
            output_kind: self.output_kind,
            movie,
            segments: self.plan.segments.clone(),
        }
    }

    /// Returns what saves the segments that were announced.
    fn saver(&self, part: &PartFolder) -> recorder::Save {
        let (plan, extensions) = (self.plan.clone(), self.extensions.clone());
        let folder = part.path().to_owned();
        Arc::new(move |live, segments, listing| {
            let plan = SegmentPlan {
                segments,
                listing,
                ..plan.clone()
            };
            part::save_moved_plan(&folder, &MovieSource::Live { live, plan }, &extensions)
        })
    }
}
