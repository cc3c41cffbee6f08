//! Short recordings, one for each way in which the service delivers them: programs of other makers
//! save them, and what they save is compared.

use std::time::Duration;

use super::demo::{gated_channel, open_channel};
use super::{
    AccessLock, Channel, Delivery, EndMessage, FileContainer, FlvRepresentation, ListingSources,
    LiveAction, LiveStream, PlaylistLayout, Recording, World,
};
use crate::era::Era;
use crate::live_clock::LiveClock;
use crate::media::{AudioStream, FixtureMovie, UNIT_MS, VideoStream};

/// Chunks of each. The last one starts a new hash: the script of 2017 asks for no chunk behind it. A
/// program that saves in real time needs 20 s for them.
const CHUNKS: u64 = 11;

/// Segments of the live stream that are broadcast after the first client has come: more than two
/// messages with hashes, and four seconds more than what is compared.
const LIVE_SEGMENTS: u64 = 24;

impl World {
    /// A set with numbers of [`World::demo`]:
    ///
    /// | number | shows |
    /// |---|---|
    /// | 112470631 | `mp4/segmented` only |
    /// | 112470632 | `flv/segmented` only, behind the sign-up form of channel `curJSsZFUUu` |
    /// | 134300001 | password `open sesame` |
    /// | 134300004 | plays only on `http://www.a-pac.tv` |
    /// | 134300025, …26 | playlists only: separate and muxed video and audio |
    /// | 134300027 | one FLV file only |
    /// | 112470621, …11 | two recordings of channel `practice`, each one FLV file |
    ///
    /// The live stream of channel `on-air` (6540155) runs in real time from the first client on, and
    /// ends.
    pub fn peers(era: Era) -> Self {
        let segments_only = Delivery {
            playlists: None,
            ..Delivery::default()
        };
        let listed = |id, days: i64| Recording {
            channel: Some(open_channel().id),
            created_unix_s: 1_514_764_800 - days * 86_400,
            delivery: Delivery::file(FileContainer::Flv),
            ..short(id, "one of two recordings of the channel `practice`")
        };
        let offered = |id, purpose, delivery| Recording {
            delivery,
            ..short(id, purpose)
        };
        let locked = |id, purpose, lock| Recording {
            lock: Some(lock),
            ..offered(id, purpose, segments_only.clone())
        };
        let recordings = [
            Recording {
                flv: Vec::new(),
                ..offered(112_470_631, "mp4/segmented only", segments_only.clone())
            },
            Recording {
                channel: Some(gated_channel().id),
                // The script of 2017 takes every representation with the preset `original`.
                flv: [VideoStream::Best, VideoStream::Small]
                    .map(|video| FlvRepresentation::new(Some(video), AudioStream::Main))
                    .to_vec(),
                mp4: Vec::new(),
                ..offered(
                    112_470_632,
                    "flv/segmented only, behind a sign-up form",
                    segments_only.clone(),
                )
            },
            locked(
                134_300_001,
                "password: open sesame",
                AccessLock::Password("open sesame".to_owned()),
            ),
            locked(
                134_300_004,
                "plays only on http://www.a-pac.tv",
                AccessLock::Referrer(vec!["http://www.a-pac.tv".to_owned()]),
            ),
            offered(
                134_300_025,
                "playlists only, video and audio apart",
                Delivery::playlists(PlaylistLayout::Separate),
            ),
            offered(
                134_300_026,
                "playlists only, video and audio in one",
                Delivery::playlists(PlaylistLayout::Muxed),
            ),
            offered(
                134_300_027,
                "one FLV file only",
                Delivery::file(FileContainer::Flv),
            ),
            listed(112_470_621, 1),
            listed(112_470_611, 2),
        ];
        let world = Self::empty()
            .at(era)
            .channel(gated_channel())
            .with_live_stream(live_stream())
            .channel(Channel {
                listing_sources: ListingSources {
                    // In March 2026 the list of the website answered 404 (I-yp/16251).
                    website: era < Era::Y2026,
                    ..open_channel().listing_sources
                },
                ..open_channel()
            });
        recordings.into_iter().fold(world, Self::recording)
    }
}

fn live_stream() -> LiveStream {
    let clock = LiveClock::running(Duration::from_millis(UNIT_MS));
    let stream = LiveStream {
        // streamlink asks for the segment behind the announced one at once.
        announced_lag: 1,
        ..LiveStream::new(clock)
    };
    stream.event(LIVE_SEGMENTS, LiveAction::End(EndMessage::NotAvailable))
}

fn short(id: u64, purpose: &str) -> Recording {
    Recording {
        movie: FixtureMovie::looped(CHUNKS),
        ..Recording::new(id, purpose)
    }
}
