//! The time range of a recording that is saved alone, and the segments that hold it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use ustream::{Segment, SegmentKind};

/// Sound and picture of a segment may begin or end this much apart from what the plan says.
const MAX_DEVIATION_MS: u64 = 500;

/// Segments of each track that may be fetched beyond the length of the range.
const MAX_EXTRA_SEGMENTS: u64 = 2;

/// Most digits of a number in a time; of hours, more than any recording has.
const MAX_DIGITS: usize = 7;

/// A time range of a recording, in milliseconds from its start. It is never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredRange")]
pub struct TimeRange {
    from_ms: u64,
    /// `None` for the end of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_ms: Option<u64>,
}

/// A time range as it is stored, which may be anything.
#[derive(Deserialize)]
struct StoredRange {
    from_ms: u64,
    #[serde(default)]
    to_ms: Option<u64>,
}

/// Why two times are no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeRangeError {
    /// A text is no time.
    #[error("{0} is no time: use seconds, 62:00 or 1:02:00, with .500 for half a second")]
    NotATime(String),
    /// It ends before it starts.
    #[error("a part must end after it starts")]
    Empty,
}

impl TryFrom<StoredRange> for TimeRange {
    type Error = TimeRangeError;

    fn try_from(StoredRange { from_ms, to_ms }: StoredRange) -> Result<Self, TimeRangeError> {
        if to_ms.is_some_and(|to_ms| to_ms <= from_ms) {
            return Err(TimeRangeError::Empty);
        }
        Ok(Self { from_ms, to_ms })
    }
}

impl TimeRange {
    /// Reads where a range starts and ends, as a person writes it: `90`, `1:30`, `1:02:00.500`. Nothing
    /// stands for the start or the end of the recording; `None` is returned if both are that.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Option<Self>, TimeRangeError> {
        let given = |text: Option<&str>| {
            let text = text.map(str::trim).filter(|text| !text.is_empty());
            let time = |text: &str| time_ms(text).ok_or(TimeRangeError::NotATime(text.to_owned()));
            text.map(time).transpose()
        };
        let (from_ms, to_ms) = (given(from)?.unwrap_or(0), given(to)?);
        let range = Self::try_from(StoredRange { from_ms, to_ms })?;
        Ok(Some(range).filter(|range| *range != Self::WHOLE))
    }

    const WHOLE: Self = Self {
        from_ms: 0,
        to_ms: None,
    };

    /// Where it starts.
    pub fn from_ms(&self) -> u64 {
        self.from_ms
    }

    /// Where it ends; `None` for the end of the recording.
    pub fn to_ms(&self) -> Option<u64> {
        self.to_ms
    }

    /// Returns the part of it that a recording of this length has, or `None` if it has none of it.
    pub(crate) fn within(self, length_ms: Option<u64>) -> Option<Self> {
        let length_ms = length_ms.unwrap_or(u64::MAX);
        (self.from_ms < length_ms).then_some(Self {
            to_ms: self.to_ms.filter(|to_ms| *to_ms < length_ms),
            ..self
        })
    }

    /// Returns how long it is in a recording that ends at `end_ms`.
    pub(crate) fn length_ms(&self, end_ms: u64) -> u64 {
        let end_ms = self.to_ms.map_or(end_ms, |to_ms| end_ms.min(to_ms));
        end_ms.saturating_sub(self.from_ms)
    }

    /// Returns whether a time span has something of it.
    fn touches(&self, start_ms: u64, end_ms: u64) -> bool {
        end_ms > self.from_ms && self.to_ms.is_none_or(|to_ms| start_ms < to_ms)
    }

    /// Returns whether a segment has something of it. An init segment counts.
    pub(crate) fn needs(&self, segment: &Segment) -> bool {
        segment.id.kind == SegmentKind::Init
            || self.touches(
                segment.start_ms,
                segment.start_ms.saturating_add(segment.duration_ms),
            )
    }

    /// Returns the start and the length of what of a time span of the recording is in it, counted from
    /// its start.
    pub(crate) fn clipped_ms(&self, start_ms: u64, end_ms: u64) -> Option<(u64, u64)> {
        let end_ms = self.to_ms.map_or(end_ms, |to_ms| end_ms.min(to_ms));
        let start_ms = start_ms.max(self.from_ms);
        (start_ms < end_ms).then(|| (start_ms - self.from_ms, end_ms - start_ms))
    }

    /// Returns when something of the recording is presented, counted from its start; `None` if it ends
    /// before.
    pub(crate) fn moved_ms(&self, at_ms: u64) -> Option<u64> {
        let is_inside = self.to_ms.is_none_or(|to_ms| at_ms < to_ms);
        is_inside.then(|| at_ms.saturating_sub(self.from_ms))
    }

    /// Returns it as it is in file names: `1.02.00–1.40.00`. No disk takes a colon for sure.
    pub(crate) fn label(&self) -> String {
        let mut label = time_label(self.from_ms);
        label.push('–');
        if let Some(to_ms) = self.to_ms {
            label.push_str(&time_label(to_ms));
        }
        label
    }

    /// Leaves the segments that are fetched for it, in their order: the init segments, those that hold
    /// it, and the first of each track, whose times tell when the recording starts. Where the range
    /// begins or ends close to a neighbour, that may hold some of it; it is taken as long as no track
    /// has more than two segments beyond the length of the range.
    pub(crate) fn select(&self, segments: &mut Vec<Segment>) {
        let mut chosen = BTreeSet::new();
        let tracks: BTreeSet<u8> = segments.iter().map(|segment| segment.id.track).collect();
        for track in tracks {
            let of_track = segments.iter().filter(|segment| segment.id.track == track);
            let media = of_track.filter(|segment| segment.id.kind != SegmentKind::Init);
            let media: Vec<Segment> = media.copied().collect();
            let of_track = self.of_track(&media, media.first());
            chosen.extend(of_track.iter().map(|segment| segment.id));
        }
        segments.retain(|it| it.id.kind == SegmentKind::Init || chosen.contains(&it.id));
    }

    /// Leaves the segments that hold it, for a movie of whole segments that all hold every track.
    /// Returns the range that these are, or `None` if no segment holds any of it.
    pub(crate) fn select_whole(&self, segments: &mut Vec<Segment>) -> Option<Self> {
        let mut chosen = self.of_track(segments, None);
        chosen.sort_by_key(|segment| segment.start_ms);
        let (first, last) = (*chosen.first()?, *chosen.last()?);
        let is_last = segments.last() == Some(&last);
        let end_ms = last.start_ms.saturating_add(last.duration_ms);
        segments.retain(|segment| chosen.contains(segment));
        Some(Self {
            from_ms: first.start_ms,
            to_ms: Some(end_ms).filter(|end_ms| !is_last && *end_ms > first.start_ms),
        })
    }

    /// Returns which media segments of a track are fetched; `leading` is one that always is.
    fn of_track(&self, media: &[Segment], leading: Option<&Segment>) -> Vec<Segment> {
        let holds = |segment: &&Segment| self.needs(segment);
        let mut chosen: Vec<Segment> = media.iter().filter(holds).copied().collect();
        let (Some(first), Some(last)) = (chosen.first().copied(), chosen.last().copied()) else {
            return Vec::new();
        };
        let end_ms = last.start_ms.saturating_add(last.duration_ms);
        let longest = chosen.iter().map(|segment| segment.duration_ms).max();
        let longest = longest.unwrap_or(0).max(1);
        let most = self
            .length_ms(end_ms)
            .div_ceil(longest)
            .saturating_add(MAX_EXTRA_SEGMENTS);
        let before = media.iter().rfind(|it| it.start_ms < first.start_ms);
        let begins_close = self.from_ms < first.start_ms.saturating_add(MAX_DEVIATION_MS);
        let after = media.iter().find(|it| it.start_ms > last.start_ms);
        let ends_close = |to_ms: u64| to_ms.saturating_add(MAX_DEVIATION_MS) > end_ms;
        let extra = [
            leading,
            before.filter(|_| begins_close),
            after.filter(|_| self.to_ms.is_some_and(ends_close)),
        ];
        for segment in extra.into_iter().flatten() {
            if !chosen.contains(segment) && (chosen.len() as u64) < most {
                chosen.push(*segment);
            }
        }
        chosen
    }
}

impl From<TimeRange> for media::TimeRange {
    fn from(TimeRange { from_ms, to_ms }: TimeRange) -> Self {
        Self { from_ms, to_ms }
    }
}

/// Reads `90`, `1:30` or `1:02:00`, with `.5` or `.500` behind; `None` if it is none of these.
fn time_ms(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let number = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = is_number && (1..=MAX_DIGITS).contains(&text.len());
        fits.then(|| text.parse::<u64>().ok()).flatten()
    };
    let mut parts = whole.split(':');
    let mut seconds = number(parts.next()?)?;
    let mut count = 1;
    for part in parts {
        let below = number(part).filter(|below| *below < 60 && part.len() <= 2)?;
        seconds = seconds * 60 + below;
        count += 1;
    }
    if count > 3 || fraction.len() > 3 {
        return None;
    }
    let scale = [1000, 100, 10, 1].get(fraction.len())?;
    Some(seconds * 1000 + number(fraction)? * scale)
}

/// Returns `1.02.00`, or `1.02.00.500` if it is no whole second.
fn time_label(time_ms: u64) -> String {
    let (seconds, milliseconds) = (time_ms / 1000, time_ms % 1000);
    let (minutes, hours) = (seconds / 60 % 60, seconds / 3600);
    let mut label = format!("{hours}.{minutes:02}.{:02}", seconds % 60);
    if milliseconds > 0 {
        // Writing to a String cannot fail.
        let _ = write!(label, ".{milliseconds:03}");
    }
    label
}

#[cfg(test)]
mod tests;
