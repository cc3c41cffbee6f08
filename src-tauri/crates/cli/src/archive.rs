//! The archive file: a list of saved recordings, in yt-dlp's format (`ustream 112470631`).

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use engine::Error;

/// The name of this service in yt-dlp's archives.
const SERVICE: &str = "ustream";

/// The recordings that were saved before, and the file that lists them.
#[derive(Debug)]
pub(crate) struct Archive {
    path: PathBuf,
    saved: HashSet<String>,
    file: File,
}

impl Archive {
    /// Reads the list, or creates a new one. Lines of other services are kept.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let saved = text.lines().filter_map(|line| {
            let (service, id) = line.trim().split_once(' ')?;
            (service == SERVICE).then(|| id.trim().to_owned())
        });
        let saved = saved.collect();
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        let path = path.to_owned();
        Ok(Self { path, saved, file })
    }

    /// Returns whether a recording was saved before.
    pub(crate) fn contains(&self, recording: &str) -> bool {
        self.saved.contains(recording)
    }

    /// Adds a recording that has been saved.
    pub(crate) fn add(&mut self, recording: &str) -> Result<(), Error> {
        if !self.saved.insert(recording.to_owned()) {
            return Ok(());
        }
        // One call, so that two processes cannot mix their lines.
        let line = format!("{SERVICE} {recording}\n");
        let written = self.file.write_all(line.as_bytes());
        let written = written.and_then(|()| engine::sync_data(&self.file));
        written.map_err(|source| Error::Disk {
            path: self.path.clone(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_recordings_are_known_next_time_and_lines_of_other_services_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("archive.txt");
        fs::write(&path, "youtube abc\nustream 7").unwrap();
        let mut archive = Archive::open(&path).unwrap();
        assert!(archive.contains("7") && !archive.contains("abc") && !archive.contains("8"));
        archive.add("8").unwrap();
        archive.add("8").unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "youtube abc\nustream 7\nustream 8\n");
        assert!(Archive::open(&path).unwrap().contains("8"));
    }
}
