//! Builds the index of each track from the sample tables of all segments, in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek, Write},
};

use super::{
    cut::{self, Window},
    facts::MovieFacts,
    fragment::{IndexedSample, SegmentTables, TableEntry, main_number, track_key},
    moov,
    overlap::{self, Overlap, TailSample, TrackTails},
    parts::{PartTiming, TrackParts, own_init},
    sample_entry::{AudioClock, build_sample_entry},
    snap::TimestampSnapper,
    track::{Mp4Track, StoredSample, display},
};
use crate::{
    AudioSpec, Error, Fact, FactKind, SegmentFormat, SegmentKind, TableFragment, TimeRange,
    TrackKind,
    clock::{
        MILLISECOND, MovieClock, PlannedSpan, SegmentGroup, Span, milliseconds, nanoseconds, ticks,
    },
    flv::Codec,
    fmp4::Init,
    handler::Handler,
    language::Language,
    segment_writer::SegmentWriter,
};

/// Ticks per millisecond of an FLV's video: keeps its times exact without guessing a frame rate.
const FLV_SUBTICKS: u32 = 16;

/// `alternate_group` of several audio tracks; captions have another.
const AUDIO_GROUP: u16 = 1;

/// Leading bytes that are compared to tell whether a sample of the same time and size is repeated.
const COMPARED_BYTES: u64 = 4096;

/// Two parts that overlap give the same sample times that differ by at most this, in nanoseconds.
const OVERLAP_ROUNDING: i64 = 5 * MILLISECOND;

/// Name of encoder priming and padding between joined parts, which players do not present.
const OUTSIDE_EDIT_LIST: &str = "sound outside of its edit list";
/// Samples of an overlap that differ from those of the part before.
const OTHER_VERSION: &str = "another version of what the part before has";

/// Compares a number of bytes at two positions of the output.
pub(crate) type CompareBytes<'s> = dyn FnMut([u64; 2], u64) -> Result<bool, Error> + 's;

/// What the index needs to know of the movie besides the tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IndexSpec<'p> {
    pub(crate) segment_format: SegmentFormat,
    /// [`MovieSpec::audio`](crate::MovieSpec::audio).
    pub(crate) audio: &'p [AudioSpec],
    /// The first segments of further files, and segments that state no time: that their clocks start
    /// again is no news.
    pub(crate) expected_restarts: &'p BTreeSet<SegmentKind>,
    /// [`MovieSpec::range`](crate::MovieSpec::range).
    pub(crate) range: Option<TimeRange>,
}

/// The index of a movie, and what it does not hold of its segments.
#[derive(Debug)]
pub(crate) struct Assembly {
    pub(crate) tracks: Vec<Mp4Track>,
    pub(crate) facts: Vec<Fact>,
}

/// Builds the index of every track, video first, as it is ready to be written.
pub(crate) fn assemble<O: Read + Write + Seek>(
    spec: IndexSpec<'_>,
    fragments: Vec<TableFragment>,
    output: &mut SegmentWriter<O>,
) -> Result<Assembly, Error> {
    let mut bytes = [Vec::new(), Vec::new()];
    let mut same = |positions: [u64; 2], length| {
        for (bytes, position) in bytes.iter_mut().zip(positions) {
            bytes.clear();
            output.read_into(bytes, position, length)?;
        }
        let [one, other] = &bytes;
        Ok(one == other)
    };
    let window = match spec.range {
        Some(range) => Some(Window {
            origin: recording_start(spec, &fragments)?,
            range,
        }),
        None => None,
    };
    let builder = IndexBuilder::from_fragments(spec, window, fragments, &mut same)?;
    if builder.initialised.len() < builder.track_count {
        return Err(missing_tracks(builder.track_count));
    }
    let Assembly { tracks, facts } = builder.finish();
    let tracks = tracks.into_iter().map(Mp4Track::closed).collect();
    Ok(match window {
        Some(window) => Assembly {
            tracks: cut::cut(tracks, &window)?,
            facts: window.facts(facts),
        },
        None => Assembly { tracks, facts },
    })
}

/// Returns when the recording starts, in nanoseconds on the movie's clock: its first segments tell.
fn recording_start(spec: IndexSpec<'_>, fragments: &[TableFragment]) -> Result<i64, Error> {
    let mut firsts = BTreeMap::<u8, SegmentKind>::new();
    for fragment in fragments {
        if fragment.kind != SegmentKind::Init {
            let first = firsts.entry(fragment.track).or_insert(fragment.kind);
            *first = fragment.kind.min(*first);
        }
    }
    let is_first = |of: &&TableFragment| firsts.get(&of.track) >= Some(&of.kind);
    let start = fragments.iter().filter(is_first);
    let mut same = |_, _| Ok(true);
    let builder = IndexBuilder::from_fragments(spec, None, start.cloned().collect(), &mut same)?;
    Ok(moov::origin(&builder.finish().tracks))
}

/// Builds the index of the segments so far, to estimate the size of the finished one.
pub(crate) fn estimate(
    spec: IndexSpec<'_>,
    fragments: Vec<TableFragment>,
) -> Result<Vec<Mp4Track>, Error> {
    let mut same = |_, _| Ok(true);
    let builder = IndexBuilder::from_fragments(spec, None, fragments, &mut same)?;
    Ok(builder.finish().tracks)
}

/// Returns the error for init segments with more tracks than were added: without it, the movie
/// could silently lack its audio.
pub(crate) fn missing_tracks(tracks: usize) -> Error {
    Error::Unsupported(format!(
        "a piece with {tracks} tracks, of which some are left out"
    ))
}

struct IndexBuilder<'s> {
    segment_format: SegmentFormat,
    audio: &'s [AudioSpec],
    expected_restarts: &'s BTreeSet<SegmentKind>,
    /// The part of the recording that is wanted.
    window: Option<Window>,
    /// The segment that is being added is too far before it to be indexed.
    leaves_out_samples: bool,
    same: &'s mut CompareBytes<'s>,
    /// Ticks per second of the sample times of FLV and TS segments.
    timescale: u32,
    /// A multiple of `timescale`.
    video_timescale: u32,
    clock: MovieClock,
    inits: BTreeMap<u8, Init>,
    tracks: BTreeMap<u8, Mp4Track>,
    /// The codec configuration of each track at this point, for FLV and TS.
    codec_states: BTreeMap<u8, CodecState>,
    /// Tracks of the download with an init segment.
    initialised: BTreeSet<u8>,
    /// The largest number of tracks in one init segment.
    track_count: usize,
    /// Where each track ends so far according to its spans, on the movie's clock.
    segment_ends: BTreeMap<u8, i64>,
    /// Time before the first segment that is there, in nanoseconds.
    start_offset: Option<i64>,
    facts: MovieFacts,
    /// The parts of the tracks of a fragmented MP4.
    parts: TrackParts,
    tails: TrackTails,
    /// What is left of the overlap with the part before, for tracks that are still in it.
    overlaps: BTreeMap<u8, Overlap>,
    /// Packed language codes that MPEG-TS segments state, by track key.
    languages: BTreeMap<u8, u16>,
}

/// The codec configuration that applies to a track.
#[derive(Clone, Copy)]
struct CodecState {
    description: u32,
    audio: Option<(AudioClock, Option<TimestampSnapper>)>,
}

impl<'s> IndexBuilder<'s> {
    fn new(spec: IndexSpec<'s>, same: &'s mut CompareBytes<'s>) -> Self {
        let IndexSpec {
            segment_format,
            audio,
            expected_restarts,
            range: _,
        } = spec;
        let timescale = segment_format
            .timestamp_format()
            .map_or(1000, |counter| counter.timescale);
        Self {
            segment_format,
            audio,
            expected_restarts,
            window: None,
            leaves_out_samples: false,
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
            facts: MovieFacts::default(),
            parts: TrackParts::default(),
            tails: TrackTails::default(),
            overlaps: BTreeMap::new(),
            languages: BTreeMap::new(),
        }
    }

    fn from_fragments(
        spec: IndexSpec<'s>,
        window: Option<Window>,
        mut fragments: Vec<TableFragment>,
        same: &'s mut CompareBytes<'s>,
    ) -> Result<Self, Error> {
        fragments.sort_by_key(|fragment| (fragment.kind, fragment.track));
        fragments.dedup_by_key(|fragment| (fragment.kind, fragment.track));
        let mut builder = Self::new(spec, same);
        builder.window = window;
        if builder.segment_format == SegmentFormat::Fmp4 {
            builder.parts = TrackParts::find(&fragments)?;
        }
        if builder.segment_format == SegmentFormat::Flv {
            builder.configure_first(&fragments)?;
        }
        let mut left = fragments.as_mut_slice();
        while let Some(first) = left.first() {
            let kind = first.kind;
            let count = left.partition_point(|fragment| fragment.kind <= kind);
            let (segments, later) = left.split_at_mut(count);
            builder.add_segments(segments, later)?;
            left = later;
        }
        Ok(builder)
    }

    fn finish(mut self) -> Assembly {
        let start_offset = self.start_offset.unwrap_or(0);
        if self.segment_format == SegmentFormat::Ts {
            self.select_tracks();
        }
        self.tracks.retain(|_, track| track.times.is_some());
        self.set_audio_alternatives();
        let mut tracks: Vec<_> = self.tracks.into_values().collect();
        // A delay that the edit lists of all tracks share is a part of the movie.
        let delays = tracks.iter().map(|track| track.edit.initial_delay());
        let start_offset = start_offset.max(delays.min().unwrap_or(0));
        for track in &mut tracks {
            track.start_offset = start_offset;
        }
        let facts = self.facts.into_vec();
        Assembly { tracks, facts }
    }

    /// Keeps one video track and the audio tracks of the rendition group. A transport stream with
    /// video may contain audio too, which the group replaces (RFC 8216 4.3.4.2.1).
    fn select_tracks(&mut self) {
        let is_named = |key| {
            let mut audio = self.audio.iter();
            audio.any(|audio| track_key(audio.track, TrackKind::Audio) == key)
        };
        let has = |number: &u8, kind| self.tracks.contains_key(&track_key(*number, kind));
        let video = (0..0x80).find(|number| has(number, TrackKind::Video));
        let audio = (0..0x80)
            .filter(|number| has(number, TrackKind::Audio))
            .map(main_number)
            .max();
        let video = video.map(|number| track_key(number, TrackKind::Video));
        self.tracks.retain(|key, track| match track.handler {
            Handler::Audio if self.audio.is_empty() => Some(main_number(*key & 0x7f)) == audio,
            Handler::Audio => is_named(*key),
            _ => Some(*key) == video,
        });
    }

    /// Sets the languages of the audio tracks and enables only the first of several. All of them
    /// get one group, because players play tracks of different groups together (ISO/IEC 14496-12
    /// 8.3.2).
    fn set_audio_alternatives(&mut self) {
        for (key, code) in &self.languages {
            if let Some(track) = self.tracks.get_mut(key) {
                track.language = Language::from_code(*code);
            }
        }
        for audio in self.audio {
            let track = self
                .tracks
                .get_mut(&track_key(audio.track, TrackKind::Audio));
            if let (Some(track), Some(tag)) = (track, &audio.language) {
                track.language = Language::from_tag(tag);
            }
        }
        let tracks = self.tracks.values_mut();
        let mut tracks: Vec<_> = tracks
            .filter(|track| track.handler == Handler::Audio)
            .collect();
        if tracks.len() > 1 {
            for (number, track) in tracks.iter_mut().enumerate() {
                track.enabled = number == 0;
                track.alternate_group = AUDIO_GROUP;
            }
        }
    }

    /// Applies the first configuration of each track, so that frames before it can be decoded: some
    /// writers send it late, or only in a later segment.
    fn configure_first(&mut self, fragments: &[TableFragment]) -> Result<(), Error> {
        let mut missing = vec![TrackKind::Video, TrackKind::Audio];
        let mut assumed = None;
        for fragment in fragments {
            for entry in SegmentTables::read(&fragment.tables)?.entries {
                match entry? {
                    TableEntry::Config { kind, codec, data } if missing.contains(&kind) => {
                        missing.retain(|missing| *missing != kind);
                        self.configure(fragment.track, kind, codec, data)?;
                    }
                    TableEntry::AssumedConfig(data) => {
                        assumed.get_or_insert((fragment.track, data));
                    }
                    _ => {}
                }
                if missing.is_empty() {
                    return Ok(());
                }
            }
        }
        match assumed {
            Some((track, data)) if missing.contains(&TrackKind::Audio) => {
                self.configure(track, TrackKind::Audio, Codec::Aac, data)
            }
            _ => Ok(()),
        }
    }

    /// Adds the segments with the same number of all tracks: they are shifted by the same time.
    /// `later` are those behind them.
    fn add_segments(
        &mut self,
        segments: &mut [TableFragment],
        later: &[TableFragment],
    ) -> Result<(), Error> {
        // Take the tables, so that their memory is freed as the index grows.
        let bytes: Vec<_> = segments
            .iter_mut()
            .map(|segment| std::mem::take(&mut segment.tables))
            .collect();
        let mut spans = Vec::new();
        let mut tables = Vec::new();
        let kind = segments
            .first()
            .map_or(SegmentKind::Init, |segment| segment.kind);
        for (segment, bytes) in segments.iter().zip(&bytes) {
            let read = SegmentTables::read(bytes)?;
            let timing = self.timing(segment, &read)?;
            for span in &read.spans {
                let Some(mut planned) = timing.presented(*span) else {
                    continue;
                };
                if self.segment_format == SegmentFormat::Flv
                    && let Some(first) = self.first_new(segment.track, &read, span)?
                {
                    planned.first = first;
                }
                spans.push(PlannedSpan {
                    span: planned,
                    first_pts: self.first_pts(segment.track, &read, span)?,
                    start_ms: segment.start_ms,
                });
            }
            tables.push((segment.track, read, timing));
        }
        let spans = &spans;
        let group = SegmentGroup { kind, spans };
        self.clock.place(&group);
        if self.clock.restarted() {
            let tables = tables
                .iter()
                .map(|(track, read, timing)| (*track, read.clone(), timing.shift));
            self.join_overlap(&tables.collect::<Vec<_>>(), later)?;
        }
        if !spans.is_empty() {
            self.start_offset
                .get_or_insert_with(|| milliseconds(group.start_ms()));
        }
        let placed = spans.iter().map(|planned| {
            let offset = self.clock.offset_of(planned.span.key);
            planned.span.shifted(offset)
        });
        let placed: Vec<_> = placed.collect();
        let start_offset = self.start_offset.unwrap_or(0);
        if !self.expected_restarts.contains(&kind) {
            self.facts.add_moves(self.clock.moves(), &placed);
        }
        self.facts.add_segments(segments, &placed, start_offset);
        let lengths = placed
            .iter()
            .map(|span| span.end.saturating_sub(span.first));
        let end = milliseconds(group.start_ms()).saturating_add(lengths.max().unwrap_or(0));
        for (track, read, timing) in tables {
            self.leaves_out_samples = self.window.is_some_and(|window| {
                let next = later.iter().find(|next| next.track == track);
                window.is_apart(end, next.map(|next| milliseconds(next.start_ms)))
            });
            match self.segment_format {
                SegmentFormat::Flv | SegmentFormat::Ts => {
                    self.add_elementary_segment(track, read)?;
                }
                SegmentFormat::Fmp4 => self.add_fmp4_segment((track, kind), read, timing)?,
            }
        }
        self.facts.end_segments(|kind| {
            let mut of_kind = placed.iter().filter(|span| is_of_kind(span, kind));
            of_kind.next().map_or(0, |span| span.frame_duration)
        });
        Ok(())
    }

    /// Returns when a segment is presented according to its edit list.
    fn timing(
        &self,
        segment: &TableFragment,
        tables: &SegmentTables<'_>,
    ) -> Result<PartTiming, Error> {
        if self.segment_format != SegmentFormat::Fmp4 {
            return Ok(PartTiming::default());
        }
        let own = own_init(tables)?;
        let init = own.as_ref().or_else(|| self.inits.get(&segment.track));
        Ok(init.map_or_else(PartTiming::default, |init| {
            let track = self.tracks.get(&track_key(segment.track, init.kind));
            let place = (segment.track, segment.kind);
            self.parts.timing(place, init, track)
        }))
    }

    /// Moves the segments placed last, which are on a new timeline, if they repeat the end of what is
    /// there: the same samples get the same times. `tables` are theirs, with the number of the track.
    fn join_overlap(
        &mut self,
        tables: &[(u8, SegmentTables<'_>, i64)],
        later: &[TableFragment],
    ) -> Result<(), Error> {
        self.overlaps.clear();
        let spans = tables.iter().flat_map(|(_, read, _)| &read.spans);
        let Some(key) = spans.map(|span| span.key).min() else {
            return Ok(());
        };
        let mut offset = self.clock.offset_of(key);
        let mut start = Vec::new();
        for (track, read, shift) in tables {
            if *track == key & 0x7f {
                offset = offset.saturating_add(*shift);
                self.part_start(&mut start, key, (*track, read.clone()))?;
            }
        }
        let same_track = later.iter().filter(|one| one.track == key & 0x7f);
        for fragment in same_track {
            if start.len() > self.tails.of(key).len()
                || !self.part_start(
                    &mut start,
                    key,
                    (fragment.track, SegmentTables::read(&fragment.tables)?),
                )?
            {
                break;
            }
        }
        let end = self.tails.of(key);
        let count = overlap::repeated(end, &start, self.same)?;
        let first = count
            .checked_sub(1)
            .and_then(|last| end.get(end.len() - 1 - last));
        let first = first.copied();
        let (Some(here), Some(there)) = (first, start.first()) else {
            self.tails.clear();
            return Ok(());
        };
        let here = nanoseconds(here.time, self.tail_timescale(key)).unwrap_or(0);
        let moved = here.saturating_sub(there.time.saturating_add(offset));
        let ends: BTreeMap<u8, i64> = self
            .tails
            .ends()
            .map(|(key, end)| {
                let end = nanoseconds(end, self.tail_timescale(key)).unwrap_or(0);
                (key, end.saturating_add(OVERLAP_ROUNDING))
            })
            .collect();
        if !self.others_overlap(key, &ends, tables, moved)? {
            self.tails.clear();
            return Ok(());
        }
        self.overlaps = ends
            .into_iter()
            .map(|(key, end)| (key, Overlap::Until(end)))
            .collect();
        self.overlaps.insert(key, Overlap::Samples(count));
        self.clock.move_last(moved);
        Ok(())
    }

    /// Returns whether most samples of the other tracks that are in an overlap are those of the part
    /// before: pictures may be the same under other sound. `moved` is the distance that the part would
    /// be moved by, in nanoseconds.
    fn others_overlap(
        &mut self,
        key: u8,
        ends: &BTreeMap<u8, i64>,
        tables: &[(u8, SegmentTables<'_>, i64)],
        moved: i64,
    ) -> Result<bool, Error> {
        let (mut all, mut same) = (0_u32, 0_u32);
        for (track, read, shift) in tables {
            let own = own_init(read)?;
            let init = own.as_ref().or_else(|| self.inits.get(track));
            let timescale = init.map_or(self.timescale, |init| init.timescale);
            for entry in read.entries.clone() {
                let TableEntry::Sample(sample) = entry? else {
                    continue;
                };
                let other = track_key(*track, sample.kind);
                let Some(end) = ends.get(&other).filter(|_| other != key) else {
                    continue;
                };
                let offset = self.clock.offset_of(other).saturating_add(*shift);
                let time = nanoseconds(sample.dts, timescale).unwrap_or(0);
                let time = time.saturating_add(offset).saturating_add(moved);
                if time > *end {
                    continue;
                }
                all += 1;
                let timescale = self.tail_timescale(other);
                let around = [time, OVERLAP_ROUNDING].map(|time| ticks(time, timescale));
                same += u32::from(self.tails.holds(other, around, &sample, self.same)?);
            }
        }
        Ok(same >= all - same)
    }

    /// Returns the ticks per second of the times of [`TrackTails`].
    fn tail_timescale(&self, key: u8) -> u32 {
        let track = self.tracks.get(&key);
        let track = track.filter(|_| self.segment_format == SegmentFormat::Fmp4);
        track.map_or(self.timescale, |track| track.timescale)
    }

    /// Appends the samples of a track in a segment, their times on its own clock. Returns whether
    /// they are on the timeline of those before.
    fn part_start(
        &self,
        start: &mut Vec<TailSample>,
        key: u8,
        (track, tables): (u8, SegmentTables<'_>),
    ) -> Result<bool, Error> {
        let own = own_init(&tables)?;
        let init = own.as_ref().or_else(|| self.inits.get(&track));
        let timescale = init.map_or(self.timescale, |init| init.timescale);
        let span = tables.spans.iter().find(|span| span.key == key);
        let last = start.last().map(|sample| sample.time);
        if span.is_some_and(|span| last.is_some_and(|last| span.first < last)) {
            return Ok(false);
        }
        for entry in tables.entries {
            if let TableEntry::Sample(sample) = entry?
                && track_key(track, sample.kind) == key
            {
                start.push(TailSample {
                    time: nanoseconds(sample.dts, timescale).unwrap_or(0),
                    size: sample.size,
                    position: sample.position,
                });
            }
        }
        Ok(true)
    }

    /// Returns whether a sample is in the overlap with the part before, which has that time already;
    /// its time has ticks of this timescale. Else it becomes the end of its track.
    fn is_in_overlap(
        &mut self,
        key: u8,
        (time, timescale): (i64, u32),
        sample: &IndexedSample,
    ) -> Result<bool, Error> {
        let kind = match self.overlaps.get_mut(&key) {
            Some(Overlap::Samples(count)) if *count > 0 => {
                *count -= 1;
                Some(FactKind::Repeated)
            }
            Some(Overlap::Until(end)) => {
                let around = [time, ticks(OVERLAP_ROUNDING, timescale)];
                if nanoseconds(time, timescale).unwrap_or(0) > *end {
                    None
                } else if self.tails.holds(key, around, sample, self.same)? {
                    Some(FactKind::Repeated)
                } else {
                    Some(FactKind::LeftOut(OTHER_VERSION.into()))
                }
            }
            _ => None,
        };
        if let Some(kind) = kind {
            let time = nanoseconds(time, timescale).unwrap_or(0);
            self.facts.skip(kind, sample.kind, time);
            return Ok(true);
        }
        self.overlaps.remove(&key);
        self.tails.push(
            key,
            TailSample {
                time,
                size: sample.size,
                position: sample.position,
            },
        );
        Ok(false)
    }

    /// Returns the time of the first sample of a span that is not repeated from the segment before,
    /// in nanoseconds on the clock of its segment: repeated ones tell nothing of that clock.
    fn first_new(
        &mut self,
        track_number: u8,
        tables: &SegmentTables<'_>,
        span: &Span,
    ) -> Result<Option<i64>, Error> {
        let Some(track) = self.tracks.get(&span.key) else {
            return Ok(None);
        };
        let offset = ticks(self.clock.next_offset_of(span.key), self.timescale);
        for entry in tables.entries.clone() {
            let TableEntry::Sample(sample) = entry? else {
                continue;
            };
            if track_key(track_number, sample.kind) != span.key {
                continue;
            }
            let time = sample.dts.saturating_add(offset);
            let length = u64::from(sample.size).min(COMPARED_BYTES);
            let is_repeated = match track.find_in_last_segment(time, &sample) {
                Some(earlier) => (self.same)([earlier, sample.position], length)?,
                None => false,
            };
            if !is_repeated {
                return Ok(nanoseconds(sample.dts, self.timescale));
            }
        }
        Ok(None)
    }

    /// Returns when the first sample of a span is presented, on the clock of its segment.
    fn first_pts(&self, track: u8, tables: &SegmentTables<'_>, span: &Span) -> Result<i64, Error> {
        let mut own = None;
        for entry in tables.entries.clone() {
            match entry? {
                TableEntry::Init(init) => own = Some(*init),
                TableEntry::Config { .. } | TableEntry::AssumedConfig(_) => break,
                TableEntry::Edge(_)
                | TableEntry::Language { .. }
                | TableEntry::OtherTrack { .. } => {}
                TableEntry::Sample(sample) => {
                    let init = own.as_ref().or_else(|| self.inits.get(&track));
                    return Ok(init.map_or(span.first, |init| shown_at(init, &sample)));
                }
            }
        }
        Ok(span.first)
    }

    /// Adds an FLV or TS segment, whose codec configurations are between its samples.
    fn add_elementary_segment(
        &mut self,
        track_number: u8,
        tables: SegmentTables<'_>,
    ) -> Result<(), Error> {
        for track in self.tracks.values_mut() {
            track.begin_segment();
        }
        let [video, audio] = [TrackKind::Video, TrackKind::Audio].map(|kind| {
            let offset = self.clock.offset_of(track_key(track_number, kind));
            ticks(offset, self.timescale)
        });
        for entry in tables.entries {
            match entry? {
                TableEntry::Config { kind, codec, data } => {
                    self.configure(track_number, kind, codec, data)?;
                }
                TableEntry::Language { kind, code } => {
                    let key = track_key(track_number, kind);
                    self.languages.entry(key).or_insert(code);
                }
                TableEntry::AssumedConfig(_)
                | TableEntry::Init(_)
                | TableEntry::Edge(_)
                | TableEntry::OtherTrack { .. } => {}
                TableEntry::Sample(_) if self.leaves_out_samples => {}
                TableEntry::Sample(sample) => {
                    let offset = match sample.kind {
                        TrackKind::Video => video,
                        TrackKind::Audio => audio,
                    };
                    self.add_elementary_sample(track_number, &sample, offset)?;
                }
            }
        }
        for span in tables.spans {
            let (Some(track), Some(codec)) = (
                self.tracks.get_mut(&span.key),
                self.codec_states.get(&span.key),
            ) else {
                continue;
            };
            let offset = self.clock.offset_of(span.key);
            let mut end = ticks(span.end.saturating_add(offset), track.timescale);
            if let (Some((clock, _)), Some(times)) = (codec.audio, track.times) {
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
        track_number: u8,
        kind: TrackKind,
        codec: Codec,
        data: &[u8],
    ) -> Result<(), Error> {
        let entry = build_sample_entry(codec, data)?;
        let key = track_key(track_number, kind);
        let video_timescale = self.video_timescale;
        let track = self.tracks.entry(key).or_insert_with(|| {
            let timescale = entry.clock.map_or(video_timescale, |clock| clock.rate);
            let mut track = Mp4Track::new(kind, timescale);
            if let Some(size) = entry.size {
                track.display = display(size);
            }
            track
        });
        let description = track.sample_entries.number(&entry.bytes)?;
        let snapper = self
            .codec_states
            .get(&key)
            .and_then(|codec| codec.audio)
            .and_then(|(_, snapper)| snapper);
        let audio = entry.clock.map(|clock| (clock, snapper));
        self.codec_states
            .insert(key, CodecState { description, audio });
        Ok(())
    }

    fn add_elementary_sample(
        &mut self,
        track_number: u8,
        sample: &IndexedSample,
        offset: i64,
    ) -> Result<(), Error> {
        let key = track_key(track_number, sample.kind);
        // Samples before the first codec configuration cannot be decoded: drop them.
        let time = sample.dts.saturating_add(offset);
        let timescale = self.timescale;
        let movie_time = || nanoseconds(time, timescale).unwrap_or(0);
        if self.codec_states.contains_key(&key)
            && self.is_in_overlap(key, (time, timescale), sample)?
        {
            return Ok(());
        }
        let (Some(track), Some(codec)) =
            (self.tracks.get_mut(&key), self.codec_states.get_mut(&key))
        else {
            let missing = FactKind::ConfigurationMissing;
            self.facts.skip(missing, sample.kind, movie_time());
            return Ok(());
        };
        if is_repeated(track, time, sample, self.same)? {
            self.facts
                .skip(FactKind::Repeated, sample.kind, movie_time());
            return Ok(());
        }
        let subticks = i64::from(self.video_timescale / self.timescale);
        let dts = match &mut codec.audio {
            Some((clock, snapper)) => snapper
                .get_or_insert_with(|| TimestampSnapper::new(track.timescale, self.timescale, time))
                .snap(time, *clock),
            None => time.saturating_mul(subticks),
        };
        track.push(StoredSample {
            dts,
            composition_offset: i64::from(sample.composition_offset) * subticks,
            sync: sample.sync,
            size: sample.size,
            position: sample.position,
            description: codec.description,
            opens_chunk: sample.opens_chunk,
        })?;
        track.set_groups(sample.groups);
        Ok(())
    }

    fn add_fmp4_segment(
        &mut self,
        (track_number, kind): (u8, SegmentKind),
        tables: SegmentTables<'_>,
        timing: PartTiming,
    ) -> Result<(), Error> {
        let mut own = own_init(&tables)?;
        if let Some(init) = &own {
            self.initialised.insert(track_number);
            self.track_count = self.track_count.max(init.track_count());
        }
        if kind == SegmentKind::Init {
            self.inits
                .extend(own.take().map(|init| (track_number, init)));
        }
        let shared = self.inits.remove(&track_number);
        let added = match own.as_ref().or(shared.as_ref()) {
            Some(_) if self.leaves_out_samples => Ok(()),
            Some(init) => self.add_fmp4_samples((track_number, init), tables, timing),
            None if tables.spans.is_empty() => Ok(()),
            None => Err(Error::InitMissing(track_number)),
        };
        self.inits.extend(shared.map(|init| (track_number, init)));
        added
    }

    fn add_fmp4_samples(
        &mut self,
        (track_number, init): (u8, &Init),
        tables: SegmentTables<'_>,
        timing: PartTiming,
    ) -> Result<(), Error> {
        let key = track_key(track_number, init.kind);
        let offset = self.clock.offset_of(key).saturating_add(timing.shift);
        let spans = tables.spans;
        let mut begun = false;
        for entry in tables.entries {
            let TableEntry::Sample(sample) = entry? else {
                continue;
            };
            if timing.cuts() && !timing.holds(&sample, init, &spans) {
                let time = nanoseconds(sample.dts, init.timescale).unwrap_or(0);
                let outside = FactKind::LeftOut(OUTSIDE_EDIT_LIST.into());
                self.facts
                    .skip(outside, init.kind, time.saturating_add(offset));
                continue;
            }
            let new = || new_track(init, offset);
            let timescale = self.tracks.entry(key).or_insert_with(new).timescale;
            let dts = fmp4_dts(timescale, init, &sample, offset);
            if self.is_in_overlap(key, (dts, timescale), &sample)? {
                continue;
            }
            let Some(track) = self.tracks.get_mut(&key) else {
                continue;
            };
            if !begun {
                track.begin_segment();
                begun = true;
            }
            let ended = self.segment_ends.get(&key).copied().unwrap_or(i64::MIN);
            // A sample at or after the stated end of the segment before is never a repetition: some
            // writers give samples no duration, so that times repeat.
            let ended = ticks(ended, track.timescale);
            if !is_repeated(track, dts, &sample, self.same)? || dts >= ended {
                push_fmp4_sample(track, init, &sample, dts)?;
            } else {
                let time = nanoseconds(dts, track.timescale).unwrap_or(0);
                self.facts.skip(FactKind::Repeated, init.kind, time);
            }
        }
        let Some(track) = self.tracks.get_mut(&key) else {
            return Ok(());
        };
        for span in spans {
            let Some(presented) = timing.presented(span) else {
                continue;
            };
            let end = presented.end.saturating_add(self.clock.offset_of(span.key));
            self.segment_ends.insert(span.key, end);
            track.end_at(ticks(end, track.timescale));
        }
        if timing.is_last {
            // The edit list of the first part does not tell where the last one ends.
            track.edit.duration = None;
            let end = timing.ends_at.map(|end| end.saturating_add(offset));
            track.presentation_end = end.map(|end| ticks(end, track.timescale));
        }
        Ok(())
    }
}

/// Returns whether a span is of a video or an audio track.
fn is_of_kind(span: &Span, kind: TrackKind) -> bool {
    span.key == track_key(span.key, kind)
}

/// Returns when a sample is presented according to the edit list of its track, in nanoseconds.
fn shown_at(init: &Init, sample: &IndexedSample) -> i64 {
    let edit = init.edit;
    let media_time = edit.media_time.unwrap_or(0);
    let pts = sample
        .dts
        .saturating_add(i64::from(sample.composition_offset));
    let presented = pts.max(media_time).saturating_sub(media_time);
    let time = nanoseconds(presented, init.timescale).unwrap_or(0);
    time.saturating_add(edit.initial_delay())
}

/// Creates a track whose first segment is shifted by `offset` nanoseconds.
fn new_track(init: &Init, offset: i64) -> Mp4Track {
    let mut track = Mp4Track::new(init.kind, init.timescale);
    track.timeline_shift = ticks(offset, init.timescale);
    track.language = Language::from_code(init.language);
    track.names = init.names.clone();
    track.display = init.display;
    track.edit = init.edit;
    track
}

/// Whether the segment before contains the same sample.
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

/// Converts a time in ticks of the init segment to ticks of a track with this timescale.
fn scaled(count: i64, timescale: u32, init: &Init) -> i64 {
    if init.timescale == timescale {
        return count;
    }
    let time = nanoseconds(count, init.timescale);
    time.map_or(count, |time| ticks(time, timescale))
}

/// Returns the decode time of a sample shifted by `offset` nanoseconds, in ticks of the track.
fn fmp4_dts(timescale: u32, init: &Init, sample: &IndexedSample, offset: i64) -> i64 {
    scaled(sample.dts, timescale, init).saturating_add(ticks(offset, timescale))
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
        composition_offset: scaled(i64::from(sample.composition_offset), track.timescale, init),
        sync: sample.sync,
        size: sample.size,
        position: sample.position,
        description,
        opens_chunk: sample.opens_chunk,
    })?;
    track.set_groups(sample.groups);
    Ok(())
}
