//! Spreads the times of frames whose clock falls by less than a few frames.
//!
//! Frames that follow a small fall have times that others have had already. Raised one by one they
//! would be shown for a millisecond each; so all frames around the fall share the time between
//! their neighbours. The clock is not moved: it would lose its distance from the other track.

use super::times::FrameTime;

/// A fall back over as many frames as these is one of the clock; over fewer, it is disorder.
pub(super) const MAX_DISORDER_FRAMES: usize = 4;
/// Falls in this share of the frames mean that the writer has stored presentation times.
const MIN_FRAMES_PER_FALL: usize = 32;

/// Returns whether the timestamps of a track are presentation times, in decode order: no frame
/// states its distance, and they fall again and again.
pub(super) fn are_presentation_times(frames: &[FrameTime], track: usize) -> bool {
    let of_track = || frames.iter().filter(|frame| frame.track == track);
    if of_track().any(|frame| frame.is_reordered) {
        return false;
    }
    let (mut count, mut falls, mut last) = (0, 0, i64::MIN);
    for frame in of_track() {
        count += 1;
        falls += usize::from(frame.time < last);
        last = frame.time;
    }
    falls > 2 && falls * MIN_FRAMES_PER_FALL > count
}

/// Spreads the times of a track around each fall. Falls behind the last frame that
/// [`super::restarts`] takes for one of the clock are left only within a few frames.
pub(super) fn spread(frames: &mut [FrameTime], track: usize) {
    let of_track = |frame: &FrameTime| frame.track == track;
    let is_sorted = frames
        .iter()
        .filter(|frame| of_track(frame))
        .is_sorted_by_key(|frame| frame.time);
    if is_sorted || are_presentation_times(frames, track) {
        return;
    }
    let mut times: Vec<i64> = frames
        .iter()
        .filter(|frame| of_track(frame))
        .map(|frame| frame.time)
        .collect();
    spread_falls(&mut times);
    let frames = frames.iter_mut().filter(|frame| of_track(frame));
    for (frame, time) in frames.zip(times) {
        frame.time = time;
    }
}

fn spread_falls(times: &mut [i64]) {
    let mut at = 1;
    while let (Some(&before), Some(&time)) = (times.get(at - 1), times.get(at)) {
        if time >= before {
            at += 1;
            continue;
        }
        let (mut start, mut end) = (at - 1, at + 1);
        let (mut lowest, mut highest) = (time, before);
        // Take in the neighbours that lie between the others, until none is left.
        loop {
            let known = (start, end);
            while let Some(next) = times.get(end).filter(|next| **next <= highest) {
                lowest = lowest.min(*next);
                end += 1;
            }
            while let Some(&last) = start.checked_sub(1).and_then(|index| times.get(index))
                && last >= lowest
            {
                highest = highest.max(last);
                start -= 1;
            }
            if known == (start, end) {
                break;
            }
        }
        let first = match start.checked_sub(1).and_then(|index| times.get(index)) {
            Some(first) => *first,
            None => lowest.saturating_sub(1),
        };
        let last = times
            .get(end)
            .map_or(highest.saturating_add(1), |last| *last);
        let steps = i64::try_from(end - start + 1).unwrap_or(i64::MAX);
        let length = last.saturating_sub(first);
        for (number, time) in (1..).zip(times.get_mut(start..end).unwrap_or_default()) {
            *time = first.saturating_add(length.saturating_mul(number) / steps);
        }
        at = end.max(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread_times<const N: usize>(mut times: [i64; N]) -> [i64; N] {
        spread_falls(&mut times);
        times
    }

    #[test]
    fn frames_around_a_fall_share_the_time_between_their_neighbours() {
        assert_eq!(
            spread_times([0, 40, 80, 50, 90, 130, 170]),
            [0, 40, 56, 73, 90, 130, 170]
        );
        assert_eq!(
            spread_times([0, 100, 200, 300, 120, 220, 320, 420]),
            [0, 100, 144, 188, 232, 276, 320, 420]
        );
    }

    #[test]
    fn a_fall_at_either_end_is_spread_too() {
        assert_eq!(spread_times([100, 60, 140]), [86, 113, 140]);
        assert_eq!(spread_times([0, 40, 100, 70]), [0, 40, 60, 80]);
        assert_eq!(spread_times([0, 40, 40, 80]), [0, 40, 40, 80]);
    }
}
