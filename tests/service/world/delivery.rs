//! By which ways a recording is offered.

use crate::media::{AudioStream, MockRepresentation, VideoStream};

/// By which ways a recording is offered. The default is what most have: pieces over the websocket
/// and by long polling, playlists for the other player.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What the websocket tells.
    pub websocket: TransportBehavior,
    /// What long polling tells the player for pieces.
    pub polling: TransportBehavior,
    /// What long polling tells the player for HLS.
    pub playlists: Option<PlaylistLayout>,
    /// The file that the API names.
    pub file: Option<FileContainer>,
    /// The file's server knows no parts of it.
    pub ignores_ranges: bool,
    /// What is odd about the playlist of the best picture.
    pub playlist_oddity: Option<PlaylistOddity>,
    /// What is odd about the rows of the fragments' pictures.
    pub representation_oddity: Option<RepresentationOddity>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            websocket: TransportBehavior::Segments,
            polling: TransportBehavior::Segments,
            playlists: Some(PlaylistLayout::Muxed),
            file: None,
            ignores_ranges: false,
            playlist_oddity: None,
            representation_oddity: None,
        }
    }
}

impl Delivery {
    /// Long polling only.
    pub fn polling() -> Self {
        Self {
            websocket: TransportBehavior::Refused,
            playlists: None,
            ..Self::default()
        }
    }

    /// Playlists only: formats that nobody knows are told of otherwise.
    pub fn playlists(listing: PlaylistLayout) -> Self {
        Self {
            websocket: TransportBehavior::UnknownFormats,
            polling: TransportBehavior::UnknownFormats,
            playlists: Some(listing),
            ..Self::default()
        }
    }

    /// One file only.
    pub fn file(kind: FileContainer) -> Self {
        Self {
            websocket: TransportBehavior::Offline,
            polling: TransportBehavior::Offline,
            playlists: None,
            file: Some(kind),
            ..Self::default()
        }
    }
}

/// What is odd about a playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaylistOddity {
    /// It has no end, and does not say that it is complete.
    Growing,
    /// It says that it is complete, and has no end.
    NoEnd,
    /// Its segments are encrypted.
    Encrypted,
    /// It names no initialisation segment.
    NoInitSegment,
    /// The segment of that number has no address.
    NoAddress(u64),
    /// The segment of that number is said to be missing (`EXT-X-GAP`).
    Gap(u64),
}

/// What is odd about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepresentationOddity {
    /// It has no `segmentUrl`.
    NoSegmentUrl,
    /// Its `segmentUrl` leads out of the folder.
    ParentFolder,
}

/// What a way tells of the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportBehavior {
    /// Where they are.
    Segments,
    /// Nothing: there is no such door.
    Refused,
    /// Formats under names that nobody knows.
    UnknownFormats,
    /// That there are none.
    Offline,
    /// Nothing at all, with the door open.
    Silent,
}

/// How playlists list the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaylistLayout {
    /// Transport streams of picture and sound.
    Muxed,
    /// Transport streams of picture, and those of sound beside them.
    Separate,
    /// Transport streams of picture and sound, and a sound beside them that stands for theirs.
    AlternateAudio,
    /// Transport streams of picture and sound, and another sound beside them.
    AdditionalAudio,
    /// Transport streams of picture, and packed sound beside them.
    PackedAudio,
    /// Fragmented MP4, picture and sound apart.
    Fmp4,
    /// As [`Self::Muxed`], but each row in one file, its pieces by ranges.
    Ranges,
    /// As [`Self::Muxed`], with a key that they are encrypted with.
    Encrypted,
}

impl PlaylistLayout {
    /// Rows with a picture, best first, and rows of sound beside them.
    pub(crate) fn representations(self) -> (Vec<MockRepresentation>, Vec<MockRepresentation>) {
        let pictures = [VideoStream::Best, VideoStream::Small];
        let sounds = [AudioStream::Main, AudioStream::Second];
        let of = |sound: Option<AudioStream>| {
            pictures
                .map(|it| MockRepresentation::Ts(Some(it), sound))
                .to_vec()
        };
        match self {
            Self::Muxed | Self::Ranges | Self::Encrypted => {
                (of(Some(AudioStream::Main)), Vec::new())
            }
            Self::Separate => (
                of(None),
                sounds
                    .map(|it| MockRepresentation::Ts(None, Some(it)))
                    .to_vec(),
            ),
            Self::AlternateAudio => (
                of(Some(AudioStream::Second)),
                vec![MockRepresentation::Ts(None, Some(AudioStream::Main))],
            ),
            Self::AdditionalAudio => (
                of(Some(AudioStream::Main)),
                vec![MockRepresentation::Ts(None, Some(AudioStream::Second))],
            ),
            Self::PackedAudio => (
                of(None),
                sounds.map(MockRepresentation::PackedAudio).to_vec(),
            ),
            Self::Fmp4 => (
                pictures.map(MockRepresentation::Mp4Video).to_vec(),
                sounds.map(MockRepresentation::Mp4Audio).to_vec(),
            ),
        }
    }
}

/// What a finished file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileContainer {
    /// The whole film as one FLV.
    Flv,
    /// Its picture as one fragmented MP4.
    Mp4,
}

impl FileContainer {
    /// What its name ends in.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Flv => "flv",
            Self::Mp4 => "mp4",
        }
    }

    /// Whose pieces it is made of.
    pub(crate) fn representation(self) -> MockRepresentation {
        match self {
            Self::Flv => MockRepresentation::Flv(Some(VideoStream::Best), AudioStream::Main),
            Self::Mp4 => MockRepresentation::Mp4Video(VideoStream::Best),
        }
    }
}
