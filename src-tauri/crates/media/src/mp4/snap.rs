//! Puts sound whose times were rounded to ticks of its source back on the grid of its samples.
//!
//! Counting frames blindly would lose gaps; taking the times as they are would fill the index
//! with thousands of lengths and make the sound click. So a frame follows the one before exactly
//! for as long as its rounded time can mean that.

use super::sample_entry::AudioClock;

/// How far a time may lie from its true place: one rounding to milliseconds here, one in the
/// track's first time. Finer ticks do not help: many a clock of 90 kHz was made from one of 1 kHz.
const WINDOW_MS: i64 = 1;

/// Where the frames of one track lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimestampSnapper {
    timescale: u32,
    /// Ticks a second of the times that come.
    source_timescale: i64,
    origin: i64,
    /// Where the next frame is expected, from the origin.
    expected: i64,
}

impl TimestampSnapper {
    /// `origin` is the first time, in ticks of which there are `source` a second.
    pub(crate) fn new(timescale: u32, source: u32, origin: i64) -> Self {
        Self {
            timescale,
            source_timescale: i64::from(source.max(1)),
            origin,
            expected: 0,
        }
    }

    /// The tick of a frame whose rounded time is `time`.
    pub(crate) fn snap(&mut self, time: i64, clock: AudioClock) -> i64 {
        let scale = i64::from(self.timescale);
        let source = self.source_timescale;
        let window = WINDOW_MS * source / 1000;
        let ticks = |count: i64| count.saturating_mul(scale);
        let relative = time.saturating_sub(self.origin);
        // Within the window, rounded inwards: up at its start, down at its end.
        let earliest = ticks(relative.saturating_sub(window))
            .saturating_add(source - 1)
            .div_euclid(source);
        let latest = ticks(relative.saturating_add(window)).div_euclid(source);
        let place = self.expected.clamp(earliest, latest.max(earliest));
        let frame = i64::from(clock.frame) * scale / i64::from(clock.rate.max(1));
        self.expected = place.saturating_add(frame);
        place.saturating_add((ticks(self.origin).saturating_add(source / 2)).div_euclid(source))
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
        let mut grid = TimestampSnapper::new(44_100, 1000, 0);
        for frame in 0..100_000 {
            assert_eq!(grid.snap(rounded(frame), CD), frame * 1024);
        }
    }

    #[test]
    fn times_of_90_khz_that_were_made_of_milliseconds_give_frames_of_one_length_too() {
        for exact in [true, false] {
            let mut grid = TimestampSnapper::new(44_100, 90_000, 12_345);
            let origin = grid.snap(12_345, CD);
            for frame in 1_i64..100_000 {
                let ticks = (frame * 1024 * 90_000 + 22_050).div_euclid(44_100);
                let time = if exact { ticks } else { rounded(frame) * 90 };
                assert_eq!(grid.snap(12_345 + time, CD), origin + frame * 1024);
            }
        }
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut grid = TimestampSnapper::new(44_100, 1000, 0);
        grid.snap(0, CD);
        let after = grid.snap(5000, CD);
        assert!(after.abs_diff(5 * 44_100) <= 45, "{after}");
    }
}
