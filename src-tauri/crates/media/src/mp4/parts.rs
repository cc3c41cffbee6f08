//! The parts of a track that have edit lists of their own: joined files, or indexes in one file.
//!
//! The finished track has one edit list, that of its first part. So the times of a later part are
//! shifted until they are presented when its own edit list says. Its encoder priming, and the padding at
//! the end of an earlier part, are left out: they are not presented, and would come between the parts.

use std::collections::BTreeMap;

use super::{
    fragment::{IndexedSample, SegmentTables, TableEntry},
    track::Mp4Track,
};
use crate::{
    Error, SegmentKind, TableFragment, TrackKind,
    clock::{Span, nanoseconds},
    fmp4::Init,
};

/// Where the parts of each track of the download start.
#[derive(Debug, Default)]
pub(crate) struct TrackParts {
    /// The first segment of each part but the first.
    starts: BTreeMap<u8, Vec<SegmentKind>>,
}

/// When a segment of a part is presented, in nanoseconds on its own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartTiming {
    /// What to add to its times.
    pub(crate) shift: i64,
    /// Audio before and after is not presented.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// The edit list may end this much too late.
    pub(crate) rounding: i64,
    /// End of the presentation if this is the last part of several; `None` if it is presented to
    /// its end.
    pub(crate) ends_at: Option<i64>,
    /// There are several parts, and this is the last.
    pub(crate) is_last: bool,
}

impl Default for PartTiming {
    fn default() -> Self {
        Self {
            shift: 0,
            from: i64::MIN,
            until: i64::MAX,
            rounding: 0,
            ends_at: None,
            is_last: false,
        }
    }
}

impl TrackParts {
    /// Finds the parts in the segments of a fragmented MP4, sorted by kind: a part starts where the
    /// codec configuration or the edit list is another, or where the clock starts again.
    pub(crate) fn find(fragments: &[TableFragment]) -> Result<Self, Error> {
        /// The segment of a track before.
        #[derive(Default)]
        struct Previous {
            own: Option<Init>,
            first: Option<i64>,
        }
        let mut parts = Self::default();
        let mut tracks: BTreeMap<u8, Previous> = BTreeMap::new();
        for fragment in fragments {
            let tables = SegmentTables::read(&fragment.tables)?;
            let Some(span) = tables.spans.first().copied() else {
                continue;
            };
            let own = own_init(&tables)?;
            let before = tracks.entry(fragment.track).or_default();
            let falls = before.first.is_some_and(|first| span.first < first);
            if before.first.is_some() && (falls || own != before.own) {
                let starts = parts.starts.entry(fragment.track).or_default();
                starts.push(fragment.kind);
            }
            *before = Previous {
                own,
                first: Some(span.first),
            };
        }
        Ok(parts)
    }

    /// Returns the timing of a segment. `track` is the track of the movie so far.
    pub(crate) fn timing(
        &self,
        (track_number, kind): (u8, SegmentKind),
        init: &Init,
        track: Option<&Mp4Track>,
    ) -> PartTiming {
        let Some(starts) = self.starts.get(&track_number) else {
            return PartTiming::default();
        };
        let edit = init.edit;
        let time = |ticks: i64, timescale| nanoseconds(ticks, timescale).unwrap_or(0);
        let media_time = time(edit.media_time.unwrap_or(0), init.timescale);
        let shift = track.map_or(0, |track| {
            let first = track.edit;
            let first_time = time(first.media_time.unwrap_or(0), track.timescale);
            let delay = edit.initial_delay().saturating_sub(first.initial_delay());
            first_time.saturating_sub(media_time).saturating_add(delay)
        });
        let end = edit
            .duration
            .map(|_| media_time.saturating_add(edit.max_duration()));
        let is_audio = init.kind == TrackKind::Audio;
        let is_last = starts.iter().all(|start| *start <= kind);
        let is_first = starts.iter().all(|start| *start > kind);
        // The duration of an edit is rounded to ticks of the movie.
        let rounding = time(1, edit.movie_timescale.max(1));
        PartTiming {
            shift,
            from: if is_audio && !is_first {
                media_time
            } else {
                i64::MIN
            },
            until: end.filter(|_| is_audio && !is_last).unwrap_or(i64::MAX),
            rounding,
            ends_at: end.filter(|_| is_last),
            is_last,
        }
    }
}

impl PartTiming {
    /// Returns the span of what is presented, on the clock of the first part; `None` if nothing is.
    pub(crate) fn presented(&self, span: Span) -> Option<Span> {
        let presented = Span {
            first: span.first.max(self.from),
            end: span.end.min(self.until),
            ..span
        };
        (presented.first < presented.end || presented == span)
            .then(|| presented.shifted(self.shift))
    }

    /// Returns whether some samples may not be presented.
    pub(crate) fn cuts(&self) -> bool {
        (self.from, self.until) != (i64::MIN, i64::MAX)
    }

    /// Returns whether a sample of a segment with these spans is presented at least in part.
    pub(crate) fn holds(&self, sample: &IndexedSample, init: &Init, spans: &[Span]) -> bool {
        let time = nanoseconds(sample.dts, init.timescale).unwrap_or(0);
        let duration = spans.first().map_or(0, |span| match span.frame_duration {
            0 => span.end.saturating_sub(span.first),
            frame => frame,
        });
        time.saturating_add(duration) > self.from && time < self.until.saturating_sub(self.rounding)
    }
}

/// Returns the init segment that a media segment has behind it.
pub(crate) fn own_init(tables: &SegmentTables<'_>) -> Result<Option<Init>, Error> {
    match tables.entries.clone().next().transpose()? {
        Some(TableEntry::Init(init)) => Ok(Some(*init)),
        _ => Ok(None),
    }
}
