//! What a person has set, and where that is kept.

use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::view::{RemuxerView, SettingsView};
use engine::{Remuxer, Template};
use serde::{Deserialize, Serialize};

const FILE: &str = "settings.json";

/// More videos at once only share the line.
const MAX_JOBS_AT_ONCE: usize = 4;

/// What is remembered over a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Where videos are saved.
    pub(crate) folder: Option<PathBuf>,
    /// The ffmpeg that was chosen; the one in `PATH` where it is none.
    pub(crate) ffmpeg: Option<PathBuf>,
    /// What the page shows of them.
    #[serde(flatten)]
    pub(crate) view: SettingsView,
}

impl Settings {
    /// What files are called; their title where the template is none.
    pub(crate) fn template(&self) -> Template {
        self.view.template.parse().unwrap_or_default()
    }

    /// Who makes an MP4.
    pub(crate) fn remux(&self) -> Remuxer {
        match self.view.maker {
            RemuxerView::Builtin => Remuxer::Builtin,
            RemuxerView::Ffmpeg => Remuxer::Ffmpeg,
        }
    }

    /// How many videos are saved at once.
    pub(crate) fn jobs_at_once(&self) -> NonZeroUsize {
        let wished = usize::from(self.view.jobs_at_once).min(MAX_JOBS_AT_ONCE);
        NonZeroUsize::new(wished).unwrap_or(NonZeroUsize::MIN)
    }

    /// The ffmpeg to use, as a path or as a name to be looked for.
    pub(crate) fn ffmpeg(&self) -> PathBuf {
        let usual = || PathBuf::from("ffmpeg");
        self.ffmpeg.clone().unwrap_or_else(usual)
    }
}

/// The settings of this run, and their file.
#[derive(Debug)]
pub(crate) struct SettingsStore {
    folder: PathBuf,
    settings: Mutex<Settings>,
}

impl SettingsStore {
    /// Reads the settings in `folder`. Such as cannot be read are as good as none: whoever set them
    /// sees that and sets them again.
    pub(crate) fn open(folder: PathBuf) -> Self {
        let settings = fs::read(folder.join(FILE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self {
            folder,
            settings: Mutex::new(settings),
        }
    }

    /// As they are now.
    pub(crate) fn get(&self) -> Settings {
        self.settings().clone()
    }

    /// Changes them for this run, and for the next ones where they can be written.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Settings)) -> io::Result<()> {
        let mut settings = self.settings();
        let before = settings.clone();
        change(&mut settings);
        if *settings == before {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec_pretty(&*settings)?)?;
        file.as_file().sync_all()?;
        file.persist(self.folder.join(FILE))?;
        Ok(())
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        // Nothing under this lock can leave it half changed.
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use engine::view::{ContainerChoiceView, QualityView};

    use super::*;

    #[test]
    fn what_is_set_is_there_again_after_a_restart() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config/app");
        let store = SettingsStore::open(config.clone());
        let wished = Settings {
            folder: Some(home.path().to_owned()),
            ffmpeg: Some("/opt/ffmpeg".into()),
            view: SettingsView {
                keep: ContainerChoiceView::Original,
                quality: QualityView::Height(720),
                language: Some("de".to_owned()),
                ..SettingsView::default()
            },
        };
        store.change(|settings| *settings = wished.clone()).unwrap();
        assert_eq!(SettingsStore::open(config).get(), wished);
    }

    #[test]
    fn settings_that_are_broken_or_of_another_version_are_the_usual_ones() {
        let home = tempfile::tempdir().unwrap();
        let odd = r#"{"jobs_at_once": "many"}"#;
        for text in ["", "{", "[]", "null", odd, r#"{"later": [1]}"#] {
            fs::write(home.path().join(FILE), text).unwrap();
            let settings = SettingsStore::open(home.path().to_owned()).get();
            assert_eq!(settings, Settings::default(), "{text}");
        }
    }

    #[test]
    fn a_folder_alone_is_what_the_first_version_wrote() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE), r#"{"folder": "/films"}"#).unwrap();
        let settings = SettingsStore::open(home.path().to_owned()).get();
        assert_eq!(settings.folder, Some("/films".into()));
        assert_eq!(settings.view, SettingsView::default());
    }

    #[test]
    fn wishes_out_of_bounds_are_bounded() {
        let mut settings = Settings::default();
        for (wished, jobs) in [(0, 1), (1, 1), (4, 4), (255, 4)] {
            settings.view.jobs_at_once = wished;
            assert_eq!(settings.jobs_at_once().get(), jobs);
        }
        settings.view.template = "{nonsense".to_owned();
        assert_eq!(settings.template(), Template::default());
    }
}
