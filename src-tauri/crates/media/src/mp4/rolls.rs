//! Writes the sample groups of type `roll` of the source (ISO/IEC 14496-12 8.9, 10.1).

use std::collections::BTreeMap;

use super::{
    index_part::{IndexPart, TableHeader},
    track::Mp4Track,
};
use crate::boxes::write::{full_box, put_count, put16, put32};

const ROLL: &[u8] = b"roll";

/// Returns `sgpd` and `sbgp`, or nothing if no sample is in a group.
pub(crate) fn parts(track: &Mp4Track) -> Vec<IndexPart<'_>> {
    let mut numbers = BTreeMap::new();
    for distance in track.rolls().filter_map(|(_, distance)| distance) {
        numbers.insert(distance, 0);
    }
    if numbers.is_empty() {
        return Vec::new();
    }
    for (number, slot) in (1..).zip(numbers.values_mut()) {
        *slot = number;
    }
    let mut sgpd = Vec::new();
    full_box(&mut sgpd, *b"sgpd", 1, 0, |out| {
        out.extend_from_slice(ROLL);
        // Size of an entry in bytes.
        put32(out, 2);
        put_count(out, numbers.len());
        for distance in numbers.keys() {
            put16(out, distance.cast_unsigned());
        }
    });
    let head = TableHeader {
        kind: *b"sbgp",
        prefix: ROLL,
        rows: track.roll_runs(),
        ..TableHeader::default()
    };
    let rows = track.rolls().map(move |(samples, distance)| {
        // 0: not in a group.
        let number = distance.and_then(|distance| numbers.get(&distance));
        [samples, number.copied().unwrap_or(0)]
    });
    vec![IndexPart::plain(sgpd), IndexPart::table(head, rows)]
}
