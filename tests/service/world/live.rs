//! The live stream of a channel: what it broadcasts, and what happens to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Delivery, FlvRepresentation, HashStyle};
use crate::live_clock::LiveClock;
use crate::media::{AudioStream, MockRepresentation, UNIT_MS, VideoStream};

/// The live stream of a channel. Everything about it is a function of its clock.
#[derive(Clone, Debug)]
pub struct LiveStream {
    /// Counts the segments that have been broadcast; times below are counted by it.
    pub clock: LiveClock,
    /// Number of the broadcast's first segment.
    pub first_segment: u64,
    /// Segments that were broadcast before the clock started.
    pub aired_segments: u64,
    /// Length of a segment, in milliseconds: a multiple of [`UNIT_MS`].
    pub segment_time_ms: u64,
    /// FLV representations.
    pub flv: Vec<FlvRepresentation>,
    /// MP4 representations.
    pub mp4: Vec<MockRepresentation>,
    /// The transports that offer it: of the fields, those of websocket, polling and playlists count.
    /// Playlists in ranges or with encryption are not supported.
    pub delivery: Delivery,
    /// Segments that a playlist names.
    pub playlist_segments: usize,
    /// Segments of the same hash.
    pub hash_interval: u64,
    /// A message names the hash of the announced segment and the next hash, as all recorded messages
    /// do, and this many earlier ones.
    pub earlier_hashes: u64,
    /// Format of the hashes.
    pub hash_style: HashStyle,
    /// A message with new hashes is sent with each segment whose number is a multiple of this.
    pub update_every: u64,
    /// The announced segment (`chunkId`) is so many segments older than the newest one.
    pub announced_lag: u64,
    /// The CDN has the newest segments, so many.
    pub kept_segments: u64,
    /// Segments that are never there.
    pub missing_segments: BTreeSet<u64>,
    /// Segments that are there only so many segments after their time.
    pub late_segments: BTreeMap<u64, u64>,
    /// What happens to it.
    pub events: Vec<LiveEvent>,
    /// Hosts of the CDN, best first; if empty, `cdnConfig` is never sent.
    pub cdn: Vec<String>,
}

impl LiveStream {
    /// Creates a stream that has been running for half an hour and does not end.
    pub fn new(clock: LiveClock) -> Self {
        Self {
            clock,
            first_segment: 1_548_447_631,
            aired_segments: 900,
            segment_time_ms: UNIT_MS,
            flv: FlvRepresentation::product(),
            mp4: vec![
                MockRepresentation::Mp4Video(VideoStream::Best),
                MockRepresentation::Mp4Video(VideoStream::Small),
                MockRepresentation::Mp4Audio(AudioStream::Main),
                MockRepresentation::Mp4Audio(AudioStream::Second),
            ],
            delivery: Delivery::default(),
            playlist_segments: 5,
            hash_interval: 10,
            earlier_hashes: 0,
            hash_style: HashStyle::Hex,
            update_every: 10,
            announced_lag: 0,
            kept_segments: 30,
            missing_segments: BTreeSet::new(),
            late_segments: BTreeMap::new(),
            events: Vec::new(),
            cdn: vec![
                "uhs-akamai.ustream.tv".to_owned(),
                "uhsakamai-a.akamaihd.net".to_owned(),
            ],
        }
    }

    /// Adds an event when the clock shows this many segments.
    #[must_use]
    pub fn event(mut self, at: u64, action: LiveAction) -> Self {
        self.events.push(LiveEvent { at, action });
        self
    }

    /// Returns the number of the newest segment when the clock starts.
    pub fn start_edge(&self) -> u64 {
        (self.first_segment + self.aired_segments).saturating_sub(1)
    }
}

/// Something that happens to a live stream.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    /// When: right after the segment that the clock counts then.
    pub at: u64,
    /// What.
    pub action: LiveAction,
}

/// What happens to a live stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveAction {
    /// All control connections are closed. New ones are accepted.
    DropConnections,
    /// All control connections stay open, and nothing is sent on them any more. New ones are normal.
    SilenceConnections,
    /// Clients are sent to this cluster, those that are connected too.
    Redirect(String),
    /// The broadcast is started again: another path, another init segment, and media whose time
    /// starts at 0.
    Restart(LiveRestart),
    /// No new segments; messages go on.
    Pause,
    /// New segments again, with the next number.
    Resume,
    /// The end of the broadcast.
    End(EndMessage),
}

/// How a broadcast is started again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveRestart {
    /// Number of its first segment.
    pub first_segment: u64,
    /// Its videos; representations with others are no longer there.
    pub videos: Vec<VideoStream>,
}

impl LiveRestart {
    /// Creates a restart with the same representations.
    pub fn at_segment(first_segment: u64) -> Self {
        Self {
            first_segment,
            videos: vec![VideoStream::Best, VideoStream::Small],
        }
    }
}

/// What is said when a broadcast has ended, to clients that are connected and to new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndMessage {
    /// `contentAvailable` is `false`.
    NotAvailable,
    /// `stream` is the text `offline`, as the HLS player is told in any case.
    Offline,
    /// Nothing at all.
    Nothing,
}
