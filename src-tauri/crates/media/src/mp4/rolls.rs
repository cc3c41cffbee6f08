//! Sample groups of type `roll` (ISO/IEC 14496-12 8.9, 10.1), as the source told them.

use std::collections::BTreeMap;

use super::boxes::{full_box, put_count, put16, put32};

const ROLL: &[u8] = b"roll";

/// Appends `sgpd` and `sbgp` over the samples; nothing where none is in a group.
pub(crate) fn write(out: &mut Vec<u8>, runs: &[(u32, Option<i16>)]) {
    let mut numbers = BTreeMap::new();
    for distance in runs.iter().filter_map(|(_, distance)| *distance) {
        numbers.insert(distance, 0);
    }
    if numbers.is_empty() {
        return;
    }
    for (number, slot) in (1..).zip(numbers.values_mut()) {
        *slot = number;
    }
    full_box(out, *b"sgpd", 1, 0, |out| {
        out.extend_from_slice(ROLL);
        // Bytes of an entry.
        put32(out, 2);
        put_count(out, numbers.len());
        for distance in numbers.keys() {
            put16(out, distance.cast_unsigned());
        }
    });
    full_box(out, *b"sbgp", 0, 0, |out| {
        out.extend_from_slice(ROLL);
        put_count(out, runs.len());
        for (samples, distance) in runs {
            put32(out, *samples);
            // 0: in no group.
            let number = distance.and_then(|distance| numbers.get(&distance));
            put32(out, number.copied().unwrap_or(0));
        }
    });
}
