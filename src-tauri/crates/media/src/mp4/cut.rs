//! Cuts the tracks of a movie to a time range of the recording, without re-encoding.
//!
//! The samples are kept from the keyframe before the range on, the audio from the same time, so that
//! a player without edit lists keeps them together. The edit list of each track (ISO/IEC 14496-12
//! 8.6.6) starts and ends the presentation exactly.

use std::ops::RangeInclusive;

use super::{
    moov::media_start,
    track::{CutEdit, Mp4Track, StoredSample},
};
use crate::{
    Error, Fact, TimeRange,
    clock::{MILLISECOND, milliseconds, nanoseconds, ticks},
    handler::Handler,
};

/// Segments whose planned times are farther apart than this do not follow each other.
const MAX_DISTANCE: i64 = 1000 * MILLISECOND;

/// A coarser track gets a multiple of its timescale, so that an edit can start within a millisecond.
const MIN_TIMESCALE: u32 = 10_000;

/// Audio samples before the first one that is presented: a decoder needs some to start, AAC one and
/// MP3 up to three for its bit reservoir.
const AUDIO_PREROLL: usize = 3;

/// A time range on the movie's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// When the recording starts, in nanoseconds.
    pub(crate) origin: i64,
    /// The range, from the start of the recording.
    pub(crate) range: TimeRange,
}

impl Window {
    fn start(&self) -> i64 {
        self.origin.saturating_add(milliseconds(self.range.from_ms))
    }

    fn end(&self) -> Option<i64> {
        let to_ms = self.range.to_ms?;
        Some(self.origin.saturating_add(milliseconds(to_ms)))
    }

    /// Returns whether segments are of no use for the range: they end before it, and the next ones, if
    /// any, start later than that. They are there only to tell when the recording starts. Both times
    /// are planned ones, in nanoseconds.
    pub(crate) fn is_apart(&self, end: i64, next: Option<i64>) -> bool {
        let is_before = end <= milliseconds(self.range.from_ms);
        let follows = next.is_some_and(|next| next <= end.saturating_add(MAX_DISTANCE));
        is_before && !follows
    }

    /// Returns the facts of the range, with times from its start.
    pub(crate) fn facts(&self, facts: Vec<Fact>) -> Vec<Fact> {
        let TimeRange { from_ms, to_ms } = self.range;
        let of_range = facts.into_iter().filter(|fact| {
            let end_ms = fact.at_ms.saturating_add(fact.duration_ms);
            end_ms >= from_ms && to_ms.is_none_or(|to_ms| fact.at_ms < to_ms)
        });
        let moved = of_range.map(|fact| Fact {
            at_ms: fact.at_ms.saturating_sub(from_ms),
            ..fact
        });
        moved.collect()
    }
}

/// Cuts [`closed`](Mp4Track::closed) tracks. A track without media in the range is left out.
pub(crate) fn cut(tracks: Vec<Mp4Track>, window: &Window) -> Result<Vec<Mp4Track>, Error> {
    let mut start = window.start();
    if let Some(video) = tracks.iter().find(|track| track.handler == Handler::Video) {
        start = start.min(keyframe_time(video, start));
    }
    let mut kept = Vec::new();
    for track in tracks {
        kept.extend(cut_track(&track, window, start)?);
    }
    Ok(kept)
}

/// Returns when the keyframe that is presented at or before `start` is presented, or the first sample
/// if there is none; both in nanoseconds on the movie's clock.
fn keyframe_time(video: &Mp4Track, start: i64) -> i64 {
    let timeline = Timeline::of(video);
    let start = timeline.media_time(start);
    let samples = video.stored_samples().map(|(sample, ..)| sample);
    let keyframes = samples.filter(|sample| sample.sync && pts(sample) <= start);
    let first = || video.times.map(|times| times.first_pts);
    let time = keyframes.last().map(|sample| pts(&sample)).or_else(first);
    timeline.movie_time(time.unwrap_or(start))
}

/// How the times of a track are those of the movie.
#[derive(Clone, Copy, Debug)]
struct Timeline {
    timescale: u32,
    /// Composition time that is presented after `delay` nanoseconds.
    media_time: i64,
    delay: i64,
}

impl Timeline {
    fn of(track: &Mp4Track) -> Self {
        Self {
            timescale: track.timescale,
            media_time: track.edit.media_time.unwrap_or(0),
            delay: track.edit.initial_delay(),
        }
    }

    /// Returns the same timeline with `factor` times as many ticks.
    fn scaled(self, factor: u32) -> Self {
        Self {
            timescale: self.timescale.saturating_mul(factor),
            media_time: self.media_time.saturating_mul(i64::from(factor)),
            ..self
        }
    }

    /// Converts nanoseconds on the movie's clock to a composition time.
    fn media_time(&self, time: i64) -> i64 {
        let time = ticks(time.saturating_sub(self.delay), self.timescale);
        time.saturating_add(self.media_time)
    }

    /// Converts a composition time to nanoseconds on the movie's clock.
    fn movie_time(&self, time: i64) -> i64 {
        let time = nanoseconds(time.saturating_sub(self.media_time), self.timescale);
        time.unwrap_or(0).saturating_add(self.delay)
    }
}

/// Cuts a track; `first` is when the movie's first kept sample is presented.
fn cut_track(track: &Mp4Track, window: &Window, first: i64) -> Result<Option<Mp4Track>, Error> {
    let Some(times) = track.times else {
        return Ok(None);
    };
    let factor = factor(track.timescale);
    let scaled = |time: i64| time.saturating_mul(i64::from(factor));
    let timeline = Timeline::of(track).scaled(factor);
    let begin = timeline.media_time(window.start());
    let begin = begin.max(scaled(media_start(track, times)));
    let end = window.end().map(|end| timeline.media_time(end));
    let end = end
        .unwrap_or(i64::MAX)
        .min(scaled(source_end(track)))
        .min(scaled(times.presentation_end()));
    if begin >= end {
        return Ok(None);
    }
    let first = timeline.media_time(first).min(begin);
    let Some(numbers) = kept_samples(track, factor, (first, end)) else {
        return Ok(None);
    };
    let mut kept = copied(track, factor, (numbers, begin))?;
    let Some(times) = kept.times else {
        return Ok(None);
    };
    let begin = begin.max(times.first_pts.max(times.first_dts));
    let end = end.min(times.presentation_end());
    if begin >= end {
        return Ok(None);
    }
    let delay = timeline.movie_time(begin).saturating_sub(window.start());
    kept.cut = Some(CutEdit {
        delay: delay.max(0),
        begin,
        end,
    });
    Ok(Some(kept))
}

/// Returns by what to multiply a timescale so that it is not coarse.
fn factor(timescale: u32) -> u32 {
    if timescale < MIN_TIMESCALE {
        MIN_TIMESCALE.div_ceil(timescale.max(1))
    } else {
        1
    }
}

/// Returns the composition time at which the edit list of the source ends the presentation.
fn source_end(track: &Mp4Track) -> i64 {
    let stated = track.edit.duration.map(|_| {
        let start = track.edit.media_time.unwrap_or(0);
        let start = start.saturating_add(track.timeline_shift);
        start.saturating_add(ticks(track.edit.max_duration(), track.timescale))
    });
    track.presentation_end.or(stated).unwrap_or(i64::MAX)
}

/// Returns the numbers of the samples that are kept: from the one that is decoded first for `first`,
/// to the one that is presented last before `end`. Both times have `factor` times the ticks of the
/// track.
fn kept_samples(
    track: &Mp4Track,
    factor: u32,
    (first, end): (i64, i64),
) -> Option<RangeInclusive<usize>> {
    let numbered = || {
        let samples = track.stored_samples().enumerate();
        samples.map(|(number, (sample, ..))| {
            let time = pts(&sample).saturating_mul(i64::from(factor));
            (number, time, sample.sync)
        })
    };
    let last = numbered().filter(|(_, time, _)| *time < end).last();
    let (last, ..) = last?;
    let at_first = numbered().filter(|(_, time, sync)| *time <= first && *sync);
    let (mut number, ..) = at_first.last().unwrap_or_default();
    if track.handler == Handler::Audio {
        let wanted = number.saturating_sub(AUDIO_PREROLL);
        let before = numbered().take_while(|(number, ..)| *number <= wanted);
        (number, ..) = before.filter(|(.., sync)| *sync).last().unwrap_or_default();
    }
    (number <= last).then_some(number..=last)
}

/// Returns a track of some samples of another, with `factor` times its ticks per second.
///
/// The video frame that is on the screen when the presentation begins is presented from then on: some
/// players drop the rest of a frame, and present the next one too early instead.
fn copied(
    track: &Mp4Track,
    factor: u32,
    (numbers, begin): (RangeInclusive<usize>, i64),
) -> Result<Mp4Track, Error> {
    let mut kept = Mp4Track::new(track.handler, track.timescale.saturating_mul(factor));
    kept.language = track.language.clone();
    kept.names = track.names.clone();
    kept.enabled = track.enabled;
    kept.alternate_group = track.alternate_group;
    kept.display = track.display;
    let factor = i64::from(factor);
    let samples = || {
        let samples = track.stored_samples().take(numbers.end() + 1);
        samples.enumerate().skip(*numbers.start())
    };
    let earlier =
        samples().map(|(number, (sample, ..))| (pts(&sample).saturating_mul(factor), number));
    let on_screen = earlier
        .filter(|(time, _)| track.handler == Handler::Video && *time <= begin)
        .max();
    for (number, (sample, duration, groups)) in samples() {
        let entry = (sample.description as usize).checked_sub(1);
        let entry = entry.and_then(|index| track.sample_entries.all.get(index));
        let description = match entry {
            Some(entry) => kept.sample_entries.number(entry)?,
            None => continue,
        };
        let dts = sample.dts.saturating_mul(factor);
        let offset = sample.composition_offset.saturating_mul(factor);
        let rest = on_screen.filter(|(_, of)| *of == number);
        kept.push(StoredSample {
            dts,
            composition_offset: rest.map_or(offset, |_| begin.saturating_sub(dts)),
            description,
            ..sample
        })?;
        kept.set_groups(groups);
        kept.end_at(dts.saturating_add(i64::from(duration).saturating_mul(factor)));
    }
    Ok(kept.closed())
}

fn pts(sample: &StoredSample) -> i64 {
    sample.dts.saturating_add(sample.composition_offset)
}
