//! One number for all that an index tells of its samples.

/// What an index tells of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Where its bytes start in the file.
    pub(crate) position: u64,
    pub(crate) size: u32,
    /// Decode time from that of the first sample, in ticks.
    pub(crate) dts: u64,
    pub(crate) composition_offset: i32,
    pub(crate) sync: bool,
    /// Number of its sample entry, counted from 1; 0 in an FLV.
    pub(crate) description: u32,
}

/// A sum over samples that any change of one field changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(u64);

/// Start and factor of FNV-1a. Each step is one-to-one, so that a single change is never lost.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Default for Digest {
    fn default() -> Self {
        Self(BASIS)
    }
}

impl Digest {
    /// Goes on from a value of before.
    pub(crate) fn from_value(value: u64) -> Self {
        Self(value)
    }

    pub(crate) fn add(&mut self, told: Told) {
        let shape = (u64::from(told.description) << 1) | u64::from(told.sync);
        let offset = u64::from(told.composition_offset.cast_unsigned());
        for field in [
            told.position,
            told.dts,
            (u64::from(told.size) << 32) | offset,
            shape,
        ] {
            self.step(field);
        }
    }

    pub(crate) fn value(self) -> u64 {
        self.0
    }

    /// With what the ticks are measured in, and from which on they are shown.
    pub(crate) fn timed(mut self, timescale: u32, media_time: u64) -> u64 {
        for field in [u64::from(timescale), media_time] {
            self.step(field);
        }
        self.0
    }

    fn step(&mut self, field: u64) {
        self.0 = (self.0 ^ field).wrapping_mul(PRIME).rotate_left(29);
    }
}
