//! The plan of a stream that is running: it grows with each message of the control connection, or each
//! time that its playlists have changed.

mod hashed;
mod listed;

use std::ops::Range;
use std::time::Duration;

use self::hashed::HashedPlan;
use self::listed::ListedPlan;
use super::{Playlists, Recording, Rendition, SourceKind};
use crate::api::VideoInfo;
use crate::ums::message::ModuleInfo;
use crate::ums::session::StreamInfo;
use crate::ums::stream::{StreamFormat, StreamState};
use crate::{
    ChannelId, Choice, Error, HashListing, Segment, SegmentId, SegmentLocation, SegmentPlan,
};

/// Most servers that are kept.
const MAX_SITES: usize = 16;

/// A running stream as its newest messages describe it.
#[derive(Clone, Debug)]
pub struct LiveUpdate {
    /// The channel that broadcasts it.
    pub channel: ChannelId,
    /// Its formats, with the hashes of the newest message only; its servers, title and owner.
    pub stream: StreamInfo,
    /// Its playlists, if it is offered to HLS players only.
    pub playlists: Option<Playlists>,
    /// When the newest message about its segments came, as a time of [`crate::Client::clock`].
    pub at: Duration,
}

impl LiveUpdate {
    /// Creates the description of a stream of which nothing is known yet.
    pub fn new(channel: ChannelId) -> Self {
        Self {
            channel,
            stream: StreamInfo::default(),
            playlists: None,
            at: Duration::ZERO,
        }
    }

    /// Takes over a message that came at this time. Returns whether it is about the segments or their
    /// servers.
    pub fn take(&mut self, info: ModuleInfo, at: Duration) -> bool {
        let mut is_news = !info.sites.is_empty();
        let stream = &mut self.stream;
        stream.title = info.title.or(stream.title.take());
        stream.owner = info.owner.or(stream.owner.take());
        let known = std::mem::replace(&mut stream.sites, info.sites);
        for site in known {
            if stream.sites.len() < MAX_SITES && !stream.sites.contains(&site) {
                stream.sites.push(site);
            }
        }
        if let Some(StreamState::Stored(stored)) = info.stream {
            // If the newest segment is not stated, it is derived from the hashes.
            let tells_edge =
                |format: &StreamFormat| format.newest.is_some() || !format.hashes.is_empty();
            if [&stored.flv, &stored.fmp4]
                .into_iter()
                .flatten()
                .any(tells_edge)
            {
                self.at = at;
            }
            stream.stored.follow(*stored);
            is_news = true;
        }
        is_news
    }

    /// Returns whether segments can be fetched.
    pub(crate) fn is_usable(&self) -> bool {
        self.playlists.is_some() || self.stream.stored.usable().next().is_some()
    }

    /// Returns the stream in the form of a recording: title, owner, renditions to choose from.
    ///
    /// Fails like [`Recording::new`].
    pub fn recording(&self) -> Result<Recording, Error> {
        self.described_by(None)
    }

    /// Returns the same with what the API says.
    pub(crate) fn described_by(&self, video: Option<VideoInfo>) -> Result<Recording, Error> {
        let (channel, stream) = (self.channel, self.stream.clone());
        match &self.playlists {
            Some(playlists) => {
                let source = SourceKind::Playlists(playlists.clone());
                Recording::from_source(channel, stream, source, video)
            }
            None => Recording::new(channel, stream, video),
        }
    }
}

/// What an update means for a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveChange {
    /// There are no new segments.
    Unchanged,
    /// These segments were appended to the plan, in its order.
    Appended(Vec<Segment>),
    /// The update is about another broadcast, or about one whose segments do not continue those of
    /// the plan: they have other templates, another length, unrelated numbers or another init segment,
    /// or there are too many. The plan is as before; another one must be [made](LivePlan::new) of the update.
    Restarted,
}

/// The segments of one rendition of one broadcast, as far as the service has named them.
///
/// What is planned never changes: neither a number nor a time. Of some segments [`Self::locate`] finds no
/// URL, since they were never named: the connection was lost.
#[derive(Clone, Debug)]
pub struct LivePlan(Source);

#[derive(Clone, Debug)]
enum Source {
    Hashed(HashedPlan),
    Listed(ListedPlan),
}

impl LivePlan {
    /// Chooses a rendition of a stream as [`Recording::plan`] does, and plans its segments.
    ///
    /// Fails like [`Recording::new`] and [`Recording::plan`].
    pub fn new(update: &LiveUpdate, choice: &Choice) -> Result<Self, Error> {
        let recording = update.recording()?;
        let rendition = recording.choose(choice)?;
        let source = if let Some(playlists) = &update.playlists {
            let plan = ListedPlan::new(update.channel, playlists, rendition.clone());
            Source::Listed(plan.ok_or(Error::NoRendition)?)
        } else {
            let format = recording.format_of(rendition).ok_or(Error::NoRendition)?;
            Source::Hashed(HashedPlan::new(update, format, rendition.clone()))
        };
        let plan = Self(source);
        tracing::info!(
            "chosen of {} renditions: {} as {:?}, from segment {} on",
            recording.renditions.len(),
            rendition.id.0,
            rendition.container,
            plan.numbers().start,
        );
        Ok(plan)
    }

    /// Returns the plan that goes on with a saved one, for a program that was started again while the
    /// broadcast went on. What was broadcast meanwhile is planned, mostly without addresses.
    ///
    /// Returns `None` if the update is about another broadcast, or the rendition is no longer offered.
    pub fn continued(saved: &SegmentPlan, update: &LiveUpdate) -> Option<Self> {
        let recording = update.recording().ok()?;
        let rendition = recording.rendition(&saved.rendition)?;
        let is_same = saved.media == update.channel.into()
            && rendition.container == saved.container
            && rendition.tracks == saved.tracks;
        if !is_same {
            return None;
        }
        let source = if let Some(playlists) = &update.playlists {
            let plan = ListedPlan::continued(saved, (update.channel, playlists), rendition);
            Source::Listed(plan?)
        } else {
            let format = recording.format_of(rendition)?;
            Source::Hashed(HashedPlan::continued(saved, update, (format, rendition))?)
        };
        Some(Self(source))
    }

    /// Takes over a later update, and returns what it means for the plan.
    pub fn extend(&mut self, update: &LiveUpdate) -> LiveChange {
        match (&mut self.0, &update.playlists) {
            (Source::Hashed(plan), None) => plan.extend(update),
            (Source::Listed(plan), Some(playlists)) => plan.extend(playlists),
            (Source::Hashed(_), Some(_)) | (Source::Listed(_), None) => LiveChange::Restarted,
        }
    }

    /// Returns the rendition.
    pub fn rendition(&self) -> &Rendition {
        match &self.0 {
            Source::Hashed(plan) => plan.rendition(),
            Source::Listed(plan) => plan.rendition(),
        }
    }

    /// Returns the usual length of a segment in milliseconds.
    pub fn chunk_time_ms(&self) -> u64 {
        match &self.0 {
            Source::Hashed(plan) => plan.chunk_time_ms(),
            Source::Listed(plan) => plan.target_ms(),
        }
    }

    /// Returns the numbers of the planned segments. Those of playlists may lack some.
    pub fn numbers(&self) -> Range<u64> {
        match &self.0 {
            Source::Hashed(plan) => plan.numbers(),
            Source::Listed(plan) => plan.numbers(),
        }
    }

    /// Returns the number of the newest finished segment of all tracks, by the newest message that says
    /// so.
    pub fn edge(&self) -> u64 {
        match &self.0 {
            Source::Hashed(plan) => plan.edge(),
            Source::Listed(plan) => plan.edge(),
        }
    }

    /// Returns when a segment starts, in milliseconds from the start of the plan.
    pub fn start_ms(&self, number: u64) -> u64 {
        match &self.0 {
            Source::Hashed(plan) => plan.start_ms(number),
            Source::Listed(plan) => plan.start_ms(number),
        }
    }

    /// Returns how long it takes until a segment can be there; zero if it should be already. `now` is
    /// a time of the clock of [`LiveUpdate::at`].
    ///
    /// The [edge](Self::edge) was finished when it was told, each further segment takes its length. What
    /// a playlist names is there.
    pub fn due_in(&self, number: u64, now: Duration) -> Duration {
        match &self.0 {
            Source::Hashed(plan) => plan.due_in(number, now),
            Source::Listed(_) => Duration::ZERO,
        }
    }

    /// Returns the whole plan so far. Its media segments are those of [`Self::numbers`].
    pub fn segment_plan(&self) -> SegmentPlan {
        match &self.0 {
            Source::Hashed(plan) => plan.segment_plan(),
            Source::Listed(plan) => plan.segment_plan(),
        }
    }

    /// Returns what tells, with the segments, whether a broadcast is [continued](Self::continued): the
    /// folders and hashes that are known so far, or the names of the newest segments.
    pub fn listing(&self) -> HashListing {
        match &self.0 {
            Source::Hashed(plan) => plan.listing(),
            Source::Listed(plan) => plan.listing(),
        }
    }

    /// Returns what tells a segment from that of another broadcast with the same number: its hash, or a
    /// digest of its file name; `None` if it is not known.
    pub fn hash(&self, number: u64) -> Option<String> {
        match &self.0 {
            Source::Hashed(plan) => plan.hash(number).map(str::to_owned),
            Source::Listed(plan) => plan.name(number),
        }
    }

    /// Returns where a segment is. The URLs are empty if that was never said.
    pub fn locate(&self, segment: SegmentId) -> SegmentLocation {
        match &self.0 {
            Source::Hashed(plan) => plan.locate(segment),
            Source::Listed(plan) => plan.locate(segment),
        }
    }
}

#[cfg(test)]
mod tests;
