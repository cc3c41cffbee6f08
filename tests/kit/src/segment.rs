//! Segments that own their bytes, in the order of presentation or in another.

use std::{fs, path::Path};

use media::{SegmentData, SegmentKind};

/// A segment that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSegment {
    /// The track of the plan.
    pub track: u8,
    /// Init or media segment.
    pub kind: SegmentKind,
    /// Start according to the plan, in milliseconds.
    pub start_ms: u64,
    /// The whole body.
    pub data: Vec<u8>,
}

impl OwnedSegment {
    /// Borrows it in the form that a muxer takes.
    pub fn as_segment(&self) -> SegmentData<'_> {
        SegmentData {
            track: self.track,
            kind: self.kind,
            start_ms: self.start_ms,
            data: &self.data,
        }
    }
}

/// Shuffles the segments, init segments first; the same seed gives the same order. Of two media
/// segments or more, the first never stays in front.
pub fn shuffled(segments: &[OwnedSegment], seed: u64) -> Vec<OwnedSegment> {
    let mut segments = segments.to_vec();
    let is_media = |segment: &OwnedSegment| segment.kind != SegmentKind::Init;
    let first = segments.iter().find(|segment| is_media(segment)).cloned();
    fastrand::Rng::with_seed(seed).shuffle(&mut segments);
    if let (Some(first), Some(front)) = (first, segments.iter().position(is_media))
        && segments[front] == first
    {
        segments[front..].rotate_left(1);
    }
    segments.sort_by_key(is_media);
    segments
}

/// Reads the segments of a track that ffmpeg's DASH muxer wrote as `0.init`, `0.1.segment`, …;
/// `segment_ms` is the length of each.
pub fn dash_track(folder: &Path, track: u8, segment_ms: u64) -> Vec<OwnedSegment> {
    let read = |kind, start_ms, name: String| {
        let data = fs::read(folder.join(name)).ok()?;
        Some(OwnedSegment {
            track,
            kind,
            start_ms,
            data,
        })
    };
    let init = read(SegmentKind::Init, 0, format!("{track}.init"));
    let media = (0..).map_while(|number| {
        let name = format!("{track}.{}.segment", number + 1);
        read(SegmentKind::Media(number), number * segment_ms, name)
    });
    init.into_iter().chain(media).collect()
}
