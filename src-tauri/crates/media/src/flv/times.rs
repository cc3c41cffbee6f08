//! Decode times of the frames of a segment, with single wrong timestamps repaired.

use super::{
    demux::packet_of,
    packet::PacketRole,
    state::{TRACK_COUNT, track_index},
    tag::{FlvTag, FlvTags},
};
use crate::{
    Error, TrackKind,
    timestamps::{self, TimestampUnwrapper},
};

/// A timestamp farther than this from both the one before and the one after is stray. The
/// unwrapper would take a larger fall for a restart of the clock.
const MIN_STRAY_DISTANCE_MS: u64 = 1000;

/// Returns the decode times of a segment, frame by frame.
#[derive(Debug)]
pub(crate) struct FlvTimestamps {
    unwrap: TimestampUnwrapper,
    /// Byte positions of the tags with stray timestamps, and their repaired timestamps, in
    /// descending order.
    stray: Vec<(u64, i64)>,
}

impl FlvTimestamps {
    pub(crate) fn new(segment: &[u8]) -> Result<Self, Error> {
        let mut stray = find_stray_timestamps(segment)?;
        stray.sort_unstable_by(|one, other| other.cmp(one));
        Ok(Self {
            unwrap: TimestampUnwrapper::new(timestamps::FLV),
            stray,
        })
    }

    /// Returns the decode time of the next frame in milliseconds; it does not jump back.
    pub(crate) fn next(&mut self, kind: TrackKind, tag: &FlvTag<'_>) -> i64 {
        while self
            .stray
            .pop_if(|(position, _)| *position < tag.offset)
            .is_some()
        {}
        let repaired = self.stray.pop_if(|(position, _)| *position == tag.offset);
        let timestamp = repaired.map_or(i64::from(tag.timestamp), |(_, time)| time);
        self.unwrap.next(kind, timestamp)
    }
}

/// Finds timestamps far from both neighbours of their track while the neighbours are close to each
/// other; the repaired timestamp is the middle. (After a restart of the clock, the next one would
/// be far from the one before too.)
fn find_stray_timestamps(segment: &[u8]) -> Result<Vec<(u64, i64)>, Error> {
    let mut stray = Vec::new();
    // The last two frames of each track.
    let mut lasts: [[Option<(u64, i64)>; 2]; TRACK_COUNT] = [[None; 2]; TRACK_COUNT];
    for tag in FlvTags::new(segment)? {
        // The reader of the frames reports tags that cannot be read.
        let Ok(tag) = tag else { break };
        let Ok(Some(packet)) = packet_of(&tag) else {
            continue;
        };
        let (PacketRole::Frame { .. }, Some([before, last])) =
            (packet.role, lasts.get_mut(track_index(packet.kind)))
        else {
            continue;
        };
        let time = i64::from(tag.timestamp);
        if let (Some((_, before)), Some((position, suspect))) = (*before, &mut *last)
            && before.abs_diff(*suspect) > MIN_STRAY_DISTANCE_MS
            && time.abs_diff(*suspect) > MIN_STRAY_DISTANCE_MS
            && before.abs_diff(time) <= MIN_STRAY_DISTANCE_MS
        {
            *suspect = i64::midpoint(before, time);
            stray.push((*position, *suspect));
        }
        *before = last.replace((tag.offset, time));
    }
    Ok(stray)
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
                let kind = if tag.kind == VIDEO {
                    TrackKind::Video
                } else {
                    TrackKind::Audio
                };
                times.next(kind, &tag)
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
}
