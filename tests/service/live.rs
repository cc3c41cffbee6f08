//! What a live stream has broadcast at a time of its clock: a function of the [`LiveStream`] and the
//! time.

mod segments;
mod traffic;

pub(crate) use segments::answer;
pub(crate) use traffic::TrafficLog;
pub use traffic::{LiveSegment, LiveTraffic, SegmentTraffic};

use std::sync::LazyLock;

use crate::media::{
    FixtureFrame, FixtureMovie, FlvClock, MediaLibrary, MockRepresentation, UnitRange, VideoStream,
};
use crate::service::{Service, hash_text, splitmix};
use crate::world::{Channel, EndMessage, LiveAction, LiveStream};

/// Start of the first broadcast in its path, in milliseconds since 1970.
const START_UNIX_MS: u64 = 1_548_435_618_580;

/// The start of each broadcast is so much later than that of the one before.
const RESTART_MS: u64 = 3_600_000;

/// The media of each broadcast begins so many units later in the fixture than that of the one before.
const RESTART_UNITS: u64 = 37;

/// The cluster of a stream that is not redirected.
const CLUSTER: &str = "omega";

/// A movie that outlasts every test: 68 years.
static ENDLESS: LazyLock<FixtureMovie> = LazyLock::new(|| FixtureMovie::looped(1 << 30));

/// One broadcast: what is between two restarts.
#[derive(Clone, Debug)]
pub(crate) struct Broadcast {
    /// Its number, from 0.
    pub(crate) number: u64,
    /// Number of its first segment.
    pub(crate) first_segment: u64,
    videos: Vec<VideoStream>,
    /// The time at which each of its segments was complete.
    aired_at: Vec<u64>,
}

impl Broadcast {
    /// Returns the number of its newest segment.
    pub(crate) fn edge(&self) -> Option<u64> {
        let count = u64::try_from(self.aired_at.len()).ok()?;
        Some(self.first_segment + count.checked_sub(1)?)
    }

    /// Returns the numbers of its segments.
    pub(crate) fn segments(&self) -> impl Iterator<Item = u64> {
        (self.first_segment..).take(self.aired_at.len())
    }

    /// Returns the time at which a segment was complete.
    fn aired_at(&self, segment: u64) -> Option<u64> {
        let index = usize::try_from(segment.checked_sub(self.first_segment)?).ok()?;
        self.aired_at.get(index).copied()
    }

    /// Returns whether it has a representation.
    pub(crate) fn offers(&self, representation: MockRepresentation) -> bool {
        representation
            .video()
            .is_none_or(|video| self.videos.contains(&video))
    }
}

/// A live stream at one time. Its times count from the first segment of the first broadcast on.
#[derive(Clone, Debug)]
pub(crate) struct Timeline<'a> {
    pub(crate) channel: &'a Channel,
    pub(crate) stream: &'a LiveStream,
    /// All broadcasts so far, oldest first.
    pub(crate) broadcasts: Vec<Broadcast>,
    /// The cluster that clients are sent to.
    pub(crate) cluster: &'a str,
    /// How the last broadcast has ended, if it has.
    pub(crate) end: Option<EndMessage>,
    is_airing: bool,
    time: u64,
}

impl<'a> Timeline<'a> {
    /// Returns the live stream of a channel now, if it has one.
    pub(crate) fn now(channel: &'a Channel) -> Option<Self> {
        let clock = &channel.live.as_ref()?.clock;
        Self::at(channel, clock.now())
    }

    /// Returns the live stream of a channel when its clock shows this many segments.
    pub(crate) fn at(channel: &'a Channel, clock: u64) -> Option<Self> {
        let stream = channel.live.as_ref()?;
        let first = Broadcast {
            number: 0,
            first_segment: stream.first_segment,
            videos: vec![VideoStream::Best, VideoStream::Small],
            aired_at: Vec::new(),
        };
        let mut timeline = Self {
            channel,
            stream,
            broadcasts: vec![first],
            cluster: CLUSTER,
            end: None,
            is_airing: true,
            time: 0,
        };
        timeline.run(clock);
        Some(timeline)
    }

    fn run(&mut self, clock: u64) {
        let stream = self.stream;
        let mut events: Vec<_> = stream.events.iter().collect();
        events.sort_by_key(|event| event.at);
        let mut events = events.into_iter().peekable();
        let end = stream.aired_segments.saturating_add(clock);
        loop {
            let time = self.time;
            let is_due = |at: u64| stream.aired_segments.saturating_add(at) <= time;
            while let Some(event) = events.next_if(|event| is_due(event.at)) {
                self.apply(&event.action);
            }
            if self.time >= end {
                return;
            }
            self.time += 1;
            if let (true, Some(broadcast)) = (self.is_airing, self.broadcasts.last_mut()) {
                broadcast.aired_at.push(self.time);
            }
        }
    }

    fn apply(&mut self, action: &'a LiveAction) {
        match action {
            LiveAction::DropConnections | LiveAction::SilenceConnections => {}
            LiveAction::Redirect(cluster) => self.cluster = cluster,
            LiveAction::Pause => self.is_airing = false,
            LiveAction::Resume => self.is_airing = self.end.is_none(),
            LiveAction::End(message) => {
                self.is_airing = false;
                self.end = Some(*message);
            }
            LiveAction::Restart(restart) => {
                self.broadcasts.push(Broadcast {
                    number: self.current().number + 1,
                    first_segment: restart.first_segment,
                    videos: restart.videos.clone(),
                    aired_at: Vec::new(),
                });
                self.is_airing = true;
                self.end = None;
            }
        }
    }

    /// Returns the newest broadcast.
    pub(crate) fn current(&self) -> &Broadcast {
        self.broadcasts
            .last()
            .expect("the first one is there from the beginning, and none is removed")
    }

    /// Returns the number of the segment that is complete since this time of the clock, if any.
    pub(crate) fn just_aired(&self) -> Option<u64> {
        let broadcast = self.current();
        let edge = broadcast.edge()?;
        (broadcast.aired_at(edge) == Some(self.time)).then_some(edge)
    }

    /// Returns whether the CDN has a segment, or its init segment if `is_init`.
    fn is_served(&self, broadcast: &Broadcast, segment: u64, is_init: bool) -> bool {
        let Some(aired_at) = broadcast.aired_at(segment) else {
            return false;
        };
        let late = self.stream.late_segments.get(&segment).copied();
        let is_there = !self.stream.missing_segments.contains(&segment)
            && aired_at + late.unwrap_or(0) <= self.time;
        (is_init || is_there) && self.time - aired_at < self.stream.kept_segments
    }

    /// Returns the path of a broadcast's segments on the CDN.
    pub(crate) fn path_of(&self, broadcast: &Broadcast) -> String {
        format!(
            "sea01/sea01-uhs-omega01/live/{}/{}/plain/uhs/",
            self.channel.id,
            START_UNIX_MS + broadcast.number * RESTART_MS
        )
    }

    /// Returns the first segment of the hash of this one.
    pub(crate) fn key_of(&self, segment: u64) -> u64 {
        segment - segment % self.stream.hash_interval.max(1)
    }

    /// Returns the hash that is valid from segment `key` on.
    pub(crate) fn hash_of(&self, broadcast: &Broadcast, key: u64) -> String {
        let seed = splitmix(self.channel.id ^ (broadcast.number << 48)) ^ key;
        hash_text(self.stream.hash_style, seed)
    }

    /// Returns the address of a segment, on the first host of the CDN.
    pub(crate) fn address(
        &self,
        broadcast: &Broadcast,
        representation: MockRepresentation,
        (segment, is_init): (u64, bool),
    ) -> String {
        let host = self
            .stream
            .cdn
            .first()
            .map_or("uhs-akamai.ustream.tv", String::as_str);
        format!(
            "https://{host}/{}{}/chunk_{segment}_{}.{}{}",
            self.path_of(broadcast),
            representation.name(),
            self.hash_of(broadcast, self.key_of(segment)),
            representation.extension(),
            if is_init { "h" } else { "" },
        )
    }

    /// Returns all representations of a broadcast.
    pub(crate) fn representations(
        &self,
        broadcast: &Broadcast,
    ) -> impl Iterator<Item = MockRepresentation> {
        let playlists = self.stream.delivery.playlist_representations();
        let flv = self.stream.flv.iter().map(|flv| flv.representation);
        flv.chain(self.stream.mp4.iter().copied())
            .chain(playlists)
            .filter(|representation| broadcast.offers(*representation))
    }

    /// Returns the units of the movie that a segment covers, whether it is complete or not; `None`
    /// before the first one.
    pub(crate) fn units(&self, broadcast: &Broadcast, segment: u64) -> Option<UnitRange<'static>> {
        let index = segment.checked_sub(broadcast.first_segment)?;
        let time_ms = self.stream.segment_time_ms;
        let range = UnitRange::of(&ENDLESS, time_ms, index, FlvClock::Continues)?;
        Some(UnitRange {
            shift_units: broadcast.number * RESTART_UNITS,
            ..range
        })
    }

    /// Returns the bit rate of a representation, in kbit/s: measured, so it differs a little with the
    /// newest segment.
    pub(crate) fn bitrate_kbps(
        &self,
        library: &MediaLibrary,
        representation: MockRepresentation,
    ) -> u64 {
        library.bitrate_kbps(representation, &ENDLESS) + self.current().edge().unwrap_or(0) % 7
    }
}

/// Returns the live stream of the channel with this number now.
pub(crate) fn timeline(service: &Service, channel: u64) -> Option<Timeline<'_>> {
    Timeline::now(service.world.channels.get(&channel)?)
}

/// Returns the coded frames of a segment of a channel's live stream.
pub(crate) fn frames(
    service: &Service,
    channel: u64,
    (broadcast, representation, segment): (u64, MockRepresentation, u64),
) -> Option<Vec<FixtureFrame>> {
    let timeline = timeline(service, channel)?;
    let broadcast = timeline.broadcasts.get(usize::try_from(broadcast).ok()?)?;
    let units = timeline.units(broadcast, segment)?;
    service.library.frames(representation, units)
}
