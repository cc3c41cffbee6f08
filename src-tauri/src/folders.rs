//! The folders a person chose. The page knows them by id and by name, never by path.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::view::FolderView;
use serde::{Deserialize, Serialize};

const SETTINGS: &str = "settings.json";

/// What is remembered over a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Settings {
    /// Where videos are saved.
    folder: Option<PathBuf>,
}

/// Every folder of this run; the last that was chosen is where videos are saved.
#[derive(Debug)]
pub(crate) struct Folders {
    /// The folder of [`SETTINGS`].
    config: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// A folder's index is its id, so none ever leaves.
    paths: Vec<PathBuf>,
    /// Where videos are saved.
    current: (usize, PathBuf),
}

impl Folders {
    /// The remembered folder where it still is, else `usual`.
    pub(crate) fn open(config: PathBuf, usual: PathBuf) -> Self {
        // Settings that cannot be read are as good as none: the folder is in sight and can be
        // chosen again.
        let settings = fs::read(config.join(SETTINGS))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Settings>(&bytes).ok())
            .unwrap_or_default();
        let folder = settings
            .folder
            .filter(|folder| folder.is_dir())
            .unwrap_or(usual);
        let known = Known {
            paths: vec![folder.clone()],
            current: (0, folder),
        };
        Self {
            config,
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

    /// Saves videos to `folder` from now on, and remembers it.
    ///
    /// The folder counts for this run even where it could not be remembered.
    pub(crate) fn choose(&self, folder: PathBuf) -> (FolderView, io::Result<()>) {
        let remembered = self.remember(&folder);
        let mut known = self.known();
        let place = known.paths.iter().position(|path| *path == folder);
        let id = place.unwrap_or(known.paths.len());
        if place.is_none() {
            known.paths.push(folder.clone());
        }
        let chosen = view(id, &folder);
        known.current = (id, folder);
        (chosen, remembered)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing under this lock can leave it half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, folder: &Path) -> io::Result<()> {
        let settings = Settings {
            folder: Some(folder.to_owned()),
        };
        fs::create_dir_all(&self.config)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.config)?;
        file.write_all(&serde_json::to_vec_pretty(&settings)?)?;
        file.as_file().sync_all()?;
        file.persist(self.config.join(SETTINGS))?;
        Ok(())
    }
}

fn view(id: usize, path: &Path) -> FolderView {
    // The root of a disk has no name but its path.
    let name = path.file_name().unwrap_or(path.as_os_str());
    FolderView {
        id: id.to_string(),
        name: name.to_string_lossy().into_owned(),
        free_bytes: engine::available_space(path).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_folder_is_there_again_after_a_restart() {
        let home = tempfile::tempdir().unwrap();
        let films = home.path().join("Films");
        fs::create_dir(&films).unwrap();
        let config = home.path().join("config/app");

        let folders = Folders::open(config.clone(), home.path().to_owned());
        let (chosen, remembered) = folders.choose(films.clone());
        remembered.unwrap();
        assert_eq!(chosen.name, "Films");
        assert_eq!(folders.path(&chosen.id), Some(films.clone()));
        assert_eq!(folders.current().id, chosen.id);

        let again = Folders::open(config, home.path().to_owned());
        assert_eq!(again.current().name, "Films");
    }

    #[test]
    fn a_folder_that_is_gone_or_settings_that_are_broken_fall_back_to_the_usual_one() {
        let home = tempfile::tempdir().unwrap();
        let usual = home.path().join("Downloads");
        fs::create_dir(&usual).unwrap();
        let gone = r#"{"folder": "/nowhere/at/all"}"#;
        for settings in [gone, "{", "[]", ""] {
            fs::write(home.path().join(SETTINGS), settings).unwrap();
            let folders = Folders::open(home.path().to_owned(), usual.clone());
            assert_eq!(folders.current().name, "Downloads", "{settings}");
        }
    }

    #[test]
    fn the_page_cannot_name_a_folder_that_nobody_chose() {
        let home = tempfile::tempdir().unwrap();
        let folders = Folders::open(home.path().to_owned(), home.path().to_owned());
        for id in ["/etc", "1", "-1", "", "../0"] {
            assert_eq!(folders.path(id), None, "{id}");
        }
    }

    #[test]
    fn the_same_folder_chosen_twice_keeps_its_id() {
        let home = tempfile::tempdir().unwrap();
        let folders = Folders::open(home.path().to_owned(), home.path().to_owned());
        let first = folders.current().id;
        let (again, _) = folders.choose(home.path().to_owned());
        assert_eq!(again.id, first);
    }
}
