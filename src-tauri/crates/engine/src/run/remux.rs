//! Films that are already on this computer, as one MP4.
//!
//! They are only read. What is made lies in a part folder until it has passed the check; a stop or
//! a failure takes the folder away, since reading a film again costs less than keeping half of one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use media::{
    MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, SegmentFormat, SegmentKind as Piece,
    Summary, Tags,
};
use tokio_util::sync::CancellationToken;

use super::attempt::{Attempt, Discovery};
use super::finish::{self, ConversionSource, KnownMedia, finished_view, publish};
use crate::disk_space::SpaceNeed;
use crate::durable::blocking;
use crate::error::Error;
use crate::job::{MovieFiles, OutputLocation, Remuxer};
use crate::outcome::{Outcome, Stopped};
use crate::part::files;
use crate::part::{
    Destination, Extensions, MovieFileId, MovieSource, Opened, PartFolder, SavedMovie,
};
use crate::progress::Meter;
use crate::shortfall::Shortfall;
use crate::view::{Finished, JobStage, LossView};
use crate::{disk_space, names, part};

/// About as large are the pieces of an FLV, by which room for its index is kept.
const SEGMENT_BYTES: u64 = 4 << 20;

/// Makes one MP4 of the files.
pub(super) async fn remux(attempt: &Attempt, films: &MovieFiles) -> Outcome<SavedMovie> {
    let convert = attempt.spec.remux == Remuxer::Ffmpeg;
    if convert {
        attempt.find_ffmpeg().await?;
    }
    let (paths, output) = (films.films.clone(), attempt.spec.output.clone());
    let ending = films.ending.as_str();
    let (parts, opened) = blocking(move || {
        let parts = RemuxSources::open(&paths, convert)?;
        let opened = parts.open_part_folder(&output, ending)?;
        Ok((parts, opened))
    })
    .await?;
    let part = match opened {
        Opened::Finished(saved) => return Ok(saved),
        Opened::Folder(part) => part,
    };
    let first = films.films.first().map(|film| film.display().to_string());
    let stem = part.path().file_stem().unwrap_or_default();
    attempt.set_discovery(Discovery {
        found: None,
        link: first.unwrap_or_default(),
        title: stem.to_string_lossy().into_owned(),
        part: part.path().to_owned(),
    });
    let film = part::output(part.path());
    match remux_files(attempt, parts, &part, film).await {
        Ok((film, finished)) => Ok(publish(part, film, finished).await?),
        Err(stopped) => {
            blocking(move || part.remove()).await?;
            Err(stopped)
        }
    }
}

/// Makes an MP4 of a file that has been put together within the part folder.
pub(super) async fn remux_single_file(
    attempt: &Attempt,
    copy: FileRemux,
    part: &PartFolder,
) -> Outcome<(PathBuf, Finished)> {
    let FileRemux {
        path,
        movie_spec: known,
        convert,
    } = copy;
    let mut parts = blocking(move || RemuxSources::open(&[path], convert)).await?;
    parts.movie_spec = Some(known);
    remux_files(attempt, parts, part, part::converted(part.path())).await
}

/// Makes the film within the part folder; answers where it is.
async fn remux_files(
    attempt: &Attempt,
    parts: RemuxSources,
    part: &PartFolder,
    film: PathBuf,
) -> Outcome<(PathBuf, Finished)> {
    let Some(format) = parts.format else {
        // ffmpeg takes the one film as it is.
        let [input] = parts.files.as_slice() else {
            return Err(Error::Internal("several films without a format".into()).into());
        };
        let source = ConversionSource {
            path: &input.path,
            known: KnownMedia::Stated(input.duration_ms),
        };
        let (path, summary) = finish::convert(attempt, part, source).await?;
        return Ok((path, finished_view(&summary, Shortfall::default())));
    };
    let work = RemuxTask {
        parts,
        format,
        film: film.clone(),
        meter: Arc::clone(&attempt.meter),
        cancel: attempt.cancel.clone(),
    };
    let made = blocking(move || Ok(work.run())).await??;
    if format == OutputFormat::Flv {
        let source = ConversionSource {
            path: &film,
            known: KnownMedia::Written(&made.summary),
        };
        return match finish::convert(attempt, part, source).await {
            Ok((path, summary)) => Ok((path, made.finished(&summary))),
            // The joined file is deleted with the part folder.
            Err(Stopped::Failed(Error::Convert { problem, .. })) => Err(Error::Convert {
                problem,
                original: made.first,
            }
            .into()),
            Err(stopped) => Err(stopped),
        };
    }
    attempt.meter.enter(JobStage::Finishing);
    let summary = made.summary.clone();
    let path = film.clone();
    let summary = finish::verify_movie(attempt, path, summary).await?;
    Ok((film, made.finished(&summary)))
}

/// A recording that came as one finished file.
pub(super) struct FileRemux {
    pub(super) path: PathBuf,
    /// What is known of it.
    pub(super) movie_spec: MovieSpec,
    /// ffmpeg makes the MP4.
    pub(super) convert: bool,
}

/// One film on this computer.
struct SourceFile {
    path: PathBuf,
    size_bytes: u64,
    duration_ms: Option<u64>,
    /// `None` where only ffmpeg looks into it.
    split: Option<MovieSplitter<File>>,
}

impl SourceFile {
    fn bare(path: PathBuf) -> Self {
        Self {
            path,
            size_bytes: 0,
            duration_ms: None,
            split: None,
        }
    }

    fn open(path: &Path) -> Result<(Self, File), Error> {
        let unreadable = |source| Error::InputFile {
            path: path.to_owned(),
            problem: media::Error::Input(source),
        };
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(unreadable(io::ErrorKind::IsADirectory.into()));
        }
        let input = Self {
            size_bytes: metadata.len(),
            ..Self::bare(path.to_owned())
        };
        Ok((input, file))
    }
}

/// The films, opened and looked at.
struct RemuxSources {
    files: Vec<SourceFile>,
    /// What our own muxer makes of them; nothing where ffmpeg does all.
    format: Option<OutputFormat>,
    /// What is known of the film, where that is more than the first of them says.
    movie_spec: Option<MovieSpec>,
}

impl RemuxSources {
    fn open(paths: &[PathBuf], convert: bool) -> Result<Self, Error> {
        let mut films = Vec::new();
        for path in paths {
            let (mut input, file) = SourceFile::open(path)?;
            match MovieSplitter::open(file) {
                Ok(split) => {
                    input.duration_ms = split.info().duration_ms;
                    input.split = Some(split);
                }
                // What is unknown here may be known to ffmpeg.
                Err(_) if convert && paths.len() == 1 => {}
                Err(problem) => return Err(file_error(path, problem)),
            }
            films.push(input);
        }
        let source = |input: &SourceFile| {
            input
                .split
                .as_ref()
                .map(|split| split.info().segment_format)
        };
        let first = films.first().and_then(source);
        // ffmpeg makes one film of an FLV that was joined here first.
        let joins = match first {
            Some(SegmentFormat::Flv) => true,
            Some(SegmentFormat::Ts) => !convert,
            Some(SegmentFormat::Fmp4) | None => false,
        };
        let foreign = |input: &&SourceFile| !joins || source(input) != first;
        if films.len() > 1
            && let Some(other) = films.iter().find(foreign)
        {
            let problem =
                "joining films other than parts of one FLV or one transport stream".to_owned();
            return Err(file_error(&other.path, media::Error::Unsupported(problem)));
        }
        let format = match (convert, films.len()) {
            (_, 0) => return Err(media::Error::Empty.into()),
            (true, 1) => None,
            (true, _) => Some(OutputFormat::Flv),
            (false, _) => Some(OutputFormat::Mp4),
        };
        Ok(Self {
            files: films,
            format,
            movie_spec: None,
        })
    }

    fn size_bytes(&self) -> u64 {
        let sizes = self.files.iter().map(|film| film.size_bytes);
        sizes.fold(0, u64::saturating_add)
    }

    /// Opens the part folder of these films.
    fn open_part_folder(&self, output: &OutputLocation, ending: &str) -> Result<Opened, Error> {
        let ids = self.files.iter().map(|film| MovieFileId {
            path: film.path.display().to_string(),
            size_bytes: film.size_bytes,
        });
        let material = MovieSource::Files {
            films: ids.collect(),
        };
        let first = self.files.first().and_then(|film| film.path.file_stem());
        let first = first.map(|stem| stem.to_string_lossy().into_owned());
        let stem = [output.stem.as_deref(), first.as_deref()]
            .into_iter()
            .flatten()
            .find_map(names::stem)
            .unwrap_or_else(|| "film".to_owned());
        let written = match self.format {
            Some(OutputFormat::Mp4) => "mp4",
            Some(OutputFormat::Flv) | None => "flv",
        };
        fs::create_dir_all(&output.folder).map_err(Error::disk(&output.folder))?;
        disk_space::check(&output.folder, SpaceNeed::Exact(self.size_bytes()))?;
        let place = Destination {
            folder: &output.folder,
            stem: &stem,
            extensions: &Extensions {
                written: written.to_owned(),
                finished: ending.to_owned(),
            },
        };
        PartFolder::open(place, &material)
    }
}

/// All that the disk work needs.
struct RemuxTask {
    parts: RemuxSources,
    format: OutputFormat,
    film: PathBuf,
    meter: Arc<Meter>,
    cancel: CancellationToken,
}

/// A film that has been made, and what of the sources is not in it.
struct RemuxResult {
    summary: Summary,
    lost: LossView,
    first: PathBuf,
}

impl RemuxResult {
    fn finished(&self, summary: &Summary) -> Finished {
        let lost = Some(self.lost.clone()).filter(|lost| *lost != LossView::default());
        Finished {
            lost,
            ..finished_view(summary, Shortfall::default())
        }
    }
}

impl RemuxTask {
    /// Puts the segments of all files into one movie.
    fn run(mut self) -> Outcome<RemuxResult> {
        let output = files::create(&self.film).map_err(Error::disk(&self.film))?;
        self.meter.begin_convert(self.parts.size_bytes());
        let films = std::mem::take(&mut self.parts.files);
        let first = films.first().map(|film| film.path.clone());
        let first = first.unwrap_or_default();
        let mut muxer = media::muxer(self.muxer_config(&films), output)
            .map_err(|problem| file_error(&first, problem))?;
        let mut fragments = Vec::new();
        let mut lost = LossView::default();
        // Numbers, bytes and time of the films before.
        let (mut numbered, mut before, mut before_ms) = (0_u64, 0_u64, 0_u64);
        for film in films {
            let Some(mut split) = film.split else {
                continue;
            };
            let failed = |problem| file_error(&film.path, problem);
            let (mut newest, mut start_ms) = (0, before_ms);
            while let Some(mut piece) = split.next_segment().map_err(failed)? {
                if self.cancel.is_cancelled() {
                    return Err(Stopped::Cancelled);
                }
                if let Piece::Media(number) = &mut piece.kind {
                    newest = *number;
                    *number = number.saturating_add(numbered);
                }
                start_ms = piece.start_ms.saturating_add(before_ms);
                piece.start_ms = start_ms;
                fragments.push(muxer.push(piece).map_err(failed)?);
                self.meter
                    .set_converted(before.saturating_add(split.done_bytes()));
            }
            numbered = numbered.saturating_add(newest).saturating_add(1);
            before_ms = start_ms.max(before_ms.saturating_add(film.duration_ms.unwrap_or(0)));
            before = before.saturating_add(film.size_bytes);
            lost.bytes = lost.bytes.saturating_add(split.lost_bytes());
            lost.left_out.extend(split.info().left_out.iter().cloned());
        }
        self.meter.enter(JobStage::Finishing);
        let summary = muxer
            .finish(fragments)
            .map_err(|problem| file_error(&first, problem))?;
        Ok(RemuxResult {
            summary,
            lost,
            first,
        })
    }

    fn muxer_config(&self, films: &[SourceFile]) -> MuxerConfig<'static> {
        let wholes = || {
            films
                .iter()
                .filter_map(|film| Some(film.split.as_ref()?.info()))
        };
        let durations: Option<Vec<u64>> = wholes().map(|whole| whole.duration_ms).collect();
        let bytes = films.iter().map(|film| film.size_bytes);
        let pieces = bytes.fold(0, u64::saturating_add).div_ceil(SEGMENT_BYTES);
        let known = self.parts.movie_spec.clone().unwrap_or_else(|| MovieSpec {
            tags: wholes()
                .next()
                .map_or_else(Tags::default, |whole| whole.tags.clone()),
            ..MovieSpec::default()
        });
        MuxerConfig {
            segment_format: wholes()
                .next()
                .map_or(SegmentFormat::Flv, |whole| whole.segment_format),
            output_format: self.format,
            movie: MovieSpec {
                duration_ms: durations.map(|all| all.into_iter().fold(0, u64::saturating_add)),
                segment_count: u32::try_from(pieces).unwrap_or(u32::MAX),
                ..known
            },
            journal: &[],
        }
    }
}

/// What a film is blamed for, apart from the disk that the output is on.
fn file_error(path: &Path, problem: media::Error) -> Error {
    match problem {
        media::Error::Io(_) => Error::Media(problem),
        problem => Error::InputFile {
            path: path.to_owned(),
            problem,
        },
    }
}
