//! Follows timestamps of few bits over wraps and restarts, inside one piece.

use crate::TrackKind;

/// A wrap explains a jump only where it lands this close to where time stood, in seconds.
pub(crate) const WRAP_WINDOW_S: i64 = 10 * 60;
/// A jump of the clock of one track by more than this is a restart, not disorder; in seconds.
const MAX_DISORDER_S: i64 = 1;

/// How a container counts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimestampFormat {
    /// Ticks a second.
    pub(crate) timescale: u32,
    /// After how many ticks the count may begin again.
    wrap_periods: &'static [i64],
}

/// Milliseconds. Writers that forget the extension byte wrap after 24 bits, all others after 32.
pub(crate) const FLV: TimestampFormat = TimestampFormat {
    timescale: 1000,
    wrap_periods: &[1 << 24, 1 << 32],
};

/// Timestamps of 33 bits (ISO/IEC 13818-1 2.4.3.7).
pub(crate) const TS: TimestampFormat = TimestampFormat {
    timescale: 90_000,
    wrap_periods: &[1 << 33],
};

impl TimestampFormat {
    fn seconds(self, count: i64) -> i64 {
        count * i64::from(self.timescale)
    }

    /// What a wrap adds to `time` if one explains its distance from `near`.
    pub(crate) fn wrap_towards(self, time: i64, near: i64) -> Option<i64> {
        let window = self.seconds(WRAP_WINDOW_S).unsigned_abs();
        if near.abs_diff(time) <= window {
            return None;
        }
        self.wrap_periods.iter().find_map(|wrap| {
            let distance = near.checked_sub(time)?;
            let shift = (distance.checked_add(wrap / 2)?).div_euclid(*wrap) * wrap;
            let lands = near.abs_diff(time.checked_add(shift)?);
            (shift != 0 && lands <= window).then_some(shift)
        })
    }
}

/// Turns the timestamps of a piece into times that do not jump back.
#[derive(Debug)]
pub(crate) struct TimestampUnwrapper {
    counter: TimestampFormat,
    /// What restarts inside the piece have added.
    shift: i64,
    /// Whether the container says that another clock begins here.
    restarted: bool,
    /// Time of the last timestamp of any kind.
    near: Option<i64>,
    /// Time and distance of the last timestamps of picture and of sound.
    tracks: [Option<(i64, i64)>; 2],
}

impl TimestampUnwrapper {
    pub(crate) fn new(counter: TimestampFormat) -> Self {
        Self {
            counter,
            shift: 0,
            restarted: false,
            near: None,
            tracks: [None; 2],
        }
    }

    /// The next timestamp may count from anywhere: if it jumps, time goes on all the same.
    pub(crate) fn restart(&mut self) {
        self.restarted = true;
    }

    pub(crate) fn next(&mut self, kind: TrackKind, timestamp: i64) -> i64 {
        let disorder = self.counter.seconds(MAX_DISORDER_S);
        let mut time = timestamp + self.shift;
        let near = self.near.unwrap_or(time);
        time += self.counter.wrap_towards(time, near).unwrap_or(0);
        let [video, audio] = &mut self.tracks;
        let track = match kind {
            TrackKind::Video => video,
            TrackKind::Audio => audio,
        };
        let (last, before) = track.unwrap_or((near, 0));
        let mut distance = if track.is_some() { time - last } else { 0 };
        let jumps = std::mem::take(&mut self.restarted) && (time - near).abs() > disorder;
        if distance < -disorder || jumps {
            let goes_on = near.max(last) + before.max(0);
            self.shift += goes_on - time;
            time = goes_on;
            distance = before;
        }
        *track = Some((time, distance));
        self.near = Some(time);
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(times: &[i64]) -> Vec<i64> {
        let mut unwrap = TimestampUnwrapper::new(FLV);
        times
            .iter()
            .map(|&time| unwrap.next(TrackKind::Video, time))
            .collect()
    }

    #[test]
    fn a_24_bit_wrap_goes_on_for_both_tracks() {
        let mut unwrap = TimestampUnwrapper::new(FLV);
        let top = 1 << 24;
        assert_eq!(unwrap.next(TrackKind::Video, top - 20), top - 20);
        assert_eq!(unwrap.next(TrackKind::Video, 20), top + 20);
        assert_eq!(unwrap.next(TrackKind::Audio, top - 5), top - 5);
        assert_eq!(unwrap.next(TrackKind::Audio, 18), top + 18);
    }

    #[test]
    fn a_33_bit_wrap_goes_on_for_both_tracks() {
        let mut unwrap = TimestampUnwrapper::new(TS);
        let top = 1 << 33;
        assert_eq!(unwrap.next(TrackKind::Video, top - 3000), top - 3000);
        assert_eq!(unwrap.next(TrackKind::Audio, 500), top + 500);
        assert_eq!(unwrap.next(TrackKind::Video, 0), top);
        assert_eq!(unwrap.next(TrackKind::Audio, top - 100), top - 100);
    }

    #[test]
    fn a_signed_32_bit_wrap_goes_on() {
        let top = i64::from(i32::MAX);
        assert_eq!(video(&[top - 9, top + 31 - (1 << 32)]), [top - 9, top + 31]);
    }

    #[test]
    fn a_restart_inside_a_piece_continues_where_time_stood() {
        assert_eq!(video(&[5000, 5040, 0, 40]), [5000, 5040, 5080, 5120]);
    }

    #[test]
    fn a_long_gap_stays_a_gap() {
        assert_eq!(video(&[0, 3_600_000]), [0, 3_600_000]);
    }

    #[test]
    fn a_jump_ahead_that_is_told_as_a_restart_is_no_gap() {
        let mut unwrap = TimestampUnwrapper::new(TS);
        for time in [0, 3600] {
            unwrap.next(TrackKind::Video, time);
        }
        unwrap.next(TrackKind::Audio, 3000);
        unwrap.restart();
        assert_eq!(unwrap.next(TrackKind::Video, 900_000), 7200);
        assert_eq!(unwrap.next(TrackKind::Audio, 899_400), 6600);
    }

    #[test]
    fn a_restart_that_is_told_but_does_not_happen_changes_nothing() {
        let mut unwrap = TimestampUnwrapper::new(TS);
        unwrap.next(TrackKind::Video, 90_000);
        unwrap.restart();
        assert_eq!(unwrap.next(TrackKind::Video, 93_600), 93_600);
    }
}
