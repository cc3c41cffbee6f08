//! A coded frame with its times, as every demuxer returns it.

/// Whether a track is video or audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrackKind {
    /// Video.
    Video,
    /// Audio.
    Audio,
}

/// One coded frame with its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    /// The track that it belongs to.
    pub kind: TrackKind,
    /// Decode time in ticks of the track's timescale.
    pub dts: i64,
    /// Presentation time minus decode time, in the same ticks.
    pub composition_offset: i32,
    /// Whether decoding can start here.
    pub sync: bool,
    /// The coded bytes.
    pub data: &'a [u8],
}
