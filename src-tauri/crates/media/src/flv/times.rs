//! Decode times of the frames of a segment, with wrong timestamps repaired.
//!
//! Recorders write what their source sends: clocks that wrap, restart, fall or jump, of both tracks
//! or of one. All timestamps of a segment are read first, since only those behind tell which of
//! these has happened.

use super::{
    demux::packet_of,
    disorder,
    packet::PacketRole,
    restarts,
    state::{TRACK_COUNT, track_index},
    tag::{FlvTag, FlvTags},
};
use crate::{Error, Fact, timestamps};

/// A timestamp farther than this from both the one before and the one after is stray. A larger
/// fall alone is taken for a restart of the clock.
const MIN_STRAY_DISTANCE_MS: u64 = 1000;

/// The decode times of a segment, frame by frame.
#[derive(Debug)]
pub(crate) struct FlvTimestamps {
    /// The frames that are not returned yet.
    frames: std::vec::IntoIter<FrameTime>,
    /// What was changed, with times from the earliest frame.
    facts: Vec<Fact>,
    earliest_ms: i64,
    end_shifts_ms: [i64; TRACK_COUNT],
}

/// The time of one frame, in the order of the segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameTime {
    /// Byte position of its tag.
    pub(super) position: u64,
    /// Index of its track.
    pub(super) track: usize,
    /// Whether its presentation time differs from its decode time.
    pub(super) is_reordered: bool,
    /// In milliseconds.
    pub(super) time: i64,
}

impl FlvTimestamps {
    pub(crate) fn new(segment: &[u8]) -> Result<Self, Error> {
        let mut frames = frame_times(segment)?;
        repair_stray(&mut frames);
        unwrap(&mut frames);
        let (mut changes, end_shifts_ms) = restarts::close(&mut frames);
        for track in 0..TRACK_COUNT {
            disorder::spread(&mut frames, track);
        }
        let earliest = frames.iter().map(|frame| frame.time).min().unwrap_or(0);
        for change in &mut changes {
            change.at_ms = change.at_ms.saturating_sub(earliest);
        }
        Ok(Self {
            frames: frames.into_iter(),
            facts: restarts::facts(&changes),
            earliest_ms: earliest,
            end_shifts_ms,
        })
    }

    /// Returns the decode time of the frame in a tag in milliseconds. Frames may be left out.
    pub(crate) fn next(&mut self, tag: &FlvTag<'_>) -> i64 {
        let time = |frame: FrameTime| frame.time;
        let found = self.frames.find(|frame| frame.position >= tag.offset);
        found.map_or_else(|| i64::from(tag.timestamp), time)
    }

    /// Returns the time of the earliest frame.
    pub(crate) fn earliest_ms(&self) -> i64 {
        self.earliest_ms
    }

    /// Returns what is added to the timestamps of each track at the end of the segment, in
    /// milliseconds: the next segment goes on with its clock.
    pub(crate) fn end_shifts_ms(&self) -> [i64; TRACK_COUNT] {
        self.end_shifts_ms
    }

    /// Returns what was changed, with times from the earliest frame of the segment.
    pub(crate) fn facts(&self) -> &[Fact] {
        &self.facts
    }
}

/// Reads the timestamps of all frames.
fn frame_times(segment: &[u8]) -> Result<Vec<FrameTime>, Error> {
    let mut frames = Vec::new();
    for tag in FlvTags::new(segment)? {
        // The reader of the frames reports tags that cannot be read.
        let Ok(tag) = tag else { break };
        let Ok(Some(packet)) = packet_of(&tag) else {
            continue;
        };
        if let PacketRole::Frame {
            composition_offset, ..
        } = packet.role
        {
            frames.push(FrameTime {
                position: tag.offset,
                track: track_index(packet.kind),
                is_reordered: composition_offset != 0,
                time: i64::from(tag.timestamp),
            });
        }
    }
    Ok(frames)
}

/// Repairs timestamps far from both neighbours of their track while the neighbours are close to
/// each other: the repaired timestamp is the middle. (After a restart of the clock, the next one
/// would be far from the one before too.)
fn repair_stray(frames: &mut [FrameTime]) {
    // The last two frames of each track.
    let mut lasts: [[Option<usize>; 2]; TRACK_COUNT] = [[None; 2]; TRACK_COUNT];
    for index in 0..frames.len() {
        let Some(&FrameTime { track, time, .. }) = frames.get(index) else {
            return;
        };
        let Some([before, last]) = lasts.get_mut(track) else {
            continue;
        };
        let time_of = |at: Option<usize>| at.and_then(|at| frames.get(at)).map(|at| at.time);
        if let (Some(first), Some(suspect)) = (time_of(*before), time_of(*last))
            && first.abs_diff(suspect) > MIN_STRAY_DISTANCE_MS
            && time.abs_diff(suspect) > MIN_STRAY_DISTANCE_MS
            && first.abs_diff(time) <= MIN_STRAY_DISTANCE_MS
            && let Some(stray) = last.and_then(|at| frames.get_mut(at))
        {
            stray.time = i64::midpoint(first, time);
        }
        *before = last.replace(index);
    }
}

/// Continues timestamps that have wrapped.
fn unwrap(frames: &mut [FrameTime]) {
    let mut lasts: [Option<i64>; TRACK_COUNT] = [None; TRACK_COUNT];
    let mut newest = None;
    for frame in frames {
        let wrap = |near: Option<i64>| timestamps::FLV.wrap_towards(frame.time, near?);
        let own = lasts.get(frame.track).copied().flatten();
        // A track that was missing for a while is compared with the other one.
        let shift = wrap(own).or_else(|| {
            let is_near = own.is_some_and(|own| {
                own.abs_diff(frame.time) <= (timestamps::WRAP_WINDOW_S * 1000).unsigned_abs()
            });
            if is_near { None } else { wrap(newest) }
        });
        frame.time = frame.time.saturating_add(shift.unwrap_or(0));
        newest = Some(frame.time);
        if let Some(last) = lasts.get_mut(frame.track) {
            *last = newest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flv::tag::{AUDIO, VIDEO, tag_header};

    /// Returns the times of tags of H.263 and MP3 frames.
    fn times(tags: &[(u8, i32)]) -> Vec<i64> {
        let mut segment = Vec::new();
        for (kind, timestamp) in tags {
            segment.extend(tag_header(*kind, 2, *timestamp));
            segment.extend([0x22, 0, 0, 0, 0, 13]);
        }
        let mut times = FlvTimestamps::new(&segment).expect("tags");
        FlvTags::new(&segment)
            .expect("tags")
            .map(|tag| {
                let tag = tag.expect("whole");
                times.next(&tag)
            })
            .collect()
    }

    fn video_times<const N: usize>(timestamps: [i32; N]) -> Vec<i64> {
        times(&timestamps.map(|timestamp| (VIDEO, timestamp)))
    }

    #[test]
    fn a_stray_timestamp_is_moved_between_its_neighbours() {
        assert_eq!(video_times([9000, 9040, 0, 9120, 9160])[2], 9080);
        assert_eq!(video_times([0, 40, 3_600_000, 120]), [0, 40, 80, 120]);
        assert_eq!(video_times([0, 40, i32::MIN, 120]), [0, 40, 80, 120]);
    }

    #[test]
    fn each_track_has_its_own_neighbours() {
        let tags = [
            (VIDEO, 9000),
            (AUDIO, 9010),
            (VIDEO, 70),
            (AUDIO, 90_000),
            (AUDIO, 9050),
            (VIDEO, 9080),
        ];
        assert_eq!(times(&tags), [9000, 9010, 9040, 9030, 9050, 9080]);
    }

    #[test]
    fn restarts_gaps_and_low_frame_rates_stay_as_they_are() {
        assert_eq!(video_times([9000, 9040, 0, 40]), [9000, 9040, 9080, 9120]);
        assert_eq!(video_times([0, 40, 60_000, 60_040])[3], 60_040);
        assert_eq!(video_times([0, 20_000, 40_000, 60_000])[1], 20_000);
        assert_eq!(video_times([0, 40, 60_000])[2], 60_000);
    }

    #[test]
    fn a_wrap_of_either_number_of_bits_is_unwrapped_for_both_tracks() {
        let top = 1 << 24;
        let tags = [
            (VIDEO, top - 20),
            (VIDEO, 20),
            (AUDIO, top - 5),
            (AUDIO, 18),
        ];
        let times = times(&tags).into_iter();
        let expected = [top - 20, top + 20, top - 5, top + 18];
        assert!(times.eq(expected.map(i64::from)));
        let top = i64::from(i32::MAX);
        let times = video_times([i32::MAX - 9, i32::MIN + 30]);
        assert_eq!(times, [top - 9, top + 31]);
    }
}
