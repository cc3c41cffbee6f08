//! Remembers in the cache folder where the last session of the control connection has ended, for the
//! next start of the program.
//!
//! A lost or damaged file only costs time, and what is in it is checked like an answer of the service.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ustream::{Client, ClusterRoute};

use crate::disk;

/// Name in the cache folder.
const FILE_NAME: &str = "control-route";
/// More is not read: the longest route is shorter.
const MAX_BYTES: u64 = 256;

/// The file, for the client that uses what is in it.
#[derive(Debug)]
pub(crate) struct RouteFile {
    path: PathBuf,
    /// The text in it at the start; `None` if it was not there or made no sense.
    read: Option<String>,
    client: Client,
}

impl RouteFile {
    /// Reads the file in this folder and gives the client what is in it, or else the usual route.
    pub(crate) fn open(folder: &Path, client: Client) -> Self {
        let path = folder.join(FILE_NAME);
        let known = read(&path).ok();
        let route = known.as_deref().and_then(|text| text.parse().ok());
        // An empty text: no host can be built from what was learnt.
        let read = known.filter(|text| text.is_empty() || route.is_some());
        client.set_control_route(match read {
            Some(_) => route,
            None => Some(ClusterRoute::usual()),
        });
        Self { path, read, client }
    }

    /// Writes the file if the client has learnt something else since the start.
    pub(crate) fn save(&self) {
        let route = self.client.control_route();
        let text = route.map(|route| route.to_string()).unwrap_or_default();
        let usual = || ClusterRoute::usual().to_string();
        if text == self.read.clone().unwrap_or_else(usual) {
            return;
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| disk::replace_file(&self.path, text.as_bytes()));
        if let Err(error) = written {
            tracing::info!(%error, "the route of the control connection cannot be kept");
        }
    }
}

/// Reads the file without the space around its text.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(MAX_BYTES)
        .read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client::new(&ustream::Endpoint::offline()).unwrap()
    }

    #[test]
    fn what_was_learnt_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("cache");
        let beta: ClusterRoute = "ws-beta.ums.ustream.tv".parse().unwrap();
        for learnt in [Some(beta), None, Some(ClusterRoute::usual())] {
            let file = RouteFile::open(&folder, client());
            file.client.set_control_route(learnt.clone());
            file.save();
            let next = client();
            RouteFile::open(&folder, next.clone());
            assert_eq!(next.control_route(), learnt);
        }
    }

    #[test]
    fn without_a_file_or_sense_in_it_the_usual_route_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let long = "x".repeat(100_000);
        let texts: [&[u8]; 4] = [b"ws-omega.example.com", b"{}", &[0xff; 20], long.as_bytes()];
        for text in [None].into_iter().chain(texts.map(Some)) {
            if let Some(text) = text {
                std::fs::write(&path, text).unwrap();
            }
            let client = client();
            RouteFile::open(folder.path(), client.clone()).save();
            assert_eq!(client.control_route(), Some(ClusterRoute::usual()));
        }
        assert_eq!(std::fs::read(&path).unwrap(), long.as_bytes());
    }
}
