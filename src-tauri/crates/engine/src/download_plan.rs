//! What a download makes of a recording: decided once, before anything is fetched.

use std::path::{Path, PathBuf};

use media::{AudioSpec, MovieSpec, Mp4Brand, OutputFormat, SegmentFormat, Tags};
use ustream::{
    Choice, Container, ContainerChoice, FileKind, Recording, Segment, SegmentKind, SegmentPlan,
    TrackKind,
};

use crate::assemble::{AssemblySpec, OutputKind};
use crate::dates::utc_day;
use crate::disk::durable::blocking;
use crate::error::{Error, RangeProblem};
use crate::extras::{Extras, MovieMetadata};
use crate::file_ending::FileEnding;
use crate::job::{DownloadRequest, JobSpec};
use crate::live_record::LiveRecord;
use crate::names::{self, NameLimit, NamePattern, RelativeName, StemSource, TemplateValues};
use crate::note::Mark;
use crate::part;
use crate::part::{
    Destination, EarlierAttempt, Extensions, MovieSource, Opened, PART_EXTENSION, PartFolder,
};
use crate::remuxer::Remuxer;
use crate::saved::SavedRange;
use crate::saved_before::Search;
use crate::shortfall::ACCEPTABLE_LOSS_MS;
use crate::time_range::TimeRange;

/// Rendition, containers and file name of one download.
#[derive(Debug)]
pub(crate) struct DownloadPlan {
    pub(crate) plan: SegmentPlan,
    /// What the user chose.
    pub(crate) choice: Choice,
    /// The part of the recording that is saved; its segments are those of `plan`.
    pub(crate) range: Option<SavedRange>,
    /// Length of the segments of all tracks, if only some are fetched.
    share: Option<FetchedShare>,
    pub(crate) output_kind: OutputKind,
    /// The file is saved as the service has it.
    pub(crate) keep_original: bool,
    /// What to save besides video and audio.
    pub(crate) extras: Extras,
    /// What ffmpeg makes of it afterwards.
    pub(crate) conversion: Option<Conversion>,
    pub(crate) extensions: Extensions,
    pub(crate) mark: Mark,
    name: RelativeName,
    /// What the stem of `name` is made of.
    stem: StemSource,
    /// The running stream that is recorded.
    live: Option<LiveRecord>,
    /// The names that an earlier attempt may have given: the title may have changed since.
    pattern: NamePattern,
    /// The user has named the extension.
    ending: Option<FileEnding>,
}

/// What ffmpeg makes of a finished download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// An MP4 of the original.
    Mp4,
    /// An MP3 of the M4A.
    Mp3,
}

/// Assumed size of an MP3 in bytes per second: 256 kbit/s, more than the quality that is asked of the
/// encoder takes on average.
const MP3_BYTES_PER_SECOND: u64 = 32_000;

/// How much of the segments is fetched.
#[derive(Clone, Copy, Debug)]
struct FetchedShare {
    fetched_ms: u64,
    whole_ms: u64,
}

impl FetchedShare {
    fn of(&self, bytes: u64) -> u64 {
        let share = u128::from(bytes) * u128::from(self.fetched_ms);
        let share = share / u128::from(self.whole_ms.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

impl DownloadPlan {
    /// Chooses rendition, containers and name.
    pub(crate) fn of(
        spec: &JobSpec,
        wanted: &DownloadRequest,
        recording: &Recording,
        limit: NameLimit,
    ) -> Result<Self, Error> {
        Self::new((spec, wanted), recording, limit, None)
    }

    /// Does the same for a running stream, whose movie is named after when it was recorded.
    pub(crate) fn of_live(
        (spec, wanted): (&JobSpec, &DownloadRequest),
        recording: &Recording,
        limit: NameLimit,
        live: &LiveRecord,
    ) -> Result<Self, Error> {
        let wanted = DownloadRequest {
            range: None,
            ..wanted.clone()
        };
        Self::new((spec, &wanted), recording, limit, Some(live))
    }

    fn new(
        (spec, wanted): (&JobSpec, &DownloadRequest),
        recording: &Recording,
        limit: NameLimit,
        live: Option<&LiveRecord>,
    ) -> Result<Self, Error> {
        let choice = &wanted.choice;
        let is_mp3 = wanted.ending == Some(FileEnding::Mp3);
        // A stream is written by our own muxer while it runs.
        let convert = spec.remux == Remuxer::Ffmpeg
            && choice.keep == ContainerChoice::Mp4
            && !is_mp3
            && live.is_none();
        // ffmpeg reads an original, so that is what is fetched for it.
        let keep = if convert {
            ContainerChoice::Original
        } else {
            choice.keep
        };
        let mut plan = recording.plan(&Choice {
            keep,
            ..choice.clone()
        })?;
        let output_kind = output_kind(plan.container, keep);
        let whole_ms = length_ms(&plan);
        let requested = requested_range(wanted.range, recording)?;
        let requested = requested.map(|asked| cut(&mut plan, asked, (output_kind, convert)));
        let requested = requested.transpose()?;
        let range = requested.map(|requested| requested.range);
        let share = range.map(|_| FetchedShare {
            fetched_ms: length_ms(&plan),
            whole_ms,
        });
        let written = match output_kind {
            OutputKind::Movie(_, OutputFormat::Flv) => FileKind::Flv,
            OutputKind::Movie(_, OutputFormat::Mp4) => FileKind::Mp4,
            OutputKind::SingleFile => plan.file_kind().unwrap_or(FileKind::Mp4),
        };
        let original = choice.keep == ContainerChoice::Original;
        let is_remuxed = convert || (output_kind == OutputKind::SingleFile && !original);
        let finished = if is_remuxed { FileKind::Mp4 } else { written };
        // Only of what our own muxer writes an MP3 is made.
        let is_encodable = output_kind != OutputKind::SingleFile && !original && live.is_none();
        let audio = AudioContent::of(&plan, is_encodable);
        let ending = file_ending(finished, audio, wanted.ending)?;
        let conversion = match ending {
            FileEnding::Mp3 => Some(Conversion::Mp3),
            _ => convert.then_some(Conversion::Mp4),
        };
        let extensions = Extensions {
            written: match (written, ending) {
                (FileKind::Flv, _) => FileEnding::Flv,
                (FileKind::Mp4, FileEnding::Mp3) => FileEnding::M4a,
                (FileKind::Mp4, ending) => ending,
            }
            .as_str()
            .to_owned(),
            finished: ending.as_str().to_owned(),
        };
        let label = match live {
            Some(live) => live.label(),
            None => range.map(|range| range.label()),
        };
        let values = TemplateValues::of(recording, recording.rendition(&plan.rendition), label);
        let typed = spec.output.stem.as_deref();
        let typed = typed.map(|text| names::without_ending(text, ending.as_str()));
        let typed = typed.and_then(|text| RelativeName::typed(text, limit));
        let pattern = match &typed {
            Some(name) => NamePattern::exact(&name.stem),
            None => wanted.template.pattern(&values),
        };
        let mark = Mark::of(&plan, values.quality(), range);
        let (name, stem) = match typed {
            Some(name) => {
                let texts = vec![name.stem.clone(), values.fallback()];
                (name, StemSource::Texts(texts))
            }
            None => (
                wanted.template.name(&values, limit),
                StemSource::Template(wanted.template.clone(), values),
            ),
        };
        Ok(Self {
            mark,
            plan,
            choice: choice.clone(),
            range: requested,
            share,
            output_kind,
            keep_original: original,
            extras: wanted.extras,
            conversion,
            extensions,
            name,
            stem,
            live: live.cloned(),
            pattern,
            ending: wanted.ending,
        })
    }

    /// Returns how to find the movie if it is saved already in `chosen` or a folder below it.
    pub(crate) fn search(&self, chosen: &Path, recording: &Recording) -> Search {
        let is_kept = self.output_kind == OutputKind::SingleFile && self.keep_original;
        let rendition = recording.rendition(&self.plan.rendition);
        let size = rendition.and_then(|rendition| recording.estimated_bytes(rendition));
        let finished = self.extensions.finished.as_str();
        let mut extensions = FileEnding::ALL.map(FileEnding::as_str).to_vec();
        let is_flv = |extension: &str| extension == FileEnding::Flv.as_str();
        let is_mp3 = |extension: &str| extension == FileEnding::Mp3.as_str();
        extensions.retain(|extension| match self.ending {
            Some(_) => *extension == finished,
            // An MP3 was encoded again: it does not take the place of what the service has.
            None => is_flv(extension) == is_flv(finished) && !is_mp3(extension),
        });
        extensions.sort_by_key(|extension| *extension != finished);
        // Who types a name wants a file of that name.
        let is_typed = matches!(self.stem, StemSource::Texts(_));
        Search {
            folder: self.name.folder(chosen),
            stem: self.name.stem.clone(),
            pattern: self.pattern.clone(),
            any_name_in: (!is_typed).then(|| chosen.to_owned()),
            extensions,
            mark: self.mark.clone(),
            stated_ms: match self.range() {
                Some(range) => recording.stated_ms().map(|end| range.length_ms(end)),
                None => recording.stated_ms(),
            },
            // The service says how large a single file is.
            exact_bytes: size.filter(|_| is_kept),
        }
    }

    /// Returns the part of the recording that is saved.
    pub(crate) fn range(&self) -> Option<TimeRange> {
        self.range.map(|requested| requested.range)
    }

    /// Returns the part that a movie of this duration is. Where the length of the recording is not
    /// known, only now it is known whether that has all that was asked for.
    pub(crate) fn saved_range(
        &self,
        recording: &Recording,
        duration_ms: u64,
    ) -> Option<SavedRange> {
        let saved = self.range?;
        let asked_ms = saved.range.length_ms(saved.range.to_ms().unwrap_or(0));
        let is_shorter = duration_ms.saturating_add(ACCEPTABLE_LOSS_MS) < asked_ms;
        Some(SavedRange {
            is_clamped: saved.is_clamped || (recording.stated_ms().is_none() && is_shorter),
            ..saved
        })
    }

    /// Returns what the movie is made of.
    fn source(&self) -> MovieSource {
        let plan = self.plan.clone();
        match (self.live.clone(), self.range()) {
            (Some(live), _) => MovieSource::Live { live, plan },
            (None, Some(range)) => MovieSource::Range { range, plan },
            (None, None) => MovieSource::Plan(plan),
        }
    }

    /// Returns the part folder that the movie has or would get.
    pub(crate) fn part_folder(&self, chosen: &Path) -> PathBuf {
        let name = format!("{}.{PART_EXTENSION}", self.name.stem);
        self.name.folder(chosen).join(name)
    }

    /// Returns whether our own muxer makes an MP4, which can hold cover, chapters and captions.
    pub(crate) fn holds_metadata(&self) -> bool {
        match self.output_kind {
            OutputKind::Movie(_, format) => format == OutputFormat::Mp4,
            OutputKind::SingleFile => !self.keep_original && self.conversion.is_none(),
        }
    }

    /// Returns the stem of the part folder that an earlier attempt has left in `chosen` or a folder
    /// below it.
    pub(crate) async fn earlier_stem(&self, chosen: &Path) -> Result<Option<String>, Error> {
        let (folder, pattern) = (self.name.folder(chosen), self.pattern.clone());
        let (source, extensions) = (self.source(), self.extensions.clone());
        blocking(move || Ok(part::earlier_stem(&folder, &source, &extensions, &pattern))).await
    }

    /// Opens the part folder in `chosen` or a folder below it: that of `existing`, which
    /// [`Self::earlier_stem`] returned, else one with what `earlier` has fetched.
    pub(crate) async fn open(
        &self,
        chosen: &Path,
        existing: Option<String>,
        earlier: Option<EarlierAttempt>,
    ) -> Result<Opened, Error> {
        let stem = existing.map_or_else(|| self.stem.clone(), StemSource::Existing);
        let (folder, extensions) = (self.name.folder(chosen), self.extensions.clone());
        let source = self.source();
        blocking(move || {
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
        let source = self.source();
        blocking(move || part::save_moved_plan(&folder, &source, &extensions)).await
    }

    /// Estimates how many bytes are written until the movie is finished: twice its size if it is
    /// converted or remuxed afterwards, and that of an MP3 beside it. `None` if the rendition is
    /// unknown or states no bit rate.
    pub(crate) fn estimated_bytes(&self, recording: &Recording) -> Option<u64> {
        let is_copied = self.output_kind == OutputKind::SingleFile && !self.keep_original;
        let bytes = self.movie_bytes(recording)?;
        let more = match self.conversion {
            Some(Conversion::Mp3) => self.mp3_bytes(recording),
            Some(Conversion::Mp4) => bytes,
            None if is_copied => bytes,
            None => 0,
        };
        Some(bytes.saturating_add(more))
    }

    /// Estimates the size of an MP3 of the recording in bytes.
    fn mp3_bytes(&self, recording: &Recording) -> u64 {
        let seconds = recording.stated_ms().unwrap_or(0).div_ceil(1000);
        let bytes = seconds.saturating_mul(MP3_BYTES_PER_SECOND);
        self.share.map_or(bytes, |share| share.of(bytes))
    }

    /// Estimates the size of the movie in bytes.
    pub(crate) fn movie_bytes(&self, recording: &Recording) -> Option<u64> {
        let bytes = recording.estimated_bytes(recording.rendition(&self.plan.rendition)?)?;
        Some(self.share.map_or(bytes, |share| share.of(bytes)))
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
            ..self.movie_spec(recording, metadata)
        };
        AssemblySpec {
            output_kind: self.output_kind,
            movie,
            segments: self.plan.segments.clone(),
        }
    }

    /// Returns what is known of the movie before its first segment.
    pub(crate) fn movie_spec(&self, recording: &Recording, metadata: MovieMetadata) -> MovieSpec {
        let range = self.range();
        let start_s = range.map_or(0, |range| range.from_ms() / 1000);
        let date_unix_s = recording.date_unix_s;
        let date_unix_s = date_unix_s.and_then(|date| date.checked_add_unsigned(start_s));
        let tags = Tags {
            title: names::display_text(recording.title.as_deref()),
            artist: names::display_text(recording.owner.as_deref()),
            date: date_unix_s.and_then(utc_day),
            comment: Some(recording.link()),
            // The same segments make the same file, whenever that is.
            created: None,
            cover: metadata.cover,
            chapters: metadata.chapters,
        };
        let is_audio_file = self.extensions.written == FileEnding::M4a.as_str()
            || self.extensions.finished == FileEnding::M4a.as_str();
        MovieSpec {
            tags,
            brand: if is_audio_file {
                Mp4Brand::Audio
            } else {
                Mp4Brand::Movie
            },
            captions: metadata.captions,
            duration_ms: match range {
                Some(range) => recording.duration_ms.map(|end| range.length_ms(end)),
                None => recording.duration_ms,
            },
            range: range.map(Into::into),
            ..MovieSpec::default()
        }
    }
}

/// Returns what the recording has of the part that was asked for. Fails if that is nothing.
fn requested_range(
    asked: Option<TimeRange>,
    recording: &Recording,
) -> Result<Option<SavedRange>, Error> {
    let Some(asked) = asked else { return Ok(None) };
    let stated_ms = recording.stated_ms();
    let range = asked.within(stated_ms).ok_or_else(|| {
        let length_ms = stated_ms.unwrap_or(0);
        Error::NoRange(RangeProblem::BeyondEnd { length_ms })
    })?;
    Ok(Some(SavedRange {
        range,
        is_clamped: range != asked,
        is_widened: false,
    }))
}

/// Leaves the segments of a part in the plan. Returns the part that will be saved: an MP4 is cut to the
/// millisecond, an FLV has no edit list and takes whole segments, which begin with keyframes.
fn cut(
    plan: &mut SegmentPlan,
    asked: SavedRange,
    (output_kind, convert): (OutputKind, bool),
) -> Result<SavedRange, Error> {
    let range = match output_kind {
        OutputKind::Movie(_, OutputFormat::Flv) => asked.range.select_whole(&mut plan.segments),
        OutputKind::Movie(_, OutputFormat::Mp4) if !convert => {
            asked.range.select(&mut plan.segments);
            Some(asked.range).filter(|_| plan.segments.iter().any(is_media))
        }
        OutputKind::Movie(..) | OutputKind::SingleFile => {
            return Err(Error::NoRange(RangeProblem::NotCut));
        }
    };
    let range = range.ok_or(Error::NoRange(RangeProblem::Nothing))?;
    Ok(SavedRange {
        range,
        is_widened: range != asked.range,
        ..asked
    })
}

/// Returns what the segments of a container become.
pub(crate) fn output_kind(container: Container, keep: ContainerChoice) -> OutputKind {
    match (container, keep) {
        (Container::Flv, ContainerChoice::Original) => {
            OutputKind::Movie(SegmentFormat::Flv, OutputFormat::Flv)
        }
        (Container::Flv, ContainerChoice::Mp4) => {
            OutputKind::Movie(SegmentFormat::Flv, OutputFormat::Mp4)
        }
        (Container::Fmp4, _) => OutputKind::Movie(SegmentFormat::Fmp4, OutputFormat::Mp4),
        (Container::Ts, _) => OutputKind::Movie(SegmentFormat::Ts, OutputFormat::Mp4),
        (Container::File, _) => OutputKind::SingleFile,
    }
}

fn is_media(segment: &Segment) -> bool {
    matches!(segment.id.kind, SegmentKind::Media(_))
}

/// Returns the length of all segments, in milliseconds.
fn length_ms(plan: &SegmentPlan) -> u64 {
    let lengths = plan.segments.iter().map(|segment| segment.duration_ms);
    lengths.fold(0, u64::saturating_add)
}

/// Whether a file holds audio alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AudioContent {
    /// Audio only.
    Alone {
        /// An MP3 can be made of it.
        fits_mp3: bool,
    },
    /// Video too.
    WithVideo,
}

impl AudioContent {
    /// Returns what a file of this plan holds. `is_encodable` if its audio can be encoded again.
    fn of(plan: &SegmentPlan, is_encodable: bool) -> Self {
        if plan.is_audio_only() {
            // An MP3 holds one track.
            Self::Alone {
                fits_mp3: is_encodable && plan.tracks.len() == 1,
            }
        } else {
            Self::WithVideo
        }
    }
}

/// Returns the extension of a finished file. Fails if the user asked for one that it cannot have.
fn file_ending(
    kind: FileKind,
    audio: AudioContent,
    asked: Option<FileEnding>,
) -> Result<FileEnding, Error> {
    let is_audio = audio != AudioContent::WithVideo;
    let usual = match kind {
        FileKind::Flv => FileEnding::Flv,
        FileKind::Mp4 if is_audio => FileEnding::M4a,
        FileKind::Mp4 => FileEnding::Mp4,
    };
    let Some(asked) = asked else { return Ok(usual) };
    let is_possible = match asked {
        FileEnding::Flv => kind == FileKind::Flv,
        FileEnding::M4a => kind == FileKind::Mp4 && is_audio,
        FileEnding::Mp4 | FileEnding::M4v => kind == FileKind::Mp4,
        FileEnding::Mp3 => kind == FileKind::Mp4 && audio == AudioContent::Alone { fits_mp3: true },
    };
    if is_possible {
        Ok(asked)
    } else {
        Err(Error::Ending { asked, usual })
    }
}

/// Returns which segment tracks the audio tracks come from.
pub(crate) fn audio_specs(plan: &SegmentPlan) -> Vec<AudioSpec> {
    let tracks = (0..).zip(&plan.tracks);
    let tracks = tracks.filter(|(_, track)| track.kind != TrackKind::Video);
    let audio = |(number, track): (u8, &ustream::RenditionTrack)| AudioSpec {
        track: number,
        language: track.language.clone(),
    };
    tracks.map(audio).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_respected_or_refused() {
        use AudioContent::{Alone, WithVideo};
        use FileEnding::{Flv, M4a, M4v, Mp3, Mp4};
        let ending = |kind, audio, asked| file_ending(kind, audio, asked).ok();
        let movie = |asked| ending(FileKind::Mp4, WithVideo, asked);
        let audio = |asked| ending(FileKind::Mp4, Alone { fits_mp3: true }, asked);
        let sounds = |asked| ending(FileKind::Mp4, Alone { fits_mp3: false }, asked);
        let original = |asked| ending(FileKind::Flv, WithVideo, asked);
        for (made, expected) in [
            (movie(None), Some(Mp4)),
            (movie(Some(Mp4)), Some(Mp4)),
            (movie(Some(M4v)), Some(M4v)),
            (movie(Some(M4a)), None),
            (movie(Some(Flv)), None),
            (movie(Some(Mp3)), None),
            (audio(None), Some(M4a)),
            (audio(Some(M4a)), Some(M4a)),
            (audio(Some(Mp4)), Some(Mp4)),
            (audio(Some(Mp3)), Some(Mp3)),
            (sounds(Some(M4a)), Some(M4a)),
            (sounds(Some(Mp3)), None),
            (original(None), Some(Flv)),
            (original(Some(Flv)), Some(Flv)),
            (original(Some(Mp4)), None),
            (original(Some(Mp3)), None),
        ] {
            assert_eq!(made, expected);
        }
    }
}
