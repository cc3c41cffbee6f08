//! The plan of a running stream in segmented formats, whose hashes the control connection tells.
//!
//! A message names the hash of the segment that was finished last (`chunkId`) and the next hash, and
//! the service sends one every 50 to 95 s (observed): hashes are known 10 to 20 segments ahead.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use super::super::Rendition;
use super::super::validated_format::{self, ValidatedFormat};
use super::{LiveChange, LiveUpdate};
use crate::redacted::redact_path;
use crate::ums::stream::StreamFormat;
use crate::ums::timeline;
use crate::{
    ChannelId, Container, HashListing, Presence, RenditionTrack, Segment, SegmentId, SegmentKind,
    SegmentLocation, SegmentPlan,
};

/// Most folders of one broadcast; one is usual.
const MAX_PATHS: usize = 16;

/// The hash of consecutive segments, under the number of the first.
#[derive(Clone, Debug)]
struct HashRange {
    /// The number behind the last one.
    end: u64,
    hash: String,
}

/// The segments of one rendition of one broadcast, as far as the service has named their hashes.
///
/// Segments are numbered without gaps from the smallest number of the first update on. What is planned
/// never changes: neither a number nor a time nor, once it is known, a hash. Segments between two
/// updates whose hashes were never named, since the connection was lost, are part of the plan, but
/// [`Self::locate`] finds no URL for them.
///
/// A segment is [`Presence::Sure`] if it is neither older than the newest one at the time of the first
/// update, nor ahead of the present [edge](Self::edge). Older ones may have expired or may never have
/// been there; the broadcast may end before those ahead.
#[derive(Clone, Debug)]
pub(super) struct HashedPlan {
    channel: ChannelId,
    rendition: Rendition,
    chunk_time_ms: u64,
    /// Distance of the numbers under which hashes are listed.
    interval: u64,
    /// Number of the first segment.
    first: u64,
    /// The number behind the last planned one.
    end: u64,
    /// By the first number. They do not overlap.
    hashes: BTreeMap<u64, HashRange>,
    /// The edge at the time of the first update.
    first_edge: u64,
    edge: u64,
    /// When the edge was told.
    edge_at: Duration,
    /// Folders below a server, the preferred one first.
    paths: Vec<String>,
    /// URLs of servers, the preferred one first.
    base_urls: Vec<String>,
}

impl HashedPlan {
    /// Plans the segments of a rendition in this format.
    pub(super) fn new(update: &LiveUpdate, format: &ValidatedFormat, rendition: Rendition) -> Self {
        let mut plan = Self::of_format(update, format, rendition);
        plan.base_urls = validated_format::base_urls(&update.stream.sites);
        plan
    }

    fn of_format(update: &LiveUpdate, format: &ValidatedFormat, rendition: Rendition) -> Self {
        let hashes = format.hashes();
        let first = hashes.keys().next().copied().unwrap_or_default();
        let mut plan = Self {
            channel: update.channel,
            rendition,
            chunk_time_ms: format.timeline.chunk_time_ms(),
            interval: timeline::interval(hashes),
            first,
            end: first,
            hashes: BTreeMap::new(),
            first_edge: 0,
            edge: 0,
            edge_at: update.at,
            paths: format.paths().to_vec(),
            base_urls: Vec::new(),
        };
        plan.add_hashes(hashes);
        plan.set_edge(format.newest, hashes, update.at);
        plan.first_edge = plan.edge;
        plan
    }

    /// Returns the plan that goes on with a saved one of the same rendition; `None` if the update is about
    /// another broadcast.
    pub(super) fn continued(
        saved: &SegmentPlan,
        update: &LiveUpdate,
        (format, rendition): (&ValidatedFormat, &Rendition),
    ) -> Option<Self> {
        let listing = saved.listing.as_ref()?;
        let paths = listing.paths.iter();
        let paths = paths.filter(|path| validated_format::is_relative(path));
        let media = |segment: &Segment| match segment.id.kind {
            SegmentKind::Media(number) => Some((number, segment.presence)),
            SegmentKind::Init => None,
        };
        let mut numbers = saved.segments.iter().filter_map(media);
        let mut sure = numbers
            .clone()
            .filter(|(_, presence)| *presence == Presence::Sure)
            .map(|(number, _)| number);
        let (first, _) = numbers.clone().next()?;
        let (last, _) = numbers.next_back()?;
        let first_edge = sure.next().unwrap_or(first);
        let mut plan = Self {
            first,
            end: first,
            hashes: BTreeMap::new(),
            interval: timeline::interval(&listing.hashes),
            first_edge,
            edge: sure.next_back().unwrap_or(first_edge),
            paths: paths.take(MAX_PATHS).cloned().collect(),
            ..Self::of_format(update, format, rendition.clone())
        };
        plan.add_hashes(&listing.hashes);
        plan.end = plan.end.max(last.saturating_add(1)).min(plan.largest_end());
        (plan.extend(update) != LiveChange::Restarted).then_some(plan)
    }

    /// Takes over a later update, and returns what it means for the plan.
    pub(super) fn extend(&mut self, update: &LiveUpdate) -> LiveChange {
        let stored = &update.stream.stored;
        let format = match self.rendition.container {
            Container::Flv => stored.flv.as_ref(),
            Container::Fmp4 => stored.fmp4.as_ref(),
            Container::Ts | Container::File => None,
        };
        let Some(format) = format.filter(|format| format.is_usable()) else {
            // A broadcast of which only the other format is left is another one.
            return match stored.usable().next() {
                Some(_) => LiveChange::Restarted,
                None => LiveChange::Unchanged,
            };
        };
        if !self.is_continued_by(format) {
            return LiveChange::Restarted;
        }
        for path in &format.paths {
            let is_new = !self.paths.contains(path) && self.paths.len() < MAX_PATHS;
            if is_new && validated_format::is_relative(path) {
                self.paths.push(path.clone());
            }
        }
        self.base_urls = validated_format::base_urls(&update.stream.sites);
        let known_end = self.end;
        self.add_hashes(&format.hashes);
        self.set_edge(format.newest, &format.hashes, update.at);
        if self.end == known_end {
            return LiveChange::Unchanged;
        }
        LiveChange::Appended(self.media_segments(known_end..self.end).collect())
    }

    /// Returns whether the segments of `format` can be appended to those of the plan.
    fn is_continued_by(&self, format: &StreamFormat) -> bool {
        let is_template_known = |track: &RenditionTrack| {
            let mut known = format.representations.iter();
            known.any(|it| {
                it.segment_url == track.template
                    && (track.init_template.is_none() || it.init_url == track.init_template)
            })
        };
        let is_same_folder = format.paths.iter().any(|path| self.paths.contains(path));
        let chunk_time_ms = format.chunk_time_ms.unwrap_or(self.chunk_time_ms);
        chunk_time_ms == self.chunk_time_ms
            && self.rendition.tracks.iter().all(is_template_known)
            && (is_same_folder || self.has_same_hashes(format))
            && self.is_near(format)
    }

    /// Returns whether some numbers have the same hash in both, and none has another one.
    fn has_same_hashes(&self, format: &StreamFormat) -> bool {
        let pairs = format.hashes.iter();
        let known = pairs.filter_map(|(number, hash)| Some((self.hash(*number)?, hash)));
        let mut known = known.peekable();
        known.peek().is_some() && known.all(|(mine, theirs)| mine == theirs)
    }

    /// Returns whether the numbers of `format` are not all below those of the plan, nor above what a
    /// plan may hold.
    fn is_near(&self, format: &StreamFormat) -> bool {
        let last = format.hashes.keys().next_back();
        last.is_some_and(|last| {
            let end = last.saturating_add(self.interval);
            end > self.first && *last < self.largest_end()
        })
    }

    /// Returns the largest number that may be behind the last segment.
    fn largest_end(&self) -> u64 {
        self.first.saturating_add(timeline::MAX_SEGMENTS)
    }

    /// Adds the hashes of segments that have none yet, and plans these segments.
    fn add_hashes(&mut self, listed: &BTreeMap<u64, String>) {
        let interval = match listed.len() {
            0 | 1 => self.interval,
            _ => timeline::interval(listed),
        };
        let nexts = listed.keys().skip(1).copied().map(Some).chain([None]);
        for ((&number, hash), next) in listed.iter().zip(nexts) {
            if validated_format::is_hash(hash) {
                let end = number.saturating_add(interval);
                let end = next.map_or(end, |next| end.min(next));
                self.add_range(number..end, hash);
            }
        }
    }

    fn add_range(&mut self, numbers: Range<u64>, hash: &str) {
        let mut start = numbers.start.max(self.first);
        let end = numbers.end.min(self.largest_end());
        while start < end {
            let before = self.hashes.range(..=start).next_back();
            if let Some((_, known)) = before.filter(|(_, known)| known.end > start) {
                start = known.end;
                continue;
            }
            let next = self.hashes.range(start..).next();
            let free_end = next.map_or(end, |(next, _)| end.min(*next));
            let range = HashRange {
                end: free_end,
                hash: hash.to_owned(),
            };
            self.hashes.insert(start, range);
            self.end = self.end.max(free_end);
            start = free_end;
        }
    }

    /// Notes the newest finished segment. If it is not stated, it is one of those before the last
    /// hash.
    fn set_edge(&mut self, stated: Option<u64>, listed: &BTreeMap<u64, String>, at: Duration) {
        let last = listed.keys().next_back().copied().unwrap_or(self.first);
        let newest = stated.unwrap_or_else(|| last.saturating_sub(self.interval).max(self.first));
        // A number without a hash cannot have been announced.
        let newest = newest.min(self.end.saturating_sub(1));
        if newest >= self.edge {
            self.edge = newest;
            self.edge_at = at;
        }
    }

    pub(super) fn hash(&self, number: u64) -> Option<&str> {
        let (_, range) = self.hashes.range(..=number).next_back()?;
        (number < range.end).then_some(range.hash.as_str())
    }

    /// Returns the rendition.
    pub(super) fn rendition(&self) -> &Rendition {
        &self.rendition
    }

    /// Returns the length of a segment in milliseconds.
    pub(super) fn chunk_time_ms(&self) -> u64 {
        self.chunk_time_ms
    }

    /// Returns the numbers of the planned segments.
    pub(super) fn numbers(&self) -> Range<u64> {
        self.first..self.end
    }

    /// Returns the number of the newest finished segment, by the newest message that says so.
    pub(super) fn edge(&self) -> u64 {
        self.edge
    }

    /// Returns when a segment starts, in milliseconds from the start of the first one.
    pub(super) fn start_ms(&self, number: u64) -> u64 {
        number
            .saturating_sub(self.first)
            .saturating_mul(self.chunk_time_ms)
    }

    /// Returns how long it takes until a segment can be there; zero if it should be already. `now` is
    /// a time of the clock of [`LiveUpdate::at`].
    ///
    /// The [edge](Self::edge) was finished when it was told, each further segment takes its length.
    pub(super) fn due_in(&self, number: u64, now: Duration) -> Duration {
        let ahead = number.saturating_sub(self.edge);
        if ahead == 0 {
            return Duration::ZERO;
        }
        let wait = Duration::from_millis(ahead.saturating_mul(self.chunk_time_ms));
        self.edge_at.saturating_add(wait).saturating_sub(now)
    }

    /// Returns the whole plan so far. Its media segments are those of [`Self::numbers`].
    pub(super) fn segment_plan(&self) -> SegmentPlan {
        let inits = self.numbered_tracks().filter_map(|(track, of)| {
            of.init_template.as_ref()?;
            let id = SegmentId {
                track,
                kind: SegmentKind::Init,
            };
            Some(Segment {
                id,
                start_ms: 0,
                duration_ms: 0,
                presence: Presence::Sure,
            })
        });
        SegmentPlan {
            media: self.channel.into(),
            rendition: self.rendition.id.clone(),
            container: self.rendition.container,
            tracks: self.rendition.tracks.clone(),
            segments: inits.chain(self.media_segments(self.numbers())).collect(),
            listing: Some(self.listing()),
            stated_ms: None,
        }
    }

    /// Returns the folders and hashes that are known so far.
    pub(super) fn listing(&self) -> HashListing {
        let ranges = self.hashes.iter();
        HashListing {
            paths: self.paths.iter().map(|path| redact_path(path)).collect(),
            hashes: ranges
                .map(|(number, range)| (*number, range.hash.clone()))
                .collect(),
        }
    }

    /// Returns where a segment is. The URLs are empty if its hash is not known.
    pub(super) fn locate(&self, segment: SegmentId) -> SegmentLocation {
        let track = self.rendition.tracks.get(usize::from(segment.track));
        let names = track.map(|track| match segment.kind {
            SegmentKind::Media(number) => self.name(&track.template, number).into_iter().collect(),
            SegmentKind::Init => self.init_names(track),
        });
        let names = names.unwrap_or_default();
        SegmentLocation {
            urls: validated_format::urls(&names, &self.paths, &self.base_urls),
            byte_range: None,
        }
    }

    fn name(&self, template: &str, number: u64) -> Option<String> {
        validated_format::fill(template, number, self.hash(number)?)
    }

    /// Returns the possible names of an init segment. It is kept as long as the media segment of the
    /// same number, so it is asked for by the number of the newest one first.
    fn init_names(&self, track: &RenditionTrack) -> Vec<String> {
        let Some(template) = &track.init_template else {
            return Vec::new();
        };
        let mut names = Vec::new();
        for number in [self.edge, self.first_edge, self.first] {
            let name = self.name(template, number);
            names.extend(name.filter(|name| !names.contains(name)));
        }
        names
    }

    fn media_segments(&self, numbers: Range<u64>) -> impl Iterator<Item = Segment> + '_ {
        numbers.flat_map(move |number| {
            self.numbered_tracks().map(move |(track, _)| Segment {
                id: SegmentId {
                    track,
                    kind: SegmentKind::Media(number),
                },
                start_ms: self.start_ms(number),
                duration_ms: self.chunk_time_ms,
                presence: if (self.first_edge..=self.edge).contains(&number) {
                    Presence::Sure
                } else {
                    Presence::Tentative
                },
            })
        })
    }

    fn numbered_tracks(&self) -> impl Iterator<Item = (u8, &RenditionTrack)> {
        (0_u8..).zip(&self.rendition.tracks)
    }
}
