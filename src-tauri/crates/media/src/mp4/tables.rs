//! The sample table: `stbl` (ISO/IEC 14496-12 8.5 to 8.7).

use super::{
    boxes::{full_box, put_count, put32, put64},
    track::Track,
};

/// Appends the children of `stbl`.
pub(crate) fn write(out: &mut Vec<u8>, track: &Track) {
    full_box(out, *b"stsd", 0, 0, |out| {
        put_count(out, track.entries.len());
        for entry in &track.entries {
            out.extend_from_slice(entry);
        }
    });
    decode_times(out, track);
    composition_offsets(out, track);
    // Without the box every sample is one that decoding can start from.
    if track.syncs.len() != track.sizes.len() {
        full_box(out, *b"stss", 0, 0, |out| {
            put_count(out, track.syncs.len());
            for number in &track.syncs {
                put32(out, *number);
            }
        });
    }
    samples_of_chunks(out, track);
    sizes(out, track);
    positions(out, track);
    super::rolls::write(out, &track.rolls);
}

/// `stts`: the distance to the next sample; the last one has its own length.
fn decode_times(out: &mut Vec<u8>, track: &Track) {
    let tail = track
        .times
        .map_or(1, |times| times.end.saturating_sub(times.last_dts));
    let tail = u32::try_from(tail).unwrap_or(1);
    let joins = track.deltas.last().is_some_and(|&(_, delta)| delta == tail);
    full_box(out, *b"stts", 0, 0, |out| {
        put_count(out, track.deltas.len() + usize::from(!joins));
        let last = track.deltas.len().saturating_sub(1);
        for (index, &(count, delta)) in track.deltas.iter().enumerate() {
            put32(out, count + u32::from(joins && index == last));
            put32(out, delta);
        }
        if !joins {
            put32(out, 1);
            put32(out, tail);
        }
    });
}

/// `ctts`: version 1 only where an offset is negative, nothing where all are 0.
fn composition_offsets(out: &mut Vec<u8>, track: &Track) {
    if track.offsets.iter().all(|&(_, offset)| offset == 0) {
        return;
    }
    let version = u8::from(track.offsets.iter().any(|&(_, offset)| offset < 0));
    full_box(out, *b"ctts", version, 0, |out| {
        put_count(out, track.offsets.len());
        for &(count, offset) in &track.offsets {
            put32(out, count);
            put32(out, offset.cast_unsigned());
        }
    });
}

/// `stsc`: an entry where the number of samples or their sample entry changes.
fn samples_of_chunks(out: &mut Vec<u8>, track: &Track) {
    let runs = || {
        track
            .chunks
            .chunk_by(|one, next| {
                (one.samples, one.description) == (next.samples, next.description)
            })
            .filter_map(|run| Some((run.len(), run.first()?)))
    };
    full_box(out, *b"stsc", 0, 0, |out| {
        put_count(out, runs().count());
        let mut number = 1;
        for (length, chunk) in runs() {
            put_count(out, number);
            put32(out, chunk.samples);
            put32(out, chunk.description);
            number += length;
        }
    });
}

/// `stsz`: one size for all, or the size of each.
fn sizes(out: &mut Vec<u8>, track: &Track) {
    let first = track.sizes.first().copied().unwrap_or(0);
    let equal = first > 0 && track.sizes.iter().all(|size| *size == first);
    full_box(out, *b"stsz", 0, 0, |out| {
        put32(out, if equal { first } else { 0 });
        put_count(out, track.sizes.len());
        if !equal {
            for size in &track.sizes {
                put32(out, *size);
            }
        }
    });
}

/// `stco`, or `co64` where a chunk lies beyond 4 GiB.
fn positions(out: &mut Vec<u8>, track: &Track) {
    let short = |position: u64| u32::try_from(position).ok();
    let wide = track
        .chunks
        .iter()
        .any(|chunk| short(chunk.position).is_none());
    full_box(out, if wide { *b"co64" } else { *b"stco" }, 0, 0, |out| {
        put_count(out, track.chunks.len());
        for chunk in &track.chunks {
            match short(chunk.position) {
                Some(position) if !wide => put32(out, position),
                _ => put64(out, chunk.position),
            }
        }
    });
}
