//! `ustream-dl remux FILE`: makes an MP4 of local movie files.

use std::path::{Path, PathBuf};

use engine::{
    Config, Endpoint, Engine, MovieFiles, Mp4Extension, NewRemux, OutputLocation, Overrides,
};

use crate::args::RemuxArgs;
use crate::exit::{Exit, REMUX_STOPPED};
use crate::job_watcher::{JobEnd, JobWatcher, ProgressOutput, report};
use crate::password::Prompt;
use crate::stop::StopSignal;

/// Makes the MP4; prints its path on stdout.
pub(crate) async fn remux(args: &RemuxArgs, quiet: bool, stop: &StopSignal) -> Result<(), Exit> {
    let RemuxInput { films, output } = read_arguments(&args.files)?;
    let config = Config::default();
    let engine = Engine::open(Config {
        endpoint: Endpoint::offline(),
        ffmpeg: args.ffmpeg.clone().unwrap_or(config.ffmpeg),
        ..config
    })?;
    let updates = engine.job_stream();
    let folder = output.folder.clone();
    let job = NewRemux {
        films,
        remux: args.remux.into(),
        output,
    };
    let id = engine.remux(job).await?.to_string();
    let watcher = JobWatcher {
        jobs: [(id, Overrides::default())].into(),
        screen: ProgressOutput::new(args.json, quiet),
        prompt: Prompt::new(stop, true),
        stop,
        stop_message: REMUX_STOPPED,
        ended: |JobEnd { job, result }| {
            let finished = result.map_err(Exit::RemuxFailed)?;
            report(
                args.json,
                &folder.join(&finished.file),
                (&job.id, &finished),
            )?;
            if finished.is_complete() {
                Ok(())
            } else {
                Err(Exit::SavedIncomplete)
            }
        },
    };
    watcher.wait(&engine, updates).await.map_err(Exit::of_remux)
}

/// The files to read and the file to write.
#[derive(Debug)]
struct RemuxInput {
    films: MovieFiles,
    output: OutputLocation,
}

/// Decides which arguments are inputs. The last of several files is the output if it has an MP4
/// extension, or if it follows a single MP4: two files are then a movie and its new name.
fn read_arguments(arguments: &[PathBuf]) -> Result<RemuxInput, Exit> {
    let mut inputs = Vec::new();
    for file in arguments {
        inputs.push(absolute(file)?);
    }
    let extension = inputs.last().and_then(|last| mp4_extension(last));
    let one_mp4 = matches!(inputs.as_slice(), [first, _] if self::mp4_extension(first).is_some());
    let has_output = one_mp4 || inputs.len() > 1 && extension.is_some();
    let output_file = if has_output { inputs.pop() } else { None };
    for file in &inputs {
        // Check here, so that the message names the file as it was typed.
        if let Err(error) = std::fs::metadata(file) {
            return Err(Exit::usage(format!("{}: {error}", file.display())));
        }
    }
    let Some(first) = inputs.first() else {
        return Err(Exit::usage("name a film".to_owned()));
    };
    if let Some(output_file) = &output_file
        && inputs.iter().any(|file| is_same_file(file, output_file))
    {
        let name = output_file.display();
        return Err(Exit::usage(format!("{name} is a film that is to be read")));
    }
    let named_after = output_file.as_ref().unwrap_or(first);
    let stem = match self::mp4_extension(named_after) {
        None if has_output => named_after.file_name(),
        _ => named_after.file_stem(),
    };
    let (Some(folder), Some(stem)) = (named_after.parent(), stem) else {
        return Err(Exit::usage(format!("{} is no file", named_after.display())));
    };
    let output = OutputLocation {
        folder: folder.to_owned(),
        stem: Some(stem.to_string_lossy().into_owned()),
    };
    let extension = extension.filter(|_| has_output).unwrap_or_default();
    Ok(RemuxInput {
        films: MovieFiles {
            films: inputs,
            ending: extension,
        },
        output,
    })
}

fn absolute(path: &Path) -> Result<PathBuf, Exit> {
    std::path::absolute(path).map_err(|error| Exit::usage(format!("{}: {error}", path.display())))
}

fn mp4_extension(path: &Path) -> Option<Mp4Extension> {
    let text = path.extension()?.to_str()?;
    [Mp4Extension::Mp4, Mp4Extension::M4v, Mp4Extension::M4a]
        .into_iter()
        .find(|extension| text.eq_ignore_ascii_case(extension.as_str()))
}

/// Returns whether two paths lead to the same file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(|name| folder.join(name)).collect()
    }

    #[test]
    fn the_last_of_several_files_is_the_output_if_it_has_an_mp4_extension() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in ["a.flv", "b.flv", "c.mp4"] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        for (names, films, stem, extension) in [
            (&["a.flv"][..], 1, "a", Mp4Extension::Mp4),
            (&["c.mp4"], 1, "c", Mp4Extension::Mp4),
            (&["a.flv", "b.flv"], 2, "a", Mp4Extension::Mp4),
            (&["a.flv", "b.flv", "new.m4v"], 2, "new", Mp4Extension::M4v),
            (&["c.mp4", "new.MP4"], 1, "new", Mp4Extension::Mp4),
            (&["c.mp4", "new.v2"], 1, "new.v2", Mp4Extension::Mp4),
            (&["a.flv", "c.mp4"], 1, "c", Mp4Extension::Mp4),
            (&["c.mp4", "c.mp4", "new.mp4"], 2, "new", Mp4Extension::Mp4),
            (&["a.flv", "sound.m4a"], 1, "sound", Mp4Extension::M4a),
        ] {
            let input = read_arguments(&files(folder, names)).unwrap();
            assert_eq!(input.films.films, files(folder, &names[..films]));
            assert_eq!(input.films.ending, extension);
            let output = (input.output.folder.as_path(), input.output.stem.as_deref());
            assert_eq!(output, (folder, Some(stem)));
        }
    }

    #[test]
    fn a_file_cannot_replace_itself_and_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("c.mp4"), "x").unwrap();
        for names in [
            ["c.mp4", "c.mp4"],
            ["c.mp4", "../c.mp4"],
            ["no.flv", "new.mp4"],
        ] {
            let mut names = files(folder.path(), &names);
            if names[1].ends_with("../c.mp4") {
                names[1] = folder.path().join("x/../c.mp4");
                std::fs::create_dir(folder.path().join("x")).unwrap();
            }
            assert!(
                matches!(read_arguments(&names), Err(Exit::Usage(_))),
                "{names:?}"
            );
        }
    }
}
