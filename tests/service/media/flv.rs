//! FLV representations: the tags of the fixtures, merged and written as standalone chunks (Adobe
//! Flash Video File Format Specification 10.1, annex E).

use anyhow::{Context, ensure};
use bytes::{BufMut, Bytes, BytesMut};

use super::{FIXTURE_UNITS, Filler, FixtureFrame, FlvClock, UNIT_MS, UnitRange};

const AUDIO: u8 = 8;
const VIDEO: u8 = 9;
const SCRIPT: u8 = 18;

/// Bytes of the file header.
const FILE_HEADER: usize = 9;
/// Bytes of a tag header: type, data size, timestamp, stream id.
const TAG_HEADER: usize = 11;
/// Bytes of the size that follows each tag.
const TAG_TRAILER: usize = 4;

/// One tag.
#[derive(Clone, Debug)]
pub(super) struct FixtureTag {
    kind: u8,
    timestamp_ms: u32,
    body: Bytes,
}

impl FixtureTag {
    /// `AVCPacketType` or `AACPacketType`: 0 for a sequence header, 1 for media.
    fn packet_type(&self) -> Option<u8> {
        self.body.get(1).copied()
    }

    fn is_header(&self) -> bool {
        self.kind == SCRIPT || self.packet_type() == Some(0)
    }

    fn is_media(&self) -> bool {
        self.kind != SCRIPT && self.packet_type() == Some(1)
    }
}

/// Reads the tags of a whole file.
pub(super) fn read(file: &'static [u8]) -> anyhow::Result<Vec<FixtureTag>> {
    ensure!(file.starts_with(b"FLV\x01"), "no FLV header");
    let file = Bytes::from_static(file);
    let mut at = FILE_HEADER + TAG_TRAILER;
    let mut tags = Vec::new();
    while at < file.len() {
        let header: [u8; TAG_HEADER] = file
            .get(at..at + TAG_HEADER)
            .and_then(|bytes| bytes.try_into().ok())
            .context("cut inside a tag header")?;
        let [kind, s2, s1, s0, t2, t1, t0, t3, ..] = header;
        let start = at + TAG_HEADER;
        let end = start + usize::try_from(u32::from_be_bytes([0, s2, s1, s0]))?;
        ensure!(end + TAG_TRAILER <= file.len(), "cut inside a tag");
        let timestamp_ms = u32::from_be_bytes([t3, t2, t1, t0]);
        tags.push(FixtureTag {
            kind,
            timestamp_ms,
            body: file.slice(start..end),
        });
        at = end + TAG_TRAILER;
    }
    Ok(tags)
}

/// One representation: its headers, and its media tags unit by unit.
#[derive(Debug)]
pub(super) struct FlvFixture {
    flags: u8,
    headers: Vec<FixtureTag>,
    units: Vec<Vec<FixtureTag>>,
}

impl FlvFixture {
    /// Combines the video of one file with the audio of another.
    pub(super) fn of(
        video: Option<&Vec<FixtureTag>>,
        audio: &[FixtureTag],
    ) -> anyhow::Result<Self> {
        let with_picture = video.is_some();
        let chosen = video
            .into_iter()
            .flatten()
            .filter(|tag| tag.kind != AUDIO)
            .chain(audio.iter().filter(|tag| tag.kind == AUDIO));
        let (headers, mut media): (Vec<FixtureTag>, Vec<FixtureTag>) = chosen
            .filter(|tag| tag.is_header() || tag.is_media())
            .cloned()
            .partition(FixtureTag::is_header);
        media.sort_by_key(|tag| tag.timestamp_ms);
        let mut units = vec![Vec::new(); usize::try_from(FIXTURE_UNITS)?];
        for tag in media {
            let unit = usize::try_from(u64::from(tag.timestamp_ms) / UNIT_MS)?;
            units
                .get_mut(unit)
                .context("a tag past the end of the movie")?
                .push(tag);
        }
        ensure!(
            units.iter().all(|unit| !unit.is_empty()),
            "a unit without tags"
        );
        // TypeFlags of the file header: 4 audio, 1 video.
        Ok(Self {
            flags: if with_picture { 5 } else { 4 },
            headers,
            units,
        })
    }

    /// Returns the total size of all media tags.
    pub(super) fn coded_bytes(&self) -> u64 {
        let tags = self.units.iter().flatten();
        tags.map(|tag| (tag.body.len() + TAG_HEADER + TAG_TRAILER) as u64)
            .sum()
    }

    /// Returns a standalone FLV of these units, headers repeated, as the service's chunks are.
    pub(super) fn chunk(&self, range: UnitRange<'_>, filler: &Filler) -> Vec<Bytes> {
        let mut out = FlvWriter::new(self.flags, filler);
        let origin_ms = match range.clock {
            FlvClock::Continues => 0,
            FlvClock::Restarts => range.start * UNIT_MS,
        };
        for header in &self.headers {
            out.tag(header, range.start * UNIT_MS - origin_ms);
        }
        for place in range.start..range.end {
            let (unit, shift) = range.fixture_unit(place);
            for tag in self.units.get(unit).into_iter().flatten() {
                let timestamp_ms = shift_timestamp(tag.timestamp_ms, shift);
                out.tag(tag, timestamp_ms.saturating_sub(origin_ms));
            }
        }
        out.finish()
    }
}

/// One video or audio frame, extracted from its tag.
pub(super) struct DemuxedFrame {
    pub(super) is_video: bool,
    pub(super) is_key: bool,
    pub(super) time_ms: u64,
    pub(super) composition_offset_ms: u64,
    pub(super) data: Bytes,
}

impl FlvFixture {
    /// Returns the `AVCDecoderConfigurationRecord`, if there is video.
    pub(super) fn avc_config(&self) -> Option<&[u8]> {
        self.sequence_header(VIDEO)?.get(5..)
    }

    /// Returns the `AudioSpecificConfig`.
    pub(super) fn aac_config(&self) -> Option<&[u8]> {
        self.sequence_header(AUDIO)?.get(2..)
    }

    fn sequence_header(&self, kind: u8) -> Option<&Bytes> {
        let header = self.headers.iter().find(|header| header.kind == kind)?;
        Some(&header.body)
    }

    /// Returns the coded frames of these units, in the order of their tags.
    pub(super) fn coded_frames(&self, range: UnitRange<'_>) -> impl Iterator<Item = DemuxedFrame> {
        (range.start..range.end).flat_map(move |place| {
            let (unit, shift) = range.fixture_unit(place);
            let tags = self.units.get(unit);
            tags.into_iter().flatten().map(move |tag| {
                let is_video = tag.kind == VIDEO;
                let [first, _, a, b, c] = *tag.body.first_chunk().unwrap_or(&[0; 5]);
                let shown_later = if is_video {
                    u32::from_be_bytes([0, a, b, c])
                } else {
                    0
                };
                DemuxedFrame {
                    is_video,
                    is_key: first >> 4 == 1,
                    time_ms: shift_timestamp(tag.timestamp_ms, shift),
                    composition_offset_ms: shown_later.into(),
                    data: tag.body.slice(if is_video { 5 } else { 2 }..),
                }
            })
        })
    }
}

/// Shifts a timestamp of the fixture by this many units.
fn shift_timestamp(timestamp_ms: u32, units: i64) -> u64 {
    u64::from(timestamp_ms).saturating_add_signed(units * UNIT_MS.cast_signed())
}

/// Returns the coded frames of these units.
pub(super) fn frames(cut: &FlvFixture, range: UnitRange<'_>) -> Vec<FixtureFrame> {
    let us = |ms: u64| ms.cast_signed() * 1000;
    let frame = |coded: DemuxedFrame| FixtureFrame {
        is_video: coded.is_video,
        dts_us: us(coded.time_ms),
        pts_us: us(coded.time_ms + coded.composition_offset_ms),
        data: coded.data,
    };
    cut.coded_frames(range).map(frame).collect()
}

/// Collects a chunk: small parts are copied into a buffer, the filler is shared.
struct FlvWriter<'a> {
    filler: &'a Filler,
    parts: Vec<Bytes>,
    buffer: BytesMut,
}

impl<'a> FlvWriter<'a> {
    fn new(flags: u8, filler: &'a Filler) -> Self {
        let mut buffer = BytesMut::with_capacity(8 * 1024);
        buffer.put_slice(b"FLV\x01");
        buffer.put_u8(flags);
        buffer.put_u32(9);
        buffer.put_u32(0);
        Self {
            filler,
            parts: Vec::new(),
            buffer,
        }
    }

    fn tag(&mut self, tag: &FixtureTag, timestamp_ms: u64) {
        let is_video = tag.kind == VIDEO && tag.is_media();
        let filler = if is_video { self.filler.len() } else { 0 };
        let size = u32::try_from(tag.body.len() + filler).unwrap_or(u32::MAX);
        // 32 bits of milliseconds, low 24 first, then the high 8.
        let timestamp = u32::try_from(timestamp_ms & u64::from(u32::MAX)).unwrap_or(0);
        self.buffer
            .put_u32(u32::from(tag.kind) << 24 | size & 0x00FF_FFFF);
        self.buffer.put_u32(timestamp.rotate_left(8));
        self.buffer.put_slice(&[0; 3]);
        self.buffer.put_slice(&tag.body);
        if filler > 0 {
            self.parts.push(self.buffer.split().freeze());
            self.parts.push(self.filler.0.clone());
        }
        self.buffer.put_u32(size.saturating_add(11));
    }

    fn finish(mut self) -> Vec<Bytes> {
        self.parts.push(self.buffer.freeze());
        self.parts
    }
}
