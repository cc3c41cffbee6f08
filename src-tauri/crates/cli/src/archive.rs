//! The list of what was saved before, in the form that users of yt-dlp know: `ustream 112470631`.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// How other downloaders name this service there.
const SERVICE: &str = "ustream";

/// Recordings that were saved before, and the file that remembers them.
#[derive(Debug)]
pub(crate) struct Archive {
    known: HashSet<String>,
    file: File,
}

impl Archive {
    /// Reads the list, or begins a new one. Lines of other services are left alone.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let known = text.lines().filter_map(|line| {
            let (service, id) = line.trim().split_once(' ')?;
            (service == SERVICE).then(|| id.trim().to_owned())
        });
        let known = known.collect();
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        Ok(Self { known, file })
    }

    /// Whether a recording was saved before.
    pub(crate) fn contains(&self, recording: &str) -> bool {
        self.known.contains(recording)
    }

    /// Remembers a recording that has been saved.
    pub(crate) fn add(&mut self, recording: &str) -> io::Result<()> {
        if self.known.insert(recording.to_owned()) {
            // One call, so that two programs cannot mix their lines.
            self.file
                .write_all(format!("{SERVICE} {recording}\n").as_bytes())?;
            self.file.sync_data()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_known_next_time_and_other_services_lines_stay() {
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
