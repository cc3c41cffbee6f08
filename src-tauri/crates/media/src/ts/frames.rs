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

    /// Forgets the PES packets from `position`.
    pub(crate) fn forget_from(&mut self, position: usize) {
        while self.list.pop_if(|(at, _)| *at >= position).is_some() {}
        self.next = self.next.min(self.list.len());
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
/// that of the frame before. `step` is the frame duration of the segment before in ticks of
/// 90 kHz, if known. If no frame has a timestamp, nothing is changed.
pub(crate) fn interpolate_times(items: &mut [StreamItem], step: Option<i64>) {
    let mut frames: Vec<_> = items
        .iter_mut()
        .filter_map(|item| match item {
            StreamItem::Frame(frame) => Some(frame),
            StreamItem::Config { .. } => None,
        })
        .collect();
    let timed: Vec<_> = (0..)
        .zip(&frames)
        .filter_map(|(index, frame)| Some((index, frame.time?)))
        .collect();
    let Some(&(first, start)) = timed.first() else {
        return;
    };
    if timed.len() == frames.len() {
        return;
    }
    let mut typical = step;
    let mut known = timed.iter().peekable();
    let mut before = (first, start);
    // Frames before the first timestamp are counted back from it.
    let front = timed.get(1).map(|next| frame_distance(before, *next));
    let front = typical.or(front).unwrap_or(DEFAULT_STEP_TICKS);
    let mut current = front;
    for (index, frame) in (0_i64..).zip(&mut frames) {
        if known.next_if(|(at, _)| *at == index).is_some() {
            before = (index, frame.time.unwrap_or_default());
            if let Some(next) = known.peek() {
                let measured = frame_distance(before, **next);
                // Do not spread frames over a gap after them.
                let no_gap = typical.is_none_or(|typical| measured <= typical.saturating_mul(2));
                current = if no_gap {
                    measured
                } else {
                    typical.unwrap_or(measured)
                };
                typical = Some(current);
            }
        } else {
            let (at, time) = before;
            let dts = time.dts.saturating_add(current.saturating_mul(index - at));
            frame.time = Some(FrameTime { dts, ..time });
        }
    }
}

fn frame_distance((at, time): (i64, FrameTime), (next_at, next): (i64, FrameTime)) -> i64 {
    let ticks = next.dts.saturating_sub(time.dts).max(0);
    ticks / (next_at - at).max(1)
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
