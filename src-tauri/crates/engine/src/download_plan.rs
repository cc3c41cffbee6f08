//! What a download makes of a recording: decided once, before anything is fetched.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use media::{AudioSpec, MovieSpec, OutputFormat, SegmentFormat, Tags};
use ustream::{Choice, Container, ContainerChoice, FileKind, Recording, SegmentPlan, TrackKind};

use crate::assemble::{AssemblySpec, OutputKind};
use crate::disk::durable::blocking;
use crate::error::Error;
use crate::extras::{Extras, MovieMetadata};
use crate::job::{DownloadRequest, JobSpec};
use crate::names::{self, StemSource, TemplateValues};
use crate::part;
use crate::part::{Destination, EarlierAttempt, Extensions, MovieSource, Opened, PartFolder};
use crate::remuxer::Remuxer;

/// Rendition, containers and file name of one download.
#[derive(Debug)]
pub(crate) struct DownloadPlan {
    pub(crate) plan: SegmentPlan,
    /// What the user chose.
    pub(crate) choice: Choice,
    pub(crate) output_kind: OutputKind,
    /// The file is saved as the service has it.
    pub(crate) keep_original: bool,
    /// What to save besides video and audio.
    pub(crate) extras: Extras,
    /// ffmpeg makes the MP4 of it afterwards.
    pub(crate) convert: bool,
    pub(crate) extensions: Extensions,
    stem: StemSource,
    /// The stem is made of the title, which may have changed since an earlier attempt.
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
        let output_kind = match (plan.container, keep) {
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
        let written = match output_kind {
            OutputKind::Movie(_, OutputFormat::Flv) => FileKind::Flv,
            OutputKind::Movie(_, OutputFormat::Mp4) => FileKind::Mp4,
            OutputKind::SingleFile => plan.file_kind().unwrap_or(FileKind::Mp4),
        };
        let written = written.extension();
        let rendition = recording.rendition(&plan.rendition);
        let values = TemplateValues::of(recording, rendition);
        let given = spec
            .output
            .stem
            .clone()
            .filter(|stem| names::is_usable(stem));
        let stem = match given {
            Some(given) => StemSource::Texts(vec![given, values.fallback()]),
            None => StemSource::Template(wanted.template.clone(), values),
        };
        let original = choice.keep == ContainerChoice::Original;
        let is_remuxed = convert || (output_kind == OutputKind::SingleFile && !original);
        Ok(Self {
            plan,
            choice: choice.clone(),
            output_kind,
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

    /// Returns whether our own muxer makes an MP4, which can hold cover, chapters and captions.
    pub(crate) fn holds_metadata(&self) -> bool {
        match self.output_kind {
            OutputKind::Movie(_, format) => format == OutputFormat::Mp4,
            OutputKind::SingleFile => !self.keep_original && !self.convert,
        }
    }

    /// Opens the part folder below `folder`, with what `earlier` has fetched.
    pub(crate) async fn open(
        &self,
        folder: &Path,
        earlier: Option<EarlierAttempt>,
    ) -> Result<Opened, Error> {
        let (folder, stem) = (folder.to_owned(), self.stem.clone());
        let source = MovieSource::Plan(self.plan.clone());
        let (extensions, may_change) = (self.extensions.clone(), self.stem_may_change);
        blocking(move || {
            let existing = may_change
                .then(|| part::earlier_stem(&folder, &source, &extensions))
                .flatten();
            let stem = existing.map_or(stem, StemSource::Existing);
            let place = Destination {
                folder: &folder,
                stem: &stem,
                extensions: &extensions,
                earlier: earlier.as_ref(),
            };
            PartFolder::open(place, &source)
        })
        .await
    }

    /// Saves the plan with new addresses in the part folder, after its segments were compared.
    pub(crate) async fn save_moved_plan(&self, folder: &Path) -> Result<(), Error> {
        let (folder, extensions) = (folder.to_owned(), self.extensions.clone());
        let source = MovieSource::Plan(self.plan.clone());
        blocking(move || part::save_moved_plan(&folder, &source, &extensions)).await
    }

    /// Estimates how many bytes are written until the movie is finished: twice its size if it is
    /// converted or remuxed afterwards. `None` if the rendition is unknown or states no bit rate.
    pub(crate) fn estimated_bytes(&self, recording: &Recording) -> Option<u64> {
        let is_copied = self.output_kind == OutputKind::SingleFile && !self.keep_original;
        let copies = if self.convert || is_copied { 2 } else { 1 };
        Some(self.movie_bytes(recording)?.saturating_mul(copies))
    }

    /// Estimates the size of the movie in bytes.
    pub(crate) fn movie_bytes(&self, recording: &Recording) -> Option<u64> {
        recording.estimated_bytes(recording.rendition(&self.plan.rendition)?)
    }

    /// Returns what the assembler needs.
    pub(crate) fn assembly_spec(
        &self,
        recording: &Recording,
        metadata: MovieMetadata,
    ) -> AssemblySpec {
        let movie = MovieSpec {
            segment_count: u32::try_from(self.plan.segments.len()).unwrap_or(u32::MAX),
            audio: audio_specs(&self.plan),
            ..movie_spec(recording, metadata)
        };
        AssemblySpec {
            output_kind: self.output_kind,
            movie,
            segments: self.plan.segments.clone(),
        }
    }
}

/// Returns which segment tracks the audio tracks come from.
fn audio_specs(plan: &SegmentPlan) -> Vec<AudioSpec> {
    let tracks = (0..).zip(&plan.tracks);
    let tracks = tracks.filter(|(_, track)| track.kind != TrackKind::Video);
    let audio = |(number, track): (u8, &ustream::RenditionTrack)| AudioSpec {
        track: number,
        language: track.language.clone(),
    };
    tracks.map(audio).collect()
}

/// Returns what is known of a movie before its first segment.
pub(crate) fn movie_spec(recording: &Recording, metadata: MovieMetadata) -> MovieSpec {
    let tags = Tags {
        title: names::display_text(recording.title.as_deref()),
        artist: names::display_text(recording.owner.as_deref()),
        date: recording.date_unix_s.and_then(day),
        comment: Some(recording.link()),
        cover: metadata.cover,
        chapters: metadata.chapters,
    };
    MovieSpec {
        tags,
        captions: metadata.captions,
        duration_ms: recording.duration_ms,
        ..MovieSpec::default()
    }
}

fn day(unix_s: i64) -> Option<String> {
    let time = Timestamp::from_second(unix_s).ok()?;
    Some(time.to_zoned(TimeZone::UTC).date().to_string())
}
