//! Where a transport stream that is one long file can be cut into pieces.

use std::collections::BTreeMap;

use super::{
    packet::{Packet, Packets},
    pes::{self, Start},
};

/// A PES packet of one stream that may go on.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Where its first packet lies.
    start: usize,
    /// Bytes still to come, where that is told.
    left: Option<usize>,
}

/// Takes out of `data` what belongs to PES packets that may go on behind it, and a packet that is
/// not whole; answers those bytes. They go in front of what is read next, so that each frame lies
/// in one piece.
///
/// More than half of the data never goes: a frame of that size is joined from its pieces.
pub fn cut(data: &mut Vec<u8>) -> Vec<u8> {
    let Some(packets) = Packets::new(data) else {
        return Vec::new();
    };
    let mut open: BTreeMap<u16, Open> = BTreeMap::new();
    let mut whole = 0;
    for packet in packets.clone() {
        let bounds = packets.bounds(&packet);
        if bounds.len() < packets.stride() {
            break;
        }
        whole = bounds.end;
        follow(&mut open, &packet, bounds.start);
    }
    let mut kept = Vec::with_capacity(data.len());
    let mut moved = Vec::new();
    let mut end = 0;
    for packet in packets.clone() {
        let bounds = packets.bounds(&packet);
        if bounds.end > whole {
            break;
        }
        let goes = open
            .get(&packet.pid)
            .is_some_and(|open| open.start <= bounds.start);
        if goes {
            moved.extend_from_slice(data.get(bounds.clone()).unwrap_or_default());
        } else {
            // With the junk in front of it, if there is some.
            kept.extend_from_slice(data.get(end..bounds.end).unwrap_or_default());
        }
        end = bounds.end;
    }
    let behind = data.split_off(whole);
    if moved.len() > data.len() / 2 {
        return behind;
    }
    *data = kept;
    moved.extend(behind);
    moved
}

fn follow(open: &mut BTreeMap<u16, Open>, packet: &Packet<'_>, start: usize) {
    let length = packet.payload.len();
    if packet.starts {
        match pes::read(packet.payload) {
            Start::Head(head) => {
                let left = head
                    .payload
                    .map(|payload| (payload + head.size).saturating_sub(length));
                open.insert(packet.pid, Open { start, left });
            }
            Start::Short => {
                open.insert(packet.pid, Open { start, left: None });
            }
            Start::Foreign => {
                open.remove(&packet.pid);
            }
        }
    } else if let Some(Open {
        left: Some(left), ..
    }) = open.get_mut(&packet.pid)
    {
        *left = left.saturating_sub(length);
    }
    if open
        .get(&packet.pid)
        .is_some_and(|open| open.left == Some(0))
    {
        open.remove(&packet.pid);
    }
}
