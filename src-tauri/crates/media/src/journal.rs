//! The journal: records of [`TableFragment`]s that survive a crash.
//!
//! A record is the length of its body, the body's CRC-32, and the body; both numbers are
//! big-endian. The body is a version byte, the track, the part, the plan's start, the bytes of the
//! output that are the segment's and their CRC-32, the CRC-32 and length of the segment as it was
//! fetched, what media it holds, and the tables.
//!
//! A record of another version ends the journal, as a damaged one does: nobody vouches for what it
//! told of, and the segments are fetched again. A journal of version 2 or older is thus read as an
//! empty one by this program, and one of version 3 by an older program.

use crate::{
    Content, Error, SegmentFingerprint, SegmentKind, TableFragment,
    cursor::{Cursor, put_length_prefixed, put_varint},
};

/// Layout of a body, and of the tables in it: another is not read.
const VERSION: u8 = 3;
/// Bytes in front of a body.
const HEADER_SIZE: usize = 8;
/// No piece has tables as large as this; a length above it is damage.
const MAX_BODY_LENGTH: usize = 64 << 20;

/// One record: length, checksum, fragment. Append it after the output has been synced.
pub fn record(fragment: &TableFragment) -> Vec<u8> {
    let mut body = vec![VERSION, fragment.track];
    match fragment.kind {
        SegmentKind::Init => body.push(0),
        SegmentKind::Media(number) => {
            body.push(1);
            put_varint(&mut body, number);
        }
    }
    put_varint(&mut body, fragment.start_ms);
    put_varint(&mut body, fragment.output_start);
    put_varint(&mut body, fragment.output_bytes());
    body.extend_from_slice(&fragment.checksum.to_be_bytes());
    body.extend_from_slice(&fragment.fingerprint.checksum.to_be_bytes());
    put_varint(&mut body, fragment.fingerprint.size_bytes);
    fragment.content.write(&mut body);
    put_length_prefixed(&mut body, &fragment.tables);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut record = Vec::with_capacity(HEADER_SIZE + body.len());
    record.extend_from_slice(&length.to_be_bytes());
    record.extend_from_slice(&crc32fast::hash(&body).to_be_bytes());
    record.append(&mut body);
    record
}

/// Reads records up to the last whole one; answers the fragments and how many bytes they took.
///
/// A cut or damaged record ends the journal: forgetting the last pieces is allowed, lying is not.
pub fn read(journal: &[u8]) -> (Vec<TableFragment>, usize) {
    let mut fragments = Vec::new();
    let mut whole = 0;
    let mut cursor = Cursor::new("journal", journal);
    while let Ok((fragment, length)) = next(&mut cursor) {
        fragments.push(fragment);
        whole += length;
    }
    (fragments, whole)
}

/// Where an output ends for which these fragments vouch.
pub fn output_end(fragments: &[TableFragment]) -> u64 {
    let with_bytes = fragments
        .iter()
        .filter(|fragment| fragment.output_bytes() > 0);
    with_bytes
        .map(|fragment| fragment.output_end)
        .max()
        .unwrap_or(0)
}

fn next(cursor: &mut Cursor<'_>) -> Result<(TableFragment, usize), Error> {
    let length = cursor.u32()? as usize;
    let checksum = cursor.u32()?;
    if length > MAX_BODY_LENGTH {
        return Err(cursor.malformed(format!("a record of {length} bytes")));
    }
    let mut body = cursor.sub_cursor(length)?;
    if crc32fast::hash(body.rest()) != checksum {
        return Err(body.malformed("a damaged record"));
    }
    let version = body.u8()?;
    if version != VERSION {
        return Err(body.malformed(format!("a record of version {version}")));
    }
    let track = body.u8()?;
    let part = match body.u8()? {
        0 => SegmentKind::Init,
        1 => SegmentKind::Media(body.varint()?),
        _ => return Err(body.malformed("an unknown part")),
    };
    let start_ms = body.varint()?;
    let output_start = body.varint()?;
    let output_end = output_start
        .checked_add(body.varint()?)
        .ok_or_else(|| body.malformed("an output of over 16 EiB"))?;
    let fragment = TableFragment {
        track,
        kind: part,
        start_ms,
        output_start,
        output_end,
        checksum: body.u32()?,
        fingerprint: SegmentFingerprint {
            checksum: body.u32()?,
            size_bytes: body.varint()?,
        },
        content: Content::read(&mut body)?,
        tables: body.length_prefixed()?.to_vec(),
    };
    Ok((fragment, HEADER_SIZE + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ContentSpan, TrackKind};

    fn fragment(number: u64) -> TableFragment {
        TableFragment {
            track: 1,
            kind: if number == 0 {
                SegmentKind::Init
            } else {
                SegmentKind::Media(number)
            },
            start_ms: number * 6000,
            output_start: (number << 33).saturating_sub(number),
            output_end: number << 33,
            checksum: 0xfedc_ba98,
            fingerprint: SegmentFingerprint {
                checksum: 0x8765_4321,
                size_bytes: number,
            },
            content: Content {
                samples: number,
                spans: vec![ContentSpan {
                    kind: TrackKind::Audio,
                    first_ms: -20,
                    end_ms: 6000,
                }],
                partial: number == 0,
            },
            tables: vec![7; usize::try_from(number).expect("small") * 100],
        }
    }

    #[test]
    fn a_journal_cut_anywhere_keeps_its_whole_records() {
        let fragments: Vec<_> = (0..4).map(fragment).collect();
        let mut journal = Vec::new();
        let mut ends = vec![0];
        for fragment in &fragments {
            journal.extend(record(fragment));
            ends.push(journal.len());
        }
        for length in 0..=journal.len() {
            let whole = ends.iter().filter(|end| **end <= length).count() - 1;
            let (read, bytes) = read(&journal[..length]);
            assert_eq!((read.as_slice(), bytes), (&fragments[..whole], ends[whole]));
        }
    }

    #[test]
    fn a_damaged_record_ends_the_journal() {
        let first = record(&fragment(1));
        let mut journal = first.clone();
        journal.extend(record(&fragment(2)));
        journal.extend(record(&fragment(3)));
        for at in first.len()..first.len() + record(&fragment(2)).len() {
            let mut damaged = journal.clone();
            damaged[at] ^= 0x10;
            assert_eq!(
                read(&damaged),
                (vec![fragment(1)], first.len()),
                "byte {at}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_journal_of_something(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let (fragments, whole) = read(&bytes);
            prop_assert!(whole <= bytes.len());
            prop_assert!(fragments.len() * HEADER_SIZE <= whole);
        }
    }
}
