//! The transports that offer a recording.

use crate::media::{AudioStream, MockRepresentation, VideoStream};

/// The transports that offer a recording. The default is the most common: segments over the
/// websocket and by long polling, playlists for the other player.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Behaviour of the websocket.
    pub websocket: TransportBehavior,
    /// Behaviour of long polling towards the segment player.
    pub polling: TransportBehavior,
    /// Playlists that long polling announces to the HLS player.
    pub playlists: Option<PlaylistLayout>,
    /// The single file that the API names.
    pub file: Option<FileContainer>,
    /// Whether the file's server ignores `Range`.
    pub ignores_ranges: bool,
    /// Oddity of the best video's playlist.
    pub playlist_oddity: Option<PlaylistOddity>,
    /// Oddity of the MP4 representations with video.
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

    /// Playlists only: the other transports announce unknown formats.
    pub fn playlists(listing: PlaylistLayout) -> Self {
        Self {
            websocket: TransportBehavior::UnknownFormats,
            polling: TransportBehavior::UnknownFormats,
            playlists: Some(listing),
            ..Self::default()
        }
    }

    /// Returns the representations that the playlists name.
    pub(crate) fn playlist_representations(
        &self,
    ) -> impl Iterator<Item = MockRepresentation> + use<> {
        let representations = self.playlists.map(PlaylistLayout::representations);
        let (videos, audio_tracks) = representations.unwrap_or_default();
        videos.into_iter().chain(audio_tracks)
    }

    /// A single file only.
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

/// Oddity of a playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaylistOddity {
    /// It has neither an end marker nor the type of a complete playlist.
    Growing,
    /// Its type says that it is complete, but the end marker is missing.
    NoEnd,
    /// Its segments are encrypted.
    Encrypted,
    /// It names no init segment.
    NoInitSegment,
    /// The segment of this number has no address.
    NoAddress(u64),
    /// The segment of this number is marked as missing (`EXT-X-GAP`).
    Gap(u64),
}

/// Oddity of a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepresentationOddity {
    /// It has no `segmentUrl`.
    NoSegmentUrl,
    /// Its `segmentUrl` leads out of the folder.
    ParentFolder,
}

/// What a transport says about the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportBehavior {
    /// Their addresses.
    Segments,
    /// Nothing: the connection is refused.
    Refused,
    /// Formats under unknown names.
    UnknownFormats,
    /// That there are none.
    Offline,
    /// Nothing at all, on an open connection.
    Silent,
}

/// Structure of the playlists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaylistLayout {
    /// Transport streams with video and audio.
    Muxed,
    /// Transport streams with video, and separate ones with audio.
    Separate,
    /// Transport streams with video and audio, and an audio rendition that replaces theirs.
    AlternateAudio,
    /// Transport streams with video and audio, and an additional audio rendition.
    AdditionalAudio,
    /// Transport streams with video, and packed audio beside them.
    PackedAudio,
    /// Fragmented MP4 with separate video and audio.
    Fmp4,
    /// As [`Self::Muxed`], but each representation is one file with its segments as byte ranges.
    Ranges,
    /// As [`Self::Muxed`], with an encryption key.
    Encrypted,
}

impl PlaylistLayout {
    /// Returns the representations with video, best first, and the separate ones with audio.
    pub(crate) fn representations(self) -> (Vec<MockRepresentation>, Vec<MockRepresentation>) {
        let videos = [VideoStream::Best, VideoStream::Small];
        let audio_tracks = [AudioStream::Main, AudioStream::Second];
        let of = |audio: Option<AudioStream>| {
            videos
                .map(|it| MockRepresentation::Ts(Some(it), audio))
                .to_vec()
        };
        match self {
            Self::Muxed | Self::Ranges | Self::Encrypted => {
                (of(Some(AudioStream::Main)), Vec::new())
            }
            Self::Separate => (
                of(None),
                audio_tracks
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
                audio_tracks.map(MockRepresentation::PackedAudio).to_vec(),
            ),
            Self::Fmp4 => (
                videos.map(MockRepresentation::Mp4Video).to_vec(),
                audio_tracks.map(MockRepresentation::Mp4Audio).to_vec(),
            ),
        }
    }
}

/// Container of a single file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileContainer {
    /// The whole movie as one FLV.
    Flv,
    /// The video as one fragmented MP4.
    Mp4,
}

impl FileContainer {
    /// Returns the extension of its name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Flv => "flv",
            Self::Mp4 => "mp4",
        }
    }

    /// Returns the representation whose segments it is made of.
    pub(crate) fn representation(self) -> MockRepresentation {
        match self {
            Self::Flv => MockRepresentation::Flv(Some(VideoStream::Best), AudioStream::Main),
            Self::Mp4 => MockRepresentation::Mp4Video(VideoStream::Best),
        }
    }
}
