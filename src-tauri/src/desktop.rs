//! Desktop integration: progress in the dock or taskbar, notifications, keep-awake, and whether
//! closing needs a confirmation. Reads the jobs on its own, independent of the page.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::view::{JobStage, JobState, JobView, ProgressView, Update, WaitReason};
use engine::{Engine, JobStream};
use tauri::async_runtime;
use tauri::window::{ProgressBarState, ProgressBarStatus};
use tauri::{AppHandle, Manager, Runtime};

use crate::after_saving::{self, BatchWatch};
use crate::notifications;
use crate::page_events::PageEvents;

/// Label of the only window.
pub(crate) const WINDOW: &str = "main";

/// Decides whether the window may be closed without a confirmation.
#[derive(Debug, Default)]
pub(crate) struct DesktopIntegration {
    busy: AtomicBool,
    /// The user has confirmed.
    may_close: AtomicBool,
}

impl DesktopIntegration {
    /// Returns whether a video is being saved and the user has not confirmed closing.
    pub(crate) fn must_confirm_close(&self) -> bool {
        self.busy.load(Ordering::Relaxed) && !self.may_close.load(Ordering::Relaxed)
    }

    /// Allows closing, even if something is being saved.
    pub(crate) fn allow_close(&self) {
        self.may_close.store(true, Ordering::Relaxed);
    }
}

/// Shuts page and engine down before the process ends.
pub(crate) fn shut_down<R: Runtime>(app: &AppHandle<R>) {
    async_runtime::block_on(async {
        app.state::<PageEvents>().close().await;
        if let Some(engine) = app.try_state::<Engine>() {
            engine.shutdown().await;
        }
    });
}

/// Follows the jobs until the engine shuts down.
pub(crate) fn follow(app: &AppHandle) {
    let stream = app.state::<Engine>().paced_job_stream();
    let updater = DesktopUpdater {
        app: app.clone(),
        jobs: None,
        taskbar: TaskbarProgress::None,
        awake: None,
        batch: BatchWatch::default(),
    };
    async_runtime::spawn(updater.run(stream));
}

struct DesktopUpdater {
    app: AppHandle,
    /// `None` before the first update, whose finished jobs are not announced.
    jobs: Option<HashMap<String, JobView>>,
    taskbar: TaskbarProgress,
    awake: Option<keepawake::KeepAwake>,
    batch: BatchWatch,
}

/// The progress shown in the dock or the taskbar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TaskbarProgress {
    None,
    /// Indeterminate.
    Busy,
    /// Percent.
    At(u64),
    /// Waiting for the network, at this percentage.
    Waiting(u64),
}

impl DesktopUpdater {
    async fn run(mut self, mut updates: JobStream) {
        while let Some(update) = updates.next().await {
            let ended = self.apply_update(update);
            for job in &ended {
                self.notify_saved(job);
            }
            let jobs: Vec<_> = self.jobs.iter().flat_map(HashMap::values).collect();
            let busy = jobs.iter().any(|job| is_at_work(job));
            let bar = bar(&jobs);
            let transferring = jobs.iter().any(|job| is_transferring(job));
            let desktop = self.app.state::<DesktopIntegration>();
            desktop.busy.store(busy, Ordering::Relaxed);
            if busy {
                after_saving::put_off(&self.app);
            }
            if let Some(last_saved) = self.batch.apply(&ended, busy) {
                after_saving::act(&self.app, &last_saved);
            }
            self.show_progress(bar);
            self.set_keep_awake(transferring);
        }
    }

    /// Stores the changed jobs. Returns those that have just been saved or have failed.
    fn apply_update(&mut self, update: Update) -> Vec<JobView> {
        let is_first = self.jobs.is_none();
        let jobs = self.jobs.get_or_insert_default();
        let mut ended = Vec::new();
        for job in update.changed {
            if let JobState::Done { .. } | JobState::Failed { .. } = &job.state {
                let before = jobs.get(&job.id).map(|job| &job.state);
                let is_new = before.is_none_or(|state| *state != job.state);
                if is_new && !is_first {
                    ended.push(job.clone());
                }
            }
            jobs.insert(job.id.clone(), job);
        }
        for id in update.removed {
            jobs.remove(&id);
        }
        ended
    }

    /// Shows a notification, unless the window has the focus.
    fn notify_saved(&self, job: &JobView) {
        let window = self.app.get_webview_window(WINDOW);
        let is_in_front = window.is_some_and(|window| window.is_focused().unwrap_or(false));
        if let (false, JobState::Done { finished }) = (is_in_front, &job.state) {
            notifications::show_saved(&self.app, job, finished);
        }
    }

    fn show_progress(&mut self, bar: TaskbarProgress) {
        if bar == self.taskbar {
            return;
        }
        self.taskbar = bar;
        let (status, progress) = match bar {
            TaskbarProgress::None => (ProgressBarStatus::None, None),
            TaskbarProgress::Busy => (ProgressBarStatus::Indeterminate, None),
            TaskbarProgress::At(percent) => (ProgressBarStatus::Normal, Some(percent)),
            TaskbarProgress::Waiting(percent) => (ProgressBarStatus::Paused, Some(percent)),
        };
        if let Some(window) = self.app.get_webview_window(WINDOW) {
            let state = ProgressBarState {
                status: Some(status),
                progress,
            };
            // Not every desktop supports it; the page shows the same.
            let _ = window.set_progress_bar(state);
        }
    }

    /// Keeps the computer awake exactly while data is being transferred.
    fn set_keep_awake(&mut self, keep_awake: bool) {
        if keep_awake == self.awake.is_some() {
            return;
        }
        self.awake = None;
        if keep_awake {
            let name = &self.app.package_info().name;
            let guard = keepawake::Builder::default()
                .idle(true)
                .reason(name)
                .app_name(name)
                .app_reverse_domain(&self.app.config().identifier)
                .create();
            // If it falls asleep, the jobs continue when it wakes.
            self.awake = guard
                .inspect_err(|error| tracing::debug!(%error, "the computer cannot be kept awake"))
                .ok();
        }
    }
}

fn is_at_work(job: &JobView) -> bool {
    matches!(job.state, JobState::Running | JobState::Queued)
}

fn running(job: &JobView) -> Option<&ProgressView> {
    job.progress
        .as_ref()
        .filter(|_| job.state == JobState::Running)
}

/// Returns whether the job is downloading or writing a movie, or waits for a stream that a computer
/// which sleeps would miss.
fn is_transferring(job: &JobView) -> bool {
    running(job).is_some_and(|progress| match progress.waiting_for {
        Some(WaitReason::Stream | WaitReason::StreamStart) => true,
        _ => progress.stage != JobStage::Resolving && !progress.waiting,
    })
}

/// Combines all running jobs into one progress; each video counts the same.
fn bar(jobs: &[&JobView]) -> TaskbarProgress {
    let running: Vec<_> = jobs.iter().filter_map(|job| running(job)).collect();
    let fractions = running.iter().filter_map(|progress| progress.fraction);
    let (count, sum) = fractions.fold((0_u32, 0.0), |(count, sum), it| (count + 1, sum + it));
    if count == 0 {
        return if running.is_empty() {
            TaskbarProgress::None
        } else {
            TaskbarProgress::Busy
        };
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a fraction of 0 to 1 is at most 100 percent"
    )]
    let percent = (sum / f64::from(count) * 100.0).clamp(0.0, 100.0) as u64;
    if running.iter().all(|progress| progress.waiting) {
        TaskbarProgress::Waiting(percent)
    } else {
        TaskbarProgress::At(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(state: JobState, fraction: Option<f64>, waiting: bool) -> JobView {
        JobView {
            id: "1".to_owned(),
            link: String::new(),
            title: String::new(),
            thumbnail: None,
            newest_of_channel: false,
            folder: String::new(),
            state,
            progress: Some(ProgressView {
                live: None,
                stage: JobStage::Fetching,
                fraction,
                done_bytes: 0,
                total_bytes: None,
                total_is_exact: false,
                bytes_per_second: None,
                seconds_left: None,
                waiting,
                waiting_for: waiting.then_some(WaitReason::Network),
                stalled: false,
                silent_seconds: None,
            }),
        }
    }

    #[test]
    fn one_bar_shows_all_running_jobs() {
        let paused = job(JobState::Paused, Some(0.9), false);
        assert_eq!(bar(&[&paused]), TaskbarProgress::None);
        let unknown = job(JobState::Running, None, false);
        assert_eq!(bar(&[&unknown]), TaskbarProgress::Busy);
        let (slow, fast) = (
            job(JobState::Running, Some(0.2), true),
            job(JobState::Running, Some(0.6), false),
        );
        assert_eq!(bar(&[&slow]), TaskbarProgress::Waiting(20));
        assert_eq!(
            bar(&[&slow, &fast, &paused, &unknown]),
            TaskbarProgress::At(40)
        );
    }

    #[test]
    fn the_computer_stays_awake_only_during_transfers() {
        assert!(is_transferring(&job(JobState::Running, None, false)));
        assert!(!is_transferring(&job(JobState::Running, None, true)));
        assert!(!is_transferring(&job(JobState::Paused, None, false)));
        let mut asking = job(JobState::Running, None, false);
        if let Some(progress) = &mut asking.progress {
            progress.stage = JobStage::Resolving;
        }
        assert!(!is_transferring(&asking));
        if let Some(progress) = &mut asking.progress {
            progress.waiting = true;
            progress.waiting_for = Some(WaitReason::StreamStart);
        }
        assert!(is_transferring(&asking));
    }
}
