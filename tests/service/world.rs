//! The world of the mock service: recordings, channels and their oddities.

mod channel;
mod delivery;
mod demo;
mod live;
mod oddities;
mod peers;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;

pub use channel::{Channel, GateField, ListingSources};
pub use delivery::{
    Delivery, FileContainer, PlaylistLayout, PlaylistOddity, RepresentationOddity,
    TransportBehavior,
};
pub use demo::{LARGE, LongRecording};
pub use live::{EndMessage, LiveAction, LiveEvent, LiveRestart, LiveStream};
pub use oddities::{
    ExtraRepresentation, HashListMessage, Oddities, PathStyle, PlaylistOddities, SegmentFault,
    Substitute,
};

use crate::era::Era;
use crate::media::{self, AudioStream, FixtureMovie, FlvClock, MockRepresentation, VideoStream};

/// All recordings, channels and pages of a service.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(crate) recordings: BTreeMap<u64, Recording>,
    pub(crate) channels: BTreeMap<u64, Channel>,
    pub(crate) short_links: BTreeMap<String, String>,
    /// Pages of other sites, by host and path.
    pub(crate) pages: BTreeMap<String, String>,
    /// The time whose service it is.
    pub(crate) era: Era,
    /// Media type and content of every cover, if it is not the usual test card.
    pub(crate) cover: Option<(String, Vec<u8>)>,
}

impl World {
    /// A service without recordings and channels.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Makes it the service of another time.
    #[must_use]
    pub fn at(mut self, era: Era) -> Self {
        self.era = era;
        self
    }

    /// Adds a recording, or replaces the one with this number.
    #[must_use]
    pub fn recording(mut self, recording: Recording) -> Self {
        self.recordings.insert(recording.id, recording);
        self
    }

    /// Redirects all recordings to this cluster of the control connection.
    #[must_use]
    pub fn with_cluster(mut self, name: &str) -> Self {
        for recording in self.recordings.values_mut() {
            recording.redirects = ClusterRedirects::To(vec![name.to_owned()]);
        }
        self
    }

    /// Adds a channel, or replaces the one with this number.
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.insert(channel.id, channel);
        self
    }

    /// Adds `ustre.am/CODE`, which redirects to `address`.
    #[must_use]
    pub fn short_link(mut self, code: &str, address: &str) -> Self {
        self.short_links.insert(code.to_owned(), address.to_owned());
        self
    }

    /// Adds a page of another site, `www.example.org/live`. The service's certificate covers
    /// `www.example.org` and `www.a-pac.tv`.
    #[must_use]
    pub fn page(mut self, address: &str, html: &str) -> Self {
        self.pages.insert(address.to_owned(), html.to_owned());
        self
    }

    /// Serves this picture as every cover.
    #[must_use]
    pub fn cover(mut self, media_type: &str, picture: &[u8]) -> Self {
        self.cover = Some((media_type.to_owned(), picture.to_owned()));
        self
    }

    /// Serves these files as the captions of a recording, by language as the API names it.
    #[must_use]
    pub fn captions<const N: usize>(mut self, id: u64, files: [(&str, Vec<u8>); N]) -> Self {
        if let Some(recording) = self.recordings.get_mut(&id) {
            recording.captions = files
                .map(|(language, file)| (language.to_owned(), file))
                .into();
        }
        self
    }

    /// Returns whether this host has pages of another site.
    pub(crate) fn is_other_site(&self, host: &str) -> bool {
        self.pages
            .keys()
            .any(|address| address.split('/').next() == Some(host))
    }

    /// Returns the recording with this number.
    pub fn find_recording(&self, id: u64) -> Option<&Recording> {
        self.recordings.get(&id)
    }

    /// Returns the recording with this number, if it is published by now.
    pub(crate) fn published_recording(&self, id: u64) -> Option<&Recording> {
        let recording = self.recordings.get(&id)?;
        self.is_published(recording).then_some(recording)
    }

    /// Returns whether a recording is published by now.
    pub(crate) fn is_published(&self, recording: &Recording) -> bool {
        recording.published_at.is_none_or(|published_at| {
            let channel = self.channel_of(recording);
            let stream = channel.and_then(|channel| channel.live.as_ref());
            stream.is_some_and(|stream| stream.clock.now() >= published_at)
        })
    }

    /// Returns the channel of a recording.
    pub(crate) fn channel_of(&self, recording: &Recording) -> Option<&Channel> {
        self.channels.get(&recording.channel?)
    }

    /// Returns the lock of a recording: its own, or its channel's sign-up form.
    pub(crate) fn lock_of(&self, recording: &Recording) -> Option<AccessLock> {
        recording.lock.clone().or_else(|| {
            let channel = self.channel_of(recording)?;
            channel.gate.is_some().then_some(AccessLock::Gate {
                channel: channel.id,
            })
        })
    }

    /// Returns every link with the purpose of its recording or channel, in the order of their
    /// numbers.
    pub fn links(&self) -> Vec<(String, String)> {
        let website = self.era.website();
        let channels = self.channels.values().map(|channel| {
            (
                format!("{website}/channel/{}", channel.slug),
                channel.purpose.clone(),
            )
        });
        let recordings = self.recordings.values().map(|recording| {
            (
                format!("{website}/recorded/{}", recording.id),
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
    /// What it demonstrates, in a few words for a person.
    pub purpose: String,
    /// Its title.
    pub title: String,
    /// Name of the owner.
    pub owner: String,
    /// Creation time, in seconds since 1970.
    pub created_unix_s: i64,
    /// It is published when the clock of its channel's live stream shows this many segments; before,
    /// and without such a stream, it does not exist.
    pub published_at: Option<u64>,
    /// Number of its channel.
    pub channel: Option<u64>,
    /// The movie that its segments are cut from.
    pub movie: FixtureMovie,
    /// Length of a chunk, in milliseconds: a multiple of [`media::UNIT_MS`].
    pub chunk_time_ms: u64,
    /// Number of the first chunk.
    pub first_chunk: u64,
    /// The first chunk of each hash.
    pub keys: HashKeys,
    /// Format of the hashes.
    pub hash_style: HashStyle,
    /// FLV representations.
    pub flv: Vec<FlvRepresentation>,
    /// MP4 representations.
    pub mp4: Vec<MockRepresentation>,
    /// Clock of the FLV chunks.
    pub clock: FlvClock,
    /// Chunks that are permanently missing.
    pub missing_chunks: BTreeSet<u64>,
    /// Status that the CDN returns for a missing chunk.
    pub refusal: StatusCode,
    /// Where its length is stated.
    pub length: LengthSources,
    /// The stated length, if it is not that of the movie.
    pub stated_ms: Option<u64>,
    /// Files of captions, in any form, by language as the API names it.
    pub captions: BTreeMap<String, Vec<u8>>,
    /// Chapters by the second they start at.
    pub chapters: BTreeMap<u64, String>,
    /// The lock that keeps it closed.
    pub lock: Option<AccessLock>,
    /// Redirects of a client that connects to the cluster `live`.
    pub redirects: ClusterRedirects,
    /// Variants in the messages of the control connection.
    pub message_style: MessageStyle,
    /// How the service responds to requests for it.
    pub response_mode: ResponseMode,
    /// The transports that offer it.
    pub delivery: Delivery,
    /// Hosts of the CDN, best first; if empty, `cdnConfig` is never sent.
    pub cdn: Vec<String>,
    /// Further oddities.
    pub oddities: Oddities,
}

impl Recording {
    /// Creates a recording of the whole movie in both containers, without lock or oddities.
    pub fn new(id: u64, purpose: &str) -> Self {
        Self {
            id,
            purpose: purpose.to_owned(),
            title: format!("Practice recording {id}"),
            owner: "practice".to_owned(),
            created_unix_s: 1_514_764_800,
            published_at: None,
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

    /// Returns the stated length.
    pub(crate) fn stated_ms(&self) -> u64 {
        self.stated_ms.unwrap_or(self.movie.duration_ms())
    }

    /// Returns the number of chunks of each representation.
    pub fn chunk_count(&self) -> u64 {
        media::chunk_count(&self.movie, self.chunk_time_ms)
    }

    /// Returns the chunks at which a new hash starts.
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

    /// Returns all its representations.
    pub(crate) fn representations(&self) -> impl Iterator<Item = MockRepresentation> {
        self.flv
            .iter()
            .map(|flv| flv.representation)
            .chain(self.mp4.iter().copied())
            .chain(self.delivery.playlist_representations())
    }
}

/// One FLV representation as the service announces it.
#[derive(Clone, Debug)]
pub struct FlvRepresentation {
    /// Content of its chunks.
    pub representation: MockRepresentation,
    /// Its `preset`, which need not be unique.
    pub preset: String,
}

impl FlvRepresentation {
    /// Creates a representation with this video and audio; the preset is `original` for the best
    /// video.
    pub fn new(video: Option<VideoStream>, audio: AudioStream) -> Self {
        let preset = if video == Some(VideoStream::Small) {
            "36p"
        } else {
            "original"
        };
        Self {
            representation: MockRepresentation::Flv(video, audio),
            preset: preset.to_owned(),
        }
    }

    /// Returns each video with each audio, as the service multiplies them.
    pub fn product() -> Vec<Self> {
        [VideoStream::Best, VideoStream::Small]
            .into_iter()
            .flat_map(|video| {
                [AudioStream::Main, AudioStream::Second].map(|audio| Self::new(Some(video), audio))
            })
            .collect()
    }

    /// Returns the same representations, every one with the preset `original`.
    pub fn all_original() -> Vec<Self> {
        let original = |representation: Self| Self {
            preset: "original".to_owned(),
            ..representation
        };
        Self::product().into_iter().map(original).collect()
    }
}

/// The first chunk of each hash.
#[derive(Clone, Debug)]
pub enum HashKeys {
    /// A new one after this many chunks, from the first chunk on.
    Every(u64),
    /// At exactly these chunks; the first is the recording's first chunk.
    At(Vec<u64>),
}

/// Format of the hashes; the service uses both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashStyle {
    /// `1870599898`
    Decimal,
    /// `f68e3bc267`
    Hex,
}

/// Where the length of a recording is stated.
#[derive(Clone, Copy, Debug)]
pub struct LengthSources {
    /// In the API.
    pub api: bool,
    /// On the control connection.
    pub frame: Option<LengthField>,
}

/// Position of the length on the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthField {
    /// In each format.
    Format,
    /// Beside the formats.
    Stream,
    /// In `meta`.
    Meta,
}

/// The lock that keeps a recording closed.
#[derive(Clone, Debug)]
pub enum AccessLock {
    /// A password.
    Password(String),
    /// The page it is embedded on: each round of the handshake names the next, the last one opens.
    Referrer(Vec<String>),
    /// The country of the client.
    Geo,
    /// Nonexistent on the control connection, and removed according to the API.
    Removed,
    /// It never existed.
    Nonexistent,
    /// A lock under a name that no client knows.
    Unknown(String),
    /// A company's login.
    Login,
    /// The sign-up form of a channel.
    Gate {
        /// The number of the channel.
        channel: u64,
    },
}

/// Redirects between the clusters of the control connection.
#[derive(Clone, Debug)]
pub enum ClusterRedirects {
    /// To these clusters, one after the other; if empty, `live` itself replies.
    To(Vec<String>),
    /// Between two clusters without end.
    Endless,
    /// To a host that is not the service's.
    OtherHost(String),
}

/// Variants in the messages of the control connection. The default is the most common form.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent oddities, freely combined"
)]
pub struct MessageStyle {
    /// `cdnConfig` is sent before `stream`.
    pub cdn_config_first: bool,
    /// One frame per format, the hashes of each in two halves.
    pub split_stream: bool,
    /// Lists are sent as maps from position to item.
    pub lists_as_maps: bool,
    /// Ids and other numbers are sent as strings.
    pub numbers_as_strings: bool,
    /// The title in this spelling, inserted into the JSON unchanged; over the websocket only.
    pub raw_title: Option<String>,
    /// A warning is sent first.
    pub warning: bool,
    /// Viewer counters are sent between the frames.
    pub counters: bool,
    /// A `stream` without formats is sent first.
    pub transitional: bool,
    /// A frame of this many bytes is sent first.
    pub huge_bytes: usize,
}

/// How the service responds to requests for a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    /// Normal responses.
    Normal,
    /// The control connection is accepted and nothing is sent.
    Silent,
    /// API and control connection return a web page.
    Html,
}
