//! One stream of the multiplex: from packets to the bytes of its PES packets.

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

/// What the bytes of a stream are made into.
pub(crate) trait ElementaryParser: Default {
    /// Takes bytes of a PES packet that began in the piece before.
    fn continue_packet(&mut self, bytes: &[u8]);
    /// Takes the first bytes of a PES packet.
    fn begin_packet(&mut self, time: Option<FrameTime>, bytes: &[u8]);
    /// Takes more bytes of the PES packet in progress.
    fn append(&mut self, bytes: &[u8]);
    /// Bytes are missing here, of the PES packet in progress if that is `torn`.
    fn mark_loss(&mut self, torn: bool);
    /// Nothing more comes. `step` is the distance of frames before, where it is known.
    ///
    /// Fails where the bytes are sound that cannot be taken.
    fn finish(&mut self, step: Option<i64>) -> Result<(), Error>;
    /// Makes ready for another piece.
    fn clear(&mut self);
    fn parsed(&self) -> ParsedStream<'_>;
}

/// What a piece holds of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParsedStream<'a> {
    pub(crate) items: &'a [StreamItem],
    /// Where the frames of the items lie.
    pub(crate) bytes: &'a [u8],
    pub(crate) edges: &'a SegmentEdges,
}

/// What continues in the pieces before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentEdges {
    /// Bytes in front of the first frame.
    pub(crate) leading: Vec<u8>,
    /// Bytes behind the last sample.
    pub(crate) remainder: Vec<u8>,
    /// The time of a frame that starts in the remainder.
    pub(crate) next: Option<FrameTime>,
    /// The last sample may go on in what follows.
    pub(crate) last_may_extend: bool,
}

/// A stream.
#[derive(Debug)]
pub(crate) struct Stream<E> {
    kind: TrackKind,
    pid: Option<u16>,
    /// Counter of the first packet of the piece.
    pub(crate) first_counter: Option<u8>,
    /// Counter of the last packet.
    pub(crate) last_counter: Option<u8>,
    /// Where the payload of the last packet lies in the piece.
    last_payload: Range<usize>,
    state: PesState,
    /// The beginning of a PES head that goes on in the next packet.
    partial_header: Vec<u8>,
    pub(crate) elementary: E,
}

/// Where the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PesState {
    /// No PES packet has started yet.
    BeforeFirst,
    /// In the head of a PES packet.
    Header,
    /// Behind the head; so many bytes are still to come, where that is told.
    Payload(Option<usize>),
    /// Something is missing up to the next PES packet.
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

    /// Makes ready for another piece.
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

    /// Follows the track to another stream of the multiplex.
    pub(crate) fn switch(&mut self, pid: Option<u16>) {
        if pid.is_none() || self.pid == pid {
            return;
        }
        self.pid = pid;
        if self.last_counter.take().is_some() {
            // What is open ends here; a new stream does not start in the middle.
            self.elementary.mark_loss(false);
            self.state = PesState::Lost;
        }
    }

    /// Whether the piece ends in a PES packet that is known to have more bytes.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self.state, PesState::Payload(Some(1..)))
    }

    /// Whether what follows in the next piece can be told to follow.
    pub(crate) fn may_continue(&self) -> bool {
        matches!(self.state, PesState::Payload(_) | PesState::BeforeFirst)
    }

    /// Takes a packet of this stream.
    pub(crate) fn packet(
        &mut self,
        packet: &TsPacket<'_>,
        piece: &[u8],
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
            if last == packet.counter
                && piece.get(self.last_payload.clone()) == Some(packet.payload)
            {
                return Ok(());
            }
            // A counter may begin anew where that is told and no PES packet is torn.
            let anew = packet.discontinuity && packet.payload_start && !self.is_cut();
            if !follows && !anew {
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
            PesState::Payload(Some(left)) => {
                let bytes = packet.payload.get(..*left).unwrap_or(packet.payload);
                *left -= bytes.len();
                self.elementary.append(bytes);
            }
            PesState::Lost => {}
        }
        Ok(())
    }

    /// Reads the head of a PES packet, which may take more than one packet.
    fn start(&mut self, payload: &[u8], unwrap: &mut TimestampUnwrapper) -> Result<(), Error> {
        if self.partial_header.is_empty()
            && let PesStart::Header(head) = pes::read(payload)
        {
            return self.begin(head, payload, unwrap);
        }
        self.partial_header.extend_from_slice(payload);
        let bytes = std::mem::take(&mut self.partial_header);
        match pes::read(&bytes) {
            PesStart::Header(head) => return self.begin(head, &bytes, unwrap),
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

    fn begin(
        &mut self,
        head: PesHeader,
        bytes: &[u8],
        unwrap: &mut TimestampUnwrapper,
    ) -> Result<(), Error> {
        if head.scrambled {
            return Err(Error::Encrypted);
        }
        let time = head.timestamps.map(|(shown, decoded)| FrameTime {
            dts: unwrap.next(self.kind, decoded),
            composition_offset: composition_offset(shown, decoded),
        });
        let mut payload = bytes.get(head.header_size..).unwrap_or_default();
        if let Some(length) = head.payload_length {
            payload = payload.get(..length).unwrap_or(payload);
        }
        self.elementary.begin_packet(time, payload);
        self.state = PesState::Payload(head.payload_length.map(|length| length - payload.len()));
        Ok(())
    }

    /// A packet is missing.
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

/// How much later a frame is shown than decoded; what cannot be is taken to be nothing.
fn composition_offset(shown: i64, decoded: i64) -> i32 {
    let wrap = 1 << 33;
    let offset = (shown - decoded + wrap / 2).rem_euclid(wrap) - wrap / 2;
    let window = WRAP_WINDOW_S * i64::from(TS.timescale);
    let possible = (-window..=window).contains(&offset);
    i32::try_from(offset).ok().filter(|_| possible).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_two_times_is_told_over_a_wrap() {
        let top = 1 << 33;
        assert_eq!(composition_offset(9000, 3000), 6000);
        assert_eq!(composition_offset(100, top - 100), 200);
        assert_eq!(composition_offset(top - 100, 100), -200);
    }

    #[test]
    fn a_distance_that_cannot_be_is_none() {
        for distance in [1 << 31, (1 << 31) + (1 << 32), 1 << 32, 60_000_000] {
            assert_eq!(composition_offset(distance, 0), 0, "{distance}");
        }
    }
}
