//! By which ways a recording is offered.

use crate::media::{Picture, Row, Sound};

/// By which ways a recording is offered. The default is what most have: pieces over the websocket
/// and by long polling, playlists for the other player.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What the websocket tells.
    pub socket: Offer,
    /// What long polling tells the player for pieces.
    pub polling: Offer,
    /// What long polling tells the player for HLS.
    pub playlists: Option<Listing>,
    /// The file that the API names.
    pub file: Option<FileKind>,
    /// The file's server knows no parts of it.
    pub whole_only: bool,
    /// What is odd about the playlist of the best picture.
    pub oddity: Option<PlaylistOddity>,
    /// What is odd about the rows of the fragments' pictures.
    pub row: Option<RepresentationOddity>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            socket: Offer::Pieces,
            polling: Offer::Pieces,
            playlists: Some(Listing::Muxed),
            file: None,
            whole_only: false,
            oddity: None,
            row: None,
        }
    }
}

impl Delivery {
    /// Long polling only.
    pub fn polling() -> Self {
        Self {
            socket: Offer::Refused,
            playlists: None,
            ..Self::default()
        }
    }

    /// Playlists only: formats that nobody knows are told of otherwise.
    pub fn playlists(listing: Listing) -> Self {
        Self {
            socket: Offer::Foreign,
            polling: Offer::Foreign,
            playlists: Some(listing),
            ..Self::default()
        }
    }

    /// One file only.
    pub fn file(kind: FileKind) -> Self {
        Self {
            socket: Offer::Offline,
            polling: Offer::Offline,
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
    Cut,
    /// Its segments are encrypted.
    Encrypted,
    /// It names no initialisation segment.
    Bare,
    /// The segment of that number has no address.
    Unnamed(u64),
    /// The segment of that number is said to be missing (`EXT-X-GAP`).
    Gap(u64),
}

/// What is odd about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepresentationOddity {
    /// It has no `segmentUrl`.
    Nameless,
    /// Its `segmentUrl` leads out of the folder.
    Outside,
}

/// What a way tells of the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Where they are.
    Pieces,
    /// Nothing: there is no such door.
    Refused,
    /// Formats under names that nobody knows.
    Foreign,
    /// That there are none.
    Offline,
    /// Nothing at all, with the door open.
    Silent,
}

/// How playlists list the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Transport streams of picture and sound.
    Muxed,
    /// Transport streams of picture, and those of sound beside them.
    Separate,
    /// Transport streams of picture and sound, and a sound beside them that stands for theirs.
    Both,
    /// Transport streams of picture and sound, and another sound beside them.
    Inside,
    /// Transport streams of picture, and packed sound beside them.
    Packed,
    /// Fragmented MP4, picture and sound apart.
    Fmp4,
    /// As [`Self::Muxed`], but each row in one file, its pieces by ranges.
    Ranges,
    /// As [`Self::Muxed`], with a key that they are encrypted with.
    Encrypted,
}

impl Listing {
    /// Rows with a picture, best first, and rows of sound beside them.
    pub(crate) fn rows(self) -> (Vec<Row>, Vec<Row>) {
        let pictures = [Picture::Best, Picture::Small];
        let sounds = [Sound::Main, Sound::Second];
        let of = |sound: Option<Sound>| pictures.map(|it| Row::Ts(Some(it), sound)).to_vec();
        match self {
            Self::Muxed | Self::Ranges | Self::Encrypted => (of(Some(Sound::Main)), Vec::new()),
            Self::Separate => (of(None), sounds.map(|it| Row::Ts(None, Some(it))).to_vec()),
            Self::Both => (
                of(Some(Sound::Second)),
                vec![Row::Ts(None, Some(Sound::Main))],
            ),
            Self::Inside => (
                of(Some(Sound::Main)),
                vec![Row::Ts(None, Some(Sound::Second))],
            ),
            Self::Packed => (of(None), sounds.map(Row::Packed).to_vec()),
            Self::Fmp4 => (
                pictures.map(Row::Mp4Picture).to_vec(),
                sounds.map(Row::Mp4Sound).to_vec(),
            ),
        }
    }
}

/// What a finished file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// The whole film as one FLV.
    Flv,
    /// Its picture as one fragmented MP4.
    Mp4,
}

impl FileKind {
    /// What its name ends in.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Flv => "flv",
            Self::Mp4 => "mp4",
        }
    }

    /// Whose pieces it is made of.
    pub(crate) fn row(self) -> Row {
        match self {
            Self::Flv => Row::Flv(Some(Picture::Best), Sound::Main),
            Self::Mp4 => Row::Mp4Picture(Picture::Best),
        }
    }
}
