//! Recovers the segments of an earlier attempt whose bytes still match the journal's checksums.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use media::{SegmentOrder, TableFragment, journal};

use crate::disk::durable;
use crate::disk::guarded::{self, OpenMode};
use crate::error::Error;

/// Longest journal that is read; a recording of ten hours takes about 30 MB.
const MAX_JOURNAL_BYTES: u64 = 1 << 30;
/// Bytes of the output that are read at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// A journal that the next attempt can continue.
pub(super) struct Recovered {
    /// Positioned at its end.
    pub(super) journal: File,
    pub(super) fragments: Vec<TableFragment>,
}

/// Reads the journal up to its last complete record, verifies the output against it, and truncates
/// both to what is intact.
///
/// An output in presentation order is truncated before the first damaged segment, because nothing
/// can be inserted later. In arrival order each segment is kept or dropped on its own.
pub(super) fn recover(path: &Path, output: &File, order: SegmentOrder) -> Result<Recovered, Error> {
    let disk = || Error::disk(path);
    let mut file = guarded::open(path, OpenMode::Write).map_err(disk())?;
    let mut bytes = Vec::new();
    let limited = (&file).take(MAX_JOURNAL_BYTES).read_to_end(&mut bytes);
    limited.map_err(disk())?;
    let (fragments, complete_bytes) = journal::read(&bytes);
    drop(bytes);
    let recorded = fragments.len();
    let fragments = intact(output, fragments, order);
    if fragments.len() < recorded {
        let lost = recorded - fragments.len();
        tracing::warn!(lost, "segments are damaged and will be fetched again");
        // The journal first: it must never record bytes that are not in the output.
        drop(file);
        file = rewrite(path, &fragments).map_err(disk())?;
    } else {
        let complete_bytes = u64::try_from(complete_bytes).unwrap_or(u64::MAX);
        file.set_len(complete_bytes).map_err(disk())?;
        file.seek(SeekFrom::Start(complete_bytes)).map_err(disk())?;
    }
    output
        .set_len(journal::output_end(&fragments))
        .map_err(Error::disk(path))?;
    Ok(Recovered {
        journal: file,
        fragments,
    })
}

/// Atomically replaces the journal by one of these fragments.
pub(super) fn rewrite(path: &Path, fragments: &[TableFragment]) -> io::Result<File> {
    let records: Vec<u8> = fragments.iter().flat_map(journal::record).collect();
    durable::write_bytes(path, &records)?;
    let mut journal = guarded::open(path, OpenMode::Write)?;
    journal.seek(SeekFrom::End(0))?;
    Ok(journal)
}

/// Returns the fragments whose bytes are in the output as they were written.
fn intact(output: &File, fragments: Vec<TableFragment>, order: SegmentOrder) -> Vec<TableFragment> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut reached = 0;
    let is_intact = |fragment: &TableFragment| {
        // Fragments only follow each other; overlapping ones could make us read bytes repeatedly.
        if fragment.output_bytes() > 0 && fragment.output_start < reached {
            return false;
        }
        reached = reached.max(fragment.output_end);
        match checksum(output, fragment, &mut buffer) {
            Ok(found) => found == fragment.checksum,
            Err(error) => {
                tracing::info!(%error, part = ?fragment.kind, "a segment cannot be read back");
                false
            }
        }
    };
    let mut intact: Vec<_> = match order {
        SegmentOrder::Presentation => fragments.into_iter().take_while(is_intact).collect(),
        SegmentOrder::Arrival => fragments.into_iter().filter(is_intact).collect(),
    };
    if order == SegmentOrder::Arrival {
        // If a segment was fetched again, the later record replaces the earlier one.
        let mut seen = HashSet::new();
        intact.reverse();
        intact.retain(|fragment| seen.insert((fragment.track, fragment.kind)));
        intact.reverse();
    }
    intact
}

/// Computes the checksum of the bytes of a fragment in the output.
fn checksum(mut output: &File, fragment: &TableFragment, buffer: &mut [u8]) -> io::Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    let mut left = fragment.output_bytes();
    if left > 0 {
        output.seek(SeekFrom::Start(fragment.output_start))?;
    }
    while left > 0 {
        let length = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = match output.read(&mut buffer[..length]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&buffer[..read]);
        left -= u64::try_from(read).unwrap_or(u64::MAX).min(left);
    }
    Ok(hasher.finalize())
}
