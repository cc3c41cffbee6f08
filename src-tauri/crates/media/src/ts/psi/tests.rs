//! Tests of the PAT and PMT reader.

use super::*;
use crate::ts::packet::{PACKET_SIZE, TsPackets};

/// Returns a section with its length and checksum.
fn section(table: u8, id: u16, version: u8, entries: &[u8]) -> Vec<u8> {
    let length = u16::try_from(5 + entries.len() + CHECKSUM_SIZE).expect("short");
    let mut bytes = vec![table];
    bytes.extend((0xb000 | length).to_be_bytes());
    bytes.extend(id.to_be_bytes());
    bytes.extend([0xc1 | version << 1, 0, 0]);
    bytes.extend_from_slice(entries);
    let sum = crc32_mpeg(&bytes);
    bytes.extend(sum.to_be_bytes());
    bytes
}

fn pat(version: u8, programs: &[(u16, u16)]) -> Vec<u8> {
    let entries: Vec<_> = programs
        .iter()
        .flat_map(|(number, pid)| [number.to_be_bytes(), (0xe000 | pid).to_be_bytes()].concat())
        .collect();
    section(PAT, 1, version, &entries)
}

fn pmt(number: u16, version: u8, streams: &[(u8, u16, &[u8])]) -> Vec<u8> {
    let mut entries = vec![0xe1, 0x00, 0xf0, 0x00];
    for (stream_type, pid, descriptors) in streams {
        entries.push(*stream_type);
        entries.extend((0xe000 | pid).to_be_bytes());
        entries.extend([0xf0, u8::try_from(descriptors.len()).expect("short")]);
        entries.extend_from_slice(descriptors);
    }
    section(PMT, number, version, &entries)
}

/// Returns packets of one PID that carry these bytes, a section starting with the first.
fn carried(pid: u16, bytes: &[u8]) -> Vec<u8> {
    let bytes = [&[0][..], bytes].concat();
    let mut packets = Vec::new();
    for (number, chunk) in (0_u8..).zip(bytes.chunks(PACKET_SIZE - 4)) {
        let starts = if number == 0 { 0x4000 } else { 0 };
        packets.push(0x47);
        packets.extend((pid | starts).to_be_bytes());
        packets.push(0x10 | number & 0x0f);
        packets.extend_from_slice(chunk);
        packets.resize(packets.len().next_multiple_of(PACKET_SIZE), 0xff);
    }
    packets
}

fn read(packets: &[Vec<u8>]) -> Programs {
    let mut programs = Programs::default();
    for bytes in packets {
        for packet in TsPackets::new(bytes).into_iter().flatten() {
            if programs.is_table_pid(packet.pid) {
                // `carried` starts every list of packets at counter 0.
                programs
                    .sections
                    .remove(&packet.pid)
                    .filter(|_| packet.payload_start);
                programs.packet(&packet);
            }
        }
    }
    programs
}

/// PIDs of video and audio.
type Pids = (Option<u16>, Option<u16>);

fn selected(packets: &[Vec<u8>]) -> Result<Option<Pids>, Error> {
    let selection = read(packets).selected_streams()?;
    Ok(selection.map(|selection| {
        let audio = selection.audio.first().map(|audio| audio.pid);
        (selection.video, audio)
    }))
}

const DEFAULT_STREAMS: [(u8, u16, &[u8]); 3] =
    [(0x15, 0x102, &[]), (0x0f, 0x101, &[]), (0x1b, 0x100, &[])];

#[test]
fn video_and_audio_are_found_among_other_streams() {
    let packets = [
        carried(0, &pat(0, &[(0, 0x10), (1, 0x1000)])),
        carried(0x1000, &pmt(1, 0, &DEFAULT_STREAMS)),
    ];
    let found = selected(&packets).expect("supported");
    assert_eq!(found, Some((Some(0x100), Some(0x101))));
    assert!(read(&packets).complete());
}

#[test]
fn several_sections_may_share_a_packet() {
    let mut sections = pat(0, &[(1, 0x1000)]);
    sections.extend(pat(0, &[(2, 0x1001)]));
    let programs = read(&[carried(0, &sections)]);
    assert_eq!(programs.pmt_pids, [(1, 0x1000), (2, 0x1001)]);
}

#[test]
fn a_table_may_be_longer_than_a_packet() {
    let long = [0x52; 150];
    let streams: [(u8, u16, &[u8]); 3] = [(0x06, 7, &long), (0x0f, 8, &long), (0x1b, 9, &[])];
    let packets = carried(0x1000, &pmt(1, 0, &streams));
    assert_eq!(packets.len(), 2 * PACKET_SIZE);
    let mut programs = read(&[carried(0, &pat(0, &[(1, 0x1000)]))]);
    let mut changed = Vec::new();
    for packet in TsPackets::new(&packets).expect("packets") {
        changed.push(programs.packet(&packet));
    }
    assert_eq!(changed, [false, true]);
    let selection = programs
        .selected_streams()
        .expect("supported")
        .expect("media");
    let audio: Vec<_> = selection.audio.iter().map(|audio| audio.pid).collect();
    assert_eq!((selection.video, audio), (Some(9), vec![8]));
}

#[test]
fn a_damaged_table_is_ignored() {
    let mut damaged = pmt(1, 0, &DEFAULT_STREAMS);
    damaged[14] ^= 1;
    let packets = [
        carried(0, &pat(0, &[(1, 0x1000)])),
        carried(0x1000, &damaged),
    ];
    assert!(!read(&packets).complete());
    assert_eq!(selected(&packets).expect("nothing"), None);
}

#[test]
fn a_table_that_is_not_in_force_is_ignored() {
    let mut announced = pat(0, &[(1, 0x1000)]);
    announced[5] &= 0xfe;
    let sum = crc32_mpeg(&announced[..announced.len() - CHECKSUM_SIZE]);
    let at = announced.len() - CHECKSUM_SIZE;
    announced[at..].copy_from_slice(&sum.to_be_bytes());
    assert!(read(&[carried(0, &announced)]).pmt_pids.is_empty());
}

#[test]
fn the_first_program_with_media_is_selected() {
    let packets = [
        carried(0, &pat(0, &[(5, 0x1005), (3, 0x1003), (4, 0x1004)])),
        carried(0x1004, &pmt(4, 0, &[(0x1b, 0x400, &[])])),
        carried(0x1003, &pmt(3, 0, &[(0x1b, 0x300, &[])])),
        carried(0x1005, &pmt(5, 0, &[(0x15, 0x500, &[])])),
    ];
    let found = selected(&packets).expect("supported");
    assert_eq!(found, Some((Some(0x300), None)));
}

#[test]
fn a_new_version_changes_the_streams() {
    let mut packets = vec![
        carried(0, &pat(0, &[(1, 0x1000)])),
        carried(0x1000, &pmt(1, 0, &DEFAULT_STREAMS)),
        carried(0x1000, &pmt(1, 1, &[(0x1b, 0x200, &[])])),
    ];
    let found = selected(&packets).expect("supported");
    assert_eq!(found, Some((Some(0x200), None)));
    packets.push(carried(0, &pat(1, &[(2, 0x1000)])));
    packets.push(carried(0x1000, &pmt(2, 0, &DEFAULT_STREAMS)));
    let found = selected(&packets).expect("supported");
    assert_eq!(found, Some((Some(0x100), Some(0x101))));
}

#[test]
fn unsupported_codecs_are_named_if_there_is_no_supported_one() {
    let select = |streams: &[(u8, u16, &[u8])]| {
        selected(&[
            carried(0, &pat(0, &[(1, 0x1000)])),
            carried(0x1000, &pmt(1, 0, streams)),
        ])
    };
    let refused: [(u8, &[u8], &str); 5] = [
        (0x24, &[], "HEVC in MPEG-TS"),
        (0x02, &[], "MPEG-2 video in MPEG-TS"),
        (0x81, &[], "AC-3 in MPEG-TS"),
        (0x06, &[0x0a, 1, 0, 0x7a, 0], "E-AC-3 in MPEG-TS"),
        (0x11, &[], "AAC in LATM"),
    ];
    for (stream_type, descriptors, name) in refused {
        let result = select(&[(stream_type, 7, descriptors), (0x15, 8, &[])]);
        assert!(
            matches!(result, Err(Error::Unsupported(found)) if found == name),
            "{name}"
        );
    }
    let choice = select(&[(0x81, 7, &[]), (0x0f, 8, &[]), (0x1b, 9, &[])]);
    assert_eq!(choice.expect("AAC is there too"), Some((Some(9), Some(8))));
    let sample_aes = select(&[(0xdb, 7, &[]), (0xcf, 8, &[])]);
    assert!(matches!(sample_aes, Err(Error::Encrypted)));
    assert_eq!(select(&[(0x06, 7, &[0x56, 0])]).expect("teletext"), None);
}

#[test]
fn a_program_that_is_only_announced_comes_after_those_that_are_there() {
    let packets = [
        carried(0, &pat(0, &[(1, 0x1001), (2, 0x1002)])),
        carried(
            0x1001,
            &pmt(1, 0, &[(0x1b, 0x100, &[]), (0x0f, 0x101, &[])]),
        ),
        carried(
            0x1002,
            &pmt(2, 0, &[(0x1b, 0x200, &[]), (0x0f, 0x201, &[])]),
        ),
    ];
    let mut programs = read(&packets);
    let video = |programs: &Programs| {
        let selection = programs.selected_streams().expect("supported");
        selection.and_then(|selection| selection.video)
    };
    assert_eq!(video(&programs), Some(0x100), "nothing is there yet");
    programs.carries(0x201);
    assert_eq!(video(&programs), Some(0x200));
    programs.carries(0x101);
    assert_eq!(video(&programs), Some(0x100));
}

#[test]
fn every_sound_of_a_program_is_selected_with_its_language() {
    let streams: [(u8, u16, &[u8]); 6] = [
        (0x1b, 0x100, &[]),
        (0x0f, 0x101, b"\x0a\x04eng\0"),
        (0x2d, 0x102, b"\x0a\x04ita\0"),
        (0x0f, 0x103, b"\x05\x04abcd\x0a\x08FRA\0deu\0"),
        (0x0f, 0x104, b"\x0a\x04und\0"),
        (0x0f, 0x105, b"\x0a\x09en"),
    ];
    let packets = [
        carried(0, &pat(0, &[(1, 0x1000)])),
        carried(0x1000, &pmt(1, 0, &streams)),
    ];
    let selection = read(&packets).selected_streams().expect("supported");
    let selection = selection.expect("media");
    let audio: Vec<_> = selection
        .audio
        .iter()
        .map(|audio| (audio.pid, audio.language))
        .collect();
    let expected = [
        (0x101, Some(*b"eng")),
        (0x103, Some(*b"fra")),
        (0x104, None),
        (0x105, None),
    ];
    assert_eq!(audio, expected);
    let left_out = [(TrackKind::Audio, "MPEG-H audio in MPEG-TS")];
    assert_eq!(selection.left_out, left_out);
}

#[test]
fn mpeg_h_alone_is_refused_by_its_name() {
    let packets = [
        carried(0, &pat(0, &[(1, 0x1000)])),
        carried(
            0x1000,
            &pmt(1, 0, &[(0x1b, 0x100, &[]), (0x2d, 0x101, &[])]),
        ),
    ];
    let refused = selected(&packets).expect_err("MPEG-H");
    assert!(refused.to_string().contains("MPEG-H audio"), "{refused}");
}
