//! Coded frames on their way from an elementary stream to the output.

use std::ops::Range;

use crate::flv::Codec;

/// When a frame is decoded, and how much later it is shown, in ticks of 90 kHz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FrameTime {
    pub(crate) dts: i64,
    pub(crate) composition_offset: i32,
}

/// One coded frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamFrame {
    /// Where its bytes lie.
    pub(crate) bytes: Range<usize>,
    pub(crate) time: Option<FrameTime>,
    pub(crate) sync: bool,
}

/// What an elementary stream holds, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StreamItem {
    /// How the frames that follow are coded.
    Config {
        codec: Codec,
        data: Vec<u8>,
    },
    Frame(StreamFrame),
}

/// Which timestamps have been given to a frame.
///
/// A timestamp belongs to the first frame that starts in its PES packet (ISO/IEC 13818-1 2.4.3.7).
#[derive(Debug, Default)]
pub(crate) struct PesTimestamps {
    /// Where PES packets start in the elementary stream.
    list: Vec<(usize, Option<FrameTime>)>,
    next: usize,
}

impl PesTimestamps {
    pub(crate) fn push(&mut self, position: usize, time: Option<FrameTime>) {
        self.list.push((position, time));
    }

    /// The time of a frame that starts here, where it has one of its own.
    pub(crate) fn claim(&mut self, position: usize) -> Option<FrameTime> {
        let mut found = None;
        while let Some((_, time)) = self.list.get(self.next).filter(|(at, _)| *at <= position) {
            found = *time;
            self.next += 1;
        }
        found
    }

    /// Forgets a PES packet that starts here.
    pub(crate) fn forget_from(&mut self, position: usize) {
        while self.list.pop_if(|(at, _)| *at >= position).is_some() {}
        self.next = self.next.min(self.list.len());
    }

    /// The first bytes of the stream are gone.
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

/// Distance of two pictures where nothing tells it: 25 a second.
const DEFAULT_STEP: i64 = 3600;

/// Gives a time to pictures that came without: several in one PES packet share one timestamp.
///
/// They lie evenly between their neighbours. Nothing is known of their order of showing, so it is
/// theirs of decoding. `step` is the distance of pictures before, where it is known. Without any
/// timestamp nothing can be placed.
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
    let mut usual = step;
    let mut known = timed.iter().peekable();
    let mut before = (first, start);
    // Those in front of the first timestamp are counted back from it.
    let front = timed.get(1).map(|next| frame_distance(before, *next));
    let front = usual.or(front).unwrap_or(DEFAULT_STEP);
    let mut current = front;
    for (index, frame) in (0_i64..).zip(&mut frames) {
        if known.next_if(|(at, _)| *at == index).is_some() {
            before = (index, frame.time.unwrap_or_default());
            if let Some(next) = known.peek() {
                let measured = frame_distance(before, **next);
                // A gap behind them does not draw them apart.
                let whole = usual.is_none_or(|usual| measured <= usual.saturating_mul(2));
                current = if whole {
                    measured
                } else {
                    usual.unwrap_or(measured)
                };
                usual = Some(current);
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

    fn spread_out(times: &[Option<i64>], step: Option<i64>) -> Vec<Option<i64>> {
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
    fn pictures_without_a_time_lie_evenly_between_those_with_one() {
        let times = [None, Some(3000), None, None, Some(12_000), None];
        let expected = [0, 3000, 6000, 9000, 12_000, 15_000].map(Some);
        assert_eq!(spread_out(&times, None), expected);
    }

    #[test]
    fn a_gap_does_not_draw_pictures_apart() {
        let times = [Some(0), None, Some(6000), None, Some(90_000)];
        let expected = [0, 3000, 6000, 9000, 90_000].map(Some);
        assert_eq!(spread_out(&times, None), expected);
    }

    #[test]
    fn behind_a_single_time_the_distance_from_before_is_kept() {
        let expected = [0, 1800, 3600].map(Some);
        assert_eq!(spread_out(&[Some(0), None, None], Some(1800)), expected);
    }

    #[test]
    fn without_any_time_nothing_is_placed() {
        assert_eq!(spread_out(&[None, None], Some(3000)), [None, None]);
    }

    #[test]
    fn a_timestamp_is_given_once_to_the_first_frame_in_its_packet() {
        let mut marks = PesTimestamps::default();
        let time = |dts| {
            Some(FrameTime {
                dts,
                composition_offset: 0,
            })
        };
        marks.push(0, time(1));
        marks.push(100, time(2));
        marks.push(110, time(3));
        let claimed = [0, 50, 120, 130].map(|at| marks.claim(at));
        assert_eq!(claimed, [time(1), None, time(3), None]);
    }
}
