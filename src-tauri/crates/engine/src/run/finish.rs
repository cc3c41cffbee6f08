//! From the last piece to a film that has its name: index, check, name.

use std::path::{Path, PathBuf};

use media::Summary;

use super::attempt::Attempt;
use crate::assemble::Assembler;
use crate::durable::blocking;
use crate::error::Error;
use crate::outcome::{Outcome, Stopped};
use crate::part::files::{self, OpenMode};
use crate::part::{PartFolder, SavedMovie};
use crate::shortfall::Shortfall;
use crate::view::{Code, Finished, JobStage};
use crate::{ffmpeg, part};

/// Writes the index and reads the whole back before anybody calls it saved.
pub(super) async fn finish(
    attempt: &Attempt,
    assembly: Assembler,
    film: PathBuf,
) -> Result<Summary, Error> {
    let made = blocking(move || assembly.finish()).await?;
    verify_movie(attempt, film, made).await
}

/// Reads a film back, and bears what it finds only where the person does.
pub(super) async fn verify_movie(
    attempt: &Attempt,
    film: PathBuf,
    made: Summary,
) -> Result<Summary, Error> {
    let bears = attempt.overrides.unchecked;
    blocking(move || verify(&film, made, bears)).await
}

/// Lets ffmpeg make the MP4 of the original, and saves the original if it cannot.
pub(super) async fn convert_with_ffmpeg(
    attempt: &Attempt,
    part: PartFolder,
    summary: Summary,
    shortfall: Shortfall,
    extension: &str,
) -> Outcome<SavedMovie> {
    let film = part::output(part.path());
    let source = ConversionSource {
        path: &film,
        known: KnownMedia::Written(&summary),
    };
    match convert(attempt, &part, source).await {
        Ok((converted, summary)) => {
            Ok(publish(part, converted, finished_view(&summary, shortfall)).await?)
        }
        Err(Stopped::Failed(Error::Convert { problem, .. })) => {
            let finished = finished_view(&summary, shortfall);
            let original = keep_original(part.with_extension(extension), film, finished).await?;
            Err(Error::Convert { problem, original }.into())
        }
        Err(stopped) => Err(stopped),
    }
}

/// Lets ffmpeg make an MP4 within the part folder, and verifies it: ffmpeg may stop early and
/// still report success. Returns where the MP4 is.
///
/// Fails with [`Error::Convert`] if ffmpeg or the verification fails.
pub(super) async fn convert(
    attempt: &Attempt,
    part: &PartFolder,
    source: ConversionSource<'_>,
) -> Outcome<(PathBuf, Summary)> {
    let ConversionSource { path, known } = source;
    let converted = part::converted(part.path());
    attempt.meter.enter(JobStage::Converting);
    // ffmpeg only ever overwrites a file of ours.
    files::create(&converted).map_err(Error::disk(&converted))?;
    let task = ffmpeg::FfmpegTask {
        program: &attempt.context.ffmpeg,
        input: path,
        output: &converted,
        duration_ms: known.duration_ms(),
    };
    let failed = |problem| Error::Convert {
        problem,
        original: path.to_owned(),
    };
    let warnings = match ffmpeg::remux(task, &attempt.meter, &attempt.cancel).await {
        Ok(warnings) => warnings,
        Err(Stopped::Cancelled) => return Err(Stopped::Cancelled),
        Err(Stopped::Failed(problem)) => return Err(failed(problem).into()),
    };
    attempt.meter.enter(JobStage::Finishing);
    let output = converted.clone();
    let problem = match blocking(move || check(&output)).await {
        Ok(summary) if known.is_whole(&summary) => return Ok((converted, summary)),
        Ok(_) => "what it made is not the whole film".to_owned(),
        Err(Error::Media(problem)) if !matches!(problem, media::Error::Io(_)) => {
            problem.to_string()
        }
        Err(error) => return Err(error.into()),
    };
    Err(failed(warnings.explain(problem)).into())
}

/// What ffmpeg makes an MP4 of.
pub(super) struct ConversionSource<'a> {
    pub(super) path: &'a Path,
    pub(super) known: KnownMedia<'a>,
}

/// What is known of the source, to tell whether ffmpeg copied all of it.
#[derive(Clone, Copy)]
pub(super) enum KnownMedia<'a> {
    /// This program wrote it.
    Written(&'a Summary),
    /// It states this duration in milliseconds, which may be too short.
    Stated(Option<u64>),
}

impl KnownMedia<'_> {
    fn duration_ms(self) -> Option<u64> {
        match self {
            Self::Written(summary) => Some(summary.duration_ms),
            Self::Stated(duration_ms) => duration_ms,
        }
    }

    /// Returns whether the MP4 is as long as the source and, if those are known, has tracks of the
    /// same kinds.
    fn is_whole(self, converted: &Summary) -> bool {
        /// ffmpeg rounds durations, and audio may end a little after the video.
        const MAX_ROUNDING_MS: u64 = 1_000;
        let kinds = |summary: &Summary| {
            let mut kinds: Vec<_> = summary.tracks.iter().map(|track| track.kind).collect();
            kinds.sort_unstable();
            kinds
        };
        let duration_ms = converted.duration_ms;
        match self {
            Self::Written(source) => {
                duration_ms.abs_diff(source.duration_ms) <= MAX_ROUNDING_MS
                    && kinds(converted) == kinds(source)
            }
            Self::Stated(stated_ms) => duration_ms + MAX_ROUNDING_MS >= stated_ms.unwrap_or(0),
        }
    }
}

/// Reads a film as a player does, and makes it last.
pub(super) fn check(film: &Path) -> Result<Summary, Error> {
    let finished = files::open(film, OpenMode::Read).map_err(Error::disk(film))?;
    let summary = media::check(std::io::BufReader::new(&finished))?;
    sync(film)?;
    Ok(summary)
}

fn sync(film: &Path) -> Result<(), Error> {
    let finished = files::open(film, OpenMode::Read).and_then(|film| film.sync_all());
    finished.map_err(Error::disk(film))
}

fn verify(film: &Path, made: Summary, bears: bool) -> Result<Summary, Error> {
    match compare_with_muxed(film, &made) {
        Err(error) if bears && error.code() == Code::CheckFailed => {
            tracing::warn!(%error, "kept all the same");
            sync(film)?;
            Ok(made)
        }
        checked => checked,
    }
}

/// Reads a film back and compares it with what its muxer says of it.
fn compare_with_muxed(film: &Path, made: &Summary) -> Result<Summary, Error> {
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

/// What is said of a finished film; its name is settled when it is taken.
pub(super) fn finished_view(summary: &Summary, shortfall: Shortfall) -> Finished {
    Finished {
        size_bytes: summary.size_bytes,
        duration_ms: summary.duration_ms,
        ..Finished::default()
    }
    .with_shortfall(shortfall)
}

impl Finished {
    /// The same, with what it lacks.
    pub(super) fn with_shortfall(self, shortfall: Shortfall) -> Self {
        let Shortfall {
            gaps,
            missing,
            shorter_than_stated_ms,
        } = shortfall;
        Self {
            gaps,
            missing,
            shorter_than_stated_ms,
            ..self
        }
    }
}

/// Gives a finished film its name.
pub(super) async fn publish(
    part: PartFolder,
    film: PathBuf,
    finished: Finished,
) -> Result<SavedMovie, Error> {
    let finished = Finished {
        saved_unix_s: Some(jiff::Timestamp::now().as_second()),
        ..finished
    };
    blocking(move || part.finish(&film, finished)).await
}

/// Gives the original its name where nothing else can be made of it, and returns where it is. The
/// job has failed and will begin anew, so nothing of this attempt stays.
pub(super) async fn keep_original(
    part: PartFolder,
    original: PathBuf,
    finished: Finished,
) -> Result<PathBuf, Error> {
    let saved = publish(part, original, finished).await?;
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

    /// A film of one piece.
    fn make(film: &Path) -> Summary {
        let fixture = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/film/film.flv"
        );
        let making = MuxerConfig {
            segment_format: SegmentFormat::Flv,
            output_format: OutputFormat::Mp4,
            movie: MovieSpec::default(),
            journal: &[],
        };
        let mut muxer = media::muxer(making, File::create_new(film).unwrap()).unwrap();
        let piece = SegmentData {
            track: 0,
            kind: SegmentKind::Media(0),
            start_ms: 0,
            data: &fs::read(fixture).unwrap(),
        };
        let fragment = muxer.push(piece).unwrap();
        muxer.finish(vec![fragment]).unwrap()
    }

    #[test]
    fn a_film_that_fails_the_check_is_kept_only_where_the_person_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.mp4");
        let made = make(&film);
        assert_eq!(verify(&film, made.clone(), false).unwrap(), made);

        let mut other = made.clone();
        other.tracks[0].digest ^= 1;
        let refused = verify(&film, other.clone(), false).unwrap_err();
        assert_eq!(refused.code(), Code::CheckFailed);
        assert_eq!(verify(&film, other.clone(), true).unwrap(), other);

        let bytes = fs::read(&film).unwrap();
        fs::write(&film, &bytes[..bytes.len() - 5]).unwrap();
        let refused = verify(&film, made.clone(), false).unwrap_err();
        assert_eq!(refused.code(), Code::CheckFailed);
        assert_eq!(verify(&film, made.clone(), true).unwrap(), made);

        fs::remove_file(&film).unwrap();
        let gone = verify(&film, made, true).unwrap_err();
        assert_ne!(
            gone.code(),
            Code::CheckFailed,
            "what is not there is not kept"
        );
    }
}
