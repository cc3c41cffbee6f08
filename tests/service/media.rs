//! The film: where the pieces of every recording come from.
//!
//! The fixtures of `fixtures/film` are read once, as units of two seconds (one group of pictures
//! each). A [`Film`] says how many units a recording has; past the fixture's hundred they repeat
//! with the clock moved on. A chunk is made when it is asked for: the coded bytes are slices of
//! the fixture, only headers are written anew.

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

/// What one unit of a [`Film::large`] weighs: 8 Mbit/s, as a good 1080p recording.
const LARGE_UNIT_BYTES: u64 = 2_000_000;

/// How much film a recording has.
#[derive(Clone, Debug)]
pub struct FixtureMovie {
    units: u64,
    filler: Filler,
}

impl FixtureMovie {
    /// The fixture, first to last: 200 s.
    pub fn standard() -> Self {
        Self::looped(FIXTURE_UNITS)
    }

    /// So many units of two seconds: a part of the fixture, or the fixture again and again.
    pub fn looped(units: u64) -> Self {
        Self {
            units,
            filler: Filler::default(),
        }
    }

    /// About so many megabytes in the best rendition: every picture carries H.264 filler data.
    pub fn large(megabytes: u64) -> Self {
        let units = (megabytes * 1_000_000).div_ceil(LARGE_UNIT_BYTES);
        Self::filled(units, megabytes)
    }

    /// So many units of two seconds that weigh about so many megabytes together.
    pub fn filled(units: u64, megabytes: u64) -> Self {
        let units = units.max(1);
        let per_frame = megabytes * 1_000_000 / (units * FRAMES_PER_UNIT);
        Self {
            units,
            filler: Filler::of(usize::try_from(per_frame).unwrap_or(0)),
        }
    }

    /// Its length.
    pub fn duration_ms(&self) -> u64 {
        self.units * UNIT_MS
    }
}

/// An H.264 NAL unit of filler data (ISO/IEC 14496-10 7.3.2.7) with its four-byte length, or
/// nothing. One buffer serves every picture of every chunk.
#[derive(Clone, Debug, Default)]
struct Filler(Bytes);

impl Filler {
    /// A filler of so many bytes in all; none where that is too few for one.
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

/// Which time the tags of an FLV chunk carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlvClock {
    /// It goes on from chunk to chunk.
    #[default]
    Continues,
    /// Each chunk starts at 0 again.
    Restarts,
}

/// A moving picture of the fixture, by the version number it has in segment addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VideoStream {
    /// 96x54, version 2.
    Best,
    /// 64x36, version 4.
    Small,
}

/// A sound of the fixture, by the version number it has in segment addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AudioStream {
    /// 16 kHz, version 1.
    Main,
    /// 8 kHz and other notes, version 3.
    Second,
}

impl VideoStream {
    /// Its version number.
    pub fn version(self) -> u32 {
        match self {
            Self::Best => 2,
            Self::Small => 4,
        }
    }

    /// Width and height in pixels.
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Best => (96, 54),
            Self::Small => (64, 36),
        }
    }
}

impl AudioStream {
    /// Its version number.
    pub fn version(self) -> u32 {
        match self {
            Self::Main => 1,
            Self::Second => 3,
        }
    }

    /// Samples a second.
    pub fn sample_rate(self) -> u32 {
        match self {
            Self::Main => 16_000,
            Self::Second => 8000,
        }
    }
}

/// What one row of pieces holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MockRepresentation {
    /// FLV: picture and sound, or sound alone.
    Flv(Option<VideoStream>, AudioStream),
    /// Fragmented MP4 with a picture.
    Mp4Video(VideoStream),
    /// Fragmented MP4 with a sound.
    Mp4Audio(AudioStream),
    /// Transport stream of HLS: picture, sound or both.
    Ts(Option<VideoStream>, Option<AudioStream>),
    /// Packed sound of HLS.
    PackedAudio(AudioStream),
}

impl MockRepresentation {
    /// How segment addresses name it: `2/1` in FLV, `2` in MP4.
    pub fn name(self) -> String {
        match self {
            Self::Flv(picture, sound) => {
                format!(
                    "{}/{}",
                    picture.map_or(0, VideoStream::version),
                    sound.version()
                )
            }
            Self::Mp4Video(picture) => picture.version().to_string(),
            Self::Mp4Audio(sound) => sound.version().to_string(),
            Self::Ts(picture, sound) => {
                let versions = [
                    picture.map(VideoStream::version),
                    sound.map(AudioStream::version),
                ];
                let versions = versions.into_iter().flatten().map(|it| it.to_string());
                format!("improved/{}", versions.collect::<Vec<_>>().join("/"))
            }
            Self::PackedAudio(sound) => format!("improved/{}", sound.version()),
        }
    }

    /// What the names of its pieces end in.
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
            Self::Flv(picture, _) | Self::Ts(picture, _) => picture,
            Self::Mp4Video(picture) => Some(picture),
            Self::Mp4Audio(_) | Self::PackedAudio(_) => None,
        }
    }
}

/// Which stretch of a film a chunk is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnitRange<'a> {
    /// The film.
    pub(crate) movie: &'a FixtureMovie,
    /// First unit.
    pub(crate) start: u64,
    /// The unit after the last.
    pub(crate) end: u64,
    /// Whose time it tells.
    pub(crate) clock: FlvClock,
    /// Its media is that of the units so many places farther.
    pub(crate) shift_units: u64,
}

/// One coded frame of a chunk, as it is told without reading the chunk's bytes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureFrame {
    /// It is video.
    pub is_video: bool,
    /// When it is decoded, in microseconds from the start of the recording.
    pub dts_us: i64,
    /// When it is shown.
    pub pts_us: i64,
    /// Its bytes: NAL units with their lengths, or one frame of AAC.
    pub data: Bytes,
}

impl<'a> UnitRange<'a> {
    /// The chunk of that index where a chunk lasts `chunk_time_ms`; none past the film's end.
    pub(crate) fn of(
        film: &'a FixtureMovie,
        chunk_time_ms: u64,
        index: u64,
        clock: FlvClock,
    ) -> Option<Self> {
        let units_per_chunk = (chunk_time_ms / UNIT_MS).max(1);
        let start = index.checked_mul(units_per_chunk)?;
        let end = start.checked_add(units_per_chunk)?.min(film.units);
        (start < film.units).then_some(Self {
            movie: film,
            start,
            end,
            clock,
            shift_units: 0,
        })
    }

    /// Which unit of the fixture stands in that place, and by how many units its times move.
    fn fixture_unit(&self, place: u64) -> (usize, i64) {
        let unit = place.wrapping_add(self.shift_units) % FIXTURE_UNITS;
        let moved = place.cast_signed().wrapping_sub(unit.cast_signed());
        (usize::try_from(unit).unwrap_or(0), moved)
    }

    /// The filler of this picture: the small one carries a quarter.
    fn filler(&self, picture: Option<VideoStream>) -> Filler {
        match picture {
            None => Filler::default(),
            Some(VideoStream::Best) => self.movie.filler.clone(),
            Some(VideoStream::Small) => Filler::of(self.movie.filler.len() / 4),
        }
    }
}

/// How many chunks a film has.
pub(crate) fn chunk_count(film: &FixtureMovie, chunk_time_ms: u64) -> u64 {
    film.units.div_ceil((chunk_time_ms / UNIT_MS).max(1))
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
        let film = flv::read(include_bytes!("../fixtures/film/film.flv")).context("film.flv")?;
        let small = flv::read(include_bytes!("../fixtures/film/small.flv")).context("small.flv")?;
        let second =
            flv::read(include_bytes!("../fixtures/film/second.flv")).context("second.flv")?;
        let mut library = Self {
            flv: BTreeMap::new(),
            mp4: BTreeMap::new(),
        };
        for (picture, video) in [
            (None, None),
            (Some(VideoStream::Best), Some(&film)),
            (Some(VideoStream::Small), Some(&small)),
        ] {
            for (sound, audio) in [(AudioStream::Main, &film), (AudioStream::Second, &second)] {
                library.flv.insert(
                    MockRepresentation::Flv(picture, sound),
                    flv::FlvFixture::of(video, audio)?,
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
        for (row, file) in files {
            let cut =
                fmp4::Fmp4Fixture::of(file).with_context(|| format!("MP4 row {}", row.name()))?;
            library.mp4.insert(row, cut);
        }
        Ok(library)
    }

    /// The pieces of a chunk, in order; none where the row is not in the fixtures.
    pub(crate) fn chunk(
        &self,
        row: MockRepresentation,
        stretch: UnitRange<'_>,
    ) -> Option<Vec<Bytes>> {
        let filler = stretch.filler(row.video());
        match row {
            MockRepresentation::Flv(..) => Some(self.flv.get(&row)?.chunk(stretch, &filler)),
            MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_) => {
                self.mp4.get(&row)?.chunk(stretch, &filler)
            }
            MockRepresentation::Ts(picture, sound) => {
                let streams = ts::TsStreams {
                    video: picture.is_some(),
                    audio: sound.is_some(),
                };
                let cut = self.flv.get(&MockRepresentation::Flv(
                    picture,
                    sound.unwrap_or(AudioStream::Main),
                ))?;
                ts::chunk(cut, stretch, streams)
            }
            MockRepresentation::PackedAudio(sound) => ts::packed_audio(
                self.flv.get(&MockRepresentation::Flv(None, sound))?,
                stretch,
            ),
        }
    }

    /// A segment of that row with everything but media; none where the container knows no such.
    pub(crate) fn segment_without_media(
        &self,
        row: MockRepresentation,
        stretch: UnitRange<'_>,
    ) -> Option<Vec<Bytes>> {
        match row {
            MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_) => {
                self.mp4.get(&row)?.fragment_without_samples(stretch.start)
            }
            MockRepresentation::PackedAudio(_) => None,
            MockRepresentation::Flv(..) | MockRepresentation::Ts(..) => {
                let end = stretch.start;
                self.chunk(row, UnitRange { end, ..stretch })
            }
        }
    }

    /// The coded frames of a chunk, as the fixture has them.
    pub(crate) fn frames(
        &self,
        row: MockRepresentation,
        stretch: UnitRange<'_>,
    ) -> Option<Vec<FixtureFrame>> {
        let tags = |picture, sound: Option<AudioStream>| {
            let row = MockRepresentation::Flv(picture, sound.unwrap_or(AudioStream::Main));
            Some(flv::frames(self.flv.get(&row)?, stretch))
        };
        match row {
            MockRepresentation::Flv(picture, sound) => tags(picture, Some(sound)),
            MockRepresentation::Mp4Video(_) => self.mp4.get(&row)?.frames(stretch, true),
            MockRepresentation::Mp4Audio(_) => self.mp4.get(&row)?.frames(stretch, false),
            MockRepresentation::Ts(picture, sound) => {
                let mut frames = tags(picture, sound)?;
                frames.retain(|frame| frame.is_video || sound.is_some());
                Some(frames)
            }
            MockRepresentation::PackedAudio(sound) => tags(None, Some(sound)),
        }
    }

    /// The initialisation piece of an MP4 row.
    pub(crate) fn init_segment(&self, row: MockRepresentation) -> Option<Bytes> {
        Some(self.mp4.get(&row)?.init_segment())
    }

    /// Mean bit rate of a row, in kbit/s.
    pub(crate) fn bitrate_kbps(&self, row: MockRepresentation, film: &FixtureMovie) -> u64 {
        let fixture_bytes = match row {
            MockRepresentation::Flv(..) => {
                self.flv.get(&row).map_or(0, flv::FlvFixture::coded_bytes)
            }
            MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_) => {
                self.mp4.get(&row).map_or(0, fmp4::Fmp4Fixture::coded_bytes)
            }
            MockRepresentation::Ts(picture, sound) => {
                let row = MockRepresentation::Flv(picture, sound.unwrap_or(AudioStream::Main));
                self.flv.get(&row).map_or(0, flv::FlvFixture::coded_bytes)
            }
            MockRepresentation::PackedAudio(sound) => {
                let row = MockRepresentation::Flv(None, sound);
                self.flv.get(&row).map_or(0, flv::FlvFixture::coded_bytes)
            }
        };
        let filler = match row.video() {
            None => 0,
            Some(VideoStream::Best) => film.filler.len(),
            Some(VideoStream::Small) => film.filler.len() / 4,
        };
        let filler_per_unit = filler as u64 * FRAMES_PER_UNIT;
        (fixture_bytes / FIXTURE_UNITS + filler_per_unit) * 8 / UNIT_MS
    }
}

#[cfg(test)]
mod tests;
