//! The movies in a folder, known by the [`Mark`] in each: whatever they were renamed to, and wherever
//! below the folder they were moved.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ustream::RecordingId;
use walkdir::{DirEntry, WalkDir};

use crate::file_ending::FileEnding;
use crate::note::{Mark, Note};
use crate::part::PART_EXTENSION;
use crate::view::SavedRecordingView;

/// How deep movies are looked for: a template makes at most a few folders.
const MAX_DEPTH: usize = 5;
/// Most files and folders that are looked at, so that a folder with a whole disk below it takes no time.
const MAX_ENTRIES: usize = 20_000;
/// Most movies that are opened.
const MAX_MOVIES: usize = 2_000;
/// Most movies whose marks are kept in memory.
const MAX_KEPT: usize = 10_000;

/// Reads the marks of movies, and keeps them as long as the movies do not change.
#[derive(Debug, Default)]
pub(crate) struct Library(Mutex<HashMap<PathBuf, KnownMovie>>);

#[derive(Debug)]
struct KnownMovie {
    version: Version,
    mark: Option<Mark>,
}

/// What changes with the content of a file.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Library {
    /// Returns the mark of a movie, if it has one. A file that cannot be read has none.
    pub(crate) fn mark_of(&self, movie: &Path, metadata: &Metadata) -> Option<Mark> {
        let version = Version {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
        };
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(movie).filter(|known| known.version == version) {
            return known.mark.clone();
        }
        let mark = read_mark(movie);
        let mut kept = lock();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        let known = KnownMovie {
            version,
            mark: mark.clone(),
        };
        kept.insert(movie.to_owned(), known);
        mark
    }

    /// Returns the recordings that are saved in a folder and those below it, whole, each once.
    pub(crate) fn recordings(&self, folder: &Path) -> Vec<SavedRecordingView> {
        let mut recordings = BTreeMap::<RecordingId, Option<i64>>::new();
        for movie in movies(folder) {
            let Some(metadata) = file_metadata(&movie) else {
                continue;
            };
            let mark = self.mark_of(&movie, &metadata);
            let whole = mark.filter(Mark::is_whole);
            if let Some(recording) = whole.and_then(|mark| mark.recording()) {
                let newest = recordings.entry(recording).or_default();
                *newest = (*newest).max(saved_unix_s(&metadata));
            }
        }
        let recordings = recordings.into_iter();
        recordings
            .map(|(recording, saved_unix_s)| SavedRecordingView {
                recording: recording.to_string(),
                saved_unix_s,
            })
            .collect()
    }
}

/// Returns the movies in a folder and those below it, by their extensions. Part folders and hidden
/// folders are left out; what cannot be read is skipped.
pub(crate) fn movies(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = WalkDir::new(folder)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name();
    let entries = entries.into_iter().filter_entry(is_looked_into);
    entries
        .take(MAX_ENTRIES)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && is_movie(entry.path()))
        .map(DirEntry::into_path)
        .take(MAX_MOVIES)
}

/// Returns what is known of a file; `None` for anything else: opening a pipe could block forever.
pub(crate) fn file_metadata(path: &Path) -> Option<Metadata> {
    fs::metadata(path).ok().filter(Metadata::is_file)
}

/// Returns when a file was written, in seconds since 1970.
pub(crate) fn saved_unix_s(metadata: &Metadata) -> Option<i64> {
    let since_1970 = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since_1970.as_secs()).ok()
}

fn is_looked_into(entry: &DirEntry) -> bool {
    let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
    let is_part = entry.path().extension() == Some(PART_EXTENSION.as_ref());
    entry.depth() == 0 || !entry.file_type().is_dir() || !(is_hidden || is_part)
}

fn is_movie(path: &Path) -> bool {
    let extension = path.extension();
    FileEnding::ALL
        .iter()
        .any(|ending| extension == Some(ending.as_str().as_ref()))
}

fn read_mark(movie: &Path) -> Option<Mark> {
    Note::read(&File::open(movie).ok()?).ok()??.mark
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn write(path: &Path, recording: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"\0\0\0\x08free\0\0\0\x08free").unwrap();
        let movie = File::options().read(true).write(true).open(path).unwrap();
        let mark = json!({ "recording": recording, "quality": "720p", "duration_ms": 1000 });
        Note::write(&movie, serde_json::from_value(mark).unwrap(), None).unwrap();
    }

    fn found(library: &Library, folder: &Path) -> Vec<String> {
        let recordings = library.recordings(folder).into_iter();
        let recordings = recordings.inspect(|found| assert!(found.saved_unix_s.is_some()));
        recordings.map(|found| found.recording).collect()
    }

    #[test]
    fn recordings_are_known_by_their_marks_in_folders_below_too() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(&at("any name.mp4"), 7);
        write(&at("a/b/moved.m4v"), 8);
        write(&at("the same.mp4"), 7);
        write(&at("unfinished.part/film.mp4"), 9);
        write(&at(".trash/deleted.mp4"), 10);
        write(&at("1/2/3/4/5/too deep.mp4"), 11);
        write(&at("text.txt"), 12);
        fs::write(at("another program's.mp4"), "text").unwrap();
        fs::create_dir(at("folder.mp4")).unwrap();
        let library = Library::default();
        assert_eq!(found(&library, folder.path()), ["7", "8"]);
        assert!(found(&library, &at("missing")).is_empty());
    }

    #[test]
    fn a_movie_that_has_changed_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.mp4");
        let library = Library::default();
        write(&path, 7);
        assert_eq!(found(&library, folder.path()), ["7"]);
        write(&path, 70);
        assert_eq!(found(&library, folder.path()), ["70"]);
        fs::remove_file(&path).unwrap();
        assert!(found(&library, folder.path()).is_empty());
    }
}
