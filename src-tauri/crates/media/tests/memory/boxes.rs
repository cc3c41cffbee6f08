//! Builds the boxes of a minimal fragmented MP4.

use crate::synthetic::{AAC, AVC, SyntheticSample};

/// Timescales of video and audio.
const TIMESCALES: [u32; 2] = [90_000, 48_000];

pub(crate) fn boxed(data: &mut Vec<u8>, kind: [u8; 4], fill: impl FnOnce(&mut Vec<u8>)) {
    let start = data.len();
    data.extend([0; 4]);
    data.extend(kind);
    fill(data);
    let size = u32::try_from(data.len() - start).unwrap();
    data[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

pub(crate) fn words(data: &mut Vec<u8>, words: &[u32]) {
    data.extend(words.iter().flat_map(|word| word.to_be_bytes()));
}

pub(crate) fn init_segment(track: u8) -> Vec<u8> {
    let mut data = Vec::new();
    let number = u32::from(track) + 1;
    let timescale = TIMESCALES[usize::from(track)];
    boxed(&mut data, *b"moov", |data| {
        boxed(data, *b"trak", |data| {
            boxed(data, *b"tkhd", |data| {
                words(data, &[3, 0, 0, number, 0, 0, 0, 0, 0, 0]);
                words(data, &[1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30]);
                words(data, &[1280 << 16, 720 << 16]);
            });
            boxed(data, *b"mdia", |data| {
                boxed(data, *b"mdhd", |data| {
                    words(data, &[0, 0, 0, timescale, 0, 0x55c4_0000]);
                });
                boxed(data, *b"hdlr", |data| {
                    words(data, &[0, 0]);
                    data.extend(if track == 0 { b"vide" } else { b"soun" });
                    data.extend([0; 13]);
                });
                boxed(data, *b"minf", |data| {
                    boxed(data, *b"stbl", |data| {
                        boxed(data, *b"stsd", |data| {
                            words(data, &[0, 1]);
                            entry(data, track);
                        });
                    });
                });
            });
        });
        boxed(data, *b"mvex", |data| {
            boxed(data, *b"trex", |data| words(data, &[0, number, 1, 0, 0, 0]));
        });
    });
    data
}

fn entry(data: &mut Vec<u8>, track: u8) {
    if track == 0 {
        boxed(data, *b"avc1", |data| {
            words(data, &[0, 1, 0, 0, 0, 0, (1280 << 16) + 720]);
            data.extend([0; 50]);
            boxed(data, *b"avcC", |data| data.extend(AVC));
        });
        return;
    }
    boxed(data, *b"mp4a", |data| {
        words(data, &[0, 1, 0, 0, (2 << 16) + 16, 0, 48_000 << 16]);
        boxed(data, *b"esds", |data| {
            data.extend([0, 0, 0, 0, 3, 25, 0, 0, 0, 4, 17, 0x40, 0x15]);
            data.extend([0; 11]);
            data.extend([5, 2, AAC[0], AAC[1], 6, 1, 2]);
        });
    });
}

/// Builds a `moof` whose samples are in the next box.
pub(crate) fn fragment(first: u64, ticks: u64, samples: &[SyntheticSample]) -> Vec<u8> {
    let mut data = Vec::new();
    let track = samples.first().map_or(0, |sample| sample.track);
    boxed(&mut data, *b"moof", |data| {
        boxed(data, *b"traf", |data| {
            // `default-base-is-moof` and a default sample duration.
            let flags = 0x2_0008;
            let ticks = u32::try_from(ticks).unwrap();
            boxed(data, *b"tfhd", |data| {
                words(data, &[flags, u32::from(track) + 1, ticks]);
            });
            boxed(data, *b"tfdt", |data| {
                words(data, &[1 << 24]);
                data.extend(first.to_be_bytes());
            });
            boxed(data, *b"trun", |data| {
                let count = u32::try_from(samples.len()).unwrap();
                words(data, &[0xe01, count, 0]);
                for sample in samples {
                    let offset = u32::try_from(sample.offset()).unwrap();
                    let flags = if sample.sync { 0 } else { 0x1_0000 };
                    words(data, &[sample.size, flags, offset]);
                }
            });
        });
    });
    // The data offset in `trun` points after the header of the next box. `trun` is the last box, so
    // it is found from the end.
    let offset = data.len() - samples.len() * 12 - 4;
    let start = u32::try_from(data.len() + 8).unwrap();
    data[offset..offset + 4].copy_from_slice(&start.to_be_bytes());
    data
}
