//! The folders that the user chose. The page knows them by id and name, never by path.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::view::FolderView;

/// All folders of this run; videos are saved to the one chosen last.
#[derive(Debug)]
pub(crate) struct Folders {
    /// Name of the saved folder, if it does not exist any more.
    pub(crate) lost: Option<String>,
    known: Mutex<KnownFolders>,
}

#[derive(Debug)]
struct KnownFolders {
    /// The index is the id of a folder, so folders are never removed.
    paths: Vec<PathBuf>,
    /// Where videos are saved.
    current: (usize, PathBuf),
}

impl Folders {
    /// Starts with the saved folder if it still exists, else with `default`.
    pub(crate) fn new(saved: Option<PathBuf>, default: PathBuf) -> Self {
        let (folder, lost) = match saved {
            Some(folder) if folder.is_dir() => (folder, None),
            Some(folder) => (default, Some(name(&folder))),
            None => (default, None),
        };
        let known = KnownFolders {
            paths: vec![folder.clone()],
            current: (0, folder),
        };
        Self {
            lost,
            known: Mutex::new(known),
        }
    }

    /// Where videos are saved.
    pub(crate) fn current(&self) -> FolderView {
        let (id, path) = self.known().current.clone();
        view(id, &path)
    }

    /// Returns the path of the folder where videos are saved.
    pub(crate) fn current_path(&self) -> PathBuf {
        self.known().current.1.clone()
    }

    /// Returns the path of a folder of this run.
    pub(crate) fn path(&self, id: &str) -> Option<PathBuf> {
        self.known().paths.get(id.parse::<usize>().ok()?).cloned()
    }

    /// Selects the folder where videos are saved from now on.
    pub(crate) fn choose(&self, folder: PathBuf) -> FolderView {
        let mut known = self.known();
        let position = known.paths.iter().position(|path| *path == folder);
        let id = position.unwrap_or(known.paths.len());
        if position.is_none() {
            known.paths.push(folder.clone());
        }
        let chosen = view(id, &folder);
        known.current = (id, folder);
        chosen
    }

    fn known(&self) -> MutexGuard<'_, KnownFolders> {
        // No code under this lock leaves the data inconsistent, so a poisoned lock can still be used.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn view(id: usize, path: &Path) -> FolderView {
    FolderView {
        id: id.to_string(),
        name: name(path),
        free_bytes: engine::available_space(path).ok(),
        largest_file_bytes: engine::largest_file(path),
    }
}

/// Returns the name of a folder, or the path of the root of a disk.
pub(crate) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_saved_folder_is_used_if_it_exists_and_reported_if_not() {
        let home = tempfile::tempdir().unwrap();
        let films = home.path().join("Films");
        fs::create_dir(&films).unwrap();
        let folders = Folders::new(Some(films.clone()), home.path().to_owned());
        assert_eq!(folders.current().name, "Films");
        assert_eq!(folders.lost, None);

        fs::remove_dir(&films).unwrap();
        let folders = Folders::new(Some(films), home.path().to_owned());
        assert_eq!(
            folders.path(&folders.current().id),
            Some(home.path().into())
        );
        assert_eq!(folders.lost.as_deref(), Some("Films"));
    }

    #[test]
    fn the_page_cannot_name_a_folder_that_the_user_did_not_choose() {
        let home = tempfile::tempdir().unwrap();
        let folders = Folders::new(None, home.path().to_owned());
        for id in ["/etc", "1", "-1", "", "../0"] {
            assert_eq!(folders.path(id), None, "{id}");
        }
    }

    #[test]
    fn the_same_folder_chosen_twice_keeps_its_id() {
        let home = tempfile::tempdir().unwrap();
        let folders = Folders::new(None, home.path().to_owned());
        let first = folders.current().id;
        assert_eq!(folders.choose(home.path().to_owned()).id, first);
    }
}
