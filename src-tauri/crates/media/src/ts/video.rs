//! Pictures: from H.264 behind start codes to length-prefixed samples (ISO/IEC 14496-15).

use super::{
    frames::{Frame, Item, Marks, Time, spread},
    stream::{Elementary, Ends, Found},
};
use crate::{
    Error,
    codec::{
        annex_b::{
            DELIMITER, IDR_SLICE, PICTURE_SET, Place, SEQUENCE_SET, SET_EXTENSION, Unit,
            opens_picture, units,
        },
        parameter_sets::{Field, ParameterSets},
    },
    flv::Codec,
};

/// The pictures of one piece. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Video {
    /// Bytes of the stream that are not made into samples yet.
    pending: Vec<u8>,
    marks: Marks,
    sets: ParameterSets,
    /// The samples, end to end.
    samples: Vec<u8>,
    items: Vec<Item>,
    ends: Ends,
    /// Where the PES packet in progress starts in `pending`, and whether a picture does there.
    packet: usize,
    opens: bool,
    /// Whether a first picture was found, or can no longer be.
    begun: bool,
    /// Below this many pending bytes there is no whole picture.
    enough: usize,
}

/// What of the pending bytes is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    /// All; what comes next starts a picture.
    SoFar,
    /// All; nothing comes.
    AtEnd,
    /// All but the last picture.
    ButLast,
}

impl Elementary for Video {
    fn lead(&mut self, bytes: &[u8]) {
        self.ends.head.extend_from_slice(bytes);
    }

    fn begin(&mut self, time: Option<Time>, bytes: &[u8]) {
        self.opens = opens_picture(bytes);
        if self.opens && self.pending.len() >= self.enough {
            self.cut(Whole::SoFar);
        }
        self.packet = self.pending.len();
        self.marks.push(self.packet, time);
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    fn lose(&mut self, torn: bool) {
        if torn {
            self.pending.truncate(self.packet);
            self.marks.forget_from(self.packet);
        }
        let whole = self.opens || !torn;
        self.cut(if whole { Whole::AtEnd } else { Whole::ButLast });
        if !self.begun {
            self.ends.head.clear();
        }
        self.pending.clear();
        self.marks.clear();
        self.begun = true;
        self.packet = 0;
        self.opens = true;
        self.ends.remainder.clear();
        self.ends.extends = false;
    }

    fn finish(&mut self, step: Option<i64>) -> Result<(), Error> {
        self.cut(Whole::AtEnd);
        spread(&mut self.items, step);
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

    fn found(&self) -> Found<'_> {
        Found {
            items: &self.items,
            bytes: &self.samples,
            ends: &self.ends,
        }
    }
}

impl Video {
    /// Makes samples of the pending pictures that are whole.
    fn cut(&mut self, whole: Whole) {
        let pending = std::mem::take(&mut self.pending);
        let had_begun = self.begun;
        let mut cutter = Cutter {
            video: self,
            state: State::Before,
            lead: None,
            split: None,
            kept: 0,
        };
        for unit in units(&pending) {
            cutter.unit(unit);
        }
        let cut = cutter.end(whole);
        self.pending = pending;
        if !had_begun {
            // Without a beginning, all may belong to the piece before; more of it may come.
            let lead = if whole == Whole::SoFar {
                0
            } else {
                self.pending.len()
            };
            let lead = self.pending.get(..cut.lead.unwrap_or(lead));
            self.ends.head.extend_from_slice(lead.unwrap_or_default());
        }
        let mut used = cut.used.unwrap_or(self.pending.len());
        if !self.begun && whole == Whole::SoFar {
            used = 0;
        }
        if whole == Whole::AtEnd && self.begun {
            let remainder = self.pending.get(cut.kept..).unwrap_or_default();
            self.ends.remainder.extend_from_slice(remainder);
            self.ends.next = self.marks.claim(used);
        }
        self.pending.drain(..used.min(self.pending.len()));
        self.marks.shift(used);
        self.enough = self.pending.len().saturating_mul(2);
    }
}

/// What a cut leaves.
struct Cut {
    /// Where the first picture of the piece starts, if it was found now.
    lead: Option<usize>,
    /// Where the first unit of the picture that is not whole starts.
    used: Option<usize>,
    /// Where the last unit in a sample ends.
    kept: usize,
}

/// Where the cut stands.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Units that continue a picture of which the beginning is not here.
    Before,
    /// In front of the first slice of a picture.
    Front(Opening),
    Picture(Picture),
}

/// Where a picture starts: in the stream, and in the samples.
#[derive(Clone, Copy, Debug)]
struct Opening {
    code: usize,
    sample: usize,
}

/// A picture with a slice.
#[derive(Clone, Copy, Debug)]
struct Picture {
    opening: Opening,
    time: Option<Time>,
    field: Option<Field>,
    sync: bool,
}

/// A place behind the slices of a picture where the next may start.
#[derive(Clone, Copy, Debug)]
struct Split {
    opening: Opening,
    /// Where the last unit in front of it ends that is in a sample.
    kept: usize,
    delimited: bool,
}

/// Walks over the units and finds where pictures begin.
struct Cutter<'v> {
    video: &'v mut Video,
    state: State,
    lead: Option<usize>,
    split: Option<Split>,
    kept: usize,
}

impl Cutter<'_> {
    fn unit(&mut self, unit: Unit<'_>) {
        match unit.place() {
            Place::Front => self.front(&unit),
            Place::Slice { first } => self.slice(&unit, first),
            Place::Inside => {}
        }
        if matches!(self.state, State::Before) {
            return;
        }
        let sets = &mut self.video.sets;
        match unit.kind() {
            SEQUENCE_SET => sets.sequence(unit.bytes),
            PICTURE_SET => sets.picture(unit.bytes),
            SET_EXTENSION => sets.extension(unit.bytes),
            _ => {}
        }
        if unit.is_kept()
            && let Ok(length) = u32::try_from(unit.bytes.len())
        {
            let samples = &mut self.video.samples;
            samples.extend(length.to_be_bytes());
            samples.extend_from_slice(unit.bytes);
            self.kept = unit.end();
        }
    }

    fn opening(&self, unit: &Unit<'_>) -> Opening {
        Opening {
            code: unit.code,
            sample: self.video.samples.len(),
        }
    }

    fn front(&mut self, unit: &Unit<'_>) {
        let opening = self.opening(unit);
        match self.state {
            State::Before => self.open(opening),
            State::Front(_) => {}
            State::Picture(_) => {
                let kept = self.kept;
                let split = self.split.get_or_insert(Split {
                    opening,
                    kept,
                    delimited: false,
                });
                split.delimited |= unit.kind() == DELIMITER;
            }
        }
    }

    /// The first picture of the piece, or the first behind a loss.
    fn open(&mut self, opening: Opening) {
        self.state = State::Front(opening);
        if !std::mem::replace(&mut self.video.begun, true) {
            self.lead = Some(opening.code);
        }
    }

    fn slice(&mut self, unit: &Unit<'_>, first: bool) {
        let field = self.video.sets.field(unit.bytes);
        let here = self.opening(unit);
        let split = self.split.take();
        if let State::Picture(picture) = &mut self.state {
            let other = first || split.is_some_and(|split| split.delimited);
            let completes = match (picture.field, field) {
                (Some(one), Some(field)) => field.completes(one),
                _ => false,
            };
            if !other || completes {
                picture.sync |= unit.kind() == IDR_SLICE;
                return;
            }
            let picture = *picture;
            let opening = split.map_or(here, |split| split.opening);
            self.push(&picture, opening.sample);
            self.state = State::Front(opening);
        }
        if matches!(self.state, State::Before) && first {
            self.open(here);
        }
        if let State::Front(opening) = self.state {
            if let Some(data) = self.video.sets.changed_record() {
                let codec = Codec::Avc;
                self.video.items.push(Item::Config { codec, data });
            }
            self.state = State::Picture(Picture {
                opening,
                time: self.video.marks.claim(opening.code),
                field,
                sync: unit.kind() == IDR_SLICE,
            });
        }
    }

    fn push(&mut self, picture: &Picture, end: usize) {
        self.video.items.push(Item::Frame(Frame {
            bytes: picture.opening.sample..end,
            time: picture.time,
            sync: picture.sync,
        }));
        self.video.ends.extends = true;
    }

    fn end(mut self, whole: Whole) -> Cut {
        let end = self.video.samples.len();
        let (rest, kept) = match (self.state, self.split) {
            (State::Before, _) => (None, 0),
            (State::Front(opening), _) => (Some(opening), 0),
            (State::Picture(picture), _) if whole == Whole::ButLast => (Some(picture.opening), 0),
            (State::Picture(picture), split) => {
                let sample_end = split.map_or(end, |split| split.opening.sample);
                self.push(&picture, sample_end);
                let kept = split.map_or(self.kept, |split| split.kept);
                (split.map(|split| split.opening), kept)
            }
        };
        if let Some(opening) = rest {
            self.video.samples.truncate(opening.sample);
        }
        if whole == Whole::AtEnd
            && let Some(data) = self.video.sets.changed_record()
        {
            let codec = Codec::Avc;
            self.video.items.push(Item::Config { codec, data });
        }
        Cut {
            lead: self.lead,
            used: rest.map(|opening| opening.code),
            kept,
        }
    }
}
