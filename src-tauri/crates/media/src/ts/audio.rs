//! Splits an elementary audio stream into frames: AAC without its ADTS headers, or MP3.

use memchr::memchr;

use super::{
    frames::{FrameTime, PesTimestamps, StreamFrame, StreamItem},
    stream::{ElementaryParser, ParsedStream, SegmentEdges},
};
use crate::{
    Error,
    codec::{adts, mp3},
    flv::Codec,
    timestamps::TS,
};

/// Longest ADTS frame (13 bits); more bytes without a frame are of another codec.
const MAX_FRAME_BYTES: usize = 1 << 13;
/// Core samples in an ADTS frame of AAC.
const AAC_FRAME_SAMPLES: u32 = 1024;

/// Parses the audio frames of a segment. Its buffers are reused for the next segment.
#[derive(Debug, Default)]
pub(crate) struct AudioParser {
    /// The elementary stream.
    bytes: Vec<u8>,
    timestamps: PesTimestamps,
    /// Positions in `bytes` where data is missing.
    losses: Vec<usize>,
    items: Vec<StreamItem>,
    edges: SegmentEdges,
    config: Option<AudioConfig>,
    /// The last timestamp, and the number of frames since then.
    clock: Option<(FrameTime, i64)>,
}

/// The header fields that are the same in all frames of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AudioConfig {
    Aac(adts::AdtsConfig),
    Mp3(mp3::Mp3Header),
}

/// The header of a frame.
#[derive(Clone, Copy, Debug)]
struct FrameHeader {
    config: AudioConfig,
    /// Bytes of the frame, its header included.
    length: usize,
    /// Bytes of the header that are not part of the sample.
    header_size: usize,
    /// Number of AAC frames in this ADTS frame.
    raw_blocks: u8,
}

impl ElementaryParser for AudioParser {
    fn continue_packet(&mut self, bytes: &[u8]) {
        self.edges.leading.extend_from_slice(bytes);
    }

    fn begin_packet(&mut self, time: Option<FrameTime>, bytes: &[u8]) {
        self.timestamps.push(self.bytes.len(), time);
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn mark_loss(&mut self, _: bool) {
        if self.bytes.is_empty() {
            self.edges.leading.clear();
        }
        self.losses.push(self.bytes.len());
    }

    fn finish(&mut self, _: Option<i64>) -> Result<(), Error> {
        let bytes = std::mem::take(&mut self.bytes);
        let losses = std::mem::take(&mut self.losses);
        let mut start = 0;
        for end in losses {
            self.find_frames(bytes.get(..end).unwrap_or(&bytes), start)?;
            self.edges.remainder.clear();
            self.clock = None;
            start = end;
        }
        self.find_frames(&bytes, start)?;
        self.bytes = bytes;
        self.backfill_times();
        Ok(())
    }

    fn clear(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        *self = Self {
            bytes,
            ..Self::default()
        };
    }

    fn parsed(&self) -> ParsedStream<'_> {
        ParsedStream {
            items: &self.items,
            bytes: &self.bytes,
            edges: &self.edges,
        }
    }
}

impl AudioParser {
    /// Finds the frames from `start` to the end of `bytes`, between which no data is missing.
    fn find_frames(&mut self, bytes: &[u8], start: usize) -> Result<(), Error> {
        let mut at = start;
        let mut found = false;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match FrameHeader::read(rest).filter(|header| self.is_frame_start(*header, rest)) {
                Some(header) if header.length <= rest.len() => {
                    if start == 0 && !found {
                        let leading = bytes.get(..at).unwrap_or_default();
                        self.edges.leading.extend_from_slice(leading);
                    }
                    found = true;
                    self.frame(header, at, rest)?;
                    at += header.length;
                }
                // The frame continues in the next segment.
                Some(_) => break,
                None if found && may_start_frame(rest) => break,
                None => {
                    let next = rest.get(1..).and_then(|rest| memchr(0xff, rest));
                    at += next.map_or(rest.len(), |distance| distance + 1);
                }
            }
        }
        let rest = bytes.get(if found { at } else { start }..);
        let rest = rest.unwrap_or_default();
        if found {
            self.edges.remainder.extend_from_slice(rest);
            self.edges.next = self.time(at);
        } else if start == 0 {
            // All bytes belong to a frame that starts in the segment before.
            self.edges.leading.extend_from_slice(rest);
            return reject_unsupported(rest);
        }
        Ok(())
    }

    /// Returns whether a frame starts here: it has the configuration of those before, or another
    /// frame (or nothing) follows.
    fn is_frame_start(&self, header: FrameHeader, rest: &[u8]) -> bool {
        self.config == Some(header.config)
            || rest.get(header.length..).is_some_and(|after| {
                after.is_empty()
                    || FrameHeader::read(after).is_some_and(|next| next.config == header.config)
            })
    }

    /// Adds the frame at position `at`, and its configuration if that has changed.
    fn frame(&mut self, header: FrameHeader, at: usize, bytes: &[u8]) -> Result<(), Error> {
        if let AudioConfig::Aac(config) = header.config {
            if header.raw_blocks > 1 {
                return Err(Error::Unsupported(
                    "several AAC frames in one of ADTS".into(),
                ));
            }
            if config.channels == 0 {
                return Err(Error::Unsupported("AAC with a layout of its own".into()));
            }
        }
        if self.config.replace(header.config) != Some(header.config) {
            self.items.push(header.config.config_item(bytes));
        }
        let time = self.time(at);
        self.items.push(StreamItem::Frame(StreamFrame {
            bytes: at + header.header_size..at + header.length,
            time,
            sync: true,
        }));
        if let Some((_, frames)) = &mut self.clock {
            *frames += 1;
        }
        Ok(())
    }

    /// Returns the time of the frame that starts here: its own timestamp, or counted from the last
    /// frame that had one.
    fn time(&mut self, at: usize) -> Option<FrameTime> {
        if let Some(time) = self.timestamps.claim(at) {
            self.clock = Some((time, 0));
        }
        let (time, frames) = self.clock?;
        let dts = time.dts.saturating_add(self.config?.duration_ticks(frames));
        Some(FrameTime { dts, ..time })
    }

    /// Gives frames before the first timestamp a time, counted back from it.
    fn backfill_times(&mut self) {
        let mut next = None;
        for item in self.items.iter_mut().rev() {
            let StreamItem::Frame(frame) = item else {
                continue;
            };
            if let (None, Some((time, distance))) = (frame.time, next) {
                let duration = self
                    .config
                    .map_or(0, |config| config.duration_ticks(distance));
                let FrameTime { dts, .. } = time;
                frame.time = Some(FrameTime {
                    dts: dts - duration,
                    ..time
                });
                next = Some((time, distance + 1));
            } else {
                next = frame.time.map(|time| (time, 1));
            }
        }
    }
}

impl FrameHeader {
    fn read(bytes: &[u8]) -> Option<Self> {
        if let Some(header) = adts::AdtsHeader::read(bytes) {
            return Some(Self {
                config: AudioConfig::Aac(header.config),
                length: header.frame_length,
                header_size: header.header_size,
                raw_blocks: header.raw_blocks,
            });
        }
        let (header, _) = mp3::Mp3Header::read(bytes)?;
        Some(Self {
            config: AudioConfig::Mp3(header),
            length: mp3::Mp3Header::frame_length(bytes)?,
            header_size: 0,
            raw_blocks: 1,
        })
    }
}

impl AudioConfig {
    /// Returns the configuration to put before the samples; MP3 takes it from a frame.
    fn config_item(self, frame: &[u8]) -> StreamItem {
        match self {
            Self::Aac(config) => StreamItem::Config {
                codec: Codec::Aac,
                data: config.audio_specific_config().to_vec(),
            },
            Self::Mp3(_) => StreamItem::Config {
                codec: Codec::Mp3,
                data: frame.iter().take(4).copied().collect(),
            },
        }
    }

    /// Returns the duration of a number of frames, in ticks of 90 kHz.
    fn duration_ticks(self, frames: i64) -> i64 {
        let (frame_samples, rate) = match self {
            Self::Aac(config) => (AAC_FRAME_SAMPLES, config.sample_rate()),
            Self::Mp3(header) => (header.frame_samples, header.sample_rate),
        };
        let rate = i64::from(rate.max(1));
        let ticks = frames * i64::from(frame_samples) * i64::from(TS.timescale);
        (ticks + rate / 2) / rate
    }
}

/// Returns whether an audio stream starts here: two frames in a row, or a single frame.
pub(crate) fn sniff(bytes: &[u8]) -> bool {
    FrameHeader::read(bytes)
        .is_some_and(|header| AudioParser::default().is_frame_start(header, bytes))
}

/// Returns whether the last bytes of a segment may be a cut frame header.
fn may_start_frame(bytes: &[u8]) -> bool {
    let [first, rest @ ..] = bytes else {
        return true;
    };
    let second = rest.first().is_none_or(|second| second & 0xe0 == 0xe0);
    bytes.len() < adts::HEADER_SIZE && *first == 0xff && second
}

/// Fails if the bytes are of a codec that is recognised but not supported.
fn reject_unsupported(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() <= MAX_FRAME_BYTES {
        return Ok(());
    }
    let name = match bytes {
        [0x56, second, ..] if second & 0xe0 == 0xe0 => "AAC in LATM",
        [0x0b, 0x77, ..] => "AC-3 in MPEG-TS",
        // Eleven bits of sync, layer II or I, a valid bit rate and sample rate.
        [0xff, second, third, ..]
            if second & 0xe4 == 0xe4 && !matches!(third >> 4, 0 | 15) && third & 0x0c != 0x0c =>
        {
            "MPEG audio of layer I or II"
        }
        _ => return Ok(()),
    };
    Err(Error::Unsupported(name.into()))
}
