//! What is to be made of a recording: decided once, before anything is fetched.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use media::{Film, Format, Source, Tags};
use ustream::{Choice, Container, Keep, Recording, SegmentPlan};

use crate::assemble::Sheet;
use crate::durable::blocking;
use crate::error::Error;
use crate::extras::{Extras, Marks};
use crate::job::{JobSpec, Remux, Wanted};
use crate::names::{self, Facts};
use crate::part;
use crate::part::{Endings, Material, Opened, Part, Place};

/// What is to be made.
#[derive(Debug)]
pub(crate) struct Make {
    pub(crate) plan: SegmentPlan,
    pub(crate) source: Source,
    /// What our own muxer writes.
    format: Format,
    /// What goes beside picture and sound.
    pub(crate) extras: Extras,
    /// ffmpeg makes the MP4 of it afterwards.
    pub(crate) convert: bool,
    pub(crate) endings: Endings,
    stem: String,
    /// The stem is made of the title, which may have been another one last time.
    stem_may_change: bool,
}

impl Make {
    /// Chooses rendition, containers and name.
    pub(crate) fn of(
        spec: &JobSpec,
        wanted: &Wanted,
        recording: &Recording,
    ) -> Result<Self, Error> {
        let choice = wanted.choice;
        let convert = spec.remux == Remux::Ffmpeg && choice.keep == Keep::Mp4;
        // ffmpeg reads an original, so that is what is fetched for it.
        let keep = if convert { Keep::Original } else { choice.keep };
        let plan = recording.plan(&Choice { keep, ..choice })?;
        let (source, format) = match (plan.container, keep) {
            (Container::Flv, Keep::Original) => (Source::Flv, Format::Flv),
            (Container::Flv, Keep::Mp4) => (Source::Flv, Format::Mp4),
            (Container::Fmp4, _) => (Source::Fmp4, Format::Mp4),
            (Container::Ts, _) => (Source::Ts, Format::Mp4),
            (Container::File, _) => {
                return Err(media::Error::Unsupported(format!("{:?}", plan.container)).into());
            }
        };
        let written = match format {
            Format::Flv => "flv",
            Format::Mp4 => "mp4",
        };
        let rendition = recording.rendition(&plan.rendition);
        let given = spec.output.stem.as_deref().and_then(names::stem);
        let stem = given.unwrap_or_else(|| wanted.template.stem(&Facts::of(recording, rendition)));
        Ok(Self {
            plan,
            source,
            format,
            extras: wanted.extras,
            convert,
            endings: Endings {
                written: written.to_owned(),
                finished: if convert { "mp4" } else { written }.to_owned(),
            },
            stem,
            stem_may_change: spec.output.stem.is_none(),
        })
    }

    /// Whether the file has a place for cover and chapters.
    pub(crate) fn holds_marks(&self) -> bool {
        self.format == Format::Mp4
    }

    /// Opens the part folder below `folder`.
    pub(crate) async fn open(&self, folder: &Path) -> Result<Opened, Error> {
        let (folder, stem) = (folder.to_owned(), self.stem.clone());
        let material = Material::Plan(self.plan.clone());
        let (endings, may_change) = (self.endings.clone(), self.stem_may_change);
        blocking(move || {
            let earlier = may_change
                .then(|| part::stem_of(&folder, &material, &endings))
                .flatten();
            let stem = earlier.as_deref().unwrap_or(&stem);
            let place = Place {
                folder: &folder,
                stem,
                endings: &endings,
            };
            Part::open(place, &material)
        })
        .await
    }

    /// What the assembly needs.
    pub(crate) fn sheet(&self, recording: &Recording, marks: Marks) -> Sheet {
        let film = Film {
            tags: Tags {
                title: names::shown(recording.title.as_deref()),
                artist: names::shown(recording.owner.as_deref()),
                date: recording.date_unix_s.and_then(day),
                comment: Some(recording.link()),
                cover: marks.cover,
                chapters: marks.chapters,
            },
            duration_ms: recording.duration_ms,
            pieces: u32::try_from(self.plan.segments.len()).unwrap_or(u32::MAX),
        };
        Sheet {
            source: self.source,
            format: self.format,
            film,
            segments: self.plan.segments.clone(),
        }
    }
}

fn day(unix_s: i64) -> Option<String> {
    let time = Timestamp::from_second(unix_s).ok()?;
    Some(time.to_zoned(TimeZone::UTC).date().to_string())
}
