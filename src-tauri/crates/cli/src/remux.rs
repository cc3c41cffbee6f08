//! `ustream-dl remux FILE`: one MP4 of a film that is already here.

use std::path::{Path, PathBuf};

use engine::{Config, Engine, MovieFiles, Mp4Extension, NewRemux, OutputLocation, Overrides};

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
        ffmpeg: args.ffmpeg.clone().unwrap_or(config.ffmpeg),
        ..config
    })?;
    let feed = engine.job_stream();
    let folder = output.folder.clone();
    let job = NewRemux {
        films,
        remux: args.remux.into(),
        output,
    };
    let id = engine.remux(job).await?.to_string();
    let following = JobWatcher {
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
            Ok(())
        },
    };
    following.wait(&engine, feed).await.map_err(Exit::of_remux)
}

/// What the files on the command line mean.
#[derive(Debug)]
struct RemuxInput {
    films: MovieFiles,
    output: OutputLocation,
}

/// The last of several files is the new one if its name says so, or if it follows an MP4: MP4s are
/// not joined.
fn read_arguments(arguments: &[PathBuf]) -> Result<RemuxInput, Exit> {
    let mut films = Vec::new();
    for file in arguments {
        films.push(absolute(file)?);
    }
    let ending = films.last().and_then(|last| mp4_extension(last));
    let one_mp4 = matches!(films.as_slice(), [first, _] if self::mp4_extension(first).is_some());
    let named = one_mp4 || films.len() > 1 && ending.is_some();
    let new = if named { films.pop() } else { None };
    for film in &films {
        // Said here, with the name as it was typed wrong.
        if let Err(error) = std::fs::metadata(film) {
            return Err(Exit::usage(format!("{}: {error}", film.display())));
        }
    }
    let Some(first) = films.first() else {
        return Err(Exit::usage("name a film".to_owned()));
    };
    if let Some(new) = &new
        && films.iter().any(|film| is_same_file(film, new))
    {
        let name = new.display();
        return Err(Exit::usage(format!("{name} is a film that is to be read")));
    }
    let place = new.as_ref().unwrap_or(first);
    let stem = match self::mp4_extension(place) {
        None if named => place.file_name(),
        _ => place.file_stem(),
    };
    let (Some(folder), Some(stem)) = (place.parent(), stem) else {
        return Err(Exit::usage(format!("{} is no file", place.display())));
    };
    let output = OutputLocation {
        folder: folder.to_owned(),
        stem: Some(stem.to_string_lossy().into_owned()),
    };
    let ending = ending.filter(|_| named).unwrap_or_default();
    Ok(RemuxInput {
        films: MovieFiles { films, ending },
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
        .find(|ending| text.eq_ignore_ascii_case(ending.as_str()))
}

/// Whether two names lead to the same file.
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
    fn the_last_of_several_files_is_the_new_one_if_it_ends_like_one() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in ["a.flv", "b.flv", "c.mp4"] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        for (names, films, stem, ending) in [
            (&["a.flv"][..], 1, "a", Mp4Extension::Mp4),
            (&["c.mp4"], 1, "c", Mp4Extension::Mp4),
            (&["a.flv", "b.flv"], 2, "a", Mp4Extension::Mp4),
            (&["a.flv", "b.flv", "new.m4v"], 2, "new", Mp4Extension::M4v),
            (&["c.mp4", "new.MP4"], 1, "new", Mp4Extension::Mp4),
            (&["c.mp4", "new.v2"], 1, "new.v2", Mp4Extension::Mp4),
            (&["a.flv", "c.mp4"], 1, "c", Mp4Extension::Mp4),
            (&["a.flv", "sound.m4a"], 1, "sound", Mp4Extension::M4a),
        ] {
            let order = read_arguments(&files(folder, names)).unwrap();
            assert_eq!(order.films.films, files(folder, &names[..films]));
            assert_eq!(order.films.ending, ending);
            let output = (order.output.folder.as_path(), order.output.stem.as_deref());
            assert_eq!(output, (folder, Some(stem)));
        }
    }

    #[test]
    fn a_film_cannot_become_itself_and_must_be_there() {
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
