//! Frames of an elementary stream and their timestamps.

use std::ops::Range;

use crate::flv::Codec;

/// Decode time and composition offset of a frame, in ticks of 90 kHz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FrameTime {
    pub(crate) dts: i64,
    pub(crate) composition_offset: i32,
}

/// One coded frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamFrame {
    /// Its byte range in [`ParsedStream::bytes`](super::stream::ParsedStream).
    pub(crate) bytes: Range<usize>,
    /// `None` if unknown.
    pub(crate) time: Option<FrameTime>,
    pub(crate) sync: bool,
    /// If decoding can start here although it is no sync sample: after so many frames the pictures
    /// are correct.
    pub(crate) recovery_frames: Option<u16>,
    /// Whether frames are missing between this one and the one before.
    pub(crate) missing: Missing,
}

/// Whether frames of the input are missing at some place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missing {
    #[default]
    None,
    /// Only the timestamps can show it.
    Perhaps,
    /// At least one.
    Some,
}

/// An item of an elementary stream, in stream order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StreamItem {
    /// The codec configuration of the frames that follow.
    Config {
        codec: Codec,
        data: Vec<u8>,
    },
    Frame(StreamFrame),
}

impl StreamItem {
    pub(crate) fn frame(&self) -> Option<&StreamFrame> {
        match self {
            Self::Frame(frame) => Some(frame),
            Self::Config { .. } => None,
        }
    }

    pub(crate) fn frame_mut(&mut self) -> Option<&mut StreamFrame> {
        match self {
            Self::Frame(frame) => Some(frame),
            Self::Config { .. } => None,
        }
    }
}

/// Assigns the timestamps of PES packets to frames.
///
/// A timestamp belongs to the first frame that starts in its PES packet (ISO/IEC 13818-1 2.4.3.7).
#[derive(Debug, Default)]
pub(crate) struct PesTimestamps {
    /// Start position of each PES packet in the elementary stream, and its timestamp.
    list: Vec<(usize, Option<FrameTime>)>,
    /// Index of the first PES packet that is not assigned yet.
    next: usize,
}

impl PesTimestamps {
    pub(crate) fn push(&mut self, position: usize, time: Option<FrameTime>) {
        self.list.push((position, time));
    }

    /// Returns the timestamp of a frame that starts at `position`; `None` if it has none.
    pub(crate) fn claim(&mut self, position: usize) -> Option<FrameTime> {
        let mut found = None;
        while let Some((_, time)) = self.list.get(self.next).filter(|(at, _)| *at <= position) {
            found = *time;
            self.next += 1;
        }
        found
    }

    /// Adjusts the positions after the first `bytes` of the stream were removed.
    pub(crate) fn shift(&mut self, bytes: usize) {
        self.list.drain(..self.next);
        self.next = 0;
        for (at, _) in &mut self.list {
            *at = at.saturating_sub(bytes);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.next = 0;
    }
}

/// Frame duration if unknown, in ticks of 90 kHz: 25 frames per second.
const DEFAULT_STEP_TICKS: i64 = 3600;

/// Gives a time to video frames without one: several in one PES packet share one timestamp.
///
/// Their decode times are spread evenly between their neighbours, and their composition offset is
/// that of the frame before. Where frames are missing, those before are counted from the timestamp
/// before and those after back from the one after. `step` is the frame duration of the segment
/// before in ticks of 90 kHz, if known. If no frame has a timestamp, nothing is changed.
pub(crate) fn interpolate_times(items: &mut [StreamItem], step: Option<i64>) {
    let mut frames: Vec<_> = items.iter_mut().filter_map(StreamItem::frame_mut).collect();
    let timed: Vec<_> = (0..)
        .zip(&frames)
        .filter_map(|(index, frame)| Some((index, frame.time?)))
        .collect();
    let (Some(&first), Some(&last)) = (timed.first(), timed.last()) else {
        return;
    };
    let count = frames.len();
    if timed.len() == count {
        return;
    }
    let intervals = || timed.iter().copied().zip(timed.iter().copied().skip(1));
    let mut wholes = intervals()
        .filter(|(before, after)| first_missing(&frames, before.0 + 1..after.0 + 1).is_none());
    let measured = wholes
        .next()
        .map(|(before, after)| frame_distance(before, after));
    let mut typical = step.or(measured).unwrap_or(DEFAULT_STEP_TICKS);
    count_from(&mut frames, 0..first.0, first, typical);
    let mut known = step;
    for (before, after) in intervals() {
        let between = before.0 + 1..after.0;
        if let Some(lost) = first_missing(&frames, between.start..after.0 + 1) {
            let step = typical.min(frame_distance(before, after));
            count_from(&mut frames, between.start..lost, before, step);
            count_from(&mut frames, lost..between.end, after, step);
        } else {
            let measured = frame_distance(before, after);
            // Do not spread frames over a gap after them.
            let is_gap = known.is_some_and(|known| measured > known.saturating_mul(2));
            typical = known.filter(|_| is_gap).unwrap_or(measured);
            known = Some(typical);
            count_from(&mut frames, between, before, typical);
        }
    }
    let behind = first_missing(&frames, last.0 + 1..count).unwrap_or(count);
    count_from(&mut frames, last.0 + 1..behind, last, typical);
    let (at, time) = last;
    let dts = time.dts.saturating_add(typical);
    let behind_one = (at, FrameTime { dts, ..time });
    count_from(&mut frames, behind..count, behind_one, typical);
}

/// Returns the first of some frames before which others are missing.
fn first_missing(frames: &[&mut StreamFrame], range: Range<usize>) -> Option<usize> {
    let mut frames = range.clone().zip(frames.get(range)?);
    let found = frames.find(|(_, frame)| frame.missing != Missing::None);
    found.map(|(index, _)| index)
}

/// Sets the times of some frames, counted in steps from another one.
fn count_from(
    frames: &mut [&mut StreamFrame],
    range: Range<usize>,
    (at, time): (usize, FrameTime),
    step: i64,
) {
    for (index, frame) in range
        .clone()
        .zip(frames.get_mut(range).into_iter().flatten())
    {
        let distance = signed(index) - signed(at);
        let dts = time.dts.saturating_add(step.saturating_mul(distance));
        frame.time = Some(FrameTime { dts, ..time });
    }
}

fn signed(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

fn frame_distance((at, time): (usize, FrameTime), (next_at, next): (usize, FrameTime)) -> i64 {
    let ticks = next.dts.saturating_sub(time.dts).max(0);
    ticks / signed(next_at.saturating_sub(at)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(dts: Option<i64>) -> StreamItem {
        StreamItem::Frame(StreamFrame {
            bytes: 0..0,
            time: dts.map(|dts| FrameTime {
                dts,
                composition_offset: 7,
            }),
            sync: false,
            recovery_frames: None,
            missing: Missing::None,
        })
    }

    fn interpolated(times: &[Option<i64>], step: Option<i64>) -> Vec<Option<i64>> {
        let mut items: Vec<_> = times.iter().copied().map(frame).collect();
        interpolate_times(&mut items, step);
        items
            .into_iter()
            .filter_map(|item| match item {
                StreamItem::Frame(frame) => Some(frame.time.map(|time| time.dts)),
                StreamItem::Config { .. } => None,
            })
            .collect()
    }

    #[test]
    fn frames_without_a_time_are_spread_evenly_between_those_with_one() {
        let times = [None, Some(3000), None, None, Some(12_000), None];
        let expected = [0, 3000, 6000, 9000, 12_000, 15_000].map(Some);
        assert_eq!(interpolated(&times, None), expected);
    }

    #[test]
    fn frames_are_not_spread_over_a_gap() {
        let times = [Some(0), None, Some(6000), None, Some(90_000)];
        let expected = [0, 3000, 6000, 9000, 90_000].map(Some);
        assert_eq!(interpolated(&times, None), expected);
    }

    #[test]
    fn where_a_frame_is_missing_the_others_keep_their_times() {
        let times = [
            Some(0),
            None,
            None,
            Some(12_000),
            None,
            None,
            None,
            Some(24_000),
        ];
        let mut items: Vec<_> = times.into_iter().map(frame).collect();
        // One frame is missing in the first packet, none in the second.
        if let Some(frame) = items.get_mut(2).and_then(StreamItem::frame_mut) {
            frame.missing = Missing::Some;
        }
        interpolate_times(&mut items, None);
        let made: Vec<_> = items
            .iter()
            .filter_map(|item| Some(item.frame()?.time?.dts))
            .collect();
        assert_eq!(
            made,
            [0, 3000, 9000, 12_000, 15_000, 18_000, 21_000, 24_000]
        );
    }

    #[test]
    fn after_a_single_timestamp_the_known_frame_duration_is_used() {
        let expected = [0, 1800, 3600].map(Some);
        assert_eq!(interpolated(&[Some(0), None, None], Some(1800)), expected);
    }

    #[test]
    fn without_any_timestamp_nothing_is_changed() {
        assert_eq!(interpolated(&[None, None], Some(3000)), [None, None]);
    }

    #[test]
    fn a_timestamp_belongs_only_to_the_first_frame_in_its_packet() {
        let mut timestamps = PesTimestamps::default();
        let time = |dts| {
            Some(FrameTime {
                dts,
                composition_offset: 0,
            })
        };
        timestamps.push(0, time(1));
        timestamps.push(100, time(2));
        timestamps.push(110, time(3));
        let claimed = [0, 50, 120, 130].map(|at| timestamps.claim(at));
        assert_eq!(claimed, [time(1), None, time(3), None]);
    }
}
