//! Splits an elementary audio stream into frames: AAC without its ADTS headers, or MP3.

use std::ops::Range;

use memchr::memchr;

use super::{
    foreign_audio,
    frames::{FrameTime, Missing, PesTimestamps, StreamFrame, StreamItem},
    stream::{ElementaryParser, Loss, ParsedStream, SegmentEdges},
};
use crate::{
    Error,
    codec::{adts, mp3},
    flv::Codec,
    refused,
    timestamps::TS,
};

/// Core samples in an ADTS frame of AAC.
const AAC_FRAME_SAMPLES: u32 = 1024;

/// Parses the audio frames of a segment. Its buffers are reused for the next segment.
#[derive(Debug, Default)]
pub(crate) struct AudioParser {
    /// The elementary stream.
    bytes: Vec<u8>,
    timestamps: PesTimestamps,
    /// Positions in `bytes` where data may be missing.
    losses: Vec<(usize, Loss)>,
    items: Vec<StreamItem>,
    edges: SegmentEdges,
    config: Option<AudioConfig>,
    /// The last timestamp, and the number of frames since then.
    clock: Option<(FrameTime, i64)>,
    /// Whether frames are missing before the next one, and how many bytes of frames.
    missing: Missing,
    missing_bytes: usize,
    /// The missing bytes before each frame that is behind a loss.
    gaps: Vec<usize>,
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

    fn mark_loss(&mut self, loss: Loss) {
        self.losses.push((self.bytes.len(), loss));
    }

    fn finish(&mut self, _: Option<i64>) -> Result<(), Error> {
        let bytes = std::mem::take(&mut self.bytes);
        let losses = std::mem::take(&mut self.losses);
        let mut range = 0..0;
        let mut is_first = true;
        for (end, loss) in losses {
            range.end = end;
            let rest = self.find_frames(&bytes, range.clone(), is_first)?;
            is_first = false;
            // A frame may go on behind a loss; where none is open, whole packets may be missing.
            let may_continue = loss == Loss::Join || loss == Loss::Between && rest < end;
            if may_continue && rest > range.start && self.is_frame_between_others(&bytes, rest) {
                range.start = rest;
                continue;
            }
            self.edges.remainder.clear();
            self.edges.next = None;
            self.clock = None;
            self.lose(loss, end.saturating_sub(rest));
            if let Some(before) = end.checked_sub(1) {
                // The frame that they belong to may be missing.
                self.timestamps.claim(before);
            }
            range.start = end;
        }
        range.end = bytes.len();
        self.find_frames(&bytes, range, is_first)?;
        self.edges.lost_after = self.missing != Missing::None;
        self.bytes = bytes;
        self.backfill_times();
        self.estimate_times();
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
    /// Records that frames are missing before the next one; `bytes` of one are left.
    fn lose(&mut self, loss: Loss, bytes: usize) {
        let (missing, at_least) = match loss {
            Loss::Join => (Missing::None, 0),
            Loss::Between => (Missing::Perhaps, 0),
            Loss::End => (Missing::Some, 0),
            Loss::Inside { bytes, .. } => (Missing::Some, bytes),
        };
        self.missing = self.missing.max(missing);
        self.missing_bytes = self
            .missing_bytes
            .saturating_add(at_least)
            .saturating_add(bytes);
    }

    /// Finds the frames in a range of `bytes` in which no data is missing; `is_first` if none was
    /// found before. Returns where the rest starts that is in no frame.
    fn find_frames(
        &mut self,
        bytes: &[u8],
        range: Range<usize>,
        is_first: bool,
    ) -> Result<usize, Error> {
        let Range { start, end } = range;
        let is_last = end == bytes.len();
        let bytes = bytes.get(..end).unwrap_or(bytes);
        let mut at = start;
        let mut found = false;
        self.edges.remainder.clear();
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match FrameHeader::read(rest).filter(|header| self.is_frame_start(*header, rest)) {
                Some(header) if header.length <= rest.len() => {
                    if !found {
                        let before = bytes.get(start..at).unwrap_or_default();
                        if is_first {
                            self.edges.leading.extend_from_slice(before);
                        }
                        self.missing_bytes += before.len();
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
        let at = if found { at } else { start };
        let rest = bytes.get(at..).unwrap_or_default();
        if found {
            self.edges.remainder.extend_from_slice(rest);
            // Where nothing is left before a loss, the timestamp here is that of the frame behind it.
            if is_last || !rest.is_empty() {
                self.edges.next = self.time(at);
            }
        } else if is_first {
            // All bytes belong to a frame that starts in the segment before.
            self.edges.leading.extend_from_slice(rest);
            foreign_audio::reject(rest)?;
        }
        Ok(at)
    }

    /// Returns whether a frame with the configuration of those before starts here, and another one
    /// (or nothing) follows it.
    fn is_frame_between_others(&self, bytes: &[u8], at: usize) -> bool {
        let config = |at: usize| FrameHeader::read(bytes.get(at..)?).map(|header| header.config);
        let header = bytes.get(at..).and_then(FrameHeader::read);
        header.is_some_and(|header| {
            let end = at.saturating_add(header.length);
            let follows = end == bytes.len() || config(end) == self.config;
            Some(header.config) == self.config && follows
        })
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
                return Err(Error::Unsupported(refused::AAC_LAYOUT.into()));
            }
        }
        if self.config.replace(header.config) != Some(header.config) {
            self.items.push(header.config.config_item(bytes));
        }
        let time = self.time(at);
        let mut missing = std::mem::take(&mut self.missing);
        let missing_bytes = std::mem::take(&mut self.missing_bytes);
        if self.items.iter().all(|item| item.frame().is_none()) {
            self.edges.lost_before = missing != Missing::None;
            missing = Missing::None;
        }
        if missing != Missing::None {
            self.gaps.push(missing_bytes);
        }
        self.items.push(StreamItem::Frame(StreamFrame {
            bytes: at + header.header_size..at + header.length,
            time,
            sync: true,
            recovery_frames: None,
            missing,
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

    /// Gives frames before a timestamp a time, counted back from it as far as none is missing.
    fn backfill_times(&mut self) {
        let config = self.config;
        let mut next = None;
        for frame in self
            .items
            .iter_mut()
            .rev()
            .filter_map(StreamItem::frame_mut)
        {
            if let (None, Some((time, distance))) = (frame.time, next) {
                let duration = config.map_or(0, |config| config.duration_ticks(distance));
                let FrameTime { dts, .. } = time;
                frame.time = Some(FrameTime {
                    dts: dts - duration,
                    ..time
                });
                next = Some((time, distance + 1));
            } else {
                next = frame.time.map(|time| (time, 1));
            }
            if frame.missing != Missing::None {
                next = None;
            }
        }
    }

    /// Gives frames between two losses, without any timestamp, a time by the number of bytes that
    /// are missing before them.
    fn estimate_times(&mut self) {
        let Some(config) = self.config else { return };
        let frames = || self.items.iter().filter_map(StreamItem::frame);
        let bytes: usize = frames().map(|frame| frame.bytes.len()).sum();
        let mean = bytes.checked_div(frames().count()).unwrap_or(0).max(1);
        let mut gaps = std::mem::take(&mut self.gaps).into_iter();
        let mut before: Option<(FrameTime, i64)> = None;
        for frame in self.items.iter_mut().filter_map(StreamItem::frame_mut) {
            let missing = match frame.missing {
                Missing::None => 0,
                Missing::Perhaps | Missing::Some => {
                    let missing = gaps.next().unwrap_or(0).saturating_add(mean / 2) / mean;
                    i64::try_from(missing.max(1)).unwrap_or(1)
                }
            };
            before = match (frame.time, before) {
                (Some(time), _) => Some((time, 1)),
                (None, Some((time, count))) => {
                    let count = count.saturating_add(missing);
                    let dts = time.dts.saturating_add(config.duration_ticks(count));
                    frame.time = Some(FrameTime { dts, ..time });
                    Some((time, count + 1))
                }
                (None, None) => None,
            };
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
