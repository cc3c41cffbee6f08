//! Writes transport streams packet by packet, so that a test says exactly what is in them.

use std::collections::BTreeMap;

/// Bytes in a packet.
pub(crate) const PACKET: usize = 188;

/// A transport stream in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writer {
    pub(crate) data: Vec<u8>,
    counters: BTreeMap<u16, u8>,
}

/// A PES packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pes<'a> {
    pub(crate) pid: u16,
    pub(crate) stream_id: u8,
    pub(crate) pts: Option<u64>,
    pub(crate) dts: Option<u64>,
    /// Says how long it is.
    pub(crate) sized: bool,
    pub(crate) payload: &'a [u8],
}

/// A PES packet of pictures whose length is open.
pub(crate) fn video_pes(pts: u64, dts: u64, payload: &[u8]) -> Pes<'_> {
    Pes {
        pid: 0x100,
        stream_id: 0xe0,
        pts: Some(pts),
        dts: Some(dts),
        sized: false,
        payload,
    }
}

/// A PES packet of sound that says its length.
pub(crate) fn audio_pes(pts: u64, payload: &[u8]) -> Pes<'_> {
    Pes {
        pid: 0x101,
        stream_id: 0xc0,
        pts: Some(pts),
        dts: None,
        sized: true,
        payload,
    }
}

impl Writer {
    /// With the tables of one programme: H.264 in 0x100 and AAC in 0x101.
    pub(crate) fn with_tables() -> Self {
        let mut writer = Self::default();
        writer.tables(&[(0x1b, 0x100), (0x0f, 0x101)]);
        writer
    }

    pub(crate) fn tables(&mut self, streams: &[(u8, u16)]) {
        self.section(0, &section(0, &[0, 1, 0xf0, 0]));
        let mut entries = vec![0xe1, 0, 0xf0, 0];
        for (kind, pid) in streams {
            entries.push(*kind);
            entries.extend((0xe000 | pid).to_be_bytes());
            entries.extend([0xf0, 0]);
        }
        self.section(0x1000, &section(2, &entries));
    }

    pub(crate) fn section(&mut self, pid: u16, section: &[u8]) {
        let mut payload = vec![0];
        payload.extend_from_slice(section);
        payload.resize(PACKET - 4, 0xff);
        self.packet(pid, true, &payload);
    }

    pub(crate) fn pes(&mut self, pes: Pes<'_>) {
        let bytes = pes.bytes();
        for (number, chunk) in bytes.chunks(PACKET - 4).enumerate() {
            self.packet(pes.pid, number == 0, chunk);
        }
    }

    /// One packet; a short payload is filled up by an adaptation field.
    pub(crate) fn packet(&mut self, pid: u16, starts: bool, payload: &[u8]) {
        let counter = self.counters.entry(pid).or_insert(15);
        *counter = (*counter + 1) & 0x0f;
        let counter = *counter;
        self.data.push(0x47);
        self.data
            .extend((pid | if starts { 0x4000 } else { 0 }).to_be_bytes());
        let stuffing = PACKET - 4 - payload.len();
        self.data
            .push(counter | if stuffing > 0 { 0x30 } else { 0x10 });
        if stuffing > 0 {
            self.data.push(u8::try_from(stuffing - 1).unwrap());
            if stuffing > 1 {
                self.data.push(0);
                self.data.extend(vec![0xff; stuffing - 2]);
            }
        }
        self.data.extend_from_slice(payload);
    }
}

impl Pes<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut times = Vec::new();
        for (time, alone, with) in [(self.pts, 2, 3), (self.dts, 1, 1)] {
            let Some(time) = time else { continue };
            let mark = if self.dts.is_some() { with } else { alone };
            times.extend(timestamp(mark, time));
        }
        let length = 3 + times.len() + self.payload.len();
        let length = if self.sized {
            u16::try_from(length).unwrap()
        } else {
            0
        };
        let flags = (u8::from(self.pts.is_some()) << 7) | (u8::from(self.dts.is_some()) << 6);
        let mut bytes = vec![0, 0, 1, self.stream_id];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0x80, flags, u8::try_from(times.len()).unwrap()]);
        bytes.extend(times);
        bytes.extend_from_slice(self.payload);
        bytes
    }
}

fn timestamp(mark: u64, time: u64) -> [u8; 5] {
    let time = time & ((1 << 33) - 1);
    let bits = mark << 36 | (time >> 30) << 33 | 1 << 32;
    let bits = bits | (time >> 15 & 0x7fff) << 17 | 1 << 16 | (time & 0x7fff) << 1 | 1;
    let [_, _, _, bytes @ ..] = bits.to_be_bytes();
    bytes
}

/// A section of version 0 with its checksum.
pub(crate) fn section(table: u8, entries: &[u8]) -> Vec<u8> {
    let length = u16::try_from(9 + entries.len()).unwrap();
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

/// A frame of AAC between headers: LC, 44.1 kHz, stereo.
pub(crate) fn adts(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 7).unwrap();
    let [high, low] = (length << 5 | 0x1f).to_be_bytes();
    let top = u8::try_from(length >> 11).unwrap();
    let mut bytes = vec![0xff, 0xf1, 0x50, 0x80 | top, high, low, 0xfc];
    bytes.extend_from_slice(body);
    bytes
}

/// Sequence and picture parameter set of a picture of 1280×720.
pub(crate) const SETS: [u8; 39] = [
    0, 0, 0, 1, 0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02,
    0x02, 0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x19, 0x07, 0, 0, 0, 1, 0x68, 0xeb, 0xe3,
    0xcb, 0x22, 0xc0,
];

/// A slice of so many bytes that are all `fill`; `first` is the first of its picture.
pub(crate) fn slice(kind: u8, first: bool, fill: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0, 0, 1, kind, if first { 0x88 } else { 0x48 }];
    bytes.resize(bytes.len() + length, fill);
    bytes
}
