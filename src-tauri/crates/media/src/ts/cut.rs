//! Where a transport stream that is one long file can be cut into pieces.

use std::collections::BTreeMap;

use super::{
    packet::{TsPacket, TsPackets},
    pes::{self, PesStart},
};

/// A PES packet of one stream that may go on.
#[derive(Clone, Copy, Debug)]
struct OpenPes {
    /// Where its first packet lies.
    start: usize,
    /// Bytes still to come, where that is told.
    remaining: Option<usize>,
}

/// Takes out of `data` what belongs to PES packets that may go on behind it, and a packet that is
/// not whole; answers those bytes. They go in front of what is read next, so that each frame lies
/// in one piece.
///
/// More than half of the data never goes: a frame of that size is joined from its pieces.
pub fn take_incomplete(data: &mut Vec<u8>) -> Vec<u8> {
    let Some(packets) = TsPackets::new(data) else {
        return Vec::new();
    };
    let mut open: BTreeMap<u16, OpenPes> = BTreeMap::new();
    let mut whole = 0;
    for packet in packets.clone() {
        let bounds = packets.bounds(&packet);
        if bounds.len() < packets.stride() {
            break;
        }
        whole = bounds.end;
        track_packet(&mut open, &packet, bounds.start);
    }
    // Up to where the first of them starts everything stays.
    let start = open.values().map(|open| open.start).min();
    let start = start.unwrap_or(whole);
    let (mut stays, mut goes) = (Vec::new(), Vec::new());
    let mut end = start;
    for packet in packets.starting_at(start) {
        let bounds = packets.bounds(&packet);
        if bounds.end > whole {
            break;
        }
        let is_open = open
            .get(&packet.pid)
            .is_some_and(|open| open.start <= bounds.start);
        // With the junk in front of it, if there is some.
        let bytes = data.get(end..bounds.end).unwrap_or_default();
        let part = if is_open { &mut goes } else { &mut stays };
        part.extend_from_slice(bytes);
        end = bounds.end;
    }
    let behind = data.split_off(whole);
    if goes.len() > whole / 2 {
        return behind;
    }
    data.truncate(start);
    data.extend(stays);
    goes.extend(behind);
    goes
}

fn track_packet(open: &mut BTreeMap<u16, OpenPes>, packet: &TsPacket<'_>, start: usize) {
    let length = packet.payload.len();
    if packet.payload_start {
        match pes::read(packet.payload) {
            PesStart::Header(head) => {
                let left = head
                    .payload_length
                    .map(|payload| (payload + head.header_size).saturating_sub(length));
                open.insert(
                    packet.pid,
                    OpenPes {
                        start,
                        remaining: left,
                    },
                );
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
        remaining: Some(left),
        ..
    }) = open.get_mut(&packet.pid)
    {
        *left = left.saturating_sub(length);
    }
    if open
        .get(&packet.pid)
        .is_some_and(|open| open.remaining == Some(0))
    {
        open.remove(&packet.pid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::packet::PACKET_SIZE;

    /// A packet of one stream; one that starts a PES packet says its length.
    fn packet(pid: u8, length: Option<u8>) -> Vec<u8> {
        let mut bytes = vec![0x47, if length.is_some() { 0x41 } else { 0x01 }, pid, 0x10];
        if let Some(length) = length {
            bytes.extend([0, 0, 1, 0xe0, 0, length, 0x80, 0, 0]);
        }
        bytes.resize(PACKET_SIZE, pid);
        bytes
    }

    #[test]
    fn packets_of_open_frames_go_and_those_of_whole_ones_stay() {
        let stays = [
            packet(1, Some(0)),
            packet(1, None),
            packet(2, Some(20)),
            packet(1, None),
        ];
        let goes = [packet(1, Some(0)), packet(3, Some(250)), packet(1, None)];
        let after = packet(2, None);
        let mut data = [stays.concat(), goes.concat(), after.clone()].concat();
        data.extend([0x47, 1, 2]);
        let rest = take_incomplete(&mut data);
        assert!(data == [stays.concat(), after].concat());
        assert!(rest == [&goes.concat()[..], &[0x47, 1, 2]].concat());
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
        assert_eq!(take_incomplete(&mut data), []);
        assert_eq!(data.len(), 1000);
    }
}
