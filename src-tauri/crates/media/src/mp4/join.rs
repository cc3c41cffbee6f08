//! Joins frames that were split across segments of a transport stream.
//!
//! Segments are written as they arrive, in any order, together with the bytes at both ends that may
//! belong to frames of the neighbours. When all segments are there, the parts of a frame are read
//! back, joined and appended to the output, and the tables of the earlier segment get the frame.

use std::io::{IoSlice, Read, Seek, Write};

use super::fragment::{EdgeBytes, EdgeRecord, IndexedSample, Recorder, SegmentTables, TableEntry};
use crate::{
    Error, Fact, FactKind, SegmentKind, TableFragment, TrackKind,
    clock::{MILLISECOND, nanoseconds},
    fmp4::SampleGroups,
    segment_writer::SegmentWriter,
    timestamps::TS,
    ts::{
        FrameTime, Missing, StreamItem, audio::AudioParser, missing_between,
        stream::ElementaryParser, video::VideoParser,
    },
};

/// No frame is larger than this; do not join more bytes.
const MAX_JOINED_BYTES: u64 = 64 << 20;
/// A longer distance between two segments is a jump of the clock: ten seconds.
const MAX_LOST_TICKS: i64 = 10 * 90_000;
/// An access unit delimiter with its start code, which begins a new frame (ISO/IEC 14496-10 7.3.2.4).
const ACCESS_UNIT_DELIMITER: [u8; 5] = [0, 0, 1, 9, 0xf0];

/// Joins the frames split across segments. Sorts the fragments by track and presentation order.
pub(crate) fn join_segments<O>(
    fragments: &mut Vec<TableFragment>,
    output: &mut SegmentWriter<O>,
) -> Result<(), Error>
where
    O: Read + Write + Seek,
{
    fragments.sort_by_key(|fragment| (fragment.track, fragment.kind));
    fragments.dedup_by_key(|fragment| (fragment.track, fragment.kind));
    for index in 0..fragments.len() {
        let Some((fragment, behind)) = fragments.get_mut(index..).and_then(<[_]>::split_first_mut)
        else {
            break;
        };
        for edge in edges(fragment)? {
            // A segment that only continues a frame was handled with the segment where it began.
            if edge.only_continuation {
                continue;
            }
            let follows = continuation(fragment, behind, edge)?;
            let is_dropped = follows.is_cut && edge.extends;
            if is_dropped || !follows.heads.is_empty() {
                let end = SegmentTail::read(&fragment.tables, edge.kind)?;
                let change = if is_dropped {
                    TailChange::drop_last()
                } else {
                    join(edge, &end, &follows.heads, output)?
                };
                fragment.tables = end.changed(fragment, &change)?;
            }
            let next = behind
                .first()
                .filter(|next| follows_directly(fragment, next));
            if let Some(next) = next {
                add_losses(fragment, next, edge, is_dropped)?;
            }
        }
    }
    Ok(())
}

/// Returns whether the plan has no segment of the track between two.
fn follows_directly(fragment: &TableFragment, next: &TableFragment) -> bool {
    let is_next = match (fragment.kind, next.kind) {
        (SegmentKind::Media(one), SegmentKind::Media(next)) => one.checked_add(1) == Some(next),
        _ => false,
    };
    is_next && next.track == fragment.track
}

/// Adds a fact to a segment if frames are missing between it and the next one.
fn add_losses(
    fragment: &mut TableFragment,
    next: &TableFragment,
    edge: EdgeRecord,
    is_dropped: bool,
) -> Result<(), Error> {
    let next_edge = edges(next)?.into_iter().find(|next| next.kind == edge.kind);
    let is_lost_there = next_edge.is_some_and(|next| next.lost_before);
    // Bytes of a frame whose start came neither here nor there.
    let counter = edge.last_counter.map(|last| (last + 1) & 0x0f);
    let has_torn_head =
        next_edge.is_some_and(|next| next.head.length > 0 && counter != Some(next.first_counter));
    let missing = if is_dropped || edge.lost_after || is_lost_there {
        Missing::Some
    } else if has_torn_head {
        Missing::Perhaps
    } else {
        return Ok(());
    };
    let tail = SegmentTail::read(&fragment.tables, edge.kind)?;
    let (Some(last), Some(step)) = (tail.last, tail.step) else {
        return Ok(());
    };
    let first = first_dts(&next.tables, edge.kind)?.unwrap_or(last.dts);
    // The clock may start again in the next segment.
    let is_near = (first.saturating_sub(last.dts)) <= MAX_LOST_TICKS;
    let first = if is_near { first } else { last.dts };
    let Some(frames) = missing_between(missing, last.dts, first, step) else {
        return Ok(());
    };
    let spans = SegmentTables::read(&fragment.tables)?.spans;
    let start = spans.iter().map(|span| span.first).min().unwrap_or(0);
    let milliseconds = |ticks| nanoseconds(ticks, TS.timescale).unwrap_or(0) / MILLISECOND;
    let at = milliseconds(frames.dts).saturating_sub(start / MILLISECOND);
    fragment.facts.push(Fact {
        kind: FactKind::SamplesLost,
        track: Some(edge.kind),
        samples: frames.count,
        at_ms: at.max(0).unsigned_abs(),
        duration_ms: milliseconds(frames.duration).max(0).unsigned_abs(),
    });
    Ok(())
}

/// Returns the decode time of the first sample of a track in a segment.
fn first_dts(tables: &[u8], kind: TrackKind) -> Result<Option<i64>, Error> {
    for entry in SegmentTables::read(tables)?.entries {
        match entry? {
            TableEntry::Sample(sample) if sample.kind == kind => return Ok(Some(sample.dts)),
            _ => {}
        }
    }
    Ok(None)
}

/// Returns the edges of each track in a segment, with absolute positions in the output.
fn edges(fragment: &TableFragment) -> Result<Vec<EdgeRecord>, Error> {
    let tables = SegmentTables::read(&fragment.tables)?;
    let absolute = |bytes: EdgeBytes| EdgeBytes {
        position: bytes.position.wrapping_add(tables.base.position),
        ..bytes
    };
    let mut edges = Vec::new();
    for entry in tables.entries {
        let edge = match entry? {
            TableEntry::Edge(edge) => edge,
            TableEntry::Language { .. } | TableEntry::OtherTrack { .. } => continue,
            _ => break,
        };
        edges.push(EdgeRecord {
            head: absolute(edge.head),
            remainder: absolute(edge.remainder),
            ..edge
        });
    }
    Ok(edges)
}

/// How the last frame of a track in a segment continues.
struct Continuation {
    /// Leading bytes of the segments that follow and belong to the frame.
    heads: Vec<EdgeBytes>,
    /// The frame is not complete.
    is_cut: bool,
}

fn continuation(
    fragment: &TableFragment,
    behind: &[TableFragment],
    edge: EdgeRecord,
) -> Result<Continuation, Error> {
    let mut heads = Vec::new();
    let mut bytes = 0_u64;
    let mut end = edge;
    let mut kind = fragment.kind;
    for next in behind {
        let neighbours = match (kind, next.kind) {
            (SegmentKind::Media(one), SegmentKind::Media(next)) => one.checked_add(1) == Some(next),
            _ => false,
        };
        let found = edges(next)?.into_iter().find(|next| next.kind == edge.kind);
        let Some(found) = found.filter(|found| {
            neighbours
                && next.track == fragment.track
                && end
                    .last_counter
                    .is_some_and(|last| (last + 1) & 0x0f == found.first_counter)
        }) else {
            break;
        };
        if found.is_head_torn {
            heads.clear();
            return Ok(Continuation {
                heads,
                is_cut: true,
            });
        }
        if found.head.length == 0 {
            break;
        }
        bytes = bytes.saturating_add(found.head.length);
        if bytes > MAX_JOINED_BYTES {
            heads.clear();
            break;
        }
        heads.push(found.head);
        end = found;
        kind = next.kind;
        if !found.only_continuation {
            return Ok(Continuation {
                heads,
                is_cut: false,
            });
        }
    }
    Ok(Continuation {
        heads,
        is_cut: end.is_cut,
    })
}

/// How the tables of a track in a segment change at their end.
#[derive(Debug)]
struct TailChange {
    /// Remove the last sample: it is incomplete, or is part of `added`.
    drops_last: bool,
    added: Vec<StreamItem>,
    /// Where the bytes of the added samples start in the output.
    position: u64,
}

impl TailChange {
    fn drop_last() -> Self {
        Self {
            drops_last: true,
            added: Vec::new(),
            position: 0,
        }
    }
}

/// Builds samples from the end of a segment and the heads of those that follow.
fn join<O>(
    edge: EdgeRecord,
    end: &SegmentTail,
    heads: &[EdgeBytes],
    output: &mut SegmentWriter<O>,
) -> Result<TailChange, Error>
where
    O: Read + Write + Seek,
{
    let mut bytes = Vec::new();
    let mut time = edge.next_time;
    let last = end.last.filter(|_| edge.extends);
    if let Some(last) = last {
        let mut sample = Vec::new();
        output.read_into(&mut sample, last.position, u64::from(last.size))?;
        bytes.extend_from_slice(&ACCESS_UNIT_DELIMITER);
        put_start_codes(&mut bytes, &sample);
        time = Some(FrameTime {
            dts: last.dts,
            composition_offset: last.composition_offset,
        });
    }
    for range in [edge.remainder].iter().chain(heads) {
        output.read_into(&mut bytes, range.position, range.length)?;
    }
    let joined = JoinedBytes {
        bytes: &bytes,
        time,
        step: end.step,
    };
    let (added, position) = match edge.kind {
        TrackKind::Video => joined.split_samples::<VideoParser, O>(output)?,
        TrackKind::Audio => joined.split_samples::<AudioParser, O>(output)?,
    };
    Ok(TailChange {
        drops_last: last.is_some() && !added.is_empty(),
        added,
        position,
    })
}

/// Bytes to be parsed into samples.
struct JoinedBytes<'b> {
    bytes: &'b [u8],
    /// Time of the first sample.
    time: Option<FrameTime>,
    /// Distance of the samples before, if known.
    step: Option<i64>,
}

impl JoinedBytes<'_> {
    /// Parses the samples and appends their bytes to the output. Returns them and their position.
    fn split_samples<E: ElementaryParser, O>(
        &self,
        output: &mut SegmentWriter<O>,
    ) -> Result<(Vec<StreamItem>, u64), Error>
    where
        O: Read + Write + Seek,
    {
        let mut parser = E::default();
        parser.begin_packet(self.time, self.bytes);
        let position = output.end();
        // Ignore bytes that are not valid samples.
        if parser.finish(self.step).is_err() {
            return Ok((Vec::new(), position));
        }
        let found = parser.parsed();
        let items = found.items.to_vec();
        if !items.is_empty() {
            output.append(&mut [IoSlice::new(found.bytes)])?;
        }
        Ok((items, position))
    }
}

/// Replaces the lengths of NAL units by start codes (ISO/IEC 14496-15 to 14496-10 Annex B).
fn put_start_codes(out: &mut Vec<u8>, mut sample: &[u8]) {
    while let Some((length, rest)) = sample.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (unit, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        out.extend_from_slice(&[0, 0, 1]);
        out.extend_from_slice(unit);
        sample = behind;
    }
}

/// The end of a track in a segment.
#[derive(Debug)]
struct SegmentTail {
    kind: TrackKind,
    samples: u64,
    last: Option<IndexedSample>,
    /// Distance of the last two samples.
    step: Option<i64>,
    /// The codec configuration that applies at the end.
    config: Option<Vec<u8>>,
}

impl SegmentTail {
    fn read(tables: &[u8], kind: TrackKind) -> Result<Self, Error> {
        let mut end = Self {
            kind,
            samples: 0,
            last: None,
            step: None,
            config: None,
        };
        for entry in SegmentTables::read(tables)?.entries {
            match entry? {
                TableEntry::Sample(sample) if sample.kind == kind => {
                    let before = end.last.replace(sample);
                    end.step = before.map(|before| sample.dts.saturating_sub(before.dts));
                    end.samples += 1;
                }
                TableEntry::Config { kind: of, data, .. } if of == kind => {
                    end.config = Some(data.to_vec());
                }
                _ => {}
            }
        }
        Ok(end)
    }

    /// Returns the tables of the segment with `change` applied.
    fn changed(&self, fragment: &TableFragment, change: &TailChange) -> Result<Vec<u8>, Error> {
        let tables = SegmentTables::read(&fragment.tables)?;
        let base = tables.base;
        let mut recorder = Recorder::default();
        let mut samples = 0;
        for entry in tables.entries {
            match entry? {
                TableEntry::Config { kind, codec, data } => recorder.config(kind, codec, data),
                TableEntry::AssumedConfig(data) => recorder.assumed_config(data),
                TableEntry::Init(init) => recorder.init(&init),
                TableEntry::Edge(edge) => recorder.edge(&edge),
                TableEntry::Language { kind, code } => recorder.language(kind, code),
                // It has a fragment of its own by now.
                TableEntry::OtherTrack { .. } => {}
                TableEntry::Sample(sample) => {
                    samples += u64::from(sample.kind == self.kind);
                    let is_last = sample.kind == self.kind && samples == self.samples;
                    if is_last && change.drops_last {
                        continue;
                    }
                    let position = sample.position.wrapping_sub(base.position);
                    recorder.groups(sample.kind, sample.groups);
                    recorder.indexed_sample(&IndexedSample { position, ..sample }, 0);
                }
            }
        }
        self.add(&mut recorder, change, base.position);
        let spans = recorder.spans(fragment.track, TS.timescale)?;
        Ok(SegmentTables::at(base, &recorder.finish(&spans)))
    }

    fn add(&self, recorder: &mut Recorder, change: &TailChange, base: u64) {
        for item in &change.added {
            match item {
                StreamItem::Config { codec, data } if self.config.as_ref() != Some(data) => {
                    recorder.config(self.kind, *codec, data);
                }
                StreamItem::Config { .. } => {}
                StreamItem::Frame(frame) => {
                    let Some(time) = frame.time else { continue };
                    let start = change.position.wrapping_add(frame.bytes.start as u64);
                    let sample = IndexedSample {
                        kind: self.kind,
                        dts: time.dts,
                        composition_offset: time.composition_offset,
                        sync: frame.sync,
                        size: u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX),
                        position: start.wrapping_sub(base),
                        description: 0,
                        opens_chunk: false,
                        groups: SampleGroups::recovery_point(frame.recovery_frames),
                    };
                    recorder.groups(sample.kind, sample.groups);
                    recorder.indexed_sample(&sample, 0);
                }
            }
        }
    }
}
