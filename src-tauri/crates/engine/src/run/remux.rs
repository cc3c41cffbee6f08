//! Makes one MP4 of movie files on this computer.
//!
//! The input files are only read. The MP4 is in a part folder until it has passed the check; if the
//! job is cancelled or fails, the folder is deleted, since remuxing again costs little.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use media::{
    Fact, MovieSpec, MovieSplitter, Mp4Brand, MuxerConfig, OutputFormat, RangeChecksum,
    SegmentFormat, SegmentKind, Summary, Tags, TrackKind, TrackSummary,
};
use tokio_util::sync::CancellationToken;

use super::attempt::{Attempt, Discovery};
use super::finish::{
    self, ConversionSource, FinishedMovie, KnownMedia, NewNote, publish, summarize,
};
use crate::disk::durable::blocking;
use crate::disk::guarded;
use crate::disk::space::{self, SpaceNeed};
use crate::download_plan::Conversion;
use crate::error::Error;
use crate::file_ending::FileEnding;
use crate::job::{MovieFiles, Mp4Extension, OutputLocation};
use crate::names::StemSource;
use crate::note::Mark;
use crate::outcome::{Outcome, Stopped};
use crate::part;
use crate::part::{
    Destination, Extensions, MovieFileId, MovieSource, Opened, PartFolder, SavedMovie,
};
use crate::progress::Meter;
use crate::remuxer::Remuxer;
use crate::saved::{Finished, Loss};
use crate::shortfall::Shortfall;
use crate::view::JobStage;

/// Assumed size of a segment, to estimate how much space the index needs.
const SEGMENT_BYTES: u64 = 4 << 20;

/// Makes one MP4 of the files.
pub(super) async fn remux(attempt: &Attempt, movies: &MovieFiles) -> Outcome<SavedMovie> {
    let convert = attempt.spec.remux == Remuxer::Ffmpeg;
    if convert {
        attempt.find_ffmpeg(Conversion::Mp4).await?;
    }
    let (paths, output) = (movies.films.clone(), attempt.spec.output.clone());
    let ending = movies.ending;
    let (parts, opened) = blocking(move || {
        let mut parts = RemuxSources::open(&paths, convert)?;
        if ending == Mp4Extension::M4a {
            parts.brand = Mp4Brand::Audio;
        }
        let opened = parts.open_part_folder(&output, ending.as_str())?;
        Ok((parts, opened))
    })
    .await?;
    let part = match opened {
        Opened::Finished(saved) => return Ok(*saved),
        Opened::Folder(part) => part,
    };
    let first = movies
        .films
        .first()
        .map(|movie| movie.display().to_string());
    let stem = part.path().file_stem().unwrap_or_default();
    attempt.set_discovery(Discovery {
        found: None,
        link: first.unwrap_or_default(),
        title: stem.to_string_lossy().into_owned(),
        thumbnail: None,
        part: part.path().to_owned(),
    });
    let movie = part::output(part.path());
    match remux_files(attempt, parts, &part, movie).await {
        Ok(remuxed) => Ok(publish(attempt, part, remuxed.noted(None)).await?),
        Err(stopped) => {
            blocking(move || part.remove()).await?;
            Err(stopped)
        }
    }
}

/// Makes an MP4 of a file that was downloaded to the part folder.
pub(super) async fn remux_single_file(
    attempt: &Attempt,
    file: FileRemux,
    part: &PartFolder,
) -> Outcome<RemuxedMovie> {
    let FileRemux {
        path,
        movie_spec,
        convert,
    } = file;
    let mut sources = blocking(move || RemuxSources::open(&[path], convert)).await?;
    sources.movie_spec = Some(movie_spec);
    remux_files(attempt, sources, part, part::converted(part.path())).await
}

/// An MP4 in the part folder.
pub(super) struct RemuxedMovie {
    path: PathBuf,
    pub(super) finished: Finished,
    /// Checksum of its media, if we wrote it.
    media: Option<RangeChecksum>,
}

impl RemuxedMovie {
    /// Returns the movie to publish, with the mark of its recording if it is of one.
    pub(super) fn noted(self, mark: Option<Mark>) -> FinishedMovie {
        FinishedMovie {
            path: self.path,
            finished: self.finished,
            note: NewNote::Of {
                mark,
                media: self.media,
            },
        }
    }
}

/// Makes the MP4 within the part folder.
async fn remux_files(
    attempt: &Attempt,
    parts: RemuxSources,
    part: &PartFolder,
    movie: PathBuf,
) -> Outcome<RemuxedMovie> {
    let brand = parts.brand;
    let Some(format) = parts.format else {
        // ffmpeg takes the one file as it is.
        let [input] = parts.files.as_slice() else {
            return Err(Error::Internal("several films without a format".into()).into());
        };
        let source = ConversionSource {
            path: &input.path,
            known: KnownMedia::Stated(input.duration_ms),
            conversion: Conversion::Mp4,
        };
        let (path, summary) = finish::convert(attempt, part, source).await?;
        check_ending(brand, &summary)?;
        return Ok(RemuxedMovie {
            path,
            finished: summarize(&summary, Shortfall::default()),
            media: None,
        });
    };
    let work = RemuxTask {
        parts,
        format,
        movie: movie.clone(),
        meter: Arc::clone(&attempt.meter),
        cancel: attempt.cancel.clone(),
    };
    let made = blocking(move || Ok(work.run())).await??;
    check_ending(brand, &made.summary)?;
    if format == OutputFormat::Flv {
        let source = ConversionSource {
            path: &movie,
            known: KnownMedia::Written(&made.summary),
            conversion: Conversion::Mp4,
        };
        return match finish::convert(attempt, part, source).await {
            Ok((path, summary)) => Ok(RemuxedMovie {
                path,
                finished: made.finished(&summary),
                media: None,
            }),
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
    let path = movie.clone();
    let summary = finish::verify_movie(attempt, path, summary).await?;
    Ok(RemuxedMovie {
        path: movie,
        finished: made.finished(&summary),
        media: made.media,
    })
}

/// Fails if a file for audio alone would have a video track.
fn check_ending(brand: Mp4Brand, movie: &Summary) -> Result<(), Error> {
    let is_video = |track: &TrackSummary| track.kind == TrackKind::Video;
    if brand == Mp4Brand::Audio && movie.tracks.iter().any(is_video) {
        return Err(Error::Ending {
            asked: FileEnding::M4a,
            usual: FileEnding::Mp4,
        });
    }
    Ok(())
}

/// A downloaded file to remux.
pub(super) struct FileRemux {
    pub(super) path: PathBuf,
    /// What the service states of the movie.
    pub(super) movie_spec: MovieSpec,
    /// Make the MP4 with ffmpeg.
    pub(super) convert: bool,
}

/// One file on this computer.
struct SourceFile {
    path: PathBuf,
    size_bytes: u64,
    duration_ms: Option<u64>,
    /// `None` if only ffmpeg can read it.
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

/// The input files, opened, with the format that their headers state.
struct RemuxSources {
    files: Vec<SourceFile>,
    /// What our own muxer makes of them; `None` if ffmpeg reads the file itself.
    format: Option<OutputFormat>,
    /// What the service states of the movie; `None` to use the tags of the first file.
    movie_spec: Option<MovieSpec>,
    /// The brand of an MP4 of which the service states nothing.
    brand: Mp4Brand,
}

impl RemuxSources {
    fn open(paths: &[PathBuf], convert: bool) -> Result<Self, Error> {
        let mut movies = Vec::new();
        for path in paths {
            let (mut input, file) = SourceFile::open(path)?;
            match MovieSplitter::open(file) {
                Ok(split) => {
                    input.duration_ms = split.info().duration_ms;
                    input.split = Some(split);
                }
                // ffmpeg reads more formats.
                Err(_) if convert && paths.len() == 1 => {}
                Err(problem) => return Err(file_error(path, problem)),
            }
            movies.push(input);
        }
        let source = |input: &SourceFile| {
            input
                .split
                .as_ref()
                .map(|split| split.info().segment_format)
        };
        let first = movies.first().and_then(source);
        // ffmpeg reads one file, so join the parts of an FLV first.
        let joins = match first {
            Some(SegmentFormat::Flv) => true,
            Some(SegmentFormat::Ts | SegmentFormat::Fmp4) => !convert,
            None => false,
        };
        let foreign = |input: &&SourceFile| !joins || source(input) != first;
        if movies.len() > 1
            && let Some(other) = movies.iter().find(foreign)
        {
            let problem =
                "joining films of different formats, or with ffmpeg others than FLV".to_owned();
            return Err(file_error(&other.path, media::Error::Unsupported(problem)));
        }
        let format = match (convert, movies.len()) {
            (_, 0) => return Err(media::Error::Empty.into()),
            (true, 1) => None,
            (true, _) => Some(OutputFormat::Flv),
            (false, _) => Some(OutputFormat::Mp4),
        };
        Ok(Self {
            files: movies,
            format,
            movie_spec: None,
            brand: Mp4Brand::Movie,
        })
    }

    fn size_bytes(&self) -> u64 {
        let sizes = self.files.iter().map(|movie| movie.size_bytes);
        sizes.fold(0, u64::saturating_add)
    }

    /// Opens the part folder of these files.
    fn open_part_folder(&self, output: &OutputLocation, ending: &str) -> Result<Opened, Error> {
        let ids = self.files.iter().map(|movie| MovieFileId {
            path: movie.path.display().to_string(),
            size_bytes: movie.size_bytes,
        });
        let source = MovieSource::Files {
            films: ids.collect(),
        };
        let first = self.files.first().and_then(|movie| movie.path.file_stem());
        let first = first.map(|stem| stem.to_string_lossy().into_owned());
        let texts = [output.stem.clone(), first].into_iter().flatten();
        let stem = StemSource::Texts(texts.collect());
        let written = match self.format {
            Some(OutputFormat::Mp4) => "mp4",
            Some(OutputFormat::Flv) | None => "flv",
        };
        fs::create_dir_all(&output.folder).map_err(Error::disk(&output.folder))?;
        let need = SpaceNeed::Exact(self.size_bytes());
        space::check(&output.folder, need)?;
        space::check_file_size(&output.folder, need)?;
        let place = Destination {
            folder: &output.folder,
            stem: &stem,
            extensions: &Extensions {
                written: written.to_owned(),
                finished: ending.to_owned(),
            },
            earlier: None,
        };
        PartFolder::open(place, &source)
    }
}

/// Input of the blocking task that writes the movie.
struct RemuxTask {
    parts: RemuxSources,
    format: OutputFormat,
    movie: PathBuf,
    meter: Arc<Meter>,
    cancel: CancellationToken,
}

/// The written movie, and what of the input files is not in it.
struct RemuxResult {
    summary: Summary,
    /// Checksum of its media.
    media: Option<RangeChecksum>,
    lost: Loss,
    first: PathBuf,
}

impl RemuxResult {
    fn finished(&self, summary: &Summary) -> Finished {
        let lost = Some(self.lost.clone()).filter(|lost| *lost != Loss::default());
        Finished {
            lost,
            ..summarize(summary, Shortfall::default())
        }
    }
}

impl RemuxTask {
    /// Puts the segments of all files into one movie.
    fn run(mut self) -> Outcome<RemuxResult> {
        let output = guarded::create(&self.movie).map_err(Error::disk(&self.movie))?;
        self.meter
            .begin_reading(JobStage::Converting, self.parts.size_bytes());
        let movies = std::mem::take(&mut self.parts.files);
        let first = movies.first().map(|movie| movie.path.clone());
        let first = first.unwrap_or_default();
        let mut muxer = media::muxer(self.muxer_config(&movies), output)
            .map_err(|problem| file_error(&first, problem))?;
        let mut fragments = Vec::new();
        let mut lost = Loss::default();
        // What the splitters know: the muxer never sees it.
        let mut told: Vec<Fact> = Vec::new();
        // Segments, bytes and milliseconds of the previous files.
        let (mut first_number, mut before, mut before_ms) = (0_u64, 0_u64, 0_u64);
        let mut previous: Option<MovieSplitter<File>> = None;
        for movie in movies {
            let Some(mut split) = movie.split else {
                continue;
            };
            let failed = |problem| file_error(&movie.path, problem);
            if let Some(previous) = &previous {
                split.follow(previous).map_err(failed)?;
                muxer.begin_part();
            }
            let (mut newest, mut start_ms) = (0, before_ms);
            while let Some(mut segment) = split.next_segment().map_err(failed)? {
                if self.cancel.is_cancelled() {
                    return Err(Stopped::Cancelled);
                }
                if let SegmentKind::Media(number) = &mut segment.kind {
                    newest = *number;
                    *number = number.saturating_add(first_number);
                }
                start_ms = segment.start_ms.saturating_add(before_ms);
                segment.start_ms = start_ms;
                fragments.push(muxer.push(segment).map_err(failed)?);
                self.meter
                    .set_read(before.saturating_add(split.done_bytes()));
            }
            first_number = first_number.saturating_add(newest).saturating_add(1);
            let file_start_ms = before_ms;
            before_ms = start_ms.max(before_ms.saturating_add(movie.duration_ms.unwrap_or(0)));
            before = before.saturating_add(movie.size_bytes);
            lost.bytes = lost.bytes.saturating_add(split.lost_bytes());
            lost.left_out.extend(split.info().left_out.iter().cloned());
            for fact in &split.info().facts {
                if !told.contains(fact) {
                    told.push(fact.clone());
                }
            }
            told.extend(split.lost_samples().into_iter().map(|fact| Fact {
                at_ms: fact.at_ms.saturating_add(file_start_ms),
                ..fact
            }));
            previous = Some(split);
        }
        if let Some(problem) = muxer.input_problem() {
            return Err(file_error(&first, problem).into());
        }
        self.meter.enter(JobStage::Finishing);
        let media = RangeChecksum::of_media(&fragments);
        let mut summary = muxer
            .finish(fragments)
            .map_err(|problem| file_error(&first, problem))?;
        summary.facts.extend(told);
        summary.facts.sort_by_key(|fact| fact.at_ms);
        Ok(RemuxResult {
            summary,
            media,
            lost,
            first,
        })
    }

    fn muxer_config(&self, movies: &[SourceFile]) -> MuxerConfig<'static> {
        let wholes = || {
            movies
                .iter()
                .filter_map(|movie| Some(movie.split.as_ref()?.info()))
        };
        let durations: Option<Vec<u64>> = wholes().map(|whole| whole.duration_ms).collect();
        let bytes = movies.iter().map(|movie| movie.size_bytes);
        let segment_count = bytes.fold(0, u64::saturating_add).div_ceil(SEGMENT_BYTES);
        let known = self.parts.movie_spec.clone().unwrap_or_else(|| MovieSpec {
            tags: wholes()
                .next()
                .map_or_else(Tags::default, |whole| whole.tags.clone()),
            brand: self.parts.brand,
            ..MovieSpec::default()
        });
        MuxerConfig {
            segment_format: wholes()
                .next()
                .map_or(SegmentFormat::Flv, |whole| whole.segment_format),
            output_format: self.format,
            movie: MovieSpec {
                duration_ms: durations.map(|all| all.into_iter().fold(0, u64::saturating_add)),
                segment_count: u32::try_from(segment_count).unwrap_or(u32::MAX),
                ..known
            },
            journal: None,
        }
    }
}

/// Attributes the problem to the input file, unless a write to the output failed.
fn file_error(path: &Path, problem: media::Error) -> Error {
    match problem {
        media::Error::Io(_) => Error::Media(problem),
        problem => Error::InputFile {
            path: path.to_owned(),
            problem,
        },
    }
}
