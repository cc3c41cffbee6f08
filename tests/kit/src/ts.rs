//! Writes MPEG transport streams packet by packet (ISO/IEC 13818-1), so that a test decides every
//! byte of them.

use std::collections::BTreeMap;

/// Bytes in a packet.
pub const PACKET_BYTES: usize = 188;
/// Where the video of a stream with default tables is.
pub const VIDEO_PID: u16 = 0x100;
/// Where its audio is.
pub const AUDIO_PID: u16 = 0x101;
/// Stream type of H.264.
pub const AVC_STREAM_TYPE: u8 = 0x1b;
/// Stream type of AAC in ADTS frames.
pub const ADTS_STREAM_TYPE: u8 = 0x0f;

const PAYLOAD_BYTES: usize = PACKET_BYTES - 4;
const PAT_PID: u16 = 0;
const PMT_PID: u16 = 0x1000;

/// Writes a transport stream; counts the packets of each PID.
#[derive(Clone, Debug, Default)]
pub struct TsWriter {
    /// All packets so far.
    pub data: Vec<u8>,
    counters: BTreeMap<u16, u8>,
}

/// A stream in a PMT.
#[derive(Clone, Copy, Debug)]
pub struct TsStream<'a> {
    /// Kind of stream (ISO/IEC 13818-1 table 2-34).
    pub stream_type: u8,
    /// Where it is.
    pub pid: u16,
    /// Its descriptors, each with tag and length (2.6).
    pub descriptors: &'a [u8],
}

/// A PES packet.
#[derive(Clone, Copy, Debug)]
pub struct Pes<'a> {
    /// Where it goes.
    pub pid: u16,
    /// Kind of stream (ISO/IEC 13818-1 2.4.3.7).
    pub stream_id: u8,
    /// Presentation time in ticks of 90 kHz.
    pub pts: Option<u64>,
    /// Decode time in ticks of 90 kHz.
    pub dts: Option<u64>,
    /// Whether the header states the length.
    pub sized: bool,
    /// What it carries.
    pub payload: &'a [u8],
}

impl<'a> Pes<'a> {
    /// Creates a packet of video without a length, as is common.
    pub fn video(pts: u64, dts: u64, payload: &'a [u8]) -> Self {
        Self {
            pid: VIDEO_PID,
            stream_id: 0xe0,
            pts: Some(pts),
            dts: Some(dts),
            sized: false,
            payload,
        }
    }

    /// Creates a packet of audio with its length.
    pub fn audio(pts: u64, payload: &'a [u8]) -> Self {
        Self {
            pid: AUDIO_PID,
            stream_id: 0xc0,
            pts: Some(pts),
            dts: None,
            sized: true,
            payload,
        }
    }

    /// Returns header and payload.
    pub fn bytes(&self) -> Vec<u8> {
        let mut times = Vec::new();
        for (time, alone, with) in [(self.pts, 2, 3), (self.dts, 1, 1)] {
            let Some(time) = time else { continue };
            let mark = if self.dts.is_some() { with } else { alone };
            times.extend(timestamp(mark, time));
        }
        let length = 3 + times.len() + self.payload.len();
        let length = if self.sized {
            u16::try_from(length).expect("a length of 16 bits")
        } else {
            0
        };
        let flags = (u8::from(self.pts.is_some()) << 7) | (u8::from(self.dts.is_some()) << 6);
        let mut bytes = vec![0, 0, 1, self.stream_id];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0x80, flags, u8::try_from(times.len()).expect("two times")]);
        bytes.extend(times);
        bytes.extend_from_slice(self.payload);
        bytes
    }
}

impl TsWriter {
    /// Starts with the tables of a programme of H.264 and AAC.
    pub fn with_tables() -> Self {
        let mut writer = Self::default();
        writer.tables(
            VIDEO_PID,
            &[(AVC_STREAM_TYPE, VIDEO_PID), (ADTS_STREAM_TYPE, AUDIO_PID)],
        );
        writer
    }

    /// Lets the counters of all PIDs start again, as where two streams are joined.
    pub fn restart_counters(&mut self) {
        self.counters.clear();
    }

    /// Writes a PAT and the PMT of its only programme: stream type and PID of each stream.
    pub fn tables(&mut self, pcr_pid: u16, streams: &[(u8, u16)]) {
        let streams: Vec<_> = streams
            .iter()
            .map(|(stream_type, pid)| TsStream {
                stream_type: *stream_type,
                pid: *pid,
                descriptors: &[],
            })
            .collect();
        self.programmes(pcr_pid, &[&streams]);
    }

    /// Writes a PAT and the PMT of each programme, numbered from 1.
    pub fn programmes(&mut self, pcr_pid: u16, programmes: &[&[TsStream<'_>]]) {
        let numbered = || (1_u16..).zip(programmes);
        let pat: Vec<_> = numbered()
            .flat_map(|(number, _)| [number, 0xe000 | (PMT_PID + number - 1)])
            .flat_map(u16::to_be_bytes)
            .collect();
        self.section(PAT_PID, &section(0, 1, &pat));
        for (number, streams) in numbered() {
            let [high, low] = pcr_pid.to_be_bytes();
            let mut entries = vec![0xe0 | high, low, 0xf0, 0];
            for stream in *streams {
                entries.push(stream.stream_type);
                entries.extend((0xe000 | stream.pid).to_be_bytes());
                let length = u8::try_from(stream.descriptors.len()).expect("short descriptors");
                entries.extend([0xf0, length]);
                entries.extend_from_slice(stream.descriptors);
            }
            self.section(PMT_PID + number - 1, &section(2, number, &entries));
        }
    }

    /// Writes a section that fits in one packet.
    fn section(&mut self, pid: u16, section: &[u8]) {
        let mut payload = vec![0];
        payload.extend_from_slice(section);
        payload.resize(PAYLOAD_BYTES, 0xff);
        self.packet(pid, true, &payload);
    }

    /// Writes a PES packet in as many packets as it needs.
    pub fn pes(&mut self, pes: Pes<'_>) {
        for (number, chunk) in pes.bytes().chunks(PAYLOAD_BYTES).enumerate() {
            self.packet(pes.pid, number == 0, chunk);
        }
    }

    /// Writes one packet; an adaptation field fills up a short payload.
    pub fn packet(&mut self, pid: u16, starts: bool, payload: &[u8]) {
        let counter = self.counters.entry(pid).or_insert(15);
        *counter = (*counter + 1) & 0x0f;
        let counter = *counter;
        self.data.push(0x47);
        self.data
            .extend((pid | if starts { 0x4000 } else { 0 }).to_be_bytes());
        let stuffing = PAYLOAD_BYTES - payload.len();
        self.data
            .push(counter | if stuffing > 0 { 0x30 } else { 0x10 });
        if stuffing > 0 {
            self.data
                .push(u8::try_from(stuffing - 1).expect("less than a packet"));
            if stuffing > 1 {
                self.data.push(0);
                self.data.extend(vec![0xff; stuffing - 2]);
            }
        }
        self.data.extend_from_slice(payload);
    }
}

/// Encodes a time of 33 bits among marker bits (ISO/IEC 13818-1 2.4.3.6).
fn timestamp(mark: u64, time: u64) -> [u8; 5] {
    let bits = mark << 36 | (time >> 30 & 7) << 33 | 1 << 32;
    let bits = bits | (time >> 15 & 0x7fff) << 17 | 1 << 16 | (time & 0x7fff) << 1 | 1;
    let [_, _, _, bytes @ ..] = bits.to_be_bytes();
    bytes
}

/// Encodes a section of version 0 with its CRC-32 (ISO/IEC 13818-1 2.4.4, annex A).
fn section(table_id: u8, id: u16, entries: &[u8]) -> Vec<u8> {
    let length = u16::try_from(9 + entries.len()).expect("a length of 12 bits");
    let mut bytes = vec![table_id];
    bytes.extend((0xb000 | length).to_be_bytes());
    bytes.extend(id.to_be_bytes());
    bytes.extend([0xc1, 0, 0]);
    bytes.extend_from_slice(entries);
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| {
            (crc << 1) ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    });
    bytes.extend(crc.to_be_bytes());
    bytes
}

/// Puts an ADTS header (ISO/IEC 13818-7 6.2) before a frame of AAC. `config` is the
/// `AudioSpecificConfig` (ISO/IEC 14496-3 1.6.2.1).
pub fn adts(config: [u8; 2], body: &[u8]) -> Vec<u8> {
    let [first, second] = config;
    let object_type = first >> 3;
    let rate = (first & 7) << 1 | second >> 7;
    let channels = second >> 3 & 0x0f;
    let length = u16::try_from(body.len() + 7).expect("a length of 13 bits");
    let [high, low] = (length << 5 | 0x1f).to_be_bytes();
    let top = u8::try_from(length >> 11).expect("five bits");
    let mut bytes = vec![
        0xff,
        0xf1,
        (object_type - 1) << 6 | rate << 2 | channels >> 2,
        (channels & 3) << 6 | top,
        high,
        low,
        0xfc,
    ];
    bytes.extend_from_slice(body);
    bytes
}
