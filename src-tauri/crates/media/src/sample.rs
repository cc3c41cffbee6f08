//! The unit that every container carries.

/// Picture or sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrackKind {
    /// Picture.
    Video,
    /// Sound.
    Audio,
}

/// One coded frame with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Picture or sound.
    pub kind: TrackKind,
    /// Decode time in the track's timescale.
    pub dts: i64,
    /// Presentation time minus decode time.
    pub composition_offset: i32,
    /// Decoding can start here.
    pub sync: bool,
    /// The coded bytes.
    pub data: &'a [u8],
}
