//! The folders a person chose. The page knows them by id and by name, never by path.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::view::FolderView;

/// Every folder of this run; the last that was chosen is where videos are saved.
#[derive(Debug)]
pub(crate) struct Folders {
    /// Name of the folder that was remembered and is gone.
    pub(crate) lost: Option<String>,
    known: Mutex<KnownFolders>,
}

#[derive(Debug)]
struct KnownFolders {
    /// A folder's index is its id, so none ever leaves.
    paths: Vec<PathBuf>,
    /// Where videos are saved.
    current: (usize, PathBuf),
}

impl Folders {
    /// The remembered folder where it still is, else `usual`.
    pub(crate) fn new(remembered: Option<PathBuf>, usual: PathBuf) -> Self {
        let (folder, lost) = match remembered {
            Some(folder) if folder.is_dir() => (folder, None),
            Some(folder) => (usual, Some(name(&folder))),
            None => (usual, None),
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

    /// The path of a folder of this run.
    pub(crate) fn path(&self, id: &str) -> Option<PathBuf> {
        self.known().paths.get(id.parse::<usize>().ok()?).cloned()
    }

    /// Saves videos to `folder` from now on.
    pub(crate) fn choose(&self, folder: PathBuf) -> FolderView {
        let mut known = self.known();
        let place = known.paths.iter().position(|path| *path == folder);
        let id = place.unwrap_or(known.paths.len());
        if place.is_none() {
            known.paths.push(folder.clone());
        }
        let chosen = view(id, &folder);
        known.current = (id, folder);
        chosen
    }

    fn known(&self) -> MutexGuard<'_, KnownFolders> {
        // Nothing under this lock can leave it half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn view(id: usize, path: &Path) -> FolderView {
    FolderView {
        id: id.to_string(),
        name: name(path),
        free_bytes: engine::available_space(path).ok(),
    }
}

/// The name of a folder; the root of a disk has none but its path.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_remembered_folder_is_taken_where_it_is_and_named_where_it_is_not() {
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
    fn the_page_cannot_name_a_folder_that_nobody_chose() {
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
