//! What is done when everything is saved: nothing, the folder is shown, the computer sleeps or is shut
//! down. Before the last two the page counts down, and the user can cancel.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::view::{AfterSaving, AppEvent, JobState, JobView};
use engine::{Code, Engine, Failure};
use tauri::async_runtime::{self, JoinHandle};
use tauri::{AppHandle, Manager as _};

use crate::openers;
use crate::page_events::PageEvents;
use crate::settings::{Settings, SettingsStore};

/// How long the user can cancel, in seconds.
const COUNTDOWN_SECONDS: u32 = 60;

/// What the computer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PowerAction {
    Sleep,
    ShutDown,
}

/// Notices that everything is saved.
#[derive(Debug, Default)]
pub(crate) struct BatchWatch {
    /// Id of the job that was saved last since there was nothing to do.
    saved: Option<String>,
}

impl BatchWatch {
    /// Takes the jobs that have just been saved or have failed, and whether there is more to do.
    /// Returns the job that was saved last when the last one has ended by itself: who pauses it sits
    /// at the computer.
    pub(crate) fn apply(&mut self, ended: &[JobView], is_busy: bool) -> Option<String> {
        let is_saved = |job: &&JobView| matches!(job.state, JobState::Done { .. });
        if let Some(job) = ended.iter().rfind(is_saved) {
            self.saved = Some(job.id.clone());
        }
        if is_busy || ended.is_empty() {
            return None;
        }
        self.saved.take()
    }
}

/// Does what the user has chosen for the time when everything is saved.
pub(crate) fn act(app: &AppHandle, last_saved: &str) {
    let action = match app.state::<SettingsStore>().get().view.after_saving {
        AfterSaving::Nothing => return,
        AfterSaving::ShowFolder => return show(app, last_saved),
        AfterSaving::Sleep => PowerAction::Sleep,
        AfterSaving::ShutDown => PowerAction::ShutDown,
    };
    let event = AppEvent::Countdown {
        action: action.into(),
        seconds: COUNTDOWN_SECONDS,
    };
    // Without a page nobody could cancel.
    if app.state::<PageEvents>().send(event) {
        let handle = app.clone();
        app.state::<PowerCountdown>().start(action, move |result| {
            forget(&handle);
            tell_end(&handle, result.err());
        });
    }
}

/// Ends the countdown, if there is one, because the user wants the computer to go on.
pub(crate) fn cancel(app: &AppHandle) {
    if app.state::<PowerCountdown>().cancel() {
        forget(app);
        tell_end(app, None);
    }
}

/// Ends the countdown, if there is one, because there is more to save. The choice stays.
pub(crate) fn put_off(app: &AppHandle) {
    if app.state::<PowerCountdown>().cancel() {
        tell_end(app, None);
    }
}

/// Forgets the choice, so that the computer is never put out unasked.
fn forget(app: &AppHandle) {
    if let Err(failure) = app
        .state::<SettingsStore>()
        .change(Settings::forget_power_action)
    {
        tracing::warn!(?failure, "the choice for the end is not forgotten");
    }
}

fn tell_end(app: &AppHandle, error: Option<io::Error>) {
    let after_saving = app.state::<SettingsStore>().get().view.after_saving;
    let failure = error.map(|error| Failure::new(Code::Internal, error.to_string()));
    let event = AppEvent::CountdownEnded {
        after_saving,
        failure,
    };
    // A page that is loading reads the settings by itself.
    let _ = app.state::<PageEvents>().send(event);
}

/// Shows the file that was saved last in its folder.
fn show(app: &AppHandle, id: &str) {
    let Ok(id) = id.parse() else { return };
    let engine = app.state::<Engine>().inner().clone();
    async_runtime::spawn(async move {
        let Some(file) = engine.path(&id).await else {
            return;
        };
        let shown = async_runtime::spawn_blocking(move || openers::reveal(&file)).await;
        if let Ok(Err(error)) = shown {
            tracing::warn!(%error, "the folder cannot be shown");
        }
    });
}

impl From<PowerAction> for AfterSaving {
    fn from(action: PowerAction) -> Self {
        match action {
            PowerAction::Sleep => Self::Sleep,
            PowerAction::ShutDown => Self::ShutDown,
        }
    }
}

/// Carries out a power action; tests record it instead.
pub(crate) type Run = fn(PowerAction) -> io::Result<()>;

/// The countdown, if there is one.
#[derive(Debug)]
pub(crate) struct PowerCountdown {
    run: Run,
    wait: Duration,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl PowerCountdown {
    pub(crate) fn new(run: Run) -> Self {
        Self {
            run,
            wait: Duration::from_secs(COUNTDOWN_SECONDS.into()),
            task: Mutex::default(),
        }
    }

    /// Carries out an action after the countdown, unless it is cancelled; `ended` gets the result.
    fn start(&self, action: PowerAction, ended: impl FnOnce(io::Result<()>) + Send + 'static) {
        let (run, wait) = (self.run, self.wait);
        let task = async_runtime::spawn(async move {
            tokio::time::sleep(wait).await;
            let done = async_runtime::spawn_blocking(move || run(action)).await;
            ended(done.unwrap_or_else(|error| Err(io::Error::other(error))));
        });
        if let Some(before) = self.task().replace(task) {
            before.abort();
        }
    }

    /// Ends the countdown. Returns whether it had not ended by itself.
    fn cancel(&self) -> bool {
        let task = self.task().take();
        task.is_some_and(|task| {
            let is_running = !task.inner().is_finished();
            task.abort();
            is_running
        })
    }

    fn task(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    fn job(id: &str, state: JobState) -> JobView {
        JobView {
            id: id.to_owned(),
            link: String::new(),
            title: String::new(),
            thumbnail: None,
            newest_of_channel: false,
            folder: String::new(),
            state,
            progress: None,
        }
    }

    fn done(id: &str) -> JobView {
        let finished = engine::view::Finished::default();
        job(id, JobState::Done { finished })
    }

    fn failed(id: &str) -> JobView {
        let failure = Failure::new(Code::NotFound, "");
        job(id, JobState::Failed { failure })
    }

    #[test]
    fn everything_is_saved_when_the_last_job_has_ended_by_itself() {
        let mut watch = BatchWatch::default();
        assert_eq!(watch.apply(&[done("a")], true), None, "others go on");
        assert_eq!(watch.apply(&[], false), None, "the last one was paused");
        assert_eq!(watch.apply(&[failed("b")], false).as_deref(), Some("a"));
        assert_eq!(
            watch.apply(&[failed("c")], false),
            None,
            "nothing was saved"
        );
        assert_eq!(watch.apply(&[done("d")], false).as_deref(), Some("d"));
        assert_eq!(watch.apply(&[], false), None, "only once");
    }

    static RUNS: AtomicUsize = AtomicUsize::new(0);

    fn countdown(wait: Duration) -> PowerCountdown {
        PowerCountdown {
            run: |action| {
                assert_eq!(action, PowerAction::Sleep);
                RUNS.fetch_add(1, Ordering::Relaxed);
                Err(io::Error::other("not allowed"))
            },
            wait,
            task: Mutex::default(),
        }
    }

    #[test]
    fn the_computer_sleeps_after_the_countdown_unless_the_user_cancels() {
        let (sender, ended) = mpsc::channel();
        let cancelled = countdown(Duration::from_hours(1));
        assert!(!cancelled.cancel(), "there is none yet");
        let unused = sender.clone();
        cancelled.start(PowerAction::Sleep, move |_| {
            unused.send(String::new()).unwrap();
        });
        assert!(cancelled.cancel());
        assert!(!cancelled.cancel(), "only once");

        let other = countdown(Duration::from_millis(10));
        other.start(PowerAction::Sleep, move |result| {
            sender.send(result.unwrap_err().to_string()).unwrap();
        });
        // The other end was dropped with the cancelled task.
        assert_eq!(ended.iter().collect::<Vec<_>>(), ["not allowed"]);
        assert_eq!(RUNS.load(Ordering::Relaxed), 1);
    }
}
