//! Splits an MP4 or QuickTime movie by its index, which may be at either end of the file.

use std::io::{Read, Seek};

use super::{
    FilledSegment, MovieInfo,
    fragments::FragmentReader,
    input::InputFile,
    progressive::{ProgressiveReader, TrackSegment},
    table::SampleTable,
};
use crate::{
    Error, SegmentKind,
    boxes::{
        FourCc,
        read::{self, BoxHeader, children, name, version_and_flags},
        write::boxed,
    },
    cursor::Cursor,
};

/// Largest index: enough for a movie of four days.
const MAX_INDEX_BYTES: u64 = 512 << 20;
/// Largest number of boxes before the index.
const MAX_BOXES: u32 = 1 << 20;
/// Largest number of video and audio tracks.
const MAX_TRACKS: usize = 64;
/// Larger sample groups are ignored; those of type `roll` are small.
const MAX_SAMPLE_GROUP_BYTES: usize = 64 << 10;

/// A video or audio track.
#[derive(Debug)]
pub(super) struct SplitTrack {
    pub(super) id: u32,
    pub(super) timescale: u32,
    /// Its init segment, made from the index.
    init: Vec<u8>,
    pub(super) table: SampleTable,
}

/// State of an MP4 that is being split: returns init segments, samples of the index, then fragments.
#[derive(Debug)]
pub(super) struct Mp4Splitter {
    moov: Vec<u8>,
    tracks: Vec<SplitTrack>,
    inits_returned: usize,
    progressive: ProgressiveReader,
    fragments: Option<FragmentReader>,
    number: u64,
    /// Tracks that already have a segment with this number.
    tracks_of_number: Vec<usize>,
}

impl Mp4Splitter {
    /// Finds the index and reads its tracks.
    pub(super) fn open<R: Read + Seek>(
        input: &mut InputFile<R>,
        info: &mut MovieInfo,
    ) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let position = find_index(input, &mut bytes)?;
        let moov = Cursor::within("MP4", &bytes, position);
        if children(&moov).find(*b"cmov")?.is_some() {
            return Err(Error::Unsupported("a compressed index".into()));
        }
        let mvex = children(&moov).find(*b"mvex")?;
        let mut tracks = Vec::new();
        for child in children(&moov) {
            let child = child?;
            if child.kind == *b"trak" {
                match track(&moov, &child.body)? {
                    Ok(track) => tracks.push(track),
                    Err(other) => info.left_out.push(name(other).trim().to_owned()),
                }
            }
            if tracks.len() > MAX_TRACKS {
                return Err(moov.malformed("more tracks than any film has"));
            }
        }
        if tracks.is_empty() {
            return Err(Error::Empty);
        }
        info.duration_ms = duration(&moov, mvex.as_ref())?;
        let is_fragmented = mvex.is_some();
        let single_track = tracks.len() == 1 && info.left_out.is_empty();
        Ok(Self {
            progressive: ProgressiveReader::new(input.length()),
            fragments: is_fragmented.then(|| FragmentReader::new(tracks.len(), single_track)),
            moov: bytes,
            tracks,
            inits_returned: 0,
            number: 0,
            tracks_of_number: Vec::new(),
        })
    }

    pub(super) fn done(&self) -> u64 {
        let fragments = self.fragments.as_ref().map_or(0, FragmentReader::done);
        self.progressive.done().max(fragments)
    }

    pub(super) fn lost(&self) -> u64 {
        let fragments = self.fragments.as_ref().map_or(0, FragmentReader::lost);
        self.progressive.lost().saturating_add(fragments)
    }

    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<FilledSegment>, Error> {
        if let Some(track) = self.tracks.get(self.inits_returned) {
            buffer.clear();
            buffer.extend_from_slice(&track.init);
            let number = self.inits_returned;
            self.inits_returned += 1;
            return Ok(Some(FilledSegment {
                track: u8::try_from(number).unwrap_or(u8::MAX),
                kind: SegmentKind::Init,
                start_ms: 0,
                length: buffer.len(),
            }));
        }
        let mut segment = self
            .progressive
            .fill(input, &self.moov, &mut self.tracks, buffer)?;
        if segment.is_none()
            && let Some(fragments) = &mut self.fragments
        {
            segment = fragments.fill(input, &self.tracks, buffer)?;
        }
        Ok(segment.map(|segment| self.numbered(segment, buffer.len())))
    }

    /// Numbers a segment. Consecutive segments of different tracks get the same number: they are
    /// presented at the same time. Every second number is left out, so that the muxer trusts
    /// `start_ms` and does not take a long pause for a reset of the clock.
    fn numbered(&mut self, segment: TrackSegment, length: usize) -> FilledSegment {
        if self.tracks_of_number.contains(&segment.track) {
            self.tracks_of_number.clear();
            self.number += 2;
        }
        self.tracks_of_number.push(segment.track);
        FilledSegment {
            track: u8::try_from(segment.track).unwrap_or(u8::MAX),
            kind: SegmentKind::Media(self.number),
            start_ms: segment.start_ms,
            length,
        }
    }
}

/// Reads the body of the first `moov`; returns its position in the file.
fn find_index<R: Read + Seek>(input: &mut InputFile<R>, bytes: &mut Vec<u8>) -> Result<u64, Error> {
    let mut position = 0;
    for _ in 0..MAX_BOXES {
        let Some(header) = header_at(input, position)? else {
            break;
        };
        let start = position + header.header_length;
        let left = input.length().saturating_sub(start);
        let body = header.body_length.unwrap_or(left);
        if header.kind == *b"moov" {
            let fail = |problem: &str| Cursor::within("MP4", &[], position).malformed(problem);
            if body > left {
                return Err(fail("the file ends within its index, moov"));
            }
            if body > MAX_INDEX_BYTES {
                return Err(fail("a moov too large"));
            }
            input.read_all(start, usize::try_from(body).unwrap_or(usize::MAX), bytes)?;
            return Ok(start);
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
    let handler = hdlr.array()?;
    if !matches!(&handler, b"vide" | b"soun") {
        return Ok(Err(handler));
    }
    let mut tkhd = children(trak).require(*b"tkhd")?;
    let (version, _) = version_and_flags(&mut tkhd)?;
    tkhd.versioned(version)?;
    tkhd.versioned(version)?;
    let id = tkhd.u32()?;
    let (timescale, _) = timed_header(children(&mdia).require(*b"mdhd")?)?;
    let minf = children(&mdia).require(*b"minf")?;
    let stbl = children(&minf).require(*b"stbl")?;
    check_self_contained(&minf)?;
    if handler == *b"soun" {
        check_audio_entry_version(children(&stbl).require(*b"stsd")?)?;
    }
    Ok(Ok(SplitTrack {
        id,
        timescale,
        init: init(moov, trak, id)?,
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
fn duration(moov: &Cursor<'_>, mvex: Option<&Cursor<'_>>) -> Result<Option<u64>, Error> {
    let Some(mvhd) = children(moov).find(*b"mvhd")? else {
        return Ok(None);
    };
    let (timescale, mut ticks) = timed_header(mvhd)?;
    if let Some(mvex) = mvex
        && let Some(mut mehd) = children(mvex).find(*b"mehd")?
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

/// Fails for QuickTime's sound descriptions of version 1 and 2, which are not valid in an MP4.
fn check_audio_entry_version(mut stsd: Cursor<'_>) -> Result<(), Error> {
    version_and_flags(&mut stsd)?;
    stsd.u32()?;
    for entry in children(&stsd) {
        let mut entry = entry?;
        // Reserved bytes and the data reference come first.
        entry.body.skip(8)?;
        if entry.body.u16()? != 0 {
            let name = name(entry.kind);
            return Err(Error::Unsupported(format!(
                "sound as QuickTime describes it ({name})"
            )));
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
