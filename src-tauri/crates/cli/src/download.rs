//! `ustream-dl LINK`: saves a recording.

use std::path::Path;

use engine::{Engine, NewJob, Output};

use crate::args::DownloadArgs;
use crate::exit::Exit;
use crate::follow::{Screen, report, wait};

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
    let finished = wait(&engine, feed, Screen::new(args.json, quiet)).await?;
    report(args.json, &folder.join(&finished.file), &finished)?;
    Ok(())
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
