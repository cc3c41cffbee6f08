//! Transport packets (ISO/IEC 13818-1 2.4.3), whatever lies around them.

use std::ops::Range;

use memchr::memchr_iter;

/// Bytes in a packet.
pub(crate) const PACKET_SIZE: usize = 188;
const SYNC: u8 = 0x47;
/// Bytes from one packet to the next: alone, behind an arrival time (M2TS), before parity bytes.
const STRIDES: [usize; 3] = [PACKET_SIZE, 192, 204];
/// Bytes in front of each packet of an M2TS file.
const ARRIVAL_TIME_SIZE: usize = 4;
/// So many sync bytes in their places behind the first are no accident.
const SYNCS_REQUIRED: usize = 2;

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of a packet have nothing to do with each other"
)]
pub(crate) struct TsPacket<'a> {
    /// Which stream of the multiplex it belongs to.
    pub(crate) pid: u16,
    /// A PES packet or a section starts in it.
    pub(crate) payload_start: bool,
    /// Counts the packets of a stream that have a payload, in four bits.
    pub(crate) counter: u8,
    pub(crate) scrambled: bool,
    /// The counter, and the clock if it runs in this stream, may begin anew here.
    pub(crate) discontinuity: bool,
    /// Cut, or marked as received with errors.
    pub(crate) damaged: bool,
    /// Where its sync byte lies in the piece.
    pub(crate) start: usize,
    pub(crate) payload: &'a [u8],
    /// Where the payload starts in the piece.
    pub(crate) position: usize,
}

/// The packets of a piece, from sync byte to sync byte.
#[derive(Clone, Debug)]
pub(crate) struct TsPackets<'a> {
    data: &'a [u8],
    /// Where the next packet should start.
    at: usize,
    stride: usize,
}

impl<'a> TsPackets<'a> {
    /// `None` where no packets are found.
    pub(crate) fn new(data: &'a [u8]) -> Option<Self> {
        memchr_iter(SYNC, data).find_map(|at| {
            let stride = STRIDES
                .into_iter()
                .find(|stride| is_synced(data, at, *stride))?;
            Some(Self { data, at, stride })
        })
    }

    /// The next sync byte that is one, within `reach` bytes.
    fn resync(&self, reach: usize) -> Option<usize> {
        let start = self.at + 1;
        let rest = self.data.get(start..)?;
        let rest = rest.get(..reach).unwrap_or(rest);
        memchr_iter(SYNC, rest)
            .map(|distance| start + distance)
            .find(|at| is_synced(self.data, *at, self.stride))
    }

    /// The packets from one on whose bytes start here.
    pub(crate) fn starting_at(&self, start: usize) -> Self {
        Self {
            at: start + self.prefix_size(),
            ..self.clone()
        }
    }

    fn prefix_size(&self) -> usize {
        if self.stride == 192 {
            ARRIVAL_TIME_SIZE
        } else {
            0
        }
    }

    /// Whether the piece ends with a whole packet.
    pub(crate) fn are_whole(&self) -> bool {
        let last = self.clone().last();
        last.is_none_or(|last| last.start + self.stride == self.data.len() + self.prefix_size())
    }

    /// Bytes from one packet to the next.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Where all that belongs to a packet lies in the piece.
    pub(crate) fn bounds(&self, packet: &TsPacket<'_>) -> Range<usize> {
        let before = self.prefix_size();
        let start = packet.start.saturating_sub(before);
        start..(packet.start + self.stride - before).min(self.data.len())
    }
}

impl<'a> Iterator for TsPackets<'a> {
    type Item = TsPacket<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_sync = *self.data.get(self.at)? == SYNC;
        let next = self.data.get(self.at + self.stride);
        // Junk may begin with a sync byte too, which shows where the next one should be.
        if !is_sync || next.is_some_and(|next| *next != SYNC) {
            let reach = if is_sync { self.stride } else { usize::MAX };
            match self.resync(reach) {
                Some(at) => self.at = at,
                None if is_sync => {}
                None => return None,
            }
        }
        let rest = self.data.get(self.at..)?;
        let packet = match rest.get(..PACKET_SIZE) {
            Some(bytes) => read(bytes, self.at),
            None => truncated(rest, self.at),
        };
        self.at += self.stride;
        packet
    }
}

/// Whether the sync bytes that must follow one at `at` are there.
fn is_synced(data: &[u8], at: usize, stride: usize) -> bool {
    let left = data.len().saturating_sub(at);
    let followers = (left.saturating_sub(1) / stride).min(SYNCS_REQUIRED);
    let all = (1..=followers).all(|number| data.get(at + number * stride) == Some(&SYNC));
    // A packet alone has nothing but its length to speak for it.
    all && (followers > 0 || left == PACKET_SIZE || left == stride)
}

fn read(bytes: &[u8], at: usize) -> Option<TsPacket<'_>> {
    let (&[_, flags, pid, control], _) = bytes.split_first_chunk::<4>()?;
    let mut packet = TsPacket {
        pid: u16::from_be_bytes([flags & 0x1f, pid]),
        payload_start: flags & 0x40 != 0,
        counter: control & 0x0f,
        scrambled: control & 0xc0 != 0,
        discontinuity: false,
        damaged: flags & 0x80 != 0,
        start: at,
        payload: &[],
        position: at + 4,
    };
    let mut start = 4;
    if control & 0x20 != 0 {
        let length = usize::from(*bytes.get(4)?);
        packet.discontinuity = length > 0 && bytes.get(5)? & 0x80 != 0;
        start += 1 + length;
    }
    if control & 0x10 != 0 {
        match bytes.get(start..) {
            Some(payload) => packet.payload = payload,
            None => packet.damaged = true,
        }
        packet.position = at + start;
    }
    Some(packet)
}

/// A packet that the piece ends in: its stream is missing something, if its header tells which.
fn truncated(bytes: &[u8], at: usize) -> Option<TsPacket<'_>> {
    let mut packet = read(bytes, at)?;
    packet.damaged = true;
    packet.payload = &[];
    Some(packet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u8) -> Vec<u8> {
        let mut bytes = vec![SYNC, 0x41, 0x00, 0x10 | number & 0x0f];
        bytes.resize(PACKET_SIZE, number);
        bytes
    }

    fn counters(data: &[u8]) -> Vec<u8> {
        TsPackets::new(data)
            .into_iter()
            .flatten()
            .filter(|packet| !packet.damaged)
            .map(|packet| packet.counter)
            .collect()
    }

    #[test]
    fn packets_of_all_three_lengths_are_found() {
        for (before, after) in [(0, 0), (4, 0), (0, 16)] {
            let data: Vec<_> = (0..6)
                .flat_map(|number| [vec![1; before], packet(number), vec![2; after]].concat())
                .collect();
            assert_eq!(counters(&data), [0, 1, 2, 3, 4, 5], "{before} {after}");
            for packet in TsPackets::new(&data).expect("packets") {
                assert!(packet.payload.iter().all(|byte| *byte == packet.counter));
            }
        }
    }

    #[test]
    fn junk_in_front_and_between_is_passed() {
        let mut data = vec![SYNC; 50];
        for number in 0..3 {
            data.extend(packet(number));
        }
        data.extend([SYNC, 9, 9, SYNC, 9]);
        for number in 3..6 {
            data.extend(packet(number));
        }
        assert_eq!(counters(&data), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_cut_packet_says_whose_it_was() {
        let mut data = [packet(0), packet(1), packet(2)].concat();
        data.truncate(3 * PACKET_SIZE - 50);
        let packets: Vec<_> = TsPackets::new(&data).expect("packets").collect();
        let damaged: Vec<_> = packets
            .iter()
            .map(|packet| (packet.pid, packet.damaged))
            .collect();
        assert_eq!(damaged, [(0x100, false), (0x100, false), (0x100, true)]);
    }

    #[test]
    fn adaptation_fields_are_no_payload() {
        let mut bytes = packet(0);
        bytes[3] = 0x30;
        bytes[4] = 100;
        bytes[5] = 0x80;
        let found = TsPackets::new(&bytes).and_then(|mut packets| packets.next());
        let found = found.expect("a packet");
        assert!(found.discontinuity);
        assert_eq!((found.payload.len(), found.position), (83, 105));
        bytes[4] = 184;
        let found = TsPackets::new(&bytes).and_then(|mut packets| packets.next());
        assert!(found.expect("a packet").damaged);
    }
}
