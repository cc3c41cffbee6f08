//! Reads the `.info.json` beside a movie, which this program, yt-dlp or anybody may have written.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::library::file_metadata;

/// The ending behind the stem of the movie.
const ENDING: &str = "info.json";

/// Reads these fields of the file beside `movie`, of which at most `max_bytes` are read.
///
/// Fails with [`io::ErrorKind::NotFound`] if there is no regular file of that name.
pub(crate) fn read<T: DeserializeOwned>(movie: &Path, max_bytes: u64) -> io::Result<T> {
    let path = movie.with_extension(ENDING);
    file_metadata(&path).ok_or(io::ErrorKind::NotFound)?;
    let mut text = Vec::new();
    File::open(path)?.take(max_bytes).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}
