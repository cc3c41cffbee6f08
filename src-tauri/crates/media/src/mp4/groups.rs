//! Writes the sample groups of the source (ISO/IEC 14496-12 8.9).

use std::collections::BTreeMap;

use super::{
    index_part::{IndexPart, TableHeader},
    track::Mp4Track,
};
use crate::{
    boxes::write::{full_box, put_count, put16, put32},
    fmp4::groups::{GROUPINGS, Grouping},
};

/// Returns `sgpd` and `sbgp` of each type of groups that samples are in.
pub(crate) fn parts(track: &Mp4Track) -> Vec<IndexPart<'_>> {
    let types = (0..).zip(&GROUPINGS);
    types
        .flat_map(|(number, grouping)| grouping_parts(track, number, *grouping))
        .collect()
}

fn grouping_parts(track: &Mp4Track, number: usize, grouping: Grouping) -> Vec<IndexPart<'_>> {
    let mut numbers = BTreeMap::new();
    for description in track
        .groups(number)
        .filter_map(|(_, description)| description)
    {
        numbers.insert(description, 0);
    }
    if numbers.is_empty() {
        return Vec::new();
    }
    for (number, slot) in (1..).zip(numbers.values_mut()) {
        *slot = number;
    }
    let mut sgpd = Vec::new();
    full_box(&mut sgpd, *b"sgpd", 1, 0, |out| {
        out.extend_from_slice(&grouping.kind);
        put32(out, u32::from(grouping.description_bytes));
        put_count(out, numbers.len());
        for description in numbers.keys() {
            match grouping.description_bytes {
                1 => out.push(description.to_be_bytes()[1]),
                _ => put16(out, *description),
            }
        }
    });
    let head = TableHeader {
        kind: *b"sbgp",
        prefix: &grouping.kind,
        rows: track.group_runs(number),
        ..TableHeader::default()
    };
    let rows = track.groups(number).map(move |(samples, description)| {
        // 0: not in a group.
        let number = description.and_then(|description| numbers.get(&description));
        [samples, number.copied().unwrap_or(0)]
    });
    vec![IndexPart::plain(sgpd), IndexPart::table(head, rows)]
}
