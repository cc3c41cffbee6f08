//! What a track of an MP4 holds, as its `hdlr` says (ISO/IEC 14496-12 8.4.3).

use crate::TrackKind;

/// The kinds of tracks that are written and read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handler {
    Video,
    Audio,
    /// Captions that the player draws.
    Text,
}

impl Handler {
    /// Picture or sound, where it is one of them.
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
