//! The FLV muxer: one file with one clock and a keyframe index, of any codec.

use std::io::{IoSlice, Read, Seek, Write};

use super::{
    demux::packet_of,
    meta::{FlvMetadata, KEYFRAME_BYTES, metadata},
    packet::{Codec, FlvPacket, PacketRole},
    state::{FlvState, SegmentChange, TRACK_COUNT, track_index},
    tag::{
        AUDIO, FILE_HEADER, FlvTags, PREVIOUS_TAG_SIZE, SCRIPT, TAG_HEADER, VIDEO, tag_header,
        tag_size,
    },
    times::FlvTimestamps,
};
use crate::{
    Content, Error, MovieSpec, Muxer, MuxerConfig, OutputFormat, SegmentData, SegmentFingerprint,
    SegmentOrder, Summary, TableFragment, TrackKind, TrackSummary,
    clock::{MILLISECOND, Span, milliseconds, ticks},
    cursor::Cursor,
    digest::SampleRecord,
    journal,
    segment_writer::SegmentWriter,
};

/// Room for the metadata without its keyframes: numbers and four short texts.
const MIN_RESERVED: u64 = 8 * 1024;
/// Room for some 14000 keyframes; of more, every second one goes into the index.
const MAX_RESERVED: u64 = 256 * 1024;
/// Where the metadata tag starts.
const METADATA_OFFSET: u64 = (FILE_HEADER + PREVIOUS_TAG_SIZE) as u64;
/// How the body of a metadata tag begins: an AMF string.
const METADATA_NAME: &[u8] = b"\x02\x00\x0aonMetaData";
/// Tags this close to the end of a piece may come again in the next.
const REPEAT_WINDOW_MS: i64 = 1000;

/// Makes one FLV of pieces in the order of presentation.
#[derive(Debug)]
pub(crate) struct FlvMuxer<O> {
    movie: MovieSpec,
    output: SegmentWriter<O>,
    /// Length of the metadata's body, once it is written.
    reserved_bytes: Option<u32>,
    state: FlvState,
}

/// A tag that goes into the file.
#[derive(Clone, Copy, Debug)]
struct OutputTag<'a> {
    kind: u8,
    body: &'a [u8],
    frame: Option<FrameTiming>,
}

/// A frame on the clock of its piece.
#[derive(Clone, Copy, Debug)]
struct FrameTiming {
    track: usize,
    dts_ms: i64,
    /// When it is shown.
    pts_ms: i64,
    keyframe: bool,
}

impl FrameTiming {
    fn composition_offset(&self) -> i32 {
        i32::try_from(self.pts_ms.saturating_sub(self.dts_ms)).unwrap_or(0)
    }
}

/// What becomes of a media tag.
#[derive(Clone, Copy, Debug)]
enum TagDecision {
    Dropped,
    Config,
    Frame {
        keyframe: bool,
        composition_offset: i32,
    },
}

impl<O: Read + Write + Seek> FlvMuxer<O> {
    /// Starts, or goes on where the journal ends.
    pub(crate) fn new(making: MuxerConfig<'_>, output: O) -> Result<Self, Error> {
        let output = SegmentWriter::new(output, journal::output_end(making.journal));
        let mut state = FlvState::new();
        let mut room = None;
        for fragment in making.journal {
            state.replay(fragment)?;
            if room.is_none() && fragment.output_bytes() > 0 {
                room = Some(reserved_before(fragment)?);
            }
        }
        Ok(Self {
            movie: making.movie,
            output,
            reserved_bytes: room,
            state,
        })
    }

    /// Writes the head when the first media is at hand.
    fn ensure_head(&mut self, kept: &[OutputTag<'_>], spans: &[Span]) -> Result<(), Error> {
        if self.reserved_bytes.is_some() {
            return Ok(());
        }
        let keyframes = kept
            .iter()
            .filter(|tag| tag.frame.is_some_and(|media| media.keyframe));
        let length = spans
            .iter()
            .map(|span| span.end.saturating_sub(span.first))
            .max();
        let length_ms = (length.unwrap_or(0) / MILLISECOND).max(1).unsigned_abs();
        let planned = u64::from(self.movie.segment_count).saturating_mul(length_ms);
        let pieces = self
            .movie
            .duration_ms
            .unwrap_or(planned)
            .div_ceil(length_ms)
            .max(1);
        // A quarter more than the first piece says.
        let index = (keyframes.count() as u64)
            .saturating_mul(pieces)
            .saturating_mul(KEYFRAME_BYTES as u64 * 5 / 4);
        let room = MIN_RESERVED.saturating_add(index).min(MAX_RESERVED);
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        self.reserved_bytes = Some(room);
        let head = self.head(room, &FlvMetadata::default());
        self.output.append(&mut [IoSlice::new(&head)])
    }

    /// File header and metadata.
    fn head(&self, room: u32, facts: &FlvMetadata<'_>) -> Vec<u8> {
        let flags =
            u8::from(facts.video_codec.is_some()) | (u8::from(facts.audio_codec.is_some()) << 2);
        let mut head = vec![b'F', b'L', b'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0];
        head.extend_from_slice(&tag_header(SCRIPT, room, 0));
        head.extend(metadata(room as usize, facts, &self.movie.tags));
        head.extend_from_slice(&tag_size(room).to_be_bytes());
        head
    }

    /// The tags of a piece that go into the file, on the piece's own clock.
    fn select_tags<'a>(
        &self,
        piece: &'a [u8],
        change: &mut SegmentChange,
    ) -> Result<Vec<OutputTag<'a>>, Error> {
        let mut kept = Vec::new();
        let mut times = FlvTimestamps::new(piece)?;
        let mut codecs = self.state.codecs();
        for tag in FlvTags::new(piece)? {
            let tag = tag?;
            let mut media = None;
            if tag.kind == SCRIPT {
                if tag.body.starts_with(METADATA_NAME) {
                    continue;
                }
            } else {
                let Some(packet) = packet_of(&tag)? else {
                    continue;
                };
                packet.check_config(tag.offset)?;
                media = match self.classify(&packet, tag.body, change) {
                    TagDecision::Dropped => continue,
                    TagDecision::Config => None,
                    TagDecision::Frame {
                        keyframe,
                        composition_offset,
                    } => {
                        let time_ms = times.next(packet.kind, &tag);
                        Some(FrameTiming {
                            track: track_index(packet.kind),
                            dts_ms: time_ms,
                            pts_ms: time_ms.saturating_add(i64::from(composition_offset)),
                            keyframe: keyframe && packet.kind == TrackKind::Video,
                        })
                    }
                };
                // An FLV tells the codec of a track once, and players believe it.
                let codec = codecs.get_mut(track_index(packet.kind));
                let first = codec.map_or(packet.codec, |codec| *codec.get_or_insert(packet.codec));
                if first != packet.codec {
                    let (name, first) = (packet.codec.name(), first.name());
                    return Err(Error::Unsupported(format!("{name} among {first}")));
                }
            }
            kept.push(OutputTag {
                kind: tag.kind,
                body: tag.body,
                frame: media,
            });
        }
        Ok(kept)
    }

    /// Drops what the file has already, and what cannot be decoded.
    fn classify(
        &self,
        packet: &FlvPacket<'_>,
        body: &[u8],
        change: &mut SegmentChange,
    ) -> TagDecision {
        let track = track_index(packet.kind);
        let (Some(before), Some(now)) =
            (self.state.tracks.get(track), change.tracks.get_mut(track))
        else {
            return TagDecision::Dropped;
        };
        let config = now.config.as_ref().unwrap_or(&before.config);
        match packet.role {
            PacketRole::Config if config == body => TagDecision::Dropped,
            PacketRole::Config => {
                now.config = Some(body.to_vec());
                TagDecision::Config
            }
            PacketRole::Frame { .. }
                if config.is_empty() && matches!(packet.codec, Codec::Avc | Codec::Aac) =>
            {
                TagDecision::Dropped
            }
            PacketRole::Frame {
                sync,
                composition_offset,
            } => TagDecision::Frame {
                keyframe: sync,
                composition_offset,
            },
            PacketRole::NoMedia => TagDecision::Dropped,
        }
    }

    /// Makes the headers of the tags, and notes what they change.
    fn write_tags(
        &mut self,
        kept: &[OutputTag<'_>],
        offset: i64,
        change: &mut SegmentChange,
    ) -> Result<(), Error> {
        let offset_ms = ticks(offset, 1000).saturating_sub(change.origin_ms);
        for (now, before) in change.tracks.iter_mut().zip(&self.state.tracks) {
            now.digest = before.digest;
        }
        let mut lasts = self.state.tracks.each_ref().map(|track| track.last_ms);
        let mut near = lasts.iter().flatten().copied().max().unwrap_or(0);
        let mut headers = Vec::with_capacity(kept.len() * (TAG_HEADER + PREVIOUS_TAG_SIZE));
        let mut bodies = Vec::with_capacity(kept.len());
        let mut frames_written = Vec::with_capacity(kept.len());
        let mut position = self.output.end();
        for tag in kept {
            if let Some(media) = tag.frame {
                let time = media.dts_ms.saturating_add(offset_ms);
                let Some(last) = lasts.get_mut(media.track) else {
                    continue;
                };
                if self.is_repeated(media.track, time, tag.body) {
                    continue;
                }
                near = time.max(last.unwrap_or(0));
                *last = Some(near);
                let told = SampleRecord {
                    position,
                    size: u32::try_from(tag.body.len()).unwrap_or(u32::MAX),
                    dts: near.max(0).unsigned_abs(),
                    composition_offset: media.composition_offset(),
                    sync: media.keyframe,
                    sample_entry: 0,
                };
                record_frame(change, &media, told, tag.body.first());
                frames_written.push((media.track, near, tag.body));
            }
            // A set-up between the frames of its track must not stand before them.
            let own = match tag.kind {
                VIDEO => lasts.first(),
                AUDIO => lasts.last(),
                _ => None,
            };
            let timestamp = own.copied().flatten().unwrap_or(near);
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
                .map(|(_, time, body)| (*time, crc32fast::hash(body)))
                .collect();
        }
        self.output.append(&mut slices(&headers, &bodies))
    }

    /// Whether the piece before had this tag already; live servers repeat tails.
    fn is_repeated(&self, track: usize, time: i64, body: &[u8]) -> bool {
        let Some(track) = self.state.tracks.get(track) else {
            return false;
        };
        // Two frames of the same time need not be the same frame: their bytes decide.
        let mut recent = track.recent.iter();
        track.recent.last().is_some_and(|&(last, _)| time <= last)
            && recent.any(|&(at, hash)| at == time && hash == crc32fast::hash(body))
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

    fn push(&mut self, piece: SegmentData<'_>) -> Result<TableFragment, Error> {
        let mut change = SegmentChange::default();
        let kept = self.select_tags(piece.data, &mut change)?;
        change.spans = spans(&kept)?;
        let offset = self.state.place(piece.kind, piece.start_ms, &change.spans);
        let first = change
            .spans
            .iter()
            .map(|span| span.first)
            .min()
            .unwrap_or(0);
        // A film whose first pieces are missing starts as late as they would have lasted.
        let lead = milliseconds(piece.start_ms);
        let origin = ticks(first.saturating_add(offset).saturating_sub(lead), 1000);
        change.origin_ms = self.state.origin_ms.unwrap_or(origin);
        if !kept.is_empty() {
            self.ensure_head(&kept, &change.spans)?;
        }
        self.output.begin_segment();
        if !kept.is_empty() {
            self.write_tags(&kept, offset, &mut change)?;
        }
        let written = self.output.end_segment();
        let tables = change.write();
        let content = content(&kept, &change.spans);
        self.state.apply(change);
        Ok(TableFragment {
            track: piece.track,
            kind: piece.kind,
            start_ms: piece.start_ms,
            output_start: written.start,
            output_end: written.end,
            checksum: written.checksum,
            fingerprint: SegmentFingerprint::of(piece.data),
            content,
            tables,
        })
    }

    fn finish(mut self: Box<Self>, _fragments: Vec<TableFragment>) -> Result<Summary, Error> {
        let has_media = self.state.tracks.iter().any(|track| track.samples > 0);
        let room = self
            .reserved_bytes
            .filter(|_| has_media)
            .ok_or(Error::Empty)?;
        self.output.ensure_unchanged()?;
        let facts = self.final_metadata();
        let size_bytes = facts.file_size;
        let size = facts.size;
        let head = self.head(room, &facts);
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
        })
    }
}

/// How long the body of the metadata is that stands in front of the first piece. It is not read
/// back: the head is written again at the end, whatever stands there by now.
fn reserved_before(fragment: &TableFragment) -> Result<u32, Error> {
    let around = METADATA_OFFSET + (TAG_HEADER + PREVIOUS_TAG_SIZE) as u64;
    let room = fragment.output_start.checked_sub(around);
    let room = room.filter(|room| (MIN_RESERVED..=MAX_RESERVED).contains(room));
    room.and_then(|room| u32::try_from(room).ok())
        .ok_or_else(|| Cursor::new("journal", &fragment.tables).malformed("the head has no place"))
}

/// What media a piece holds.
fn content(kept: &[OutputTag<'_>], spans: &[Span]) -> Content {
    let samples = kept.iter().filter(|tag| tag.frame.is_some()).count();
    let kinds = [TrackKind::Video, TrackKind::Audio];
    let spans = spans
        .iter()
        .filter_map(|span| Some((*kinds.get(usize::from(span.key))?, span)));
    Content::new(samples as u64, spans, false)
}

/// The stretches of time of the tracks.
fn spans(kept: &[OutputTag<'_>]) -> Result<Vec<Span>, Error> {
    let mut spans = Vec::new();
    for (track, key) in (0..TRACK_COUNT).zip(0..) {
        let times = || {
            let media = kept.iter().filter_map(|tag| tag.frame);
            media
                .filter(|media| media.track == track)
                .map(|media| media.dts_ms)
        };
        if let (Some(first), Some(last)) = (times().next(), times().next_back()) {
            spans.push(Span::new(key, [first, last], times().count(), 0, 1000)?);
        }
    }
    Ok(spans)
}

/// Notes a frame that goes into the file, with its time and place there.
fn record_frame(
    change: &mut SegmentChange,
    media: &FrameTiming,
    told: SampleRecord,
    first_byte: Option<&u8>,
) {
    let Some(track) = change.tracks.get_mut(media.track) else {
        return;
    };
    let time = i64::try_from(told.dts).unwrap_or(i64::MAX);
    if track.samples == 0 {
        track.first_ms = time;
        track.first_byte = first_byte.copied().unwrap_or(0);
    }
    track.samples += 1;
    track.last_ms = time;
    track.digest.add(told);
    let shown = time.saturating_add(i64::from(told.composition_offset));
    track.max_pts_ms = track.max_pts_ms.max(shown);
    if media.keyframe {
        change.keyframes.push((told.dts, told.position));
    }
}

/// The file bytes of the tags: each body between what stands before and behind it.
fn slices<'a>(headers: &'a [u8], bodies: &[&'a [u8]]) -> Vec<IoSlice<'a>> {
    let mut slices = Vec::with_capacity(bodies.len() * 2 + 1);
    let mut rest = headers;
    let mut length = TAG_HEADER;
    for body in bodies {
        let (before, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        slices.extend([IoSlice::new(before), IoSlice::new(body)]);
        rest = behind;
        length = PREVIOUS_TAG_SIZE + TAG_HEADER;
    }
    slices.push(IoSlice::new(rest));
    slices
}
