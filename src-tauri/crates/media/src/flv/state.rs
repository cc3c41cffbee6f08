//! What the FLV writer carries from piece to piece, and how the journal restores it.

use super::packet::Codec;
use crate::{
    Error, SegmentKind, TableFragment, TrackKind,
    clock::{MILLISECOND, MovieClock, PlannedSpan, SegmentGroup, Span},
    codec::avc::AvcConfig,
    cursor::{Cursor, put_length_prefixed, put_signed, put_varint},
    digest::IndexDigest,
    timestamps,
};

const FORMAT: &str = "journal";
/// Tracks of an FLV: picture, sound.
pub(crate) const TRACK_COUNT: usize = 2;
/// Of more keyframes every second one is forgotten: the metadata has no room for them. Even, so
/// that those that are left are as far from each other as those that follow.
const MAX_KEYFRAMES: usize = 1 << 16;

/// The state of the writer.
#[derive(Debug)]
pub(crate) struct FlvState {
    pub(crate) clock: MovieClock,
    /// Time of the first tag on the clock of the pieces; the film starts at 0.
    pub(crate) origin_ms: Option<i64>,
    pub(crate) tracks: [FlvTrack; TRACK_COUNT],
    /// Milliseconds and place of each keyframe's tag.
    pub(crate) keyframes: Vec<(u64, u64)>,
    seen_keyframes: u64,
    keyframe_step: u64,
}

/// One of the two tracks.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlvTrack {
    /// The body of the sequence header in force.
    pub(crate) config: Vec<u8>,
    /// First byte of its first tag: the codec is in it.
    pub(crate) first_byte: Option<u8>,
    pub(crate) samples: u64,
    pub(crate) first_ms: Option<i64>,
    /// Time of the last tag written.
    pub(crate) last_ms: Option<i64>,
    /// When the frame is shown that is shown last.
    pub(crate) max_pts_ms: i64,
    /// Mean distance of the frames of the last piece; 0 where nothing tells.
    recent_frame_duration_ms: i64,
    /// Times and checksums at the end of the piece before, by which repetitions are known.
    pub(crate) recent: Vec<(i64, u32)>,
    pub(crate) digest: IndexDigest,
}

/// What one piece changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentChange {
    pub(crate) spans: Vec<Span>,
    pub(crate) origin_ms: i64,
    pub(crate) tracks: [TrackChange; TRACK_COUNT],
    pub(crate) keyframes: Vec<(u64, u64)>,
}

/// What one piece changed of a track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrackChange {
    /// The body of the last sequence header in the piece, where it differs.
    pub(crate) config: Option<Vec<u8>>,
    pub(crate) first_byte: u8,
    pub(crate) samples: u64,
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    pub(crate) max_pts_ms: i64,
    pub(crate) recent: Vec<(i64, u32)>,
    /// Of all frames of the track up to here.
    pub(crate) digest: IndexDigest,
}

impl FlvState {
    pub(crate) fn new() -> Self {
        Self {
            clock: MovieClock::new(Some(timestamps::FLV)),
            origin_ms: None,
            tracks: [FlvTrack::default(), FlvTrack::default()],
            keyframes: Vec::new(),
            seen_keyframes: 0,
            keyframe_step: 1,
        }
    }

    /// Follows a piece of an earlier attempt.
    pub(crate) fn replay(&mut self, fragment: &TableFragment) -> Result<(), Error> {
        let change = SegmentChange::read(&fragment.tables)?;
        self.place(fragment.kind, fragment.start_ms, &change.spans);
        self.apply(change);
        Ok(())
    }

    /// Puts a piece on the film's clock.
    pub(crate) fn place(&mut self, part: SegmentKind, start_ms: u64, spans: &[Span]) -> i64 {
        let planned = |span: &Span| PlannedSpan {
            span: *span,
            first_pts: span.first,
            start_ms,
        };
        let spans: Vec<_> = spans.iter().map(planned).collect();
        let spans = &spans;
        self.clock.place(&SegmentGroup { kind: part, spans })
    }

    /// Takes over what a piece changed.
    pub(crate) fn apply(&mut self, change: SegmentChange) {
        if change.tracks.iter().any(|track| track.samples > 0) {
            self.origin_ms.get_or_insert(change.origin_ms);
        }
        for keyframe in change.keyframes {
            self.add_keyframe(keyframe);
        }
        for span in &change.spans {
            let frame_ms = span.frame_duration / MILLISECOND;
            if let Some(track) = self.tracks.get_mut(usize::from(span.key))
                && frame_ms > 0
            {
                track.recent_frame_duration_ms = frame_ms;
            }
        }
        for (track, change) in self.tracks.iter_mut().zip(change.tracks) {
            if let Some(config) = change.config {
                track.config = config;
            }
            if change.samples == 0 {
                continue;
            }
            track.samples += change.samples;
            track.first_byte.get_or_insert(change.first_byte);
            track.first_ms.get_or_insert(change.first_ms);
            track.last_ms = Some(change.last_ms);
            track.max_pts_ms = track.max_pts_ms.max(change.max_pts_ms);
            track.recent = change.recent;
            track.digest = change.digest;
        }
    }

    /// What each track is coded with, where it has begun.
    pub(crate) fn codecs(&self) -> [Option<Codec>; TRACK_COUNT] {
        let [video, audio] = &self.tracks;
        [(TrackKind::Video, video), (TrackKind::Audio, audio)].map(|(kind, track)| {
            let byte = track.config.first().copied().or(track.first_byte);
            byte.map(|byte| Codec::from_first_byte(kind, byte))
        })
    }

    /// Where the last frame ends.
    pub(crate) fn end_ms(&self) -> u64 {
        let ends = self.tracks.iter().map(|track| {
            let end = track.max_pts_ms.saturating_add(track.frame_duration_ms());
            end.max(0).unsigned_abs()
        });
        ends.max().unwrap_or(0)
    }

    /// Keeps a keyframe for the index, or, of very many, every second, fourth, … of them.
    fn add_keyframe(&mut self, keyframe: (u64, u64)) {
        if self.seen_keyframes.is_multiple_of(self.keyframe_step) {
            if self.keyframes.len() == MAX_KEYFRAMES {
                let mut number = 0;
                self.keyframes.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.keyframe_step *= 2;
            }
            self.keyframes.push(keyframe);
        }
        self.seen_keyframes += 1;
    }

    /// Picture size, from an AVC sequence header.
    pub(crate) fn size(&self) -> Option<(u32, u32)> {
        let [video, _] = &self.tracks;
        let record = video.config.get(5..)?;
        AvcConfig::read(Cursor::new("avcC", record)).ok()?.size
    }
}

impl FlvTrack {
    /// Mean distance of its frames: how long the last one is, which nothing tells. Gaps make that
    /// of all frames too long.
    fn frame_duration_ms(&self) -> i64 {
        let steps = i64::try_from(self.samples.saturating_sub(1)).unwrap_or(i64::MAX);
        let (first, last) = (self.first_ms.unwrap_or(0), self.last_ms.unwrap_or(0));
        let mean = last.saturating_sub(first).checked_div(steps).unwrap_or(0);
        match self.recent_frame_duration_ms {
            0 => mean,
            recent => mean.min(recent),
        }
    }

    /// From its first frame to the end of its last, as they are decoded.
    pub(crate) fn length_ms(&self) -> u64 {
        let (first, last) = (self.first_ms.unwrap_or(0), self.last_ms.unwrap_or(0));
        let length = last
            .saturating_sub(first)
            .saturating_add(self.frame_duration_ms());
        length.max(0).unsigned_abs()
    }
}

/// The place of a track in arrays of tracks.
pub(crate) fn track_index(kind: TrackKind) -> usize {
    usize::from(kind == TrackKind::Audio)
}

impl SegmentChange {
    /// The tables of the fragment.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, self.spans.len() as u64);
        for span in &self.spans {
            span.write(&mut out);
        }
        put_signed(&mut out, self.origin_ms);
        for track in &self.tracks {
            track.write(&mut out);
        }
        put_varint(&mut out, self.keyframes.len() as u64);
        for (time, position) in &self.keyframes {
            put_varint(&mut out, *time);
            put_varint(&mut out, *position);
        }
        out
    }

    fn read(tables: &[u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(FORMAT, tables);
        let mut change = Self::default();
        for _ in 0..cursor.varint()?.min(TRACK_COUNT as u64) {
            change.spans.push(Span::read(&mut cursor)?);
        }
        change.origin_ms = cursor.signed()?;
        for track in &mut change.tracks {
            *track = TrackChange::read(&mut cursor)?;
        }
        for _ in 0..cursor.varint()? {
            change.keyframes.push((cursor.varint()?, cursor.varint()?));
        }
        Ok(change)
    }
}

impl TrackChange {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.config.is_some()));
        put_length_prefixed(out, self.config.as_deref().unwrap_or_default());
        out.push(self.first_byte);
        put_varint(out, self.samples);
        put_signed(out, self.first_ms);
        put_signed(out, self.last_ms);
        put_signed(out, self.max_pts_ms);
        put_varint(out, self.digest.value());
        put_varint(out, self.recent.len() as u64);
        for (time, hash) in &self.recent {
            put_signed(out, *time);
            put_varint(out, u64::from(*hash));
        }
    }

    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let has_config = cursor.u8()? != 0;
        let config = cursor.length_prefixed()?.to_vec();
        let mut change = Self {
            config: Some(config).filter(|_| has_config),
            first_byte: cursor.u8()?,
            samples: cursor.varint()?,
            first_ms: cursor.signed()?,
            last_ms: cursor.signed()?,
            max_pts_ms: cursor.signed()?,
            digest: IndexDigest::from_value(cursor.varint()?),
            recent: Vec::new(),
        };
        for _ in 0..cursor.varint()? {
            let time = cursor.signed()?;
            let hash = cursor.varint()?;
            let hash =
                u32::try_from(hash).map_err(|_| cursor.malformed("a checksum over 32 bits"))?;
            change.recent.push((time, hash));
        }
        Ok(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_keyframes_some_are_kept_at_even_distances() {
        let mut state = FlvState::new();
        for number in 0..5 * MAX_KEYFRAMES as u64 {
            state.add_keyframe((number, number));
        }
        let kept = state.keyframes.len();
        assert!((MAX_KEYFRAMES / 2..=MAX_KEYFRAMES).contains(&kept));
        let mut expected = (0..).step_by(8).map(|number| (number, number));
        assert!(
            state
                .keyframes
                .iter()
                .all(|kept| Some(*kept) == expected.next())
        );
    }

    #[test]
    fn a_change_comes_back_as_it_was_written() {
        let span = Span {
            key: 0x80,
            first: -5,
            end: 2000,
            frame_duration: 21,
        };
        let track = TrackChange {
            config: Some(vec![0x17, 0, 0, 0, 0, 1]),
            first_byte: 0x17,
            samples: 50,
            first_ms: 0,
            last_ms: 1960,
            max_pts_ms: 2040,
            recent: vec![(1920, 800), (1960, 1200)],
            digest: IndexDigest::default(),
        };
        let change = SegmentChange {
            spans: vec![span],
            origin_ms: -40,
            tracks: [track, TrackChange::default()],
            keyframes: vec![(0, 8205), (1000, 90_000)],
        };
        let bytes = change.write();
        assert_eq!(SegmentChange::read(&bytes).expect("whole"), change);
        for length in 0..bytes.len() {
            assert!(
                SegmentChange::read(&bytes[..length]).is_err(),
                "cut to {length}"
            );
        }
    }
}
