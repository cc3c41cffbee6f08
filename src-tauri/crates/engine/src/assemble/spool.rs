//! Segments that came before their turn, each in a file of its own: its body, and the CRC-32 of
//! that behind it.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::durable;
use crate::part::files::{self, OpenMode};

/// Puts a body by.
pub(super) fn write(path: &Path, body: &[u8]) -> io::Result<()> {
    let checksum = crc32fast::hash(body).to_be_bytes();
    durable::write_parts(path, &[body, &checksum])
}

/// Reads a body back; nothing if there is none, or it is not what was written. It is taken away
/// then, so that the segment is fetched again.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = match files::open(path, OpenMode::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut body = Vec::new();
    let read = file.read_to_end(&mut body);
    if read.is_ok()
        && let Some((rest, checksum)) = body.split_last_chunk()
        && crc32fast::hash(rest) == u32::from_be_bytes(*checksum)
    {
        body.truncate(rest.len());
        return Ok(Some(body));
    }
    drop(file);
    tracing::warn!(path = %path.display(), "a segment is damaged and will be fetched again");
    fs::remove_file(path)?;
    Ok(None)
}
