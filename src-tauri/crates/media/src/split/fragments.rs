//! The fragments of a fragmented MP4 as they lie in the file.

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

/// Small fragments of the same tracks come together until they are this large.
const SEGMENT_BYTES: usize = 1 << 20;
/// A fragment that is larger is no fragment of a few seconds.
const MAX_FRAGMENT_BYTES: u64 = 256 << 20;

/// How far the fragments have been given.
#[derive(Debug)]
pub(super) struct FragmentReader {
    /// Where the next box starts in the file.
    position: u64,
    /// Tracks that the bytes in the buffer are still to be given for, last first.
    pending: Vec<(usize, u64)>,
    /// When the first fragment starts: movies cut from a broadcast do not start at 0.
    origin_ms: Option<u64>,
    /// The start of each track's last fragment, for such as do not tell theirs.
    last_ms: Vec<u64>,
    lost_bytes: u64,
    /// The movie has one track, whatever its fragments call it.
    alone: bool,
}

/// A fragment in the file, from its `moof` to the end of its last `mdat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FragmentRange {
    start: u64,
    /// Where its `moof` ends.
    moof_end: u64,
    end: u64,
    /// Where what comes next starts.
    next: u64,
}

impl FragmentReader {
    pub(super) fn new(tracks: usize, alone: bool) -> Self {
        Self {
            position: 0,
            pending: Vec::new(),
            origin_ms: None,
            last_ms: vec![0; tracks],
            lost_bytes: 0,
            alone,
        }
    }

    pub(super) fn done(&self) -> u64 {
        self.position
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost_bytes
    }

    /// Leaves whole fragments in the buffer, once for each of their tracks.
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
        let given = self.pending.pop();
        Ok(given.map(|(track, start_ms)| TrackSegment { track, start_ms }))
    }

    /// Reads the next fragments of the same tracks; `false` at the end.
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
            let told = fragment_tracks(fragment, tracks, self.alone)?;
            let here: Vec<_> = told.iter().map(|(track, _)| *track).collect();
            if ids.as_ref().is_some_and(|ids| *ids != here) {
                buffer.truncate(before);
                self.position = range.start;
                break;
            }
            rebase(fragment, (range.start, before as u64))?;
            self.position = range.next;
            if ids.is_none() {
                self.queue_tracks(told, tracks);
                ids = Some(here);
            }
        }
        Ok(ids.is_some())
    }

    /// Notes which tracks a segment is for, and when it starts for each.
    fn queue_tracks(&mut self, told: Vec<(usize, Option<u64>)>, tracks: &[SplitTrack]) {
        let mut starts = Vec::new();
        for (index, time) in told {
            let timescale = tracks.get(index).map_or(1, |track| track.timescale);
            starts.push((index, time.map(|time| milliseconds(time, timescale))));
        }
        let first = starts.iter().filter_map(|(_, time)| *time).min();
        let origin = *self.origin_ms.get_or_insert(first.unwrap_or(0));
        for (index, time) in starts.into_iter().rev() {
            let Some(last) = self.last_ms.get_mut(index) else {
                continue;
            };
            *last = time.map_or(*last, |time| time.saturating_sub(origin));
            self.pending.push((index, *last));
        }
    }

    /// Finds the next whole fragment. What the end of the file cuts is lost.
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
                // Behind the movie there may be anything.
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
        // A fragment may be empty at the end of a whole file; where the file is cut its data is.
        let whole = found.filter(|range| position == length || range.end > range.moof_end);
        // What was read before and put back is not lost again.
        if self.position < length {
            let from = whole.map_or(cut_from.unwrap_or(position), |_| position);
            self.lost_bytes = length.saturating_sub(from);
        }
        self.position = length;
        Ok(whole.map(|range| range.with_next(length)))
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

/// The bodies of all `traf` in a fragment.
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

/// The tracks of a fragment by their index, and when it starts for each.
fn fragment_tracks(
    fragment: &[u8],
    tracks: &[SplitTrack],
    alone: bool,
) -> Result<Vec<(usize, Option<u64>)>, Error> {
    let mut told: Vec<(usize, Option<u64>)> = Vec::new();
    for traf in track_fragments(fragment)? {
        let mut tfhd = children(&traf).require(*b"tfhd")?;
        version_and_flags(&mut tfhd)?;
        let id = tfhd.u32()?;
        let index = tracks.iter().position(|track| track.id == id);
        // Some packagers number the only track differently in its fragments.
        let Some(index) = index.or(alone.then_some(0)) else {
            continue;
        };
        let time = match children(&traf).find(*b"tfdt")? {
            Some(mut tfdt) => {
                let (version, _) = version_and_flags(&mut tfdt)?;
                Some(tfdt.versioned(version)?)
            }
            None => None,
        };
        if told.iter().all(|(known, _)| *known != index) {
            told.push((index, time));
        }
    }
    told.sort_unstable();
    Ok(told)
}

/// Positions that count from the start of the file count from the start of the buffer after this.
///
/// `moved` is where the fragment starts in the file and in the buffer.
fn rebase(fragment: &mut [u8], moved: (u64, u64)) -> Result<(), Error> {
    let mut bases = Vec::new();
    for traf in track_fragments(fragment)? {
        let mut tfhd = children(&traf).require(*b"tfhd")?;
        let (_, flags) = version_and_flags(&mut tfhd)?;
        tfhd.skip(4)?;
        // ISO/IEC 14496-12 8.8.7: base-data-offset-present.
        if flags & 1 != 0 {
            let place = tfhd.position();
            let base = tfhd.u64()?.wrapping_sub(moved.0).wrapping_add(moved.1);
            bases.push((place, base));
        }
    }
    for (place, base) in bases {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        if let Some(slot) = fragment
            .get_mut(place..)
            .and_then(|rest| rest.first_chunk_mut())
        {
            *slot = base.to_be_bytes();
        }
    }
    Ok(())
}
