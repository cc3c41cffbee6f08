//! Cuts a long transport stream file into segments without splitting frames.

use std::collections::BTreeMap;

use super::{
    packet::{TsPacket, TsPackets},
    pes::{self, PesStart},
    psi::Programs,
};

/// A PES packet of one stream that may continue after the data.
#[derive(Clone, Copy, Debug)]
struct OpenPes {
    /// Position of its first transport packet.
    start: usize,
    /// Bytes still to come; `None` if its header does not state a length.
    remaining: Option<usize>,
}

/// Removes the PES packets that may continue after `data`, and an incomplete transport packet at
/// its end; returns their bytes. Put them before the data that is read next, so that no frame is
/// split between two segments.
///
/// If that would be more than half of the data, only the incomplete packet is removed: a frame of
/// that size is joined from its segments later.
pub fn take_incomplete(data: &mut Vec<u8>) -> Vec<u8> {
    let Some(packets) = TsPackets::new(data) else {
        return Vec::new();
    };
    let mut open: BTreeMap<u16, OpenPes> = BTreeMap::new();
    let mut packets_end = 0;
    let mut all = packets.clone();
    while let Some(packet) = all.next() {
        let bounds = packets.bounds(packet.start);
        if bounds.len() < packets.stride() {
            break;
        }
        packets_end = bounds.end;
        let is_unbounded = track_packet(&mut open, &packet, bounds.start);
        let mut counter = packet.counter;
        // The packets behind the start of an unbounded PES packet change nothing.
        while is_unbounded && let Some(plain) = all.next_plain(packet.pid, (counter + 1) & 0x0f) {
            counter = (counter + 1) & 0x0f;
            packets_end = packets.bounds(plain.start).end;
        }
    }
    // Everything before the first open PES packet stays.
    let start = open.values().map(|open| open.start).min();
    let start = start.unwrap_or(packets_end);
    let (mut kept, mut removed) = (Vec::new(), Vec::new());
    let mut end = start;
    for packet in packets.starting_at(start) {
        let bounds = packets.bounds(packet.start);
        if bounds.end > packets_end {
            break;
        }
        let is_open = open
            .get(&packet.pid)
            .is_some_and(|open| open.start <= bounds.start);
        // Include junk between this packet and the one before.
        let bytes = data.get(end..bounds.end).unwrap_or_default();
        let target = if is_open { &mut removed } else { &mut kept };
        target.extend_from_slice(bytes);
        end = bounds.end;
    }
    let incomplete_packet = data.split_off(packets_end);
    if removed.len() > packets_end / 2 {
        return incomplete_packet;
    }
    data.truncate(start);
    data.extend(kept);
    removed.extend(incomplete_packet);
    removed
}

/// Returns the packets with the first whole tables in `data`; `None` if there are none. Without
/// tables it is not known which of several audio streams is which.
pub(crate) fn tables(data: &[u8]) -> Option<Vec<u8>> {
    let packets = TsPackets::new(data)?;
    let mut programs = Programs::default();
    let mut found = Vec::new();
    for packet in packets.clone() {
        if programs.is_table_pid(packet.pid) {
            found.extend_from_slice(data.get(packets.bounds(packet.start))?);
            programs.packet(&packet);
            if programs.complete() {
                return Some(found);
            }
        }
    }
    None
}

/// Updates the open PES packets with one transport packet. Returns whether the one that it belongs
/// to is open and has no stated length.
fn track_packet(open: &mut BTreeMap<u16, OpenPes>, packet: &TsPacket<'_>, start: usize) -> bool {
    let length = packet.payload.len();
    if packet.payload_start {
        match pes::read(packet.payload) {
            PesStart::Header(header) => {
                let remaining = header
                    .payload_length
                    .map(|payload| (payload + header.header_size).saturating_sub(length));
                open.insert(packet.pid, OpenPes { start, remaining });
            }
            PesStart::Incomplete => {
                open.insert(
                    packet.pid,
                    OpenPes {
                        start,
                        remaining: None,
                    },
                );
            }
            PesStart::NotPes => {
                open.remove(&packet.pid);
            }
        }
    } else if let Some(OpenPes {
        remaining: Some(remaining),
        ..
    }) = open.get_mut(&packet.pid)
    {
        *remaining = remaining.saturating_sub(length);
    }
    let remaining = open.get(&packet.pid).map(|open| open.remaining);
    if remaining == Some(Some(0)) {
        open.remove(&packet.pid);
    }
    remaining == Some(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::packet::PACKET_SIZE;

    /// Returns a transport packet; with a length it starts a PES packet.
    fn packet(pid: u8, length: Option<u8>) -> Vec<u8> {
        let mut bytes = vec![0x47, if length.is_some() { 0x41 } else { 0x01 }, pid, 0x10];
        if let Some(length) = length {
            bytes.extend([0, 0, 1, 0xe0, 0, length, 0x80, 0, 0]);
        }
        bytes.resize(PACKET_SIZE, pid);
        bytes
    }

    #[test]
    fn open_pes_packets_are_removed_and_complete_ones_stay() {
        let complete = [
            packet(1, Some(0)),
            packet(1, None),
            packet(2, Some(20)),
            packet(1, None),
        ];
        let open = [packet(1, Some(0)), packet(3, Some(250)), packet(1, None)];
        let after = packet(2, None);
        let mut data = [complete.concat(), open.concat(), after.clone()].concat();
        data.extend([0x47, 1, 2]);
        let rest = take_incomplete(&mut data);
        assert!(data == [complete.concat(), after].concat());
        assert!(rest == [&open.concat()[..], &[0x47, 1, 2]].concat());
    }

    #[test]
    fn a_frame_of_more_than_half_of_the_data_stays() {
        let mut data = [packet(1, Some(0)), packet(1, None), packet(1, None)].concat();
        data.extend([0x47, 1]);
        assert_eq!(take_incomplete(&mut data), [0x47, 1]);
        assert_eq!(data.len(), 3 * PACKET_SIZE);
    }

    #[test]
    fn bytes_without_packets_stay() {
        let mut data = vec![7; 1000];
        assert!(take_incomplete(&mut data).is_empty());
        assert_eq!(data.len(), 1000);
    }
}
