//! What is to be made of a recording: decided once, before anything is fetched.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use media::{AudioSpec, MovieSpec, OutputFormat, SegmentFormat, Tags};
use ustream::{Choice, Container, ContainerChoice, FileKind, Recording, SegmentPlan, TrackKind};

use crate::assemble::{AssemblySpec, OutputKind};
use crate::durable::blocking;
use crate::error::Error;
use crate::extras::{Extras, MovieMetadata};
use crate::job::{DownloadRequest, JobSpec, Remuxer};
use crate::names::{self, TemplateValues};
use crate::part;
use crate::part::{Destination, Extensions, MovieSource, Opened, PartFolder};

/// What is to be made.
#[derive(Debug)]
pub(crate) struct DownloadPlan {
    pub(crate) plan: SegmentPlan,
    /// What the person chose.
    pub(crate) choice: Choice,
    pub(crate) output_kind: OutputKind,
    /// Nothing is to be made of what the service stores.
    pub(crate) keep_original: bool,
    /// What goes beside picture and sound.
    pub(crate) extras: Extras,
    /// ffmpeg makes the MP4 of it afterwards.
    pub(crate) convert: bool,
    pub(crate) extensions: Extensions,
    stem: String,
    /// The stem is made of the title, which may have been another one last time.
    stem_may_change: bool,
}

impl DownloadPlan {
    /// Chooses rendition, containers and name.
    pub(crate) fn of(
        spec: &JobSpec,
        wanted: &DownloadRequest,
        recording: &Recording,
    ) -> Result<Self, Error> {
        let choice = &wanted.choice;
        let convert = spec.remux == Remuxer::Ffmpeg && choice.keep == ContainerChoice::Mp4;
        // ffmpeg reads an original, so that is what is fetched for it.
        let keep = if convert {
            ContainerChoice::Original
        } else {
            choice.keep
        };
        let plan = recording.plan(&Choice {
            keep,
            ..choice.clone()
        })?;
        let becomes = match (plan.container, keep) {
            (Container::Flv, ContainerChoice::Original) => {
                OutputKind::Movie(SegmentFormat::Flv, OutputFormat::Flv)
            }
            (Container::Flv, ContainerChoice::Mp4) => {
                OutputKind::Movie(SegmentFormat::Flv, OutputFormat::Mp4)
            }
            (Container::Fmp4, _) => OutputKind::Movie(SegmentFormat::Fmp4, OutputFormat::Mp4),
            (Container::Ts, _) => OutputKind::Movie(SegmentFormat::Ts, OutputFormat::Mp4),
            (Container::File, _) => OutputKind::SingleFile,
        };
        let written = match becomes {
            OutputKind::Movie(_, OutputFormat::Flv) => FileKind::Flv,
            OutputKind::Movie(_, OutputFormat::Mp4) => FileKind::Mp4,
            OutputKind::SingleFile => plan.file_kind().unwrap_or(FileKind::Mp4),
        };
        let written = written.extension();
        let rendition = recording.rendition(&plan.rendition);
        let given = spec.output.stem.as_deref().and_then(names::stem);
        let stem = given.unwrap_or_else(|| {
            wanted
                .template
                .stem(&TemplateValues::of(recording, rendition))
        });
        let original = choice.keep == ContainerChoice::Original;
        let is_remuxed = convert || (becomes == OutputKind::SingleFile && !original);
        Ok(Self {
            plan,
            choice: choice.clone(),
            output_kind: becomes,
            keep_original: original,
            extras: wanted.extras,
            convert,
            extensions: Extensions {
                written: written.to_owned(),
                finished: if is_remuxed { "mp4" } else { written }.to_owned(),
            },
            stem,
            stem_may_change: spec.output.stem.is_none(),
        })
    }

    /// Whether our own muxer makes an MP4 of it, which has a place for cover, chapters and captions.
    pub(crate) fn holds_metadata(&self) -> bool {
        match self.output_kind {
            OutputKind::Movie(_, format) => format == OutputFormat::Mp4,
            OutputKind::SingleFile => !self.keep_original && !self.convert,
        }
    }

    /// Opens the part folder below `folder`.
    pub(crate) async fn open(&self, folder: &Path) -> Result<Opened, Error> {
        let (folder, stem) = (folder.to_owned(), self.stem.clone());
        let material = MovieSource::Plan(self.plan.clone());
        let (endings, may_change) = (self.extensions.clone(), self.stem_may_change);
        blocking(move || {
            let earlier = may_change
                .then(|| part::earlier_stem(&folder, &material, &endings))
                .flatten();
            let stem = earlier.as_deref().unwrap_or(&stem);
            let place = Destination {
                folder: &folder,
                stem,
                extensions: &endings,
            };
            PartFolder::open(place, &material)
        })
        .await
    }

    /// Saves the plan in the part folder, whose segments have been found to be the same.
    pub(crate) async fn save_moved_plan(&self, folder: &Path) -> Result<(), Error> {
        let (folder, endings) = (folder.to_owned(), self.extensions.clone());
        let material = MovieSource::Plan(self.plan.clone());
        blocking(move || part::save_moved_plan(&folder, &material, &endings)).await
    }

    /// Estimates how many bytes are written until the movie is finished: twice its size if it is
    /// remuxed from a file. `None` if the service states no bit rate.
    pub(crate) fn estimated_bytes(&self, recording: &Recording) -> Option<u64> {
        let is_copied = self.output_kind == OutputKind::SingleFile && !self.keep_original;
        let copies = if self.convert || is_copied { 2 } else { 1 };
        let rendition = recording.rendition(&self.plan.rendition)?;
        let movie_bytes = recording.estimated_bytes(rendition)?;
        Some(movie_bytes.saturating_mul(copies))
    }

    /// What the assembly needs.
    pub(crate) fn assembly_spec(
        &self,
        recording: &Recording,
        marks: MovieMetadata,
    ) -> AssemblySpec {
        let film = MovieSpec {
            segment_count: u32::try_from(self.plan.segments.len()).unwrap_or(u32::MAX),
            audio: audio_specs(&self.plan),
            ..movie_spec(recording, marks)
        };
        AssemblySpec {
            output_kind: self.output_kind,
            movie: film,
            segments: self.plan.segments.clone(),
        }
    }
}

/// Where the sounds of a film come from.
fn audio_specs(plan: &SegmentPlan) -> Vec<AudioSpec> {
    let tracks = (0..).zip(&plan.tracks);
    let tracks = tracks.filter(|(_, track)| track.kind != TrackKind::Video);
    let sound = |(number, track): (u8, &ustream::RenditionTrack)| AudioSpec {
        track: number,
        language: track.language.clone(),
    };
    tracks.map(sound).collect()
}

/// What is known of a film before its first piece.
pub(crate) fn movie_spec(recording: &Recording, marks: MovieMetadata) -> MovieSpec {
    let tags = Tags {
        title: names::display_text(recording.title.as_deref()),
        artist: names::display_text(recording.owner.as_deref()),
        date: recording.date_unix_s.and_then(day),
        comment: Some(recording.link()),
        cover: marks.cover,
        chapters: marks.chapters,
    };
    MovieSpec {
        tags,
        captions: marks.captions,
        duration_ms: recording.duration_ms,
        ..MovieSpec::default()
    }
}

fn day(unix_s: i64) -> Option<String> {
    let time = Timestamp::from_second(unix_s).ok()?;
    Some(time.to_zoned(TimeZone::UTC).date().to_string())
}
