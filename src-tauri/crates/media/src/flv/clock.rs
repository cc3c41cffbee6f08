//! Follows the timestamps inside one piece over wraps and restarts.

use crate::TrackKind;

/// Writers that forget the extension byte wrap after 24 bits, all others after 32.
pub(crate) const WRAPS: [i64; 2] = [1 << 24, 1 << 32];
/// A wrap explains a jump only where it lands this close to where time stood, in milliseconds.
pub(crate) const WINDOW: i64 = 10 * 60 * 1000;
/// A fall of the clock of one track by more than this is a restart, not disorder.
const DISORDER: i64 = 1000;

/// Turns the timestamps of a piece into times that do not jump back.
#[derive(Debug, Default)]
pub(crate) struct Unwrap {
    /// What restarts inside the piece have added.
    shift: i64,
    /// Time of the last tag of any kind.
    near: Option<i64>,
    /// Time and distance of the last tags of picture and of sound.
    tracks: [Option<(i64, i64)>; 2],
}

impl Unwrap {
    pub(crate) fn next(&mut self, kind: TrackKind, timestamp: i64) -> i64 {
        let mut time = timestamp + self.shift;
        let near = self.near.unwrap_or(time);
        time += wrap_towards(time, near).unwrap_or(0);
        let [video, audio] = &mut self.tracks;
        let track = match kind {
            TrackKind::Video => video,
            TrackKind::Audio => audio,
        };
        let mut distance = 0;
        if let Some((last, before)) = *track {
            distance = time - last;
            if distance < -DISORDER {
                let goes_on = near.max(last) + before.max(0);
                self.shift += goes_on - time;
                time = goes_on;
                distance = before;
            }
        }
        *track = Some((time, distance));
        self.near = Some(time);
        time
    }
}

/// What a wrap adds to `time` if one explains its distance from `near`.
pub(crate) fn wrap_towards(time: i64, near: i64) -> Option<i64> {
    if near.abs_diff(time) <= WINDOW.unsigned_abs() {
        return None;
    }
    WRAPS.into_iter().find_map(|wrap| {
        let distance = near.checked_sub(time)?;
        let shift = (distance.checked_add(wrap / 2)?).div_euclid(wrap) * wrap;
        let lands = near.abs_diff(time.checked_add(shift)?);
        (shift != 0 && lands <= WINDOW.unsigned_abs()).then_some(shift)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(times: &[i64]) -> Vec<i64> {
        let mut unwrap = Unwrap::default();
        times
            .iter()
            .map(|&time| unwrap.next(TrackKind::Video, time))
            .collect()
    }

    #[test]
    fn a_24_bit_wrap_goes_on_for_both_tracks() {
        let mut unwrap = Unwrap::default();
        let top = 1 << 24;
        assert_eq!(unwrap.next(TrackKind::Video, top - 20), top - 20);
        assert_eq!(unwrap.next(TrackKind::Video, 20), top + 20);
        assert_eq!(unwrap.next(TrackKind::Audio, top - 5), top - 5);
        assert_eq!(unwrap.next(TrackKind::Audio, 18), top + 18);
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
}
