//! `ustream-dl LINK`: saves a recording.

use std::io::{self, Write as _};
use std::path::Path;

use engine::view::{Finished, JobView};
use engine::{Engine, Feed, JobState, NewJob, Output};

use crate::args::DownloadArgs;
use crate::bar::Bar;
use crate::exit::Exit;
use crate::json;
use crate::resolve::length;

/// Saves the recording of a link; prints the path of the file on stdout.
pub(crate) async fn download(args: &DownloadArgs, quiet: bool) -> Result<(), Exit> {
    let output = output(args.output.as_deref())?;
    let engine = Engine::open(args.config()?)?;
    let feed = engine.feed();
    let job = NewJob {
        link: args.link(),
        access: args.service.access(),
        choice: args.choice(),
        remux: args.remux(),
        output,
        gaps: args.keep_gaps,
        space: args.no_space_check,
    };
    let folder = job.output.folder.clone();
    engine.download(job).await?;
    let screen = if args.json {
        Screen::Json { told: None }
    } else {
        Screen::Bar(Bar::new(quiet))
    };
    let ended = tokio::select! {
        ended = follow(feed, screen) => ended,
        () = asked_to_stop() => Err(Exit::Stopped),
    };
    // What is here is made safe before the program ends, whatever the reason.
    engine.shutdown().await;
    // A film may have come out while the program was asked to stop.
    let finished = match finished(engine.feed()).await {
        Some(finished) => finished,
        None => ended?,
    };
    report(args.json, &folder.join(&finished.file), &finished)?;
    Ok(())
}

/// The finished film of the one job, as it stands now.
async fn finished(mut feed: Feed) -> Option<Finished> {
    let update = feed.next().await?;
    update.changed.into_iter().find_map(|job| match job.state {
        JobState::Done { finished } => Some(finished),
        _ => None,
    })
}

fn report(as_json: bool, path: &Path, finished: &Finished) -> io::Result<()> {
    if as_json {
        let path = path.to_string_lossy().into_owned();
        return json::print(&json::Event::Saved { path, finished });
    }
    for gap in &finished.gaps {
        let (from, to) = (gap.start_ms, gap.start_ms.saturating_add(gap.duration_ms));
        // Nobody is left to be told where stderr is closed.
        let _ = writeln!(io::stderr(), "missing: {} to {}", length(from), length(to));
    }
    let mut line = path.as_os_str().as_encoded_bytes().to_vec();
    line.push(b'\n');
    crate::print(&line)
}

/// Who is told of progress.
enum Screen {
    Bar(Bar),
    Json { told: Option<(String, String)> },
}

impl Screen {
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

/// Reads `-o`: a folder where it exists or ends in a slash, else a file.
fn output(path: Option<&Path>) -> Result<Output, Exit> {
    let Some(path) = path else {
        let folder = dirs::download_dir()
            .or_else(dirs::home_dir)
            .unwrap_or_else(|| ".".into());
        return Ok(Output { folder, stem: None });
    };
    let path = std::path::absolute(path).map_err(|error| Exit::usage(format!("-o: {error}")))?;
    let ends_in_slash = path
        .as_os_str()
        .as_encoded_bytes()
        .last()
        .is_some_and(|last| char::from(*last) == std::path::MAIN_SEPARATOR || *last == b'/');
    if ends_in_slash || path.is_dir() {
        return Ok(Output {
            folder: path,
            stem: None,
        });
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(Exit::usage(format!(
            "{} is neither a file nor a folder",
            path.display()
        )));
    };
    let name = name.to_string_lossy();
    Ok(Output {
        folder: folder.to_owned(),
        stem: Some(without_ending(&name).to_owned()),
    })
}

/// The ending follows from the format that comes out.
fn without_ending(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => {
            let known = ["mp4", "m4v", "flv"]
                .iter()
                .any(|known| ending.eq_ignore_ascii_case(known));
            if known { stem } else { name }
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_folder_where_it_exists_or_ends_in_a_slash() {
        let folder = tempfile::tempdir().unwrap();
        let existing = output(Some(folder.path())).unwrap();
        assert_eq!(
            (existing.folder.as_path(), existing.stem),
            (folder.path(), None)
        );
        let new = output(Some(&folder.path().join("new/"))).unwrap();
        assert_eq!(new.stem, None);
        let file = output(Some(&folder.path().join("My film.v2.MP4"))).unwrap();
        assert_eq!(
            (file.folder.as_path(), file.stem.as_deref()),
            (folder.path(), Some("My film.v2"))
        );
    }

    #[test]
    fn only_endings_of_films_are_taken_off() {
        assert_eq!(without_ending("a.b"), "a.b");
        assert_eq!(without_ending("a.flv"), "a");
        assert_eq!(without_ending(".mp4"), ".mp4");
    }
}
