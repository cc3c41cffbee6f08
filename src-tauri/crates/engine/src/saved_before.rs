//! Finds a recording that is saved already, so that the same command does not fetch it again.
//!
//! A whole and checked movie holds a [`Mark`] with the recording and its quality, by which it is known
//! also if it was renamed or moved to a folder below. A single file that is kept as the service has it
//! holds none; it is known by its name and its exact size.

use std::fs;
use std::path::{Path, PathBuf};

use crate::library::{Library, file_metadata, movies, saved_unix_s};
use crate::names::NamePattern;
use crate::note::Mark;
use crate::part::SavedMovie;
use crate::saved::Finished;
use crate::shortfall::ACCEPTABLE_LOSS_MS;

/// Most files of a folder that are opened to look for a mark.
const MAX_OPENED_FILES: usize = 2_000;

/// What to look for, and where.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    pub(crate) folder: PathBuf,
    /// The name that the movie would get, without extension.
    pub(crate) stem: String,
    /// The names that it may have.
    pub(crate) pattern: NamePattern,
    /// The folder in which it may have any other name, here or below; `None` if it must have this one.
    pub(crate) any_name_in: Option<PathBuf>,
    /// The extensions that it may have, the usual one first.
    pub(crate) extensions: Vec<&'static str>,
    pub(crate) mark: Mark,
    /// Stated length of the recording in milliseconds: a shorter movie is not whole.
    pub(crate) stated_ms: Option<u64>,
    /// Size in bytes, if the movie is kept as the service has it.
    pub(crate) exact_bytes: Option<u64>,
}

impl Search {
    /// Returns the movie if it is saved already, whole and in this quality. A file that cannot be
    /// read is none.
    pub(crate) fn run(&self, library: &Library) -> Option<SavedMovie> {
        let named = |extension: &&str| self.folder.join(format!("{}.{extension}", self.stem));
        let usual = self.extensions.iter().map(named);
        let mut likely = usual.chain(self.others());
        let found = likely.find_map(|path| self.saved(path, library));
        let found = found.or_else(|| self.renamed(library));
        found.inspect(|saved| tracing::info!(path = %saved.path.display(), "saved already"))
    }

    /// Returns the other movies of the folder whose names fit.
    fn others(&self) -> impl Iterator<Item = PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.filter(|path| self.fits(path)).take(MAX_OPENED_FILES)
    }

    /// Returns the movie if it has another name. Without a mark, too little would tell it from others.
    fn renamed(&self, library: &Library) -> Option<SavedMovie> {
        let folder = self.any_name_in.as_ref()?;
        if self.exact_bytes.is_some() {
            return None;
        }
        let mut movies = movies(folder).filter(|path| self.has_extension(path));
        movies.find_map(|path| self.saved(path, library))
    }

    fn fits(&self, path: &Path) -> bool {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        self.has_extension(path) && stem.is_some_and(|stem| self.pattern.matches(stem))
    }

    fn has_extension(&self, path: &Path) -> bool {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| self.extensions.contains(&extension))
    }

    fn saved(&self, path: PathBuf, library: &Library) -> Option<SavedMovie> {
        let metadata = file_metadata(&path)?;
        let duration_ms = match self.exact_bytes {
            Some(bytes) => (metadata.len() == bytes).then_some(self.stated_ms.unwrap_or(0)),
            None => self.marked_duration_ms(&library.mark_of(&path, &metadata)?),
        }?;
        let finished = Finished {
            file: path.file_name()?.to_str()?.to_owned(),
            size_bytes: metadata.len(),
            duration_ms,
            saved_unix_s: saved_unix_s(&metadata),
            saved_before: true,
            ..Finished::default()
        };
        Some(SavedMovie {
            path,
            finished,
            part: None,
        })
    }

    fn marked_duration_ms(&self, mark: &Mark) -> Option<u64> {
        let stated_ms = self.stated_ms.unwrap_or(0);
        let is_whole = mark.duration_ms().saturating_add(ACCEPTABLE_LOSS_MS) >= stated_ms;
        (is_whole && mark.is_same_movie(&self.mark)).then_some(mark.duration_ms())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use serde_json::json;

    use super::*;
    use crate::note::Note;

    fn noted(recording: u32, quality: &str, audio: &str) -> Mark {
        let mark = json!({ "recording": recording, "quality": quality, "audio": [audio] });
        serde_json::from_value(mark).unwrap()
    }

    fn mark() -> Mark {
        noted(7, "720p", "en")
    }

    fn search(folder: &Path, pattern: NamePattern) -> Search {
        Search {
            folder: folder.to_owned(),
            stem: "film".to_owned(),
            pattern,
            any_name_in: None,
            extensions: vec!["mp4", "m4v"],
            mark: mark(),
            stated_ms: Some(60_000),
            exact_bytes: None,
        }
    }

    /// Writes the smallest file that can hold a mark.
    fn write(path: &Path, mark: &Mark, duration_ms: u64) {
        fs::write(path, b"\0\0\0\x08free\0\0\0\x08free").unwrap();
        let movie = File::options().read(true).write(true).open(path).unwrap();
        let mark = mark.clone().with_duration(duration_ms);
        Note::write(&movie, Some(mark), None).unwrap();
    }

    #[test]
    fn a_movie_is_known_by_recording_and_quality_under_any_name_that_fits() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let exact = search(folder.path(), NamePattern::exact("film"));
        assert!(exact.run(&Library::default()).is_none());
        write(&at("film.mp4"), &noted(8, "720p", "en"), 60_000);
        write(&at("film (2).mp4"), &noted(7, "360p", "en"), 60_000);
        write(&at("film (3).mp4"), &noted(7, "720p", "fr"), 60_000);
        write(&at("film (4).mp4"), &mark(), 50_000);
        write(&at("film (5).flv"), &mark(), 60_000);
        write(&at("other.mp4"), &mark(), 60_000);
        fs::create_dir(at("film (6).mp4")).unwrap();
        fs::write(at("film (7).mp4"), "text").unwrap();
        assert!(exact.run(&Library::default()).is_none());
        write(&at("film (8).mp4"), &mark(), 59_500);
        let found = exact.run(&Library::default()).unwrap();
        assert_eq!(found.path, at("film (8).mp4"));
        let finished = found.finished;
        assert!(finished.saved_before && finished.duration_ms == 59_500);
        assert!(finished.saved_unix_s.is_some());
    }

    #[test]
    fn a_movie_is_known_under_any_name_and_in_folders_below_unless_its_name_was_typed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("kept")).unwrap();
        write(&at("other quality.mp4"), &noted(7, "360p", "en"), 60_000);
        write(&at("sound.flv"), &mark(), 60_000);
        let typed = search(folder.path(), NamePattern::exact("film"));
        let named = Search {
            any_name_in: Some(folder.path().to_owned()),
            ..typed.clone()
        };
        assert!(named.run(&Library::default()).is_none());
        write(&at("kept/my favourite.mp4"), &mark(), 60_000);
        let found = named.run(&Library::default()).unwrap();
        assert_eq!(found.path, at("kept/my favourite.mp4"));
        assert!(typed.run(&Library::default()).is_none());
        let unmarked = Search {
            exact_bytes: Some(fs::metadata(&found.path).unwrap().len()),
            ..named
        };
        assert!(unmarked.run(&Library::default()).is_none());
    }

    #[test]
    fn a_file_that_is_kept_as_it_is_is_known_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.mp4");
        fs::write(&path, [0; 100]).unwrap();
        let exactly = |bytes| Search {
            exact_bytes: Some(bytes),
            ..search(folder.path(), NamePattern::exact("film"))
        };
        assert!(exactly(99).run(&Library::default()).is_none());
        assert_eq!(exactly(100).run(&Library::default()).unwrap().path, path);
    }
}
