//! Counts the frames that are missing in a stream.

use super::frames::{Missing, StreamFrame, StreamItem};

/// Without certain damage, a longer gap than this is a pause and no loss: five seconds in ticks of
/// 90 kHz.
const MAX_UNCERTAIN_GAP: i64 = 5 * 90_000;

/// Frames that are missing at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LostFrames {
    /// When the first of them would be decoded, in ticks of 90 kHz.
    pub(crate) dts: i64,
    pub(crate) count: u64,
    /// What they would have lasted, in ticks.
    pub(crate) duration: i64,
}

/// Returns the frames that are missing between those of a segment.
pub(crate) fn lost_frames(items: &[StreamItem]) -> Vec<LostFrames> {
    let frames = || items.iter().filter_map(StreamItem::frame);
    if frames().all(|frame| frame.missing == Missing::None) {
        return Vec::new();
    }
    let pairs = || frames().zip(frames().skip(1));
    let step = typical_step(pairs());
    let losses = pairs().filter_map(|(before, after)| {
        let (before, time) = (before.time?.dts, after.time?.dts);
        // If no other frames show how far apart they are, it is one frame that is missing.
        let is_sure = after.missing == Missing::Some;
        let step = step.or(is_sure.then_some(time.saturating_sub(before) / 2))?;
        missing_between(after.missing, before, time, step)
    });
    losses.collect()
}

/// Returns the frames that are missing between two decode times; `step` is the usual distance.
pub(crate) fn missing_between(
    missing: Missing,
    before: i64,
    after: i64,
    step: i64,
) -> Option<LostFrames> {
    let gap = after.saturating_sub(before).saturating_sub(step).max(0);
    let count = gap.saturating_add(step / 2) / step.max(1);
    let count = match missing {
        Missing::None => return None,
        Missing::Perhaps if gap > MAX_UNCERTAIN_GAP || count == 0 => return None,
        Missing::Perhaps => count,
        Missing::Some => count.max(1),
    };
    Some(LostFrames {
        dts: before.saturating_add(step),
        count: count.unsigned_abs(),
        duration: count.saturating_mul(step),
    })
}

/// Returns the median distance of frames between which none is missing: pauses would raise the mean.
fn typical_step<'f>(
    pairs: impl Iterator<Item = (&'f StreamFrame, &'f StreamFrame)>,
) -> Option<i64> {
    let steps = pairs.filter(|(_, after)| after.missing == Missing::None);
    let steps = steps.filter_map(|(before, after)| Some(after.time?.dts - before.time?.dts));
    let mut steps: Vec<_> = steps.filter(|step| *step > 0).collect();
    let middle = steps.len() / 2;
    let is_empty = steps.is_empty();
    (!is_empty).then(|| *steps.select_nth_unstable(middle).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::FrameTime;

    fn frame(dts: i64, missing: Missing) -> StreamItem {
        StreamItem::Frame(StreamFrame {
            bytes: 0..0,
            time: Some(FrameTime {
                dts,
                composition_offset: 0,
            }),
            sync: false,
            recovery_frames: None,
            missing,
        })
    }

    #[test]
    fn a_pause_makes_no_loss_smaller() {
        let items = [
            frame(0, Missing::None),
            frame(3000, Missing::None),
            frame(6000, Missing::None),
            frame(400_000, Missing::None),
            frame(409_000, Missing::Perhaps),
        ];
        let lost = LostFrames {
            dts: 403_000,
            count: 2,
            duration: 6000,
        };
        assert_eq!(lost_frames(&items), [lost]);
    }

    #[test]
    fn of_two_frames_one_is_missing_between_them_if_any() {
        let items = |missing| [frame(0, Missing::None), frame(7200, missing)];
        let lost = LostFrames {
            dts: 3600,
            count: 1,
            duration: 3600,
        };
        assert_eq!(lost_frames(&items(Missing::Some)), [lost]);
        assert_eq!(lost_frames(&items(Missing::Perhaps)), []);
    }

    #[test]
    fn what_is_missing_is_counted_by_the_timestamps() {
        let items = [
            frame(0, Missing::None),
            frame(3000, Missing::None),
            frame(12_000, Missing::Perhaps),
            frame(15_000, Missing::Perhaps),
            frame(18_000, Missing::Some),
            frame(1_000_000, Missing::Perhaps),
        ];
        let lost = |dts, count: u32| LostFrames {
            dts,
            count: u64::from(count),
            duration: i64::from(count) * 3000,
        };
        assert_eq!(lost_frames(&items), [lost(6000, 2), lost(18_000, 1)]);
    }
}
