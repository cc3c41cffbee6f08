//! From the tables of all segments, in any order, to the index of each track.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek, Write},
};

use super::{
    fragment::{IndexedSample, SegmentTables, TableEntry as Found, track_key},
    sample_entry::{AudioClock, build_sample_entry},
    snap::TimestampSnapper,
    track::{Mp4Track, StoredSample, display},
};
use crate::{
    AudioSpec, Error, SegmentFormat, SegmentKind, TableFragment, TrackKind,
    clock::{MovieClock, PlannedSpan, SegmentGroup, Span, milliseconds, nanoseconds, ticks},
    flv::Codec,
    fmp4::Init,
    handler::Handler,
    language::Language,
    segment_writer::SegmentWriter,
};

/// Sixteen ticks a millisecond: keeps the times of an FLV exact without guessing a frame rate.
const FLV_SUBTICKS: u32 = 16;

/// The group of the sounds, where there are several; that of captions is another.
const AUDIO_GROUP: u16 = 1;

/// So many bytes of a sample tell it from another of the same time and size.
const COMPARED_BYTES: u64 = 4096;

/// Says whether so many bytes at two places of the output are the same.
type CompareBytes<'s> = dyn FnMut([u64; 2], u64) -> Result<bool, Error> + 's;

/// What the plan says of the segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IndexSpec<'p> {
    pub(crate) segment_format: SegmentFormat,
    /// [`crate::Film::sounds`].
    pub(crate) audio: &'p [AudioSpec],
}

/// Makes the index of every track; pictures come first.
pub(crate) fn assemble<O: Read + Write + Seek>(
    plan: IndexSpec<'_>,
    fragments: Vec<TableFragment>,
    output: &mut SegmentWriter<O>,
) -> Result<Vec<Mp4Track>, Error> {
    let mut bytes = [Vec::new(), Vec::new()];
    let mut same = |places: [u64; 2], length| {
        for (bytes, place) in bytes.iter_mut().zip(places) {
            bytes.clear();
            output.read_into(bytes, place, length)?;
        }
        let [one, other] = &bytes;
        Ok(one == other)
    };
    let assembly = IndexBuilder::from_fragments(plan, fragments, &mut same)?;
    if assembly.initialised.len() < assembly.track_count {
        return Err(missing_tracks(assembly.track_count));
    }
    Ok(assembly.tracks())
}

/// The index of what has come so far, to tell from it how large the whole will be.
pub(crate) fn estimate(
    plan: IndexSpec<'_>,
    fragments: Vec<TableFragment>,
) -> Result<Vec<Mp4Track>, Error> {
    IndexBuilder::from_fragments(plan, fragments, &mut |_, _| Ok(true)).map(IndexBuilder::tracks)
}

/// A movie that silently lacks its sound would be worse than none.
pub(crate) fn missing_tracks(tracks: usize) -> Error {
    Error::Unsupported(format!(
        "a piece with {tracks} tracks, of which some are left out"
    ))
}

struct IndexBuilder<'s> {
    segment_format: SegmentFormat,
    audio: &'s [AudioSpec],
    same: &'s mut CompareBytes<'s>,
    /// Ticks a second of the times of samples that are described by codec configurations among them.
    timescale: u32,
    /// A multiple of `times`.
    video_timescale: u32,
    clock: MovieClock,
    inits: BTreeMap<u8, Init>,
    tracks: BTreeMap<u8, Mp4Track>,
    /// What samples of a track are coded with at this point, where codec configurations lie among them.
    codec_states: BTreeMap<u8, CodecState>,
    /// The plan's tracks that were set up, and how many there are in one segment at most.
    initialised: BTreeSet<u8>,
    track_count: usize,
    /// Where the fragments of each track end so far by what they say, on the movie's clock.
    segment_ends: BTreeMap<u8, i64>,
    /// What the plan has before the first segment that is there, in nanoseconds.
    start_offset: Option<i64>,
}

/// The codec configuration in force for such a track.
#[derive(Clone, Copy)]
struct CodecState {
    description: u32,
    audio: Option<(AudioClock, Option<TimestampSnapper>)>,
}

impl<'s> IndexBuilder<'s> {
    fn new(plan: IndexSpec<'s>, same: &'s mut CompareBytes<'s>) -> Self {
        let IndexSpec {
            segment_format,
            audio,
        } = plan;
        let timescale = segment_format
            .timestamp_format()
            .map_or(1000, |counter| counter.timescale);
        Self {
            segment_format,
            audio,
            same,
            timescale,
            video_timescale: match segment_format {
                SegmentFormat::Flv => timescale * FLV_SUBTICKS,
                SegmentFormat::Ts | SegmentFormat::Fmp4 => timescale,
            },
            clock: match segment_format {
                SegmentFormat::Flv | SegmentFormat::Ts => {
                    MovieClock::new(segment_format.timestamp_format())
                }
                SegmentFormat::Fmp4 => MovieClock::for_separate_tracks(),
            },
            inits: BTreeMap::new(),
            tracks: BTreeMap::new(),
            codec_states: BTreeMap::new(),
            initialised: BTreeSet::new(),
            track_count: 0,
            segment_ends: BTreeMap::new(),
            start_offset: None,
        }
    }

    fn from_fragments(
        plan: IndexSpec<'s>,
        mut fragments: Vec<TableFragment>,
        same: &'s mut CompareBytes<'s>,
    ) -> Result<Self, Error> {
        fragments.sort_by_key(|fragment| (fragment.kind, fragment.track));
        fragments.dedup_by_key(|fragment| (fragment.kind, fragment.track));
        let mut assembly = Self::new(plan, same);
        for segments in fragments.chunk_by_mut(|one, next| one.kind == next.kind) {
            assembly.add_segment(segments)?;
        }
        Ok(assembly)
    }

    fn tracks(mut self) -> Vec<Mp4Track> {
        let lead = self.start_offset.unwrap_or(0);
        if self.segment_format == SegmentFormat::Ts {
            self.select_tracks();
        }
        self.tracks.retain(|_, track| track.times.is_some());
        self.set_audio_alternatives();
        let mut tracks: Vec<_> = self.tracks.into_values().collect();
        for track in &mut tracks {
            track.start_offset = lead;
        }
        tracks
    }

    /// Of the streams that come in segments of their own, each may have the other's beside it: the
    /// sound of a group stands for the one that is mixed with the picture (RFC 8216 4.3.4.2.1).
    fn select_tracks(&mut self) {
        let is_named = |key| {
            let mut sounds = self.audio.iter();
            sounds.any(|sound| track_key(sound.track, TrackKind::Audio) == key)
        };
        let chosen = |kind| {
            let of_kind = |plan: &u8| self.tracks.contains_key(&track_key(*plan, kind));
            let mut plans = (0..0x80).filter(of_kind);
            match kind {
                TrackKind::Video => plans.next(),
                TrackKind::Audio => plans.next_back(),
            }
            .map(|plan| track_key(plan, kind))
        };
        let kept = [TrackKind::Video, TrackKind::Audio].map(chosen);
        self.tracks.retain(|key, track| match track.handler {
            Handler::Audio if !self.audio.is_empty() => is_named(*key),
            _ => kept.contains(&Some(*key)),
        });
    }

    /// Tells the languages of the sounds, and lets only the first of several play unasked: players
    /// play together what is not in one group (ISO/IEC 14496-12 8.3.2).
    fn set_audio_alternatives(&mut self) {
        for sound in self.audio {
            let track = self
                .tracks
                .get_mut(&track_key(sound.track, TrackKind::Audio));
            if let (Some(track), Some(tag)) = (track, &sound.language) {
                track.language = Language::from_tag(tag);
            }
        }
        let sounds = self.tracks.values_mut();
        let mut sounds: Vec<_> = sounds
            .filter(|track| track.handler == Handler::Audio)
            .collect();
        if sounds.len() > 1 {
            for (number, track) in sounds.iter_mut().enumerate() {
                track.enabled = number == 0;
                track.alternate_group = AUDIO_GROUP;
            }
        }
    }

    /// The segments of one part, of all tracks: they are moved by the same time.
    fn add_segment(&mut self, segments: &mut [TableFragment]) -> Result<(), Error> {
        // Taken out, so that they make room for the index that they become.
        let bytes: Vec<_> = segments
            .iter_mut()
            .map(|segment| std::mem::take(&mut segment.tables))
            .collect();
        let mut spans = Vec::new();
        let mut tables = Vec::new();
        let part = segments
            .first()
            .map_or(SegmentKind::Init, |segment| segment.kind);
        for (segment, bytes) in segments.iter().zip(&bytes) {
            let read = SegmentTables::read(bytes)?;
            for span in &read.spans {
                spans.push(PlannedSpan {
                    span: *span,
                    first_pts: self.first_pts(segment.track, &read, span)?,
                    start_ms: segment.start_ms,
                });
            }
            tables.push((segment.track, read));
        }
        let spans = &spans;
        let segment = SegmentGroup { kind: part, spans };
        let offset = self.clock.place(&segment);
        if !spans.is_empty() {
            self.start_offset
                .get_or_insert_with(|| milliseconds(segment.start_ms()));
        }
        for (plan_track, read) in tables {
            match self.segment_format {
                SegmentFormat::Flv | SegmentFormat::Ts => {
                    self.add_elementary_segment(plan_track, read, offset)?
                }
                SegmentFormat::Fmp4 => self.add_fmp4_segment(plan_track, part, read)?,
            }
        }
        Ok(())
    }

    /// When the first sample of a stretch is shown, on the clock of its segment.
    fn first_pts(&self, plan: u8, tables: &SegmentTables<'_>, span: &Span) -> Result<i64, Error> {
        let mut own = None;
        for entry in tables.entries.clone() {
            match entry? {
                Found::Init(init) => own = Some(init),
                Found::Config { .. } => break,
                Found::Edge(_) => {}
                Found::Sample(sample) => {
                    let init = own.as_ref().or_else(|| self.inits.get(&plan));
                    return Ok(init.map_or(span.first, |init| shown_at(init, &sample)));
                }
            }
        }
        Ok(span.first)
    }

    /// A segment whose samples are described by codec configurations among them.
    fn add_elementary_segment(
        &mut self,
        plan: u8,
        tables: SegmentTables<'_>,
        offset: i64,
    ) -> Result<(), Error> {
        let offset_ticks = ticks(offset, self.timescale);
        for track in self.tracks.values_mut() {
            track.begin_segment();
        }
        for entry in tables.entries {
            match entry? {
                Found::Config { kind, codec, data } => self.configure(plan, kind, codec, data)?,
                Found::Init(_) | Found::Edge(_) => {}
                Found::Sample(sample) => self.add_elementary_sample(plan, &sample, offset_ticks)?,
            }
        }
        for span in tables.spans {
            let (Some(track), Some(coded)) = (
                self.tracks.get_mut(&span.key),
                self.codec_states.get(&span.key),
            ) else {
                continue;
            };
            let mut end = ticks(span.end.saturating_add(offset), track.timescale);
            if let (Some((clock, _)), Some(times)) = (coded.audio, track.times) {
                let frame = u64::from(clock.frame) * u64::from(track.timescale)
                    / u64::from(clock.rate.max(1));
                end = times.last_dts.saturating_add_unsigned(frame);
            }
            track.end_at(end);
        }
        Ok(())
    }

    fn configure(
        &mut self,
        plan: u8,
        kind: TrackKind,
        codec: Codec,
        data: &[u8],
    ) -> Result<(), Error> {
        let made = build_sample_entry(codec, data)?;
        let key = track_key(plan, kind);
        let video_timescale = self.video_timescale;
        let track = self.tracks.entry(key).or_insert_with(|| {
            let timescale = made.clock.map_or(video_timescale, |clock| clock.rate);
            let mut track = Mp4Track::new(kind, timescale);
            if let Some(size) = made.size {
                track.display = display(size);
            }
            track
        });
        let description = track.sample_entries.number(&made.bytes)?;
        let grid = self
            .codec_states
            .get(&key)
            .and_then(|coded| coded.audio)
            .and_then(|(_, grid)| grid);
        let sound = made.clock.map(|clock| (clock, grid));
        self.codec_states.insert(
            key,
            CodecState {
                description,
                audio: sound,
            },
        );
        Ok(())
    }

    fn add_elementary_sample(
        &mut self,
        plan: u8,
        sample: &IndexedSample,
        offset: i64,
    ) -> Result<(), Error> {
        let key = track_key(plan, sample.kind);
        // What comes before the first codec configuration of the movie cannot be decoded.
        let (Some(track), Some(coded)) =
            (self.tracks.get_mut(&key), self.codec_states.get_mut(&key))
        else {
            return Ok(());
        };
        let time = sample.dts.saturating_add(offset);
        if is_repeated(track, time, sample, self.same)? {
            return Ok(());
        }
        let finer = i64::from(self.video_timescale / self.timescale);
        let dts = match &mut coded.audio {
            Some((clock, grid)) => grid
                .get_or_insert_with(|| TimestampSnapper::new(track.timescale, self.timescale, time))
                .snap(time, *clock),
            None => time.saturating_mul(finer),
        };
        track.push(StoredSample {
            dts,
            composition_offset: i64::from(sample.composition_offset) * finer,
            sync: sample.sync,
            size: sample.size,
            position: sample.position,
            description: coded.description,
            opens_chunk: sample.opens_chunk,
        })
    }

    fn add_fmp4_segment(
        &mut self,
        plan: u8,
        part: SegmentKind,
        tables: SegmentTables<'_>,
    ) -> Result<(), Error> {
        let mut own = None;
        let mut begun = false;
        for entry in tables.entries {
            match entry? {
                Found::Init(init) => {
                    self.initialised.insert(plan);
                    self.track_count = self.track_count.max(init.track_count());
                    if part == SegmentKind::Init {
                        self.inits.insert(plan, init);
                    } else {
                        own = Some(init);
                    }
                }
                Found::Config { .. } | Found::Edge(_) => {}
                Found::Sample(sample) => {
                    let init = own
                        .as_ref()
                        .or_else(|| self.inits.get(&plan))
                        .ok_or(Error::InitMissing(plan))?;
                    let key = track_key(plan, init.kind);
                    let offset = self.clock.offset_of(key);
                    let new = || new_track(init, offset);
                    let track = self.tracks.entry(key).or_insert_with(new);
                    if !begun {
                        track.begin_segment();
                        begun = true;
                    }
                    let ended = self.segment_ends.get(&key).copied().unwrap_or(i64::MIN);
                    let dts = fmp4_dts(track, init, &sample, offset);
                    // What starts where the segment before says that it ends is new, however alike
                    // it looks: some writers give samples no length.
                    let ended = ticks(ended, track.timescale);
                    if !is_repeated(track, dts, &sample, self.same)? || dts >= ended {
                        push_fmp4_sample(track, init, &sample, dts)?;
                    }
                }
            }
        }
        for span in tables.spans {
            let end = span.end.saturating_add(self.clock.offset_of(span.key));
            if let Some(track) = self.tracks.get_mut(&span.key) {
                self.segment_ends.insert(span.key, end);
                track.end_at(ticks(end, track.timescale));
            }
        }
        Ok(())
    }
}

/// When a sample is shown by the edit of its track, in nanoseconds.
fn shown_at(init: &Init, sample: &IndexedSample) -> i64 {
    let edit = init.edit;
    let media_time = edit.media_time.unwrap_or(0);
    let pts = sample
        .dts
        .saturating_add(i64::from(sample.composition_offset));
    let shown = pts.max(media_time).saturating_sub(media_time);
    let time = nanoseconds(shown, init.timescale).unwrap_or(0);
    time.saturating_add(edit.initial_delay())
}

/// A track whose first segment is moved by `offset` nanoseconds.
fn new_track(init: &Init, offset: i64) -> Mp4Track {
    let mut track = Mp4Track::new(init.kind, init.timescale);
    track.timeline_shift = ticks(offset, init.timescale);
    track.language = Language::from_code(init.language);
    track.display = init.display;
    track.edit = init.edit;
    track
}

/// Whether the segment before has this very sample.
fn is_repeated(
    track: &mut Mp4Track,
    time: i64,
    sample: &IndexedSample,
    same: &mut CompareBytes<'_>,
) -> Result<bool, Error> {
    let length = u64::from(sample.size).min(COMPARED_BYTES);
    match track.find_repeated(time, sample) {
        Some(earlier) => same([earlier, sample.position], length),
        None => Ok(false),
    }
}

/// A time of the initialisation in ticks of the track.
fn scaled(count: i64, track: &Mp4Track, init: &Init) -> i64 {
    if init.timescale == track.timescale {
        return count;
    }
    let time = nanoseconds(count, init.timescale);
    time.map_or(count, |time| ticks(time, track.timescale))
}

/// When a sample is decoded whose segment is moved by `offset` nanoseconds, in ticks of the track.
fn fmp4_dts(track: &Mp4Track, init: &Init, sample: &IndexedSample, offset: i64) -> i64 {
    scaled(sample.dts, track, init).saturating_add(ticks(offset, track.timescale))
}

fn push_fmp4_sample(
    track: &mut Mp4Track,
    init: &Init,
    sample: &IndexedSample,
    dts: i64,
) -> Result<(), Error> {
    let entry = usize::try_from(sample.description)
        .ok()
        .and_then(|index| init.sample_entries.get(index))
        .ok_or_else(|| Error::Malformed {
            format: "MP4",
            problem: format!("sample entry {} is not there", sample.description),
            offset: 0,
        })?;
    let description = track.sample_entries.number(entry)?;
    track.push(StoredSample {
        dts,
        composition_offset: scaled(i64::from(sample.composition_offset), track, init),
        sync: sample.sync,
        size: sample.size,
        position: sample.position,
        description,
        opens_chunk: sample.opens_chunk,
    })?;
    track.roll(sample.roll);
    Ok(())
}
