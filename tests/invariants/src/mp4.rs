//! Reads the index of a finished MP4 without the code that wrote it (ISO/IEC 14496-12 8).
//!
//! Strict on purpose, since it reads our own files only: an unknown box at the top, a second box of a
//! type or a sample outside `mdat` panics.

use std::ops::Range;

use media::TrackKind;

use kit::memory_file::MemoryFile;

/// A track of a finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedTrack {
    pub(crate) kind: TrackKind,
    pub(crate) timescale: u32,
    pub(crate) samples: Vec<ParsedSample>,
}

/// A sample of a finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParsedSample {
    /// Decode time since the first sample of its track, in ticks.
    pub(crate) dts: i64,
    pub(crate) composition_offset: i64,
    pub(crate) sync: bool,
    /// The bytes of its sample entry.
    pub(crate) entry: Vec<u8>,
    pub(crate) data: Vec<u8>,
}

/// Type and body of a box.
type BoxSlice<'a> = ([u8; 4], &'a [u8]);

/// Reads all tracks; asserts that each sample lies inside `mdat`.
pub(crate) fn read(output: &MemoryFile) -> Vec<ParsedTrack> {
    let mut position = 0;
    let mut media = Vec::new();
    let mut moov = None;
    while position < output.length() {
        let head = output.read_range(position, 16.min(output.length() - position));
        let kind: [u8; 4] = head[4..8].try_into().expect("four bytes");
        let (before, size) = match number(&head[..4]) {
            1 => (16, number(&head[8..16])),
            size => (8, size),
        };
        assert!(size >= before, "a box of {size} bytes at {position}");
        let body = position + before..position + size;
        match &kind {
            b"mdat" => media.push(body.clone()),
            b"moov" => moov = Some(output.read_range(body.start, body.end - body.start)),
            b"ftyp" => assert_eq!(position, 0, "ftyp comes first"),
            b"free" => {}
            other => panic!("a box {other:?} at the top"),
        }
        position = body.end;
    }
    assert_eq!(position, output.length(), "boxes to the end");
    let moov = moov.expect("an index");
    let traks = boxes(&moov).into_iter().filter(|(kind, _)| kind == b"trak");
    traks.map(|(_, trak)| track(trak, &media, output)).collect()
}

fn track(trak: &[u8], media: &[Range<u64>], output: &MemoryFile) -> ParsedTrack {
    let media_box = child(trak, *b"mdia");
    let stbl = child(child(media_box, *b"minf"), *b"stbl");
    let hdlr = child(media_box, *b"hdlr");
    let mdhd = child(media_box, *b"mdhd");
    let timescale = if mdhd[0] == 0 {
        &mdhd[12..16]
    } else {
        &mdhd[20..24]
    };
    ParsedTrack {
        kind: match &hdlr[8..12] {
            b"vide" => TrackKind::Video,
            b"soun" => TrackKind::Audio,
            other => panic!("a track of type {other:?}"),
        },
        timescale: u32::try_from(number(timescale)).expect("four bytes"),
        samples: samples(stbl, media, output),
    }
}

fn samples(stbl: &[u8], media: &[Range<u64>], output: &MemoryFile) -> Vec<ParsedSample> {
    let sizes = sizes(child(stbl, *b"stsz"));
    let deltas = expanded(child(stbl, *b"stts"));
    let offsets = composition_offsets(stbl, sizes.len());
    let entries = entries(child(stbl, *b"stsd"));
    let syncs: Option<Vec<u64>> =
        find(stbl, *b"stss").map(|stss| stss[8..].chunks(4).map(number).collect());
    assert_eq!(deltas.len(), sizes.len(), "stts");
    assert_eq!(offsets.len(), sizes.len(), "ctts");
    let mut samples = Vec::with_capacity(sizes.len());
    let mut dts = 0;
    for (mut position, description, range) in chunks(stbl) {
        for index in range {
            let end = position + sizes[index];
            assert!(
                media
                    .iter()
                    .any(|media| media.start <= position && end <= media.end),
                "sample {index} lies outside mdat"
            );
            let is_sync = |syncs: &Vec<u64>| syncs.binary_search(&(index as u64 + 1)).is_ok();
            samples.push(ParsedSample {
                dts,
                composition_offset: offsets[index],
                sync: syncs.as_ref().is_none_or(is_sync),
                entry: entries[description - 1].clone(),
                data: output.read_range(position, sizes[index]),
            });
            let delta = deltas[index];
            assert!(
                delta > 0 && delta <= i64::from(i32::MAX),
                "decode times rise: {delta} after sample {index}"
            );
            dts += delta;
            position = end;
        }
    }
    assert_eq!(samples.len(), sizes.len(), "the chunks hold the samples");
    samples
}

fn sizes(stsz: &[u8]) -> Vec<u64> {
    match number(&stsz[4..8]) {
        0 => stsz[12..].chunks(4).map(number).collect(),
        equal => vec![equal; length(&stsz[8..12])],
    }
}

fn composition_offsets(stbl: &[u8], count: usize) -> Vec<i64> {
    let signed = |offset| i64::from(u32::try_from(offset).expect("32 bits").cast_signed());
    match find(stbl, *b"ctts") {
        Some(ctts) if ctts[0] == 0 => expanded(ctts),
        Some(ctts) => expanded(ctts).into_iter().map(signed).collect(),
        None => vec![0; count],
    }
}

fn entries(stsd: &[u8]) -> Vec<Vec<u8>> {
    let entries = boxes(&stsd[8..]);
    assert_eq!(entries.len() as u64, number(&stsd[4..8]), "sample entries");
    entries
        .into_iter()
        .map(|(kind, body)| [&kind, body].concat())
        .collect()
}

/// Returns the position, the sample entry and the samples of each chunk.
fn chunks(stbl: &[u8]) -> Vec<(u64, usize, Range<usize>)> {
    let positions: Vec<u64> = match find(stbl, *b"stco") {
        Some(stco) => stco[8..].chunks(4).map(number).collect(),
        None => child(stbl, *b"co64")[8..].chunks(8).map(number).collect(),
    };
    let runs: Vec<[usize; 3]> = child(stbl, *b"stsc")[8..]
        .chunks(12)
        .map(|run| [&run[..4], &run[4..8], &run[8..]].map(length))
        .collect();
    let mut next = 0;
    let mut chunks = Vec::with_capacity(positions.len());
    for (number, position) in (1..).zip(positions) {
        let run = runs.iter().rfind(|run| run[0] <= number);
        let [_, samples, description] = *run.expect("a run for each chunk");
        chunks.push((position, description, next..next + samples));
        next += samples;
    }
    chunks
}

/// Expands a table of counts and values.
fn expanded(table: &[u8]) -> Vec<i64> {
    let rows = table[8..].chunks(8);
    assert_eq!(rows.len() as u64, number(&table[4..8]), "rows of a table");
    rows.flat_map(|row| {
        let value = i64::try_from(number(&row[4..])).expect("four bytes");
        std::iter::repeat_n(value, length(&row[..4]))
    })
    .collect()
}

fn boxes(mut bytes: &[u8]) -> Vec<BoxSlice<'_>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let size = length(&bytes[..4]);
        let kind = bytes[4..8].try_into().expect("four bytes");
        let (this, rest) = bytes.split_at(size);
        found.push((kind, &this[8..]));
        bytes = rest;
    }
    found
}

fn find(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    let mut found = boxes(bytes).into_iter().filter(|(name, _)| *name == kind);
    let first = found.next().map(|(_, body)| body);
    assert!(found.next().is_none(), "one {}", kind.escape_ascii());
    first
}

fn child(bytes: &[u8], kind: [u8; 4]) -> &[u8] {
    find(bytes, kind).unwrap_or_else(|| panic!("no {}", kind.escape_ascii()))
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

fn length(bytes: &[u8]) -> usize {
    usize::try_from(number(bytes)).expect("within memory")
}
