//! The names of the files in a part folder, and whether a folder is a part folder of ours.

use std::fs;
use std::io;
use std::path::Path;

use super::{CONVERTED, JOURNAL, MOVIE, SPOOLED, lock, manifest::PLAN};
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
    [MOVIE, JOURNAL, CONVERTED, PLAN, lock::NAME].contains(&name)
        || name.starts_with(SPOOLED)
        || name.starts_with(TEMPORARY_PREFIX)
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
/// process: the two differ on file systems without owners and on network drives.
pub(super) fn suspicion(folder: &Path) -> io::Result<Option<String>> {
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() {
        return Ok(Some(format!("it is {}", FileProblem::of_kind(&found).0)));
    }
    let beside = parent(folder);
    let new = tempfile::tempfile_in(beside)?.metadata()?;
    if !platform::same_owner(&found, &new) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
