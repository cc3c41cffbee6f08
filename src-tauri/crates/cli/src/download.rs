//! `ustream-dl LINK…`: saves recordings.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use engine::view::{Finished, LiveEnd, RangeView};
use engine::{
    Choice, Engine, FileEnding, NewJob, OutputLocation, Overrides, Target, TimeRange, read_link,
};
use indicatif::DecimalBytes;

use crate::archive::Archive;
use crate::args::DownloadArgs;
use crate::batch_result::BatchResult;
use crate::exit::{Exit, ExitContext, STOPPED_AT_ONCE};
use crate::job_watcher::{JobEnd, JobWatcher, ProgressOutput};
use crate::password::Prompt;
use crate::resolve::length;
use crate::selection::{LinkResolver, SelectedRecording, Selection, StatedAmount};
use crate::stop::StopSignal;
use crate::terminal::{one_line, print_stderr};

/// Saves the recordings behind the links; prints the path of each file on stdout.
pub(crate) async fn download(
    args: &DownloadArgs,
    quiet: bool,
    stop: &StopSignal,
) -> Result<(), Exit> {
    let (output, ending) = output_location(args.output.as_deref())?;
    let (choice, ending) = args.save.choice(ending)?;
    let range = args.range()?;
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
        archive: archive.as_ref().filter(|_| !args.again && range.is_none()),
        // Of a recording there may be a part; a stream has no end yet.
        records_live: !args.live.no_live && range.is_none(),
        waits_for_live: args.live.wait,
        output: &output,
        template: &args.save.template,
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
    if selection.list.len() > 1 && !silent && range.is_none() {
        print_stderr(&announcement(&selection, output.folder.as_path()));
    }
    let mut result = BatchResult::new(args.json, quiet, args.exec.as_ref());
    result.already_saved = selection.already_saved;
    let batch = DownloadBatch {
        args,
        quiet,
        stop,
        choice,
        range,
        ending,
        archive,
        result,
        is_single,
    };
    batch.save(&engine, selection, output).await
}

/// The results of the command so far.
struct DownloadBatch<'a> {
    args: &'a DownloadArgs,
    quiet: bool,
    stop: &'a StopSignal,
    choice: Choice,
    range: Option<TimeRange>,
    ending: Option<FileEnding>,
    archive: Option<Archive>,
    result: BatchResult<'a>,
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
            self.result.fail(&link.to_string(), exit, context);
        }
        let updates = engine.job_stream();
        let mut jobs = HashMap::new();
        let (mut is_on_air, mut is_over) = (false, false);
        for selected in selection.list {
            let SelectedRecording {
                link,
                access,
                live: stream,
                ..
            } = selected;
            let overrides = Overrides {
                access,
                gaps: self.args.keep_gaps,
                space: self.args.no_space_check,
                unchecked: self.args.keep_unchecked,
                continue_from: self.args.continue_from.clone(),
            };
            let job = NewJob {
                link,
                choice: self.choice.clone(),
                remux: self.args.save.remuxer(),
                output: output.clone(),
                template: self.args.save.template.clone(),
                extras: self.args.save.extras(),
                ending: self.ending,
                again: self.args.again,
                range: self.range,
                live: stream
                    .as_ref()
                    .map(|_| self.args.live.options(self.args.begins_now())),
                title: stream.as_ref().and_then(|channel| channel.title.clone()),
                thumbnail: None,
                overrides: overrides.clone(),
            };
            let id = engine.download(job).await?;
            if let Some(channel) = stream {
                is_on_air |= channel.is_on_air;
                is_over |= !channel.is_on_air;
            }
            jobs.insert(id.to_string(), overrides);
        }
        if !self.is_silent() {
            if is_on_air {
                print_stderr(
                    "This stream is running now, and is recorded. Ctrl-C stops and saves it.",
                );
            }
            if is_over && self.args.live.wait {
                print_stderr("This stream hasn't started. It is recorded when it starts.");
            } else if is_over {
                print_stderr("This stream is over. What was recorded of it before is saved.");
            }
        }
        let watcher = JobWatcher {
            jobs,
            screen: ProgressOutput::new(self.args.json, self.quiet),
            prompt: Prompt::new(self.stop, self.is_silent()),
            stop: self.stop,
            stop_message: STOPPED_AT_ONCE,
            ended: |end| self.end(end, &output.folder),
        };
        watcher.wait(engine, updates).await?;
        self.result.sum_up(!self.is_single)
    }

    /// Returns whether nothing is told in words but errors.
    fn is_silent(&self) -> bool {
        self.quiet || self.args.json
    }

    fn end(&mut self, end: JobEnd, folder: &Path) -> Result<(), Exit> {
        let JobEnd { job, result } = end;
        match result {
            Ok(finished) => {
                if let Some(range) = finished.range.filter(|_| !self.is_silent()) {
                    for note in range_notes(range, finished.duration_ms) {
                        print_stderr(&note);
                    }
                }
                if let Some(end) = finished.live_end
                    && !self.is_silent()
                {
                    print_stderr(live_end_note(end));
                    if finished.continued_by.is_some() {
                        print_stderr("It is recorded further, in another file.");
                    }
                }
                if finished.saved_before && !self.is_silent() {
                    print_stderr(
                        "Saved already, and not fetched again. --again saves it once more.",
                    );
                }
                let path = saved_path(folder, &finished);
                self.result.add(&path, (&job.id, &finished))?;
                // A part does not make the recording saved.
                let archive = self.archive.as_mut().filter(|_| self.range.is_none());
                if let (Some(archive), Ok(Target::Recording(id))) = (archive, read_link(&job.link))
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
                self.result.fail(&name, Exit::Failed(failure), context);
            }
        }
        Ok(())
    }
}

/// Says how much is going to be saved, and how much room there is.
fn announcement(selection: &Selection, folder: &Path) -> String {
    let StatedAmount { duration_ms, bytes } = selection.stated();
    let mut parts = vec![format!("Saving {} videos", selection.list.len())];
    parts.extend(duration_ms.map(length));
    parts.extend(bytes.map(|bytes| format!("about {}", DecimalBytes(bytes))));
    let free = engine::available_space(folder).ok();
    let free = free.map_or_else(String::new, |free| {
        format!(" {} is free in {}.", DecimalBytes(free), folder.display())
    });
    one_line(&format!("{}.{free}", parts.join(", "))).into_owned()
}

/// Returns why the recording of a stream has ended, in a sentence.
fn live_end_note(end: LiveEnd) -> &'static str {
    match end {
        LiveEnd::Ended => "The stream has ended.",
        LiveEnd::Silent => "The stream sent nothing any more, so the recording was ended.",
        LiveEnd::Asked => "The recording was stopped.",
        LiveEnd::DiskFull => "The disk is nearly full, so the recording was ended.",
        LiveEnd::FileFull => "The file is as large as it may be.",
        LiveEnd::Restarted => "The stream was started again, with other tracks.",
    }
}

/// Returns how the part that was saved differs from what was asked for, in sentences.
fn range_notes(range: RangeView, duration_ms: u64) -> Vec<String> {
    let (start, end) = (
        clock(range.from_ms),
        clock(range.from_ms.saturating_add(duration_ms)),
    );
    let clamped = format!("The video ends at {end}; the part goes up to there.");
    let widened = format!(
        "An original is cut only where its pieces begin: the part is that from {start} to {end}."
    );
    let notes = [(range.is_clamped, clamped), (range.is_widened, widened)];
    let notes = notes.into_iter().filter(|(is_so, _)| *is_so);
    notes.map(|(_, note)| note).collect()
}

/// Returns a time as a player shows it.
fn clock(time_ms: u64) -> String {
    let seconds = time_ms / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours}:{minutes:02}:{:02}", seconds % 60)
}

/// Returns the folder for downloads. Where the desktop names none, as on a server, that is
/// `Downloads` in the home folder if there is one.
pub(crate) fn downloads() -> PathBuf {
    let in_home = |home: PathBuf| {
        let downloads = home.join("Downloads");
        if downloads.is_dir() { downloads } else { home }
    };
    dirs::download_dir()
        .or_else(|| dirs::home_dir().map(in_home))
        .unwrap_or_else(|| ".".into())
}

/// Returns the path of a finished file.
pub(crate) fn saved_path(folder: &Path, finished: &Finished) -> PathBuf {
    let mut path = folder.to_owned();
    path.extend(finished.subfolder.iter().flat_map(|names| names.split('/')));
    path.join(&finished.file)
}

/// Interprets `-o`: a folder if it exists or ends in a slash, else a file with its extension.
fn output_location(path: Option<&Path>) -> Result<(OutputLocation, Option<FileEnding>), Exit> {
    let in_folder = |folder: PathBuf| OutputLocation { folder, stem: None };
    let Some(path) = path else {
        return Ok((in_folder(downloads()), None));
    };
    let path = std::path::absolute(path).map_err(|error| Exit::usage(format!("-o: {error}")))?;
    let ends_in_slash = path
        .as_os_str()
        .as_encoded_bytes()
        .last()
        .is_some_and(|last| char::from(*last) == std::path::MAIN_SEPARATOR || *last == b'/');
    if ends_in_slash || path.is_dir() {
        return Ok((in_folder(path), None));
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(Exit::usage(format!(
            "{} is neither a file nor a folder",
            path.display()
        )));
    };
    let name = name.to_string_lossy();
    let (stem, ending) = split_ending(&name)?;
    let output = OutputLocation {
        folder: folder.to_owned(),
        stem: Some(stem.to_owned()),
    };
    Ok((output, ending))
}

/// Extensions of video and sound that this program does not make. Others, as in `Talk 2.0`, are a
/// part of the name.
const OTHER_MEDIA: [&str; 47] = [
    "3g2", "3gp", "aac", "ac3", "aif", "aiff", "alac", "asf", "avi", "caf", "dash", "divx", "eac3",
    "f4a", "f4v", "flac", "gif", "m2ts", "m2v", "m3u", "m3u8", "m4b", "m4r", "mka", "mkv", "mov",
    "mp2", "mpd", "mpeg", "mpg", "mts", "mxf", "oga", "ogg", "ogm", "ogv", "opus", "qt", "rm",
    "rmvb", "swf", "ts", "vob", "wav", "webm", "wma", "wmv",
];

/// Splits a file name before its extension, if it is one of a movie. Fails if it is one that is not
/// made here.
fn split_ending(name: &str) -> Result<(&str, Option<FileEnding>), Exit> {
    let Some((stem, extension)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return Ok((name, None));
    };
    let is = |known: &str| extension.eq_ignore_ascii_case(known);
    if let Some(ending) = FileEnding::ALL.into_iter().find(|known| is(known.as_str())) {
        return Ok((stem, Some(ending)));
    }
    if OTHER_MEDIA.into_iter().any(is) {
        return Err(Exit::usage(format!(
            "-o {name}: this program makes no .{extension}, only .mp4 or .m4v, .m4a or .mp3 of \
             the sound alone, and .flv as an original"
        )));
    }
    Ok((name, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_folder_if_it_exists_or_ends_in_a_slash() {
        let folder = tempfile::tempdir().unwrap();
        let (existing, _) = output_location(Some(folder.path())).unwrap();
        assert_eq!(
            (existing.folder.as_path(), existing.stem),
            (folder.path(), None)
        );
        let (new, _) = output_location(Some(&folder.path().join("new/"))).unwrap();
        assert_eq!(new.stem, None);
        let (file, ending) = output_location(Some(&folder.path().join("My film.v2.MP4"))).unwrap();
        assert_eq!(
            (file.folder.as_path(), file.stem.as_deref(), ending),
            (folder.path(), Some("My film.v2"), Some(FileEnding::Mp4))
        );
    }

    #[test]
    fn an_extension_is_taken_over_refused_or_a_part_of_the_name() {
        for (name, stem, ending) in [
            ("a.flv", "a", Some(FileEnding::Flv)),
            ("a.M4A", "a", Some(FileEnding::M4a)),
            ("a.MP3", "a", Some(FileEnding::Mp3)),
            ("a.m4v", "a", Some(FileEnding::M4v)),
            ("a.b", "a.b", None),
            ("Talk 2.0", "Talk 2.0", None),
            ("Dr. Who", "Dr. Who", None),
            (".mp4", ".mp4", None),
            ("a", "a", None),
        ] {
            assert_eq!(split_ending(name).unwrap(), (stem, ending), "{name}");
        }
        for name in ["a.mkv", "a.mov", "a.OGG", "a.webm", "a.ts"] {
            let Err(Exit::Usage(problem)) = split_ending(name) else {
                panic!("{name} is accepted");
            };
            assert!(
                problem.contains(name) && problem.contains(".m4a"),
                "{problem}"
            );
        }
    }

    #[test]
    fn the_path_of_a_file_in_folders_of_the_template_is_whole() {
        let finished = Finished {
            file: "film.mp4".to_owned(),
            subfolder: Some("Acme/2016".to_owned()),
            ..Finished::default()
        };
        let path = saved_path(Path::new("out"), &finished);
        assert_eq!(
            path,
            ["out", "Acme", "2016", "film.mp4"]
                .iter()
                .collect::<PathBuf>()
        );
    }
}
