//! Reads the fragments of a fragmented MP4 unchanged, in the order of the file.

use std::io::{Read, Seek};

use super::{
    input::InputFile,
    mp4::{SplitTrack, header_at},
    progressive::{TrackSegment, milliseconds},
};
use crate::{
    Error,
    boxes::read::{children, top_level, version_and_flags},
    cursor::Cursor,
};

/// Small fragments of the same tracks are joined up to this size.
const SEGMENT_BYTES: usize = 1 << 20;
/// Largest fragment.
const MAX_FRAGMENT_BYTES: u64 = 256 << 20;

/// State of the fragments that are being read.
#[derive(Debug)]
pub(super) struct FragmentReader {
    /// Position in the file of the next box.
    position: u64,
    /// Tracks and start times for which the buffer is still to be returned, in reverse order.
    pending: Vec<(usize, u64)>,
    /// Start of the first fragment: movies recorded from a broadcast do not start at 0.
    origin_ms: Option<u64>,
    /// Start of each track's last fragment, for fragments without a start time.
    last_ms: Vec<u64>,
    lost_bytes: u64,
    /// The movie has only one track: ignore the track IDs of fragments.
    single_track: bool,
}

/// A fragment in the file, from its `moof` to the end of its last `mdat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FragmentRange {
    start: u64,
    /// End of its `moof`.
    moof_end: u64,
    end: u64,
    /// Start of the next fragment.
    next: u64,
}

impl FragmentReader {
    pub(super) fn new(tracks: usize, single_track: bool) -> Self {
        Self {
            position: 0,
            pending: Vec::new(),
            origin_ms: None,
            last_ms: vec![0; tracks],
            lost_bytes: 0,
            single_track,
        }
    }

    pub(super) fn done(&self) -> u64 {
        self.position
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost_bytes
    }

    /// Fills the buffer with complete fragments; returns them once for each of their tracks.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        tracks: &[SplitTrack],
        buffer: &mut Vec<u8>,
    ) -> Result<Option<TrackSegment>, Error> {
        while self.pending.is_empty() {
            buffer.clear();
            if !self.read(input, tracks, buffer)? {
                return Ok(None);
            }
        }
        let next = self.pending.pop();
        Ok(next.map(|(track, start_ms)| TrackSegment { track, start_ms }))
    }

    /// Reads the next fragments with the same tracks; returns `false` at the end.
    fn read<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        tracks: &[SplitTrack],
        buffer: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let mut ids: Option<Vec<usize>> = None;
        while let Some(range) = self.next(input)? {
            let before = buffer.len();
            let length = range.end - range.start;
            if length > MAX_FRAGMENT_BYTES {
                return Err(Error::Unsupported(format!("a fragment of {length} bytes")));
            }
            if ids.is_some() && before as u64 + length > SEGMENT_BYTES as u64 {
                self.position = range.start;
                break;
            }
            let wanted = usize::try_from(length).unwrap_or(usize::MAX);
            input.read_all(range.start, wanted, buffer)?;
            let fragment = buffer.get_mut(before..).unwrap_or_default();
            let starts = fragment_tracks(fragment, tracks, self.single_track)?;
            let here: Vec<_> = starts.iter().map(|(track, _)| *track).collect();
            if ids.as_ref().is_some_and(|ids| *ids != here) {
                buffer.truncate(before);
                self.position = range.start;
                break;
            }
            rebase(fragment, (range.start, before as u64))?;
            self.position = range.next;
            if ids.is_none() {
                self.queue_tracks(starts, tracks);
                ids = Some(here);
            }
        }
        Ok(ids.is_some())
    }

    /// Fills `pending` from the tracks of a segment and their start times in ticks.
    fn queue_tracks(&mut self, starts: Vec<(usize, Option<u64>)>, tracks: &[SplitTrack]) {
        let mut starts_ms = Vec::new();
        for (index, time) in starts {
            let timescale = tracks.get(index).map_or(1, |track| track.timescale);
            starts_ms.push((index, time.map(|time| milliseconds(time, timescale))));
        }
        let first = starts_ms.iter().filter_map(|(_, time)| *time).min();
        let origin = *self.origin_ms.get_or_insert(first.unwrap_or(0));
        for (index, time) in starts_ms.into_iter().rev() {
            let Some(last) = self.last_ms.get_mut(index) else {
                continue;
            };
            *last = time.map_or(*last, |time| time.saturating_sub(origin));
            self.pending.push((index, *last));
        }
    }

    /// Finds the next complete fragment. Counts a truncated one as lost.
    fn next<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
    ) -> Result<Option<FragmentRange>, Error> {
        let length = input.length();
        let mut found: Option<FragmentRange> = None;
        let mut position = self.position;
        let mut cut_from = None;
        while position < length {
            let header = match header_at(input, position) {
                Ok(Some(header)) => header,
                // Ignore anything after the movie.
                Ok(None) | Err(Error::Malformed { .. }) => break,
                Err(error) => return Err(error),
            };
            if header.kind == *b"moof"
                && let Some(range) = found
            {
                return Ok(Some(range.with_next(position)));
            }
            let start = position.saturating_add(header.header_length);
            let end =
                start.saturating_add(header.body_length.unwrap_or(length.saturating_sub(start)));
            if end > length {
                cut_from = found.map(|range| range.start);
                found = found.filter(|_| header.kind != *b"mdat");
                break;
            }
            match (&header.kind, &mut found) {
                (b"moof", found) => *found = Some(FragmentRange::new(position, end)),
                (b"mdat", Some(range)) => range.end = end,
                _ => {}
            }
            position = end;
        }
        // A last fragment without `mdat` is complete only if the file is not truncated.
        let complete = found.filter(|range| position == length || range.end > range.moof_end);
        // Count the loss once, even if the last fragment is read again.
        if self.position < length {
            let from = complete.map_or(cut_from.unwrap_or(position), |_| position);
            self.lost_bytes = length.saturating_sub(from);
        }
        self.position = length;
        Ok(complete.map(|range| range.with_next(length)))
    }
}

impl FragmentRange {
    fn new(start: u64, end: u64) -> Self {
        Self {
            start,
            moof_end: end,
            end,
            next: end,
        }
    }

    fn with_next(self, next: u64) -> Self {
        Self { next, ..self }
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

/// Returns the indexes of the tracks in a fragment, and the start time of each in ticks.
fn fragment_tracks(
    fragment: &[u8],
    tracks: &[SplitTrack],
    single_track: bool,
) -> Result<Vec<(usize, Option<u64>)>, Error> {
    let mut starts: Vec<(usize, Option<u64>)> = Vec::new();
    for traf in track_fragments(fragment)? {
        let mut tfhd = children(&traf).require(*b"tfhd")?;
        version_and_flags(&mut tfhd)?;
        let id = tfhd.u32()?;
        let index = tracks.iter().position(|track| track.id == id);
        // Some packagers use another track ID for the only track in its fragments.
        let Some(index) = index.or(single_track.then_some(0)) else {
            continue;
        };
        let time = match children(&traf).find(*b"tfdt")? {
            Some(mut tfdt) => {
                let (version, _) = version_and_flags(&mut tfdt)?;
                Some(tfdt.versioned(version)?)
            }
            None => None,
        };
        if starts.iter().all(|(known, _)| *known != index) {
            starts.push((index, time));
        }
    }
    starts.sort_unstable();
    Ok(starts)
}

/// Changes base data offsets from positions in the file to positions in the buffer, given the
/// position of the fragment in both.
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
