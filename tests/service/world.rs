//! What exists on the service: recordings, channels and what is odd about each.

mod channel;
mod delivery;
mod demo;
mod oddities;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;

pub use channel::{Channel, GateField, ListingSources};
pub use delivery::{
    Delivery, FileContainer, PlaylistLayout, PlaylistOddity, RepresentationOddity,
    TransportBehavior,
};
pub use demo::{LARGE, LongRecording};
pub use oddities::{
    ExtraRepresentation, HashListMessage, Oddities, PathStyle, PlaylistOddities, SegmentFault,
    Substitute,
};

use crate::media::{self, AudioStream, FixtureMovie, FlvClock, MockRepresentation, VideoStream};

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(crate) recordings: BTreeMap<u64, Recording>,
    pub(crate) channels: BTreeMap<u64, Channel>,
    pub(crate) short_links: BTreeMap<String, String>,
    /// Pages of other sites, by host and path.
    pub(crate) pages: BTreeMap<String, String>,
}

impl World {
    /// A service with nothing on it.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds a recording, or replaces the one of that number.
    #[must_use]
    pub fn recording(mut self, recording: Recording) -> Self {
        self.recordings.insert(recording.id, recording);
        self
    }

    /// Adds a channel, or replaces the one of that number.
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.insert(channel.id, channel);
        self
    }

    /// Adds `ustre.am/CODE`, which leads to `address`.
    #[must_use]
    pub fn short_link(mut self, code: &str, address: &str) -> Self {
        self.short_links.insert(code.to_owned(), address.to_owned());
        self
    }

    /// Adds the page of another site, `www.example.org/live`. Its certificate is good for
    /// `www.example.org` and `www.a-pac.tv`.
    #[must_use]
    pub fn page(mut self, address: &str, html: &str) -> Self {
        self.pages.insert(address.to_owned(), html.to_owned());
        self
    }

    /// Whether that host has pages of another site.
    pub(crate) fn is_other_site(&self, host: &str) -> bool {
        self.pages
            .keys()
            .any(|address| address.split('/').next() == Some(host))
    }

    /// The recording of that number.
    pub fn find_recording(&self, id: u64) -> Option<&Recording> {
        self.recordings.get(&id)
    }

    /// The channel of a recording.
    pub(crate) fn channel_of(&self, recording: &Recording) -> Option<&Channel> {
        self.channels.get(&recording.channel?)
    }

    /// What keeps a recording closed: its own lock, or its channel's gate.
    pub(crate) fn lock_of(&self, recording: &Recording) -> Option<AccessLock> {
        recording.lock.clone().or_else(|| {
            let channel = self.channel_of(recording)?;
            channel.gate.is_some().then_some(AccessLock::Gate {
                channel: channel.id,
            })
        })
    }

    /// Every practice link with what it shows, in the order of their numbers.
    pub fn links(&self) -> Vec<(String, String)> {
        let channels = self.channels.values().map(|channel| {
            (
                format!("https://video.ibm.com/channel/{}", channel.slug),
                channel.purpose.clone(),
            )
        });
        let recordings = self.recordings.values().map(|recording| {
            (
                format!("https://video.ibm.com/recorded/{}", recording.id),
                recording.purpose.clone(),
            )
        });
        recordings.chain(channels).collect()
    }
}

/// One recording.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its number.
    pub id: u64,
    /// What it is there to show, in a few words for a person.
    pub purpose: String,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub owner: String,
    /// When it was made, in seconds since 1970.
    pub created_unix_s: i64,
    /// The channel it belongs to.
    pub channel: Option<u64>,
    /// How much film it has.
    pub movie: FixtureMovie,
    /// Length of a chunk: a multiple of [`media::UNIT_MS`].
    pub chunk_time_ms: u64,
    /// Number of the first chunk.
    pub first_chunk: u64,
    /// From which chunk on each hash holds.
    pub keys: HashKeys,
    /// What hashes look like.
    pub hash_style: HashStyle,
    /// Rows of FLV chunks.
    pub flv: Vec<FlvRepresentation>,
    /// Rows of MP4 chunks.
    pub mp4: Vec<MockRepresentation>,
    /// Which time FLV chunks tell.
    pub clock: FlvClock,
    /// Chunks that are gone for good.
    pub missing_chunks: BTreeSet<u64>,
    /// What the CDN answers for a chunk that is not there.
    pub refusal: StatusCode,
    /// Where its length is told.
    pub length: LengthSources,
    /// The length that is told, where it is not that of the film.
    pub stated_ms: Option<u64>,
    /// Captions by language, as the API names it.
    pub captions: BTreeMap<String, String>,
    /// Chapters by the second they start at.
    pub chapters: BTreeMap<u64, String>,
    /// What keeps it closed.
    pub lock: Option<AccessLock>,
    /// Where the control connection sends a client that comes to `live`.
    pub redirects: ClusterRedirects,
    /// How the control connection tells its story.
    pub message_style: MessageStyle,
    /// Whether the service makes sense when asked for it.
    pub response_mode: ResponseMode,
    /// By which ways it is offered.
    pub delivery: Delivery,
    /// Hosts of the CDN, best first; none: `cdnConfig` is never sent.
    pub cdn: Vec<String>,
    /// What is odd about it beyond all that.
    pub oddities: Oddities,
}

impl Recording {
    /// An open recording of the whole film in both containers, with nothing odd about it.
    pub fn new(id: u64, shows: &str) -> Self {
        Self {
            id,
            purpose: shows.to_owned(),
            title: format!("Practice recording {id}"),
            owner: "practice".to_owned(),
            created_unix_s: 1_514_764_800,
            channel: None,
            movie: FixtureMovie::standard(),
            chunk_time_ms: 2000,
            first_chunk: 0,
            keys: HashKeys::Every(10),
            hash_style: HashStyle::Decimal,
            flv: FlvRepresentation::product(),
            mp4: vec![
                MockRepresentation::Mp4Video(VideoStream::Best),
                MockRepresentation::Mp4Video(VideoStream::Small),
                MockRepresentation::Mp4Audio(AudioStream::Main),
                MockRepresentation::Mp4Audio(AudioStream::Second),
            ],
            clock: FlvClock::Continues,
            missing_chunks: BTreeSet::new(),
            refusal: StatusCode::NOT_FOUND,
            length: LengthSources {
                api: true,
                frame: Some(LengthField::Format),
            },
            stated_ms: None,
            captions: BTreeMap::new(),
            chapters: BTreeMap::new(),
            lock: None,
            redirects: ClusterRedirects::To(vec!["omega".to_owned()]),
            message_style: MessageStyle::default(),
            response_mode: ResponseMode::Normal,
            delivery: Delivery::default(),
            cdn: vec![
                "vod-cdn.ustream.tv".to_owned(),
                "uhsakamai-a.akamaihd.net".to_owned(),
            ],
            oddities: Oddities::default(),
        }
    }

    /// The length that is told.
    pub(crate) fn stated_ms(&self) -> u64 {
        self.stated_ms.unwrap_or(self.movie.duration_ms())
    }

    /// How many chunks each row has.
    pub fn chunk_count(&self) -> u64 {
        media::chunk_count(&self.movie, self.chunk_time_ms)
    }

    /// The chunks from which on a new hash holds.
    pub fn key_list(&self) -> Vec<u64> {
        match &self.keys {
            HashKeys::At(keys) => keys.clone(),
            HashKeys::Every(interval) => {
                let end = self.first_chunk + self.chunk_count();
                let step = usize::try_from(*interval).unwrap_or(usize::MAX).max(1);
                (self.first_chunk..end).step_by(step).collect()
            }
        }
    }

    /// All its rows.
    pub(crate) fn representations(&self) -> impl Iterator<Item = MockRepresentation> {
        self.flv
            .iter()
            .map(|row| row.representation)
            .chain(self.mp4.iter().copied())
            .chain(self.playlist_representations())
    }

    /// The rows that playlists name.
    fn playlist_representations(&self) -> impl Iterator<Item = MockRepresentation> {
        let rows = self.delivery.playlists.map(PlaylistLayout::representations);
        let (pictures, sounds) = rows.unwrap_or_default();
        pictures.into_iter().chain(sounds)
    }
}

/// One row of FLV chunks as the service announces it.
#[derive(Clone, Debug)]
pub struct FlvRepresentation {
    /// What its chunks hold.
    pub representation: MockRepresentation,
    /// Its `preset`, which need not be unique.
    pub preset: String,
}

impl FlvRepresentation {
    /// A row of that picture and sound; the preset is `original` for the best picture.
    pub fn new(picture: Option<VideoStream>, sound: AudioStream) -> Self {
        let preset = if picture == Some(VideoStream::Small) {
            "36p"
        } else {
            "original"
        };
        Self {
            representation: MockRepresentation::Flv(picture, sound),
            preset: preset.to_owned(),
        }
    }

    /// Each picture with each sound, as the service multiplies them.
    pub fn product() -> Vec<Self> {
        [VideoStream::Best, VideoStream::Small]
            .into_iter()
            .flat_map(|picture| {
                [AudioStream::Main, AudioStream::Second]
                    .map(|sound| Self::new(Some(picture), sound))
            })
            .collect()
    }

    /// The same rows, every one called `original`.
    pub fn all_original() -> Vec<Self> {
        let original = |row: Self| Self {
            preset: "original".to_owned(),
            ..row
        };
        Self::product().into_iter().map(original).collect()
    }
}

/// From which chunk on each hash holds.
#[derive(Clone, Debug)]
pub enum HashKeys {
    /// A new one each so many chunks, from the first chunk on.
    Every(u64),
    /// At exactly these chunks; the first is the recording's first chunk.
    At(Vec<u64>),
}

/// What hashes look like: both kinds are seen on the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashStyle {
    /// `1870599898`
    Decimal,
    /// `f68e3bc267`
    Hex,
}

/// Where the length of a recording is told.
#[derive(Clone, Copy, Debug)]
pub struct LengthSources {
    /// By the API.
    pub api: bool,
    /// By the control connection.
    pub frame: Option<LengthField>,
}

/// Where on the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthField {
    /// In each format.
    Format,
    /// Beside the formats.
    Stream,
    /// In `meta`.
    Meta,
}

/// What keeps a recording closed.
#[derive(Clone, Debug)]
pub enum AccessLock {
    /// A password.
    Password(String),
    /// The page it is embedded on: each round of the handshake names the next, the last opens.
    Referrer(Vec<String>),
    /// The country.
    Geo,
    /// It does not exist for the control connection, and was removed for the API.
    Removed,
    /// It never existed anywhere.
    Nonexistent,
    /// A lock under a name that no client knows.
    Unknown(String),
    /// A company's login.
    Login,
    /// The sign-up form of a channel.
    Gate {
        /// That channel.
        channel: u64,
    },
}

/// Where the control connection sends a client.
#[derive(Clone, Debug)]
pub enum ClusterRedirects {
    /// To these clusters, one after the other; none: `live` answers itself.
    To(Vec<String>),
    /// Between two clusters for ever.
    Endless,
    /// To a host that is none of the service's.
    OtherHost(String),
}

/// How the control connection tells its story. The default is the usual way.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent oddities, freely combined"
)]
pub struct MessageStyle {
    /// `cdnConfig` comes before `stream`.
    pub cdn_config_first: bool,
    /// Formats come one a frame, the hashes of each in two halves.
    pub split_stream: bool,
    /// Lists come as maps from position to item.
    pub lists_as_maps: bool,
    /// Ids and other numbers come as strings.
    pub numbers_as_strings: bool,
    /// The title in this spelling, put into the JSON as it is; over the websocket only.
    pub raw_title: Option<String>,
    /// A warning comes first.
    pub warning: bool,
    /// Viewer counters come between the frames.
    pub counters: bool,
    /// A `stream` without formats comes first.
    pub transitional: bool,
    /// A frame of so many bytes comes first.
    pub huge_bytes: usize,
}

/// Whether the service makes sense when asked for a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// It does.
    Normal,
    /// The control connection is taken and then nothing is said.
    Silent,
    /// API and control connection answer with a web page.
    Html,
}
