//! The state of the FLV muxer between segments, and how the journal restores it.

use super::packet::Codec;
use crate::{
    Error, Fact, SegmentKind, TableFragment, TrackKind,
    clock::{BorderMoves, MILLISECOND, MovieClock, PlannedSpan, SegmentGroup, Span, ticks},
    codec::avc::AvcConfig,
    cursor::{Cursor, put_length_prefixed, put_signed, put_varint},
    digest::IndexDigest,
    fact::FactList,
    timestamps,
};

const FORMAT: &str = "journal";
/// The tracks of an FLV: video, audio.
pub(crate) const TRACK_COUNT: usize = 2;
/// Beyond this number every second keyframe is dropped; the metadata cannot hold more. It is even,
/// so that the distances stay equal when later keyframes follow.
const MAX_KEYFRAMES: usize = 1 << 16;

/// The state of the muxer.
#[derive(Debug)]
pub(crate) struct FlvState {
    pub(crate) clock: MovieClock,
    /// Time on the clock of the segments that is 0 in the movie.
    pub(crate) origin_ms: Option<i64>,
    pub(crate) tracks: [FlvTrack; TRACK_COUNT],
    /// Time in milliseconds and byte position of the tag of each keyframe.
    pub(crate) keyframes: Vec<(u64, u64)>,
    seen_keyframes: u64,
    /// Every n-th keyframe is kept.
    keyframe_step: u64,
    /// The next segment is the first of another file.
    pub(crate) begins_part: bool,
    moves: BorderMoves,
    /// What was lost, left out or changed so far, in movie time.
    facts: FactList,
}

/// One of the two tracks.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlvTrack {
    /// Tag body of the last sequence header.
    pub(crate) config: Vec<u8>,
    /// First byte of its first tag body; it names the codec.
    pub(crate) first_byte: Option<u8>,
    pub(crate) samples: u64,
    pub(crate) first_ms: Option<i64>,
    /// Time of the last tag written.
    pub(crate) last_ms: Option<i64>,
    /// Largest presentation time of a frame.
    pub(crate) max_pts_ms: i64,
    /// Mean frame duration in the last segment; 0 if unknown.
    recent_frame_duration_ms: i64,
    /// Decode time and CRC-32 of the frames at the end of the last segment, to find repeated ones.
    pub(crate) recent: Vec<(i64, u32)>,
    pub(crate) digest: IndexDigest,
}

/// What one segment changed; the journal saves it as the tables of a fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentChange {
    pub(crate) spans: Vec<Span>,
    pub(crate) origin_ms: i64,
    pub(crate) tracks: [TrackChange; TRACK_COUNT],
    pub(crate) keyframes: Vec<(u64, u64)>,
    /// What is added to the timestamps of each track at the end; the spans keep it.
    pub(crate) end_shifts_ms: [i64; TRACK_COUNT],
}

/// What one segment changed of a track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrackChange {
    /// Tag body of the last sequence header in the segment, if it differs from the one before.
    pub(crate) config: Option<Vec<u8>>,
    pub(crate) first_byte: u8,
    pub(crate) samples: u64,
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    pub(crate) max_pts_ms: i64,
    pub(crate) recent: Vec<(i64, u32)>,
    /// Digest of all frames of the track up to the end of this segment.
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
            begins_part: false,
            moves: BorderMoves::default(),
            facts: FactList::default(),
        }
    }

    /// Applies the fragment of a segment that an earlier attempt has written.
    pub(crate) fn replay(&mut self, fragment: &TableFragment) -> Result<(), Error> {
        let change = SegmentChange::read(&fragment.tables)?;
        self.place(fragment.kind, fragment.start_ms, &change.spans);
        self.apply(change, &fragment.facts);
        Ok(())
    }

    /// Places a segment on the clock of the movie.
    pub(crate) fn place(&mut self, kind: SegmentKind, start_ms: u64, spans: &[Span]) {
        let planned = |span: &Span| PlannedSpan {
            span: *span,
            first_pts: span.first,
            start_ms,
        };
        let spans: Vec<_> = spans.iter().map(planned).collect();
        let spans = &spans;
        self.clock.place(&SegmentGroup { kind, spans });
    }

    /// Returns what to add to the times of each track in the segment placed last, in milliseconds
    /// of the source's clock.
    pub(crate) fn offsets_ms(&self) -> [i64; TRACK_COUNT] {
        [0, 1].map(|key| ticks(self.clock.offset_of(key), 1000))
    }

    /// Takes over what the segment changed that was placed last; the times of its facts count from
    /// its earliest frame.
    pub(crate) fn apply(&mut self, change: SegmentChange, facts: &[Fact]) {
        let firsts = change.spans.iter().map(|span| {
            let offset = self.clock.offset_of(span.key);
            span.first.saturating_add(offset)
        });
        let start_ms = firsts.min().map_or_else(
            || self.tracks.iter().filter_map(|track| track.last_ms).max(),
            |first| {
                let origin_ms = self.origin_ms.unwrap_or(change.origin_ms);
                let start = ticks(first, 1000);
                Some(start.saturating_sub(origin_ms))
            },
        );
        let start_ms = start_ms.unwrap_or(0).max(0).unsigned_abs();
        self.add_moves(&change, facts);
        self.facts.add_segment(facts, start_ms);
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

    /// Adds that clocks were moved where a segment with these facts starts.
    fn add_moves(&mut self, change: &SegmentChange, facts: &[Fact]) {
        let begins_part = std::mem::take(&mut self.begins_part);
        let origin_ms = self.origin_ms.unwrap_or(change.origin_ms);
        let moves = if begins_part { &[] } else { self.clock.moves() };
        for moved in self.moves.news(moves) {
            let span = change.spans.iter().find(|span| span.key == moved.key);
            let kinds = [TrackKind::Video, TrackKind::Audio];
            if let (Some(span), Some(kind)) = (span, kinds.get(usize::from(moved.key))) {
                let first = span.first.saturating_add(self.clock.offset_of(span.key));
                let at_ms = ticks(first, 1000).saturating_sub(origin_ms);
                self.moves.add(Fact {
                    at_ms: at_ms.max(0).unsigned_abs(),
                    ..moved.fact(*kind)
                });
            }
        }
        if !change.spans.is_empty() {
            self.moves.end_segment(facts.iter());
        }
    }

    /// Returns the codec of each track, `None` before its first tag.
    pub(crate) fn codecs(&self) -> [Option<Codec>; TRACK_COUNT] {
        let [video, audio] = &self.tracks;
        [(TrackKind::Video, video), (TrackKind::Audio, audio)].map(|(kind, track)| {
            let byte = track.config.first().copied().or(track.first_byte);
            byte.map(|byte| Codec::from_first_byte(kind, byte))
        })
    }

    /// Returns what was lost, left out or changed; the list is empty afterwards.
    pub(crate) fn take_facts(&mut self) -> Vec<Fact> {
        let mut facts = std::mem::take(&mut self.facts);
        for fact in std::mem::take(&mut self.moves).into_facts() {
            facts.add(fact);
        }
        facts.into_vec()
    }

    /// Returns the end of the last frame, the duration of the movie.
    pub(crate) fn end_ms(&self) -> u64 {
        let ends = self.tracks.iter().map(|track| {
            let end = track.max_pts_ms.saturating_add(track.frame_duration_ms());
            end.max(0).unsigned_abs()
        });
        ends.max().unwrap_or(0)
    }

    /// Adds a keyframe to the index; of very many, only every second, fourth, … one.
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

    /// Returns width and height in pixels from the AVC sequence header.
    pub(crate) fn size(&self) -> Option<(u32, u32)> {
        let [video, _] = &self.tracks;
        let record = video.config.get(5..)?;
        AvcConfig::read(Cursor::new("avcC", record)).ok()?.size
    }
}

impl FlvTrack {
    /// Returns the mean frame duration, to be used for the last frame, whose duration FLV does not
    /// store. Takes that of the last segment if it is shorter: gaps lengthen the mean of all.
    fn frame_duration_ms(&self) -> i64 {
        let steps = i64::try_from(self.samples.saturating_sub(1)).unwrap_or(i64::MAX);
        let (first, last) = (self.first_ms.unwrap_or(0), self.last_ms.unwrap_or(0));
        let mean = last.saturating_sub(first).checked_div(steps).unwrap_or(0);
        match self.recent_frame_duration_ms {
            0 => mean,
            recent => mean.min(recent),
        }
    }

    /// Returns the decode time from its first frame to the end of its last.
    pub(crate) fn length_ms(&self) -> u64 {
        let (first, last) = (self.first_ms.unwrap_or(0), self.last_ms.unwrap_or(0));
        let length = last
            .saturating_sub(first)
            .saturating_add(self.frame_duration_ms());
        length.max(0).unsigned_abs()
    }
}

/// Returns the index of a track in arrays of tracks.
pub(crate) fn track_index(kind: TrackKind) -> usize {
    usize::from(kind == TrackKind::Audio)
}

impl SegmentChange {
    /// Returns the tables of the fragment.
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
            config: has_config.then_some(config),
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
    fn too_many_keyframes_are_thinned_to_equal_distances() {
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
    fn a_change_is_read_as_it_was_written() {
        let span = Span {
            key: 0x80,
            first: -5,
            end: 2000,
            frame_duration: 21,
            inner_shift: -3,
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
            end_shifts_ms: [0; TRACK_COUNT],
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
