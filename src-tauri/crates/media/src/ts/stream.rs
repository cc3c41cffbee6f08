//! Reassembles the PES packets of one elementary stream from transport packets.

use std::ops::Range;

use super::{
    frames::{FrameTime, StreamItem},
    packet::TsPacket,
    pes::{self, PesHeader, PesStart},
};
use crate::{
    Error, TrackKind,
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
    /// Records that bytes are missing here; if `torn`, of the PES packet in progress.
    fn mark_loss(&mut self, torn: bool);
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
}

/// An elementary stream in a segment.
#[derive(Debug)]
pub(crate) struct Stream<E> {
    kind: TrackKind,
    pid: Option<u16>,
    /// Continuity counter of the first packet.
    pub(crate) first_counter: Option<u8>,
    /// Continuity counter of the last packet.
    pub(crate) last_counter: Option<u8>,
    /// Byte range of the last packet's payload in the segment.
    last_payload: Range<usize>,
    state: PesState,
    /// The beginning of a PES header that continues in the next packet.
    partial_header: Vec<u8>,
    pub(crate) elementary: E,
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
    /// Bytes are missing; skip to the next PES packet.
    Lost,
}

impl<E: ElementaryParser> Stream<E> {
    pub(crate) fn new(kind: TrackKind) -> Self {
        Self {
            kind,
            pid: None,
            first_counter: None,
            last_counter: None,
            last_payload: 0..0,
            state: PesState::BeforeFirst,
            partial_header: Vec::new(),
            elementary: E::default(),
        }
    }

    /// Prepares for another segment.
    pub(crate) fn clear(&mut self, pid: Option<u16>) {
        self.pid = pid;
        self.first_counter = None;
        self.last_counter = None;
        self.state = PesState::BeforeFirst;
        self.elementary.clear();
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
            self.elementary.mark_loss(false);
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

    /// Takes a packet of this stream. Fails with [`Error::Encrypted`] if it is scrambled.
    pub(crate) fn packet(
        &mut self,
        packet: &TsPacket<'_>,
        segment: &[u8],
        unwrap: &mut TimestampUnwrapper,
    ) -> Result<(), Error> {
        if packet.damaged {
            self.lose();
            return Ok(());
        }
        if packet.payload.is_empty() {
            return Ok(());
        }
        if packet.scrambled {
            return Err(Error::Encrypted);
        }
        self.first_counter.get_or_insert(packet.counter);
        if let Some(last) = self.last_counter.replace(packet.counter) {
            let follows = (last + 1) & 0x0f == packet.counter;
            // A packet may be sent twice (ISO/IEC 13818-1 2.4.3.3).
            if last == packet.counter
                && segment.get(self.last_payload.clone()) == Some(packet.payload)
            {
                return Ok(());
            }
            // The counter may restart at a discontinuity, between two PES packets.
            let restarts = packet.discontinuity && packet.payload_start && !self.is_cut();
            if !follows && !restarts {
                self.lose();
            }
        }
        self.last_payload = packet.position..packet.position + packet.payload.len();
        if packet.payload_start {
            self.partial_header.clear();
            return self.start(packet.payload, unwrap);
        }
        match &mut self.state {
            PesState::BeforeFirst => self.elementary.continue_packet(packet.payload),
            PesState::Header => return self.start(packet.payload, unwrap),
            PesState::Payload(None) => self.elementary.append(packet.payload),
            PesState::Payload(Some(remaining)) => {
                let bytes = packet.payload.get(..*remaining).unwrap_or(packet.payload);
                *remaining -= bytes.len();
                self.elementary.append(bytes);
            }
            PesState::Lost => {}
        }
        Ok(())
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
                self.elementary.mark_loss(false);
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
            dts: unwrap.next(self.kind, dts),
            composition_offset: composition_offset(pts, dts),
        });
        let mut payload = bytes.get(header.header_size..).unwrap_or_default();
        if let Some(length) = header.payload_length {
            payload = payload.get(..length).unwrap_or(payload);
        }
        self.elementary.begin_packet(time, payload);
        self.state = PesState::Payload(header.payload_length.map(|length| length - payload.len()));
        Ok(())
    }

    /// Records that a packet is missing or damaged.
    fn lose(&mut self) {
        if self.state != PesState::Lost {
            let torn = matches!(
                self.state,
                PesState::BeforeFirst | PesState::Payload(None | Some(1..))
            );
            self.elementary.mark_loss(torn);
        }
        self.state = PesState::Lost;
    }
}

/// Returns PTS minus DTS, unwrapped; 0 if the difference is implausibly large.
fn composition_offset(pts: i64, dts: i64) -> i32 {
    let wrap = 1 << 33;
    let offset = (pts - dts + wrap / 2).rem_euclid(wrap) - wrap / 2;
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
