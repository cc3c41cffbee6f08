//! Waits for the jobs of a command: shows their progress and reports how they end.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use engine::view::{FactKindView, Finished, JobView};
use engine::{Engine, Failure, JobId, JobState, JobStream, Overrides};
use indicatif::DecimalBytes;

use crate::bar::ProgressBars;
use crate::exit::Exit;
use crate::json;
use crate::password::Prompt;
use crate::shortfall;
use crate::stop::StopSignal;
use crate::stream_changes::StreamChanges;
use crate::terminal;

/// How a job has ended.
pub(crate) struct JobEnd {
    pub(crate) job: JobView,
    pub(crate) result: Result<Finished, Failure>,
}

impl JobEnd {
    fn of(job: JobView) -> Option<Self> {
        let result = match &job.state {
            JobState::Done { finished } => Ok(finished.clone()),
            JobState::Failed { failure } => Err(failure.clone()),
            JobState::Queued | JobState::Running | JobState::Paused => return None,
        };
        Some(Self { job, result })
    }
}

/// The jobs that have not ended, and what to do when one does.
pub(crate) struct JobWatcher<'a, F> {
    /// The overrides of each job, to resume it when its password has been typed.
    pub(crate) jobs: HashMap<String, Overrides>,
    pub(crate) screen: ProgressOutput,
    pub(crate) prompt: Prompt<'a>,
    pub(crate) stop: &'a StopSignal,
    /// Printed if the program ends without waiting for the disk.
    pub(crate) stop_message: &'static str,
    pub(crate) ended: F,
}

impl<F: FnMut(JobEnd) -> Result<(), Exit>> JobWatcher<'_, F> {
    /// Waits until all jobs have ended or the user asks to stop.
    pub(crate) async fn wait(
        mut self,
        engine: &Engine,
        mut updates: JobStream,
    ) -> Result<(), Exit> {
        let stop = self.stop;
        let _graceful = stop.graceful(self.stop_message);
        let mut ended = tokio::select! {
            ended = self.watch(engine, &mut updates) => ended,
            () = stop.requested() => Err(Exit::Stopped),
        };
        if matches!(ended, Err(Exit::Stopped)) {
            self.screen.clear();
            terminal::print_stderr("Stopping… (press Ctrl-C again to stop at once)");
            ended = self.save_streams(engine, &mut updates).await;
        }
        // Make everything received durable before the program ends, whatever the reason.
        engine.shutdown().await;
        self.screen.clear();
        // A job may have finished while it was asked to stop.
        let mut last = engine.job_stream();
        if let Some(update) = last.next().await {
            for job in update.changed {
                if matches!(job.state, JobState::Done { .. }) {
                    self.end(job)?;
                }
            }
        }
        match ended {
            Err(Exit::Stopped) if self.jobs.is_empty() => Ok(()),
            ended => ended,
        }
    }

    /// Ends the recordings of running streams and waits until they are saved; the other jobs stop.
    async fn save_streams(&mut self, engine: &Engine, updates: &mut JobStream) -> Result<(), Exit> {
        let mut others = HashMap::new();
        for (id, overrides) in std::mem::take(&mut self.jobs) {
            let job: JobId = id.parse().map_err(io::Error::other)?;
            if engine.stop_and_save(&job).await? {
                self.jobs.insert(id, overrides);
            } else {
                engine.pause(&job).await?;
                others.insert(id, overrides);
            }
        }
        let saved = self.watch(engine, updates).await;
        self.jobs.extend(others);
        saved.and(if self.jobs.is_empty() {
            Ok(())
        } else {
            Err(Exit::Stopped)
        })
    }

    async fn watch(&mut self, engine: &Engine, updates: &mut JobStream) -> Result<(), Exit> {
        while !self.jobs.is_empty() {
            let Some(update) = updates.next().await else {
                return Err(Exit::Stopped);
            };
            for job in update.changed {
                if self.unlock(engine, &job).await? {
                    continue;
                }
                if matches!(job.state, JobState::Done { .. } | JobState::Failed { .. }) {
                    self.screen.end(&job)?;
                    self.end(job)?;
                } else {
                    self.screen.show(&job)?;
                }
            }
            // A stream may have ended before it could go on in a further file.
            for id in update.removed {
                self.jobs.remove(&id);
            }
        }
        Ok(())
    }

    /// If a job has failed for lack of a password or the login of a proxy, asks for it and resumes the
    /// job. Returns whether
    /// the job was resumed.
    async fn unlock(&mut self, engine: &Engine, job: &JobView) -> Result<bool, Exit> {
        let JobState::Failed { failure } = &job.state else {
            return Ok(false);
        };
        let (Some(overrides), true) = (
            self.jobs.get_mut(&job.id),
            self.prompt.can_help(&job.link, failure),
        ) else {
            return Ok(false);
        };
        self.screen.clear();
        let video = (job.link.as_str(), &mut overrides.access);
        if !self.prompt.help(engine, video, failure).await? {
            return Ok(false);
        }
        let id: JobId = job.id.parse().map_err(io::Error::other)?;
        engine.resume(&id, overrides.clone()).await?;
        Ok(true)
    }

    fn end(&mut self, job: JobView) -> Result<(), Exit> {
        let Some(overrides) = self.jobs.remove(&job.id) else {
            return Ok(());
        };
        if let JobState::Done { finished } = &job.state
            && let Some(next) = &finished.continued_by
        {
            self.jobs.insert(next.clone(), overrides);
        }
        let ended = &mut self.ended;
        match JobEnd::of(job) {
            Some(end) => self.screen.suspended(|| ended(end)),
            None => Ok(()),
        }
    }
}

/// Prints the path of the movie on stdout, and what it lacks on stderr.
pub(crate) fn report(as_json: bool, path: &Path, end: (&str, &Finished)) -> io::Result<()> {
    let (job, finished) = end;
    if as_json {
        let path = path.to_string_lossy().into_owned();
        return json::print(Some(job), &json::JsonEvent::Saved { path, finished });
    }
    let lines = shortfall::describe_movie(finished);
    for line in lines.iter().chain(&losses(finished)) {
        terminal::print_stderr(&terminal::one_line(line));
    }
    terminal::print_path(path)
}

/// Describes what `remux` could not take over from the file.
fn losses(finished: &Finished) -> Vec<String> {
    let mut losses = Vec::new();
    let Some(lost) = &finished.lost else {
        return losses;
    };
    if lost.bytes > 0 {
        losses.push(format!(
            "lost: {} of the film could not be read: it is cut or damaged there",
            DecimalBytes(lost.bytes)
        ));
    }
    let is_told = |name: &str| {
        let mut facts = finished.facts.iter();
        facts.any(|fact| matches!(&fact.kind, FactKindView::LeftOut { name: told } if told == name))
    };
    let mut names: Vec<&str> = Vec::new();
    for name in &lost.left_out {
        if !is_told(name) && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if !names.is_empty() {
        losses.push(format!("left out: {}", names.join(", ")));
    }
    losses
}

/// Where progress is shown.
pub(crate) enum ProgressOutput {
    Bars(ProgressBars),
    Json {
        announced: HashSet<(String, String)>,
        streams: StreamChanges,
    },
}

impl ProgressOutput {
    pub(crate) fn new(as_json: bool, quiet: bool) -> Self {
        if as_json {
            Self::Json {
                announced: HashSet::new(),
                streams: StreamChanges::default(),
            }
        } else {
            Self::Bars(ProgressBars::new(quiet))
        }
    }

    fn show(&mut self, job: &JobView) -> io::Result<()> {
        match self {
            Self::Bars(bars) => {
                bars.show(job);
                Ok(())
            }
            Self::Json { announced, streams } => {
                let id = Some(job.id.as_str());
                if announced.insert((job.id.clone(), format!("{}\n{}", job.title, job.link))) {
                    json::print(id, &json::JsonEvent::from(job))?;
                }
                for change in streams.of(job) {
                    json::print(id, &json::JsonEvent::Stream(change))?;
                }
                job.progress.as_ref().map_or(Ok(()), |progress| {
                    json::print(id, &json::JsonEvent::Progress(progress))
                })
            }
        }
    }

    fn end(&mut self, job: &JobView) -> io::Result<()> {
        match self {
            Self::Bars(bars) => {
                bars.end(&job.id);
                Ok(())
            }
            Self::Json { streams, .. } => match streams.end_of(job) {
                Some(end) => json::print(Some(&job.id), &json::JsonEvent::Stream(end)),
                None => Ok(()),
            },
        }
    }

    /// Hides the progress while `print` prints something else.
    fn suspended<T>(&self, print: impl FnOnce() -> T) -> T {
        match self {
            Self::Bars(bars) => bars.suspended(print),
            Self::Json { .. } => print(),
        }
    }

    fn clear(&mut self) {
        if let Self::Bars(bars) = self {
            bars.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::view::{FactView, LossView};

    use super::*;

    #[test]
    fn what_is_left_out_is_told_once() {
        let left_out = FactView {
            kind: FactKindView::LeftOut {
                name: "MP2 audio".into(),
            },
            track: None,
            samples: 0,
            at_ms: 0,
            duration_ms: 0,
        };
        let finished = Finished {
            facts: vec![left_out],
            lost: Some(LossView {
                bytes: 0,
                left_out: ["MP2 audio", "tmcd", "text", "tmcd"].map(Into::into).into(),
            }),
            ..Finished::default()
        };
        assert_eq!(losses(&finished), ["left out: tmcd, text"]);
        assert_eq!(
            shortfall::describe_movie(&finished),
            ["left out: MP2 audio"]
        );
        assert!(losses(&Finished::default()).is_empty());
    }
}
