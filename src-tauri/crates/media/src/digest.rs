//! A digest of a track's index, which the muxer and the check compute independently and compare.

/// The index fields of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleRecord {
    /// Byte position in the file.
    pub(crate) position: u64,
    pub(crate) size: u32,
    /// Decode time relative to the first sample, in ticks of the track.
    pub(crate) dts: u64,
    pub(crate) composition_offset: i32,
    pub(crate) sync: bool,
    /// Number of its sample entry, counted from 1; 0 in an FLV.
    pub(crate) sample_entry: u32,
}

/// The index fields of a track: timescales, edit list, codec configuration and label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrackRecord {
    /// Ticks per second of the movie.
    pub(crate) movie_timescale: u32,
    /// Ticks per second of the track.
    pub(crate) timescale: u32,
    /// Duration of the empty edit at the start, in ticks of the movie.
    pub(crate) empty: u64,
    /// End of the track in the movie, in ticks of the movie.
    pub(crate) end: u64,
    /// `media_time` of the edit, in ticks of the track from its first decode time.
    pub(crate) media_time: u64,
    /// CRC-32 of the sample entries in `stsd`.
    pub(crate) sample_entries_crc: u32,
    pub(crate) label: TrackLabel,
}

/// How a player labels and selects a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrackLabel {
    /// Packed language code of `mdhd`.
    pub(crate) language: u16,
    /// CRC-32 of the tag in `elng`; 0 without one.
    pub(crate) tag: u32,
    pub(crate) enabled: bool,
    /// `alternate_group` of `tkhd`.
    pub(crate) group: u16,
}

/// A digest over samples that every change of a single field changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IndexDigest(u64);

/// Offset basis and prime of FNV-1a. Each step is a bijection, so that no single change is lost.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Default for IndexDigest {
    fn default() -> Self {
        Self(BASIS)
    }
}

impl IndexDigest {
    /// Continues from a saved [`Self::value`].
    pub(crate) fn from_value(value: u64) -> Self {
        Self(value)
    }

    pub(crate) fn add(&mut self, sample: SampleRecord) {
        let flags = (u64::from(sample.sample_entry) << 1) | u64::from(sample.sync);
        let offset = u64::from(sample.composition_offset.cast_unsigned());
        self.mix([
            sample.position,
            sample.dts,
            (u64::from(sample.size) << 32) | offset,
            flags,
        ]);
    }

    /// Returns the digest of the samples and the track.
    #[must_use]
    pub(crate) fn with_track(mut self, track: TrackRecord) -> Self {
        let timescales = (u64::from(track.movie_timescale) << 32) | u64::from(track.timescale);
        self.mix([timescales, track.empty, track.end, track.media_time]);
        let TrackLabel {
            language,
            tag,
            enabled,
            group,
        } = track.label;
        let selection = (u64::from(group) << 1) | u64::from(enabled);
        let label = (u64::from(tag) << 16) | u64::from(language);
        self.mix([u64::from(track.sample_entries_crc), selection, label]);
        self
    }

    fn mix<const N: usize>(&mut self, fields: [u64; N]) {
        for field in fields {
            self.0 = (self.0 ^ field).wrapping_mul(PRIME).rotate_left(29);
        }
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }
}
