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
pub struct Film {
    units: u64,
    filler: Filler,
}

impl Film {
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
pub enum Clock {
    /// It goes on from chunk to chunk.
    #[default]
    Continues,
    /// Each chunk starts at 0 again.
    Restarts,
}

/// A moving picture of the fixture, by the version number it has in segment addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Picture {
    /// 96x54, version 2.
    Best,
    /// 64x36, version 4.
    Small,
}

/// A sound of the fixture, by the version number it has in segment addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sound {
    /// 16 kHz, version 1.
    Main,
    /// 8 kHz and other notes, version 3.
    Second,
}

impl Picture {
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

impl Sound {
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
pub enum Row {
    /// FLV: picture and sound, or sound alone.
    Flv(Option<Picture>, Sound),
    /// Fragmented MP4 with a picture.
    Mp4Picture(Picture),
    /// Fragmented MP4 with a sound.
    Mp4Sound(Sound),
    /// Transport stream of HLS: picture, sound or both.
    Ts(Option<Picture>, Option<Sound>),
    /// Packed sound of HLS.
    Packed(Sound),
}

impl Row {
    /// How segment addresses name it: `2/1` in FLV, `2` in MP4.
    pub fn name(self) -> String {
        match self {
            Self::Flv(picture, sound) => {
                format!(
                    "{}/{}",
                    picture.map_or(0, Picture::version),
                    sound.version()
                )
            }
            Self::Mp4Picture(picture) => picture.version().to_string(),
            Self::Mp4Sound(sound) => sound.version().to_string(),
            Self::Ts(picture, sound) => {
                let versions = [picture.map(Picture::version), sound.map(Sound::version)];
                let versions = versions.into_iter().flatten().map(|it| it.to_string());
                format!("improved/{}", versions.collect::<Vec<_>>().join("/"))
            }
            Self::Packed(sound) => format!("improved/{}", sound.version()),
        }
    }

    /// What the names of its pieces end in.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Flv(..) => "flv",
            Self::Mp4Picture(_) => "m4v",
            Self::Mp4Sound(_) => "m4a",
            Self::Ts(..) => "ts",
            Self::Packed(_) => "aac",
        }
    }

    pub(crate) fn picture(self) -> Option<Picture> {
        match self {
            Self::Flv(picture, _) | Self::Ts(picture, _) => picture,
            Self::Mp4Picture(picture) => Some(picture),
            Self::Mp4Sound(_) | Self::Packed(_) => None,
        }
    }
}

/// Which stretch of a film a chunk is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'a> {
    /// The film.
    pub(crate) film: &'a Film,
    /// First unit.
    pub(crate) start: u64,
    /// The unit after the last.
    pub(crate) end: u64,
    /// Whose time it tells.
    pub(crate) clock: Clock,
    /// Its media is that of the units so many places farther.
    pub(crate) shifted: u64,
}

/// One coded frame of a chunk, as it is told without reading the chunk's bytes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// It is video.
    pub is_picture: bool,
    /// When it is decoded, in microseconds from the start of the recording.
    pub dts_us: i64,
    /// When it is shown.
    pub pts_us: i64,
    /// Its bytes: NAL units with their lengths, or one frame of AAC.
    pub data: Bytes,
}

impl<'a> Stretch<'a> {
    /// The chunk of that index where a chunk lasts `chunk_time_ms`; none past the film's end.
    pub(crate) fn of(film: &'a Film, chunk_time_ms: u64, index: u64, clock: Clock) -> Option<Self> {
        let units_per_chunk = (chunk_time_ms / UNIT_MS).max(1);
        let start = index.checked_mul(units_per_chunk)?;
        let end = start.checked_add(units_per_chunk)?.min(film.units);
        (start < film.units).then_some(Self {
            film,
            start,
            end,
            clock,
            shifted: 0,
        })
    }

    /// Which unit of the fixture stands in that place, and by how many units its times move.
    fn unit(&self, place: u64) -> (usize, i64) {
        let unit = place.wrapping_add(self.shifted) % FIXTURE_UNITS;
        let moved = place.cast_signed().wrapping_sub(unit.cast_signed());
        (usize::try_from(unit).unwrap_or(0), moved)
    }

    /// The filler of this picture: the small one carries a quarter.
    fn filler(&self, picture: Option<Picture>) -> Filler {
        match picture {
            None => Filler::default(),
            Some(Picture::Best) => self.film.filler.clone(),
            Some(Picture::Small) => Filler::of(self.film.filler.len() / 4),
        }
    }
}

/// How many chunks a film has.
pub(crate) fn chunks_of(film: &Film, chunk_time_ms: u64) -> u64 {
    film.units.div_ceil((chunk_time_ms / UNIT_MS).max(1))
}

/// The fixtures, cut into units.
#[derive(Debug)]
pub(crate) struct MediaLibrary {
    flv: BTreeMap<Row, flv::Cut>,
    mp4: BTreeMap<Row, fmp4::Cut>,
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
            (Some(Picture::Best), Some(&film)),
            (Some(Picture::Small), Some(&small)),
        ] {
            for (sound, audio) in [(Sound::Main, &film), (Sound::Second, &second)] {
                library
                    .flv
                    .insert(Row::Flv(picture, sound), flv::Cut::of(video, audio)?);
            }
        }
        let files: [(Row, &'static [u8]); 4] = [
            (
                Row::Mp4Picture(Picture::Best),
                include_bytes!("../fixtures/film/video.mp4"),
            ),
            (
                Row::Mp4Picture(Picture::Small),
                include_bytes!("../fixtures/film/small.mp4"),
            ),
            (
                Row::Mp4Sound(Sound::Main),
                include_bytes!("../fixtures/film/audio.mp4"),
            ),
            (
                Row::Mp4Sound(Sound::Second),
                include_bytes!("../fixtures/film/second.mp4"),
            ),
        ];
        for (row, file) in files {
            let cut = fmp4::Cut::of(file).with_context(|| format!("MP4 row {}", row.name()))?;
            library.mp4.insert(row, cut);
        }
        Ok(library)
    }

    /// The pieces of a chunk, in order; none where the row is not in the fixtures.
    pub(crate) fn chunk(&self, row: Row, stretch: Stretch<'_>) -> Option<Vec<Bytes>> {
        let filler = stretch.filler(row.picture());
        match row {
            Row::Flv(..) => Some(self.flv.get(&row)?.chunk(stretch, &filler)),
            Row::Mp4Picture(_) | Row::Mp4Sound(_) => self.mp4.get(&row)?.chunk(stretch, &filler),
            Row::Ts(picture, sound) => {
                let streams = ts::TsStreams {
                    picture: picture.is_some(),
                    sound: sound.is_some(),
                };
                let cut = self
                    .flv
                    .get(&Row::Flv(picture, sound.unwrap_or(Sound::Main)))?;
                ts::chunk(cut, stretch, streams)
            }
            Row::Packed(sound) => ts::packed(self.flv.get(&Row::Flv(None, sound))?, stretch),
        }
    }

    /// A segment of that row with everything but media; none where the container knows no such.
    pub(crate) fn empty(&self, row: Row, stretch: Stretch<'_>) -> Option<Vec<Bytes>> {
        match row {
            Row::Mp4Picture(_) | Row::Mp4Sound(_) => self.mp4.get(&row)?.empty(stretch.start),
            Row::Packed(_) => None,
            Row::Flv(..) | Row::Ts(..) => {
                let end = stretch.start;
                self.chunk(row, Stretch { end, ..stretch })
            }
        }
    }

    /// The coded frames of a chunk, as the fixture has them.
    pub(crate) fn frames(&self, row: Row, stretch: Stretch<'_>) -> Option<Vec<Frame>> {
        let tags = |picture, sound: Option<Sound>| {
            let row = Row::Flv(picture, sound.unwrap_or(Sound::Main));
            Some(flv::frames(self.flv.get(&row)?, stretch))
        };
        match row {
            Row::Flv(picture, sound) => tags(picture, Some(sound)),
            Row::Mp4Picture(_) => self.mp4.get(&row)?.frames(stretch, true),
            Row::Mp4Sound(_) => self.mp4.get(&row)?.frames(stretch, false),
            Row::Ts(picture, sound) => {
                let mut frames = tags(picture, sound)?;
                frames.retain(|frame| frame.is_picture || sound.is_some());
                Some(frames)
            }
            Row::Packed(sound) => tags(None, Some(sound)),
        }
    }

    /// The initialisation piece of an MP4 row.
    pub(crate) fn init(&self, row: Row) -> Option<Bytes> {
        Some(self.mp4.get(&row)?.init())
    }

    /// Mean bit rate of a row, in kbit/s.
    pub(crate) fn bitrate_kbps(&self, row: Row, film: &Film) -> u64 {
        let fixture_bytes = match row {
            Row::Flv(..) => self.flv.get(&row).map_or(0, flv::Cut::coded_bytes),
            Row::Mp4Picture(_) | Row::Mp4Sound(_) => {
                self.mp4.get(&row).map_or(0, fmp4::Cut::coded_bytes)
            }
            Row::Ts(picture, sound) => {
                let row = Row::Flv(picture, sound.unwrap_or(Sound::Main));
                self.flv.get(&row).map_or(0, flv::Cut::coded_bytes)
            }
            Row::Packed(sound) => {
                let row = Row::Flv(None, sound);
                self.flv.get(&row).map_or(0, flv::Cut::coded_bytes)
            }
        };
        let filler = match row.picture() {
            None => 0,
            Some(Picture::Best) => film.filler.len(),
            Some(Picture::Small) => film.filler.len() / 4,
        };
        let filler_per_unit = filler as u64 * FRAMES_PER_UNIT;
        (fixture_bytes / FIXTURE_UNITS + filler_per_unit) * 8 / UNIT_MS
    }
}

#[cfg(test)]
mod tests;
