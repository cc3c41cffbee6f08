//! Unwraps timestamps of few bits, and continues over restarts of the clock inside one segment.

/// A jump is taken for a wrap only if the unwrapped time is this close to the time before.
pub(crate) const WRAP_WINDOW_S: i64 = 10 * 60;
/// If the time of one track falls by more than this, the clock was restarted; by less, the frames
/// are out of order.
const MAX_DISORDER_S: i64 = 1;

/// Changes of the clock in one segment that are told; more of them are damage.
const MAX_MOVES: usize = 256;

/// How the timestamps of a container count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimestampFormat {
    /// Ticks per second.
    pub(crate) timescale: u32,
    /// The numbers of ticks after which timestamps may wrap to 0.
    wrap_periods: &'static [i64],
}

/// FLV: milliseconds in 32 bits (FLV 10.1, E.4.1). Writers that forget `TimestampExtended` wrap
/// after 24 bits.
pub(crate) const FLV: TimestampFormat = TimestampFormat {
    timescale: 1000,
    wrap_periods: &[1 << 24, 1 << 32],
};

/// MPEG-TS: 90 kHz in 33 bits (ISO/IEC 13818-1 2.4.3.7).
pub(crate) const TS: TimestampFormat = TimestampFormat {
    timescale: 90_000,
    wrap_periods: &[1 << 33],
};

impl TimestampFormat {
    /// Converts seconds to ticks.
    fn seconds(self, count: i64) -> i64 {
        count * i64::from(self.timescale)
    }

    /// Returns whether this distance in ticks is that of a wrap, to within the disorder of frames.
    pub(crate) fn is_wrap(self, distance: i64) -> bool {
        let disorder = self.seconds(MAX_DISORDER_S).unsigned_abs();
        let mut periods = self.wrap_periods.iter();
        periods.any(|period| distance.unsigned_abs().abs_diff(period.unsigned_abs()) <= disorder)
    }

    /// Returns what to add to `time` if a wrap explains its distance from `expected`. All in ticks.
    pub(crate) fn wrap_towards(self, time: i64, expected: i64) -> Option<i64> {
        let window = self.seconds(WRAP_WINDOW_S).unsigned_abs();
        if expected.abs_diff(time) <= window {
            return None;
        }
        self.wrap_periods.iter().find_map(|wrap| {
            let distance = expected.checked_sub(time)?;
            let shift = (distance.checked_add(wrap / 2)?).div_euclid(*wrap) * wrap;
            let remaining = expected.abs_diff(time.checked_add(shift)?);
            (shift != 0 && remaining <= window).then_some(shift)
        })
    }
}

/// Converts the timestamps of a segment to decode times that do not jump back.
#[derive(Debug)]
pub(crate) struct TimestampUnwrapper {
    format: TimestampFormat,
    /// What restarts inside the segment have added.
    shift: i64,
    /// Whether the container has announced a restart before the next timestamp.
    restarted: bool,
    /// The last time of any track.
    last: Option<i64>,
    /// The last time of each track, and its distance from the one before; video first.
    tracks: Vec<Option<(i64, i64)>>,
    /// When the clock was moved, and by how much, in ticks.
    moves: Vec<(i64, i64)>,
}

impl TimestampUnwrapper {
    pub(crate) fn new(format: TimestampFormat) -> Self {
        Self {
            format,
            shift: 0,
            restarted: false,
            last: None,
            tracks: Vec::new(),
            moves: Vec::new(),
        }
    }

    /// Returns when the clock was moved, and by how much, in ticks.
    pub(crate) fn into_moves(self) -> Vec<(i64, i64)> {
        self.moves
    }

    /// Announces a restart: if the next timestamp jumps, time continues without a jump.
    pub(crate) fn restart(&mut self) {
        self.restarted = true;
    }

    /// Returns the decode time of the next timestamp of a track, in ticks. Video is track 0, and
    /// audio the tracks from 1.
    pub(crate) fn next_of(&mut self, number: usize, timestamp: i64) -> i64 {
        let disorder = self.format.seconds(MAX_DISORDER_S);
        let mut time = timestamp + self.shift;
        let near = self.last.unwrap_or(time);
        time += self.format.wrap_towards(time, near).unwrap_or(0);
        if self.tracks.len() <= number {
            self.tracks.resize(number + 1, None);
        }
        let track = self.tracks.get(number).copied().flatten();
        let (last, before) = track.unwrap_or((near, 0));
        let mut distance = if track.is_some() { time - last } else { 0 };
        let jumps = std::mem::take(&mut self.restarted) && (time - near).abs() > disorder;
        if distance < -disorder || jumps {
            // A timestamp may be that of several frames: time goes on where all tracks have ended.
            let ends = self.tracks.iter().flatten();
            let ends = ends.map(|(time, distance)| time + (*distance).clamp(0, disorder));
            let own = near.max(last) + before.max(0);
            let continued = ends.max().unwrap_or(own).max(own);
            self.shift += continued - time;
            if self.moves.len() < MAX_MOVES {
                self.moves.push((continued, continued - time));
            }
            time = continued;
            distance = before;
        }
        if let Some(track) = self.tracks.get_mut(number) {
            *track = Some((time, distance));
        }
        self.last = Some(time);
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIDEO: usize = 0;
    const AUDIO: usize = 1;

    fn video(times: &[i64]) -> Vec<i64> {
        let mut unwrap = TimestampUnwrapper::new(FLV);
        times
            .iter()
            .map(|&time| unwrap.next_of(VIDEO, time))
            .collect()
    }

    #[test]
    fn a_24_bit_wrap_is_unwrapped_for_both_tracks() {
        let mut unwrap = TimestampUnwrapper::new(FLV);
        let top = 1 << 24;
        assert_eq!(unwrap.next_of(VIDEO, top - 20), top - 20);
        assert_eq!(unwrap.next_of(VIDEO, 20), top + 20);
        assert_eq!(unwrap.next_of(AUDIO, top - 5), top - 5);
        assert_eq!(unwrap.next_of(AUDIO, 18), top + 18);
    }

    #[test]
    fn a_33_bit_wrap_is_unwrapped_for_both_tracks() {
        let mut unwrap = TimestampUnwrapper::new(TS);
        let top = 1 << 33;
        assert_eq!(unwrap.next_of(VIDEO, top - 3000), top - 3000);
        assert_eq!(unwrap.next_of(AUDIO, 500), top + 500);
        assert_eq!(unwrap.next_of(VIDEO, 0), top);
        assert_eq!(unwrap.next_of(AUDIO, top - 100), top - 100);
    }

    #[test]
    fn a_signed_32_bit_wrap_is_unwrapped() {
        let top = i64::from(i32::MAX);
        assert_eq!(video(&[top - 9, top + 31 - (1 << 32)]), [top - 9, top + 31]);
    }

    #[test]
    fn time_continues_over_a_restart_inside_a_segment() {
        assert_eq!(video(&[5000, 5040, 0, 40]), [5000, 5040, 5080, 5120]);
    }

    #[test]
    fn a_long_gap_stays_a_gap() {
        assert_eq!(video(&[0, 3_600_000]), [0, 3_600_000]);
    }

    #[test]
    fn a_jump_ahead_at_an_announced_restart_is_not_a_gap() {
        let mut unwrap = TimestampUnwrapper::new(TS);
        for time in [0, 3600] {
            unwrap.next_of(VIDEO, time);
        }
        unwrap.next_of(AUDIO, 3000);
        unwrap.restart();
        assert_eq!(unwrap.next_of(VIDEO, 900_000), 7200);
        assert_eq!(unwrap.next_of(AUDIO, 899_400), 6600);
    }

    #[test]
    fn an_announced_restart_without_a_jump_changes_nothing() {
        let mut unwrap = TimestampUnwrapper::new(TS);
        unwrap.next_of(VIDEO, 90_000);
        unwrap.restart();
        assert_eq!(unwrap.next_of(VIDEO, 93_600), 93_600);
    }
}
