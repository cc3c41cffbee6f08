//! Packets with nothing but payload are read without looking at their whole header. Whatever is
//! wrong with a stream, the result is that of the usual way, which a packet with any flag takes.

use kit::{memory_file::MemoryFile, ts::PACKET_BYTES};
use media::{
    MovieSpec, MuxerConfig, OutputFormat, SegmentData, SegmentFormat, SegmentKind, muxer,
    ts::{TsDemuxer, take_incomplete},
};
use proptest::{prelude::*, sample::Index};

use crate::ts_streams::packed;

/// `transport_priority`: says nothing about the packet (ISO/IEC 13818-1 2.4.3.3).
const PRIORITY: u8 = 0x20;

/// What is done to one packet of a stream.
#[derive(Clone, Copy, Debug)]
enum Change {
    Lose,
    Repeat,
    /// Puts a damaged copy before it.
    RepeatDamaged,
    /// Does not start what starts in it: a stuffed packet is before it.
    GoOn,
    /// Sets bits of the header that are not set.
    Mark(usize, u8),
    Count(u8),
    /// Puts bytes before it, as many as a packet if 188.
    Junk(usize),
    LoseSync,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Lose),
        Just(Change::Repeat),
        Just(Change::RepeatDamaged),
        Just(Change::GoOn),
        // Damaged, start of a PES packet, of another PID.
        prop_oneof![Just(0x80), Just(0x40), Just(0x02)].prop_map(|bit| Change::Mark(1, bit)),
        // Of the other stream, scrambled, with an adaptation field.
        Just(Change::Mark(2, 0x01)),
        prop_oneof![Just(0x80), Just(0x20)].prop_map(|bit| Change::Mark(3, bit)),
        (1_u8..16).prop_map(Change::Count),
        prop_oneof![Just(1_usize), Just(47), Just(188), Just(3500)].prop_map(Change::Junk),
        Just(Change::LoseSync),
    ]
}

/// Bytes before and after each packet, and how the stream is changed.
#[derive(Clone, Debug)]
struct Damage {
    around: (usize, usize),
    changes: Vec<(Index, Change)>,
    /// Bytes that its end lacks.
    cut: usize,
}

fn damage() -> impl Strategy<Value = Damage> {
    let around = prop_oneof![Just((0, 0)), Just((4, 0)), Just((0, 16))];
    let changes = prop::collection::vec((any::<Index>(), change()), 0..8);
    (around, changes, 0_usize..400).prop_map(|(around, changes, cut)| Damage {
        around,
        changes,
        cut,
    })
}

/// Returns the stream with these flags in all its packets, then with its damage.
fn stream(packets: &[u8], flags: u8, damage: &Damage) -> Vec<u8> {
    let mut packets: Vec<_> = packets.chunks(PACKET_BYTES).map(<[u8]>::to_vec).collect();
    for packet in &mut packets {
        packet[1] |= flags;
    }
    let (before, after) = damage.around;
    for packet in &mut packets {
        *packet = [vec![1; before], packet.clone(), vec![2; after]].concat();
    }
    for (index, change) in &damage.changes {
        // The tables stay.
        let Some(last) = packets.len().checked_sub(3) else {
            break;
        };
        let at = 2 + index.index(last + 1);
        let packet = &mut packets[at];
        match change {
            Change::Lose => packet.clear(),
            Change::Repeat => packet.extend(packet.clone()),
            Change::Junk(length) => drop(packet.splice(..0, vec![3; *length])),
            _ if packet.len() <= before => {}
            Change::RepeatDamaged => {
                let mut both = packet.repeat(2);
                both[before + 1] |= 0x80;
                *packet = both;
            }
            Change::GoOn => packet[before + 1] &= !0x40,
            Change::Mark(byte, bit) => packet[before + byte] |= bit,
            Change::Count(more) => {
                let counter = packet[before + 3];
                packet[before + 3] = counter & 0xf0 | (counter + more) & 0x0f;
            }
            Change::LoseSync => packet[before] = 0,
        }
    }
    let mut data = packets.concat();
    data.truncate(data.len().saturating_sub(damage.cut));
    data
}

/// Returns what is demuxed.
fn demuxed(data: &[u8]) -> String {
    let mut demuxer = TsDemuxer::default();
    let segment = demuxer.demux(data);
    format!(
        "{:?}",
        segment.map(|segment| (segment.events().collect::<Vec<_>>(), segment.facts()))
    )
}

/// Returns the movie of two segments, which continue each other, or the error.
fn muxed(segments: [&[u8]; 2]) -> String {
    let output = MemoryFile::default();
    let config = MuxerConfig {
        segment_format: SegmentFormat::Ts,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: None,
    };
    let mut muxer = muxer(config, output.clone()).unwrap();
    let mut fragments = Vec::new();
    for (number, data) in (0..).zip(segments) {
        let pushed = muxer.push(SegmentData {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: 0,
            data,
        });
        match pushed {
            Ok(fragment) => fragments.push(fragment),
            Err(error) => return format!("{error:?}"),
        }
    }
    let made = muxer.finish(fragments);
    format!("{made:?}, {:?}", output.fingerprint())
}

/// Removes what [`take_incomplete`] removes, and returns both parts.
fn divided(mut data: Vec<u8>) -> [Vec<u8>; 2] {
    let removed = take_incomplete(&mut data);
    [data, removed]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn a_flag_without_a_meaning_changes_nothing(
        shapes in prop::collection::vec(
            (any::<bool>(), any::<bool>(), prop::collection::vec(20_usize..2500, 1..4)),
            3..12,
        ),
        damage in damage(),
        cut in any::<Index>(),
    ) {
        let packets = packed(&shapes).data;
        let plain = stream(&packets, 0, &damage);
        let flagged = stream(&packets, PRIORITY, &damage);
        prop_assert_eq!(demuxed(&plain), demuxed(&flagged));
        let middle = cut.index(plain.len());
        let halves = |data: &[u8]| {
            let (first, second) = data.split_at(middle);
            muxed([first, second])
        };
        prop_assert_eq!(halves(&plain), halves(&flagged));
        let lengths = |parts: [Vec<u8>; 2]| parts.map(|part| part.len());
        prop_assert_eq!(lengths(divided(plain)), lengths(divided(flagged)));
    }
}
