//! Splits an MP4 or QuickTime movie by its index, which may be at either end of the file.

use std::io::{Read, Seek};

use super::{
    FilledSegment, MovieInfo,
    fragments::{FragmentReader, Next},
    input::InputFile,
    progressive::{ProgressiveReader, TrackSegment},
    table::SampleTable,
};
use crate::{
    Error, Fact, SegmentKind, TrackKind,
    boxes::{
        FourCc,
        read::{self, BoxHeader, children, name, version_and_flags},
        write::boxed,
    },
    cursor::Cursor,
    fmp4::{self, OtherTrack},
    refused, tags,
};

/// Largest index: enough for a movie of four days.
const MAX_INDEX_BYTES: u64 = 512 << 20;
/// Largest number of boxes before the index.
const MAX_BOXES: u32 = 1 << 20;
/// Largest number of video and audio tracks.
const MAX_TRACKS: usize = 64;
/// Longest name of a track that is kept.
const MAX_TITLE_BYTES: usize = 1 << 10;
/// Larger sample groups are ignored; those that are kept are small.
const MAX_SAMPLE_GROUP_BYTES: usize = 64 << 10;

/// A video or audio track.
#[derive(Debug)]
pub(super) struct SplitTrack {
    pub(super) id: u32,
    pub(super) kind: TrackKind,
    pub(super) timescale: u32,
    /// Its track number in the segments.
    pub(super) number: usize,
    /// Its init segment, made from the index.
    init: Vec<u8>,
    /// Each of its segments has the init segment behind it, because that of the track differs.
    repeats_init: bool,
    /// The movie has no other track: ignore the track IDs of fragments.
    pub(super) is_only: bool,
    pub(super) table: SampleTable,
}

/// The tracks of a `moov`.
#[derive(Debug)]
struct MovieIndex {
    /// The body of `moov`.
    moov: Vec<u8>,
    tracks: Vec<SplitTrack>,
    /// Defaults of all tracks, also of those that are left out.
    defaults: Vec<OtherTrack>,
    /// Handler types of the tracks that are left out.
    left_out: Vec<FourCc>,
    is_fragmented: bool,
}

/// The numbers of the tracks in the segments, over all indexes and files of a movie.
#[derive(Clone, Debug, Default)]
pub(super) struct TrackLayout(Vec<NumberedTrack>);

#[derive(Clone, Debug)]
struct NumberedTrack {
    kind: TrackKind,
    init: Vec<u8>,
}

/// State of an MP4 that is being split: returns init segments, samples of the index, then fragments;
/// then the same of each further index in the file.
#[derive(Debug)]
pub(super) struct Mp4Splitter {
    index: MovieIndex,
    layout: TrackLayout,
    inits_returned: usize,
    progressive: ProgressiveReader,
    fragments: FragmentReader,
    number: u64,
    /// Tracks that already have a segment with this number.
    tracks_of_number: Vec<usize>,
    /// Size of the segment in the buffer without an init segment behind it.
    media_length: usize,
}

impl TrackLayout {
    /// Numbers the tracks of an index: the first video track is the first video track of the movie,
    /// and so on. Further ones get new numbers.
    fn assign(&mut self, tracks: &mut [SplitTrack]) -> Result<(), Error> {
        let mut taken = Vec::new();
        for track in tracks {
            let free = |(number, known): &(usize, &NumberedTrack)| {
                known.kind == track.kind && !taken.contains(number)
            };
            let known = self.0.iter().enumerate().find(free);
            if let Some((number, known)) = known {
                track.number = number;
                track.repeats_init = known.init != track.init;
            } else {
                track.number = self.0.len();
                track.repeats_init = true;
                self.0.push(NumberedTrack {
                    kind: track.kind,
                    init: track.init.clone(),
                });
            }
            taken.push(track.number);
            if self.0.len() > MAX_TRACKS {
                let problem = "more tracks than any film has";
                return Err(Cursor::new("MP4", &[]).malformed(problem));
            }
        }
        Ok(())
    }
}

impl Mp4Splitter {
    /// Finds the index and reads its tracks.
    pub(super) fn open<R: Read + Seek>(
        input: &mut InputFile<R>,
        info: &mut MovieInfo,
    ) -> Result<Self, Error> {
        let found = find_index(input)?;
        let mut index = MovieIndex::read(input, &found)?;
        if index.tracks.is_empty() {
            return Err(Error::Empty);
        }
        let moov = Cursor::within("MP4", &index.moov, found.body);
        info.duration_ms = duration(&moov)?;
        info.facts = tags::left_out::facts(&moov, Some(&info.tags));
        for kind in &index.left_out {
            info.left_out.push(name(*kind).trim().to_owned());
        }
        let mut layout = TrackLayout::default();
        layout.assign(&mut index.tracks)?;
        for track in &mut index.tracks {
            track.repeats_init = false;
        }
        Ok(Self {
            progressive: ProgressiveReader::new(input.length()),
            fragments: FragmentReader::new(found.start, index.is_fragmented),
            index,
            layout,
            inits_returned: 0,
            number: 0,
            tracks_of_number: Vec::new(),
            media_length: 0,
        })
    }

    /// Continues the tracks of an earlier file: the segments get their numbers, and no init segment
    /// stands alone.
    pub(super) fn follow(&mut self, earlier: &Self) -> Result<(), Error> {
        self.layout = earlier.layout.clone();
        self.layout.assign(&mut self.index.tracks)?;
        self.inits_returned = self.index.tracks.len();
        Ok(())
    }

    pub(super) fn done(&self) -> u64 {
        self.progressive.done().max(self.fragments.done())
    }

    pub(super) fn lost(&self) -> u64 {
        let fragments = self.fragments.lost();
        self.progressive.lost().saturating_add(fragments)
    }

    pub(super) fn lost_samples(&self) -> Vec<Fact> {
        self.progressive.lost_samples()
    }

    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<FilledSegment>, Error> {
        if let Some(track) = self.index.tracks.get(self.inits_returned) {
            buffer.clear();
            buffer.extend_from_slice(&track.init);
            self.inits_returned += 1;
            return Ok(Some(FilledSegment {
                track: u8::try_from(track.number).unwrap_or(u8::MAX),
                kind: SegmentKind::Init,
                start_ms: 0,
                length: buffer.len(),
            }));
        }
        loop {
            // Remove the init segment behind the segment before.
            buffer.truncate(self.media_length);
            let MovieIndex { moov, tracks, .. } = &mut self.index;
            let found = match self.progressive.fill(input, moov, tracks, buffer)? {
                Some(segment) => Next::Segment(segment),
                None => {
                    self.fragments
                        .fill(input, &self.index.tracks, &self.index.defaults, buffer)?
                }
            };
            match found {
                Next::Segment(segment) => return Ok(self.numbered(segment, buffer)),
                Next::Index(index) => self.continue_with(input, &index)?,
                Next::End => return Ok(None),
            }
        }
    }

    /// Goes on with another index in the file, as of an advertisement between the parts of a movie.
    /// Ignores a damaged one.
    fn continue_with<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        found: &FoundIndex,
    ) -> Result<(), Error> {
        let mut index = match MovieIndex::read(input, found) {
            Ok(index) if !index.tracks.is_empty() => index,
            Ok(_) | Err(Error::Malformed { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.layout.assign(&mut index.tracks)?;
        self.fragments.is_fragmented = index.is_fragmented;
        let elapsed_ms = self
            .fragments
            .elapsed_ms()
            .max(self.progressive.elapsed_ms());
        self.progressive.begin_index(elapsed_ms, found.file_start);
        self.index = index;
        Ok(())
    }

    /// Numbers a segment. Consecutive segments of different tracks get the same number: they are
    /// presented at the same time. Every second number is left out, so that the muxer trusts
    /// `start_ms` and does not take a long pause for a reset of the clock. Where the clock of the file
    /// is known to start again, none is left out.
    fn numbered(&mut self, segment: TrackSegment, buffer: &mut Vec<u8>) -> Option<FilledSegment> {
        let track = self.index.tracks.get(segment.track)?;
        if segment.restarts && !self.tracks_of_number.is_empty() {
            self.tracks_of_number.clear();
            self.number += 1;
        } else if self.tracks_of_number.contains(&track.number) {
            self.tracks_of_number.clear();
            self.number += 2;
        }
        self.tracks_of_number.push(track.number);
        self.media_length = buffer.len();
        if track.repeats_init {
            buffer.extend_from_slice(&track.init);
        }
        Some(FilledSegment {
            track: u8::try_from(track.number).unwrap_or(u8::MAX),
            kind: SegmentKind::Media(self.number),
            start_ms: segment.start_ms,
            length: buffer.len(),
        })
    }
}

impl MovieIndex {
    /// Reads the body of a `moov`.
    fn read<R: Read + Seek>(input: &mut InputFile<R>, found: &FoundIndex) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let fail = |problem: &str| Err(Cursor::within("MP4", &[], found.start).malformed(problem));
        if found.length > input.length().saturating_sub(found.body) {
            return fail("the file ends within its index, moov");
        }
        if found.length > MAX_INDEX_BYTES {
            return fail("a moov too large");
        }
        let length = usize::try_from(found.length).unwrap_or(usize::MAX);
        input.read_all(found.body, length, &mut bytes)?;
        let moov = Cursor::within("MP4", &bytes, found.body);
        if children(&moov).find(*b"cmov")?.is_some() {
            return Err(Error::Unsupported(refused::COMPRESSED_INDEX.into()));
        }
        let mvex = children(&moov).find(*b"mvex")?;
        let (mut tracks, mut defaults, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for child in children(&moov) {
            let child = child?;
            if child.kind == *b"trak" {
                if let Some(mvex) = &mvex
                    && let Ok(track) = OtherTrack::read(mvex, &child.body)
                {
                    defaults.push(track);
                }
                match track(&moov, &child.body)? {
                    Ok(track) => tracks.push(track),
                    Err(other) => left_out.push(other),
                }
            }
            if tracks.len() > MAX_TRACKS || defaults.len() > MAX_BOXES as usize {
                return Err(moov.malformed("more tracks than any film has"));
            }
        }
        let is_fragmented = mvex.is_some();
        if let ([only], true) = (tracks.as_mut_slice(), left_out.is_empty()) {
            only.is_only = true;
        }
        Ok(Self {
            moov: bytes,
            tracks,
            defaults,
            left_out,
            is_fragmented,
        })
    }
}

/// Where a `moov` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FoundIndex {
    pub(super) start: u64,
    /// Start of its body, and the length of that.
    pub(super) body: u64,
    pub(super) length: u64,
    /// Start of the file that the index belongs to, if files were put one behind the other.
    pub(super) file_start: u64,
}

/// Finds the first `moov`.
fn find_index<R: Read + Seek>(input: &mut InputFile<R>) -> Result<FoundIndex, Error> {
    let mut position = 0;
    for _ in 0..MAX_BOXES {
        let Some(header) = header_at(input, position)? else {
            break;
        };
        let start = position + header.header_length;
        let left = input.length().saturating_sub(start);
        let body = header.body_length.unwrap_or(left);
        if header.kind == *b"moov" {
            return Ok(FoundIndex {
                start: position,
                body: start,
                length: body,
                file_start: 0,
            });
        }
        position = match start.checked_add(body) {
            Some(next) if next < input.length() => next,
            _ => break,
        };
    }
    Err(Cursor::within("MP4", &[], input.length())
        .malformed("the index, moov, is missing: the file is cut, or its recording never ended"))
}

/// Reads the header of the box at `position`; returns `None` at the end of the file.
pub(super) fn header_at<R: Read + Seek>(
    input: &mut InputFile<R>,
    position: u64,
) -> Result<Option<BoxHeader>, Error> {
    let bytes = input.peek::<16>(position)?;
    if bytes.len() < 8 {
        return Ok(None);
    }
    read::header(&mut Cursor::within("MP4", &bytes, position)).map(Some)
}

/// Reads a track; the inner `Err` holds the handler type if it is neither video nor audio.
fn track(moov: &Cursor<'_>, trak: &Cursor<'_>) -> Result<Result<SplitTrack, FourCc>, Error> {
    let mdia = children(trak).require(*b"mdia")?;
    let mut hdlr = children(&mdia).require(*b"hdlr")?;
    hdlr.skip(8)?;
    let kind = match hdlr.array()? {
        kind if kind == *b"vide" => TrackKind::Video,
        kind if kind == *b"soun" => TrackKind::Audio,
        other => return Ok(Err(other)),
    };
    let mut tkhd = children(trak).require(*b"tkhd")?;
    let (version, _) = version_and_flags(&mut tkhd)?;
    tkhd.versioned(version)?;
    tkhd.versioned(version)?;
    let id = tkhd.u32()?;
    let (timescale, _) = timed_header(children(&mdia).require(*b"mdhd")?)?;
    let minf = children(&mdia).require(*b"minf")?;
    let stbl = children(&minf).require(*b"stbl")?;
    check_self_contained(&minf)?;
    Ok(Ok(SplitTrack {
        id,
        kind,
        timescale,
        number: 0,
        init: init(moov, trak, id)?,
        repeats_init: false,
        is_only: false,
        table: SampleTable::read(moov, &stbl)?,
    }))
}

/// Reads timescale and duration of `mvhd` or `mdhd` (ISO/IEC 14496-12 8.2.2, 8.4.2).
fn timed_header(mut header: Cursor<'_>) -> Result<(u32, u64), Error> {
    let (version, _) = version_and_flags(&mut header)?;
    header.versioned(version)?;
    header.versioned(version)?;
    let timescale = header.u32()?;
    if timescale == 0 {
        return Err(header.malformed("a timescale of 0"));
    }
    Ok((timescale, header.versioned(version)?))
}

/// Returns the duration of the movie in milliseconds, for fragmented ones from `mehd` (ISO/IEC
/// 14496-12 8.8.2).
fn duration(moov: &Cursor<'_>) -> Result<Option<u64>, Error> {
    let Some(mvhd) = children(moov).find(*b"mvhd")? else {
        return Ok(None);
    };
    let (timescale, mut ticks) = timed_header(mvhd)?;
    if let Some(mvex) = children(moov).find(*b"mvex")?
        && let Some(mut mehd) = children(&mvex).find(*b"mehd")?
    {
        let (version, _) = version_and_flags(&mut mehd)?;
        ticks = ticks.max(mehd.versioned(version)?);
    }
    let unknown = ticks == 0 || ticks == u64::from(u32::MAX) || ticks == u64::MAX;
    let milliseconds = u128::from(ticks) * 1000 / u128::from(timescale);
    Ok(u64::try_from(milliseconds).ok().filter(|_| !unknown))
}

/// Fails if the media is in another file (ISO/IEC 14496-12 8.7.2), as in some old movies.
fn check_self_contained(minf: &Cursor<'_>) -> Result<(), Error> {
    let Some(dinf) = children(minf).find(*b"dinf")? else {
        return Ok(());
    };
    let Some(mut dref) = children(&dinf).find(*b"dref")? else {
        return Ok(());
    };
    version_and_flags(&mut dref)?;
    dref.u32()?;
    for entry in children(&dref) {
        let (_, flags) = version_and_flags(&mut entry?.body)?;
        if flags & 1 == 0 {
            return Err(Error::Unsupported("media in another file".into()));
        }
    }
    Ok(())
}

/// Builds a `moov` with only this track, without its sample tables.
fn init(moov: &Cursor<'_>, trak: &Cursor<'_>, id: u32) -> Result<Vec<u8>, Error> {
    let mvhd = children(moov).find(*b"mvhd")?;
    let mvex = children(moov).find(*b"mvex")?;
    let trex = match &mvex {
        Some(mvex) => defaults(mvex, id)?,
        None => None,
    };
    let mut reduced = Vec::new();
    reduce(&mut reduced, trak, *b"trak")?;
    let mut out = Vec::new();
    boxed(&mut out, *b"moov", |out| {
        if let Some(mvhd) = mvhd {
            boxed(out, *b"mvhd", |out| out.extend_from_slice(mvhd.rest()));
        }
        out.extend_from_slice(&reduced);
        if let Some(trex) = trex {
            boxed(out, *b"mvex", |out| {
                boxed(out, *b"trex", |out| out.extend_from_slice(trex.rest()));
            });
        }
    });
    Ok(out)
}

fn defaults<'a>(mvex: &Cursor<'a>, id: u32) -> Result<Option<Cursor<'a>>, Error> {
    for child in children(mvex) {
        let child = child?;
        let mut body = child.body.clone();
        if child.kind == *b"trex" {
            version_and_flags(&mut body)?;
            if body.u32()? == id {
                return Ok(Some(child.body));
            }
        }
    }
    Ok(None)
}

/// Appends a box of a track with only the children that an init segment needs.
fn reduce(out: &mut Vec<u8>, body: &Cursor<'_>, kind: FourCc) -> Result<(), Error> {
    let mut inner = Vec::new();
    for child in children(body) {
        let child = child?;
        match (&kind, &child.kind) {
            (b"trak", b"mdia") | (b"mdia", b"minf") | (b"minf", b"stbl") => {
                reduce(&mut inner, &child.body, child.kind)?;
            }
            (b"stbl", b"sgpd" | b"sbgp") if child.body.rest().len() > MAX_SAMPLE_GROUP_BYTES => {}
            // Whether audio has sync samples at all; which ones, the fragments say.
            (b"stbl", b"stss") => boxed(&mut inner, *b"stss", |out| out.extend_from_slice(&[0; 8])),
            (b"trak", b"udta") => {
                if let Some(title) = fmp4::track_title(&child.body)
                    && title.len() <= MAX_TITLE_BYTES
                {
                    boxed(&mut inner, *b"udta", |out| {
                        boxed(out, *b"name", |out| out.extend_from_slice(title));
                    });
                }
            }
            (b"trak", b"tkhd" | b"edts")
            | (b"mdia", b"mdhd" | b"hdlr")
            | (b"stbl", b"stsd" | b"sgpd" | b"sbgp") => {
                boxed(&mut inner, child.kind, |out| {
                    out.extend_from_slice(child.body.rest());
                });
            }
            _ => {}
        }
    }
    boxed(out, kind, |out| out.extend_from_slice(&inner));
    Ok(())
}
