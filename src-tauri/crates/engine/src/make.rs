//! What is to be made of a recording: decided once, before anything is fetched.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use media::{Film, Format, Sound, Source, Tags};
use ustream::{Choice, Container, Keep, Recording, SegmentPlan, TrackKind};

use crate::assemble::{Becomes, Sheet};
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
    /// What the person chose.
    pub(crate) choice: Choice,
    pub(crate) becomes: Becomes,
    /// Nothing is to be made of what the service stores.
    pub(crate) original: bool,
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
        let choice = &wanted.choice;
        let convert = spec.remux == Remux::Ffmpeg && choice.keep == Keep::Mp4;
        // ffmpeg reads an original, so that is what is fetched for it.
        let keep = if convert { Keep::Original } else { choice.keep };
        let plan = recording.plan(&Choice {
            keep,
            ..choice.clone()
        })?;
        let becomes = match (plan.container, keep) {
            (Container::Flv, Keep::Original) => Becomes::Film(Source::Flv, Format::Flv),
            (Container::Flv, Keep::Mp4) => Becomes::Film(Source::Flv, Format::Mp4),
            (Container::Fmp4, _) => Becomes::Film(Source::Fmp4, Format::Mp4),
            (Container::Ts, _) => Becomes::Film(Source::Ts, Format::Mp4),
            (Container::File, _) => Becomes::Copy,
        };
        let written = match becomes {
            Becomes::Film(_, Format::Flv) => "flv",
            Becomes::Copy if plan.rendition.0 == "flv" => "flv",
            Becomes::Film(_, Format::Mp4) | Becomes::Copy => "mp4",
        };
        let rendition = recording.rendition(&plan.rendition);
        let given = spec.output.stem.as_deref().and_then(names::stem);
        let stem = given.unwrap_or_else(|| wanted.template.stem(&Facts::of(recording, rendition)));
        let original = choice.keep == Keep::Original;
        let is_remuxed = convert || (becomes == Becomes::Copy && !original);
        Ok(Self {
            plan,
            choice: choice.clone(),
            becomes,
            original,
            extras: wanted.extras,
            convert,
            endings: Endings {
                written: written.to_owned(),
                finished: if is_remuxed { "mp4" } else { written }.to_owned(),
            },
            stem,
            stem_may_change: spec.output.stem.is_none(),
        })
    }

    /// Whether our own muxer makes an MP4 of it, which has a place for cover, chapters and captions.
    pub(crate) fn holds_marks(&self) -> bool {
        match self.becomes {
            Becomes::Film(_, format) => format == Format::Mp4,
            Becomes::Copy => !self.original && !self.convert,
        }
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

    /// Saves the plan in the part folder, whose segments have been found to be the same.
    pub(crate) async fn confirm(&self, folder: &Path) -> Result<(), Error> {
        let (folder, endings) = (folder.to_owned(), self.endings.clone());
        let material = Material::Plan(self.plan.clone());
        blocking(move || part::confirm(&folder, &material, &endings)).await
    }

    /// How many files of the film's size there are before it is finished.
    pub(crate) fn files(&self) -> u64 {
        let is_copied = self.becomes == Becomes::Copy && !self.original;
        if self.convert || is_copied { 2 } else { 1 }
    }

    /// What the assembly needs.
    pub(crate) fn sheet(&self, recording: &Recording, marks: Marks) -> Sheet {
        let film = Film {
            pieces: u32::try_from(self.plan.segments.len()).unwrap_or(u32::MAX),
            sounds: sounds(&self.plan),
            ..known(recording, marks)
        };
        Sheet {
            becomes: self.becomes,
            film,
            segments: self.plan.segments.clone(),
        }
    }
}

/// Where the sounds of a film come from.
fn sounds(plan: &SegmentPlan) -> Vec<Sound> {
    let tracks = (0..).zip(&plan.tracks);
    let tracks = tracks.filter(|(_, track)| track.kind != TrackKind::Video);
    let sound = |(number, track): (u8, &ustream::Track)| Sound {
        track: number,
        language: track.language.clone(),
    };
    tracks.map(sound).collect()
}

/// What is known of a film before its first piece.
pub(crate) fn known(recording: &Recording, marks: Marks) -> Film {
    let tags = Tags {
        title: names::shown(recording.title.as_deref()),
        artist: names::shown(recording.owner.as_deref()),
        date: recording.date_unix_s.and_then(day),
        comment: Some(recording.link()),
        cover: marks.cover,
        chapters: marks.chapters,
    };
    Film {
        tags,
        captions: marks.captions,
        duration_ms: recording.duration_ms,
        ..Film::default()
    }
}

fn day(unix_s: i64) -> Option<String> {
    let time = Timestamp::from_second(unix_s).ok()?;
    Some(time.to_zoned(TimeZone::UTC).date().to_string())
}
