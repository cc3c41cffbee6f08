//! What an earlier attempt left: a segment counts if its bytes are still those that were written.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use media::{SegmentOrder, TableFragment, journal};

use crate::durable;
use crate::error::Error;
use crate::part::files::{self, OpenMode};

/// No journal of ours is longer: ten hours take some thirty megabytes.
const MAX_JOURNAL_BYTES: u64 = 1 << 30;
/// So much of the output is read at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// A journal that can be gone on with.
pub(super) struct Recovered {
    /// Open at its end.
    pub(super) journal: File,
    pub(super) fragments: Vec<TableFragment>,
}

/// Reads the journal to its last whole record and the output for which it vouches, and cuts both
/// to what is right.
///
/// In an output in the order of presentation nothing can be put in front of what is there: it ends
/// before the first segment whose bytes are not right. In one in the order of arrival each stands
/// for itself.
pub(super) fn recover(path: &Path, output: &File, order: SegmentOrder) -> Result<Recovered, Error> {
    let disk = || Error::disk(path);
    let mut file = files::open(path, OpenMode::Write).map_err(disk())?;
    let mut bytes = Vec::new();
    let limited = (&file).take(MAX_JOURNAL_BYTES).read_to_end(&mut bytes);
    limited.map_err(disk())?;
    let (fragments, whole) = journal::read(&bytes);
    drop(bytes);
    let recorded = fragments.len();
    let fragments = intact(output, fragments, order);
    if fragments.len() < recorded {
        let lost = recorded - fragments.len();
        tracing::warn!(lost, "segments are damaged and will be fetched again");
        // The journal first: it never vouches for what is not there.
        drop(file);
        file = rewrite(path, &fragments).map_err(disk())?;
    } else {
        let whole = u64::try_from(whole).unwrap_or(u64::MAX);
        file.set_len(whole).map_err(disk())?;
        file.seek(SeekFrom::Start(whole)).map_err(disk())?;
    }
    output
        .set_len(journal::output_end(&fragments))
        .map_err(Error::disk(path))?;
    Ok(Recovered {
        journal: file,
        fragments,
    })
}

/// Replaces the journal by one of these fragments, whole or not at all.
pub(super) fn rewrite(path: &Path, fragments: &[TableFragment]) -> io::Result<File> {
    let records: Vec<u8> = fragments.iter().flat_map(journal::record).collect();
    durable::write_bytes(path, &records)?;
    let mut journal = files::open(path, OpenMode::Write)?;
    journal.seek(SeekFrom::End(0))?;
    Ok(journal)
}

/// Those of the fragments whose bytes are in the output as they were written.
fn intact(output: &File, fragments: Vec<TableFragment>, order: SegmentOrder) -> Vec<TableFragment> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut reached = 0;
    let is_intact = |fragment: &TableFragment| {
        // What was appended lies behind what was there; else bytes would be read again and again.
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
        // What was fetched again stands for what was fetched before.
        let mut seen = HashSet::new();
        intact.reverse();
        intact.retain(|fragment| seen.insert((fragment.track, fragment.kind)));
        intact.reverse();
    }
    intact
}

/// The checksum of the bytes of a fragment, as they are now.
fn checksum(mut output: &File, fragment: &TableFragment, buffer: &mut [u8]) -> io::Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    let mut left = fragment.output_bytes();
    if left > 0 {
        output.seek(SeekFrom::Start(fragment.output_start))?;
    }
    while left > 0 {
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = match output.read(&mut buffer[..most]) {
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
