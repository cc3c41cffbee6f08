//! Snaps audio timestamps that the source rounded to its ticks to exact multiples of the frame length.
//!
//! Counting frames alone would lose gaps. The rounded times themselves would need thousands of
//! entries in `stts` and make the audio click. So each frame starts exactly at the end of the one
//! before, as long as its rounded time allows that.

use super::sample_entry::AudioClock;

/// Largest distance of a time from its exact value: half a millisecond of rounding here and half in
/// the track's first time. Also used for 90 kHz clocks: many of them were converted from 1 kHz.
const WINDOW_MS: i64 = 1;

/// The exact times of one track's frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimestampSnapper {
    timescale: u32,
    /// Ticks per second of the rounded times.
    source_timescale: i64,
    origin: i64,
    /// Expected time of the next frame, relative to `origin`, in ticks of `timescale`.
    expected: i64,
}

impl TimestampSnapper {
    /// `origin` is the first time, in ticks of `source_timescale`.
    pub(crate) fn new(timescale: u32, source_timescale: u32, origin: i64) -> Self {
        Self {
            timescale,
            source_timescale: i64::from(source_timescale.max(1)),
            origin,
            expected: 0,
        }
    }

    /// Returns the exact time of a frame, in ticks of `timescale`, from its rounded time.
    pub(crate) fn snap(&mut self, time: i64, clock: AudioClock) -> i64 {
        let scale = i64::from(self.timescale);
        let source = self.source_timescale;
        let window = WINDOW_MS * source / 1000;
        let ticks = |count: i64| count.saturating_mul(scale);
        let relative = time.saturating_sub(self.origin);
        // Round inwards, to stay within the window: up at its start, down at its end.
        let earliest = ticks(relative.saturating_sub(window))
            .saturating_add(source - 1)
            .div_euclid(source);
        let latest = ticks(relative.saturating_add(window)).div_euclid(source);
        let start = self.expected.clamp(earliest, latest.max(earliest));
        let frame = i64::from(clock.frame) * scale / i64::from(clock.rate.max(1));
        self.expected = start.saturating_add(frame);
        start.saturating_add((ticks(self.origin).saturating_add(source / 2)).div_euclid(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CD: AudioClock = AudioClock {
        rate: 44_100,
        frame: 1024,
    };

    fn rounded(frame: i64) -> i64 {
        (frame * 1024 * 1000 + 22_050).div_euclid(44_100)
    }

    #[test]
    fn rounded_times_give_frames_of_one_length() {
        let mut snapper = TimestampSnapper::new(44_100, 1000, 0);
        for frame in 0..100_000 {
            assert_eq!(snapper.snap(rounded(frame), CD), frame * 1024);
        }
    }

    #[test]
    fn times_of_90_khz_converted_from_milliseconds_give_frames_of_one_length_too() {
        for exact in [true, false] {
            let mut snapper = TimestampSnapper::new(44_100, 90_000, 12_345);
            let origin = snapper.snap(12_345, CD);
            for frame in 1_i64..100_000 {
                let ticks = (frame * 1024 * 90_000 + 22_050).div_euclid(44_100);
                let time = if exact { ticks } else { rounded(frame) * 90 };
                assert_eq!(snapper.snap(12_345 + time, CD), origin + frame * 1024);
            }
        }
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut snapper = TimestampSnapper::new(44_100, 1000, 0);
        snapper.snap(0, CD);
        let after = snapper.snap(5000, CD);
        assert!(after.abs_diff(5 * 44_100) <= 45, "{after}");
    }
}
