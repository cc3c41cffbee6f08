//! The user's settings, and the file that stores them.

use std::fs;
use std::io;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::view::{AfterSaving, SettingsView};
use engine::{Code, Failure, MIN_RATE_LIMIT, Template};
use serde::{Deserialize, Serialize};

const FILE: &str = "settings.json";

/// Maximum number of concurrent jobs; more would only share the same bandwidth.
const MAX_JOBS_AT_ONCE: usize = 4;

/// What is stored across restarts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Where videos are saved.
    pub(crate) folder: Option<PathBuf>,
    /// The ffmpeg that the user chose; `None` uses the one in `PATH`.
    pub(crate) ffmpeg: Option<PathBuf>,
    /// The settings that the page shows.
    #[serde(flatten)]
    pub(crate) view: SettingsView,
}

impl Settings {
    /// Returns the template of file names; the default if it is not valid.
    pub(crate) fn template(&self) -> Template {
        self.view.template.parse().unwrap_or_default()
    }

    /// Returns how many videos are saved at once.
    pub(crate) fn jobs_at_once(&self) -> NonZeroUsize {
        let requested = usize::from(self.view.jobs_at_once).min(MAX_JOBS_AT_ONCE);
        NonZeroUsize::new(requested).unwrap_or(NonZeroUsize::MIN)
    }

    /// Returns the most bytes per second of all jobs together.
    pub(crate) fn rate_limit(&self) -> Option<NonZeroU64> {
        let limit = NonZeroU64::from(NonZeroU32::new(self.view.rate_limit?)?);
        Some(limit.max(MIN_RATE_LIMIT))
    }

    /// Forgets that the computer sleeps or shuts down when everything is saved: that is chosen for one
    /// time.
    pub(crate) fn forget_power_action(&mut self) {
        if matches!(
            self.view.after_saving,
            AfterSaving::Sleep | AfterSaving::ShutDown
        ) {
            self.view.after_saving = AfterSaving::Nothing;
        }
    }

    /// Returns the ffmpeg to use: a path, or a name to search in `PATH`.
    pub(crate) fn ffmpeg(&self) -> PathBuf {
        let default = || PathBuf::from("ffmpeg");
        self.ffmpeg.clone().unwrap_or_else(default)
    }
}

/// The settings of this run, and their file.
#[derive(Debug)]
pub(crate) struct SettingsStore {
    folder: PathBuf,
    settings: Mutex<Settings>,
}

impl SettingsStore {
    /// Reads the settings in `folder`. If they cannot be read, the defaults are used; the user sees
    /// that and can set them again.
    pub(crate) fn open(folder: PathBuf) -> Self {
        let mut settings: Settings = fs::read(folder.join(FILE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        settings.forget_power_action();
        Self {
            folder,
            settings: Mutex::new(settings),
        }
    }

    /// Returns a copy of the current settings.
    pub(crate) fn get(&self) -> Settings {
        self.settings().clone()
    }

    /// Changes the settings, and saves them. If that fails, they still hold for this run, and the
    /// failure names the folder.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Settings)) -> Result<(), Failure> {
        let mut settings = self.settings();
        let before = settings.clone();
        change(&mut settings);
        if *settings == before {
            return Ok(());
        }
        self.write(&settings).map_err(|error| {
            tracing::warn!(%error, "the settings cannot be saved");
            Failure::new(Code::OwnFolder, self.folder.display().to_string())
        })
    }

    fn write(&self, settings: &Settings) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let bytes = serde_json::to_vec_pretty(settings)?;
        engine::replace_file(&self.folder.join(FILE), &bytes)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        // No code under this lock leaves the data inconsistent, so a poisoned lock can still be used.
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use engine::{ContainerChoice, Quality};

    use super::*;

    #[test]
    fn settings_survive_a_restart() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config/app");
        let store = SettingsStore::open(config.clone());
        let requested = Settings {
            folder: Some(home.path().to_owned()),
            ffmpeg: Some("/opt/ffmpeg".into()),
            view: SettingsView {
                keep: ContainerChoice::Original,
                quality: Quality::Height(720),
                language: Some("de".to_owned()),
                ..SettingsView::default()
            },
        };
        store
            .change(|settings| *settings = requested.clone())
            .unwrap();
        assert_eq!(SettingsStore::open(config).get(), requested);
    }

    #[test]
    fn that_the_computer_shuts_down_is_forgotten_at_the_next_start() {
        for (chosen, next) in [
            (AfterSaving::ShutDown, AfterSaving::Nothing),
            (AfterSaving::Sleep, AfterSaving::Nothing),
            (AfterSaving::ShowFolder, AfterSaving::ShowFolder),
        ] {
            let home = tempfile::tempdir().unwrap();
            let store = SettingsStore::open(home.path().to_owned());
            store
                .change(|settings| settings.view.after_saving = chosen)
                .unwrap();
            let settings = SettingsStore::open(home.path().to_owned()).get();
            assert_eq!(settings.view.after_saving, next);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config");
        fs::write(&config, "a file in its place").unwrap();
        let store = SettingsStore::open(config.clone());
        let failure = store
            .change(|settings| settings.folder = Some(home.path().to_owned()))
            .unwrap_err();
        assert_eq!(failure.code, Code::OwnFolder);
        assert_eq!(failure.detail, config.display().to_string());
        assert!(store.get().folder.is_some(), "it holds for this run");
    }

    #[test]
    fn invalid_settings_become_the_defaults() {
        let home = tempfile::tempdir().unwrap();
        let odd = r#"{"jobs_at_once": "many"}"#;
        for text in ["", "{", "[]", "null", odd, r#"{"later": [1]}"#] {
            fs::write(home.path().join(FILE), text).unwrap();
            let settings = SettingsStore::open(home.path().to_owned()).get();
            assert_eq!(settings, Settings::default(), "{text}");
        }
    }

    #[test]
    fn settings_of_the_first_version_with_only_a_folder_are_read() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE), r#"{"folder": "/films"}"#).unwrap();
        let settings = SettingsStore::open(home.path().to_owned()).get();
        assert_eq!(settings.folder, Some("/films".into()));
        assert_eq!(settings.view, SettingsView::default());
    }

    #[test]
    fn values_out_of_range_are_clamped() {
        let mut settings = Settings::default();
        for (requested, jobs) in [(0, 1), (1, 1), (4, 4), (255, 4)] {
            settings.view.jobs_at_once = requested;
            assert_eq!(settings.jobs_at_once().get(), jobs);
        }
        assert_eq!(settings.rate_limit(), None);
        for (requested, limit) in [
            (0, None),
            (1, Some(MIN_RATE_LIMIT)),
            (u32::MAX, NonZeroU64::new(u32::MAX.into())),
        ] {
            settings.view.rate_limit = Some(requested);
            assert_eq!(settings.rate_limit(), limit);
        }
        settings.view.template = "{nonsense".to_owned();
        assert_eq!(settings.template(), Template::default());
    }
}
