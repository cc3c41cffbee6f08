//! Verifies an FLV: complete tags to the end of the file, and metadata that agrees with them.

use std::{
    io::{BufReader, Read, Seek},
    ops::RangeInclusive,
    time::Duration,
};

use super::metadata::Metadata;
use crate::{
    Error, Summary, TrackKind, TrackSummary,
    codec::avc::AvcConfig,
    cursor::Cursor,
    digest::{IndexDigest, SampleRecord},
    flv::{
        packet::{self, Codec, FlvPacket, PacketRole},
        tag::{AUDIO, SCRIPT, TAG_HEADER, VIDEO, tag_size},
    },
};

/// At most this much of a tag's body is read: enough for a sequence header with parameter sets.
const MAX_BODY_BYTES: u32 = 4096;
/// At most this much of the metadata is read: enough for the keyframe index of a long movie.
const MAX_METADATA_BYTES: u32 = 1 << 20;
/// Allowed difference between the duration in the metadata, which is computed from the segments, and
/// the one computed from the tags.
const DURATION_TOLERANCE_MS: u64 = 1000;
/// Added before a duration is cut to whole milliseconds, so that it is rounded.
const HALF_MS: Duration = Duration::from_micros(500);

/// The tags of a track so far.
#[derive(Clone, Debug)]
struct CheckedFlvTrack {
    codec: Codec,
    first_byte: u8,
    samples: u64,
    first: i32,
    last: i32,
    /// Distance of the last two tags with different times, in milliseconds.
    step: i64,
    end: i64,
    configured: bool,
    size: Option<(u32, u32)>,
    digest: IndexDigest,
}

/// The header of a tag.
#[derive(Clone, Copy, Debug)]
struct TagInfo {
    kind: u8,
    size: u32,
    timestamp: i32,
    /// Position of the tag in the file.
    position: u64,
}

/// Verifies a file of `length` bytes.
pub(super) fn check<R: Read + Seek>(file: BufReader<R>, length: u64) -> Result<Summary, Error> {
    let mut checker = FlvChecker {
        file,
        length,
        position: 0,
        flags: 0,
        tracks: [None, None],
        metadata: None,
        keyframes_found: 0,
    };
    checker.head()?;
    while checker.position < length {
        checker.tag()?;
    }
    checker.summary()
}

struct FlvChecker<R> {
    file: BufReader<R>,
    length: u64,
    position: u64,
    /// `TypeFlags` of the file header.
    flags: u8,
    tracks: [Option<CheckedFlvTrack>; 2],
    metadata: Option<Metadata>,
    /// Number of keyframes of the index found so far.
    keyframes_found: usize,
}

impl<R: Read + Seek> FlvChecker<R> {
    fn fail(&self, problem: impl Into<String>) -> Error {
        malformed(self.position, problem)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        if self.length - self.position < N as u64 {
            return Err(self.fail("the file ends inside a tag"));
        }
        self.file.read_exact(&mut bytes)?;
        self.position += N as u64;
        Ok(bytes)
    }

    fn head(&mut self) -> Result<(), Error> {
        let [_, _, _, version, flags, a, b, c, d] = self.array()?;
        let offset = u64::from(u32::from_be_bytes([a, b, c, d]));
        if version != 1 || offset != self.position || self.array()? != [0; 4] {
            return Err(self.fail("an unusual file header"));
        }
        self.flags = flags;
        Ok(())
    }

    fn tag(&mut self) -> Result<(), Error> {
        let position = self.position;
        let [kind, s0, s1, s2, t0, t1, t2, t3, stream @ ..] = self.array::<TAG_HEADER>()?;
        let tag = TagInfo {
            kind,
            size: u32::from_be_bytes([0, s0, s1, s2]),
            timestamp: i32::from_be_bytes([t3, t0, t1, t2]),
            position,
        };
        if !matches!(kind, AUDIO | VIDEO | SCRIPT) || stream != [0; 3] {
            return Err(self.fail("no tag"));
        }
        if self.length - self.position < u64::from(tag.size) {
            return Err(self.fail("the file ends inside a tag"));
        }
        let first = self.metadata.is_none();
        let peek = tag.size.min(if first {
            MAX_METADATA_BYTES
        } else {
            MAX_BODY_BYTES
        });
        let mut body = Vec::new();
        (&mut self.file)
            .take(u64::from(peek))
            .read_to_end(&mut body)?;
        self.file.seek_relative(i64::from(tag.size - peek))?;
        let cursor = Cursor::within("FLV", &body, self.position);
        if first {
            if kind != SCRIPT || tag.timestamp != 0 {
                return Err(self.fail("no metadata at the start"));
            }
            self.metadata = Some(Metadata::read(cursor)?);
        } else {
            self.body(tag, cursor)?;
        }
        self.position += u64::from(tag.size);
        let previous = u32::from_be_bytes(self.array()?);
        if previous != tag_size(tag.size) {
            let problem = format!("a tag of {} bytes is followed by {previous}", tag.size);
            return Err(self.fail(problem));
        }
        Ok(())
    }

    fn body(&mut self, tag: TagInfo, body: Cursor<'_>) -> Result<(), Error> {
        let first_byte = body.rest().first().copied().unwrap_or(0);
        let packet = match tag.kind {
            VIDEO => packet::video(body)?,
            AUDIO => packet::audio(body)?,
            _ => return Ok(()),
        };
        let Some(packet) = packet else { return Ok(()) };
        let [video, audio] = &mut self.tracks;
        let slot = match packet.kind {
            TrackKind::Video => video,
            TrackKind::Audio => audio,
        };
        let track = slot.get_or_insert_with(|| CheckedFlvTrack::new(packet.codec, first_byte));
        if packet.codec != track.codec {
            let problem = format!("{} among {}", packet.codec.name(), track.codec.name());
            return Err(malformed(tag.position, problem));
        }
        let keyframe = track.add_packet(&packet, tag)?;
        if keyframe {
            self.keyframe(tag)?;
        }
        Ok(())
    }

    /// Compares a keyframe with the next entry of the index.
    fn keyframe(&mut self, tag: TagInfo) -> Result<(), Error> {
        let Some(metadata) = &self.metadata else {
            return Ok(());
        };
        let (Some(position), Some(time)) = (
            metadata.positions.get(self.keyframes_found),
            metadata.times.get(self.keyframes_found),
        ) else {
            return Ok(());
        };
        if equals_exactly(*position, tag.position) {
            if (time * 1000.0).round().to_bits() != f64::from(tag.timestamp).to_bits() {
                return Err(malformed(
                    tag.position,
                    format!("the index tells this keyframe at {time} s"),
                ));
            }
            self.keyframes_found += 1;
        }
        Ok(())
    }

    fn summary(self) -> Result<Summary, Error> {
        let fail = |problem: &str| malformed(self.length, problem);
        let kinds = [TrackKind::Video, TrackKind::Audio].into_iter();
        let tracks = kinds
            .zip(&self.tracks)
            .filter_map(|(kind, track)| Some((kind, track.as_ref()?)));
        let tracks: Vec<_> = tracks.filter(|(_, track)| track.samples > 0).collect();
        // FLV does not store how long the last frame lasts: not at all, or at most the mean.
        let start_of_last = tracks.iter().map(|(_, track)| track.end).max();
        let longest = tracks
            .iter()
            .map(|(_, track)| track.end + track.mean_frame_duration())
            .max();
        let (Some(start_of_last), Some(longest)) = (start_of_last, longest) else {
            return Err(Error::Empty);
        };
        let metadata = self.metadata.as_ref().ok_or(Error::Empty)?;
        // A file truncated between two tags is detected only by the size in the metadata.
        if metadata
            .file_size
            .is_none_or(|size| !equals_exactly(size, self.length))
        {
            return Err(fail("the metadata tells another length of the file"));
        }
        if metadata.positions.len() != metadata.times.len()
            || metadata.positions.len() != self.keyframes_found
        {
            return Err(fail("the index tells of keyframes that are not there"));
        }
        let end_ms = milliseconds(start_of_last)..=milliseconds(longest);
        let duration_ms = self.duration(metadata, &end_ms)?;
        self.codecs(metadata)?;
        let tracks = tracks.iter().map(|(kind, track)| TrackSummary {
            kind: *kind,
            codec: track.codec.name().into(),
            samples: track.samples,
            duration_ms: milliseconds(
                i64::from(track.last) - i64::from(track.first) + track.frame_duration(),
            ),
            size: track.size,
            digest: track.digest.value(),
        });
        Ok(Summary {
            duration_ms,
            size_bytes: self.length,
            tracks: tracks.collect(),
            captions: Vec::new(),
            facts: Vec::new(),
        })
    }

    /// Returns the duration in the metadata. Fails if it is not one of the ends, in milliseconds,
    /// that the tags allow.
    fn duration(&self, metadata: &Metadata, end_ms: &RangeInclusive<u64>) -> Result<u64, Error> {
        let allowed = end_ms.start().saturating_sub(DURATION_TOLERANCE_MS)
            ..=end_ms.end().saturating_add(DURATION_TOLERANCE_MS);
        let seconds = metadata.duration.unwrap_or(f64::NAN);
        let stated = Duration::try_from_secs_f64(seconds).ok();
        let rounded = stated.map(|stated| stated.saturating_add(HALF_MS).as_millis());
        let stated_ms = rounded.and_then(|ms| u64::try_from(ms).ok());
        stated_ms
            .filter(|ms| allowed.contains(ms))
            .ok_or_else(|| malformed(self.length, "the metadata tells another length of the film"))
    }

    /// Compares the codecs and the picture size in the metadata with the tags.
    fn codecs(&self, metadata: &Metadata) -> Result<(), Error> {
        let [video, audio] = &self.tracks;
        let byte = |track: &Option<CheckedFlvTrack>| {
            let track = track.as_ref().filter(|track| track.samples > 0)?;
            Some(track.first_byte)
        };
        let (video_byte, audio_byte) = (byte(video), byte(audio));
        let flags = u8::from(video_byte.is_some()) | (u8::from(audio_byte.is_some()) << 2);
        let size = video.as_ref().and_then(|track| track.size);
        let pairs = [
            (
                metadata.video_codec,
                video_byte.map(|byte| u32::from(byte & 0x0f)),
            ),
            (
                metadata.audio_codec,
                audio_byte.map(|byte| u32::from(byte >> 4)),
            ),
            (metadata.width, size.map(|(width, _)| width)),
            (metadata.height, size.map(|(_, height)| height)),
        ];
        let agree = |(stated, found): &(Option<f64>, Option<u32>)| match (stated, found) {
            (Some(stated), Some(found)) => equals_exactly(*stated, u64::from(*found)),
            (stated, found) => stated.is_none() && found.is_none(),
        };
        if self.flags != flags || !pairs.iter().all(agree) {
            return Err(malformed(0, "the metadata tells of other tracks"));
        }
        Ok(())
    }
}

impl CheckedFlvTrack {
    fn new(codec: Codec, first_byte: u8) -> Self {
        Self {
            codec,
            first_byte,
            samples: 0,
            first: 0,
            last: 0,
            step: 0,
            end: 0,
            configured: false,
            size: None,
            digest: IndexDigest::default(),
        }
    }

    /// Adds a packet; returns whether it is a keyframe.
    fn add_packet(&mut self, packet: &FlvPacket<'_>, tag: TagInfo) -> Result<bool, Error> {
        let fail = |problem: String| malformed(tag.position, problem);
        let PacketRole::Frame {
            composition_offset,
            sync,
        } = packet.role
        else {
            if packet.role == PacketRole::Config {
                self.configured = true;
                if packet.codec == Codec::Avc {
                    let record = Cursor::within("avcC", packet.data, tag.position);
                    self.size = AvcConfig::read(record)?.size;
                }
            }
            return Ok(false);
        };
        if matches!(packet.codec, Codec::Avc | Codec::Aac) && !self.configured {
            return Err(fail(format!("{} before its set-up", packet.codec.name())));
        }
        if self.samples == 0 {
            self.first = tag.timestamp;
        } else if tag.timestamp < self.last {
            let last = self.last;
            let problem = format!("time falls from {last} to {} ms", tag.timestamp);
            return Err(fail(problem));
        }
        if self.samples > 0 && tag.timestamp > self.last {
            self.step = i64::from(tag.timestamp) - i64::from(self.last);
        }
        self.samples += 1;
        self.last = tag.timestamp;
        let pts = i64::from(tag.timestamp) + i64::from(composition_offset);
        self.end = self.end.max(pts);
        let keyframe = sync && packet.kind == TrackKind::Video;
        self.digest.add(SampleRecord {
            position: tag.position,
            size: tag.size,
            dts: milliseconds(i64::from(tag.timestamp)),
            composition_offset,
            sync: keyframe,
            sample_entry: 0,
        });
        Ok(keyframe)
    }

    /// Returns the mean distance of its samples in milliseconds.
    fn mean_frame_duration(&self) -> i64 {
        let steps = i64::try_from(self.samples.saturating_sub(1)).unwrap_or(i64::MAX);
        (i64::from(self.last) - i64::from(self.first))
            .checked_div(steps)
            .unwrap_or(0)
    }

    /// Estimates the duration of the last sample in milliseconds: the mean distance, or the last
    /// one if it is shorter, because gaps increase the mean.
    fn frame_duration(&self) -> i64 {
        self.mean_frame_duration().min(self.step)
    }
}

fn malformed(offset: u64, problem: impl Into<String>) -> Error {
    Error::Malformed {
        format: "FLV",
        problem: problem.into(),
        offset,
    }
}

fn milliseconds(time: i64) -> u64 {
    time.max(0).unsigned_abs()
}

/// Whether a number in the metadata equals `found` exactly.
#[expect(clippy::cast_precision_loss, reason = "AMF numbers are floats too")]
fn equals_exactly(stated: f64, found: u64) -> bool {
    stated.to_bits() == (found as f64).to_bits()
}
