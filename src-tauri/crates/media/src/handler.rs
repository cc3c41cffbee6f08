//! The kind of an MP4 track, as its `hdlr` box says (ISO/IEC 14496-12 8.4.3).

use crate::TrackKind;

/// The kinds of tracks that the muxer writes and the check reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handler {
    Video,
    Audio,
    /// Captions that the player renders.
    Text,
}

impl Handler {
    /// Returns `None` for captions.
    pub(crate) fn kind(self) -> Option<TrackKind> {
        match self {
            Self::Video => Some(TrackKind::Video),
            Self::Audio => Some(TrackKind::Audio),
            Self::Text => None,
        }
    }
}

impl From<TrackKind> for Handler {
    fn from(kind: TrackKind) -> Self {
        match kind {
            TrackKind::Video => Self::Video,
            TrackKind::Audio => Self::Audio,
        }
    }
}
