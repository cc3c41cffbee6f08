//! Builds the sample tables of a track: the children of `stbl` (ISO/IEC 14496-12 8.5 to 8.7).

use super::{
    groups,
    index_part::{IndexPart, TableHeader},
    track::Mp4Track,
};
use crate::boxes::write::{full_box, put_count, put32};

/// Returns the children of `stbl`.
pub(crate) fn parts(track: &Mp4Track) -> Vec<IndexPart<'_>> {
    let mut parts = vec![sample_entries(track), decode_times(track)];
    parts.extend(composition_offsets(track));
    parts.extend(sync_samples(track));
    parts.extend([chunk_map(track), sizes(track), chunk_offsets(track)]);
    parts.extend(groups::parts(track));
    parts
}

fn sample_entries(track: &Mp4Track) -> IndexPart<'_> {
    let mut bytes = Vec::new();
    full_box(&mut bytes, *b"stsd", 0, 0, |out| {
        put_count(out, track.sample_entries.all.len());
        for entry in &track.sample_entries.all {
            out.extend_from_slice(entry);
        }
    });
    IndexPart::plain(bytes)
}

/// `stts`: the distance to the next sample; for the last one, its duration.
fn decode_times(track: &Mp4Track) -> IndexPart<'_> {
    let head = TableHeader {
        kind: *b"stts",
        rows: track.delta_runs(),
        ..TableHeader::default()
    };
    IndexPart::table(head, track.deltas().map(|(count, delta)| [count, delta]))
}

/// `ctts`: version 1 if an offset is negative; omitted if all are 0.
fn composition_offsets(track: &Mp4Track) -> Option<IndexPart<'_>> {
    if track.offsets().all(|(_, offset)| offset == 0) {
        return None;
    }
    let head = TableHeader {
        kind: *b"ctts",
        version: u8::from(track.offsets().any(|(_, offset)| offset < 0)),
        rows: track.offset_runs(),
        ..TableHeader::default()
    };
    let rows = track
        .offsets()
        .map(|(count, offset)| [count, offset.cast_unsigned()]);
    Some(IndexPart::table(head, rows))
}

/// `stss`: omitted if all samples are sync samples.
fn sync_samples(track: &Mp4Track) -> Option<IndexPart<'_>> {
    if track.sync_samples == track.samples {
        return None;
    }
    let head = TableHeader {
        kind: *b"stss",
        rows: track.sync_samples,
        ..TableHeader::default()
    };
    Some(IndexPart::table(head, track.syncs().map(|number| [number])))
}

/// `stsc`: a row for each change of the number of samples or their sample entry.
fn chunk_map(track: &Mp4Track) -> IndexPart<'_> {
    let head = TableHeader {
        kind: *b"stsc",
        rows: track.chunk_map_runs(),
        ..TableHeader::default()
    };
    let rows = track
        .chunk_map()
        .scan(1_u32, |first, [chunks, samples, description]| {
            let row = [*first, samples, description];
            *first = first.saturating_add(chunks);
            Some(row)
        });
    IndexPart::table(head, rows)
}

/// `stsz`: one size for all, or the size of each.
fn sizes(track: &Mp4Track) -> IndexPart<'_> {
    let mut runs = track.size_runs();
    let equal = match (runs.next(), runs.next()) {
        (Some((_, size)), None) => size,
        _ => 0,
    };
    if equal > 0 {
        let mut bytes = Vec::new();
        full_box(&mut bytes, *b"stsz", 0, 0, |out| {
            put32(out, equal);
            put32(out, track.samples);
        });
        return IndexPart::plain(bytes);
    }
    let head = TableHeader {
        kind: *b"stsz",
        prefix: &[0; 4],
        rows: track.samples,
        ..TableHeader::default()
    };
    let rows = track
        .size_runs()
        .flat_map(|(times, size)| std::iter::repeat_n([size], times as usize));
    IndexPart::table(head, rows)
}

/// `stco`, or `co64` if a chunk starts beyond 4 GiB.
fn chunk_offsets(track: &Mp4Track) -> IndexPart<'_> {
    let short = |position: u64| u32::try_from(position).ok();
    let head = |kind| TableHeader {
        kind,
        rows: track.chunks,
        ..TableHeader::default()
    };
    if track
        .chunk_offsets()
        .all(|position| short(position).is_some())
    {
        let rows = track.chunk_offsets().filter_map(short).map(|low| [low]);
        IndexPart::table(head(*b"stco"), rows)
    } else {
        let halves = |position: u64| {
            let [a, b, c, d, low @ ..] = position.to_be_bytes();
            [u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes(low)]
        };
        IndexPart::table(head(*b"co64"), track.chunk_offsets().map(halves))
    }
}
