//! Demuxes transport streams that are written packet by packet.

use kit::ts::{PACKET_BYTES, Pes, TsWriter, VIDEO_PID};
use media::{
    Error, SegmentFormat, SegmentKind, TrackKind,
    flv::{Codec, DemuxEvent},
    sniff,
    ts::TsDemuxer,
};

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
