//! Peak memory of small or sparse input that states huge sizes.

use std::{
    fs::File,
    io::{Cursor, Seek, SeekFrom, Write},
};

use media::{MovieSpec, MuxerConfig, OutputFormat, SegmentFormat, SegmentKind, check, muxer};

use crate::{
    ALONE,
    boxes::{boxed, fragment, init_segment, words},
    peak,
    synthetic::{SyntheticMovie, SyntheticSample},
};

/// Largest allowed peak, in bytes, whatever size the input states.
const MOST: usize = 24 << 20;

#[test]
fn a_segment_of_few_bytes_holds_few_samples() {
    let _alone = ALONE.lock();
    let making = MuxerConfig {
        segment_format: SegmentFormat::Fmp4,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: Some(&[]),
    };
    let mut muxer = muxer(making, Cursor::new(Vec::new())).unwrap();
    let init = init_segment(0);
    muxer
        .push(SyntheticMovie::segment((0, SegmentKind::Init), &init))
        .unwrap();
    let mut data = fragment(0, 3000, &[SyntheticSample::empty()]);
    // A run that states up to the largest number of samples, without a table entry or a byte for
    // each.
    let run = data.windows(4).position(|bytes| bytes == b"trun").unwrap();
    for claimed in [1000_u32, 1 << 20, u32::MAX] {
        data[run + 4..run + 8].copy_from_slice(&[0, 0, 0, 1]);
        data[run + 8..run + 12].copy_from_slice(&claimed.to_be_bytes());
        let (pushed, most) =
            peak(|| muxer.push(SyntheticMovie::segment((0, SegmentKind::Media(0)), &data)));
        assert!(pushed.is_err(), "{claimed}");
        assert!(most < 1 << 16, "{most} bytes for {claimed} samples");
    }
}

/// Creates a sparse file with some bytes in it.
fn hollow(length: u64, parts: &[(u64, &[u8])]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.set_len(length).unwrap();
    for (place, bytes) in parts {
        file.seek(SeekFrom::Start(*place)).unwrap();
        file.write_all(bytes).unwrap();
    }
    file
}

fn header(kind: [u8; 4], size: u64) -> Vec<u8> {
    let mut bytes = u32::try_from(size).unwrap().to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes
}

#[test]
fn a_hollow_index_takes_no_memory() {
    let _alone = ALONE.lock();
    let mut start = Vec::new();
    boxed(&mut start, *b"ftyp", |data| {
        data.extend(b"isom\0\0\0\0isom");
    });
    let room = 1 << 30;
    let place = start.len() as u64;
    for inside in [*b"mvhd", *b"trak", *b"udta", *b"free", *b"nope"] {
        let mut bytes = start.clone();
        bytes.extend(header(*b"moov", room));
        bytes.extend(header(inside, room - 8));
        let (checked, most) = peak(|| check(hollow(place + room, &[(0, &bytes)])));
        assert!(checked.is_err());
        assert!(most < MOST, "{most} bytes for {inside:?}");
    }
}

#[test]
fn hollow_metadata_takes_no_memory() {
    let _alone = ALONE.lock();
    // One tag of the largest size, with an array of the largest length.
    let mut bytes = b"FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\xff\xff\xff\0\0\0\0\0\0\0".to_vec();
    bytes.extend(b"\x02\0\x0aonMetaData\x08\0\0\0\0\0\x05times\x0a\xff\xff\xff\xff");
    let (checked, most) = peak(|| check(hollow(1 << 30, &[(0, &bytes)])));
    assert!(checked.is_err());
    assert!(most < MOST, "{most} bytes");
}

#[test]
fn a_movie_of_chunks_apart_from_each_other_takes_little_memory_to_check() {
    let _alone = ALONE.lock();
    // A sample of one byte at every second byte: no two chunks can be joined to one byte range.
    let samples = 2_000_000_u32;
    let mut tables = Vec::new();
    boxed(&mut tables, *b"stts", |data| {
        words(data, &[0, 1, samples, 1024]);
    });
    boxed(&mut tables, *b"stsc", |data| words(data, &[0, 1, 1, 1, 1]));
    boxed(&mut tables, *b"stsz", |data| words(data, &[0, 1, samples]));
    let media = 28 + 16;
    boxed(&mut tables, *b"stco", |data| {
        words(data, &[0, samples]);
        for number in 0..samples {
            words(data, &[media + 2 * number]);
        }
    });
    let mut index = init_segment(1);
    whole(&mut index, &tables, samples);
    let mut bytes = Vec::new();
    boxed(&mut bytes, *b"ftyp", |data| {
        data.extend(b"isom\0\0\x02\0isomiso2mp41");
    });
    assert_eq!(bytes.len(), 28);
    words(&mut bytes, &[1]);
    bytes.extend(b"mdat");
    words(&mut bytes, &[0, 2 * samples + 16]);
    let behind = u64::from(media + 2 * samples);
    let film = hollow(
        behind + index.len() as u64,
        &[(0, &bytes), (behind, &index)],
    );
    let (checked, most) = peak(|| check(film));
    assert_eq!(checked.unwrap().tracks[0].samples, u64::from(samples));
    assert!(most < MOST, "{most} bytes");
}

/// Turns an init segment into the index of a finished movie, with full headers and these tables.
fn whole(index: &mut Vec<u8>, tables: &[u8], samples: u32) {
    let duration = samples * 1024;
    let entry = index.windows(4).position(|bytes| bytes == b"stsd").unwrap();
    let size = u32::from_be_bytes(index[entry - 4..entry].try_into().unwrap()) as usize;
    let description = index[entry - 4..entry - 4 + size].to_vec();
    index.clear();
    boxed(index, *b"moov", |data| {
        boxed(data, *b"mvhd", |data| {
            words(data, &[0, 0, 0, 48_000, duration, 0x1_0000, 0x100_0000]);
            words(data, &[0; 17]);
            words(data, &[2]);
        });
        boxed(data, *b"trak", |data| {
            boxed(data, *b"tkhd", |data| {
                words(data, &[3, 0, 0, 1, 0, duration]);
                words(data, &[0; 15]);
            });
            boxed(data, *b"mdia", |data| {
                boxed(data, *b"mdhd", |data| {
                    words(data, &[0, 0, 0, 48_000, duration, 0]);
                });
                boxed(data, *b"hdlr", |data| {
                    words(data, &[0, 0]);
                    data.extend(b"soun");
                    data.extend([0; 13]);
                });
                boxed(data, *b"minf", |data| {
                    boxed(data, *b"smhd", |data| words(data, &[0, 0]));
                    boxed(data, *b"dinf", |data| {
                        boxed(data, *b"dref", |data| {
                            words(data, &[0, 1]);
                            boxed(data, *b"url ", |data| words(data, &[1]));
                        });
                    });
                    boxed(data, *b"stbl", |data| {
                        data.extend(&description);
                        data.extend(tables);
                    });
                });
            });
        });
    });
}
