//! Pictures: from H.264 behind start codes to length-prefixed samples (ISO/IEC 14496-15).

use super::{
    frames::{FrameTime, PesTimestamps, StreamFrame, StreamItem, interpolate_times},
    stream::{ElementaryParser, ParsedStream, SegmentEdges},
};
use crate::{
    Error,
    codec::{
        annex_b::{
            ACCESS_UNIT_DELIMITER, IDR_SLICE, NalPosition, NalUnit, PPS, SPS, SPS_EXTENSION,
            nal_units, starts_picture,
        },
        parameter_sets::{ParameterSets, PictureField},
    },
    flv::Codec,
};

/// The pictures of one piece. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct VideoParser {
    /// Bytes of the stream that are not made into samples yet.
    pending: Vec<u8>,
    timestamps: PesTimestamps,
    sets: ParameterSets,
    /// The samples, end to end.
    samples: Vec<u8>,
    items: Vec<StreamItem>,
    edges: SegmentEdges,
    /// Where the PES packet in progress starts in `pending`, and whether a picture does there.
    packet: usize,
    starts_picture: bool,
    /// Whether a first picture was found, or can no longer be.
    found_first: bool,
    /// Below this many pending bytes there is no whole picture.
    min_pending: usize,
}

/// What of the pending bytes is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Completeness {
    /// All; what comes next starts a picture.
    SoFar,
    /// All; nothing comes.
    AtEnd,
    /// All but the last picture.
    ButLast,
}

impl ElementaryParser for VideoParser {
    fn continue_packet(&mut self, bytes: &[u8]) {
        self.edges.leading.extend_from_slice(bytes);
    }

    fn begin_packet(&mut self, time: Option<FrameTime>, bytes: &[u8]) {
        self.starts_picture = starts_picture(bytes);
        if self.starts_picture && self.pending.len() >= self.min_pending {
            self.take_pictures(Completeness::SoFar);
        }
        self.packet = self.pending.len();
        self.timestamps.push(self.packet, time);
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    fn mark_loss(&mut self, torn: bool) {
        if torn {
            self.pending.truncate(self.packet);
            self.timestamps.forget_from(self.packet);
        }
        let whole = self.starts_picture || !torn;
        self.take_pictures(if whole {
            Completeness::AtEnd
        } else {
            Completeness::ButLast
        });
        if !self.found_first {
            self.edges.leading.clear();
        }
        self.pending.clear();
        self.timestamps.clear();
        self.found_first = true;
        self.packet = 0;
        self.starts_picture = true;
        self.edges.remainder.clear();
        self.edges.last_may_extend = false;
    }

    fn finish(&mut self, step: Option<i64>) -> Result<(), Error> {
        self.take_pictures(Completeness::AtEnd);
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
    /// Makes samples of the pending pictures that are whole.
    fn take_pictures(&mut self, whole: Completeness) {
        let pending = std::mem::take(&mut self.pending);
        let had_begun = self.found_first;
        let mut cutter = PictureSplitter {
            video: self,
            state: PictureState::Continuation,
            first_start: None,
            next_start: None,
            sample_end: 0,
        };
        for unit in nal_units(&pending) {
            cutter.unit(unit);
        }
        let cut = cutter.end(whole);
        self.pending = pending;
        if !had_begun {
            // Without a beginning, all may belong to the piece before; more of it may come.
            let lead = if whole == Completeness::SoFar {
                0
            } else {
                self.pending.len()
            };
            let lead = self.pending.get(..cut.first_start.unwrap_or(lead));
            self.edges
                .leading
                .extend_from_slice(lead.unwrap_or_default());
        }
        let mut used = cut.incomplete_start.unwrap_or(self.pending.len());
        if !self.found_first && whole == Completeness::SoFar {
            used = 0;
        }
        if whole == Completeness::AtEnd && self.found_first {
            let remainder = self.pending.get(cut.sample_end..).unwrap_or_default();
            self.edges.remainder.extend_from_slice(remainder);
            self.edges.next = self.timestamps.claim(used);
        }
        self.pending.drain(..used.min(self.pending.len()));
        self.timestamps.shift(used);
        self.min_pending = self.pending.len().saturating_mul(2);
    }
}

/// What a cut leaves.
struct CutResult {
    /// Where the first picture of the piece starts, if it was found now.
    first_start: Option<usize>,
    /// Where the first unit of the picture that is not whole starts.
    incomplete_start: Option<usize>,
    /// Where the last unit in a sample ends.
    sample_end: usize,
}

/// Where the cut stands.
#[derive(Clone, Copy, Debug)]
enum PictureState {
    /// Units that continue a picture of which the beginning is not here.
    Continuation,
    /// In front of the first slice of a picture.
    BeforeSlices(PictureStart),
    Picture(PendingPicture),
}

/// Where a picture starts: in the stream, and in the samples.
#[derive(Clone, Copy, Debug)]
struct PictureStart {
    start_code: usize,
    sample_start: usize,
}

/// A picture with a slice.
#[derive(Clone, Copy, Debug)]
struct PendingPicture {
    start: PictureStart,
    time: Option<FrameTime>,
    field: Option<PictureField>,
    sync: bool,
}

/// A place behind the slices of a picture where the next may start.
#[derive(Clone, Copy, Debug)]
struct NextPictureStart {
    start: PictureStart,
    /// Where the last unit in front of it ends that is in a sample.
    sample_end: usize,
    delimited: bool,
}

/// Walks over the units and finds where pictures begin.
struct PictureSplitter<'v> {
    video: &'v mut VideoParser,
    state: PictureState,
    first_start: Option<usize>,
    next_start: Option<NextPictureStart>,
    sample_end: usize,
}

impl PictureSplitter<'_> {
    fn unit(&mut self, unit: NalUnit<'_>) {
        match unit.position() {
            NalPosition::BeforeSlices => self.before_slices(&unit),
            NalPosition::Slice { first } => self.slice(&unit, first),
            NalPosition::Other => {}
        }
        if matches!(self.state, PictureState::Continuation) {
            return;
        }
        let sets = &mut self.video.sets;
        match unit.kind() {
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
        let opening = self.picture_start(unit);
        match self.state {
            PictureState::Continuation => self.open_first(opening),
            PictureState::BeforeSlices(_) => {}
            PictureState::Picture(_) => {
                let kept = self.sample_end;
                let split = self.next_start.get_or_insert(NextPictureStart {
                    start: opening,
                    sample_end: kept,
                    delimited: false,
                });
                split.delimited |= unit.kind() == ACCESS_UNIT_DELIMITER;
            }
        }
    }

    /// The first picture of the piece, or the first behind a loss.
    fn open_first(&mut self, opening: PictureStart) {
        self.state = PictureState::BeforeSlices(opening);
        if !std::mem::replace(&mut self.video.found_first, true) {
            self.first_start = Some(opening.start_code);
        }
    }

    fn slice(&mut self, unit: &NalUnit<'_>, first: bool) {
        let field = self.video.sets.field(unit.bytes);
        let here = self.picture_start(unit);
        let split = self.next_start.take();
        if let PictureState::Picture(picture) = &mut self.state {
            let other = first || split.is_some_and(|split| split.delimited);
            let completes = match (picture.field, field) {
                (Some(one), Some(field)) => field.pairs_with(one),
                _ => false,
            };
            if !other || completes {
                picture.sync |= unit.kind() == IDR_SLICE;
                return;
            }
            let picture = *picture;
            let opening = split.map_or(here, |split| split.start);
            self.push(&picture, opening.sample_start);
            self.state = PictureState::BeforeSlices(opening);
        }
        if matches!(self.state, PictureState::Continuation) && first {
            self.open_first(here);
        }
        if let PictureState::BeforeSlices(opening) = self.state {
            if let Some(data) = self.video.sets.changed_record() {
                let codec = Codec::Avc;
                self.video.items.push(StreamItem::Config { codec, data });
            }
            self.state = PictureState::Picture(PendingPicture {
                start: opening,
                time: self.video.timestamps.claim(opening.start_code),
                field,
                sync: unit.kind() == IDR_SLICE,
            });
        }
    }

    fn push(&mut self, picture: &PendingPicture, end: usize) {
        self.video.items.push(StreamItem::Frame(StreamFrame {
            bytes: picture.start.sample_start..end,
            time: picture.time,
            sync: picture.sync,
        }));
        self.video.edges.last_may_extend = true;
    }

    fn end(mut self, whole: Completeness) -> CutResult {
        let end = self.video.samples.len();
        let (rest, kept) = match (self.state, self.next_start) {
            (PictureState::Continuation, _) => (None, 0),
            (PictureState::BeforeSlices(opening), _) => (Some(opening), 0),
            (PictureState::Picture(picture), _) if whole == Completeness::ButLast => {
                (Some(picture.start), 0)
            }
            (PictureState::Picture(picture), split) => {
                let sample_end = split.map_or(end, |split| split.start.sample_start);
                self.push(&picture, sample_end);
                let kept = split.map_or(self.sample_end, |split| split.sample_end);
                (split.map(|split| split.start), kept)
            }
        };
        if let Some(opening) = rest {
            self.video.samples.truncate(opening.sample_start);
        }
        if whole == Completeness::AtEnd
            && let Some(data) = self.video.sets.changed_record()
        {
            let codec = Codec::Avc;
            self.video.items.push(StreamItem::Config { codec, data });
        }
        CutResult {
            first_start: self.first_start,
            incomplete_start: rest.map(|opening| opening.start_code),
            sample_end: kept,
        }
    }
}
