//! Several audio tracks in the segments of one track of the download plan.
//!
//! The tables of a segment hold those of its video and its first audio. The tables of each further
//! audio track are an entry of them, and become a fragment of their own before the index is built.

use super::{SegmentTables, TableEntry};
use crate::{Content, Error, TableFragment};

/// Track numbers from this one belong to further audio tracks; a download plan has fewer tracks.
const FIRST_OTHER: u8 = 0x40;
/// Most further audio tracks of one track of the plan.
const MAX_OTHERS: u8 = 16;

/// Returns the track number of a further audio track, counted from 1, in the segments of a track of
/// the plan; `None` if there is none left.
pub(crate) fn other_number(track: u8, number: u8) -> Option<u8> {
    let is_in_range = (1..MAX_OTHERS).contains(&number);
    (track == 0 && is_in_range).then_some(FIRST_OTHER + number)
}

/// Returns the track of the download plan in whose segments a track is.
pub(crate) fn main_number(track: u8) -> u8 {
    if track < FIRST_OTHER { track } else { 0 }
}

/// Makes a fragment of each further audio track. Its output range and facts stay with the first.
pub(crate) fn separate_tracks(fragments: &mut Vec<TableFragment>) -> Result<(), Error> {
    let mut others = Vec::new();
    for fragment in &*fragments {
        let tables = SegmentTables::read(&fragment.tables)?;
        let base = tables.base;
        for entry in tables.entries {
            match entry? {
                TableEntry::OtherTrack { number, tables } => {
                    let Some(track) = other_number(fragment.track, number) else {
                        continue;
                    };
                    others.push(TableFragment {
                        track,
                        kind: fragment.kind,
                        start_ms: fragment.start_ms,
                        output_start: fragment.output_start,
                        output_end: fragment.output_end,
                        checksum: fragment.checksum,
                        fingerprint: fragment.fingerprint,
                        content: Content::default(),
                        facts: Vec::new(),
                        tables: SegmentTables::at(base, tables),
                    });
                }
                TableEntry::Language { .. } | TableEntry::Edge(_) => {}
                // What is about the whole segment comes before all other entries.
                _ => break,
            }
        }
    }
    fragments.append(&mut others);
    Ok(())
}
