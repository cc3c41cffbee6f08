//! `ustream-dl LINK…`: saves recordings.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use engine::{Engine, NewJob, OutputLocation, Overrides, Target, read_link};

use crate::archive::Archive;
use crate::args::DownloadArgs;
use crate::exit::{Exit, ExitContext, STOPPED_AT_ONCE};
use crate::job_watcher::{JobEnd, JobWatcher, ProgressOutput, report};
use crate::json;
use crate::password::Prompt;
use crate::selection::{LinkResolver, SelectedRecording, Selection};
use crate::stop::StopSignal;
use crate::terminal::{one_line, print_stderr};

/// Saves the recordings behind the links; prints the path of each file on stdout.
pub(crate) async fn download(
    args: &DownloadArgs,
    quiet: bool,
    stop: &StopSignal,
) -> Result<(), Exit> {
    let output = output_location(args.output.as_deref())?;
    let access = args.service.access()?;
    let links = args.links()?;
    let archive = args.archive.as_deref();
    let problem = |error| Exit::usage(format!("--archive: {error}"));
    let archive = archive.map(Archive::open).transpose().map_err(problem)?;
    let engine = Engine::open(args.config()?)?;
    let has_one_link = links.len() == 1;
    let silent = quiet || args.json;
    let mut resolver = LinkResolver {
        engine: &engine,
        access,
        prompt: Prompt::new(stop, silent),
        filter: args.filter(),
        archive: archive.as_ref(),
    };
    let mut selection = resolver.resolve(links).await;
    if has_one_link && let Some((_, exit)) = selection.failed.pop() {
        return Err(exit);
    }
    if selection.list.len() > 1
        && let Some(name) = &output.stem
    {
        let many = selection.list.len();
        return Err(Exit::usage(format!(
            "{name} is one file; {many} videos need a folder"
        )));
    }
    let is_single = has_one_link && selection.list.len() == 1 && selection.already_saved == 0;
    let batch = DownloadBatch {
        args,
        quiet,
        stop,
        archive,
        saved: 0,
        failed: Vec::new(),
        already_saved: selection.already_saved,
        is_single,
    };
    batch.save(&engine, selection, output).await
}

/// The results of the command so far.
struct DownloadBatch<'a> {
    args: &'a DownloadArgs,
    quiet: bool,
    stop: &'a StopSignal,
    archive: Option<Archive>,
    saved: usize,
    failed: Vec<Exit>,
    already_saved: usize,
    /// One link led to one recording, so its failure is the failure of the command.
    is_single: bool,
}

impl DownloadBatch<'_> {
    async fn save(
        mut self,
        engine: &Engine,
        selection: Selection,
        output: OutputLocation,
    ) -> Result<(), Exit> {
        for (link, exit) in selection.failed {
            let context = ExitContext {
                job: None,
                link: Some(&link.text),
            };
            self.fail(&link.to_string(), exit, context);
        }
        let updates = engine.job_stream();
        let mut jobs = HashMap::new();
        for SelectedRecording { link, access } in selection.list {
            let overrides = Overrides {
                access,
                gaps: self.args.keep_gaps,
                space: self.args.no_space_check,
                unchecked: self.args.keep_unchecked,
                continue_from: self.args.continue_from.clone(),
            };
            let job = NewJob {
                link,
                choice: self.args.choice(),
                remux: self.args.remuxer(),
                output: output.clone(),
                template: self.args.template.clone(),
                extras: self.args.extras(),
                overrides: overrides.clone(),
            };
            let id = engine.download(job).await?;
            jobs.insert(id.to_string(), overrides);
        }
        let watcher = JobWatcher {
            jobs,
            screen: ProgressOutput::new(self.args.json, self.quiet),
            prompt: Prompt::new(self.stop, self.quiet || self.args.json),
            stop: self.stop,
            stop_message: STOPPED_AT_ONCE,
            ended: |end| self.end(end, &output.folder),
        };
        watcher.wait(engine, updates).await?;
        self.sum_up()
    }

    fn end(&mut self, end: JobEnd, folder: &Path) -> Result<(), Exit> {
        let JobEnd { job, result } = end;
        match result {
            Ok(finished) => {
                self.saved += 1;
                report(
                    self.args.json,
                    &folder.join(&finished.file),
                    (&job.id, &finished),
                )?;
                if let (Some(archive), Ok(Target::Recording(id))) =
                    (&mut self.archive, read_link(&job.link))
                {
                    archive.add(&id.to_string())?;
                }
            }
            Err(failure) if self.is_single => return Err(Exit::Failed(failure)),
            Err(failure) => {
                let name = format!("{} – {}", job.title, job.link);
                let context = ExitContext {
                    job: Some(&job.id),
                    link: Some(&job.link),
                };
                self.fail(&name, Exit::Failed(failure), context);
            }
        }
        Ok(())
    }

    fn fail(&mut self, name: &str, exit: Exit, context: ExitContext<'_>) {
        if !self.args.json {
            print_stderr(&one_line(name));
        }
        exit.print(self.args.json, context);
        self.failed.push(exit);
    }

    fn sum_up(self) -> Result<(), Exit> {
        let (saved, known, failed) = (self.saved, self.already_saved, self.failed.len());
        if !self.is_single {
            if self.args.json {
                let summary = json::JsonEvent::Summary {
                    saved,
                    failed,
                    known,
                };
                json::print(None, &summary)?;
            } else if !self.quiet {
                print_stderr(&summary(saved, known));
            }
        }
        match self.failed.into_iter().next() {
            Some(first) => Err(Exit::SomeFailed {
                first: Box::new(first),
                failed,
            }),
            None => Ok(()),
        }
    }
}

fn summary(saved: usize, known: usize) -> String {
    let videos = |count: usize| match count {
        1 => "1 video".to_owned(),
        count => format!("{count} videos"),
    };
    match (saved, known) {
        (saved, 0) => format!("Saved {}.", videos(saved)),
        (saved, known) => format!("Saved {}; {} saved before.", videos(saved), videos(known)),
    }
}

/// Returns the folder for downloads. Where the desktop names none, as on a server, that is
/// `Downloads` in the home folder if there is one.
fn downloads() -> PathBuf {
    let in_home = |home: PathBuf| {
        let downloads = home.join("Downloads");
        if downloads.is_dir() { downloads } else { home }
    };
    dirs::download_dir()
        .or_else(|| dirs::home_dir().map(in_home))
        .unwrap_or_else(|| ".".into())
}

/// Interprets `-o`: a folder if it exists or ends in a slash, else a file.
fn output_location(path: Option<&Path>) -> Result<OutputLocation, Exit> {
    let Some(path) = path else {
        return Ok(OutputLocation {
            folder: downloads(),
            stem: None,
        });
    };
    let path = std::path::absolute(path).map_err(|error| Exit::usage(format!("-o: {error}")))?;
    let ends_in_slash = path
        .as_os_str()
        .as_encoded_bytes()
        .last()
        .is_some_and(|last| char::from(*last) == std::path::MAIN_SEPARATOR || *last == b'/');
    if ends_in_slash || path.is_dir() {
        return Ok(OutputLocation {
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
    Ok(OutputLocation {
        folder: folder.to_owned(),
        stem: Some(without_extension(&name).to_owned()),
    })
}

/// Removes a movie extension; the engine adds the one of the output format.
fn without_extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => {
            let known = ["mp4", "m4v", "flv"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known));
            if known { stem } else { name }
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_folder_if_it_exists_or_ends_in_a_slash() {
        let folder = tempfile::tempdir().unwrap();
        let existing = output_location(Some(folder.path())).unwrap();
        assert_eq!(
            (existing.folder.as_path(), existing.stem),
            (folder.path(), None)
        );
        let new = output_location(Some(&folder.path().join("new/"))).unwrap();
        assert_eq!(new.stem, None);
        let file = output_location(Some(&folder.path().join("My film.v2.MP4"))).unwrap();
        assert_eq!(
            (file.folder.as_path(), file.stem.as_deref()),
            (folder.path(), Some("My film.v2"))
        );
    }

    #[test]
    fn only_movie_extensions_are_removed() {
        assert_eq!(without_extension("a.b"), "a.b");
        assert_eq!(without_extension("a.flv"), "a");
        assert_eq!(without_extension(".mp4"), ".mp4");
    }
}
