//! One track of a plan of playlists.

use std::collections::VecDeque;
use std::ops::Range;

use url::Url;

use super::super::super::playlists::name_digest;
use crate::hls::{MediaPlaylist, MediaResource};
use crate::ums::timeline;
use crate::{Presence, Segment, SegmentId, SegmentKind};

/// Segments whose URLs are kept once the playlist does not name them any more: what is not fetched yet.
const MAX_KEPT: usize = 500;

/// Names that are saved: a program that was started again mostly finds the window farther on, and goes by
/// the sequence numbers.
const MAX_SAVED: usize = 16;

/// Longest time without a segment that is a gap. Behind a longer one another plan begins.
const MAX_GAP_MS: u64 = 24 * 3_600_000;

/// Dates are not more exact than this.
const DATE_TOLERANCE_MS: u64 = 500;

/// The segments of one playlist.
#[derive(Clone, Debug)]
pub(super) struct ListedTrack {
    init: Option<(u64, Resource)>,
    /// By number.
    planned: Vec<Planned>,
    /// The newest ones, by number and by sequence number.
    located: VecDeque<Located>,
    /// What comes behind the last planned one.
    next_sequence: u64,
    next_number: u64,
    end_us: u64,
    /// When the last one was over, in milliseconds since 1970, if the playlist says so.
    end_unix_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Planned {
    number: u64,
    start_ms: u64,
    duration_ms: u64,
}

#[derive(Clone, Debug)]
struct Located {
    sequence: u64,
    number: u64,
    /// Digest of its file name, which tells whether another playlist means the same segment.
    name: Option<u64>,
    resource: Option<Resource>,
}

/// Where a segment is.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) url: Url,
    pub(super) range: Option<Range<u64>>,
}

impl Resource {
    /// Returns where a resource of a playlist is, and the digest of its name.
    fn of(media: &MediaPlaylist, resource: &MediaResource) -> Option<(u64, Self)> {
        let url = media.url_of(resource)?;
        let range = resource.range.clone();
        Some((name_digest(&url, range.as_ref()), Self { url, range }))
    }
}

impl ListedTrack {
    /// Creates a track without segments, whose first one is that of the newest init segment.
    pub(super) fn starting(media: &MediaPlaylist, start_ms: u64) -> Self {
        let sequence = sequence(media, media.init_start);
        let first = media.segments.get(media.init_start);
        Self {
            init: None,
            planned: Vec::new(),
            located: VecDeque::new(),
            next_sequence: sequence,
            next_number: first.map_or(sequence, |segment| segment.number),
            end_us: start_ms.saturating_mul(1000),
            end_unix_ms: None,
        }
    }

    /// Returns a saved track. Nothing of what was saved is trusted: returns `None` if it is no plan.
    pub(super) fn saved<'s>(
        segments: impl Iterator<Item = &'s Segment>,
        names: &[(u64, &str)],
    ) -> Option<Self> {
        let mut planned: Vec<Planned> = Vec::new();
        for segment in segments {
            let SegmentKind::Media(number) = segment.id.kind else {
                continue;
            };
            let is_later = planned.last().is_none_or(|last| number > last.number);
            if !is_later || planned.len() >= max_segments() {
                return None;
            }
            planned.push(Planned {
                number,
                start_ms: segment.start_ms,
                duration_ms: segment.duration_ms,
            });
        }
        let mut located: VecDeque<Located> = VecDeque::new();
        for (number, name) in names.iter().take(MAX_SAVED) {
            let (sequence, name) = name.split_once(':')?;
            let sequence = sequence.parse().ok()?;
            let is_later = located.back().is_none_or(|last| sequence > last.sequence);
            if !is_later {
                return None;
            }
            located.push_back(Located {
                sequence,
                number: *number,
                name: u64::from_str_radix(name, 16).ok(),
                resource: None,
            });
        }
        let (last, newest) = (planned.last().copied()?, located.back()?);
        if last.number != newest.number {
            return None;
        }
        let end_ms = last.start_ms.saturating_add(last.duration_ms);
        Some(Self {
            init: None,
            next_sequence: newest.sequence.checked_add(1)?,
            next_number: last.number.checked_add(1)?,
            planned,
            located,
            end_us: end_ms.saturating_mul(1000),
            end_unix_ms: None,
        })
    }

    /// Returns whether the segments of a later playlist can be appended.
    pub(super) fn is_continued_by(&self, media: &MediaPlaylist, target_ms: u64) -> bool {
        self.has_same_names(media)
            && !self.is_counted_anew(media)
            && self.has_same_init(media)
            && self.has_room_for(media, target_ms)
    }

    /// Returns whether a later playlist has the newest segments of the track, and goes on with another
    /// init segment.
    pub(super) fn is_restarted_by(&self, media: &MediaPlaylist) -> bool {
        self.has_same_names(media) && !self.is_counted_anew(media) && !self.has_same_init(media)
    }

    fn has_same_names(&self, media: &MediaPlaylist) -> bool {
        (media.first_sequence..)
            .zip(&media.segments)
            .all(|(sequence, segment)| {
                let known = self.of_sequence(sequence).and_then(|it| it.name);
                let named = segment.resource.as_ref();
                let named = named.and_then(|named| Resource::of(media, named));
                match (known, named) {
                    (Some(known), Some((name, _))) => known == name,
                    _ => true,
                }
            })
    }

    /// Returns whether the playlist ends before the earliest segment that is known by name.
    fn is_counted_anew(&self, media: &MediaPlaylist) -> bool {
        let earliest = self.located.front().map(|it| it.sequence);
        let end = sequence(media, media.segments.len());
        end <= earliest.unwrap_or(self.next_sequence)
    }

    /// Returns whether the next segment needs the init segment that the track has.
    fn has_same_init(&self, media: &MediaPlaylist) -> bool {
        let (Some((known, _)), Some(init)) = (&self.init, &media.init) else {
            return true;
        };
        let new = self.first_new(media);
        let is_same = Resource::of(media, init).is_some_and(|(name, _)| name == *known);
        // A server may name the same init segment by the number of the first segment: without a restart
        // between them, another name says nothing.
        let is_cut = (new > 0 && media.init_start == new)
            || (new == 0 && media.init_start == 0 && media.first_sequence > self.next_sequence);
        is_same || new >= media.segments.len() || !is_cut
    }

    fn has_room_for(&self, media: &MediaPlaylist, target_ms: u64) -> bool {
        let missing = media.first_sequence.saturating_sub(self.next_sequence);
        let new = media.segments.len().saturating_sub(self.first_new(media));
        let count = usize::try_from(missing).ok().and_then(|missing| {
            let count = self.planned.len().checked_add(missing)?;
            // One more for each discontinuity.
            count.checked_add(new.checked_mul(2)?)
        });
        let end = count.and_then(|count| self.next_number.checked_add(u64::try_from(count).ok()?));
        missing.saturating_mul(target_ms) <= MAX_GAP_MS
            && count.is_some_and(|count| count <= max_segments())
            && end.is_some()
    }

    /// Appends the segments of a playlist that continues the track. Returns their places.
    pub(super) fn append(&mut self, media: &MediaPlaylist, target_ms: u64) -> Range<usize> {
        let start = self.planned.len();
        self.refresh(media);
        let new = self.first_new(media);
        // Those behind it need another init segment.
        let end = if media.init_start > new && self.init.is_some() {
            media.init_start
        } else {
            media.segments.len()
        };
        if new == 0 {
            self.add_missing(media, target_ms);
        }
        for index in new..end {
            if index > 0 && is_discontinuous(media, index) && !self.planned.is_empty() {
                self.add_pause(media.unix_ms(index));
            }
            self.add(media, index);
        }
        if let (None, Some(init)) = (&self.init, &media.init) {
            self.init = Resource::of(media, init);
        }
        let kept = MAX_KEPT.max(media.segments.len());
        while self.located.len() > kept {
            self.located.pop_front();
        }
        start..self.planned.len()
    }

    /// Takes over the URLs of what is planned: the newest ones are valid.
    fn refresh(&mut self, media: &MediaPlaylist) {
        for (sequence, segment) in (media.first_sequence..).zip(&media.segments) {
            let at = self
                .located
                .binary_search_by_key(&sequence, |it| it.sequence);
            let named = segment.resource.as_ref();
            if let Ok(at) = at
                && let Some(located) = self.located.get_mut(at)
                && let Some((name, resource)) = named.and_then(|it| Resource::of(media, it))
            {
                located.name = Some(name);
                located.resource = Some(resource);
            }
        }
        let new = self.first_new(media);
        if self.init.is_some()
            && media.init_start <= new
            && let Some(init) = &media.init
        {
            self.init = Resource::of(media, init).or_else(|| self.init.take());
        }
    }

    /// Returns the place of the first segment that is not planned.
    fn first_new(&self, media: &MediaPlaylist) -> usize {
        let known = self.next_sequence.saturating_sub(media.first_sequence);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        known.min(media.segments.len())
    }

    /// Plans segments that no playlist has named, since they have slid out of it before it was read.
    fn add_missing(&mut self, media: &MediaPlaylist, target_ms: u64) {
        let missing = media.first_sequence.saturating_sub(self.next_sequence);
        if missing == 0 || media.segments.is_empty() {
            return;
        }
        let stated_ms = self.gap_until(media.unix_ms(0));
        let total_ms = stated_ms.unwrap_or_else(|| missing.saturating_mul(target_ms));
        let start_us = self.end_us;
        for count in 1..=missing {
            let end_us = start_us.saturating_add(total_ms.saturating_mul(1000) / missing * count);
            self.push(end_us.saturating_sub(self.end_us));
        }
        self.next_sequence = media.first_sequence;
    }

    /// Leaves a number out, and plans the pause before this time if it is stated.
    fn add_pause(&mut self, unix_ms: Option<i64>) {
        match self.gap_until(unix_ms) {
            Some(gap_ms) => self.push(gap_ms.saturating_mul(1000)),
            None => self.next_number = self.next_number.saturating_add(1),
        }
    }

    /// Returns how long after the last segment this time is, if that can be told and is a gap.
    fn gap_until(&self, unix_ms: Option<i64>) -> Option<u64> {
        let gap_ms = unix_ms?.checked_sub(self.end_unix_ms?)?;
        let gap_ms = u64::try_from(gap_ms).ok()?;
        (DATE_TOLERANCE_MS..=MAX_GAP_MS)
            .contains(&gap_ms)
            .then_some(gap_ms)
    }

    /// Plans the segment at this place of a playlist.
    fn add(&mut self, media: &MediaPlaylist, index: usize) {
        let Some(segment) = media.segments.get(index) else {
            return;
        };
        let resource = segment.resource.as_ref();
        let (name, resource) = resource
            .and_then(|resource| Resource::of(media, resource))
            .unzip();
        let sequence = sequence(media, index);
        self.located.push_back(Located {
            sequence,
            number: self.next_number,
            name,
            resource,
        });
        self.push(u64::from(segment.length_us));
        self.next_sequence = sequence.saturating_add(1);
        let length_ms = i64::try_from(segment.duration_ms).unwrap_or(0);
        let start_unix_ms = media.unix_ms(index);
        self.end_unix_ms = start_unix_ms.and_then(|start| start.checked_add(length_ms));
    }

    fn push(&mut self, length_us: u64) {
        let start_ms = self.end_us / 1000;
        self.end_us = self.end_us.saturating_add(length_us);
        self.planned.push(Planned {
            number: self.next_number,
            start_ms,
            duration_ms: self.end_us / 1000 - start_ms,
        });
        self.next_number = self.next_number.saturating_add(1);
    }

    fn of_sequence(&self, sequence: u64) -> Option<&Located> {
        let at = self
            .located
            .binary_search_by_key(&sequence, |it| it.sequence);
        self.located.get(at.ok()?)
    }

    /// Returns the segments at these places, as those of this track.
    pub(super) fn segments(
        &self,
        track: u8,
        places: Range<usize>,
    ) -> impl Iterator<Item = Segment> + '_ {
        let places = places.start..places.end.min(self.planned.len());
        let planned = self.planned.get(places).unwrap_or_default();
        planned.iter().map(move |planned| Segment {
            id: SegmentId {
                track,
                kind: SegmentKind::Media(planned.number),
            },
            start_ms: planned.start_ms,
            duration_ms: planned.duration_ms,
            presence: Presence::Sure,
        })
    }

    /// Returns the names of the newest segments, by number.
    pub(super) fn names(&self) -> impl Iterator<Item = (u64, String)> + '_ {
        let skipped = self.located.len().saturating_sub(MAX_SAVED);
        self.located.iter().skip(skipped).map(|it| {
            let name = it.name.map(|name| format!("{name:016x}"));
            let name = name.unwrap_or_default();
            (it.number, format!("{}:{name}", it.sequence))
        })
    }

    /// Returns the digest of a segment's file name, if that is kept.
    pub(super) fn name(&self, number: u64) -> Option<String> {
        let at = self.located.binary_search_by_key(&number, |it| it.number);
        let name = self.located.get(at.ok()?)?.name?;
        Some(format!("{name:016x}"))
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.planned.first().map(|planned| planned.number)
    }

    pub(super) fn last(&self) -> Option<u64> {
        self.planned.last().map(|planned| planned.number)
    }

    /// Returns when the first segment from this number on starts, or the end if there is none.
    pub(super) fn start_ms(&self, number: u64) -> u64 {
        let at = self.planned.partition_point(|it| it.number < number);
        let planned = self.planned.get(at);
        planned.map_or(self.end_us / 1000, |planned| planned.start_ms)
    }

    pub(super) fn init(&self) -> Option<&Resource> {
        self.init.as_ref().map(|(_, resource)| resource)
    }

    pub(super) fn resource(&self, number: u64) -> Option<&Resource> {
        let at = self.located.binary_search_by_key(&number, |it| it.number);
        self.located.get(at.ok()?)?.resource.as_ref()
    }
}

fn max_segments() -> usize {
    usize::try_from(timeline::MAX_SEGMENTS).unwrap_or(usize::MAX)
}

/// Returns the media sequence number of the segment at this place.
fn sequence(media: &MediaPlaylist, index: usize) -> u64 {
    let index = u64::try_from(index).unwrap_or(u64::MAX);
    media.first_sequence.saturating_add(index)
}

/// Returns whether a discontinuity is before the segment at this place.
fn is_discontinuous(media: &MediaPlaylist, index: usize) -> bool {
    let number = |index: usize| media.segments.get(index).map(|segment| segment.number);
    let before = index.checked_sub(1).and_then(number);
    match (before, number(index)) {
        (Some(before), Some(number)) => number.saturating_sub(before) > 1,
        _ => false,
    }
}
