//! Demuxes transport streams that are written packet by packet.

use std::ops::Range;

use kit::ts::{AUDIO_PID, PACKET_BYTES, Pes, TsWriter, VIDEO_PID};
use media::{
    Error, Fact, FactKind, SegmentFormat, SegmentKind, TrackKind,
    flv::{Codec, DemuxEvent},
    sniff,
    ts::TsDemuxer,
};
use proptest::prelude::*;

const DELIMITER: [u8; 6] = [0, 0, 0, 1, 9, 0xf0];
const IDR: u8 = 0x65;
const OTHER: u8 = 0x41;

/// SPS and PPS of video of 1280×720.
const PARAMETER_SETS: [u8; 39] = [
    0, 0, 0, 1, 0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02,
    0x02, 0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x19, 0x07, 0, 0, 0, 1, 0x68, 0xeb, 0xe3,
    0xcb, 0x22, 0xc0,
];

type Config = (Codec, Vec<u8>);

#[derive(Clone, Debug, PartialEq)]
struct Frame {
    kind: TrackKind,
    dts: i64,
    offset: i32,
    sync: bool,
    data: Vec<u8>,
}

/// Builds a slice of `length` bytes that are all `fill`; `first` marks the first one of its frame.
fn slice(kind: u8, first: bool, fill: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0, 0, 1, kind, if first { 0x88 } else { 0x48 }];
    bytes.resize(bytes.len() + length, fill);
    bytes
}

/// Puts an ADTS header of LC, 44.1 kHz, stereo before a frame.
fn adts(body: &[u8]) -> Vec<u8> {
    kit::ts::adts([0x12, 0x10], body)
}

/// Demuxes a segment into frames and codec configurations.
fn taken(data: &[u8]) -> Result<(Vec<Frame>, Vec<Config>), Error> {
    let (mut frames, mut configs) = (Vec::new(), Vec::new());
    for event in TsDemuxer::default().demux(data)?.events() {
        match event {
            DemuxEvent::Config { codec, data, .. } => configs.push((codec, data.to_vec())),
            DemuxEvent::AssumedConfig(data) => configs.push((Codec::Aac, data.to_vec())),
            DemuxEvent::Sample(sample) => frames.push(Frame {
                kind: sample.kind,
                dts: sample.dts,
                offset: sample.composition_offset,
                sync: sample.sync,
                data: sample.data.to_vec(),
            }),
        }
    }
    Ok((frames, configs))
}

fn frames(data: &[u8]) -> Vec<Frame> {
    taken(data).unwrap().0
}

fn facts(data: &[u8]) -> Vec<Fact> {
    TsDemuxer::default().demux(data).unwrap().facts()
}

/// Returns track, number and time in milliseconds of the samples that are lost.
fn losses(data: &[u8]) -> Vec<(TrackKind, u64, u64)> {
    let lost = facts(data).into_iter().map(|fact| {
        assert_eq!(fact.kind, FactKind::SamplesLost);
        (fact.track.unwrap(), fact.samples, fact.at_ms)
    });
    lost.collect()
}

/// Returns the time and the last byte of each frame.
fn times(frames: &[Frame]) -> Vec<(i64, u8)> {
    let fill = |frame: &Frame| *frame.data.last().unwrap();
    frames
        .iter()
        .map(|frame| (frame.dts, fill(frame)))
        .collect()
}

/// Builds a keyframe with its parameter sets.
fn first(fill: u8) -> Vec<u8> {
    [
        &DELIMITER[..],
        &PARAMETER_SETS,
        &slice(IDR, true, fill, 300),
    ]
    .concat()
}

fn later(fill: u8) -> Vec<u8> {
    [&DELIMITER[..], &slice(OTHER, true, fill, 300)].concat()
}

#[test]
fn parameter_sets_and_delimiters_leave_the_samples() {
    let mut writer = TsWriter::with_tables();
    let filler = [0, 0, 1, 0x0c, 0xff, 0xff, 0x80];
    let sei = [0, 0, 1, 6, 5, 1, 9, 0x80];
    let bytes = [&first(7)[..], &sei, &filler, &[0, 0, 0]].concat();
    writer.pes(Pes::video(3000, 0, &bytes));
    let (frames, configs) = taken(&writer.data).unwrap();
    let mut expected = vec![0, 0, 1, 0x2e, IDR, 0x88];
    expected.resize(4 + 302, 7);
    let [frame] = frames.as_slice() else {
        panic!("{frames:?}")
    };
    assert_eq!((frame.dts, frame.offset, frame.sync), (0, 3000, true));
    assert_eq!(frame.data, expected);
    let [(Codec::Avc, record)] = configs.as_slice() else {
        panic!("{configs:?}")
    };
    assert_eq!(record[..6], [1, 0x64, 0, 0x1f, 0xff, 0xe1]);
}

#[test]
fn a_packet_without_a_decode_time_is_decoded_when_it_is_shown() {
    let mut writer = TsWriter::with_tables();
    let first = first(1);
    writer.pes(Pes {
        dts: None,
        ..Pes::video(9000, 0, &first)
    });
    let found = frames(&writer.data);
    assert_eq!((found[0].dts, found[0].offset), (9000, 0));
}

#[test]
fn frames_in_one_packet_are_separated_with_and_without_delimiters() {
    for delimited in [true, false] {
        let front: &[u8] = if delimited { &DELIMITER } else { &[] };
        let mut writer = TsWriter::with_tables();
        for group in 0_u8..3 {
            let pictures: Vec<_> = (0..3)
                .flat_map(|number| {
                    let fill = group * 3 + number + 2;
                    let kind = if fill == 2 { IDR } else { OTHER };
                    let rest = slice(kind, false, fill, 50);
                    [front, &slice(kind, true, fill, 300), &rest].concat()
                })
                .collect();
            let time = u64::from(group) * 9000;
            let sets: &[u8] = if group == 0 { &PARAMETER_SETS } else { &[] };
            writer.pes(Pes::video(time, time, &[sets, &pictures].concat()));
        }
        let found = frames(&writer.data);
        let expected: Vec<_> = (0..9).map(|at| (i64::from(at) * 3000, at + 2)).collect();
        assert_eq!(times(&found), expected, "delimited {delimited}");
        assert!(
            found
                .iter()
                .all(|frame| frame.data.len() == 2 * 4 + 302 + 52)
        );
    }
}

#[test]
fn a_frame_may_lie_in_several_packets() {
    let mut writer = TsWriter::with_tables();
    let bytes = first(4);
    writer.pes(Pes::video(0, 0, &bytes[..100]));
    // A packet that continues a frame has no timestamp, or that of the frame that starts in it.
    let middle = Pes {
        pts: None,
        dts: None,
        ..Pes::video(0, 0, &bytes[100..200])
    };
    writer.pes(middle);
    writer.pes(Pes::video(3000, 3000, &[&bytes[200..], &later(5)].concat()));
    writer.pes(Pes::video(6000, 6000, &later(6)));
    assert_eq!(times(&frames(&writer.data)), [(0, 4), (3000, 5), (6000, 6)]);
}

#[test]
fn parameter_sets_in_a_packet_of_their_own_belong_to_the_next_frame() {
    let mut writer = TsWriter::with_tables();
    let sets = [&DELIMITER[..], &PARAMETER_SETS].concat();
    writer.pes(Pes::video(3000, 3000, &sets));
    writer.pes(Pes::video(3000, 3000, &slice(IDR, true, 8, 300)));
    writer.pes(Pes::video(6000, 6000, &sets));
    let (found, configs) = taken(&writer.data).unwrap();
    assert_eq!((times(&found), configs.len()), (vec![(3000, 8)], 1));
}

#[test]
fn both_fields_of_a_frame_stay_together() {
    // Baseline, 2×2 macroblocks in fields, four bits of frame number.
    let sets = [
        0,
        0,
        1,
        0x67,
        0x42,
        0x00,
        0x1e,
        0b1101_1101,
        0x80,
        0x80,
        0,
        0,
        1,
        0x68,
        0xce,
        0x80,
    ];
    let field = |number: u8, bottom: bool, fill: u8| {
        let marks = 0b1110_0001 | number << 1;
        let mut bytes = vec![0, 0, 1, OTHER, marks, u8::from(bottom) << 7 | 1];
        bytes.resize(200, fill);
        bytes
    };
    let mut writer = TsWriter::with_tables();
    let pictures = [
        field(1, false, 1),
        field(1, true, 2),
        field(2, false, 3),
        field(2, true, 4),
    ];
    writer.pes(Pes::video(0, 0, &[&sets[..], &pictures.concat()].concat()));
    assert_eq!(times(&frames(&writer.data)), [(0, 2), (3600, 4)]);
}

#[test]
fn audio_frames_may_straddle_packets() {
    for with_crc in [false, true] {
        let stream: Vec<_> = (0..9)
            .flat_map(|number| {
                let mut frame = adts(&[number; 100]);
                if with_crc {
                    frame[1] = 0xf0;
                }
                frame
            })
            .collect();
        let mut writer = TsWriter::with_tables();
        // Frames of 107 bytes: 0 to 4 start in the first packet, 5 in the second.
        for (chunk, starts) in stream.chunks(500).zip([0, 5]) {
            writer.pes(Pes::audio(starts * 1024 * 90_000 / 44_100, chunk));
        }
        let found = frames(&writer.data);
        let expected: Vec<_> = (0..9)
            .map(|number| {
                (
                    (i64::from(number) * 1024 * 90_000 * 2 / 44_100 + 1) / 2,
                    number,
                )
            })
            .collect();
        // The last frame continues after the second packet.
        let whole = stream.len().min(1000) / 107;
        let near = times(&found).into_iter().zip(&expected[..whole]);
        assert_eq!(found.len(), whole);
        for ((time, fill), (expected, number)) in near {
            assert!(
                (time - expected).abs() <= 1 && fill == *number,
                "{time} of {expected}"
            );
        }
        let length = if with_crc { 98 } else { 100 };
        assert!(found.iter().all(|frame| frame.data.len() == length));
    }
}

#[test]
fn implicit_sbr_counts_the_core_rate() {
    let mut frame = adts(&[3; 50]);
    // 22.05 kHz.
    frame[2] = 0x5c;
    let mut writer = TsWriter::with_tables();
    writer.pes(Pes::audio(
        0,
        &[frame.clone(), frame.clone(), frame].concat(),
    ));
    let (found, configs) = taken(&writer.data).unwrap();
    assert_eq!(configs, [(Codec::Aac, vec![0x13, 0x90])]);
    assert_eq!(times(&found), [(0, 3), (4180, 3), (8359, 3)]);
}

#[test]
fn several_blocks_in_an_audio_frame_are_refused() {
    let mut frame = adts(&[3; 50]);
    frame[6] |= 1;
    let mut writer = TsWriter::with_tables();
    writer.pes(Pes::audio(0, &frame));
    assert!(matches!(taken(&writer.data), Err(Error::Unsupported(_))));
}

#[test]
fn a_segment_without_tables_is_read_by_its_streams() {
    let mut writer = TsWriter::default();
    writer.pes(Pes::video(0, 0, &first(1)));
    writer.pes(Pes::audio(0, &adts(&[2; 50])));
    // A private stream that looks like neither codec.
    writer.pes(Pes {
        pid: 0x110,
        stream_id: 0xbd,
        ..Pes::audio(0, &[0x0b, 0x77, 1, 2])
    });
    writer.pes(Pes::video(3000, 3000, &later(3)));
    assert_eq!(times(&frames(&writer.data)), [(0, 1), (0, 2), (3000, 3)]);
}

#[test]
fn other_video_without_tables_is_not_taken_for_h264() {
    let mut writer = TsWriter::default();
    let mpeg_2 = [0, 0, 1, 0xb3, 0x14, 0, 0xf0, 0, 0, 1, 0xb8, 0];
    writer.pes(Pes::video(0, 0, &mpeg_2));
    assert_eq!(frames(&writer.data), []);
}

#[test]
fn tables_that_change_move_the_tracks() {
    let mut writer = TsWriter::with_tables();
    writer.pes(Pes::video(0, 0, &first(1)));
    writer.pes(Pes::video(3000, 3000, &later(2)));
    writer.tables(VIDEO_PID, &[(0x15, 0x102), (0x1b, 0x200), (0x0f, 0x101)]);
    let (first, later) = (first(3), later(4));
    writer.pes(Pes {
        pid: 0x200,
        ..Pes::video(6000, 6000, &first)
    });
    writer.pes(Pes {
        pid: 0x102,
        stream_id: 0xbd,
        ..Pes::audio(6000, b"ID3")
    });
    writer.pes(Pes {
        pid: 0x200,
        ..Pes::video(9000, 9000, &later)
    });
    let found = times(&frames(&writer.data));
    assert_eq!(found, [(0, 1), (3000, 2), (6000, 3), (9000, 4)]);
}

#[test]
fn scrambled_packets_are_encrypted() {
    for at_head in [true, false] {
        let mut writer = TsWriter::with_tables();
        writer.pes(Pes::video(0, 0, &first(1)));
        let packet = &mut writer.data[2 * PACKET_BYTES..];
        if at_head {
            packet[3] |= 0x80;
        } else {
            let head = packet
                .windows(3)
                .position(|bytes| bytes == [0, 0, 1])
                .unwrap();
            packet[head + 6] |= 0x10;
        }
        assert!(
            matches!(taken(&writer.data), Err(Error::Encrypted)),
            "{at_head}"
        );
    }
    let mut writer = TsWriter::default();
    writer.pes(Pes::video(0, 0, &first(1)));
    for packet in writer.data.chunks_mut(PACKET_BYTES) {
        packet[3] |= 0xc0;
    }
    assert!(matches!(taken(&writer.data), Err(Error::Encrypted)));
}

/// Builds three frames; returns the offsets of their packets.
fn three() -> (TsWriter, Vec<usize>) {
    let mut writer = TsWriter::with_tables();
    let mut starts = Vec::new();
    for (number, bytes) in (0..).zip([first(1), later(2), later(3)]) {
        starts.push(writer.data.len());
        writer.pes(Pes::video(number * 3000, number * 3000, &bytes));
    }
    (writer, starts)
}

#[test]
fn a_repeated_packet_counts_once() {
    let (mut writer, starts) = three();
    let expected = frames(&writer.data);
    for start in starts.into_iter().rev() {
        let packet = writer.data[start..start + PACKET_BYTES].to_vec();
        writer.data.splice(start..start, packet);
    }
    assert_eq!(frames(&writer.data), expected);
}

#[test]
fn a_packet_that_is_missing_or_damaged_costs_its_frame_alone() {
    for damaged in [false, true] {
        for (lost, left) in [(0, [(3000, 2), (6000, 3)]), (1, [(0, 1), (6000, 3)])] {
            let (mut writer, starts) = three();
            let second = starts[lost] + PACKET_BYTES;
            if damaged {
                writer.data[second + 1] |= 0x80;
            } else {
                writer.data.drain(second..second + PACKET_BYTES);
            }
            assert_eq!(times(&frames(&writer.data)), left, "{lost}");
        }
    }
}

#[test]
fn junk_between_packets_and_a_cut_end_cost_what_they_hit() {
    let (mut writer, starts) = three();
    writer
        .data
        .splice(starts[1]..starts[1], [0x47, 1, 2, 3, 4, 0x47, 5]);
    writer.data.splice(0..0, *b"GET /");
    assert_eq!(times(&frames(&writer.data)).len(), 3);
    writer.data.truncate(writer.data.len() - 20);
    assert_eq!(times(&frames(&writer.data)), [(0, 1), (3000, 2)]);
}

#[test]
fn a_signalled_discontinuity_leaves_no_gap() {
    for flagged in [true, false] {
        let (mut writer, _) = three();
        let at = writer.data.len();
        writer.pes(Pes::video(900_000, 900_000, &first(4)));
        writer.pes(Pes::video(903_000, 903_000, &later(5)));
        let mut mark = vec![0x47, 0x01, 0x00, 0x20, 183, 0x80];
        mark.resize(PACKET_BYTES, 0xff);
        if flagged {
            writer.data.splice(at..at, mark);
        }
        let found = times(&frames(&writer.data));
        let goes_on = if flagged { 9000 } else { 900_000 };
        assert_eq!(found[3..], [(goes_on, 4), (goes_on + 3000, 5)]);
    }
}

#[test]
fn a_pes_header_in_two_packets_is_read() {
    let mut writer = TsWriter::with_tables();
    let bytes = Pes::video(6000, 3000, &first(9)).bytes();
    writer.packet(0x100, true, &bytes[..11]);
    for chunk in bytes[11..].chunks(100) {
        writer.packet(0x100, false, chunk);
    }
    let found = frames(&writer.data);
    assert_eq!((times(&found), found[0].offset), (vec![(3000, 9)], 3000));
}

#[test]
fn segments_are_distinguished_from_web_pages() {
    let (writer, _) = three();
    let is = |data: &[u8]| sniff(SegmentFormat::Ts, SegmentKind::Media(0), data);
    assert!(is(&writer.data));
    assert!(is(&[adts(&[1; 20]), adts(&[1; 30])].concat()));
    assert!(is(b"ID3\x04\0\0\0\0\0\0"));
    let page = format!("<html>{}G</html>", "G ".repeat(400));
    for other in [&b""[..], b"G", page.as_bytes(), &[0xff; 300], &[0; 500]] {
        assert!(!is(other), "{other:?}");
    }
}

#[test]
fn a_segment_that_is_cut_inside_a_packet_or_a_frame_is_not_whole() {
    let mut writer = TsWriter::with_tables();
    writer.pes(Pes::video(3000, 0, &first(7)));
    let tag = b"ID3\x04\0\0\0\0\0\0";
    let packed = [&tag[..], &adts(&[1; 90]), &adts(&[2; 90])].concat();
    // Less than a frame header is ignored.
    for (whole, step) in [(&writer.data, PACKET_BYTES), (&packed, 97 - 6)] {
        media::probe(SegmentFormat::Ts, SegmentKind::Media(0), whole).unwrap();
        for cut in 1..step {
            let body = &whole[..whole.len() - cut];
            assert!(
                media::probe(SegmentFormat::Ts, SegmentKind::Media(0), body).is_err(),
                "{cut}"
            );
        }
    }
}

/// Builds one segment of two pictures and four frames of sound, with all counters from 0.
fn joined_segment(writer: &mut TsWriter, number: u8, stuffed: bool) {
    writer.restart_counters();
    writer.tables(VIDEO_PID, &[(0x1b, VIDEO_PID), (0x0f, AUDIO_PID)]);
    let time = u64::from(number) * 6000;
    for (step, picture) in [(0, first(10 * number + 1)), (1, later(10 * number + 2))] {
        let time = time + step * 3000;
        // Header and payload fill their packets unless stuffed.
        let length = 3 * (PACKET_BYTES - 4) - 19;
        let mut bytes = picture;
        if !stuffed {
            let fill = *bytes.last().unwrap();
            bytes.resize(length, fill);
        }
        writer.pes(Pes::video(time, time, &bytes));
    }
    let frames: Vec<_> = (0..4)
        .flat_map(|frame| adts(&[10 * number + frame; 60]))
        .collect();
    writer.pes(Pes::audio(time, &frames));
}

#[test]
fn counters_that_start_again_at_a_join_lose_no_frame() {
    for stuffed in [true, false] {
        let mut writer = TsWriter::default();
        for number in 0..4 {
            joined_segment(&mut writer, number, stuffed);
        }
        let found = frames(&writer.data);
        let of = |kind: TrackKind| -> Vec<u8> {
            let of_kind = found.iter().filter(|frame| frame.kind == kind);
            of_kind.map(|frame| *frame.data.last().unwrap()).collect()
        };
        let fills = of(TrackKind::Video);
        assert_eq!(fills, [1, 2, 11, 12, 21, 22, 31, 32], "stuffed {stuffed}");
        assert_eq!(of(TrackKind::Audio).len(), 16, "stuffed {stuffed}");
        assert_eq!(facts(&writer.data), []);
    }
}

#[test]
fn a_length_that_has_wrapped_cuts_no_frame() {
    let mut writer = TsWriter::with_tables();
    for number in 0_u8..4 {
        let time = u64::from(number) * 3000;
        let fill = number + 1;
        let length = 70_000 + usize::from(number) * 40_000;
        let kind = if number == 0 { IDR } else { OTHER };
        let sets: &[u8] = if number == 0 { &PARAMETER_SETS } else { &[] };
        let picture = [&DELIMITER[..], sets, &slice(kind, true, fill, length)].concat();
        let start = writer.data.len();
        writer.pes(Pes::video(time, time, &picture));
        // What a writer states that does not check that the length fits.
        let stated = u16::try_from((3 + 10 + picture.len()) & 0xffff).unwrap();
        let head = writer.data[start..]
            .windows(4)
            .position(|bytes| bytes == [0, 0, 1, 0xe0])
            .unwrap();
        writer.data[start + head + 4..start + head + 6].copy_from_slice(&stated.to_be_bytes());
    }
    let found = frames(&writer.data);
    let sizes: Vec<_> = found.iter().map(|frame| frame.data.len()).collect();
    assert_eq!(sizes, [70_006, 110_006, 150_006, 190_006]);
    assert_eq!(facts(&writer.data), []);
}

/// Builds seven PES packets of three pictures each, about six packets long.
fn grouped() -> (TsWriter, Vec<usize>) {
    let mut writer = TsWriter::with_tables();
    let mut starts = Vec::new();
    for group in 0_u8..7 {
        let pictures: Vec<_> = (0..3)
            .flat_map(|number| {
                let fill = group * 3 + number + 1;
                if fill == 1 { first(fill) } else { later(fill) }
            })
            .collect();
        let time = u64::from(group) * 9000;
        starts.push(writer.data.len());
        writer.pes(Pes::video(time, time, &pictures));
    }
    (writer, starts)
}

#[test]
fn one_lost_packet_costs_only_the_pictures_it_touches() {
    let whole: Vec<_> = (0..21).map(|at| (i64::from(at) * 3000, at + 1)).collect();
    let (writer, starts) = grouped();
    assert_eq!(times(&frames(&writer.data)), whole);
    // The packets of the third group; pictures of 311 bytes, of which the second touches two.
    for (packet, hit) in [
        (0, &[7][..]),
        (1, &[7, 8]),
        (2, &[8]),
        (3, &[8, 9]),
        (4, &[9]),
    ] {
        let (mut writer, _) = grouped();
        let at = starts[2] + packet * PACKET_BYTES;
        writer.data.drain(at..at + PACKET_BYTES);
        let left: Vec<_> = whole
            .iter()
            .copied()
            .filter(|(_, fill)| !hit.contains(fill))
            .collect();
        assert_eq!(times(&frames(&writer.data)), left, "packet {packet}");
        let lost = u64::try_from(hit.len()).unwrap();
        let at_ms = (u64::from(hit[0]) - 1) * 3000 / 90;
        assert_eq!(losses(&writer.data), [(TrackKind::Video, lost, at_ms)]);
    }
}

#[test]
fn two_losses_near_each_other_are_counted_together() {
    let (mut writer, starts) = grouped();
    for group in [4, 2] {
        let at = starts[group] + PACKET_BYTES;
        writer.data.drain(at..at + PACKET_BYTES);
    }
    let lost = losses(&writer.data);
    assert_eq!(lost, [(TrackKind::Video, 4, 200)]);
}

#[test]
fn one_lost_packet_of_sound_costs_only_the_frames_it_touches() {
    // 44.1 kHz, frames of 107 bytes, 20 in each of four PES packets.
    let time = |frame: i64| (frame * 1024 * 90_000 * 2 / 44_100 + 1) / 2;
    let build = || {
        let mut writer = TsWriter::with_tables();
        let mut starts = Vec::new();
        for group in 0_u8..4 {
            let bytes: Vec<_> = (0..20)
                .flat_map(|frame| adts(&[group * 20 + frame; 100]))
                .collect();
            starts.push(writer.data.len());
            let pts = u64::try_from(time(i64::from(group) * 20)).unwrap();
            writer.pes(Pes::audio(pts, &bytes));
        }
        (writer, starts)
    };
    for (lost_packets, damaged) in [(1, false), (1, true), (3, false)] {
        let (mut writer, starts) = build();
        let at = starts[1] + 4 * PACKET_BYTES;
        if damaged {
            writer.data[at + 1] |= 0x80;
        } else {
            writer.data.drain(at..at + lost_packets * PACKET_BYTES);
        }
        // The PES header takes 14 bytes of the first packet.
        let bytes = 4 * 184 - 14..(4 + lost_packets) * 184 - 14;
        let hit = bytes.start / 107..bytes.end.div_ceil(107);
        let expected: Vec<_> = (0..80)
            .filter(|frame| !(20 + hit.start..20 + hit.end).contains(frame))
            .collect();
        let found = times(&frames(&writer.data));
        let fills: Vec<_> = found.iter().map(|(_, fill)| usize::from(*fill)).collect();
        assert_eq!(fills, expected, "{lost_packets} {damaged}");
        for (made, fill) in found {
            assert!((made - time(i64::from(fill))).abs() <= 2, "{fill}: {made}");
        }
        let lost = losses(&writer.data);
        let [(TrackKind::Audio, samples, _)] = lost.as_slice() else {
            panic!("{lost:?}")
        };
        assert_eq!(usize::try_from(*samples).unwrap(), hit.len());
    }
}

#[test]
fn frames_between_two_losses_get_a_time_by_what_is_missing() {
    let mut writer = TsWriter::with_tables();
    let bytes: Vec<_> = (0..60).flat_map(|frame| adts(&[frame; 100])).collect();
    writer.pes(Pes::audio(0, &bytes));
    let start = 2 * PACKET_BYTES;
    for packet in [20, 10] {
        let at = start + packet * PACKET_BYTES;
        writer.data.drain(at..at + PACKET_BYTES);
    }
    let found = times(&frames(&writer.data));
    assert!((52..=56).contains(&found.len()), "{}", found.len());
    for (time, fill) in found {
        let expected = i64::from(fill) * 1024 * 90_000 / 44_100;
        assert!((time - expected).abs() <= 2, "{fill}: {time} of {expected}");
    }
}

/// Builds PES packets of four audio frames each, at these times in ticks, and loses those of `lost`
/// whole. Returns the time and the number of each frame that is found.
fn groups_of_sound(times_of_groups: &[u64], lost: &[usize]) -> Vec<(i64, u8)> {
    let mut writer = TsWriter::with_tables();
    let mut data = writer.data.clone();
    for (group, time) in (0_u8..).zip(times_of_groups) {
        writer.data.clear();
        let frames = (0..4).flat_map(|frame| adts(&[group * 4 + frame; 100]));
        writer.pes(Pes::audio(*time, &frames.collect::<Vec<_>>()));
        if !lost.contains(&usize::from(group)) {
            data.extend_from_slice(&writer.data);
        }
    }
    times(&frames(&data))
}

/// Returns the number and the exact time of each audio frame of a group.
fn sound_of_group(group: u8, time: u64) -> [(i64, u8); 4] {
    [0, 1, 2, 3].map(|frame| {
        let elapsed = (i64::from(frame) * 1024 * 90_000 * 2 / 44_100 + 1) / 2;
        (time.cast_signed() + elapsed, group * 4 + frame)
    })
}

#[test]
fn sound_behind_a_lost_pes_packet_has_its_own_timestamp_before_a_pause() {
    let [first, lost, behind, later] = [0, 8359, 16_718, 116_718];
    let found = groups_of_sound(&[first, lost, behind, later], &[1]);
    let groups = [(0, first), (2, behind), (3, later)];
    let expected = groups.map(|(group, time)| sound_of_group(group, time));
    assert_eq!(found, expected.as_flattened());
}

#[test]
fn sound_between_two_lost_pes_packets_has_its_own_timestamp() {
    let group_times = [0, 8359, 16_718, 25_077, 33_437];
    let found = groups_of_sound(&group_times, &[1, 3]);
    let expected = [0, 2, 4].map(|group| sound_of_group(group, group_times[usize::from(group)]));
    assert_eq!(found, expected.as_flattened());
}

#[test]
fn a_hole_after_which_the_counters_fit_again_is_found() {
    let mut writer = TsWriter::with_tables();
    let mut starts = Vec::new();
    for number in 0_u8..20 {
        let time = u64::from(number) * 3000;
        starts.push(writer.data.len());
        let picture = if number == 0 {
            first(1)
        } else {
            later(number + 1)
        };
        writer.pes(Pes::video(time, time, &picture));
    }
    // Eight pictures of two packets.
    let hole = starts[5]..starts[13];
    assert_eq!(hole.len(), 16 * PACKET_BYTES);
    writer.data[hole].fill(0);
    assert_eq!(times(&frames(&writer.data)).len(), 12);
    assert_eq!(losses(&writer.data), [(TrackKind::Video, 8, 166)]);
}

#[test]
fn a_stream_is_found_off_the_grid_behind_id3_and_with_other_packet_sizes() {
    let (writer, _) = grouped();
    let whole = frames(&writer.data);
    let tag = b"ID3\x04\0\0\0\0\0\x04test";
    for (before, after) in [(0, 0), (4, 0), (0, 16)] {
        let packets = writer.data.chunks(PACKET_BYTES);
        let data: Vec<_> = packets
            .flat_map(|packet| [&vec![0x3c; before], packet, &vec![0x47; after]].concat())
            .collect();
        for front in [&b""[..], tag, b"ID3\x04\0\0\0\0\0\x04test?", &[0x47; 100]] {
            let data = [front, &data].concat();
            assert_eq!(frames(&data), whole, "{before} {after} {front:?}");
            assert!(sniff(SegmentFormat::Ts, SegmentKind::Media(0), &data));
        }
        // From inside of the first packet, the PAT; the streams are found by their bytes.
        let cut = &data[50..];
        assert_eq!(frames(cut), whole, "{before} {after}");
    }
}

/// A stream with its packets, and which of them each frame needs.
pub(crate) struct PacketMap {
    pub(crate) data: Vec<u8>,
    /// Kind, time and data of each frame, and the packets that hold it.
    frames: Vec<(Frame, Range<usize>)>,
}

/// Builds pictures and frames of sound, packed as `shape` says: bytes of each of a few frames that
/// lie in one PES packet.
pub(crate) fn packed(shapes: &[(bool, bool, Vec<usize>)]) -> PacketMap {
    let mut writer = TsWriter::with_tables();
    let mut map = PacketMap {
        data: Vec::new(),
        frames: Vec::new(),
    };
    let mut clocks = [0_i64; 2];
    let mut number = 0_u8;
    for (is_video, sized, lengths) in shapes {
        let clock = &mut clocks[usize::from(!is_video)];
        let kind = if *is_video {
            TrackKind::Video
        } else {
            TrackKind::Audio
        };
        let step = if *is_video { 3600 } else { 1920 };
        let start = *clock;
        let mut bytes = Vec::new();
        let mut pieces = Vec::new();
        for length in lengths {
            number = number % 200 + 2;
            let from = bytes.len();
            let data = if *is_video {
                let kind = if start == 0 { IDR } else { OTHER };
                if start == 0 && from == 0 {
                    bytes.extend(PARAMETER_SETS);
                }
                bytes.extend(DELIMITER);
                bytes.extend(slice(kind, true, number, *length));
                let size = u32::try_from(length + 2).unwrap().to_be_bytes();
                [&size[..], &[kind, 0x88], &vec![number; *length]].concat()
            } else {
                bytes.extend(kit::ts::adts([0x11, 0x90], &vec![number; *length]));
                vec![number; *length]
            };
            let frame = Frame {
                kind,
                dts: *clock,
                offset: 0,
                sync: !*is_video || start == 0,
                data,
            };
            *clock += step;
            pieces.push((frame, from..bytes.len()));
        }
        let time = u64::try_from(start).unwrap();
        let pes = if *is_video {
            Pes {
                sized: *sized,
                ..Pes::video(time, time, &bytes)
            }
        } else {
            Pes::audio(time, &bytes)
        };
        let header = pes.bytes().len() - bytes.len();
        let first = writer.data.len() / PACKET_BYTES;
        writer.pes(pes);
        for (frame, range) in pieces {
            let packet = |byte: usize| first + (header + byte) / (PACKET_BYTES - 4);
            map.frames
                .push((frame, packet(range.start)..packet(range.end - 1) + 1));
        }
    }
    map.data = writer.data;
    map
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn a_frame_whose_packets_are_all_there_is_in_the_output_or_told_as_lost(
        shapes in proptest::collection::vec(
            (any::<bool>(), any::<bool>(), proptest::collection::vec(20_usize..600, 1..5)),
            12..30,
        ),
        lost in proptest::collection::vec(any::<proptest::sample::Index>(), 0..4),
        restart in any::<proptest::sample::Index>(),
    ) {
        let count = packed(&shapes).data.len() / PACKET_BYTES;
        // A tail that is lost at the very end shows nowhere: let something follow.
        let ends = [true, false].map(|is_video| (is_video, false, vec![100]));
        let map = packed(&[&shapes[..], &ends].concat());
        // The tables and the first pictures stay: without its parameter sets nothing can be kept.
        let lost: Vec<_> = lost.iter().map(|index| 2 + index.index(count - 2)).collect();
        let restart = restart.index(count);
        let mut data = Vec::new();
        for (number, packet) in map.data.chunks(PACKET_BYTES).enumerate() {
            if lost.contains(&number) {
                continue;
            }
            let mut packet = packet.to_vec();
            if number >= restart && lost.is_empty() {
                packet[3] = packet[3] & 0xf0 | (packet[3] + 7) & 0x0f;
            }
            data.extend(packet);
        }
        let found = frames(&data);
        let lost_facts = facts(&data);
        for kind in [TrackKind::Video, TrackKind::Audio] {
            let of: Vec<_> = map.frames.iter().filter(|(frame, _)| frame.kind == kind).collect();
            let made: Vec<_> = found.iter().filter(|frame| frame.kind == kind).collect();
            let mut behind = 0;
            for made in &made {
                let at = of.iter().skip(behind).position(|(frame, _)| frame.data == made.data);
                let at = at.map(|at| at + behind);
                prop_assert!(
                    at.is_some(),
                    "{kind:?} of {} bytes of {:?} is not in the source, or out of order",
                    made.data.len(),
                    made.data.last()
                );
                let at = at.unwrap();
                let (source, _) = of[at];
                // A frame between two losses in packets of several frames has an estimated time.
                let tolerance = if lost.len() > 1 { 22_000 } else { 2000 };
                let difference = (source.dts - made.dts).abs();
                prop_assert!(difference <= tolerance, "{} of {}", made.dts, source.dts);
                behind = at + 1;
            }
            let (Some(first), Some(last)) = (made.first(), made.last()) else { continue };
            for (frame, packets) in of {
                let survives = lost.iter().all(|number| !packets.contains(number));
                let is_made = made.iter().any(|made| made.data == frame.data);
                // What is missing at the ends shows only with the neighbouring segments.
                if !survives || is_made || frame.dts < first.dts || frame.dts > last.dts {
                    continue;
                }
                let at_ms = u64::try_from(frame.dts / 90).unwrap();
                let is_told = lost_facts.iter().any(|fact| {
                    fact.track == Some(kind)
                        && fact.at_ms <= at_ms + 45
                        && at_ms <= fact.at_ms + fact.duration_ms + 1000
                });
                prop_assert!(is_told, "{kind:?} at {at_ms} ms of {lost_facts:?}");
            }
        }
    }
}
