//! The plan of a running stream that is offered as HLS playlists: each names the newest segments, a window
//! that slides (RFC 8216 6.2.2).
//!
//! A track counts its segments by the media sequence numbers of its playlist. Behind a discontinuity, a
//! number is left out, as in the playlists of recordings: that tells the muxer that the clock may have
//! changed.

mod track;

use std::collections::BTreeMap;
use std::ops::Range;

use self::track::ListedTrack;
use super::super::Rendition;
use super::super::playlists::Playlists;
use super::LiveChange;
use crate::hls::MediaPlaylist;
use crate::plan::ByteRange;
use crate::{
    ChannelId, HashListing, MediaId, Presence, Segment, SegmentId, SegmentKind, SegmentLocation,
    SegmentPlan,
};

/// Updates in a row that do not continue all tracks before the plan ends. One alone may come from a server
/// that is behind the others.
const MAX_BROKEN: u32 = 2;

/// The same as long as some tracks are continued: their playlists are not fetched at the same moment.
const MAX_PARTLY_BROKEN: u32 = 5;

/// Dates of playlists that begin farther apart say nothing of how their tracks belong together.
const MAX_DISTANCE_MS: u64 = 600_000;

/// Shortest target duration that is believed: RFC 8216 has whole seconds.
const MIN_TARGET_MS: u64 = 1000;

/// Longest one, as of a segment.
const MAX_TARGET_MS: u64 = 3_600_000;

/// The segments of one rendition, as far as its playlists have named them.
///
/// What is planned never changes, neither a number nor a time. The URL of a segment may: the newest
/// playlist that names it has the one that is valid.
#[derive(Clone, Debug)]
pub(super) struct ListedPlan {
    channel: ChannelId,
    rendition: Rendition,
    target_ms: u64,
    tracks: Vec<ListedTrack>,
    /// Updates in a row that do not continue all tracks.
    broken: u32,
}

impl ListedPlan {
    /// Plans what the playlists of a rendition name; returns `None` if one is missing.
    pub(super) fn new(
        channel: ChannelId,
        playlists: &Playlists,
        rendition: Rendition,
    ) -> Option<Self> {
        let media = media_of(&rendition, playlists)?;
        let target_ms = target_ms(&media);
        let starts = starts_ms(&media, target_ms);
        let tracks = media.iter().zip(starts).map(|(media, start_ms)| {
            let mut track = ListedTrack::starting(media, start_ms);
            track.append(media, target_ms);
            track
        });
        Some(Self {
            channel,
            tracks: tracks.collect(),
            target_ms,
            broken: 0,
            rendition,
        })
    }

    /// Returns the plan that goes on with a saved one of the same rendition; `None` if the playlists do
    /// not continue it.
    pub(super) fn continued(
        saved: &SegmentPlan,
        (channel, playlists): (ChannelId, &Playlists),
        rendition: &Rendition,
    ) -> Option<Self> {
        let media = media_of(rendition, playlists)?;
        let listing = saved.listing.as_ref()?;
        let tracks = (0..).zip(&media).map(|(track, _)| {
            let of_track = saved.segments.iter().filter(|it| it.id.track == track);
            ListedTrack::saved(of_track, &names_of(listing, track))
        });
        let mut plan = Self {
            channel,
            rendition: rendition.clone(),
            target_ms: target_ms(&media),
            tracks: tracks.collect::<Option<_>>()?,
            broken: 0,
        };
        plan.continues(&media).then(|| plan.append(&media))?;
        Some(plan)
    }

    /// Takes over later playlists, and returns what they mean for the plan.
    pub(super) fn extend(&mut self, playlists: &Playlists) -> LiveChange {
        let most = match media_of(&self.rendition, playlists) {
            Some(media) if self.continues(&media) => {
                self.broken = 0;
                let new = self.append(&media);
                return if new.is_empty() {
                    LiveChange::Unchanged
                } else {
                    LiveChange::Appended(new)
                };
            }
            Some(media) if self.is_restarted(&media) => 1,
            Some(media) if self.continues_partly(&media) => MAX_PARTLY_BROKEN,
            _ => MAX_BROKEN,
        };
        self.broken += 1;
        if self.broken >= most {
            LiveChange::Restarted
        } else {
            LiveChange::Unchanged
        }
    }

    fn continues(&self, media: &[&MediaPlaylist]) -> bool {
        let mut tracks = self.tracks.iter().zip(media);
        tracks.all(|(track, media)| track.is_continued_by(media, self.target_ms))
    }

    /// Returns whether all playlists say that they go on with another init segment.
    fn is_restarted(&self, media: &[&MediaPlaylist]) -> bool {
        let mut tracks = self.tracks.iter().zip(media);
        tracks.all(|(track, media)| track.is_restarted_by(media))
    }

    fn continues_partly(&self, media: &[&MediaPlaylist]) -> bool {
        let mut tracks = self.tracks.iter().zip(media);
        tracks.any(|(track, media)| track.is_continued_by(media, self.target_ms))
    }

    fn append(&mut self, media: &[&MediaPlaylist]) -> Vec<Segment> {
        let mut new = Vec::new();
        for (number, (track, media)) in (0_u8..).zip(self.tracks.iter_mut().zip(media)) {
            let appended = track.append(media, self.target_ms);
            new.extend(track.segments(number, appended));
        }
        new.sort_by_key(|segment| (segment.start_ms, segment.id.track));
        new
    }

    pub(super) fn rendition(&self) -> &Rendition {
        &self.rendition
    }

    pub(super) fn target_ms(&self) -> u64 {
        self.target_ms
    }

    pub(super) fn numbers(&self) -> Range<u64> {
        let first = self.tracks.iter().filter_map(ListedTrack::first).min();
        let last = self.tracks.iter().filter_map(ListedTrack::last).max();
        first.unwrap_or(0)..last.map_or(0, |last| last.saturating_add(1))
    }

    /// Returns the newest number that all tracks have.
    pub(super) fn edge(&self) -> u64 {
        let last = self.tracks.iter().filter_map(ListedTrack::last);
        last.min().unwrap_or(0)
    }

    /// Returns when the segments from this number on start, in milliseconds from the start of the plan.
    pub(super) fn start_ms(&self, number: u64) -> u64 {
        let starts = self.tracks.iter().map(|track| track.start_ms(number));
        starts.min().unwrap_or(0)
    }

    pub(super) fn segment_plan(&self) -> SegmentPlan {
        let numbered = || (0_u8..).zip(&self.rendition.tracks);
        let inits = numbered().filter(|(_, track)| track.init_template.is_some());
        let mut segments: Vec<Segment> = inits.map(|(track, _)| init(track)).collect();
        for (number, track) in (0_u8..).zip(&self.tracks) {
            segments.extend(track.segments(number, 0..usize::MAX));
        }
        segments.sort_by_key(|it| (it.id.kind != SegmentKind::Init, it.start_ms, it.id.track));
        SegmentPlan {
            media: MediaId::Channel(self.channel),
            rendition: self.rendition.id.clone(),
            container: self.rendition.container,
            tracks: self.rendition.tracks.clone(),
            segments,
            listing: Some(self.listing()),
            stated_ms: None,
        }
    }

    /// Returns the digest of a segment's file name, in the first track that has it.
    pub(super) fn name(&self, number: u64) -> Option<String> {
        self.tracks.iter().find_map(|track| track.name(number))
    }

    /// Returns the names of the newest segments: under each number, those of all tracks.
    pub(super) fn listing(&self) -> HashListing {
        let mut names: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (index, track) in self.tracks.iter().enumerate() {
            for (number, name) in track.names() {
                let of_number = names
                    .entry(number)
                    .or_insert_with(|| vec![String::from("-"); self.tracks.len()]);
                if let Some(of_track) = of_number.get_mut(index) {
                    *of_track = name;
                }
            }
        }
        let hashes = names.into_iter();
        HashListing {
            paths: Vec::new(),
            hashes: hashes
                .map(|(number, names)| (number, names.join(" ")))
                .collect(),
        }
    }

    pub(super) fn locate(&self, segment: SegmentId) -> SegmentLocation {
        let track = self.tracks.get(usize::from(segment.track));
        let found = track.and_then(|track| match segment.kind {
            SegmentKind::Init => track.init(),
            SegmentKind::Media(number) => track.resource(number),
        });
        found.map_or_else(SegmentLocation::default, |resource| SegmentLocation {
            urls: super::super::validated_format::mirrors(resource.url.clone()),
            byte_range: resource.range.clone().map(ByteRange::new),
        })
    }
}

fn init(track: u8) -> Segment {
    let kind = SegmentKind::Init;
    Segment {
        id: SegmentId { track, kind },
        start_ms: 0,
        duration_ms: 0,
        presence: Presence::Sure,
    }
}

/// Returns the playlists of the tracks of a rendition; `None` if one is missing, or of another container.
fn media_of<'p>(rendition: &Rendition, playlists: &'p Playlists) -> Option<Vec<&'p MediaPlaylist>> {
    let tracks = rendition.tracks.iter();
    let media = tracks.map(|track| {
        let media = playlists.media(&track.template)?;
        (media.init.is_some() == track.init_template.is_some()).then_some(media)
    });
    media.collect()
}

fn target_ms(media: &[&MediaPlaylist]) -> u64 {
    let longest = media.iter().map(|media| media.target_ms).max();
    longest.unwrap_or(0).clamp(MIN_TARGET_MS, MAX_TARGET_MS)
}

/// Returns when each track starts, in milliseconds from the start of the earliest one: by the dates if all
/// have one, else by the numbers.
fn starts_ms(media: &[&MediaPlaylist], target_ms: u64) -> Vec<u64> {
    let dates: Option<Vec<i64>> = media
        .iter()
        .map(|media| media.unix_ms(media.init_start))
        .collect();
    if let Some(dates) = dates
        && let Some(earliest) = dates.iter().min().copied()
    {
        let starts = dates.iter().map(|date| date.abs_diff(earliest));
        let starts: Vec<u64> = starts.collect();
        if starts.iter().all(|start| *start <= MAX_DISTANCE_MS) {
            return starts;
        }
    }
    let first = |media: &&MediaPlaylist| {
        let skipped = u64::try_from(media.init_start).unwrap_or(u64::MAX);
        media.first_sequence.saturating_add(skipped)
    };
    let earliest = media.iter().map(first).min().unwrap_or(0);
    let starts = media.iter().map(|media| {
        let distance = first(media).saturating_sub(earliest);
        distance.saturating_mul(target_ms)
    });
    let starts: Vec<u64> = starts.collect();
    if starts.iter().all(|start| *start <= MAX_DISTANCE_MS) {
        starts
    } else {
        // The numbers of the tracks have nothing to do with each other.
        vec![0; media.len()]
    }
}

/// Returns the saved names of the newest segments of a track, by number.
fn names_of(listing: &HashListing, track: u8) -> Vec<(u64, &str)> {
    let names = listing.hashes.iter().filter_map(|(number, names)| {
        let name = names.split(' ').nth(usize::from(track))?;
        (name != "-").then_some((*number, name))
    });
    names.collect()
}

#[cfg(test)]
mod tests;
