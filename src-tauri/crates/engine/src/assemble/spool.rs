//! Spools early segments to disk. Each is a file of its own: the body, then its CRC-32
//! (big-endian).

use std::io::{self, Read as _};
use std::path::Path;

use crate::disk::durable;
use crate::disk::guarded::{self, OpenMode};

/// Writes a body to a spool file.
pub(super) fn write(path: &Path, body: &[u8]) -> io::Result<()> {
    let checksum = crc32fast::hash(body).to_be_bytes();
    durable::write_parts(path, &[body, &checksum])
}

/// Reads a body back. Returns `None` if there is no file, or it is damaged; a damaged file is
/// deleted, so that the segment is fetched again.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = match guarded::open(path, OpenMode::Read) {
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
    durable::remove_file(path)?;
    Ok(None)
}
