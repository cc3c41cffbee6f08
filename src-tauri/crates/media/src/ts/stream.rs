//! Reassembles the PES packets of one elementary stream from transport packets.

use std::ops::Range;

use super::{
    frames::{FrameTime, StreamItem},
    packet::{PACKET_SIZE, TsPacket, TsPackets},
    pes::{self, PesHeader, PesStart},
};
use crate::{
    Error,
    timestamps::{TS, TimestampUnwrapper, WRAP_WINDOW_S},
};

/// Splits the payload of PES packets into frames.
pub(crate) trait ElementaryParser: Default {
    /// Takes bytes of a PES packet that started in the segment before.
    fn continue_packet(&mut self, bytes: &[u8]);
    /// Takes the first bytes of a PES packet, with its timestamp.
    fn begin_packet(&mut self, time: Option<FrameTime>, bytes: &[u8]);
    /// Takes more bytes of the PES packet in progress.
    fn append(&mut self, bytes: &[u8]);
    /// Records that bytes may be missing here.
    fn mark_loss(&mut self, loss: Loss);
    /// Ends the segment. `step` is the frame duration of the segment before in ticks of 90 kHz,
    /// if known.
    ///
    /// Fails with [`Error::Unsupported`] if the bytes are audio of another codec.
    fn finish(&mut self, step: Option<i64>) -> Result<(), Error>;
    /// Prepares for another segment.
    fn clear(&mut self);
    /// Returns the result; complete only after [`Self::finish`].
    fn parsed(&self) -> ParsedStream<'_>;
}

/// What the packets tell of a place where the continuity counter jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The counter restarts at a join: the PES packet in progress is complete, and nothing is
    /// missing.
    Join,
    /// The PES packet in progress is complete, and another one starts. Whole ones may be missing
    /// between them, which only their timestamps show.
    Between,
    /// The end of the PES packet in progress is missing, and another one starts.
    End,
    /// What follows is inside of the same PES packet, or of another one whose start is missing.
    Inside {
        /// At least this many bytes are missing.
        bytes: usize,
        /// Whether the PES packet in progress is complete.
        after_whole: bool,
    },
}

/// The frames of a stream in a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParsedStream<'a> {
    pub(crate) items: &'a [StreamItem],
    /// The bytes that the ranges of the frames refer to.
    pub(crate) bytes: &'a [u8],
    pub(crate) edges: &'a SegmentEdges,
}

/// Bytes of frames that continue in the neighbouring segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentEdges {
    /// Bytes before the first frame.
    pub(crate) leading: Vec<u8>,
    /// Bytes after the last sample.
    pub(crate) remainder: Vec<u8>,
    /// The timestamp of a frame that starts in the remainder.
    pub(crate) next: Option<FrameTime>,
    /// Whether the last sample may continue in the next segment.
    pub(crate) last_may_extend: bool,
    /// Whether bytes are missing before the first frame.
    pub(crate) lost_before: bool,
    /// Whether bytes are missing after the last frame.
    pub(crate) lost_after: bool,
}

/// An elementary stream in a segment.
#[derive(Debug)]
pub(crate) struct Stream<E> {
    /// 0 for video, and from 1 for audio.
    number: usize,
    pid: Option<u16>,
    /// Continuity counter of the first packet.
    pub(crate) first_counter: Option<u8>,
    /// Whether the first packet is inside of a PES packet that starts in the segment before.
    pub(crate) starts_inside: bool,
    /// Continuity counter of the last packet.
    pub(crate) last_counter: Option<u8>,
    /// Byte range of the last packet's payload in the segment.
    last_payload: Range<usize>,
    /// Whether the last packet is stuffed, as the last one of a PES packet is.
    last_is_stuffed: bool,
    /// Whether a damaged packet follows the last one.
    has_damage: bool,
    /// The marks up to the last packet.
    marks: StreamMarks,
    /// Decode time of the last PES packet, and its distance from the one before, in ticks of
    /// 90 kHz.
    last_dts: Option<i64>,
    last_step: Option<i64>,
    state: PesState,
    /// The beginning of a PES header that continues in the next packet.
    partial_header: Vec<u8>,
    /// Bytes of the last packet that its PES packet does not count. They belong to it if it goes
    /// on: then its length is over 16 bits and has wrapped.
    uncounted: Vec<u8>,
    pub(crate) elementary: E,
}

/// Places in a segment where the streams may not continue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StreamMarks {
    /// Number of places where the tables show that streams were joined.
    pub(crate) joins: u32,
    /// Number of places where so many bytes are in no packet that the counters may have wrapped.
    pub(crate) holes: u32,
}

/// The state of the PES packet in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PesState {
    /// No PES packet has started yet.
    BeforeFirst,
    /// The header of a PES packet is incomplete.
    Header,
    /// The header is complete. Holds the number of bytes still to come, `None` if unbounded.
    Payload(Option<usize>),
    /// Not a PES packet, or without its header; skip to the next one.
    Lost,
}

impl<E: ElementaryParser> Stream<E> {
    /// Makes a stream; `number` is 0 for video, and from 1 for audio.
    pub(crate) fn new(number: usize) -> Self {
        Self {
            number,
            pid: None,
            first_counter: None,
            starts_inside: false,
            last_counter: None,
            last_payload: 0..0,
            last_is_stuffed: false,
            has_damage: false,
            marks: StreamMarks::default(),
            last_dts: None,
            last_step: None,
            state: PesState::BeforeFirst,
            partial_header: Vec::new(),
            uncounted: Vec::new(),
            elementary: E::default(),
        }
    }

    /// Prepares for another segment.
    pub(crate) fn clear(&mut self, pid: Option<u16>) {
        self.pid = pid;
        self.first_counter = None;
        self.last_counter = None;
        self.last_is_stuffed = false;
        self.has_damage = false;
        self.marks = StreamMarks::default();
        self.last_dts = None;
        self.last_step = None;
        self.state = PesState::BeforeFirst;
        self.uncounted.clear();
        self.elementary.clear();
    }

    pub(crate) fn pid(&self) -> Option<u16> {
        self.pid
    }

    pub(crate) fn has_pid(&self, pid: u16) -> bool {
        self.pid == Some(pid)
    }

    /// Continues with another PID after a change of the tables.
    pub(crate) fn switch(&mut self, pid: Option<u16>) {
        if pid.is_none() || self.pid == pid {
            return;
        }
        self.pid = pid;
        if self.last_counter.take().is_some() {
            // The PES packet in progress ends here, and the new PID starts with a new one.
            self.elementary.mark_loss(Loss::Join);
            self.state = PesState::Lost;
        }
    }

    /// Returns whether the segment ends in a PES packet that is known to have more bytes.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self.state, PesState::Payload(Some(1..)))
    }

    /// Returns whether the next segment can continue the PES packet in progress.
    pub(crate) fn may_continue(&self) -> bool {
        matches!(self.state, PesState::Payload(_) | PesState::BeforeFirst)
    }

    /// Takes a packet of this stream. `marks` are those of the segment so far.
    ///
    /// Fails with [`Error::Encrypted`] if it is scrambled.
    pub(crate) fn packet(
        &mut self,
        packet: &TsPacket<'_>,
        segment: &[u8],
        marks: StreamMarks,
        unwrap: &mut TimestampUnwrapper,
    ) -> Result<(), Error> {
        if packet.damaged {
            self.has_damage = true;
            return Ok(());
        }
        if packet.payload.is_empty() {
            return Ok(());
        }
        if packet.scrambled {
            return Err(Error::Encrypted);
        }
        if self.first_counter.is_none() {
            self.first_counter = Some(packet.counter);
            self.starts_inside = !packet.payload_start;
        }
        let before = std::mem::replace(&mut self.marks, marks);
        let is_joined = before.joins != marks.joins;
        let has_hole = before.holes != marks.holes;
        match self.last_counter.replace(packet.counter) {
            // A packet may be sent twice (ISO/IEC 13818-1 2.4.3.3).
            Some(last)
                if last == packet.counter
                    && !has_hole
                    && segment.get(self.last_payload.clone()) == Some(packet.payload) =>
            {
                return Ok(());
            }
            Some(last) => {
                let missing = packet.counter.wrapping_sub(last).wrapping_sub(1) & 0x0f;
                let is_damaged = std::mem::take(&mut self.has_damage);
                // The counter may restart at a discontinuity, between two PES packets.
                let restarts = packet.discontinuity && packet.payload_start && !self.is_cut();
                if (missing > 0 || is_damaged || has_hole) && !restarts {
                    self.lose(packet, missing, is_joined && !is_damaged);
                }
            }
            None if std::mem::take(&mut self.has_damage) => self.lose(packet, 1, false),
            None => {}
        }
        self.last_payload = packet.position..packet.position + packet.payload.len();
        self.last_is_stuffed = packet.is_stuffed;
        if packet.payload_start {
            self.partial_header.clear();
            self.uncounted.clear();
            return self.start(packet.payload, unwrap);
        }
        match self.state {
            PesState::BeforeFirst => self.elementary.continue_packet(packet.payload),
            PesState::Header => return self.start(packet.payload, unwrap),
            PesState::Payload(remaining) => self.payload(packet.payload, remaining),
            PesState::Lost => {}
        }
        Ok(())
    }

    /// Takes the packets behind the last one that do nothing but carry on its PES packet, as
    /// [`Self::packet`] would.
    pub(crate) fn continue_pes(&mut self, packets: &mut TsPackets<'_>) {
        let (Some(pid), Some(mut counter)) = (self.pid, self.last_counter) else {
            return;
        };
        let PesState::Payload(mut remaining) = self.state else {
            return;
        };
        // Damage before a packet is a loss, and packets with the PID of the PAT are counted.
        if self.has_damage || pid == 0 {
            return;
        }
        while remaining.is_none_or(|remaining| remaining >= PACKET_SIZE)
            && let Some(packet) = packets.next_plain(pid, (counter + 1) & 0x0f)
        {
            counter = (counter + 1) & 0x0f;
            let length = packet.payload.len();
            let start = packet.start + PACKET_SIZE - length;
            self.last_payload = start..start + length;
            self.last_is_stuffed = false;
            remaining = remaining.map(|remaining| remaining - length);
            self.elementary.append(packet.payload);
        }
        self.last_counter = Some(counter);
        self.state = PesState::Payload(remaining);
    }

    /// Ends the segment.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.has_damage) && self.last_counter.is_some() {
            self.elementary.mark_loss(Loss::Inside {
                bytes: PACKET_SIZE,
                after_whole: self.is_complete(),
            });
            self.last_counter = None;
        }
        self.elementary.finish(None)
    }

    /// Takes a payload that continues a PES packet with `remaining` bytes to come.
    fn payload(&mut self, payload: &[u8], remaining: Option<usize>) {
        if remaining == Some(0) {
            let uncounted = std::mem::take(&mut self.uncounted);
            self.elementary.append(&uncounted);
            self.state = PesState::Payload(None);
            return self.elementary.append(payload);
        }
        let counted = self.counted(payload, remaining);
        self.elementary.append(counted);
    }

    /// Returns the bytes that belong to the PES packet for certain, and keeps the others.
    fn counted<'p>(&mut self, payload: &'p [u8], remaining: Option<usize>) -> &'p [u8] {
        let length = remaining.unwrap_or(payload.len());
        let (counted, uncounted) = payload.split_at_checked(length).unwrap_or((payload, &[]));
        self.uncounted.extend_from_slice(uncounted);
        self.state = PesState::Payload(remaining.map(|remaining| remaining - counted.len()));
        counted
    }

    /// Reads the header of a PES packet, which may take more than one transport packet.
    fn start(&mut self, payload: &[u8], unwrap: &mut TimestampUnwrapper) -> Result<(), Error> {
        if self.partial_header.is_empty()
            && let PesStart::Header(header) = pes::read(payload)
        {
            return self.begin(header, payload, unwrap);
        }
        self.partial_header.extend_from_slice(payload);
        let bytes = std::mem::take(&mut self.partial_header);
        match pes::read(&bytes) {
            PesStart::Header(header) => return self.begin(header, &bytes, unwrap),
            PesStart::Incomplete => {
                self.partial_header = bytes;
                self.state = PesState::Header;
            }
            PesStart::NotPes => {
                self.elementary.mark_loss(Loss::Between);
                self.state = PesState::Lost;
            }
        }
        Ok(())
    }

    /// Begins a PES packet; `bytes` start with its header.
    fn begin(
        &mut self,
        header: PesHeader,
        bytes: &[u8],
        unwrap: &mut TimestampUnwrapper,
    ) -> Result<(), Error> {
        if header.scrambled {
            return Err(Error::Encrypted);
        }
        let time = header.timestamps.map(|(pts, dts)| FrameTime {
            dts: unwrap.next_of(self.number, dts),
            composition_offset: composition_offset(pts, dts),
        });
        if let Some((_, dts)) = header.timestamps {
            let step = self.last_dts.map(|last| distance(last, dts));
            self.last_step = step.filter(|step| *step > 0).or(self.last_step);
            self.last_dts = Some(dts);
        }
        let payload = bytes.get(header.header_size..).unwrap_or_default();
        let counted = self.counted(payload, header.payload_length);
        self.elementary.begin_packet(time, counted);
        Ok(())
    }

    /// Judges a place where the counter jumps, and records what is missing before `packet`.
    fn lose(&mut self, packet: &TsPacket<'_>, missing: u8, is_joined: bool) {
        let loss = if packet.payload_start {
            let may_be_complete = matches!(self.state, PesState::Payload(None));
            let follows = is_joined && !self.has_gap_before(packet);
            match (self.is_complete(), follows) {
                (true, true) => Loss::Join,
                (false, true) if may_be_complete => Loss::Join,
                (true, false) => Loss::Between,
                (false, _) => Loss::End,
            }
        } else {
            let missing = if missing == 0 { 16 } else { missing };
            Loss::Inside {
                bytes: usize::from(missing) * PACKET_SIZE,
                after_whole: self.is_complete(),
            }
        };
        self.elementary.mark_loss(loss);
        self.state = match (self.state, loss) {
            (PesState::Header | PesState::Lost, _) => PesState::Lost,
            (_, Loss::Inside { .. }) => PesState::Payload(None),
            (state, _) => state,
        };
    }

    /// Returns whether the PES packet in progress is complete for certain.
    fn is_complete(&self) -> bool {
        match self.state {
            PesState::Payload(Some(remaining)) => remaining == 0,
            PesState::Payload(None) | PesState::BeforeFirst => self.last_is_stuffed,
            PesState::Lost => true,
            PesState::Header => false,
        }
    }

    /// Returns whether frames are missing before a PES packet, according to its timestamp.
    fn has_gap_before(&self, packet: &TsPacket<'_>) -> bool {
        let (Some(last), Some(step)) = (self.last_dts, self.last_step) else {
            return false;
        };
        let PesStart::Header(header) = pes::read(packet.payload) else {
            return false;
        };
        let next = header.timestamps.map(|(_, dts)| distance(last, dts));
        next.is_some_and(|next| next > step.saturating_mul(3) / 2)
    }
}

/// Returns the distance of two timestamps of 33 bits, the short way round.
fn distance(from: i64, to: i64) -> i64 {
    let wrap = 1 << 33;
    (to - from + wrap / 2).rem_euclid(wrap) - wrap / 2
}

/// Returns PTS minus DTS, unwrapped; 0 if the difference is implausibly large.
fn composition_offset(pts: i64, dts: i64) -> i32 {
    let offset = distance(dts, pts);
    let window = WRAP_WINDOW_S * i64::from(TS.timescale);
    let possible = (-window..=window).contains(&offset);
    i32::try_from(offset).ok().filter(|_| possible).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_composition_offset_is_unwrapped() {
        let top = 1 << 33;
        assert_eq!(composition_offset(9000, 3000), 6000);
        assert_eq!(composition_offset(100, top - 100), 200);
        assert_eq!(composition_offset(top - 100, 100), -200);
    }

    #[test]
    fn an_implausible_composition_offset_is_zero() {
        for distance in [1 << 31, (1 << 31) + (1 << 32), 1 << 32, 60_000_000] {
            assert_eq!(composition_offset(distance, 0), 0, "{distance}");
        }
    }
}
