//! A movie larger than 4 GiB, nearly all of it holes of a sparse file. Uses an output of its own,
//! which skips zeros.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
};

use kit::segment::OwnedSegment;
use media::{MovieSpec, MuxerConfig, OutputFormat, SegmentFormat, SegmentKind, check, muxer};
use tempfile::TempDir;

use crate::{
    muxing::muxer_job,
    packets::{Packets, from_origin, packets, probe_without_warnings},
    segments::dash,
};

/// Zeros after the samples of each video segment, in bytes.
const FILLING_BYTES: usize = 64 << 20;
const SEGMENT_COUNT: u64 = 70;
/// Ticks of the video track in a segment of two seconds.
const SEGMENT_TICKS: u64 = 2 * 12_800;

/// Seeks over zeros instead of writing them; the file reads them back from the hole.
struct SparseWriter(File);

impl Write for SparseWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        static ZEROS: [u8; 1 << 20] = [0; 1 << 20];
        let bytes = &bytes[..bytes.len().min(ZEROS.len())];
        if bytes != &ZEROS[..bytes.len()] {
            return self.0.write(bytes);
        }
        let end = self
            .0
            .seek(SeekFrom::Current(i64::try_from(bytes.len()).unwrap()))?;
        if self.0.metadata()?.len() < end {
            self.0.set_len(end)?;
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl Read for SparseWriter {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Seek for SparseWriter {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

/// Appends the filling to `mdat`.
fn filled(segment: &OwnedSegment) -> Vec<u8> {
    let mut data = segment.data.clone();
    let mdat = data
        .windows(4)
        .position(|window| window == b"mdat")
        .unwrap()
        - 4;
    let size = u32::try_from(data.len() - mdat + FILLING_BYTES).unwrap();
    data[mdat..mdat + 4].copy_from_slice(&size.to_be_bytes());
    data.resize(data.len() + FILLING_BYTES, 0);
    data
}

#[test]
fn offsets_beyond_4_gib_have_64_bits_and_are_read_back() {
    let of = |track, part| {
        let wanted = |segment: &&OwnedSegment| (segment.track, segment.kind) == (track, part);
        dash().iter().find(wanted).unwrap().clone()
    };
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("film.mp4");
    let mut options = OpenOptions::new();
    let options = options.create_new(true).read(true).write(true);
    let making = MuxerConfig {
        segment_format: SegmentFormat::Fmp4,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec {
            segment_count: 80,
            ..MovieSpec::default()
        },
        journal: Some(&[]),
    };
    let mut muxer = muxer(making, SparseWriter(options.open(&path).unwrap())).unwrap();
    let mut fragments = Vec::new();
    let mut push =
        |segment: &OwnedSegment| fragments.push(muxer.push(segment.as_segment()).unwrap());
    push(&of(0, SegmentKind::Init));
    push(&of(1, SegmentKind::Init));
    let mut segment = of(0, SegmentKind::Media(0));
    segment.data = filled(&segment);
    let time = segment
        .data
        .windows(5)
        .position(|bytes| bytes == b"tfdt\x01")
        .unwrap()
        + 8;
    for number in 0..SEGMENT_COUNT {
        let ticks = number * SEGMENT_TICKS;
        segment.data[time..time + 8].copy_from_slice(&ticks.to_be_bytes());
        segment.kind = SegmentKind::Media(number);
        segment.start_ms = number * 2000;
        push(&segment);
    }
    let sound = |segment: &&OwnedSegment| segment.track == 1 && segment.kind != SegmentKind::Init;
    dash().iter().filter(sound).for_each(push);
    let summary = muxer.finish(fragments).unwrap();
    assert!(summary.size_bytes > SEGMENT_COUNT * FILLING_BYTES as u64);
    assert!(summary.size_bytes > 4 << 30);
    assert_eq!(check(File::open(&path).unwrap()).unwrap(), summary);

    let made = from_origin(packets(&path));
    let mut start = vec![0; 1 << 20];
    File::open(&path).unwrap().read_exact(&mut start).unwrap();
    let counts = |kind: &[u8]| start.windows(4).filter(|window| window == &kind).count();
    assert_eq!((counts(b"co64"), counts(b"stco")), (2, 0));
    let video = &made["video"];
    assert_eq!(video.len(), 50 * 70);
    for (packets, number) in video.chunks(50).zip(0_u32..) {
        for (packet, first) in packets.iter().zip(video) {
            assert_eq!((packet.size, &packet.hash), (first.size, &first.hash));
            let distance = packet.dts - first.dts - f64::from(number) * 2.0;
            assert!(distance.abs() < 1e-6, "{packet:?} of {first:?}");
        }
    }
    let mut plain = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, dash().len());
    plain.finish(dash()).unwrap();
    let hashes = |packets: &Packets| -> Vec<_> {
        let audio = packets["audio"].iter();
        audio.map(|packet| packet.hash.clone()).collect()
    };
    assert_eq!(hashes(&made), hashes(&packets(&plain.path())));
    probe_without_warnings(&path);
}
