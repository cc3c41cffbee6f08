//! Reads the fragments of a fragmented MP4 unchanged, in the order of the file.

use std::{
    collections::BTreeMap,
    io::{Read, Seek},
    ops::Range,
};

use super::{
    input::InputFile,
    mp4::{FoundIndex, SplitTrack, header_at},
    progressive::{TrackSegment, milliseconds},
};
use crate::{
    Error,
    boxes::read::{children, top_level, version_and_flags},
    cursor::Cursor,
    fmp4::{FragmentOutline, OtherTrack, outline},
};

/// Small fragments of the same tracks are joined up to this size.
const SEGMENT_BYTES: usize = 1 << 20;
/// Largest fragment.
const MAX_FRAGMENT_BYTES: u64 = 256 << 20;
/// A fragment that starts this much before the end of those before it is on a new timeline; less,
/// if those are short. In milliseconds.
const MAX_OVERLAP_MS: i64 = 1000;
/// Writers of one fragment per frame round by up to a frame.
const MIN_OVERLAP_MS: i64 = 100;
/// A longer jump ahead is a new timeline, and not a pause.
const MAX_JUMP_MS: i64 = 600_000;

/// What comes next in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A segment, which is in the buffer.
    Segment(TrackSegment),
    /// Another index.
    Index(FoundIndex),
    End,
}

/// State of the fragments that are being read.
#[derive(Debug)]
pub(super) struct FragmentReader {
    /// Position in the file of the next box.
    position: u64,
    /// Position of the `moov` whose fragments are read.
    index: u64,
    /// Start of the file that they belong to, if files were put one behind the other.
    file_start: u64,
    /// The bodies of the `mdat` boxes between the last fragment and the next `moof`.
    leading_bodies: Vec<Range<u64>>,
    /// The `moov` has `mvex`; else `moof` boxes are ignored.
    pub(super) is_fragmented: bool,
    /// Tracks for which the buffer is still to be returned, in reverse order.
    pending: Vec<TrackSegment>,
    timeline: Timeline,
    /// Bytes of fragments whose data is elsewhere in the file.
    collected_bytes: u64,
    lost_bytes: u64,
}

/// A fragment in the file, from its `moof` to the end of its last `mdat`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct FragmentRange {
    start: u64,
    /// End of its `moof`.
    moof_end: u64,
    end: u64,
    /// Start of the next fragment.
    next: u64,
    /// The bodies of its `mdat` boxes.
    bodies: Vec<Range<u64>>,
    /// The bodies of the `mdat` boxes between the fragment before and this one.
    leading_bodies: Vec<Range<u64>>,
    /// Position of the last `mdat` if it extends to the end of the file (size 0).
    open_body: Option<u64>,
    /// The file ends within its last `mdat`.
    cut: bool,
    file_start: u64,
}

/// What the next boxes of the file are.
enum Step {
    Fragment(FragmentRange),
    Index(FoundIndex),
    End,
}

/// Where the data of a fragment is that states positions from the start of the file.
enum DataPlace {
    /// In its own `mdat`; add this to the stated positions.
    Own(u64),
    /// At this byte range of the file; the number is what was added to the stated positions.
    Elsewhere(Range<u64>, u64),
    /// Not known: the demuxer takes the `mdat` behind `moof`.
    Unknown,
}

/// The running time of the movie, over restarts of the clock in the file, in milliseconds.
#[derive(Debug, Default)]
struct Timeline {
    /// Time of the file at the start of the movie: movies recorded from a broadcast do not start
    /// at 0.
    origin: Option<i64>,
    /// Start and end of the fragments so far on the clock of the file, by track number.
    tracks: BTreeMap<usize, (i64, i64)>,
}

/// The start and end of a track in a fragment, in milliseconds on the clock of the file.
#[derive(Clone, Copy, Debug)]
struct TrackTime {
    /// Index of the track.
    track: usize,
    number: usize,
    /// `None` if the fragment does not state it.
    start: Option<i64>,
    duration: i64,
}

impl FragmentReader {
    /// Makes the reader for the `moov` at `index`.
    pub(super) fn new(index: u64, is_fragmented: bool) -> Self {
        Self {
            position: 0,
            index,
            file_start: 0,
            leading_bodies: Vec::new(),
            is_fragmented,
            pending: Vec::new(),
            timeline: Timeline::default(),
            collected_bytes: 0,
            lost_bytes: 0,
        }
    }

    pub(super) fn done(&self) -> u64 {
        self.position
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost_bytes
    }

    /// Time from the start of the movie to the end of the fragments so far.
    pub(super) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.timeline.elapsed()).unwrap_or(0)
    }

    /// Fills the buffer with complete fragments; returns them once for each of their tracks.
    /// `defaults` are those of all tracks of the index.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        tracks: &[SplitTrack],
        defaults: &[OtherTrack],
        buffer: &mut Vec<u8>,
    ) -> Result<Next, Error> {
        loop {
            if let Some(segment) = self.pending.pop() {
                return Ok(Next::Segment(segment));
            }
            buffer.clear();
            match self.read(input, tracks, defaults, buffer)? {
                Next::Segment(_) => {}
                next => return Ok(next),
            }
        }
    }

    /// Reads the next fragments with the same tracks on one timeline.
    fn read<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        tracks: &[SplitTrack],
        defaults: &[OtherTrack],
        buffer: &mut Vec<u8>,
    ) -> Result<Next, Error> {
        let nothing = Next::Segment(TrackSegment::default());
        let mut first: Option<Vec<usize>> = None;
        loop {
            let range = match self.next(input)? {
                Step::Fragment(range) => range,
                Step::Index(found) => {
                    if first.is_none() {
                        self.index = found.start;
                        self.position = found.body.saturating_add(found.length);
                        return Ok(Next::Index(found));
                    }
                    self.position = found.start;
                    return Ok(nothing);
                }
                Step::End if first.is_none() => return Ok(Next::End),
                Step::End => return Ok(nothing),
            };
            let before = buffer.len();
            let length = range.end - range.start;
            if length > MAX_FRAGMENT_BYTES {
                return Err(Error::Unsupported(format!("a fragment of {length} bytes")));
            }
            if first.is_some() && before as u64 + length > SEGMENT_BYTES as u64 {
                self.back_to(range);
                return Ok(nothing);
            }
            let Some(fragments) = self.append(input, &range, defaults, buffer)? else {
                // The file ends within its data.
                buffer.truncate(before);
                self.lost_bytes = input.length().saturating_sub(range.start);
                self.position = range.next;
                continue;
            };
            let times = track_times(&fragments, tracks);
            let here: Vec<_> = times.iter().map(|time| time.track).collect();
            let restarts = self.timeline.restarts(&times);
            if first
                .as_ref()
                .is_some_and(|first| *first != here || restarts)
            {
                buffer.truncate(before);
                self.back_to(range);
                return Ok(nothing);
            }
            self.position = range.next;
            let starts = self.timeline.add(&times, restarts);
            if first.is_none() {
                let segment = |(track, start_ms)| TrackSegment {
                    track,
                    start_ms,
                    restarts: false,
                };
                self.pending = starts.into_iter().map(segment).rev().collect();
                if let Some(segment) = self.pending.last_mut() {
                    segment.restarts = restarts;
                }
                first = Some(here);
            }
        }
    }

    /// Reads this fragment again with the next segment.
    fn back_to(&mut self, range: FragmentRange) {
        self.position = range.start;
        self.leading_bodies = range.leading_bodies;
        self.file_start = range.file_start;
    }

    /// Appends a fragment to the buffer, its data behind its `moof`. Returns its track fragments, or
    /// `None` if the file ends within its data.
    fn append<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        range: &FragmentRange,
        defaults: &[OtherTrack],
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Vec<FragmentOutline>>, Error> {
        let before = buffer.len();
        let read = |input: &mut InputFile<R>, bytes: Range<u64>, buffer: &mut Vec<u8>| {
            let length = usize::try_from(bytes.end - bytes.start).unwrap_or(usize::MAX);
            input.read_all(bytes.start, length, buffer)
        };
        read(input, range.start..range.moof_end, buffer)?;
        let moof = Cursor::within("MP4", buffer.get(before..).unwrap_or_default(), range.start);
        let Some(moof) = children(&moof).next().transpose()? else {
            return Ok(None);
        };
        let fragments = outline(&moof, defaults)?;
        let absolute = fragments.iter().filter(|fragment| fragment.is_absolute);
        let absolute = absolute
            .map(|fragment| fragment.data.clone())
            .reduce(|all, data| all.start.min(data.start)..all.end.max(data.end));
        let place = absolute.map_or(DataPlace::Unknown, |data| range.place(data, input.length()));
        if let DataPlace::Elsewhere(data, added) = place {
            self.count_collected(&data, input.length())?;
            let size = data.end - data.start;
            let size = u32::try_from(size + 8).unwrap_or(u32::MAX);
            buffer.extend_from_slice(&size.to_be_bytes());
            buffer.extend_from_slice(b"mdat");
            let body = buffer.len() as u64;
            let start = data.start.wrapping_sub(added);
            read(input, data, buffer)?;
            rebase(buffer.get_mut(before..).unwrap_or_default(), (start, body))?;
            return Ok(Some(fragments));
        }
        let inside = |data: &Range<u64>| {
            let mut bodies = range.bodies.iter();
            bodies.any(|body| body.start <= data.start && data.end <= body.end)
        };
        if range.cut && !fragments.iter().all(|fragment| inside(&fragment.data)) {
            return Ok(None);
        }
        read(input, range.moof_end..range.end, buffer)?;
        let fragment = buffer.get_mut(before..).unwrap_or_default();
        range.close_body(fragment);
        let added = if let DataPlace::Own(added) = place {
            added
        } else {
            0
        };
        rebase(fragment, (range.start.wrapping_sub(added), before as u64))?;
        Ok(Some(fragments))
    }

    /// Counts data that is not in the `mdat` of its fragment. Fragments may share some, but a broken
    /// file could multiply itself without bound.
    fn count_collected(&mut self, data: &Range<u64>, file_bytes: u64) -> Result<(), Error> {
        let length = data.end - data.start;
        if length > MAX_FRAGMENT_BYTES {
            return Err(Error::Unsupported(format!("a fragment of {length} bytes")));
        }
        self.collected_bytes = self.collected_bytes.saturating_add(length);
        if self.collected_bytes > file_bytes.saturating_mul(4) {
            return Err(Cursor::new("MP4", &[]).malformed("the samples lie on top of each other"));
        }
        Ok(())
    }

    /// Finds the next fragment or index. Counts truncated fragments as lost.
    fn next<R: Read + Seek>(&mut self, input: &mut InputFile<R>) -> Result<Step, Error> {
        let length = input.length();
        let mut found: Option<FragmentRange> = None;
        let mut position = self.position;
        let mut cut = false;
        while position < length {
            let header = match header_at(input, position) {
                Ok(Some(header)) => header,
                // Ignore anything after the movie.
                Ok(None) | Err(Error::Malformed { .. }) => break,
                Err(error) => return Err(error),
            };
            let kind = header.kind;
            let is_index = kind == *b"moov" && position != self.index;
            let is_fragment = kind == *b"moof" && self.is_fragmented;
            if (is_index || is_fragment)
                && let Some(range) = found
            {
                // They may also hold the data of the next fragment.
                self.leading_bodies.clone_from(&range.bodies);
                return Ok(Step::Fragment(range.with_next(position)));
            }
            let start = position.saturating_add(header.header_length);
            let left = length.saturating_sub(start);
            let body = start..start.saturating_add(header.body_length.unwrap_or(left));
            if body.end > length {
                cut = kind == *b"mdat";
                break;
            }
            let next = body.end;
            match (&kind, &mut found) {
                _ if is_index => return Ok(Step::Index(self.found_index(position, body))),
                (b"moof", found) if is_fragment => {
                    *found = Some(self.fragment_range(position, next));
                }
                (b"mdat", Some(range)) => {
                    range.open_body = header.body_length.is_none().then_some(position);
                    range.end = next;
                    range.bodies.push(body);
                }
                (b"mdat", None) => self.leading_bodies.push(body),
                (b"ftyp", _) if position > self.index => self.file_start = position,
                _ => {}
            }
            position = next;
        }
        Ok(self.last(found, (position, cut), length))
    }

    fn found_index(&self, start: u64, body: Range<u64>) -> FoundIndex {
        FoundIndex {
            start,
            body: body.start,
            length: body.end - body.start,
            file_start: self.file_start,
        }
    }

    fn fragment_range(&mut self, start: u64, end: u64) -> FragmentRange {
        FragmentRange {
            start,
            moof_end: end,
            end,
            next: end,
            leading_bodies: std::mem::take(&mut self.leading_bodies),
            file_start: self.file_start,
            ..FragmentRange::default()
        }
    }

    /// Returns the last fragment of the file, which is complete or cut at `position`.
    fn last(
        &mut self,
        found: Option<FragmentRange>,
        (position, cut): (u64, bool),
        length: u64,
    ) -> Step {
        // A last fragment without `mdat` is complete only if the file is not truncated.
        let complete =
            found.filter(|range| position == length || cut || range.end > range.moof_end);
        // Count the loss once, even if the last fragment is read again.
        if self.position < length && self.is_fragmented {
            self.lost_bytes = length.saturating_sub(position);
        }
        self.position = length;
        match complete {
            Some(range) => Step::Fragment(FragmentRange {
                cut,
                ..range.with_next(length)
            }),
            None => Step::End,
        }
    }
}

impl FragmentRange {
    fn with_next(self, next: u64) -> Self {
        Self { next, ..self }
    }

    /// Finds the data of the fragment, which is stated to be at `data` from the start of the file:
    /// of the whole file, or of the one that was put behind another. It may be before `moof`
    /// (ISO/IEC 14496-12 8.8.7).
    fn place(&self, data: Range<u64>, file_bytes: u64) -> DataPlace {
        let starts_in = |bodies: &[Range<u64>], added: u64| {
            let start = data.start.saturating_add(added);
            let end = data.end.saturating_add(added);
            let mut bodies = bodies.iter();
            let body = bodies.find(|body| body.contains(&start) && end <= file_bytes)?;
            Some((start..end, end <= body.end))
        };
        let offsets = [0, self.file_start];
        for added in offsets {
            match starts_in(&self.bodies, added) {
                Some((_, true)) => return DataPlace::Own(added),
                Some((data, false)) => return DataPlace::Elsewhere(data, added),
                None => {}
            }
        }
        for added in offsets {
            if let Some((data, _)) = starts_in(&self.leading_bodies, added) {
                return DataPlace::Elsewhere(data, added);
            }
        }
        DataPlace::Unknown
    }

    /// Gives the last `mdat` a size if it extends to the end of the file.
    fn close_body(&self, fragment: &mut [u8]) {
        let Some(position) = self.open_body else {
            return;
        };
        let at = usize::try_from(position - self.start).unwrap_or(usize::MAX);
        let size = u32::try_from(self.end - position).unwrap_or(0);
        let field = fragment.get_mut(at..).and_then(<[u8]>::first_chunk_mut);
        if let Some(field) = field {
            *field = size.to_be_bytes();
        }
    }
}

impl Timeline {
    /// Time from the start of the movie to the end of its longest track.
    fn elapsed(&self) -> i64 {
        let end = self.tracks.values().map(|(_, end)| *end).max();
        end.map_or(0, |end| end.saturating_sub(self.origin.unwrap_or(0)))
    }

    /// Whether the times of a fragment are not those of the fragments before.
    fn restarts(&self, times: &[TrackTime]) -> bool {
        let latest = self.tracks.values().map(|(_, end)| *end).max();
        times.iter().any(|time| {
            let Some(start) = time.start else {
                return false;
            };
            let jumps = latest.is_some_and(|end| start > end.saturating_add(MAX_JUMP_MS));
            let known = self.tracks.get(&time.number);
            let falls = known.is_some_and(|(first, end)| {
                let half = end.saturating_sub(*first) / 2;
                let overlap = half.clamp(MIN_OVERLAP_MS, MAX_OVERLAP_MS);
                start < end.saturating_sub(overlap)
            });
            jumps || falls
        })
    }

    /// Adds a fragment; returns the start of each track on the clock of the movie.
    fn add(&mut self, times: &[TrackTime], restarts: bool) -> Vec<(usize, u64)> {
        let first = times.iter().filter_map(|time| time.start).min();
        if restarts {
            let elapsed = self.elapsed();
            self.origin = first.map(|first| first.saturating_sub(elapsed));
            self.tracks.clear();
        }
        let origin = *self.origin.get_or_insert(first.unwrap_or(0));
        let mut starts = Vec::new();
        for time in times {
            let known = self.tracks.get(&time.number).copied();
            let end = known.map_or(origin, |(_, end)| end);
            let start = time.start.unwrap_or(end);
            let (first, _) = known.unwrap_or((start, start));
            let end = start.saturating_add(time.duration);
            self.tracks.insert(time.number, (first, end));
            let start_ms = u64::try_from(start.saturating_sub(origin)).unwrap_or(0);
            starts.push((time.track, start_ms));
        }
        starts
    }
}

/// Returns the bodies of all `traf` boxes in a fragment.
fn track_fragments(fragment: &[u8]) -> Result<Vec<Cursor<'_>>, Error> {
    let mut bodies = Vec::new();
    for found in top_level(fragment) {
        let found = found?;
        if found.kind != *b"moof" {
            continue;
        }
        for traf in children(&found.body) {
            let traf = traf?;
            if traf.kind == *b"traf" {
                bodies.push(traf.body);
            }
        }
    }
    Ok(bodies)
}

/// Returns the times of the tracks in a fragment, in the order of the tracks.
fn track_times(fragments: &[FragmentOutline], tracks: &[SplitTrack]) -> Vec<TrackTime> {
    let mut times: Vec<TrackTime> = Vec::new();
    for fragment in fragments {
        let by_id = || {
            tracks
                .iter()
                .position(|track| track.id == fragment.track_id)
        };
        // Some packagers use another track ID for the only track in its fragments.
        let only = || tracks.first().filter(|track| track.is_only).map(|_| 0);
        let Some(index) = by_id().or_else(only) else {
            continue;
        };
        let Some(track) = tracks.get(index) else {
            continue;
        };
        let time = |ticks| i64::try_from(milliseconds(ticks, track.timescale)).unwrap_or(i64::MAX);
        if let Some(known) = times.iter_mut().find(|known| known.track == index) {
            known.duration = known.duration.saturating_add(time(fragment.duration));
            continue;
        }
        times.push(TrackTime {
            track: index,
            number: track.number,
            start: fragment.start.map(time),
            duration: time(fragment.duration),
        });
    }
    times.sort_unstable_by_key(|time| time.track);
    times
}

/// Changes base data offsets from positions in the file to positions in the buffer, given the
/// position of the data in both.
fn rebase(fragment: &mut [u8], (in_file, in_buffer): (u64, u64)) -> Result<(), Error> {
    let mut bases = Vec::new();
    for traf in track_fragments(fragment)? {
        let mut tfhd = children(&traf).require(*b"tfhd")?;
        let (_, flags) = version_and_flags(&mut tfhd)?;
        tfhd.skip(4)?;
        // ISO/IEC 14496-12 8.8.7: base-data-offset-present.
        if flags & 1 != 0 {
            let field = tfhd.position();
            let base = tfhd.u64()?.wrapping_sub(in_file).wrapping_add(in_buffer);
            bases.push((field, base));
        }
    }
    for (field, base) in bases {
        let field = usize::try_from(field).unwrap_or(usize::MAX);
        if let Some(slot) = fragment
            .get_mut(field..)
            .and_then(|rest| rest.first_chunk_mut())
        {
            *slot = base.to_be_bytes();
        }
    }
    Ok(())
}
