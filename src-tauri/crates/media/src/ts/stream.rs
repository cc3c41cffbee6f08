//! One stream of the multiplex: from packets to the bytes of its PES packets.

use std::ops::Range;

use super::{
    frames::{Item, Time},
    packet::Packet,
    pes::{self, Head, Start},
};
use crate::{
    Error, TrackKind,
    counter::{TS, Unwrap, WINDOW_S},
};

/// What the bytes of a stream are made into.
pub(crate) trait Elementary: Default {
    /// Takes bytes of a PES packet that began in the piece before.
    fn lead(&mut self, bytes: &[u8]);
    /// Takes the first bytes of a PES packet.
    fn begin(&mut self, time: Option<Time>, bytes: &[u8]);
    /// Takes more bytes of the PES packet in progress.
    fn append(&mut self, bytes: &[u8]);
    /// Bytes are missing here, of the PES packet in progress if that is `torn`.
    fn lose(&mut self, torn: bool);
    /// Nothing more comes. `step` is the distance of frames before, where it is known.
    ///
    /// Fails where the bytes are sound that cannot be taken.
    fn finish(&mut self, step: Option<i64>) -> Result<(), Error>;
    /// Makes ready for another piece.
    fn clear(&mut self);
    fn found(&self) -> Found<'_>;
}

/// What a piece holds of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) items: &'a [Item],
    /// Where the frames of the items lie.
    pub(crate) bytes: &'a [u8],
    pub(crate) ends: &'a Ends,
}

/// What continues in the pieces before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ends {
    /// Bytes in front of the first frame.
    pub(crate) head: Vec<u8>,
    /// Bytes behind the last sample.
    pub(crate) remainder: Vec<u8>,
    /// The time of a frame that starts in the remainder.
    pub(crate) next: Option<Time>,
    /// The last sample may go on in what follows.
    pub(crate) extends: bool,
}

/// A stream.
#[derive(Debug)]
pub(crate) struct Stream<E> {
    kind: TrackKind,
    pid: Option<u16>,
    /// Counter of the first packet of the piece.
    pub(crate) first: Option<u8>,
    /// Counter of the last packet.
    pub(crate) counter: Option<u8>,
    /// Where the payload of the last packet lies in the piece.
    last: Range<usize>,
    state: State,
    /// The beginning of a PES head that goes on in the next packet.
    head: Vec<u8>,
    pub(crate) elementary: E,
}

/// Where the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No PES packet has started yet.
    Lead,
    /// In the head of a PES packet.
    Head,
    /// Behind the head; so many bytes are still to come, where that is told.
    Body(Option<usize>),
    /// Something is missing up to the next PES packet.
    Lost,
}

impl<E: Elementary> Stream<E> {
    pub(crate) fn new(kind: TrackKind) -> Self {
        Self {
            kind,
            pid: None,
            first: None,
            counter: None,
            last: 0..0,
            state: State::Lead,
            head: Vec::new(),
            elementary: E::default(),
        }
    }

    /// Makes ready for another piece.
    pub(crate) fn clear(&mut self, pid: Option<u16>) {
        self.pid = pid;
        self.first = None;
        self.counter = None;
        self.state = State::Lead;
        self.elementary.clear();
    }

    pub(crate) fn is(&self, pid: u16) -> bool {
        self.pid == Some(pid)
    }

    /// Follows the track to another stream of the multiplex.
    pub(crate) fn switch(&mut self, pid: Option<u16>) {
        if pid.is_none() || self.pid == pid {
            return;
        }
        self.pid = pid;
        if self.counter.take().is_some() {
            // What is open ends here; a new stream does not start in the middle.
            self.elementary.lose(false);
            self.state = State::Lost;
        }
    }

    /// Whether the piece ends in a PES packet that is known to have more bytes.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self.state, State::Body(Some(1..)))
    }

    /// Whether what follows in the next piece can be told to follow.
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self.state, State::Body(_) | State::Lead)
    }

    /// Takes a packet of this stream.
    pub(crate) fn packet(
        &mut self,
        packet: &Packet<'_>,
        piece: &[u8],
        unwrap: &mut Unwrap,
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
        self.first.get_or_insert(packet.counter);
        if let Some(last) = self.counter.replace(packet.counter) {
            let follows = (last + 1) & 0x0f == packet.counter;
            if last == packet.counter && piece.get(self.last.clone()) == Some(packet.payload) {
                return Ok(());
            }
            // A counter may begin anew where that is told and no PES packet is torn.
            let anew = packet.discontinuity && packet.starts && !self.is_cut();
            if !follows && !anew {
                self.lose();
            }
        }
        self.last = packet.position..packet.position + packet.payload.len();
        if packet.starts {
            self.head.clear();
            return self.start(packet.payload, unwrap);
        }
        match &mut self.state {
            State::Lead => self.elementary.lead(packet.payload),
            State::Head => return self.start(packet.payload, unwrap),
            State::Body(None) => self.elementary.append(packet.payload),
            State::Body(Some(left)) => {
                let bytes = packet.payload.get(..*left).unwrap_or(packet.payload);
                *left -= bytes.len();
                self.elementary.append(bytes);
            }
            State::Lost => {}
        }
        Ok(())
    }

    /// Reads the head of a PES packet, which may take more than one packet.
    fn start(&mut self, payload: &[u8], unwrap: &mut Unwrap) -> Result<(), Error> {
        if self.head.is_empty()
            && let Start::Head(head) = pes::read(payload)
        {
            return self.begin(head, payload, unwrap);
        }
        self.head.extend_from_slice(payload);
        let bytes = std::mem::take(&mut self.head);
        match pes::read(&bytes) {
            Start::Head(head) => return self.begin(head, &bytes, unwrap),
            Start::Short => {
                self.head = bytes;
                self.state = State::Head;
            }
            Start::Foreign => {
                self.elementary.lose(false);
                self.state = State::Lost;
            }
        }
        Ok(())
    }

    fn begin(&mut self, head: Head, bytes: &[u8], unwrap: &mut Unwrap) -> Result<(), Error> {
        if head.scrambled {
            return Err(Error::Encrypted);
        }
        let time = head.time.map(|(shown, decoded)| Time {
            dts: unwrap.next(self.kind, decoded),
            composition_offset: offset(shown, decoded),
        });
        let mut payload = bytes.get(head.size..).unwrap_or_default();
        if let Some(length) = head.payload {
            payload = payload.get(..length).unwrap_or(payload);
        }
        self.elementary.begin(time, payload);
        self.state = State::Body(head.payload.map(|length| length - payload.len()));
        Ok(())
    }

    /// A packet is missing.
    fn lose(&mut self) {
        if self.state != State::Lost {
            let torn = matches!(self.state, State::Lead | State::Body(None | Some(1..)));
            self.elementary.lose(torn);
        }
        self.state = State::Lost;
    }
}

/// How much later a frame is shown than decoded; what cannot be is taken to be nothing.
fn offset(shown: i64, decoded: i64) -> i32 {
    let wrap = 1 << 33;
    let offset = (shown - decoded + wrap / 2).rem_euclid(wrap) - wrap / 2;
    let window = WINDOW_S * i64::from(TS.timescale);
    let possible = (-window..=window).contains(&offset);
    i32::try_from(offset).ok().filter(|_| possible).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_two_times_is_told_over_a_wrap() {
        let top = 1 << 33;
        assert_eq!(offset(9000, 3000), 6000);
        assert_eq!(offset(100, top - 100), 200);
        assert_eq!(offset(top - 100, 100), -200);
    }

    #[test]
    fn a_distance_that_cannot_be_is_none() {
        for distance in [1 << 31, (1 << 31) + (1 << 32), 1 << 32, 60_000_000] {
            assert_eq!(offset(distance, 0), 0, "{distance}");
        }
    }
}
