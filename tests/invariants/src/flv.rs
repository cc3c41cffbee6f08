//! Reads FLV without the code under test, and asserts what a movie of FLV segments must hold.
//!
//! Two readers on purpose: [`read`] is strict, every byte of a finished file must belong to a tag;
//! [`FlvReading::of`] is lenient, it reads a segment as far as its tags are complete.

use media::{Fact, FactKind, SegmentKind, TrackKind};

use kit::{memory_file::MemoryFile, segment::OwnedSegment};

use crate::mp4::ParsedTrack;

/// Codecs whose sequence headers come in tags of their own.
const AVC: u8 = 7;
const AAC: u8 = 10;

/// A frame of video or audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlvFrame {
    pub(crate) kind: TrackKind,
    pub(crate) timestamp: i32,
    pub(crate) composition_offset: i32,
    pub(crate) sync: bool,
    /// Number of the segment that it came in.
    pub(crate) segment: usize,
    /// The frame without the tag header of its codec.
    pub(crate) data: Vec<u8>,
}

/// The frames of some segments.
#[derive(Debug, Default)]
pub(crate) struct FlvReading {
    pub(crate) frames: Vec<FlvFrame>,
    /// How many sequence headers each track had, and whether any came after a frame.
    configs: [usize; 2],
    late_config: bool,
    /// How many frames of each track came before its first sequence header. One that comes later
    /// may apply to them.
    unconfigured: [u64; 2],
    /// How many tags of each track hold frames of codecs that are not read here; an FLV keeps them.
    others: [u64; 2],
}

impl FlvReading {
    /// Reads the accepted segments in the order of presentation.
    pub(crate) fn of(accepted: &[OwnedSegment]) -> Self {
        let mut segments: Vec<_> = accepted.iter().collect();
        segments.sort_by_key(|segment| (segment.kind, segment.track));
        let mut reading = Self::default();
        for (number, segment) in segments.into_iter().enumerate() {
            reading.read_segment(number, &segment.data);
        }
        reading
    }

    fn read_segment(&mut self, number: usize, data: &[u8]) {
        for (kind, timestamp, body) in tags(data) {
            match kind {
                9 => self.video(number, timestamp, body),
                8 => self.audio(number, timestamp, body),
                _ => {}
            }
        }
    }

    fn video(&mut self, segment: usize, timestamp: i32, body: &[u8]) {
        let is_other = |first: u8| first >> 4 != 5 && first & 0x8f != AVC;
        self.others[0] += u64::from(body.first().is_some_and(|first| is_other(*first)));
        let Some(&[first, kind, a, b, c]) = body.first_chunk() else {
            return;
        };
        let data = body[5..].to_vec();
        if first >> 4 == 5 || first & 0x8f != AVC || data.is_empty() {
            return;
        }
        if kind == 0 {
            self.config(TrackKind::Video);
        } else if kind == 1 {
            self.unconfigured[0] += u64::from(self.configs[0] == 0);
            self.frames.push(FlvFrame {
                kind: TrackKind::Video,
                timestamp,
                composition_offset: i32::from_be_bytes([a, b, c, 0]) >> 8,
                sync: first >> 4 == 1,
                segment,
                data,
            });
        }
    }

    fn audio(&mut self, segment: usize, timestamp: i32, body: &[u8]) {
        let Some((&first, rest)) = body.split_first() else {
            return;
        };
        let data = match (first >> 4, rest) {
            (AAC, [0, rest @ ..]) if !rest.is_empty() => return self.config(TrackKind::Audio),
            (AAC, [1..=255, rest @ ..]) => {
                self.unconfigured[1] += u64::from(self.configs[1] == 0 && !rest.is_empty());
                rest
            }
            (2 | 14, rest) => {
                // Each frame of MP3 may change the codec configuration, or have an unreadable one.
                self.late_config = true;
                self.unconfigured[1] += u64::from(!rest.is_empty());
                rest
            }
            _ => {
                self.others[1] += 1;
                return;
            }
        };
        if !data.is_empty() {
            self.frames.push(FlvFrame {
                kind: TrackKind::Audio,
                timestamp,
                composition_offset: 0,
                sync: true,
                segment,
                data: data.to_vec(),
            });
        }
    }

    fn config(&mut self, kind: TrackKind) {
        let track = usize::from(kind == TrackKind::Audio);
        self.late_config |=
            self.configs[track] > 0 && self.frames.iter().any(|frame| frame.kind == kind);
        self.configs[track] += 1;
    }

    fn of_kind(&self, kind: TrackKind) -> Vec<&FlvFrame> {
        let frames = self.frames.iter();
        frames.filter(|frame| frame.kind == kind).collect()
    }

    /// Asserts that the movie holds the frames in order, except those that repeat an earlier segment
    /// or are another version of what it has, and those before their codec configuration. Its facts
    /// tell how many there are of each.
    pub(crate) fn assert_frames(
        &self,
        kind: TrackKind,
        found: &[&[u8]],
        facts: &[Fact],
        repeated: impl Fn(&[u8], &[u8]) -> bool,
    ) {
        let stated = |wanted: FactKind| -> u64 {
            let facts = facts.iter();
            let of_kind = facts.filter(|fact| fact.kind == wanted && fact.track == Some(kind));
            of_kind.map(|fact| fact.samples).sum()
        };
        let unconfigured = stated(FactKind::ConfigurationMissing);
        assert!(
            unconfigured <= self.unconfigured[usize::from(kind == TrackKind::Audio)],
            "{kind:?}: {unconfigured} frames before their configuration"
        );
        let frames = self.of_kind(kind);
        let other_version = stated(FactKind::LeftOut(
            "another version of what the part before has".into(),
        ));
        let left_out = unconfigured + other_version;
        let told = found.len() as u64 + left_out + stated(FactKind::Repeated);
        let others = self.others[usize::from(kind == TrackKind::Audio)];
        // Frames of other codecs may be repeated too.
        assert!(
            (frames.len() as u64..=frames.len() as u64 + others).contains(&told),
            "{kind:?}: each of {} frames is in the movie, or a fact says why not: {told}",
            frames.len()
        );
        let mut missing = 0;
        let mut found = found.iter();
        let mut next = found.next();
        for (number, frame) in frames.iter().enumerate() {
            if next.is_some_and(|data| *data == frame.data) {
                next = found.next();
                continue;
            }
            let repeats = frames[..number].iter().any(|before| {
                before.segment < frame.segment && repeated(&before.data, &frame.data)
            });
            missing += u64::from(!repeats);
            assert!(missing <= left_out, "{kind:?} frame {number} is lost");
        }
        assert!(next.is_none(), "{kind:?}: a frame that no segment holds");
    }

    /// Whether time advances evenly over all segments, so that no timestamp may change.
    fn is_steady(&self) -> bool {
        !self.late_config
            && self.frames.windows(2).all(|pair| {
                let [one, next] = pair else { return false };
                next.timestamp.abs_diff(one.timestamp) < 200
            })
            && [TrackKind::Video, TrackKind::Audio]
                .into_iter()
                .all(|kind| {
                    self.of_kind(kind)
                        .windows(2)
                        .all(|pair| pair[1].timestamp > pair[0].timestamp)
                })
    }

    /// Asserts that every frame has the time of its tag, if time advances evenly.
    pub(crate) fn assert_times(&self, tracks: &[ParsedTrack]) {
        if !self.is_steady() {
            return;
        }
        for track in tracks {
            let frames = self.of_kind(track.kind);
            assert_eq!(frames.len(), track.samples.len(), "{:?}", track.kind);
            for (frame, sample) in frames.iter().zip(&track.samples) {
                let scale = i64::from(track.timescale);
                let wanted = i64::from(frame.timestamp) - i64::from(frames[0].timestamp);
                let off = sample.dts * 1000 - wanted * scale;
                // Audio is snapped to its samples, between two milliseconds.
                let slack = if track.kind == TrackKind::Video {
                    0
                } else {
                    2 * scale
                };
                assert!(off.abs() <= slack, "{frame:?} at {}", sample.dts);
                assert_eq!(
                    sample.composition_offset * 1000,
                    i64::from(frame.composition_offset) * scale
                );
                assert_eq!(sample.sync, frame.sync);
            }
        }
    }
}

/// Returns type, time and body of each complete tag.
fn tags(data: &[u8]) -> Vec<(u8, i32, &[u8])> {
    let mut rest = data;
    if let Some(file) = data.strip_prefix(b"FLV") {
        let offset = file.get(2..6).map_or(0, number);
        rest = data.get(offset + 4..).unwrap_or_default();
    }
    let mut tags = Vec::new();
    while let Some(&[kind, s0, s1, s2, t0, t1, t2, t3, ..]) = rest.first_chunk::<11>() {
        let size = number(&[s0, s1, s2]);
        let Some(body) = rest.get(11..11 + size) else {
            break;
        };
        tags.push((kind & 0x1f, i32::from_be_bytes([t3, t0, t1, t2]), body));
        rest = rest.get(11 + size + 4..).unwrap_or_default();
    }
    tags
}

fn number(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |value, byte| (value << 8) | usize::from(*byte))
}

/// Reads a finished FLV; asserts that its tags are complete to the last byte, and that the times of
/// a track never fall.
pub(crate) fn read(output: &MemoryFile) -> FlvReading {
    let bytes = output.read_range(0, output.length());
    let mut end = 13;
    for (_, _, body) in tags(&bytes) {
        end += 11 + body.len() + 4;
        let behind = number(&bytes[end - 4..end]);
        assert_eq!(behind, body.len() + 11, "the size behind a tag");
    }
    assert_eq!(end, bytes.len(), "tags to the end");
    let movie = FlvReading::of(&[OwnedSegment {
        track: 0,
        kind: SegmentKind::Media(0),
        start_ms: 0,
        data: bytes,
    }]);
    for kind in [TrackKind::Video, TrackKind::Audio] {
        for pair in movie.of_kind(kind).windows(2) {
            assert!(
                pair[0].timestamp <= pair[1].timestamp,
                "time falls to {}",
                pair[1].timestamp
            );
        }
    }
    movie
}
