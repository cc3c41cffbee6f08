//! Puts sound whose times were rounded to milliseconds back on the grid of its samples.
//!
//! Counting frames blindly would lose gaps; taking the times as they are would fill the index
//! with thousands of lengths and make the sound click. So a frame follows the one before exactly
//! for as long as its rounded time can mean that.

use super::entry::SoundClock;

/// How far a time may lie from its true place: one rounding here, one in the track's first time.
const WINDOW_MS: i64 = 1;

/// Where the frames of one track lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    timescale: u32,
    origin_ms: i64,
    /// Where the next frame is expected, from the origin.
    next: i64,
}

impl Grid {
    pub(crate) fn new(timescale: u32, origin_ms: i64) -> Self {
        Self {
            timescale,
            origin_ms,
            next: 0,
        }
    }

    /// The tick of a frame whose rounded time is `time_ms`.
    pub(crate) fn place(&mut self, time_ms: i64, clock: SoundClock) -> i64 {
        let scale = i64::from(self.timescale);
        let ticks = |ms: i64| ms.saturating_mul(scale);
        let relative = time_ms.saturating_sub(self.origin_ms);
        // Within the window, rounded inwards: up at its start, down at its end.
        let earliest = ticks(relative.saturating_sub(WINDOW_MS))
            .saturating_add(999)
            .div_euclid(1000);
        let latest = ticks(relative.saturating_add(WINDOW_MS)).div_euclid(1000);
        let place = self.next.clamp(earliest, latest.max(earliest));
        let frame = i64::from(clock.frame) * scale / i64::from(clock.rate.max(1));
        self.next = place.saturating_add(frame);
        place.saturating_add((ticks(self.origin_ms).saturating_add(500)).div_euclid(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CD: SoundClock = SoundClock {
        rate: 44_100,
        frame: 1024,
    };

    fn rounded(frame: i64) -> i64 {
        (frame * 1024 * 1000 + 22_050).div_euclid(44_100)
    }

    #[test]
    fn rounded_times_give_frames_of_one_length() {
        let mut grid = Grid::new(44_100, 0);
        for frame in 0..100_000 {
            assert_eq!(grid.place(rounded(frame), CD), frame * 1024);
        }
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut grid = Grid::new(44_100, 0);
        grid.place(0, CD);
        let after = grid.place(5000, CD);
        assert!(after.abs_diff(5 * 44_100) <= 45, "{after}");
    }
}
