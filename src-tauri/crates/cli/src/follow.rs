//! Waits for the one job of a command, shows how far it is, and tells of its end.

use std::io::{self, Write as _};
use std::path::Path;

use engine::view::{Finished, JobView, LossView};
use engine::{Engine, Feed, JobState};
use indicatif::DecimalBytes;

use crate::bar::Bar;
use crate::exit::Exit;
use crate::json;
use crate::resolve::length;

/// Waits until the job has ended or somebody asks to stop.
pub(crate) async fn wait(engine: &Engine, feed: Feed, screen: Screen) -> Result<Finished, Exit> {
    let ended = tokio::select! {
        ended = follow(feed, screen) => ended,
        () = asked_to_stop() => Err(Exit::Stopped),
    };
    // What is here is made safe before the program ends, whatever the reason.
    engine.shutdown().await;
    // A film may have come out while the program was asked to stop.
    match finished(engine.feed()).await {
        Some(finished) => Ok(finished),
        None => ended,
    }
}

/// The finished film of the one job, as it stands now.
async fn finished(mut feed: Feed) -> Option<Finished> {
    let update = feed.next().await?;
    update.changed.into_iter().find_map(|job| match job.state {
        JobState::Done { finished } => Some(finished),
        _ => None,
    })
}

/// Prints the path of the film on stdout, and on stderr what is not in it.
pub(crate) fn report(as_json: bool, path: &Path, finished: &Finished) -> io::Result<()> {
    if as_json {
        let path = path.to_string_lossy().into_owned();
        return json::print(&json::Event::Saved { path, finished });
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
    Bar(Bar),
    Json { told: Option<(String, String)> },
}

impl Screen {
    pub(crate) fn new(as_json: bool, quiet: bool) -> Self {
        if as_json {
            Self::Json { told: None }
        } else {
            Self::Bar(Bar::new(quiet))
        }
    }

    fn show(&mut self, job: &JobView) -> io::Result<()> {
        match self {
            Self::Bar(bar) => {
                bar.show(job);
                Ok(())
            }
            Self::Json { told } => {
                let now = (job.title.clone(), job.link.clone());
                if told.as_ref() != Some(&now) {
                    json::print(&json::Event::from(job))?;
                    *told = Some(now);
                }
                job.progress.as_ref().map_or(Ok(()), |progress| {
                    json::print(&json::Event::Progress(progress))
                })
            }
        }
    }

    fn clear(&self) {
        if let Self::Bar(bar) = self {
            bar.clear();
        }
    }
}

/// Shows the one job until it ends.
async fn follow(mut feed: Feed, mut screen: Screen) -> Result<Finished, Exit> {
    while let Some(update) = feed.next().await {
        for job in update.changed {
            match job.state {
                JobState::Done { finished } => {
                    screen.clear();
                    return Ok(finished);
                }
                JobState::Failed { failure } => {
                    screen.clear();
                    return Err(Exit::Failed(failure));
                }
                JobState::Queued | JobState::Running | JobState::Paused => screen.show(&job)?,
            }
        }
    }
    Err(Exit::Stopped)
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
