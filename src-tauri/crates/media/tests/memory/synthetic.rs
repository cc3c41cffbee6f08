//! Generates the segments of a movie of ten hours: 30 frames per second with B-frames, and AAC at
//! 48 kHz.

use std::{
    fs::File,
    io::{self, IoSlice, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::Path,
};

use media::{SegmentData, SegmentFormat, SegmentKind};

use crate::boxes::{boxed, fragment, init_segment};

/// Duration: ten hours.
pub(crate) const LENGTH_MS: u64 = 36_000_000;
pub(crate) const SEGMENT_MS: u64 = 6000;
const FRAMES_PER_SEGMENT: u64 = 30 * SEGMENT_MS / 1000;
const KEYFRAME_EVERY: u64 = 60;
/// Composition offset, in frames, of each of three frames: a P-frame and two B-frames.
const REORDER: [u64; 3] = [3, 0, 0];
/// Duration of a video and of an audio frame in fragments, in ticks of 90 kHz and 48 kHz.
const TICKS: [u64; 2] = [3000, 1024];
/// Content of `avcC` for 1280×720.
pub(crate) const AVC: [u8; 40] = [
    1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 25, 0x67, 0x64, 0, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb,
    0x01, 0x6a, 0x02, 0x02, 0x02, 0x80, 0, 0, 0x03, 0, 0x80, 0, 0, 0x19, 0x07, 1, 0, 4, 0x68, 0xeb,
    0xe3, 0xcb,
];
/// An `AudioSpecificConfig`: AAC-LC, 48 kHz, stereo.
pub(crate) const AAC: [u8; 2] = [0x11, 0x90];

/// One sample of a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SyntheticSample {
    pub(crate) track: u8,
    /// Its index in its track.
    number: u64,
    pub(crate) sync: bool,
    pub(crate) size: u32,
    /// Composition offset in frames.
    reorder: u64,
}

/// The movie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SyntheticMovie {
    segment_format: SegmentFormat,
    /// Smallest size of a video frame in bytes; an audio frame has a third of it.
    size: u64,
}

impl SyntheticMovie {
    pub(crate) fn new(segment_format: SegmentFormat, size: u64) -> Self {
        Self {
            segment_format,
            size,
        }
    }

    pub(crate) fn tracks(self) -> u8 {
        match self.segment_format {
            SegmentFormat::Flv | SegmentFormat::Ts => 1,
            SegmentFormat::Fmp4 => 2,
        }
    }

    /// Returns the track and the kind of each segment, in order.
    pub(crate) fn segments(self, count: u64) -> impl Iterator<Item = (u8, SegmentKind)> {
        let inits = (self.segment_format == SegmentFormat::Fmp4).then_some(SegmentKind::Init);
        let parts = inits.into_iter().chain((0..count).map(SegmentKind::Media));
        parts.flat_map(move |part| (0..self.tracks()).map(move |track| (track, part)))
    }

    /// Writes a segment to `data`, in place of its content.
    pub(crate) fn write(self, (track, part): (u8, SegmentKind), data: &mut Vec<u8>) {
        data.clear();
        match (self.segment_format, part) {
            (SegmentFormat::Flv, SegmentKind::Media(number)) => self.write_flv(number, data),
            (SegmentFormat::Fmp4, SegmentKind::Media(number)) => {
                let samples: Vec<_> = self.samples(track, number).collect();
                let ticks = TICKS[usize::from(track)];
                let first = samples.first().map_or(0, |sample| sample.number * ticks);
                data.extend(fragment(first, ticks, &samples));
                boxed(data, *b"mdat", |data| {
                    for sample in samples {
                        sample.payload(data);
                    }
                });
            }
            (SegmentFormat::Ts, SegmentKind::Media(_)) => {
                unreachable!("no film here is a transport stream")
            }
            (_, SegmentKind::Init) => data.extend(init_segment(track)),
        }
    }

    pub(crate) fn segment((track, part): (u8, SegmentKind), data: &[u8]) -> SegmentData<'_> {
        let number = match part {
            SegmentKind::Init => 0,
            SegmentKind::Media(number) => number,
        };
        SegmentData {
            track,
            kind: part,
            start_ms: number * SEGMENT_MS,
            data,
        }
    }

    fn samples(self, track: u8, segment: u64) -> impl Iterator<Item = SyntheticSample> {
        // A segment holds 281.25 audio frames.
        let frames = |segment: u64| segment * SEGMENT_MS * 48 / 1024;
        let numbers: Range<u64> = if track == 0 {
            segment * FRAMES_PER_SEGMENT..(segment + 1) * FRAMES_PER_SEGMENT
        } else {
            frames(segment)..frames(segment + 1)
        };
        numbers.map(move |number| {
            // Vary the sizes so that run-length coding cannot shrink the tables.
            let varied = self.size + number.wrapping_mul(2_654_435_761) % (2 * self.size);
            let size = varied / if track == 0 { 1 } else { 3 };
            SyntheticSample {
                track,
                number,
                sync: track == 1 || number.is_multiple_of(KEYFRAME_EVERY),
                size: u32::try_from(size).unwrap().max(5),
                reorder: if track == 0 {
                    REORDER[usize::try_from(number % 3).unwrap()]
                } else {
                    0
                },
            }
        })
    }

    fn write_flv(self, number: u64, data: &mut Vec<u8>) {
        let mut setup = vec![0x17, 0, 0, 0, 0];
        setup.extend(AVC);
        tag(data, 9, 0, |data| data.extend(&setup));
        tag(data, 8, 0, |data| {
            data.extend([0xaf, 0, AAC[0], AAC[1]]);
        });
        let mut pictures = self.samples(0, number).peekable();
        for sound in self.samples(1, number) {
            while let Some(picture) =
                pictures.next_if(|picture| picture.time_ms() <= sound.time_ms())
            {
                picture.tag(data);
            }
            sound.tag(data);
        }
        pictures.for_each(|picture| picture.tag(data));
    }
}

impl SyntheticSample {
    /// Returns a video sample without bytes.
    pub(crate) fn empty() -> Self {
        Self {
            track: 0,
            number: 0,
            sync: true,
            size: 0,
            reorder: 0,
        }
    }

    fn time_ms(self) -> u64 {
        if self.track == 0 {
            (self.number * 100 + 1) / 3
        } else {
            (self.number * 1024 + 24) / 48
        }
    }

    /// Returns the composition offset in ticks.
    pub(crate) fn offset(self) -> u64 {
        self.reorder * TICKS[0]
    }

    /// Writes the bytes of the sample: video as one length-prefixed NAL unit of zeros.
    fn payload(self, data: &mut Vec<u8>) {
        let end = data.len() + self.size as usize;
        if self.track == 0 {
            data.extend((self.size - 4).to_be_bytes());
            data.push(if self.sync { 0x65 } else { 0x41 });
        }
        data.resize(end, 0);
    }

    fn tag(self, data: &mut Vec<u8>) {
        if self.track == 1 {
            return tag(data, 8, self.time_ms(), |data| {
                data.extend([0xaf, 1]);
                self.payload(data);
            });
        }
        let shown = Self {
            number: self.number + self.reorder,
            ..self
        };
        let offset = u32::try_from(shown.time_ms() - self.time_ms()).unwrap();
        tag(data, 9, self.time_ms(), |data| {
            data.extend([if self.sync { 0x17 } else { 0x27 }, 1]);
            data.extend(&offset.to_be_bytes()[1..]);
            self.payload(data);
        });
    }
}

fn tag(data: &mut Vec<u8>, kind: u8, time_ms: u64, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = data.len();
    let [high, a, b, c] = u32::try_from(time_ms).unwrap().to_be_bytes();
    data.extend([kind, 0, 0, 0, a, b, c, high, 0, 0, 0]);
    fill(data);
    let size = u32::try_from(data.len() - start - 11).unwrap();
    data[start + 1..start + 4].copy_from_slice(&size.to_be_bytes()[1..]);
    data.extend((size + 11).to_be_bytes());
}

/// A file that stores only the first bytes of the media and the index. For the rest it only moves
/// the position, so that ten hours take neither disk space nor time.
#[derive(Debug)]
pub(crate) struct DiscardingFile {
    file: File,
    /// How many more bytes of media are stored.
    keep: usize,
}

/// Bytes of media at the beginning that are stored, since they are read back.
const KEPT: usize = 1 << 20;

impl DiscardingFile {
    /// Creates the file. With `kept`, all media is stored.
    pub(crate) fn create(path: &Path, kept: bool) -> Self {
        let mut options = File::options();
        let file = options.create_new(true).read(true).write(true).open(path);
        Self {
            file: file.unwrap(),
            keep: if kept { usize::MAX } else { KEPT },
        }
    }
}

impl Write for DiscardingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    /// The muxer writes only media with this method.
    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let length: usize = slices.iter().map(|slice| slice.len()).sum();
        if let Some(left) = self.keep.checked_sub(length) {
            self.keep = left;
            return self.file.write_vectored(slices);
        }
        self.keep = 0;
        let end = self
            .file
            .seek(SeekFrom::Current(i64::try_from(length).unwrap()))?;
        if self.file.metadata()?.len() < end {
            self.file.set_len(end)?;
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for DiscardingFile {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.file.read(bytes)
    }
}

impl Seek for DiscardingFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
