//! The standard set of mock recordings. Their numbers are stable: demos and tests name them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{
    AccessLock, Channel, ClusterRedirects, Delivery, FileContainer, FlvRepresentation, GateField,
    HashKeys, HashStyle, LengthField, LengthSources, LiveStream, MessageStyle, PlaylistLayout,
    Recording, ResponseMode, World,
};
use crate::live_clock::LiveClock;
use crate::media::{AudioStream, FixtureMovie, FlvClock, MockRepresentation, UNIT_MS};

/// Number of the recording that [`World::with_large_recording`] adds.
pub const LARGE: u64 = 134_300_020;

const OPEN_CHANNEL: u64 = 6_540_154;
const LIVE_CHANNEL: u64 = 6_540_155;
const GATED_CHANNEL: u64 = 17_439_314;

impl World {
    /// The standard set:
    ///
    /// | number | shows |
    /// |---|---|
    /// | 112470631 | the main recording: both containers, two videos, two audios, cluster redirect |
    /// | 112470632 | behind the sign-up form of channel `curJSsZFUUu` (17439314) |
    /// | 134300001 | password `open sesame` |
    /// | 134300002 | region lock |
    /// | 134300003 | removed |
    /// | 134300004 | plays only on `http://www.a-pac.tv` |
    /// | 134300005 | silent control connection |
    /// | 134300006 | answers with a web page everywhere |
    /// | 134300007 | a frame of 10 MB |
    /// | 134300008, …09 | titles `../../x` and `CON` |
    /// | 134300010 | a lock that no client knows |
    /// | 134300011 | hash keys that end in 9, first key above 0, one gap |
    /// | 134300012 | a single hash key |
    /// | 134300013 | FLV only, its length stated nowhere |
    /// | 134300014 | MP4 only, frames in odd order and shapes |
    /// | 134300015 | FLV whose clock restarts at each chunk |
    /// | 134300016 | one chunk in the middle gone for good |
    /// | 134300017 | audio only |
    /// | 134300018 | a company's login |
    /// | 134300019 | a redirect to a host that is not the service's |
    /// | 134300020 | the large one, if [`World::with_large_recording`] adds it |
    /// | 134300024 | long polling only: the websocket is refused |
    /// | 134300025, …26 | playlists only: separate and muxed video and audio |
    /// | 134300027 | one FLV file only |
    /// | 134300021, …22, …23 | titles with control characters, right-to-left marks, 300 characters |
    ///
    /// Channel `practice` (6540154) is open and off air; `on-air` (6540155) has a live stream in real
    /// time and keeps nothing.
    /// `www.example.org/live` embeds the main recording, `www.example.org/holiday` nothing.
    pub fn demo() -> Self {
        let world = Self::empty()
            .short_link("main", "https://www.ustream.tv/recorded/112470631")
            .page(
                "www.example.org/live",
                "<h1>Our stream</h1><iframe src='//www.ustream.tv/embed/recorded/112470631'></iframe>",
            )
            .page("www.example.org/holiday", "<h1>My holiday</h1>");
        let recordings = ordinary_recordings()
            .into_iter()
            .chain(locked_recordings())
            .chain(odd_answer_recordings())
            .chain(odd_media_recordings())
            .chain(other_delivery_recordings());
        recordings.fold(channels(world), Self::recording)
    }

    /// Adds [`LARGE`] with this movie.
    #[must_use]
    pub fn with_large_recording(self, movie: FixtureMovie) -> Self {
        self.recording(Recording {
            title: "The large recording".to_owned(),
            movie,
            ..Recording::new(LARGE, "a large recording, for measuring")
        })
    }

    /// Replaces the live stream of the channel `on-air`.
    #[must_use]
    pub fn with_live_stream(self, stream: LiveStream) -> Self {
        self.channel(Channel {
            live: Some(stream),
            ..live_channel()
        })
    }

    /// Adds [`LARGE`] with this number of chunks.
    #[must_use]
    pub fn with_long_recording(self, recording: &LongRecording) -> Self {
        let units = recording.chunks * (recording.chunk_time_ms / UNIT_MS).max(1);
        self.recording(Recording {
            title: "The long recording".to_owned(),
            movie: FixtureMovie::filled(units, recording.megabytes),
            chunk_time_ms: recording.chunk_time_ms.max(UNIT_MS),
            ..Recording::new(LARGE, "a long recording, for measuring")
        })
    }
}

/// A recording of many chunks, of any total size.
#[derive(Clone, Copy, Debug)]
pub struct LongRecording {
    /// Chunks of each track.
    pub chunks: u64,
    /// Length of a chunk, in milliseconds: a multiple of [`UNIT_MS`].
    pub chunk_time_ms: u64,
    /// Approximate size of its best video.
    pub megabytes: u64,
}

impl LongRecording {
    /// Ten hours in chunks of six seconds.
    pub fn ten_hours(megabytes: u64) -> Self {
        Self {
            chunks: 6000,
            chunk_time_ms: 6000,
            megabytes,
        }
    }
}

fn channels(world: World) -> World {
    world
        .channel(gated_channel())
        .channel(open_channel())
        .channel(live_channel())
}

/// Returns the channel with the sign-up form.
pub(super) fn gated_channel() -> Channel {
    let gate = vec![
        GateField::new("name", "Your name", true),
        GateField::new("email", "E-mail address", true),
        GateField::new("company", "Company", false),
        GateField::new("role", "Job title", false),
        GateField::new("phone", "Phone", false),
    ];
    Channel {
        gate: Some(gate),
        ..Channel::new(
            GATED_CHANNEL,
            "curJSsZFUUu",
            "the seed's case: a form before the recording",
        )
    }
}

/// Returns the channel that is open and off air.
pub(super) fn open_channel() -> Channel {
    Channel::new(
        OPEN_CHANNEL,
        "practice",
        "a channel: its newest recording is taken",
    )
}

/// Returns the channel that is on air.
pub(super) fn live_channel() -> Channel {
    // In real time.
    let clock = LiveClock::running(Duration::from_millis(UNIT_MS));
    Channel {
        live: Some(LiveStream::new(clock)),
        ..Channel::new(
            LIVE_CHANNEL,
            "on-air",
            "a channel that is on air and keeps no recording",
        )
    }
}

fn captions() -> BTreeMap<String, Vec<u8>> {
    let cue = |language: &str, second: u32| {
        let end = second + 1;
        format!("00:00:0{second}.000 --> 00:00:0{end}.500\n{language} {second}\n")
    };
    let text = |language| format!("WEBVTT\n\n{}\n{}", cue(language, 1), cue(language, 4));
    ["en-00", "de-DE"]
        .map(|language| (language.to_owned(), text(language).into()))
        .into()
}

/// Returns recordings without lock or oddities.
fn ordinary_recordings() -> Vec<Recording> {
    let older = |id, days: i64| Recording {
        title: format!("An older practice recording, {id}"),
        channel: Some(OPEN_CHANNEL),
        created_unix_s: 1_514_764_800 - days * 86_400,
        movie: FixtureMovie::looped(12),
        ..Recording::new(id, "an older recording of the channel `practice`")
    };
    vec![
        Recording {
            title: "The practice film".to_owned(),
            channel: Some(OPEN_CHANNEL),
            captions: captions(),
            chapters: [(0, "Welcome"), (60, "Launch"), (150, "Questions")]
                .map(|(second, title)| (second, title.to_owned()))
                .into(),
            ..Recording::new(
                112_470_631,
                "the main case: FLV and MP4, two pictures, two sounds",
            )
        },
        Recording {
            title: "Behind the form".to_owned(),
            channel: Some(GATED_CHANNEL),
            flv: FlvRepresentation::all_original(),
            ..Recording::new(
                112_470_632,
                "behind a sign-up form; every FLV row is called original",
            )
        },
        older(112_470_621, 1),
        older(112_470_611, 2),
        older(112_470_601, 30),
    ]
}

/// Returns recordings with locks, and unavailable ones.
fn locked_recordings() -> Vec<Recording> {
    let locked = |id, purpose, lock| Recording {
        lock: Some(lock),
        ..Recording::new(id, purpose)
    };
    let embed = vec!["http://www.a-pac.tv".to_owned()];
    vec![
        locked(
            134_300_001,
            "password: open sesame",
            AccessLock::Password("open sesame".to_owned()),
        ),
        locked(134_300_002, "not shown in this country", AccessLock::Geo),
        locked(134_300_003, "removed by its owner", AccessLock::Removed),
        locked(
            134_300_004,
            "plays only on http://www.a-pac.tv",
            AccessLock::Referrer(embed),
        ),
        locked(
            134_300_010,
            "a lock of unknown kind",
            AccessLock::Unknown("tenantLock".to_owned()),
        ),
        locked(134_300_018, "a company's login", AccessLock::Login),
    ]
}

/// Returns recordings with unusual messages or metadata.
fn odd_answer_recordings() -> Vec<Recording> {
    let titled = |id, title: String, purpose| Recording {
        title,
        ..Recording::new(id, purpose)
    };
    vec![
        Recording {
            response_mode: ResponseMode::Silent,
            ..Recording::new(134_300_005, "the control connection stays silent")
        },
        Recording {
            response_mode: ResponseMode::Html,
            ..Recording::new(134_300_006, "answers with a web page everywhere")
        },
        Recording {
            message_style: MessageStyle {
                huge_bytes: 10_000_000,
                ..MessageStyle::default()
            },
            ..Recording::new(134_300_007, "a frame of 10 MB before all others")
        },
        titled(134_300_008, "../../x".to_owned(), "title ../../x"),
        titled(134_300_009, "CON".to_owned(), "title CON"),
        Recording {
            redirects: ClusterRedirects::OtherHost("ums.example.com".to_owned()),
            ..Recording::new(
                134_300_019,
                "sends the client to a host that is not the service's",
            )
        },
        titled(
            134_300_021,
            "Bell\u{7} and\nline\u{0}".to_owned(),
            "control characters in the title",
        ),
        titled(
            134_300_022,
            "\u{202E}4pm.exe שלום 🎬".to_owned(),
            "right-to-left marks and emoji",
        ),
        titled(134_300_023, "Long ".repeat(60), "a title of 300 characters"),
    ]
}

/// Returns recordings that the websocket does not offer.
fn other_delivery_recordings() -> Vec<Recording> {
    let offered = |id, purpose, delivery| Recording {
        delivery,
        ..Recording::new(id, purpose)
    };
    vec![
        offered(134_300_024, "long polling only", Delivery::polling()),
        offered(
            134_300_025,
            "playlists only, picture and sound apart",
            Delivery::playlists(PlaylistLayout::Separate),
        ),
        offered(
            134_300_026,
            "playlists only, picture and sound in one",
            Delivery::playlists(PlaylistLayout::Muxed),
        ),
        offered(
            134_300_027,
            "one FLV file only",
            Delivery::file(FileContainer::Flv),
        ),
    ]
}

/// Returns recordings with unusual segments.
fn odd_media_recordings() -> Vec<Recording> {
    vec![
        Recording {
            first_chunk: 9,
            keys: HashKeys::At(
                [9, 19, 29]
                    .into_iter()
                    .chain((49..109).step_by(10))
                    .collect(),
            ),
            hash_style: HashStyle::Hex,
            ..Recording::new(
                134_300_011,
                "hash keys 9, 19, 29, 49, …: the first is not 0",
            )
        },
        Recording {
            movie: FixtureMovie::looped(7),
            keys: HashKeys::At(vec![0]),
            captions: captions(),
            ..Recording::new(134_300_012, "seven chunks under a single hash key")
        },
        Recording {
            movie: FixtureMovie::looped(97),
            mp4: Vec::new(),
            length: LengthSources {
                api: false,
                frame: None,
            },
            ..Recording::new(134_300_013, "FLV only, 97 chunks, its length told nowhere")
        },
        Recording {
            flv: Vec::new(),
            chunk_time_ms: 6000,
            length: LengthSources {
                api: true,
                frame: Some(LengthField::Meta),
            },
            message_style: MessageStyle {
                cdn_config_first: true,
                split_stream: true,
                lists_as_maps: true,
                numbers_as_strings: true,
                warning: true,
                counters: true,
                transitional: true,
                raw_title: None,
                huge_bytes: 0,
            },
            ..Recording::new(134_300_014, "MP4 only, frames in odd order and shapes")
        },
        Recording {
            mp4: Vec::new(),
            clock: FlvClock::Restarts,
            ..Recording::new(134_300_015, "FLV whose clock restarts at each chunk")
        },
        Recording {
            missing_chunks: [50].into(),
            ..Recording::new(134_300_016, "chunk 50 is gone for good")
        },
        Recording {
            flv: vec![FlvRepresentation::new(None, AudioStream::Main)],
            mp4: vec![MockRepresentation::Mp4Audio(AudioStream::Main)],
            ..Recording::new(134_300_017, "sound only")
        },
    ]
}
