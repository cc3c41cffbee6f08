//! From the last segment to the saved movie: write the index, verify, rename.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use media::{Fact, FactKind, RangeChecksum, Summary, TrackKind};

use super::attempt::Attempt;
use crate::assemble::Assembler;
use crate::code::Code;
use crate::disk::durable::{self, blocking};
use crate::disk::guarded::{self, OpenMode};
use crate::download_plan::{Conversion, DownloadPlan};
use crate::error::Error;
use crate::ffmpeg::{self, FfmpegFormat, FfmpegTask};
use crate::note::{Mark, Note};
use crate::outcome::{Outcome, Stopped};
use crate::part::{PartFolder, SavedMovie};
use crate::saved::{self, Finished};
use crate::shortfall::Shortfall;
use crate::view::JobStage;
use crate::{names, part, platform};

/// Writes the index, then reads the whole movie back and verifies it. Returns the checksum of its
/// media too.
pub(super) async fn finish(
    attempt: &Attempt,
    assembler: Assembler,
    movie: PathBuf,
) -> Result<(Summary, Option<RangeChecksum>), Error> {
    let (made, media) = blocking(move || assembler.finish()).await?;
    Ok((verify_movie(attempt, movie, made).await?, media))
}

/// Verifies the file. A failed check is accepted only if the user allowed it.
pub(super) async fn verify_movie(
    attempt: &Attempt,
    movie: PathBuf,
    made: Summary,
) -> Result<Summary, Error> {
    let allows_unchecked = attempt.overrides.unchecked;
    let (summary, is_verified) = blocking(move || verify(&movie, made, allows_unchecked)).await?;
    if !is_verified {
        attempt.unverified.store(true, Ordering::Relaxed);
    }
    Ok(summary)
}

/// Makes the file that was asked for of what was downloaded, with ffmpeg; if that fails, saves what was
/// downloaded.
pub(super) async fn convert_with_ffmpeg(
    attempt: &Attempt,
    part: PartFolder,
    download: &DownloadPlan,
    original: ConvertibleMovie<'_>,
) -> Outcome<SavedMovie> {
    let ConvertibleMovie {
        movie,
        summary,
        conversion,
    } = original;
    let source = ConversionSource {
        path: &movie.path,
        known: KnownMedia::Written(summary),
        conversion,
    };
    match convert(attempt, &part, source).await {
        Ok((converted, summary)) => {
            let path = converted.clone();
            let media = blocking(move || {
                let file = guarded::open(&path, OpenMode::Read).map_err(Error::disk(&path))?;
                Ok(RangeChecksum::of_mp3(file)?)
            })
            .await?;
            let movie = FinishedMovie {
                path: converted,
                finished: Finished {
                    size_bytes: summary.size_bytes,
                    duration_ms: summary.duration_ms,
                    ..movie.finished
                },
                note: movie.note.with_media(media),
            };
            Ok(publish(attempt, part, movie).await?)
        }
        Err(Stopped::Failed(Error::Convert { problem, .. })) => {
            let part = part.with_extension(&download.extensions.written);
            let original = keep_original(attempt, part, movie).await?;
            Err(Error::Convert { problem, original }.into())
        }
        Err(stopped) => Err(stopped),
    }
}

/// A finished movie of which ffmpeg makes another file.
pub(super) struct ConvertibleMovie<'a> {
    pub(super) movie: FinishedMovie,
    pub(super) summary: &'a Summary,
    pub(super) conversion: Conversion,
}

/// Makes an MP4 or MP3 within the part folder with ffmpeg and verifies it, since ffmpeg may stop early
/// and still report success. Returns its path.
///
/// Fails with [`Error::Convert`] if ffmpeg or the verification fails.
pub(super) async fn convert(
    attempt: &Attempt,
    part: &PartFolder,
    source: ConversionSource<'_>,
) -> Outcome<(PathBuf, Summary)> {
    let ConversionSource {
        path,
        known,
        conversion,
    } = source;
    let (converted, format, stage) = match conversion {
        Conversion::Mp4 if part.is_audio_file() => {
            let path = part::converted(part.path());
            (path, FfmpegFormat::M4a, JobStage::Converting)
        }
        Conversion::Mp4 => {
            let path = part::converted(part.path());
            (path, FfmpegFormat::Mp4, JobStage::Converting)
        }
        Conversion::Mp3 => {
            let path = part::converted_mp3(part.path());
            (path, FfmpegFormat::Mp3, JobStage::Encoding)
        }
    };
    attempt.meter.enter(stage);
    // Create the file first, so that ffmpeg cannot overwrite anything else through a link.
    guarded::create(&converted).map_err(Error::disk(&converted))?;
    let task = FfmpegTask {
        program: &attempt.context.ffmpeg,
        input: path,
        output: &converted,
        format,
        duration_ms: known.duration_ms(),
    };
    let failed = |problem| Error::Convert {
        problem,
        original: path.to_owned(),
    };
    let warnings = match ffmpeg::convert(task, &attempt.meter, &attempt.cancel).await {
        Ok(warnings) => warnings,
        Err(Stopped::Cancelled) => return Err(Stopped::Cancelled),
        Err(Stopped::Failed(problem)) => return Err(failed(problem).into()),
    };
    attempt.meter.enter(JobStage::Finishing);
    let output = converted.clone();
    let problem = match blocking(move || check(&output)).await {
        Ok(mut summary) if known.is_whole(&summary, conversion) => {
            summary.facts = known.facts();
            return Ok((converted, summary));
        }
        Ok(made) => known.difference(&made),
        Err(Error::Media(problem)) if !matches!(problem, media::Error::Io(_)) => {
            problem.to_string()
        }
        Err(error) => return Err(error.into()),
    };
    Err(failed(warnings.explain(problem)).into())
}

/// The file of which ffmpeg makes another.
pub(super) struct ConversionSource<'a> {
    pub(super) path: &'a Path,
    pub(super) known: KnownMedia<'a>,
    pub(super) conversion: Conversion,
}

/// What is known of the source, to tell whether ffmpeg copied all of it.
#[derive(Clone, Copy)]
pub(super) enum KnownMedia<'a> {
    /// This program wrote it.
    Written(&'a Summary),
    /// The file states this duration in milliseconds, which may be too short.
    Stated(Option<u64>),
}

impl KnownMedia<'_> {
    fn duration_ms(self) -> Option<u64> {
        match self {
            Self::Written(summary) => Some(summary.duration_ms),
            Self::Stated(duration_ms) => duration_ms,
        }
    }

    /// Returns what is known to be lost, left out or changed in the source: no file tells it.
    fn facts(self) -> Vec<Fact> {
        match self {
            Self::Written(summary) => summary.facts.clone(),
            Self::Stated(_) => Vec::new(),
        }
    }

    /// Returns whether what ffmpeg made is as long as the source and, if those are known, has tracks
    /// of the same kinds.
    fn is_whole(self, converted: &Summary, conversion: Conversion) -> bool {
        let max_rounding_ms = match conversion {
            // ffmpeg rounds durations, and audio may end a little after the video.
            Conversion::Mp4 => 1_000,
            // ffmpeg fills no gap below 100 ms; the first and the last frame may have a few more samples.
            Conversion::Mp3 => 250,
        };
        let kinds = |summary: &Summary| {
            let mut kinds: Vec<_> = summary.tracks.iter().map(|track| track.kind).collect();
            kinds.sort_unstable();
            kinds
        };
        let duration_ms = converted.duration_ms;
        match self {
            Self::Written(source) => {
                duration_ms.abs_diff(source.duration_ms) <= max_rounding_ms
                    && kinds(converted) == kinds(source)
            }
            Self::Stated(stated_ms) => duration_ms + max_rounding_ms >= stated_ms.unwrap_or(0),
        }
    }

    /// Says that what ffmpeg made is not whole, with both durations as far as they are known.
    fn difference(self, converted: &Summary) -> String {
        let made_ms = converted.duration_ms;
        match self.duration_ms() {
            Some(duration_ms) => {
                format!("what it made is not the whole film: {made_ms} ms of {duration_ms} ms")
            }
            None => "what it made is not the whole film".to_owned(),
        }
    }
}

/// Reads a whole movie as a player does to verify it, and syncs it to disk.
pub(super) fn check(movie: &Path) -> Result<Summary, Error> {
    let finished = guarded::open(movie, OpenMode::Read).map_err(Error::disk(movie))?;
    let summary = media::check(std::io::BufReader::new(&finished))?;
    durable::sync_file(movie).map_err(Error::disk(movie))?;
    Ok(summary)
}

/// Returns what is in the movie, and whether it has passed the check.
fn verify(movie: &Path, made: Summary, allows_unchecked: bool) -> Result<(Summary, bool), Error> {
    match compare_with_muxed(movie, &made) {
        Err(error) if allows_unchecked && error.code() == Code::CheckFailed => {
            tracing::warn!(%error, "kept all the same");
            durable::sync_file(movie).map_err(Error::disk(movie))?;
            Ok((made, false))
        }
        checked => Ok((checked?, true)),
    }
}

/// Reads a movie back and compares its samples with those that the muxer wrote. Returns what was
/// found, with the facts of the muxer: the file does not tell them.
fn compare_with_muxed(movie: &Path, made: &Summary) -> Result<Summary, Error> {
    let found = check(movie)?;
    let samples = |summary: &Summary| {
        summary
            .tracks
            .iter()
            .map(|track| (track.kind, track.samples, track.digest))
            .collect::<Vec<_>>()
    };
    if samples(made) != samples(&found) {
        return Err(Error::Check(format!(
            "it holds {:?}, not {:?}",
            samples(&found),
            samples(made)
        )));
    }
    Ok(Summary {
        facts: made.facts.clone(),
        ..found
    })
}

/// Describes a finished movie; its file name is set by [`publish`].
pub(super) fn summarize(summary: &Summary, mut shortfall: Shortfall) -> Finished {
    for kind in [TrackKind::Video, TrackKind::Audio] {
        if is_lost(summary, kind) {
            shortfall.add_missing_track(kind.into());
        }
    }
    Finished {
        size_bytes: summary.size_bytes,
        duration_ms: summary.duration_ms,
        facts: summary.facts.iter().map(saved_fact).collect(),
        ..Finished::default()
    }
    .with_shortfall(shortfall)
}

/// Converts a fact; the name of what is left out may come from the file.
fn saved_fact(fact: &Fact) -> saved::Fact {
    let mut fact = saved::Fact::from(fact);
    if let saved::FactKind::LeftOut { name } = &mut fact.kind {
        *name = names::clean_text(name);
    }
    fact
}

/// Returns whether the segments had media of this kind and the movie has no track of it.
fn is_lost(summary: &Summary, kind: TrackKind) -> bool {
    let takes_away = |fact: &Fact| {
        let is_taken = fact.kind.is_damage() || matches!(fact.kind, FactKind::LeftOut(_));
        is_taken && fact.track == Some(kind)
    };
    let is_there = summary.tracks.iter().any(|track| track.kind == kind);
    !is_there && summary.facts.iter().any(takes_away)
}

impl Finished {
    /// Returns what the movie lacks.
    pub(super) fn shortfall(&self) -> Shortfall {
        let mut shortfall = Shortfall {
            gaps: self.gaps.clone(),
            missing: self.missing.clone(),
            shorter_than_stated_ms: self.shorter_than_stated_ms,
            lost: Vec::new(),
            whole_ms: None,
        };
        shortfall.add_lost(&self.facts);
        shortfall
    }

    /// Adds what the movie lacks.
    pub(super) fn with_shortfall(self, shortfall: Shortfall) -> Self {
        let Shortfall {
            gaps,
            missing,
            shorter_than_stated_ms,
            // Among its facts.
            lost: _,
            whole_ms: _,
        } = shortfall;
        Self {
            gaps,
            missing,
            shorter_than_stated_ms,
            ..self
        }
    }
}

/// A finished movie in its part folder.
pub(super) struct FinishedMovie {
    pub(super) path: PathBuf,
    pub(super) finished: Finished,
    pub(super) note: NewNote,
}

/// What is to be noted in a finished movie.
pub(super) enum NewNote {
    /// Nothing: the file is kept byte by byte.
    None,
    /// The mark of a movie of a recording, and the checksum of the media if that is known.
    Of {
        mark: Option<Mark>,
        media: Option<RangeChecksum>,
    },
}

impl NewNote {
    /// Returns the note of another file of the same movie, with the checksum of that.
    fn with_media(self, media: Option<RangeChecksum>) -> Self {
        match self {
            Self::None => Self::None,
            Self::Of { mark, .. } => Self::Of { mark, media },
        }
    }
}

/// Renames a finished movie to its final name, with its note in it. Only a whole and checked movie
/// keeps the mark, by which it is known again.
pub(super) async fn publish(
    attempt: &Attempt,
    part: PartFolder,
    movie: FinishedMovie,
) -> Result<SavedMovie, Error> {
    let FinishedMovie {
        path,
        finished,
        note,
    } = movie;
    let mut finished = Finished {
        saved_unix_s: Some(jiff::Timestamp::now().as_second()),
        ..finished
    };
    let is_checked = !attempt.unverified.load(Ordering::Relaxed);
    let is_whole = finished.shortfall().is_acceptable();
    blocking(move || {
        if let NewNote::Of { mark, media } = note
            && is_checked
        {
            let disk = || Error::disk(&path);
            let file = guarded::open(&path, OpenMode::Change).map_err(disk())?;
            let mark = mark.filter(|_| is_whole);
            let mark = mark.map(|mark| mark.with_duration(finished.duration_ms));
            finished.size_bytes = Note::write(&file, mark, media.as_ref())?;
            platform::sync(&file).map_err(disk())?;
        }
        part.finish(&path, finished)
    })
    .await
}

/// Saves the original if no other file can be made of it, and returns its path. The job has failed and
/// will start over, so the part folder is deleted.
pub(super) async fn keep_original(
    attempt: &Attempt,
    part: PartFolder,
    original: FinishedMovie,
) -> Result<PathBuf, Error> {
    let saved = publish(attempt, part, original).await?;
    let path = saved.path.clone();
    blocking(move || {
        saved.remove_part_folder();
        Ok(path)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use media::{MovieSpec, MuxerConfig, OutputFormat, SegmentData, SegmentFormat, SegmentKind};

    use super::*;

    #[test]
    fn a_movie_whose_sound_was_lost_whole_lacks_a_track() {
        let fact = |kind| Fact {
            kind,
            track: Some(TrackKind::Audio),
            samples: 9,
            at_ms: 0,
            duration_ms: 200,
        };
        let summary = |fact: Option<Fact>| Summary {
            facts: fact.into_iter().collect(),
            ..Summary::default()
        };
        let lacks = |fact| summarize(&summary(fact), Shortfall::default()).missing;
        let audio = saved::Missing::Track {
            kind: saved::TrackKind::Audio,
            language: None,
        };
        for kind in [
            FactKind::SamplesLost,
            FactKind::LeftOut("MP2 audio".into()),
            FactKind::ConfigurationMissing,
        ] {
            assert_eq!(lacks(Some(fact(kind))), std::slice::from_ref(&audio));
        }
        assert_eq!(lacks(Some(fact(FactKind::Repeated))), []);
        assert_eq!(lacks(None), []);
        let known = Shortfall {
            missing: vec![audio.clone()],
            ..Shortfall::default()
        };
        let lost = summary(Some(fact(FactKind::SamplesLost)));
        assert_eq!(summarize(&lost, known).missing, [audio]);
    }

    /// Writes a movie of one segment.
    fn muxed(movie: &Path) -> Summary {
        let fixture = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/film/film.flv"
        );
        let config = MuxerConfig {
            segment_format: SegmentFormat::Flv,
            output_format: OutputFormat::Mp4,
            movie: MovieSpec::default(),
            journal: None,
        };
        let mut muxer = media::muxer(config, File::create_new(movie).unwrap()).unwrap();
        let segment = SegmentData {
            track: 0,
            kind: SegmentKind::Media(0),
            start_ms: 0,
            data: &fs::read(fixture).unwrap(),
        };
        let fragment = muxer.push(segment).unwrap();
        muxer.finish(vec![fragment]).unwrap()
    }

    #[test]
    fn a_movie_that_fails_the_check_is_kept_only_if_the_user_allows_it() {
        let folder = tempfile::tempdir().unwrap();
        let movie = folder.path().join("film.mp4");
        let made = muxed(&movie);
        assert_eq!(
            verify(&movie, made.clone(), false).unwrap(),
            (made.clone(), true)
        );

        let mut other = made.clone();
        other.tracks[0].digest ^= 1;
        let refused = verify(&movie, other.clone(), false).unwrap_err();
        assert_eq!(refused.code(), Code::CheckFailed);
        assert_eq!(
            verify(&movie, other.clone(), true).unwrap(),
            (other.clone(), false)
        );

        let bytes = fs::read(&movie).unwrap();
        fs::write(&movie, &bytes[..bytes.len() - 5]).unwrap();
        let refused = verify(&movie, made.clone(), false).unwrap_err();
        assert_eq!(refused.code(), Code::CheckFailed);
        assert_eq!(
            verify(&movie, made.clone(), true).unwrap(),
            (made.clone(), false)
        );

        fs::remove_file(&movie).unwrap();
        let gone = verify(&movie, made, true).unwrap_err();
        assert_ne!(
            gone.code(),
            Code::CheckFailed,
            "what is not there is not kept"
        );
    }
}
