//! The fixture movie, from which the segments of every recording are cut.
//!
//! The fixtures in `fixtures/film` are read once, as units of two seconds (one group of pictures
//! each). A [`FixtureMovie`] states how many units a recording has; after the fixture's hundred
//! they repeat with later timestamps. A chunk is made on request: the coded bytes are slices of the
//! fixture, only headers are written anew.

mod flv;
mod fmp4;
mod ts;

use std::collections::BTreeMap;

use anyhow::Context;
use bytes::Bytes;

/// Length of one unit of the fixture.
pub const UNIT_MS: u64 = 2000;

/// Units in the fixture.
pub(crate) const FIXTURE_UNITS: u64 = 100;

/// Video frames in a unit.
const FRAMES_PER_UNIT: u64 = 20;

/// Size of one unit of a [`FixtureMovie::large`]: 8 Mbit/s, as a good 1080p recording.
const LARGE_UNIT_BYTES: u64 = 2_000_000;

/// The length of a recording's movie and its filler.
#[derive(Clone, Debug)]
pub struct FixtureMovie {
    units: u64,
    filler: Filler,
}

impl FixtureMovie {
    /// The whole fixture: 200 s.
    pub fn standard() -> Self {
        Self::looped(FIXTURE_UNITS)
    }

    /// This many units of two seconds: a part of the fixture, or the fixture repeated.
    pub fn looped(units: u64) -> Self {
        Self {
            units,
            filler: Filler::default(),
        }
    }

    /// About this many megabytes in the best rendition: every video frame carries H.264 filler
    /// data.
    pub fn large(megabytes: u64) -> Self {
        let units = (megabytes * 1_000_000).div_ceil(LARGE_UNIT_BYTES);
        Self::filled(units, megabytes)
    }

    /// This many units of two seconds with about this many megabytes together.
    pub fn filled(units: u64, megabytes: u64) -> Self {
        let units = units.max(1);
        let per_frame = megabytes * 1_000_000 / (units * FRAMES_PER_UNIT);
        Self {
            units,
            filler: Filler::of(usize::try_from(per_frame).unwrap_or(0)),
        }
    }

    /// Returns its length.
    pub fn duration_ms(&self) -> u64 {
        self.units * UNIT_MS
    }
}

/// An H.264 NAL unit of filler data (ISO/IEC 14496-10 7.3.2.7) with its four-byte length, or
/// nothing. One buffer is shared by every frame of every chunk.
#[derive(Clone, Debug, Default)]
struct Filler(Bytes);

impl Filler {
    /// Creates filler of this total size; empty if that is too small for a NAL unit.
    fn of(bytes: usize) -> Self {
        let Some(payload) = bytes.checked_sub(6) else {
            return Self::default();
        };
        let nal_size = u32::try_from(payload + 2).unwrap_or(u32::MAX);
        let mut nal = Vec::with_capacity(bytes);
        nal.extend_from_slice(&nal_size.to_be_bytes());
        nal.push(12);
        nal.resize(5 + payload, 0xFF);
        nal.push(0x80);
        Self(nal.into())
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// Timestamps of the tags of an FLV chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlvClock {
    /// They continue from chunk to chunk.
    #[default]
    Continues,
    /// They restart at 0 in each chunk.
    Restarts,
}

/// A video track of the fixture, by its version number in segment addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VideoStream {
    /// 96x54, version 2.
    Best,
    /// 64x36, version 4.
    Small,
}

/// An audio track of the fixture, by its version number in segment addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AudioStream {
    /// 16 kHz, version 1.
    Main,
    /// 8 kHz and other notes, version 3.
    Second,
}

impl VideoStream {
    /// Returns its version number.
    pub fn version(self) -> u32 {
        match self {
            Self::Best => 2,
            Self::Small => 4,
        }
    }

    /// Returns width and height in pixels.
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Best => (96, 54),
            Self::Small => (64, 36),
        }
    }
}

impl AudioStream {
    /// Returns its version number.
    pub fn version(self) -> u32 {
        match self {
            Self::Main => 1,
            Self::Second => 3,
        }
    }

    /// Returns the sample rate in Hz.
    pub fn sample_rate(self) -> u32 {
        match self {
            Self::Main => 16_000,
            Self::Second => 8000,
        }
    }
}

/// Content of one representation's segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MockRepresentation {
    /// FLV with video and audio, or audio only.
    Flv(Option<VideoStream>, AudioStream),
    /// Fragmented MP4 with video.
    Mp4Video(VideoStream),
    /// Fragmented MP4 with audio.
    Mp4Audio(AudioStream),
    /// HLS transport stream with video, audio or both.
    Ts(Option<VideoStream>, Option<AudioStream>),
    /// HLS packed audio.
    PackedAudio(AudioStream),
}

impl MockRepresentation {
    /// Returns its name in segment addresses: `2/1` in FLV, `2` in MP4.
    pub fn name(self) -> String {
        match self {
            Self::Flv(video, audio) => {
                format!(
                    "{}/{}",
                    video.map_or(0, VideoStream::version),
                    audio.version()
                )
            }
            Self::Mp4Video(video) => video.version().to_string(),
            Self::Mp4Audio(audio) => audio.version().to_string(),
            Self::Ts(video, audio) => {
                let versions = [
                    video.map(VideoStream::version),
                    audio.map(AudioStream::version),
                ];
                let versions = versions.into_iter().flatten().map(|it| it.to_string());
                format!("improved/{}", versions.collect::<Vec<_>>().join("/"))
            }
            Self::PackedAudio(audio) => format!("improved/{}", audio.version()),
        }
    }

    /// Returns the extension of its segments.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Flv(..) => "flv",
            Self::Mp4Video(_) => "m4v",
            Self::Mp4Audio(_) => "m4a",
            Self::Ts(..) => "ts",
            Self::PackedAudio(_) => "aac",
        }
    }

    pub(crate) fn video(self) -> Option<VideoStream> {
        match self {
            Self::Flv(video, _) | Self::Ts(video, _) => video,
            Self::Mp4Video(video) => Some(video),
            Self::Mp4Audio(_) | Self::PackedAudio(_) => None,
        }
    }
}

/// The units of a movie that a chunk covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnitRange<'a> {
    /// The movie.
    pub(crate) movie: &'a FixtureMovie,
    /// First unit.
    pub(crate) start: u64,
    /// The unit after the last.
    pub(crate) end: u64,
    /// Clock of the timestamps.
    pub(crate) clock: FlvClock,
    /// The media is that of the units this many places later.
    pub(crate) shift_units: u64,
}

/// One coded frame of a chunk, built without parsing the chunk's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureFrame {
    /// Whether it is video.
    pub is_video: bool,
    /// Decoding time, in microseconds from the start of the recording.
    pub dts_us: i64,
    /// Presentation time, in microseconds from the start of the recording.
    pub pts_us: i64,
    /// NAL units with their lengths, or one AAC frame.
    pub data: Bytes,
}

impl<'a> UnitRange<'a> {
    /// Returns the chunk of this index if a chunk lasts `chunk_time_ms`, or `None` after the
    /// movie's end.
    pub(crate) fn of(
        movie: &'a FixtureMovie,
        chunk_time_ms: u64,
        index: u64,
        clock: FlvClock,
    ) -> Option<Self> {
        let units_per_chunk = (chunk_time_ms / UNIT_MS).max(1);
        let start = index.checked_mul(units_per_chunk)?;
        let end = start.checked_add(units_per_chunk)?.min(movie.units);
        (start < movie.units).then_some(Self {
            movie,
            start,
            end,
            clock,
            shift_units: 0,
        })
    }

    /// Returns the fixture unit at this place, and by how many units its timestamps are shifted.
    fn fixture_unit(&self, place: u64) -> (usize, i64) {
        let unit = place.wrapping_add(self.shift_units) % FIXTURE_UNITS;
        let moved = place.cast_signed().wrapping_sub(unit.cast_signed());
        (usize::try_from(unit).unwrap_or(0), moved)
    }

    /// Returns the filler for a video frame: the small video carries a quarter.
    fn filler(&self, video: Option<VideoStream>) -> Filler {
        match video {
            None => Filler::default(),
            Some(VideoStream::Best) => self.movie.filler.clone(),
            Some(VideoStream::Small) => Filler::of(self.movie.filler.len() / 4),
        }
    }
}

/// Returns how many chunks a movie has.
pub(crate) fn chunk_count(movie: &FixtureMovie, chunk_time_ms: u64) -> u64 {
    movie.units.div_ceil((chunk_time_ms / UNIT_MS).max(1))
}

/// The fixtures, cut into units.
#[derive(Debug)]
pub(crate) struct MediaLibrary {
    flv: BTreeMap<MockRepresentation, flv::FlvFixture>,
    mp4: BTreeMap<MockRepresentation, fmp4::Fmp4Fixture>,
}

impl MediaLibrary {
    /// Reads the fixtures.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let movie = flv::read(include_bytes!("../fixtures/film/film.flv")).context("film.flv")?;
        let small = flv::read(include_bytes!("../fixtures/film/small.flv")).context("small.flv")?;
        let second =
            flv::read(include_bytes!("../fixtures/film/second.flv")).context("second.flv")?;
        let mut library = Self {
            flv: BTreeMap::new(),
            mp4: BTreeMap::new(),
        };
        for (video, video_tags) in [
            (None, None),
            (Some(VideoStream::Best), Some(&movie)),
            (Some(VideoStream::Small), Some(&small)),
        ] {
            for (audio, audio_tags) in [(AudioStream::Main, &movie), (AudioStream::Second, &second)]
            {
                library.flv.insert(
                    MockRepresentation::Flv(video, audio),
                    flv::FlvFixture::of(video_tags, audio_tags)?,
                );
            }
        }
        let files: [(MockRepresentation, &'static [u8]); 4] = [
            (
                MockRepresentation::Mp4Video(VideoStream::Best),
                include_bytes!("../fixtures/film/video.mp4"),
            ),
            (
                MockRepresentation::Mp4Video(VideoStream::Small),
                include_bytes!("../fixtures/film/small.mp4"),
            ),
            (
                MockRepresentation::Mp4Audio(AudioStream::Main),
                include_bytes!("../fixtures/film/audio.mp4"),
            ),
            (
                MockRepresentation::Mp4Audio(AudioStream::Second),
                include_bytes!("../fixtures/film/second.mp4"),
            ),
        ];
        for (representation, file) in files {
            let cut = fmp4::Fmp4Fixture::of(file)
                .with_context(|| format!("MP4 representation {}", representation.name()))?;
            library.mp4.insert(representation, cut);
        }
        Ok(library)
    }

    /// Returns the parts of a chunk, in order, or `None` if the fixtures lack the representation.
    pub(crate) fn chunk(
        &self,
        representation: MockRepresentation,
        range: UnitRange<'_>,
    ) -> Option<Vec<Bytes>> {
        let filler = range.filler(representation.video());
        match representation {
            MockRepresentation::Flv(..) => {
                Some(self.flv.get(&representation)?.chunk(range, &filler))
            }
            MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_) => {
                self.mp4.get(&representation)?.chunk(range, &filler)
            }
            MockRepresentation::Ts(video, audio) => {
                let streams = ts::TsStreams {
                    video: video.is_some(),
                    audio: audio.is_some(),
                };
                let cut = self.flv.get(&MockRepresentation::Flv(
                    video,
                    audio.unwrap_or(AudioStream::Main),
                ))?;
                ts::chunk(cut, range, streams)
            }
            MockRepresentation::PackedAudio(audio) => {
                ts::packed_audio(self.flv.get(&MockRepresentation::Flv(None, audio))?, range)
            }
        }
    }

    /// Returns a segment with headers but no media, or `None` if the container has no such form.
    pub(crate) fn segment_without_media(
        &self,
        representation: MockRepresentation,
        range: UnitRange<'_>,
    ) -> Option<Vec<Bytes>> {
        match representation {
            MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_) => self
                .mp4
                .get(&representation)?
                .fragment_without_samples(range.start),
            MockRepresentation::PackedAudio(_) => None,
            MockRepresentation::Flv(..) | MockRepresentation::Ts(..) => {
                let end = range.start;
                self.chunk(representation, UnitRange { end, ..range })
            }
        }
    }

    /// Returns the coded frames of a chunk, as the fixture has them.
    pub(crate) fn frames(
        &self,
        representation: MockRepresentation,
        range: UnitRange<'_>,
    ) -> Option<Vec<FixtureFrame>> {
        let tags = |video, audio: Option<AudioStream>| {
            let representation = MockRepresentation::Flv(video, audio.unwrap_or(AudioStream::Main));
            Some(flv::frames(self.flv.get(&representation)?, range))
        };
        match representation {
            MockRepresentation::Flv(video, audio) => tags(video, Some(audio)),
            MockRepresentation::Mp4Video(_) => self.mp4.get(&representation)?.frames(range, true),
            MockRepresentation::Mp4Audio(_) => self.mp4.get(&representation)?.frames(range, false),
            MockRepresentation::Ts(video, audio) => {
                let mut frames = tags(video, audio)?;
                frames.retain(|frame| frame.is_video || audio.is_some());
                Some(frames)
            }
            MockRepresentation::PackedAudio(audio) => tags(None, Some(audio)),
        }
    }

    /// Returns the init segment of an MP4 representation.
    pub(crate) fn init_segment(&self, representation: MockRepresentation) -> Option<Bytes> {
        Some(self.mp4.get(&representation)?.init_segment())
    }

    /// Returns the mean bit rate of a representation, in kbit/s.
    pub(crate) fn bitrate_kbps(
        &self,
        representation: MockRepresentation,
        movie: &FixtureMovie,
    ) -> u64 {
        let fixture_bytes = match representation {
            MockRepresentation::Flv(..) => self
                .flv
                .get(&representation)
                .map_or(0, flv::FlvFixture::coded_bytes),
            MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_) => self
                .mp4
                .get(&representation)
                .map_or(0, fmp4::Fmp4Fixture::coded_bytes),
            MockRepresentation::Ts(video, audio) => {
                let representation =
                    MockRepresentation::Flv(video, audio.unwrap_or(AudioStream::Main));
                self.flv
                    .get(&representation)
                    .map_or(0, flv::FlvFixture::coded_bytes)
            }
            MockRepresentation::PackedAudio(audio) => {
                let representation = MockRepresentation::Flv(None, audio);
                self.flv
                    .get(&representation)
                    .map_or(0, flv::FlvFixture::coded_bytes)
            }
        };
        let filler = match representation.video() {
            None => 0,
            Some(VideoStream::Best) => movie.filler.len(),
            Some(VideoStream::Small) => movie.filler.len() / 4,
        };
        let filler_per_unit = filler as u64 * FRAMES_PER_UNIT;
        (fixture_bytes / FIXTURE_UNITS + filler_per_unit) * 8 / UNIT_MS
    }
}

#[cfg(test)]
mod tests;
