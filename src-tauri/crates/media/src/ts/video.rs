//! Splits an H.264 byte stream into pictures, and converts them from start codes to
//! length-prefixed samples (ISO/IEC 14496-15).

use super::{
    frames::{FrameTime, Missing, PesTimestamps, StreamFrame, StreamItem, interpolate_times},
    stream::{ElementaryParser, Loss, ParsedStream, SegmentEdges},
};
use crate::{
    Error,
    codec::{
        annex_b::{
            ACCESS_UNIT_DELIMITER, IDR_SLICE, NalPosition, NalUnit, PPS, SEI, SPS, SPS_EXTENSION,
            nal_units, starts_picture,
        },
        parameter_sets::{ParameterSets, PictureField},
    },
    flv::Codec,
};

/// Parses the pictures of a segment. Its buffers are reused for the next segment.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is known of the stream so far has nothing to do with each other"
)]
pub(crate) struct VideoParser {
    /// Bytes of the stream that are not converted to samples yet.
    pending: Vec<u8>,
    timestamps: PesTimestamps,
    sets: ParameterSets,
    /// The bytes of all samples.
    samples: Vec<u8>,
    items: Vec<StreamItem>,
    edges: SegmentEdges,
    /// Whether a picture starts where the PES packet in progress starts.
    starts_picture: bool,
    /// Whether the first picture was found, or was lost.
    found_first: bool,
    /// Do not look for complete pictures in fewer pending bytes; avoids quadratic time.
    min_pending: usize,
    /// Whether a PES packet of this segment has continued a picture.
    has_split_pictures: bool,
    /// Whether the pictures of this segment start with access unit delimiters.
    has_delimiters: bool,
    /// Whether the pending bytes start inside of a picture of which others are missing: only a
    /// delimiter shows for certain where the next one starts.
    is_behind_loss: bool,
    /// Whether pictures are missing before the next one.
    missing: Missing,
}

/// Which of the pending pictures are complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Completeness {
    /// All of them; the next bytes start another picture.
    SoFar,
    /// All of them; the segment or a range without loss ends here.
    AtEnd,
    /// All but the last one; its last unit is cut.
    ButLast,
}

impl ElementaryParser for VideoParser {
    fn continue_packet(&mut self, bytes: &[u8]) {
        self.edges.leading.extend_from_slice(bytes);
    }

    fn begin_packet(&mut self, time: Option<FrameTime>, bytes: &[u8]) {
        self.starts_picture = starts_picture(bytes);
        self.has_split_pictures |= !self.starts_picture;
        if self.starts_picture && (self.is_behind_loss || self.pending.len() >= self.min_pending) {
            self.take_pictures(Completeness::SoFar);
            self.is_behind_loss = false;
        }
        self.timestamps.push(self.pending.len(), time);
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    fn mark_loss(&mut self, loss: Loss) {
        let is_whole = match loss {
            Loss::Join => true,
            Loss::Between => !self.has_split_pictures,
            Loss::Inside { after_whole, .. } => after_whole && !self.has_split_pictures,
            Loss::End => false,
        };
        self.take_pictures(if is_whole {
            Completeness::AtEnd
        } else {
            Completeness::ButLast
        });
        if !self.found_first && !is_whole {
            // The picture that the segment before began is not complete.
            self.edges.leading.clear();
        }
        self.pending.clear();
        self.timestamps.clear();
        self.found_first = true;
        self.starts_picture = true;
        self.is_behind_loss = matches!(loss, Loss::Inside { .. });
        self.missing = self.missing.max(match loss {
            Loss::Join => Missing::None,
            Loss::Between if is_whole => Missing::Perhaps,
            Loss::Between | Loss::End | Loss::Inside { .. } => Missing::Some,
        });
        self.edges.remainder.clear();
        self.edges.next = None;
        self.edges.last_may_extend = false;
    }

    fn finish(&mut self, step: Option<i64>) -> Result<(), Error> {
        self.take_pictures(Completeness::AtEnd);
        self.edges.lost_after = self.missing != Missing::None;
        interpolate_times(&mut self.items, step);
        Ok(())
    }

    fn clear(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        let mut samples = std::mem::take(&mut self.samples);
        pending.clear();
        samples.clear();
        *self = Self {
            pending,
            samples,
            ..Self::default()
        };
    }

    fn parsed(&self) -> ParsedStream<'_> {
        ParsedStream {
            items: &self.items,
            bytes: &self.samples,
            edges: &self.edges,
        }
    }
}

impl VideoParser {
    /// Converts the complete pending pictures to samples.
    fn take_pictures(&mut self, completeness: Completeness) {
        let pending = std::mem::take(&mut self.pending);
        let had_first = self.found_first;
        let mut splitter = PictureSplitter {
            video: self,
            state: PictureState::Continuation,
            first_start: None,
            next_start: None,
            recovery_frames: None,
            sample_end: 0,
        };
        let is_cut = completeness == Completeness::ButLast;
        let mut units = nal_units(&pending).peekable();
        while let Some(unit) = units.next() {
            let is_last = units.peek().is_none();
            splitter.unit(unit, is_cut && is_last);
        }
        drop(units);
        let split = splitter.end(completeness);
        self.pending = pending;
        if !had_first {
            // Bytes before the first picture belong to the segment before. Without a first
            // picture, wait for more bytes unless none follow.
            let leading = if completeness == Completeness::SoFar {
                0
            } else {
                self.pending.len()
            };
            let leading = self.pending.get(..split.first_start.unwrap_or(leading));
            self.edges
                .leading
                .extend_from_slice(leading.unwrap_or_default());
        }
        let mut used = split.incomplete_start.unwrap_or(self.pending.len());
        if !self.found_first && completeness == Completeness::SoFar {
            used = 0;
        }
        if completeness == Completeness::AtEnd && self.found_first {
            let remainder = self.pending.get(split.sample_end..).unwrap_or_default();
            self.edges.remainder.extend_from_slice(remainder);
            self.edges.next = self.timestamps.claim(used);
        }
        self.pending.drain(..used.min(self.pending.len()));
        self.timestamps.shift(used);
        self.min_pending = self.pending.len().saturating_mul(2);
    }
}

/// The result of [`PictureSplitter`]: positions in the pending bytes.
struct CutResult {
    /// Start of the first picture of the segment, if this split has found it.
    first_start: Option<usize>,
    /// Start of the first unit of the incomplete picture.
    incomplete_start: Option<usize>,
    /// End of the last unit in a sample.
    sample_end: usize,
}

/// The state of [`PictureSplitter`].
#[derive(Clone, Copy, Debug)]
enum PictureState {
    /// The units belong to a picture that starts in the segment before, or before a loss.
    Continuation,
    /// Before the first slice of a picture.
    BeforeSlices(PictureStart),
    /// After the first slice of a picture.
    Picture(PendingPicture),
}

/// The start of a picture.
#[derive(Clone, Copy, Debug)]
struct PictureStart {
    /// Position of its first start code in the pending bytes.
    start_code: usize,
    /// Position in the bytes of the samples.
    sample_start: usize,
}

/// A picture with at least one slice.
#[derive(Clone, Copy, Debug)]
struct PendingPicture {
    start: PictureStart,
    time: Option<FrameTime>,
    field: Option<PictureField>,
    sync: bool,
    recovery_frames: Option<u16>,
}

/// A position after the slices of a picture where the next picture may start.
#[derive(Clone, Copy, Debug)]
struct NextPictureStart {
    start: PictureStart,
    /// End of the last unit before it that is in a sample.
    sample_end: usize,
    /// Whether an access unit delimiter was found, so that the next slice starts a picture.
    delimited: bool,
}

/// Assigns NAL units to pictures, and appends them to the samples.
struct PictureSplitter<'v> {
    video: &'v mut VideoParser,
    state: PictureState,
    first_start: Option<usize>,
    next_start: Option<NextPictureStart>,
    /// The recovery point of the next picture.
    recovery_frames: Option<u16>,
    sample_end: usize,
}

impl PictureSplitter<'_> {
    /// Takes a unit; of one that is cut, only the header counts.
    fn unit(&mut self, unit: NalUnit<'_>, is_cut: bool) {
        match unit.position() {
            NalPosition::BeforeSlices => self.before_slices(&unit),
            NalPosition::Slice { first } => self.slice(&unit, first),
            NalPosition::Other => {}
        }
        if is_cut || matches!(self.state, PictureState::Continuation) {
            return;
        }
        let sets = &mut self.video.sets;
        match unit.kind() {
            SEI => self.recovery_frames = unit.recovery_frames().or(self.recovery_frames),
            SPS => sets.add_sps(unit.bytes),
            PPS => sets.add_pps(unit.bytes),
            SPS_EXTENSION => sets.add_sps_extension(unit.bytes),
            _ => {}
        }
        if unit.belongs_in_sample()
            && let Ok(length) = u32::try_from(unit.bytes.len())
        {
            let samples = &mut self.video.samples;
            samples.extend(length.to_be_bytes());
            samples.extend_from_slice(unit.bytes);
            self.sample_end = unit.end();
        }
    }

    fn picture_start(&self, unit: &NalUnit<'_>) -> PictureStart {
        PictureStart {
            start_code: unit.start_code,
            sample_start: self.video.samples.len(),
        }
    }

    fn before_slices(&mut self, unit: &NalUnit<'_>) {
        let start = self.picture_start(unit);
        let is_delimiter = unit.kind() == ACCESS_UNIT_DELIMITER;
        self.video.has_delimiters |= is_delimiter;
        match self.state {
            PictureState::Continuation if is_delimiter || self.opens_without_delimiter() => {
                self.open_first(start);
            }
            PictureState::Continuation | PictureState::BeforeSlices(_) => {}
            PictureState::Picture(_) => {
                let sample_end = self.sample_end;
                let next_start = self.next_start.get_or_insert(NextPictureStart {
                    start,
                    sample_end,
                    delimited: false,
                });
                next_start.delimited |= is_delimiter;
            }
        }
    }

    /// Returns whether the first picture may start without a delimiter.
    fn opens_without_delimiter(&self) -> bool {
        !(self.video.is_behind_loss && self.video.has_delimiters)
    }

    /// Starts the first picture of the segment, or the first after a loss.
    fn open_first(&mut self, start: PictureStart) {
        self.state = PictureState::BeforeSlices(start);
        if !std::mem::replace(&mut self.video.found_first, true) {
            self.first_start = Some(start.start_code);
        }
    }

    fn slice(&mut self, unit: &NalUnit<'_>, first: bool) {
        let field = self.video.sets.field(unit.bytes);
        let here = self.picture_start(unit);
        let next_start = self.next_start.take();
        if let PictureState::Picture(picture) = &mut self.state {
            let starts_other = first || next_start.is_some_and(|next| next.delimited);
            let is_second_field = match (picture.field, field) {
                (Some(one), Some(field)) => field.pairs_with(one),
                _ => false,
            };
            if !starts_other || is_second_field {
                picture.sync |= unit.kind() == IDR_SLICE;
                return;
            }
            let picture = *picture;
            let start = next_start.map_or(here, |next| next.start);
            self.push(&picture, start.sample_start);
            self.state = PictureState::BeforeSlices(start);
        }
        if matches!(self.state, PictureState::Continuation)
            && first
            && self.opens_without_delimiter()
        {
            self.open_first(here);
        }
        if let PictureState::BeforeSlices(start) = self.state {
            if let Some(data) = self.video.sets.changed_record() {
                let codec = Codec::Avc;
                self.video.items.push(StreamItem::Config { codec, data });
            }
            self.state = PictureState::Picture(PendingPicture {
                start,
                time: self.video.timestamps.claim(start.start_code),
                field,
                sync: unit.kind() == IDR_SLICE,
                recovery_frames: self.recovery_frames.take(),
            });
        }
    }

    /// Adds the frame of a picture whose sample ends at `end`.
    fn push(&mut self, picture: &PendingPicture, end: usize) {
        let mut missing = std::mem::take(&mut self.video.missing);
        let is_first = self.video.items.iter().all(|item| item.frame().is_none());
        if is_first {
            self.video.edges.lost_before = missing != Missing::None;
            missing = Missing::None;
        }
        self.video.items.push(StreamItem::Frame(StreamFrame {
            bytes: picture.start.sample_start..end,
            time: picture.time,
            sync: picture.sync,
            recovery_frames: picture.recovery_frames.filter(|_| !picture.sync),
            missing,
        }));
        self.video.edges.last_may_extend = true;
    }

    /// Ends after the last unit; drops the incomplete picture from the samples.
    fn end(mut self, completeness: Completeness) -> CutResult {
        let end = self.video.samples.len();
        let (incomplete, sample_end) = match (self.state, self.next_start) {
            (PictureState::Continuation, _) => (None, 0),
            (PictureState::BeforeSlices(start), _) => (Some(start), 0),
            (PictureState::Picture(picture), None) if completeness == Completeness::ButLast => {
                (Some(picture.start), 0)
            }
            (PictureState::Picture(picture), next) => {
                self.push(&picture, next.map_or(end, |next| next.start.sample_start));
                let sample_end = next.map_or(self.sample_end, |next| next.sample_end);
                (next.map(|next| next.start), sample_end)
            }
        };
        if let Some(start) = incomplete {
            self.video.samples.truncate(start.sample_start);
        }
        if completeness == Completeness::AtEnd
            && let Some(data) = self.video.sets.changed_record()
        {
            let codec = Codec::Avc;
            self.video.items.push(StreamItem::Config { codec, data });
        }
        CutResult {
            first_start: self.first_start,
            incomplete_start: incomplete.map(|start| start.start_code),
            sample_end,
        }
    }
}
