//! Waits for the jobs of a command, shows how far they are, and tells of their ends.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::Path;

use engine::view::{Finished, JobView, LossView};
use engine::{Engine, Failure, Feed, JobState};
use indicatif::DecimalBytes;

use crate::bar::Bars;
use crate::exit::Exit;
use crate::json;
use crate::resolve::length;

/// How a job has ended.
pub(crate) struct End {
    pub(crate) job: JobView,
    pub(crate) result: Result<Finished, Failure>,
}

impl End {
    fn of(job: JobView) -> Option<Self> {
        let result = match &job.state {
            JobState::Done { finished } => Ok(finished.clone()),
            JobState::Failed { failure } => Err(failure.clone()),
            JobState::Queued | JobState::Running | JobState::Paused => return None,
        };
        Some(Self { job, result })
    }
}

/// Jobs that have not ended, and who is told when one does.
pub(crate) struct Following<F> {
    pub(crate) jobs: HashSet<String>,
    pub(crate) screen: Screen,
    pub(crate) ended: F,
}

impl<F: FnMut(End) -> Result<(), Exit>> Following<F> {
    /// Waits until all jobs have ended or somebody asks to stop.
    pub(crate) async fn wait(mut self, engine: &Engine, mut feed: Feed) -> Result<(), Exit> {
        let ended = tokio::select! {
            ended = self.follow(&mut feed) => ended,
            () = asked_to_stop() => Err(Exit::Stopped),
        };
        // What is here is made safe before the program ends, whatever the reason.
        engine.shutdown().await;
        self.screen.clear();
        // A film may have come out while the program was asked to stop.
        let mut last = engine.feed();
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

    async fn follow(&mut self, feed: &mut Feed) -> Result<(), Exit> {
        while !self.jobs.is_empty() {
            let Some(update) = feed.next().await else {
                return Err(Exit::Stopped);
            };
            for job in update.changed {
                if matches!(job.state, JobState::Done { .. } | JobState::Failed { .. }) {
                    self.screen.end(&job.id);
                    self.end(job)?;
                } else {
                    self.screen.show(&job)?;
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, job: JobView) -> Result<(), Exit> {
        if !self.jobs.remove(&job.id) {
            return Ok(());
        }
        let ended = &mut self.ended;
        match End::of(job) {
            Some(end) => self.screen.aside(|| ended(end)),
            None => Ok(()),
        }
    }
}

/// Prints the path of the film on stdout, and on stderr what is not in it.
pub(crate) fn report(as_json: bool, path: &Path, end: (&str, &Finished)) -> io::Result<()> {
    let (job, finished) = end;
    if as_json {
        let path = path.to_string_lossy().into_owned();
        return json::print(Some(job), &json::Event::Saved { path, finished });
    }
    for gap in &finished.gaps {
        let (from, to) = (gap.start_ms, gap.start_ms.saturating_add(gap.duration_ms));
        // Nobody is left to be told where stderr is closed.
        let _ = writeln!(io::stderr(), "missing: {} to {}", length(from), length(to));
    }
    if let Some(lost) = &finished.lost {
        for loss in losses(lost) {
            let _ = writeln!(io::stderr(), "{loss}");
        }
    }
    let mut line = path.as_os_str().as_encoded_bytes().to_vec();
    line.push(b'\n');
    crate::print(&line)
}

/// What of a film on this computer did not come over, in words.
fn losses(lost: &LossView) -> Vec<String> {
    let mut losses = Vec::new();
    if lost.bytes > 0 {
        losses.push(format!(
            "lost: {} of the film could not be read: it is cut or damaged there",
            DecimalBytes(lost.bytes)
        ));
    }
    if !lost.left_out.is_empty() {
        losses.push(format!("left out: {}", lost.left_out.join(", ")));
    }
    losses
}

/// Who is told of progress.
pub(crate) enum Screen {
    Bars(Bars),
    Json { told: HashSet<(String, String)> },
}

impl Screen {
    pub(crate) fn new(as_json: bool, quiet: bool) -> Self {
        if as_json {
            let told = HashSet::new();
            Self::Json { told }
        } else {
            Self::Bars(Bars::new(quiet))
        }
    }

    fn show(&mut self, job: &JobView) -> io::Result<()> {
        match self {
            Self::Bars(bars) => {
                bars.show(job);
                Ok(())
            }
            Self::Json { told } => {
                let id = Some(job.id.as_str());
                if told.insert((job.id.clone(), format!("{}\n{}", job.title, job.link))) {
                    json::print(id, &json::Event::from(job))?;
                }
                job.progress.as_ref().map_or(Ok(()), |progress| {
                    json::print(id, &json::Event::Progress(progress))
                })
            }
        }
    }

    fn end(&mut self, job: &str) {
        if let Self::Bars(bars) = self {
            bars.end(job);
        }
    }

    /// Prints something else while nothing is drawn.
    fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match self {
            Self::Bars(bars) => bars.aside(print),
            Self::Json { .. } => print(),
        }
    }

    fn clear(&mut self) {
        if let Self::Bars(bars) = self {
            bars.clear();
        }
    }
}

/// Ctrl-C, or the system's polite request to end.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler the system ends the program itself.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    interrupted.await;
}
