//! `ustream-dl LINK…`: saves recordings.

use std::collections::HashMap;
use std::path::Path;

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

/// Saves what the links lead to; prints the path of each file on stdout.
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
    let one_link = links.len() == 1;
    let silent = quiet || args.json;
    let mut reading = LinkResolver {
        engine: &engine,
        access,
        prompt: Prompt::new(stop, silent),
        filter: args.filter(),
        archive: archive.as_ref(),
    };
    let mut wishes = reading.resolve(links).await;
    if one_link && let Some((_, exit)) = wishes.failed.pop() {
        return Err(exit);
    }
    if wishes.list.len() > 1
        && let Some(name) = &output.stem
    {
        let many = wishes.list.len();
        return Err(Exit::usage(format!(
            "{name} is one file; {many} videos need a folder"
        )));
    }
    let is_alone = one_link && wishes.list.len() == 1 && wishes.already_saved == 0;
    let tally = DownloadBatch {
        args,
        quiet,
        stop,
        archive,
        saved: 0,
        failed: Vec::new(),
        already_saved: wishes.already_saved,
        is_single: is_alone,
    };
    tally.save(&engine, wishes, output).await
}

/// What has become of the links so far.
struct DownloadBatch<'a> {
    args: &'a DownloadArgs,
    quiet: bool,
    stop: &'a StopSignal,
    archive: Option<Archive>,
    saved: usize,
    failed: Vec<Exit>,
    already_saved: usize,
    /// One link led to one recording: its end is the command's.
    is_single: bool,
}

impl DownloadBatch<'_> {
    async fn save(
        mut self,
        engine: &Engine,
        wishes: Selection,
        output: OutputLocation,
    ) -> Result<(), Exit> {
        for (link, exit) in wishes.failed {
            let about = ExitContext {
                job: None,
                link: Some(&link),
            };
            self.fail(&link, exit, about);
        }
        let feed = engine.job_stream();
        let mut jobs = HashMap::new();
        for SelectedRecording { link, access } in wishes.list {
            let overrides = Overrides {
                access,
                gaps: self.args.keep_gaps,
                space: self.args.no_space_check,
                unchecked: self.args.keep_unchecked,
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
        let following = JobWatcher {
            jobs,
            screen: ProgressOutput::new(self.args.json, self.quiet),
            prompt: Prompt::new(self.stop, self.quiet || self.args.json),
            stop: self.stop,
            stop_message: STOPPED_AT_ONCE,
            ended: |end| self.end(end, &output.folder),
        };
        following.wait(engine, feed).await?;
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
                let named = format!("{} – {}", job.title, job.link);
                let about = ExitContext {
                    job: Some(&job.id),
                    link: Some(&job.link),
                };
                self.fail(&named, Exit::Failed(failure), about);
            }
        }
        Ok(())
    }

    fn fail(&mut self, named: &str, exit: Exit, about: ExitContext<'_>) {
        if !self.args.json {
            print_stderr(&one_line(named));
        }
        exit.print(self.args.json, about);
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

/// Reads `-o`: a folder where it exists or ends in a slash, else a file.
fn output_location(path: Option<&Path>) -> Result<OutputLocation, Exit> {
    let Some(path) = path else {
        let folder = dirs::download_dir()
            .or_else(dirs::home_dir)
            .unwrap_or_else(|| ".".into());
        return Ok(OutputLocation { folder, stem: None });
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

/// The ending follows from the format that comes out.
fn without_extension(name: &str) -> &str {
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
    fn only_endings_of_films_are_taken_off() {
        assert_eq!(without_extension("a.b"), "a.b");
        assert_eq!(without_extension("a.flv"), "a");
        assert_eq!(without_extension(".mp4"), ".mp4");
    }
}
