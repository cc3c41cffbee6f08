//! Finds a recording that is saved already, so that the same command does not fetch it again.
//!
//! A whole and checked movie holds a [`Mark`] with the recording and its quality. A single file that
//! is kept as the service has it holds none; it is known by its name and its exact size.

use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::names::NamePattern;
use crate::note::{Mark, Note};
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
    pub(crate) fn run(&self) -> Option<SavedMovie> {
        let named = |extension: &&str| self.folder.join(format!("{}.{extension}", self.stem));
        let usual = self.extensions.iter().map(named);
        let found = usual.chain(self.others()).find_map(|path| self.saved(path));
        found.inspect(|saved| tracing::info!(path = %saved.path.display(), "saved already"))
    }

    /// Returns the other movies of the folder whose names fit.
    fn others(&self) -> impl Iterator<Item = PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.filter(|path| self.fits(path)).take(MAX_OPENED_FILES)
    }

    fn fits(&self, path: &Path) -> bool {
        let text = |part: Option<&std::ffi::OsStr>| part?.to_str().map(ToOwned::to_owned);
        let (Some(stem), Some(extension)) = (text(path.file_stem()), text(path.extension())) else {
            return false;
        };
        self.extensions.contains(&extension.as_str()) && self.pattern.matches(&stem)
    }

    fn saved(&self, path: PathBuf) -> Option<SavedMovie> {
        // Opening a pipe could block forever.
        let metadata = fs::metadata(&path).ok().filter(Metadata::is_file)?;
        let duration_ms = match self.exact_bytes {
            Some(bytes) => (metadata.len() == bytes).then_some(self.stated_ms.unwrap_or(0)),
            None => self.marked_duration_ms(&path),
        }?;
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let finished = Finished {
            file: path.file_name()?.to_str()?.to_owned(),
            size_bytes: metadata.len(),
            duration_ms,
            saved_unix_s: modified.and_then(|time| i64::try_from(time.as_secs()).ok()),
            saved_before: true,
            ..Finished::default()
        };
        Some(SavedMovie {
            path,
            finished,
            part: None,
        })
    }

    fn marked_duration_ms(&self, path: &Path) -> Option<u64> {
        let mark = mark_of(path).filter(|mark| mark.is_same_movie(&self.mark))?;
        let stated_ms = self.stated_ms.unwrap_or(0);
        let is_whole = mark.duration_ms().saturating_add(ACCEPTABLE_LOSS_MS) >= stated_ms;
        is_whole.then_some(mark.duration_ms())
    }
}

/// Returns the mark of a movie, if it has one.
fn mark_of(movie: &Path) -> Option<Mark> {
    Note::read(&File::open(movie).ok()?).ok()??.mark
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
        assert!(exact.run().is_none());
        write(&at("film.mp4"), &noted(8, "720p", "en"), 60_000);
        write(&at("film (2).mp4"), &noted(7, "360p", "en"), 60_000);
        write(&at("film (3).mp4"), &noted(7, "720p", "fr"), 60_000);
        write(&at("film (4).mp4"), &mark(), 50_000);
        write(&at("film (5).flv"), &mark(), 60_000);
        write(&at("other.mp4"), &mark(), 60_000);
        fs::create_dir(at("film (6).mp4")).unwrap();
        fs::write(at("film (7).mp4"), "text").unwrap();
        assert!(exact.run().is_none());
        write(&at("film (8).mp4"), &mark(), 59_500);
        let found = exact.run().unwrap();
        assert_eq!(found.path, at("film (8).mp4"));
        let finished = found.finished;
        assert!(finished.saved_before && finished.duration_ms == 59_500);
        assert!(finished.saved_unix_s.is_some());
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
        assert!(exactly(99).run().is_none());
        assert_eq!(exactly(100).run().unwrap().path, path);
    }
}
