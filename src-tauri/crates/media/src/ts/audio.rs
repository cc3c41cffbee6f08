//! Sound: from AAC in ADTS, or MP3, to bare frames.

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

/// The length of a frame has 13 bits: among more bytes than that one begins.
const MAX_FRAME_LENGTH: usize = 1 << 13;
/// Core samples in a frame of AAC in ADTS.
const AAC_FRAME_SAMPLES: u32 = 1024;

/// The frames of one piece. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct AudioParser {
    /// The elementary stream.
    bytes: Vec<u8>,
    timestamps: PesTimestamps,
    /// Where some of it is missing.
    losses: Vec<usize>,
    items: Vec<StreamItem>,
    edges: SegmentEdges,
    config: Option<AudioConfig>,
    /// Where time stood last, and how many frames ago.
    clock: Option<(FrameTime, i64)>,
}

/// What all frames of a stream agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AudioConfig {
    Aac(adts::AdtsConfig),
    Mp3(mp3::Mp3Header),
}

/// The head of a frame.
#[derive(Clone, Copy, Debug)]
struct FrameHeader {
    config: AudioConfig,
    /// Bytes of the frame, its head included.
    length: usize,
    /// Bytes of the head that do not go into the sample.
    header_size: usize,
    /// Frames in this one.
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
        let breaks = std::mem::take(&mut self.losses);
        let mut start = 0;
        for end in breaks {
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
    /// Finds the frames of a stretch without a loss, from `start` to the end of `bytes`.
    fn find_frames(&mut self, bytes: &[u8], start: usize) -> Result<(), Error> {
        let mut at = start;
        let mut found = false;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match FrameHeader::read(rest).filter(|head| self.is_frame_start(*head, rest)) {
                Some(head) if head.length <= rest.len() => {
                    if start == 0 && !found {
                        let lead = bytes.get(..at).unwrap_or_default();
                        self.edges.leading.extend_from_slice(lead);
                    }
                    found = true;
                    self.frame(head, at, rest)?;
                    at += head.length;
                }
                // It goes on in the next piece.
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
            // All of it goes on from the piece before.
            self.edges.leading.extend_from_slice(rest);
            return reject_unsupported(rest);
        }
        Ok(())
    }

    /// Whether a frame starts here: it looks like those before, or another one follows it.
    fn is_frame_start(&self, head: FrameHeader, rest: &[u8]) -> bool {
        self.config == Some(head.config)
            || rest.get(head.length..).is_some_and(|behind| {
                behind.is_empty()
                    || FrameHeader::read(behind).is_some_and(|next| next.config == head.config)
            })
    }

    fn frame(&mut self, head: FrameHeader, at: usize, bytes: &[u8]) -> Result<(), Error> {
        if let AudioConfig::Aac(setup) = head.config {
            if head.raw_blocks > 1 {
                return Err(Error::Unsupported(
                    "several AAC frames in one of ADTS".into(),
                ));
            }
            if setup.channels == 0 {
                return Err(Error::Unsupported("AAC with a layout of its own".into()));
            }
        }
        if self.config.replace(head.config) != Some(head.config) {
            self.items.push(head.config.config_item(bytes));
        }
        let time = self.time(at);
        self.items.push(StreamItem::Frame(StreamFrame {
            bytes: at + head.header_size..at + head.length,
            time,
            sync: true,
        }));
        if let Some((_, frames)) = &mut self.clock {
            *frames += 1;
        }
        Ok(())
    }

    /// The time of the frame that starts here: its own, or counted from the last that had one.
    fn time(&mut self, at: usize) -> Option<FrameTime> {
        if let Some(time) = self.timestamps.claim(at) {
            self.clock = Some((time, 0));
        }
        let (time, frames) = self.clock?;
        let dts = time.dts.saturating_add(self.config?.duration_ticks(frames));
        Some(FrameTime { dts, ..time })
    }

    /// Frames in front of the first timestamp are counted back from it.
    fn backfill_times(&mut self) {
        let mut next = None;
        for item in self.items.iter_mut().rev() {
            let StreamItem::Frame(frame) = item else {
                continue;
            };
            if let (None, Some((time, distance))) = (frame.time, next) {
                let length = self
                    .config
                    .map_or(0, |setup| setup.duration_ticks(distance));
                let FrameTime { dts, .. } = time;
                frame.time = Some(FrameTime {
                    dts: dts - length,
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
        if let Some(head) = adts::AdtsHeader::read(bytes) {
            return Some(Self {
                config: AudioConfig::Aac(head.config),
                length: head.frame_length,
                header_size: head.header_size,
                raw_blocks: head.raw_blocks,
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
    /// What the samples need in front of them.
    fn config_item(self, frame: &[u8]) -> StreamItem {
        match self {
            Self::Aac(setup) => StreamItem::Config {
                codec: Codec::Aac,
                data: setup.audio_specific_config().to_vec(),
            },
            Self::Mp3(_) => StreamItem::Config {
                codec: Codec::Mp3,
                data: frame.iter().take(4).copied().collect(),
            },
        }
    }

    /// How long so many frames are, in ticks of 90 kHz.
    fn duration_ticks(self, frames: i64) -> i64 {
        let (frame, rate) = match self {
            Self::Aac(setup) => (AAC_FRAME_SAMPLES, setup.sample_rate()),
            Self::Mp3(header) => (header.frame_samples, header.sample_rate),
        };
        let rate = i64::from(rate.max(1));
        let ticks = frames * i64::from(frame) * i64::from(TS.timescale);
        (ticks + rate / 2) / rate
    }
}

/// Whether a stream of sound starts so: two heads of frames, or one frame alone.
pub(crate) fn sniff(bytes: &[u8]) -> bool {
    FrameHeader::read(bytes).is_some_and(|head| AudioParser::default().is_frame_start(head, bytes))
}

/// Whether these last bytes may be a head that is cut.
fn may_start_frame(bytes: &[u8]) -> bool {
    let [first, rest @ ..] = bytes else {
        return true;
    };
    let second = rest.first().is_none_or(|second| second & 0xe0 == 0xe0);
    bytes.len() < adts::HEADER_SIZE && *first == 0xff && second
}

/// Names what is there instead of frames, where that can be told.
fn reject_unsupported(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() <= MAX_FRAME_LENGTH {
        return Ok(());
    }
    let name = match bytes {
        [0x56, second, ..] if second & 0xe0 == 0xe0 => "AAC in LATM",
        [0x0b, 0x77, ..] => "AC-3 in MPEG-TS",
        // Eleven bits of sync, layer II or I, a bit rate and a sampling rate that exist.
        [0xff, second, third, ..]
            if second & 0xe4 == 0xe4 && !matches!(third >> 4, 0 | 15) && third & 0x0c != 0x0c =>
        {
            "MPEG audio of layer I or II"
        }
        _ => return Ok(()),
    };
    Err(Error::Unsupported(name.into()))
}
