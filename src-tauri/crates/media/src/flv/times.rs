//! When the frames of a piece are decoded, by timestamps of which some may be wrong.

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

/// A frame farther from the one before and from the one behind, in milliseconds, stands alone:
/// farther falls would be taken for restarts.
const STRAY_DISTANCE_MS: u64 = 1000;

/// The clock of a piece.
#[derive(Debug)]
pub(crate) struct FlvTimestamps {
    unwrap: TimestampUnwrapper,
    /// Places of tags whose timestamps stand alone, and those that they should have, the first
    /// one last.
    stray: Vec<(u64, i64)>,
}

impl FlvTimestamps {
    pub(crate) fn new(piece: &[u8]) -> Result<Self, Error> {
        let mut stray = find_stray_timestamps(piece)?;
        stray.sort_unstable_by(|one, other| other.cmp(one));
        Ok(Self {
            unwrap: TimestampUnwrapper::new(timestamps::FLV),
            stray,
        })
    }

    /// The time of the next frame, in milliseconds; it does not jump back.
    pub(crate) fn next(&mut self, kind: TrackKind, tag: &FlvTag<'_>) -> i64 {
        while self
            .stray
            .pop_if(|(place, _)| *place < tag.offset)
            .is_some()
        {}
        let mended = self.stray.pop_if(|(place, _)| *place == tag.offset);
        let timestamp = mended.map_or(i64::from(tag.timestamp), |(_, time)| time);
        self.unwrap.next(kind, timestamp)
    }
}

/// A clock that starts again goes on from there. Where the next frame of the track is back, only
/// the one between is wrong, and belongs in the middle.
fn find_stray_timestamps(piece: &[u8]) -> Result<Vec<(u64, i64)>, Error> {
    let mut stray = Vec::new();
    // The last two frames of each track.
    let mut lasts: [[Option<(u64, i64)>; 2]; TRACK_COUNT] = [[None; 2]; TRACK_COUNT];
    for tag in FlvTags::new(piece)? {
        // What cannot be read is told by those who read it for its frames.
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
        if let (Some((_, before)), Some((place, alone))) = (*before, &mut *last)
            && before.abs_diff(*alone) > STRAY_DISTANCE_MS
            && time.abs_diff(*alone) > STRAY_DISTANCE_MS
            && before.abs_diff(time) <= STRAY_DISTANCE_MS
        {
            *alone = i64::midpoint(before, time);
            stray.push((*place, *alone));
        }
        *before = last.replace((tag.offset, time));
    }
    Ok(stray)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flv::tag::{AUDIO, VIDEO, tag_header};

    /// Bare tags of H.263 pictures and of MP3.
    fn times(tags: &[(u8, i32)]) -> Vec<i64> {
        let mut piece = Vec::new();
        for (kind, timestamp) in tags {
            piece.extend(tag_header(*kind, 2, *timestamp));
            piece.extend([0x22, 0, 0, 0, 0, 13]);
        }
        let mut times = FlvTimestamps::new(&piece).expect("tags");
        FlvTags::new(&piece)
            .expect("tags")
            .map(|tag| {
                let tag = tag.expect("whole");
                let picture = tag.kind == VIDEO;
                let kind = if picture {
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
    fn a_timestamp_that_stands_alone_is_put_between_its_neighbours() {
        assert_eq!(video_times([9000, 9040, 0, 9120, 9160])[2], 9080);
        assert_eq!(video_times([0, 40, 3_600_000, 120]), [0, 40, 80, 120]);
        assert_eq!(video_times([0, 40, i32::MIN, 120]), [0, 40, 80, 120]);
    }

    #[test]
    fn each_track_has_neighbours_of_its_own() {
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
    fn restarts_gaps_and_slow_pictures_stay_as_they_are() {
        assert_eq!(video_times([9000, 9040, 0, 40]), [9000, 9040, 9080, 9120]);
        assert_eq!(video_times([0, 40, 60_000, 60_040])[3], 60_040);
        assert_eq!(video_times([0, 20_000, 40_000, 60_000])[1], 20_000);
        assert_eq!(video_times([0, 40, 60_000])[2], 60_000);
    }
}
