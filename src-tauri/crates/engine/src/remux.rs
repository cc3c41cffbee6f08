//! Films that are already on this computer, as one MP4.
//!
//! They are only read. What is made lies in a part folder until it has passed the check; a stop or
//! a failure takes the folder away, since reading a film again costs less than keeping half of one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use media::{Film, Format, Making, Part as Piece, Source, Split, Summary, Tags};
use tokio_util::sync::CancellationToken;

use crate::durable::blocking;
use crate::error::Error;
use crate::job::{Films, Output, Remux};
use crate::part::files;
use crate::part::{Endings, FilmId, Material, Opened, Part, Place, Saved};
use crate::progress::Meter;
use crate::room::Need;
use crate::run::account::Shortfall;
use crate::run::finish::{check, finished, publish};
use crate::run::{Attempt, Discovery};
use crate::view::{Finished, LossView, Stage};
use crate::{ffmpeg, names, part, room};

/// About as large are the pieces of an FLV, by which room for its index is kept.
const PIECE_BYTES: u64 = 4 << 20;
/// ffmpeg rounds lengths, and sound may end a little after the picture.
const ROUNDING_MS: u64 = 1_000;

/// Makes one MP4 of the films. `None` is a stop, not a failure.
pub(crate) async fn remux(attempt: &Attempt, films: &Films) -> Result<Option<Saved>, Error> {
    let convert = attempt.spec.remux == Remux::Ffmpeg;
    if convert && attempt.find_ffmpeg().await?.is_none() {
        return Ok(None);
    }
    let (paths, output) = (films.films.clone(), attempt.spec.output.clone());
    let ending = films.ending.as_str();
    let (parts, opened) = blocking(move || {
        let parts = Parts::open(&paths, convert)?;
        let opened = parts.claim(&output, ending)?;
        Ok((parts, opened))
    })
    .await?;
    let part = match opened {
        Opened::Finished(saved) => return Ok(Some(saved)),
        Opened::Part(part) => part,
    };
    attempt.discover_films(&films.films, &part);
    let film = part::output(part.path());
    match attempt.make(parts, &part, film).await {
        Ok(Some((film, finished))) => publish(part, film, finished).await.map(Some),
        ended => {
            blocking(move || part.remove()).await?;
            ended.map(|_| None)
        }
    }
}

impl Attempt {
    fn discover_films(&self, films: &[PathBuf], part: &Part) {
        let first = films.first().map(|film| film.display().to_string());
        let stem = part.path().file_stem().unwrap_or_default();
        // An attempt finds out once.
        let _ = self.discovery.set(Discovery {
            found: None,
            link: first.unwrap_or_default(),
            title: stem.to_string_lossy().into_owned(),
            part: part.path().to_owned(),
        });
    }

    /// Makes an MP4 of a file that has been put together within the part folder.
    pub(crate) async fn remux_copy(
        &self,
        copy: Copy,
        part: &Part,
    ) -> Result<Option<(PathBuf, Finished)>, Error> {
        let Copy {
            path,
            known,
            convert,
        } = copy;
        let mut parts = blocking(move || Parts::open(&[path], convert)).await?;
        parts.known = Some(known);
        self.make(parts, part, part::converted(part.path())).await
    }

    /// Makes the film within the part folder; answers where it is.
    async fn make(
        &self,
        parts: Parts,
        part: &Part,
        film: PathBuf,
    ) -> Result<Option<(PathBuf, Finished)>, Error> {
        let Some(format) = parts.format else {
            // ffmpeg takes the one film as it is.
            let [input] = parts.films.as_slice() else {
                return Err(Error::Broken("several films without a format".into()));
            };
            return self.convert_film(input, &input.path, part).await;
        };
        let work = Work {
            parts,
            format,
            film: film.clone(),
            meter: Arc::clone(&self.meter),
            cancel: self.cancel.clone(),
        };
        let Some(made) = blocking(move || work.make()).await? else {
            return Ok(None);
        };
        if format == Format::Flv {
            let joined = Input {
                duration_ms: Some(made.summary.duration_ms),
                ..Input::bare(film)
            };
            let converted = self.convert_film(&joined, &made.first, part).await?;
            return Ok(converted.map(|(path, finished)| (path, made.told(finished))));
        }
        self.meter.enter(Stage::Finishing);
        let summary = made.summary.clone();
        let path = film.clone();
        let summary = self.read_back(path, summary).await?;
        Ok(Some((
            film,
            made.told(finished(&summary, Shortfall::default())),
        )))
    }

    /// Lets ffmpeg make the MP4. `original` is what a person has if it cannot.
    async fn convert_film(
        &self,
        input: &Input,
        original: &Path,
        part: &Part,
    ) -> Result<Option<(PathBuf, Finished)>, Error> {
        let converted = part::converted(part.path());
        self.meter.enter(Stage::Converting);
        // What ffmpeg writes over is ours.
        files::create(&converted).map_err(Error::disk(&converted))?;
        let work = ffmpeg::Work {
            program: &self.means.ffmpeg,
            input: &input.path,
            output: &converted,
            duration_ms: input.duration_ms,
        };
        let failed = |problem| Error::Convert {
            problem,
            original: original.to_owned(),
        };
        let done = ffmpeg::remux(work, &self.meter, &self.cancel).await;
        let Some(said) = done.map_err(failed)? else {
            return Ok(None);
        };
        self.meter.enter(Stage::Finishing);
        let path = converted.clone();
        let summary = match blocking(move || check(&path)).await {
            Err(Error::Media(problem)) if !matches!(problem, media::Error::Io(_)) => {
                return Err(failed(said.explain(problem.to_string())));
            }
            checked => checked?,
        };
        let stated = input.duration_ms.unwrap_or(summary.duration_ms);
        if summary.duration_ms + ROUNDING_MS < stated {
            let problem = "what it made is not the whole film".to_owned();
            return Err(failed(said.explain(problem)));
        }
        Ok(Some((converted, finished(&summary, Shortfall::default()))))
    }
}

/// A recording that came as one finished file.
pub(crate) struct Copy {
    pub(crate) path: PathBuf,
    /// What is known of it.
    pub(crate) known: Film,
    /// ffmpeg makes the MP4.
    pub(crate) convert: bool,
}

/// One film on this computer.
struct Input {
    path: PathBuf,
    size_bytes: u64,
    duration_ms: Option<u64>,
    /// `None` where only ffmpeg looks into it.
    split: Option<Split<File>>,
}

impl Input {
    fn bare(path: PathBuf) -> Self {
        Self {
            path,
            size_bytes: 0,
            duration_ms: None,
            split: None,
        }
    }

    fn open(path: &Path) -> Result<(Self, File), Error> {
        let unreadable = |source| Error::Film {
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
struct Parts {
    films: Vec<Input>,
    /// What our own muxer makes of them; nothing where ffmpeg does all.
    format: Option<Format>,
    /// What is known of the film, where that is more than the first of them says.
    known: Option<Film>,
}

impl Parts {
    fn open(paths: &[PathBuf], convert: bool) -> Result<Self, Error> {
        let mut films = Vec::new();
        for path in paths {
            let (mut input, file) = Input::open(path)?;
            match Split::open(file) {
                Ok(split) => {
                    input.duration_ms = split.whole().duration_ms;
                    input.split = Some(split);
                }
                // What is unknown here may be known to ffmpeg.
                Err(_) if convert && paths.len() == 1 => {}
                Err(problem) => return Err(film_error(path, problem)),
            }
            films.push(input);
        }
        let source = |input: &Input| input.split.as_ref().map(|split| split.whole().source);
        let first = films.first().and_then(source);
        // ffmpeg makes one film of an FLV that was joined here first.
        let joins = match first {
            Some(Source::Flv) => true,
            Some(Source::Ts) => !convert,
            Some(Source::Fmp4) | None => false,
        };
        let foreign = |input: &&Input| !joins || source(input) != first;
        if films.len() > 1
            && let Some(other) = films.iter().find(foreign)
        {
            let problem =
                "joining films other than parts of one FLV or one transport stream".to_owned();
            return Err(film_error(&other.path, media::Error::Unsupported(problem)));
        }
        let format = match (convert, films.len()) {
            (_, 0) => return Err(media::Error::Empty.into()),
            (true, 1) => None,
            (true, _) => Some(Format::Flv),
            (false, _) => Some(Format::Mp4),
        };
        Ok(Self {
            films,
            format,
            known: None,
        })
    }

    fn size_bytes(&self) -> u64 {
        let sizes = self.films.iter().map(|film| film.size_bytes);
        sizes.fold(0, u64::saturating_add)
    }

    /// Opens the part folder of these films.
    fn claim(&self, output: &Output, ending: &str) -> Result<Opened, Error> {
        let ids = self.films.iter().map(|film| FilmId {
            path: film.path.display().to_string(),
            size_bytes: film.size_bytes,
        });
        let material = Material::Films {
            films: ids.collect(),
        };
        let first = self.films.first().and_then(|film| film.path.file_stem());
        let first = first.map(|stem| stem.to_string_lossy().into_owned());
        let stem = [output.stem.as_deref(), first.as_deref()]
            .into_iter()
            .flatten()
            .find_map(names::stem)
            .unwrap_or_else(|| "film".to_owned());
        let written = match self.format {
            Some(Format::Mp4) => "mp4",
            Some(Format::Flv) | None => "flv",
        };
        fs::create_dir_all(&output.folder).map_err(Error::disk(&output.folder))?;
        room::check(&output.folder, Need::Exact(self.size_bytes()))?;
        let place = Place {
            folder: &output.folder,
            stem: &stem,
            endings: &Endings {
                written: written.to_owned(),
                finished: ending.to_owned(),
            },
        };
        Part::open(place, &material)
    }
}

/// All that the disk work needs.
struct Work {
    parts: Parts,
    format: Format,
    film: PathBuf,
    meter: Arc<Meter>,
    cancel: CancellationToken,
}

/// A film that has been made, and what of the sources is not in it.
struct Made {
    summary: Summary,
    lost: LossView,
    first: PathBuf,
}

impl Made {
    fn told(&self, finished: Finished) -> Finished {
        let lost = Some(self.lost.clone()).filter(|lost| *lost != LossView::default());
        Finished { lost, ..finished }
    }
}

impl Work {
    /// Puts the pieces of all films into one. `None` is a stop.
    fn make(mut self) -> Result<Option<Made>, Error> {
        let output = files::create(&self.film).map_err(Error::disk(&self.film))?;
        self.meter.begin_convert(self.parts.size_bytes());
        let films = std::mem::take(&mut self.parts.films);
        let first = films.first().map(|film| film.path.clone());
        let first = first.unwrap_or_default();
        let mut muxer = media::muxer(self.making(&films), output)
            .map_err(|problem| film_error(&first, problem))?;
        let mut fragments = Vec::new();
        let mut lost = LossView::default();
        // Numbers, bytes and time of the films before.
        let (mut numbered, mut before, mut before_ms) = (0_u64, 0_u64, 0_u64);
        for film in films {
            let Some(mut split) = film.split else {
                continue;
            };
            let failed = |problem| film_error(&film.path, problem);
            let (mut newest, mut start_ms) = (0, before_ms);
            while let Some(mut piece) = split.piece().map_err(failed)? {
                if self.cancel.is_cancelled() {
                    return Ok(None);
                }
                if let Piece::Media(number) = &mut piece.part {
                    newest = *number;
                    *number = number.saturating_add(numbered);
                }
                start_ms = piece.start_ms.saturating_add(before_ms);
                piece.start_ms = start_ms;
                fragments.push(muxer.push(piece).map_err(failed)?);
                self.meter
                    .converted(before.saturating_add(split.done_bytes()));
            }
            numbered = numbered.saturating_add(newest).saturating_add(1);
            before_ms = start_ms.max(before_ms.saturating_add(film.duration_ms.unwrap_or(0)));
            before = before.saturating_add(film.size_bytes);
            lost.bytes = lost.bytes.saturating_add(split.lost_bytes());
            lost.left_out.extend(split.whole().left_out.iter().cloned());
        }
        self.meter.enter(Stage::Finishing);
        let summary = muxer
            .finish(fragments)
            .map_err(|problem| film_error(&first, problem))?;
        Ok(Some(Made {
            summary,
            lost,
            first,
        }))
    }

    fn making(&self, films: &[Input]) -> Making<'static> {
        let wholes = || {
            films
                .iter()
                .filter_map(|film| Some(film.split.as_ref()?.whole()))
        };
        let durations: Option<Vec<u64>> = wholes().map(|whole| whole.duration_ms).collect();
        let bytes = films.iter().map(|film| film.size_bytes);
        let pieces = bytes.fold(0, u64::saturating_add).div_ceil(PIECE_BYTES);
        let known = self.parts.known.clone().unwrap_or_else(|| Film {
            tags: wholes()
                .next()
                .map_or_else(Tags::default, |whole| whole.tags.clone()),
            ..Film::default()
        });
        Making {
            source: wholes().next().map_or(Source::Flv, |whole| whole.source),
            format: self.format,
            film: Film {
                duration_ms: durations.map(|all| all.into_iter().fold(0, u64::saturating_add)),
                pieces: u32::try_from(pieces).unwrap_or(u32::MAX),
                ..known
            },
            journal: &[],
        }
    }
}

/// What a film is blamed for, apart from the disk that the output is on.
fn film_error(path: &Path, problem: media::Error) -> Error {
    match problem {
        media::Error::Io(_) => Error::Media(problem),
        problem => Error::Film {
            path: path.to_owned(),
            problem,
        },
    }
}
