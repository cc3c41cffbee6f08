//! Finds transport packets (ISO/IEC 13818-1 2.4.3), even between other bytes.

use std::ops::Range;

use memchr::memchr_iter;

/// Bytes of a packet.
pub(crate) const PACKET_SIZE: usize = 188;
/// First byte of a packet.
const SYNC: u8 = 0x47;
/// Bytes from one packet to the next: plain, with an arrival time before each (M2TS), with parity
/// bytes after each.
const STRIDES: [usize; 3] = [PACKET_SIZE, 192, 204];
/// Bytes before each packet of an M2TS file.
const ARRIVAL_TIME_SIZE: usize = 4;
/// Accept a sync byte only if this many follow at the right distances.
const SYNCS_REQUIRED: usize = 2;
/// Packets that must look like some if they start inside of other data.
const PLAUSIBLE_REQUIRED: usize = 6;

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of a packet have nothing to do with each other"
)]
pub(crate) struct TsPacket<'a> {
    /// Identifies the elementary stream or table that it belongs to.
    pub(crate) pid: u16,
    /// Whether a PES packet or a section starts in it.
    pub(crate) payload_start: bool,
    /// `continuity_counter`: counts the packets of a stream that have a payload, in four bits.
    pub(crate) counter: u8,
    pub(crate) scrambled: bool,
    /// `discontinuity_indicator`: the counter, and the clock if this stream carries it, may
    /// restart here.
    pub(crate) discontinuity: bool,
    /// Whether it is cut, or marked as received with errors.
    pub(crate) damaged: bool,
    /// Bytes before it that are in no packet.
    pub(crate) skipped: usize,
    /// Whether bytes before the payload fill it up, as in the last packet of a PES packet
    /// (ISO/IEC 13818-1 2.4.3.5).
    pub(crate) is_stuffed: bool,
    /// Position of its sync byte in the segment.
    pub(crate) start: usize,
    pub(crate) payload: &'a [u8],
    /// Position of its payload in the segment.
    pub(crate) position: usize,
}

/// A packet without anything but payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlainPacket<'a> {
    /// Position of its sync byte in the segment.
    pub(crate) start: usize,
    pub(crate) payload: &'a [u8; PACKET_SIZE - 4],
}

/// Iterates over the packets of a segment.
#[derive(Clone, Debug)]
pub(crate) struct TsPackets<'a> {
    data: &'a [u8],
    /// Expected position of the next packet.
    at: usize,
    /// Bytes from one packet to the next.
    stride: usize,
}

impl<'a> TsPackets<'a> {
    /// Finds the first packet; `None` if there are no packets.
    pub(crate) fn new(data: &'a [u8]) -> Option<Self> {
        let mut synced = memchr_iter(SYNC, data).filter_map(|at| {
            let stride = STRIDES
                .into_iter()
                .find(|stride| is_synced(data, at, *stride))?;
            Some(Self { data, at, stride })
        });
        let first = synced.next()?;
        if first.at <= ARRIVAL_TIME_SIZE {
            return Some(first);
        }
        // Other data in front may have a few sync bytes at the distance of packets.
        Self::find_within(data).or(Some(first))
    }

    /// Finds the first packet of a stream that does not start with one; `None` if the data only
    /// happens to have bytes like those of packets, as text and other formats do.
    pub(crate) fn find_within(data: &'a [u8]) -> Option<Self> {
        let mut found = memchr_iter(SYNC, data).flat_map(|at| {
            let packets = move |stride| Self { data, at, stride };
            STRIDES.into_iter().map(packets)
        });
        found.find(Self::is_plausible)
    }

    /// Returns whether the next packets have headers with allowed values.
    fn is_plausible(&self) -> bool {
        let starts = (0..PLAUSIBLE_REQUIRED).map(|number| self.at + number * self.stride);
        let headers = starts.map(|start| self.data.get(start..)?.first_chunk::<5>());
        let mut payloads = 0;
        for header in headers {
            let Some(&[SYNC, flags, _, control, length]) = header else {
                return false;
            };
            payloads += usize::from(control & 0x30 == 0x10);
            // An adaptation field alone fills the packet (2.4.3.4).
            let is_allowed = match control & 0x30 {
                0 => false,
                0x20 => length == 183,
                0x30 => length <= 182,
                _ => true,
            };
            // The scrambling value 1 is reserved; damaged packets do not show what this is.
            if !is_allowed || control & 0xc0 == 0x40 || flags & 0x80 != 0 {
                return false;
            }
        }
        // No text has packets without an adaptation field.
        payloads > 0
    }

    /// Returns the position of the next packet within `reach` bytes.
    fn resync(&self, reach: usize) -> Option<usize> {
        let start = self.at + 1;
        let rest = self.data.get(start..)?;
        let rest = rest.get(..reach).unwrap_or(rest);
        memchr_iter(SYNC, rest)
            .map(|distance| start + distance)
            .find(|at| is_synced(self.data, *at, self.stride))
    }

    /// Returns the packets from the one whose bounds start here.
    pub(crate) fn starting_at(&self, start: usize) -> Self {
        Self {
            at: start + self.prefix_size(),
            ..self.clone()
        }
    }

    /// Bytes before each packet.
    fn prefix_size(&self) -> usize {
        if self.stride == 192 {
            ARRIVAL_TIME_SIZE
        } else {
            0
        }
    }

    /// Returns whether the segment ends with a complete packet.
    pub(crate) fn are_whole(&self) -> bool {
        let last = self.clone().last();
        last.is_none_or(|last| last.start + self.stride == self.data.len() + self.prefix_size())
    }

    /// Returns the bytes from one packet to the next.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Returns the byte range in the segment of the packet whose sync byte is at `start`, with its
    /// arrival time or parity bytes.
    pub(crate) fn bounds(&self, start: usize) -> Range<usize> {
        let before = self.prefix_size();
        let end = start + self.stride - before;
        start.saturating_sub(before)..end.min(self.data.len())
    }

    /// Takes the next packet if it has nothing but payload that goes on in a stream: no flag is
    /// set, `counter` is its continuity counter, and another packet follows. Most packets are such,
    /// and reading their whole header takes longer than copying them.
    pub(crate) fn next_plain(&mut self, pid: u16, counter: u8) -> Option<PlainPacket<'a>> {
        let (header, rest) = self.data.get(self.at..)?.split_first_chunk::<4>()?;
        let [pid_high, pid_low] = pid.to_be_bytes();
        let is_plain = *header == [SYNC, pid_high, pid_low, 0x10 | counter];
        if !is_plain || self.data.get(self.at + self.stride) != Some(&SYNC) {
            return None;
        }
        let start = self.at;
        self.at += self.stride;
        Some(PlainPacket {
            start,
            payload: rest.first_chunk()?,
        })
    }
}

impl<'a> Iterator for TsPackets<'a> {
    type Item = TsPacket<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_sync = *self.data.get(self.at)? == SYNC;
        let next = self.data.get(self.at + self.stride);
        let expected = self.at;
        // Junk may begin with a sync byte too; then no sync byte follows where one should.
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
        let skipped = self.at.saturating_sub(expected);
        self.at += self.stride;
        packet.map(|packet| TsPacket { skipped, ..packet })
    }
}

/// Returns whether the required sync bytes follow the one at `at`.
fn is_synced(data: &[u8], at: usize, stride: usize) -> bool {
    let left = data.len().saturating_sub(at);
    let followers = (left.saturating_sub(1) / stride).min(SYNCS_REQUIRED);
    let all = (1..=followers).all(|number| data.get(at + number * stride) == Some(&SYNC));
    // A single packet can be recognised by its length only.
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
        skipped: 0,
        is_stuffed: false,
        start: at,
        payload: &[],
        position: at + 4,
    };
    let mut start = 4;
    if control & 0x20 != 0 {
        let length = usize::from(*bytes.get(4)?);
        let field = bytes.get(5..).unwrap_or_default();
        let field = field.get(..length).unwrap_or(field);
        packet.discontinuity = field.first().is_some_and(|flags| flags & 0x80 != 0);
        packet.is_stuffed = is_stuffed(field);
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

/// Returns whether an adaptation field is longer than its contents (2.4.3.4).
fn is_stuffed(field: &[u8]) -> bool {
    let Some((flags, rest)) = field.split_first() else {
        // A field of length 0 is one stuffing byte.
        return true;
    };
    let clocks = usize::from(flags & 0x10 != 0) + usize::from(flags & 0x08 != 0);
    let mut contents = clocks * 6 + usize::from(flags & 0x04 != 0);
    // Private data, then an extension, each with its length.
    for flag in [0x02, 0x01] {
        if flags & flag != 0 {
            let length = rest.get(contents).copied().unwrap_or(0);
            contents += 1 + usize::from(length);
        }
    }
    contents < rest.len()
}

/// Returns a damaged packet that the end of the segment cuts; `None` if its header is cut too.
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
    fn packets_with_all_three_strides_are_found() {
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
    fn junk_before_and_between_packets_is_skipped() {
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
    fn a_cut_packet_is_damaged_and_has_its_pid() {
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
    fn a_plain_packet_goes_on_with_its_stream_and_has_another_behind_it() {
        for (before, after) in [(0, 0), (4, 0), (0, 16)] {
            let inside = |number| {
                let mut bytes = packet(number);
                bytes[1] = 0x01;
                [vec![1; before], bytes, vec![2; after]].concat()
            };
            let data: Vec<_> = (0..4).flat_map(inside).collect();
            let stride = before + PACKET_SIZE + after;
            let at = |packets: &mut TsPackets<'_>, counter| {
                let plain = packets.next_plain(0x100, counter);
                plain.map(|plain| (plain.start, plain.payload[183]))
            };
            let mut packets = TsPackets::new(&data).expect("packets");
            packets.next();
            assert_eq!(at(&mut packets, 2), None, "another count");
            assert_eq!(packets.next_plain(0x101, 1), None, "another stream");
            assert_eq!(at(&mut packets, 1), Some((stride + before, 1)));
            assert_eq!(at(&mut packets, 2), Some((2 * stride + before, 2)));
            assert_eq!(at(&mut packets, 3), None, "the last packet");
            assert_eq!(packets.next().map(|packet| packet.counter), Some(3));
            for (byte, value) in [(0, 0), (1, 0x81), (1, 0x41), (3, 0x91), (3, 0x31)] {
                let mut data = data.clone();
                data[stride + before + byte] = value;
                let mut packets = TsPackets::new(&data).expect("packets");
                packets.next();
                assert_eq!(at(&mut packets, 1), None, "byte {byte} is {value:#x}");
            }
        }
    }

    #[test]
    fn adaptation_fields_are_not_payload() {
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
