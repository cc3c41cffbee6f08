//! The FLV muxer: one file with continuous timestamps and a keyframe index, for any codec.

use std::io::{IoSlice, Read, Seek, Write};

use super::{
    meta::{FlvMetadata, KEYFRAME_BYTES, metadata},
    packet::Codec,
    select::{FrameTiming, OutputTag, TagBody, select},
    state::{FlvState, SegmentChange, TRACK_COUNT},
    tag::{AUDIO, FILE_HEADER, PREVIOUS_TAG_SIZE, SCRIPT, TAG_HEADER, VIDEO, tag_header, tag_size},
};
use crate::{
    Content, Error, Fact, FactKind, MovieSpec, Muxer, MuxerConfig, OutputFormat, SegmentData,
    SegmentOrder, Summary, TableFragment, TrackKind, TrackSummary,
    clock::{MILLISECOND, Pauses, Span, milliseconds, ticks},
    cursor::Cursor,
    digest::SampleRecord,
    journal,
    segment_writer::SegmentWriter,
};

/// Bytes of the metadata without its keyframes: numbers and four short texts.
const MIN_RESERVED_BYTES: u64 = 8 * 1024;
/// Enough for about 14000 keyframes; of more, every second one goes into the index.
const MAX_RESERVED_BYTES: u64 = 256 * 1024;
/// Byte position of the metadata tag.
const METADATA_OFFSET: u64 = (FILE_HEADER + PREVIOUS_TAG_SIZE) as u64;
/// Tags this close to the end of a segment may be repeated in the next.
const REPEAT_WINDOW_MS: i64 = 1000;

/// Frames of a track that the segment before had already.
#[derive(Clone, Copy, Debug, Default)]
struct RepeatedFrames {
    samples: u64,
    /// Time of the first one in the movie.
    first_ms: i64,
}

/// Makes one FLV from segments in the order of presentation.
#[derive(Debug)]
pub(crate) struct FlvMuxer<O> {
    movie: MovieSpec,
    output: SegmentWriter<O>,
    /// Size of the metadata tag's body, once it is written.
    reserved_bytes: Option<u32>,
    state: FlvState,
}

impl<O: Read + Write + Seek> FlvMuxer<O> {
    /// Starts a file, or resumes at the end of the journal.
    pub(crate) fn new(config: MuxerConfig<'_>, output: O) -> Result<Self, Error> {
        let output = SegmentWriter::new(output, config.journal.map(journal::output_end));
        let mut state = FlvState::new();
        let mut reserved_bytes = None;
        for fragment in config.journal.unwrap_or_default() {
            state.replay(fragment)?;
            if reserved_bytes.is_none() && fragment.output_bytes() > 0 {
                reserved_bytes = Some(reserved_before(fragment)?);
            }
        }
        Ok(Self {
            movie: config.movie,
            output,
            reserved_bytes,
            state,
        })
    }

    /// Writes file header and metadata before the first media.
    fn ensure_head(&mut self, kept: &[OutputTag<'_>], spans: &[Span]) -> Result<(), Error> {
        if self.reserved_bytes.is_some() {
            return Ok(());
        }
        let keyframes = kept
            .iter()
            .filter(|tag| tag.frame.is_some_and(|frame| frame.keyframe));
        let length = spans
            .iter()
            .map(|span| span.end.saturating_sub(span.first))
            .max();
        let length_ms = (length.unwrap_or(0) / MILLISECOND).max(1).unsigned_abs();
        let planned = u64::from(self.movie.segment_count).saturating_mul(length_ms);
        let segments = self
            .movie
            .duration_ms
            .unwrap_or(planned)
            .div_ceil(length_ms)
            .max(1);
        // Extrapolate from the first segment and add a quarter.
        let index = (keyframes.count() as u64)
            .saturating_mul(segments)
            .saturating_mul(KEYFRAME_BYTES as u64 * 5 / 4);
        let reserved = MIN_RESERVED_BYTES
            .saturating_add(index)
            .min(MAX_RESERVED_BYTES);
        let reserved = u32::try_from(reserved).unwrap_or(u32::MAX);
        self.reserved_bytes = Some(reserved);
        let head = self.head(reserved, &FlvMetadata::default());
        self.output.append(&mut [IoSlice::new(&head)])
    }

    /// Returns file header and metadata tag, the body of the tag `reserved` bytes long.
    fn head(&self, reserved: u32, fields: &FlvMetadata<'_>) -> Vec<u8> {
        let flags =
            u8::from(fields.video_codec.is_some()) | (u8::from(fields.audio_codec.is_some()) << 2);
        let mut head = vec![b'F', b'L', b'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0];
        head.extend_from_slice(&tag_header(SCRIPT, reserved, 0));
        head.extend(metadata(reserved as usize, fields, &self.movie.tags));
        head.extend_from_slice(&tag_size(reserved).to_be_bytes());
        head
    }

    /// Writes the tags and records what they change. Returns which frames of each track are left out
    /// because they are repeated.
    fn write_tags(
        &mut self,
        kept: &[OutputTag<'_>],
        change: &mut SegmentChange,
    ) -> Result<[RepeatedFrames; TRACK_COUNT], Error> {
        let origin_ms = change.origin_ms;
        let mut repeated = [RepeatedFrames::default(); TRACK_COUNT];
        let offsets = self.state.offsets_ms();
        let offsets = offsets.map(|offset| offset.saturating_sub(origin_ms));
        for (now, before) in change.tracks.iter_mut().zip(&self.state.tracks) {
            now.digest = before.digest;
        }
        let mut lasts = self.state.tracks.each_ref().map(|track| track.last_ms);
        let mut latest = lasts.iter().flatten().copied().max().unwrap_or(0);
        let mut headers = Vec::with_capacity(kept.len() * (TAG_HEADER + PREVIOUS_TAG_SIZE));
        let mut bodies = Vec::with_capacity(kept.len());
        let mut frames_written = Vec::with_capacity(kept.len());
        let mut position = self.output.end();
        for tag in kept {
            if let Some(frame) = tag.frame {
                let (Some(last), Some(offset_ms)) =
                    (lasts.get_mut(frame.track), offsets.get(frame.track))
                else {
                    continue;
                };
                let time = frame.dts_ms.saturating_add(*offset_ms);
                if self.is_repeated(frame.track, time, &tag.body) {
                    if let Some(repeated) = repeated.get_mut(frame.track) {
                        repeated.add(time);
                    }
                    continue;
                }
                latest = time.max(last.unwrap_or(0));
                *last = Some(latest);
                let sample = SampleRecord {
                    position,
                    size: u32::try_from(tag.body.len()).unwrap_or(u32::MAX),
                    dts: latest.max(0).unsigned_abs(),
                    composition_offset: frame.composition_offset(),
                    sync: frame.keyframe,
                    sample_entry: 0,
                };
                record_frame(change, &frame, sample, tag.body.first());
                frames_written.push((frame.track, latest, tag.body));
            }
            // A configuration has the time of the last frame of its track, so that the
            // timestamps of the track do not fall.
            let last = match tag.kind {
                VIDEO => lasts.first(),
                AUDIO => lasts.last(),
                _ => None,
            };
            let timestamp = last.copied().flatten().unwrap_or(latest);
            let timestamp = i32::try_from(timestamp)
                .map_err(|_| Error::Unsupported("an FLV of more than 24 days".into()))?;
            let length = u32::try_from(tag.body.len()).unwrap_or(u32::MAX);
            headers.extend_from_slice(&tag_header(tag.kind, length, timestamp));
            headers.extend_from_slice(&tag_size(length).to_be_bytes());
            bodies.push(tag.body);
            position += (TAG_HEADER + PREVIOUS_TAG_SIZE + tag.body.len()) as u64;
        }
        for (index, track) in change.tracks.iter_mut().enumerate() {
            let from = track.last_ms.saturating_sub(REPEAT_WINDOW_MS);
            let recent = frames_written
                .iter()
                .filter(|(of, time, _)| *of == index && *time >= from);
            track.recent = recent
                .map(|(_, time, body)| (*time, body.checksum()))
                .collect();
        }
        self.output.append(&mut slices(&headers, &bodies))?;
        Ok(repeated)
    }

    /// Lets each span start at its first frame that the segment before did not have: repeated
    /// frames tell nothing of the clock.
    fn skip_repeated(&self, kept: &[OutputTag<'_>], spans: &mut [Span]) {
        let Some(origin_ms) = self.state.origin_ms else {
            return;
        };
        for span in spans {
            let track = usize::from(span.key);
            let offset_ms = ticks(self.state.clock.next_offset_of(span.key), 1000);
            let mut frames = kept.iter().filter_map(|tag| {
                Some((tag.body, tag.frame.filter(|frame| frame.track == track)?))
            });
            let new = frames.find(|(body, frame)| {
                let time = frame.dts_ms.saturating_add(offset_ms);
                !self.is_repeated(track, time.saturating_sub(origin_ms), body)
            });
            if let Some((_, frame)) = new {
                span.first = frame.dts_ms.saturating_mul(MILLISECOND);
            }
        }
    }

    /// Returns whether the segment before had this frame; live servers repeat the last frames.
    fn is_repeated(&self, track: usize, time: i64, body: &TagBody<'_>) -> bool {
        let Some(track) = self.state.tracks.get(track) else {
            return false;
        };
        // Two different frames may have the same time, so compare checksums of their bytes.
        let mut recent = track.recent.iter();
        track.recent.last().is_some_and(|&(last, _)| time <= last)
            && recent.any(|&(at, hash)| at == time && hash == body.checksum())
    }

    fn final_metadata(&self) -> FlvMetadata<'_> {
        let [video, audio] = &self.state.tracks;
        FlvMetadata {
            duration_ms: self.state.end_ms(),
            file_size: self.output.end(),
            video_codec: video.first_byte.map(|byte| byte & 0x0f),
            audio_codec: audio.first_byte.map(|byte| byte >> 4),
            size: self.state.size(),
            keyframes: &self.state.keyframes,
        }
    }
}

impl<O: Read + Write + Seek + Send> Muxer for FlvMuxer<O> {
    fn order(&self) -> SegmentOrder {
        OutputFormat::Flv.order()
    }

    fn begin_part(&mut self) {
        self.state.begins_part = true;
    }

    fn push(&mut self, segment: SegmentData<'_>) -> Result<TableFragment, Error> {
        let mut change = SegmentChange::default();
        let (kept, mut facts) = select(&self.state, segment.data, &mut change)?;
        change.spans = spans(&kept)?;
        for span in &mut change.spans {
            let shift = change.end_shifts_ms.get(usize::from(span.key));
            span.inner_shift = shift.map_or(0, |shift| shift.saturating_mul(MILLISECOND));
        }
        let content = content(&kept, &change.spans);
        self.skip_repeated(&kept, &mut change.spans);
        self.state
            .place(segment.kind, segment.start_ms, &change.spans);
        let firsts = change.spans.iter();
        let firsts = firsts.map(|span| {
            let offset = self.state.clock.offset_of(span.key);
            span.first.saturating_add(offset)
        });
        let first = firsts.min().unwrap_or(0);
        // If the first segments are missing, the movie starts with a gap as long as they are.
        let from_ms = self.movie.range.map_or(0, |range| range.from_ms);
        let start = milliseconds(segment.start_ms.saturating_sub(from_ms));
        let origin = ticks(first.saturating_sub(start), 1000);
        change.origin_ms = self.state.origin_ms.unwrap_or(origin);
        if !kept.is_empty() {
            self.ensure_head(&kept, &change.spans)?;
        }
        self.output.begin_segment();
        if !kept.is_empty() {
            let repeated = self.write_tags(&kept, &mut change)?;
            let start_ms = ticks(first, 1000).saturating_sub(change.origin_ms);
            facts.extend(repeated_facts(repeated, &change.spans, start_ms));
        }
        let written = self.output.end_segment();
        let tables = change.write();
        self.state.apply(change, &facts);
        Ok(TableFragment {
            track: segment.track,
            kind: segment.kind,
            start_ms: segment.start_ms,
            output_start: written.start,
            output_end: written.end,
            checksum: written.checksum,
            fingerprint: self.output.fingerprint(segment.data),
            content,
            facts,
            tables,
        })
    }

    fn finish(mut self: Box<Self>, _fragments: Vec<TableFragment>) -> Result<Summary, Error> {
        let has_media = self.state.tracks.iter().any(|track| track.samples > 0);
        let reserved = self
            .reserved_bytes
            .filter(|_| has_media)
            .ok_or(Error::Empty)?;
        self.output.ensure_unchanged()?;
        let metadata = self.final_metadata();
        let size_bytes = metadata.file_size;
        let size = metadata.size;
        let head = self.head(reserved, &metadata);
        self.output.write_at(0, &head)?;
        let kinds = [TrackKind::Video, TrackKind::Audio].into_iter();
        let tracks = kinds.zip(&self.state.tracks).filter_map(|(kind, track)| {
            Some(TrackSummary {
                kind,
                codec: Codec::from_first_byte(kind, track.first_byte?)
                    .name()
                    .into(),
                samples: track.samples,
                duration_ms: track.length_ms(),
                size: size.filter(|_| kind == TrackKind::Video),
                digest: track.digest.value(),
            })
        });
        let tracks = tracks.collect();
        Ok(Summary {
            duration_ms: self.state.end_ms(),
            size_bytes,
            tracks,
            captions: Vec::new(),
            facts: self.state.take_facts(),
        })
    }
}

/// Returns the size of the metadata tag's body before the first segment, from where the segment
/// starts. The file is not read: `finish` rewrites header and metadata anyway.
fn reserved_before(fragment: &TableFragment) -> Result<u32, Error> {
    let overhead = METADATA_OFFSET + (TAG_HEADER + PREVIOUS_TAG_SIZE) as u64;
    let reserved = fragment.output_start.checked_sub(overhead);
    let reserved = reserved.filter(|size| (MIN_RESERVED_BYTES..=MAX_RESERVED_BYTES).contains(size));
    reserved
        .and_then(|size| u32::try_from(size).ok())
        .ok_or_else(|| Cursor::new("journal", &fragment.tables).malformed("the head has no place"))
}

/// Returns what media a segment holds.
fn content(kept: &[OutputTag<'_>], spans: &[Span]) -> Content {
    let samples = kept.iter().filter(|tag| tag.frame.is_some()).count();
    let kinds = [TrackKind::Video, TrackKind::Audio];
    let spans = spans
        .iter()
        .filter_map(|span| Some((*kinds.get(usize::from(span.key))?, span)));
    Content::new(samples as u64, spans, false)
}

/// Returns the time spans of the tracks of a segment.
fn spans(kept: &[OutputTag<'_>]) -> Result<Vec<Span>, Error> {
    let mut spans = Vec::new();
    for (track, key) in (0..TRACK_COUNT).zip(0..) {
        let times = || {
            let frames = kept.iter().filter_map(|tag| tag.frame);
            frames
                .filter(|frame| frame.track == track)
                .map(|frame| frame.dts_ms)
        };
        if let (Some(first), Some(last)) = (times().next(), times().next_back()) {
            let samples = times().count();
            let mut pauses = Pauses::default();
            for (time, next) in times().zip(times().skip(1)) {
                pauses.add(next.saturating_sub(time), 1000);
            }
            let span = Span::new(key, [first, last], samples, 0, 1000)?;
            spans.push(span.without_pauses(samples, pauses, 1000));
        }
    }
    Ok(spans)
}

impl RepeatedFrames {
    fn add(&mut self, time_ms: i64) {
        if self.samples == 0 {
            self.first_ms = time_ms;
        }
        self.samples += 1;
    }
}

/// Returns the facts of the frames of a segment that are repeated; it starts at `start_ms` in the
/// movie.
fn repeated_facts(
    repeated: [RepeatedFrames; TRACK_COUNT],
    spans: &[Span],
    start_ms: i64,
) -> impl Iterator<Item = Fact> {
    let tracks = [TrackKind::Video, TrackKind::Audio].into_iter().zip(0..);
    let tracks = tracks.zip(repeated);
    let tracks = tracks.filter(|(_, repeated)| repeated.samples > 0);
    tracks.map(move |((kind, key), repeated)| {
        let span = spans.iter().find(|span| span.key == key);
        let frame = span.map_or(0, |span| span.frame_duration).max(0);
        let length = frame.unsigned_abs().saturating_mul(repeated.samples);
        Fact {
            kind: FactKind::Repeated,
            track: Some(kind),
            samples: repeated.samples,
            at_ms: (repeated.first_ms.saturating_sub(start_ms))
                .max(0)
                .unsigned_abs(),
            duration_ms: length / MILLISECOND.unsigned_abs(),
        }
    })
}

/// Records a frame that is written to the file.
fn record_frame(
    change: &mut SegmentChange,
    frame: &FrameTiming,
    sample: SampleRecord,
    first_byte: Option<&u8>,
) {
    let Some(track) = change.tracks.get_mut(frame.track) else {
        return;
    };
    let time = i64::try_from(sample.dts).unwrap_or(i64::MAX);
    if track.samples == 0 {
        track.first_ms = time;
        track.first_byte = first_byte.copied().unwrap_or(0);
    }
    track.samples += 1;
    track.last_ms = time;
    track.digest.add(sample);
    let pts = time.saturating_add(i64::from(sample.composition_offset));
    track.max_pts_ms = track.max_pts_ms.max(pts);
    if frame.keyframe {
        change.keyframes.push((sample.dts, sample.position));
    }
}

/// Returns the bytes of the tags: each body between its header and its `PreviousTagSize`.
fn slices<'a>(headers: &'a [u8], bodies: &[TagBody<'a>]) -> Vec<IoSlice<'a>> {
    let mut slices = Vec::with_capacity(bodies.len() * 2 + 1);
    let mut rest = headers;
    let mut length = TAG_HEADER;
    for body in bodies {
        let (before, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        slices.push(IoSlice::new(before));
        if !body.head.is_empty() {
            slices.push(IoSlice::new(body.head));
        }
        slices.push(IoSlice::new(body.rest));
        rest = after;
        length = PREVIOUS_TAG_SIZE + TAG_HEADER;
    }
    slices.push(IoSlice::new(rest));
    slices
}
