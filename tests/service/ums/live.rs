//! What a control connection is told of a live stream, segment by segment of its clock.

mod frames;

use serde_json::{Value, json};

use super::messages;
use crate::live::Timeline;
use crate::live_clock::LiveClock;
use crate::service::Service;
use crate::world::{Channel, EndMessage, LiveAction};

/// The position of one control connection in a live stream.
#[derive(Clone, Debug)]
pub(super) struct LiveSession {
    channel: u64,
    player: Player,
    /// The time of the clock up to which it was told everything.
    time: u64,
    is_silent: bool,
}

/// What a client plays.
#[derive(Clone, Debug)]
enum Player {
    Segments,
    /// The address of the master playlist.
    Playlists(String),
}

/// One thing that a control connection does.
#[derive(Debug)]
pub(super) enum LiveStep {
    /// Sends a command.
    Send(Value),
    /// Sends the client to this cluster, and closes.
    Redirect(String),
    /// Closes.
    Close,
}

impl LiveSession {
    /// Creates a session of a client that plays segments of this channel.
    pub(super) fn of_segments(channel: u64) -> Self {
        Self::new(channel, Player::Segments)
    }

    /// Creates a session of a client that plays the playlists below this address.
    pub(super) fn of_playlists(channel: u64, url: String) -> Self {
        Self::new(channel, Player::Playlists(url))
    }

    fn new(channel: u64, player: Player) -> Self {
        Self {
            channel,
            player,
            time: 0,
            is_silent: false,
        }
    }

    /// Returns the clock of the stream.
    pub(super) fn clock<'a>(&self, service: &'a Service) -> Option<&'a LiveClock> {
        Some(&self.channel(service)?.live.as_ref()?.clock)
    }

    /// Returns the time of the clock up to which it was told everything.
    pub(super) fn time(&self) -> u64 {
        self.time
    }

    /// Starts the clock if it stands still, and returns what is sent first.
    pub(super) fn open(&mut self, service: &Service) -> Vec<LiveStep> {
        if let Some(clock) = self.clock(service) {
            clock.start();
            self.time = clock.now();
        }
        let Some(timeline) = self.timeline(service) else {
            return Vec::new();
        };
        let frames = match (timeline.end, &self.player) {
            (Some(end), _) => self.end_frame(end).into_iter().collect(),
            (None, Player::Segments) => frames::first(service, &timeline),
            (None, Player::Playlists(url)) => vec![playlist_frame(url), messages::counters(7)],
        };
        frames.into_iter().map(LiveStep::Send).collect()
    }

    /// Returns what happened since, up to the present time of the clock.
    pub(super) fn advance(&mut self, service: &Service) -> Vec<LiveStep> {
        let now = self.clock(service).map_or(self.time, LiveClock::now);
        let mut steps = Vec::new();
        while self.time < now {
            self.time += 1;
            let happened = self.at_present(service);
            if !self.is_silent {
                steps.extend(happened);
            }
        }
        steps
    }

    /// Returns what happens at the time that this session has reached.
    fn at_present(&mut self, service: &Service) -> Vec<LiveStep> {
        let Some(timeline) = self.timeline(service) else {
            return Vec::new();
        };
        let mut steps = Vec::new();
        if let (Some(segment), Player::Segments) = (timeline.just_aired(), &self.player)
            && is_announced(&timeline, segment)
        {
            steps.push(LiveStep::Send(frames::update(service, &timeline)));
        }
        let events = timeline.stream.events.iter();
        for event in events.filter(|event| event.at == self.time) {
            match &event.action {
                LiveAction::DropConnections => steps.push(LiveStep::Close),
                LiveAction::Redirect(cluster) => steps.push(LiveStep::Redirect(cluster.clone())),
                LiveAction::SilenceConnections => self.is_silent = true,
                LiveAction::End(end) => steps.extend(self.end_frame(*end).map(LiveStep::Send)),
                LiveAction::Restart(_) | LiveAction::Pause | LiveAction::Resume => {}
            }
        }
        if timeline.end.is_none() {
            steps.push(LiveStep::Send(messages::counters(self.time)));
        }
        steps
    }

    /// Returns what is sent at the end of the stream, if anything.
    fn end_frame(&self, end: EndMessage) -> Option<Value> {
        match (end, &self.player) {
            (EndMessage::Nothing, _) => None,
            (EndMessage::Offline, _) | (_, Player::Playlists(_)) => {
                Some(messages::module_info(json!({ "stream": "offline" })))
            }
            (EndMessage::NotAvailable, Player::Segments) => messages::offline().into_iter().next(),
        }
    }

    fn channel<'a>(&self, service: &'a Service) -> Option<&'a Channel> {
        service.world.channels.get(&self.channel)
    }

    fn timeline<'a>(&self, service: &'a Service) -> Option<Timeline<'a>> {
        Timeline::at(self.channel(service)?, self.time)
    }
}

/// Returns whether a message is sent with this segment: the first of a broadcast, and every so many.
fn is_announced(timeline: &Timeline<'_>, segment: u64) -> bool {
    segment == timeline.current().first_segment
        || segment.is_multiple_of(timeline.stream.update_every.max(1))
}

fn playlist_frame(url: &str) -> Value {
    messages::module_info(json!({ "stream": [{ "name": "uhls", "url": url }] }))
}
