//! One number for all that an index tells of its samples, of their coding and of when they are
//! shown.

/// What an index tells of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleRecord {
    /// Where its bytes start in the file.
    pub(crate) position: u64,
    pub(crate) size: u32,
    /// Decode time from that of the first sample, in ticks.
    pub(crate) dts: u64,
    pub(crate) composition_offset: i32,
    pub(crate) sync: bool,
    /// Number of its sample entry, counted from 1; 0 in an FLV.
    pub(crate) sample_entry: u32,
}

/// What an index tells of a track as a whole: when it is shown, and how it is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrackRecord {
    /// Ticks a second of the film.
    pub(crate) movie_timescale: u32,
    /// Ticks a second of the track.
    pub(crate) timescale: u32,
    /// For how long nothing is shown at first, in ticks of the film.
    pub(crate) empty: u64,
    /// Where the track ends in the film, in ticks of the film.
    pub(crate) end: u64,
    /// From where in the track, in its ticks from its first decode time.
    pub(crate) media_time: u64,
    /// CRC-32 of the sample entries, as they stand in `stsd`.
    pub(crate) sample_entries_crc: u32,
    pub(crate) label: TrackLabel,
}

/// How a track is offered to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TrackLabel {
    /// Packed code of `mdhd`.
    pub(crate) language: u16,
    /// CRC-32 of the tag in `elng`; 0 where there is none.
    pub(crate) tag: u32,
    pub(crate) enabled: bool,
    pub(crate) group: u16,
}

/// A sum over samples that any change of one field changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IndexDigest(u64);

/// Start and factor of FNV-1a. Each step is one-to-one, so that a single change is never lost.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Default for IndexDigest {
    fn default() -> Self {
        Self(BASIS)
    }
}

impl IndexDigest {
    /// Goes on from a value of before.
    pub(crate) fn from_value(value: u64) -> Self {
        Self(value)
    }

    pub(crate) fn add(&mut self, told: SampleRecord) {
        let shape = (u64::from(told.sample_entry) << 1) | u64::from(told.sync);
        let offset = u64::from(told.composition_offset.cast_unsigned());
        self.mix([
            told.position,
            told.dts,
            (u64::from(told.size) << 32) | offset,
            shape,
        ]);
    }

    /// The sum with what is told of the track.
    #[must_use]
    pub(crate) fn with_track(mut self, whole: TrackRecord) -> Self {
        let clocks = (u64::from(whole.movie_timescale) << 32) | u64::from(whole.timescale);
        self.mix([clocks, whole.empty, whole.end, whole.media_time]);
        let TrackLabel {
            language,
            tag,
            enabled,
            group,
        } = whole.label;
        let chosen = (u64::from(group) << 1) | u64::from(enabled);
        let label = (u64::from(tag) << 16) | u64::from(language);
        self.mix([u64::from(whole.sample_entries_crc), chosen, label]);
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
