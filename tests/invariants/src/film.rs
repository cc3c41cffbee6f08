//! A film of known frames, and what may happen to it before it is assembled.
//!
//! Each frame holds its number, so that it is known again in the finished movie whatever its time.

mod flv;
mod fmp4;
mod survival;
mod ts;

use media::TrackKind;

/// Length of the film.
pub const FILM_MS: u32 = 10_000;
/// Microseconds of a video frame, and of an audio frame: 1024 samples at 48 kHz.
const VIDEO_US: u64 = 40_000;
const AUDIO_NS: u64 = 21_333_333;
/// Times count from here, so that a clock may fall several times.
const BASE_MS: i64 = 100_000;
/// Pictures that a segment repeats of the one before, if any.
const MIN_REPEATED: usize = 4;
/// A change of the clock is at least so far from a cut.
const CHANGE_MS: u32 = 150;
/// A hole is at least so far from a change of the clock.
const HOLE_MS: u32 = 300;
/// Length of the shortest segment.
const SHORTEST_MS: u32 = 500;
/// A keyframe in so many frames of video.
const KEYFRAME_DISTANCE: u32 = 25;
/// `AudioSpecificConfig`: AAC-LC, 48 kHz, stereo.
const AUDIO_CONFIG: [u8; 2] = [0x11, 0x90];
/// Sequence and picture parameter set of 1280×720.
const SPS: [u8; 27] = [
    0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02, 0x02, 0x80,
    0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x19, 0x07, 0x60, 0x80,
];
const PPS: [u8; 7] = [0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0, 0x80];

/// The container that the film comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmFormat {
    /// FLV segments, assembled as MP4 and as FLV.
    Flv,
    /// Transport streams.
    Ts,
    /// Fragmented MP4 whose segments hold both tracks.
    Fmp4,
    /// Progressive MP4s that are joined.
    Mp4,
}

/// What happens to the film. Times are milliseconds of the film.
#[derive(Clone, Debug, Default)]
pub struct FilmChanges {
    /// Where it is cut into segments, or into files.
    pub cuts: Vec<u32>,
    /// For each cut: how much of the end of the segment before is repeated behind it.
    pub repeats: Vec<u32>,
    /// Where the clock of both tracks changes, and what is added to it.
    pub clocks: Vec<(u32, i64)>,
    /// Where the source lacks frames, and for how long: of video, audio or both.
    pub holes: Vec<(u32, u32, Option<TrackKind>)>,
    /// In a transport stream: packets that are lost, by their place in ten thousandths of the
    /// segment with this number.
    pub torn: Vec<(usize, u32, usize)>,
    /// The segments are put into one file, which is remuxed.
    pub is_one_file: bool,
}

/// A frame of the film.
#[derive(Clone, Debug)]
struct Frame {
    kind: TrackKind,
    number: u32,
    /// When it is decoded in the film, in nanoseconds.
    at_ns: u64,
    /// What the clock of the source says then, in nanoseconds.
    clock_ns: i64,
    is_key: bool,
    /// Without a length or a start code.
    data: Vec<u8>,
}

/// A segment of the film, its frames in the order of the source.
#[derive(Clone, Debug)]
struct FilmSegment {
    start_ms: u32,
    frames: Vec<Frame>,
}

impl FilmChanges {
    /// Returns the segments that the source sends.
    fn segments(&self) -> Vec<FilmSegment> {
        // A segment of which a track begins only behind a change of the clock does not show it.
        let is_far = |cut: &&u32| {
            let mut clocks = self.clocks.iter();
            clocks.all(|(at, _)| at.abs_diff(**cut) >= CHANGE_MS)
        };
        let mut starts = vec![0];
        starts.extend(self.cuts.iter().filter(is_far).copied());
        starts.sort_unstable();
        starts.dedup_by(|next, start| *next - *start < SHORTEST_MS);
        let ends = starts.iter().skip(1).copied().chain([FILM_MS]);
        let frames = self.frames();
        // A file that was put together without being compared keeps what its parts repeat.
        // A picture that is torn in one segment and whole in the next comes behind those between.
        let has_repeats = !self.is_one_file && self.torn.is_empty();
        let repeats = self.repeats.iter().filter(|_| has_repeats);
        let repeats = repeats.copied().chain(std::iter::repeat(0));
        let within = |from: u32, to: u32| {
            let range = u64::from(from) * 1_000_000..u64::from(to) * 1_000_000;
            let inside = frames.iter().filter(|frame| range.contains(&frame.at_ns));
            inside.cloned().collect::<Vec<_>>()
        };
        let segments = starts.iter().zip(ends).enumerate().zip(repeats);
        segments
            .map(|((number, (start_ms, end_ms)), repeat)| {
                let repeat = if number == 0 { 0 } else { repeat };
                let before = number.checked_sub(1).map_or(0, |before| starts[before]);
                // Live servers repeat the end of a segment, not most of it.
                let repeat = repeat.min((start_ms - before) / 3);
                let repeated = within(start_ms - repeat, *start_ms);
                let new = within(*start_ms, end_ms);
                let pictures = |frames: &[Frame]| {
                    let video = frames.iter();
                    video.filter(|frame| frame.kind == TrackKind::Video).count()
                };
                // Fewer pictures may be alike without being the same, and a segment has new ones.
                let from = start_ms - repeat;
                let mut clocks = self.clocks.iter();
                let is_found = pictures(&repeated).min(pictures(&new)) >= MIN_REPEATED
                    && !clocks.any(|(at, _)| (from..=*start_ms).contains(at));
                let from = if is_found { from } else { *start_ms };
                FilmSegment {
                    start_ms: *start_ms,
                    frames: within(from, end_ms),
                }
            })
            .collect()
    }

    /// Returns the frames that the source has, by time.
    fn frames(&self) -> Vec<Frame> {
        let mut frames = Vec::new();
        for kind in [TrackKind::Video, TrackKind::Audio] {
            let step = step_ns(kind);
            for number in 0..u32::try_from(u64::from(FILM_MS) * 1_000_000 / step).expect("few") {
                frames.push(self.frame(kind, number));
            }
        }
        frames.sort_by_key(|frame| frame.at_ns);
        // Where only one track has frames beside a change of the clock, the tracks of a transport stream
        // may overlap by as much.
        let holes = self.holes.iter().filter(|(at, length, _)| {
            let mut clocks = self.clocks.iter();
            clocks.all(|(clock, _)| *clock + HOLE_MS < *at || *clock > at + length + HOLE_MS)
        });
        let holes: Vec<_> = holes.collect();
        frames.retain(|frame| {
            !holes.iter().any(|(at, length, kind)| {
                let hole = u64::from(*at) * 1_000_000..u64::from(at + length) * 1_000_000;
                kind.is_none_or(|kind| kind == frame.kind) && hole.contains(&frame.at_ns)
            })
        });
        frames
    }

    fn frame(&self, kind: TrackKind, number: u32) -> Frame {
        let at_ns = u64::from(number) * step_ns(kind);
        let elapsed_ms = i64::try_from(at_ns / 1_000_000).expect("a short film");
        let clocks = self
            .clocks
            .iter()
            .filter(|(from, _)| i64::from(*from) <= elapsed_ms);
        let added: i64 = clocks.map(|(_, added)| added).sum();
        let is_key = kind == TrackKind::Audio || number.is_multiple_of(KEYFRAME_DISTANCE);
        Frame {
            kind,
            number,
            at_ns,
            clock_ns: at_ns.cast_signed() + (BASE_MS + added) * 1_000_000,
            is_key,
            data: payload(kind, number, is_key),
        }
    }

    /// Whether the clock falls anywhere.
    fn has_falls(&self) -> bool {
        self.clocks.iter().any(|(_, added)| *added < 0)
    }
}

impl Frame {
    /// Whether the clock of the source changes between this frame and the next.
    fn is_on_other_clock(&self, next: &Self) -> bool {
        let moved = |frame: &Self| frame.clock_ns - frame.at_ns.cast_signed();
        moved(self) != moved(next)
    }
}

fn step_ns(kind: TrackKind) -> u64 {
    match kind {
        TrackKind::Video => VIDEO_US * 1000,
        TrackKind::Audio => AUDIO_NS,
    }
}

/// Returns a frame that holds its number; no byte of it is 0, so that no start code is in it.
fn payload(kind: TrackKind, number: u32, is_key: bool) -> Vec<u8> {
    let digits = [21, 14, 7, 0].map(|shift| (number >> shift & 0x7f).to_le_bytes()[0] | 0x80);
    let (first, length) = match kind {
        TrackKind::Video if is_key => (0x65, 900),
        TrackKind::Video => (0x41, 200 + number as usize * 37 % 400),
        TrackKind::Audio => (0x21, 60 + number as usize * 13 % 80),
    };
    let mut data = vec![first, 0x88];
    data.extend(digits);
    data.resize(length, 0x55);
    data
}

/// Returns the number that a sample of the finished movie holds, or `None` if it is no frame of the
/// film as it was.
fn number_of(kind: TrackKind, sample: &[u8]) -> Option<u32> {
    let data = match kind {
        TrackKind::Video => sample.get(4..)?,
        TrackKind::Audio => sample,
    };
    let digits = data.get(2..6)?;
    let number = digits
        .iter()
        .fold(0, |number, digit| number << 7 | u32::from(digit & 0x7f));
    let is_key = kind == TrackKind::Audio || number.is_multiple_of(KEYFRAME_DISTANCE);
    (data == payload(kind, number, is_key)).then_some(number)
}

/// Returns an `AVCDecoderConfigurationRecord`.
fn video_config() -> Vec<u8> {
    let mut record = vec![1, SPS[1], SPS[2], SPS[3], 0xff, 0xe1, 0];
    record.push(SPS.len().to_le_bytes()[0]);
    record.extend(SPS);
    record.extend([1, 0, PPS.len().to_le_bytes()[0]]);
    record.extend(PPS);
    record
}
