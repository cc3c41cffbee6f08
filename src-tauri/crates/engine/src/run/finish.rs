//! From the last piece to a film that has its name: index, check, name.

use std::path::{Path, PathBuf};

use media::Summary;

use super::Attempt;
use super::completeness::Shortfall;
use crate::assemble::Assembler;
use crate::durable::blocking;
use crate::error::Error;
use crate::outcome::{Outcome, Stopped};
use crate::part::files::{self, OpenMode};
use crate::part::{PartFolder, SavedMovie};
use crate::view::{Code, Finished, JobStage};
use crate::{ffmpeg, part};

impl Attempt {
    /// Writes the index and reads the whole back before anybody calls it saved.
    pub(super) async fn finish(
        &self,
        assembly: Assembler,
        film: PathBuf,
    ) -> Result<Summary, Error> {
        let made = blocking(move || assembly.finish()).await?;
        self.verify_movie(film, made).await
    }

    /// Reads a film back, and bears what it finds only where the person does.
    pub(crate) async fn verify_movie(
        &self,
        film: PathBuf,
        made: Summary,
    ) -> Result<Summary, Error> {
        let bears = self.overrides.unchecked;
        blocking(move || verify(&film, made, bears)).await
    }

    /// Lets ffmpeg make the MP4 of the original, and keeps the original where it cannot.
    pub(super) async fn convert_with_ffmpeg(
        &self,
        part: PartFolder,
        summary: Summary,
        shortfall: Shortfall,
        original: &str,
    ) -> Outcome<SavedMovie> {
        self.meter.enter(JobStage::Converting);
        let (film, converted) = (part::output(part.path()), part::converted(part.path()));
        // What ffmpeg writes over is ours.
        files::create(&converted).map_err(Error::disk(&converted))?;
        let work = ffmpeg::FfmpegTask {
            program: &self.context.ffmpeg,
            input: &film,
            output: &converted,
            duration_ms: Some(summary.duration_ms),
        };
        let remuxed = match ffmpeg::remux(work, &self.meter, &self.cancel).await {
            Err(Stopped::Cancelled) => return Err(Stopped::Cancelled),
            Ok(said) => {
                self.meter.enter(JobStage::Finishing);
                let (path, original) = (converted.clone(), summary.clone());
                let compared =
                    blocking(move || Ok(compare_with_original(&path, &original))).await?;
                compared.map_err(|problem| said.explain(problem))
            }
            Err(Stopped::Failed(problem)) => Err(problem),
        };
        match remuxed {
            Ok(summary) => Ok(publish(part, converted, finished_view(&summary, shortfall)).await?),
            Err(problem) => {
                let finished = finished_view(&summary, shortfall);
                let original = keep_original(part.with_extension(original), film, finished).await?;
                Err(Error::Convert { problem, original }.into())
            }
        }
    }
}

/// ffmpeg may stop early and still say that all went well.
fn compare_with_original(converted: &Path, original: &Summary) -> Result<Summary, String> {
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

/// Reads a film as a player does, and makes it last.
pub(crate) fn check(film: &Path) -> Result<Summary, Error> {
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
pub(crate) fn finished_view(summary: &Summary, shortfall: Shortfall) -> Finished {
    Finished {
        size_bytes: summary.size_bytes,
        duration_ms: summary.duration_ms,
        ..Finished::default()
    }
    .with_shortfall(shortfall)
}

impl Finished {
    /// The same, with what it lacks.
    pub(crate) fn with_shortfall(self, shortfall: Shortfall) -> Self {
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
pub(crate) async fn publish(
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
pub(crate) async fn keep_original(
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
