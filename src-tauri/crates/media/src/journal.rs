//! Writes and reads the journal: records of [`TableFragment`]s that survive a crash.
//!
//! A record is the length of its body, the body's CRC-32, and the body; both numbers have 32 bits
//! and are big-endian. The body is a version byte, the track, the segment kind and number, the
//! planned start, the output byte range of the segment and its CRC-32, the CRC-32 and length of
//! the segment as it was fetched, what media it holds, the tables, and the facts.
//!
//! A record of version 3 is read too; it has no facts. A record of another version ends the
//! journal, as a damaged one does: its fragment and all after it are dropped, and their segments
//! are fetched again. So this program reads a journal of version 2 or older as an empty one, and
//! so does an older program one of version 4.

use crate::{
    Content, Error, SegmentFingerprint, SegmentKind, TableFragment,
    cursor::{Cursor, put_length_prefixed, put_varint},
    fact,
};

/// Version of the layout of a body and of the tables in it.
const VERSION: u8 = 4;
/// The version before, whose body ends with the tables.
const VERSION_WITHOUT_FACTS: u8 = 3;
/// Bytes before a body: its length and CRC-32.
const HEADER_SIZE: usize = 8;
/// Far above the tables of any segment; a larger length means that the record is damaged.
const MAX_BODY_BYTES: usize = 64 << 20;

/// Returns the record of a fragment. Append it to the journal only after the output is synced.
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
    fact::write(&fragment.facts, &mut body);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut record = Vec::with_capacity(HEADER_SIZE + body.len());
    record.extend_from_slice(&length.to_be_bytes());
    record.extend_from_slice(&crc32fast::hash(&body).to_be_bytes());
    record.append(&mut body);
    record
}

/// Reads records up to the first that is cut, damaged or of another version.
///
/// Returns the fragments and the number of bytes that their records take. A fragment that is
/// dropped costs a second download; one that is wrong would spoil the file.
pub fn read(journal: &[u8]) -> (Vec<TableFragment>, usize) {
    let mut fragments = Vec::new();
    let mut valid_bytes = 0;
    let mut cursor = Cursor::new("journal", journal);
    while let Ok((fragment, length)) = next(&mut cursor) {
        fragments.push(fragment);
        valid_bytes += length;
    }
    (fragments, valid_bytes)
}

/// Returns the length of the output in bytes up to the end of the last fragment's byte range; 0 if
/// no fragment has bytes. Truncate the output to it to resume.
pub fn output_end(fragments: &[TableFragment]) -> u64 {
    let with_bytes = fragments
        .iter()
        .filter(|fragment| fragment.output_bytes() > 0);
    with_bytes
        .map(|fragment| fragment.output_end)
        .max()
        .unwrap_or(0)
}

/// Reads a record; returns its fragment and its length in bytes.
fn next(cursor: &mut Cursor<'_>) -> Result<(TableFragment, usize), Error> {
    let length = cursor.u32()? as usize;
    let checksum = cursor.u32()?;
    if length > MAX_BODY_BYTES {
        return Err(cursor.malformed(format!("a record of {length} bytes")));
    }
    let mut body = cursor.sub_cursor(length)?;
    if crc32fast::hash(body.rest()) != checksum {
        return Err(body.malformed("a damaged record"));
    }
    let version = body.u8()?;
    if !(VERSION_WITHOUT_FACTS..=VERSION).contains(&version) {
        return Err(body.malformed(format!("a record of version {version}")));
    }
    let track = body.u8()?;
    let kind = match body.u8()? {
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
        kind,
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
        facts: match version {
            VERSION_WITHOUT_FACTS => Vec::new(),
            _ => fact::read(&mut body)?,
        },
    };
    Ok((fragment, HEADER_SIZE + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ContentSpan, Fact, FactKind, TrackKind};

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
            facts: (0..number)
                .map(|number| Fact {
                    kind: FactKind::SamplesLost,
                    track: Some(TrackKind::Audio),
                    samples: number,
                    at_ms: 20,
                    duration_ms: 40,
                })
                .collect(),
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
            let count = ends.iter().filter(|end| **end <= length).count() - 1;
            let (read, bytes) = read(&journal[..length]);
            assert_eq!((read.as_slice(), bytes), (&fragments[..count], ends[count]));
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

    #[test]
    fn a_record_of_the_version_before_is_read_without_facts() {
        let expected = TableFragment {
            facts: Vec::new(),
            ..fragment(2)
        };
        let newer = record(&expected);
        let mut body = newer[HEADER_SIZE..].to_vec();
        body[0] = VERSION_WITHOUT_FACTS;
        assert_eq!(body.pop(), Some(0), "no facts");
        let mut older = u32::try_from(body.len())
            .expect("short")
            .to_be_bytes()
            .to_vec();
        older.extend(crc32fast::hash(&body).to_be_bytes());
        older.append(&mut body);
        let mut journal = older.clone();
        journal.extend(record(&fragment(3)));
        let (fragments, bytes) = read(&journal);
        assert_eq!(fragments, [expected, fragment(3)]);
        assert_eq!(bytes, journal.len());
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_as_a_journal(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let (fragments, valid_bytes) = read(&bytes);
            prop_assert!(valid_bytes <= bytes.len());
            prop_assert!(fragments.len() * HEADER_SIZE <= valid_bytes);
        }
    }
}
