//! The names of the files in a part folder, and whether a folder is a part folder of ours.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use super::{CONVERTED, CONVERTED_MP3, JOURNAL, MOVIE, SPOOLED, lock, manifest::PLAN};
use crate::disk::durable::TEMPORARY_PREFIX;
use crate::disk::guarded::{FileProblem, parent};
use crate::platform;

/// Creates a part folder that other users cannot read. An existing one stays as it is.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    platform::before_change();
    match platform::private_folder().create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Returns whether a file in a part folder is one that this program makes.
pub(super) fn is_own_name(name: &str) -> bool {
    [MOVIE, JOURNAL, CONVERTED, CONVERTED_MP3, PLAN, lock::NAME].contains(&name)
        || is_spooled_name(name)
        || is_temporary_name(name)
}

/// Returns whether a file is a temporary one of a write that a crash interrupted: `tempfile` puts six
/// letters or digits behind our prefix.
pub(super) fn is_temporary_name(name: &str) -> bool {
    let random = name.strip_prefix(TEMPORARY_PREFIX);
    random.is_some_and(|random| {
        random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Returns whether a file is a spooled segment: `early-<track>-<number>` or `early-<track>-init`.
fn is_spooled_name(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let segment = name.strip_prefix(SPOOLED).and_then(|id| id.split_once('-'));
    segment.is_some_and(|(track, id)| is_number(track) && (id == "init" || is_number(id)))
}

/// Returns whether a name is a plain file name, which cannot lead out of its folder.
pub(super) fn is_plain_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let is_one = matches!(
        (components.next(), components.next()),
        (Some(std::path::Component::Normal(first)), None) if first == name
    );
    is_one && !name.contains(['/', '\\', '\0']) && !platform::is_special_name(name)
}

/// Returns why a folder cannot be a part folder of ours, or `None` if it can.
///
/// Compares its owner with that of a new temporary file beside it, not with the user of this
/// process: the two differ on file systems without owners and on network drives. Only if the disk takes
/// no file, the user of this process counts.
pub(super) fn suspicion(folder: &Path) -> io::Result<Option<String>> {
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() {
        return Ok(Some(format!("it is {}", FileProblem::of_kind(&found).0)));
    }
    let beside = parent(folder);
    if !is_ours(&found, beside)? {
        return Ok(Some("it belongs to somebody else".to_owned()));
    }
    if !platform::same_disk(&found, &fs::metadata(beside)?) {
        return Ok(Some("it lies on another disk".to_owned()));
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !is_own_name(&name) {
            continue;
        }
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            // Another process of this program has just deleted it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if let Some(problem) = FileProblem::of(&metadata, &found) {
            return Ok(Some(format!("{name} in it is {}", problem.0)));
        }
    }
    Ok(None)
}

fn is_ours(part: &Metadata, beside: &Path) -> io::Result<bool> {
    match tempfile::tempfile_in(beside) {
        Ok(new) => Ok(platform::same_owner(part, &new.metadata()?)),
        // What is in the folder can still be taken to another disk.
        Err(error) if takes_no_new_file(&error) => Ok(platform::belongs_to_user(part)),
        Err(error) => Err(error),
    }
}

/// Returns whether a disk can be read but takes no new file.
pub(super) fn takes_no_new_file(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_we_make_are_ours() {
        for name in ["film", "journal", "plan.json", "lock"] {
            assert!(is_own_name(name), "{name}");
        }
        for name in ["converted.mp4", "converted.mp3"] {
            assert!(is_own_name(name), "{name}");
        }
        for name in ["early-0-12", "early-1-init", ".new-aB3xY9"] {
            assert!(is_own_name(name), "{name}");
        }
        for name in [
            "notes.txt",
            "early-draft.txt",
            "early-1-a",
            "early--1",
            ".new-cover.png",
        ] {
            assert!(!is_own_name(name), "{name}");
        }
    }

    #[test]
    fn a_plain_name_leads_nowhere_else() {
        for name in ["film", "Film (2).mp4", "..film", "ä.flv"] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "/",
            "/etc/passwd",
            "../film",
            "a/b",
            "./film",
            "film/",
            "a\\b",
            "a\0b",
        ] {
            assert!(!is_plain_name(name), "{name:?}");
        }
    }
}
