//! HLS segments: the tags of the FLV representations as a transport stream (ISO/IEC 13818-1 2.4),
//! or audio alone after a tag with its time (RFC 8216 3.4).

use bytes::{BufMut, Bytes, BytesMut};

use super::UnitRange;
use super::flv::{DemuxedFrame, FlvFixture};

/// Bytes in a packet.
const PACKET: usize = 188;
/// Bytes of a packet after its header.
const PAYLOAD: usize = PACKET - 4;
/// First timestamp: not 0, as with the service's transcoders.
const START_MS: u64 = 10_000;

const PAT_PID: u16 = 0;
const PMT_PID: u16 = 0x1000;
const VIDEO_PID: u16 = 0x100;
const AUDIO_PID: u16 = 0x101;
/// Stream types: H.264, AAC with ADTS headers.
const STREAM_TYPE_AVC: u8 = 0x1b;
const STREAM_TYPE_ADTS: u8 = 0x0f;

/// The streams of a representation that a segment contains.
#[derive(Clone, Copy, Debug)]
pub(super) struct TsStreams {
    pub(super) video: bool,
    pub(super) audio: bool,
}

/// Returns a standalone transport stream of these units.
pub(super) fn chunk(
    fixture: &FlvFixture,
    range: UnitRange<'_>,
    streams: TsStreams,
) -> Option<Vec<Bytes>> {
    let setup = TsCodecConfig::of(fixture)?;
    let mut writer = TsWriter::default();
    writer.tables(streams);
    for coded in fixture.coded_frames(range) {
        let time = |ms: u64| (START_MS + ms) * 90;
        if coded.is_video && streams.video {
            let (dts, pts) = (
                time(coded.time_ms),
                time(coded.time_ms + coded.composition_offset_ms),
            );
            writer.pes(VIDEO_PID, 0xe0, &[pts, dts], &setup.annex_b(&coded)?);
        } else if !coded.is_video && streams.audio {
            writer.pes(
                AUDIO_PID,
                0xc0,
                &[time(coded.time_ms)],
                &setup.adts(&coded)?,
            );
        }
    }
    Some(vec![writer.data.freeze()])
}

/// Returns the packed audio of these units.
pub(super) fn packed_audio(fixture: &FlvFixture, range: UnitRange<'_>) -> Option<Vec<Bytes>> {
    const OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";
    let setup = TsCodecConfig::of(fixture)?;
    let mut data = BytesMut::new();
    for coded in fixture.coded_frames(range).filter(|coded| !coded.is_video) {
        if data.is_empty() {
            let frame = u8::try_from(OWNER.len() + 8).ok()?;
            data.put_slice(b"ID3\x04\0\0\0\0\0");
            data.put_u8(frame + 10);
            data.put_slice(b"PRIV\0\0\0");
            data.put_slice(&[frame, 0, 0]);
            data.put_slice(OWNER);
            data.put_u64((START_MS + coded.time_ms) * 90);
        }
        data.put_slice(&setup.adts(&coded)?);
    }
    Some(vec![data.freeze()])
}

/// What a decoder needs before the first frame.
struct TsCodecConfig {
    /// Parameter sets with start codes.
    parameter_sets: Vec<u8>,
    /// `AudioSpecificConfig` (ISO/IEC 14496-3 1.6.2.1).
    audio_config: [u8; 2],
}

impl TsCodecConfig {
    fn of(fixture: &FlvFixture) -> Option<Self> {
        let mut sets = Vec::new();
        // ISO/IEC 14496-15 5.3.3.1: the sequence parameter sets, then the picture parameter sets.
        if let Some(mut rest) = fixture.avc_config().and_then(|record| record.get(5..)) {
            for _ in 0..2 {
                let (count, mut behind) = rest.split_first()?;
                for _ in 0..count & 0x1f {
                    let (length, data) = behind.split_first_chunk()?;
                    let (set, next) =
                        data.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                    sets.extend([0, 0, 0, 1]);
                    sets.extend_from_slice(set);
                    behind = next;
                }
                rest = behind;
            }
        }
        let audio = *fixture.aac_config()?.first_chunk()?;
        Some(Self {
            parameter_sets: sets,
            audio_config: audio,
        })
    }

    /// Replaces NAL unit lengths by start codes.
    fn annex_b(&self, coded: &DemuxedFrame) -> Option<Vec<u8>> {
        let mut out = vec![0, 0, 0, 1, 9, 0xf0];
        if coded.is_key {
            out.extend_from_slice(&self.parameter_sets);
        }
        let mut rest: &[u8] = &coded.data;
        while let Some((length, data)) = rest.split_first_chunk() {
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (unit, next) = data.split_at_checked(length)?;
            out.extend([0, 0, 0, 1]);
            out.extend_from_slice(unit);
            rest = next;
        }
        Some(out)
    }

    /// Adds an ADTS header (ISO/IEC 13818-7 6.2).
    fn adts(&self, coded: &DemuxedFrame) -> Option<Vec<u8>> {
        let [first, second] = self.audio_config;
        let object = first >> 3;
        let rate = (first & 7) << 1 | second >> 7;
        let channels = second >> 3 & 0x0f;
        let length = u16::try_from(coded.data.len() + 7).ok()?;
        let [high, low] = (length << 5 | 0x1f).to_be_bytes();
        let top = u8::try_from(length >> 11).ok()?;
        let mut out = vec![
            0xff,
            0xf1,
            (object - 1) << 6 | rate << 2 | channels >> 2,
            (channels & 3) << 6 | top,
            high,
            low,
            0xfc,
        ];
        out.extend_from_slice(&coded.data);
        Some(out)
    }
}

#[derive(Default)]
struct TsWriter {
    data: BytesMut,
    counters: std::collections::BTreeMap<u16, u8>,
}

impl TsWriter {
    fn tables(&mut self, streams: TsStreams) {
        let [high, low] = PMT_PID.to_be_bytes();
        self.section(PAT_PID, &section(0, &[0, 1, 0xe0 | high, low]));
        let clock = if streams.video { VIDEO_PID } else { AUDIO_PID };
        let [high, low] = clock.to_be_bytes();
        let mut entries = vec![0xe0 | high, low, 0xf0, 0];
        for (is_there, kind, pid) in [
            (streams.video, STREAM_TYPE_AVC, VIDEO_PID),
            (streams.audio, STREAM_TYPE_ADTS, AUDIO_PID),
        ] {
            if is_there {
                entries.push(kind);
                entries.extend((0xe000 | pid).to_be_bytes());
                entries.extend([0xf0, 0]);
            }
        }
        self.section(PMT_PID, &section(2, &entries));
    }

    fn section(&mut self, pid: u16, section: &[u8]) {
        let mut payload = vec![0];
        payload.extend_from_slice(section);
        payload.resize(PAYLOAD, 0xff);
        self.packet(pid, true, &payload);
    }

    fn pes(&mut self, pid: u16, stream: u8, times: &[u64], payload: &[u8]) {
        let marks: &[u64] = if times.len() > 1 { &[3, 1] } else { &[2] };
        let mut head = vec![0, 0, 1, stream];
        let times_size = 5 * times.len();
        // Video PES packets leave the length unspecified (0), which the standard allows.
        let length = if pid == AUDIO_PID {
            u16::try_from(3 + times_size + payload.len()).unwrap_or(0)
        } else {
            0
        };
        head.extend(length.to_be_bytes());
        let flags = if times.len() > 1 { 0xc0 } else { 0x80 };
        head.extend([0x80, flags, u8::try_from(times_size).unwrap_or(0)]);
        for (time, mark) in times.iter().zip(marks) {
            head.extend(timestamp(*mark, *time));
        }
        head.extend_from_slice(payload);
        for (number, part) in head.chunks(PAYLOAD).enumerate() {
            self.packet(pid, number == 0, part);
        }
    }

    /// Writes one packet; a short payload is padded by an adaptation field.
    fn packet(&mut self, pid: u16, starts: bool, payload: &[u8]) {
        let counter = self.counters.entry(pid).or_insert(15);
        *counter = (*counter + 1) & 0x0f;
        let counter = *counter;
        let stuffing = PAYLOAD - payload.len();
        self.data.put_u8(0x47);
        self.data.put_u16(pid | if starts { 0x4000 } else { 0 });
        self.data
            .put_u8(counter | if stuffing > 0 { 0x30 } else { 0x10 });
        if let Some(left) = stuffing.checked_sub(1) {
            self.data.put_u8(u8::try_from(left).unwrap_or(0));
            if left > 0 {
                self.data.put_u8(0);
                self.data.put_bytes(0xff, left - 1);
            }
        }
        self.data.put_slice(payload);
    }
}

/// Encodes a 33-bit timestamp with its marker bits (ISO/IEC 13818-1 2.4.3.6).
fn timestamp(mark: u64, time: u64) -> [u8; 5] {
    let bits = mark << 36 | (time >> 30 & 7) << 33 | 1 << 32;
    let bits = bits | (time >> 15 & 0x7fff) << 17 | 1 << 16 | (time & 0x7fff) << 1 | 1;
    let [_, _, _, bytes @ ..] = bits.to_be_bytes();
    bytes
}

/// Returns a section of version 0 with its checksum (ISO/IEC 13818-1 2.4.4, annex B).
fn section(table: u8, entries: &[u8]) -> Vec<u8> {
    let length = u16::try_from(9 + entries.len()).unwrap_or(0);
    let mut bytes = vec![table];
    bytes.extend((0xb000 | length).to_be_bytes());
    bytes.extend([0, 1, 0xc1, 0, 0]);
    bytes.extend_from_slice(entries);
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| {
            (sum << 1) ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    });
    bytes.extend(sum.to_be_bytes());
    bytes
}
